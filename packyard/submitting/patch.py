"""A change as a patch in a mail, for `git am` on a machine without a network between.

    From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
    From: Alice Example <alice@example.org>
    Date: Fri, 20 Nov 2026 09:00:00 +0000
    Subject: [PATCH] Add hello 1.2.0
    …
    diff --git a/registry-src/packs/he/hello/1.2.0/README.md b/registry-src/packs/he/hello/1.2.0/README.md
    new file mode 100644
    …

`git am` takes carriage returns off the ends of lines unless it is told otherwise, so whatever is not plain text with
newlines goes as a binary patch (https://git-scm.com/docs/diff-format): what is applied is what was signed.
"""

from __future__ import annotations

import zlib
from base64 import b64encode, b85encode
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from email.utils import formatdate
from hashlib import sha1

from packyard.formats.tarball import mode_of
from packyard.submitting.changes import Change

#: Bytes in one line of a binary patch; its first letter says how many: A to Z for 1 to 26, a to z for 27 to 52.
_WIDTH = 52
_COUNTS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NOTHING = "0" * 40


def format_patch(change: Change, before: Mapping[str, bytes], author: tuple[str, str], time: int) -> bytes:
    """The mail; `before` holds those files of the change that are there already, `author` is name and address, `time`
    in seconds.
    """
    head = [
        f"From {_NOTHING} Mon Sep 17 00:00:00 2001",
        f"From: {_encoded(author[0])} <{author[1]}>",
        f"Date: {formatdate(time)}",
        f"Subject: [PATCH] {change.title}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        "",
        change.body,
        "---",
        "",
    ]
    diffs = (_diff(path, before.get(path), data) for path, data in sorted(change.files.items()))
    return "\n".join(head).encode() + b"".join(diffs) + b"-- \npackyard\n"


def _encoded(name: str) -> str:
    """A name in a header; RFC 2047 where it has other characters than ASCII letters, digits and spaces."""
    if name.isascii() and name.replace(" ", "").isalnum():
        return name
    return f"=?UTF-8?B?{b64encode(name.encode()).decode()}?="


def _diff(path: str, old: bytes | None, new: bytes | None) -> bytes:
    if old == new:
        return b""
    lines = [f"diff --git a/{path} b/{path}", *_modes(old, new)]
    lines.append(f"index {_blob(old)}..{_blob(new)}" + (f" {_mode(new)}" if _same_mode(old, new) else ""))
    if _is_text(old) and _is_text(new):
        lines += _text(path, old, new)
        return "".join(f"{line}\n" for line in lines).encode()
    lines += ["GIT binary patch", *_literal(new or b""), *_literal(old or b"")]
    return "".join(f"{line}\n" for line in lines).encode()


def _modes(old: bytes | None, new: bytes | None) -> list[str]:
    if old is None or new is None:
        return [f"new file mode {_mode(new)}" if old is None else f"deleted file mode {_mode(old)}"]
    return [] if _same_mode(old, new) else [f"old mode {_mode(old)}", f"new mode {_mode(new)}"]


def _same_mode(old: bytes | None, new: bytes | None) -> bool:
    return old is not None and new is not None and _mode(old) == _mode(new)


def _mode(data: bytes | None) -> str:
    return "100755" if mode_of(data or b"") == 0o755 else "100644"


def _blob(data: bytes | None) -> str:
    """What git calls the content, which is no matter of trust."""
    if data is None:
        return _NOTHING
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _is_text(data: bytes | None) -> bool:
    if data is None:
        return True
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return "\0" not in text and "\r" not in text


def _text(path: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    """The hunks. A path with a space in it ends with a tab, as git and patch tell names from what follows them."""
    tab = "\t" if " " in path else ""
    before, after = (
        f"{side}/{path}{tab}" if data is not None else "/dev/null" for side, data in (("a", old), ("b", new))
    )
    for number, line in enumerate(unified_diff(_lines(old), _lines(new), before, after, lineterm="")):
        yield (
            line.removesuffix("\n")
            if number < 2 or line.endswith("\n") or line.startswith("@@")
            else (f"{line}\n\\ No newline at end of file")
        )


def _lines(data: bytes | None) -> list[str]:
    """The lines with their newlines; only a newline ends one."""
    text = (data or b"").decode()
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [line for line in text.split("\n")[-1:] if line]


def _literal(data: bytes) -> Iterator[str]:
    """The content whole, deflated, in git's base 85, with an empty line behind it."""
    packed = zlib.compress(data)
    yield f"literal {len(data)}"
    for start in range(0, len(packed), _WIDTH):
        part = packed[start : start + _WIDTH]
        yield _COUNTS[len(part) - 1] + b85encode(part, pad=True).decode()
    yield ""

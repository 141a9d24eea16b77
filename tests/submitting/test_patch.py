"""Patches, applied by git itself: what comes out is what went in, whatever the bytes."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from packyard.edges.commits import commit_onto, open_repository
from packyard.submitting.changes import Change
from packyard.submitting.patch import format_patch
from tests.forges import git, tree_of
from tests.tools import need

AUTHOR = ("Älice O'Example", "alice@example.org")
BODY = "Reason: diff --git a/x b/x\n\n    From the beginning\n\nEnd."


def applied(before: dict[str, bytes], after: dict[str, bytes | None]) -> None:
    """Holds that the patch makes of one commit the very other."""
    change = Change(after, "Change it", BODY, "branch")
    with TemporaryDirectory() as name:
        folder = Path(name)
        git(folder, "init", "-q")
        git(folder, "commit", "-q", "--allow-empty", "-m", "Begin")
        repository = open_repository(folder)
        base = commit_onto(repository, git(folder, "rev-parse", "HEAD"), {"kept": b"kept\n", **before}, "Base")
        git(folder, "reset", "-q", "--hard", base)
        wanted = commit_onto(repository, base, after, change.message)
        patch = folder / ".git" / "change.patch"
        patch.write_bytes(format_patch(change, before, AUTHOR, 1_790_000_000))
        git(folder, "am", "-q", str(patch))
        assert tree_of(folder, "HEAD") == tree_of(folder, wanted)
        assert git(folder, "log", "-1", "--format=%an|%ae|%at|%B") == (
            f"{AUTHOR[0]}|{AUTHOR[1]}|1790000000|Change it\n\n{BODY}"
        )


NASTY = [
    b"",
    b"\n",
    b"no newline",
    b"a\r\nb\r\n",
    b"\0\1\2",
    b"\xff\xfe latin \xe9\n",
    b"From nobody Mon Sep 17 00:00:00 2001\n--- a\n+++ b\n-- \n",
    b"diff --git a/x b/x\n@@ -1 +1 @@\n",
    b">From me\n\\ No newline at end of file\n",
    b"#!/bin/sh\necho hi\n",
    "Zeile\u2028zwei\x0bdrei\x0c\n".encode(),
    bytes(range(256)) * 300,
    b"x" * 100_000 + b"\n",
]


def test_new_files_of_every_kind() -> None:
    applied({}, {f"registry-src/packs/he/hello/1.0.0/file {n} (x).md": data for n, data in enumerate(NASTY)})


def test_files_that_change_and_go() -> None:
    before = {f"old/{n}": data for n, data in enumerate(NASTY)}
    after = {f"old/{n}": NASTY[(n + 1) % len(NASTY)] for n in range(len(NASTY))}
    applied(before, dict(after))
    applied(before, dict.fromkeys(before))


CONTENT = st.one_of(
    st.binary(max_size=300),
    st.lists(st.sampled_from(["", "a", " b", "-", "+", "\t", "ö", "\r", "From x"]), max_size=8).map(
        lambda lines: "\n".join(lines).encode()
    ),
)


@settings(max_examples=10, phases=[Phase.generate])
@given(st.lists(st.tuples(st.none() | CONTENT, CONTENT), min_size=1, max_size=30), st.booleans())
def test_any_change(pairs: list[tuple[bytes | None, bytes]], removes: bool) -> None:
    before = {f"p/{n}": old for n, (old, _) in enumerate(pairs) if old is not None}
    after: dict[str, bytes | None] = {f"p/{n}": new for n, (_, new) in enumerate(pairs)}
    if removes and before:
        after[min(before)] = None
    if any(before.get(path) != data for path, data in after.items()):
        applied(before, after)


@pytest.mark.interop
def test_what_is_text_can_be_read() -> None:
    change = Change({"a": b"one\n2\nthree\n", "b": b"\0"}, "Change it", "Why", "branch")
    patch = format_patch(change, {"a": b"one\ntwo\nthree\n"}, AUTHOR, 0).decode()
    assert "\n-two\n+2\n" in patch
    assert "GIT binary patch\nliteral 1\n" in patch
    done = subprocess.run([need("git"), "apply", "--numstat"], input=patch, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["1\t1\ta", "-\t-\tb"]

"""`publishers/HANDLE.yaml`: a publisher and the minisign keys that sign for it.

    format: packyard/publisher/1
    handle: alice
    name: Alice Example
    github: alice
    keys:
      - key: RWSxK0MjPSuf56rvfi2XYqo5VcWGoR/Y8uHf/nmr07oVVI5kawjAZ4ek
        scopes: [publish, admin]
        since: 2026-11-01
      - key: RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3
        scopes: [publish]
        since: 2025-01-15
        revoked: 2026-10-30
        reason: the laptop was stolen

`github` is optional.  A key with scope `publish` may sign new versions, one with `admin` statements and this file.  A
key that ended has either `retired`, or `revoked` and its `reason`; a retired key may have a reason.  The day it ends is
not before `since`.  Keys are never removed, and no key or key id is there twice.
"""

from __future__ import annotations

import re

from packyard.errors import FormatError
from packyard.formats.fields import Fields, check_day, format_text, shown
from packyard.formats.minisign import parse_public_key
from packyard.formats.names import parse_handle
from packyard.formats.strict import load_yaml
from packyard.model import Publisher, PublisherKey

FORMAT = "packyard/publisher/1"
SCOPES = ("publish", "admin")

_GITHUB = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")


def parse_publisher(data: bytes, handle: str) -> Publisher:
    """The publisher in the file of this handle. Raises `FormatError`."""
    fields = Fields(load_yaml(data))
    fields.choice("format", [FORMAT])
    if fields.required_text("handle", check=parse_handle) != handle:
        fields.refuse("file-name", "is not the name of the file", "handle", expected=shown(handle))
    name = fields.required_text("name", limit=100)
    github = fields.text("github", check=_check_github)
    keys = tuple(_key(each) for each in fields.each("keys"))
    if not keys:
        fields.refuse("field-missing", "at least one key is needed", "keys")
    _check_once(fields, [marks_of(key) if key.key_id else () for key in keys])
    fields.finish()
    return Publisher(handle, name, github, keys)


def format_publisher(publisher: Publisher) -> bytes:
    """The file of a publisher; `parse_publisher` gives the same publisher."""
    lines = [f"format: {FORMAT}", f"handle: {publisher.handle}", f"name: {format_text(publisher.name)}"]
    if publisher.github:
        lines.append(f"github: {publisher.github}")
    lines.append("keys:")
    for key in publisher.keys:
        lines.append(f"  - key: {key.key}")
        lines.append(f"    scopes: [{', '.join(key.scopes)}]")
        ended = {"since": key.since, "retired": key.retired, "revoked": key.revoked, "reason": key.reason}
        lines += [f"    {name}: {format_text(text)}" for name, text in ended.items() if text]
    return ("\n".join(lines) + "\n").encode()


def marks_of(key: PublisherKey) -> tuple[str, str]:
    """What no two keys may share: the key id, and the Ed25519 key itself in hex, which can stand under any id."""
    return key.key_id, parse_public_key(key.key).raw.hex()


def _key(fields: Fields) -> PublisherKey:
    text = fields.required_text("key")
    public = fields.check(parse_public_key, text, "key") if text else None
    scopes = fields.texts("scopes", check=_check_scope)
    if not scopes:
        fields.refuse("field-missing", "at least one scope is needed", "scopes", expected=", ".join(SCOPES))
    since = fields.required_text("since", check=check_day)
    retired, revoked = fields.text("retired", check=check_day), fields.text("revoked", check=check_day)
    reason = fields.text("reason")
    if retired and revoked:
        fields.refuse("key-end", "a key is either retired or revoked", "revoked")
    if revoked and not reason:
        fields.refuse("key-end", "a revoked key needs a reason", "reason")
    if reason and not (retired or revoked):
        fields.refuse("key-end", "only a key that ended has a reason", "reason")
    if since and (retired or revoked) and (retired or revoked) < since:
        fields.refuse("key-end", "the key ends before it begins", "retired" if retired else "revoked")
    return PublisherKey(text, public.key_id if public else "", scopes, since, retired, revoked, reason)


def _check_once(fields: Fields, keys: list[tuple[str, ...]]) -> None:
    seen = set[str]()
    for index, marks in enumerate(keys):
        if not seen.isdisjoint(marks):
            fields.refuse("key-duplicate", "the key or its id is there twice", "keys", index, "key", found=marks[0])
        seen.update(marks)


def _check_scope(text: str) -> None:
    if text not in SCOPES:
        raise FormatError("field-invalid", "is not a scope", expected=", ".join(SCOPES), found=shown(text))


def _check_github(text: str) -> None:
    if not _GITHUB.fullmatch(text):
        raise FormatError("field-invalid", "is not the name of a GitHub account", found=shown(text))

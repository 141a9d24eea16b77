"""`NNNN-ACTION.yaml`: a signed statement about a pack.

    format: packyard/statement/1
    registry: packs.example.org
    pack: "@acme/hello"
    sequence: 1
    action: yank
    version: 1.0.1
    reason: hooks/hooks.json runs a path that exists on one laptop only
    date: 2026-11-20

Statements of a pack are numbered from 1; the file's name is the number with four digits, and the action.  Every action
needs a `reason` and the fields of `ACTIONS`, whose optional fields end with a question mark:

    yank, unyank               version
    deprecate                  version? replacement?       a version or the whole pack; the reason is the message
    undeprecate                version?
    promote                    version channel             `stable`, `beta`, `edge` or a name of one's own
    withdraw                   version legal?              its tarball leaves the site, its number is never used again
    archive                                                the whole pack: nothing new will come
    rename                     to                          another pack carries on under that name
    add-owner, remove-owner    handle
    transfer                   from to                     signed by both
    recover                    to                          signed by the registry's roots; takes effect after a while

`handle`, `from` and `to` of an owner are handles of publishers; a scoped pack belongs to its organisation for good.
`legal` says what the law demanded.  A channel is asked for where a version could be, so its name is neither a range of
versions, such as `v1` or `x`, nor `latest`, which every pack has without saying so.

Each signature stands in a file of its own beside the statement, with the trusted comment `statement NAME SEQUENCE`:
`0001-yank.yaml.HANDLE.minisig` by a publisher. `recover`, and `withdraw` with a `legal`, are signed by the registry's
root keys instead, as trust files are: `0002-recover.yaml.KEYID.minisig`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from types import MappingProxyType

from packyard.errors import FormatError
from packyard.formats import semver
from packyard.formats.fields import Fields, check_day, format_text, shown
from packyard.formats.names import parse_handle, parse_name
from packyard.formats.registry import check_origin
from packyard.formats.strict import load_yaml
from packyard.model import Statement

FORMAT = "packyard/statement/1"

#: The fields of each action beyond the common ones; those with a question mark may be absent.
ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "yank": ("version",),
        "unyank": ("version",),
        "deprecate": ("version?", "replacement?"),
        "undeprecate": ("version?",),
        "promote": ("version", "channel"),
        "archive": (),
        "withdraw": ("version", "legal?"),
        "add-owner": ("handle",),
        "remove-owner": ("handle",),
        "transfer": ("from", "to"),
        "rename": ("to",),
        "recover": ("to",),
    }
)

_STEM = re.compile(r"([0-9]{4})-([a-z-]+)")
_CHANNEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


def parse_stem(stem: str) -> tuple[int, str]:
    """Number and action in the name of a statement's file, without `.yaml`. Raises `file-name`."""
    match = _STEM.fullmatch(stem)
    if not match or match[1] == "0000" or match[2] not in ACTIONS:
        expected = "NNNN-ACTION, such as 0001-yank"
        raise FormatError("file-name", "not the name of a statement", expected=expected, found=shown(stem))
    return int(match[1]), match[2]


def format_stem(sequence: int, action: str) -> str:
    """The inverse of `parse_stem`."""
    return f"{sequence:04}-{action}"


def is_by_roots(action: str, fields: Container[str]) -> bool:
    """Whether a statement with these fields is signed by the registry's root keys rather than by publishers."""
    return action == "recover" or (action == "withdraw" and "legal" in fields)


def parse_statement(data: bytes, stem: str) -> Statement:
    """The statement in the file `stem`.yaml. Raises `FormatError`."""
    named = parse_stem(stem)
    fields = Fields(load_yaml(data))
    fields.choice("format", [FORMAT])
    registry = fields.required_text("registry", check=check_origin)
    pack = fields.required_text("pack", check=parse_name)
    sequence = fields.number("sequence", None, low=1, high=9999)
    action = fields.choice("action", ACTIONS)
    if (sequence, action) != named:
        said = shown(format_stem(sequence, action))
        fields.refuse("file-name", "number and action are not those of the file's name", expected=stem, found=said)
    needed = {name: _field(fields, action, name) for name in ACTIONS.get(action, ())}
    reason = fields.required_text("reason")
    date = fields.required_text("date", check=check_day)
    _check_parties(fields, action, pack)
    fields.finish()
    return Statement(
        registry,
        pack,
        sequence,
        action,
        date,
        reason,
        {name.rstrip("?"): text for name, text in needed.items() if text},
    )


def format_statement(statement: Statement) -> bytes:
    """The file of a statement; `parse_statement` gives the same statement."""
    common = {
        "format": FORMAT,
        "registry": statement.registry,
        "pack": statement.pack,
        "sequence": str(statement.sequence),
        "action": statement.action,
    }
    texts = {**common, **statement.fields, "reason": statement.reason, "date": statement.date}
    return "".join(f"{name}: {format_text(text)}\n" for name, text in texts.items()).encode()


def _field(fields: Fields, action: str, name: str) -> str:
    check = parse_name if (action, name) == ("rename", "to") else _CHECKS.get(name.rstrip("?"))
    return fields.text(name[:-1], check=check) if name.endswith("?") else fields.required_text(name, check=check)


def _check_parties(fields: Fields, action: str, pack: str) -> None:
    if action == "transfer" and fields.raw("from") == fields.raw("to"):
        fields.refuse("field-invalid", "is who gives", "to", expected="another owner")
    for name in ("replacement", "to"):
        if action in {"deprecate", "rename"} and pack and fields.value.get(name) == pack:
            fields.refuse("field-invalid", "is the pack itself", name, expected="another pack")


def _check_channel(text: str) -> None:
    if not _CHANNEL.fullmatch(text):
        expected = "1 to 32 of a-z, 0-9 and inner hyphens"
        raise FormatError("field-invalid", "is not the name of a channel", expected=expected, found=shown(text))
    if text == "latest" or _is_range(text):
        expected = "a name that cannot be taken for a version, such as stable"
        raise FormatError("field-invalid", "is not the name of a channel", expected=expected, found=shown(text))


def _is_range(text: str) -> bool:
    try:
        semver.parse_range(text)
    except FormatError:
        return False
    return True


_CHECKS: Mapping[str, Callable[[str], object]] = MappingProxyType(
    {
        "version": semver.parse,
        "replacement": parse_name,
        "channel": _check_channel,
        "handle": parse_handle,
        "from": parse_handle,
        "to": parse_handle,
    }
)

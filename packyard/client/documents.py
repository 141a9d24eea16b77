"""A pack's document, as far as a client needs it: what is claimed, and where the proof of it lies.

The snapshot's chain of checksums vouches for the document. What is in it counts only once the files that it names have
been read, their signatures have been verified and their entries were found in the log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from packyard.catalogue import finish
from packyard.errors import FormatError
from packyard.formats import layout, names, semver, strict
from packyard.formats.fields import shown
from packyard.formats.times import parse_time
from packyard.lifecycle import State
from packyard.model import (
    Manifest,
    Mark,
    Pack,
    Record,
    Recovery,
    Release,
    Renaming,
    Statement,
    Tarball,
    VersionState,
)

FORMAT = "packyard/pack/1"
#: The most bytes of a pack's document, and of the list of its files.
LIMIT = 1 << 25

_RECORD = frozenset(("path", "signatures", "sha256", "keys", "published", "log_index"))
_NO_MANIFEST = Manifest("", "", "", "", "", "", "", "", (), (), (), (), (), {})
_HEX = re.compile("[0-9a-f]{64}")
_REVISION = re.compile(r"(publishers|orgs)/([a-z0-9-]{1,64})/([1-9][0-9]{0,6})\.yaml")
_STATEMENT = re.compile(r"statements/([0-9]{4,9})-([a-z-]{2,20})\.yaml")
_SIGNATURE = re.compile(r"(?:\.[A-Za-z0-9-]{1,64})?\.minisig")


class Claim(NamedTuple):
    """What is claimed of a version. `tarball` is its hash and `size` its bytes, "" and 0 when it is withdrawn."""

    version: str
    identity: str
    tarball: str
    size: int
    published: int
    publisher: str
    key: str
    dependencies: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]
    log_index: int


class Document(NamedTuple):
    """A pack's claims: versions, and records of its statements and of the revisions that it rests on, in the order of
    the log. `pack` is all of it as the registry states it, before anything is proven. `listed` are the hashes of the
    pack's files, by path, as they are sealed.
    """

    name: str
    versions: tuple[Claim, ...]
    statements: tuple[Record, ...]
    revisions: tuple[Record, ...]
    pack: Pack
    listed: Mapping[str, str] = {}


def parse_document(data: bytes, name: str) -> Document:
    """The document of the pack `name`. Raises `document-invalid`, and what its parts raise."""
    value = strict.load_json(data, LIMIT).value
    if not isinstance(value, dict) or value.get("format") != FORMAT or value.get("name") != name:
        raise FormatError("document-invalid", "this is not the document of the pack", expected=f"{FORMAT} of {name}")
    try:
        claims = tuple(map(_claim, value["versions"]))
        document = Document(
            name,
            claims,
            tuple(_record(each, _is_statement(name)) for each in value["statements"]),
            tuple(_record(each, _is_revision) for each in value["authority"]),
            _pack(name, claims, value),
        )
    except (LookupError, TypeError, AttributeError) as error:
        raise FormatError("document-invalid", f"the document lacks {error}") from None
    _check_order(document)
    return document


def release_of(name: str, claim: Claim) -> Release:
    """What is known of a version before it is opened: all that was signed or logged, and nothing of its files."""
    manifest = _NO_MANIFEST._replace(dependencies=claim.dependencies, conflicts=claim.conflicts)
    packed = Tarball(layout.tarball(name, claim.version), claim.tarball, claim.size, "", "")
    place = (claim.published, claim.log_index, claim.log_index)
    return Release(
        name, claim.version, "", claim.identity, claim.key, claim.publisher, "", *place, manifest, (), (), packed
    )


def subject(record: Record) -> tuple[str, str, int]:
    """Kind, name and number of a revision: ("publisher", "alice", 1)."""
    match = _REVISION.fullmatch(record.path)
    assert match
    return match[1].removesuffix("s"), match[2], int(match[3])


def _pack(name: str, claims: tuple[Claim, ...], value: Mapping[str, Any]) -> Pack:
    """The pack as its document states it."""
    owners, renamed, recovery = tuple(map(_text, value["owners"])), value["renamed"], value["recovery"]
    states = {
        claim.version: VersionState(
            release_of(name, claim),
            _mark(each["yanked"]),
            _mark(each["deprecated"]),
            _text(each["channel"] or ""),
            _mark(each["withdrawn"]),
        )
        for claim, each in zip(claims, value["versions"], strict=True)
    }
    state = State(
        name,
        owners[0],
        states,
        _mark(value["deprecated"]),
        tuple(_statement(name, each) for each in value["statements"]),
        owners[1:],
        _mark(value["archived"]),
        Renaming(_name(renamed["to"]), _text(renamed["reason"]), _text(renamed["date"])) if renamed else None,
        _recovery(recovery) if recovery else None,
    )
    return finish(state)


def _recovery(fields: Mapping[str, Any]) -> Recovery:
    to, reason, date = (_text(fields[name]) for name in ("to", "reason", "date"))
    return Recovery(to, reason, date, parse_time(_text(fields["effective"])))


def _statement(name: str, fields: Mapping[str, Any]) -> Statement:
    more = {member: text for member, text in fields.items() if member not in _RECORD and isinstance(text, str)}
    head = (more.pop("action"), more.pop("date"), more.pop("reason"))
    return Statement("", name, _number(fields["sequence"]), *head, more)


def _mark(fields: Mapping[str, Any] | None) -> Mark | None:
    if fields is None:
        return None
    replacement, legal = (_text(fields.get(name, "")) for name in ("replacement", "legal"))
    return Mark(_text(fields["reason"]), _text(fields["date"]), replacement, legal)


def _claim(fields: Mapping[str, Any]) -> Claim:
    packed = fields["tarball"] or {"sha256": "", "size": 0}
    claim = Claim(
        _text(fields["version"]),
        _digest(fields["identity"]["sha256"]),
        _digest(packed["sha256"]) if fields["tarball"] else "",
        _number(packed["size"]),
        parse_time(_text(fields["published"])),
        names.parse_handle(_text(fields["publisher"])),
        _text(fields["key"]),
        tuple((_name(each), _text(range_)) for each, range_ in fields["dependencies"].items()),
        tuple(map(_name, fields["conflicts"])),
        _number(fields["log_index"]),
    )
    semver.parse(claim.version)
    return claim


def _record(fields: Mapping[str, Any], is_path: Any) -> Record:
    record = Record(
        _text(fields["path"]),
        tuple(map(_text, fields["signatures"])),
        _digest(fields["sha256"]),
        tuple(map(_text, fields["keys"])),
        parse_time(_text(fields["published"])),
        _number(fields["log_index"]),
    )
    beside = (path.removeprefix(record.path) for path in record.signatures)
    if not is_path(record.path) or not all(map(_SIGNATURE.fullmatch, beside)):
        raise FormatError("document-invalid", "not a path of something signed", found=shown(record.path))
    return record


def _is_revision(path: str) -> bool:
    return _REVISION.fullmatch(path) is not None


def _is_statement(name: str) -> Any:
    folder = layout.pack(name)
    return lambda path: path.startswith(folder) and _STATEMENT.fullmatch(path.removeprefix(folder))


def _check_order(document: Document) -> None:
    """Every place in the log is used once; statements and revisions are numbered from 1 without gaps."""
    places = [each.log_index for each in document.versions]
    places += [each.log_index for each in (*document.statements, *document.revisions)]
    if len(set(places)) != len(places) or not document.versions:
        raise FormatError("document-invalid", "a place in the log is claimed twice, or there is no version")
    if len({each.version for each in document.versions}) != len(document.versions):
        raise FormatError("document-invalid", "a version is there twice")
    if any((state.withdrawn is None) == (state.release.tarball.sha256 == "") for state in document.pack.versions):
        raise FormatError("document-invalid", "a version without a tarball is withdrawn, and no other")
    counts = dict[tuple[str, str], int]()
    for record in document.revisions:
        kind, name, number = subject(record)
        counts[kind, name] = counts.get((kind, name), 0) + 1
        if number != counts[kind, name]:
            raise FormatError("document-invalid", "a revision is left out", found=shown(record.path))
    for records in (document.statements, document.revisions):
        if [each.log_index for each in records] != sorted(each.log_index for each in records):
            raise FormatError("document-invalid", "not in the order of the log")


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 1000:
        raise FormatError("document-invalid", "a text is something else", found=shown(value))
    return value


def _name(value: object) -> str:
    return names.parse_name(_text(value))


def _digest(value: object) -> str:
    if not _HEX.fullmatch(_text(value)):
        raise FormatError("document-invalid", "not a SHA-256 in hex", found=shown(value))
    return str(value)


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise FormatError("document-invalid", "a number is something else", found=shown(value))
    return value

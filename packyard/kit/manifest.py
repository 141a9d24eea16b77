"""`offline-manifest.json`: what a kit holds, of which snapshot, and what it takes away.

    {"base":null,"format":"packyard/kit/1","log":{"root":HEX,"size":5120},"origin":"packs.example.org",
     "profile":"full","selection":null,"size":1048576,
     "snapshot":{"expires":"2026-12-05T06:00:00Z","issued":"2026-11-21T06:00:00Z","number":42,"sums":HEX},
     "tombstones":[],"total":2,"files":[
    {"path":"SNAPSHOT","sha256":HEX,"size":735},
    {"path":"SNAPSHOT.minisig","sha256":HEX,"size":321}
    ]}

The head is one line of canonical JSON (broken here to be read) whose last member is `files`: one line each, sorted by
the bytes of the paths. `total` counts them, `size` sums their bytes.

    profile      full: all that a mirror needs · delta: what differs from `base` · packs: some packs, with all that they
                 are checked by · tenant: what one tenant may see
    snapshot     its number and times, and the SHA-256 of its checksum lines, which the log's `index` entry holds
    base         of a delta, else null: `snapshot` (number), `sums` and `log` of the state that it is the difference to
    tombstones   of a delta: the paths of the base that are gone, sorted
    selection    of packs and tenant, else null: `tenant` (null for packs), `requested`, `all_versions`, and `packs`,
                 which maps names to the versions whose tarballs are there

A path is one of `packyard.formats.sums` without quotes, and does not begin with `offline-`. The signature beside it, if
there is one, has the trusted comment `ORIGIN kit NUMBER PROFILE`. The text of a manifest is held in memory, about 150
bytes a file; the files are not.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import canonical, fields, names, semver, strict
from packyard.formats.registry import check_origin
from packyard.formats.snapshot import Snapshot, sum_lines
from packyard.formats.times import format_time, parse_time
from packyard.kit.archive import OWN

FORMAT = "packyard/kit/1"
PROFILES = FULL, DELTA, PACKS, TENANT = ("full", "delta", "packs", "tenant")

#: The most bytes of a manifest, and of its head.
LIMIT, HEAD_LIMIT = 1 << 30, 1 << 25
#: The most bytes of a file in a kit: no file of a site is larger than its `index.json` may be.
FILE_LIMIT = 1 << 30
#: The most bytes of a path: a longer one no client asks for.
PATH_LIMIT = 1_000

_OPEN, _CLOSE = b',"files":[\n', b"\n]}\n"
_PATH = r"(?:(?!\.{0,2}/)[!#-.0-\[\]-~ ]+/)*(?!\.{1,2}\")[!#-.0-\[\]-~ ]+"
_ROW = re.compile(rf'\{{"path":"({_PATH})","sha256":"([0-9a-f]{{64}})","size":(0|[1-9][0-9]{{0,9}})\}}', re.ASCII)
_TOMBSTONE = re.compile(_PATH.replace(r"\"", r"\Z"), re.ASCII)
_DIGEST = re.compile("[0-9a-f]{64}")
_MOST = 2**53 - 1


class File(NamedTuple):
    """A file in a kit: its path on the site, its hash and its size."""

    path: str
    sha256: str
    size: int


class State(NamedTuple):
    """A state of a registry: the snapshot's number, the SHA-256 of its checksum lines, the log's size and root."""

    number: int
    sums: str
    log_size: int
    log_root: str


class Selection(NamedTuple):
    """What was asked for, and which versions of which packs that gave; `tenant` is "" in a kit of packs."""

    tenant: str
    requested: tuple[str, ...]
    all_versions: bool
    packs: Mapping[str, tuple[str, ...]]


class Manifest(NamedTuple):
    """What a kit says of itself, without its files. Times in seconds."""

    profile: str
    origin: str
    state: State
    issued: int
    expires: int
    base: State | None
    selection: Selection | None
    tombstones: tuple[str, ...]
    total: int
    size: int


def state_of(snapshot: Snapshot) -> State:
    """The state that a snapshot is about."""
    digest = sha256(sum_lines(snapshot.sums)).hexdigest()
    return State(snapshot.number, digest, snapshot.log_size, snapshot.log_root.hex())


def trusted_comment(manifest: Manifest) -> str:
    """What the trusted comment of the kit's signature must be, to the letter."""
    return f"{manifest.origin} kit {manifest.state.number} {manifest.profile}"


def format_row(file: File) -> bytes:
    """A file's line, without comma or newline. Raises `kit-path` for a path that no kit can hold."""
    row = f'{{"path":"{file.path}","sha256":"{file.sha256}","size":{file.size}}}'
    if _is_strange(file) or not _ROW.fullmatch(row):
        raise FormatError("kit-path", "no kit can hold a file of this path and size", found=ascii(file.path)[1:-1][:80])
    return row.encode()


def format_head(manifest: Manifest) -> bytes:
    """The head, up to where the lines of the files begin."""
    return canonical.encode(_head(manifest))[:-1] + _OPEN


def format_manifest(manifest: Manifest, rows: Iterable[bytes]) -> bytes:
    """The whole text; `rows` are lines by `format_row`, in order."""
    return format_head(manifest) + b",\n".join(rows) + _CLOSE


def _head(manifest: Manifest) -> dict[str, Any]:
    state, base, chosen = manifest.state, manifest.base, manifest.selection
    times = {"issued": format_time(manifest.issued), "expires": format_time(manifest.expires)}
    return {
        "format": FORMAT,
        "profile": manifest.profile,
        "origin": manifest.origin,
        "snapshot": {"number": state.number, "sums": state.sums} | times,
        "log": _log(state),
        "base": {"snapshot": base.number, "sums": base.sums, "log": _log(base)} if base else None,
        "selection": chosen._asdict() | {"tenant": chosen.tenant or None} if chosen else None,
        "tombstones": manifest.tombstones,
        "total": manifest.total,
        "size": manifest.size,
    }


def _log(state: State) -> dict[str, Any]:
    return {"size": state.log_size, "root": state.log_root}


class Rows:
    """The files of a kit, parsed one at a time when they are asked for."""

    def __init__(self, text: bytes, starts: array[int]) -> None:
        self._text, self._starts = text, starts

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[File]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, at: int) -> File:
        start, end = self._starts[at], self._starts[at + 1] - 2
        match = _ROW.fullmatch(self._text[start:end].decode("ascii", "replace"))
        if match is None:
            raise FormatError("kit-manifest", "not the line of a file", line=at + 2)
        return File(match[1], match[2], int(match[3]))

    def find(self, path: str) -> int:
        """Where the file of this path stands; -1 when there is none."""
        at = bisect_left(range(len(self)), path, key=lambda at: self[at].path)
        return at if at < len(self) and self[at].path == path else -1


def parse_manifest(text: bytes) -> tuple[Manifest, Rows]:
    """The exact inverse of `format_manifest`. Raises `FormatError`: `kit-manifest`, or what is wrong with a field."""
    end = text.find(b"\n", 0, HEAD_LIMIT) + 1
    if not end or not text[:end].endswith(_OPEN) or not text.endswith(_CLOSE):
        raise FormatError("kit-manifest", "not a head and one line for each file")
    manifest = _parse_head(text[: end - len(_OPEN)] + b"}")
    if format_head(manifest) != text[:end]:
        raise FormatError("kit-manifest", "the head is not in its canonical form", line=1)
    rows, gone = Rows(text, _starts(text, end)), frozenset(manifest.tombstones)
    previous, size = "", 0
    for number, file in enumerate(rows, 2):
        if file.path <= previous or _is_strange(file) or file.path in gone:
            message = "a file is twice there, not in order, too large, gone as well, or the kit's own"
            raise FormatError("kit-manifest", message, line=number, found=file.path)
        previous, size = file.path, size + file.size
    if (len(rows), size) != (manifest.total, manifest.size):
        found = f"{len(rows)} files of {size} bytes"
        raise FormatError("kit-manifest", "not as many files and bytes as the head says", found=found)
    return manifest, rows


def _is_strange(file: File) -> bool:
    return file.path.startswith(OWN) or len(file.path) > PATH_LIMIT or file.size > FILE_LIMIT


def _starts(text: bytes, start: int) -> array[int]:
    """Where each line of a file begins, and where one after the last would."""
    starts = array("Q", [start])
    last = len(text) - len(_CLOSE)
    while start < last and (end := text.find(b"\n", start, last)) >= 0:
        if text[end - 1] != ord(","):
            raise FormatError("kit-manifest", "not the line of a file", line=len(starts) + 1)
        starts.append(end + 1)
        start = end + 1
    starts.append(last + 2)
    return starts


def _parse_head(data: bytes) -> Manifest:
    parsed = fields.Fields(strict.load_json(data, HEAD_LIMIT))
    parsed.choice("format", [FORMAT])
    snapshot, tombstones = parsed.mapping("snapshot"), parsed.raw("tombstones")
    manifest = Manifest(
        parsed.choice("profile", PROFILES),
        parsed.required_text("origin", check=check_origin),
        _state(snapshot, parsed, "number"),
        parse_time(snapshot.required_text("issued")),
        parse_time(snapshot.required_text("expires")),
        _base(parsed),
        _selection(parsed),
        tuple(map(_tombstone, tombstones)) if isinstance(tombstones, list) else (),
        parsed.number("total", None, low=1, high=_MOST),
        parsed.number("size", None, low=0, high=_MOST),
    )
    parsed.finish()
    _check_profile(manifest)
    return manifest


def _check_profile(manifest: Manifest) -> None:
    chosen, profile = manifest.selection, manifest.profile
    fits = (
        (manifest.base is not None) == (profile == DELTA)
        and (chosen is not None) == (profile in (PACKS, TENANT))
        and (chosen is None or bool(chosen.tenant) == (profile == TENANT))
        and (not manifest.tombstones or profile == DELTA)
        and list(manifest.tombstones) == sorted(set(manifest.tombstones))
    )
    if not fits:
        raise FormatError("kit-manifest", "base, selection or tombstones are not those of the profile", found=profile)


def _base(parsed: fields.Fields) -> State | None:
    if parsed.raw("base") is None:
        return None
    base = parsed.mapping("base")
    return _state(base, base, "snapshot")


def _state(part: fields.Fields, around: fields.Fields, number: str) -> State:
    log = around.mapping("log")
    return State(
        part.number(number, None, low=1, high=_MOST),
        part.required_text("sums", check=check_digest),
        log.number("size", None, low=1, high=_MOST),
        log.required_text("root", check=check_digest),
    )


def _selection(parsed: fields.Fields) -> Selection | None:
    if parsed.raw("selection") is None:
        return None
    chosen = parsed.mapping("selection")
    packs = chosen.mapping("packs")
    return Selection(
        chosen.text("tenant", check=names.parse_handle),
        chosen.texts("requested"),
        chosen.boolean("all_versions", False),
        {names.parse_name(name): _versions(packs.raw(name)) for name in packs.names()},
    )


def _versions(listed: object) -> tuple[str, ...]:
    if not isinstance(listed, list) or not all(isinstance(each, str) and semver.is_version(each) for each in listed):
        raise FormatError("kit-manifest", "the selection of a pack is not a list of versions", line=1)
    return tuple(listed)


def _tombstone(path: object) -> str:
    if not isinstance(path, str) or not _TOMBSTONE.fullmatch(path) or _is_strange(File(path, "", 0)):
        raise FormatError("kit-manifest", "a tombstone is not a path", line=1, found=ascii(path)[:80])
    return path


def check_digest(text: str) -> None:
    """Returns when the text is a SHA-256 in hex. Raises `kit-manifest`."""
    if not _DIGEST.fullmatch(text):
        raise FormatError("kit-manifest", "not a SHA-256 in hex", found=text[:80])

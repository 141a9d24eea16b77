"""The heads of a mirror and of its source: read, verified, and held against each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from packyard.audit import heads
from packyard.audit.reading import Reading
from packyard.edges.mirror_source import Copy, HeadSite, Source, Unlike
from packyard.edges.workfolder import write_file
from packyard.errors import BadSignature, NotFound, Problem, Stale, WorldError
from packyard.formats import bundle, layout, minisign, note, snapshot
from packyard.formats.bundle import Bundle
from packyard.formats.times import format_time
from packyard.head import Head, attempt, read_head

T = TypeVar("T")

CONTRADICTIONS = ("mirror-rollback", "mirror-forked")
_REPAIR = "`packyard mirror sync --repair` fetches what is not as it should be"


def by_path(parts: Bundle) -> dict[str, bytes]:
    """The files of a head."""
    return {
        layout.SNAPSHOT: parts.snapshot,
        layout.SNAPSHOT_SIGNATURE: parts.signature,
        layout.CHECKPOINT: parts.checkpoint,
        layout.SNAPSHOT_BUNDLE: bundle.format_bundle(parts),
    }


def read_before(copy: Copy, repair: bool) -> Head | None:
    """The head that the mirror has, None when it has none. Raises `WorldError` for one that is damaged, unless that is
    what is to be repaired.
    """
    if not copy.digest(layout.SNAPSHOT):
        return None
    try:
        return read_head(copy)
    except (BadSignature, NotFound) as error:
        if repair:
            return None
        raise damaged(error.problem) from None


def damaged(problem: Problem) -> WorldError:
    """What is wrong with a mirror, as an error that says how to mend it."""
    fields = problem._asdict() | {"message": f"the mirror is damaged: {problem.message}", "help": _REPAIR}
    del fields["code"]
    return WorldError("mirror-damaged", fields.pop("message"), **fields)


def fetch_heads(source: Source) -> Bundle:
    """The head of the source, as it says. Raises `NotFound` when it has none, `Unlike` when it changes meanwhile."""
    try:
        data = source.read(layout.SNAPSHOT_BUNDLE, bundle.LIMIT)
    except NotFound:
        text = source.read(layout.SNAPSHOT, snapshot.LIMIT)
        signature = source.read(layout.SNAPSHOT_SIGNATURE, minisign.LIMIT)
        checkpoint = source.read(layout.CHECKPOINT, note.LIMIT)
        if source.read(layout.SNAPSHOT, snapshot.LIMIT) != text:
            message = "the snapshot was replaced while it was read"
            raise Unlike(layout.SNAPSHOT, NotFound("mirror-moving", message, path=source.name)) from None
        return Bundle(text, signature, checkpoint)
    return attempt(source, layout.SNAPSHOT_BUNDLE, bundle.parse_bundle, data)


def verify_heads(site: HeadSite, root_key: str) -> Head:
    """The head of a source, when all that vouches for it holds: trust files, snapshot, and the head of the log."""
    head = read_head(site, root_key)
    reading = Reading(site)
    if not heads.verify_head(reading, head.snapshot, head.trust):
        fields = reading.problems[0]._replace(path=f"{site.name}/{layout.CHECKPOINT}")._asdict()
        raise BadSignature(fields.pop("code"), fields.pop("message"), **fields)
    return head


def with_evidence(folder: Path, sides: Mapping[str, tuple[str, Bundle]], now: int, check: Callable[[], T]) -> T:
    """What a check gives. When it finds that one head contradicts the other, both are kept, by who had them and where,
    in a file that the error names.
    """
    try:
        return check()
    except Stale as error:
        if error.problem.code not in CONTRADICTIONS:
            raise
        code, said = error.problem.code, {side: _evidence(*each) for side, each in sides.items()}
        name = sha256(repr(sorted(sides.items())).encode()).hexdigest()[:16]
        path = folder / f"{code}-{name}.json"
        document = {"format": "packyard/mirror-evidence/1", "code": code, "found": format_time(now), **said}
        write_file(path, json.dumps(document, indent=2).encode() + b"\n")
        fields = error.problem._replace(help=f"both heads are kept in {path}")._asdict()
        raise Stale(fields.pop("code"), fields.pop("message"), **fields) from None


def _evidence(place: str, parts: Bundle) -> dict[str, str]:
    return {"place": place} | {name: data.decode("utf-8", "replace") for name, data in parts._asdict().items()}

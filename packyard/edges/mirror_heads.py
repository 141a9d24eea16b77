"""The heads of a mirror and of its source: read, verified, and held against each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from packyard.audit import heads
from packyard.audit.reading import Reading
from packyard.client.trusts import MOST
from packyard.edges.mirror_log import log_of
from packyard.edges.mirror_source import Copy, HeadSite, Source, Unlike
from packyard.edges.workfolder import write_file
from packyard.errors import BadKey, BadSignature, NotFound, Problem, Stale, WorldError
from packyard.formats import bundle, layout, minisign, note, snapshot
from packyard.formats.bundle import Bundle
from packyard.formats.times import format_time
from packyard.head import Head, attempt, read_head
from packyard.mirror.following import begins_anew, check_follows, check_one_history, check_prefix, check_trust

T = TypeVar("T")

FIRST = f"{layout.TRUST}1.json"

CONTRADICTIONS = ("mirror-rollback", "mirror-forked")
_KEY = "is it the key? If it is, `packyard mirror sync --repair` makes the mirror again"
_REPAIR = "`packyard mirror sync --repair` fetches what is not as it should be"


def by_path(parts: Bundle) -> dict[str, bytes]:
    """The files of a head."""
    return {
        layout.SNAPSHOT: parts.snapshot,
        layout.SNAPSHOT_SIGNATURE: parts.signature,
        layout.CHECKPOINT: parts.checkpoint,
        layout.SNAPSHOT_BUNDLE: bundle.format_bundle(parts),
    }


def read_before(copy: Copy, root_key: str, repair: bool) -> Head | None:
    """The head that the mirror has, None when it has none. Unless that is what is to be repaired, raises `WorldError`
    for one that is damaged, and `BadKey` for one that does not hang on the root key that is given.
    """
    if not copy.digest(layout.SNAPSHOT):
        return None
    try:
        return read_head(copy, root_key)
    except (BadKey, BadSignature, NotFound) as error:
        if repair:
            return None
        if isinstance(error, BadKey):
            message, path = "the mirror does not hang on the root key that is given", f"{copy.name}/{FIRST}"
            expected, found = error.problem.expected, error.problem.found
            raise BadKey("trust-pinned", message, path=path, expected=expected, found=found, help=_KEY) from None
        raise damaged(error.problem) from None


def damaged(problem: Problem, help: str = _REPAIR) -> WorldError:
    """What is wrong with a mirror, as an error that says how to mend it."""
    fields = problem._asdict() | {"message": f"the mirror is damaged: {problem.message}", "help": help}
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


def verify_heads(site: HeadSite, root_key: str, known: int = 0) -> Head:
    """The head of a source, when all that vouches for it holds: trust files, snapshot, and the head of the log.

    `known` is the number of the trust file that is known; few can come after it.
    """
    stated = attempt(site, layout.SNAPSHOT, snapshot.parse_snapshot, site.read(layout.SNAPSHOT, snapshot.LIMIT))
    if stated.trust > known + MOST:
        message, path = "the snapshot names a trust file too far ahead", f"{site.name}/{layout.SNAPSHOT}"
        raise Stale("trust-older", message, path=path, expected=f"at most {known + MOST}", found=str(stated.trust))
    head = read_head(site, root_key)
    reading = Reading(site)
    if not heads.verify_head(reading, head.snapshot, head.trust):
        fields = reading.problems[0]._replace(path=f"{site.name}/{layout.CHECKPOINT}")._asdict()
        raise BadSignature(fields.pop("code"), fields.pop("message"), **fields)
    return head


def must_be_ours(mine: bytes, site: HeadSite) -> None:
    """Raises `BadKey` when a damaged mirror, whose first trust file is `mine`, would become one of another registry
    that nobody has named.
    """
    if mine and mine != site.trust[FIRST]:
        message, hint = "the source has another first trust file than the mirror", "name the root key with --key"
        raise BadKey("trust-pinned", message, path=f"{site.name}/{FIRST}", help=hint)


def check_past(copy: Copy, before: Head, head: Head) -> bool:
    """Whether numbers and times begin anew with the head of the source. Raises `Stale` when they do not, and anything
    goes back from the head of the mirror; for another history rather than for an older one.
    """
    check_trust(before.snapshot, head.snapshot)
    if begins_anew(copy.read(layout.SNAPSHOT_SIGNATURE, minisign.LIMIT), head.trust):
        return True
    check_one_history(before.snapshot, head.snapshot)
    if head.snapshot.log_size < before.snapshot.log_size and (mine := log_of(copy, before.snapshot)):
        check_prefix(head.snapshot, before.snapshot, mine.hash)
    check_follows(before.snapshot, head.snapshot)
    return False


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
        try:
            write_file(path, json.dumps(document, indent=2).encode() + b"\n")
            hint = f"both heads are kept in {path}"
        except OSError as failed:
            hint = f"the heads could not be kept in {path}: {failed.strerror}"
        fields = error.problem._replace(help=hint)._asdict()
        raise Stale(fields.pop("code"), fields.pop("message"), **fields) from None


def _evidence(place: str, parts: Bundle) -> dict[str, str]:
    return {"place": place} | {name: data.decode("utf-8", "replace") for name, data in parts._asdict().items()}

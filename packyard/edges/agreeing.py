"""Comparing what witnesses publish with the log of a site, and reading the reports of those who rebuilt it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from packyard.agreement import Agreement, Report, Sighting, agree
from packyard.edges.cosignatures import SECONDS, Answer, read_places
from packyard.edges.sighting import Once, Seen, check_snapshot, look
from packyard.edges.witnessing import keep_evidence
from packyard.edges.workfolder import read_file
from packyard.errors import BadKey, BadSignature, FormatError, NotFound, Problem, Stale, Unsigned, WorldError
from packyard.formats import layout, minisign, note
from packyard.protocols import Reader
from packyard.rebuilt import LIMIT, verify_rebuild
from packyard.witnessing import (
    Fork,
    Signed,
    cosignatures,
    find_fork,
    format_fork,
    open_signed,
    verify_fork,
    witness_path,
)


def compare(
    site: Reader, root_key: str, places: Sequence[str], reports: Sequence[Report], evidence: Path
) -> tuple[Agreement, list[Problem]]:
    """Who agrees about a site, by its own checkpoint and by what witnesses publish at `places`; and notes.

    Raises `Stale` when a witness has cosigned another log: what proves it is put into the folder `evidence`. Else as
    `read_head` does; `WorldError` for a copy in the middle of a change.
    """
    once = Once(site)
    seen = look(once, root_key)
    check_snapshot(once, seen)
    if seen.log.size != seen.snapshot.log_size:
        raise WorldError("site-changing", "the snapshot is older than the checkpoint", path=layout.SNAPSHOT)
    witnesses = [note.parse_vkey(text) for text in seen.trust.witnesses]
    paths = [path for key in witnesses for path in _path(key.name, seen.trust.log_origin)]
    answers, notes = read_places(places, paths, SECONDS)
    own = Answer(f"{site.name}/{layout.CHECKPOINT}", once.read(layout.CHECKPOINT, note.LIMIT))
    sightings, later = list[Sighting](), dict[int, Signed]()
    for answer in (own, *answers):
        try:
            signed = open_signed(answer.data, note.parse_vkey(seen.trust.log_vkey))
            _must_agree(answer.path, signed, seen, later, evidence)
            cosigned = cosignatures(answer.data, witnesses).values()
            sightings += [Sighting(each.key, signed.head, each.time) for each in cosigned]
        except FormatError as error:
            notes.append(Problem("witness-line", answer.path, f"it does not count: {error.message}"))
    return agree(seen.snapshot, seen.trust, sightings, reports), notes


def _path(name: str, origin: str) -> Iterator[str]:
    try:
        yield f"{witness_path(name, origin)}.checkpoint"
    except FormatError:
        return


def _must_agree(path: str, signed: Signed, seen: Seen, later: dict[int, Signed], evidence: Path) -> None:
    """Raises `Stale` when a signed head contradicts the site's log, or another one that is `later` than it."""
    head = signed.head
    if head.size <= seen.log.size:
        fork = find_fork(signed, seen.signed, seen.log.hash)
    else:
        known = later.setdefault(head.size, signed)
        fork = Fork(signed, known, known.head.root, ()) if known.head.root != head.root else None
    if fork:
        verify_fork(fork)
        name = f"fork-{sha256(format_fork(fork)).hexdigest()[:16]}.json"
        kept = keep_evidence((evidence / name).absolute(), format_fork(fork))
        raise Stale(
            "witness-fork",
            f"the log has forked: this head and another one that is signed differ in the first {head.size} entries",
            path=path,
            expected=f"root {fork.root.hex()} at {head.size}",
            found=f"root {head.root.hex()} at {head.size}",
            help=kept,
        )


def read_report(path: Path, people: Sequence[tuple[str, str]]) -> Report:
    """The report in a file, signed beside it by one of `people`, pairs of name and minisign public key.

    Raises `NotFound` when there is none, `Unsigned` when it is not signed, `BadKey` when it is by none of them,
    `BadSignature` when it does not verify.
    """
    beside = path.with_name(f"{path.name}.minisig")
    try:
        data = read_file(path, LIMIT)
    except FileNotFoundError:
        hint = "`packyard rebuild --out FILE` makes one"
        raise NotFound("file-missing", "there is no such report", path=str(path), help=hint) from None
    except FormatError as error:
        raise _bad(error, path) from None
    try:
        signature = read_file(beside, minisign.LIMIT)
    except FileNotFoundError:
        expected, hint = str(beside), "`packyard rebuild --out FILE --sign KEYFILE` makes it"
        message = "the report is not signed"
        raise Unsigned("signature-missing", message, path=str(path), expected=expected, help=hint) from None
    except FormatError as error:
        raise _bad(error, beside) from None
    try:
        key_id = minisign.parse_signature(signature).key_id
        keys = {
            key.key_id: (name, key) for name, key in ((name, minisign.parse_public_key(text)) for name, text in people)
        }
        if key_id not in keys:
            message = "the report is signed by none of the rebuilders"
            raise BadKey("key-unknown", message, path=str(path), expected=", ".join(keys), found=key_id)
        name, key = keys[key_id]
        return Report(name, key_id, verify_rebuild(data, signature, key))
    except FormatError as error:
        raise _bad(error, path) from None


def _bad(error: FormatError, path: Path) -> BadSignature:
    fields = error.at(str(path))._asdict()
    return BadSignature(fields.pop("code"), fields.pop("message"), **fields)

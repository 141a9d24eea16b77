"""One published version, down to the last byte that its publisher signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from packyard.audit import expect
from packyard.audit.reading import Reading
from packyard.errors import FormatError, Problem
from packyard.formats import dsse, layout, names, registry, semver, sums, tarball
from packyard.formats.minisign import PublicKey
from packyard.formats.times import parse_time
from packyard.history import place
from packyard.model import Event, Release, Tarball
from packyard.rules.authority import Authority, verify_signed
from packyard.rules.folder import SIGNATURE, SUMS, Folder
from packyard.rules.version import Checked, check_version

METADATA, PROVENANCE = "metadata.json", "provenance.intoto.jsonl"
_OWNERSHIP = ("add-owner", "remove-owner", "transfer", "recover")
_MOST_FILES, _MOST_BYTES = registry.LIMITS["files"].highest, registry.LIMITS["expanded"].highest


class Stated(NamedTuple):
    """What `packs/NAME/index.json` says of a version, as far as it is needed to prove it. `withdrawn` is None, or the
    object that says why."""

    version: str
    log_index: int
    published: int
    publisher: str
    withdrawn: Mapping[str, Any] | None = None


class Judge(NamedTuple):
    """By what packs are judged: the registry's name, who may sign, the folders of those of whom nothing can be said,
    the registry's attestation keys, when the snapshot was issued, in seconds, and whether every revision of those who
    may sign is known, or only the newest."""

    origin: str
    authority: Authority
    damaged: frozenset[str]
    attest: tuple[PublicKey, ...]
    issued: int
    whole: bool


def parse_stated(document: Mapping[str, Any], name: str) -> dict[str, Stated]:
    """The versions in a pack's `index.json`. Raises `FormatError`."""
    listed = document.get("versions")
    if document.get("name") != name or not isinstance(listed, list) or not listed:
        raise FormatError("document-invalid", "not a document with versions of this pack", expected=name)
    found = [_stated(each) for each in listed]
    if len({each.version for each in found}) < len(found):
        raise FormatError("document-invalid", "a version is there twice")
    return {each.version: each for each in found}


def _stated(fields: object) -> Stated:
    if not isinstance(fields, dict):
        raise FormatError("document-invalid", "a version is not an object")
    version, index, publisher = fields.get("version"), fields.get("log_index"), fields.get("publisher")
    if not isinstance(version, str) or type(index) is not int or not isinstance(publisher, str):
        raise FormatError("document-invalid", "a version lacks its number, its place in the log or its publisher")
    semver.parse(version)
    withdrawn = fields.get("withdrawn")
    if withdrawn is not None and not isinstance(withdrawn, dict):
        raise FormatError("document-invalid", "`withdrawn` is neither null nor an object")
    return Stated(version, index, parse_time(str(fields.get("published"))), publisher, withdrawn)


def handles_in(document: Mapping[str, Any], stated: Mapping[str, Stated], signatures: Iterable[str]) -> set[str]:
    """Everybody on whom the state of a pack depends: who has signed its versions and statements (by the names of their
    `signatures`), and whom a statement made an owner.
    """
    found = {each.publisher for each in stated.values()}
    found |= {path.removesuffix(".minisig").rpartition(".")[2] for path in signatures if path.endswith(".minisig")}
    said = document.get("statements")
    for each in said if isinstance(said, list) else ():
        if isinstance(each, dict) and each.get("action") in _OWNERSHIP:
            found |= {handle for field in ("handle", "from", "to") if isinstance(handle := each.get(field), str)}
    return found


def artifacts(name: str, version: str, withdrawn: bool = False) -> tuple[str, ...]:
    """The names of the files in a version's folder that never change, and of the document that describes them."""
    packed = () if withdrawn else (layout.tarball_name(name, version),)
    return (*packed, SUMS, SIGNATURE, PROVENANCE, METADATA)


def audit_version(
    reading: Reading,
    judge: Judge,
    name: str,
    stated: Stated,
    files: Mapping[str, bytes],
    digests: Mapping[str, str],
) -> Release | None:
    """The release that was signed and is documented as it must be; None, and problems, when anything of it is wrong.

    `files` are its `artifacts`, which have the hashes that `digests` has for their paths.
    """
    before, here = len(reading.problems), layout.version(name, stated.version)
    described = reading.document(here + METADATA, files[METADATA], "packyard/version/1")
    if described is None:
        return None
    archive, packed = layout.tarball(name, stated.version), files[layout.tarball_name(name, stated.version)]
    tar = reading.attempt(archive, tarball.expand, packed, _room(described, files))
    contents = reading.attempt(archive, tarball.parse_tar, tar) if tar is not None else None
    if tar is None or contents is None:
        return None
    event = _event(name, stated)
    checked = _check_signed(reading, judge, event, dict(contents), files)
    if checked is None:
        return None
    encoder = described["tarball"].get("encoder") if isinstance(described.get("tarball"), dict) else None
    made = Tarball(archive, digests[archive], len(packed), sha256(tar).hexdigest(), str(encoder))
    commit, _ = _attested(reading, judge, event, files, (made.sha256, checked.identity))
    release = _release(event, commit, checked, made)
    _compare(reading, here + METADATA, expect.metadata(release), described)
    return release if len(reading.problems) == before else None


def audit_tombstone(
    reading: Reading, judge: Judge, name: str, stated: Stated, files: Mapping[str, bytes]
) -> Release | None:
    """The same for a withdrawn version, of which there is no tarball: what was signed is known, what it held is not.

    The release has the hash of the tarball that is gone, as the provenance states it.
    """
    before, here = len(reading.problems), layout.version(name, stated.version)
    described = reading.document(here + METADATA, files[METADATA], "packyard/version/1")
    event, comment = _event(name, stated), f"{name} {stated.version}"
    proof = (files[SUMS], files[SIGNATURE], comment, event, judge.authority, "publish")
    reading.attempt(here + SUMS, sums.parse, files[SUMS])
    signed = reading.attempt(here + SIGNATURE, verify_signed, *proof)
    if described is None or signed is None:
        return None
    identity = sums.identity(files[SUMS])
    commit, digest = _attested(reading, judge, event, files, ("", identity))
    checked = Checked(expect.UNSEEN, (), (), identity, signed.key_id, signed.publisher.handle)
    release = _release(event, commit, checked, Tarball("", digest, 0, "", ""))
    _compare(reading, here + METADATA, expect.metadata(release, stated.withdrawn), described)
    return release if len(reading.problems) == before else None


def audit_burial(reading: Reading, name: str, stated: Stated, files: Mapping[str, bytes]) -> None:
    """That the document of a version that is known, and is withdrawn now, says nothing any more of what it held."""
    path = layout.version(name, stated.version, METADATA)
    described = reading.document(path, files[METADATA], "packyard/version/1")
    if described is not None:
        _compare(reading, path, expect.buried(stated.withdrawn), described)


def _event(name: str, stated: Stated) -> Event:
    return Event(stated.log_index, "version", name, stated.version, (), "", stated.published, stated.log_index)


def _compare(reading: Reading, path: str, expected: dict[str, Any], described: Mapping[str, Any]) -> None:
    for member, wanted, found in expect.differences(expected, described):
        reading.report("document-mismatch", path, f"`{member}` is not what was signed", wanted, found)


def _room(described: Mapping[str, Any], files: Mapping[str, bytes]) -> int:
    """How many bytes the archive has, going by the sizes that are stated: no bomb gets more room than that."""
    listed = described.get("files")
    sizes = [len(files[SUMS]), len(files[SIGNATURE])]
    sizes += [file["size"] for file in listed if _has_size(file)] if isinstance(listed, list) else []
    blocks = sum(tarball.BLOCK + -(-size // tarball.BLOCK) * tarball.BLOCK for size in sizes) + 2 * tarball.BLOCK
    return min(-(-blocks // tarball.RECORD) * tarball.RECORD, 2 * _MOST_BYTES)


def _has_size(file: object) -> bool:
    return isinstance(file, dict) and isinstance(file.get("size"), int) and file["size"] >= 0


def _check_signed(
    reading: Reading, judge: Judge, event: Event, contents: dict[str, bytes], files: Mapping[str, bytes]
) -> Checked | None:
    """The version in the tarball, as the publisher signed it; what lies beside the tarball must be the same."""
    archive, before = layout.tarball(event.subject, event.ident), len(reading.problems)
    reading.problems += _paths(archive, contents)
    report = check_version(Folder(archive, contents, ()), event, judge.authority, _MOST_FILES)
    reading.problems += report.problems
    for name in (SUMS, SIGNATURE):
        if contents.get(name) != files[name]:
            path = layout.version(event.subject, event.ident, name)
            reading.report("artifact-mismatch", path, "the file is not the one in the tarball")
    return report.checked if len(reading.problems) == before else None


def _paths(archive: str, contents: Mapping[str, bytes]) -> Iterator[Problem]:
    for path in contents:
        try:
            names.check_path(path)
        except FormatError as error:
            yield error.at(archive)
    for first, second in names.collisions(contents):
        message = "two paths are one on a file system that ignores case"
        yield Problem("case-collision", f"{archive}/{second}", message, found=f"{first} and {second}")


def _attested(
    reading: Reading, judge: Judge, event: Event, files: Mapping[str, bytes], digests: tuple[str, str]
) -> tuple[str, str]:
    """The commit and the hash of the tarball that the provenance names, once it is found to be the registry's and about
    this version. `digests` are those of the tarball, "" for any, and of `SHA256SUMS`.
    """
    path, data = layout.version(event.subject, event.ident, PROVENANCE), files[PROVENANCE]
    said = reading.attempt(path, lambda: dsse.verify_envelope(dsse.parse_envelope(data), judge.attest))
    stated = reading.attempt(path, dsse.parse_provenance, said) if said is not None else None
    if stated is None:
        return "", ""
    archive, (packed, identity) = layout.tarball_name(event.subject, event.ident), digests
    packed = packed or dict(stated.subjects).get(archive, "")
    subjects = ((archive, packed), (SUMS, identity))
    wanted = (("registry", judge.origin, stated.registry), ("path", place(event), stated.path))
    for what, expected, found in (*wanted, ("subjects", subjects, stated.subjects)):
        if expected != found:
            reading.report("provenance-mismatch", path, f"the provenance names another {what}", expected, found)
    return stated.commit, packed


def _release(event: Event, commit: str, checked: Checked, made: Tarball) -> Release:
    return Release(
        event.subject,
        event.ident,
        "",
        checked.identity,
        checked.key,
        checked.publisher,
        commit,
        event.time,
        event.seq,
        event.log_index,
        checked.manifest,
        checked.features,
        checked.files,
        made,
        checked.routing,
    )

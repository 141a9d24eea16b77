"""The change set as a build would take it: every new revision, version and statement by the rules that a build applies,
in the order of the log, on top of the history that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from packyard.catalogue import fold
from packyard.errors import FormatError, Problem
from packyard.formats import layout, semver, tarball
from packyard.formats.manifest import parse_manifest
from packyard.gate.proposal import Judged, Past, Proposal, World
from packyard.gate.settings import judge_settings
from packyard.gate.values import Candidate, Content
from packyard.history import pack_trees, place
from packyard.model import Event, Manifest, Pack, Release, Tarball
from packyard.protocols import Source
from packyard.registry import Registry
from packyard.rules.authority import Revisions, check_revision
from packyard.rules.folder import LIMITS, SIGNATURE, SUMS, Folder, read_folder
from packyard.rules.renames import check_rename
from packyard.rules.statements import Spoken, check_statement
from packyard.rules.strays import check_strays
from packyard.rules.version import MANIFESTS, Checked, check_version


class _Pack(NamedTuple):
    before: Pack | None
    after: Pack | None
    releases: tuple[Release, ...]
    spoken: tuple[Spoken, ...]
    candidates: tuple[Candidate, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def judge_build(proposal: Proposal, world: World, source: Source) -> Judged:
    """What a build would say of the change set; `source` holds its objects."""
    authority = _copy(world.authority)
    for first, trust in proposal.trusts:
        authority.add_trust(first, trust)
    problems = [*proposal.problems, *judge_settings(proposal, world.registry, source)]
    problems += _people(proposal, authority, source)
    packs = {
        name: _judge_pack(name, tree, proposal, world, authority, source)
        for name, tree in touched(source, proposal.before, proposal.after)
    }
    problems += _astray(proposal, world, {name: pack.after for name, pack in packs.items()})
    return Judged(
        authority,
        {name: pack.before for name, pack in packs.items() if pack.before},
        {name: pack.after for name, pack in packs.items() if pack.after},
        tuple(release for pack in packs.values() for release in pack.releases),
        tuple(said for pack in packs.values() for said in pack.spoken),
        tuple(candidate for pack in packs.values() for candidate in pack.candidates),
        (*problems, *(problem for pack in packs.values() for problem in pack.problems)),
        tuple(note for pack in packs.values() for note in pack.notes),
    )


def _astray(proposal: Proposal, world: World, packs: Mapping[str, Pack | None]) -> Iterator[Problem]:
    """Problems of new renames by which nobody arrives."""

    def lead(name: str) -> str | None:
        pack = packs.get(name) or world.standing(name)
        return (pack.renamed.to if pack.renamed else "") if pack else None

    said = {event.subject: event for event in proposal.of("statement") if event.ident.endswith("-rename")}
    for name, event in said.items():
        yield from check_rename(name, place(event), lead)


def touched(source: Source, before: str, after: str) -> Iterable[tuple[str, str]]:
    """(name, tree) of the packs in which two source trees differ; the tree is "" of one that is gone."""
    trees = [_child(source, tree, "packs") for tree in (before, after)]
    return [(name, tree) for name, _, tree in pack_trees(source, *trees)]


def read_candidate(
    world: World, event: Event, folder: Folder, past: Past, beside: Mapping[str, Folder] | None = None
) -> Candidate:
    """The version with its files, and those of the version that it follows: a published one, or one of those that come
    `beside` it, by number. Below everything, it is held against the lowest that is published.
    """
    coming, published = beside or {}, {release.version: release.tree for release in past.releases}
    pack = world.standing(event.subject)
    back = {state.release.version for state in pack.versions if not state.alive} if pack else set[str]()
    number = _follows(event.ident, (*published, *coming), back) or min(published, key=semver.sort_key, default="")
    followed = coming.get(number)
    if number and followed is None:
        path = place(event).removesuffix(event.ident) + number
        followed = read_folder(world.source, published[number], path, world.registry.limits)
    return Candidate(event.subject, event.ident, content_of(folder), content_of(followed) if followed else None, number)


def content_of(folder: Folder) -> Content:
    """A folder as what the content checks look at."""
    files = {path: data for path, data in folder.files.items() if path not in (SUMS, SIGNATURE)}
    return Content(folder.path, files, manifest_of(files))


def manifest_of(files: dict[str, bytes]) -> Manifest | None:
    """The manifest among the files, None when there is no good one."""
    present = [name for name in MANIFESTS if name in files]
    try:
        return parse_manifest(files[present[0]], present[0])[0] if len(present) == 1 else None
    except FormatError:
        return None


def _copy(authority: Revisions) -> Revisions:
    found = Revisions()
    for kept in (*authority.publishers.values(), *authority.orgs.values()):
        for revision in kept:
            found.add(revision)
    for first, trust in authority.trusts:
        found.add_trust(first, trust)
    return found


def _people(proposal: Proposal, authority: Revisions, source: Source) -> list[Problem]:
    problems: list[Problem] = []
    for event in proposal.events:
        if event.kind in ("publisher", "org"):
            revision, wrong = check_revision(source, event, authority)
            problems += wrong
            if revision:
                authority.add(revision)
    return problems


def _judge_pack(name: str, tree: str, proposal: Proposal, world: World, authority: Revisions, source: Source) -> _Pack:
    past = world.past(name)
    new = [event for event in (*proposal.of("version"), *proposal.of("statement")) if event.subject == name]
    versions = [event for event in new if event.kind == "version"]
    releases, spoken, candidates = list[Release](), list[Spoken](), list[Candidate]()
    problems = list(check_strays(source, name, tree, (*past.events, *new))) if tree else []
    notes: list[Problem] = []
    folders = {
        event.ident: read_folder(source, event.objects[0][1], place(event), world.registry.limits) for event in versions
    }
    readable = {number: folder for number, folder in folders.items() if folder.whole and semver.is_version(number)}
    for event in versions:
        folder = folders[event.ident]
        release, wrong, noted = _version(world.registry, authority, event, folder)
        problems += wrong
        notes += noted
        releases += [release] if release else []
        if event.ident in readable:
            candidates.append(read_candidate(world, event, folder, past, readable))
    for event in (event for event in new if event.kind == "statement"):
        said, wrong = check_statement(source, event, authority, world.registry.origin)
        problems += wrong
        spoken += [said] if said else []
    before, _ = fold(name, past.releases, past.spoken, authority)
    after, wrong = fold(name, (*past.releases, *releases), (*past.spoken, *spoken), authority)
    problems += wrong
    if after is None and not problems:
        problems.append(_nothing(name, new))
    return _Pack(before, after, tuple(releases), tuple(spoken), tuple(candidates), tuple(problems), tuple(notes))


def _version(
    registry: Registry, authority: Revisions, event: Event, folder: Folder
) -> tuple[Release | None, list[Problem], tuple[Problem, ...]]:
    limits = {**LIMITS, **registry.limits}
    report = check_version(folder, event, authority, limits["files"])
    if report.checked is None:
        return None, list(report.problems), report.notes
    size = len(tarball.compress(tarball.format_tar(folder.files.items())))
    if size > limits["compressed"]:
        expected, found = f"at most {limits['compressed']} bytes", f"{size} bytes"
        return None, [Problem("too-large", folder.path, "the tarball is too large", 0, expected, found)], report.notes
    return _release(event, report.checked), [], report.notes


def _release(event: Event, checked: Checked) -> Release:
    path = layout.tarball(event.subject, event.ident)
    return Release(
        event.subject,
        event.ident,
        event.objects[0][1],
        checked.identity,
        checked.key,
        checked.publisher,
        event.commit,
        event.time,
        event.seq,
        event.log_index,
        checked.manifest,
        checked.features,
        checked.files,
        Tarball(path, "", 0, "", ""),
    )


def _follows(version: str, others: Iterable[str], back: set[str]) -> str:
    """The highest of the versions that are below one, "" when there is none. One that was taken `back` vouches for
    nothing, unless there is no other.
    """
    below = [each for each in others if semver.sort_key(each) < semver.sort_key(version)]
    return max([each for each in below if each not in back] or below, key=semver.sort_key, default="")


def _nothing(name: str, new: list[Event]) -> Problem:
    where = place(new[0]) if new else name
    return Problem("statement-unfounded", where, "the pack has no version yet that a statement could be about")


def _child(source: Source, tree: str, name: str) -> str:
    return (
        next((entry.oid for entry in source.tree(tree) if entry.name == name and entry.mode == 0o40000), "")
        if tree
        else ""
    )

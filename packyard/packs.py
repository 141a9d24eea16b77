"""One pack, from its git tree to its files in the staging area: check, collect, plan, render.

A pack is the unit of work and of memory: packs know nothing of each other, so they are made in any order and on any
processor. An unchanged version is taken from memory by its tree id; a file whose recipe has the key it had is not
rendered; bytes that are as they were are not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.catalogue import fold, row_of
from packyard.emitter import Emitter, pack_lists
from packyard.errors import FormatError, Problem
from packyard.facts import releases_from, releases_text
from packyard.formats import dsse, entries, layout, tarball
from packyard.formats.times import day_of
from packyard.grounds import grounds
from packyard.history import place, review_of
from packyard.model import Event, Output, Pack, Publisher, Release, Row, Tarball
from packyard.protocols import History, Signer, Sink, Source
from packyard.recipe import once
from packyard.rules.authority import FILE_LIMIT, Authority
from packyard.rules.folder import LIMITS, SIGNATURE, SUMS, Folder, read_folder
from packyard.rules.statements import Spoken, check_statement
from packyard.rules.strays import check_strays
from packyard.rules.version import Checked, check_version
from packyard.surfaces import dialects
from packyard.surfaces.dialects.values import Said
from packyard.surfaces.pack import plan_pack
from packyard.surfaces.pack.shipped import Shelf
from packyard.surfaces.pack.values import Around, Hand
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

NOW = 1 << 62  # later than every event
BUILDER = "urn:packyard:builder:1"


class Workshop(NamedTuple):
    """What every pack is made with."""

    source: History
    authority: Authority
    attest: Signer
    staging: Sink
    templates: Templates
    site: Site
    tool: str


class Job(NamedTuple):
    """A pack to make: its tree at `packs/…`, its events, and what memory has of it. Events from `first` on are not in
    memory's log. `around` is what others say of it.
    """

    name: str
    tree: str
    events: tuple[Event, ...]
    releases: str
    before: tuple[Output, ...]
    first: int
    around: Around = Around()


class Made(NamedTuple):
    """A pack that was made, or the problems that kept it from being made; `elsewhere` counts files that another process
    staged. `withdrawn` are the tarballs that may not stay, `earlier` what other versions than the latest depend on,
    `said` pairs other programs' formats with what their lists say of the pack.
    """

    name: str
    tree: str
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    row: Row | None = None
    releases: str = ""
    files: tuple[Output, ...] = ()
    signers: tuple[str, ...] = ()
    leaves: tuple[tuple[int, bytes], ...] = ()
    withdrawn: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    elsewhere: int = 0
    said: tuple[tuple[str, Said], ...] = ()


def make_pack(shop: Workshop, job: Job) -> Made:
    """Makes one pack; every problem of it is in the result."""
    output = Emitter(shop.staging, shop.tool, job.before)
    releases, spoken, problems, notes = _check(shop, job, output)
    pack, found = fold(job.name, releases, spoken, shop.authority) if not problems else (None, [])
    problems += found
    if pack is None:
        return Made(job.name, job.tree, tuple(problems), tuple(notes))
    pack = pack._replace(grounds=grounds(job.name, releases, spoken, shop.authority))
    publishers = _publishers(shop.authority, pack)
    hand = Hand(
        shop.site, shop.templates, publishers, Shelf(shop.source), job.around, _seen(shop.authority, publishers)
    )
    for recipe in once((*plan_pack(hand, pack), *dialects.plan_pack(hand, pack))):
        output.make(recipe)
    for path, data in pack_lists(job.name, output.files.values()):
        output.emit(path, data)
    return Made(
        job.name,
        job.tree,
        (),
        tuple(notes),
        row_of(pack),
        releases_text(releases),
        tuple(output.files.values()),
        tuple(publishers),
        tuple(_leaves(releases, spoken, job.first)),
        tuple(layout.tarball(job.name, state.release.version) for state in pack.versions if state.withdrawn),
        _earlier(pack),
        said=dialects.said(hand, pack),
    )


def _earlier(pack: Pack) -> tuple[str, ...]:
    """What versions depend on that are still there, but for what the latest depends on."""
    needed = {name for state in pack.versions if not state.withdrawn for name, _ in state.release.manifest.dependencies}
    latest = () if pack.latest.withdrawn else pack.latest.release.manifest.dependencies
    return tuple(sorted(needed.difference(name for name, _ in latest)))


def _publishers(authority: Authority, pack: Pack) -> Mapping[str, Publisher]:
    handles = sorted({state.release.publisher for state in pack.versions})
    found = ((handle, authority.publisher(handle, NOW)) for handle in handles)
    return {handle: publisher for handle, publisher in found if publisher}


def _seen(authority: Authority, handles: Iterable[str]) -> Mapping[str, str]:
    """The day on which each key of some publishers came here, by the keys' ids."""
    found = dict[str, str]()
    for handle in handles:
        for revision in authority.revisions("publisher", handle):
            keys = revision.value.keys if isinstance(revision.value, Publisher) else ()
            for key in keys:
                found.setdefault(key.key_id, day_of(revision.event.time))
    return found


def _check(
    shop: Workshop, job: Job, output: Emitter
) -> tuple[list[Release], list[Spoken], list[Problem], list[Problem]]:
    known = {release.version: release for release in releases_from(job.releases)}
    releases, problems, notes = (
        list[Release](),
        list(check_strays(shop.source, job.name, job.tree, job.events)),
        list[Problem](),
    )
    spoken, wrong = _spoken(shop, job, output)
    problems += wrong
    withdrawn = _withdrawn(spoken)
    for event in job.events:
        if event.kind == "version":
            release, found, noted = _release(shop, event, known.get(event.ident), output, event.ident not in withdrawn)
            releases += [release] if release else []
            problems += found
            notes += noted
    return releases, spoken, problems, notes


def _withdrawn(spoken: Iterable[Spoken]) -> frozenset[str]:
    """The versions whose content must go. Whether that was allowed is for the fold; if not, nothing is published."""
    said = (each.statement for each in spoken)
    return frozenset(each.fields["version"] for each in said if each.action == "withdraw")


def _spoken(shop: Workshop, job: Job, output: Emitter) -> tuple[list[Spoken], list[Problem]]:
    """The pack's statements, published as they are."""
    spoken, problems = list[Spoken](), list[Problem]()
    for event in job.events:
        if event.kind == "statement":
            said, wrong = check_statement(shop.source, event, shop.authority, shop.site.registry.origin)
            problems += wrong
            if said:
                spoken.append(said)
                _publish_statement(shop.source, said, output)
    return spoken, problems


def _release(
    shop: Workshop, event: Event, known: Release | None, output: Emitter, offered: bool
) -> tuple[Release | None, tuple[Problem, ...], tuple[Problem, ...]]:
    """A version with its artifacts; without its tarball when it is not `offered` any more."""
    tree = event.objects[0][1]
    here = layout.version(event.subject, event.ident)
    if known and (known.tree, known.seq) == (tree, event.seq) and output.keep(here):
        if not offered:
            output.files.pop(layout.tarball(event.subject, event.ident), None)
        return known._replace(log_index=event.log_index), (), ()
    registry = shop.site.registry
    folder = read_folder(shop.source, tree, place(event), registry.limits)
    report = check_version(folder, event, shop.authority, registry.limits.get("files", LIMITS["files"]))
    if report.checked is None:
        return None, report.problems, report.notes
    packed = _pack(shop, event, folder, output, offered)
    limit = registry.limits.get("compressed", LIMITS["compressed"])
    if packed.size > limit:
        too_large = Problem(
            "too-large", folder.path, "the tarball is too large", 0, f"at most {limit} bytes", f"{packed.size} bytes"
        )
        return None, (too_large,), report.notes
    _attest(shop, event, report.checked, packed, output, offered)
    review = review_of(shop.source.message(event.commit)) if event.commit else ""
    return _to_release(event, tree, report.checked, packed, review), (), report.notes


def _to_release(event: Event, tree: str, checked: Checked, packed: Tarball, review: str) -> Release:
    return Release(
        event.subject,
        event.ident,
        tree,
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
        packed,
        checked.routing,
        review,
    )


def _pack(shop: Workshop, event: Event, folder: Folder, output: Emitter, offered: bool) -> Tarball:
    """Stages the tarball with the signed files beside it. A published one is taken as it is, if it holds just these
    files; one that is not `offered` is made all the same, because the provenance names it.
    """
    path = layout.tarball(event.subject, event.ident)
    tar = tarball.format_tar(folder.files.items())
    data = _published(shop.staging, path, tar) or tarball.compress(tar)
    here = layout.version(event.subject, event.ident)
    output.emit(here + SUMS, folder.files[SUMS])
    output.emit(here + SIGNATURE, folder.files[SIGNATURE])
    if offered:
        output.emit(path, data)
    return Tarball(path, sha256(data).hexdigest(), len(data), sha256(tar).hexdigest(), tarball.ENCODER)


def _published(staging: Sink, path: str, tar: bytes) -> bytes | None:
    data = staging.current(path, LIMITS["compressed"])
    try:
        return data if data is not None and tarball.expand(data, len(tar)) == tar else None
    except FormatError:
        return None


def _attest(shop: Workshop, event: Event, checked: Checked, packed: Tarball, output: Emitter, offered: bool) -> None:
    """Stages the provenance, written once: a published envelope stays while it says the same."""
    registry = shop.site.registry
    here = layout.version(event.subject, event.ident)
    subjects = ((layout.tarball_name(event.subject, event.ident), packed.sha256), (SUMS, checked.identity))
    wanted = dsse.Provenance(registry.origin, registry.url, event.commit, place(event), BUILDER, subjects)
    path = here + "provenance.intoto.jsonl"
    data = shop.staging.current(path, FILE_LIMIT)
    if data is None or not _says(data, wanted, offered):
        data = dsse.format_envelope(dsse.sign_envelope(dsse.format_provenance(wanted), shop.attest))
    output.emit(path, data)


def _says(data: bytes, wanted: dsse.Provenance, offered: bool) -> bool:
    """Whether an envelope says what it should; only it remembers the hash of a tarball that is not offered any more."""
    try:
        found = dsse.parse_provenance(dsse.parse_envelope(data).payload)
    except FormatError:
        return False
    if not offered:
        packed = wanted.subjects[0]
        found = found._replace(subjects=tuple(packed if each[0] == packed[0] else each for each in found.subjects))
    return found == wanted


def _publish_statement(source: Source, said: Spoken, output: Emitter) -> None:
    folder = layout.pack(said.event.subject, "statements/")
    for name, oid in said.event.objects:
        output.emit(folder + name, source.blob(oid, FILE_LIMIT))


def _leaves(releases: list[Release], spoken: list[Spoken], first: int) -> Iterator[tuple[int, bytes]]:
    for release in releases:
        if release.seq >= first:
            fields = (release.pack, release.version, release.identity, release.key, release.published)
            yield release.seq, entries.publish_entry(*fields)
    for said in spoken:
        if said.event.seq >= first:
            statement, about = said.statement, said.statement.fields.get("version", "")
            facts = (statement.action, statement.pack, statement.sequence, about, said.sha256, said.keys)
            yield said.event.seq, entries.statement_entry(*facts, said.event.time)

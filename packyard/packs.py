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
from packyard.emitter import Emitter, files_sums
from packyard.errors import FormatError, Problem
from packyard.facts import releases_from, releases_text
from packyard.formats import dsse, entries, layout, names, tarball
from packyard.history import SOURCE, TREE, place, unknown
from packyard.model import Event, Output, Pack, Publisher, Release, Row, Tarball
from packyard.protocols import Signer, Sink, Source
from packyard.recipe import once
from packyard.rules.authority import FILE_LIMIT, Authority
from packyard.rules.folder import LIMITS, SIGNATURE, SUMS, Folder, read_folder
from packyard.rules.statements import Spoken, check_statement
from packyard.rules.version import Checked, check_version
from packyard.surfaces import pages
from packyard.surfaces.pack import plan_pack
from packyard.surfaces.site import Site

NOW = 1 << 62  # later than every event
BUILDER = "urn:packyard:builder:1"


class Workshop(NamedTuple):
    """What every pack is made with."""

    source: Source
    authority: Authority
    attest: Signer
    staging: Sink
    templates: pages.Templates
    site: Site
    tool: str


class Job(NamedTuple):
    """A pack to make: its tree at `packs/…`, its events, and what memory has of it. Events from `first` on are not in
    memory's log.
    """

    name: str
    tree: str
    events: tuple[Event, ...]
    releases: str
    before: tuple[Output, ...]
    first: int


class Made(NamedTuple):
    """A pack that was made, or the problems that kept it from being made; `elsewhere` counts files that another process
    staged.
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
    elsewhere: int = 0


def make_pack(shop: Workshop, job: Job) -> Made:
    """Makes one pack; every problem of it is in the result."""
    output = Emitter(shop.staging, shop.tool, job.before)
    releases, spoken, problems, notes = _check(shop, job, output)
    pack, found = fold(job.name, releases, spoken, shop.authority) if not problems else (None, [])
    problems += found
    if pack is None:
        return Made(job.name, job.tree, tuple(problems), tuple(notes))
    publishers = _publishers(shop.authority, pack)
    for recipe in once(plan_pack(shop.site, shop.templates, pack, publishers, _Contents(shop.source))):
        output.make(recipe)
    output.emit(layout.pack(job.name, "files.sums"), files_sums(output.files.values()))
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
    )


class _Contents:
    """Reads files of releases from git, following the release's tree."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __call__(self, release: Release, path: str) -> bytes:
        tree = release.tree
        *folders, name = path.split("/")
        for folder in folders:
            tree = next(entry.oid for entry in self.source.tree(tree) if entry.name == folder)
        oid = next(entry.oid for entry in self.source.tree(tree) if entry.name == name)
        return self.source.blob(oid, LIMITS["expanded"])


def _publishers(authority: Authority, pack: Pack) -> Mapping[str, Publisher]:
    handles = sorted({state.release.publisher for state in pack.versions})
    found = ((handle, authority.publisher(handle, NOW)) for handle in handles)
    return {handle: publisher for handle, publisher in found if publisher}


def _check(
    shop: Workshop, job: Job, output: Emitter
) -> tuple[list[Release], list[Spoken], list[Problem], list[Problem]]:
    known = {release.version: release for release in releases_from(job.releases)}
    releases, spoken = list[Release](), list[Spoken]()
    problems, notes = list(_strays(shop.source, job)), list[Problem]()
    for event in job.events:
        if event.kind == "version":
            release, found, noted = _release(shop, event, known.get(event.ident), output)
            releases += [release] if release else []
            problems += found
            notes += noted
        else:
            said, wrong = check_statement(shop.source, event, shop.authority, shop.site.registry.origin)
            problems += wrong
            if said:
                spoken.append(said)
                _publish_statement(shop.source, said, output)
    return releases, spoken, problems, notes


def _strays(source: Source, job: Job) -> Iterator[Problem]:
    root = f"{SOURCE}/{names.folder(names.parse_name(job.name))}"
    said = {name for event in job.events if event.kind == "statement" for name, _ in event.objects}
    folders = {event.ident for event in job.events if event.kind == "version"} | {"statements"}
    yield from _look_alikes(event for event in job.events if event.kind == "version")
    for entry in source.tree(job.tree):
        if entry.mode != TREE or entry.name not in folders:
            what = "is not a folder" if entry.name == "statements" else "is not the folder of a version"
            yield from unknown(f"{root}/{entry.name}", entry, what)
        elif entry.name == "statements":
            for file in source.tree(entry.oid):
                if file.name not in said:
                    yield from unknown(f"{root}/statements/{file.name}", file, "is not a statement or its signature")


def _look_alikes(versions: Iterable[Event]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for event in versions:
        first = seen.setdefault(event.ident.lower(), event.ident)
        if first != event.ident:
            yield Problem(
                "case-collision",
                place(event),
                "two versions are one on a file system that ignores case",
                found=f"{first} and {event.ident}",
                help="publish it under another number",
            )


def _release(
    shop: Workshop, event: Event, known: Release | None, output: Emitter
) -> tuple[Release | None, tuple[Problem, ...], tuple[Problem, ...]]:
    tree = event.objects[0][1]
    here = layout.version(event.subject, event.ident)
    if known and (known.tree, known.seq) == (tree, event.seq) and output.keep(here):
        return known._replace(log_index=event.log_index), (), ()
    registry = shop.site.registry
    folder = read_folder(shop.source, tree, place(event), registry.limits)
    report = check_version(folder, event, shop.authority, registry.limits.get("files", LIMITS["files"]))
    if report.checked is None:
        return None, report.problems, report.notes
    packed = _pack(shop, event, folder, output)
    limit = registry.limits.get("compressed", LIMITS["compressed"])
    if packed.size > limit:
        too_large = Problem(
            "too-large", folder.path, "the tarball is too large", 0, f"at most {limit} bytes", f"{packed.size} bytes"
        )
        return None, (too_large,), report.notes
    _attest(shop, event, report.checked, packed, output)
    return _to_release(event, tree, report.checked, packed), (), report.notes


def _to_release(event: Event, tree: str, checked: Checked, packed: Tarball) -> Release:
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
    )


def _pack(shop: Workshop, event: Event, folder: Folder, output: Emitter) -> Tarball:
    """Stages the tarball with the signed files beside it. A published one is taken as it is, if it holds just these
    files.
    """
    path = layout.tarball(event.subject, event.ident)
    tar = tarball.format_tar(folder.files.items())
    data = _published(shop.staging, path, tar) or tarball.compress(tar)
    here = layout.version(event.subject, event.ident)
    output.emit(here + SUMS, folder.files[SUMS])
    output.emit(here + SIGNATURE, folder.files[SIGNATURE])
    output.emit(path, data)
    return Tarball(path, output.files[path].sha256, len(data), sha256(tar).hexdigest(), tarball.ENCODER)


def _published(staging: Sink, path: str, tar: bytes) -> bytes | None:
    data = staging.current(path, LIMITS["compressed"])
    try:
        return data if data is not None and tarball.expand(data, len(tar)) == tar else None
    except FormatError:
        return None


def _attest(shop: Workshop, event: Event, checked: Checked, packed: Tarball, output: Emitter) -> None:
    """Stages the provenance, written once: a published envelope stays while it says the same."""
    registry = shop.site.registry
    here = layout.version(event.subject, event.ident)
    subjects = ((layout.tarball_name(event.subject, event.ident), packed.sha256), (SUMS, checked.identity))
    payload = dsse.format_provenance(
        dsse.Provenance(registry.origin, registry.url, event.commit, place(event), BUILDER, subjects)
    )
    path = here + "provenance.intoto.jsonl"
    data = shop.staging.current(path, FILE_LIMIT)
    if data is None or not _says(data, payload):
        data = dsse.format_envelope(dsse.sign_envelope(payload, shop.attest))
    output.emit(path, data)


def _says(data: bytes, payload: bytes) -> bool:
    try:
        return dsse.parse_envelope(data).payload == payload
    except FormatError:
        return False


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
            statement, keys = said.statement, [signed.key_id for signed in said.signers.values()]
            about = statement.fields.get("version", "")
            yield (
                said.event.seq,
                entries.statement_entry(
                    statement.action, statement.pack, statement.sequence, about, said.sha256, keys, said.event.time
                ),
            )

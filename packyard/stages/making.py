"""Stages 2 to 5, check, collect, plan and render: first pack by pack, on all processors, then the listings that they
touch.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from packyard.edges.memory import Memory
from packyard.edges.opening import Edges, make_workshop
from packyard.edges.shelved import Shelved
from packyard.edges.view import MemoryView
from packyard.edges.workers import Bench, make_packs, processors
from packyard.errors import Problem, ProblemsFound, Stale
from packyard.formats import documents, entries, layout
from packyard.formats.advisory import LIMIT
from packyard.history import place
from packyard.model import Row
from packyard.packs import NOW, Job, Made
from packyard.recipe import Recipe
from packyard.rules.advisories import Advisories, Listed, check_advisories, folder_of
from packyard.rules.featured import check_featured, file_of
from packyard.rules.renames import check_rename
from packyard.stages import counting, speaking, telling
from packyard.stages.around import Surroundings, advised_by, echoes
from packyard.stages.explaining import Explained, explain
from packyard.stages.reading import Reading, packs_to_look_at
from packyard.stages.units import make_unit, unclaimed
from packyard.surfaces import listings
from packyard.surfaces.advisorypages import plan_all
from packyard.surfaces.chronicle import counted
from packyard.surfaces.dialects.osv import plan_records
from packyard.surfaces.pack.values import Around
from packyard.surfaces.search import plan_search


class Making(NamedTuple):
    """What was made: how many packs were looked at, how many files other processes staged, the shards that are touched,
    what must be removed, and notes that block nothing.
    """

    packs: int
    written: int
    shards: frozenset[int]
    removals: tuple[str, ...]
    notes: tuple[Problem, ...]


class _Touched(NamedTuple):
    """The facets whose listings change, the packs of which others say something else now, and the lists, as (dialect,
    list), in other programs' formats.
    """

    facets: set[tuple[str, str]]
    echoed: set[str]
    lists: set[tuple[str, str]]


def make(edges: Edges, reading: Reading) -> Making:
    """Makes what changed. Raises `ProblemsFound` with everything that is wrong anywhere."""
    problems, notes, removals = list(reading.problems), list[Problem](), list[str]()
    packs, written, shards = 0, 0, set[int]()
    advisories = _advisories(edges, reading)
    problems += advisories.problems if advisories else ()
    problems += _featured(edges, reading)
    explained = explain(edges, reading)
    problems += explained.problems
    advised, changed = advised_by(edges.memory, advisories)
    wanted, processes, renamed = list(_wanted(edges, reading, changed)), edges.request.jobs or processors(), list[str]()
    edges.progress.start("packs", len(wanted))
    around = Surroundings(edges.memory, edges.repository, advised, reading.fresh)
    touched, names = _Touched(set(), set(), set()), list[str]()
    try:
        for made in make_packs(_bench(edges), edges.workshop, _jobs(edges, reading, around, wanted), processes):
            edges.progress.step()
            packs += 1
            written += made.elsewhere
            problems += made.problems
            notes += made.notes
            if not problems:
                removals += unclaimed(edges.memory.unit(f"pack {made.name}"), made.files, made.withdrawn)
                _remember(edges, made, reading.fresh, touched)
                names.append(made.name)
                shards.add(layout.shard(made.name))
                renamed += [made.name] if made.row and made.row.renamed else []
    except Stale:
        if not problems:  # else these say why the site would not be what it was
            raise
    problems += _astray(edges.memory, renamed) if not problems else ()
    if not problems:
        around = Surroundings(edges.memory, edges.repository, advised, False)
        for made in _made_again(edges, around, frozenset(touched.echoed), reading.fresh, processes):
            written += made.elsewhere
            removals += unclaimed(edges.memory.unit(f"pack {made.name}"), made.files, made.withdrawn)
            _remember(edges, made, False, touched)
            shards.add(layout.shard(made.name))
    if problems:
        raise ProblemsFound(sorted(set(problems), key=lambda problem: (problem.path, problem.line, problem.code)))
    _remember_revisions(edges, reading)
    _count(edges, reading)
    units = _units(edges, reading, touched.facets, bool(packs))
    units |= telling.units(edges.memory, reading, names, touched.facets, shards, units)
    for unit in sorted(units):
        view = MemoryView(edges.memory, edges.repository)
        removals += make_unit(edges, unit, listings.plan_unit(unit, edges.site, edges.templates, view))
    removals += _searched(edges, reading, wanted)
    removals += speaking.make_lists(edges, reading.fresh, touched.lists)
    if advisories:
        notes += advisories.notes
        removals += make_unit(edges, "advisories", _planned(edges, advisories.listed))
    removals += _make_explained(edges, explained)
    gone = tuple(path for path in removals if not edges.memory.has_file(path))  # else another unit has it now
    return Making(packs, written, frozenset(shards), gone, tuple(notes))


def _wanted(edges: Edges, reading: Reading, changed: Collection[str]) -> Iterator[tuple[str, str]]:
    """(pack, tree) of every pack to make: those that history touched, and those about which advisories `changed`."""
    seen = set[str]()
    for name, tree in packs_to_look_at(edges, reading):
        seen.add(name)
        yield name, tree
    for name in sorted(set(changed) - seen):
        if edges.memory.row(name) is not None:
            yield name, edges.memory.tree(name)


def _made_again(
    edges: Edges, around: Surroundings, names: Collection[str], fresh: bool, processes: int
) -> Iterator[Made]:
    """Packs of which others say something else than what they were made with; nothing that is logged comes of it. When
    all is made `fresh`, they were made with advisories alone.
    """
    memory = edges.memory
    jobs = (
        Job(name, memory.tree(name), memory.events_of(name), memory.facts(name), memory.unit(f"pack {name}"), NOW, said)
        for name in sorted(names)
        if memory.knows(name)
        for said in [around.of(name)]
        if not fresh or said != Around(said.advisories)
    )
    return make_packs(_bench(edges), edges.workshop, jobs, processes)


def _astray(memory: Memory, renamed: Iterable[str]) -> Iterator[Problem]:
    """Problems of renames by which nobody arrives. Packs never go, so only those that were made again, the `renamed`,
    have to be followed.
    """

    def lead(name: str) -> str | None:
        row = memory.row(name)
        return row.renamed if row else None

    for name in renamed:
        said = [event for event in memory.events_of(name) if event.ident.endswith("-rename")]
        yield from check_rename(name, place(said[-1]), lead)


def _advisories(edges: Edges, reading: Reading) -> Advisories | None:
    """The advisories, None when they are those of the last build."""
    source = edges.repository
    before, now = (folder_of(source, tree) for tree in (reading.before, edges.source))
    return check_advisories(source, edges.source) if reading.fresh or before != now else None


def _planned(edges: Edges, listed: Sequence[Listed]) -> Iterator[Recipe]:
    texts = partial(edges.repository.blob, limit=LIMIT)
    yield from plan_all(edges.templates, edges.site, listed, texts)
    yield from plan_records(edges.registry, listed, texts)


def _featured(edges: Edges, reading: Reading) -> tuple[Problem, ...]:
    """Remembers the featured packs when the file is not that of the last build; gives what is wrong with it."""
    source = edges.repository
    if not reading.fresh and file_of(source, reading.before) == file_of(source, edges.source):
        return ()
    checked = check_featured(source, edges.source)
    edges.memory.put("featured", json.dumps(checked.featured))
    return checked.problems


def _make_explained(edges: Edges, explained: Explained) -> list[str]:
    if explained.ground is None:
        return []
    from packyard.surfaces.explained import plan_explained

    return make_unit(edges, "explained", plan_explained(edges.templates, edges.site, explained.ground))


def _jobs(edges: Edges, reading: Reading, around: Surroundings, packs: Iterable[tuple[str, str]]) -> Iterator[Job]:
    memory = edges.memory
    for name, tree in packs:
        facts = "" if reading.fresh else memory.facts(name)
        known = (memory.events_of(name), facts, memory.unit(f"pack {name}"))
        yield Job(name, tree, *known, reading.first, around.of(name))


def _bench(edges: Edges) -> Bench:
    return Bench(
        make_workshop,
        lambda: (
            edges.repository.folder,
            edges.staging,
            edges.keys,
            edges.authority.whole(),
            edges.site,
            edges.templates,
            edges.tool,
        ),
    )


def _remember(edges: Edges, made: Made, fresh: bool, touched: _Touched) -> None:
    """Takes a made pack into memory, and into `touched` what changes by it.

    The row before is not read when all is made afresh: another tool may have written it.
    """
    memory, row = edges.memory, made.row
    if row is None:
        return
    before, listed = None if fresh else memory.row(made.name), memory.facets(made.name)
    facets = listings.facets(row, made.signers) | _counted(made, row, frozenset() if fresh else listed)
    sums = next(file.sha256 for file in made.files if file.path == layout.pack(made.name, layout.FILES_SUMS))
    memory.set_unit(f"pack {made.name}", made.files)
    memory.set_facts(made.name, made.tree, made.releases)
    memory.set_pack(row, layout.shard(made.name), sums, documents.index_row(row))
    memory.add_leaves(made.leaves)
    needed = () if fresh else memory.needed_by(made.name, latest=False)
    memory.set_needs(made.name, row.owner, row.needs, made.earlier)
    if facets != listed:
        memory.set_facets(made.name, facets)
    same = before is not None and listings.shown(before) == listings.shown(row)
    touched.facets.update(facets ^ listed if same else facets | listed)
    touched.echoed.update(echoes(memory, made.name, before, row, needed))
    touched.lists.update(memory.set_said(made.name, made.said))


def _counted(made: Made, row: Row, listed: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """What a pack is counted under. Versions that were checked by an earlier build are not checked again, so what was
    found then is taken from what the pack was `listed` under.
    """
    tarball = layout.tarball(row.name, row.latest)
    length = next((file.size for file in made.files if file.path == tarball), 0)
    found = {("findings", note.code) for note in made.notes} | {each for each in listed if each[0] == "findings"}
    return frozenset({*counted(row, length), *found})


def _remember_revisions(edges: Edges, reading: Reading) -> None:
    for revision in reading.revisions:
        event = revision.event
        entry = entries.revision_entry(event.kind, event.subject, revision.sha256, revision.keys, event.time)
        edges.memory.add_leaves([(event.seq, entry)])


def _count(edges: Edges, reading: Reading) -> None:
    memory = edges.memory
    memory.put("versions", str(int(memory.get("versions", "0")) + reading.versions))
    memory.put("packs", str(memory.how_many("series", "new")))
    memory.put("publishers", str(memory.how_many("series", "joined")))


def _units(edges: Edges, reading: Reading, facets: set[tuple[str, str]], packs: bool) -> set[str]:
    """The names of the units that may have changed."""
    memory = edges.memory
    orgs = frozenset(memory.revised("org"))
    if reading.fresh:
        facets = facets | memory.all_facets()
    units = {unit for facet in facets for unit in listings.units_of(facet, orgs)}
    units |= {f"{revision.event.kind} {revision.event.subject}" for revision in reading.revisions}
    units |= {f"family {family}" for family in {family for family, _ in facets} & set(listings.FAMILIES)}
    if units:
        units.add("family publishers")
    units |= counting.units(memory, reading, packs, bool(facets))
    if packs or units:
        units |= {"home", "find", "feeds"}
    if reading.fresh:
        units |= {f"{kind} {name}" for kind in ("publisher", "org") for name in memory.revised(kind)}
        units |= {*listings.FIXED, "home", "find", "feeds", "family publishers"}
        units |= {f"family {family}" for family in listings.FAMILIES}
    return units


def _searched(edges: Edges, reading: Reading, packs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Makes what changes in the search index; gives the paths that are gone."""
    shelved = Shelved(edges.memory.db)
    units = shelved.whole() if reading.fresh else shelved.update(name for name, _ in packs)
    for unit in sorted(units):
        yield from make_unit(edges, unit, plan_search(unit, shelved))

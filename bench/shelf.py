"""What the floor knows of all packs together, and the recipes of the pages that are about many.

It stands in the tables in which a build keeps it (`packyard.edges.memory`), but in no file: pages count and number so
much that dictionaries for all of it would be another program.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packyard.catalogue import row_of
from packyard.edges.git import Repository
from packyard.edges.memory import Memory
from packyard.edges.shelved import Shelved
from packyard.edges.view import ListView, MemoryView
from packyard.facts import revision_text
from packyard.formats import documents, layout
from packyard.model import Event, Pack, Publisher
from packyard.recipe import Recipe
from packyard.rules.authority import Revision
from packyard.rules.notices import Notice
from packyard.stages import counting, telling
from packyard.stages.around import Surroundings
from packyard.stages.reading import Reading
from packyard.stages.speaking import standing
from packyard.surfaces import listings
from packyard.surfaces.chronicle import counted
from packyard.surfaces.dialects import dialects
from packyard.surfaces.dialects.values import Size
from packyard.surfaces.pack.values import Around
from packyard.surfaces.search import plan_search
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates


class Shelf:
    """First comes history with its people, then all packs and entries of the log; then can be asked."""

    def __init__(self, source: Repository) -> None:
        self.memory = Memory(Path(":memory:"))  # SQLite's name for a database in no file
        self.memory.begin()
        self._source, self._view = source, MemoryView(self.memory, source)
        self._around = Surroundings(self.memory, source, {}, False)
        self._packs: list[str] = []

    # --- what there is ---

    def add_commit(self, notices: Iterable[Notice], events: Iterable[Event]) -> None:
        """Takes what a commit brought."""
        self.memory.add_notices(notices)
        self.memory.add_events(events)

    def add_person(self, revision: Revision) -> None:
        """Takes the one revision of a publisher or an organisation."""
        event = revision.event
        keys = revision.value.keys if isinstance(revision.value, Publisher) else ()
        marks, text = [key.key_id for key in keys], revision_text(revision)
        self.memory.add_revision(event.kind, event.subject, event.seq, text, marks)

    def add_pack(self, pack: Pack, signers: Iterable[str]) -> None:
        """Takes one more pack, after all of history."""
        row = row_of(pack)
        size = next(state.release.tarball.size for state in pack.versions if state.release.version == row.latest)
        self.memory.set_pack(row, layout.shard(row.name), "", documents.index_row(row))
        needed = {name for state in pack.versions for name, _ in state.release.manifest.dependencies}
        earlier = sorted(needed.difference(name for name, _ in row.needs))
        self.memory.set_needs(row.name, row.owner, row.needs, earlier)
        self.memory.set_facets(row.name, listings.facets(row, signers) | {*counted(row, size)})
        self._packs.append(row.name)

    def close(self, leaves: Mapping[int, bytes]) -> None:
        """Takes the log's entries by the numbers of events, after all packs."""
        self.memory.add_acts(leaves.items())
        self.memory.put("events", str(len(leaves)))
        for name, kind in (("packs", "new"), ("versions", "publish"), ("publishers", "joined")):
            self.memory.put(name, str(self.memory.how_many("series", kind)))

    # --- what is asked ---

    def around(self, name: str) -> Around:
        """What others say about a pack."""
        return self._around.of(name)

    def lines(self) -> Iterator[bytes]:
        """Every pack's line of `index.json`, by name."""
        return self.memory.lines()

    def recipes(self, site: Site, templates: Templates) -> Iterator[Recipe]:
        """Those of every page and document that is about many packs."""
        for unit in sorted(self._units()):
            yield from listings.plan_unit(unit, site, templates, self._view)
        for each in dialects(site.registry):
            view = ListView(self.memory, self._source, each.name)
            for name in sorted({*standing(each, Size(0, 0), view.extent()), *self.memory.lists(each.name)}):
                yield from each.plan_list(site, view, name)
        searched = Shelved(self.memory.db)
        for unit in sorted(searched.whole()):
            yield from plan_search(unit, searched)

    def _units(self) -> set[str]:
        """The names of all units of listings."""
        memory, facets, reading = self.memory, self.memory.all_facets(), Reading(None, True, True, "", 0, 0, 0, (), ())
        orgs = frozenset(memory.revised("org"))
        units = {unit for facet in facets for unit in listings.units_of(facet, orgs)}
        units |= {f"{kind} {name}" for kind in ("publisher", "org") for name in memory.revised(kind)}
        units |= {f"family {family}" for family in (*listings.FAMILIES, "publishers")}
        units |= {*listings.FIXED, "home", "find", "feeds", *counting.units(memory, reading, True, True)}
        shards = set(map(layout.shard, self._packs))
        return units | telling.units(memory, reading, self._packs, facets, shards, units)


def read_routing(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """The dimensions by which the `models.json` among the files of a version chooses."""
    routes = json.loads(files["models.json"])["routing"] if "models.json" in files else ()
    return tuple(sorted({name for route in routes for name in route["when"]}))

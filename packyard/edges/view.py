"""The catalogue as listings see it, read from a memory and a repository."""

from __future__ import annotations

from packyard.edges.memory import Memory
from packyard.edges.recalled import Recalled
from packyard.edges.spoken import Lists
from packyard.facts import revision_from, row_from
from packyard.formats.entries import signers
from packyard.model import Event, Row
from packyard.protocols import Source
from packyard.rules.authority import FILE_LIMIT, Revision
from packyard.surfaces.dialects.values import Event as Told
from packyard.surfaces.dialects.values import Size
from packyard.surfaces.site import Totals


class ListView(Lists):
    """A `dialects.values.View`: the lists of one dialect."""

    def __init__(self, memory: Memory, source: Source, dialect: str) -> None:
        super().__init__(memory.db, dialect)
        view = MemoryView(memory, source)
        self.featured, self.totals, self.row = view.featured, view.totals, view.row
        self._memory = memory

    def events(self, start: int, stop: int) -> list[Told]:
        """The events numbered from `start` to before `stop`."""
        found = self._memory.entries(start, stop)
        return [Told(index, entry, tuple(map(self._memory.holder, signers(entry)))) for index, entry in found]

    def extent(self) -> Size:
        """How many packs and events there are."""
        return extent_of(self._memory)


def extent_of(memory: Memory) -> Size:
    """How many packs and events there are."""
    return Size(memory.how_many("series", "new"), int(memory.get("events", "0")))


class MemoryView(Recalled):
    """A `listings.View`."""

    def __init__(self, memory: Memory, source: Source) -> None:
        self._memory, self._source = memory, source
        self.listed, self.newest, self.row = memory.listed, memory.newest, memory.row

    def items(self, family: str) -> list[tuple[str, int]]:
        """(item, number of packs) of a family; publishers are listed even when they have no pack."""
        if family != "publishers":
            return self._memory.items(family)
        owned = dict(self._memory.items("owners"))
        return [(handle, owned.get(handle, 0)) for handle in self._memory.revised("publisher")]

    def rows(self, limit: int) -> list[Row]:
        """The first rows by name."""
        query = "SELECT row FROM packs ORDER BY name LIMIT ?"
        return [row_from(row) for (row,) in self._memory.db.execute(query, (limit,))]

    def newest_under(self, family: str, item: str, count: int) -> tuple[Event, ...]:
        """The last versions of the packs under a facet, the newest first."""
        return self._memory.newest_under(family, item, count)

    def shards(self) -> list[int]:
        """The shards that have packs."""
        return self._memory.shards()

    def named(self, shard: int) -> list[str]:
        """The names of a shard's packs."""
        return [name for name, _ in self._memory.shard(shard)]

    def totals(self) -> Totals:
        """How much there is."""
        return Totals(*(int(self._memory.get(name, "0")) for name in ("packs", "versions", "publishers")))

    def history(self, kind: str, name: str) -> list[Revision]:
        """The accepted revisions of a publisher or an organisation."""
        return [revision_from(text) for text in self._memory.revisions(kind, name)]

    def blob(self, oid: str) -> bytes:
        """A blob of the repository."""
        return self._source.blob(oid, FILE_LIMIT)

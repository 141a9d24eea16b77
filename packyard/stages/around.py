"""What others say about a pack: advisories that name it, packs that depend on it, and what it depends on itself.

A pack is made without knowing others. So packs are made with what memory knows of them; then those are made again of
which others now say something else, which renders the few pages that show it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from packyard.edges.memory import Memory
from packyard.formats.advisory import LIMIT, Advisory, parse_advisory
from packyard.model import Row
from packyard.protocols import Source
from packyard.rules.advisories import Advisories
from packyard.surfaces.pack.beneath import DEPTH
from packyard.surfaces.pack.values import Around, Dependent, Need

#: How many packs are followed beneath one at most.
MOST = 200


class Surroundings:
    """What is said about packs. `fresh`: rows in memory may be another tool's, so only advisories are known."""

    def __init__(self, memory: Memory, source: Source, advised: Mapping[str, list[str]], fresh: bool) -> None:
        self._memory, self._source, self._advised, self._fresh = memory, source, advised, fresh
        self._parsed = dict[str, Advisory]()

    def of(self, name: str) -> Around:
        """What is said about a pack."""
        advisories = tuple(map(self._advisory, self._advised.get(name, ())))
        if self._fresh:
            return Around(advisories)
        dependents = (Dependent(*each) for each in self._memory.dependents(name))
        beneath = tuple(self._beneath(name))
        mentioned = {other for family, other in self._memory.facets(name) if family == "mentions"}
        others = map(self._need, sorted(mentioned.difference(need.name for need in beneath)))
        return Around(advisories, tuple(dependents), (*beneath, *others))

    def _advisory(self, oid: str) -> Advisory:
        if oid not in self._parsed:
            self._parsed[oid] = parse_advisory(self._source.blob(oid, LIMIT))[0]
        return self._parsed[oid]

    def _beneath(self, name: str) -> Iterator[Need]:
        """Breadth first, by name on each level."""
        seen, found = {name}, set(self._memory.needed_by(name, latest=False))
        for _ in range(DEPTH):
            level = sorted(found - seen)[: MOST + 1 - len(seen)]
            found = {needed for each in level for needed in self._memory.needed_by(each)}
            seen.update(level)
            yield from map(self._need, level)

    def _need(self, name: str) -> Need:
        row = self._memory.row(name)
        if row is None:
            return Need(name, False, False, (), ())
        return Need(name, True, row.deprecated is not None, row.needs, row.conflicts)


def advised_by(memory: Memory, advisories: Advisories | None) -> tuple[Mapping[str, list[str]], set[str]]:
    """The advisories of each pack, by their ids in git, and the packs for which they are not those of the last build;
    None stands for unchanged advisories.
    """
    before: dict[str, list[str]] = json.loads(memory.get("advised", "{}"))
    if advisories is None:
        return before, set()
    now = dict[str, list[str]]()
    for each in advisories.listed:
        for name in dict.fromkeys(affected.name for affected in each.advisory.affected):
            now.setdefault(name, []).append(each.oid)
    memory.put("advised", json.dumps(now))
    return now, {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}


def echoes(memory: Memory, name: str, before: Row | None, now: Row, needed: Iterable[str]) -> set[str]:
    """The packs about which others say something else, because a pack says something else of itself; to be asked when
    memory knows `now`. `needed` is what its versions depended on before.
    """
    if before is not None and _said(before) == _said(now) and set(needed) == set(memory.needed_by(name, latest=False)):
        return set()
    named = {needed for row in (before, now) if row for needed, _ in row.needs}
    come = memory.mentioning(name) if before is None else ()
    return {*named, *come, *_above(memory, [name])}


def _said(row: Row) -> tuple[object, ...]:
    return row.needs, row.conflicts, row.deprecated and row.deprecated.replacement, row.owner


def _above(memory: Memory, names: Iterable[str]) -> set[str]:
    """The packs themselves and those that depend on them, directly or not."""
    found, level = set(names), list(names)
    for _ in range(DEPTH):
        level = sorted({each for name in level for each in memory.in_need_of(name)} - found)
        found.update(level)
    return found

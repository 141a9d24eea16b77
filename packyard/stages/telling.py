"""Which feeds, and which parts of the sitemap, may have changed: those that show what was made."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from packyard.edges.memory import Memory
from packyard.stages.reading import Reading
from packyard.surfaces import feeds, sitemap


def units(
    memory: Memory,
    reading: Reading,
    made: Iterable[str],
    facets: Collection[tuple[str, str]],
    shards: Collection[int],
    planned: Collection[str],
) -> set[str]:
    """The names of the units, to be asked once in a build: for the packs that were `made`, the `facets` whose listings
    change and the `shards` with these packs, when the units `planned` are planned already.
    """
    if not planned:
        return set()
    shown = set(facets).union(memory.all_facets() if reading.fresh else (), *map(memory.facets, made))
    owners = [(revision.event.kind, revision.event.subject) for revision in reading.revisions]
    if reading.fresh:
        owners = [(kind, name) for kind in ("publisher", "org") for name in memory.revised(kind)]
    families = [unit.removeprefix("family ") for unit in planned if unit.startswith("family ")]
    before, after = 0 if reading.fresh else int(memory.get("mapped", "0")), memory.count()
    memory.put("mapped", str(after))
    fed = feeds.units_of(shown, frozenset(memory.revised("org")))
    return {*fed, *(f"feeds {kind}s {name}" for kind, name in owners), *sitemap.units(before, after, families, shards)}

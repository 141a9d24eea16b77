"""Which of the pages that count and remember may have changed: a few for each change, however long history is."""

from __future__ import annotations

import json
from collections.abc import Iterator

from packyard.edges.memory import Memory
from packyard.facts import revision_from
from packyard.model import Org
from packyard.stages.reading import Reading
from packyard.surfaces import series
from packyard.surfaces.chronicle import SERIES


def units(memory: Memory, reading: Reading, packs: bool, shown: bool) -> set[str]:
    """The names of the units, to be asked once in a build; `packs` is whether any pack was made, `shown` whether what
    listings show of any did change.
    """
    found = {f"series {kind or 'all'} {page}" for kind, page in _grown(memory, reading.fresh)}
    if packs or found or reading.fresh:
        found |= {"stats", "compliance"}
    if shown or reading.fresh:
        found |= {"series new open", "series publish open"}
    found.add("featured")
    found |= {_unit_of(actor) for actor in memory.actors(reading.first)}
    changed = {revision.event.subject for revision in reading.revisions if revision.event.kind == "org"}
    return found | {f"publisher {handle}" for org in changed for handle in _members(memory, org)}


def _members(memory: Memory, org: str) -> set[str]:
    """Everybody who is or was a member of an organisation."""
    values = (revision_from(text).value for text in memory.revisions("org", org))
    return {handle for value in values if isinstance(value, Org) for handle in value.members}


def _grown(memory: Memory, fresh: bool) -> Iterator[tuple[str, str]]:
    """(kind, page) of the pages of series that are new, or other than when they were last made."""
    drawn: dict[str, int] = {} if fresh else json.loads(memory.get("drawn", "{}"))
    sizes = dict(memory.items("series"))
    memory.put("drawn", json.dumps({kind: sizes.get(kind, 0) for kind in SERIES}))
    for kind in SERIES:
        size = sizes.get(kind, 0)
        if drawn.get(kind) != size:
            newest = series.count(size)
            for number in series.changed(drawn.get(kind, 0), size):
                yield kind, "open" if number == newest else str(number)


def _unit_of(actor: str) -> str:
    return f"org {actor[1:]}" if actor.startswith("@") else f"publisher {actor}"

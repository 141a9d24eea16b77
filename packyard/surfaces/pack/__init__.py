"""Everything a pack contributes to the site, as recipes: its documents and its pages.

What never changes once published (tarball, checksums, signatures, provenance) is made when a version is checked, while
its contents are at hand. The rest follows from the pack's state; of a withdrawn version that state knows no contents.

Each module plans one kind of page: `plan(hand, pack)` those of the pack, `plan_version(hand, pack, state, before)`
those of a version, where `before` is the version before it, None for the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from packyard.formats import documents, layout
from packyard.model import Pack
from packyard.recipe import Recipe
from packyard.surfaces.pack import diff, files, models, needs, overview, quality, record, security, signs, versions
from packyard.surfaces.pack.values import Hand, all_facts, facts, previous_of

_OF_PACK = (overview, versions, needs, security, quality, signs)
_OF_VERSION = (overview, files, diff, needs, models, record)


def plan_pack(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """The recipes of a pack's documents and pages."""
    whole = (*all_facts(pack), pack.grounds)
    yield Recipe(layout.pack(pack.name, "index.json"), whole, partial(documents.pack_document, pack))
    for module in _OF_PACK:
        yield from module.plan(hand, pack)
    for state in pack.versions:
        release, before = state.release, previous_of(pack, state)
        path = layout.version(pack.name, release.version, "metadata.json")
        stated = facts(state._replace(yanked=None, deprecated=None, channel=""))
        yield Recipe(path, stated, partial(documents.version_document, release, state.withdrawn))
        for module_of_version in _OF_VERSION:
            yield from module_of_version.plan_version(hand, pack, state, before)

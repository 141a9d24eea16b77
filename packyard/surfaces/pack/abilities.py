"""What a version can do on a machine and what it costs to have it, as pages show it.

What is found is what the gate finds (`packyard.gate.capabilities`), grouped by its kinds and said once for all files
that say it. A pack with none of `ACTS` runs nothing by itself: it is text that agents read, and files beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from packyard.model import File, Manifest, Release
from packyard.surfaces.hidden import reveal
from packyard.surfaces.pack.files import anchor_of
from packyard.surfaces.pack.values import Hand

if TYPE_CHECKING:
    from packyard.gate.capabilities import Capability, Cost
    from packyard.gate.values import Content

#: The kinds of capabilities that act without anybody asking.
ACTS = frozenset({"hook", "mcp-server", "plugin"})
#: Characters of a capability that are shown.
LENGTH = 300
#: Of so many versions what was found stays at hand, by the hashes of their files, for several pages show it.
HELD = 4


class Item(NamedTuple):
    """One thing that a version can do, and the files that say so, with their anchors on the page of files."""

    what: str
    where: tuple[tuple[str, str], ...]


class Group(NamedTuple):
    """The things of one kind."""

    kind: str
    items: tuple[Item, ...]

    @property
    def acts(self) -> bool:
        """Whether these act without anybody asking."""
        return self.kind in ACTS


class Abilities(NamedTuple):
    """What a version can do, in groups, and what it costs, in tokens: `always` in every conversation, `invoked` when
    everything that can be called is.
    """

    groups: tuple[Group, ...]
    always: int
    invoked: int

    @property
    def acts(self) -> bool:
        """Whether it does anything without being asked."""
        return any(group.acts for group in self.groups)


class Found(NamedTuple):
    """What the gate found: capabilities and cost."""

    capabilities: tuple[Capability, ...]
    cost: Cost


_known: dict[tuple[File, ...], Found] = {}


def abilities(files: Mapping[str, bytes], manifest: Manifest | None = None) -> Abilities:
    """What the files can do together."""
    return shown(_find(files, manifest))


def abilities_of(hand: Hand, release: Release) -> Abilities:
    """What a release can do; it must not be withdrawn."""
    return shown(found(hand, release))


def shown(each: Found) -> Abilities:
    """What was found, as pages show it."""
    return Abilities(grouped(each.capabilities), each.cost.always, each.cost.invoked)


def found(hand: Hand, release: Release) -> Found:
    """What the gate finds in a release; what it found in the last few is remembered."""
    known = _known.pop(release.files, None) or _find(hand.files(release), release.manifest)
    _known[release.files] = known
    if len(_known) > HELD:
        del _known[next(iter(_known))]
    return known


def grouped(every: Iterable[Capability]) -> tuple[Group, ...]:
    """Capabilities in their order, those that say the same joined."""
    groups: dict[str, dict[str, list[str]]] = {}
    for each in every:
        groups.setdefault(each.kind, {}).setdefault(each.what, []).append(each.where)
    return tuple(
        Group(
            kind,
            tuple(Item(_cut(what), tuple((path, anchor_of(path)) for path in paths)) for what, paths in said.items()),
        )
        for kind, said in groups.items()
    )


def content_of(files: Mapping[str, bytes], manifest: Manifest | None) -> Content:
    """The files as the gate takes them."""
    from packyard.gate.values import Content

    return Content("", files, manifest)


def _find(files: Mapping[str, bytes], manifest: Manifest | None) -> Found:
    from packyard.gate.capabilities import capabilities, cost

    content = content_of(files, manifest)
    return Found(capabilities(content), cost(content))


def _cut(what: str) -> str:
    text = reveal(what[:LENGTH])
    return f"{text} …" if len(what) > LENGTH else text

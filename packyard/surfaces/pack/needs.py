"""What a version depends on, and who depends on a pack.

    packs/NAME/VERSION/dependencies/index.html    what the version needs, as a table, a list, a picture and Mermaid
    packs/NAME/dependents/index.html              who needs the pack, and whether they get its latest version
    packs/NAME/dependents/from-OTHER.html         the same list from there on

A page of dependencies shows of other packs what they need and whether they are there, but none of their versions, so
it changes only with that. Of the dependents only the first page speaks of the latest version.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup

from packyard.errors import FormatError
from packyard.formats import layout, semver
from packyard.model import Pack, VersionState
from packyard.recipe import Recipe
from packyard.surfaces.pack.beneath import graph_of, mermaid, reached, tree_of
from packyard.surfaces.pack.picture import draw
from packyard.surfaces.pack.values import Dependent, Hand, Need
from packyard.surfaces.paging import cut, jumps_of
from packyard.surfaces.site import HOME

#: How many different ranges of dependents are listed.
RANGES = 50

Say = Callable[..., Markup]


class Wish(NamedTuple):
    """A dependency as the page shows it; `need` is None when nothing is known of the other pack."""

    name: str
    range: str
    words: Markup
    need: Need | None


class Asked(NamedTuple):
    """A range, how many dependents have it, and whether the latest version lies in it."""

    range: str
    packs: int
    admits: bool


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """`packs/NAME/dependents/`, in pages."""
    latest, dependents = pack.latest.release, hand.around.dependents
    asked = tuple(asked_of(latest.version, dependents))
    parts = list(cut(dependents))
    files = tuple(part.file for part in parts)
    for at, part in enumerate(parts):
        shown = part.rows
        path = layout.pack(pack.name, f"dependents/{part.file}")
        first = (latest.version, latest.features, asked, files) if at == 0 else ()
        around = (files[at - 1] if at else "", files[at + 1] if at + 1 < len(files) else "")
        inputs = (hand.site, pack.name, tuple(shown), *first, *around)
        yield Recipe(path, inputs, _dependents(hand, pack, path, shown, asked if at == 0 else None, files, around))


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """`packs/NAME/VERSION/dependencies/index.html`."""
    release = state.release
    known = reached(release.manifest.dependencies, {need.name: need for need in hand.around.needs})
    there = there_of(hand, release.manifest.conflicts)
    inputs = (hand.site, pack.name, release.version, release.tree, release.features, *state[1:], known, there)
    path = layout.version(pack.name, release.version, "dependencies/index.html")
    yield Recipe(path, inputs, lambda: dependencies_page(hand, pack, state, known))


def dependencies_page(hand: Hand, pack: Pack, state: VersionState, known: Sequence[Need]) -> bytes:
    """What a version depends on and conflicts with, and everything beneath it, of which `known` is known."""
    say, release = hand.templates.say, state.release
    manifest, needs = release.manifest, {need.name: need for need in known}
    graph = graph_of(pack.name, manifest.dependencies, manifest.conflicts, needs)
    return hand.templates.page(
        "version/dependencies.html",
        hand.site,
        layout.version(pack.name, release.version, "dependencies/index.html"),
        say("Dependencies of {name} {version}", name=pack.name, version=release.version),
        say("What {name} {version} depends on, directly or not.", name=pack.name, version=release.version),
        section=HOME,
        pack=pack.name,
        version=release.version,
        has_models="models" in release.features,
        state=state,
        wishes=[Wish(name, text, in_words(say, text), needs.get(name)) for name, text in manifest.dependencies],
        conflicts=manifest.conflicts,
        there=there_of(hand, manifest.conflicts),
        graph=graph,
        tree=tree_of(graph),
        picture=draw(graph) if graph.edges else None,
        mermaid=mermaid(graph),
    )


def there_of(hand: Hand, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the packs that the registry is known to have."""
    known = {need.name for need in hand.around.needs if need.exists}
    return tuple(name for name in names if name in known)


def _dependents(
    hand: Hand,
    pack: Pack,
    path: str,
    shown: Sequence[Dependent],
    asked: Sequence[Asked] | None,
    files: Sequence[str],
    around: tuple[str, str],
) -> Callable[[], bytes]:
    """Renders a page of dependents; the first one has `asked` and leads to all others."""
    latest, say = pack.latest.release, hand.templates.say
    return lambda: hand.templates.page(
        "pack/dependents.html",
        hand.site,
        path,
        say("Packs that depend on {name}", name=pack.name),
        say("Who depends on {name}, and in which versions.", name=pack.name),
        section=HOME,
        pack=pack.name,
        version=latest.version,
        has_models="models" in latest.features,
        dependents=shown,
        asked=None if asked is None else asked[:RANGES],
        more=max(len(asked or ()) - RANGES, 0),
        total=sum(each.packs for each in asked or ()),
        admitted=sum(each.packs for each in asked or () if each.admits),
        before=around[0],
        after=around[1],
        jumps=jumps_of(files[1:]),
    )


def asked_of(version: str, dependents: Iterable[Dependent]) -> Iterator[Asked]:
    """The ranges of the dependents, those that many have first."""
    counts = Counter(each.range for each in dependents)
    for text, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield Asked(text, count, admits(text, version))


def admits(text: str, version: str) -> bool:
    """Whether the version lies in the range; in a text that is no range lies none."""
    try:
        return semver.satisfies(version, semver.parse_range(text))
    except FormatError:
        return False


def in_words(say: Say, text: str) -> Markup:
    """What a range means, for people who do not know npm's signs."""
    try:
        sets = semver.parse_range(text).sets
    except FormatError:
        return say("no range that can be read")
    first, *others = (_set_in_words(say, bounds) for bounds in sets)
    for other in others:
        first = say("{this}, or {that}", this=first, that=other)
    return first


def _set_in_words(say: Say, bounds: Sequence[semver.Comparator]) -> Markup:
    signs = tuple(bound.operator for bound in bounds)
    versions = [_shown(bound) for bound in bounds]
    if not bounds:
        return say("any version")
    if bounds[0] == semver.Comparator("<", semver.Version(0, 0, 0, (0,))):
        return say("no version")
    if signs == (">=", "<"):
        return say("from {low} on, but below {high}", low=versions[0], high=versions[1])
    said = [_bound_in_words(say, sign, version) for sign, version in zip(signs, versions, strict=True)]
    first, *others = said
    for other in others:
        first = say("{this} and {that}", this=first, that=other)
    return first


def _bound_in_words(say: Say, sign: str, version: str) -> Markup:
    said = {
        "=": say("exactly {version}", version=version),
        ">=": say("{version} or higher", version=version),
        ">": say("higher than {version}", version=version),
        "<=": say("{version} or lower", version=version),
        "<": say("below {version}", version=version),
    }
    return said[sign]


def _shown(bound: semver.Comparator) -> str:
    """The version of a bound. The least pre-release below a version stands for that version itself: people do not write
    it.
    """
    version = bound.version
    plain = bound.operator == "<" and version.prerelease == (0,)
    return semver.format_version(version._replace(prerelease=()) if plain else version)

"""The files of a pack. A new version makes its own, those of the pack that speak of versions, and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from packyard.errors import FormatError
from packyard.formats import foreign
from packyard.formats.mcp import parse_mcp
from packyard.formats.models import parse_models
from packyard.model import Pack, Release, VersionState
from packyard.quality import score
from packyard.recipe import Recipe, same
from packyard.surfaces.badges import level
from packyard.surfaces.dialects.agentpacks import values
from packyard.surfaces.dialects.agentpacks.values import Document
from packyard.surfaces.dialects.values import document, encode
from packyard.surfaces.pack.beneath import Graph, graph_of, mermaid, reached
from packyard.surfaces.pack.overview import READMES
from packyard.surfaces.pack.values import Dependent, Hand, facts, standing

#: The most dependents that are listed.
MOST = 250

LATEST = "latest"


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """`agentpacks/packs/NAME/`; nothing when all of the pack is withdrawn."""
    shown, here = values.offered(pack), partial(foreign.agentpacks, pack.name)
    if shown is None:
        return
    points = values.points(pack)
    all_states = tuple(map(facts, shown.versions))
    yield from document(here(), (*standing(shown), points, all_states), lambda: values.details(shown, score(points)))
    yield from document(here("versions/"), (pack.name, all_states), lambda: _versions(shown))
    for state in shown.versions:
        yield from _plan_version(hand, state, state is shown.latest and state.alive)
    yield from _plan_readme(hand, shown.latest.release)
    yield from _plan_graph(hand, shown.latest.release)
    yield from _plan_counts(hand, pack, score(points))


def _plan_version(hand: Hand, state: VersionState, latest: bool) -> Iterator[Recipe]:
    """A version's own folder, and the same once more when it is the latest."""
    release, url = state.release, hand.site.registry.url
    whole = cache(lambda: values.whole_version(url, state, _features(hand, release)))
    for number in (release.version, LATEST) if latest else (release.version,):
        here = foreign.agentpacks(release.pack, f"versions/{number}/")
        yield from document(here, (url, release.pack, facts(state)), whole)
        yield same(here + "download", release.tarball.path)


def _features(hand: Hand, release: Release) -> Document:
    """The summary of what a version has; it reads the files in which things are counted."""
    files = hand.files(release)

    def count(path: str, counted: Callable[[bytes], int]) -> int | None:
        try:
            return counted(files[path]) if path in files else 0
        except FormatError:
            return None

    servers = count("mcp.json", lambda data: len(parse_mcp(data)))
    return values.feature_summary(
        release, servers, count("models.json", lambda data: len(parse_models(data)[0].profiles))
    )


def _plan_readme(hand: Hand, release: Release) -> Iterator[Recipe]:
    paths = {file.path for file in release.files}
    name = next((name for name in READMES if name in paths), None)
    if name is not None:
        here = foreign.agentpacks(release.pack, "readme/")
        yield from document(here, (release.tree, name), lambda: {"content": _text(hand.files(release)[name])})


def _text(data: bytes) -> str:
    return data.decode(errors="replace").removeprefix("\ufeff")


def _plan_graph(hand: Hand, release: Release) -> Iterator[Recipe]:
    about, here = release.manifest, foreign.agentpacks(release.pack, "dependencies/")
    known = reached(about.dependencies, {need.name: need for need in hand.around.needs})
    inputs = (release.pack, about.dependencies, about.conflicts, known)

    @cache
    def graph() -> Graph:
        return graph_of(release.pack, about.dependencies, about.conflicts, {need.name: need for need in known})

    yield from document(here, inputs, lambda: _graph(graph()))
    yield Recipe(
        here + "mermaid.json", inputs, lambda: encode({"mermaid": mermaid(graph()), "cycles": _cycle(graph())})
    )


def _graph(graph: Graph) -> Document:
    edges = [{"from": edge.source, "to": edge.target} for edge in graph.edges]
    shape = {
        "root": graph.nodes[0].name,
        "nodes": [node.name for node in graph.nodes],
        "edges": edges,
        "depth": max(node.depth for node in graph.nodes),
    }
    return {"graph": shape, "cycles": _cycle(graph)}


def _cycle(graph: Graph) -> tuple[str, ...] | None:
    """The first cycle, as a path that ends where it begins; agentpacks tells one, and null for none."""
    return next(iter(graph.cycles), None)


def _plan_counts(hand: Hand, pack: Pack, points: int) -> Iterator[Recipe]:
    """What is counted of a pack, most of it never: a registry of files knows no downloads and takes no reviews."""
    name, here = pack.name, partial(foreign.agentpacks, pack.name)
    quality, dependents = values.quality_of(pack), hand.around.dependents
    rated = {"packName": name, "score": points, "badge": level(points)[0], "breakdown": quality}
    needed, total = dependents[:MOST], len(dependents)
    counted: Document = {"packName": name, "totalDownloads": None, "weeklyDownloads": None, "dailyStats": []}
    yield from document(here("quality/"), (rated,), lambda: rated)
    yield from document(here("stats/"), (name,), lambda: counted)
    yield from document(here("reviews/"), (), lambda: {"reviews": [], "total": 0, "averageRating": None})
    yield from document(here("dependents/"), (name, needed, total), lambda: _dependents(name, needed, total))


def _dependents(name: str, needed: tuple[Dependent, ...], total: int) -> Document:
    shown = [{"packName": each.name, "displayName": each.name, "downloads": None} for each in needed]
    return {"packName": name, "dependents": shown, "total": total}


def _versions(pack: Pack) -> Document:
    return {"packName": pack.name, "versions": [values.version(state) for state in pack.versions]}

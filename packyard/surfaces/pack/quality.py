"""The page of how well a pack is described, and how to do better."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from markupsafe import Markup

from packyard.formats import layout
from packyard.model import Pack
from packyard.quality import MOST, breakdown, score
from packyard.recipe import Recipe
from packyard.surfaces.badges import level
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.site import HOME


class Rule(NamedTuple):
    """A part of the score: what it is called, the points that were earned and could be, and how to earn the rest."""

    label: Markup
    points: int
    most: int
    advice: Markup


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """`packs/NAME/quality/index.html`."""
    latest = pack.latest
    facts = (latest.release.version, latest.release.tree, latest.withdrawn, len(pack.versions))
    path = layout.pack(pack.name, "quality/index.html")
    yield Recipe(path, (hand.site, *facts), lambda: quality_page(hand, pack))


def quality_page(hand: Hand, pack: Pack) -> bytes:
    """The points of the latest version, rule by rule, and the badges to copy."""
    say, release = hand.templates.say, pack.latest.release
    earned = {} if pack.latest.withdrawn else breakdown(release, len(pack.versions))
    points = score(earned) if earned else None
    return hand.templates.page(
        "pack/quality.html",
        hand.site,
        layout.pack(pack.name, "quality/index.html"),
        say("How well {name} is described", name=pack.name),
        say("How well {name} is described, point by point, and how to do better.", name=pack.name),
        section=HOME,
        pack=pack.name,
        version=release.version,
        has_models="models" in release.features,
        points=points,
        level=named(say, points),
        rules=list(rules(say, earned)),
        badges=_badges(say, hand.site.registry.url.rstrip("/"), pack.name),
    )


def named(say: Callable[..., Markup], points: int | None) -> Markup:
    """What a quality is called; on badges the names are words of a format, here they are words."""
    said = {
        "excellent": say("excellently described"),
        "good": say("well described"),
        "fair": say("fairly described"),
        "needs-work": say("hardly described"),
        "unrated": say("not rated"),
    }
    return said[level(points)[0]]


def rules(say: Callable[..., Markup], earned: Mapping[str, int]) -> Iterator[Rule]:
    """Every rule of the score, in its order."""
    said = {
        "readme": (say("A readme"), say("Add a README.md that says what the pack does, for whom, and how to use it.")),
        "versions": (say("More than one version"), say("Publish a second one: somebody looks after the pack.")),
        "license": (say("A licence"), say("State a licence in the manifest, as an SPDX expression such as MIT.")),
        "targets": (say("Targets"), say("Name the programs that the pack works with, up to four, or * for all.")),
        "features": (say("Features"), say("Name what the pack holds, up to five kinds, or * for all.")),
        "tags": (say("Tags"), say("Add at least one tag, so that the pack is found by its subject.")),
        "repository": (say("A repository"), say("Say where the pack is developed.")),
        "homepage": (say("A home page"), say("Say where to read more.")),
        "conflicts": (say("No conflicts"), say("Make the pack work beside those that it conflicts with now.")),
    }  # fmt: skip
    for name, points in earned.items():
        label, advice = said[name]
        yield Rule(label, points, MOST[name], advice)


def _badges(say: Callable[..., Markup], url: str, pack: str) -> list[tuple[str, Markup, str]]:
    """For each badge its file, its text, and the Markdown that shows it and leads to the page behind it."""
    base = f"{url}/{layout.pack(pack)}"
    return [
        ("badge.svg", say("the latest version of {name}", name=pack), f"[![{pack}]({base}badge.svg)]({base})"),
        (
            "quality.svg",
            say("how well {name} is described", name=pack),
            f"[![quality]({base}quality.svg)]({base}quality/)",
        ),
    ]

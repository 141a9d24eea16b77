"""The page of a pack, which is about its latest version, and the pages of its versions."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.formats import layout
from packyard.formats.advisory import affects
from packyard.model import Pack, Release, VersionState
from packyard.quality import breakdown, score
from packyard.recipe import Recipe
from packyard.surfaces import views
from packyard.surfaces.installs import installs
from packyard.surfaces.pack.abilities import abilities_of
from packyard.surfaces.pack.files import IMAGE_LIMIT
from packyard.surfaces.pack.needs import there_of
from packyard.surfaces.pack.places import IMAGES
from packyard.surfaces.pack.values import Hand, all_facts, alone, facts, standing
from packyard.surfaces.readme import Readme, render_readme
from packyard.surfaces.site import HOME

READMES = ("README.md", "readme.md", "Readme.md")


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """`packs/NAME/index.html`."""
    signers = (*sorted(hand.publishers.items()), *sorted(hand.seen.items()))
    yield Recipe(
        layout.pack(pack.name, "index.html"),
        (
            hand.site,
            *all_facts(pack),
            signers,
            hand.around.advisories,
            len(hand.around.dependents),
            _there(hand, pack.latest),
        ),
        lambda: pack_page(hand, pack, _readme(hand, pack.latest.release)),
    )


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """`packs/NAME/VERSION/index.html`."""
    release, publisher = state.release, hand.publishers[state.release.publisher]
    advised = tuple(each for each in hand.around.advisories if affects(each, pack.name, release.version))
    yield Recipe(
        layout.version(pack.name, release.version, "index.html"),
        (hand.site, *standing(pack), facts(state), publisher, hand.seen.get(release.key), advised, _there(hand, state)),
        lambda: version_page(hand, alone(pack, state), state),
    )


def pack_page(hand: Hand, pack: Pack, readme: Readme | None) -> bytes:
    """`packs/NAME/index.html`: the latest version."""
    state, say = pack.latest, hand.templates.say
    release = state.release
    points = None if state.withdrawn else score(breakdown(release, len(pack.versions)))
    return hand.templates.page(
        "pack.html",
        hand.site,
        layout.pack(pack.name, "index.html"),
        pack.name,
        release.manifest.description or _undescribed(hand, pack.name, state),
        ended=views.ended(say, pack),
        channels=pack.channels,
        readme=readme,
        versions=len(pack.versions),
        quality=points,
        dependents=len(hand.around.dependents),
        linked=not hand.site.preview,
        **_of_release(hand, pack, state),
    )


def version_page(hand: Hand, pack: Pack, state: VersionState) -> bytes:
    """`packs/NAME/VERSION/index.html`. Of the pack only its name, owners and own state are shown."""
    release, say = state.release, hand.templates.say
    title = f"{pack.name} {release.version}"
    return hand.templates.page(
        "version.html",
        hand.site,
        layout.version(pack.name, release.version, "index.html"),
        title,
        say("{name}: {text}", name=title, text=release.manifest.description or _undescribed(hand, pack.name, state)),
        channels={},
        quality=None,
        dependents=0,
        linked=False,
        fields=list(views.fields(release.manifest)),
        **_of_release(hand, pack, state),
    )


def _there(hand: Hand, state: VersionState) -> tuple[str, ...]:
    """Those of the packs that a version depends on or conflicts with that are there."""
    manifest = state.release.manifest
    return there_of(hand, (*(name for name, _ in manifest.dependencies), *manifest.conflicts))


def _undescribed(hand: Hand, name: str, state: VersionState) -> str:
    """What stands for a description that is not there, or went with a version that is withdrawn."""
    say = hand.templates.say
    return say("{name}, which is withdrawn.", name=name) if state.withdrawn else say("The pack {name}.", name=name)


def _of_release(hand: Hand, pack: Pack, state: VersionState) -> dict[str, object]:
    release, registry = state.release, hand.site.registry
    publisher = hand.publishers[release.publisher]
    key = views.key_of(publisher, release)
    return {
        "section": HOME,
        "card": layout.pack(pack.name, "card.png"),
        "pack": pack,
        "state": state,
        "release": release,
        "withdrawn": state.withdrawn,
        "manifest": release.manifest,
        "there": _there(hand, state),
        "has_models": "models" in release.features,
        "able": None if state.withdrawn else abilities_of(hand, release),
        "advisories": [each for each in hand.around.advisories if affects(each, pack.name, release.version)],
        "publisher": publisher,
        "key": key,
        "seen": hand.seen.get(release.key, ""),
        "links": views.links(registry, release),
        "bars": views.bars(release.identity),
        "installs": installs(hand.templates.say, registry, release, key.key),
        "commands": views.commands(registry, release, key.key),
    }


def _readme(hand: Hand, release: Release) -> Readme | None:
    paths = {file.path for file in release.files if file.size <= IMAGE_LIMIT or not file.path.lower().endswith(IMAGES)}
    name = next((name for name in READMES if name in paths), None)
    if name is None:
        return None
    contents = hand.files(release)
    base = f"{release.version}/raw/"
    return render_readme(contents[name], base, paths, lambda path: contents[path], hand.templates.say)

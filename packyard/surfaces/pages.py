"""The pages of the browse site: values in, bytes out. What a page shows is what its arguments hold, and nothing else.

Listings show of a pack only its name, description, owner and state (deprecated, archived, renamed), so that a new
version of it changes no listing; a version's page shows nothing of the pack's other versions. Names and descriptions
are escaped by the templates; the readme comes in as HTML that `readme` made safe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from packyard.formats import layout
from packyard.formats.advisory import affects
from packyard.model import Org, Pack, Publisher, Row, VersionState
from packyard.quality import breakdown, score
from packyard.surfaces import views
from packyard.surfaces.installs import installs
from packyard.surfaces.prose import prose_page
from packyard.surfaces.readme import Readme
from packyard.surfaces.site import HOME, Site, Totals
from packyard.surfaces.templates import Templates, open_templates

if TYPE_CHECKING:
    from packyard.surfaces.pack.values import Hand

__all__ = [
    "Site",
    "Templates",
    "Totals",
    "badge",
    "family_page",
    "home_page",
    "listing_page",
    "open_templates",
    "org_page",
    "pack_page",
    "prose_page",
    "publisher_page",
    "search_page",
    "version_page",
]

_ROLES = ("owner", "admin", "member")

Say = Callable[..., Markup]
Counts = Sequence[tuple[str, int]]


def home_page(
    templates: Templates,
    site: Site,
    rows: Sequence[Row],
    complete: bool,
    totals: Totals,
    newest: Sequence[Row],
    tags: Counts,
    targets: Counts,
    letters: Sequence[str],
    features: Counts = (),
    featured: Sequence[Row] = (),
) -> bytes:
    """`index.html`: all packs (`rows`) when `complete`, else the `letters` to browse by. `newest` are the packs with
    the newest versions, `featured` those that the registry chose.
    """
    say = templates.say
    return templates.page(
        "home.html",
        site,
        HOME,
        say("Packs"),
        say("{title}: signed packs for AI coding agents.", title=site.registry.title),
        section=HOME,
        rows=rows,
        complete=complete,
        totals=totals,
        newest=newest,
        tags=tags,
        targets=targets,
        features=features,
        featured=featured,
        letters=letters,
    )


def search_page(
    templates: Templates,
    site: Site,
    tags: Counts,
    targets: Counts,
    features: Counts,
    licences: Counts = (),
    owners: Counts = (),
) -> bytes:
    """`search/index.html`: the search itself needs the script, the ways in do not."""
    say = templates.say
    return templates.page(
        "search.html",
        site,
        layout.family_index("search"),
        say("Search"),
        say("Search the packs of {title}.", title=site.registry.title),
        section="",
        tags=tags,
        targets=targets,
        features=features,
        licences=licences,
        owners=owners,
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
        release.manifest.description or say("{name}, of which no version is offered any more.", name=pack.name),
        ended=views.ended(say, pack),
        channels=pack.channels,
        readme=readme,
        versions=len(pack.versions),
        quality=points,
        dependents=len(hand.around.dependents),
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
        release.manifest.description or say("{name}, a version that is withdrawn.", name=title),
        channels={},
        quality=None,
        dependents=0,
        fields=list(views.fields(release.manifest)),
        **_of_release(hand, pack, state),
    )


def _of_release(hand: Hand, pack: Pack, state: VersionState) -> dict[str, object]:
    release, registry = state.release, hand.site.registry
    publisher = hand.publishers[release.publisher]
    key = views.key_of(publisher, release)
    return {
        "section": HOME,
        "pack": pack,
        "state": state,
        "release": release,
        "withdrawn": state.withdrawn,
        "manifest": release.manifest,
        "has_models": "models" in release.features,
        "advisories": [each for each in hand.around.advisories if affects(each, pack.name, release.version)],
        "publisher": publisher,
        "key": key,
        "links": views.links(registry, release),
        "h1": views.h1(release.identity),
        "bars": views.bars(release.identity),
        "installs": installs(hand.templates.say, registry, release, key.key),
        "commands": views.commands(registry, release, key.key),
    }


def listing_page(
    templates: Templates,
    site: Site,
    path: str,
    family: str,
    item: str,
    rows: Sequence[Row],
    before: str,
    after: str,
    jumps: Sequence[str],
) -> bytes:
    """One page of a listing such as `tags/python/`. `before` and `after` are the file names of the neighbouring pages,
    "" when there is none; `jumps` the file names of all pages, each called after the first pack on it."""
    heading, intro = _listing(templates.say, family, item)
    return templates.page(
        "listing.html",
        site,
        path,
        heading,
        intro,
        section=layout.family_index(family),
        above=(layout.family_index(family), _family(templates.say, family)[0]),
        rows=rows,
        before=before,
        after=after,
        jumps=[(file, file.removeprefix("from-").removesuffix(".html").replace("+", "/")) for file in jumps[1:]],
    )


def family_page(templates: Templates, site: Site, family: str, items: Counts) -> bytes:
    """The index of a family of listings, with the number of packs of each item."""
    heading, intro = _family(templates.say, family)
    path = layout.family_index(family)
    return templates.page("family.html", site, path, heading, intro, section=path, family=family, items=items)


def _family(say: Say, family: str) -> tuple[Markup, Markup]:
    """The name of a family of listings, and what it is."""
    return {
        "tags": (say("Tags"), say("What packs are about, in the words of their publishers.")),
        "targets": (say("Targets"), say("The coding agents and editors that packs are written for.")),
        "features": (say("Features"), say("What packs hold. Hooks, plugins and MCP servers can act by themselves.")),
        "licences": (say("Licences"), say("The licences that packs state.")),
        "browse": (say("Letters"), say("Every pack, by the first letter of its name.")),
        "publishers": (say("Publishers"), say("Who signs packs here, and how many packs each of them owns.")),
        "orgs": (say("Organisations"), say("Who publishes together, and how many packs each scope has.")),
    }[family]


def _listing(say: Say, family: str, item: str) -> tuple[Markup, Markup]:
    """The name of a listing, and what is in it."""
    if (family, item) == ("targets", "any"):
        return say("For every target"), say("Packs that say they work with every agent and editor.")
    return {
        "tags": (say("Tag {tag}", tag=item), say("Packs whose publishers tagged them {tag}.", tag=item)),
        "targets": (say("For {target}", target=item), say("Packs that say they work with {target}.", target=item)),
        "features": (say("With {feature}", feature=item), say("Packs that hold {feature}.", feature=item)),
        "licences": (say("Licence {licence}", licence=item), say("Packs under {licence}.", licence=item)),
        "browse": (say("Packs: {letter}", letter=item), say("Packs whose names begin with {letter}.", letter=item)),
    }[family]


def publisher_page(templates: Templates, site: Site, publisher: Publisher, rows: Sequence[Row]) -> bytes:
    """`publishers/HANDLE/index.html`: every key the publisher ever had, and the packs they own."""
    return templates.page(
        "publisher.html",
        site,
        layout.publisher(publisher.handle),
        publisher.handle,
        f"The keys and packs of {publisher.name or publisher.handle}.",
        section="",
        publisher=publisher,
        rows=rows,
    )


def org_page(templates: Templates, site: Site, org: Org, rows: Sequence[Row]) -> bytes:
    """`orgs/ORG/index.html`: the members by role, and the packs of the scope."""
    members = sorted(org.members.items(), key=lambda member: (_ROLES.index(member[1]), member[0]))
    summary = f"The members and packs of {org.org}."
    path = layout.org(org.org)
    return templates.page(
        "org.html", site, path, f"@{org.org}", summary, section="", org=org, members=members, rows=rows
    )


def badge(name: str, version: str) -> bytes:
    """`packs/NAME/badge.svg`: name and version for readmes elsewhere; text keeps its width whatever the font."""
    left, right = (16 + round(6.7 * len(text)) for text in (name, version))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{name} {version}"><title>{name} {version}</title>'
        f'<path fill="#17211d" d="M0 0h{left}v20H0z"/><path fill="#0a5443" d="M{left} 0h{right}v20h-{right}z"/>'
        '<g fill="#fff" font-family="Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="11">'
        f'<text x="8" y="14" textLength="{left - 16}">{name}</text>'
        f'<text x="{left + 8}" y="14" textLength="{right - 16}">{version}</text></g></svg>\n'
    ).encode()

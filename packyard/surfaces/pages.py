"""The pages of the browse site: values in, bytes out. What a page shows is what its arguments hold, and nothing else.

Listings show of a pack only its name, description, owner and state (deprecated, archived, renamed), so that a new
version of it changes no listing; a version's page shows nothing of the pack's other versions. Names and descriptions
are escaped by the templates; the readme comes in as HTML that `readme` made safe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from packyard.formats import layout
from packyard.model import Org, Pack, Publisher, PublisherKey, Release, Row, VersionState
from packyard.surfaces import views
from packyard.surfaces.prose import prose_page
from packyard.surfaces.site import HOME, Site, Totals
from packyard.surfaces.templates import Templates, open_templates

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
    "version_page",
]

#: How many versions a pack's page lists; the rest is in its `index.json`.
VERSIONS = 200

_ROLES = ("owner", "admin", "member")

_FAMILIES = {
    "tags": ("Tags", "What packs are about, in the words of their publishers."),
    "targets": ("Targets", "The coding agents and editors that packs are written for."),
    "features": ("Features", "What packs hold. Hooks, plugins and MCP servers can act by themselves."),
    "browse": ("Letters", "Every pack, by the first letter of its name."),
    "publishers": ("Publishers", "Who signs packs here: every publisher with the number of packs owned."),
}
_LISTINGS = {
    "tags": ("Tag {}", "Packs whose publishers tagged them {}."),
    "targets": ("For {}", "Packs that say they work with {}."),
    "features": ("With {}", "Packs that hold {}."),
    "browse": ("Packs: {}", "Packs whose names begin with {}."),
}
_ANY_TARGET = ("For every target", "Packs that say they work with every agent and editor.")


def home_page(
    templates: Templates,
    site: Site,
    rows: Sequence[Row],
    complete: bool,
    totals: Totals,
    newest: Sequence[Row],
    tags: Sequence[tuple[str, int]],
    targets: Sequence[tuple[str, int]],
    letters: Sequence[str],
) -> bytes:
    """`index.html`: all packs (`rows`) when `complete`, else the `letters` to browse by and the newest packs."""
    return templates.page(
        "home.html",
        site,
        HOME,
        "Packs",
        f"{site.registry.title}: signed packs for AI coding agents.",
        section=HOME,
        rows=rows,
        complete=complete,
        totals=totals,
        newest=newest,
        tags=tags,
        targets=targets,
        letters=letters,
    )


def pack_page(
    templates: Templates, site: Site, pack: Pack, readme: str | None, publishers: Mapping[str, Publisher]
) -> bytes:
    """`packs/NAME/index.html`: the latest version and the list of all. `readme` is safe HTML, None when there is none;
    `publishers` has the signer of every version by handle."""
    latest, shown = pack.latest, pack.versions[:VERSIONS]
    signer = publishers[latest.release.publisher]
    return templates.page(
        "pack.html",
        site,
        layout.pack(pack.name, "index.html"),
        pack.name,
        latest.release.manifest.description or f"{pack.name}, of which no version is offered any more.",
        pack=pack,
        latest=latest,
        ended=views.ended(pack),
        channels=pack.channels,
        readme=readme,
        versions=[(state, _key(publishers[state.release.publisher], state.release)) for state in shown],
        older=len(pack.versions) - len(shown),
        statement_file=views.statement_file,
        **_of_release(site, latest, signer),
    )


def version_page(templates: Templates, site: Site, pack: Pack, state: VersionState, publisher: Publisher) -> bytes:
    """`packs/NAME/VERSION/index.html`. Of the pack only its name, owners and own state are shown."""
    release = state.release
    return templates.page(
        "version.html",
        site,
        layout.version(pack.name, release.version, "index.html"),
        f"{pack.name} {release.version}",
        release.manifest.description or f"{pack.name} {release.version}, a version that is withdrawn.",
        pack=pack,
        state=state,
        channels={},
        fields=list(views.fields(release.manifest)),
        documents=views.DOCUMENTS,
        **_of_release(site, state, publisher),
    )


def _of_release(site: Site, state: VersionState, publisher: Publisher) -> dict[str, object]:
    release = state.release
    key = _key(publisher, release)
    return {
        "section": HOME,
        "release": release,
        "withdrawn": state.withdrawn,
        "manifest": release.manifest,
        "publisher": publisher,
        "key": key,
        "h1": views.h1(release.identity),
        "bars": views.bars(release.identity),
        "acts": views.active(release),
        "commands": views.commands(site.registry, release, key.key),
    }


def _key(publisher: Publisher, release: Release) -> PublisherKey:
    """The key that signed a release: keys are never removed from a publisher's file, so it is there."""
    key = publisher.key(release.key)
    if key is None:
        raise AssertionError(f"{publisher.handle} never had the key {release.key}")
    return key


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
    heading, intro = _ANY_TARGET if (family, item) == ("targets", "any") else _LISTINGS[family]
    return templates.page(
        "listing.html",
        site,
        path,
        heading.format(item),
        intro.format(item),
        section=layout.family_index(family),
        above=(layout.family_index(family), _FAMILIES[family][0]),
        rows=rows,
        before=before,
        after=after,
        jumps=[(file, file.removeprefix("from-").removesuffix(".html").replace("+", "/")) for file in jumps[1:]],
    )


def family_page(templates: Templates, site: Site, family: str, items: Sequence[tuple[str, int]]) -> bytes:
    """The index of a family of listings, with the number of packs of each item."""
    heading, intro = _FAMILIES[family]
    path = layout.family_index(family)
    return templates.page("family.html", site, path, heading, intro, section=path, family=family, items=items)


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

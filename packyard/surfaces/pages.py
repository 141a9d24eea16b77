"""The pages of the browse site: values in, bytes out. What a page shows is what its arguments hold, and nothing else.

Listings show of a pack only its name, description, owner and state (deprecated, archived, renamed), so that a new
version of it changes no listing; a version's page shows nothing of the pack's other versions. Names and descriptions
are escaped by the templates; the readme comes in as HTML that `readme` made safe.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from markupsafe import Markup

from packyard.formats import layout
from packyard.model import Row
from packyard.surfaces.paging import jumps_of, jumps_of_items
from packyard.surfaces.prose import prose_page
from packyard.surfaces.site import HOME, Site, Totals
from packyard.surfaces.templates import Templates, open_templates

__all__ = [
    "Site",
    "Templates",
    "Totals",
    "family_page",
    "home_page",
    "listing_page",
    "open_templates",
    "prose_page",
    "search_page",
]

#: A longer list of items is parted by letters.
SHORT = 200

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
    channels: Counts = (),
    routing: bool = False,
) -> bytes:
    """`search/index.html`: the search itself needs the script, the ways in do not. `routing`: a pack chooses models."""
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
        channels=channels,
        routing=routing,
    )


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
        jumps=jumps_of(jumps[1:]),
    )


def family_page(
    templates: Templates,
    site: Site,
    family: str,
    items: Counts,
    file: str = "index.html",
    before: str = "",
    after: str = "",
    jumps: Sequence[str] = (),
) -> bytes:
    """A page of the index of a family of listings, with the number of packs of each item; see `listing_page`."""
    heading, intro = _family(templates.say, family)
    return templates.page(
        "family.html",
        site,
        f"{family}/{file}",
        heading,
        intro,
        section=layout.family_index(family),
        family=family,
        groups=_by_letter(items),
        before=before,
        after=after,
        jumps=jumps_of_items(jumps[1:]),
    )


def _by_letter(items: Counts) -> list[tuple[str, list[tuple[str, int]]]]:
    """Items under their first letters; a short list has one group without a letter, an empty one none."""
    if len(items) <= SHORT:
        return [("", list(items))] if items else []
    ordered = sorted(items, key=lambda item: (item[0].lower(), item[0]))
    return [(letter, list(found)) for letter, found in groupby(ordered, lambda item: item[0][:1].lower())]


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

"""What came last, and what was chosen.

    new/index.html          packs, by their first version, newest first
    updated/index.html      versions, newest first
    featured/index.html     the packs of `featured.yaml`, in its order; it exists when it is empty

The first two are series (`packyard.surfaces.series`): a new version costs the newest page of `updated/`, a new pack
also that of `new/`. Full pages show nothing that can change: name, version, day, who signed. The newest page adds what
packs say of themselves now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from packyard.formats.featured import Featured
from packyard.model import Row
from packyard.surfaces.events import Act, numbered
from packyard.surfaces.series import Part
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

NEW, UPDATED, FEATURED = "new/", "updated/", "featured/index.html"


class Said(NamedTuple):
    """What a pack says of itself, and its state."""

    description: str
    deprecated: bool
    archived: bool
    renamed: str


def said(row: Row) -> Said:
    """What of a pack's row the newest page shows."""
    return Said(row.description, row.deprecated is not None, row.archived, row.renamed)


def arrivals_page(
    templates: Templates, site: Site, part: Part, folder: str, acts: Sequence[Act], packs: Mapping[str, Said]
) -> bytes:
    """A page of `new/` or `updated/`: events of type `publish`, newest first; `packs` is what the packs on the newest
    page say now, and empty on all others.
    """
    say = templates.say
    if folder == NEW:
        name, title, about = "new", say("New packs"), say("Packs by their first version, newest first.")
    else:
        name, title, about = "updated", say("New versions"), say("Versions as they were published, newest first.")
    return templates.page(
        f"registry/{name}.html",
        site,
        part.path,
        numbered(templates, title, part),
        numbered(templates, about, part),
        heading=title,
        section=f"{folder}index.html",
        part=part,
        acts=acts,
        packs=packs,
    )


def featured_page(templates: Templates, site: Site, chosen: Sequence[tuple[Featured, Row]]) -> bytes:
    """`featured/index.html`: the chosen packs, and why."""
    return templates.page(
        "registry/featured.html",
        site,
        FEATURED,
        templates.say("Featured"),
        templates.say("Packs that the keepers of {registry} chose, and why.", registry=site.registry.title),
        section=FEATURED,
        chosen=chosen,
    )

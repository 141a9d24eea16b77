"""All pages that explain a registry, as one unit of output: they follow its settings, its trust files, who agreed about
it and which names it keeps back, and nothing that is published.

    keys/ rules/ mirrors/       `trustpages`
    openapi.json schemas/ api/  `api`
    name-check/                 `namecheck`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from packyard.formats.agreed import Agreed
from packyard.recipe import Recipe
from packyard.registry import Trust
from packyard.surfaces.api import plan_api
from packyard.surfaces.namecheck import plan_name_check
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates
from packyard.surfaces.trustpages import plan_trust


class Ground(NamedTuple):
    """What the pages are about besides the settings: every trust file by number, who agreed about which snapshot, None
    when nothing is recorded, and the names that nobody may take.
    """

    trusts: tuple[Trust, ...]
    agreed: Agreed | None
    reserved: frozenset[str]


def plan_explained(templates: Templates, site: Site, ground: Ground) -> Iterator[Recipe]:
    """The recipes of all of them."""
    yield from plan_trust(templates, site, ground.trusts, ground.agreed)
    yield from plan_api(templates, site)
    yield from plan_name_check(templates, site, ground.reserved)

"""`name-check/index.html`: what makes a name good, and with a script whether one is free.

Everything that the script knows of names stands on the page as data, or comes from the site's own search. It is a first
look: `packyard name-check` and the check of a proposal know more ways in which names are alike (`packyard.gate`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from packyard.formats import layout
from packyard.recipe import Recipe
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

PATH = layout.family_index("name-check")

#: Words that make no other name of a name: what `packyard.gate.likeness` puts behind, in front or beside.
# fmt: off
HOLLOW = (
    "a", "agent", "agents", "app", "better", "bundle", "cli", "clone", "collection", "command", "commands",
    "config", "core", "fork", "free", "go", "hook", "hooks", "js", "kit", "legacy", "lib", "mcp", "my", "new", "next",
    "official", "original", "our", "pack", "packs", "plugin", "plugins", "plus", "premium", "pro", "prompt", "prompts",
    "py", "real", "rs", "rule", "rules", "sdk", "skill", "skills", "stable", "the", "tool", "toolkit", "tools", "true",
    "trusted", "ts", "v1", "v2", "v3", "verified",
)
# fmt: on


def plan_name_check(templates: Templates, site: Site, reserved: Collection[str]) -> Iterator[Recipe]:
    """The recipe of the page; `reserved` are the words that no pack without a scope may be called."""
    words = tuple(sorted(reserved))
    yield Recipe(PATH, (site, words), partial(name_check_page, templates, site, words))


def name_check_page(templates: Templates, site: Site, reserved: Collection[str]) -> bytes:
    """`name-check/index.html`."""
    return templates.page(
        "registry/name-check.html",
        site,
        PATH,
        templates.say("Is this name free?"),
        templates.say("What makes a good name for a pack, and whether one is free in {title}.",
                      title=site.registry.title),
        section=PATH,
        reserved=sorted(reserved),
        hollow=HOLLOW,
    )  # fmt: skip

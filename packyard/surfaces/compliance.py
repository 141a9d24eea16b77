"""`compliance/index.html`: what somebody asks who has to answer for the use of a registry, in figures.

What every build checks, and of how many; whose keys are old, and which were revoked and had signed what; under which
licences packs are; which packs hang on one key; what was yanked and withdrawn; and what the check had to remark. Only
days stand on it, never ages: what does not change does not change by time passing.

The figures are counts that memory keeps; nobody reads all packs for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from packyard.surfaces import plots
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

PAGE = "compliance/index.html"

#: How many of the oldest keys are listed, of the revoked ones, and of the packs that a revoked key signed for.
OLDEST, REVOKED, SIGNED = 20, 100, 20

#: The items of the licences' listings that stand for no licence, and for one that is not an expression of SPDX.
UNSTATED, OTHER = "none", "other"

#: Expressions for which the list of SPDX need not be loaded.
_FREQUENT = frozenset({"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "GPL-3.0-or-later", "ISC"})


class HeldKey(NamedTuple):
    """A publisher's key: the days of its beginning and end, "" while it has none, why it ended, and how many versions
    it signed. Its beginning is the day that its publisher says, or the day on which it came here, whichever is later.
    """

    handle: str
    key: str
    since: str
    retired: str = ""
    revoked: str = ""
    reason: str = ""
    signed: int = 0


class Compliance(NamedTuple):
    """The figures. `versions`, `statements` and `revisions` are all that was ever signed; `packs` all there are.

    `keys` counts those without an end, the retired, and the revoked; `years` the ones without an end by the year since
    when they hold; `oldest` are some of those, the oldest first, and `revoked` pairs revoked keys with some of the
    packs that they signed versions of. `unlicensed` and `unknown_licences` count packs that state no licence, or one
    that is not an expression of SPDX. `one_key` counts packs with a single owner who has a single key. `states` pairs
    words for what is no longer offered as it was with counts, `findings` codes of the rule table with counts of packs.
    """

    packs: int
    versions: int
    statements: int
    revisions: int
    keys: tuple[int, int, int]
    years: tuple[tuple[str, int], ...]
    oldest: tuple[HeldKey, ...]
    revoked: tuple[tuple[HeldKey, tuple[str, ...]], ...]
    unlicensed: int
    unknown_licences: int
    one_key: int
    states: tuple[tuple[str, int], ...]
    findings: tuple[tuple[str, int], ...]


def licence_items(text: str) -> tuple[str, ...]:
    """The identifiers of a licence expression, under each of which a pack is listed (SPDX 2.3, annex D); the one item
    `UNSTATED` or `OTHER` when there are none. Exceptions are left out.
    """
    if text in _FREQUENT or not text.strip():
        return (text.strip() or UNSTATED,)
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        expression = canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return (OTHER,)
    words = expression.replace("(", " ").replace(")", " ").split()
    exceptions = {at + 1 for at, word in enumerate(words) if word == "WITH"}
    found = (word for at, word in enumerate(words) if word not in ("AND", "OR", "WITH") and at not in exceptions)
    return tuple(sorted(set(found)))


def compliance_page(templates: Templates, site: Site, found: Compliance) -> bytes:
    """`compliance/index.html`."""
    names = state_names(templates)
    return templates.page(
        "registry/compliance.html",
        site,
        PAGE,
        templates.say("Compliance"),
        templates.say("What is signed here, with which keys, and under which licences."),
        section=PAGE,
        found=found,
        years=_bars(found.years),
        states=[(names[word], count) for word, count in found.states],
        withdrawn=dict(found.states).get("withdrawn", 0),
    )


def state_names(templates: Templates) -> Mapping[str, str]:
    """What the states of `Compliance.states` are called."""
    say = templates.say
    return {
        "yanked": say("versions yanked"),
        "withdrawn": say("versions withdrawn, their content gone"),
        "deprecated": say("packs deprecated"),
        "archived": say("packs archived"),
        "renamed": say("packs renamed"),
        "recovered": say("recoveries that the registry’s root keys declared, each in force two weeks after its entry"),
    }


def _bars(counts: Sequence[tuple[str, int]]) -> list[tuple[str, str, int, float]]:
    most = max((count for _, count in counts), default=0)
    return [(name, "", count, plots.bar(count, most)) for name, count in counts]

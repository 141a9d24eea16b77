"""The texts of the rule table, one module a subject; `packyard.rules.table` puts them together."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """What a code means. `outcome` is `block`, `review` (a person must look) or `note`."""

    code: str
    title: str
    outcome: str
    why: str
    fix: str


def block(code: str, title: str, why: str, fix: str) -> Rule:
    """A rule that nothing may break."""
    return Rule(code, title, "block", why, fix)


def note(code: str, title: str, why: str, fix: str) -> Rule:
    """A rule whose breach is told and blocks nothing."""
    return Rule(code, title, "note", why, fix)

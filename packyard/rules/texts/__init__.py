"""The texts of the rule table, one module a subject; `packyard.rules.table` puts them together."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """What a code means. `outcome` is `block`, `review` (a person must look) or `note`.

    A rule of the gate is `adjustable`: `registry.yaml` may give it another outcome. It shows what `passes` and what
    `fails`; all other rules protect what a build relies on, and always mean what they say.
    """

    code: str
    title: str
    outcome: str
    why: str
    fix: str
    passes: str = ""
    fails: str = ""
    adjustable: bool = False


def block(code: str, title: str, why: str, fix: str) -> Rule:
    """A rule that nothing may break."""
    return Rule(code, title, "block", why, fix)


def note(code: str, title: str, why: str, fix: str) -> Rule:
    """A rule whose breach is told and blocks nothing."""
    return Rule(code, title, "note", why, fix)


def gate(code: str, title: str, outcome: str, why: str, fix: str, passes: str, fails: str) -> Rule:
    """A rule of the gate, whose outcome a registry may change; `passes` and `fails` are examples in one line each."""
    return Rule(code, title, outcome, why, fix, passes, fails, True)

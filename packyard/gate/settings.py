"""What maintainers change: the registry's settings, its lists and its trust files must still be good afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.errors import FormatError, Problem
from packyard.formats.fields import errors_of
from packyard.formats.registry import parse_registry
from packyard.gate.proposal import Case, CaseCheck
from packyard.history import SOURCE, TREE
from packyard.rules.table import rule

_PATH = f"{SOURCE}/registry.yaml"
_LIMIT = 1_000_000


def check_settings(case: Case) -> Iterator[Problem]:
    """`registry.yaml` can be read, names the same registry, and adjusts rules that can be adjusted."""
    if _PATH not in case.proposal.settings:
        return
    tree = case.source.tree(case.proposal.after) if case.proposal.after else ()
    entry = next((entry for entry in tree if entry.name == "registry.yaml" and entry.mode != TREE), None)
    if entry is None:
        yield Problem("settings-missing", _PATH, "the registry's settings are missing")
        return
    try:
        registry = parse_registry(case.source.blob(entry.oid, _LIMIT))
    except FormatError as error:
        yield from (each.at(_PATH) for each in errors_of(error))
        return
    before = case.world.registry
    if registry.origin != before.origin:
        message = "the registry's name changes, and everything that was signed is about the old one"
        yield Problem("origin-changed", _PATH, message, 0, before.origin, registry.origin)
    yield from (problem for problem in check_adjusted(registry.rules))


def check_adjusted(rules: object) -> Iterator[Problem]:
    """Settings of rules that mean nothing: unknown codes, and rules that always mean what they say."""
    assert isinstance(rules, dict)
    for code in rules:
        try:
            found = rule(code)
        except KeyError:
            yield Problem("rule-unknown", _PATH, f"there is no rule `{code}`", found=code)
            continue
        if not found.adjustable and rules[code] != found.outcome:
            yield Problem("rule-fixed", _PATH, f"the rule `{code}` cannot be adjusted", 0, found.outcome, rules[code])


CHECKS = (CaseCheck("settings", ("settings-missing", "origin-changed", "rule-unknown", "rule-fixed"), check_settings),)

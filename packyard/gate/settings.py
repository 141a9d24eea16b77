"""What maintainers change: the registry's settings, its lists and its trust files must still be good afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from packyard.errors import FormatError, Problem
from packyard.formats.fields import errors_of
from packyard.formats.registry import LIMITS, parse_registry
from packyard.gate.naming import LIMIT as RESERVED_LIMIT
from packyard.gate.naming import RESERVED_NAMES, parse_reserved
from packyard.gate.proposal import Case, CaseCheck, Proposal
from packyard.history import FILES, SOURCE, TREE
from packyard.protocols import Source
from packyard.registry import Registry
from packyard.rules.table import outcome, rule

PATH, RESERVED = f"{SOURCE}/registry.yaml", f"{SOURCE}/{RESERVED_NAMES}"
_LIMIT = 1_000_000


def read_settings(source: Source, tree: str) -> Registry:
    """`registry.yaml` of a source tree. Raises `FormatError`."""
    entry = next((entry for entry in source.tree(tree) if entry.name == "registry.yaml"), None) if tree else None
    if entry is None or entry.mode == TREE:
        raise FormatError("settings-missing", "the registry's settings are missing")
    return parse_registry(source.blob(entry.oid, _LIMIT))


def judge_settings(proposal: Proposal, before: Registry, source: Source) -> Iterator[Problem]:
    """What the changed settings would be refused for: by a build, now or from scratch, or by the next check."""
    if RESERVED in proposal.settings:
        yield from _judge_reserved(proposal, source)
    if PATH not in proposal.settings:
        return
    try:
        after = read_settings(source, proposal.after)
    except FormatError as error:
        yield from (each.at(PATH) for each in errors_of(error))
        return
    if after.origin != before.origin:
        message = "the registry's name changes, and everything that was signed is about the old one"
        yield Problem("origin-changed", PATH, message, 0, before.origin, after.origin)
    for name, limit in LIMITS.items():
        old, new = (registry.limits.get(name, limit.default) for registry in (before, after))
        if new < old:
            message = f"the limit `{name}` is lowered, and versions that were published need not fit"
            yield Problem("limit-lowered", PATH, message, 0, f"at least {old}", str(new))


def _judge_reserved(proposal: Proposal, source: Source) -> Iterator[Problem]:
    entries = source.tree(proposal.after) if proposal.after else ()
    entry = next((entry for entry in entries if entry.name == RESERVED_NAMES), None)
    try:
        parse_reserved(source.blob(entry.oid, RESERVED_LIMIT) if entry and entry.mode in FILES else b"")
    except FormatError as error:
        yield from (each.at(RESERVED) for each in errors_of(error))


def check_settings(case: Case) -> Iterator[Problem]:
    """What changes for the rules; and settings that mean nothing: of unknown codes, or of rules that are fixed."""
    before = case.world.registry.rules
    rules: Mapping[str, str] = before
    if PATH in case.proposal.settings:
        with suppress(FormatError):
            rules = read_settings(case.source, case.proposal.after).rules
    for code in sorted(code for code in before.keys() | rules.keys() if before.get(code) != rules.get(code)):
        old, new = (outcome(code, each) for each in (before, rules))
        if old != new:
            yield Problem("rule-changed", PATH, f"the rule `{code}` means something else from now on", 0, old, new)
    for code, wanted in rules.items() if rules != before else ():
        try:
            found = rule(code)
        except KeyError:
            yield Problem("rule-unknown", PATH, f"there is no rule `{code}`", found=code)
            continue
        if not found.adjustable and wanted != found.outcome:
            yield Problem("rule-fixed", PATH, f"the rule `{code}` cannot be adjusted", 0, found.outcome, wanted)


CHECKS = (CaseCheck("settings", ("rule-changed", "rule-unknown", "rule-fixed"), check_settings),)

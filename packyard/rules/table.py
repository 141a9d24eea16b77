"""The rule table: every code that the program can give, what it means, why it is a rule, and how to get right with it.

`packyard explain CODE` and `docs/rules.md` are printed from it. A test holds that no code is used without a rule, and
no rule is without a use.
"""

from __future__ import annotations

from collections.abc import Mapping

from packyard.rules.texts import (
    Rule,
    advisories,
    bridging,
    content,
    contributing,
    deploying,
    files,
    history,
    importing,
    kits,
    lifecycle,
    mirrors,
    naming,
    network,
    packs,
    placing,
    resolving,
    risk,
    safety,
    seal,
    searching,
    signatures,
    site,
    submission,
    trusting,
    use,
    using,
    witnessing,
)

#: The sections of the table, in the order in which they are read.
SECTIONS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Files and fields", files.RULES),
    ("Packs", packs.RULES),
    ("Keys and signatures", signatures.RULES),
    ("History and ownership", history.RULES),
    ("Statements", lifecycle.RULES),
    ("The gate: the change set", submission.RULES),
    ("The gate: names", naming.RULES),
    ("The gate: content", content.RULES),
    ("The gate: secrets and hidden text", safety.RULES),
    ("The gate: what a pack can do", risk.RULES),
    ("Log and seal", seal.RULES),
    ("Sites", site.RULES),
    ("Advisories", advisories.RULES),
    ("What a client believes", trusting.RULES),
    ("Places and the network", network.RULES),
    ("Searching", searching.RULES),
    ("Resolving and locks", resolving.RULES),
    ("Where packs go", placing.RULES),
    ("A project's packs", using.RULES),
    ("Mirrors", mirrors.RULES),
    ("Witnesses and rebuilds", witnessing.RULES),
    ("Kits", kits.RULES),
    ("Deploying", deploying.RULES),
    ("Importing", importing.IMPORT_RULES),
    ("Submitting", contributing.RULES),
    ("The bridge", bridging.RULES),
    ("The command and its surroundings", use.RULES),
)

RULES: tuple[Rule, ...] = tuple(rule for _, rules in SECTIONS for rule in rules)

_BY_CODE = {rule.code: rule for rule in RULES}

OUTCOMES = {
    "block": "nothing is built or accepted until it is put right",
    "review": "a person has to look and agree",
    "note": "it is told, and nothing is blocked",
}


def rule(code: str) -> Rule:
    """The rule with this code. Raises `KeyError`."""
    return _BY_CODE[code]


def explain(code: str) -> str:
    """The rule as text for people. Raises `KeyError`."""
    found = rule(code)
    outcome = f"{found.outcome}, {OUTCOMES[found.outcome]}."
    examples = f"Passes: {found.passes}\nFails: {found.fails}\n" if found.passes else ""
    adjust = (
        f"A registry may change it: `rules: {{{found.code}: note}}` in registry.yaml.\n" if found.adjustable else ""
    )
    return f"{found.code}: {found.title}\n\nWhy: {found.why}\nFix: {found.fix}\n{examples}Outcome: {outcome}\n{adjust}"


def outcome(code: str, rules: Mapping[str, str]) -> str:
    """What a code leads to; one without a rule blocks."""
    try:
        known = rule(code)
    except KeyError:
        return "block"
    return rules.get(code, known.outcome) if known.adjustable else known.outcome

"""Every rule that a registry may adjust has, somewhere, an example that passes and one that fails; each is run."""

from __future__ import annotations

from packyard.rules.table import RULES
from tests.gate import examples_content, examples_naming, examples_risk, examples_safety, examples_submission

MODULES = (examples_content, examples_naming, examples_risk, examples_safety, examples_submission)


def test_every_adjustable_rule_has_its_examples_once() -> None:
    codes = [code for module in MODULES for code in module.EXAMPLES]
    assert len(codes) == len(set(codes))
    assert {rule.code for rule in RULES if rule.adjustable} <= set(codes)
    assert all(rule.passes and rule.fails for rule in RULES if rule.adjustable)

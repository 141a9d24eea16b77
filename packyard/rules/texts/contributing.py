"""Rules about the way of a submission: importing, submitting, forges."""

from __future__ import annotations

from packyard.rules.texts import Rule

RULES: tuple[Rule, ...] = ()

"""Rules of the gate about secrets, and about text that hides."""

from __future__ import annotations

from packyard.rules.texts import Rule

RULES: tuple[Rule, ...] = ()

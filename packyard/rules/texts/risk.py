"""Rules of the gate about what a version can do on a machine, and what it does not pin."""

from __future__ import annotations

from packyard.rules.texts import Rule

RULES: tuple[Rule, ...] = ()

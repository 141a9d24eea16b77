"""Rules of the gate about a change set as a whole: what it may touch, who may do it, how much of it."""

from __future__ import annotations

from packyard.rules.texts import Rule

RULES: tuple[Rule, ...] = ()

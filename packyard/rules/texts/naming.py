"""Rules of the gate about names: whom they could be mistaken for."""

from __future__ import annotations

from packyard.rules.texts import Rule

RULES: tuple[Rule, ...] = ()

"""Rules of the gate about what a pack says and holds: manifest, licence, readme, skills, hooks, servers, models."""

from __future__ import annotations

from packyard.rules.texts import Rule

RULES: tuple[Rule, ...] = ()

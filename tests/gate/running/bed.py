"""The tables of commands, and what the checks of risk say of a candidate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from packyard.errors import Problem
from packyard.gate import growth, pins
from packyard.gate.values import Candidate

_TABLES = Path(__file__).parent / "tables"
_MEANINGS = {
    "⏎": "\n",
    "URL": "https://x.example/i.sh",
    "COMMIT": "0123456789abcdef" * 2 + "01234567",
    "DIGEST": "sha256:" + "0" * 64,
}


def commands() -> Iterator[tuple[str, str]]:
    """Every command of `tables/`, a line each, with the code that it gives in a hook; "" for honest ones. `URL`,
    `COMMIT` and `DIGEST` stand for an address, a whole commit and the digest of an image, `⏎` for a line break.
    """
    for path in sorted(_TABLES.glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            command = line
            for sign, meaning in _MEANINGS.items():
                command = command.replace(sign, meaning)
            yield "" if path.stem == "honest" else path.stem, command


def problems(given: Candidate) -> list[Problem]:
    """What the checks say; each gives only codes that it may give."""
    found = []
    for check in (*pins.CHECKS, *growth.CHECKS):
        for problem in check.run(given):
            assert problem.code in check.codes, check.name
            found.append(problem)
    return found


def codes(given: Candidate) -> set[str]:
    """The codes of what the checks say."""
    return {problem.code for problem in problems(given)}

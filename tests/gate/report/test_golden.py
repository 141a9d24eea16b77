"""The five reports of one rich verdict, as a reviewer would read them."""

from __future__ import annotations

import pytest

from packyard.gate.report import FORMATS, format_verdict
from tests.gate.report.sample import ACCEPTED, GOLDEN, NAMES, rendered


@pytest.mark.parametrize("format", FORMATS)
def test_the_report_is_the_golden_one(format: str) -> None:
    assert rendered(format) == (GOLDEN / NAMES[format]).read_text(encoding="utf-8")


def test_nothing_else_is_kept() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(NAMES.values())


def test_what_is_accepted_is_said_in_a_line() -> None:
    assert format_verdict(ACCEPTED, "text", {}) == "accept\n"
    assert format_verdict(ACCEPTED, "github", {}) == "::notice title=packyard check::accept\n"
    assert format_verdict(ACCEPTED, "markdown", {}) == f"## Accept\n\nFrom `{'a' * 40}` to `{'b' * 40}`.\n"


def test_a_format_that_there_is_not() -> None:
    with pytest.raises(KeyError):
        format_verdict(ACCEPTED, "xml", {})

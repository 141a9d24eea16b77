"""The report for a terminal, and the text of others in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.cli import terminal
from packyard.cli.errors import format_problem
from packyard.errors import Problem
from packyard.gate.capabilities import Cost, Delta
from packyard.gate.report.shown import Deltas, headline, printable, reveal
from packyard.gate.report.text import format_text
from packyard.gate.values import Finding, Verdict
from tests.gate.report.hostile import VERDICTS, WORDS, some
from tests.gate.report.sample import DELTAS, FINDINGS, VERDICT


def test_a_finding_has_the_form_of_the_house() -> None:
    report = format_text(VERDICT, DELTAS)
    words = {"block": "error", "review": "review", "note": "note"}
    for finding in FINDINGS:
        assert format_problem(finding.problem, words[finding.outcome]) + "\n" in report


def test_colours_are_the_callers() -> None:
    report = format_text(VERDICT, DELTAS, lambda text, colour: f"<{colour}>{text}</>")
    assert report.startswith("<bold>hello 1.1.0 can do what 1.0.0 could not</>\n  <yellow>+</> hook")
    assert "\n\n<red>error[sums-mismatch]</>: <bold>the file is" in report
    assert "  <blue>--></blue>".replace("</blue>", "</>") in report
    assert report.endswith("<red>reject: 3 problems in 2 places</>\n")


@pytest.mark.parametrize(
    ("outcomes", "outcome", "line"),
    [
        ([], "accept", "accept"),
        (["note"], "accept", "accept"),
        (["review"], "review", "review: 1 thing a person must look at"),
        (["review", "review", "note"], "review", "review: 2 things a person must look at"),
        (["block", "review"], "reject", "reject: 1 problem in 1 place"),
    ],
)
def test_the_last_line(outcomes: list[str], outcome: str, line: str) -> None:
    findings = tuple(Finding(Problem("x", "p", "m"), each) for each in outcomes)
    verdict = Verdict("a", "b", outcome, findings, (), (), ())
    assert headline(verdict) == line
    assert format_text(verdict, {}).splitlines()[-1] == line


def test_what_is_not_known_is_said() -> None:
    assert "what hello 1.1.0 can do is not known" in format_text(VERDICT, {})
    unchanged = {("hello", "1.1.0"): Delta((), (), Cost(1, 2), Cost(1, 2))}
    assert "nothing new was found in what hello 1.1.0 can do, compared with 1.0.0" in format_text(VERDICT, unchanged)


@some
@given(VERDICTS)
def test_nothing_in_it_acts(made: tuple[Verdict, Deltas]) -> None:
    report = format_text(*made)
    assert all(line.isprintable() and not line.lstrip().startswith("::") for line in report.split("\n"))
    assert "##[" not in report
    benign = format_text(_tame(made[0]), {("n", "2"): next(iter(made[1].values()))})
    assert report.count("\n") == benign.count("\n")


def _tame(verdict: Verdict) -> Verdict:
    findings = tuple(
        Finding(Problem("x", each.problem.path and "p", "m", 3, "e", "f", "h"), each.outcome)
        for each in verdict.findings
    )
    release = verdict.releases[0]._replace(name="n", version="2", before_version="1")
    return verdict._replace(findings=findings, releases=(release,), changes=("c", "c"))


@given(WORDS)
def test_printable_is_that_of_the_command_but_for_commands(text: str) -> None:
    assert printable(text, 40) == terminal.printable(text, 40) or "##[" in text


@pytest.mark.parametrize(
    "text",
    ["plain", "tab\there", "“é” — …", "👩\u200d💻 ❤\ufe0f 1\ufe0f\u20e3", "می\u200cخواهم", "全角\u3000空白", "नमस्ते"],
)
def test_honest_text_is_shown_as_it_is(text: str) -> None:
    assert reveal(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb", "a⟦U+200B⟧b"),
        ("a\u200db", "a⟦U+200D⟧b"),
        ("👩\u200d\u200d💻", "👩\u200d⟦U+200D⟧💻"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f⟦U+FE0F⟧"),
        ("\U000e0041\U000e0100", "⟦U+E0041⟧⟦U+E0100⟧"),
        ("\u202eevil", "⟦U+202E⟧evil"),
        ("\x1b[2J\r", "⟦U+001B⟧[2J⟦U+000D⟧"),
        ("\u3164\u2800\u034f", "⟦U+3164⟧⟦U+2800⟧⟦U+034F⟧"),
        ("\ue000\udc80", "⟦U+E000⟧⟦U+DC80⟧"),
        ("##[error]", "##⟦U+005B⟧error]"),
        ("\ufe0f\u200d", "⟦U+FE0F⟧⟦U+200D⟧"),
    ],
)
def test_hidden_text_is_shown_by_name(text: str, shown: str) -> None:
    assert reveal(text) == shown


@given(st.text())
def test_revealed_text_is_one_line_that_can_be_written(text: str) -> None:
    shown = reveal(text)
    shown.encode()
    assert len(shown.splitlines()) <= 1

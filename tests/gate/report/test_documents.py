"""The reports for programs: `packyard/verdict/1` and SARIF 2.1.0."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given

from packyard import __version__
from packyard.errors import Problem
from packyard.gate.report import format_verdict, sarif
from packyard.gate.report.shown import Deltas
from packyard.gate.values import Candidate, Finding, Verdict
from packyard.rules.table import rule
from tests.gate.bed import content
from tests.gate.report.hostile import VERDICTS, some
from tests.gate.report.sample import ACCEPTED, DELTAS, VERDICT

# --- packyard/verdict/1 ---


def _json(verdict: Verdict, deltas: Deltas) -> Any:
    return json.loads(format_verdict(verdict, "json", deltas))


def test_what_a_version_can_do_stands_before_what_was_found() -> None:
    names = list(_json(VERDICT, DELTAS))
    assert names.index("releases") < names.index("findings")


def test_the_document_says_what_differs() -> None:
    release = _json(VERDICT, DELTAS)["releases"][0]
    assert release["files"]["renamed"] == [
        {"path": "rules/greeting.md", "size": 71, "path_before": "rules/old.md", "size_before": 77}
    ]
    assert release["files"]["removed"] == [{"path": "rules/gone.md", "size": 13}]
    assert release["files"]["added"] == [{"path": "hooks/run.sh", "size": 32}]
    assert release["capabilities"]["removed"] == [{"kind": "hook", "what": "make lint", "where": "hooks/hooks.json"}]
    assert release["cost"] == {"before": {"always": 120, "invoked": 900}, "after": {"always": 150, "invoked": 900}}


def test_what_is_absent_is_null() -> None:
    document = _json(Verdict("a", "b", "review", (Finding(Problem("x", "", "m"), "review"),), (), (), ()), {})
    assert document["findings"] == [
        {"code": "x", "outcome": "review", "path": None, "line": None, "message": "m"}
        | {"expected": None, "found": None, "help": None}
    ]
    bare = Candidate("hello", "1.0.0", content())
    release = _json(ACCEPTED._replace(releases=(bare,)), {})["releases"][0]
    assert release["before"] is release["capabilities"] is release["cost"] is None


@some
@given(VERDICTS)
def test_it_can_be_read_whatever_it_says(made: tuple[Verdict, Deltas]) -> None:
    text = format_verdict(made[0], "json", made[1])
    assert text.isascii()
    assert "##[" not in text
    json.dumps(json.loads(text), ensure_ascii=False).encode()
    assert [each["outcome"] for each in json.loads(text)["findings"]] == [each.outcome for each in made[0].findings]


# --- SARIF 2.1.0 ---

#: What the standard defines of the objects that are used, and what it requires: (properties, required). An object has
#: no others, as the schema of the standard forbids them.
_OBJECTS: dict[str, tuple[dict[str, str], set[str]]] = {
    "sarifLog": ({"$schema": "uri", "version": "2.1.0", "runs": "[run]"}, {"version", "runs"}),
    "run": (
        {"tool": "tool", "automationDetails": "runAutomationDetails", "originalUriBaseIds": "{artifactLocation}"}
        | {"columnKind": "unicodeCodePoints", "invocations": "[invocation]", "results": "[result]"}
        | {"properties": "bag"},
        {"tool"},
    ),
    "tool": ({"driver": "toolComponent"}, {"driver"}),
    "toolComponent": ({"name": "text", "version": "text", "rules": "[reportingDescriptor]"}, {"name"}),
    "runAutomationDetails": ({"id": "text"}, set()),
    "invocation": (
        {"executionSuccessful": "bool", "toolExecutionNotifications": "[notification]"},
        {"executionSuccessful"},
    ),
    "notification": ({"level": "level", "message": "message"}, {"message"}),
    "reportingDescriptor": (
        {"id": "text", "shortDescription": "message", "fullDescription": "message", "help": "message"}
        | {"defaultConfiguration": "reportingConfiguration"},
        {"id"},
    ),
    "reportingConfiguration": ({"level": "level"}, set()),
    "result": (
        {"ruleId": "text", "ruleIndex": "index", "level": "level", "message": "message", "locations": "[location]"}
        | {"partialFingerprints": "{text}"},
        {"message"},
    ),
    "message": ({"text": "text"}, {"text"}),
    "location": ({"physicalLocation": "physicalLocation"}, set()),
    "physicalLocation": ({"artifactLocation": "artifactLocation", "region": "region"}, {"artifactLocation"}),
    "artifactLocation": ({"uri": "relative", "uriBaseId": "text", "description": "message"}, set()),
    "region": ({"startLine": "line"}, {"startLine"}),
    "bag": ({"outcome": "text", "base": "text", "head": "text"}, set()),
}  # fmt: skip
_LEAVES: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str) and value != "",
    "bool": lambda value: isinstance(value, bool),
    "index": lambda value: isinstance(value, int) and value >= 0,
    "line": lambda value: isinstance(value, int) and value >= 1,
    "level": lambda value: value in ("none", "note", "warning", "error"),
    "uri": lambda value: urlsplit(value).scheme == "https",
    "relative": lambda value: (
        not urlsplit(value).scheme and not value.startswith("/") and value.isascii() and value.isprintable()
    ),
}


def _conforms(value: Any, kind: str) -> None:
    if kind[0] in "[{":
        for item in value if kind[0] == "[" else value.values():
            _conforms(item, kind[1:-1])
    elif kind in _OBJECTS:
        properties, required = _OBJECTS[kind]
        assert required <= value.keys() <= properties.keys(), kind
        for name, member in value.items():
            _conforms(member, properties[name])
    else:
        assert _LEAVES[kind](value) if kind in _LEAVES else value == kind, (kind, value)


def _run(verdict: Verdict, deltas: Deltas | None = None) -> Any:
    document = json.loads(format_verdict(verdict, "sarif", deltas or {}))
    _conforms(document, "sarifLog")
    return document["runs"][0]


def test_the_log_is_as_the_standard_has_it() -> None:
    run = _run(VERDICT)
    driver, results = run["tool"]["driver"], run["results"]
    assert (driver["name"], driver["version"]) == ("packyard", __version__)
    assert [each["id"] for each in driver["rules"]] == [
        "sums-mismatch", "field-invalid", "many-publishers", "target-unknown"
    ]  # fmt: skip
    assert driver["rules"][0]["help"]["text"] == rule("sums-mismatch").fix
    assert [driver["rules"][each["ruleIndex"]]["id"] == each["ruleId"] for each in results] == [True] * 5
    assert [each["level"] for each in results] == ["error", "error", "error", "warning", "note"]
    assert run["invocations"][0]["executionSuccessful"] is False
    _run(ACCEPTED)


def test_a_finding_without_a_place_is_at_the_source() -> None:
    places = [each["locations"][0]["physicalLocation"] for each in _run(VERDICT)["results"]]
    assert places[3] == {"artifactLocation": {"uri": "registry-src", "uriBaseId": "%SRCROOT%"}}
    assert places[1]["region"] == {"startLine": 3}


def test_a_path_is_a_relative_reference() -> None:
    path = "registry-src/a b/c:%41#?[x]/ü.md"
    verdict = ACCEPTED._replace(findings=(Finding(Problem("x", path, "m"), "note"),))
    uri = _run(verdict)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "registry-src/a%20b/c%3A%2541%23%3F%5Bx%5D/%C3%BC.md"
    assert unquote(uri) == path


def test_no_text_becomes_a_link_or_a_placeholder() -> None:
    verdict = ACCEPTED._replace(findings=(Finding(Problem("x", "a", "[press](https://x.example) {0}"), "note"),))
    assert _run(verdict)["results"][0]["message"]["text"] == "[press] (https://x.example) {{0}}"


def test_a_fingerprint_stays_when_lines_move() -> None:
    findings = tuple(Finding(Problem("x", "a", "m", line), "note") for line in (3, 9))
    moved = tuple(Finding(Problem("x", "a", "m", line), "note") for line in (5, 11))
    prints = [
        [each["partialFingerprints"] for each in _run(ACCEPTED._replace(findings=each))["results"]]
        for each in (findings, moved)
    ]
    assert prints[0] == prints[1]
    assert prints[0][0] != prints[0][1]


def test_what_github_would_refuse_is_told_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "RESULTS", 3)
    run = _run(VERDICT, DELTAS)
    assert len(run["results"]) == 3
    notes = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert notes[0].startswith("hello 1.1.0 can do what 1.0.0 could not; + hook curl")
    assert notes[1].startswith("@acme/tools 0.1.0 can do nothing by itself; tokens always 40")
    assert notes[2:] == ["the check risk did not run to its end", "2 findings had no room here"]


@some
@given(VERDICTS)
def test_the_log_conforms_whatever_it_says(made: tuple[Verdict, Deltas]) -> None:
    text = format_verdict(made[0], "sarif", made[1])
    assert text.isascii()
    assert "##[" not in text
    document = json.loads(text)
    json.dumps(document, ensure_ascii=False).encode()
    _conforms(document, "sarifLog")
    assert len(document["runs"][0]["results"]) == len(made[0].findings)

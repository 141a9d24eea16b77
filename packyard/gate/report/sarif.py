"""A verdict in the Static Analysis Results Interchange Format 2.1.0, for code scanning.

Read from the OASIS standard: `sarifLog` 3.13, `run` 3.14, `invocation` 3.20, `result` 3.27, `physicalLocation` 3.29,
`reportingDescriptor` 3.49, `notification` 3.58. What blocks is an `error`, what asks for a person a `warning`, the rest
a `note`. In messages `{` and `}` are doubled (3.11.5), and no text of a pack becomes a link (3.11.6).

GitHub refuses the whole file when one result has no location, or when there are more than 25,000: a finding about the
change as a whole is placed at the registry's source, and the findings past that number are told as a notification.

What the versions can do is no result: it is told by the first notifications of the invocation.

The fingerprint of a result is that of its code, place and message, without the line, so that it stays when lines are
added above; equal ones are told apart by their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from packyard import __version__
from packyard.errors import Problem
from packyard.gate.capabilities import Delta
from packyard.gate.report.shown import (
    TEXT_LENGTH,
    VALUE_LENGTH,
    Deltas,
    abilities,
    as_json,
    claim,
    count,
    printable,
    rule_of,
    unfinished,
)
from packyard.gate.values import Candidate, Finding, Verdict
from packyard.history import SOURCE

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#: How many results of a run GitHub takes.
RESULTS = 25_000
#: How many abilities of a version are told.
_ABILITIES = 100

_LEVELS = {"block": "error", "review": "warning", "note": "note"}
_ROOT = "%SRCROOT%"


def format_sarif(verdict: Verdict, deltas: Deltas) -> str:
    """The log of one run; what the versions can do are its first notifications."""
    told = verdict.findings[:RESULTS]
    codes = list(dict.fromkeys(finding.problem.code for finding in told))
    run = {
        "tool": {"driver": {"name": "packyard", "version": __version__, "rules": [_rule(code) for code in codes]}},
        "automationDetails": {"id": "packyard/check/"},
        "originalUriBaseIds": {_ROOT: {"description": _text("The root of the registry's repository.")}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(verdict, deltas)],
        "results": _results(told, codes),
        "properties": {"outcome": verdict.outcome, "base": verdict.base, "head": verdict.head},
    }
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str) -> dict[str, object]:
    rule = rule_of(code)
    texts = {"shortDescription": rule.title, "fullDescription": rule.why, "help": rule.fix}
    return {
        "id": code,
        **{name: _text(text) for name, text in texts.items() if text},
        "defaultConfiguration": {"level": _LEVELS[rule.outcome]},
    }


def _invocation(verdict: Verdict, deltas: Deltas) -> dict[str, object]:
    missing = unfinished(verdict)
    told = [f"the check {name} did not run to its end" for name in missing]
    if len(verdict.findings) > RESULTS:
        told.append(f"{count(len(verdict.findings) - RESULTS, 'finding')} had no room here")
    notes = [_release(each, deltas.get((each.name, each.version))) for each in verdict.releases]
    return {
        "executionSuccessful": not missing,
        "toolExecutionNotifications": [
            *({"level": "note", "message": _text(text, _ABILITIES)} for text in notes),
            *({"level": "error", "message": _text(text)} for text in told),
        ],
    }


def _release(release: Candidate, delta: Delta | None) -> str:
    name, before = (printable(text) for text in (f"{release.name} {release.version}", release.before_version))
    return "; ".join([claim(name, before, delta), *(abilities(delta, _ABILITIES) if delta else [])])


def _results(findings: Sequence[Finding], codes: list[str]) -> list[dict[str, object]]:
    index = {code: number for number, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    results: list[dict[str, object]] = []
    for problem, outcome in findings:
        print_ = _fingerprint(problem)
        seen[print_] += 1
        results.append(
            {
                "ruleId": problem.code,
                "ruleIndex": index[problem.code],
                "level": _LEVELS[outcome],
                "message": _message(problem),
                "locations": [{"physicalLocation": _location(problem)}],
                "partialFingerprints": {"packyard/v1": f"{print_}:{seen[print_]}"},
            }
        )
    return results


def _fingerprint(problem: Problem) -> str:
    said = "\0".join((problem.code, problem.path, problem.message))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _message(problem: Problem) -> dict[str, str]:
    details = (("expected", problem.expected), ("found", problem.found))
    parts = [problem.message, *(f"{name}: {printable(value, VALUE_LENGTH)}" for name, value in details if value)]
    return _text("; ".join([*parts, *([problem.help] if problem.help else [])]))


def _location(problem: Problem) -> dict[str, object]:
    location: dict[str, object] = {"artifactLocation": {"uri": _uri(problem.path or SOURCE), "uriBaseId": _ROOT}}
    if problem.path and problem.line > 0:
        location["region"] = {"startLine": problem.line}
    return location


def _uri(path: str) -> str:
    """A relative reference (RFC 3986 section 4.2); a slash at the beginning would make it an absolute one."""
    from urllib.parse import quote

    quoted = quote(path, safe="/", errors="backslashreplace")
    return f"%2F{quoted[1:]}" if quoted.startswith("/") else quoted


def _text(text: str, parts: int = 2) -> dict[str, str]:
    shown = printable(text, parts * TEXT_LENGTH).replace("{", "{{").replace("}", "}}")
    return {"text": shown.replace("](", "] (")}

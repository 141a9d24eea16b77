"""A verdict as a document for programs: `packyard/verdict/1`, in ASCII; what is absent is null.

    {"format": "packyard/verdict/1", "base": "4f1c…", "head": "9a02…", "outcome": "reject",
     "releases": [{"name": "hello", "version": "1.1.0", "before": "1.0.0",
                   "files": {"added": [{"path": "a.md", "size": 12}],
                             "removed": [{"path": "b.md", "size": 9}],
                             "changed": [{"path": "c.md", "size": 14, "size_before": 13}],
                             "renamed": [{"path": "e.md", "size": 7, "path_before": "d.md", "size_before": 7}]},
                   "capabilities": {"added": [{"kind": "hook", "what": "make", "where": "hooks/hooks.json"}],
                                    "removed": []},
                   "cost": {"before": {"always": 120, "invoked": 900}, "after": {"always": 150, "invoked": 900}}}],
     "findings": [{"code": "sums-mismatch", "outcome": "block", "path": "registry-src/…/README.md", "line": null,
                   "message": "…", "expected": "9f86…", "found": "6030…", "help": null}],
     "changes": ["publishes hello 1.1.0"],
     "checks": [{"name": "hidden-text", "finished": true}]}

`outcome` is `accept`, `review` or `reject`, that of a finding `block`, `review` or `note`. `before` is the version that
this one follows. `capabilities` and `cost` are null when they are not known. Sizes are bytes, costs are tokens:
`always` in every conversation, `invoked` when all that can be called is.
"""

from __future__ import annotations

from packyard.gate.capabilities import Capability, Cost, Delta
from packyard.gate.report.diffs import FileChange, differences
from packyard.gate.report.shown import Deltas, as_json
from packyard.gate.values import Candidate, Finding, Verdict

FORMAT = "packyard/verdict/1"


def format_json(verdict: Verdict, deltas: Deltas) -> str:
    """The document, indented, with a final newline; what the versions can do stands before what was found."""
    return as_json(
        {
            "format": FORMAT,
            "base": verdict.base,
            "head": verdict.head,
            "outcome": verdict.outcome,
            "releases": [_release(each, deltas.get((each.name, each.version))) for each in verdict.releases],
            "findings": [_finding(finding) for finding in verdict.findings],
            "changes": verdict.changes,
            "checks": [{"name": name, "finished": finished} for name, finished in verdict.checks],
        }
    )


def _finding(finding: Finding) -> dict[str, object]:
    problem = finding.problem
    return {
        "code": problem.code,
        "outcome": finding.outcome,
        "path": problem.path or None,
        "line": problem.line or None,
        "message": problem.message,
        "expected": problem.expected or None,
        "found": problem.found or None,
        "help": problem.help or None,
    }


def _release(release: Candidate, delta: Delta | None) -> dict[str, object]:
    changes = differences(release.before, release.content)
    return {
        "name": release.name,
        "version": release.version,
        "before": release.before_version or None,
        "files": {
            kind: [_file(change) for change in changes if change.kind == kind]
            for kind in ("added", "removed", "changed", "renamed")
        },
        "capabilities": None
        if delta is None
        else {"added": _capabilities(delta.added), "removed": _capabilities(delta.removed)},
        "cost": None if delta is None else {"before": _cost(delta.before), "after": _cost(delta.after)},
    }


def _file(change: FileChange) -> dict[str, object]:
    held = change.old if change.new is None else change.new
    about: dict[str, object] = {"path": change.path, "size": len(held or b"")}
    if change.old_path:
        about["path_before"] = change.old_path
    if change.old is not None and change.new is not None:
        about["size_before"] = len(change.old)
    return about


def _capabilities(listed: tuple[Capability, ...]) -> list[dict[str, str]]:
    return [each._asdict() for each in listed]


def _cost(cost: Cost | None) -> dict[str, int] | None:
    return None if cost is None else cost._asdict()

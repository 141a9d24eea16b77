"""The state of a pack, made again from its versions and statements in the order of the log, against what its documents
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packyard.audit import expect
from packyard.audit.reading import Reading
from packyard.audit.versions import Judge
from packyard.catalogue import State, publish, row_of, say
from packyard.errors import FormatError
from packyard.formats import layout, semver, strict
from packyard.formats.times import parse_time
from packyard.model import Manifest, Mark, Pack, Release, Statement, Tarball, VersionState
from packyard.rules.statements import Spoken

#: The manifest of a version that is not looked at.
UNSEEN = Manifest("", "", "", "", "", "", "", "", (), (), (), (), (), {})


def audit_state(
    reading: Reading,
    judge: Judge,
    document: Mapping[str, Any],
    state: State,
    steps: Iterable[Release | Spoken],
    row: bytes | None,
) -> None:
    """Whether the steps that followed `state` were allowed, and lead to what the pack's document and row say."""
    path = layout.pack(state.name, "index.json")
    made = _replay(reading, judge, state, steps)
    if made is None:
        return
    for member, wanted, found in expect.differences(expect.pack(made), document):
        reading.report("document-mismatch", path, f"`{member}` is not what versions and statements say", wanted, found)
    if row == b"":
        reading.report("index-row", layout.INDEX, f"the catalogue has no row for the pack {state.name}")
    elif row is not None:
        _audit_row(reading, made, row)


def known_state(name: str, document: Mapping[str, Any]) -> State:
    """The state that a pack's document describes. Raises `FormatError`."""
    try:
        versions = [
            VersionState(
                _known_release(name, each), _mark(each["yanked"]), _mark(each["deprecated"]), each["channel"] or ""
            )
            for each in document["versions"]
        ]
        said = tuple(
            Statement("", name, each["sequence"], each["action"], each["date"], each["reason"], {})
            for each in document["statements"]
        )
        marked = _mark(document["deprecated"])
        return State(name, document["owner"], {state.release.version: state for state in versions}, marked, said)
    except (KeyError, TypeError) as error:
        raise FormatError("document-invalid", f"the document lacks {error}") from error


def _known_release(name: str, fields: Mapping[str, Any]) -> Release:
    packed = fields["tarball"]
    index = fields["log_index"]
    return Release(
        name,
        fields["version"],
        "",
        fields["identity"]["sha256"],
        fields["key"],
        fields["publisher"],
        "",
        parse_time(fields["published"]),
        index,
        index,
        UNSEEN,
        (),
        (),
        Tarball(packed["path"], packed["sha256"], packed["size"], packed["tar_sha256"], packed["encoder"]),
    )


def _mark(fields: Mapping[str, Any] | None) -> Mark | None:
    return Mark(fields["reason"], fields["date"], fields.get("replacement", "")) if fields else None


def _replay(reading: Reading, judge: Judge, state: State, steps: Iterable[Release | Spoken]) -> Pack | None:
    before = len(reading.problems)
    for step in sorted(steps, key=lambda step: step.event.seq if isinstance(step, Spoken) else step.seq):
        if isinstance(step, Spoken):
            path = layout.pack(state.name, f"statements/{step.event.ident}.yaml")
            state = reading.attempt(path, say, state, step, judge.authority) or state
        else:
            path = layout.version(state.name, step.version)
            state = reading.attempt(path, publish, state, step, judge.authority) or state
    if len(reading.problems) > before:
        return None
    ordered = sorted(state.versions.values(), key=lambda each: semver.sort_key(each.release.version), reverse=True)
    return Pack(state.name, state.owner, tuple(ordered), state.deprecated, state.said)


def _audit_row(reading: Reading, made: Pack, row: bytes) -> None:
    found = reading.attempt(layout.INDEX, strict.load_json, row)
    if found is not None:
        for member, wanted, stated in expect.differences(expect.row(row_of(made)), found.value):
            message = f"`{member}` of the pack {made.name} is not what versions and statements say"
            reading.report("index-row", layout.INDEX, message, wanted, stated)

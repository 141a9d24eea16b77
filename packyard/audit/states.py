"""The state of a pack, made again from its versions and statements in the order of the log, against what its documents
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packyard.audit import expect
from packyard.audit.reading import Reading
from packyard.audit.versions import Judge
from packyard.catalogue import State, finish, publish, row_of, say
from packyard.errors import FormatError
from packyard.formats import layout, strict
from packyard.formats.times import DAY, format_time, parse_time
from packyard.grounds import grounds
from packyard.model import Grounds, Mark, Pack, Recovery, Release, Renaming, Statement, Tarball, VersionState
from packyard.rules.statements import Spoken

#: What a document says of a signed file, and of a statement besides the fields of its action.
_RECORD = ("path", "signatures", "sha256", "keys", "published", "log_index")
_STATEMENT = ("sequence", "action", "date", "reason", *_RECORD)


def audit_state(
    reading: Reading,
    judge: Judge,
    document: Mapping[str, Any],
    state: State,
    steps: Iterable[Release | Spoken],
    row: bytes | None,
) -> tuple[str, ...]:
    """Whether the steps that followed `state` were allowed, and lead to what the pack's document and row say; gives the
    owners that follow, none when not all steps could be taken.
    """
    path = layout.pack(state.name, "index.json")
    steps = tuple(steps)
    made = _replay(reading, judge, state, steps)
    if made is None:
        return ()
    resting = _grounds(judge, state.name, steps) if judge.whole else None
    stated = document if judge.whole else _without_grounds(document)
    for member, wanted, found in expect.differences(expect.pack(made, resting), stated):
        reading.report("document-mismatch", path, f"`{member}` is not what versions and statements say", wanted, found)
    if row == b"":
        reading.report("index-row", layout.INDEX, f"the catalogue has no row for the pack {state.name}")
    elif row is not None:
        _audit_row(reading, made, row)
    return made.owners


def _grounds(judge: Judge, name: str, steps: Iterable[Release | Spoken]) -> Grounds:
    releases = [step for step in steps if isinstance(step, Release)]
    return grounds(name, releases, [step for step in steps if isinstance(step, Spoken)], judge.authority)


def _without_grounds(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as far as it can be judged by those who know the newest revisions alone."""
    apart = {*_RECORD} - {"path"}
    said = document.get("statements")
    listed = said if isinstance(said, list) else []
    plain = [{name: value for name, value in each.items() if name not in apart} for each in listed]
    return {**document, "statements": plain}


def known_state(name: str, document: Mapping[str, Any]) -> State:
    """The state that a pack's document describes. Raises `FormatError`."""
    try:
        owners = tuple(document["owners"])
        renamed, recovery = document["renamed"], document["recovery"]
        return State(
            name,
            owners[0],
            {each["version"]: _known_version(name, each) for each in document["versions"]},
            _mark(document["deprecated"]),
            tuple(_known_statement(name, each) for each in document["statements"]),
            owners[1:],
            _mark(document["archived"]),
            Renaming(renamed["to"], renamed["reason"], renamed["date"]) if renamed else None,
            Recovery(recovery["to"], recovery["reason"], recovery["date"], parse_time(recovery["effective"]))
            if recovery
            else None,
        )
    except (LookupError, TypeError, AttributeError) as error:
        raise FormatError("document-invalid", f"the document lacks {error}") from error


def _known_version(name: str, fields: Mapping[str, Any]) -> VersionState:
    marks = (_mark(fields["yanked"]), _mark(fields["deprecated"]))
    return VersionState(_known_release(name, fields), *marks, fields["channel"] or "", _mark(fields["withdrawn"]))


def _known_statement(name: str, fields: Mapping[str, Any]) -> Statement:
    more = {field: text for field, text in fields.items() if field not in _STATEMENT}
    return Statement("", name, fields["sequence"], fields["action"], fields["date"], fields["reason"], more)


def _known_release(name: str, fields: Mapping[str, Any]) -> Release:
    packed = fields["tarball"] or {"path": "", "sha256": "", "size": 0, "tar_sha256": "", "encoder": ""}
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
        expect.UNSEEN._replace(
            dependencies=tuple(fields["dependencies"].items()), conflicts=tuple(fields["conflicts"])
        ),
        (),
        (),
        Tarball(packed["path"], packed["sha256"], packed["size"], packed["tar_sha256"], packed["encoder"]),
    )


def _mark(fields: Mapping[str, Any] | None) -> Mark | None:
    if not fields:
        return None
    return Mark(fields["reason"], fields["date"], fields.get("replacement", ""), fields.get("legal", ""))


def _replay(reading: Reading, judge: Judge, state: State, steps: Iterable[Release | Spoken]) -> Pack | None:
    before = len(reading.problems)
    for step in sorted(steps, key=lambda step: step.event.seq if isinstance(step, Spoken) else step.seq):
        if isinstance(step, Spoken):
            path, time = layout.pack(state.name, f"statements/{step.event.ident}.yaml"), step.event.time
            after = reading.attempt(path, say, state, step, judge.authority)
        else:
            path, time = layout.version(state.name, step.version), step.published
            after = reading.attempt(path, publish, state, step, judge.authority)
        if state.recovery and state.recovery.effective <= time:
            _audit_wait(reading, judge, path, state.recovery)
        state = after or state
    return finish(state) if len(reading.problems) == before else None


def _audit_wait(reading: Reading, judge: Judge, path: str, recovery: Recovery) -> None:
    """Whether a recovery's waiting time was over when the snapshot was issued, with a day for clocks that differ.

    The time of a step is that of a commit, which may be dated ahead to cut the waiting time short.
    """
    if judge.issued + DAY < recovery.effective:
        message = f"the step is dated after the recovery of the pack by {recovery.to}, whose waiting time is not over"
        wanted = f"nothing of that time before {format_time(recovery.effective)}"
        reading.report("recovery-early", path, message, wanted, f"a snapshot issued {format_time(judge.issued)}")


def _audit_row(reading: Reading, made: Pack, row: bytes) -> None:
    found = reading.attempt(layout.INDEX, strict.load_json, row)
    if found is not None:
        for member, wanted, stated in expect.differences(expect.row(row_of(made)), found.value):
            message = f"`{member}` of the pack {made.name} is not what versions and statements say"
            reading.report("index-row", layout.INDEX, message, wanted, stated)

"""The state of a pack as a fold over its history: versions and statements, in the order of the log.

There is no record of a pack that somebody edits; there is only what was published and what was said. The first version
establishes the owner: its signer, or the organisation of the scope. From then on each step is judged by the state
before it:

    version      an unscoped pack's owner; for a scoped pack any member of the organisation
    statement    an unscoped pack's owner; for a scoped pack an owner or admin of the organisation

Statements are numbered from 1 without gaps. One that changes nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import names, semver
from packyard.history import SOURCE, place
from packyard.model import Mark, Pack, Release, Row, Statement, VersionState, latest_of
from packyard.rules.authority import Authority
from packyard.rules.statements import Spoken

ROLES_THAT_SPEAK = ("owner", "admin")


class State(NamedTuple):
    """A pack between two steps of its history."""

    name: str
    owner: str = ""
    versions: Mapping[str, VersionState] = {}
    deprecated: Mark | None = None
    said: tuple[Statement, ...] = ()


def fold(
    name: str, releases: Iterable[Release], spoken: Iterable[Spoken], authority: Authority
) -> tuple[Pack | None, list[Problem]]:
    """The pack after all its steps, or the problems of every step that was not allowed."""
    steps: list[Release | Spoken] = [*releases, *spoken]
    steps.sort(key=lambda step: step.event.seq if isinstance(step, Spoken) else step.seq)
    state, problems = State(name), []
    for step in steps:
        try:
            state = say(state, step, authority) if isinstance(step, Spoken) else publish(state, step, authority)
        except FormatError as error:
            problems.append(error.at(_place(step)))
    if problems or not state.versions:
        return None, problems
    return _finish(state), []


def publish(state: State, release: Release, authority: Authority) -> State:
    """The state after one more version. Raises `FormatError` when its signer may not publish here."""
    scope = state.name.partition("/")[0].removeprefix("@") if state.name.startswith("@") else ""
    owner = state.owner or scope or release.publisher
    if scope:
        _member(scope, release.publisher, authority, release.seq, ("owner", "admin", "member"))
    elif owner != release.publisher:
        raise FormatError("owner-mismatch", "the signer does not own the pack", expected=owner, found=release.publisher)
    versions = {**state.versions, release.version: VersionState(release)}
    return state._replace(owner=owner, versions=versions)


def say(state: State, spoken: Spoken, authority: Authority) -> State:
    """The state after one more statement. Raises `FormatError` when it may not be made, or changes nothing."""
    statement = spoken.statement
    if statement.sequence != len(state.said) + 1:
        expected = f"{len(state.said) + 1:04d}"
        raise FormatError(
            "statement-order",
            "the statement's number is not the next",
            expected=expected,
            found=f"{statement.sequence:04d}",
        )
    _may_speak(state, spoken, authority)
    act = ACTIONS.get(statement.action)
    if act is None:
        raise FormatError("statement-action", f"this registry does not accept `{statement.action}`")
    return act(state, statement)._replace(said=(*state.said, statement))


def _may_speak(state: State, spoken: Spoken, authority: Authority) -> None:
    if not state.owner:
        raise FormatError("statement-unfounded", "the pack has no version yet that a statement could be about")
    scoped = state.name.startswith("@")
    for handle in spoken.signers:
        if scoped:
            _member(state.owner, handle, authority, spoken.event.seq, ROLES_THAT_SPEAK)
        elif handle != state.owner:
            raise FormatError("owner-mismatch", "the signer does not own the pack", expected=state.owner, found=handle)


def _member(name: str, handle: str, authority: Authority, seq: int, roles: tuple[str, ...]) -> None:
    found = authority.org(name, seq)
    if found is None:
        raise FormatError("org-unknown", f"there is no organisation {name}", expected=f"orgs/{name}.yaml")
    role = found.members.get(handle, "")
    if role not in roles:
        raise FormatError(
            "owner-mismatch",
            f"the signer may not do this in the organisation {name}",
            expected=f"{' or '.join(roles)} of {name}",
            found=f"{handle}, {role or 'no member'}",
        )


# --- what statements do ---


def _yank(state: State, said: Statement) -> State:
    return _on_version(
        state, said, lambda version: version.yanked, lambda version: version._replace(yanked=_mark(said)), True
    )


def _unyank(state: State, said: Statement) -> State:
    return _on_version(
        state, said, lambda version: version.yanked, lambda version: version._replace(yanked=None), False
    )


def _deprecate(state: State, said: Statement) -> State:
    mark = _mark(said)
    if "version" in said.fields:
        return _on_version(
            state, said, lambda version: version.deprecated, lambda version: version._replace(deprecated=mark), True
        )
    if state.deprecated == mark:
        raise _noop(said)
    return state._replace(deprecated=mark)


def _undeprecate(state: State, said: Statement) -> State:
    if "version" in said.fields:
        return _on_version(
            state, said, lambda version: version.deprecated, lambda version: version._replace(deprecated=None), False
        )
    if state.deprecated is None:
        raise _noop(said)
    return state._replace(deprecated=None)


ACTIONS: Mapping[str, Callable[[State, Statement], State]] = {
    "yank": _yank,
    "unyank": _unyank,
    "deprecate": _deprecate,
    "undeprecate": _undeprecate,
}


def _on_version(
    state: State,
    said: Statement,
    mark: Callable[[VersionState], Mark | None],
    change: Callable[[VersionState], VersionState],
    setting: bool,
) -> State:
    number = said.fields["version"]
    if number not in state.versions:
        raise FormatError("version-unknown", f"the pack has no version {number}", expected=", ".join(state.versions))
    before = state.versions[number]
    if (mark(before) is not None) == setting:
        raise _noop(said)
    return state._replace(versions={**state.versions, number: change(before)})


def _mark(said: Statement) -> Mark:
    return Mark(said.reason, said.date, said.fields.get("replacement", ""))


def _noop(said: Statement) -> FormatError:
    return FormatError("statement-noop", f"the statement changes nothing: `{said.action}` is already so")


# --- the result ---


def _finish(state: State) -> Pack:
    ordered = sorted(state.versions.values(), key=lambda each: semver.sort_key(each.release.version), reverse=True)
    return Pack(state.name, state.owner, tuple(ordered), state.deprecated, state.said)


def row_of(pack: Pack) -> Row:
    """The pack in one line; `features` are those of the manifest, or of the folder when it lists none or all."""
    latest = latest_of(pack.versions).release
    manifest = latest.manifest
    return Row(
        pack.name,
        latest.version,
        manifest.description,
        pack.owner,
        manifest.tags,
        manifest.targets,
        latest.features if manifest.features in ((), ("*",)) else manifest.features,
        manifest.license,
        max(state.release.published for state in pack.versions),
        pack.deprecated,
        len(pack.versions),
    )


def _place(step: Release | Spoken) -> str:
    if isinstance(step, Spoken):
        return place(step.event)
    return f"{SOURCE}/{names.folder(names.parse_name(step.pack))}/{step.version}"

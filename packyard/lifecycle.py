"""The state of a pack, and what each statement does to it; who may make which is for `packyard.rules.rights`.

    yank unyank deprecate undeprecate    set or take away a mark on a version; without a version, deprecate and
                                         undeprecate the pack
    promote       puts a version into a channel; a channel offers the version that was promoted to it last and is still
                  in it, neither yanked nor withdrawn
    withdraw      leaves a tombstone: the version's number, signature and place in the log stay, its content goes. It
                  can neither be undone nor followed by anything else about the version
    archive       nothing new comes: no version, no promotion
    rename        the pack goes on under another name: no new version comes under this one. Said again, it may name a
                  third. Whether it leads anywhere is for `packyard.rules.renames`
    add-owner remove-owner    co-owners come and go
    transfer      the pack gets another principal owner, and has no co-owners then
    recover       the same, decided by the registry's roots, but only after `RECOVERY_WAIT`; a second one before that
                  takes the place of the first, a transfer does not stop it

A state knows no clock. Time passes for it only with the next step: `settle` carries out a recovery whose waiting time
is over, before the step is judged. A statement that changes nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats.times import DAY
from packyard.model import (
    Manifest,
    Mark,
    Recovery,
    Release,
    Renaming,
    Statement,
    Tarball,
    VersionState,
    channels_of,
)

#: How long the owner of a pack can object to its recovery, in seconds, from the commit that brought the statement. It
#: is the same for every registry: a client knows it without asking.
RECOVERY_WAIT = 14 * DAY

_NO_MANIFEST = Manifest("", "", "", "", "", "", "", "", (), (), (), (), (), {})
_NO_TARBALL = Tarball("", "", 0, "", "")


class State(NamedTuple):
    """A pack between two steps of its history. `owner` is the principal owner; `time` is that of the step that is being
    taken.
    """

    name: str
    owner: str = ""
    versions: Mapping[str, VersionState] = {}
    deprecated: Mark | None = None
    said: tuple[Statement, ...] = ()
    co_owners: tuple[str, ...] = ()
    archived: Mark | None = None
    renamed: Renaming | None = None
    recovery: Recovery | None = None
    time: int = 0

    @property
    def owners(self) -> tuple[str, ...]:
        """The principal owner, then the others; none before the first version."""
        return (self.owner, *self.co_owners) if self.owner else ()


def settle(state: State, time: int) -> State:
    """The state when a step is taken at `time`: a recovery whose waiting time is over has happened."""
    recovery = state.recovery
    if recovery is not None and time >= recovery.effective:
        state = state._replace(owner=recovery.to, co_owners=(), recovery=None)
    return state._replace(time=time)


def must_be_open(state: State) -> None:
    """Raises `FormatError` when no new version may come."""
    _must_not_be_archived(state)
    if state.renamed:
        message = f"the pack goes on under the name {state.renamed.to}"
        raise FormatError("pack-renamed", message, expected=state.renamed.to, found=state.name)


def tombstone(release: Release) -> Release:
    """What is left of a withdrawn release: who signed what, when, and where the log says so. What it held is gone."""
    return release._replace(manifest=_NO_MANIFEST, features=(), files=(), tarball=_NO_TARBALL)


# --- statements about a version ---


def _yank(state: State, said: Statement) -> State:
    before = _version(state, said)
    _must_change(said, before.yanked is None)
    return _with(state, before._replace(yanked=_mark(said)))


def _unyank(state: State, said: Statement) -> State:
    before = _version(state, said)
    _must_change(said, before.yanked is not None)
    return _with(state, before._replace(yanked=None))


def _deprecate(state: State, said: Statement) -> State:
    if "version" not in said.fields:
        _must_change(said, state.deprecated != _mark(said))
        return state._replace(deprecated=_mark(said))
    before = _version(state, said)
    _must_change(said, before.deprecated is None)
    return _with(state, before._replace(deprecated=_mark(said)))


def _undeprecate(state: State, said: Statement) -> State:
    if "version" not in said.fields:
        _must_change(said, state.deprecated is not None)
        return state._replace(deprecated=None)
    before = _version(state, said)
    _must_change(said, before.deprecated is not None)
    return _with(state, before._replace(deprecated=None))


def _promote(state: State, said: Statement) -> State:
    _must_not_be_archived(state)
    before, channel = _version(state, said), said.fields["channel"]
    if before.yanked:
        number = before.release.version
        raise FormatError("promote-yanked", "a yanked version cannot be promoted", found=f"{number} is yanked")
    _must_change(said, channels_of(state.versions, state.said).get(channel) != before.release.version)
    return _with(state, before._replace(channel=channel))


def _withdraw(state: State, said: Statement) -> State:
    number = said.fields["version"]
    _must_change(said, number not in state.versions or state.versions[number].withdrawn is None)
    before = _version(state, said)
    return _with(state, before._replace(release=tombstone(before.release), withdrawn=_mark(said)))


def _version(state: State, said: Statement) -> VersionState:
    """The version that a statement is about."""
    number = said.fields["version"]
    if number not in state.versions:
        raise FormatError("version-unknown", f"the pack has no version {number}", expected=", ".join(state.versions))
    found = state.versions[number]
    if found.withdrawn:
        raise FormatError("version-withdrawn", f"version {number} is withdrawn: there is nothing more to say of it")
    return found


def _with(state: State, version: VersionState) -> State:
    return state._replace(versions={**state.versions, version.release.version: version})


# --- statements about the pack ---


def _archive(state: State, said: Statement) -> State:
    _must_change(said, state.archived is None)
    return state._replace(archived=_mark(said))


def _rename(state: State, said: Statement) -> State:
    to = said.fields["to"]
    _must_change(said, state.renamed is None or state.renamed.to != to)
    return state._replace(renamed=Renaming(to, said.reason, said.date))


def _add_owner(state: State, said: Statement) -> State:
    handle = said.fields["handle"]
    _must_change(said, handle not in state.owners)
    return state._replace(co_owners=(*state.co_owners, handle))


def _remove_owner(state: State, said: Statement) -> State:
    handle = said.fields["handle"]
    _must_change(said, handle in state.owners)
    return state._replace(co_owners=tuple(each for each in state.co_owners if each != handle))


def _transfer(state: State, said: Statement) -> State:
    return state._replace(owner=said.fields["to"], co_owners=())


def _recover(state: State, said: Statement) -> State:
    to = said.fields["to"]
    _must_change(said, state.recovery.to != to if state.recovery else state.owners != (to,))
    return state._replace(recovery=Recovery(to, said.reason, said.date, state.time + RECOVERY_WAIT))


#: What each action does. Raises `FormatError` when it cannot be done, or changes nothing.
ACTIONS: Mapping[str, Callable[[State, Statement], State]] = {
    "yank": _yank,
    "unyank": _unyank,
    "deprecate": _deprecate,
    "undeprecate": _undeprecate,
    "promote": _promote,
    "withdraw": _withdraw,
    "archive": _archive,
    "rename": _rename,
    "add-owner": _add_owner,
    "remove-owner": _remove_owner,
    "transfer": _transfer,
    "recover": _recover,
}


def _must_not_be_archived(state: State) -> None:
    if state.archived:
        raise FormatError("pack-archived", f"the pack is archived since {state.archived.date}")


def _must_change(said: Statement, changes: bool) -> None:
    if not changes:
        raise FormatError("statement-noop", "the statement changes nothing, for what it says is so already")


def _mark(said: Statement) -> Mark:
    return Mark(said.reason, said.date, said.fields.get("replacement", ""), said.fields.get("legal", ""))

"""The state of a pack as a fold over its history: versions and statements, in the order of the log.

There is no record of a pack that somebody edits; there is only what was published and what was said. The first version
establishes the owner: its signer, or the organisation of the scope. From then on each step is judged by the state
before it: whether its signers have the right (`packyard.rules.rights`), and whether it can be taken (`packyard.
lifecycle`). Statements are numbered from 1 without gaps.
"""

from __future__ import annotations

from collections.abc import Iterable

from packyard.errors import FormatError, Problem
from packyard.formats import names, semver
from packyard.history import SOURCE, place
from packyard.lifecycle import ACTIONS, RECOVERY_WAIT, State, must_be_open, settle
from packyard.model import Pack, Release, Row, VersionState, latest_of
from packyard.quality import breakdown, score
from packyard.rules.authority import Authority
from packyard.rules.rights import Standing, authorise
from packyard.rules.statements import Spoken

__all__ = [
    "ACTIONS",
    "RECOVERY_WAIT",
    "State",
    "finish",
    "fold",
    "publish",
    "row_of",
    "say",
    "standing",
]


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
    return finish(state), []


def publish(state: State, release: Release, authority: Authority) -> State:
    """The state after one more version. Raises `FormatError` when its signer may not publish here, or nothing new may
    come.
    """
    state = settle(state, release.published)
    here = standing(state, authority, release.seq)
    if refusal := authorise("publish", {release.publisher: ("publish",)}, here):
        raise refusal
    must_be_open(state)
    versions = {**state.versions, release.version: VersionState(release)}
    return state._replace(owner=state.owner or here.scope or release.publisher, versions=versions)


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
    state = settle(state, spoken.event.time)
    _may_speak(state, spoken, authority)
    return ACTIONS[statement.action](state, statement)._replace(said=(*state.said, statement))


def standing(state: State, authority: Authority, at: int) -> Standing:
    """What rights in the pack depend on, at the event `at`."""
    here = Standing(state.name, state.owners)
    return here._replace(org=authority.org(here.scope, at)) if here.scope else here


def _may_speak(state: State, spoken: Spoken, authority: Authority) -> None:
    said, at = spoken.statement, spoken.event.seq
    actors = {handle: signed.scopes for handle, signed in spoken.signers.items()}
    here = standing(state, authority, at)
    if refusal := authorise(said.action, actors, here, said.fields, bool(spoken.roots)):
        raise refusal
    becomes = said.fields.get("handle" if said.action == "add-owner" else "to", "")
    if said.action in ("add-owner", "transfer", "recover") and authority.publisher(becomes, at) is None:
        raise FormatError("publisher-unknown", "only a registered publisher can own a pack", found=becomes)


def finish(state: State) -> Pack:
    """The state as a pack."""
    ordered = sorted(state.versions.values(), key=lambda each: semver.sort_key(each.release.version), reverse=True)
    return Pack(
        state.name,
        state.owner,
        tuple(ordered),
        state.deprecated,
        state.said,
        state.co_owners,
        state.archived,
        state.renamed,
        state.recovery,
    )


def row_of(pack: Pack) -> Row:
    """The pack in one line; `features` are those of the folder, then what else the manifest lists. Of a pack whose
    latest version is withdrawn the quality is not known.
    """
    state = latest_of(pack.versions)
    latest = state.release
    manifest = latest.manifest
    return Row(
        pack.name,
        latest.version,
        manifest.description,
        pack.owner,
        manifest.tags,
        manifest.targets,
        tuple(dict.fromkeys((*latest.features, *(each for each in manifest.features if each != "*")))),
        manifest.license,
        max(state.release.published for state in pack.versions),
        pack.deprecated,
        len(pack.versions),
        pack.renamed.to if pack.renamed else "",
        pack.archived is not None,
        pack.co_owners,
        tuple(pack.channels.items()),
        () if state.withdrawn else latest.routing,
        None if state.withdrawn else score(breakdown(latest, len(pack.versions))),
        () if state.withdrawn else manifest.dependencies,
        () if state.withdrawn else manifest.conflicts,
        min(state.release.seq for state in pack.versions),
    )


def _place(step: Release | Spoken) -> str:
    if isinstance(step, Spoken):
        return place(step.event)
    return f"{SOURCE}/{names.folder(names.parse_name(step.pack))}/{step.version}"

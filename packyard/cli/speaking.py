"""How statements are made: on the state of the pack as it is, checked by the rules of the registry, then signed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from packyard.catalogue import ACTIONS, State
from packyard.cli.keys import find_signer, publisher_of, sign_as, today
from packyard.cli.options import Ending, refused
from packyard.cli.sending import finish
from packyard.cli.starting import Ground, world_at
from packyard.cli.terminal import say
from packyard.edges.base import UNREAD, Base
from packyard.edges.git import Repository
from packyard.errors import FormatError, UsageError, WorldError
from packyard.formats import semver
from packyard.formats.statement import format_statement, format_stem, parse_statement
from packyard.formats.times import format_time
from packyard.lifecycle import settle
from packyard.model import Pack, Statement, VersionState, channels_of, latest_of
from packyard.rules.rights import Standing, authorise, right_of
from packyard.submitting.changes import Hand, pack_place, spoken
from packyard.submitting.source import SourceTree


class Wish(NamedTuple):
    """What somebody wants to say about a pack; `title` is how the change is called."""

    name: str
    action: str
    fields: Mapping[str, str]
    reason: str
    title: str


class Draft(NamedTuple):
    """A statement that is about to be signed: the name of its file without `.yaml`, and its text."""

    said: Statement
    stem: str
    text: bytes

    @property
    def comment(self) -> str:
        """What the trusted comment of every signature is."""
        return f"statement {self.said.pack} {self.said.sequence}"

    @property
    def folder(self) -> str:
        """Where it stands, from the root of the repository."""
        return f"{pack_place(self.said.pack)}/statements"


def speak(ending: Ending, here: Ground, wish: Wish, key: str | None) -> int:
    """Makes, checks and signs a statement, and ends as it should; gives the exit code."""
    signer = find_signer(key)
    publisher = publisher_of(signer, here.tree.authority())
    receiver = wish.fields["to"] if wish.action == "transfer" else ""
    if receiver:
        wish = wish._replace(fields={"from": publisher.handle, **wish.fields})
    state = state_of(here, ending.route.repo, wish.name)
    draft = write(here.tree, state, wish)
    after = check(here.tree, state, draft, {publisher.handle, receiver or publisher.handle})
    file = f"{draft.stem}.yaml.{publisher.handle}.minisig"
    scope = right_of(wish.action, wish.fields).scope
    signature = sign_as(signer, draft.text, draft.comment, f"{draft.folder}/{file}", publisher, scope)
    hand = Hand(publisher.handle, signer.public_key, draft.comment)
    files = {f"{draft.stem}.yaml": draft.text, file: signature}
    change = spoken(wish.name, draft.stem, wish.title, wish.reason, files, file, hand)
    if receiver:
        change = change._replace(waits=f"{receiver} has to sign it too", then=f"packyard transfer {wish.name} --accept")
    tell(draft, hand)
    tell_effects(state, after)
    return finish(ending, here, change)


def write(tree: SourceTree, state: State, wish: Wish) -> Draft:
    """The pack's next statement. Raises `UsageError` when it is not well formed."""
    number = len(state.said) + 1
    said = Statement(tree.registry().origin, wish.name, number, wish.action, today(), wish.reason, wish.fields)
    text, stem = format_statement(said), format_stem(number, wish.action)
    draft = Draft(said, stem, text)
    try:
        parse_statement(text, stem)
    except FormatError as error:
        raise _wrong(error, draft) from None
    return draft


def check(tree: SourceTree, state: State, draft: Draft, actors: set[str]) -> State:
    """The state after the statement. Raises `UsageError` when it may not be made by those, or changes nothing."""
    said = draft.said
    here = Standing(said.pack, state.owners)
    becomes = said.fields.get("handle" if said.action == "add-owner" else "to", "")
    try:
        if not state.versions:
            raise FormatError("pack-unknown", f"there is no pack {said.pack}")
        if state.owner or here.scope:
            scopes = dict.fromkeys(actors, (right_of(said.action, said.fields).scope,))
            here = here._replace(org=tree.org(here.scope) if here.scope else None, owners=state.owners or (here.scope,))
            if refusal := authorise(said.action, scopes, here, said.fields, roots=True):
                raise refusal
        if said.action in ("add-owner", "transfer", "recover") and tree.publisher(becomes) is None:
            raise FormatError("publisher-unknown", "only a registered publisher can own a pack", found=becomes)
        if said.action == "recover" and state.recovery and state.recovery.to == becomes:
            since = format_time(state.recovery.effective)
            raise FormatError("statement-noop", f"the roots have given it to {becomes} already, from {since} on")
        return ACTIONS[said.action](state, said)._replace(said=(*state.said, said))
    except FormatError as error:
        raise _wrong(error, draft) from None


def _wrong(error: FormatError, draft: Draft) -> UsageError:
    return refused(error, f"{draft.folder}/{draft.stem}.yaml", _HELP.get(error.code, ""))


# --- what is told ---


#: What helps somebody who has not written a statement yet.
_HELP = {
    "owner-mismatch": "let one who may sign it; --key FILE names another key, `packyard owners list` shows the owners",
    "pack-unknown": "correct the name; it may lie in an open pull request, or the clone may be older than the pack",
    "version-unknown": "correct the version; it may lie in an open pull request, or the clone may be older",
    "field-invalid": "write it as it is expected",
    "field-missing": "`--help` says what the command takes",
    "statement-noop": "there is nothing to do",
    "version-withdrawn": "there is nothing to do",
}


def tell(draft: Draft, hand: Hand) -> None:
    """Says what was signed."""
    say(f"statement {draft.stem} about {draft.said.pack}, signed by {hand.signer} with key {hand.key_id}")


def tell_effects(before: State, after: State) -> None:
    """Says what will be another version for whoever names a channel, or no version at all."""
    old, new = _offers(before), _offers(after)
    for what in dict.fromkeys((*old, *new)):
        if old.get(what) != new.get(what):
            say(f"  {what}: {old.get(what, 'nothing')} → {new.get(what, 'nothing')}")


def _offers(state: State) -> dict[str, str]:
    """The version that somebody gets who names none, and those who name a channel."""
    versions = sorted(state.versions.values(), key=lambda each: semver.sort_key(each.release.version), reverse=True)
    named = {f"channel {name}": version for name, version in channels_of(state.versions, state.said).items()}
    latest = {"latest": latest_of(tuple(versions)).release.version} if any(each.alive for each in versions) else {}
    return {**latest, **named}


# --- the state of a pack ---


def state_of(here: Ground, repo: Path, name: str) -> State:
    """The pack as the last commit has it, and as what lies uncommitted in the working tree leaves it."""
    base = _base(here, repo)
    pack = base.standing(name) if base else None
    state = settle(_state(pack) if pack else State(name), int(time.time()))
    more = [version for version in here.tree.versions(name) if version not in state.versions]
    uncommitted = {version: VersionState(UNREAD._replace(pack=name, version=version)) for version in more}
    state = state._replace(versions={**state.versions, **uncommitted})
    for said in here.tree.statements(name)[len(state.said) :]:
        try:
            state = ACTIONS[said.action](state, said)
        except FormatError as error:
            path = f"{pack_place(name)}/statements/{format_stem(said.sequence, said.action)}.yaml"
            raise refused(error, path) from None
        state = state._replace(said=(*state.said, said))
    return state


def _base(here: Ground, repo: Path) -> Base | None:
    """The registry at the commit; None for a working tree of which git knows too little."""
    if here.start is not None:
        return world_at(here.start)
    try:
        reader = Repository(repo)
        return Base(reader, reader.resolve("HEAD"))
    except WorldError:
        return None


def _state(pack: Pack) -> State:
    return State(
        pack.name,
        pack.owner,
        {state.release.version: state for state in pack.versions},
        pack.deprecated,
        pack.statements,
        pack.co_owners,
        pack.archived,
        pack.renamed,
        pack.recovery,
    )

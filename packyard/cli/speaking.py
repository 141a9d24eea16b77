"""How statements are made: on the state of the pack as it is, checked by the rules of the registry, then signed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from packyard.catalogue import ACTIONS, State
from packyard.cli.errors import count
from packyard.cli.keys import find_signer, publisher_of, sign_as, today
from packyard.cli.options import Ending
from packyard.cli.sending import find_branch, finish
from packyard.cli.starting import Ground, source_at, told, world_at
from packyard.cli.terminal import printable, say
from packyard.edges.base import UNREAD, Base
from packyard.edges.commits import holds
from packyard.edges.git import Repository
from packyard.edges.keys import MinisignSigner
from packyard.errors import FormatError, UsageError, WorldError
from packyard.formats.minisign import parse_public_key
from packyard.formats.statement import format_statement, format_stem, parse_statement
from packyard.lifecycle import settle
from packyard.model import Pack, Statement, VersionState
from packyard.registry import Trust
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
    check(here.tree, state, draft, {publisher.handle, receiver or publisher.handle})
    file = f"{draft.stem}.yaml.{publisher.handle}.minisig"
    scope = right_of(wish.action, wish.fields).scope
    signature = sign_as(signer, draft.text, draft.comment, f"{draft.folder}/{file}", publisher, scope)
    hand = Hand(publisher.handle, signer.public_key, draft.comment)
    files = {f"{draft.stem}.yaml": draft.text, file: signature}
    change = spoken(wish.name, draft.stem, wish.title, wish.reason, files, file, hand)
    if receiver:
        change = change._replace(waits=f"{receiver} has to sign it too: `packyard transfer {wish.name} --accept`")
    return finish(ending, here, change)


def speak_as_root(ending: Ending, here: Ground, wish: Wish, key: str | None) -> int:
    """The same with a root key of the registry: begins the statement, or adds a signature to one that lacks some."""
    signer = find_signer(key)
    trust = _trusting(signer, here.tree.trust())
    tree, commit = begun(here, wish.name, wish.action)
    draft, there = _unfinished(tree, wish, trust, signer.key_id)
    if draft is None:
        state, commit = state_of(here, ending.route.repo, wish.name), ""
        draft = write(here.tree, state, wish)
        check(here.tree, state, draft, set())
    else:
        must_be_here(here.tree, wish.name, draft.said)
        show_text(draft)
    must_be_alone(here, wish.name, draft, there, commit)
    file = f"{draft.stem}.yaml.{signer.key_id}.minisig"
    must_be_new(here, draft, there, file)
    files = {**there, f"{draft.stem}.yaml": draft.text, file: signer.sign(draft.text, draft.comment)}
    hand = Hand("the registry's roots", signer.public_key, draft.comment)
    change = spoken(wish.name, draft.stem, wish.title, draft.said.reason, files, file, hand)
    lacking = trust.threshold - len(files) + 1
    if lacking > 0:
        change = change._replace(
            waits=f"{count(lacking, 'more root key')} must sign it: the same command, with another key"
        )
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


def check(tree: SourceTree, state: State, draft: Draft, actors: set[str]) -> None:
    """Raises `UsageError` when the statement may not be made by those, or changes nothing."""
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
        ACTIONS[said.action](state, said)
    except FormatError as error:
        raise _wrong(error, draft) from None


def _wrong(error: FormatError, draft: Draft) -> UsageError:
    path = f"{draft.folder}/{draft.stem}.yaml"
    return UsageError(error.code, error.message, path=path, expected=error.expected, found=error.found, help=error.help)


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
            raise UsageError(error.code, error.message, path=path, expected=error.expected, found=error.found) from None
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


# --- statements that more than one signs ---


def begun(here: Ground, name: str, action: str) -> tuple[SourceTree, str]:
    """Where somebody may have begun the pack's next statement: the working tree, or the commit that the statement's
    branch has, which is given too; "" when there is no such branch.
    """
    if here.start is None:
        return here.tree, ""
    stem = format_stem(len(here.tree.statements(name)) + 1, action)
    with told():
        branch = find_branch(here.start, f"packyard/{name}/{stem}")
    commit = branch.there or branch.here
    return (source_at(here.start.folder, commit), commit) if commit else (here.tree, "")


def latest(tree: SourceTree, name: str, action: str) -> tuple[Draft | None, dict[str, bytes]]:
    """The pack's last statement, if it is of that action, and its signatures by the names of their files."""
    statements = tree.statements(name)
    if not statements or statements[-1].action != action:
        return None, {}
    said = statements[-1]
    stem = format_stem(said.sequence, action)
    files = dict(tree.files(f"{pack_place(name)}/statements"))
    signatures = {file: data for file, data in files.items() if file.startswith(f"{stem}.yaml.")}
    return Draft(said, stem, files[f"{stem}.yaml"]), signatures


def _unfinished(tree: SourceTree, wish: Wish, trust: Trust, key_id: str) -> tuple[Draft | None, dict[str, bytes]]:
    """The statement that says the same and that too few have signed so far, or this key too, with its signatures."""
    draft, there = latest(tree, wish.name, wish.action)
    if draft is None or draft.said.fields != wish.fields:
        return None, {}
    signed = f"{draft.stem}.yaml.{key_id}.minisig" in there
    return (draft, there) if signed or len(there) < trust.threshold else (None, {})


def must_be_here(tree: SourceTree, name: str, said: Statement) -> None:
    """Raises `UsageError` when a statement that somebody else wrote is not about this pack of this registry."""
    origin = tree.registry().origin
    for what, expected, found in (("registry", origin, said.registry), ("pack", name, said.pack)):
        if expected != found:
            path = f"{pack_place(name)}/statements/{format_stem(said.sequence, said.action)}.yaml"
            message = f"the statement is about another {what}"
            raise UsageError("statement-place", message, path=path, expected=expected, found=found)


def show_text(draft: Draft) -> None:
    """Shows the statement that is about to be signed, for the words of it are somebody else's."""
    for line in draft.text.decode().splitlines():
        say(f"  | {printable(line)}")


def must_be_new(here: Ground, draft: Draft, there: Mapping[str, bytes], file: str) -> None:
    """Raises `UsageError` when the signature is there; a submission that did not get through may be made again."""
    if file in there and here.start is None:
        raise UsageError("statement-noop", "you have signed this already", path=f"{draft.folder}/{file}")


def must_be_alone(here: Ground, name: str, draft: Draft, there: Mapping[str, bytes], commit: str) -> None:
    """Raises `UsageError` when the branch that a signature is to be added to brings more than the statement."""
    files = {f"{pack_place(name)}/statements/{file}": data for file, data in there.items()}
    files[f"{pack_place(name)}/statements/{draft.stem}.yaml"] = draft.text
    if here.start is not None and commit and not holds(here.start.repository, commit, here.start.commit, files):
        raise UsageError(
            "branch-exists",
            "the branch of the statement brings other changes too",
            path=f"packyard/{name}/{draft.stem}",
            found=f"commit {commit[:12]}",
            help="look at it with `git log`; what you sign should come alone",
        )


def _trusting(signer: MinisignSigner, trust: Trust | None) -> Trust:
    """The trust file, if the key is one of its roots. Raises `UsageError`."""
    if trust is None:
        raise UsageError(
            "roots-missing",
            "the registry has no root keys that could sign this",
            expected="trust/1.json in the source",
            help="`packyard init --keys` makes a registry with keys of its own",
        )
    roots = [parse_public_key(key).key_id for key in trust.root_keys]
    if signer.public_key not in trust.root_keys:
        raise UsageError(
            "key-unknown", "this is not a root key of the registry", expected=" or ".join(roots), found=signer.key_id
        )
    return trust

"""`packyard owners`, `transfer` and `recover`: to whom a pack belongs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from packyard.cli import options
from packyard.cli.cosigning import begun, latest, must_be_alone, must_be_here, must_be_new, show_text, speak_as_root
from packyard.cli.keys import find_signer, publisher_of, sign_as, today
from packyard.cli.options import Ending, parse_handle, parse_pack
from packyard.cli.sending import finish
from packyard.cli.speaking import Draft, Wish, speak, state_of, tell
from packyard.cli.starting import Ground, ground, source_at
from packyard.cli.terminal import document, say
from packyard.edges.commits import open_repository
from packyard.errors import FormatError, ProblemsFound, UsageError
from packyard.formats import minisign
from packyard.formats.statement import format_stem
from packyard.formats.times import format_time
from packyard.lifecycle import State
from packyard.rules.authority import verify_by
from packyard.rules.rights import Standing, right_of
from packyard.submitting.changes import Hand, pack_place, spoken
from packyard.submitting.source import SourceTree

_SCOPE = right_of("transfer").scope


@click.group("owners", context_settings=options.CONTEXT)
def owners() -> None:
    """Show, add or remove the owners of a pack."""


@owners.command("list", context_settings=options.CONTEXT)
@click.argument("name")
@options.json
@options.repo
def list_(name: str, as_json: bool, repo: Path) -> None:
    """Show who may publish and speak for a pack, the principal owner first."""
    here = ground(options.in_place(repo))
    state = state_of(here, repo, parse_pack(name))
    roles, waiting = _roles(here, state), state.recovery
    if as_json:
        recovery = {"to": waiting.to, "effective": format_time(waiting.effective)} if waiting else None
        listed = [{"handle": handle, "role": role} for handle, role in roles.items()]
        document("owners", {"name": name, "owners": listed, "recovery": recovery})
        return
    for handle, role in roles.items():
        print(f"{handle}  {role}")
    if waiting:
        say(f"the registry's roots have given it to {waiting.to}, from {format_time(waiting.effective)} on")


@owners.command("add", context_settings=options.CONTEXT)
@click.argument("name")
@click.argument("handle")
@click.option("--reason", default="", help="Why.  [default: that they work on it]")
@options.key
@options.ending
def add(name: str, handle: str, reason: str, key: str | None, ending: Ending) -> int:
    """Let HANDLE publish NAME and speak for it too."""
    pack, fields = parse_pack(name), {"handle": parse_handle(handle)}
    wish = Wish(
        pack, "add-owner", fields, reason or f"{handle} works on {pack}", f"Add {handle} to the owners of {pack}"
    )
    return speak(ending, ground(ending), wish, key)


@owners.command("remove", context_settings=options.CONTEXT)
@click.argument("name")
@click.argument("handle")
@click.option("--reason", default="", help="Why.  [default: that they no longer work on it]")
@options.key
@options.ending
def remove(name: str, handle: str, reason: str, key: str | None, ending: Ending) -> int:
    """Take HANDLE off the owners of NAME. The principal owner leaves by a transfer alone."""
    pack, fields, title = (
        parse_pack(name),
        {"handle": parse_handle(handle)},
        f"Remove {handle} from the owners of {name}",
    )
    wish = Wish(pack, "remove-owner", fields, reason or f"{handle} no longer works on {pack}", title)
    return speak(ending, ground(ending), wish, key)


@click.command("transfer", context_settings=options.CONTEXT)
@click.argument("name")
@click.option("--to", "receiver", default="", metavar="HANDLE", help="Who gets the pack; the owner says this first.")
@click.option("--accept", "accepting", is_flag=True, help="Sign a transfer to yourself that the owner has signed.")
@click.option("--reason", default="", help="Why.  [default: that it is handed over]")
@click.option("--yes", is_flag=True, help="Accept without being asked.")
@options.key
@options.ending
def transfer(name: str, receiver: str, accepting: bool, reason: str, yes: bool, key: str | None, ending: Ending) -> int:
    """Give NAME to another publisher. Both sign the same statement: the owner with --to, then the other with --accept.

    The statement goes from one to the other as a branch of the registry (--submit, and --accept --submit finds it), as
    a patch (--patch, then `git am`), or in a working tree that both can see.
    """
    pack = parse_pack(name)
    if accepting == bool(receiver):
        raise UsageError(
            "usage-wrong",
            "say either who gets the pack or that you accept it",
            expected="--to HANDLE or --accept",
            help="the owner says --to; whoever is to get the pack says --accept after that",
        )
    if accepting:
        return _accept(ending, pack, yes, key)
    fields = {"to": parse_handle(receiver)}
    wish = Wish(pack, "transfer", fields, reason or f"handed over to {receiver}", f"Transfer {pack} to {receiver}")
    return speak(ending, ground(ending), wish, key)


@click.command("recover", context_settings=options.CONTEXT)
@click.argument("name")
@click.option("--to", "receiver", required=True, metavar="HANDLE", help="Who gets the pack.")
@click.option("--reason", default="", help="Why.  [default: that its owner lost the keys]")
@options.key
@options.ending
def recover(name: str, receiver: str, reason: str, key: str | None, ending: Ending) -> int:
    """Give NAME, whose owner has lost the keys, to HANDLE. It takes effect after a waiting time, which clients show.

    --key is a root key of the registry. Where more than one must sign, each says the same, and adds its signature.
    """
    pack, fields = parse_pack(name), {"to": parse_handle(receiver)}
    wish = Wish(pack, "recover", fields, reason or "its owner lost the keys", f"Recover {pack} for {receiver}")
    return speak_as_root(ending, ground(ending), wish, key)


def _roles(here: Ground, state: State) -> Mapping[str, str]:
    """The role of everybody who has one."""
    if not state.versions:
        hint = "correct the name, or bring the working tree up to date with `git pull`"
        raise UsageError("pack-unknown", f"there is no pack {state.name}", path=pack_place(state.name), help=hint)
    scope = Standing(state.name).scope
    org = here.tree.org(scope) if scope else None
    standing = Standing(state.name, state.owners, org)
    return {handle: standing.role(handle) for handle in (org.members if org else state.owners)}


# --- the second signature ---


def _accept(ending: Ending, name: str, yes: bool, key: str | None) -> int:
    here, signer = ground(ending), find_signer(key)
    own = publisher_of(signer, here.tree.authority())
    tree, commit = begun(here, name, "transfer")
    draft, there = latest(tree, name, "transfer") if tree else (None, {})
    if draft is None or _is_finished(draft, there, own.handle):
        raise _no_transfer(here, name, own.handle)
    _must_be_meant(here.tree, name, draft, there, own.handle)
    must_be_alone(here, name, draft, there, commit)
    file = f"{draft.stem}.yaml.{own.handle}.minisig"
    must_be_new(here, draft, there, file)
    _must_agree(draft, yes)
    signature = sign_as(signer, draft.text, draft.comment, f"{draft.folder}/{file}", own, _SCOPE)
    hand = Hand(own.handle, signer.public_key, draft.comment)
    files = {**there, f"{draft.stem}.yaml": draft.text, file: signature}
    title = f"Accept {name} from {draft.said.fields['from']}"
    tell(draft, hand)
    return finish(ending, here, spoken(name, draft.stem, title, draft.said.reason, files, file, hand))


def _is_finished(draft: Draft, there: Mapping[str, bytes], own: str) -> bool:
    """Whether a transfer to somebody else has both signatures: it is history, and nobody waits for another."""
    receiver = draft.said.fields["to"]
    return receiver != own and {
        f"{draft.stem}.yaml.{who}.minisig" for who in (draft.said.fields["from"], receiver)
    } <= {*there}


def _no_transfer(here: Ground, name: str, own: str) -> UsageError:
    """The error of somebody who has nothing to accept here; where it lies, if the clone knows a branch with it."""
    begin, finds = f"packyard transfer {name} --to {own}", f"packyard transfer {name} --accept --submit"
    expected, hint = "one that the owner has signed", f"the owner begins it with `{begin}`"
    if here.start is not None:
        where = "as last fetched" if here.start.offline else f"on the branch packyard/{name}/NNNN-transfer"
        expected, hint = f"{expected}, {where}", f"the owner begins it with `{begin} --submit`"
    elif branch := _offered(here, name, own):
        hint = f"it is on the branch {branch}: `{finds}` takes it from there"
    else:
        hint = f"{hint}; one that was begun with --submit is on a branch, where `{finds}` finds it"
    message, path = f"there is no transfer of {name} to accept", f"{pack_place(name)}/statements"
    return UsageError("transfer-missing", message, path=path, expected=expected, help=hint)


def _offered(here: Ground, name: str, own: str) -> str:
    """The branch of a remote, as last fetched, whose transfer is to this publisher; "" without one."""
    repository = open_repository(here.folder)
    end = f"/packyard/{name}/{format_stem(len(here.tree.statements(name)) + 1, 'transfer')}"
    for ref in repository.references:
        if ref.startswith("refs/remotes/") and ref.endswith(end):
            draft, _ = latest(source_at(here.folder, str(repository.references[ref].target)), name, "transfer")
            if draft is not None and draft.said.fields["to"] == own:
                return ref.removeprefix("refs/remotes/")
    return ""


def _must_be_meant(tree: SourceTree, name: str, draft: Draft, there: Mapping[str, bytes], own: str) -> None:
    """Raises `ProblemsFound` when the statement is not one that the registry would take with this signature."""
    said, path = draft.said, f"{pack_place(name)}/statements/{draft.stem}.yaml"
    giver = said.fields["from"]
    must_be_here(tree, name, said)
    try:
        if said.fields["to"] != own:
            hint = "sign with a key of whoever gets it: --key FILE"
            message = "it is not you who gets it"
            raise FormatError("transfer-parties", message, expected=said.fields["to"], found=own, help=hint)
        signature = there.get(f"{draft.stem}.yaml.{giver}.minisig")
        if signature is None:
            hint = f"ask {giver} to sign it first"
            raise FormatError("transfer-parties", "who gives has not signed it", expected=giver, help=hint)
        parsed = minisign.parse_signature(signature)
        verify_by(draft.text, parsed, draft.comment, today(), tree.publisher(giver), _SCOPE)
    except FormatError as error:
        raise ProblemsFound([error.at(path)]) from None


def _must_agree(draft: Draft, yes: bool) -> None:
    """Shows the statement and asks. Raises `UsageError` when nobody agrees."""
    show_text(draft)
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("usage-wrong", "nobody is there to agree to it", help="--yes accepts without being asked")
    if not click.confirm("Sign this?", err=True):
        raise click.Abort

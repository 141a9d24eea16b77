"""Statements that more than one signs: begun by one, shown to the next, and signed over the same bytes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from packyard.cli.branches import find_branch
from packyard.cli.errors import count
from packyard.cli.keys import find_signer
from packyard.cli.options import Ending
from packyard.cli.sending import finish
from packyard.cli.speaking import Draft, Wish, check, state_of, tell, tell_effects, write
from packyard.cli.starting import Ground, source_at, told
from packyard.cli.terminal import printable, say
from packyard.edges.commits import holds
from packyard.edges.keys import MinisignSigner
from packyard.errors import UsageError
from packyard.formats.minisign import parse_public_key
from packyard.formats.statement import format_stem
from packyard.model import Statement
from packyard.registry import Trust
from packyard.submitting.changes import Hand, pack_place, spoken
from packyard.submitting.source import SourceTree


def speak_as_root(ending: Ending, here: Ground, wish: Wish, key: str | None) -> int:
    """Begins a statement with a root key of the registry, or adds its signature to one that lacks some; gives the exit
    code.
    """
    signer = find_signer(key)
    trust = _trusting(signer, here.tree.trust())
    tree, commit = begun(here, wish.name, wish.action)
    draft, there = _unfinished(tree, wish, trust, signer.key_id) if tree else (None, {})
    state = after = state_of(here, ending.route.repo, wish.name)
    if draft is None:
        commit = ""
        draft = write(here.tree, state, wish)
        after = check(here.tree, state, draft, set())
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
            waits=f"{count(lacking, 'more root key')} must sign it", then=f"{_again(wish)} --key FILE"
        )
    tell(draft, hand)
    tell_effects(state, after)
    return finish(ending, here, change)


def _again(wish: Wish) -> str:
    """The command by which another root says the same."""
    if wish.action == "recover":
        return f"packyard recover {wish.name} --to {wish.fields['to']}"
    target, said = f"{wish.name}@{wish.fields['version']}", (wish.reason, wish.fields["legal"])
    return "packyard withdraw {} --reason {} --legal {}".format(target, *map(shlex.quote, said))


def begun(here: Ground, name: str, action: str) -> tuple[SourceTree | None, str]:
    """Where somebody may have begun the pack's next statement: the working tree, or the commit that the statement's
    branch has, which is given too; None and "" when there is no such branch.
    """
    if here.start is None:
        return here.tree, ""
    stem = format_stem(len(here.tree.statements(name)) + 1, action)
    with told():
        branch = find_branch(here.start, f"packyard/{name}/{stem}")
    commit = branch.there or branch.here
    return (source_at(here.start.folder, commit), commit) if commit else (None, "")


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
            hint = "sign nothing; ask who wrote it"
            raise UsageError("statement-place", message, path=path, expected=expected, found=found, help=hint)


def show_text(draft: Draft) -> None:
    """Shows the statement that is about to be signed, for the words of it are somebody else's."""
    for line in draft.text.decode().splitlines():
        say(f"  | {printable(line)}")


def must_be_new(here: Ground, draft: Draft, there: Mapping[str, bytes], file: str) -> None:
    """Raises `UsageError` when the signature is there; a submission that did not get through may be made again."""
    if file in there and here.start is None:
        path, hint = f"{draft.folder}/{file}", "commit it when everybody has signed, or let the next one sign"
        raise UsageError("statement-noop", "you have signed this already", path=path, help=hint)


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
            help="only a registry with a trust file can do this; `packyard init --keys` makes one",
        )
    roots = [parse_public_key(key).key_id for key in trust.root_keys]
    if signer.public_key not in trust.root_keys:
        raise UsageError(
            "key-unknown",
            "this is not a root key of the registry",
            expected=" or ".join(roots),
            found=signer.key_id,
            help="--key FILE names a root key; whoever runs the registry keeps them offline",
        )
    return trust

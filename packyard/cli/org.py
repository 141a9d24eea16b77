"""`packyard org`: an organisation, whose members publish under its scope, and their roles."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import click

from packyard.cli import options
from packyard.cli.keys import find_signer, publisher_of, sign_as
from packyard.cli.options import Ending, parse_handle
from packyard.cli.sending import finish
from packyard.cli.starting import Ground, ground
from packyard.edges.keys import MinisignSigner
from packyard.errors import FormatError, UsageError
from packyard.formats.org import ROLES, format_org, parse_org
from packyard.history import SOURCE
from packyard.model import Org
from packyard.rules.rights import RIGHTS
from packyard.submitting.changes import Hand, revision

_RIGHT = RIGHTS["org"]


@click.group("org", context_settings=options.CONTEXT)
def command() -> None:
    """Found an organisation; give, change or take away roles in it."""


@command.command(context_settings=options.CONTEXT)
@click.argument("org")
@click.option("--owner", "owners", multiple=True, metavar="HANDLE", help="Another owner.  [default: you alone]")
@options.key
@options.ending
def add(org: str, owners: tuple[str, ...], key: str | None, ending: Ending) -> int:
    """Found ORG, whose packs are called @ORG/NAME. You are an owner of it."""
    here = ground(ending)
    if here.tree.org(parse_handle(org)):
        hint = f"an owner of it takes you in with `packyard org set {org} HANDLE ROLE`; or choose another name"
        raise UsageError("org-exists", "there is such an organisation already", path=_path(org), help=hint)
    signer = find_signer(key)
    own = publisher_of(signer, here.tree.authority()).handle
    members = dict.fromkeys((own, *map(parse_handle, owners)), "owner")
    return _finish(ending, here, Org(org, members), members, signer, f"Found the organisation {org}")


@command.command("set", context_settings=options.CONTEXT)
@click.argument("org")
@click.argument("handle")
@click.argument("role", type=click.Choice(ROLES))
@options.key
@options.ending
def set_(org: str, handle: str, role: str, key: str | None, ending: Ending) -> int:
    """Take HANDLE into ORG, or change their role.

    An owner changes who is in it, an owner or admin speaks for its packs, and every member publishes.
    """
    here, handle = ground(ending), parse_handle(handle)
    before = _org(here, org)
    if before.members.get(handle) == role:
        raise UsageError(
            "statement-noop", f"{handle} is {role} of {org} already", path=_path(org), help="there is nothing to do"
        )
    after = before._replace(members={**before.members, handle: role})
    return _finish(ending, here, after, before.members, find_signer(key), f"Make {handle} {role} of {org}")


@command.command(context_settings=options.CONTEXT)
@click.argument("org")
@click.argument("handle")
@options.key
@options.ending
def remove(org: str, handle: str, key: str | None, ending: Ending) -> int:
    """Take HANDLE out of ORG. What they published stays."""
    here = ground(ending)
    before = _org(here, org)
    if handle not in before.members:
        raise UsageError(
            "member-unknown",
            f"{handle} is no member of {org}",
            path=_path(org),
            expected=", ".join(before.members),
            found=handle,
            help="correct the handle",
        )
    after = before._replace(members={name: role for name, role in before.members.items() if name != handle})
    return _finish(ending, here, after, before.members, find_signer(key), f"Remove {handle} from {org}")


def _finish(
    ending: Ending, here: Ground, after: Org, members: Mapping[str, str], signer: MinisignSigner, title: str
) -> int:
    """Writes and signs the revision; `members` are those before it, one of whom must be allowed to sign."""
    own = publisher_of(signer, here.tree.authority())
    path, file = _path(after.org), f"{after.org}.yaml.{own.handle}.minisig"
    text = format_org(after) + _after(here.tree.read(path))
    if members.get(own.handle) not in _RIGHT.scoped:
        role, expected = members.get(own.handle, "no member"), f"{' or '.join(_RIGHT.scoped)} of {after.org}"
        message = "the signer may not change the organisation"
        hint = "let an owner sign; --key FILE names another key"
        found = f"{own.handle}, {role}"
        raise UsageError("owner-mismatch", message, path=path, expected=expected, found=found, help=hint)
    try:
        parse_org(text, after.org)
    except FormatError as error:
        raise options.refused(error, path) from None
    for handle in after.members:
        if here.tree.publisher(handle) is None:
            raise UsageError(
                "member-unknown",
                "only a registered publisher can be a member",
                path=path,
                found=handle,
                help=f"they register first: `packyard publisher add {handle}`",
            )
    comment = f"org {after.org}"
    signature = sign_as(signer, text, comment, f"{path}.{own.handle}.minisig", own, _RIGHT.scope)
    files = {**_old_signatures(here, after.org), f"{after.org}.yaml": text, file: signature}
    hand = Hand(own.handle, signer.public_key, comment)
    return finish(ending, here, revision("orgs", after.org, title, files, file, hand))


def _after(before: bytes | None) -> bytes:
    """A line by which no revision is word for word one that was there before, with members who had come and gone: its
    signature could be used again.
    """
    return f"# in the place of {sha256(before).hexdigest()}\n".encode() if before is not None else b""


def _old_signatures(here: Ground, org: str) -> dict[str, bytes | None]:
    """The signatures of the revision before, to be taken away: they do not fit the new text."""
    return {entry.name: None for entry in here.tree.list(f"{SOURCE}/orgs") if entry.name.startswith(f"{org}.yaml.")}


def _org(here: Ground, org: str) -> Org:
    found = here.tree.org(parse_handle(org))
    if found is None:
        hint = f"correct the name, or found it with `packyard org add {org}`"
        raise UsageError("org-unknown", "there is no such organisation", path=_path(org), help=hint)
    return found


def _path(org: str) -> str:
    return f"{SOURCE}/orgs/{org}.yaml"

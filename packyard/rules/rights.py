"""Who may do what: one table, and one function that decides by it. `docs/rights.md` is made from the table.

    authorise("yank", {"alice": ("publish", "admin")}, Standing("hello", ("alice",)))    None: she may
    authorise("yank", {"bob": ("publish", "admin")}, Standing("hello", ("alice",)))      a `FormatError` with the reason

A pack without a scope belongs to its principal owner (who published it first, or got it by a transfer or a recovery)
and to the co-owners whom an owner has added. A pack in a scope belongs to the organisation for good. What somebody may
do follows from the chain of what was signed before: from owners and members as of that moment, never from a file of
today. Everybody who has signed must have the right; a signature too many is not ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats.statement import is_by_roots
from packyard.model import Org

#: The registry's root keys, as many as their trust file demands.
ROOTS = ("roots",)
_ANY_OWNER = ("owner", "co-owner")
_SPEAKERS = ("owner", "admin")
_NOBODY: tuple[str, ...] = ()
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Right(NamedTuple):
    """Who may do something with a key of which scope: owners of a pack without a scope, members of an organisation with
    one of its packs, each by their role. `note` is what the columns cannot say.
    """

    unscoped: tuple[str, ...]
    scoped: tuple[str, ...]
    scope: str
    note: str = ""


_SPEAK = Right(_ANY_OWNER, _SPEAKERS, "admin")

#: What changes a file of its own, and whose file it is.
FILES: Mapping[str, str] = MappingProxyType({"publisher": "a publisher", "org": "an organisation"})

#: Everything that anybody can do.
RIGHTS: Mapping[str, Right] = MappingProxyType(
    {
        "publish": Right(
            _ANY_OWNER,
            (*_SPEAKERS, "member"),
            "publish",
            "a name that nobody has goes to the publisher who takes it first",
        ),
        "yank": _SPEAK,
        "unyank": _SPEAK,
        "deprecate": _SPEAK,
        "undeprecate": _SPEAK,
        "promote": _SPEAK,
        "archive": _SPEAK,
        "rename": _SPEAK,
        "withdraw": _SPEAK,
        "withdraw for a legal reason": Right(ROOTS, ROOTS, "", "no owner need agree"),
        "add-owner": Right(_ANY_OWNER, _NOBODY, "admin", "the new owner is a registered publisher"),
        "remove-owner": Right(_ANY_OWNER, _NOBODY, "admin", "never the principal owner"),
        "transfer": Right(("owner",), _NOBODY, "admin", "signed by the new owner too, over the same bytes"),
        "recover": Right(ROOTS, _NOBODY, "", "takes effect after the waiting time"),
        "publisher": Right(
            ("owner",), _NOBODY, "admin", "with a key from before the change; the first time, any of theirs"
        ),
        "org": Right(_NOBODY, ("owner",), "admin", "as of before the change; the first time, as the file says"),
    }
)


class Standing(NamedTuple):
    """What rights depend on, as of one moment: the name of the pack, its owners (the principal first; none before there
    is a version), and the organisation of its scope.

    The file of a publisher is theirs alone; that of an organisation stands under `@ORG`.
    """

    name: str
    owners: tuple[str, ...] = ()
    org: Org | None = None

    @property
    def scope(self) -> str:
        """The organisation that the name is in, "" for none."""
        return self.name[1:].partition("/")[0] if self.name.startswith("@") else ""

    def role(self, handle: str) -> str:
        """What the publisher is here: a role of the organisation, `owner`, `co-owner`, or "" for nothing."""
        if self.scope:
            return self.org.members.get(handle, "") if self.org else ""
        return "" if handle not in self.owners else "owner" if handle == self.owners[0] else "co-owner"


def right_of(action: str, fields: Mapping[str, str] = _NOTHING) -> Right:
    """The line of the table for an action with these fields."""
    legal = action == "withdraw" and is_by_roots(action, fields)
    return RIGHTS["withdraw for a legal reason" if legal else action]


def authorise(
    action: str,
    actors: Mapping[str, tuple[str, ...]],
    standing: Standing,
    fields: Mapping[str, str] = _NOTHING,
    roots: bool = False,
) -> FormatError | None:
    """None when the action is allowed, else why it is not.

    `actors` are those who have signed, each with the scopes of the key that was used; `fields` is what the action says;
    `roots`: as many root keys as are needed have signed. Whether keys and signatures are good was asked before.
    """
    right = right_of(action, fields)
    who = right.scoped if standing.scope else right.unscoped
    if not who:
        message = f"a pack in the scope of an organisation belongs to it: there is no `{action}`"
        return FormatError("owner-scoped", message, expected=f"@{standing.scope}")
    if action not in ("publish", *FILES) and not standing.owners:
        return FormatError("statement-unfounded", "the pack has no version yet that a statement could be about")
    if who == ROOTS:
        return None if roots else FormatError("roots-unsigned", "too few of the registry's root keys have signed")
    if not actors:
        return FormatError("signature-missing", "nobody has signed")
    return next(_refusals(action, actors, standing, fields), None)


def _refusals(
    action: str, actors: Mapping[str, tuple[str, ...]], standing: Standing, fields: Mapping[str, str]
) -> Iterator[FormatError]:
    if standing.scope and standing.org is None:
        expected = f"orgs/{standing.scope}.yaml"
        yield FormatError("org-unknown", f"there is no organisation {standing.scope}", expected=expected)
    right, receives = right_of(action, fields), fields.get("to", "") if action == "transfer" else ""
    for handle, scopes in sorted(actors.items()):
        if handle != receives:
            yield from _of_role(action, handle, standing)
        if right.scope not in scopes:
            expected, found = f"scope {right.scope}", f"scopes {', '.join(scopes)}"
            yield FormatError("key-scope", "the key may not sign this", expected=expected, found=found)
    parties = {fields.get("from", ""), receives}
    if action == "transfer" and actors.keys() != parties:
        expected, found = (" and ".join(sorted(handles)) for handles in (parties, actors))
        message = "a transfer is signed by who gives and who takes"
        yield FormatError("transfer-parties", message, expected=expected, found=found)
    if action == "remove-owner" and fields.get("handle") == standing.owners[0]:
        message = "the principal owner leaves by a transfer or a recovery alone"
        yield FormatError("owner-principal", message, expected=" or ".join(standing.owners[1:]) or "a co-owner")


def _of_role(action: str, handle: str, standing: Standing) -> Iterator[FormatError]:
    role, right = standing.role(handle), RIGHTS[action]
    if standing.scope and role not in right.scoped:
        message = f"the signer may not do this in the organisation {standing.scope}"
        expected = f"{' or '.join(right.scoped)} of {standing.scope}"
        yield FormatError("owner-mismatch", message, expected=expected, found=f"{handle}, {role or 'no member'}")
    elif not standing.scope and standing.owners and role not in right.unscoped:
        allowed = standing.owners if "co-owner" in right.unscoped else standing.owners[:1]
        message = "the signer is not the principal owner" if role else "the signer does not own the pack"
        yield FormatError("owner-mismatch", message, expected=" or ".join(allowed), found=handle)

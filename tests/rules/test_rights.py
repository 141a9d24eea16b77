"""Who may do what: the table, line by line, and the function that decides by it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.statement import ACTIONS
from packyard.model import Org
from packyard.rules.rights import RIGHTS, Standing, authorise, right_of

BOTH = ("publish", "admin")
NOTHING: Mapping[str, str] = {}
OWNERS = ("alice", "bob")
HERE = Standing("hello", OWNERS)
ACME = Org("acme", {"alice": "owner", "bob": "admin", "carol": "member"})
SCOPED = Standing("@acme/hello", ("acme",), ACME)
VALUES = {"version": "1.0.0", "channel": "beta", "handle": "carol", "from": "alice", "to": "carol", "legal": "an order"}


def fields_of(action: str) -> dict[str, str]:
    """What a statement of this action says."""
    return {name: VALUES[name] for name in ACTIONS.get(action, ()) if not name.endswith("?")}


def code(
    action: str,
    who: Mapping[str, tuple[str, ...]] | str,
    here: Standing = HERE,
    roots: bool = False,
    said: Mapping[str, str] = NOTHING,
) -> str:
    """The code of the refusal, "" when there is none."""
    actors = {who: BOTH} if isinstance(who, str) else who
    found = authorise(action, actors, here, {**fields_of(action), **said}, roots)
    return found.code if found else ""


def test_every_action_has_its_line() -> None:
    assert set(RIGHTS) == {*ACTIONS, "publish", "publisher", "org", "withdraw for a legal reason"}
    assert right_of("withdraw", {"legal": "x"}) is RIGHTS["withdraw for a legal reason"]
    assert right_of("withdraw", {"version": "1.0.0"}) is RIGHTS["withdraw"]


ORDINARY = [action for action in (*ACTIONS, "publish") if action not in ("transfer", "recover")]


@pytest.mark.parametrize(("action", "handle"), [*product(ORDINARY, ("alice", "bob", "carol", "eve"))])
def test_a_pack_without_a_scope(action: str, handle: str) -> None:
    role = {"alice": "owner", "bob": "co-owner"}.get(handle, "")
    assert code(action, handle) == ("" if role in RIGHTS[action].unscoped else "owner-mismatch")


@pytest.mark.parametrize(("action", "handle"), [*product(ORDINARY, ("alice", "bob", "carol", "eve"))])
def test_a_pack_in_a_scope(action: str, handle: str) -> None:
    right = RIGHTS[action].scoped
    allowed = "" if ACME.members.get(handle, "") in right else "owner-mismatch"
    assert code(action, handle, SCOPED) == (allowed if right else "owner-scoped")
    assert code(action, handle, SCOPED._replace(org=None)) == ("org-unknown" if right else "owner-scoped")


@pytest.mark.parametrize("action", ORDINARY)
def test_the_key_must_have_the_scope(action: str) -> None:
    wrong = ("admin",) if action == "publish" else ("publish",)
    assert code(action, {"alice": wrong}) == "key-scope"
    assert code(action, {"alice": BOTH, "bob": wrong}) == "key-scope"
    assert code(action, {"alice": BOTH, "bob": BOTH}) == ""
    assert code(action, {}) == "signature-missing"


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_speaks_before_the_first_version(action: str) -> None:
    assert code(action, "alice", Standing("hello"), roots=True) == "statement-unfounded"
    assert code("publish", "eve", Standing("hello")) == ""
    founding = Standing("@acme/new", (), ACME)
    assert (code("publish", "carol", founding), code("publish", "eve", founding)) == ("", "owner-mismatch")


def test_a_transfer_takes_the_two_that_it_names() -> None:
    both = {"alice": BOTH, "carol": BOTH}
    assert code("transfer", both) == ""
    assert code("transfer", {"alice": BOTH}) == code("transfer", {"carol": BOTH}) == "transfer-parties"
    assert code("transfer", {**both, "bob": BOTH}) == code("transfer", {**both, "eve": BOTH}) == "owner-mismatch"
    assert code("transfer", {"bob": BOTH, "carol": BOTH}, said={"from": "bob"}) == "owner-mismatch"
    assert code("transfer", both, said={"from": "bob"}) == "transfer-parties"
    assert code("transfer", {"alice": BOTH, "bob": BOTH}, said={"to": "bob"}) == ""
    assert code("transfer", {"alice": BOTH, "carol": ("publish",)}) == "key-scope"
    assert code("transfer", both, SCOPED) == "owner-scoped"


def test_the_principal_owner_is_not_removed() -> None:
    assert code("remove-owner", "bob", said={"handle": "alice"}) == code(
        "remove-owner", "alice", said={"handle": "alice"}
    )
    assert code("remove-owner", "bob", said={"handle": "alice"}) == "owner-principal"
    assert code("remove-owner", "bob", said={"handle": "bob"}) == ""


def test_what_only_roots_may_do() -> None:
    legal = {"legal": "an order"}
    assert code("recover", "alice") == code("withdraw", "alice", said=legal) == "roots-unsigned"
    assert code("recover", {}, roots=True) == code("withdraw", {}, roots=True, said=legal) == ""
    assert code("withdraw", {}, SCOPED, roots=True, said=legal) == ""
    assert code("recover", {}, SCOPED, roots=True) == "owner-scoped"
    assert code("yank", {}, roots=True) == "signature-missing"


def test_files_of_publishers_and_organisations() -> None:
    assert code("publisher", "alice", Standing("alice", ("alice",))) == ""
    assert code("publisher", "bob", Standing("alice", ("alice",))) == "owner-mismatch"
    assert code("publisher", {"alice": ("publish",)}, Standing("alice", ("alice",))) == "key-scope"
    here = Standing("@acme", (), ACME)
    assert (code("org", "alice", here), code("org", "bob", here)) == ("", "owner-mismatch")


PEOPLE = ("alice", "bob", "carol", "eve")
SCOPES = (("publish",), ("admin",), BOTH)


@given(
    st.sampled_from((*ACTIONS, "publish")),
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(SCOPES)),
    st.sampled_from((HERE, SCOPED, SCOPED._replace(org=None))),
    st.booleans(),
    st.booleans(),
)
def test_nobody_acts_without_the_right(
    action: str, actors: dict[str, tuple[str, ...]], here: Standing, roots: bool, legal: bool
) -> None:
    """Whatever is allowed, everybody who has signed had the role and the scope, or the roots have signed."""
    fields = fields_of(action) | ({"legal": "an order"} if legal and action == "withdraw" else {})
    if authorise(action, actors, here, fields, roots) is None:
        right = right_of(action, fields)
        who = right.scoped if here.scope else right.unscoped
        assert who
        assert roots if who == ("roots",) else actors
        for handle, scopes in actors.items() if who != ("roots",) else ():
            assert right.scope in scopes
            assert here.role(handle) in who or (action == "transfer" and handle == fields["to"])


@given(
    st.sampled_from((*ACTIONS, "publish")),
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(SCOPES)),
    st.sampled_from((HERE, SCOPED)),
)
def test_a_signature_by_a_stranger_never_helps(action: str, actors: dict[str, tuple[str, ...]], here: Standing) -> None:
    if authorise(action, actors, here, fields_of(action)) is not None:
        assert authorise(action, {**actors, "mallory": BOTH}, here, fields_of(action)) is not None


def test_a_refusal_says_who_might() -> None:
    found = authorise("yank", {"eve": BOTH}, HERE)
    assert isinstance(found, FormatError)
    assert (found.expected, found.found) == ("alice or bob", "eve")
    found = authorise("yank", {"carol": BOTH}, SCOPED)
    assert isinstance(found, FormatError)
    assert (found.expected, found.found) == ("owner or admin of acme", "carol, member")

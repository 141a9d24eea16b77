"""Statements that their signers may not make, and lawful ones that would harm others."""

from __future__ import annotations

from tests.gate.redteam.bed import Attempt, Change, enter, rejected, reviewed
from tests.registry import ROOTS


def said(action: str, pack: str, by: str | tuple[str, ...], **fields: str) -> Change:
    """A change set with one statement."""
    return lambda bed: bed.statement(action, pack, by, **fields)


for _name, _change, _outcome, _codes in (
    ("yank_by_a_stranger", said("yank", "kit", "mallory", version="1.0.0"), "reject", ["owner-mismatch"]),
    (
        "deprecation_by_a_stranger",
        said("deprecate", "kit", "mallory", replacement="trick"),
        "reject",
        ["owner-mismatch"],
    ),
    ("archive_by_a_stranger", said("archive", "kit", "mallory"), "reject", ["owner-mismatch"]),
    (
        "promotion_by_a_stranger",
        said("promote", "hello", "mallory", version="1.0.0", channel="stable"),
        "reject",
        ["owner-mismatch"],
    ),
    ("rename_by_a_stranger", said("rename", "kit", "mallory", to="trick"), "reject", ["owner-mismatch"]),
    ("withdrawal_by_a_stranger", said("withdraw", "kit", "mallory", version="1.0.0"), "reject", ["owner-mismatch"]),
    ("owner_added_by_himself", said("add-owner", "kit", "mallory", handle="mallory"), "reject", ["owner-mismatch"]),
    (
        "owner_removed_by_a_co_owner",
        said("remove-owner", "shared", "bob", handle="alice"),
        "reject",
        ["owner-principal"],
    ),
    (
        "transfer_with_one_signature",
        said("transfer", "kit", "mallory", from_="alice", to="mallory"),
        "reject",
        ["transfer-parties"],
    ),
    (
        "transfer_by_the_giver_alone",
        said("transfer", "kit", "alice", from_="alice", to="bob"),
        "reject",
        ["transfer-parties"],
    ),
    (
        "transfer_by_a_co_owner",
        said("transfer", "shared", ("bob", "mallory"), from_="bob", to="mallory"),
        "reject",
        ["owner-mismatch"],
    ),
    (
        "transfer_to_a_stranger",
        said("transfer", "kit", ("alice", "nobody"), from_="alice", to="nobody"),
        "reject",
        ["key-unknown"],
    ),
    (
        "transfer_out_of_an_organisation",
        said("transfer", "@acme/tools", ("alice", "mallory"), from_="alice", to="mallory"),
        "reject",
        ["owner-scoped"],
    ),
    ("recovery_with_one_root", said("recover", "kit", ROOTS[:1], to="mallory"), "reject", ["roots-unsigned"]),
    ("recovery_by_the_owner_to_be", said("recover", "kit", "mallory", to="mallory"), "reject", ["key-unknown"]),
    ("recovery_with_enough_roots", said("recover", "kit", ROOTS[:2], to="mallory"), "review", ["owner-recovered"]),
    ("withdrawal_of_what_others_need", said("withdraw", "base", "bob", version="1.0.0"), "reject", ["withdraw-needed"]),
    (
        "withdrawal_for_a_legal_reason_by_the_owner",
        said("withdraw", "base", "bob", version="1.0.0", legal="A court"),
        "reject",
        ["key-unknown"],
    ),
    (
        "withdrawal_for_a_legal_reason",
        said("withdraw", "base", ROOTS[:2], version="1.0.0", legal="A court"),
        "review",
        ["withdraw-legal"],
    ),
    ("rename_to_what_is_not_there", said("rename", "lonely", "alice", to="nowhere"), "reject", ["rename-astray"]),
    ("rename_to_a_pack_of_another", said("rename", "lonely", "alice", to="trick"), "reject", ["rename-target"]),
    ("rename_in_a_circle", said("rename", "hello", "alice", to="former"), "reject", ["rename-astray"]),
    ("rename_to_itself", said("rename", "lonely", "alice", to="lonely"), "reject", ["field-invalid"]),
    (
        "yank_of_a_version_that_is_not_there",
        said("yank", "kit", "alice", version="9.0.0"),
        "reject",
        ["version-unknown"],
    ),
    ("yank_of_a_yanked_version", said("yank", "gone", "bob", version="1.0.0"), "reject", ["statement-noop"]),
    ("unyank_of_a_version_not_yanked", said("unyank", "kit", "alice", version="1.0.0"), "reject", ["statement-noop"]),
    (
        "promotion_of_a_yanked_version",
        said("promote", "gone", "bob", version="1.0.0", channel="stable"),
        "reject",
        ["promote-yanked"],
    ),
    (
        "promotion_into_a_strange_channel",
        said("promote", "kit", "alice", version="1.0.0", channel="../x"),
        "reject",
        ["field-invalid"],
    ),
    ("statement_with_a_key_for_versions", said("yank", "mine", "erin-3", version="1.0.0"), "reject", ["key-scope"]),
    (
        "statement_of_a_member_of_an_organisation",
        said("yank", "@acme/lint", "carol", version="1.0.0"),
        "reject",
        ["owner-mismatch"],
    ),
    (
        "statement_about_a_pack_that_is_not_there",
        said("yank", "nowhere", "alice", version="1.0.0"),
        "reject",
        ["statement-unfounded"],
    ),
    (
        "replacement_that_is_not_there",
        said("deprecate", "lonely", "alice", replacement="nowhere"),
        "review",
        ["replacement-unknown"],
    ),
):
    enter(_name, _change, _outcome, *_codes)


@rejected("statement-order")
def statement_out_of_turn(bed: Attempt) -> None:
    bed.counts["kit"] = 4
    bed.statement("yank", "kit", "alice", version="1.0.0")


@rejected("statement-order")
def two_statements_with_one_number(bed: Attempt) -> None:
    bed.statement("yank", "hello", "alice", version="1.0.0")
    bed.counts["hello"] = 0
    bed.statement("archive", "hello", "alice")


@rejected("statement-place")
def statement_of_another_pack_replayed(bed: Attempt) -> None:
    for ending in (".yaml", ".yaml.alice.minisig"):
        old = "packs/cl/closed/statements/0001-archive" + ending
        bed.files[f"packs/ki/kit/statements/0001-archive{ending}"] = bed.files[old]


@rejected("file-name")
def statement_replayed_under_the_next_number(bed: Attempt) -> None:
    for ending in (".yaml", ".yaml.alice.minisig"):
        old = "packs/sh/shared/statements/0001-add-owner" + ending
        bed.files[f"packs/sh/shared/statements/0002-add-owner{ending}"] = bed.files[old]


@rejected("statement-place")
def statement_of_another_registry(bed: Attempt) -> None:
    path = bed.statement("yank", "kit", "alice", version="1.0.0")
    bed.rewrite(path, b"packs.example.org", b"packs.example.com")
    bed.resign_statement(path, "alice", "statement kit 1")


@rejected("signature-bad")
def statement_changed_after_it_was_signed(bed: Attempt) -> None:
    path = bed.statement("yank", "hello", "alice", version="1.0.0")
    bed.rewrite(path, b"1.0.0", b"2.0.0")


@rejected("signature-missing")
def statement_that_nobody_signed(bed: Attempt) -> None:
    path = bed.statement("yank", "kit", "alice", version="1.0.0")
    del bed.files[f"{path}.alice.minisig"]


@rejected("owner-mismatch")
def statement_with_a_signature_too_many(bed: Attempt) -> None:
    bed.statement("yank", "kit", ("alice", "mallory"), version="1.0.0")


@rejected("key-unknown")
def transfer_with_swapped_signatures(bed: Attempt) -> None:
    path = bed.statement("transfer", "kit", ("alice", "bob"), from_="alice", to="bob")
    ends = [f"{path}.{handle}.minisig" for handle in ("alice", "bob")]
    bed.files[ends[0]], bed.files[ends[1]] = bed.files[ends[1]], bed.files[ends[0]]


@reviewed("registry-shrinks")
def many_packs_withdrawn_at_once(bed: Attempt) -> None:
    for pack in ("kit", "lonely", "shared", "top"):
        bed.statement("withdraw", pack, "alice", version="1.0.0")


@reviewed("registry-shrinks")
def many_packs_yanked_at_once(bed: Attempt) -> None:
    for pack in ("kit", "lonely", "shared", "top"):
        bed.statement("yank", pack, "alice", version="1.0.0")


@rejected("withdraw-needed")
def withdrawal_of_what_the_same_change_needs(bed: Attempt) -> None:
    bed.version("hello", "2.0.1", "alice", manifest={"dependencies": {"kit": "^1.0.0"}})
    bed.statement("withdraw", "kit", "alice", version="1.0.0")

"""Packs taken over, given away, or brought to an end by whoever may not, or in a way that may not be."""

from __future__ import annotations

from packyard.catalogue import RECOVERY_WAIT
from tests.hostile.bed import Bed, key, refused
from tests.registry import signer

FOLDER = "packs/he/hello/statements"
TOOLS = "packs/@acme/tools/statements"
TRANSFER = f"{FOLDER}/0002-transfer.yaml"
RECOVER = f"{FOLDER}/0002-recover.yaml"
ROOTS = ("root-1", "root-2")


def rooted(bed: Bed) -> None:
    """Gives the registry root keys, two of three of which must sign."""
    bed.trust()
    bed.commit("Root keys")


def transfer(bed: Bed, *by: str, giver: str = "alice", taker: str = "bob") -> str:
    """Stages a transfer of hello."""
    return bed.statement("transfer", "hello", by, from_=giver, to=taker)


# --- transfers ---


@refused("transfer-parties", at=TRANSFER)
def transfer_signed_by_the_giver_alone(bed: Bed) -> None:
    transfer(bed, "alice")


@refused("transfer-parties", at=TRANSFER)
def transfer_signed_by_the_taker_alone(bed: Bed) -> None:
    transfer(bed, "bob")


@refused("key-unknown", at=f"{TRANSFER}.alice.minisig")
def transfer_with_swapped_signatures(bed: Bed) -> None:
    path = transfer(bed, "alice", "bob")
    one, other = f"{path}.alice.minisig", f"{path}.bob.minisig"
    bed.files[one], bed.files[other] = bed.files[other], bed.files[one]


@refused("signature-bad", at=f"{TRANSFER}.alice.minisig")
def transfer_signed_over_other_bytes(bed: Bed) -> None:
    path = transfer(bed, "alice", "bob")
    other = bed.files[path].replace(b"to: bob", b"to: eve")
    bed.files[f"{path}.alice.minisig"] = signer("alice").sign(other, "statement hello 2")


@refused("owner-mismatch", at=TRANSFER)
def transfer_signed_by_a_third_party_too(bed: Bed) -> None:
    bed.publisher("eve")
    transfer(bed, "alice", "bob", "eve")


@refused("transfer-parties", at=TRANSFER)
def transfer_signed_by_the_owner_in_the_name_of_another(bed: Bed) -> None:
    bed.publisher("eve")
    transfer(bed, "alice", "eve", giver="bob", taker="eve")


@refused("owner-mismatch", at=TRANSFER)
def transfer_by_somebody_who_is_no_owner(bed: Bed) -> None:
    bed.publisher("eve")
    transfer(bed, "bob", "eve", giver="bob", taker="eve")


@refused("owner-mismatch", at=f"{FOLDER}/0003-transfer.yaml")
def transfer_by_a_co_owner(bed: Bed) -> None:
    bed.publisher("eve")
    bed.statement("add-owner", "hello", "alice", handle="bob")
    bed.commit()
    transfer(bed, "bob", "eve", giver="bob", taker="eve")


@refused("key-unknown", at=f"{TRANSFER}.mallory.minisig")
def transfer_to_a_stranger(bed: Bed) -> None:
    transfer(bed, "alice", "mallory", taker="mallory")


@refused("key-scope", at=f"{TRANSFER}.eve.minisig")
def transfer_taken_with_a_key_for_versions(bed: Bed) -> None:
    bed.publisher("eve", scopes=("publish",))
    transfer(bed, "alice", "eve", taker="eve")


@refused("key-not-valid", at=f"{TRANSFER}.alice.minisig")
def transfer_given_with_a_revoked_key(bed: Bed) -> None:
    bed.end_key("revoked", "2026-03-01")
    transfer(bed, "alice", "bob")


@refused("statement-order", at=f"{FOLDER}/0003-transfer.yaml")
def transfer_out_of_turn(bed: Bed) -> None:
    bed.counts["hello"] = 2
    transfer(bed, "alice", "bob")


@refused("signature-comment", at=f"{FOLDER}/0004-transfer.yaml.alice.minisig")
def transfer_replayed_under_another_number(bed: Bed) -> None:
    path = transfer(bed, "alice", "bob")
    bed.commit()
    bed.statement("transfer", "hello", ("alice", "bob"), from_="bob", to="alice")
    bed.commit()
    again = path.replace("0002", "0004")
    bed.files[again] = bed.files[path].replace(b"sequence: 2", b"sequence: 4")
    for handle in ("alice", "bob"):
        bed.files[f"{again}.{handle}.minisig"] = bed.files[f"{path}.{handle}.minisig"]


@refused("file-name", at=f"{FOLDER}/0004-transfer.yaml")
def transfer_replayed_as_it_was(bed: Bed) -> None:
    path = transfer(bed, "alice", "bob")
    bed.commit()
    bed.statement("transfer", "hello", ("alice", "bob"), from_="bob", to="alice")
    bed.commit()
    for end in ("", ".alice.minisig", ".bob.minisig"):
        bed.files[path.replace("0002", "0004") + end] = bed.files[path + end]


@refused("statement-place", at="packs/ot/other/statements/0002-transfer.yaml")
def transfer_copied_to_another_pack(bed: Bed) -> None:
    path = transfer(bed, "alice", "bob")
    for end in ("", ".alice.minisig", ".bob.minisig"):
        bed.files[path.replace("/he/hello/", "/ot/other/") + end] = bed.files.pop(path + end)


@refused("statement-place", at=TRANSFER)
def transfer_of_another_registry(bed: Bed) -> None:
    path = transfer(bed, "alice", "bob")
    bed.rewrite(path, b"packs.example.org", b"other.example.org")
    for handle in ("alice", "bob"):
        bed.resign_statement(path, handle, "statement hello 2")


@refused("owner-mismatch", at="packs/he/hello/2.0.0")
def version_by_the_former_owner(bed: Bed) -> None:
    transfer(bed, "alice", "bob")
    bed.commit()
    bed.publish()


@refused("owner-scoped", at=f"{TOOLS}/0001-transfer.yaml")
def transfer_out_of_a_scope(bed: Bed) -> None:
    bed.statement("transfer", "@acme/tools", ("alice", "bob"), from_="alice", to="bob")


# --- co-owners ---


@refused("owner-mismatch", at=f"{FOLDER}/0002-add-owner.yaml")
def owner_who_adds_himself(bed: Bed) -> None:
    bed.statement("add-owner", "hello", "bob", handle="bob")


@refused("publisher-unknown", at=f"{FOLDER}/0002-add-owner.yaml")
def owner_who_is_no_publisher(bed: Bed) -> None:
    bed.statement("add-owner", "hello", "alice", handle="mallory")


@refused("statement-noop", at=f"{FOLDER}/0002-add-owner.yaml")
def owner_who_is_one_already(bed: Bed) -> None:
    bed.statement("add-owner", "hello", "alice", handle="alice")


@refused("owner-principal", at=f"{FOLDER}/0003-remove-owner.yaml")
def principal_owner_removed_by_a_co_owner(bed: Bed) -> None:
    bed.statement("add-owner", "hello", "alice", handle="bob")
    bed.commit()
    bed.statement("remove-owner", "hello", "bob", handle="alice")


@refused("owner-mismatch", at="packs/he/hello/2.0.0")
def version_by_a_removed_co_owner(bed: Bed) -> None:
    bed.statement("add-owner", "hello", "alice", handle="bob")
    bed.statement("remove-owner", "hello", "alice", handle="bob")
    bed.commit()
    bed.version("hello", "2.0.0", "bob")


@refused("owner-scoped", at=f"{TOOLS}/0001-add-owner.yaml")
def co_owner_in_a_scope(bed: Bed) -> None:
    bed.publisher("eve")
    bed.statement("add-owner", "@acme/tools", "alice", handle="eve")


# --- recoveries ---


@refused("roots-missing", at=RECOVER)
def recovery_without_root_keys(bed: Bed) -> None:
    bed.statement("recover", "hello", ROOTS, to="bob")


@refused("roots-unsigned", at=RECOVER)
def recovery_by_too_few_roots(bed: Bed) -> None:
    rooted(bed)
    bed.statement("recover", "hello", "root-3", to="bob")


@refused("signature-missing", at=RECOVER)
def recovery_that_nobody_signed(bed: Bed) -> None:
    rooted(bed)
    bed.statement("recover", "hello", (), to="bob")


@refused("key-unknown", at=f"{RECOVER}.bob.minisig")
def recovery_by_who_wants_it(bed: Bed) -> None:
    rooted(bed)
    path = bed.statement("recover", "hello", ROOTS, to="bob")
    bed.resign_statement(path, "bob", "statement hello 2")


@refused("key-unknown", at=f"{RECOVER}.{signer('snapshot').key_id}.minisig")
def recovery_by_the_keys_of_the_builder(bed: Bed) -> None:
    rooted(bed)
    bed.statement("recover", "hello", ("snapshot", "attest"), to="bob")


@refused("key-unknown", at=f"{RECOVER}.{signer('root-2').key_id}.minisig")
def recovery_by_one_root_twice(bed: Bed) -> None:
    rooted(bed)
    path = bed.statement("recover", "hello", "root-1", to="bob")
    bed.files[f"{path}.{signer('root-2').key_id}.minisig"] = bed.files[f"{path}.{signer('root-1').key_id}.minisig"]


@refused("signature-comment", at=f"{RECOVER}.{signer('root-1').key_id}.minisig")
def recovery_signed_for_another_pack(bed: Bed) -> None:
    rooted(bed)
    path = bed.statement("recover", "hello", ROOTS, to="bob")
    bed.files[f"{path}.{signer('root-1').key_id}.minisig"] = signer("root-1").sign(bed.files[path], "statement other 2")


@refused("key-unknown", at=f"{RECOVER}.{signer('root-1').key_id}.minisig")
def recovery_by_roots_of_yesterday(bed: Bed) -> None:
    rooted(bed)
    bed.trust(("root-3", "root-4"), 2, 2, ("root-1", "root-3", "root-4"))
    bed.commit("Other root keys")
    bed.statement("recover", "hello", ROOTS, to="bob")


@refused("immutable-changed", at="trust/1.json")
def recovery_by_roots_that_were_slipped_in(bed: Bed) -> None:
    rooted(bed)
    good = {path: data for path, data in bed.files.items() if path.startswith("trust/")}
    for path in good:
        del bed.files[path]
    bed.trust(("eve-1", "eve-2"))
    bed.statement("recover", "hello", ("eve-1", "eve-2"), to="bob")
    bed.commit("Root keys of one's own")
    for path in [path for path in bed.files if path.startswith("trust/")]:
        del bed.files[path]
    bed.files |= good


@refused("publisher-unknown", at=RECOVER)
def recovery_for_nobody(bed: Bed) -> None:
    rooted(bed)
    bed.statement("recover", "hello", ROOTS, to="mallory")


@refused("owner-mismatch", at="packs/he/hello/2.0.0")
def version_by_the_new_owner_before_the_time(bed: Bed) -> None:
    rooted(bed)
    bed.statement("recover", "hello", ROOTS, to="bob")
    bed.commit()
    bed.version("hello", "2.0.0", "bob")


@refused("owner-mismatch", at="packs/he/hello/2.0.0")
def version_by_the_old_owner_after_the_time(bed: Bed) -> None:
    rooted(bed)
    bed.statement("recover", "hello", ROOTS, to="bob")
    bed.commit()
    bed.time += RECOVERY_WAIT
    bed.publish()


@refused("owner-scoped", at=f"{TOOLS}/0001-recover.yaml")
def recovery_in_a_scope(bed: Bed) -> None:
    rooted(bed)
    bed.statement("recover", "@acme/tools", ROOTS, to="bob")


# --- ends ---


@refused("version-withdrawn", at=f"{FOLDER}/0003-yank.yaml")
def yank_of_a_withdrawn_version(bed: Bed) -> None:
    bed.statement("withdraw", "hello", "alice", version="1.1.0")
    bed.statement("yank", "hello", "alice", version="1.1.0")


@refused("version-withdrawn", at=f"{FOLDER}/0003-promote.yaml")
def promotion_of_a_withdrawn_version(bed: Bed) -> None:
    bed.statement("withdraw", "hello", "alice", version="1.1.0")
    bed.statement("promote", "hello", "alice", version="1.1.0", channel="stable")


@refused("statement-noop", at=f"{FOLDER}/0003-withdraw.yaml")
def withdrawal_said_twice(bed: Bed) -> None:
    bed.statement("withdraw", "hello", "alice", version="1.1.0")
    bed.statement("withdraw", "hello", "alice", version="1.1.0")


@refused("immutable-changed", at="packs/he/hello/1.1.0")
def withdrawn_version_removed_from_the_source(bed: Bed) -> None:
    bed.statement("withdraw", "hello", "alice", version="1.1.0")
    bed.commit()
    for path in [path for path in bed.files if path.startswith("packs/he/hello/1.1.0/")]:
        del bed.files[path]


@refused("key-unknown", at=f"{FOLDER}/0002-withdraw.yaml.alice.minisig")
def legal_withdrawal_by_the_owner(bed: Bed) -> None:
    rooted(bed)
    path = bed.statement("withdraw", "hello", ROOTS, version="1.1.0", legal="an order")
    bed.resign_statement(path, "alice", "statement hello 2")


@refused("key-unknown", at=f"{FOLDER}/0002-withdraw.yaml.{signer('root-1').key_id}.minisig")
def withdrawal_by_roots_without_a_legal_reason(bed: Bed) -> None:
    rooted(bed)
    path = bed.statement("withdraw", "hello", "alice", version="1.1.0")
    signed = signer("root-1").sign(bed.files[path], "statement hello 2")
    bed.files[f"{path}.{signer('root-1').key_id}.minisig"] = signed


@refused("promote-yanked", at=f"{FOLDER}/0002-promote.yaml")
def promotion_of_a_yanked_version(bed: Bed) -> None:
    bed.statement("promote", "hello", "alice", version="1.0.0", channel="stable")


@refused("statement-noop", at=f"{FOLDER}/0003-promote.yaml")
def promotion_said_twice(bed: Bed) -> None:
    for _ in range(2):
        bed.statement("promote", "hello", "alice", version="1.1.0", channel="stable")


@refused("pack-archived", at="packs/he/hello/2.0.0")
def version_of_an_archived_pack(bed: Bed) -> None:
    bed.statement("archive", "hello", "alice")
    bed.commit()
    bed.publish()


@refused("pack-archived", at=f"{FOLDER}/0003-promote.yaml")
def promotion_in_an_archived_pack(bed: Bed) -> None:
    bed.statement("archive", "hello", "alice")
    bed.statement("promote", "hello", "alice", version="1.1.0", channel="stable")


@refused("pack-renamed", at="packs/he/hello/2.0.0")
def version_of_a_renamed_pack(bed: Bed) -> None:
    bed.statement("rename", "hello", "alice", to="other")
    bed.commit()
    bed.publish()


@refused("owner-mismatch", at=f"{FOLDER}/0002-rename.yaml")
def rename_by_another_publisher(bed: Bed) -> None:
    bed.statement("rename", "hello", "bob", to="other")


@refused("key-scope", at=f"{FOLDER}/0002-archive.yaml.alice.minisig")
def archive_with_a_key_for_versions(bed: Bed) -> None:
    bed.with_key(key("alice-2", scopes=("publish",)))
    bed.commit()
    path = bed.statement("archive", "hello", "alice")
    bed.files[f"{path}.alice.minisig"] = signer("alice-2").sign(bed.files[path], "statement hello 2")


@refused("owner-mismatch", at=f"{TOOLS}/0001-withdraw.yaml")
def scoped_withdrawal_by_a_member(bed: Bed) -> None:
    bed.statement("withdraw", "@acme/tools", "bob", version="1.0.0")

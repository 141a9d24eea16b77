"""Statements and revisions used again, out of their time, or for a name that is not theirs."""

from __future__ import annotations

from packyard.catalogue import RECOVERY_WAIT
from tests.hostile.bed import ALICE, DAY, Bed, case, key, refused
from tests.hostile.orgs import ACME
from tests.hostile.owners import FOLDER, ROOTS, TOOLS, rooted, transfer
from tests.registry import signer

YANK = f"{FOLDER}/0002-yank.yaml"
RENAME = f"{FOLDER}/0002-rename.yaml"

# --- said once, used again ---


@refused("file-name", at=f"{FOLDER}/0003-yank.yaml")
def yank_used_again_after_it_was_taken_back(bed: Bed) -> None:
    bed.statement("unyank", "hello", "alice", version="1.0.0")
    bed.commit()
    for end in ("", ".alice.minisig"):
        bed.files[f"{FOLDER}/0003-yank.yaml{end}"] = bed.files[f"{FOLDER}/0001-yank.yaml{end}"]


@refused("signature-comment", at=f"{FOLDER}/0003-yank.yaml.alice.minisig")
def yank_renumbered_after_it_was_taken_back(bed: Bed) -> None:
    bed.statement("unyank", "hello", "alice", version="1.0.0")
    bed.commit()
    old, new = f"{FOLDER}/0001-yank.yaml", f"{FOLDER}/0003-yank.yaml"
    bed.files[new] = bed.files[old].replace(b"sequence: 1", b"sequence: 3")
    bed.files[f"{new}.alice.minisig"] = bed.files[f"{old}.alice.minisig"]


@refused("signature-bad", at=f"{YANK}.alice.minisig")
def yank_of_another_registry_under_this_name(bed: Bed) -> None:
    path = bed.statement("yank", "hello", "alice", version="1.1.0")
    foreign = bed.files[path].replace(b"packs.example.org", b"other.example.org")
    bed.files[f"{path}.alice.minisig"] = signer("alice").sign(foreign, "statement hello 2")


@refused("revision-replayed", at=ACME)
def org_put_back_as_it_was(bed: Bed) -> None:
    old = {path: data for path, data in bed.files.items() if path.startswith(ACME)}
    bed.org("acme", {"alice": "owner"}, "alice")
    bed.commit("Bob leaves")
    bed.files |= old


@refused("revision-replayed", at=ALICE)
def publisher_put_back_as_it_was(bed: Bed) -> None:
    """The old text gave the second key the right to speak; the first, which signed it, is still good."""
    bed.with_key(key("alice-2"))
    bed.commit("A second key")
    old = {path: data for path, data in bed.files.items() if path.startswith(ALICE)}
    first, second = bed.publishers["alice"].keys
    bed.revise(bed.publishers["alice"]._replace(keys=(first, second._replace(scopes=("publish",)))), "alice")
    bed.commit("It only publishes from now on")
    bed.files |= old


# --- keys whose time is over, or has not come ---


def _late(field: str, day: str, wait: int) -> None:
    """A case of a statement that alice's ended key signs some seconds after its end was recorded."""

    def tamper(bed: Bed) -> None:
        bed.end_key(field, day)
        bed.time += wait
        bed.statement("yank", "hello", "alice", version="1.1.0")

    name = f"statement-by-a-key-{field}-{day}-{'later' if wait > 0 else 'dated-back'}"
    case(name, tamper, "key-not-valid", at=f"{YANK}.alice.minisig")


_late("retired", "2026-03-01", DAY)
_late("retired", "2026-03-03", 4 * DAY)
_late("revoked", "2026-03-01", 0)
_late("revoked", "2026-02-20", -DAY)
_late("retired", "2026-03-01", -9 * DAY)


@refused("key-not-valid", at=f"{YANK}.alice.minisig")
def statement_by_a_key_that_has_not_begun(bed: Bed) -> None:
    bed.with_key(key("alice-2", since="2026-05-01"))
    bed.commit()
    path = bed.statement("yank", "hello", "alice", version="1.1.0")
    bed.files[f"{path}.alice.minisig"] = signer("alice-2").sign(bed.files[path], "statement hello 2")


@refused("key-not-valid", at=f"{FOLDER}/0002-transfer.yaml.bob.minisig")
def transfer_taken_with_a_retired_key(bed: Bed) -> None:
    bob = bed.publishers["bob"]
    ended = bob.keys[0]._replace(retired="2026-03-01")
    bed.revise(bob._replace(keys=(ended, key("bob-2"))), "bob")
    bed.commit()
    transfer(bed, "alice", "bob")


@refused("key-not-valid", at=f"{ACME}.alice.minisig")
def org_changed_by_a_revoked_key_dated_back(bed: Bed) -> None:
    bed.end_key("revoked", "2026-03-01")
    bed.time -= 5 * DAY
    bed.org("acme", {"alice": "owner"}, "alice")


@refused("key-not-valid", at=f"{ALICE}.minisig")
def publisher_changed_by_a_revoked_key_dated_back(bed: Bed) -> None:
    bed.end_key("revoked", "2026-03-01")
    bed.time -= 5 * DAY
    bed.revise(bed.publishers["alice"]._replace(name="Mallory"), "alice")


# --- people without the right ---


def _member(action: str, **fields: str) -> None:
    """A case of a member of an organisation who speaks for one of its packs."""

    def tamper(bed: Bed) -> None:
        bed.statement(action, "@acme/tools", "bob", **fields)

    case(f"scoped-{action}-by-a-member", tamper, "owner-mismatch", at=f"{TOOLS}/0001-{action}.yaml")


for _action, _fields in {
    "yank": {"version": "1.0.0"},
    "deprecate": {"version": "1.0.0"},
    "promote": {"version": "1.0.0", "channel": "stable"},
    "archive": {},
    "rename": {"to": "hello"},
}.items():
    _member(_action, **_fields)


@refused("path-unknown", at=f"{ACME}.bob.minisig")
def org_changed_by_an_admin(bed: Bed) -> None:
    bed.org("acme", {"alice": "owner", "bob": "admin"}, "alice")
    bed.commit()
    bed.org("acme", {"bob": "owner"}, "bob")


@refused("path-unknown", at=f"{ACME}.bob.minisig")
def org_taken_by_whom_the_same_change_makes_an_owner(bed: Bed) -> None:
    bed.org("acme", {"alice": "owner", "bob": "owner"}, "bob")


@refused("owner-mismatch", at=f"{FOLDER}/0004-yank.yaml")
def statement_by_a_removed_co_owner(bed: Bed) -> None:
    bed.statement("add-owner", "hello", "alice", handle="bob")
    bed.statement("remove-owner", "hello", "alice", handle="bob")
    bed.commit()
    bed.statement("yank", "hello", "bob", version="1.1.0")


@refused("owner-mismatch", at=f"{FOLDER}/0003-yank.yaml")
def statement_by_the_former_owner(bed: Bed) -> None:
    transfer(bed, "alice", "bob")
    bed.commit()
    bed.statement("yank", "hello", "alice", version="1.1.0")


@refused("owner-mismatch", at=f"{FOLDER}/0003-add-owner.yaml")
def former_owner_who_comes_back(bed: Bed) -> None:
    transfer(bed, "alice", "bob")
    bed.commit()
    bed.statement("add-owner", "hello", "alice", handle="alice")


@refused("owner-mismatch", at=f"{FOLDER}/0004-yank.yaml")
def co_owner_of_the_former_owner(bed: Bed) -> None:
    bed.publisher("eve")
    bed.statement("add-owner", "hello", "alice", handle="eve")
    bed.commit()
    transfer(bed, "alice", "bob")
    bed.commit()
    bed.statement("yank", "hello", "eve", version="1.1.0")


# --- root keys ---


@refused("roots-unsigned", at=f"{FOLDER}/0003-recover.yaml")
def second_recovery_by_too_few_roots(bed: Bed) -> None:
    """A recovery under way is called off by as many roots as began it."""
    rooted(bed)
    bed.statement("recover", "hello", ROOTS, to="bob")
    bed.commit()
    bed.statement("recover", "hello", "root-1", to="alice")


@refused("key-unknown", at=f"{FOLDER}/0002-recover.yaml.{signer('root-1').key_id}.minisig.minisig")
def recovery_with_a_signature_of_a_signature(bed: Bed) -> None:
    rooted(bed)
    path = bed.statement("recover", "hello", "root-1", to="bob")
    signature = f"{path}.{signer('root-1').key_id}.minisig"
    bed.files[f"{signature}.minisig"] = bed.files[signature]


@refused("roots-unsigned", at=f"{FOLDER}/0002-withdraw.yaml")
def legal_withdrawal_by_too_few_roots(bed: Bed) -> None:
    rooted(bed)
    bed.statement("withdraw", "hello", "root-2", version="1.1.0", legal="an order")


@refused("signature-comment", at=f"{FOLDER}/0002-recover.yaml.{signer('root-1').key_id}.minisig")
def recovery_with_the_signatures_of_a_trust_file(bed: Bed) -> None:
    rooted(bed)
    path = bed.statement("recover", "hello", ROOTS, to="bob")
    for name in ROOTS:
        label = f"{signer(name).key_id}.minisig"
        bed.files[f"{path}.{label}"] = bed.files[f"trust/1.json.{label}"]


@refused("recovery-early", at=f"{FOLDER}/0002-recover.yaml")
def recovery_dated_back(bed: Bed) -> None:
    """Its waiting time would be over with the commit that brings it."""
    rooted(bed)
    bed.time -= RECOVERY_WAIT
    bed.statement("recover", "hello", ROOTS, to="bob")


@refused("owner-mismatch", at=f"{FOLDER}/0003-transfer.yaml")
def old_owner_who_gives_away_what_was_recovered(bed: Bed) -> None:
    rooted(bed)
    bed.statement("recover", "hello", ROOTS, to="bob")
    bed.commit()
    bed.publisher("eve")
    bed.time += RECOVERY_WAIT
    transfer(bed, "alice", "eve", taker="eve")


# --- numbers and names that are taken for good ---


def _withdrawn(bed: Bed) -> None:
    bed.statement("withdraw", "hello", "alice", version="1.1.0")
    bed.commit()


@refused("immutable-changed", at="packs/he/hello/1.1.0")
def withdrawn_version_published_again(bed: Bed) -> None:
    _withdrawn(bed)
    bed.version("hello", "1.1.0", "alice", {"rules/one.md": b"Something else.\n"})


@refused("immutable-changed", at="packs/he/hello/1.1.0")
def withdrawn_version_removed_and_published_again(bed: Bed) -> None:
    _withdrawn(bed)
    for path in [path for path in bed.files if path.startswith("packs/he/hello/1.1.0/")]:
        del bed.files[path]
    bed.commit()
    bed.version("hello", "1.1.0", "alice", {"rules/one.md": b"Something else.\n"})


@refused("case-collision", at="packs/he/hello/2.0.0-RC.1")
def withdrawn_version_published_in_capitals(bed: Bed) -> None:
    bed.version("hello", "2.0.0-rc.1", "alice")
    bed.statement("withdraw", "hello", "alice", version="2.0.0-rc.1")
    bed.commit()
    bed.version("hello", "2.0.0-RC.1", "alice")


@refused("version-withdrawn", at=f"{FOLDER}/0003-deprecate.yaml")
def deprecation_of_a_withdrawn_version(bed: Bed) -> None:
    _withdrawn(bed)
    bed.statement("deprecate", "hello", "alice", version="1.1.0")


@refused("rename-astray", at=RENAME)
def rename_to_a_name_that_nobody_has(bed: Bed) -> None:
    bed.statement("rename", "hello", "alice", to="greetings")


@refused("rename-astray", at=RENAME)
def rename_to_a_reserved_name(bed: Bed) -> None:
    bed.files["reserved-names.txt"] = b"mascot\n"
    bed.statement("rename", "hello", "alice", to="mascot")


@refused("field-invalid", at=RENAME)
def rename_to_itself(bed: Bed) -> None:
    bed.statement("rename", "hello", "alice", to="hello")


@refused("rename-astray", at="packs/ot/other/statements/0002-rename.yaml")
def rename_in_a_circle(bed: Bed) -> None:
    bed.statement("rename", "hello", "alice", to="other")
    bed.commit()
    bed.statement("rename", "other", "bob", to="hello")


@refused("owner-mismatch", at="packs/he/hello/2.0.0")
def old_name_taken_by_somebody_else(bed: Bed) -> None:
    bed.statement("rename", "hello", "alice", to="other")
    bed.commit()
    bed.version("hello", "2.0.0", "bob")


@refused("immutable-changed", at="packs/he/hello/1.1.0")
def old_name_cleared_and_taken(bed: Bed) -> None:
    bed.statement("rename", "hello", "alice", to="other")
    bed.commit()
    for path in [path for path in bed.files if path.startswith("packs/he/hello/")]:
        del bed.files[path]
    bed.commit("Clear the name")
    bed.version("hello", "2.0.0", "bob")


@refused("pack-renamed", at="packs/he/hello/2.0.0")
def old_name_used_by_its_new_owner(bed: Bed) -> None:
    bed.statement("rename", "hello", "alice", to="other")
    bed.statement("transfer", "hello", ("alice", "bob"), from_="alice", to="bob")
    bed.commit()
    bed.version("hello", "2.0.0", "bob")


@refused("path-unknown", at="packs/wo/hello")
def pack_in_the_folder_of_other_letters(bed: Bed) -> None:
    folder = bed.publish()
    for path in [path for path in bed.files if path.startswith(f"{folder}/")]:
        bed.files[path.replace("packs/he/", "packs/wo/")] = bed.files.pop(path)


for _channel in ("latest", "v2", "x", "10"):
    case(
        f"channel-{_channel}",
        lambda bed, channel=_channel: bed.statement("promote", "hello", "alice", version="1.1.0", channel=channel),  # type: ignore[misc]
        "field-invalid",
        at=f"{FOLDER}/0002-promote.yaml",
    )

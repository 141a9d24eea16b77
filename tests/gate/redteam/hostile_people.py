"""Change sets by people who are not who they say they are, or may not do what they do."""

from __future__ import annotations

from packyard.formats import publisher
from packyard.model import Publisher
from tests.gate.redteam.bed import FOLDER, Attempt, new_key, rejected, reviewed
from tests.hostile.bed import forged
from tests.registry import signer

SUMS = f"{FOLDER}/SHA256SUMS"


def publisher_of(handle: str, *keys: str) -> Publisher:
    """A publisher with keys of these names."""
    return Publisher(handle, handle.title(), "", tuple(new_key(key) for key in keys))


# --- versions ---


@rejected("owner-mismatch")
def pack_of_somebody_else(bed: Attempt) -> None:
    bed.kit(by="mallory")


@rejected("owner-mismatch")
def pack_of_somebody_else_as_a_pre_release(bed: Attempt) -> None:
    bed.kit(by="mallory", number="2.0.0-alpha.1")


@rejected("owner-mismatch")
def pack_of_somebody_else_as_an_old_patch(bed: Attempt) -> None:
    bed.version("hello", "1.0.1", "mallory")


@rejected("owner-mismatch")
def pack_of_an_organisation_by_a_stranger(bed: Attempt) -> None:
    bed.version("@acme/tools", "1.0.1", "mallory")


@rejected("owner-mismatch")
def new_pack_in_a_scope_of_strangers(bed: Attempt) -> None:
    bed.version("@acme/novel", "1.0.0", "mallory")


@rejected("org-unknown")
def new_pack_in_a_scope_that_is_not_there(bed: Attempt) -> None:
    bed.version("@novel/pack", "1.0.0", "mallory")


@rejected("owner-mismatch")
def scope_named_like_a_publisher(bed: Attempt) -> None:
    bed.org("alice", {"mallory": "owner"}, "mallory")
    bed.version("@alice/kit", "1.0.0", "alice")


@rejected("key-unknown")
def key_of_nobody(bed: Attempt) -> None:
    bed.kit(by="nobody")


@rejected("key-unknown")
def key_that_comes_in_the_next_commit(bed: Attempt) -> None:
    bed.kit(by="alice-2")
    bed.commit("Publish")
    bed.revise(bed.publishers["dave"]._replace(name="D."), "dave")


@rejected("signature-bad")
def signature_in_the_name_of_the_owner(bed: Attempt) -> None:
    bed.kit()
    bed.files[f"{SUMS}.minisig"] = forged("mallory", bed.files[SUMS], "kit 1.1.0", key_id=signer("alice").key_id)


@rejected("signature-comment")
def signature_of_a_pre_release_reused(bed: Attempt) -> None:
    bed.kit()
    bed.resign(SUMS, "alice", "kit 1.1.0-rc.1")


@rejected("signature-comment")
def signature_with_blanks_in_its_comment(bed: Attempt) -> None:
    bed.kit()
    bed.resign(SUMS, "alice", "kit 1.1.0 ")


@rejected("key-not-valid")
def retired_key(bed: Attempt) -> None:
    bed.version("mine", "1.0.1", "erin")


@reviewed("key-new")
def first_release_of_a_second_key(bed: Attempt) -> None:
    bed.version("mine", "1.0.1", "erin-2")


@reviewed("key-new")
def first_release_of_a_key_for_versions(bed: Attempt) -> None:
    bed.version("mine", "1.0.1", "erin-3")


@rejected("key-not-valid")
def key_that_begins_tomorrow(bed: Attempt) -> None:
    bed.with_key(new_key("alice-2", since="2027-06-01"))
    bed.commit("Add a key")
    bed.kit(by="alice-2")


@rejected("key-not-valid")
def commit_dated_back_to_a_retired_key(bed: Attempt) -> None:
    bed.time -= 210 * 86_400
    bed.version("mine", "1.0.1", "erin")


@reviewed("key-new")
def key_and_its_first_release_together(bed: Attempt) -> None:
    bed.with_key(new_key("alice-2"))
    bed.kit(by="alice-2")


@reviewed("pack-new", "key-new")
def first_release_of_a_publisher_who_never_released(bed: Attempt) -> None:
    bed.version("novel", "1.0.0", "dave")


@reviewed("publisher-new", "pack-new", "key-new")
def new_publisher_with_a_new_pack(bed: Attempt) -> None:
    bed.publisher("zoe")
    bed.version("novel", "1.0.0", "zoe")


@reviewed("owner-new")
def first_release_of_a_co_owner(bed: Attempt) -> None:
    bed.version("shared", "1.0.1", "bob")


@reviewed("owner-added")
def owner_added_who_was_not_asked(bed: Attempt) -> None:
    bed.version("trick", "1.0.1", "mallory")
    bed.statement("add-owner", "trick", "mallory", handle="alice")


@rejected("owner-mismatch")
def release_before_the_transfer(bed: Attempt) -> None:
    bed.version("lonely", "1.0.1", "mallory")
    bed.statement("transfer", "lonely", ("alice", "mallory"), from_="alice", to="mallory")


@rejected("pack-archived")
def version_of_an_archived_pack(bed: Attempt) -> None:
    bed.version("closed", "1.0.1", "alice")


@rejected("pack-renamed")
def version_under_a_name_given_up(bed: Attempt) -> None:
    bed.version("former", "1.0.1", "alice")


# --- publishers ---


@rejected("key-unknown")
def publisher_taken_over_by_a_stranger(bed: Attempt) -> None:
    alice = bed.publishers["alice"]
    bed.revise(alice._replace(keys=(*alice.keys, new_key("mallory-2"))), "mallory-2")


@rejected("key-removed", "key-unknown")
def publisher_replaced_with_another_key(bed: Attempt) -> None:
    bed.revise(publisher_of("alice", "mallory-2"), "mallory-2")


@rejected("key-shared")
def key_of_another_in_a_new_file(bed: Attempt) -> None:
    bed.revise(publisher_of("zoe", "alice", "zoe"), "zoe")


@rejected("key-shared")
def two_new_publishers_claim_one_key(bed: Attempt) -> None:
    bed.publisher("zoe")
    bed.publisher("yan", key="zoe")


@rejected("key-scope")
def publisher_changed_with_a_key_for_versions(bed: Attempt) -> None:
    erin = bed.publishers["erin"]
    bed.revise(erin._replace(keys=(*erin.keys, new_key("erin-4"))), "erin-3")


@rejected("key-not-valid")
def publisher_changed_with_a_retired_key(bed: Attempt) -> None:
    erin = bed.publishers["erin"]
    bed.revise(erin._replace(keys=(*erin.keys, new_key("erin-4"))), "erin")


@rejected("key-removed")
def retired_key_brought_to_life(bed: Attempt) -> None:
    first, *rest = bed.publishers["erin"].keys
    bed.revise(bed.publishers["erin"]._replace(keys=(first._replace(retired=""), *rest)), "erin-2")


@rejected("key-end")
def key_revoked_without_a_reason(bed: Attempt) -> None:
    bed.with_key(new_key("alice-2"))
    path = "publishers/alice.yaml"
    bed.rewrite(path, b"since: 2026-01-01\n", b"since: 2026-01-01\n    revoked: 2026-10-01\n")
    bed.resign(path, "alice", "publisher alice")


@rejected("file-name")
def file_of_another_publisher(bed: Attempt) -> None:
    bed.files["publishers/zoe.yaml"] = publisher.format_publisher(publisher_of("yan", "yan"))
    bed.resign("publishers/zoe.yaml", "yan", "publisher zoe")


@rejected("name-invalid")
def handle_of_cyrillic_letters(bed: Attempt) -> None:
    text = publisher.format_publisher(publisher_of("zoe", "zoe"))
    bed.files["publishers/zoe.yaml"] = text.replace(b"handle: zoe", "handle: z\u043ee".encode())
    bed.resign("publishers/zoe.yaml", "zoe", "publisher zoe")


@rejected("key-weak")
def key_of_small_order(bed: Attempt) -> None:
    weak = b"RWQBAgMEBQYHCAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    bed.revise(publisher_of("zoe", "zoe"), "zoe")
    bed.rewrite("publishers/zoe.yaml", signer("zoe").public_key.encode(), weak)
    bed.resign("publishers/zoe.yaml", "zoe", "publisher zoe")


@reviewed("publisher-new")
def publisher_registered_alone(bed: Attempt) -> None:
    bed.publisher("zoe")


# --- organisations ---


@rejected("path-unknown")
def organisation_taken_over_by_a_stranger(bed: Attempt) -> None:
    bed.org("acme", {"mallory": "owner"}, "mallory")


@rejected("path-unknown")
def member_who_makes_himself_an_admin(bed: Attempt) -> None:
    bed.org("acme", {"alice": "owner", "bob": "admin", "carol": "admin"}, "carol")


@rejected("path-unknown")
def admin_who_makes_himself_the_owner(bed: Attempt) -> None:
    bed.org("acme", {"alice": "member", "bob": "owner", "carol": "member"}, "bob")


@rejected("key-unknown")
def member_who_signs_as_the_owner(bed: Attempt) -> None:
    bed.org("acme", {"alice": "owner", "bob": "admin", "carol": "owner"}, "alice")
    path = "orgs/acme.yaml"
    bed.files[f"{path}.alice.minisig"] = signer("carol").sign(bed.files[path], "org acme")


@rejected("org-owner")
def organisation_left_without_an_owner(bed: Attempt) -> None:
    bed.org("acme", {"alice": "owner"}, "alice")
    bed.rewrite("orgs/acme.yaml", b"owner", b"member")
    bed.files["orgs/acme.yaml.alice.minisig"] = signer("alice").sign(bed.files["orgs/acme.yaml"], "org acme")


@rejected("member-unknown")
def organisation_with_a_member_whom_nobody_knows(bed: Attempt) -> None:
    bed.org("acme", {"alice": "owner", "ghost": "admin"}, "alice")


@reviewed("org-owners")
def second_owner_of_an_organisation(bed: Attempt) -> None:
    bed.org("acme", {"alice": "owner", "bob": "owner", "carol": "member"}, "alice")


@rejected("immutable-changed")
def organisation_dissolved(bed: Attempt) -> None:
    del bed.files["orgs/acme.yaml"], bed.files["orgs/acme.yaml.alice.minisig"]


@reviewed("publisher-account")
def account_of_another(bed: Attempt) -> None:
    bed.revise(bed.publishers["mallory"]._replace(github="alice"), "mallory")


@reviewed("publisher-name")
def name_in_letters_that_look_like_others(bed: Attempt) -> None:
    bed.revise(bed.publishers["mallory"]._replace(name="\u0410\u04cf\u0456\u0441\u0435"), "mallory")


@reviewed("name-scope")
def organisation_that_names_its_victim_as_an_admin(bed: Attempt) -> None:
    bed.org("alice", {"mallory": "owner", "alice": "admin"}, "mallory")


@reviewed("org-new")
def organisation_founded(bed: Attempt) -> None:
    bed.org("umbrella", {"mallory": "owner"}, "mallory")


@rejected("owner-mismatch")
def former_member_who_publishes(bed: Attempt) -> None:
    bed.org("acme", {"alice": "owner", "bob": "admin"}, "alice")
    bed.commit("Let carol go")
    bed.version("@acme/lint", "1.0.1", "carol")

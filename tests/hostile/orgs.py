"""Organisations changed by whoever may not, and packs in scopes that are not the signer's."""

from __future__ import annotations

from tests.hostile.bed import Bed, key, refused
from tests.registry import signer

ACME = "orgs/acme.yaml"


@refused("member-unknown", at=ACME)
def org_with_an_unknown_member(bed: Bed) -> None:
    bed.org("acme", {"alice": "owner", "nobody": "member"}, "alice")


@refused("path-unknown", at=f"{ACME}.bob.minisig")
def org_changed_by_a_member(bed: Bed) -> None:
    bed.org("acme", {"alice": "member", "bob": "owner"}, "bob")


@refused("key-unknown", at=f"{ACME}.alice.minisig")
def org_changed_by_a_member_as_the_owner(bed: Bed) -> None:
    bed.org("acme", {"alice": "member", "bob": "owner"}, "alice")
    bed.files[f"{ACME}.alice.minisig"] = signer("bob").sign(bed.files[ACME], "org acme")


@refused("signature-bad", at=f"{ACME}.alice.minisig")
def org_changed_unsigned(bed: Bed) -> None:
    bed.rewrite(ACME, b"bob: member", b"bob: owner")


@refused("signature-missing", at=ACME)
def org_signature_deleted(bed: Bed) -> None:
    del bed.files[f"{ACME}.alice.minisig"]


@refused("signature-comment", at="orgs/void.yaml.alice.minisig")
def org_signed_as_another(bed: Bed) -> None:
    bed.files["orgs/void.yaml"] = bed.files[ACME].replace(b"acme", b"void")
    bed.files["orgs/void.yaml.alice.minisig"] = signer("alice").sign(bed.files["orgs/void.yaml"], "org acme")


@refused("key-scope", at=f"{ACME}.alice.minisig")
def org_changed_with_a_key_for_versions(bed: Bed) -> None:
    bed.with_key(key("alice-2", scopes=("publish",)))
    bed.commit()
    bed.org("acme", {"alice": "owner"}, "alice")
    bed.files[f"{ACME}.alice.minisig"] = signer("alice-2").sign(bed.files[ACME], "org acme")


@refused("org-owner", at=ACME)
def org_without_owner(bed: Bed) -> None:
    bed.org("acme", {"alice": "admin", "bob": "member"}, "alice")


@refused("file-name", at="orgs/void.yaml")
def org_in_another_file(bed: Bed) -> None:
    bed.files["orgs/void.yaml"] = bed.files[ACME]
    bed.files["orgs/void.yaml.alice.minisig"] = bed.files[f"{ACME}.alice.minisig"]


@refused("path-unknown", at="orgs/void.yaml.bob.minisig")
def org_founded_by_somebody_else(bed: Bed) -> None:
    bed.org("void", {"alice": "owner"}, "bob")


@refused("org-unknown", at="packs/@void/tools/1.0.0")
def scoped_pack_without_org(bed: Bed) -> None:
    bed.version("@void/tools", "1.0.0", "alice")


@refused("owner-mismatch", at="packs/@acme/tools/2.0.0")
def scoped_pack_by_a_stranger(bed: Bed) -> None:
    bed.publisher("eve")
    bed.version("@acme/tools", "2.0.0", "eve")


@refused("owner-mismatch", at="packs/@acme/tools/2.0.0")
def scoped_pack_by_a_former_member(bed: Bed) -> None:
    bed.org("acme", {"alice": "owner"}, "alice")
    bed.commit()
    bed.version("@acme/tools", "2.0.0", "bob")


@refused("owner-mismatch", at="packs/@acme/tools/2.0.0")
def scoped_pack_by_a_member_who_leaves_in_the_same_commit(bed: Bed) -> None:
    bed.org("acme", {"alice": "owner"}, "alice")
    bed.version("@acme/tools", "2.0.0", "bob")


@refused("owner-mismatch", at="packs/@acme/tools/statements/0001-yank.yaml")
def scoped_statement_by_a_stranger(bed: Bed) -> None:
    bed.publisher("eve")
    bed.statement("yank", "@acme/tools", "eve", version="1.0.0")


@refused("manifest-name", at="packs/@acme/hello/2.0.0/pack.json")
def unscoped_pack_copied_into_a_scope(bed: Bed) -> None:
    folder = bed.publish()
    for path in [path for path in bed.files if path.startswith(f"{folder}/")]:
        bed.files[path.replace("packs/he/", "packs/@acme/")] = bed.files[path]

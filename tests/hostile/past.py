"""Histories that change what was published. The codes are found without a site, and with one."""

from __future__ import annotations

from pathlib import Path

import pygit2

from tests.hostile.bed import DAY, HELLO, SIGNATURE, Bed, key, refused

OLD = "packs/he/hello/1.0.0"
YANK = "packs/he/hello/statements/0001-yank.yaml"


@refused("immutable-changed", at=OLD)
def version_changed_later(bed: Bed) -> None:
    bed.files[f"{OLD}/README.md"] += b"More.\n"
    bed.sign(OLD, "alice", "hello 1.0.0")


@refused("immutable-changed", at=OLD)
def version_changed_and_changed_back(bed: Bed) -> None:
    good = dict(bed.files)
    bed.files[f"{OLD}/README.md"] += b"More.\n"
    bed.sign(OLD, "alice", "hello 1.0.0")
    bed.commit()
    bed.files = good
    bed.commit()


@refused("immutable-changed", at=OLD)
def version_removed(bed: Bed) -> None:
    bed.files = {path: data for path, data in bed.files.items() if not path.startswith(f"{OLD}/")}


@refused("immutable-changed", at=OLD)
def version_removed_and_restored(bed: Bed) -> None:
    good = dict(bed.files)
    version_removed(bed)
    bed.commit()
    bed.files = good
    bed.commit()


@refused("immutable-changed", at="packs/ot/other/0.1.0")
def pack_removed(bed: Bed) -> None:
    bed.files = {path: data for path, data in bed.files.items() if not path.startswith("packs/ot/")}


@refused("immutable-changed", at="packs/ot/other/0.1.0")
def pack_moved(bed: Bed) -> None:
    bed.files = {path.replace("/ot/other/", "/ot/others/"): data for path, data in bed.files.items()}


@refused("immutable-changed", at=OLD)
def version_replaced_by_a_file(bed: Bed) -> None:
    version_removed(bed)
    bed.files[OLD] = b"gone\n"


@refused("immutable-changed", at=OLD)
def signature_replaced(bed: Bed) -> None:
    bed.rewrite(f"{OLD}/SHA256SUMS.minisig", b"untrusted comment: ", b"untrusted comment: x")


@refused("immutable-changed", at=OLD)
def executable_bit_of_a_published_file(bed: Bed) -> None:
    bed.modes[f"{OLD}/README.md"] = 0o100755


@refused("immutable-changed", at=YANK)
def statement_edited(bed: Bed) -> None:
    bed.rewrite(YANK, b"the tests say so", b"the tests said so")
    bed.resign_statement(YANK, "alice", "statement hello 1")


@refused("immutable-changed", at=YANK)
def statement_removed(bed: Bed) -> None:
    del bed.files[YANK], bed.files[f"{YANK}.alice.minisig"]


@refused("immutable-changed", at=f"{YANK}.alice.minisig")
def statement_signature_removed(bed: Bed) -> None:
    del bed.files[f"{YANK}.alice.minisig"]


@refused("immutable-changed", at=f"{YANK}.bob.minisig")
def statement_signature_added_later(bed: Bed) -> None:
    bed.resign_statement(YANK, "bob", "statement hello 1")


@refused("immutable-changed", at="orgs/acme.yaml")
def org_removed(bed: Bed) -> None:
    del bed.files["orgs/acme.yaml"], bed.files["orgs/acme.yaml.alice.minisig"]


@refused("immutable-changed", at=OLD)
def version_changed_on_the_first_parent_line_of_a_merge(bed: Bed) -> None:
    """The branch is clean, but what it is merged into with `ours` reversed is not: only first parents count."""
    good = dict(bed.files)
    bed.files[f"{OLD}/README.md"] += b"More.\n"
    changed = bed.commit("On the line")
    bed.move(bed.base)
    bed.files = good
    bed.publish()
    side = bed.commit("On the side")
    bed.commit("Merge", parents=[changed, side])


@refused("immutable-changed", at=OLD)
def merge_that_changes_what_both_parents_have(bed: Bed) -> None:
    bed.publish()
    side = bed.commit("On the side")
    bed.files[f"{OLD}/README.md"] += b"More.\n"
    bed.commit("Merge", parents=[bed.base, side])


@refused("key-not-valid", at=SIGNATURE)
def revoked_key_in_a_commit_of_an_earlier_time(bed: Bed) -> None:
    bed.time += 9 * DAY
    bed.end_key("revoked", "2026-03-05")
    bed.time -= 8 * DAY
    bed.publish()


@refused("key-not-valid", at=SIGNATURE)
def key_in_a_commit_before_it_begins(bed: Bed) -> None:
    bed.with_key(key("alice-2", since="2026-03-01"))
    bed.commit()
    bed.time -= 9 * DAY
    bed.publish()
    bed.resign(f"{HELLO}/SHA256SUMS", "alice-2", "hello 2.0.0")


@refused("git-unreadable", at="")
def commit_before_1970(bed: Bed) -> None:
    bed.publish()
    bed.redate(-DAY)


@refused("git-unreadable", at="")
def commit_in_the_year_30000(bed: Bed) -> None:
    bed.publish()
    bed.redate(884_541_600_000)


# --- against a site that is there, or a clone that is not whole: see test_refused ---


def amend(bed: Bed) -> None:
    """Rewrites the newest commit: the same content at another time."""
    head = bed.repo.head.peel(pygit2.Commit)
    bed.time = head.commit_time + 60
    bed.commit("Amended", parents=[str(parent) for parent in head.parent_ids])


def force_push(bed: Bed) -> None:
    """Puts another history, with another version under a published number, in the place of the one that was."""
    bed.files[f"{OLD}/README.md"] += b"More.\n"
    bed.sign(OLD, "alice", "hello 1.0.0")
    bed.commit("Begin again", parents=[])


def drop(bed: Bed) -> None:
    """Takes the newest commit away."""
    bed.move(str(bed.repo.head.peel(pygit2.Commit).parent_ids[0]))


def shallow(repo: Path) -> None:
    """Makes a repository say that it is a shallow clone."""
    head = pygit2.Repository(str(repo)).head.target
    (repo / ".git" / "shallow").write_text(f"{head}\n")

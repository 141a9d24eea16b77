"""Change sets as honest people make them: each is accepted, most without a word."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pygit2

from tests.gate.redteam.bed import LICENSE, Attempt, accepted, enter, new_key
from tests.registry import SCRIPT


def hello(bed: Attempt, number: str, by: str = "alice", name: str = "hello", **manifest: object) -> str:
    """Stages a plain version."""
    return bed.version(name, number, by, {"LICENSE": LICENSE}, manifest)


# --- numbers ---

for _number in ("1.0.1", "1.1.0", "2.0.0", "1.0.1-alpha.1", "1.1.0-rc.1", "2.0.0-beta", "2.0.0-0.3.7"):
    enter(f"release {_number}", partial(Attempt.kit, number=_number), "accept")


@accepted()
def patch_of_an_older_line(bed: Attempt) -> None:
    hello(bed, "1.1.1")


@accepted()
def patch_of_the_oldest_line(bed: Attempt) -> None:
    hello(bed, "1.0.1")


@accepted()
def minor_version_of_an_older_line(bed: Attempt) -> None:
    hello(bed, "1.2.0")


@accepted()
def two_versions_at_once(bed: Attempt) -> None:
    hello(bed, "2.0.1")
    hello(bed, "2.1.0")


@accepted()
def fixes_of_two_lines_at_once(bed: Attempt) -> None:
    hello(bed, "1.1.1")
    hello(bed, "2.0.1")


@accepted()
def pre_release_and_release_at_once(bed: Attempt) -> None:
    hello(bed, "2.1.0-rc.1")
    hello(bed, "2.1.0")


@accepted()
def two_packs_of_one_publisher(bed: Attempt) -> None:
    hello(bed, "2.0.1")
    hello(bed, "1.0.1", name="lonely")


@accepted()
def two_packs_that_need_each_other_s_new_version(bed: Attempt) -> None:
    hello(bed, "1.0.1", "bob", "base")
    hello(bed, "1.0.1", "bob", "middle", dependencies={"base": "^1.0.1"})


@accepted()
def number_left_out_with_a_change_log(bed: Attempt) -> None:
    bed.kit(
        {"CHANGELOG.md": b"# Changes\n\n## [1.3.0] - 2026-11-01\n\n- 1.1 and 1.2 were never published.\n"},
        number="1.3.0",
    )


@accepted()
def line_of_maintenance_with_a_reason(bed: Attempt) -> None:
    log = (
        b"# Changes\n\n## 0.9.0\n\nMaintenance branch for programs that read no hooks; no "
        b"0.x was published here before.\n"
    )
    bed.version("hello", "0.9.0", "alice", {"LICENSE": LICENSE, "CHANGELOG.md": log})


# --- statements ---


@accepted()
def yank(bed: Attempt) -> None:
    bed.statement("yank", "hello", "alice", version="1.0.0")


@accepted()
def unyank(bed: Attempt) -> None:
    bed.statement("unyank", "gone", "bob", version="1.0.0")


@accepted()
def deprecate_a_version(bed: Attempt) -> None:
    bed.statement("deprecate", "hello", "alice", version="1.0.0")


@accepted()
def deprecate_a_pack_for_another(bed: Attempt) -> None:
    bed.statement("deprecate", "lonely", "alice", replacement="hello")


@accepted()
def undeprecate(bed: Attempt) -> None:
    bed.statement("undeprecate", "stale", "bob")


@accepted()
def promote(bed: Attempt) -> None:
    bed.statement("promote", "hello", "alice", version="1.1.0", channel="stable")


@accepted()
def promote_to_a_channel_of_one_s_own(bed: Attempt) -> None:
    bed.statement("promote", "hello", "alice", version="2.0.0", channel="nightly")


@accepted()
def archive(bed: Attempt) -> None:
    bed.statement("archive", "lonely", "alice")


@accepted()
def withdraw_what_nobody_needs(bed: Attempt) -> None:
    bed.statement("withdraw", "lonely", "alice", version="1.0.0")


@accepted()
def remove_an_owner(bed: Attempt) -> None:
    bed.statement("remove-owner", "shared", "alice", handle="bob")


@accepted()
def transfer(bed: Attempt) -> None:
    bed.statement("transfer", "lonely", ("alice", "bob"), from_="alice", to="bob")


@accepted()
def rename(bed: Attempt) -> None:
    bed.statement("rename", "lonely", "alice", to="hello")


@accepted()
def yank_and_release_the_mended_version(bed: Attempt) -> None:
    hello(bed, "2.0.1")
    bed.statement("yank", "hello", "alice", version="2.0.0", reason="hooks/hooks.json runs a path of one laptop")


@accepted()
def yank_by_an_admin_of_the_organisation(bed: Attempt) -> None:
    bed.statement("yank", "@acme/lint", "bob", version="1.0.0")


@accepted()
def several_statements_of_one_pack(bed: Attempt) -> None:
    bed.statement("yank", "hello", "alice", version="1.0.0")
    bed.statement("yank", "hello", "alice", version="1.1.0")
    bed.statement("promote", "hello", "alice", version="2.0.0", channel="stable")


@accepted()
def reason_in_another_language(bed: Attempt) -> None:
    bed.statement(
        "yank",
        "hello",
        "alice",
        version="1.0.0",
        reason="\u0641\u0627\u06cc\u0644 \u0646\u0627\u062f\u0631\u0633\u062a \u0628\u0648\u062f",
    )


# --- people ---


@accepted()
def pack_of_an_organisation_by_a_member(bed: Attempt) -> None:
    bed.version("@acme/lint", "1.0.1", "carol", {"LICENSE": LICENSE})


@accepted()
def pack_of_an_organisation_by_another_member(bed: Attempt) -> None:
    bed.version("@acme/tools", "1.1.0", "carol", {"LICENSE": LICENSE})


@accepted()
def pack_of_an_organisation_by_its_owner(bed: Attempt) -> None:
    bed.version("@acme/tools", "1.1.0", "alice", {"LICENSE": LICENSE})


@accepted()
def own_pack_and_one_of_the_organisation(bed: Attempt) -> None:
    hello(bed, "1.0.1", "bob", "base")
    hello(bed, "1.0.1", "bob", "@acme/tools")


@accepted("publisher-keys")
def key_added(bed: Attempt) -> None:
    bed.with_key(new_key("alice-2"))


@accepted("publisher-keys")
def key_added_then_the_old_one_retired(bed: Attempt) -> None:
    bed.with_key(new_key("alice-2"))
    bed.commit("Add a key")
    first, *rest = bed.publishers["alice"].keys
    bed.revise(bed.publishers["alice"]._replace(keys=(first._replace(retired="2026-12-01"), *rest)), "alice")


@accepted("publisher-keys")
def key_revoked(bed: Attempt) -> None:
    first, second, third = bed.publishers["erin"].keys
    lost = third._replace(revoked="2026-11-01", reason="the laptop was stolen")
    bed.revise(bed.publishers["erin"]._replace(keys=(first, second, lost)), "erin-2")


@accepted()
def name_of_a_publisher_changed(bed: Attempt) -> None:
    bed.revise(bed.publishers["alice"]._replace(name="Alice Liddell \U0001f407"), "alice")


@accepted("org-members")
def member_joins(bed: Attempt) -> None:
    bed.org("acme", {"alice": "owner", "bob": "admin", "carol": "member", "dave": "member"}, "alice")


@accepted("org-members")
def member_leaves(bed: Attempt) -> None:
    bed.org("acme", {"alice": "owner", "bob": "admin"}, "alice")


# --- commits ---


@accepted()
def several_commits(bed: Attempt) -> None:
    hello(bed, "2.0.1")
    bed.commit("Publish hello 2.0.1")
    hello(bed, "2.1.0")
    bed.commit("Publish hello 2.1.0")
    bed.statement("deprecate", "hello", "alice", version="2.0.1")


def _files(tree: pygit2.Object, path: str) -> Iterator[tuple[str, bytes]]:
    """The files below a tree."""
    for entry in tree if isinstance(tree, pygit2.Tree) else ():
        if isinstance(entry, pygit2.Blob):
            yield f"{path}{entry.name}", entry.data
        else:
            yield from _files(entry, f"{path}{entry.name}/")


@accepted("merge-forward")
def merge_of_main_into_the_branch(bed: Attempt) -> None:
    first = str(bed.repo.head.peel(pygit2.Commit).parent_ids[0])
    whole = dict(bed.files)
    hello(bed, "2.0.1")
    added = {path: data for path, data in bed.files.items() if path not in whole}
    old = dict(_files(bed.repo.revparse_single(f"{first}:registry-src"), ""))
    bed.files = {**old, **added}
    branch = bed.commit("Publish", [first])
    bed.files = {**whole, **added}
    bed.commit("Merge main", [branch, bed.base])


@accepted()
def merge_of_a_side_branch(bed: Attempt) -> None:
    bed.kit()
    side = bed.commit("Publish kit 1.1.0")
    bed.move(bed.base)
    bed.commit("Merge", [bed.base, side])


@accepted()
def empty_commit_before_the_version(bed: Attempt) -> None:
    bed.commit("Try the checks")
    bed.kit()


@accepted()
def version_amended_in_place(bed: Attempt) -> None:
    bed.kit({"rules/one.md": b"# Style\n\n- Prefer short functions.\n"})
    bed.commit("Publish")
    bed.move(bed.base)
    bed.kit()
    bed.commit("Publish, mended", [bed.base])


@accepted()
def executable_bit_of_a_new_script(bed: Attempt) -> None:
    folder = bed.kit()
    bed.modes[f"{folder}/hooks/lint.sh"] = SCRIPT

"""Change sets that were sound when they were begun and are not any more; and clocks that tell what somebody likes."""

from __future__ import annotations

from tests.gate.redteam.bed import Attempt, new_key, rejected, reviewed
from tests.hostile.bed import DAY

# --- the registry has moved on ---


def _revoke(bed: Attempt) -> None:
    first, *rest = bed.with_key(new_key("alice-2")).keys
    lost = first._replace(revoked="2026-06-01", reason="stolen")
    bed.revise(bed.publishers["alice"]._replace(keys=(lost, *rest)), "alice")


@rejected("merge-conflict")
def another_version_of_the_number(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.kit({"rules/one.md": b"# Style\n\nOther.\n"}))
    bed.kit()


@rejected("statement-order")
def another_statement_of_the_number(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.statement("yank", "hello", "alice", version="1.0.0"))
    bed.statement("archive", "hello", "alice")


@rejected("key-not-valid")
def key_revoked_meanwhile(bed: Attempt) -> None:
    bed.meanwhile(_revoke)
    bed.kit()


@rejected("owner-mismatch")
def pack_transferred_meanwhile(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.statement("transfer", "lonely", ("alice", "bob"), from_="alice", to="bob"))
    bed.version("lonely", "1.0.1", "alice")


@rejected("pack-archived")
def pack_archived_meanwhile(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.statement("archive", "lonely", "alice"))
    bed.version("lonely", "1.0.1", "alice")


@rejected("owner-mismatch")
def member_who_left_meanwhile(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.org("acme", {"alice": "owner", "bob": "admin"}, "alice"))
    bed.version("@acme/lint", "1.0.1", "carol")


@rejected("dependency-yanked")
def dependency_yanked_meanwhile(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.statement("yank", "lonely", "alice", version="1.0.0"))
    bed.kit(manifest={"dependencies": {"lonely": "^1.0.0"}})


@rejected("withdraw-needed")
def withdrawal_of_what_is_needed_meanwhile(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.version("base", "1.0.1", "bob", manifest={"dependencies": ["lonely"]}))
    bed.statement("withdraw", "lonely", "alice", version="1.0.0")


@rejected("name-same")
def name_taken_meanwhile(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.version("night-owl", "1.0.0", "bob"))
    bed.version("nightowl", "1.0.0", "mallory")


@rejected("scope-mixed")
def settings_of_the_branch_against_newer_ones(bed: Attempt) -> None:
    bed.meanwhile(lambda others: others.settings(policy={"publishes": 1}))
    bed.settings(title="Our packs")
    bed.kit()


# --- clocks ---


@rejected("commit-future")
def commit_of_next_year(bed: Attempt) -> None:
    bed.time += 300 * DAY
    bed.kit()
    bed.commit("Publish")
    bed.time -= 301 * DAY


@rejected("commit-future", "key-not-valid")
def key_of_next_year_with_a_commit_of_next_year(bed: Attempt) -> None:
    bed.with_key(new_key("alice-2", since="2027-06-01"))
    bed.time += 300 * DAY
    bed.kit(by="alice-2")
    bed.commit("Publish")
    bed.time -= 301 * DAY


def _sixty(bed: Attempt) -> None:
    for number in range(1, 61):
        bed.version("trick", f"1.0.{number}", "mallory")
    bed.base = bed.commit("Publish")


@rejected("rate-exceeded")
def one_more_version_within_the_hour(bed: Attempt) -> None:
    _sixty(bed)
    bed.version("trick", "1.0.61", "mallory")
    bed.commit("Publish")
    bed.time -= 6000


@rejected("rate-exceeded")
def one_more_version_dated_hours_ahead(bed: Attempt) -> None:
    _sixty(bed)
    bed.time += 7200
    bed.version("trick", "1.0.61", "mallory")
    bed.commit("Publish")
    bed.time -= 13_000


@rejected("rate-exceeded")
def one_more_version_after_a_commit_dated_back(bed: Attempt) -> None:
    _sixty(bed)
    bed.time -= 100 * DAY
    bed.statement("deprecate", "trick", "mallory", version="1.0.1")
    bed.base = bed.commit("Deprecate")
    bed.time += 100 * DAY
    bed.version("trick", "1.0.61", "mallory")
    bed.commit("Publish")
    bed.time -= 9000


@reviewed("statement-date")
def statement_of_next_year(bed: Attempt) -> None:
    bed.time += 300 * DAY
    bed.statement("yank", "hello", "alice", version="1.0.0")
    bed.time -= 300 * DAY


@reviewed("statement-date")
def statement_older_than_its_pack(bed: Attempt) -> None:
    bed.time -= 600 * DAY
    bed.statement("yank", "hello", "alice", version="1.0.0")
    bed.time += 600 * DAY


@reviewed("key-new")
def new_key_dated_back_past_its_cool_off(bed: Attempt) -> None:
    bed.settings(policy={"cool_off_days": 7})
    bed.commit("Set a cool-off")
    bed.time -= 100 * DAY
    bed.with_key(new_key("alice-2"))
    bed.commit("Add a key")
    bed.time += 100 * DAY
    bed.version("hello", "2.0.1", "alice-2")
    bed.base = bed.commit("Publish")
    bed.version("hello", "2.0.2", "alice-2")

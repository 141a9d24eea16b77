"""Versions with numbers, and dependencies, that nobody can rely on."""

from __future__ import annotations

from tests.gate.redteam.bed import LICENSE, Attempt, Change, enter, rejected


def release(number: str, name: str = "hello", by: str = "alice", **manifest: object) -> Change:
    """A change set with one version."""
    return lambda bed: bed.version(name, number, by, {"LICENSE": LICENSE}, manifest)


for _name, _number, _outcome, _code in (
    ("below_everything", "0.9.0", "review", "version-below"),
    ("below_everything_by_a_pre_release", "0.9.0-rc.1", "review", "version-below"),
    ("far_above", "99.0.0", "review", "version-gap"),
    ("far_above_in_its_patch", "2.0.100", "review", "version-gap"),
    ("far_above_as_a_pre_release", "99.0.0-alpha", "review", "version-gap"),
    ("left_out", "2.2.0", "review", "version-gap"),
    ("major_left_out", "4.0.0", "review", "version-gap"),
    ("minor_of_a_major", "3.1.0", "review", "version-gap"),
    ("patch_of_an_old_line_left_out", "1.1.5", "review", "version-gap"),
    ("new_line_below_all", "0.1.0", "review", "version-below"),
    ("pre_release_of_what_is_out", "2.0.0-rc.1", "reject", "version-late"),
    ("pre_release_of_an_old_version", "1.1.0-rc.1", "reject", "version-late"),
    ("largest", "9007199254740991.0.0", "review", "version-gap"),
    ("too_large", "9007199254740992.0.0", "reject", "version-invalid"),
    ("hundred_digits", "9" * 100 + ".0.0", "reject", "version-invalid"),
    ("leading_zero", "2.01.0", "reject", "version-invalid"),
    ("leading_zero_in_a_pre_release", "2.1.0-rc.01", "reject", "version-invalid"),
    ("build_metadata", "2.0.1+build.5", "reject", "version-invalid"),
    ("build_metadata_of_a_version_that_is_there", "2.0.0+1", "reject", "version-invalid"),
    ("letter_v", "v2.0.1", "reject", "version-invalid"),
    ("two_numbers", "2.1", "reject", "version-invalid"),
    ("four_numbers", "2.0.1.1", "reject", "version-invalid"),
    ("word", "latest", "reject", "version-invalid"),
    ("empty_pre_release", "2.1.0-", "reject", "version-invalid"),
    ("empty_identifier", "2.1.0-rc..1", "reject", "version-invalid"),
    ("negative", "-1.0.0", "reject", "version-invalid"),
    ("wildcard", "2.x", "reject", "version-invalid"),
    ("too_long", "2.1.0-" + "a" * 130, "reject", "version-invalid"),
):
    enter(f"number {_name}", release(_number), _outcome, _code)


@rejected("case-collision")
def number_but_for_case(bed: Attempt) -> None:
    bed.version("hello", "2.1.0-RC.1", "alice")
    bed.version("hello", "2.1.0-rc.1", "alice")


@rejected("manifest-version")
def number_that_is_not_the_folder_s(bed: Attempt) -> None:
    bed.version("hello", "2.0.1", "alice", manifest={"version": "2.0.0"})


@rejected("manifest-name")
def name_that_is_not_the_folder_s(bed: Attempt) -> None:
    bed.version("hello", "2.0.1", "alice", manifest={"name": "kit"})


for _name, _about, _outcome, _code in (
    ("missing", {"dependencies": ["nowhere"]}, "reject", "dependency-unknown"),
    ("missing_in_a_scope", {"dependencies": {"@acme/nowhere": "*"}}, "reject", "dependency-unknown"),
    ("missing_scope", {"dependencies": {"@nobody/tools": "*"}}, "reject", "dependency-unknown"),
    ("yanked", {"dependencies": ["gone"]}, "reject", "dependency-yanked"),
    ("yanked_by_range", {"dependencies": {"gone": "=1.0.0"}}, "reject", "dependency-yanked"),
    ("impossible_range", {"dependencies": {"kit": ">2.0.0 <1.0.0"}}, "reject", "dependency-range"),
    ("range_above", {"dependencies": {"kit": "^9.0.0"}}, "reject", "dependency-range"),
    ("range_of_pre_releases", {"dependencies": {"kit": ">=2.0.0-alpha"}}, "reject", "dependency-range"),
    ("range_that_is_none", {"dependencies": {"kit": "newest"}}, "reject", "range-invalid"),
    ("range_that_is_an_address", {"dependencies": {"kit": "https://x.example/kit.tgz"}}, "reject", "range-invalid"),
    ("range_of_a_repository", {"dependencies": {"kit": "github:mallory/kit"}}, "reject", "range-invalid"),
    ("range_that_is_a_number", {"dependencies": {"kit": 1}}, "reject", "field-type"),
    ("itself", {"dependencies": ["hello"]}, "reject", "field-invalid"),
    ("itself_in_an_older_version", {"dependencies": {"hello": "^1.0.0"}}, "reject", "field-invalid"),
    ("in_conflict_with_itself", {"conflicts": ["hello"]}, "reject", "conflict-needed"),
    ("in_conflict", {"dependencies": ["kit"], "conflicts": ["kit"]}, "reject", "conflict-needed"),
    ("in_conflict_further_on", {"dependencies": ["top"], "conflicts": ["base"]}, "reject", "conflict-needed"),
    ("with_a_bad_name", {"dependencies": ["../../etc"]}, "reject", "name-invalid"),
    ("with_capitals", {"dependencies": ["Kit"]}, "reject", "name-invalid"),
    ("homograph", {"dependencies": ["k\u0456t"]}, "reject", "name-invalid"),
    ("twice", {"dependencies": ["kit", "kit"]}, "reject", "field-invalid"),
):
    enter(f"dependency {_name}", release("2.0.1", **_about), _outcome, _code)


@rejected("dependency-cycle")
def dependencies_in_a_circle(bed: Attempt) -> None:
    bed.version("base", "1.0.1", "bob", manifest={"dependencies": {"top": "*"}})


@rejected("dependency-cycle")
def new_versions_in_a_circle(bed: Attempt) -> None:
    bed.version("hello", "2.0.1", "alice", manifest={"dependencies": {"lonely": "^1.0.0"}})
    bed.version("lonely", "1.0.1", "alice", manifest={"dependencies": {"hello": "^2.0.0"}})


@rejected("dependency-yanked")
def dependency_that_the_same_change_yanks(bed: Attempt) -> None:
    bed.version("hello", "2.0.1", "alice", manifest={"dependencies": {"lonely": "^1.0.0"}})
    bed.statement("yank", "lonely", "alice", version="1.0.0")


@rejected("dependency-yanked")
def dependency_that_the_same_change_withdraws(bed: Attempt) -> None:
    bed.version("hello", "2.0.1", "alice", manifest={"dependencies": {"lonely": "^1.0.0"}})
    bed.statement("withdraw", "lonely", "alice", version="1.0.0")


@rejected("rate-exceeded")
def sixty_one_versions(bed: Attempt) -> None:
    for number in range(1, 62):
        bed.version("hello", f"2.0.{number}", "alice")


@rejected("rate-exceeded")
def sixty_one_versions_of_many_packs(bed: Attempt) -> None:
    for number in range(61):
        bed.version(f"flood-{number}", "1.0.0", "mallory")

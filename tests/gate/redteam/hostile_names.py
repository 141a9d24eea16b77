"""Names that seem to be somebody else's, or that some system cannot hold."""

from __future__ import annotations

from tests.gate.redteam.bed import LICENSE, Attempt, Change, enter, rejected, reviewed


def pack(name: str, by: str = "mallory") -> Change:
    """A change set with the first version of a pack."""
    return lambda bed: bed.version(name, "1.0.0", by, {"LICENSE": LICENSE})


for _code, _outcome, _names in (
    ("name-same", "reject", "reactrules re-act-rules react-ru1es r3act-rules pythontesting pyth0n-testing lone1y"),
    (
        "name-similar",
        "review",
        "react-rule raect-rules recat-rules reacct-rules rect-rules reakt-rules reactt-rules react-ruies rules-react "
        "react-rules-official official-react-rules react-rules-js react-rules2 real-react-rules my-react-rules "
        "pyhton-testing phyton-testing pythn-testing python-testlng python3-testing testing-python "
        "python-testing-pro githab gogle openaii cursorr mascots",
    ),
    (
        "name-reserved",
        "reject",
        "claude cl4ude c-laude anthropic openai 0penai copi1ot github admin stdlib mascot m4scot",
    ),
    ("name-device", "reject", "con aux nul prn com1 lpt9"),
    ("name-scope", "review", "acme-tools acmetools acne-tools acme"),
):
    for _name in _names.split():
        enter(f"name {_name}", pack(_name), _outcome, _code)


@reviewed("name-scope")
def scope_like_the_name_of_a_pack(bed: Attempt) -> None:
    bed.org("react-rules", {"mallory": "owner"}, "mallory")


@reviewed("name-similar")
def organisation_like_another(bed: Attempt) -> None:
    bed.org("acrne", {"mallory": "owner"}, "mallory")


@rejected("name-same")
def organisation_with_a_digit(bed: Attempt) -> None:
    bed.org("acm3", {"mallory": "owner"}, "mallory")


@reviewed("name-scope")
def organisation_like_a_publisher(bed: Attempt) -> None:
    bed.org("alice", {"mallory": "owner"}, "mallory")


@rejected("name-same")
def publisher_like_another(bed: Attempt) -> None:
    bed.publisher("a1ice")


@reviewed("name-similar")
def publisher_a_slip_away(bed: Attempt) -> None:
    bed.publisher("carrol")


@reviewed("name-scope")
def publisher_like_an_organisation(bed: Attempt) -> None:
    bed.publisher("acme")


@rejected("name-reserved")
def publisher_with_a_reserved_name(bed: Attempt) -> None:
    bed.publisher("anthropic")


@rejected("name-same")
def two_new_packs_that_are_one(bed: Attempt) -> None:
    bed.version("night-owl", "1.0.0", "alice")
    bed.commit("Publish")
    bed.version("nightowl", "1.0.0", "mallory")


def _folder(name: str, folder: str) -> Change:
    """The first version of a pack in a folder of one's choice."""

    def change(bed: Attempt) -> None:
        made = bed.version("novel", "1.0.0", "mallory", {"LICENSE": LICENSE}, {"name": name})
        for path in [path for path in bed.files if path.startswith(f"{made}/")]:
            bed.files[f"{folder}/1.0.0/{path.removeprefix(f'{made}/')}"] = bed.files.pop(path)
        bed.sign(f"{folder}/1.0.0", "mallory", f"{name} 1.0.0")

    return change


for _case, _name, _place in (
    ("in_capitals", "Kit", "packs/Ki/Kit"),
    ("with_an_underscore", "my_kit", "packs/my/my_kit"),
    ("with_a_dot", "kit.js", "packs/ki/kit.js"),
    ("of_one_letter", "k", "packs/k/k"),
    ("of_65_letters", "k" * 65, "packs/kk/" + "k" * 65),
    ("of_hyphens", "--", "packs/--/--"),
    ("with_a_hyphen_first", "-kit", "packs/-k/-kit"),
    ("in_cyrillic", "k\u0456t", "packs/k\u0456/k\u0456t"),
    ("in_full_width", "\uff4bit", "packs/\uff4bi/\uff4bit"),
    ("with_a_zero_width_joiner", "ki\u200dt", "packs/ki/ki\u200dt"),
    ("under_other_letters", "novel", "packs/zz/novel"),
    ("without_letters", "novel", "packs/novel"),
    ("two_folders_below", "novel", "packs/no/vel/novel"),
    ("in_a_scope_in_capitals", "@Acme/kit", "packs/@Acme/kit"),
    ("in_a_scope_without_a_name", "@/kit", "packs/@/kit"),
):
    enter(f"pack {_case}", _folder(_name, _place), "reject", "path-unknown")

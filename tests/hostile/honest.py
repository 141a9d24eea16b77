"""Registries that look odd and are sound: each must build, and its site must stand up to the audit of the build."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.bed import DAY, HELLO, Bed, key
from tests.registry import SCRIPT, signer

#: Ways to make an odd registry, with a path of the site that must be there then.
HONEST: list[tuple[Callable[[Bed], None], str]] = []

PAGE = "packs/hello/2.0.0/index.html"


def builds(path: str = PAGE) -> Callable[[Callable[[Bed], None]], Callable[[Bed], None]]:
    """Enters a function into the table."""

    def enter(function: Callable[[Bed], None]) -> Callable[[Bed], None]:
        HONEST.append((function, path))
        return function

    return enter


@builds()
def executable_without_interpreter(bed: Bed) -> None:
    bed.publish({"hooks/run.py": b"print()\n"})
    bed.modes[f"{HELLO}/hooks/run.py"] = SCRIPT


@builds()
def empty_files(bed: Bed) -> None:
    bed.publish({"rules/empty.md": b"", "README.md": b"", "assets/.keep": b""})


@builds()
def odd_paths(bed: Bed) -> None:
    bed.publish(dict.fromkeys(("a b/c@(d)[e],f-+g_.md", "...a", "CON sole.txt", "x" * 120 + "/" + "y" * 70), b"?\n"))


@builds()
def twelve_levels(bed: Bed) -> None:
    bed.publish({"/".join("abcdefghijkl"): b"deep\n"})


@builds()
def a_thousand_files(bed: Bed) -> None:
    bed.publish({f"rules/{number}.md": b"Be kind.\n" for number in range(997)})


@builds()
def unknown_fields(bed: Bed) -> None:
    bed.publish(manifest={"x-ratio": 1.5, "x-nested": {"list": [1, -2.25e-7, None, True, {"deep": ["\u00e9\n"]}]}})


@builds()
def everything_is_meant(bed: Bed) -> None:
    bed.publish(manifest={"targets": ["*"], "features": "*"})


@builds()
def unknown_targets(bed: Bed) -> None:
    bed.publish(manifest={"targets": ["cursor", "hal9000"], "features": ["rules", "telepathy"]})


@builds("packs/early/1.0.0-alpha.1/index.html")
def nothing_but_pre_releases(bed: Bed) -> None:
    bed.version("early", "1.0.0-alpha.1", "bob")
    bed.version("early", "1.0.0-alpha.beta", "bob")


@builds("packs/hello/0.9.0/index.html")
def versions_out_of_order(bed: Bed) -> None:
    bed.publish()
    bed.commit()
    bed.version("hello", "0.9.0", "alice")


@builds()
def other_scripts(bed: Bed) -> None:
    text = "# \u0417\u0434\u0440\u0430\u0432\u0435\u0439\n\n\u4f60\u597d \u05e9\u05dc\u05d5\u05dd \U0001f44b\n"
    bed.publish({"README.md": text.encode()}, {"description": "\u4f60\u597d, \u05e9\u05dc\u05d5\u05dd \U0001f44b"})


@builds("packs/plug/1.0.0/index.html")
def nothing_but_plugins(bed: Bed) -> None:
    bed.version("plug", "1.0.0", "bob", {"plugins/one.js": b"export {}\n"})
    for name in ("rules/one.md", "README.md"):
        del bed.files[f"packs/pl/plug/1.0.0/{name}"]
    bed.sign("packs/pl/plug/1.0.0", "bob", "plug 1.0.0")


@builds("packs/bare/1.0.0/index.html")
def nothing_but_a_manifest_in_yaml(bed: Bed) -> None:
    folder = bed.version("bare", "1.0.0", "bob")
    for name in ("rules/one.md", "README.md", "pack.json"):
        del bed.files[f"{folder}/{name}"]
    bed.files[f"{folder}/pack.yaml"] = b"name: bare\nversion: 1.0.0\ndescription: 'no: # comment'\n"
    bed.sign(folder, "bob", "bare 1.0.0")


@builds()
def statement_in_the_commit_of_the_version(bed: Bed) -> None:
    bed.publish()
    bed.statement("yank", "hello", "alice", version="2.0.0")
    bed.statement("deprecate", "hello", "alice")


@builds()
def key_rotated_on_the_day(bed: Bed) -> None:
    bed.end_key("retired", "2026-03-01")
    bed.publish()
    bed.resign(f"{HELLO}/SHA256SUMS", "alice-2", "hello 2.0.0")


@builds()
def key_rotated_in_the_commit_of_the_version(bed: Bed) -> None:
    bed.with_key(key("alice-2"))
    bed.publish()
    bed.resign(f"{HELLO}/SHA256SUMS", "alice-2", "hello 2.0.0")


@builds()
def retired_key_before_its_end(bed: Bed) -> None:
    bed.end_key("retired", "2026-03-03")
    bed.publish()


@builds("packs/7zip2/1.0.0/index.html")
def names_that_mean_something_elsewhere(bed: Bed) -> None:
    for name in ("7zip2", "12", "index", "statements", "packs", "index-json", "con", "a--b", "x" * 64):
        bed.version(name, "1.0.0", "bob")
    bed.version("@acme/statements", "1.0.0", "alice")


@builds("packs/hello/1.0.0-index.json/index.html")
def versions_that_look_like_files(bed: Bed) -> None:
    for number in ("1.0.0-index.json", "1.0.0-index.html", "1.0.0--", "0.0.0-0", "9007199254740991.0.0"):
        bed.version("hello", number, "alice")


@builds("packs/hello/3.0.0-" + "x" * 122 + "/index.html")
def version_of_128_characters(bed: Bed) -> None:
    bed.version("hello", "3.0.0-" + "x" * 122, "alice")


@builds()
def odd_tags(bed: Bed) -> None:
    bed.publish(
        manifest={"tags": ["c++", ".net", "c#", "node.js", "a/b", "..", "%2e", "two words", "\u00e9t\u00e9", "Con"]}
    )


@builds()
def unknown_dependencies(bed: Bed) -> None:
    bed.publish(manifest={"dependencies": {"nowhere": "^1.0.0 || 2.x", "@void/x2": "*"}, "conflicts": ["nothing"]})


@builds("packs/@acme/tools/1.0.0/index.html")
def member_who_left_later(bed: Bed) -> None:
    bed.org("acme", {"alice": "owner"}, "alice")


@builds("packs/other/0.1.0/index.html")
def key_revoked_later(bed: Bed) -> None:
    value = bed.publishers["bob"]
    ended = value.keys[0]._replace(revoked="2026-03-01", reason="lost")
    bed.revise(value._replace(keys=(ended, key("bob-2"))), "bob")


@builds()
def merge_whose_side_has_other_content(bed: Bed) -> None:
    good = dict(bed.files)
    bed.files["packs/he/hello/1.0.0/README.md"] += b"Only on the side.\n"
    side = bed.commit("On the side")
    bed.move(bed.base)
    bed.files = good
    bed.publish()
    bed.commit("Merge, and keep ours", parents=[bed.base, side])


@builds()
def clocks_that_differ(bed: Bed) -> None:
    bed.time -= 7_200
    bed.publish()
    bed.commit()
    bed.time += DAY
    bed.version("hello", "2.0.1", "alice")


@builds()
def things_outside_of_the_source(bed: Bed) -> None:
    bed.publish()
    bed.commit()
    bed.graft("..", lambda entries: entries.append(("120000", b"\xff\n", bed.blob(b"/etc"))))


@builds()
def untrusted_comments_in_any_words(bed: Bed) -> None:
    bed.publish()
    lines = bed.files[f"{HELLO}/SHA256SUMS.minisig"].split(b"\n")
    lines[0] = "untrusted comment: gr\u00fc\u00dfe\tvon alice".encode()
    bed.files[f"{HELLO}/SHA256SUMS.minisig"] = b"\n".join(lines)


@builds("packs/hello/1.1.0/index.html")
def every_statement_at_once(bed: Bed) -> None:
    bed.trust()
    bed.publisher("carol")
    for action, fields in {
        "unyank": {"version": "1.0.0"},
        "promote": {"version": "1.1.0", "channel": "stable"},
        "add-owner": {"handle": "bob"},
        "remove-owner": {"handle": "bob"},
        "withdraw": {"version": "1.0.0"},
        "rename": {"to": "other"},
        "archive": {},
    }.items():
        bed.statement(action, "hello", "alice", **fields)
    bed.statement("transfer", "hello", ("alice", "carol"), from_="alice", to="carol")
    bed.statement("recover", "hello", ("root-1", "root-3"), to="bob")


@builds()
def co_owner_who_publishes(bed: Bed) -> None:
    bed.statement("add-owner", "hello", "alice", handle="bob")
    bed.commit()
    bed.version("hello", "2.0.0", "bob")


@builds()
def transfer_to_a_publisher_of_the_same_commit(bed: Bed) -> None:
    bed.publisher("carol")
    bed.statement("transfer", "hello", ("alice", "carol"), from_="alice", to="carol")
    bed.commit()
    bed.version("hello", "2.0.0", "carol")


@builds()
def pack_that_went_around(bed: Bed) -> None:
    for giver, taker in (("alice", "bob"), ("bob", "alice")):
        bed.statement("transfer", "hello", (giver, taker), from_=giver, to=taker)
        bed.commit()
    bed.publish()


@builds()
def recovery_that_took_its_time(bed: Bed) -> None:
    bed.trust()
    bed.statement("recover", "hello", ("root-1", "root-2", "root-3"), to="bob")
    bed.commit()
    bed.time += 14 * DAY
    bed.version("hello", "2.0.0", "bob")


@builds()
def last_word_of_an_owner_before_the_recovery(bed: Bed) -> None:
    bed.trust()
    bed.statement("recover", "hello", ("root-2", "root-3"), to="bob")
    bed.commit()
    bed.time += 14 * DAY - 3601
    bed.publish()


@builds("packs/hello/1.0.0/metadata.json")
def withdrawn_in_the_commit_of_the_version(bed: Bed) -> None:
    bed.publish()
    bed.statement("withdraw", "hello", "alice", version="2.0.0")
    bed.statement("withdraw", "hello", "alice", version="1.0.0")


@builds("packs/other/0.1.0/index.html")
def withdrawal_that_the_law_demands(bed: Bed) -> None:
    bed.trust(("root-1",), 1)
    bed.statement("withdraw", "other", "root-1", version="0.1.0", legal='\u00a7 17, file 12/26: "remove it"')


@builds()
def yanked_archived_and_renamed(bed: Bed) -> None:
    bed.publish()
    bed.statement("archive", "hello", "alice")
    bed.statement("yank", "hello", "alice", version="2.0.0")
    bed.statement("rename", "hello", "alice", to="other")


@builds("packs/next/1.0.0/index.html")
def renamed_twice_to_a_pack_of_the_same_commit(bed: Bed) -> None:
    bed.version("next", "1.0.0", "alice")
    bed.statement("rename", "hello", "alice", to="other")
    bed.statement("rename", "hello", "alice", to="next")
    bed.statement("rename", "other", "bob", to="next")


@builds("packs/other/0.1.0/index.html")
def circle_that_a_further_rename_has_opened(bed: Bed) -> None:
    bed.version("next", "1.0.0", "alice")
    bed.statement("rename", "hello", "alice", to="other")
    bed.statement("rename", "other", "bob", to="hello")
    bed.statement("rename", "hello", "alice", to="next")


@builds("orgs/acme/3.yaml")
def member_who_came_back(bed: Bed) -> None:
    bed.org("acme", {"alice": "owner"}, "alice")
    bed.commit()
    bed.org("acme", {"alice": "owner", "bob": "member"}, "alice")
    bed.files["orgs/acme.yaml"] += b"# Bob is back since 2026-03-01\n"
    text = bed.files["orgs/acme.yaml"]
    bed.files["orgs/acme.yaml.alice.minisig"] = signer("alice").sign(text, "org acme")


@builds("packs/hello/1.1.0/index.html")
def recovery_that_the_roots_called_off(bed: Bed) -> None:
    bed.trust()
    bed.statement("recover", "hello", ("root-1", "root-2"), to="bob")
    bed.commit()
    bed.statement("recover", "hello", ("root-2", "root-3"), to="alice")
    bed.commit()
    bed.time += 15 * DAY
    bed.publish()

"""The page of changes: what is new in what a version can do comes first, and nothing of a file gets out."""

from __future__ import annotations

import json
import re
import time

import pytest

from packyard.model import Mark, VersionState
from packyard.recipe import key
from packyard.surfaces.pack.diff import FILES, ROOM, plan_version
from packyard.surfaces.pack.places import anchor_of
from packyard.surfaces.templates import Templates
from tests.surfaces import sample
from tests.surfaces.markup import Markup
from tests.surfaces.pack.versions import AFTER, BEFORE, HOSTILE, MANIFEST, PNG, gone, hand_of, pack_of, release

PATH = "packs/hello/1.2.0/diff/index.html"


def page(
    templates: Templates, old: dict[str, bytes] | None, new: dict[str, bytes], withdrawn: tuple[str, ...] = ()
) -> Markup:
    """The page of a version after another."""
    state, before = VersionState(release("1.2.0", new)), VersionState(release("1.1.0", old or {}, 6))
    state, before = (gone(each) if each.release.version in withdrawn else each for each in (state, before))
    [recipe] = plan_version(hand_of(templates, new, old or {}), pack_of(), state, before if old is not None else None)
    assert recipe.path == PATH
    found = Markup(recipe.render().decode())
    assert found.errors == []
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    return found


def test_abilities_manifest_and_files(templates: Templates) -> None:
    found = page(templates, BEFORE, {**AFTER, "pack.json": MANIFEST.replace(b"MIT", b"Apache-2.0")})
    text = found.text
    assert text.index("It can now, and could not before") < text.index("PreToolUse Bash: sh hooks/guard.sh")
    assert text.index("Apache-2.0") < text.index("+curl https://api.example.org/check")
    assert "before: old name.md" in text
    assert "renamed" in text
    assert "+five" in text
    assert "-Says hello." in text
    assert "pay⟦U+200B⟧load" in text
    assert "It could before" not in text
    assert "../files/index.html#/hooks/guard.sh" in found.values("href")
    assert "../../../../packs/hello/1.1.0/diff/index.html" in found.values("href")


def test_what_is_no_longer_possible(templates: Templates) -> None:
    found = page(templates, AFTER, BEFORE)
    assert "It could before, and can no longer" in found.text
    assert "../../1.1.0/files/index.html#/hooks/guard.sh" in found.values("href")


def test_a_moved_ability_is_none(templates: Templates) -> None:
    script = b"#!/bin/sh\ncurl https://api.example.org/\n"
    found = page(templates, {"hooks/a.sh": script}, {"hooks/b.sh": script})
    assert "curl" not in found.text.partition("What it says of itself")[0].partition("Tokens")[0]


def test_line_numbers_of_both_sides(templates: Templates) -> None:
    old, new = ({"a.txt": b"".join(b"%d\n" % at for at in range(1, 31) if at != gap)} for gap in (20, 10))
    text = page(templates, old, new).text.replace("\n", "")
    assert "from line 7" in text
    assert "10-10" in text
    assert "1110 11" in text
    assert "19+20" in text


def test_the_first_version(templates: Templates) -> None:
    assert "This is the first version" in page(templates, None, AFTER).text


def test_withdrawn_versions_are_not_compared(templates: Templates) -> None:
    before = page(templates, BEFORE, AFTER, withdrawn=("1.1.0",))
    assert "can not be compared any more" in before.text
    assert "guard.sh" not in before.text
    now = page(templates, BEFORE, AFTER, withdrawn=("1.2.0",))
    assert "This version is withdrawn" in now.text
    assert "guard.sh" not in now.text


def test_equal_files(templates: Templates) -> None:
    text = page(templates, BEFORE, BEFORE).text
    assert "All files are the same." in text
    assert "Nothing was found that this version can do and 1.1.0 could not" in text


def test_text_stays_text(templates: Templates) -> None:
    names = ("a.md", "rules/x.md")
    found = page(templates, dict.fromkeys(names, b"x\n"), dict.fromkeys(names, HOSTILE.encode()))
    assert found.all("img") == found.all("style") == []
    assert found.text.count("+" + HOSTILE) == 2


def test_what_is_no_text_is_named(templates: Templates) -> None:
    text = page(templates, {"a.bin": b"\0\xff"}, {"a.bin": b"\0\xff\xfe"}).text
    assert "2 B, now 3 B" in text


def test_loud_files_come_first_and_the_page_is_bounded(templates: Templates) -> None:
    noise = {f"a{at:02}.md": b"&& noise &&\n" * 5_000 for at in range(40)}
    start = time.process_time()
    state, before = VersionState(release("1.2.0", {**AFTER, **noise})), VersionState(release("1.1.0", BEFORE, 6))
    [recipe] = plan_version(hand_of(templates, {**AFTER, **noise}, BEFORE), pack_of(), state, before)
    html = recipe.render()
    assert time.process_time() - start < 5
    assert len(html) < 1.8 * ROOM
    text = Markup(html.decode()).text
    assert text.index("curl https://api.example.org/check") < text.index("noise")
    assert "There is no room for the rest of this comparison: 5000 lines are added in all, 0 removed." in text


def test_what_would_take_too_long_is_shown_in_part(templates: Templates) -> None:
    long = {
        f"{at:03}.{kind}": b"".join(b"%d\n" % (line * at) for line in range(9_000))
        for at in range(200)
        for kind in ("md", "txt")
    }
    state, before = VersionState(release("1.2.0", {**AFTER, **long})), VersionState(release("1.1.0", BEFORE, 6))
    [recipe] = plan_version(hand_of(templates, {**AFTER, **long}, BEFORE), pack_of(), state, before)
    start = time.process_time()
    html = recipe.render().decode()
    assert time.process_time() - start < 10
    assert len(html) < 4 * ROOM
    text = Markup(html).text
    assert "more files." in text
    assert "It is too long to be compared whole" in text
    assert "too long to be compared by lines" in text
    assert "curl https://api.example.org/check" in text


PADDING = {f"a{at:03}.md": b"Ask https://h%d.example.org/ about it.\n" % at * 40 for at in range(330)}
HOOKS = AFTER["hooks/hooks.json"]


@pytest.mark.parametrize("kind", ["prompts", "scripts", "plain"])
def test_padding_pushes_nothing_out(templates: Templates, kind: str) -> None:
    """What a hook runs is on top whatever else changed, though what it can do is the same as before."""
    ending = {"prompts": "md", "scripts": "sh", "plain": "txt"}[kind]
    padding = {path.replace("md", ending): data for path, data in PADDING.items()}
    old = {
        "hooks/hooks.json": HOOKS,
        "hooks/guard.sh": b"#!/bin/sh\nexit 0\n",
        "zz/run": b"#!/bin/sh\n",
        "zz.md": b"x\n",
    }
    new = {**old, "hooks/guard.sh": b"#!/bin/sh\nexit 1\n", "zz/run": b"#!/bin/sh\nexit 3\n", "zz.md": b"y\n"}
    html = page(templates, old, {**new, **padding})
    text = html.text
    assert text.index("Code that runs by itself changed:") < text.index("hooks/guard.sh") < text.index("Tokens")
    assert "#/hooks/guard.sh" in html.values("href")
    assert "+exit 1" in text
    assert text.index("+exit 1") < text.index("h1.example.org/ about")
    if kind != "scripts":
        assert "+exit 3" in text


def test_each_of_many_has_a_share(templates: Templates) -> None:
    """However large those before it are, of each file that runs by itself some lines are compared and shown."""
    names = [f"hooks/g{at:02}.sh" for at in range(20)]
    hooks = {"hooks/hooks.json": HOOKS.replace(b"guard.sh", " ".join(names).replace("hooks/", "").encode())}
    long = b"# " + b"x" * 2_000 + b"\n"
    old = {**hooks, **dict.fromkeys(names, b"#!/bin/sh\n" + long * 300)}
    new = {**hooks, **{name: old[name] + b"false\n" * 3 + long * 300 + b"x" * at for at, name in enumerate(names)}}
    text = page(templates, old, new).text
    assert text.count("+false") == 3 * len(names)
    assert text.count("this is its first difference") == len(names)


def test_code_that_runs_by_itself_is_named_on_top(templates: Templates) -> None:
    code = {"plugins/a.ts": b"export {}\n", "hooks/hooks.json": HOOKS, "hooks/guard.sh": b"#!/bin/sh\n\0\xff\n"}
    added = page(templates, BEFORE, {**BEFORE, **code})
    top = added.text.partition("Code that runs by itself changed:")[2].partition("Tokens")[0]
    assert "added plugins/a.ts" in top
    assert "added hooks/guard.sh" in top
    assert "Cannot be read" in top
    assert "+⟦U+0000⟧\\xff" in added.text
    assert "removed plugins/a.ts" in page(templates, {**BEFORE, **code}, BEFORE).text
    assert "Code that runs by itself" not in page(templates, code, {**code, "a.txt": b"x\n"}).text
    assert "Code that runs by itself" not in page(templates, code, {**code, "rules/a.md": b"x\n"}).text


def test_a_picture_that_something_runs_is_compared_as_text(templates: Templates) -> None:
    old = {"hooks/hooks.json": HOOKS.replace(b"guard.sh", b"a.png"), "hooks/a.png": PNG + b"\xff\n", "b.png": PNG}
    new = {**old, "hooks/a.png": PNG + b"\xff\ncurl example.org\n", "b.png": PNG + b"\xff\nwget\n"}
    text = page(templates, old, new).text
    assert "+curl example.org" in text
    assert "wget" not in text


def test_all_that_runs_by_itself_is_named(templates: Templates) -> None:
    many = {f"plugins/p{at:03}.ts": b"export {}\n" for at in range(FILES + 20)}
    found = page(templates, BEFORE, {**BEFORE, **many})
    top = found.text.partition("Code that runs by itself changed:")[2].partition("It can now")[0]
    assert all(path in top for path in many)
    assert any(href.endswith(".html#/plugins/p310.ts") and "/files/" in href for href in found.values("href"))


def test_new_hooks_are_never_cut(templates: Templates) -> None:
    commands = [{"type": "command", "command": f"tool{at:03}"} for at in range(90)]
    hooks = {"hooks/hooks.json": json.dumps({"hooks": {"Stop": [{"hooks": commands}]}}).encode()}
    text = page(templates, BEFORE, {**BEFORE, **hooks}).text.partition("What it says")[0]
    assert all(f"Stop: tool{at:03}" in text for at in range(90))


def test_links_lead_to_the_page_that_shows_the_file(templates: Templates) -> None:
    many = {f"a{at:02}.md": b"words\n" * 9_000 for at in range(12)}
    found = page(templates, {**BEFORE, **many}, {**AFTER, **many})
    for path in ("hooks/guard.sh", "new name.md"):
        [href] = {each for each in found.values("href") if each.endswith(f"html#{anchor_of(path)}")}
        assert re.fullmatch(r"\.\./files/(?!index)\d+\.html#.*", href)


def test_it_is_made_again_when_a_side_changes(templates: Templates) -> None:
    state, before = pack_of().versions
    hand = hand_of(templates)

    def known(state: VersionState, before: VersionState) -> str:
        return key("tool", next(plan_version(hand, pack_of(), state, before)))

    assert known(state, before) != known(state, gone(before))
    assert known(state, before) != known(state._replace(yanked=Mark("x", "2026-11-20")), before)
    assert known(state, before) == known(state, before._replace(yanked=Mark("x", "2026-11-20")))


def test_a_preview_and_a_scope(templates: Templates) -> None:
    pack = pack_of("@acme/hello")
    hand = hand_of(templates, site=sample.SITE._replace(preview=True))
    [recipe] = plan_version(hand, pack, *pack.versions)
    assert recipe.path == "packs/@acme/hello/1.2.0/diff/index.html"
    assert b"/raw/" not in recipe.render()

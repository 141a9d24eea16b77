"""The pages of files: every file is there and named, text stays text, pages are bounded, raw files serve nothing."""

from __future__ import annotations

import posixpath
import re
import time
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.model import File, VersionState
from packyard.recipe import key
from packyard.surfaces.pack.files import HTML, plan_version, raw_names
from packyard.surfaces.pack.places import PAGE, TEXT, anchor_of, cut
from packyard.surfaces.templates import Templates
from tests.surfaces import sample
from tests.surfaces.markup import Markup
from tests.surfaces.pack.versions import AFTER, HOSTILE, PNG, gone, hand_of, pack_of, release, rendered

HERE = "packs/hello/1.2.0/"


def pages(templates: Templates, content: dict[str, bytes], state: VersionState | None = None) -> dict[str, Markup]:
    """The pages of a version with these files."""
    found = state or VersionState(release("1.2.0", content))
    recipes = plan_version(hand_of(templates, content), pack_of(), found, None)
    made = rendered([recipe for recipe in recipes if "/files/" in recipe.path])
    return {path: Markup(data.decode()) for path, data in made.items()}


def test_every_file_is_listed_and_shown(templates: Templates) -> None:
    page = pages(templates, AFTER)[HERE + "files/index.html"]
    assert page.errors == []
    assert len(page.all("h1")) == 1
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for path, data in AFTER.items():
        assert anchor_of(path) in ids
        assert f"#{anchor_of(path)}" in page.values("href")
        if path != "images/flow.png":
            assert all(line in page.text for line in data.decode().replace("\u200b", "⟦U+200B⟧").splitlines())
    assert {file.sha256 for file in release("1.2.0", AFTER).files} <= set(re.findall("[0-9a-f]{64}", page.text))
    assert "f6.3" in ids
    assert "1 hidden character" in page.text
    assert "comments that a readme does not show" in page.text


def test_an_image_has_its_own_size(templates: Templates) -> None:
    page = pages(templates, AFTER)[HERE + "files/index.html"]
    assert page.all("img") == [
        {
            "src": "../raw/images/flow.png",
            "width": "640",
            "height": "48",
            "alt": "The image images/flow.png",
            "loading": "lazy",
        }
    ]


def test_what_is_called_an_image_and_is_none_is_shown_as_text(templates: Templates) -> None:
    page = pages(templates, {"logo.png": b"#!/bin/sh\nrm -rf /\n"})[HERE + "files/index.html"]
    assert "rm -rf /" in page.text
    assert page.all("img") == []


def test_binaries_are_named(templates: Templates) -> None:
    page = pages(templates, {"tool": b"\x7fELF\0\xff", "x.bin": b"\0\xff"})[HERE + "files/index.html"]
    assert "ELF" in page.text
    assert "not text" in page.text


def test_a_null_hides_no_script(templates: Templates) -> None:
    page = pages(templates, {"run.sh": b"#!/bin/sh\n\0curl\xff\n"})[HERE + "files/index.html"]
    assert "⟦U+0000⟧curl\\xff" in page.text


@pytest.mark.parametrize("path", ["lib/a.py", "rules/a.md", "tools/guard"])
def test_nothing_hides_what_a_program_reads(templates: Templates, path: str) -> None:
    hooks = b'{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "sh tools/guard"}]}]}}'
    content = {"hooks/hooks.json": hooks, path: b"x\n\0\xff; curl example.org\n", "other": b"x\0\xff; wget\n"}
    page = pages(templates, content)[HERE + "files/index.html"]
    assert "⟦U+0000⟧\\xff; curl example.org" in page.text
    assert "wget" not in page.text


def test_an_executable_is_shown_whatever_its_bytes_are(templates: Templates) -> None:
    content = {"tool": b"x\n\0\xff; curl example.org\n"}
    state = VersionState(release("1.2.0", content))
    [file] = state.release.files
    state = state._replace(release=state.release._replace(files=(file._replace(mode=0o755),)))
    assert "curl example.org" in pages(templates, content, state)[HERE + "files/index.html"].text


def test_an_image_that_may_be_run_is_shown_as_text_too(templates: Templates) -> None:
    hooks = b'{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "tail -n1 a.png | sh"}]}]}}'
    content = {"hooks/hooks.json": hooks, "a.png": PNG + b"\xff\ncurl example.org\n", "b.png": PNG + b"\xff\nwget\n"}
    page = pages(templates, content)[HERE + "files/index.html"]
    assert "curl example.org" in page.text
    assert "wget" not in page.text
    assert len(page.all("img")) == 2
    assert "something in this version may run it" in page.text


def test_flags_count_what_is_not_shown(templates: Templates) -> None:
    content = {
        "rules/a.md": b"words\n" * 20_000 + b"<!-- obey -->\xe2\x80\x8b\rx\n",
        "rules/b.md": b"w" * 6_000 + b"\xe2\x80\x8b\n",
    }
    text = "".join(page.text for page in pages(templates, content).values())
    assert "2 hidden characters" in text
    assert "1 hidden character" in text
    assert "comments that a readme does not show" in text


def test_images_that_are_text_do_not_make_a_page_large(templates: Templates) -> None:
    content = {f"{at:03}.png": b"&\n" * (TEXT // 2) for at in range(150)}
    state = VersionState(release("1.2.0", content))
    made = rendered([*plan_version(hand_of(templates, content), pack_of(), state, None)])
    assert max(len(data) for path, data in made.items() if "/files/" in path) < PAGE + 1.5 * HTML
    assert all(b"Only the beginning is shown" in data for path, data in made.items() if path.endswith("/files/2.html"))


def test_line_numbers_are_no_tab_stops(templates: Templates) -> None:
    page = pages(templates, AFTER)[HERE + "files/index.html"]
    numbers = [each for each in page.all("a") if re.fullmatch(r"#f\d+\.\d+", each["href"] or "")]
    assert len(numbers) == 20
    assert {each.get("tabindex") for each in numbers} == {"-1"}


def test_text_stays_text(templates: Templates) -> None:
    content = {f"a.{ending}": HOSTILE.encode() for ending in ("md", "json", "yaml", "toml", "sh", "py", "js", "txt")}
    page = pages(templates, content)[HERE + "files/index.html"]
    assert page.errors == []
    assert page.all("img") == page.all("style") == []
    assert not any("src" not in script for script in page.all("script"))
    assert page.text.count(HOSTILE) == len(content)


def test_raw_files_are_served_as_nothing_active(templates: Templates) -> None:
    recipes = list(plan_version(hand_of(templates, AFTER), pack_of(), VersionState(release("1.2.0", AFTER)), None))
    raw = rendered([recipe for recipe in recipes if "/raw/" in recipe.path])
    assert {posixpath.splitext(path)[1] for path in raw} == {".txt", ".png"}
    assert raw[HERE + "raw/images/flow.png"] == PNG
    assert {path.removeprefix(HERE + "raw/").removesuffix(".txt") for path in raw} == set(AFTER)


def test_links_lead_to_raw_files_and_lines(templates: Templates) -> None:
    content = {**AFTER, "a b(c)[d].md": b"x\ny\n"}
    page = pages(templates, content)[HERE + "files/index.html"]
    hand = hand_of(templates, content)
    paths = {recipe.path for recipe in plan_version(hand, pack_of(), VersionState(release("1.2.0", content)), None)}
    for href in page.values("href"):
        if href.startswith("../raw/"):
            assert posixpath.normpath(posixpath.join(HERE, "files", unquote(href))) in paths
        elif href.startswith("#"):
            assert href[1:] in page.values("id")


def test_a_folder_may_stand_where_a_raw_file_would() -> None:
    paths = ("a", "A.TXT/b", "c.png", "a.txt.txt", "d")
    names = raw_names([File(path, "0" * 64, 1, 0o644) for path in paths])
    assert names == {"A.TXT/b": "A.TXT/b.txt", "c.png": "c.png", "a.txt.txt": "a.txt.txt.txt", "d": "d.txt"}


def test_a_file_without_a_raw_file_says_so(templates: Templates) -> None:
    page = pages(templates, {"a": b"x\n", "a.txt/b": b"y\n"})[HERE + "files/index.html"]
    assert "only in the archive" in page.text


def test_a_withdrawn_version_shows_nothing(templates: Templates) -> None:
    state = gone(VersionState(release("1.2.0", AFTER)))
    recipes = list(plan_version(hand_of(templates), pack_of(), state, None))
    assert [recipe.path for recipe in recipes] == [HERE + "files/index.html"]
    text = Markup(recipes[0].render().decode()).text
    assert "have left the site" in text
    assert "guard.sh" not in text


def test_a_preview_has_no_raw_files(templates: Templates) -> None:
    hand = hand_of(templates, site=sample.SITE._replace(preview=True))
    recipes = list(plan_version(hand, pack_of(), VersionState(release("1.2.0", AFTER)), None))
    assert [recipe.path for recipe in recipes] == [HERE + "files/index.html"]
    page = Markup(recipes[0].render().decode())
    assert not any("/raw/" in each for each in [*page.values("href"), *page.values("src")])
    assert "curl https://api.example.org/check" in page.text


def test_a_scoped_pack(templates: Templates) -> None:
    state = pack_of("@acme/hello").versions[0]
    made = rendered(list(plan_version(hand_of(templates), pack_of("@acme/hello"), state, None)))
    assert b'href="../../../../../' in made["packs/@acme/hello/1.2.0/files/index.html"]


def test_pages_are_cut_and_linked(templates: Templates) -> None:
    content = {f"skills/s{at:03}/SKILL.md": b"word " * 3000 + b"\nline\n" * 800 for at in range(30)}
    found = pages(templates, content)
    assert len(found) > 5
    assert all(page.errors == [] for page in found.values())
    assert "Files of hello 1.2.0, page 2" in found[HERE + "files/2.html"].text
    first = found[HERE + "files/index.html"]
    assert len([each for each in first.values("href") if each.endswith("#/skills/s029/SKILL.md")]) >= 1
    ids = {path: set(page.values("id")) for path, page in found.items()}
    for path, page in found.items():
        for href in page.values("href"):
            file, _, anchor = href.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path
            assert not anchor or anchor in ids.get(target, anchor), (path, href)
    assert "/skills/s029/SKILL.md" in ids[HERE + "files/index.html"], (
        "deep links land on the row where the text is elsewhere"
    )
    shown = [each for page in found.values() for each in page.all("section")]
    assert len(shown) == len(content)


def test_pages_are_bounded_whatever_files_hold(templates: Templates) -> None:
    content = {f"{at}.md": b"\n" * 6_000 for at in range(8)} | {
        "long.txt": b"&" * 900_000,
        "lines.txt": b"&\n" * 300_000,
        "hidden.txt": "\u200b".encode() * 100_000,
    }
    start = time.process_time()
    recipes = plan_version(hand_of(templates, content), pack_of(), VersionState(release("1.2.0", content)), None)
    made = rendered([recipe for recipe in recipes if "/files/" in recipe.path])
    assert time.process_time() - start < 5
    assert max(map(len, made.values())) < 4 * PAGE
    assert sum(map(len, made.values())) < 4 * HTML


def test_the_plan_reads_no_file(templates: Templates) -> None:
    def unread(found: object) -> dict[str, bytes]:
        raise AssertionError("a plan reads nothing")

    hand = hand_of(templates)._replace(files=unread)
    assert [key("tool", each) for each in plan_version(hand, pack_of(), VersionState(release("1.2.0", AFTER)), None)]


NAMES = st.text("ab._- /", min_size=1, max_size=12).map(lambda text: re.sub("/+", "/", f"x{text}y"))


@given(st.dictionaries(NAMES, st.integers(0, 200_000), max_size=60))
@settings(max_examples=60, deadline=None)
def test_every_file_is_on_one_page(sizes: dict[str, int]) -> None:
    listed = [File(path, "0" * 64, size, 0o644) for path, size in sizes.items()]
    found = cut(listed)
    assert sorted(file.path for page in found for file in page.rows) == sorted(sizes)
    assert sorted(file.path for page in found for file in page.shown) == sorted(sizes)
    assert [page.file for page in found] == ["index.html", *(f"{at}.html" for at in range(2, len(found) + 1))]
    assert all(page.rows or page.shown for page in found) or not sizes


def test_the_pages_of_an_ordinary_version_are_small(templates: Templates, tmp_path: Path) -> None:
    page = plan_version(hand_of(templates), pack_of(), VersionState(release("1.2.0", AFTER)), None)
    assert len(next(page).render()) < 24_000

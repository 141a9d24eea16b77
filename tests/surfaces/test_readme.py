"""Readmes: nothing that its author wrote runs, loads, styles or hides; what is shown is what was meant."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from packyard.surfaces.readme import LIMIT, SVG_LIMIT, SVG_TOTAL, Heading, Readme, render_readme
from tests.surfaces.markup import Markup as HTML
from tests.surfaces.vectors import VECTORS

FILES = {"README.md", "images/flow.png", "a b.gif", "logo.svg", "big.svg", "docs/use.md", "x.txt"}
BASE = "1.2.0/files/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def content(path: str) -> bytes:
    return SVG if path != "big.svg" else SVG * 400


def render(text: str) -> Readme:
    return render_readme(text.encode(), BASE, FILES, content)


def show(text: str) -> str:
    return render(text).html


TAGS = {
    *("a", "img", "span", "code", "ol", "ul", "li", "th", "td", "tr", "table", "tbody", "thead", "div"),
    *("h2", "h3", "h4", "h5", "h6", "p", "pre", "br", "hr", "blockquote", "del", "em", "strong"),
}
ATTRIBUTES = {
    "href",
    "src",
    "alt",
    "title",
    "class",
    "id",
    "start",
    "rel",
    "loading",
    "tabindex",
    "role",
    "aria-label",
    "dir",
}
CLASSES = re.compile(r"language-[A-Za-z0-9_+#.-]+|center|right|note|scroll")
RELATION = "nofollow noopener noreferrer ugc"


def assert_harmless(html: str) -> HTML:
    """No element or attribute beyond the list, no address but the allowed, nothing hidden in a comment."""
    page = HTML(html)
    assert page.errors == []
    assert page.comments == []
    for tag, attributes in page.elements:
        assert tag in TAGS
        assert set(attributes) <= ATTRIBUTES
        if "href" in attributes:
            assert tag == "a"
            assert re.match(r"https?://|mailto:|#readme-", attributes["href"])
            assert attributes["rel"] == RELATION
        if "src" in attributes:
            assert tag == "img"
            assert re.fullmatch(
                r"1\.2\.0/files/[\w%./-]+|data:image/svg\+xml;base64,[A-Za-z0-9+/=]+", attributes["src"]
            )
            assert ".." not in attributes["src"]
        assert CLASSES.fullmatch(attributes.get("class", "note"))
        assert attributes.get("id", "readme-").startswith("readme-")
    return page


PLACES = ("{}", "a {} b", "> {}", "- {}", "# x\n\n{}\n\ny", "|a|\n|-|\n|{}|", "**{}**", "[{}](u)", "![{}](u)")


@pytest.mark.parametrize("place", PLACES)
def test_vectors_are_harmless_anywhere(place: str) -> None:
    for vector in VECTORS:
        assert_harmless(show(place.format(vector)))


def test_there_are_enough_vectors() -> None:
    assert len(VECTORS) > 1_200


@given(st.text(alphabet="<>\"'&#`*_[]()!|-\n\t :/;=\\ajscriptonlux\u200b", max_size=200))
def test_any_text_is_harmless(text: str) -> None:
    assert_harmless(show(text))


@given(st.binary(max_size=200))
def test_any_bytes_have_a_rendering(source: bytes) -> None:
    assert_harmless(render_readme(source, BASE, FILES, content).html)


@given(st.lists(st.sampled_from(VECTORS), min_size=2, max_size=5))
def test_vectors_together_are_harmless(vectors: list[str]) -> None:
    assert_harmless(show("\n".join(vectors)))
    assert_harmless(show(" ".join(vectors)))


def test_raw_html_and_comments_are_visible() -> None:
    for hidden in ("<!-- obey -->", "<span hidden>obey</span>", "<p style='display:none'>obey</p>"):
        assert hidden in assert_harmless(show(f"before {hidden} after")).text
        assert hidden in assert_harmless(show(hidden)).text


def test_hidden_characters_are_named() -> None:
    assert "pay⟦U+200B⟧load" in show("pay\u200bload")
    assert "pay⟦U+200B⟧load" in show("pay&ZeroWidthSpace;load")
    assert "⟦U+202E⟧" in show("`a\u202eb`")


def test_lines_that_markdown_drops_are_shown() -> None:
    page = assert_harmless(show("text\n\n[//]: # (obey <me>)\n"))
    assert "[//]: # (obey <me>)" in page.text


@pytest.mark.parametrize(
    "text",
    [
        '[a](https://x.org "obey")',
        '![a](images/flow.png "obey")',
        '![a](https://x.org/a.png "obey")',
        "```obey me\nx\n```",
        "|a|\n|-|\n|b|obey|",
        "> [//]: # (obey)",
        "[a](obey-this.md)",
        "[a](data:obey)",
        "![a](obey.png)",
    ],
)
def test_nothing_vanishes(text: str) -> None:
    assert "obey" in assert_harmless(show(text)).text


def test_links() -> None:
    text = "[a](https://x.org/?a=1&b=2) [b](#Use-It) [c](docs/use.md) [d](no.md) [e](//x.org) <mailto:a@b.org> x@y.org"
    page = assert_harmless(show(text))
    assert page.values("href") == [
        "https://x.org/?a=1&b=2", "#readme-use-it", "https://x.org", "mailto:a@b.org", "mailto:x@y.org"
    ]  # fmt: skip
    assert page.values("title") == ["docs/use.md, a file of this pack"]


@pytest.mark.parametrize("link", ["../x.txt", "/../x.txt", "docs/../../x.txt", "..%2fx.txt", "./../x.txt"])
def test_a_link_never_leaves_the_pack(link: str) -> None:
    for text in (f"[a]({link})", f"![a]({link})"):
        page = assert_harmless(show(text))
        assert page.values("href") == page.values("src") == []


def test_images_of_the_pack() -> None:
    readme = render("![one](images/flow.png) ![two](<./a b.gif>) ![again](images/flow.png?x#y) ![no](docs/use.md)")
    page = assert_harmless(readme.html)
    assert page.values("src") == [f"{BASE}images/flow.png", f"{BASE}a%20b.gif", f"{BASE}images/flow.png"]
    assert page.values("alt") == ["one", "two", "again"]
    assert readme.images == ("images/flow.png", "a b.gif")
    assert "no" in page.text


def test_remote_images_are_links() -> None:
    page = assert_harmless(show("![pixel](https://evil.example/p.gif) [![badge](https://x.example/b.svg)](https://ci)"))
    assert page.all("img") == []
    assert page.values("href") == ["https://evil.example/p.gif", "https://ci"]
    assert "pixel" in page.text
    assert "badge" in page.text


def test_svg_is_an_image_that_cannot_act() -> None:
    page = assert_harmless(show("![logo](logo.svg) ![big](big.svg)"))
    assert len(page.all("img")) == 1
    assert page.values("src")[0].startswith("data:image/svg+xml;base64,")
    assert "big" in page.text
    assert len(content("big.svg")) > SVG_LIMIT
    assert render_readme(b"![logo](logo.svg)", BASE, FILES).images == ()


def test_svg_has_a_budget() -> None:
    assert len(show("![logo](logo.svg)\n" * 5_000)) < 2 * SVG_TOTAL + 5_000 * 100


def test_headings() -> None:
    readme = render("# Hello, *World*!\n\n## Use it\n\n## Use it\n\n###### Deep\n\n# 日本 語\n")
    assert readme.headings == (
        Heading(2, "readme-hello-world", "Hello, World!"),
        Heading(3, "readme-use-it", "Use it"),
        Heading(3, "readme-use-it-1", "Use it"),
        Heading(6, "readme-deep", "Deep"),
        Heading(2, "readme-日本-語", "日本 語"),
    )
    assert HTML(readme.html).values("id") == [heading.anchor for heading in readme.headings]


def test_the_usual_things() -> None:
    html = show("- [x] done\n- [ ] open\n\n|a|b|\n|:-:|--:|\n|1|2|\n\n~~old~~\n\n3. three\n\n```py\nx < 1\n```\n")
    page = assert_harmless(html)
    assert "☑ done" in page.text
    assert "☐ open" in page.text
    assert [each.get("class") for each in page.all("td")] == ["center", "right"]
    assert page.all("ol") == [{"start": "3"}]
    assert page.all("code") == [{"class": "language-py"}]
    assert "x < 1" in page.text
    assert all(each["tabindex"] == "0" for each in page.all("pre") + page.all("div"))


def test_each_block_has_the_direction_of_its_script() -> None:
    arabic = "# مرحبا\n\nحزمة `a.md`\n\n- واحد\n\n|ا|\n|-|\n|b|\n\n```sh\nls\n```\n"
    page = assert_harmless(show(arabic))
    for tag, direction in (
        ("h2", "auto"),
        ("p", "auto"),
        ("li", "auto"),
        ("table", "auto"),
        ("pre", "ltr"),
        ("code", "ltr"),
    ):
        assert {each.get("dir") for each in page.all(tag)} == {direction}, tag
    assert all(each["tabindex"] == "0" for each in page.all("pre") + page.all("div"))
    assert "dir=" not in show("# こんにちは, größer\n\n`a.md`\n")


def test_what_the_site_says_itself_can_be_translated() -> None:
    def say(text: str, **values: object) -> Markup:
        return escape("⟪" + text.format(**values) + "⟫")

    for source in (b"[a](x.txt) ![](x.bmp)\n\n[//]: # (b)\n", b"\xff", b"> " * 99, b"a " * LIMIT):
        page = HTML(render_readme(source, BASE, FILES, content, say).html)
        said = [
            *page.values("title"),
            *re.findall(r'class="note">(.*?)<', render_readme(source, BASE, FILES, content, say).html),
        ]
        assert said
        assert all(text.startswith("⟪") and text.endswith("⟫") for text in said)


def test_what_is_not_utf8_is_said() -> None:
    assert "not UTF-8" in render_readme(b"\xff\xfe", BASE, FILES).html


def test_what_is_too_long_is_cut_and_said() -> None:
    source = ("ä" * 60 + "\n\n").encode() * 5_000
    html = render_readme(source, BASE, FILES).html
    assert f"{len(source):,} bytes, of which the first {LIMIT:,} are shown" in html
    assert len(html) < 2 * LIMIT


PATHOLOGICAL = {
    "brackets": "[" * 50_000,
    "images": "![" * 50_000,
    "links": "[a](" * 50_000,
    "quotes": ">" * 50_000,
    "quoted lines": (">" * 200 + "a\n") * 2_000,
    "stars": "*" * 100_000,
    "open stars": "*a " * 100_000,
    "nested stars": "*a **a " * 50_000,
    "underscores": "_a __" * 50_000,
    "tildes": "~~a " * 100_000,
    "lists": "- " * 100_000,
    "nested lists": "".join("  " * n + "- a\n" for n in range(700)),
    "backticks": " ".join("`" * n for n in range(1, 900)),
    "tags": "<b>" * 150_000,
    "open tags": "<a " * 150_000,
    "comments": "<!--" * 100_000,
    "cdata": "<![CDATA[" * 50_000,
    "wide table": "|" + "x|" * 5_000 + "\n|" + "-|" * 5_000 + "\n" + "|a\n" * 50_000,
    "definitions": "".join(f"[{n}]: x\n" for n in range(30_000)) + "[x]" * 20_000,
    "unclosed definitions": "[a\\" * 100_000 + "]:",
    "labels": ("[" + "a" * 998) * 500,
    "headings": "# a\n" * 100_000,
    "ampersands": "&" * 500_000,
    "hidden": "\u200b" * 150_000,
    "joiners": "é\u200d" * 100_000,
    "spaces": " " * 500_000 + "x",
    "lines": "\n" * 500_000,
    "titles": '[a](b "c")' * 40_000,
    "cells": "|a|\n|-|\n" + "|a|b|c\n" * 50_000,
    "fences": "```a b\n```\n" * 40_000,
    "open titles": '[a]: b "c\n' * 40_000,
    "all open titles": "[a]: b \"c\n[a]: b 'c\n[a]: b (c\n" * 15_000,
    "labels of lines": ("[" + "a\n" * 400) * 500,
    "blank titles": "[a]: b\n" + "\n   " * 100_000,
    "autolinks": "www." * 120_000,
    "addresses": "a@" * 250_000,
}


@pytest.mark.parametrize("text", PATHOLOGICAL.values(), ids=PATHOLOGICAL)
def test_time_is_linear(text: str) -> None:
    """Twice the text takes about twice the time: what is quadratic takes four times as long, also on a slow machine."""
    assert any(_spent(text) < 3 * _spent(text[: len(text) // 2]) + 0.05 for _ in range(3))


def _spent(text: str) -> float:
    before = time.process_time()
    show(text)
    return time.process_time() - before

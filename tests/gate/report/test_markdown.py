"""The page for a reviewer: bounded, whole, and the same whatever a pack says."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import import_module

import pytest
from hypothesis import given, settings

from packyard.errors import Problem
from packyard.gate.capabilities import Capability, Cost, Delta
from packyard.gate.report.markdown import LIMIT, format_markdown
from packyard.gate.report.quoting import block_line, cell, code, fenced, prose
from packyard.gate.report.shown import Deltas
from packyard.gate.values import Candidate, Content, Finding, Verdict
from tests.gate.report.hostile import VERDICTS, WORDS, some, verdict_of
from tests.gate.report.sample import ACCEPTED, DELTAS, VERDICT

_cmarkgfm, _options = import_module("cmarkgfm"), import_module("cmarkgfm.cmark").Options


class _Tags(HTMLParser):
    """The elements of a page in order, and the text that is in no code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.prose: list[str] = []
        self.code: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside += [tag] if tag in ("code", "pre") else []
        assert not {name for name, _ in attrs} - {"lang", "class"}

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        (self.code if self._inside else self.prose).append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail("a comment hides in the page")


def _rendered(markdown: str) -> _Tags:
    tags = _Tags()
    tags.feed(_cmarkgfm.github_flavored_markdown_to_html(markdown, options=_options.CMARK_OPT_UNSAFE))
    return tags


def _fences(markdown: str) -> list[str]:
    """The lines that are in no block of code; fails when one is left open."""
    outside, fence = [], ""
    for line in markdown.split("\n"):
        found = re.match(r" {0,3}(`{3,})([^`]*)$", line)
        if fence:
            fence = "" if found and len(found[1]) >= len(fence) and not found[2].strip() else fence
        elif found:
            fence = found[1]
        else:
            outside.append(line)
    assert not fence
    return outside


TAME, TAME_DELTAS = verdict_of(["word"] * 9, [b"one\n", b"two\n", b"three\n", b"four\n"])


@some
@given(VERDICTS)
def test_no_text_of_a_pack_becomes_an_element(made: tuple[Verdict, Deltas]) -> None:
    page = format_markdown(*made)
    page.encode()
    assert len(page) <= LIMIT
    tags = _rendered(page)
    tame = _rendered(format_markdown(TAME, TAME_DELTAS))
    assert [tag for tag in tags.tags if tag != "code"] == [tag for tag in tame.tags if tag != "code"]
    assert not re.search(r"[<>@#`|\\_*\[\]$!]|//|www\.", re.sub(r"U\+|\(nothing\)", "", "".join(tags.prose)))


@some
@given(VERDICTS)
def test_blocks_are_closed_and_nothing_outside_them_is_html(made: tuple[Verdict, Deltas]) -> None:
    page = format_markdown(*made)
    for line in _fences(page):
        assert "<" not in re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        assert not line.lstrip().startswith("::")
    assert all(not line.lstrip().startswith("::") for line in page.split("\n"))
    assert "##[" not in page


@some
@given(WORDS)
def test_code_is_one_element_that_says_all(text: str) -> None:
    for quoted in (f"- {code(text)}", f"| a |\n|---|\n| {cell(text)} |"):
        tags = _rendered(quoted)
        assert tags.tags.count("code") == 1
        assert not "".join(tags.prose).replace("a", "").split()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, and 3 more", "plain words, and 3 more"),
        ("sign it with `packyard sign`", "sign it with `packyard sign`"),
        ("“é” is (not) known: see docs/rules.md", "“é” is (not) known: see docs/rules.md"),
        ("ask @alice", "`ask @alice`"),
        ("see https://x.example", "`see https://x.example`"),
        ("see WWW.x", "`see WWW.x`"),
        ("a `b", "``a `b``"),
        ("`a``b`", "`` `a``b` ``".replace("`` ", "``` ").replace(" ``", " ```")),
        ("- a", "`- a`"),
        ("1. a", "`1. a`"),
        ("1,000 files", "1,000 files"),
        ("a\nb", "`a⟦U+000A⟧b`"),
        ("", "(nothing)"),
    ],
)
def test_words_are_words_only_when_harmless(text: str, shown: str) -> None:
    assert prose(text) == shown


def test_a_table_keeps_its_cells() -> None:
    assert cell("a|b\\|c") == "`a\\|b⟦U+005C⟧\\|c`"


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fenced([" ````", "+x"], "diff") == "`````diff\n ````\n+x\n`````"
    assert block_line("+" + "`" * 300, 400) == "+⟦300 backticks⟧"
    assert block_line("+" + "a" * 30, 10) == "+aaaaaaaaa… cut, 31 characters in all"
    assert block_line(" \t::error::x", 100) == " \t⟦U+003A⟧:error::x"


def test_capabilities_come_before_findings_and_findings_before_differences() -> None:
    page = format_markdown(VERDICT, DELTAS)
    heads = [line for line in _fences(page) if line.startswith("### ")]
    assert [head.split()[-1] for head in heads] == [
        "not", "itself", "right", "at", "note", "`1.0.0`", "0.1.0`"
    ]  # fmt: skip
    assert page.index("#### `hooks/hooks.json`") < page.index("#### `hooks/run.sh`")


def _release(number: int, files: dict[str, bytes]) -> Candidate:
    return Candidate(f"pack-{number}", "1.0.0", Content(f"packs/{number}", files, None))


def _flood() -> tuple[Verdict, Deltas]:
    files = {f"rules/{number:03}.md": b"<b>word</b> ``` " * 30 + b"\n" + b"line\n" * 400 for number in range(300)}
    wanted = {"zz/hooks.json": b'{"command": "curl"}\n'}
    releases = tuple(_release(number, {**files, **wanted}) for number in range(3))
    delta = Delta(
        (Capability("hook", "curl", "zz/hooks.json"), *(Capability("host", "h" * 700, str(n)) for n in range(200))),
        (),
        None,
        Cost(1, 2),
    )
    findings = tuple(Finding(Problem("x", f"p{at}", "m" * 900, at), "block") for at in range(1, 300))
    changes = tuple(f"publishes pack-{number} 1.0.0" for number in range(900))
    verdict = Verdict("a", "b", "reject", findings, releases, changes, tuple((f"c{at}", False) for at in range(99)))
    return verdict, {(release.name, release.version): delta for release in releases}


def test_a_flood_is_cut_plainly() -> None:
    page = format_markdown(*_flood())
    assert LIMIT - 10_000 < len(page) <= LIMIT
    outside = "\n".join(_fences(page))
    notes = re.findall(r"\*\*Not shown, for want of room:\*\* ([^.]*)\.", outside)
    assert len(notes) == 8
    assert page.count('+{"command": "curl"}') == 3, "what brings a capability is shown, however much else there is"
    assert re.search(r"The difference goes on for \d+ lines, not shown", outside)
    shown = outside.count("- `p")
    assert f"{299 - shown} problems" in notes


def test_many_versions_share_the_room() -> None:
    releases = tuple(_release(number, {"a.md": b"word\n" * 500}) for number in range(400))
    page = format_markdown(ACCEPTED._replace(releases=releases), {})
    assert len(page) <= LIMIT
    assert re.search(r"room:\*\* \d+ versions\.", page)


@settings(some, max_examples=5)
@given(VERDICTS)
def test_long_hostile_pages_stay_within_the_limit(made: tuple[Verdict, Deltas]) -> None:
    verdict, deltas = made
    page = format_markdown(
        verdict._replace(
            findings=verdict.findings * 150, releases=verdict.releases * 70, changes=verdict.changes * 500
        ),
        deltas,
    )
    assert len(page) <= LIMIT
    _fences(page)

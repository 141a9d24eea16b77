"""Highlighting: nothing is lost or gets out, hidden characters are named, and no text takes long."""

from __future__ import annotations

import re
import time
from html import unescape
from itertools import combinations_with_replacement, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from packyard.surfaces.highlight import _TOKENS, LINE, highlight, language_of, shown_lines
from packyard.surfaces.templates import open_templates

NAMES = ("a.json", "a.yaml", "a.toml", "a.sh", "a.py", "a.ts", "a.md", "a")

EXAMPLES = {
    "a.sh": (
        'if [ "$1" = x ]; then # hi\n  echo ${HOME} \\" \'a\nb\'\nfi\n',
        '<k>if</k> [ <s>"$1"</s> = x ]; <k>then</k> <c># hi</c>\n  echo <v>${HOME}</v> \\" <s>\'a</s>\n'
        "<s>b'</s>\n<k>fi</k>",
    ),
    "start.sh": ("#!/bin/sh\n# a\n", "<v>#!/bin/sh</v>\n<c># a</c>"),
    "here.sh": (
        "cat <<'EOF' | sh # run\nit's $x\nEOF\nexit 1\n",
        "cat &lt;&lt;'EOF' | sh # run\n<s>it's $x</s>\n<s>EOF</s>\n<k>exit</k> <n>1</n>",
    ),
    "a.py": (
        '@run\ndef f(a=1.5):\n    """x\n    y"""\n    return f"{a}" # z\n',
        '<v>@run</v>\n<k>def</k> f(a=<n>1.5</n>):\n    <s>"""x</s>\n<s>    y"""</s>\n'
        '    <k>return</k> <s>f"{a}"</s> <c># z</c>',
    ),
    "a.ts": (
        "const a = /[\"'`]/g // b\n/* c\n*/ let d = `e\n${f}`;",
        "<k>const</k> a = <s>/[\"'`]/g</s> <c>// b</c>\n<c>/* c</c>\n<c>*/</c> <k>let</k> d = <s>`e</s>\n<s>${f}`</s>;",
    ),
    "a.json": (
        '{"a": ["b", -1.5e3, true]}',
        '{<p>"a"</p>: [<s>"b"</s>, <n>-1.5e3</n>, <n>true</n>]}',
    ),
    "a.yaml": (
        '# a\nb: don\'t\n- c d: "e" # f\n  g: &h |\n    i\n',
        '<c># a</c>\n<p>b</p>: don\'t\n- <p>c d</p>: <s>"e"</s> <c># f</c>\n  <p>g</p>: <v>&amp;h</v> <k>|</k>\n    i',
    ),
    "a.toml": ('[a.b]\nc = "d" # e\n', '<h>[a.b]</h>\n<p>c </p>= <s>"d"</s> <c># e</c>'),
    "a.md": (
        "---\na: b\n---\n# C\n- `d` **e** <!-- f\n\ng -->\n```sh\n# h\n```\n[i](j)",
        "<k>---</k>\n<p>a</p>: b\n<k>---</k>\n<h># C</h>\n<k>-</k> <m>`d`</m> <h>**e**</h> <u>&lt;!-- f</u>\n\n"
        "<u>g --&gt;</u>\n<m>```sh</m>\n<m># h</m>\n<m>```</m>\n<m>[i](j)</m>",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str) -> None:
    text, wanted = EXAMPLES[name]
    found = "\n".join(highlight(name, text))
    assert re.sub('<i class="(.)">(.*?)</i>', r"<\1>\2</\1>", found) == wanted


def test_languages() -> None:
    assert language_of("hooks/guard", "#!/usr/bin/env bash\n") == "shell"
    assert language_of("x", "#!/usr/bin/python3 -I\n") == "python"
    assert language_of("x", "#!/usr/bin/env node\n") == "script"
    assert language_of("rules/x.MDC", "") == "markdown"
    assert language_of("LICENSE", "MIT") == ""


def test_hidden_characters_are_marked() -> None:
    assert highlight("a.txt", "pay\u200bload\ra\r\nb\u202e") == [
        "pay<mark>⟦U+200B⟧</mark>load<mark>⟦U+000D⟧</mark>a",
        "b<mark>⟦U+202E⟧</mark>",
    ]


def test_long_lines_are_cut() -> None:
    [line] = highlight("a.json", "1" * (LINE + 7))
    assert line.endswith("⟦7 more characters⟧")


def test_lines_are_those_of_the_file() -> None:
    assert highlight("a.md", "") == []
    assert highlight("a.md", "\n") == [""]
    assert highlight("a", "x\n\ny") == ["x", "", "y"]
    assert highlight("a", "x\x0by\x85z\u2028w\n") == [
        "x<mark>⟦U+000B⟧</mark>y<mark>⟦U+0085⟧</mark>z<mark>⟦U+2028⟧</mark>w"
    ]


PIECES = ["\n", "\n\n", '"', "'", "`", "```", '"""', "<!--", "-->", "/*", "*/", "//", "#", "$", "${", "<<EOF\n", "EOF"]
PIECES += [
    "\\",
    "- ",
    "a: ",
    "[x](y",
    "**",
    "<b>",
    "&lt;",
    "---\n",
    "(/[",
    "= /",
    "if",
    "true",
    "12",
    "\u200b",
    "\r",
    " ",
]


@given(st.sampled_from(NAMES), st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=40).map("".join))
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost_and_nothing_gets_out(name: str, text: str) -> None:
    lines = highlight(name, text)
    for line in lines:
        assert re.fullmatch(
            r'(?:[^<>]|<i class="[a-z]">[^<>]+|</i>|</?mark>)*', line.replace("<mark>", "").replace("</mark>", "")
        )
        assert line.count("<i ") == line.count("</i>")
    assert [unescape(re.sub("<[^>]*>", "", line)) for line in lines] == shown_lines(text)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_of_the_colours() -> None:
    sheet = open_templates().asset("style.css").decode()
    tokens = dict(re.findall(r"(--[a-z-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", sheet))
    for name in ("--ink", "--quiet", "--go", "--code-key", "--code-word", "--code-number", "--code-name"):
        for ground in ("--sheet", "--caution-ground"):
            for text, behind in zip(tokens[name].split(", "), tokens[ground].split(", "), strict=True):
                low, high = sorted((luminance(text), luminance(behind)))
                assert (high + 0.05) / (low + 0.05) >= 4.5, (name, ground)


def test_every_class_has_a_colour() -> None:
    sheet = open_templates().asset("style.css").decode()
    kinds = {name[0] for tokens in _TOKENS.values() for each in tokens for name in re.findall(r"\?P<([a-z]\d?)>", each)}
    for kind in kinds - {"w"}:
        assert re.search(rf"\.code (?::is\([^)]*)?\.{kind}\b", sheet), kind


def test_what_is_cut_is_said_in_the_language_of_the_registry() -> None:
    def count(one: str, many: str, number: int) -> Markup:
        return Markup(f"noch {number}")

    assert highlight("a", "x" * (LINE + 3), count)[0].endswith(" ⟦noch 3⟧")
    assert shown_lines("x" * (LINE + 3), count)[0].endswith(" ⟦noch 3⟧")
    assert highlight("a", "x" * (LINE + 1))[0].endswith(" ⟦1 more character⟧")


HOSTILE = [
    '"',
    "'",
    "`",
    "(",
    "[",
    "{",
    "<",
    "/*",
    "#",
    "\\",
    "${",
    '"""',
    "*",
    "**",
    "[x](",
    "- ",
    "a:",
    "a: ",
    "&a",
    "=",
    "0",
]
HOSTILE += [
    "1.",
    "e",
    "<<E",
    "\n",
    " ",
    "/",
    "//",
    "a ",
    "\n#",
    "\n- ",
    "\n[",
    "```",
    "\n~~~",
    "<!--",
    "<!",
    "-",
    "@",
    "\x00",
    "(/[",
]


def test_no_text_takes_long() -> None:
    """Of what takes Pygments more than a second for 16 kB (ADR 0026), as of every piece."""
    slowest = 0.0
    for name, piece in product(NAMES, [*HOSTILE, "\n[", "![\\", "**", "@", "a.", '"\\', "a=`", '\\"']):
        start = time.process_time()
        highlight(name, piece * (32_000 // len(piece)))
        slowest = max(slowest, time.process_time() - start)
    assert slowest < 2


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_time_grows_with_the_text_alone(name: str) -> None:
    def took(text: str) -> float:
        runs = []
        for _ in range(2):
            start = time.process_time()
            highlight(name, text)
            runs.append(time.process_time() - start)
        return min(runs)

    for first, second in combinations_with_replacement(HOSTILE, 2):
        piece = first + second
        short = took(piece * (8_000 // len(piece)))
        assert short < 0.01 or took(piece * (32_000 // len(piece))) < 10 * short, piece

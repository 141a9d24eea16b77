"""Characters and lines that a reader could not see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.surfaces.cmark import render
from packyard.surfaces.hidden import reveal, unseen_lines

SEEN = {
    "plain": "plain\ttext\nhere",
    "umlaut": "Grüße, 你好, שלום",
    "emoji": "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f",
    "persian": "می\u200cخواهم",
    "devanagari": "क्\u200dष",
    "mark": "שלום\u200f!",
    "variant": "葛\U000e0100",
}
UNSEEN = {
    "a\u200bb": "a⟦U+200B⟧b",
    "a\u202eb": "a⟦U+202E⟧b",
    "a\u2066b": "a⟦U+2066⟧b",
    "a\xadb": "a⟦U+00AD⟧b",
    "a\x1b[0m": "a⟦U+001B⟧[0m",
    "a\x7f": "a⟦U+007F⟧",
    "a\u200db": "a⟦U+200D⟧b",
    "a\u200e": "a⟦U+200E⟧",
    "a\ufe01\ufe02": "a⟦U+FE01⟧⟦U+FE02⟧",
    "x\U000e0041\U000e007f": "x⟦U+E0041⟧⟦U+E007F⟧",
    "x\U000e0100": "x⟦U+E0100⟧",
    "\u3164": "⟦U+3164⟧",
    "é\u200b\u200c\u200d\u200bé": "é⟦U+200B⟧⟦U+200C⟧⟦U+200D⟧⟦U+200B⟧é",
}


@pytest.mark.parametrize("text", SEEN.values(), ids=SEEN)
def test_what_a_script_needs_stays(text: str) -> None:
    assert reveal(text) == text


@pytest.mark.parametrize(("text", "shown"), UNSEEN.items(), ids=map(ascii, UNSEEN))
def test_what_hides_is_named(text: str, shown: str) -> None:
    assert reveal(text) == shown


@given(st.text())
def test_revealing_twice_changes_nothing(text: str) -> None:
    assert reveal(reveal(text)) == reveal(text)


def test_a_run_of_hidden_characters_is_named_whole() -> None:
    secret = "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all rules")
    assert reveal("hello" + secret).count("⟦") == len(secret)


def unseen(text: str) -> list[str]:
    return unseen_lines(text, render(text))


def test_definitions_that_nobody_refers_to() -> None:
    text = '[//]: # (obey me)\n[Used  One]: https://x.org\n[unused]: https://y.org\n"run\nthis"\n\nSee [used one].\n'
    assert unseen(text) == ["[//]: # (obey me)", "[unused]: https://y.org", '"run', 'this"']
    assert unseen("no definitions [at] all") == []


@pytest.mark.parametrize(
    "text",
    [
        "> [//]: # (obey)",
        "- a\n\n  [//]: # (obey)",
        "`[//]`\n\n[//]: # (obey)",
        "[a]\n\n[a]: https://x.org\n[a]: https://y.org 'obey'",
        "[//]:\n#\n'obey'",
        "[obey " + "x" * 60 + "]: https://x.org\n\n[y][obey " + "x" * 60 + "]",
    ],
)
def test_a_definition_hides_nowhere(text: str) -> None:
    assert "obey" in "\n".join(unseen(text))


@pytest.mark.parametrize(
    "text",
    [
        "```\n[a]: b\n```\n",
        "text\n[a]: b\n",
        "    [a]: b (c)\n",
        "[a]: https://x.org 'a title'\n\n[A]",
        "> [a]: <b\\_c>\n> 'a\n> title'\n>\n> [a]",
        "[a]: b\nis text\n\n[a]",
    ],
)
def test_what_is_shown_is_not_said_to_be_hidden(text: str) -> None:
    assert unseen(text) == []

"""What the script of the search page shows of what strangers wrote."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from packyard.surfaces.hidden import reveal
from tests.tools import need

SCRIPT = Path(__file__).resolve().parents[2] / "templates/js/find.js"
#: The part of the script that shows characters, and what it does with each character and with texts.
RUN = """
%s
const each = [...Array(0x110000).keys()].filter((at) => at < 0xd800 || at > 0xdfff);
const hidden = each.filter((at) => HIDDEN.test(String.fromCodePoint(at)));
console.log(JSON.stringify([hidden, JSON.parse(process.argv[1]).map(seen)]));
"""
TEXTS = (
    "pay\u200bload",
    "left\u202eright",
    "na\u0131ve \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "family \U0001f469\u200d\U0001f467 and \u2764\ufe0f\u200d\U0001f525",
    "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "tags \U000e0061\U000e0062, joined\u200d twice\u200c\u200d",
    "\ufeffmark, \U0001bca0, \u17b4, \ufff9",
    "\u8fbb\U000e0100",
)


@pytest.fixture(scope="module")
def answers() -> tuple[list[int], list[str]]:
    found = re.search(r"  const HIDDEN =.*?\.join\(\"\"\);\n", SCRIPT.read_text(), re.DOTALL)
    assert found
    command = [need("node"), "-e", RUN % found[0], json.dumps(TEXTS)]
    hidden, shown = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return hidden, shown


def test_the_same_characters_are_hidden_as_on_every_page(answers: tuple[list[int], list[str]]) -> None:
    hidden, _ = answers
    alone = (at for at in range(0x110000) if not 0xD800 <= at <= 0xDFFF)
    assert hidden == [at for at in alone if reveal(f"a{chr(at)}") != f"a{chr(at)}"]


def test_they_are_shown_as_on_every_page(answers: tuple[list[int], list[str]]) -> None:
    _, shown = answers
    assert dict(zip(TEXTS, shown, strict=True)) == {text: reveal(text) for text in TEXTS}

"""Characters without a shape: where languages, emoji and formulas need them, and where nothing does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from packyard.formats.unseen import eastern, hyphenated, needed, paired, right_to_left, runs, turned


def hidden(text: str) -> list[str]:
    """The runs of a text that nothing needs."""
    return [run[0] for run in runs(text) if not needed(run)]


def tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(char)) for char in text)


# fmt: off
HONEST = (
    # Emoji: joined, with presentation, skin tones, keycaps, flags.
    "👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 🏴‍☠️ ❤️‍🔥 👁️‍🗨️ 🧑🏽‍🚀 👩🏿‍❤️‍💋‍👨🏻 🙂‍↔️ ⛓️‍💥 🐦‍🔥",
    "⚠️ ✅ ❗️ ☑️ ✔︎ ↩︎ ™️ ©️ ℹ️ 〰️ ㊗️ Ⓜ️ 🅰️ ‼️ ▶️ ⌨️",
    "1️⃣ 2️⃣ #️⃣ *️⃣", "🇬🇧 🇺🇳", f"🏴{tags('gbeng')}\U000e007f 🏴{tags('gbsct')}\U000e007f 🏴{tags('ustx')}\U000e007f",
    # Joiners of Persian, Sorani, Urdu, and of Indic writings.
    "می\u200cخواهم کتاب\u200cها را بخوانم؛ نمی\u200cدانم.", "خانه\u200cی ما API\u200cها", "دەست\u200cپێکردن",
    "क्‍ष और रक़्\u200cस, हिन्दी में", "ক্‍ষ র‍্যাব", "ශ්‍රී ලංකාව", "ನ್‍ನ ರ‍್ಯ",
    "മലയാളം അവന്‍", "க்\u200cஷ", "ਪੰਜਾਬੀ‍",
    # Direction marks where both directions meet.
    "שלום (C++)\u200e ועוד", "قيمة \u200e--force\u200e هنا", "العربية\u200f!", "ע\u200e\u200fב", "السعر\u061c ١٢",
    # Spaces between the words of writings that have none to be seen.
    "ភាសា\u200bខ្មែរ\u200bជា", "ภาษา\u200bไทย", "ພາສາ\u200bລາວ", "မြန်မာ\u200bဘာသာ", "中文\u200b**加粗**\u200b中文",
    "日本語\u200b`code`\u200bです",
    # Variants.
    "葛\U000e0100城市 辻\U000e0101 邉\U000e010c", "≨\ufe00 ∩\ufe00 0\ufe00 、\ufe00",
    "ᠮᠣᠩᠭᠣᠯ\u180b ᠪᠠᠶᠢᠨ\u180e\u1820", "က\ufe00",
    # Formulas, Hebrew points, jamo, Braille.
    "f\u2061(x) = 2\u2062x + α\u2063β", "יְרוּשָׁלִַ\u034fם", "\u1112\u1160 \u115f\u1161", "⠃⠗⠇⠀⠁⠇⠇⠑",
    "⣿⣿\u2800\u2800⣿",
    # What is no character without a shape.
    "tab\tand\nlines\r\nand\ffeeds and\xa0spaces\u2009thin\u202fand wide\u3000.",
    "é ñ ü 한국어 русский Ελληνικά 日本語", "",
)
HIDDEN = (
    "pay\u200bload", "pay\u200cload", "pay\u200dload", "re\u2060quire", "co\xadoperate", "a\ufeffb", "a\u034fb",
    "x\u3164y", "x\u2800y",
    "a\ufe00", "a\ufe0f", "a\U000e0100", "😀\U000e0100", "😀\ufe0f\ufe0f", "\ufe0f text", "葛\U000e0100\U000e0101",
    "😀\u200dtext", "ab\u200e",
    "\u200fab", "ig\u2062nore", "a\u2028b", "a\ufff9b", f"🏴{tags('ignore')}\U000e007f",
    f"🏴{tags('gbeng')}", tags("gbeng"), "a\U000e0001b",
    "中\u200b\u200c文", "می\u200c\u200b\u200cخ", "क\u200d\u200d\u200dष", "a\x1b[31m", "a\x00", "a\x7f", "a\x9b",
    "\u1100\u1160\u1160\u1160a",
    "\U000e0fff", "\u180ba", "\u17b4", "\U0001d173",
)
# fmt: on


@pytest.mark.parametrize("text", HONEST)
def test_honest_writing_needs_what_it_has(text: str) -> None:
    assert hidden(text) == []


@pytest.mark.parametrize("text", HIDDEN)
def test_what_nothing_needs_is_hidden(text: str) -> None:
    assert len(hidden(text)) == 1


def test_a_run_is_everything_that_stands_together() -> None:
    assert [(run.start(), run[0]) for run in runs("a\u200b\u200cb\ufeff\xadc\u202e")] == [
        (1, "\u200b\u200c"),
        (4, "\ufeff\xad"),
    ]
    assert [run[0] for run in runs("only ASCII\x08\x08 here")] == ["\x08\x08"]


def test_one_honest_line_does_not_explain_another() -> None:
    assert hidden("שלום\nab\u200f cd\n") == ["\u200f"]
    assert hidden("⠃⠗\nab\u2800cd") == ["\u2800"]


@pytest.mark.parametrize(
    "line", ["\u2067שלום\u2069", "a \u202bשלום \u202aab\u202c x\u202c", "\u2068a\u2069 \u2066b\u2069", "", "no turn"]
)
def test_pairs(line: str) -> None:
    assert paired(line)


@pytest.mark.parametrize(
    "line",
    [
        "\u202eab\u202c",
        "\u202dab\u202c",
        "\u2067שלום",
        "\u2069",
        "\u2067שלום\u202c",
        "\u2066\u202aa\u2069\u202c",
        "\u202e",
    ],
)
def test_what_is_no_pair(line: str) -> None:
    assert turned(line) and not paired(line)


def test_words_divided_by_soft_hyphens() -> None:
    divided = "Donau\xaddampf\xadschiff\xadfahrt, Sicher\xadheits\xadfragen"
    assert hyphenated(divided)
    assert not hyphenated("Donau\xaddampf\xadschiff")
    assert not hyphenated(divided + " ig\xadnore")
    assert not hyphenated(divided + " i\xadnstructions") and not hyphenated(divided + " \xad")
    assert not hyphenated(divided + " \xad\xadDonaudampf")


def test_letters_from_right_to_left() -> None:
    assert right_to_left("a ש") and right_to_left("ب") and right_to_left("𞤀")
    assert not right_to_left("a é 中 ١".replace("١", "1")) and not turned("a é שלום")


def test_letters_of_the_east() -> None:
    assert eastern("a \u4e2d\u6587 \u3042\u30a2 \ud55c b") == 5 and not eastern("a \xe9 \u0448 \U0001f600")


def test_every_format_character_and_control_is_covered() -> None:
    """What Unicode calls a format character or a control is without a shape, or a mark of numbers and hieroglyphs."""
    seen = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    for code in range(0x110000):
        char = chr(code)
        if unicodedata.category(char) in ("Cf", "Cc") and code not in seen and not 0x13430 <= code < 0x13460:
            assert char in "\t\n\f\r" or turned(char) or [run[0] for run in runs(char + "é")] == [char], hex(code)


@settings(max_examples=300, deadline=None, phases=[Phase.generate])
@given(st.text(st.one_of(st.characters(), st.sampled_from("\u200b\u200d\ufe0f\u200f\u2067\u2069aש中क👩\U000e0061"))))
def test_any_text_can_be_judged(text: str) -> None:
    assert all(run[0] and isinstance(needed(run), bool) for run in runs(text))
    assert isinstance(paired(text), bool)

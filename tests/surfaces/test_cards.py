"""Social cards: real pictures with words that stay inside, equal bytes for equal values."""

from __future__ import annotations

import io
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from packyard.formats.words import Words
from packyard.surfaces.cards import HEIGHT, LOOK, WIDTH, Card, card_path, registry_card, render
from packyard.surfaces.lettering import drawable, first_of, lines_of
from packyard.surfaces.words import Speech
from tests.surfaces import sample

FEATURES = ("rules", "commands", "agents", "skills", "hooks", "plugins", "mcp", "ignore", "models")
HELLO = Card(
    "Example packs",
    "hello",
    "Says hello, and shows what a pack looks like",
    (("Owner", "alice"),),
    "Holds",
    FEATURES[:5],
    ("hooks",),
)
LONG = HELLO._replace(
    name="@acme-corporation-of-many/" + "house-style-" * 6,
    text="The rules of the house: naming, commits, reviews, and how to disagree in writing. " * 20,
    facts=(("Owner", "@a-corporation-of-very-many-people"),),
    marks=FEATURES,
    active=("hooks", "plugins", "mcp"),
)
#: The SHA-256 of the picture of `HELLO` in each look; a new picture is a new look.
LOOKS = {1: "add7c42e3f84d5694c9329170cb3079b63a51c291e62fcd0703dc328e449b1c5"}


def picture(card: Card) -> Image.Image:
    image = Image.open(io.BytesIO(render(card)))
    image.load()
    return image


def margins(image: Image.Image) -> set[tuple[int, ...]]:
    """The colours at the edges, where nothing but the track may stand."""
    plain = image.convert("RGB")
    right, left = plain.crop((WIDTH - 58, 150, WIDTH, HEIGHT)), plain.crop((0, 150, 60, HEIGHT))
    foot = plain.crop((0, 580, WIDTH, HEIGHT))
    return {colour for part in (right, left, foot) for _, colour in part.getcolors() or [] if isinstance(colour, tuple)}


@pytest.mark.parametrize("card", [HELLO, LONG, Card("", "", "")], ids=["plain", "long", "empty"])
def test_a_card_is_a_small_picture(card: Card) -> None:
    data = render(card)
    image = picture(card)
    assert (image.size, image.mode, image.format) == ((WIDTH, HEIGHT), "P", "PNG")
    assert len(data) <= 15_000
    assert margins(image) == {(251, 252, 249)}


def test_the_look_is_counted() -> None:
    assert sha256(render(HELLO)).hexdigest() == LOOKS[LOOK]


def test_every_process_makes_the_same() -> None:
    program = f"from packyard.surfaces.cards import *; import sys; sys.stdout.buffer.write(render({HELLO!r}))"
    again = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout
    assert again == render(HELLO)


def test_importing_the_module_does_not_import_pillow() -> None:
    program = "import sys, packyard.surfaces.cards; assert not any(name.startswith('PIL') for name in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


DRAWN = {
    "plain words": "plain words",
    "  in \n single\tspaces ": "in single spaces",
    "Größe, café, naïve": "Grosse, cafe, naive",
    "“quoted” – it’s…": '"quoted" - it\'s...',
    "a word 你好 is left out": "a word is left out",
    "你好 你好 word": "",
    "هذا نص": "",
    "pay\u200bload is fine here": "is fine here",
    "": "",
}


@pytest.mark.parametrize(("text", "drawn"), DRAWN.items(), ids=map(ascii, DRAWN))
def test_only_what_the_font_has_is_drawn(text: str, drawn: str) -> None:
    assert drawable(text) == drawn


@given(st.text(max_size=300))
def test_what_is_drawn_is_ascii(text: str) -> None:
    assert drawable(text).isascii()
    assert drawable(drawable(text)) == drawable(text)


texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300)


@settings(max_examples=15, deadline=None)
@given(texts, texts, texts, st.lists(st.sampled_from(FEATURES), max_size=9).map(tuple))
def test_any_text_stays_inside(above: str, name: str, text: str, marks: tuple[str, ...]) -> None:
    card = Card(above, name, text, (("Owner", name), ("Licence", above)), "Holds", marks, ("mcp",))
    assert margins(picture(card)) == {(251, 252, 249)}


def test_a_word_without_end_costs_little() -> None:
    picture(HELLO._replace(name="w" * 1_000_000, text="w" * 1_000_000, marks=("w" * 1_000_000, "\u4f60"), active=()))


def test_a_path_follows_what_is_shown() -> None:
    assert card_path(HELLO) == card_path(HELLO._replace())
    assert card_path(HELLO) != card_path(HELLO._replace(text="Another"))
    assert card_path(HELLO).startswith("assets/card-")


def test_long_texts_end_in_dots() -> None:
    assert first_of(["one two", "three"], 1, 36, 0, 100) == ["one..."]
    assert first_of(["one two"], 1, 36, 0, 100) == ["one two"]
    assert next(lines_of("supercalifragilistic", 36, 0, 100, "")) == "superc"


def test_the_card_of_a_registry() -> None:
    card = registry_card(Speech(Words()).say, sample.REGISTRY)
    assert (card.above, card.name) == ("packs.example.org", "Example packs")
    assert card.facts == (("To check one", "minisign and sha256sum"),)
    assert margins(picture(card)) == {(251, 252, 249)}

"""`packyard words`, and what `docs/site.md` says to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from packyard.cli.words import command
from packyard.formats.words import parse_words
from packyard.phrases import phrases
from packyard.tool import templates_folder
from tests.test_readme import DOCS, home, run, tour

__all__ = ["home"]

SURFACES = Path(__file__).resolve().parents[2] / "packyard" / "surfaces"


def test_the_catalogue_is_whole_and_can_be_read() -> None:
    said = CliRunner().invoke(command, [])
    words = parse_words(said.stdout.encode())
    found = phrases(templates_folder(), SURFACES)
    assert list(words.texts) == [phrase.text for phrase in found]
    assert [len(words.texts[phrase.text]) for phrase in found] == [2 if phrase.many else 1 for phrase in found]
    assert words.texts["Publishers"] == ("Publishers",)


def test_what_a_translation_lacks_is_said(tmp_path: Path) -> None:
    page = tmp_path / "words.yaml"
    page.write_text("format: packyard/words/1\nlanguage: de\nwords: {Publishers: Herausgeber, Nobody says: Niemand}\n")
    said = CliRunner().invoke(command, [str(page)])
    assert said.exit_code == 1
    assert "untranslated: Publish\n" in said.stdout
    assert "untranslated: Publishers\n" not in said.stdout
    assert "said nowhere: Nobody says\n" in said.stdout


def test_every_phrase_is_said_with_literals() -> None:
    """A text that is put together while the program runs could not be found, nor translated."""
    for phrase in phrases(templates_folder(), SURFACES):
        assert phrase.text.strip() == phrase.text, phrase
        assert "\n" not in phrase.text + phrase.many, phrase


@pytest.mark.interop
def test_the_commands_of_the_page(home: Path) -> None:
    run(home, tour(DOCS / "site.md"))

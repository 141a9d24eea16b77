"""`site/words.yaml`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.fields import errors_of
from packyard.formats.words import Words, format_words, parse_words

TEXT = """\
format: packyard/words/1
language: de
direction: ltr
plural: n != 1
words:
  Published: Veröffentlicht
  Signed by {name}: Unterschrieben von {name}
  "{count} file": ["{count} Datei", "{count} Dateien"]
"""

plain = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="{}"), min_size=1, max_size=20)
pairs = st.dictionaries(plain, st.lists(plain, min_size=1, max_size=4).map(tuple))


def problems(text: str) -> list[tuple[str, int]]:
    with pytest.raises(FormatError) as caught:
        parse_words(text.encode())
    return [(error.code, error.line) for error in errors_of(caught.value)]


def test_the_example() -> None:
    words = parse_words(TEXT.encode())
    assert (words.language, words.direction, words.plural) == ("de", "ltr", "n != 1")
    assert words.texts["Published"] == ("Veröffentlicht",)
    assert words.texts["{count} file"] == ("{count} Datei", "{count} Dateien")


@given(pairs)
def test_format_and_parse_are_inverse(texts: dict[str, tuple[str, ...]]) -> None:
    words = Words("ar", "rtl", "n==0 ? 0 : n==1 ? 1 : 2", texts)
    assert parse_words(format_words(words)) == words


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("language: de", "language: ''", ("field-missing", 2)),
        ("language: de", "language: d/e", ("field-invalid", 2)),
        ("direction: ltr", "direction: up", ("field-invalid", 3)),
        ("plural: n != 1", "plural: n != m", ("field-invalid", 4)),
        ("plural: n != 1", "plural: (n", ("field-invalid", 4)),
        ("von {name}", "von {nam}", ("words-placeholder", 7)),
        ("von {name}", "von {name", ("words-placeholder", 7)),
        ("von {name}", "von {name.__class__}", ("words-placeholder", 7)),
        ("von {name}", "von {name!r}", ("words-placeholder", 7)),
        ("von {name}", "von {}", ("words-placeholder", 7)),
        ("Published: Veröffentlicht", "Published: '{count}'", ("words-placeholder", 6)),
        ("Published: Veröffentlicht", "Published: ['{count}', b]", ("words-placeholder", 6)),
        ("von {name}", "von {{name}}", ("words-placeholder", 7)),
        ("von {name}", "von {{ {name}", ("words-placeholder", 7)),
        ("Published: Veröffentlicht", "Published: 'a {{'", ("words-placeholder", 6)),
        ("Published: Veröffentlicht", "Published: 'a }'", ("words-placeholder", 6)),
        ("Published: Veröffentlicht", "Published: []", ("field-type", 6)),
        ("Published: Veröffentlicht", "Published: {a: b}", ("field-type", 6)),
        ("format:", "colour: red\nformat:", ("field-unknown", 1)),
    ],
)
def test_what_is_refused(old: str, new: str, problem: tuple[str, int]) -> None:
    assert problem in problems(TEXT.replace(old, new, 1))


def test_the_singular_may_leave_the_number_out() -> None:
    text = TEXT.replace('["{count} Datei"', '["eine Datei"')
    assert parse_words(text.encode()).texts["{count} file"][0] == "eine Datei"

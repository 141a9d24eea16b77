"""What pages say, in the language of a registry."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from packyard.formats.words import Words
from packyard.surfaces.words import Speech

ENGLISH = Speech(Words())
TEXTS = {"{count} file": ("{count} plik", "{count} pliki", "{count} plików"), "By {name}": ("Autor: {name}",)}
POLISH = Speech(Words("pl", "ltr", "n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2", TEXTS))


def test_english_is_its_own_key() -> None:
    assert ENGLISH.say("By {name}", name="Ada") == "By Ada"
    assert ENGLISH.count("{count} file", "{count} files", 1) == "1 file"
    assert ENGLISH.count("{count} file", "{count} files", 1234) == "1,234 files"


def test_what_is_filled_in_is_escaped_once() -> None:
    assert ENGLISH.say("By {name}", name="<b>") == "By &lt;b&gt;"
    assert ENGLISH.say("By {name}", name=Markup("<b>Ada</b>")) == "By <b>Ada</b>"
    assert ENGLISH.say("Files & folders") == "Files &amp; folders"
    assert ENGLISH.say("By {name}", name="{name}") == "By {name}"


@pytest.mark.parametrize(("count", "said"), [(1, "1 plik"), (2, "2 pliki"), (5, "5 plików"), (22, "22 pliki")])
def test_each_language_counts_in_its_own_way(count: int, said: str) -> None:
    assert POLISH.count("{count} file", "{count} files", count) == said


def test_what_is_not_translated_stays_english() -> None:
    assert POLISH.say("Published") == "Published"
    assert POLISH.say("By {name}", name="Ada") == "Autor: Ada"

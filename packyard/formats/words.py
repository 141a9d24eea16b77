"""`site/words.yaml` in a registry's source: what the pages say, in another language.

    format: packyard/words/1
    language: de
    direction: ltr
    plural: n != 1
    words:
      Published: Veröffentlicht
      Signed by {name}: Unterschrieben von {name}
      "{count} file": ["{count} Datei", "{count} Dateien"]

A word is named by its English text; of a pair that counts, by the text for one. What is not translated stays English.
Names in braces stand for what the page fills in, so a translation has the same ones, and there are no other braces.
The forms of a text that counts may leave `{count}` out; no text may have it unless the English does. `plural` says
which form of a list a number takes: an expression of `n` as gettext has them (GNU gettext manual, 12.6); a list has a
text for each form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats.fields import Fields, format_text, kind_of, shown
from packyard.formats.strict import load_yaml

FORMAT = "packyard/words/1"
DIRECTIONS = ("ltr", "rtl")
ENGLISH_PLURAL = "n != 1"
#: The most bytes of the file, characters of a text, and forms of a word that counts.
FILE_LIMIT, LIMIT, FORMS = 512_000, 2_000, 6

_NAME = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_PLURAL = re.compile(r"[n0-9 ()%!=<>&|?:]{1,200}")


class Words(NamedTuple):
    """A language by its tag (BCP 47), its direction, and the texts by their English ones: one, or one for each form."""

    language: str = "en"
    direction: str = "ltr"
    plural: str = ENGLISH_PLURAL
    texts: Mapping[str, tuple[str, ...]] = {}


def parse_words(data: bytes) -> Words:
    """The words in `words.yaml`. Raises `FormatError`."""
    fields = Fields(load_yaml(data, FILE_LIMIT))
    fields.choice("format", [FORMAT])
    words = Words(
        fields.required_text("language", limit=40, check=_check_language),
        fields.choice("direction", DIRECTIONS) if fields.raw("direction") is not None else "ltr",
        fields.text("plural", ENGLISH_PLURAL, limit=200, check=_check_plural),
        _texts(fields.mapping("words")),
    )
    fields.finish()
    return words


def format_words(words: Words) -> bytes:
    """The text of `words.yaml`; `parse_words` gives the same words."""
    lines = [f"format: {FORMAT}", f"language: {words.language}", f"direction: {words.direction}"]
    lines += [f"plural: {format_text(words.plural)}", "words:" if words.texts else "words: {}"]
    for english, texts in words.texts.items():
        said = [format_text(text) for text in texts]
        lines += [f"  {format_text(english)}: {said[0]}"] if len(said) == 1 else [f"  {format_text(english)}:"]
        lines += [f"    - {text}" for text in said] if len(said) > 1 else []
    return ("\n".join(lines) + "\n").encode()


def placeholders(text: str) -> frozenset[str]:
    """The names in braces. Raises `words-placeholder` when a brace encloses no plain name; none can be said."""
    around = _NAME.split(text)
    if any("{" in part or "}" in part for part in around[::2]):
        message = f"braces in `{shown(text)}` enclose no plain name"
        raise FormatError("words-placeholder", message, expected="a name such as {count}", found=shown(text))
    return frozenset(around[1::2])


def _texts(fields: Fields) -> dict[str, tuple[str, ...]]:
    found = dict[str, tuple[str, ...]]()
    for english in fields.names():
        value = fields.raw(english)
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) and 0 < len(text) <= LIMIT for text in texts) or not 0 < len(texts) <= FORMS:
            kind = kind_of(value)
            fields.refuse("field-type", "is no text and no list of texts", english, expected="text", found=kind)
            continue
        found[english] = tuple(texts)
        _check_placeholders(fields, english, texts)
    return found


def _check_placeholders(fields: Fields, english: str, texts: list[Any]) -> None:
    wanted = fields.check(placeholders, english, english)
    for text in texts:
        said = fields.check(placeholders, text, english)
        free = {"count"} if wanted and "count" in wanted and len(texts) > 1 else set()
        if wanted is not None and said is not None and said - free != wanted - free:
            expected, found = (", ".join(sorted(names)) or "none" for names in (wanted, said))
            message = "has other names in braces than the English text"
            fields.refuse("words-placeholder", message, english, expected=expected, found=found)


def _check_language(text: str) -> None:
    if not _LANGUAGE.fullmatch(text):
        raise FormatError("field-invalid", "is not the tag of a language", expected="such as de", found=shown(text))


def _check_plural(text: str) -> None:
    from gettext import c2py

    try:
        if _PLURAL.fullmatch(text):
            c2py(text)
            return
    except ValueError:
        pass
    raise FormatError("field-invalid", "chooses no form", expected=f"such as {ENGLISH_PLURAL}", found=shown(text))

"""What somebody searches for: words, and filters, in one line of text.

    tag:python target:cursor owner:alice review
    license:"BSD 3" has:hooks deprecated:no "c:"

Every word and every filter must hold. A filter given twice demands both values where a pack can have many (`tag`,
`target`, `feature`, `has`, `channel`, `routing`), and either where it has one (`owner`, `license`). Quotes keep a value
together, and make a plain word of what would be a filter. Values are compared folded (`search_text`).

    tag target feature    a tag; a program the pack is for; a kind of thing in it. A pack for `*` is for every program
    has                   the same as feature; `has:routing`: models.json chooses models by the task
    owner author          who owns the pack: a publisher or an organisation
    license licence       the licence, or one of those that an SPDX expression names; `none`: the pack does not say
    channel routing       a channel that offers a version; a dimension of the routing, such as `budget`
    deprecated archived renamed    yes or no

What the rows of a catalogue do not say cannot be filtered by: that is refused, because any answer would be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from packyard.client.search_rows import Entry
from packyard.client.search_text import SEPARATOR, fold
from packyard.errors import FormatError

#: The most characters of a query, and words and filters in it.
LIMIT, MOST = 1000, 32

#: For each filter, the field of a row that it looks at.
FIELDS = {
    "tag": "tags",
    "target": "targets",
    "feature": "features",
    "has": "features",
    "owner": "owner",
    "license": "license",
    "channel": "channels",
    "routing": "routing",
    "deprecated": "deprecated",
    "archived": "archived",
    "renamed": "renamed",
}
_OTHER_NAMES = {"author": "owner", "licence": "license"}
_EITHER = {"owner", "license"}
#: Where `*` stands for every value.
_STARRED = {"target", "feature", "has"}
_FLAGS = {"deprecated", "archived", "renamed"}
_YES_NO = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}

_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*"|")+')
_LICENSES = re.compile(r"[\s()]+")
_EDGES = ".,;:!?()[]{}'\"`"


class Filter(NamedTuple):
    """A filter by its first name, and the value that it demands, folded."""

    name: str
    value: str

    @property
    def field(self) -> str:
        """The field of a row that it looks at."""
        return "routing" if self == ("has", "routing") else FIELDS[self.name]

    def __str__(self) -> str:
        return f'{self.name}:"{self.value}"' if " " in self.value else f"{self.name}:{self.value}"


class Query(NamedTuple):
    """Words, folded, and filters, each in the order in which they were given."""

    words: tuple[str, ...]
    filters: tuple[Filter, ...]


def parse_query(text: str, filters: Iterable[tuple[str, str]] = ()) -> Query:
    """The query in a line of text, with further filters as (name, value).

    Raises `FormatError`: `search-too-long`, `search-filter` for one that is not known, `search-value`.
    """
    words, found = list[str](), [make_filter(name, value) for name, value in filters]
    _check_length(len(text) > LIMIT)
    for token in _TOKEN.findall(text):
        name, colon, value = token.partition(":")
        if colon and name.isascii() and name.isalpha():
            found.append(make_filter(name, value.replace('"', "")))
        else:
            words += (word for part in token.split() if (word := fold(part).strip(_EDGES)))
    query = Query(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(found)))
    _check_length(len(query.words) + len(query.filters) > MOST)
    return query


def make_filter(name: str, value: str) -> Filter:
    """A filter. Raises `FormatError`."""
    called = name.lower()
    called = _OTHER_NAMES.get(called, called)
    folded = " ".join(fold(value).split()).removeprefix("@" if called == "owner" else "")
    if called not in FIELDS:
        known = ", ".join((*FIELDS, *_OTHER_NAMES))
        hint = f'put it in quotes to search for the text: "{name}:{value}"'
        raise FormatError("search-filter", "there is no such filter", expected=known, found=name, help=hint)
    if called in _FLAGS:
        folded = _YES_NO.get(folded, "")
    if not folded or len(folded) > LIMIT:
        expected = "yes or no" if called in _FLAGS else "a value"
        hint = f"such as `{called}:{'yes' if called in _FLAGS else 'VALUE'}`"
        raise FormatError("search-value", f"not a value for `{name}`", expected=expected, found=value, help=hint)
    if called == "has":
        _check_has(folded)
    return Filter(called, folded)


def _check_has(value: str) -> None:
    from packyard.formats.manifest import FEATURES  # few queries need it, and its import takes a while

    if value not in (*FEATURES, "routing"):
        expected, hint = ", ".join((*FEATURES, "routing")), "`feature:VALUE` finds what packs call their features"
        raise FormatError("search-value", "nothing is known of this", expected=expected, found=value, help=hint)


def _check_length(too_long: bool) -> None:
    if too_long:
        expected = f"at most {LIMIT} characters, and {MOST} words and filters"
        raise FormatError("search-too-long", "the query is too long", expected=expected, help="use fewer words")


def check_answerable(filters: Iterable[Filter], fields: Collection[str]) -> None:
    """Return when rows with these fields can answer every filter. Raises `FormatError`, `search-unanswered`."""
    for wanted in filters:
        if wanted.field not in fields:
            message = f"the catalogue of this registry does not say what `{wanted}` asks for"
            expected = f"a field `{wanted.field}` in the rows of index.json"
            hint = "leave the filter out; `packyard info NAME` tells more of one pack"
            raise FormatError("search-unanswered", message, expected=expected, help=hint)


def holds(filters: Iterable[Filter], entry: Entry) -> bool:
    """Whether a pack is what the filters demand, each of which its catalogue can answer."""
    either = dict[str, bool]()
    for wanted in filters:
        held = _holds(wanted, getattr(entry, wanted.field))
        if wanted.name in _EITHER:
            either[wanted.name] = either.get(wanted.name, False) or held
        elif not held:
            return False
    return all(either.values())


def _holds(wanted: Filter, value: str) -> bool:
    if wanted == ("has", "routing"):
        return bool(value)
    if wanted.name in _FLAGS or wanted.name == "owner":
        return value == wanted.value
    if wanted.name == "license":
        return wanted.value in _licenses(value) if value else wanted.value == "none"
    starred = wanted.name in _STARRED and f"{SEPARATOR}*{SEPARATOR}" in value
    return starred or f"{SEPARATOR}{wanted.value}{SEPARATOR}" in value


def _licenses(expression: str) -> set[str]:
    return {expression, *_LICENSES.split(expression)} - {"", "and", "or", "with"}

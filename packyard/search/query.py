"""What somebody searches for, and what is found first: the specification of every search of Packyard.

    tag:python target:cursor owner:alice review
    license:"BSD 3" has:hooks deprecated:no "c:"

**A query** is words and filters in one line of text. Words are cut and compared as `packyard.search.text` says. A
filter given twice demands both values where a pack can have many (`tag`, `target`, `feature`, `has`, `channel`,
`routing`), and either where it has one (`owner`, `license`). Quotes keep a value together, and make plain words of what
would be a filter. Values are compared folded.

    tag target feature    a tag; a program the pack is for; a kind of thing in it. A pack for `*` is for every program
    has                   the same as feature; `has:routing`: models.json chooses models by the task
    owner author          who owns the pack: a publisher or an organisation
    license licence       the licence, or one of those that an SPDX expression names; `none`: the pack does not say
    channel routing       a channel that offers a version; a dimension of the routing, such as `budget`
    deprecated archived renamed    yes or no

**A pack is found** when it holds every filter, and every word is somewhere in it. A word is worth most at the best
place where it stands; where a place is given two figures, the second is for a word there that only begins so:

    80 75    the first word of the name, a scope left aside      code     code-review, coder
    70 60    another word of the name, or of the scope           review   code-review, my-reviewer
    55 40    a tag of one word                                   python
    50 40    a word of a longer tag                              code     tag code-review
    25       the owner
    20 15    a word of the description
    15 10    a word of a program that the pack is for by its name   claude, code   target claudecode

Beginnings count from one letter on at the first word of the name, from three on in descriptions, else from two on;
those that are not ASCII everywhere; at owners never, at programs from four letters on. A letter beside longer words
need not be there, and counts when it is a whole word.

**A slip** is a letter more, less or other, or two neighbours swapped. When fewer than `ENOUGH` packs have all words in
names and tags, a name one slip away from all words of the query together, which are `NAME_LETTERS` or more, is found
as well, and is worth 58 for each word. When no pack has them all there, and several words are no such name, a word
of three letters or more that is no word of a name or tag, and in fewer than `ENOUGH` packs, is taken also for the four
nearest words of names and tags that are a slip away, two slips from eight letters on: 35 in a name, 30 in a tag, 5
less for two slips. A slip is looked for among words that share with the typed one its first or its last letters
(`packyard.search.slips`). A name that differs by nothing but hyphens is found always, like one with a slip; one that
begins with all words of the query together is worth 85 for each, where there are several.

What is found by a slip alone is said to be: `meant` is the name of the first pack of a page that is found so by its
name, else the words as that pack has them.

When no pack has every word, those that have the most of them are shown, as a *part* of what was asked for.

**The order** by relevance: the pack of that very name; the one of that name in a scope; a name that differs by hyphens;
then what is not deprecated, archived or renamed; then by the sum of what the words are worth; then the shorter name, of
those that begin with a word; then what was published first. Other orders are by the names' code points, by `updated`,
`quality`, `downloads` or `weekly` from the highest down, what is not known last; then as by relevance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.search.text import asked, fold, spaced, squeezed

#: The most characters of a query, and words and filters in it.
LIMIT, MOST = 1000, 32
#: Packs that make it needless to look for slips; letters of a name from which on a slip is looked for.
ENOUGH, NAME_LETTERS = 10, 6

SORTS = ("relevance", "name", "updated", "downloads", "weekly", "quality")
#: The most packs of a page.
PAGE_LIMIT = 1000

FILTERS = (
    "tag",
    "target",
    "feature",
    "has",
    "owner",
    "license",
    "channel",
    "routing",
    "deprecated",
    "archived",
    "renamed",
)
_OTHER_NAMES = {"author": "owner", "licence": "license"}
#: Filters of which one value is enough, those for which `*` is every value, and those that are yes or no.
EITHER, STARRED, FLAGS = {"owner", "license"}, {"target", "feature"}, {"deprecated", "archived", "renamed"}
_YES_NO = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}

_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*"|")+')


class Filter(NamedTuple):
    """A filter by its first name, and the value that it demands, folded."""

    name: str
    value: str

    @property
    def fact(self) -> tuple[str, str]:
        """The field of the index that is looked at, and its value."""
        if self.name == "has":
            return ("routing", "yes") if self.value == "routing" else ("feature", self.value)
        return self

    def __str__(self) -> str:
        return f'{self.name}:"{self.value}"' if " " in self.value else f"{self.name}:{self.value}"


class Query(NamedTuple):
    """Words, folded, and filters, each in the order in which they were given; `extra` are words that need not be there,
    `name` is what all of them are together.
    """

    words: tuple[str, ...]
    filters: tuple[Filter, ...]
    extra: tuple[str, ...] = ()
    name: str = ""

    @property
    def several(self) -> bool:
        """Whether there are several words."""
        return len(self.words) + len(self.extra) > 1


def parse_query(text: str, filters: Iterable[tuple[str, str]] = ()) -> Query:
    """The query in a line of text, with further filters as (name, value).

    Raises `FormatError`: `search-too-long`, `search-filter` for one that is not known, `search-value`.
    """
    plain, found = list[str](), [make_filter(name, value) for name, value in filters]
    _check_length(len(text) > LIMIT)
    for token in _TOKEN.findall(text):
        name, colon, value = token.partition(":")
        if colon and name.isascii() and name.isalpha():
            found.append(make_filter(name, value.replace('"', "")))
        else:
            plain.append(fold(token))
    joined = " ".join(plain)
    words, wanted = tuple(dict.fromkeys(asked(joined))), tuple(dict.fromkeys(found))
    _check_length(len(words) + len(wanted) > MOST)
    short = tuple(word for word in words if len(word) == 1 and word.isascii())
    extra = short if len(short) < len(words) else ()
    return Query(tuple(word for word in words if word not in extra), wanted, extra, squeezed(joined))


def make_filter(name: str, value: str) -> Filter:
    """A filter. Raises `FormatError`."""
    called = name.lower()
    called = _OTHER_NAMES.get(called, called)
    folded = spaced(fold(value)).removeprefix("@" if called == "owner" else "")
    if called not in FILTERS:
        known = ", ".join((*FILTERS, *_OTHER_NAMES))
        hint = f'put it in quotes to search for the text: "{name}:{value}"'
        raise FormatError("search-filter", "there is no such filter", expected=known, found=name, help=hint)
    if called in FLAGS:
        folded = _YES_NO.get(folded, "")
    if not folded or len(folded) > LIMIT:
        expected = "yes or no" if called in FLAGS else "a value"
        hint = f"such as `{called}:{'yes' if called in FLAGS else 'VALUE'}`"
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

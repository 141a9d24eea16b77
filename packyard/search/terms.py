"""What a pack is found by: its terms, each with the best place where it stands in the pack.

    hello-world, "Greets the reader", tags greeting, owner alice, for Claude Code, MIT:

    hello f11  world n  greeting t  alice o  greets d  the d  reader d        words; f with the length of the name
    claudecode a  claude a  code a                                            words of a program, together and apart
    h* f11  he* f11  hel* f11  wo* n  wor* n  …  rea* d                       beginnings of words, up to three letters
    =helloworld e                                                             the name
    greeting:tag x  claudecode:target x  mit:license x  alice:owner x  …      what filters ask for

Places, the best first:

    f    the word with which the name begins, a scope left aside; n  another word of the name
    t    a tag of one word; u  a word of a longer tag
    o    the owner; d  a word of the description; a  a word of a program that the pack is for
    e    the name; b  the name without its scope; x  a filter holds

A pack has each term once. Nothing here changes by a new version that says the same of itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from packyard.search.entry import Entry
from packyard.search.text import fold, shortened, spaced, squeezed, words

#: Places where a slip may be read as what stands there, and those that come with the length of the name.
NAMED, WITH_LENGTH = "fntu", "f"
#: Letters of words among which a slip is looked for; the most of short ones, and the least of long ones.
SHORTEST, SHORT, LONG = 3, 5, 4
#: The most letters of a beginning that has a list of its own.
BEGINNING = 3
#: For each place, how many letters a beginning must have to be listed, where they are ASCII.
_LEAST = {"f": 1, "n": 2, "t": 2, "u": 2, "d": 3}
_MOST_LENGTH = 255
#: Programs whose names are written as one word in manifests, and as several by people.
_APART = {
    "claudecode": "claude code",
    "codexcli": "codex cli",
    "mistralvibe": "mistral vibe",
    "geminicli": "gemini cli",
    "qwencode": "qwen code",
    "factorydroid": "factory droid",
    "augmentcode": "augment code",
}

Terms = Mapping[str, tuple[str, int]]


def terms_of(entry: Entry) -> Terms:
    """The terms of a pack: for each its place, and the length of the name where that counts, else 0."""
    name = fold(entry.name)
    found = dict[str, tuple[str, int]]()
    for place, word in _words(entry, name):
        found.setdefault(word, (place, min(len(name), _MOST_LENGTH) if place in WITH_LENGTH else 0))
    for word, known in tuple(found.items()):
        for beginning in _beginnings(word, known[0]):
            found.setdefault(beginning, known)
    found["=" + squeezed(name)] = "e", 0
    if name.startswith("@"):
        found.setdefault("=" + squeezed(name.rpartition("/")[2]), ("b", 0))
    for field, values in facets(entry).items():
        found.update((facet(field, value), ("x", 0)) for value in values)
    return found


def facet(field: str, value: str) -> str:
    """The term of a filter."""
    return f"{shortened(value)}:{field}"


def facets(entry: Entry) -> Mapping[str, tuple[str, ...]]:
    """The values that filters compare, folded, by the first name of the filter."""
    licence = _one(entry.license or "")
    flags = {"deprecated": entry.deprecated, "archived": entry.archived, "renamed": entry.renamed}
    return {
        "tag": _folded(entry.tags),
        "target": _folded(entry.targets),
        "feature": _folded(entry.features),
        "owner": _folded((entry.owner,)),
        "license": (licence, *_licenses(licence)) if licence else ("none",),
        "channel": _folded(entry.channels),
        "routing": (*_folded(entry.routing), *(("yes",) if entry.routing else ())),
        **{name: ("yes",) if value else () for name, value in flags.items()},
    }


def spellings(term: str, places: Iterable[str]) -> tuple[str, ...]:
    """The terms without a list by which slips of a term are found, given the places where it stands: forwards for those
    behind its first letters, backwards for those in them. Short words stand apart, so that a slip in one is sought
    among few.
    """
    if term.startswith("="):
        return ("~" + term[:0:-1],)
    if len(term) < SHORTEST or ":" in term or "*" in term or not any(place in NAMED for place in places):
        return ()
    short = ("<" + term, ">" + term[::-1]) if len(term) <= SHORT else ()
    long = ("(" + term, ")" + term[::-1]) if len(term) >= LONG else ()
    return short + long


def _words(entry: Entry, name: str) -> Iterator[tuple[str, str]]:
    """The words of a row with their places, the best place first."""
    scope, _, bare = name.rpartition("/")
    own = words(bare)
    yield from (("f", word) for word in own[:1])
    yield from (("n", word) for word in (*own[1:], *words(scope)))
    tags = [words(fold(tag)) for tag in entry.tags]
    yield from (("t", tag[0]) for tag in tags if len(tag) == 1)
    yield from (("u", word) for tag in tags for word in tag)
    yield from (("o", word) for word in words(fold(entry.owner)))
    yield from (("d", word) for word in words(fold(entry.description)))
    targets = [fold(target) for target in entry.targets]
    yield from (("a", word) for target in targets for word in (*words(target), *words(_APART.get(target, ""))))


@lru_cache(1 << 14)
def _beginnings(word: str, place: str) -> tuple[str, ...]:
    least = _LEAST.get(place, BEGINNING + 1) if word[:BEGINNING].isascii() else 1
    return (
        tuple(word[:length] + "*" for length in range(least, min(BEGINNING, len(word)) + 1))
        if place not in "oa"
        else ()
    )


def _one(value: str) -> str:
    return spaced(fold(value))


def _folded(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(_one, values)))


def _licenses(expression: str) -> Iterator[str]:
    """The licences that an SPDX expression names."""
    parts = expression.replace("(", " ").replace(")", " ").split()
    return (part for part in parts if part not in ("and", "or", "with"))

"""Lists of packs, as text: which packs a term stands in, and where.

    reader⇥f0;5:⇥d1a0
    LINE = TERM (TAB PLACE NUMBERS)*

A term is on a line of its own, with a list for each place (`packyard.search.terms`), by the places' letters.
`NUMBERS` are for each pack, by its id upwards, how many ids are left out since the one before (since -1 before the
first), and at place `f` the length of the name. A number is written in digits to the base 32, the lowest
first; the digit d is the character 48 + d when it is the last one, else 80 + d. gzip then brings a list near to what it
must take, however dense it is; so there is one form and no bitmap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packyard.search.entry import invalid
from packyard.search.terms import WITH_LENGTH

PLACES = "abdefnotux"

#: The packs at a place: (id, length of the name or 0), by id.
Packs = Sequence[tuple[int, int]]


def number(value: int) -> str:
    """A whole number from 0 on."""
    return _SHORT[value] if value < len(_SHORT) else _digits(value)


def _digits(value: int) -> str:
    digits = ""
    while value >= 32:
        digits += chr(80 + value % 32)
        value //= 32
    return digits + chr(48 + value)


_SHORT = tuple(map(_digits, range(2048)))


def numbers(text: str) -> Iterator[int]:
    """The numbers in a text; what is none gives some number. Raises `FormatError` for one of more than ten digits."""
    value = scale = 0
    for digit in text.encode("latin-1", "replace"):
        value += (digit - 48) % 32 << scale
        scale += 5
        if digit < 80:
            yield value
            value = scale = 0
        elif scale > 45:
            raise invalid("a number is too large")


def format_ids(ids: Iterable[int]) -> str:
    """Ids, which rise, without lengths."""
    return format_list("x", ((ident, 0) for ident in ids))[1:]


def parse_ids(text: str) -> list[int]:
    """The inverse of `format_ids`."""
    return [ident for ident, _ in parse_list("x" + text)]


def format_list(place: str, packs: Iterable[tuple[int, int]]) -> str:
    """A place and the packs there."""
    parts, last = [place], -1
    for ident, length in packs:
        parts.append(number(ident - last - 1))
        last = ident
        if place in WITH_LENGTH:
            parts.append(number(length))
    return "".join(parts)


def parse_list(text: str) -> list[tuple[int, int]]:
    """The packs of a list."""
    found, last, given = list[tuple[int, int]](), -1, numbers(text[1:])
    with_length = text[:1] in WITH_LENGTH
    for skipped in given:
        last += skipped + 1
        found.append((last, next(given, 0) if with_length else 0))
    return found


def format_line(term: str, lists: Mapping[str, Packs]) -> str:
    """A term's line."""
    return "\t".join((term, *(format_list(place, lists[place]) for place in PLACES if lists.get(place))))


def parse_line(line: str) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    """The inverse of `format_line`."""
    term, *lists = line.split("\t")
    return term, {text[:1]: parse_list(text) for text in lists}

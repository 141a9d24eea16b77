"""The parameters of a request, and the search that `GET /packs` means.

    q          words and filters in one line, as in `packyard.search.query`: `review has:routing`
    tags targets features    each a list with commas, or given several times; a pack must have all of them
    author     who owns the pack: a publisher or an organisation
    sort       relevance (the default), name, updated, downloads, weekly, quality
    page limit 1 and 20 unless given; at most `PAGE_LIMIT` packs
    offset     in place of `page`: how many packs are before it, a multiple of the limit

Parameters that are not known are passed over, as the API has it. One that is known and not what it should be is an
error: nobody should take the answer to another question for that to his own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from packyard.bridge.values import Asked, Refused
from packyard.errors import FormatError
from packyard.search.query import PAGE_LIMIT, SORTS, parse_query

#: The most characters and parameters of a query, and the highest number of a page.
LIMIT, MOST, PAGES = 4096, 64, 1_000_000
#: How many packs a page has unless it is said.
PAGE = 20

_FILTERS = {"tags": "tag", "targets": "target", "features": "feature"}

Parameters = Mapping[str, Sequence[str]]


def parse_parameters(query: str) -> Parameters:
    """The values of each parameter, in their order. Raises `Refused`."""
    if len(query) > LIMIT:
        raise Refused(400, f"the query is too long: at most {LIMIT} characters are read")
    found = dict[str, list[str]]()
    try:
        for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=MOST, errors="strict"):
            found.setdefault(name, []).append(value)
    except ValueError:
        raise Refused(400, f"the query cannot be read: at most {MOST} parameters in UTF-8 are") from None
    return found


def parse_search(parameters: Parameters) -> Asked:
    """The search that the parameters mean. Raises `Refused`."""
    try:
        query = parse_query(one(parameters, "q"), list(_filters(parameters)))
    except FormatError as error:
        raise refused(error) from None
    sort = one(parameters, "sort") or SORTS[0]
    if sort not in SORTS:
        raise Refused(400, "there is no such order", parameter="sort", expected=list(SORTS), found=sort)
    return Asked(query, sort, *parse_page(parameters))


def parse_page(parameters: Parameters, limit: int = PAGE) -> tuple[int, int]:
    """The page and how many packs it has, `limit` unless it is given. Raises `Refused`."""
    size = number(parameters, "limit", limit, PAGE_LIMIT)
    if not one(parameters, "offset").strip("0"):
        return number(parameters, "page", 1, PAGES), size
    before = number(parameters, "offset", 1, PAGES)
    if before % size or one(parameters, "page"):
        message = "`offset` has to be a multiple of `limit`, without a `page`"
        raise Refused(400, message, parameter="offset", found=str(before))
    return before // size + 1, size


def number(parameters: Parameters, name: str, default: int, most: int) -> int:
    """A number from 1 on. Raises `Refused`."""
    text = one(parameters, name)
    if not text:
        return default
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    if not 1 <= value <= most:
        raise Refused(400, f"not a value for `{name}`", parameter=name, expected=f"1 to {most}", found=text)
    return value


def one(parameters: Parameters, name: str) -> str:
    """The value of a parameter that can be given once; "" when it is not. Raises `Refused`."""
    given = parameters.get(name, [""])
    if len(given) > 1:
        raise Refused(400, f"`{name}` is given {len(given)} times", parameter=name)
    return given[0].strip()


def refused(error: FormatError) -> Refused:
    """What is said of a query that cannot be read."""
    return Refused(400, error.message, **details(error))


def details(error: FormatError) -> dict[str, Any]:
    """What is known of a mistake besides the message."""
    more = {"code": error.code, "expected": error.expected, "found": error.found, "help": error.help}
    return {name: text for name, text in more.items() if text}


def _filters(parameters: Parameters) -> Iterator[tuple[str, str]]:
    for name, called in _FILTERS.items():
        for value in (part.strip() for text in parameters.get(name, ()) for part in text.split(",")):
            if value == "routing" and name == "features":
                yield "has", value  # no feature of a pack's own, but one that a pack can be searched by
            elif value and value != "*":
                yield called, value
    if author := one(parameters, "author"):
        yield "owner", author

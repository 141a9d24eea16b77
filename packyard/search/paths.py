"""Where the search index stands on the site; see `packyard.search.index` for what is in it."""

from __future__ import annotations

import re

FOLDER = "search/"
#: What a search reads first: the whole catalogue of a small registry, the list of shards of a large one.
CATALOGUE = FOLDER + "catalogue.gz"

_PLAIN = re.compile(r"[^0-9a-z-]")


def terms(first: str) -> str:
    """The shard of terms that begins with the term `first`; "" is the first shard."""
    return f"{FOLDER}terms/t{_PLAIN.sub(lambda match: f'_{ord(match[0]):x}_', first)}.gz"


def rows(chunk: int) -> str:
    """A chunk of rows."""
    return f"{FOLDER}rows/{chunk}.gz"


def columns(chunk: int) -> str:
    """A chunk of columns."""
    return f"{FOLDER}columns/{chunk}.gz"

"""A pack as the index shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats.names import parse_name
from packyard.model import Row

FORMAT = "packyard/search/1"
_TEXTS, _LISTS = ("name", "latest", "description", "owner"), ("tags", "targets", "features", "routing")


class Entry(NamedTuple):
    """A row of the index, its fields in the order of the format (`packyard.search.index`). What strangers wrote is as
    they wrote it.
    """

    name: str
    latest: str
    description: str
    owner: str
    tags: Sequence[str]
    targets: Sequence[str]
    features: Sequence[str]
    license: str | None
    updated: int
    deprecated: Mapping[str, Any] | None
    archived: bool
    renamed: str | None
    channels: Mapping[str, str]
    routing: Sequence[str]
    quality: float | None = None
    downloads: float | None = None
    weekly: float | None = None

    @property
    def over(self) -> bool:
        """Whether nobody should begin to use the pack."""
        return bool(self.deprecated or self.archived or self.renamed)


def entry_of(row: Row) -> Entry:
    """A row of the catalogue as one of the index."""
    mark = row.deprecated
    more = {"replacement": mark.replacement, "legal": mark.legal} if mark else {}
    deprecated = {"reason": mark.reason, "date": mark.date} | {k: v for k, v in more.items() if v} if mark else None
    return Entry(
        row.name,
        row.latest,
        row.description,
        row.owner,
        row.tags,
        row.targets,
        row.features,
        row.license or None,
        row.updated,
        deprecated,
        row.archived,
        row.renamed or None,
        dict(row.channels),
        row.routing,
        row.quality,
    )


def parse_entry(values: object) -> Entry:
    """A row of the index, its types checked. Raises `FormatError`: `document-invalid`, `name-invalid`."""
    if type(values) is not list or len(values) != len(Entry._fields):
        raise invalid("a row has other fields")
    entry = Entry._make(values)
    texts = [getattr(entry, field) for field in _TEXTS]
    sequences = [getattr(entry, field) for field in _LISTS]
    if not all(type(each) is list for each in sequences) or type(entry.channels) is not dict:
        raise invalid("a list of a row is something else")
    texts += [item for each in (*sequences, entry.channels.values()) for item in each]
    texts += [each for each in (entry.license, entry.renamed) if each is not None]
    whole = type(entry.updated) is int and 0 <= entry.updated < 1 << 40
    right = all(type(each) is str for each in texts) and type(entry.archived) is bool and whole
    if right:
        right = "".join(texts).isascii() or not any("\ud800" <= letter <= "\udfff" for letter in "".join(texts))
    if not right or not isinstance(entry.deprecated, dict | None):
        raise invalid("a field of a row is something else")
    parse_name(entry.name)
    figures = map(figure, (entry.quality, entry.downloads, entry.weekly))
    return Entry._make((*entry[:-3], *figures))


def figure(value: Any) -> float | None:
    """A number that can be compared with others, if it is known."""
    return value if type(value) in (int, float) and 0 <= value < 1e15 else None


def invalid(message: str) -> FormatError:
    """What is said of a file that is none of the index."""
    return FormatError("document-invalid", message, expected=FORMAT)

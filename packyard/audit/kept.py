"""`by-hash/`: replaced metadata, each file under its hash, and the document that lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from packyard.audit.reading import DOCUMENT_LIMIT, Reading, parse_document
from packyard.errors import FormatError
from packyard.formats import documents, layout
from packyard.formats.times import parse_time

_DIGEST = re.compile("[0-9a-f]{64}")


def read_kept(reading: Reading) -> tuple[str, ...] | None:
    """The hashes that are kept; None, and a problem, when the document is not there or not in its form."""
    data = reading.read(layout.BY_HASH_INDEX, DOCUMENT_LIMIT)
    return reading.attempt(layout.BY_HASH_INDEX, _parse, data) if data is not None else None


def _parse(data: bytes) -> tuple[str, ...]:
    listed = parse_document(data, "packyard/by-hash/1").get("kept")
    if not isinstance(listed, list):
        raise FormatError("document-invalid", "`kept` is not a list")
    kept = dict(_item(each) for each in listed)
    # Neither signed nor hashed: so there is one form only.
    if documents.kept_document(kept) != data:
        raise FormatError("document-invalid", "the document is not in its canonical form")
    return tuple(kept)


def _item(fields: object) -> tuple[str, int]:
    digest, until = (fields.get("sha256"), fields.get("until")) if isinstance(fields, Mapping) else (None, None)
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest) or not isinstance(until, str):
        raise FormatError("document-invalid", "an item of `kept` is not a hash and a time")
    return digest, parse_time(until)

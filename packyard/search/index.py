"""The files of the search index, `packyard/search/1`: gzip members without name and time.

A pack's *id* is its place in the order of first publication, from 0 on: it never changes. What a search reads first:

    search/catalogue.gz      {"format":"packyard/search/1","count":N,"over":IDS,"shards":["","agent",…]}
    search/terms/tBORDER.gz  a shard of the dictionary: the lines (`lists`) of the terms from BORDER on
    search/rows/K.gz         [ROW,…]: the rows of the packs K * 8 to K * 8 + 7, one a line
    search/columns/K.gz      what is sorted by, of the packs K * 4096 and on: an object of lists

In a registry of fewer than `SMALL` packs the first file is the only one: it has `rows`, all of them, and `lines`, the
one shard. A larger one is in parts, of which a search reads few.

`over` are the ids (`lists.format_ids`) of packs that nobody should begin to use: deprecated, archived, renamed.
`shards` are the borders of the shards (`packyard.search.cut`), in the order of code points. In a file name what is not
0-9, a-z or a hyphen is its code point in hex between underscores.

    ROW = [name, latest, description, owner, tags, targets, features, license, updated, deprecated, archived, renamed,
           channels, routing, quality, downloads, weekly]

`updated` is in seconds since 1970; `deprecated` is null or an object with `reason` and `date`; `channels` maps names to
versions; what is absent or not known is null. A column is the list of `name`, `updated`, `quality`, `downloads` or
`weekly`, null where none is known.

A host may have unpacked the files: whoever reads them looks for the bytes 1f 8b first.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence

from packyard.search import lists
from packyard.search.entry import FORMAT, Entry, invalid

#: From so many packs on the index is in parts; so many rows, and values of columns, are together.
SMALL, CHUNK, COLUMN = 1_000, 8, 4_096
#: The most bytes of a file, packed and unpacked; the dictionary's largest shard is a list of all packs.
LIMIT = 1 << 23
COLUMNS = ("name", "updated", "quality", "downloads", "weekly")


def entry_text(entry: Entry) -> str:
    """A row as it stands in the files."""
    return _text(entry)


def entry_from(text: str) -> Entry:
    """The inverse of `entry_text`, for a row that the program itself wrote."""
    return Entry._make(json.loads(text))


def small_catalogue(count: int, over: Iterable[int], rows: Iterable[str], lines: Iterable[str]) -> bytes:
    """The one file of a small registry; rows as `entry_text` gives them."""
    head = _head(count, over, ("",))
    return pack((head[:-1] + ',"lines":' + _text("\n".join(lines)) + ',"rows":' + _rows(rows) + "}").encode())


def large_catalogue(count: int, over: Iterable[int], borders: Sequence[str]) -> bytes:
    """What a search in a large registry reads first."""
    return pack(_head(count, over, borders).encode())


def rows_chunk(rows: Iterable[str]) -> bytes:
    """Rows that are shown together, as `entry_text` gives them."""
    return pack(_rows(rows).encode())


def columns_chunk(values: Iterable[Sequence[object]]) -> bytes:
    """What is sorted by: for each pack its values in the order of `COLUMNS`."""
    return pack(_text(dict(zip(COLUMNS, map(list, zip(*values, strict=True)), strict=True))).encode())


def shard(lines: Iterable[str]) -> bytes:
    """A shard of the dictionary."""
    return pack("\n".join(lines).encode())


def pack(data: bytes) -> bytes:
    """The gzip form of a file, always the same one."""
    from packyard.formats.tarball import compress

    return compress(data)


def unpack(data: bytes) -> bytes:
    """The content of a file that a host may have unpacked. Raises `FormatError`: `document-invalid`."""
    if data[:2] != b"\x1f\x8b":
        return data
    stream = zlib.decompressobj(wbits=31)
    try:
        content = stream.decompress(data, LIMIT)
    except zlib.error:
        raise invalid("the gzip data is damaged") from None
    if stream.unconsumed_tail or not stream.eof:
        raise invalid("the gzip data does not end, or is too large")
    return content


def _head(count: int, over: Iterable[int], borders: Sequence[str]) -> str:
    return _text({"format": FORMAT, "count": count, "over": lists.format_ids(over), "shards": borders})


def _rows(rows: Iterable[str]) -> str:
    return "[" + ",\n".join(rows) + "]"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""The report of somebody who has built a published site again from its source: `packyard/rebuild/1`.

    {"format": "packyard/rebuild/1", "origin": "packs.example.org", "snapshot": 42, "commit": HEX,
     "log": {"size": 5120, "root": BASE64},
     "sums": {"index.json": HEX, "index.sums": HEX, "site.sums": HEX},
     "same": true, "development": false, "depth": "files", "files": 1240,
     "differences_total": 0, "differences": [{"path": P, "expected": HEX, "found": HEX}, …],
     "tool": HEX}

`sums` are those of the published snapshot, so the report is about these bytes wherever they are served. `same` says
that the source makes them. `depth` is `files` when every published file was read and held against the lists, `lists`
when only the hashes in the snapshot were compared. In a difference, `expected` is what the source makes and `found`
what is published, null where there is nothing; at most `LISTED` are listed. `tool` is the digest of the program that
built.

Set apart, because only keys or a clock make them: times of issue and expiry, the signatures of snapshot, checkpoint and
provenance (whose payloads are compared), `SNAPSHOT.bundle`, and `by-hash/`. The report knows no time and no place, so
those who agree and use the same program write the same bytes.

A signature of the report is minisign's, with the trusted comment `ORIGIN rebuild NUMBER COMMIT same` (or `differs`).
"""

from __future__ import annotations

from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, canonical, minisign, strict
from packyard.formats.snapshot import LISTED as LISTS

FORMAT = "packyard/rebuild/1"
DEPTHS = ("files", "lists")
#: The most differences that are listed, and the most bytes of a report.
LISTED, LIMIT = 200, 1 << 20


class Difference(NamedTuple):
    """A path, what the source makes there, and what is published; "" is nothing."""

    path: str
    expected: str
    found: str


class Rebuild(NamedTuple):
    """A report; digests in hex, `log_root` in base64. `total` counts all differences, `differences` lists the first."""

    origin: str
    snapshot: int
    commit: str
    log_size: int
    log_root: str
    sums: tuple[str, str, str]
    development: bool
    depth: str
    files: int
    total: int
    differences: tuple[Difference, ...]
    tool: str

    @property
    def same(self) -> bool:
        """Whether the published site is what its source makes."""
        return not self.total


def trusted_comment(report: Rebuild) -> str:
    """What the signature of a report says, to the letter."""
    return f"{report.origin} rebuild {report.snapshot} {report.commit} {'same' if report.same else 'differs'}"


def format_rebuild(report: Rebuild) -> bytes:
    """The text of a report."""
    differences = [
        {"path": path, "expected": expected or None, "found": found or None}
        for path, expected, found in report.differences
    ]
    return canonical.pretty(
        {
            "format": FORMAT,
            "origin": report.origin,
            "snapshot": report.snapshot,
            "commit": report.commit,
            "log": {"size": report.log_size, "root": report.log_root},
            "sums": dict(zip(LISTS, report.sums, strict=True)),
            "same": report.same,
            "development": report.development,
            "depth": report.depth,
            "files": report.files,
            "differences_total": report.total,
            "differences": differences,
            "tool": report.tool,
        }
    )


def parse_rebuild(data: bytes) -> Rebuild:
    """The exact inverse of `format_rebuild`. Raises `rebuild-invalid`."""
    try:
        value = strict.load_json(data, LIMIT).value
        report = Rebuild(
            value["origin"],
            value["snapshot"],
            value["commit"],
            value["log"]["size"],
            value["log"]["root"],
            tuple(value["sums"][name] for name in LISTS),
            value["development"],
            value["depth"],
            value["files"],
            value["differences_total"],
            tuple(
                Difference(each["path"], each["expected"] or "", each["found"] or "") for each in value["differences"]
            ),
            value["tool"],
        )
        _check_types(report)
        exact = format_rebuild(report) == data
    except (FormatError, LookupError, TypeError, ValueError) as error:
        raise FormatError("rebuild-invalid", f"not a report of a rebuild: {error}") from error
    if not exact:
        raise FormatError("rebuild-invalid", "the report is not in the form in which it was written")
    return report


def verify_rebuild(data: bytes, signature: bytes, key: minisign.PublicKey) -> Rebuild:
    """The report in `data`, signed by `key`. Raises `FormatError`."""
    report = parse_rebuild(data)
    minisign.verify(data, minisign.parse_signature(signature), key, trusted_comment(report))
    return report


def _check_types(report: Rebuild) -> None:
    texts = [report.origin, report.commit, report.log_root, report.depth, report.tool, *report.sums]
    texts += [text for each in report.differences for text in each]
    numbers = (report.snapshot, report.log_size, report.files, report.total)
    if not all(isinstance(text, str) for text in texts) or any(type(number) is not int for number in numbers):
        raise TypeError("a field has another type")
    if type(report.development) is not bool or report.depth not in DEPTHS or report.total < len(report.differences):
        raise ValueError("the fields do not belong together")
    b64.decode(report.log_root)

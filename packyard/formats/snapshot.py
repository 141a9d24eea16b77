"""The text of `SNAPSHOT`: what the registry holds now, as the head of the checksum chain.

    # packyard snapshot 1
    # origin packs.example.org
    # number 42
    # issued 2026-11-21T06:00:00Z
    # expires 2026-12-05T06:00:00Z
    # trust 1
    # commit 3dd7eecdfdaf89df5e913515535f29cd7bb2104d
    # log 5120 q2U1…=
    <sha256>  index.json
    <sha256>  index.sums
    <sha256>  site.sums

`number` counts contents and `issued` counts seals; neither may go back. `sha256sum -c SNAPSHOT` checks the three lines
(it passes over the comments). The lines alone, `sum_lines`, are what the log's `index` entry holds the hash of. The
signature's trusted comment is `ORIGIN snapshot NUMBER expires EXPIRES`.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats import layout
from packyard.formats.times import format_time, parse_time

#: More than this is not a snapshot.
LIMIT = 4_096

LISTED = (layout.INDEX, layout.INDEX_SUMS, layout.SITE_SUMS)

_TEXT = re.compile(
    r"# packyard snapshot 1\n# origin (?P<origin>[a-z0-9.-]{1,253})\n# number (?P<number>[1-9][0-9]{0,14})\n"
    r"# issued (?P<issued>[^ \n]+)\n# expires (?P<expires>[^ \n]+)\n# trust (?P<trust>[1-9][0-9]{0,8})\n"
    r"# commit (?P<commit>[0-9a-f]{40}|[0-9a-f]{64})\n# log (?P<size>[1-9][0-9]{0,14}) (?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"(?P<index>[0-9a-f]{64})  index\.json\n(?P<index_sums>[0-9a-f]{64})  index\.sums\n"
    r"(?P<site_sums>[0-9a-f]{64})  site\.sums\n",
    re.ASCII,
)


class Snapshot(NamedTuple):
    """A parsed `SNAPSHOT`. Times in seconds, digests in hex, the log's root as 32 bytes."""

    origin: str
    number: int
    issued: int
    expires: int
    trust: int
    commit: str
    log_size: int
    log_root: bytes
    index_json: str
    index_sums: str
    site_sums: str

    @property
    def sums(self) -> tuple[tuple[str, str], ...]:
        """(path, sha256) of what the snapshot lists."""
        return tuple(zip(LISTED, (self.index_json, self.index_sums, self.site_sums), strict=True))


def sum_lines(sums: tuple[tuple[str, str], ...]) -> bytes:
    """The checksum lines, as `sha256sum` writes them."""
    return "".join(f"{digest}  {path}\n" for path, digest in sums).encode()


def trusted_comment(snapshot: Snapshot) -> str:
    """What the signature's trusted comment must be, to the letter."""
    return f"{snapshot.origin} snapshot {snapshot.number} expires {format_time(snapshot.expires)}"


def format_snapshot(snapshot: Snapshot) -> bytes:
    """The text of a snapshot."""
    head = (
        f"# packyard snapshot 1\n# origin {snapshot.origin}\n# number {snapshot.number}\n"
        f"# issued {format_time(snapshot.issued)}\n# expires {format_time(snapshot.expires)}\n"
        f"# trust {snapshot.trust}\n# commit {snapshot.commit}\n"
        f"# log {snapshot.log_size} {base64.b64encode(snapshot.log_root).decode()}\n"
    )
    return head.encode() + sum_lines(snapshot.sums)


def parse_snapshot(data: bytes) -> Snapshot:
    """The exact inverse of `format_snapshot`; anything else raises `FormatError`."""
    match = _TEXT.fullmatch(data[:LIMIT].decode("ascii", "replace")) if len(data) <= LIMIT else None
    if match is None:
        raise FormatError("snapshot-invalid", "the text is not that of a snapshot", help=__doc__.split("\n\n")[0])
    part = match.groupdict()
    snapshot = Snapshot(
        part["origin"],
        int(part["number"]),
        parse_time(part["issued"]),
        parse_time(part["expires"]),
        int(part["trust"]),
        part["commit"],
        int(part["size"]),
        base64.b64decode(part["root"]),
        part["index"],
        part["index_sums"],
        part["site_sums"],
    )
    if format_snapshot(snapshot) != data:
        raise FormatError("snapshot-invalid", "the text is not in its canonical form")
    return snapshot

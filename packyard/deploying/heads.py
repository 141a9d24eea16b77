"""May this site go where that one is? Both are verified, and nothing ever goes back.

A deployment that was cut short between two heads leaves a SNAPSHOT and a signature of two seals; then the bundle
(`packyard.formats.bundle`), which is one file and of one seal, says how far it had come.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from packyard.errors import BadChecksum, BadSignature, FormatError, NotFound, Stale, TrustError, UsageError
from packyard.formats import bundle, layout, tlog
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import TileReader
from packyard.formats.times import format_time, parse_time
from packyard.head import Head, read_head
from packyard.protocols import Reader

#: More than this no list directly below the snapshot is.
LIST_LIMIT = 1 << 28


class _With:
    """A site as it would be with these files in it, as a `Reader`."""

    def __init__(self, site: Reader, files: Mapping[str, bytes]) -> None:
        self.name, self._site, self._files = site.name, site, files

    def read(self, path: str, limit: int) -> bytes:
        """The file's bytes."""
        return self._files[path] if path in self._files else self._site.read(path, limit)


def check_site(site: Reader, now: int) -> Head:
    """The head of a site that may be published at the time `now`.

    Raises what `read_head` raises, `Stale` for what has expired, `BadChecksum` when the lists or the bundle are not
    those of the snapshot. What stands below the lists is for an audit.
    """
    head = read_head(site)
    newest = f"{layout.TRUST}{head.trust.number}.json"
    for code, path, expires in (
        ("snapshot-expired", layout.SNAPSHOT, head.snapshot.expires),
        ("trust-expired", newest, parse_time(head.trust.expires)),
    ):
        if expires <= now:
            raise Stale(code, f"it expired {format_time(expires)}", path=f"{site.name}/{path}", expected="time to come")
    for path, digest in head.snapshot.sums[1:]:
        _demand(site, path, digest, sha256(site.read(path, LIST_LIMIT)).hexdigest())
    heads = (layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE, layout.CHECKPOINT)
    parts = bundle.Bundle(*(site.read(path, bundle.LIMIT) for path in heads))
    path, wanted = layout.SNAPSHOT_BUNDLE, bundle.format_bundle(parts)
    _demand(site, path, sha256(wanted).hexdigest(), sha256(site.read(path, bundle.LIMIT)).hexdigest())
    return head


def _demand(site: Reader, path: str, expected: str, found: str) -> None:
    if expected != found:
        message = "the file is not what the site's head says"
        raise BadChecksum("deploy-unsealed", message, path=f"{site.name}/{path}", expected=expected, found=found)


def read_there(target: Reader) -> Head | None:
    """The head of the site that the target has, None when it has none. Raises `BadSignature` when none verifies."""
    try:
        target.read(layout.SNAPSHOT, bundle.LIMIT)
    except NotFound:
        return None
    try:
        return read_head(target)
    except TrustError as error:
        try:
            return read_head(_bundled(target))
        except (TrustError, FormatError):
            said = error.problem
    raise BadSignature(
        "deploy-target", "what is there does not verify", path=said.path, expected=said.expected, found=said.message
    )


def _bundled(target: Reader) -> Reader:
    parts = bundle.parse_bundle(target.read(layout.SNAPSHOT_BUNDLE, bundle.LIMIT))
    return _With(target, {layout.SNAPSHOT: parts.snapshot, layout.SNAPSHOT_SIGNATURE: parts.signature})


def check_order(site: Reader, new: Snapshot, there: Snapshot, where: str) -> None:
    """Returns when `new`, the snapshot of `site`, may take the place of `there`; a snapshot may take its own.

    Raises `UsageError` for another registry's, `Stale` when anything would go back or the log does not continue.
    """
    if new.origin != there.origin:
        message = "the place holds another registry"
        raise UsageError("deploy-origin", message, path=where, expected=new.origin, found=there.origin)
    for name, ours, theirs in (
        ("number", new.number, there.number),
        ("time of issue", new.issued, there.issued),
        ("log", new.log_size, there.log_size),
    ):
        if ours < theirs:
            message = f"the place holds a newer snapshot: its {name} would go back"
            raise Stale("deploy-older", message, path=where, expected=f"at least {theirs}", found=str(ours))
    if new.number == there.number and new.sums != there.sums:
        raise Stale("deploy-forked", f"the place holds another snapshot {new.number}", path=where)
    if _root(site, new, there.log_size) != there.log_root:
        message = "the log of the site does not continue the one that is there"
        raise Stale("deploy-forked", message, path=where, expected=f"its first {there.log_size} entries")


def _root(site: Reader, new: Snapshot, size: int) -> bytes:
    """The root of the first `size` entries of the site's log."""
    try:
        tiles = TileReader(new.log_size, new.log_root, lambda path, limit: site.read(layout.LOG + path, limit))
        return tlog.tree_hash(size, tiles.hash)
    except FormatError as error:
        problem = error.at(f"{site.name}/{layout.LOG}")
        raise BadChecksum(problem.code, problem.message, path=problem.path) from None

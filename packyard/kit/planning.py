"""What an import may do to a mirror, and what it does: nothing goes back, and what never changes does not change.

The gate asks, in this order: is it the same registry; is what the kit has not older than what is there (number, then
time of issue, then size of the log); is one number one content; is the base of a delta what is there. That the log goes
on where it ended is shown by its hashes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from operator import itemgetter

from packyard.client.heads import LONGEST
from packyard.errors import BadKey, FormatError, NotFound, Stale
from packyard.formats import inventory, layout
from packyard.formats.entries import index_entry, is_index
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import WIDTH, TileReader
from packyard.formats.times import format_time
from packyard.formats.tlog import tree_hash
from packyard.kit.listing import HEADS, Listed
from packyard.kit.manifest import Manifest, State, state_of

#: What stands outside the lists and is replaced with every snapshot.
MOVING = (*HEADS, layout.BY_HASH_INDEX)
NEW, SAME, GONE = "new", "same", "gone"


def check_order(kit: Manifest, now: Snapshot | None) -> None:
    """Returns when a mirror with the snapshot `now` may take the kit. Raises `BadKey` for another registry's, `Stale`
    for an older or another of the same number, `NotFound` for a delta to something else than what is there.
    """
    state = kit.state
    if now is not None:
        before = state_of(now)
        if kit.origin != now.origin:
            raise BadKey("kit-origin", "the kit is another registry's", expected=now.origin, found=kit.origin)
        if state.number < before.number or kit.issued < now.issued or state.log_size < before.log_size:
            raise Stale("kit-older", "the kit is older than the mirror", expected=_shown(before, now.issued),
                        found=_shown(state, kit.issued))  # fmt: skip
        if state.number == before.number and state != before:
            message = "the kit has another content under the same number"
            raise Stale("kit-forked", message, expected=before.sums, found=state.sums)
        if kit.base is None or before in (kit.base, state):
            return
    if kit.base is not None:
        found = f"snapshot {now.number}" if now else "nothing"
        expected, hint = f"snapshot {kit.base.number}", "import the kit that it follows first, or take a full one"
        raise NotFound("kit-base-missing", "the kit is the difference to something that is not here", expected=expected,
                       found=found, help=hint)  # fmt: skip


def check_log(tiles: TileReader, before: State) -> None:
    """Returns when a log goes on where it ended in the state `before`. Raises `Stale`."""
    shorter = tiles.size < before.log_size
    if shorter or tree_hash(before.log_size, tiles.hash).hex() != before.log_root:
        message = "the log does not go on where it ended: history was rewritten"
        raise Stale("kit-forked", message, expected=f"the first {before.log_size} entries as they were")


def check_base(tiles: TileReader, base: State) -> None:
    """Returns when a log that goes on from the state `base` has an entry for the contents of that state. Raises
    `kit-base-missing`: what the base holds would not be what the registry sealed.
    """
    last = base.log_size - 1
    if tiles.entries(last // WIDTH)[last % WIDTH] != index_entry(base.number, base.sums):
        message = "the log does not know of the contents of the base"
        raise FormatError("kit-base-missing", message, expected=f"the entry of snapshot {base.number}")


def difference(base: Iterable[Listed], new: Iterable[Listed]) -> Iterator[tuple[str, str, str]]:
    """(path, hash, NEW, SAME or GONE) of every path of `base` and `new`, which are sorted; NEW is what has other bytes,
    too, and by what a kit is verified. A hash "" is not known: then what never changes is the same.
    """
    both = merge(((path, 0, digest) for path, digest in base), ((path, 1, digest) for path, digest in new))
    for path, group in groupby(both, itemgetter(0)):
        digests = {side: digest for _, side, digest in group}
        known, digest = digests.get(0), digests.get(1)
        if digest is None:
            yield path, "", GONE
        else:
            same = digest == known if known and digest else known is not None and layout.immutable(path)
            always = path in MOVING or path.startswith(layout.TRUST)
            yield path, digest, SAME if same and not always else NEW


def applied(base: Iterable[Listed], rows: Iterable[Listed], tombstones: Collection[str]) -> Iterator[Listed]:
    """The files that are there after a delta: those of its rows, and those of its base that are not gone."""
    both = merge(((path, 0, digest) for path, digest in base), ((path, 1, digest) for path, digest in rows))
    for path, group in groupby(both, itemgetter(0)):
        *_, (_, side, digest) = group
        if side or path not in tombstones:
            yield path, digest


def check_removal(path: str) -> None:
    """Returns when a path may go because the registry has it no longer. Raises `kit-removes`.

    Of what never changes that is the tarball of a version that was withdrawn, a tile that has a wider one by now, and
    what `by-hash/` kept for its time.
    """
    may = path.endswith(".tar.gz") or ".p/" in path or path.startswith(layout.BY_HASH)
    if layout.immutable(path) and not may:
        raise FormatError("kit-removes", "the kit takes away what is never taken away", found=path)


def check_tombstone(path: str) -> None:
    """Returns when a delta may say that a path is gone: of what stands outside the lists, only what `check_removal`
    lets go. Raises `kit-removes`.
    """
    passing = path.startswith(layout.BY_HASH) and path != layout.BY_HASH_INDEX
    if inventory.sealed_apart(path) and not passing and not (path.startswith(f"{layout.LOG}tile/") and ".p/" in path):
        raise FormatError("kit-removes", "the kit takes away what is never taken away", found=path)
    check_removal(path)


def check_numbers(before: State, after: State, entries: Iterable[bytes]) -> None:
    """Returns when the new entries of the log announce every snapshot from one state to the next. Raises `log-order`:
    the number would be pushed ahead of what is to come.
    """
    number = before.number + sum(map(is_index, entries))
    if after.number != number:
        message = "the log does not have an entry for each snapshot since the mirror's"
        raise FormatError("log-order", message, expected=f"snapshot {number}", found=f"snapshot {after.number}")


def retained(now: Mapping[str, int], new: Mapping[str, int], issued: int) -> dict[str, int]:
    """What `by-hash/` keeps, and until when, after an import: what the kit says, and what is there for a time that was
    not over when the kit's snapshot was issued. Nobody vouches for the times: none is later than a snapshot may hold.
    """
    kept = {digest: until for digest, until in now.items() if until > issued} | dict(new)
    return {digest: min(until, issued + LONGEST) for digest, until in kept.items()}


def _shown(state: State, issued: int) -> str:
    return f"snapshot {state.number}, issued {format_time(issued)}, {state.log_size} log entries"

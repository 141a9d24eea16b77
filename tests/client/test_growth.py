"""How a log grew, by its entries and by its tiles: the same for all sizes, whatever a site still has of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

import pytest

from packyard.client import growth
from packyard.client.growth import BUNDLE_LIMIT, Grown, grow, log_wants, reads_from
from packyard.client.state import State
from packyard.client.wanted import Files, Wanted, need
from packyard.errors import BadChecksum, FormatError
from packyard.formats import entries, layout
from packyard.formats.frontier import Frontier, extend, root
from packyard.formats.snapshot import Snapshot, format_snapshot, sum_lines
from packyard.formats.tiles import MAX_ENTRY, WIDTH, Edge
from packyard.formats.tlog import leaf_hash
from tests.refusals import code_of

NAMES = ("index.json", "index.sums", "site.sums")
EDGES = (1, 2, 255, 256, 257, 511, 512, 513)


def stated(size: int, log_root: bytes, number: int) -> Snapshot:
    """A snapshot about a log."""
    sums = (f"{number:064x}",) * 3
    return Snapshot("packs.example.org", number, number, number + 1, 1, "0" * 40, size, log_root, *sums)


def own(number: int) -> bytes:
    """The entry of the snapshot of this number."""
    lines = sum_lines(tuple(zip(NAMES, (f"{number:064x}",) * 3, strict=True)))
    return entries.index_entry(number, sha256(lines).hexdigest())


class Log:
    """A log that ends with the entry of a snapshot at each of these sizes; `files` are all that it ever had."""

    def __init__(self, sizes: tuple[int, ...], mark: str = "") -> None:
        edge, self.files = Edge(), dict[str, bytes]()
        self.heads, self.frontiers = dict[int, Snapshot](), {}
        self.entries = list[bytes]()
        frontier = Frontier()
        for number, size in enumerate(sizes, 1):
            new = [f"{mark}entry {at}".encode() for at in range(edge.size, size - 1)] + [own(number)]
            self.entries += new
            self.files |= {layout.LOG + path: data for path, data in edge.append(new)}
            frontier = extend(frontier, map(leaf_hash, new))
            self.heads[size], self.frontiers[size] = stated(size, edge.root, number), frontier

    def state(self, size: int, partial: bool = True) -> State:
        """What somebody remembers who saw it at this size; without `partial` they do not know how long its last bundle
        was.
        """
        bundle = self.files.get(f"log/tile/entries/{path_of(size)}", b"") if partial and size % WIDTH else b""
        head = format_snapshot(self.heads[size])
        return State("packs.example.org", (), (), "", head, b"", b"", self.frontiers[size], len(bundle), 0, 0, 0, {})


def path_of(size: int) -> str:
    """The last bundle of a log of this size."""
    number = f"{size // WIDTH:06d}"
    return f"{'x' + number[:3] + '/' if number[:3] != '000' else ''}{number[3:]}.p/{size % WIDTH}"


@lru_cache
def small_log() -> Log:
    return Log(EDGES)


def run(site: Mapping[str, bytes], before: State | None, head: Snapshot) -> tuple[Grown, list[str]]:
    """How the log grew, and what was fetched to see it."""
    files, asked = Files("https://one.example"), list[str]()
    for _ in range(10):
        try:
            need(files, log_wants(before, head))
            return grow(files, before, head), asked
        except Wanted as wanted:
            asked += [want.path for want in wanted.wants]
            found = {want: site.get(want.path) for want in wanted.wants}
            assert all(data is None or len(data) <= want.limit for want, data in found.items())
            files.take({want: data if data is None else data[want.start :] for want, data in found.items()})
    raise AssertionError("it wants more and more")


PAIRS = [(old, new) for old in (0, *EDGES) for new in EDGES if old < new]


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_by_entries_and_by_tiles(old: int, new: int, monkeypatch: pytest.MonkeyPatch) -> None:
    log = small_log()
    before = log.state(old) if old else None
    by_entries, _ = run(log.files, before, log.heads[new])
    assert by_entries.frontier == log.frontiers[new]
    assert root(by_entries.frontier) == log.heads[new].log_root
    assert by_entries.entries == dict(enumerate(log.entries[old:new], old))
    assert by_entries.partial == log.state(new).partial
    assert by_entries.scanned == 0
    monkeypatch.setattr(growth, "SCAN", -1)
    monkeypatch.setattr(growth, "TAIL", -1)
    by_tiles, asked = run(log.files, before, log.heads[new])
    assert by_tiles.frontier == by_entries.frontier
    assert by_tiles.entries == {new - 1: log.entries[new - 1]}
    assert (by_tiles.partial, by_tiles.scanned) == (log.state(new).partial, new)
    assert len([path for path in asked if "entries" in path]) == bool(new % WIDTH)
    assert reads_from(before, log.heads[new]) == new


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_after_the_length_of_the_last_bundle_was_forgotten(old: int, new: int) -> None:
    log = small_log()
    if old:
        grown, _ = run(log.files, log.state(old, partial=False), log.heads[new])
        again, _ = run(log.files, log.state(old), log.heads[new])
        assert grown == again


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_partial_files_that_are_gone(old: int, new: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site has grown on and keeps the full ones alone."""
    log = small_log()
    site = {path: data for path, data in log.files.items() if ".p/" not in path or path.endswith(".p/1")}
    before = log.state(old) if old else None
    if new < 512:
        expected, _ = run(log.files, before, log.heads[new])
        assert run(site, before, log.heads[new])[0] == expected
        monkeypatch.setattr(growth, "SCAN", -1)
        monkeypatch.setattr(growth, "TAIL", -1)
        expected, _ = run(log.files, before, log.heads[new])
        found, _ = run(site, before, log.heads[new])
        assert found._replace(partial=0) == expected._replace(partial=0)


@pytest.mark.slow
@pytest.mark.parametrize("new", [65_535, 65_536, 65_537, 70_000])
def test_around_the_next_level(new: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = tuple(sorted({1, 257, 65_279, 65_280, 65_281, 65_534, 65_535, 65_536, new}))
    log = Log(sizes)
    for old in [size for size in sizes if size < new]:
        by_entries, _ = run(log.files, log.state(old), log.heads[new]) if new - old <= growth.TAIL else (None, [])
        with monkeypatch.context() as patch:
            patch.setattr(growth, "TAIL", -1)
            by_tiles, asked = run(log.files, log.state(old), log.heads[new])
        assert by_tiles.frontier == log.frontiers[new]
        assert by_entries is None or by_entries.frontier == log.frontiers[new]
        assert len(asked) <= 8
    first, asked = run(log.files, None, log.heads[new])
    assert first.frontier == log.frontiers[new]
    assert first.scanned == new
    assert len(asked) <= 5


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_another_log(old: int, new: int) -> None:
    """Whoever knows one log does not take the other for it, wherever they differ."""
    log, other = small_log(), other_log()
    if old:
        if old < 3:  # both begin with the same entries
            assert run(other.files, log.state(old), other.heads[new])[0].frontier == other.frontiers[new]
        else:
            assert code_of(run, other.files, log.state(old), other.heads[new]) == "log-forked"


@lru_cache
def other_log() -> Log:
    return Log(EDGES, "other ")


@pytest.mark.parametrize(("old", "new"), [(1, 257), (255, 257), (257, 511), (256, 257), (2, 255)])
@pytest.mark.parametrize("partial", [True, False])
def test_entries_changed_on_their_way(old: int, new: int, partial: bool) -> None:
    """One letter of any entry, known ones included where they are read again: then nothing is remembered of them."""
    log = small_log()
    for at in {old - 1, old, (old + new) // 2, new - 2, new - 1}:
        wrong = log.entries[at].replace(b"e", b"a", 1)
        site = {path: data.replace(log.entries[at], wrong) for path, data in log.files.items()}
        reads = at >= old or (not partial and old % WIDTH and at >= old - old % WIDTH)
        if not reads:
            continue
        with pytest.raises(FormatError) as caught:
            run(site, log.state(old, partial), log.heads[new])
        assert caught.value.code == "log-inconsistent"


def test_a_longer_prefix_is_noticed() -> None:
    """Known entries that are read again count for the length of the bundle: it must be true."""
    log = small_log()
    path = "log/tile/entries/000.p/255"
    longer = (300).to_bytes(2, "big") + bytes(300) + log.files[path][2 + len(log.entries[0]) :]
    site = log.files | {path: longer}
    assert code_of(run, site, log.state(2, partial=False), log.heads[255]) == "log-inconsistent"


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\5abc", b"\xff\xff", bytes(600)])
def test_what_are_no_entries(data: bytes) -> None:
    log = small_log()
    site = {path: data if "entries" in path else old for path, old in log.files.items()}
    with pytest.raises((FormatError, BadChecksum)):
        run(site, None, log.heads[257])


def test_fewer_and_other_entries_than_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    log = small_log()
    head = log.heads[257]
    assert code_of(run, log.files, None, head._replace(log_size=256)) == "log-inconsistent"
    assert code_of(run, log.files, None, head._replace(log_root=bytes(32))) == "log-inconsistent"
    assert code_of(run, log.files, None, head._replace(number=99)) == "log-hidden"
    assert code_of(run, log.files, log.state(2), head._replace(number=99)) == "log-hidden"
    with monkeypatch.context() as patch:
        patch.setattr(growth, "SCAN", -1)
        patch.setattr(growth, "TAIL", -1)
        assert code_of(run, log.files, None, head._replace(number=99)) == "log-hidden"
        assert code_of(run, log.files, log.state(2), head._replace(number=99)) == "log-hidden"


def test_the_same_log() -> None:
    log = small_log()
    state = log.state(257)
    assert run({}, state, log.heads[257])[0].frontier == state.frontier
    assert code_of(run, {}, state, log.heads[257]._replace(number=99)) == "log-forked"
    assert code_of(run, {}, state, log.heads[257]._replace(log_root=bytes(32))) == "log-forked"
    assert code_of(run, {}, state, log.heads[2]) == "log-forked"


def test_what_is_wanted_is_bounded() -> None:
    """However long a log is said to be."""
    for size in (2_049, 10**6, 10**14, 10**15 - 1):
        wants = list(log_wants(None, stated(size, bytes(32), 1)))
        assert len(wants) <= 8
    before = small_log().state(513)
    wants = list(log_wants(before, stated(513 + growth.TAIL, bytes(32), 99)))
    assert len(wants) == growth.TAIL // WIDTH + 1
    assert sum(want.limit for want in wants) <= 1 << 27
    assert len(list(log_wants(before, stated(10**15 - 1, bytes(32), 99)))) <= 16
    assert WIDTH * 500 < BUNDLE_LIMIT < WIDTH * MAX_ENTRY

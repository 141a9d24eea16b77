"""What is known of a log, what must be fetched to know more, and what an entry is about."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from packyard.client.ledger import Ledger
from packyard.client.wanted import Files, Wanted
from packyard.formats import canonical, entries, layout
from packyard.formats.tiles import Edge
from tests.refusals import code_of

SIZE = 700


class Log:
    """A log of numbered entries."""

    def __init__(self, size: int = SIZE) -> None:
        self.entries = [entries.publish_entry("hello", f"1.0.{at}", f"{at:064x}", "0" * 16, at) for at in range(size)]
        edge = Edge()
        self.files = {layout.LOG + path: data for path, data in edge.append(self.entries)}
        self.size, self.root = edge.size, edge.root

    def ledger(self, known: Mapping[int, bytes], scanned: int) -> tuple[Ledger, Files]:
        files = Files("https://one.example")
        return Ledger(files, self.size, self.root, known, scanned), files


LOG = Log()


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 512, 699])
def test_an_entry_is_proven_by_tiles(index: int) -> None:
    ledger, files = LOG.ledger({}, SIZE)
    assert not ledger.knows(index)
    wants = list(ledger.wants([index]))
    assert len(wants) <= 3
    with pytest.raises(Wanted):
        ledger.prove(index, LOG.entries[index])
    files.take({want: LOG.files[want.path] for want in wants})
    ledger.prove(index, LOG.entries[index])
    assert ledger.proven == {index: LOG.entries[index]}
    assert ledger.knows(index)
    assert list(ledger.wants([index])) == []
    other, files = LOG.ledger({}, SIZE)
    files.take({want: LOG.files[want.path] for want in wants})
    assert code_of(other.prove, index, b"another") == "log-mismatch"
    assert other.proven == {}


def test_tiles_are_not_believed() -> None:
    ledger, files = LOG.ledger({}, SIZE)
    wants = list(ledger.wants([3, 300]))
    files.take({want: LOG.files[want.path][::-1] for want in wants})
    assert code_of(ledger.prove, 3, LOG.entries[3]) == "log-inconsistent"


def test_what_is_known_needs_no_proof() -> None:
    known = dict(enumerate(LOG.entries[600:], 600)) | {5: LOG.entries[5]}
    ledger, _ = LOG.ledger(known, 600)
    for index in (5, 600, 699):
        assert ledger.knows(index)
        ledger.prove(index, LOG.entries[index])
        assert code_of(ledger.prove, index, b"another") == "log-mismatch"
    assert list(ledger.wants([5, 600, 699])) == []
    assert not ledger.knows(599)


@pytest.mark.parametrize("index", [SIZE, SIZE + 1, 1 << 50])
def test_there_is_nothing_behind_the_end(index: int) -> None:
    ledger, _ = LOG.ledger({}, SIZE)
    assert ledger.knows(index)
    assert list(ledger.wants([index])) == []
    assert code_of(ledger.prove, index, b"x") == "log-mismatch"


def test_an_empty_entry_is_known() -> None:
    ledger, _ = LOG.ledger({7: b""}, 7)
    assert ledger.knows(7)
    ledger.prove(7, b"")
    assert code_of(ledger.prove, 7, b"x") == "log-mismatch"


def test_many_claims_want_each_tile_once() -> None:
    ledger, _ = LOG.ledger({}, SIZE)
    wants = list(ledger.wants(range(SIZE)))
    assert len(wants) == len({want.path for want in wants}) <= 5


ABOUT = {
    ("pack", "hello"): entries.publish_entry("hello", "1.0.0", "0" * 64, "0" * 16, 0),
    ("pack", "@acme/hello"): entries.statement_entry("yank", "@acme/hello", 1, "1.0.0", "0" * 64, ["0" * 16], 0),
    ("publisher", "hello"): entries.revision_entry("publisher", "hello", "0" * 64, ["0" * 16], 0),
    ("org", "hello"): entries.revision_entry("org", "hello", "0" * 64, ["0" * 16], 0),
}


@pytest.mark.parametrize("asked", ABOUT, ids=str)
def test_what_an_entry_is_about(asked: tuple[str, str]) -> None:
    known = dict(enumerate(ABOUT.values()))
    ledger, _ = LOG.ledger(known, 0)
    assert [entry for _, entry in ledger.about(*asked)] == [ABOUT[asked]]
    assert list(ledger.about("pack", "hell")) == []
    assert list(ledger.about("pack", "hello2")) == []
    assert list(ledger.about("pack", "acme/hello")) == []


@pytest.mark.parametrize(
    "entry",
    [
        b'{"pack": "hello"}',
        b'{"x":{"pack":"hello"}}',
        b'{"x":"\\"pack\\":\\"hello\\""}',
        b'["pack","hello"]',
        b'{"pack":"hello"',
        b'{"pack":"hello","pack":"other"}',
        b'{"pack":"hello","x":1.0}',
        b'{"pack":"hello","x":NaN}',
        b'{"pack":"hello","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'\xff"pack":"hello"',
        b'{"handle":"hello","type":"org"}',
        b"",
    ],
)
def test_what_is_about_nothing(entry: bytes) -> None:
    ledger, _ = LOG.ledger({0: entry}, 0)
    for kind in ("pack", "publisher", "org"):
        assert list(ledger.about(kind, "hello")) == []
    assert ledger.latest(9) == 0


def test_an_action_that_is_not_known_is_about_its_pack() -> None:
    ledger, _ = LOG.ledger({0: canonical.encode({"pack": "hello", "type": "of tomorrow"})}, 0)
    assert [index for index, _ in ledger.about("pack", "hello")] == [0]


def test_the_latest_time() -> None:
    ledger, _ = LOG.ledger(dict(enumerate(LOG.entries)), 0)
    assert ledger.latest(0) == 0
    assert ledger.latest(500) == 499
    assert ledger.latest(9_999) == SIZE - 1
    strange, _ = LOG.ledger({0: b'{"time":"2026-99-99T00:00:00Z"}', 1: b'{"time":"--------------------"}'}, 0)
    assert strange.latest(5) == 0

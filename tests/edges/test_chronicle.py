"""What memory counts and numbers is what counting everything again would give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.edges.memory import Memory
from packyard.facts import revision_text
from packyard.formats import entries
from packyard.formats.times import format_time
from packyard.model import Event, Org, Publisher
from packyard.rules.authority import Revision
from packyard.rules.notices import Notice
from packyard.surfaces.events import kind_of
from tests.surfaces import sample

PACKS = ("hello", "other", "@acme/tools")
HAPPENED = ("version", "0001-yank", "0002-remove-owner", "publisher", "org")
JANUARY = 1_767_225_600

happened = st.lists(st.tuples(st.sampled_from(HAPPENED), st.sampled_from(PACKS), st.integers(0, 400)), max_size=40)
listed = st.lists(
    st.tuples(
        st.sampled_from(PACKS), st.frozensets(st.tuples(st.sampled_from(["tags", "sizes"]), st.sampled_from("abc")))
    ),
    max_size=12,
)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    opened = Memory(tmp_path / "memory.db")
    yield opened
    opened.close()


def events_of(steps: list[tuple[str, str, int]]) -> list[Event]:
    """Events as they come, on days of 2026 and 2027."""
    made = []
    for seq, (what, pack, day) in enumerate(steps):
        kind = what if what in ("version", "publisher", "org") else "statement"
        subject = pack if kind in ("version", "statement") else pack.strip("@").partition("/")[0]
        ident = f"1.0.{seq}" if kind == "version" else what if kind == "statement" else ""
        made.append(Event(seq, kind, subject, ident, (), "c" * 40, JANUARY + day * 86_400, seq))
    return made


def month_of(event: Event) -> str:
    return format_time(event.time)[:7]


@settings(max_examples=15, deadline=None)
@given(happened)
def test_series_and_months(steps: list[tuple[str, str, int]]) -> None:
    events = events_of(steps)
    with TemporaryDirectory() as folder:
        memory = Memory(Path(folder) / "memory.db")
        memory.add_events(events)
        numbers = [event.seq for event in events]
        assert memory.numbered("", 0, 100) == numbers[::-1]
        for kind in {kind_of(event) for event in events}:
            own = [event for event in events if kind_of(event) == kind]
            assert memory.numbered(kind, 0, 100) == [event.seq for event in reversed(own)]
            assert memory.numbered(kind, 1, 3) == [event.seq for event in reversed(own[1:3])]
            assert dict(memory.items(f"months {kind}")) == Counter(map(month_of, own))
        for kind, of in (("new", "version"), ("joined", "publisher")):
            first = {event.subject: event.seq for event in reversed(events) if event.kind == of}
            assert memory.numbered(kind, 0, 100) == sorted(first.values(), reverse=True)
        memory.close()


@settings(max_examples=15, deadline=None)
@given(listed)
def test_facets_are_counted(steps: list[tuple[str, frozenset[tuple[str, str]]]]) -> None:
    with TemporaryDirectory() as folder:
        memory = Memory(Path(folder) / "memory.db")
        for name, facets in steps:
            memory.set_facets(name, facets)
        last = dict(steps)
        for family in ("tags", "sizes"):
            found = Counter(item for facets in last.values() for kind, item in facets if kind == family)
            assert memory.items(family) == sorted(found.items())
            assert memory.most(family, 2) == sorted(found.items(), key=lambda each: (-each[1], each[0]))[:2]
            assert all(memory.how_many(family, item) == found[item] for item in "abc")
        memory.close()


def test_notices_stand_before_the_events_of_their_commit(memory: Memory) -> None:
    memory.add_notices([Notice("settings", "registry.yaml", "c0", JANUARY)])
    memory.add_events(events_of([("version", "hello", 0)]))
    memory.add_notices([Notice("trust", "1", "c1", JANUARY)])
    assert memory.numbered("", 0, 10) == [-2, 0, -1]
    assert memory.numbered("trust", 0, 10) == [-2]
    assert memory.notice(2) == Notice("trust", "1", "c1", JANUARY)
    assert memory.how_many("series", "") == 3


def _revise(memory: Memory, seq: int, value: Publisher | Org, day: int = 0) -> None:
    kind = "org" if isinstance(value, Org) else "publisher"
    subject = value.org if isinstance(value, Org) else value.handle
    event = Event(seq, kind, subject, "", (), "c" * 40, JANUARY + day * 86_400, seq)
    keys = () if isinstance(value, Org) else [key.key_id for key in value.keys]
    memory.add_revision(kind, subject, seq, revision_text(Revision(event, value, "", ())), keys)


def test_keys_and_what_they_signed(memory: Memory) -> None:
    _revise(memory, 0, sample.ALICE)
    _revise(memory, 1, sample.BOB._replace(keys=(sample.BOB.keys[1]._replace(revoked="", reason=""),)))
    _revise(memory, 2, sample.BOB)
    alice, bob = sample.ALICE.keys[0].key_id, sample.BOB.keys[1].key_id
    memory.add_events(events_of([("version", "hello", 0), ("version", "@acme/tools", 0), ("0001-yank", "hello", 0)]))
    memory.add_leaves(
        [
            (0, entries.publish_entry("hello", "1.0.0", "ab", bob, 0)),
            (1, entries.publish_entry("@acme/tools", "1.0.0", "ab", alice, 0)),
            (2, entries.statement_entry("yank", "hello", 1, "1.0.0", "ab", [alice, "ROOT"], 0)),
        ]
    )
    assert memory.key_states() == (2, 1, 1)
    assert memory.key_years() == [("2026", 2)]
    assert [key.key for key in memory.oldest_keys(1)] == [min(alice, sample.BOB.keys[0].key_id)]
    revoked = memory.revoked_keys(10)
    assert [(key.key, key.handle, key.revoked, key.reason, key.signed) for key in revoked] == [
        (bob, "bob", "2026-11-20", "laptop lost in Leipzig", 1)
    ]
    assert memory.signed_by(bob, 5) == ["hello"]
    assert memory.acted("alice", 5) == [2, 1]
    assert memory.acted("bob", 5) == [0]
    assert memory.acted("@acme", 5) == [1]
    assert memory.actors(1) == {"alice", "@acme"}
    assert memory.actors(3) == set()
    memory.set_facets("hello", [("sole", "alice")])
    memory.set_facets("other", [("sole", "bob")])
    assert memory.on_one_key() == 2


def test_a_key_is_no_older_than_its_revision(memory: Memory) -> None:
    """Whatever its publisher says, and however often they revise their file afterwards."""
    old = sample.ALICE.keys[0]._replace(since="2019-05-01")
    _revise(memory, 0, sample.ALICE._replace(keys=(old,)), 10)
    other = sample.ALICE.keys[1]._replace(since="2026-03-01", retired="")
    _revise(memory, 1, sample.ALICE._replace(keys=(old, other)), 20)
    assert [(key.key, key.since) for key in memory.oldest_keys(5)] == [
        (old.key_id, "2026-01-11"),
        (other.key_id, "2026-03-01"),
    ]
    assert memory.key_years() == [("2026", 2)]
    _revise(memory, 2, sample.ALICE._replace(keys=(old._replace(revoked="2026-02-01", reason="lost"), other)), 31)
    assert [(key.since, key.revoked, key.reason) for key in memory.revoked_keys(5)] == [
        ("2026-01-11", "2026-02-01", "lost")
    ]


def test_members_and_revisions(memory: Memory) -> None:
    _revise(memory, 0, Org("acme", {"alice": "owner", "bob": "member"}))
    _revise(memory, 5, Org("acme", {"alice": "owner"}))
    _revise(memory, 6, Org("zeta", {"alice": "member"}))
    assert memory.roles("alice") == [("acme", "owner"), ("zeta", "member")]
    assert memory.roles("bob") == []
    now, before = memory.revision_at("org", "acme", 5)
    assert '"bob"' in before
    assert '"bob"' not in now
    assert memory.revision_at("org", "acme", 0)[1] == ""

"""The law of the search index: whatever came when, the files are those that making them anew gives, byte for byte; and
a change touches few of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.catalogues import rows
from packyard.edges.shelved import TABLES, Shelved
from packyard.model import Mark, Row
from packyard.search import cut, index
from packyard.surfaces.search import plan_search

OLD = Mark("use another", "2026-01-01")


class Registry:
    """A memory with a search index, and the files that a site would have of it."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.executescript(TABLES + "CREATE TABLE packs (name TEXT PRIMARY KEY, row TEXT NOT NULL);")
        self.shelved, self.files = Shelved(self.db), dict[str, dict[str, bytes]]()

    def put(self, *packs: Row) -> set[str]:
        """Takes in packs; gives the paths whose bytes change."""
        self.remember(packs)
        return self.make(self.shelved.update([row.name for row in packs]))

    def remember(self, packs: Iterable[Row]) -> None:
        """Takes rows into memory alone."""
        pairs = ((row.name, json.dumps(row)) for row in packs)
        self.db.executemany("INSERT OR REPLACE INTO packs VALUES (?, ?)", pairs)

    def make(self, units: Iterable[str]) -> set[str]:
        """Makes units; gives the paths whose bytes change."""
        before = self.all()
        for unit in units:
            self.files[unit] = {recipe.path: recipe.render() for recipe in plan_search(unit, self.shelved)}
        after = self.all()
        return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}

    def all(self) -> dict[str, bytes]:
        """Every file."""
        return {path: data for files in self.files.values() for path, data in files.items()}

    def anew(self) -> dict[str, bytes]:
        """Every file as it is made from nothing."""
        other = Registry()
        other.remember(Row._make(json.loads(row)) for (row,) in self.db.execute("SELECT row FROM packs"))
        other.make(other.shelved.whole())
        return other.all()


@contextmanager
def sized(small: int) -> Iterator[None]:
    """An index whose parts are small, so that a few packs make many."""
    with (
        patch.multiple(index, SMALL=small, CHUNK=2, COLUMN=4),
        patch.multiple(cut, LEAST=60, MOST=250, BORDER=40),
    ):
        yield


PACKS = list(rows(40))
CHANGES = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["new", "version", "words", "tags", "over", "name"])), max_size=25
)


def changed(row: Row, what: str, random: Random) -> Row:
    """A pack after one more step."""
    if what == "version":
        return row._replace(
            latest=f"{random.randint(1, 9)}.0.0", updated=row.updated + 5, quality=random.randint(0, 99)
        )
    if what == "words":
        return row._replace(description=random.choice(PACKS).description)
    if what == "tags":
        return row._replace(tags=random.choice(PACKS).tags, targets=("*",), channels=(("beta", "1.0.0"),))
    if what == "over":
        return row._replace(deprecated=None if row.deprecated else OLD)
    return row._replace(owner="somebody", license="")


@settings(max_examples=60, deadline=None)
@given(CHANGES, st.sampled_from([0, 4, 1000]))
def test_incremental_is_from_scratch(steps: list[tuple[int, str]], small: int) -> None:
    registry, random, there = Registry(), Random(1), list[Row]()
    with sized(small):
        for number, what in steps:
            if what == "new" or not there:
                there.append(PACKS[len(there)])
                registry.put(there[-1])
            else:
                at = number % len(there)
                there[at] = changed(there[at], what, random)
                registry.put(there[at])
            assert registry.all() == registry.anew()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 12), max_size=4))
def test_many_packs_at_once(counts: list[int]) -> None:
    registry, done = Registry(), 0
    with sized(6):
        for count in counts:
            new = PACKS[done : done + count]
            done += count
            registry.put(*reversed(new))
        assert not counts or registry.all() == registry.anew()


@pytest.fixture(scope="module")
def large() -> Registry:
    """A registry whose index is in parts."""
    registry = Registry()
    registry.remember(rows(1200))
    registry.make(registry.shelved.whole())
    return registry


def test_a_new_version_touches_its_row_and_the_columns(large: Registry) -> None:
    row = list(rows(600))[-1]
    assert large.put(row._replace(latest="9.9.9", updated=row.updated + 1)) == {
        "search/rows/74.gz",
        "search/columns/0.gz",
    }
    assert large.put(row._replace(latest="9.9.9", updated=row.updated + 1)) == set()


def test_a_deprecated_pack_touches_what_says_so(large: Registry) -> None:
    row = next(row for row in rows(1200) if not row.deprecated)
    paths = large.put(row._replace(deprecated=OLD))
    assert {path for path in paths if "/terms/" not in path} == {
        "search/catalogue.gz",
        f"search/rows/{row.born // 8}.gz",
    }
    assert len(paths) <= 4


def test_a_new_pack_touches_the_shards_of_its_words(large: Registry) -> None:
    paths = large.put(list(rows(1201))[-1])
    assert {"search/catalogue.gz", "search/rows/150.gz", "search/columns/0.gz"} < paths
    assert len(paths) < 60
    assert large.all() == large.anew()

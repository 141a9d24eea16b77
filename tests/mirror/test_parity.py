"""Several places against each other: what is there, what is not, and what nobody knows."""

from __future__ import annotations

import json
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from packyard.edges.mirror_parity import compare
from packyard.errors import Problem
from packyard.formats import layout
from packyard.mirror.page import ROWS, page
from packyard.mirror.parity import Cell, Found, Listed, Matrix, Mirror, Row, document, judge, summary
from tests.mirror.bed import States, put
from tests.registry import small
from tests.sites import built

NOW = int(time.time())
UNREACHABLE = "http://127.0.0.1:9/"


@pytest.fixture(scope="module")
def places(states: States, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A place in every state."""
    folder = tmp_path_factory.mktemp("places")
    tarball = "packs/hello/1.1.0/hello-1.1.0.tar.gz"
    sites = {
        "good": states.third,
        "old": states.first,
        "lacking": {path: data for path, data in states.third.items() if path != tarball},
        "wrong": states.third | {tarball: b"wrong"},
        "forked": states.forked,
        "torn": states.third | {layout.SNAPSHOT_BUNDLE: states.third[layout.SNAPSHOT_BUNDLE][:-9]},
        "halved": states.third | {layout.INDEX_SUMS: b""},
    }
    return {name: str(put(folder / name, site)) for name, site in sites.items()}


def cells(matrix: Matrix, version: str) -> list[str]:
    """The states of a version."""
    return next([cell.state for cell in row.cells] for row in matrix.rows if f"{row.pack}@{row.version}" == version)


def test_the_same_everywhere(places: dict[str, str]) -> None:
    matrix = compare([places["good"], places["good"] + "/"], NOW)
    assert {cell.state for row in matrix.rows for cell in row.cells} == {"same"}
    assert [mirror.log for mirror in matrix.mirrors] == ["consistent", "consistent"]
    assert [f"{row.pack}@{row.version}" for row in matrix.rows][:2] == ["@acme/more@1.0.0", "@acme/tools@1.0.0"]
    assert (len(matrix.rows), matrix.forks) == (6, ())


def test_every_state(places: dict[str, str]) -> None:
    asked = [places["old"], places["good"], places["lacking"], places["wrong"], UNREACHABLE, places["torn"]]
    matrix = compare(asked, NOW)
    assert matrix.newest == places["good"]
    assert cells(matrix, "hello@1.1.0") == ["same", "same", "missing", "differs", "unknown", "unknown"]
    assert cells(matrix, "hello@1.2.0") == ["stale", "same", "same", "same", "unknown", "unknown"]
    assert cells(matrix, "other@0.1.0") == ["same"] * 4 + ["unknown"] * 2
    assert [mirror.log for mirror in matrix.mirrors] == ["consistent"] * 4 + ["unknown"] * 2
    problems = [mirror.problem.code if mirror.problem else "" for mirror in matrix.mirrors]
    assert problems[:4] == [""] * 4
    assert all(problems[4:6])
    unknown = [cell for row in matrix.rows for cell in row.cells[4:]]
    assert {(cell.digest, cell.checked_at) for cell in unknown} == {(None, None)}


def test_lists_that_cannot_be_read(places: dict[str, str]) -> None:
    matrix = compare([places["halved"], places["old"]], NOW)
    assert cells(matrix, "hello@1.1.0") == ["unknown", "same"]


def test_lists_alone(places: dict[str, str]) -> None:
    matrix = compare([places["good"], places["lacking"], places["old"]], NOW, quick=True)
    assert (matrix.read, cells(matrix, "hello@1.1.0")) == ("lists", ["same", "same", "same"])
    assert cells(matrix, "hello@1.2.0") == ["same", "same", "stale"]


@pytest.mark.parametrize("order", [("good", "old", "forked"), ("forked", "old", "good")])
def test_two_histories(places: dict[str, str], order: tuple[str, ...]) -> None:
    matrix = compare([places[name] for name in order], NOW)
    assert [set(pair) for pair in matrix.forks] == [{places["good"], places["forked"]}]
    logs = dict(zip(order, [mirror.log for mirror in matrix.mirrors], strict=True))
    assert logs == {"good": "forked", "old": "consistent", "forked": "forked"}
    assert dict(zip(order, cells(matrix, "hello@1.2.0"), strict=True))["forked"] == "differs"


def test_another_registry_is_not_compared(places: dict[str, str], tmp_path: Path) -> None:
    built(small(tmp_path / "repo").path, tmp_path / "site")
    matrix = compare([places["good"], str(tmp_path / "site")], NOW)
    assert (matrix.mirrors[1].log, matrix.mirrors[1].problem and matrix.mirrors[1].problem.code) == (
        "unknown",
        "trust-pinned",
    )
    assert {row.cells[1].state for row in matrix.rows} == {"unknown"}


def test_a_log_that_cannot_be_read(places: dict[str, str], states: States, tmp_path: Path) -> None:
    site = {path: data for path, data in states.third.items() if not path.startswith("log/tile/")}
    matrix = compare([places["old"], str(put(tmp_path / "site", site))], NOW)
    assert [mirror.log for mirror in matrix.mirrors] == ["consistent", "unknown"]
    assert matrix.forks == ()


def test_what_has_expired(places: dict[str, str]) -> None:
    matrix = compare([places["good"]], NOW + 15 * 86_400)
    assert matrix.mirrors[0].expired
    assert "expired" in next(iter(summary(matrix)))


A, B = Listed("a", "a" * 64), Listed("b", "b" * 64)


@pytest.mark.parametrize(
    ("wanted", "listed", "behind", "found", "state"),
    [
        (A, A, False, A.digest, "same"),
        (A, A, True, A.digest, "same"),
        (A, A, False, B.digest, "differs"),
        (A, A, True, B.digest, "differs"),
        (A, B, True, B.digest, "stale"),
        (A, B, False, B.digest, "differs"),
        (A, A, False, "", "missing"),
        (A, A, True, "", "missing"),
        (A, A, False, None, "unknown"),
        (A, None, False, None, "missing"),
        (A, None, True, None, "stale"),
        (None, A, False, A.digest, "differs"),
    ],
)
def test_judging(wanted: Listed | None, listed: Listed | None, behind: bool, found: str | None, state: str) -> None:
    asked = Found(found, 7) if listed else None
    cell = judge(wanted, listed, behind, asked)
    assert cell.state == state
    assert cell.checked_at == (7 if listed else None)
    assert cell.digest == (found or None)


def test_documents(places: dict[str, str]) -> None:
    found = json.loads(json.dumps(document(compare([places["good"], UNREACHABLE], NOW))))
    assert set(found) == {"origin", "newest", "read", "checkedAt", "mirrors", "forks", "rows"}
    assert set(found["rows"][0]) == {"pack", "version", "digest", "cells"}
    assert [set(cell) for cell in found["rows"][0]["cells"]] == [{"digest", "state", "checkedAt"}] * 2
    assert found["rows"][0]["cells"][1] == {"digest": None, "state": "unknown", "checkedAt": None}
    assert found["mirrors"][0]["counts"] == {"same": 6, "missing": 0, "differs": 0, "stale": 0, "unknown": 0}
    assert (found["mirrors"][1]["snapshot"], found["mirrors"][1]["log"]) == (None, "unknown")


class Parsed(HTMLParser):
    """The tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Counts a tag."""
        self.tags.append(tag)


def test_the_page_quotes_everything() -> None:
    evil = "<script>alert(1)</script>\"'&"
    problem = Problem("network-failed", evil, evil)
    mirrors = (Mirror(evil, None, "unknown", False, problem, 0),)
    row = Row(evil, evil, evil, (Cell(evil, "unknown", 0),))
    text = page(Matrix(evil, None, "lists", 0, mirrors, (row,), ((evil, evil),)))
    assert "script" not in Parsed(text).tags
    assert "<script" not in text


def test_a_long_page_shows_what_is_not_the_same() -> None:
    same, stale = Cell("a" * 64, "same", 0), Cell(None, "stale", None)
    rows = tuple(Row("pack", f"{number}.0.0", "a" * 64, (same,)) for number in range(ROWS))
    mirrors = (Mirror("here", None, "unknown", False, None, 0),)
    text = page(Matrix("x", None, "lists", 0, mirrors, (*rows, Row("odd", "1.0.0", None, (stale,))), ()))
    assert ("odd@1.0.0" in text, "pack@1.0.0" in text, f"{ROWS} versions are the same" in text) == (True, False, True)

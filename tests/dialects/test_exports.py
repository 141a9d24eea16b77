"""The exports: tables that others can read, that a spreadsheet cannot be tricked with, and that cost what changed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import layout
from packyard.surfaces.dialects import exports
from packyard.surfaces.dialects.exports import tables
from packyard.surfaces.dialects.exports.tables import (
    EVENTS,
    PACKS,
    TABLES,
    VERSIONS,
    csv_head,
    csv_line,
    event_row,
    harmless,
    json_line,
    pack_row,
    plain,
    version_row,
)
from packyard.surfaces.dialects.values import Size
from tests.dialects import sample
from tests.registry import SILENT, TestRegistry, small
from tests.sites import built, differences, inodes, rewritten

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def rows(data: bytes) -> list[dict[str, str]]:
    """What a CSV reader makes of a table."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


def mine(site: Path) -> set[str]:
    """The files of the exports."""
    return {path.relative_to(site).as_posix() for path in (site / "exports").rglob("*") if path.is_file()}


# --- what the tables say ---


def test_packs_are_the_catalogue(whole: Path) -> None:
    found = rows((whole / "exports/packs.csv").read_bytes())
    said = json.loads((whole / "index.json").read_bytes())["packs"]
    assert [plain(row["name"]) for row in found] == [each["name"] for each in said]
    for row, each in zip(found, said, strict=True):
        assert {name: json.loads(row[name]) for name in ("tags", "targets", "owners", "channels")} == {
            name: each[name] for name in ("tags", "targets", "owners", "channels")
        }
        assert (row["latest"], row["quality"], row["updated"]) == (
            each["latest"],
            str(each["quality"]),
            each["updated"],
        )
        assert (row["deprecated"], row["archived"]) == ((each["deprecated"] or {}).get("date", ""), "false")


def test_versions_are_those_of_the_documents(whole: Path) -> None:
    found = rows((whole / "exports/versions.csv").read_bytes())
    packs = [each["name"] for each in json.loads((whole / "index.json").read_bytes())["packs"]]
    documents = [(name, json.loads((whole / f"packs/{name}/index.json").read_bytes())) for name in packs]
    said = [(name, each) for name, document in documents for each in document["versions"]]
    assert [(plain(row["pack"]), row["version"]) for row in found] == [(name, each["version"]) for name, each in said]
    for row, (_, each) in zip(found, said, strict=True):
        assert row["identity"] == each["identity"]["sha256"]
        assert row["tarball_sha256"] == (each["tarball"] or {}).get("sha256", "")
        assert row["withdrawn_reason"] == (each["withdrawn"] or {}).get("reason", "")
        assert json.loads(row["dependencies"]) == each["dependencies"]


def test_the_index_names_every_file_and_column(whole: Path) -> None:
    index = json.loads((whole / "exports/index.json").read_bytes())
    listed = {path for paths in index["files"].values() for path in paths}
    assert listed == {"exports/packs.csv", "exports/versions.csv"}
    assert listed <= mine(whole)
    for name, table in TABLES.items():
        assert [each["name"] for each in index["columns"][name]] == [column.name for column in table.columns]
    assert {column.kind for table in TABLES.values() for column in table.columns} == {
        "text", "integer", "flag", "time", "day", "list", "map",
    }  # fmt: skip


def test_columns_do_not_change_their_order() -> None:
    """Whoever reads by number relies on it; new columns go to the end."""
    assert [column.name for column in PACKS.columns][:4] == ["name", "latest", "description", "owner"]
    assert [column.name for column in VERSIONS.columns][:4] == ["pack", "version", "published", "publisher"]
    assert [column.name for column in EVENTS.columns][:4] == ["log_index", "time", "type", "pack"]
    assert list(map(len, (PACKS.columns, VERSIONS.columns, EVENTS.columns))) == [19, 20, 11]


def test_an_event_is_what_its_entry_says() -> None:
    about = {"type": "yank", "pack": "a", "version": "1.0.0", "sequence": 3}
    entry = {**about, "sha256": "0f", "keys": ["A", "B"], "time": "T"}
    row = event_row(7, entry, {"A": "alice", "B": ""}.__getitem__)
    assert row == (7, "T", "yank", "a", "1.0.0", None, None, 3, "0f", ["A", "B"], ["alice", None])
    published = {"type": "publish", "pack": "a", "version": "1.0.0", "identity": "1e", "key": "A", "time": "T"}
    assert event_row(8, published, lambda _: "alice")[-3:] == ("1e", ["A"], ["alice"])
    revised = {"type": "publisher", "handle": "alice", "sha256": "2d", "keys": ["A"], "time": "T"}
    assert event_row(9, revised, lambda _: "alice")[5:7] == ("alice", None)


# --- CSV ---


@pytest.mark.parametrize("sign", SIGNS)
def test_a_formula_is_shown_as_text(sign: str) -> None:
    for text in (f'{sign}cmd|"/C calc"!A0', f"'{sign}1", f"''{sign}"):
        assert harmless(text) == f"'{text}"
        assert plain(harmless(text)) == text
    assert harmless(f"a{sign}b") == f"a{sign}b"


@given(st.text(alphabet=st.sampled_from(SIGNS + "'\",a;ü ")) | st.text())
def test_no_cell_begins_as_a_formula_does_and_every_text_comes_back(text: str) -> None:
    assert not harmless(text).startswith(tuple(SIGNS))
    assert plain(harmless(text)) == text


cells = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(cells | st.lists(st.text(st.characters(codec="utf-8")), max_size=2), min_size=2, max_size=4))
def test_a_line_is_read_as_it_was_written(row: list[Any]) -> None:
    [found] = csv.reader(io.StringIO(csv_line(row), newline=""), strict=True)
    for cell, value in zip(found, row, strict=True):
        if isinstance(value, list):
            assert json.loads(cell) == value
        elif isinstance(value, str):
            assert plain(cell) == value
        else:
            assert cell == {None: "", True: "true", False: "false"}.get(value, str(value)) or cell == str(value)


def test_lines_are_those_of_the_rfc() -> None:
    assert csv_line(["a,b", 'say "x"', "two\r\nlines", "", None, True]) == '"a,b","say ""x""","two\r\nlines",,,true\r\n'
    assert csv_head(PACKS).startswith("name,latest,description,")
    assert csv_head(PACKS).endswith(",path\r\n")


# --- JSON lines ---


def test_a_line_cannot_act_in_a_page() -> None:
    row = event_row(1, {"type": "<script>", "keys": ["A&B"], "time": "\u2028"}, lambda _: "")
    line = json_line(EVENTS, row)
    assert not set("<>&\u2028") & set(line)
    assert line.count("\n") == 1
    assert json.loads(line)["type"] == "<script>"
    assert list(json.loads(line)) == [column.name for column in EVENTS.columns]


# --- what is none of a registry's documents ---


@pytest.mark.parametrize(
    "found",
    [
        {"name": 1},
        {"name": "a", "tags": "b"},
        {"name": "a", "archived": "no"},
        {"name": "a", "quality": True},
        {"name": "a", "quality": 2**63},
        {"name": "a", "deprecated": "yes"},
        {"name": "\ud800"},
        {"name": "a", "tags": ["\ud800"]},
    ],
)
def test_a_row_that_is_none_is_refused(found: dict[str, Any]) -> None:
    with pytest.raises(FormatError, match="is not what it should be"):
        pack_row(found)


@pytest.mark.parametrize("found", [{"identity": "ab"}, {"yanked": 1}, {"tarball": [1]}, {"version": {}}])
def test_a_version_that_is_none_is_refused(found: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        version_row("a", found)


@pytest.mark.parametrize("entry", [{}, {"keys": "A"}, {"keys": [1]}, {"key": None}, {"keys": [], "type": 1}])
def test_an_entry_that_is_none_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(FormatError):
        event_row(0, entry, lambda _: "")


# --- what it costs, and large registries ---


def registry(path: Path) -> TestRegistry:
    """A small registry that speaks nothing but this."""
    made = small(path)
    made.settings(surfaces=SILENT | {"exports": True})
    made.commit("Export")
    return made


def test_a_large_registry_is_cut_by_the_names_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LIMIT", 2)
    made = registry(tmp_path / "repo")
    built(made.path, tmp_path / "site")
    names = ["@acme/tools", "hello", "other"]
    parts = {name: f"{layout.shard(name):02x}" for name in names}
    assert parts == {name: tables.part_of(name) for name in names}
    assert len(set(parts.values())) == 3
    cut = {f"exports/{table}/{part}.csv" for table in ("packs", "versions") for part in parts.values()}
    assert {path for path in mine(tmp_path / "site") if path.endswith(".csv")} == cut
    index = json.loads((tmp_path / "site/exports/index.json").read_bytes())
    assert {path for paths in index["files"].values() for path in paths} == cut
    for name, part in parts.items():
        [row] = rows((tmp_path / f"site/exports/packs/{part}.csv").read_bytes())
        assert plain(row["name"]) == name


def test_a_version_costs_the_part_of_its_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LIMIT", 2)
    made = registry(tmp_path / "repo")
    built(made.path, tmp_path / "site")
    before = inodes(tmp_path / "site")
    made.version("hello", "9.0.0", "alice")
    made.commit("Publish hello 9.0.0")
    built(made.path, tmp_path / "site")
    part = tables.part_of("hello")
    changed = [path for path in rewritten(before, inodes(tmp_path / "site")) if path in mine(tmp_path / "site")]
    tabled = [path for path in changed if path.endswith(".csv") or path == exports.INDEX]
    assert tabled == [f"exports/packs/{part}.csv", f"exports/versions/{part}.csv"]


def test_in_steps_and_at_once_are_the_same(tmp_path: Path) -> None:
    made = registry(tmp_path / "repo")
    built(made.path, tmp_path / "site")
    made.statement("yank", "hello", "alice", version="1.1.0", reason="=1+1")
    made.version("other", "0.2.0", "bob", manifest={"description": '@x "quoted", and more', "tags": ["a,b"]})
    made.commit("Go on")
    built(made.path, tmp_path / "site")
    built(made.path, tmp_path / "fresh", previous=str(tmp_path / "site"))
    own = [path for path in differences(tmp_path / "site", tmp_path / "fresh") if path.startswith("exports/")]
    assert own == []
    found = rows((tmp_path / "site/exports/versions.csv").read_bytes())
    assert [row["yanked_reason"] for row in found if row["version"] == "1.1.0"] == ["'=1+1"]


def test_a_registry_that_grows_is_cut_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build in which there are too many packs makes the parts of all packs, not of the new one alone."""
    monkeypatch.setattr(exports, "LIMIT", 3)
    made = registry(tmp_path / "repo")
    built(made.path, tmp_path / "site")
    assert {"exports/packs.csv", "exports/versions.csv"} <= mine(tmp_path / "site")
    made.version("one-more", "1.0.0", "alice")
    made.commit("Publish one more")
    built(made.path, tmp_path / "site")
    parts = {tables.part_of(name) for name in ("@acme/tools", "hello", "other", "one-more")}
    cut = {f"exports/{table}/{part}.csv" for table in ("packs", "versions") for part in parts}
    assert {path for path in mine(tmp_path / "site") if path.endswith(".csv")} == cut
    built(made.path, tmp_path / "fresh", previous=str(tmp_path / "site"))
    assert [path for path in differences(tmp_path / "site", tmp_path / "fresh") if path.startswith("exports/")] == []


def test_a_file_of_events_that_is_full_never_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LINES", 3)
    made, site = registry(tmp_path / "repo"), tmp_path / "site"
    built(made.path, site)
    for number in range(4):
        before = inodes(site)
        names = sorted(path for path in mine(site) if path.endswith(".jsonl"))
        count = sum(len((site / path).read_bytes().splitlines()) for path in names)
        made.version("hello", f"9.0.{number}", "alice")
        made.commit(f"Publish hello 9.0.{number}")
        built(made.path, site)
        changed = [path for path in rewritten(before, inodes(site)) if path.endswith(".jsonl") and path in names]
        assert changed == ([names[-1]] if count % 3 else [])
        assert [path for path in names if len((site / path).read_bytes().splitlines()) != 3] in ([], [names[-1]])
    built(made.path, tmp_path / "fresh", previous=str(site))
    assert [path for path in differences(site, tmp_path / "fresh") if path.startswith("exports/")] == []


def test_what_grows_is_named() -> None:
    few, more = Size(999, 250), Size(1_000, 251)
    assert list(exports.grown(Size(0, 0), few)) == ["events 0"]
    assert list(exports.grown(few, few)) == []
    assert list(exports.grown(few, more)) == ["events 1"]
    assert list(exports.grown(more, Size(1_000, 600))) == ["events 1", "events 2"]
    assert len(list(exports.grown(more, Size(1_001, 251)))) == 1 + 256


def test_off_is_off(tmp_path: Path) -> None:
    made = registry(tmp_path / "repo")
    built(made.path, tmp_path / "site")
    assert mine(tmp_path / "site")
    made.settings(surfaces=SILENT)
    made.commit("Export no more")
    built(made.path, tmp_path / "site")
    assert not mine(tmp_path / "site")


def test_what_is_kept_for_review_is_there() -> None:
    assert sample.kept("exports")

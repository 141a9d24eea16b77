"""`packyard export`: the tables of a site, in a folder and behind an address, and what is refused."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from packyard.edges.exporting import Catalogue
from packyard.edges.tablefiles import paths_of, write_tables
from packyard.edges.transport import open_site
from packyard.errors import WorldError
from packyard.surfaces.dialects.exports.tables import EVENTS, PACKS, TABLES, Row, Table, pack_row, plain
from tests.cli.conftest import Packyard
from tests.dialects import sample
from tests.test_readme import DOCS, run, tour
from tests.test_readme import home as reader

__all__ = ["reader"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample registry's site, with no other program's formats but the exports; it is only read."""
    return sample.site(tmp_path_factory.mktemp("export"), ("exports",))


@pytest.fixture
def broken(site: Path, tmp_path: Path) -> Path:
    """A copy of the site, to be damaged."""
    return Path(shutil.copytree(site, tmp_path / "broken"))


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The site on this machine's network."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_csv_is_what_the_site_has(packyard: Packyard, site: Path, home: Path) -> None:
    said = packyard("export", "csv", site)
    assert said.code == 0
    assert said.out == "exports/packs.csv\nexports/versions.csv\nexports/events.csv\n"
    assert said.err.startswith("6 packs, 10 versions, ")
    for name in ("packs", "versions"):
        assert (home / f"exports/{name}.csv").read_bytes() == (site / f"exports/{name}.csv").read_bytes()
    assert sorted(path.name for path in (home / "exports").iterdir()) == ["events.csv", "packs.csv", "versions.csv"]


def test_all_forms_say_the_same(packyard: Packyard, site: Path, home: Path, address: str) -> None:
    assert packyard("export", "csv", site).code == 0
    assert packyard("export", "jsonl", address, "--out", "lines").code == 0
    assert packyard("export", "sqlite", address).code == 0
    with closing(sqlite3.connect(home / "packs.db")) as db:
        db.row_factory = sqlite3.Row
        for name, table in TABLES.items():
            lines = [json.loads(line) for line in (home / f"lines/{name}.jsonl").read_text().splitlines()]
            rows = [dict(row) for row in db.execute(f"SELECT * FROM {name}")]
            with (home / f"exports/{name}.csv").open(encoding="utf-8", newline="") as file:
                cells = list(csv.DictReader(file))
            assert lines
            assert [list(line) for line in lines] == [[column.name for column in table.columns]] * len(lines)
            assert sorted(map(_texts, lines), key=str) == sorted(map(_texts, rows), key=str)
            assert [_texts(line) for line in lines] == [
                {key: plain(cell) for key, cell in row.items()} for row in cells
            ]


def _texts(row: dict[str, object]) -> dict[str, str]:
    """A row as CSV has it, whichever form it comes from."""
    return {name: _text(name, value) for name, value in row.items()}


def _text(name: str, value: object) -> str:
    if name == "archived":
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "" if value is None else str(value)


def test_events_are_what_the_site_has(packyard: Packyard, site: Path, home: Path) -> None:
    assert packyard("export", "jsonl", site, "--table", "events").code == 0
    files = sorted((site / "exports/events").iterdir())
    assert (home / "exports/events.jsonl").read_bytes() == b"".join(file.read_bytes() for file in files)


def test_sqlite_can_be_asked(packyard: Packyard, site: Path, home: Path) -> None:
    assert packyard("export", "sqlite", site, "--out", "there/all.db").code == 0
    with closing(sqlite3.connect(home / "there/all.db")) as db:
        query = "SELECT name FROM packs, json_each(packs.tags) WHERE value = 'tests' ORDER BY name"
        assert db.execute(query).fetchall() == [("@acme/hello",), ("gone",)]
        assert dict(db.execute("SELECT * FROM about"))["origin"] == "packs.example.org"
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    first = (home / "there/all.db").read_bytes()
    assert packyard("export", "sqlite", site, "--out", "again.db").code == 0
    assert (home / "again.db").read_bytes() == first


def test_events_say_who(site: Path) -> None:
    rows = [row for _, row in Catalogue(open_site(str(site))).rows([EVENTS])]
    names = [column.name for column in EVENTS.columns]
    events = [dict(zip(names, row, strict=True)) for row in rows]
    assert [event["log_index"] for event in events] == sorted({int(str(event["log_index"])) for event in events})
    assert {event["type"] for event in events} >= {"publish", "yank", "deprecate", "withdraw", "publisher", "org"}
    published = [event for event in events if event["type"] == "publish" and event["pack"] == "hello"]
    assert [event["actors"] for event in published] == [["alice"]] * len(published)
    assert all(event["time"] for event in events)


def test_one_table_and_the_document(packyard: Packyard, site: Path, home: Path) -> None:
    said = packyard("export", "jsonl", site, "--table", "packs", "--out", "here", "--json")
    found = json.loads(said.out)
    assert (found["format"], found["origin"]) == ("packyard/export/1", "packs.example.org")
    assert (found["files"], found["rows"]) == (["here/packs.jsonl"], {"packs": 6})
    assert [path.name for path in (home / "here").iterdir()] == ["packs.jsonl"]


def test_what_is_there_stays(packyard: Packyard, site: Path, home: Path) -> None:
    (home / "packs.db").write_text("mine")
    said = packyard("export", "sqlite", site)
    assert said.code == 2
    assert "--force" in said.err
    assert (home / "packs.db").read_text() == "mine"
    assert packyard("export", "sqlite", site, "--force").code == 0
    assert (home / "packs.db").read_bytes().startswith(b"SQLite format 3\0")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("index.json", 13),
        ("packs/hello/index.json", 13),
        ("packs/hello/files.sums", 13),
        ("publishers/alice/index.json", 13),
        ("SNAPSHOT", 12),
    ],
)
def test_nothing_is_written_of_a_site_that_was_changed(
    packyard: Packyard, broken: Path, home: Path, path: str, code: int
) -> None:
    with (broken / path).open("ab") as file:
        file.write(b" \n")
    for form in ("csv", "sqlite", "jsonl"):
        said = packyard("export", form, broken, "--out", f"out-{form}")
        assert said.code == code
        assert said.err.startswith("error[")
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_nothing_is_written_of_another_log(packyard: Packyard, broken: Path, home: Path) -> None:
    [bundle] = (broken / "log/tile/entries").rglob("*.p/*")
    bundle.write_bytes(bundle.read_bytes().replace(b'"pack":"hello"', b'"pack":"hullo"'))
    said = packyard("export", "csv", broken)
    assert said.code in (12, 13)
    assert "log-inconsistent" in said.err
    assert list((home / "exports").iterdir()) == []


def test_another_root_key_is_refused(packyard: Packyard, site: Path, home: Path) -> None:
    assert packyard("keygen", "--no-password").code == 0
    [key] = home.rglob("*.pub")
    assert packyard("export", "csv", site, "--key", key).code == 14


@pytest.mark.interop
def test_the_page_shows_what_is_written(site: Path, reader: Path) -> None:
    blocks = tour(DOCS / "clients/exports.md")
    (reader / "empty").mkdir()
    (reader / "empty/site").symlink_to(site)
    run(reader, blocks)
    queries = re.findall(r"^```sql\n(.*?)^```$", (DOCS / "clients/exports.md").read_text(), re.DOTALL | re.MULTILINE)
    with closing(sqlite3.connect(reader / "empty/packs.db")) as db:
        for query in "".join(queries).splitlines():
            db.execute(query).fetchall()
        assert db.execute("SELECT count(*) FROM versions WHERE yanked IS NOT NULL").fetchone() == (1,)
    assert len("".join(queries).splitlines()) == 4


def test_rows_that_no_table_can_have_leave_nothing(tmp_path: Path) -> None:
    row = pack_row({"name": "a", "tags": ["x"], "archived": False})
    with pytest.raises(WorldError, match="cannot be written"):
        write_tables("sqlite", tmp_path / "packs.db", [PACKS], [(PACKS, row), (PACKS, row)], {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["csv", "jsonl", "sqlite"])
def test_what_was_there_stays_when_reading_breaks_off(tmp_path: Path, form: str) -> None:
    def rows() -> Iterator[tuple[Table, Row]]:
        yield PACKS, pack_row({"name": "a"})
        raise KeyboardInterrupt

    [place] = paths_of(form, tmp_path / "there", [PACKS])
    place.parent.mkdir(exist_ok=True)
    place.write_text("before")
    with pytest.raises(KeyboardInterrupt):
        write_tables(form, tmp_path / "there", [PACKS], rows(), {})
    assert place.read_text() == "before"
    assert list(place.parent.iterdir()) == [place]

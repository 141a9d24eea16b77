"""Collecting cosignatures from wherever witnesses publish, and finding out who was shown another log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from packyard.agreement import Agreement, Report, as_object, format_agreement, render_page
from packyard.edges.agreeing import compare
from packyard.edges.cosignatures import collect
from packyard.edges.witnessing import Order, witness
from packyard.errors import FormatError, PackyardError, Stale, WorldError
from packyard.formats import b64, layout, note
from packyard.formats.checkpoint import verify_checkpoint
from packyard.witnessing import cosignatures, parse_fork, verify_fork, witness_path
from tests.logsites import NOW, LogSite, line_of, numbered, trust_of, vkey
from tests.published import MemorySite
from tests.registry import ORIGIN, signer
from tests.test_witnessing import REPORT

LOG = note.vkey_of(signer("log"), ORIGIN)
SITE = LogSite(numbered(7), ("w1", "w2", "w3"), 2)
KEYS = [vkey(name) for name in ("w1", "w2", "w3")]


def publish(folder: Path, name: str, site: LogSite, now: int = NOW) -> Path:
    """Lets a witness that was just born look at a site; gives where it publishes."""
    order = Order(folder / f"memory-{name}-{now}-{site.snapshot.log_size}", folder / name, True, vkey(name).name)
    witness(MemorySite(site.files), signer(name), order, now)
    return folder / name


@contextmanager
def serving(handler: object) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:  # type: ignore[arg-type]  # a class or a partial of it
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class Silent(BaseHTTPRequestHandler):
    """Takes the request and never says a word."""

    def do_GET(self) -> None:
        time.sleep(30)


class Endless(BaseHTTPRequestHandler):
    """Never stops talking."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"\xe2\x80\x94 x y\n" * 5000)

    def log_message(self, format: str, *args: object) -> None:
        pass


def notes_of(*places: object, checkpoint: bytes = SITE.checkpoint, seconds: float = 10) -> list[str]:
    return [each.code for each in collect(checkpoint, list(map(str, places)), SITE.trust, seconds).notes]


def test_folders_files_and_addresses(tmp_path: Path) -> None:
    one, two = (publish(tmp_path, name, SITE) for name in ("w1", "w2"))
    file = two / witness_path(vkey("w2").name, ORIGIN)
    with serving(partial(Quiet, directory=str(tmp_path))) as address:
        for places in (
            [one, two],
            [f"{one}/", file],
            [two, f"{address}w1/"],
            [f"{address}w1/{witness_path(vkey('w1').name, ORIGIN)}", f"{file}.checkpoint"],
        ):
            found = collect(SITE.checkpoint, [str(place) for place in places], SITE.trust)
            assert (found.cosigned, found.notes) == (2, ())
            assert verify_checkpoint(found.checkpoint, LOG, KEYS, 2).size == 7
            assert found.checkpoint == SITE.checkpoint + SITE.line("w1") + b"\n" + SITE.line("w2") + b"\n"


def test_a_quorum_that_is_not_reached_is_told_with_figures(tmp_path: Path) -> None:
    (quorum,) = collect(SITE.checkpoint, [str(publish(tmp_path, "w1", SITE))], SITE.trust).notes
    assert (quorum.code, quorum.expected, quorum.found) == ("witness-quorum", "2", "1")
    assert quorum.message == "1 of 3 witnesses have cosigned the checkpoint, clients demand 2"


def test_what_is_wrong_with_a_place_costs_nothing_else(tmp_path: Path) -> None:
    good = publish(tmp_path, "w1", SITE)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("hello\n")
    (tmp_path / "large").write_bytes(b"x" * (note.LIMIT + 1))
    stale = publish(tmp_path, "w2", LogSite(numbered(6), ("w1", "w2", "w3"), 2))
    for place, code in (
        (tmp_path / "nowhere", "witness-unreachable"),
        (tmp_path / "empty", "witness-unreachable"),
        (tmp_path / "large", "witness-unreachable"),
        ("http://127.0.0.1:9/", "witness-unreachable"),
        ("http://[/", "witness-unreachable"),
        ("\0", "witness-unreachable"),
        (stale, "witness-line"),
    ):
        found = collect(SITE.checkpoint, [str(place), str(good)], SITE.trust)
        assert [each.code for each in found.notes] == [code, "witness-quorum"], place
        assert found.cosigned == 1
    assert notes_of(tmp_path / "text", good) == ["witness-quorum"]


@pytest.mark.parametrize("server", [Silent, Endless])
def test_a_place_that_does_not_come_to_an_end(server: type[BaseHTTPRequestHandler], tmp_path: Path) -> None:
    good = publish(tmp_path, "w1", SITE)
    with serving(server) as address:
        start = time.monotonic()
        found = collect(SITE.checkpoint, [address, str(good)], SITE.trust, 1.0)
        assert time.monotonic() - start < 20
    assert found.cosigned == 1
    assert "witness-unreachable" in [each.code for each in found.notes]


def test_lines_that_do_not_count_are_told(tmp_path: Path) -> None:
    bad = [
        LogSite(numbered(7, fork_at=2)).line("w1"),
        SITE.line("stranger"),
        line_of(SITE.text, "log"),
        SITE.line("w2")[:-8],
        SITE.line("w3"),
        SITE.line("w3", NOW + 1),
    ]
    (tmp_path / "lines").write_bytes(b"\n".join(bad) + b"\n")
    found = collect(SITE.checkpoint, [str(tmp_path / "lines")], SITE.trust)
    assert [each.code for each in found.notes] == ["witness-line"] * 4 + ["witness-quorum"]
    assert [each.time for each in cosignatures(found.checkpoint, KEYS).values()] == [NOW + 1]


def test_a_registry_without_witnesses_asks_nobody() -> None:
    plain = LogSite(numbered(7))
    assert collect(plain.checkpoint, ["http://127.0.0.1:9/"], plain.trust) == (plain.checkpoint, 0, ())


def test_a_witness_whose_name_is_no_path_is_not_looked_for(tmp_path: Path) -> None:
    odd = note.format_vkey(note.vkey_of(signer("w1"), "../../etc", note.COSIGNATURE))
    trust = SITE.trust._replace(witnesses=(odd,), quorum=1)
    assert collect(SITE.checkpoint, [str(tmp_path)], trust).cosigned == 0


def test_a_checkpoint_that_the_log_has_not_signed() -> None:
    with pytest.raises(FormatError):
        collect(LogSite(numbered(7), log="stolen").checkpoint, [], SITE.trust)


# --- agreement ---


def agreed(site: LogSite, folder: Path, *places: Path) -> Agreement:
    return compare(MemorySite(site.files), "", [str(place) for place in places], [], folder / "evidence")[0]


def standings(found: Agreement) -> list[tuple[str, int | None]]:
    return [(each.standing, each.head.size if each.head else None) for each in found.standings]


def test_who_agrees(tmp_path: Path) -> None:
    (earlier, later) = (LogSite(numbered(size), ("w1", "w2", "w3"), 2) for size in (3, 9))
    one, two, three = (publish(tmp_path, n, s) for n, s in (("w1", SITE), ("w2", earlier), ("w3", later)))
    found = agreed(SITE, tmp_path, one, two, three)
    assert standings(found) == [("agrees", 7), ("earlier", 3), ("later", 9)]
    assert (found.cosigned, found.quorum) == (1, 2)
    assert standings(agreed(SITE, tmp_path)) == [("silent", None)] * 3
    site = LogSite(numbered(7), ("w1", "w2", "w3"), 2)
    site.files[layout.CHECKPOINT] = collect(SITE.checkpoint, [str(one)], SITE.trust).checkpoint
    assert standings(agreed(site, tmp_path, two)) == [("agrees", 7), ("earlier", 3), ("silent", None)]


@pytest.mark.parametrize("size", [3, 7])
def test_a_split_view_is_found_out(size: int, tmp_path: Path) -> None:
    """The operator shows one witness another log, and serves this one to everybody else."""
    other = LogSite(numbered(size, fork_at=1), ("w1", "w2", "w3"), 2)
    with pytest.raises(Stale) as caught:
        agreed(SITE, tmp_path, publish(tmp_path, "w1", SITE), publish(tmp_path, "w2", other))
    assert (caught.value.problem.code, caught.value.exit_code) == ("witness-fork", 15)
    (path,) = (tmp_path / "evidence").iterdir()
    verify_fork(parse_fork(path.read_bytes()))


def test_a_split_view_beyond_the_site_is_found_out(tmp_path: Path) -> None:
    one, other = (LogSite(numbered(9, fork_at=at), ("w1", "w2", "w3"), 2) for at in (None, 8))
    with pytest.raises(Stale):
        agreed(SITE, tmp_path, publish(tmp_path, "w1", one), publish(tmp_path, "w2", other))
    (path,) = (tmp_path / "evidence").iterdir()
    verify_fork(parse_fork(path.read_bytes()))


def test_nothing_is_said_of_a_copy_in_the_middle_of_a_change(tmp_path: Path) -> None:
    for site in (LogSite(numbered(7), cut=5),):
        with pytest.raises(WorldError):
            agreed(site, tmp_path)


def test_what_is_no_checkpoint_of_the_log_does_not_count(tmp_path: Path) -> None:
    stolen = LogSite(numbered(7, fork_at=1), ("w1", "w2", "w3"), 2, log="stolen")
    path = tmp_path / "public" / f"{witness_path(vkey('w1').name, ORIGIN)}.checkpoint"
    path.parent.mkdir(parents=True)
    for data in (
        stolen.checkpoint + stolen.line("w1") + b"\n",
        b"",
        b"hello",
        SITE.checkpoint + SITE.line("x") + b"\n",
    ):
        path.write_bytes(data)
        try:
            assert standings(agreed(SITE, tmp_path, tmp_path / "public")) == [("silent", None)] * 3
        except PackyardError as error:
            raise AssertionError(data) from error


# --- the page ---


def test_the_page_and_the_document(tmp_path: Path) -> None:
    now = 2**62  # no date of ours
    site = LogSite(numbered(7), ("w1", "w2", "w3"), 2)
    line = site.line("w1", now) + b"\n"
    site.files[layout.CHECKPOINT] += line + site.line("w2", NOW) + b"\n"
    own = site.snapshot
    sums = (own.index_json, own.index_sums, own.site_sums)
    about = REPORT._replace(snapshot=own.number, commit=own.commit, log_size=own.log_size, sums=sums)
    about = about._replace(log_root=b64.encode(own.log_root))
    reports = [
        Report("<script>alert(1)</script>", "0" * 16, about),
        Report("Ben & Co", "1" * 16, about._replace(total=3)),
        Report("Cleo", "2" * 16, about._replace(snapshot=9)),
    ]
    found = compare(MemorySite(site.files), "", [], reports, tmp_path)[0]
    page = render_page(found).decode()
    assert "<script" not in page and "&lt;script&gt;" in page and "Ben &amp; Co" in page
    assert "2 of 3 have cosigned this head; clients demand 2." in page
    assert "1 of 2 reports about this snapshot" in page
    assert "3 differences" in page and "another snapshot" in page and str(now) in page
    value = as_object(found)
    assert [each["current"] for each in value["rebuilds"]] == [True, True, False]  # type: ignore[attr-defined]
    assert [each["time"] for each in value["witnesses"]] == [str(now), "2026-05-28T20:26:40Z", None]  # type: ignore[attr-defined]
    assert format_agreement(found).startswith(b'{\n  "format": "packyard/agreement/1"')


def test_a_trust_file_without_witnesses() -> None:
    assert trust_of().quorum == 0
    page = render_page(compare(MemorySite(LogSite(numbered(2)).files), "", [], [], Path())[0])
    assert b"0 of 0 have cosigned this head; clients demand 0." in page

"""`packyard serve` sends a whole site as a host would, but that nothing is kept."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.formats import layout
from packyard.hosting.patterns import compressible
from packyard.hosting.values import COMPRESSED
from tests.hosting.conftest import ask, decoded, free_port, heard, longest, on, paths, running, told

NOT_KEPT = {"cache-control": "no-cache"}


@pytest.fixture(scope="module")
def port(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The running command."""
    port = free_port()
    command = [sys.executable, "-m", "packyard", "serve", str(site), "--port", str(port)]
    with running(command, port, tmp_path_factory.mktemp("serve")):
        yield port


def test_every_path_is_what_the_layout_says(site: Path, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for path in paths(site):
        answer = on(connection, path)
        assert (answer.status, answer.body) == (200, (site / path).read_bytes()), path
        assert heard(path, answer) == told(path) | NOT_KEPT, path
        assert "content-encoding" not in answer.headers
    connection.close()


@pytest.mark.parametrize("takes", ["gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1"])
def test_text_is_compressed_on_its_way_and_nothing_else(site: Path, port: int, takes: str) -> None:
    for path in longest(site):
        answer, whole = ask(port, path, Accept_Encoding=takes), (site / path).read_bytes()
        gains = len(whole) >= COMPRESSED and compressible(layout.kind(path).content_type)
        assert answer.headers.get("content-encoding") == ("gzip" if gains else None), path
        assert (decoded(answer), heard(path, answer)) == (whole, told(path) | NOT_KEPT), path


@pytest.mark.parametrize("takes", ["", "br", "gzip;q=0", "gzip; q=0.0, br", "xgzip2"])
def test_nothing_is_compressed_for_whom_it_is_not(site: Path, port: int, takes: str) -> None:
    answer = ask(port, "index.html", Accept_Encoding=takes)
    assert ("content-encoding" in answer.headers, answer.body) == (False, (site / "index.html").read_bytes())


@pytest.mark.parametrize("path", ["log/", "packs/nobody/", "assets/none.css", "a/b/c"])
def test_the_sites_own_page_says_that_there_is_none(site: Path, port: int, path: str) -> None:
    answer = ask(port, path)
    assert (answer.status, answer.body) == (404, (site / "404.html").read_bytes())
    assert heard("404.html", answer) == told("404.html") | NOT_KEPT

"""A site shown over HTTP: types, codes, and nothing outside of the folder."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from packyard.edges.server import find, serve
from packyard.errors import UsageError, WorldError
from packyard.formats import layout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outside = tmp_path_factory.mktemp("outside")
    root = outside / "site"
    for path, data in {
        "index.html": b"<p>home",
        "SNAPSHOT": b"# packyard snapshot 1\n",
        "packs/@acme/hello/index.html": b"<p>scoped",
        "packs/he/1.0.0/hello-1.0.0.tar.gz": b"\x1f\x8b",
        "a b.md": b"text",
        "log/checkpoint": b"origin\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (outside / "secret.txt").write_text("secret")
    (root / "out").symlink_to(outside)
    return root


@pytest.fixture(scope="module")
def port(site: Path) -> Iterator[int]:
    """The port of the whole command as a process of its own, which an interrupt ends."""
    command = [sys.executable, "-m", "packyard", "serve", str(site), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = urlsplit(process.stdout.readline().strip())
        assert address.hostname == "127.0.0.1"
        yield address.port or 0
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


def ask(port: int, path: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "index.html"),
        ("/index.html?x=1", "index.html"),
        ("/SNAPSHOT", "SNAPSHOT"),
        ("/packs/@acme/hello/", "packs/@acme/hello/index.html"),
        ("/packs/%40acme/hello/index.html", "packs/@acme/hello/index.html"),
        ("/packs/he/1.0.0/hello-1.0.0.tar.gz", "packs/he/1.0.0/hello-1.0.0.tar.gz"),
        ("/a%20b.md", "a b.md"),
        ("/log/checkpoint", "log/checkpoint"),
    ],
)
def test_files_with_their_types(path: str, file: str, port: int, site: Path) -> None:
    response, body = ask(port, path)
    assert (response.status, body) == (200, (site / file).read_bytes())
    assert response.headers["Content-Type"] == layout.kind(file).content_type
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_head(port: int, site: Path) -> None:
    response, body = ask(port, "/index.html", "HEAD")
    assert (response.status, body) == (200, b"")
    assert response.headers["Content-Length"] == "7"


def test_a_folder_has_its_slash(port: int) -> None:
    response, _ = ask(port, "/packs/@acme/hello")
    assert response.status == 301
    assert response.headers["Location"] == "/packs/@acme/hello/"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/packs/",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/packs/..%2f..%2fsecret.txt",
        "/out/secret.txt",
        "/packs//he/",
        "/index.html%00",
        "/..%5csecret.txt",
        "/%ff%fe",
        "/" + "a" * 5000,
        "/index.html/",
        "//127.0.0.1/index.html",
    ],
)
def test_nothing_else(path: str, port: int) -> None:
    response, body = ask(port, path)
    assert response.status == 404
    assert b"secret" not in body


def test_the_sites_own_page_for_what_is_missing(port: int, site: Path) -> None:
    (site / "404.html").write_bytes(b"<p>lost")
    response, body = ask(port, "/nothing")
    (site / "404.html").unlink()
    assert (response.status, body) == (404, b"<p>lost")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_reading_only(method: str, port: int) -> None:
    assert ask(port, "/", method)[0].status == 501


def test_find_stays_inside(site: Path) -> None:
    root = site.resolve()
    assert find(root, "/index.html") == root / "index.html"
    assert find(root, "/out/secret.txt") is None


def test_a_taken_port(port: int, site: Path) -> None:
    with pytest.raises(WorldError) as caught:
        serve(site, port, print)
    assert caught.value.problem.code == "port-taken"


def test_no_site(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        serve(tmp_path / "none", 0, print)
    assert caught.value.problem.code == "site-missing"

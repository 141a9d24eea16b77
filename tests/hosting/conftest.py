"""A site to be served, and what a server says of each of its paths."""

from __future__ import annotations

import gzip
import http.client
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

from packyard.edges.deploy_host import read_host
from packyard.edges.store import walk
from packyard.formats import layout
from packyard.hosting.values import EVERYWHERE, Host, policy
from tests.registry import small
from tests.sites import built

MIRROR = "https://mirror.example.net/packs/"

#: What a stranger ships: all that a host might take for a part of the site.
STRANGE = {
    f"assets/{name}": b"<script>alert(1)</script>"
    for name in ("page.html", "picture.svg", "code.js", "style.css", "data.json", "archive.gz", "checkpoint", "plain")
} | {f"assets/{name}": b"\x89PNG\r\n\x1a\n" for name in ("a.PNG", "b.jpg", "c.jpeg", "d.gif", "e.webp")}


class Answer(NamedTuple):
    """What a server answered; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site in which `other` is renamed to `tools-of-bob`, which ships `STRANGE` files."""
    folder = tmp_path_factory.mktemp("served")
    registry = small(folder / "repo")
    registry.version("tools-of-bob", "1.0.0", "bob", STRANGE)
    registry.statement("rename", "other", "bob", to="tools-of-bob")
    registry.commit("Rename other")
    built(registry.path, folder / "site")
    return folder / "site"


def host_of(site: Path, url: str = "http://127.0.0.1/") -> Host:
    """The site as a host at an address, with a mirror."""
    host = read_host(site, site / "nothing", None)
    return host._replace(url=url, mirrors=(MIRROR,))


def paths(site: Path) -> list[str]:
    """Every path, in order; of the lists of shards, which are many, those of the first."""
    return sorted(path for path in walk(site) if not path.startswith("index/") or path < "index/10")


def longest(site: Path) -> list[str]:
    """The longest file of each ending."""
    by_size = sorted(paths(site), key=lambda path: (site / path).stat().st_size)
    return sorted({Path(path).suffix.lower(): path for path in by_size}.values())


def told(path: str) -> dict[str, str]:
    """What a host should say of a path; names of headers are in lower case."""
    kind = layout.kind(path)
    said = {"content-type": kind.content_type, "cache-control": kind.cache_control}
    fixed = {name.lower(): value for name, value in EVERYWHERE}
    return {**said, "content-security-policy": policy(kind.content_type), **fixed}


def heard(path: str, answer: Answer) -> dict[str, str | None]:
    """What a server said of it: the same headers."""
    return {name: answer.headers.get(name) for name in told(path)}


def decoded(answer: Answer) -> bytes:
    """The body as it is when nothing is compressed for the way."""
    return gzip.decompress(answer.body) if "content-encoding" in answer.headers else answer.body


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def running(command: list[str], port: int, cwd: Path) -> Iterator[None]:
    """A server, until it is not needed any more."""
    with (cwd / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=cwd, stdout=said, stderr=said)
    try:
        for _ in range(3000):
            assert process.poll() is None, (cwd / "said").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    """Asks once."""
    with_connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        return on(with_connection, path, method, **headers)
    finally:
        with_connection.close()


def on(connection: http.client.HTTPConnection, path: str, method: str = "GET", **headers: str) -> Answer:
    """Asks on a connection that is kept."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, "/" + quote(path, safe="/@+~"), headers=named)
    answer = connection.getresponse()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

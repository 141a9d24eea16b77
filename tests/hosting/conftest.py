"""A site to be served, and what a server says of each of its paths."""

from __future__ import annotations

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
from packyard.hosting.values import Host
from tests.registry import small
from tests.sites import built

MIRROR = "https://mirror.example.net/packs/"


class Answer(NamedTuple):
    """What a server answered; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small site in which `other` is renamed to `tools-of-bob`."""
    folder = tmp_path_factory.mktemp("served")
    registry = small(folder / "repo")
    registry.version("tools-of-bob", "1.0.0", "bob")
    registry.statement("rename", "other", "bob", to="tools-of-bob")
    registry.commit("Rename other")
    built(registry.path, folder / "site")
    return folder / "site"


def host_of(site: Path, url: str = "http://127.0.0.1/") -> Host:
    """The site as a host at an address, with a mirror."""
    host = read_host(site, site / "nothing", None)
    return host._replace(url=url, mirrors=(MIRROR,))


def paths(site: Path) -> list[str]:
    """Every path, in order."""
    return sorted(walk(site))


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
        for _ in range(400):
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

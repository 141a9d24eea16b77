"""A user's project and home, real sites, and the ways in which they are served."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from packyard.client import Client
from packyard.edges.store import walk
from tests.mirror.servers import free_port, nginx, running
from tests.registry import TestRegistry, small
from tests.sites import built

#: How many packs `kit` depends on.
PARTS = 12
PLACES = ("folder", "file", "http.server", "nginx")


class Site:
    """A registry's repository and its site, which grows as the tests go on."""

    def __init__(self, root: Path) -> None:
        self.root, self.path = root, root / "site"
        self.registry = small(root / "repo")
        more(self.registry)
        self.build()

    def build(self) -> None:
        """Builds what has been committed."""
        built(self.root / "repo", self.path)

    def copy(self, to: Path) -> Path:
        """A copy of the site as it is now."""
        shutil.copytree(self.path, to, dirs_exist_ok=True)
        return to


def more(registry: TestRegistry) -> None:
    """A pack that needs twelve others, and one that needs one of them."""
    for number in range(PARTS):
        registry.version(f"part-{number:02}", "1.0.0", "alice", {f"rules/part-{number}.md": b"Be.\n"})
    needs = {f"part-{number:02}": "^1.0.0" for number in range(PARTS)}
    registry.version("middle", "1.0.0", "alice", manifest={"dependencies": {"part-00": "^1.0.0"}})
    registry.version("kit", "1.0.0", "bob", manifest={"dependencies": needs})
    registry.commit("A kit")


class User:
    """Somebody with a home and a project, and what they were told."""

    def __init__(self, root: Path) -> None:
        self.home, self.project = root / "home", root / "project"
        for folder in (self.home, self.project):
            folder.mkdir(parents=True)
        self.environ = {"HOME": str(self.home)}
        self.told: list[str] = []

    def client(self, registry: object = "", **more: Any) -> Client:
        """A client in the project, as a new process would have it."""
        given: dict[str, Any] = {"environ": self.environ, "warn": self.told.append, **more}
        return Client(self.project, registry=str(registry), **given)

    def state(self) -> str:
        """A hash of everything in the project."""
        return tree(self.project)

    def files(self) -> set[str]:
        """The files of the project, without the program's own notes."""
        return {path for path in walk(self.project) if not path.startswith(".packyard/")}


def tree(root: Path) -> str:
    """A hash of the paths, modes and bytes of everything in a folder."""
    found = sha256()
    for path in sorted(walk(root)):
        file = root / path
        found.update(f"{path}\0{file.stat().st_mode}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()


@contextmanager
def served(kind: str, site: Path, work: Path) -> Iterator[str]:
    """A site behind a place of some kind."""
    if kind in ("folder", "file"):
        yield str(site) if kind == "folder" else f"file://{site}"
    elif kind == "nginx":
        work.mkdir(parents=True, exist_ok=True)
        with nginx(site, work) as address:
            yield address
    else:
        port = free_port()
        command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(site), str(port)]
        with running(command, port):
            yield f"http://127.0.0.1:{port}/"


class Handler(SimpleHTTPRequestHandler):
    """Serves files, quietly; `before` is called with each path, and may raise `ConnectionError` to hang up."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, before: Callable[[str], None], **named: Any) -> None:
        self.before = before
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        """One request."""
        try:
            self.before(self.path)
            super().do_GET()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@contextmanager
def watched(site: Path, before: Callable[[str], None] = lambda path: None) -> Iterator[str]:
    """A site behind an address, with something that is called for each request."""
    made = partial(Handler, directory=str(site), before=before)
    with ThreadingHTTPServer(("127.0.0.1", 0), made) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()

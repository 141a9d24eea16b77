"""A registry with something for every question, a client of it, and the bridge before it, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from packyard.client import Client
from packyard.edges.bridge import Bridge, Publishing, open_server
from packyard.edges.bridge_documents import LiveDocuments
from tests.registry import SILENT, TestRegistry, small
from tests.sites import built

MODELS = {
    "default": "anthropic/claude-sonnet-4-5",
    "profiles": {"quick": {"default": "anthropic/claude-haiku-4-5"}},
    "routing": [{"when": {"complexity": "high"}, "use": "quick"}],
}
SERVERS = {"mcpServers": {"notes": {"type": "stdio", "command": "npx", "args": ["-y", "notes-server@1.2.3"]}}}


class Said(NamedTuple):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """What it says."""
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


def registry(path: Path) -> TestRegistry:
    """Packs in every state, a cycle of dependencies, and one that chooses models by the task."""
    made = small(path)
    files = {"models.json": json.dumps(MODELS).encode(), "mcp.json": json.dumps(SERVERS).encode()}
    needs = {"dependencies": {"@acme/tools": "^1.0.0", "nowhere": "*"}, "targets": ["claudecode"]}
    made.version("hello", "2.0.0", "alice", files, {**needs, "tags": ["greeting"], "author": "Ada <ada@example.org>"})
    made.version("gone", "1.0.0", "bob")
    made.version("fading", "1.0.0", "bob")
    made.version("fading", "1.1.0", "bob")
    made.version("tired", "1.0.0", "bob", {"README.md": b"\xff# Tired\n"}, {"repository": "https://example.org/<b>"})
    made.commit("More packs")
    made.statement("withdraw", "gone", "bob", version="1.0.0")
    made.statement("withdraw", "fading", "bob", version="1.1.0")
    made.statement("yank", "tired", "bob", version="1.0.0")
    made.commit("Take back")
    return made


def make_site(folder: Path, surfaces: Mapping[str, bool] = SILENT) -> Path:
    """The site of the registry."""
    made = registry(folder / "repo")
    made.settings(surfaces=surfaces)
    made.files["featured.yaml"] = b"format: packyard/featured/1\npacks:\n  - name: hello\n    note: A first pack\n"
    made.commit("Settings")
    built(folder / "repo", folder / "site")
    return folder / "site"


def client(home: Path, place: object, key: str = "") -> Client:
    """A client with a home of its own."""
    home.mkdir(parents=True, exist_ok=True)
    return Client(home, registry=str(place), key=key, environ={"HOME": str(home)})


@contextmanager
def serving(documents: LiveDocuments, publishing: Publishing | None = None) -> Iterator[int]:
    """The bridge on a free port."""
    with open_server(Bridge(documents, publishing)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(port: int, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Said:
    """What the bridge answers; `_` in the name of a header is a hyphen."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body or None, sent)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return Said(response.status, {name.lower(): value for name, value in response.getheaders()}, data)

"""Places to deploy to, each a real one: a folder, an rsync daemon, an S3 server. Tests look into them and change them
from behind.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from packyard.edges.store import walk
from tests.tools import need


class Place(Protocol):
    """A target by its name, as the files that are in it."""

    target: str
    endpoint: str

    def files(self) -> dict[str, bytes]: ...
    def seed(self, site: Path) -> None: ...
    def write(self, path: str, data: bytes) -> None: ...
    def remove(self, path: str) -> None: ...


class Folder:
    """A folder, named as `target` or by its own path."""

    endpoint = ""

    def __init__(self, root: Path, target: str = "") -> None:
        self.root, self.target = root, target or str(root)

    def files(self) -> dict[str, bytes]:
        """All files."""
        return {path: (self.root / path).read_bytes() for path in walk(self.root)}

    def seed(self, site: Path) -> None:
        """Makes it a copy of a site."""
        shutil.copytree(site, self.root, dirs_exist_ok=True)

    def write(self, path: str, data: bytes) -> None:
        """Puts a file."""
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(data)

    def remove(self, path: str) -> None:
        """Takes a file away."""
        (self.root / path).unlink()


@contextmanager
def rsync_daemon(root: Path) -> Iterator[str]:
    """Serves the folder as a module that can be written to; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = root.with_suffix(".conf")
    configuration.write_text(
        f"pid file = {root}.pid\nuse chroot = no\n[site]\npath = {root}\nread only = no\nuid = {os.getuid()}\n"
        f"gid = {os.getgid()}\nreverse lookup = no\nlog file = {root}.log\n"
    )
    command = [need("rsync"), "--daemon", "--no-detach", "--address=127.0.0.1"]
    server = subprocess.Popen([*command, f"--port={port}", f"--config={configuration}"])
    try:
        _wait(port)
        yield f"rsync://127.0.0.1:{port}/site"
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    for _ in range(3000):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("nobody listens")


class Cut(Exception):
    """Raised by a hook: from here on the server lets nothing through."""


Hook = Callable[[str, str], None]


class S3Server:
    """An S3 server in this process. It does one request after the other, so that conditions are as atomic as Amazon's.

    `writes` are the requests that changed something, `before` is called before each; `unconditional`: it is one that
    knows no conditions; `lost`: answers to writes of these keys are lost after the fact.
    """

    def __init__(self) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
        from werkzeug.serving import WSGIRequestHandler, make_server

        class Quiet(WSGIRequestHandler):
            def log(self, type: str, message: str, *args: Any) -> None:
                pass

        self._application = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=False, request_handler=Quiet)
        self.endpoint = f"http://127.0.0.1:{self._server.port}"
        self.reset()
        Thread(target=self._server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        """As in the beginning, but for the buckets."""
        self.writes: list[tuple[str, str]] = []
        self.before: Hook = lambda method, key: None
        self.unconditional, self.lost = False, set[str]()

    def _answer(self, environ: dict[str, Any], start: Any) -> Any:
        method, key = environ["REQUEST_METHOD"], environ["PATH_INFO"].split("/", 2)[-1]
        if method in ("PUT", "DELETE"):
            try:
                self.before(method, key)
            except Cut:
                start("403 Forbidden", [("Content-Length", "0")])
                return [b""]
            self.writes.append((method, key))
        if self.unconditional:
            environ.pop("HTTP_IF_MATCH", None)
            environ.pop("HTTP_IF_NONE_MATCH", None)
        if key in self.lost and method == "PUT":
            self.lost.remove(key)
            list(self._application(environ, lambda *_: None))
            start("503 Slow Down", [("Content-Length", "0")])
            return [b""]
        return self._application(environ, start)

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()


class Bucket:
    """A prefix in a new bucket. Tests go past the network, which would take most of their time."""

    def __init__(self, server: S3Server, name: str, prefix: str = "registry/") -> None:
        from moto.core.models import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        self.server, self.name, self.prefix, self.endpoint = server, name, prefix, server.endpoint
        self.target = f"s3://{name}/{prefix}"
        self._backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        self._backend.create_bucket(name, "us-east-1")
        server.reset()

    def _keys(self) -> dict[str, Any]:
        return dict(self._backend.buckets[self.name].keys.items())

    def files(self) -> dict[str, bytes]:
        """All objects below the prefix."""
        found = {key.removeprefix(self.prefix): bytes(each.value) for key, each in self._keys().items()}
        assert len(found) == len([key for key in self._keys() if key.startswith(self.prefix)])
        return found

    def object(self, path: str) -> Any:
        """An object with what is said about it."""
        return self._keys()[self.prefix + path]

    def seed(self, site: Path) -> None:
        """Makes it a copy of a site."""
        for path in walk(site):
            self.write(path, (site / path).read_bytes())

    def write(self, path: str, data: bytes) -> None:
        """Puts an object."""
        self._backend.put_object(self.name, self.prefix + path, data)

    def remove(self, path: str) -> None:
        """Takes an object away."""
        self._backend.delete_object(self.name, self.prefix + path)

"""A site shown on this machine: loopback only, read only, with the headers that a host should send, without caching.

Text is compressed for those who take it, as hosts do, so that what is measured here is what will be.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from packyard import __version__
from packyard.errors import UsageError, WorldError
from packyard.formats import layout
from packyard.hosting import values
from packyard.hosting.patterns import compressible

HOST = "127.0.0.1"
NOT_FOUND = "404.html"
#: Files of more bytes are sent as they are.
LARGEST = 1 << 20
#: Of Accept-Encoding (RFC 9110, section 12.5.3): gzip, and not as what is refused.
_GZIP = re.compile(r"\bgzip\b(?! *; *q=0(?:\.0*)?(?:[ ,]|$))")


def serve(root: Path, port: int, ready: Callable[[str], None]) -> None:
    """Serves the site in `root` until the process is interrupted; port 0 takes any that is free.

    Calls `ready` with the address once requests are answered. Raises `UsageError` when there is no folder, `WorldError`
    when the port is taken.
    """
    if not root.is_dir():
        raise UsageError(
            "site-missing", "there is no site at this place", path=str(root), help="`packyard build` makes one"
        )
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Handler, root.resolve()))
    except OSError as error:
        raise WorldError(
            "port-taken", f"port {port} cannot be used: {error.strerror}", help="--port 0 takes a free one"
        ) from None
    server.daemon_threads = True
    with server, contextlib.suppress(KeyboardInterrupt):
        ready(f"http://{HOST}:{server.server_port}/")
        server.serve_forever()


def find(root: Path, path: str) -> Path | None:
    """The file in the folder `root` (resolved) that a request's path means; None when it means none, or one outside."""
    name = unquote(path, errors="surrogateescape")
    parts = name.removeprefix("/").split("/")
    if name.endswith("/") or name == "":
        parts[-1] = "index.html"
    if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts):
        return None
    found = root.joinpath(*parts).resolve()
    return found if found.is_relative_to(root) and os.path.isfile(found) else None  # noqa: PTH113 - it never raises


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize, disable_nagle_algorithm = 65_536, True  # head and body together, at once
    server_version, sys_version = f"packyard/{__version__}", ""

    def __init__(self, root: Path, *arguments: object) -> None:
        self.root = root
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server hands over

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: requests are seen in the browser."""

    def _answer(self, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        file = find(self.root, path)
        if file is None and find(self.root, path + "/"):
            self._redirect(quote(unquote(path), safe="/@+~") + "/")
        elif file is None:
            self._not_found(with_body)
        else:
            self._send(HTTPStatus.OK, file, with_body)

    def _redirect(self, address: str) -> None:
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", "/" + address.lstrip("/"))
        self._headers("text/plain; charset=utf-8", 0)

    def _not_found(self, with_body: bool) -> None:
        page = find(self.root, NOT_FOUND)
        if page:
            self._send(HTTPStatus.NOT_FOUND, page, with_body)
            return
        body = b"404: there is no such file in this site\n"
        self.send_response(HTTPStatus.NOT_FOUND)
        self._headers("text/plain; charset=utf-8", len(body))
        if with_body:
            self.wfile.write(body)

    def _send(self, status: HTTPStatus, path: Path, with_body: bool) -> None:
        content_type, size = layout.kind(path.relative_to(self.root).as_posix()).content_type, path.stat().st_size
        with path.open("rb") as file:
            body: BinaryIO = file
            self.send_response(status)
            if self._is_compressed(content_type, size):
                self.send_header("Content-Encoding", "gzip")
                data = gzip.compress(file.read(LARGEST), mtime=0)
                body, size = io.BytesIO(data), len(data)
            self._headers(content_type, size)
            if with_body:
                self._body(body)

    def _is_compressed(self, content_type: str, size: int) -> bool:
        takes = _GZIP.search(self.headers.get("Accept-Encoding", ""))
        return takes is not None and values.COMPRESSED <= size <= LARGEST and compressible(content_type)

    def _body(self, file: BinaryIO) -> None:
        with contextlib.suppress(ConnectionError):
            shutil.copyfileobj(file, self.wfile)

    def _headers(self, content_type: str, length: int) -> None:
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Security-Policy", values.policy(content_type))
        for name, value in values.EVERYWHERE:
            self.send_header(name, value)
        self.end_headers()

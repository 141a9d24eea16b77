"""One connection to the bridge: bytes in, a request; an answer, bytes out.

A browser on this machine can be made to ask any server on it, under a name that its page's owner chose (DNS rebinding):
so the name that was asked for must be one of this machine's own. A request has `HEADER_SECONDS` to arrive, its body
`BODY_SECONDS`, an answer as long to leave.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import ipaddress
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from math import inf
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packyard import __version__
from packyard.bridge import posting, routing
from packyard.bridge.rate import PUBLISHES, REQUESTS
from packyard.bridge.values import Refused, Request, Response, too_large
from packyard.hosting import values

if TYPE_CHECKING:
    from packyard.edges.bridge import Bridge, Publishing

HEADER_SECONDS, BODY_SECONDS = 15, 60
#: What is still read of a body that nobody wants, before the connection is closed.
LAST_SECONDS, LAST_BYTES = 3, 1 << 26


class _Timed(io.RawIOBase):
    """A connection that is read until a point in time."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self.until = connection, inf

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # it is called with nothing else
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class Handler(BaseHTTPRequestHandler):
    """Answers every method itself, and every mistake as JSON."""

    protocol_version = "HTTP/1.1"
    wbufsize, disable_nagle_algorithm = 65_536, True  # head and body together, at once
    server_version, sys_version = f"packyard/{__version__}", ""

    def __init__(self, bridge: Bridge, *arguments: object) -> None:
        self.bridge = bridge
        super().__init__(*arguments)  # type: ignore[arg-type]  # what the server hands over

    def setup(self) -> None:
        super().setup()
        self._input = _Timed(self.connection)
        self.rfile = io.BufferedReader(self._input)

    def handle_one_request(self) -> None:
        """One request, which has to be here in time."""
        self._input.until = time.monotonic() + HEADER_SECONDS
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle_one_request()
            return
        self.close_connection = True

    def handle_expect_100(self) -> bool:
        """Asks for the body, at once."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: whoever asks gets the answer."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is said of a request that cannot be read."""
        self.close_connection = True
        words = message or HTTPStatus(code).phrase
        self._send(Refused(code, words).response, self.__dict__.get("command") != "HEAD")

    def _answer(self) -> None:
        try:
            response = self._response()
        except Refused as error:
            response = error.response
        except (ConnectionError, TimeoutError):
            raise
        except Exception:  # a defect of the program must not look like an answer that never comes
            response = Refused(500, "this should not happen").response
        self.connection.settimeout(BODY_SECONDS)
        self._send(response, self.command != "HEAD")
        if self.close_connection:
            self._let_go()

    def __getattr__(self, name: str) -> Callable[[], None]:
        """What answers a method: every one is answered here (`do_GET` and the like)."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _response(self) -> Response:
        has_body = self.headers.get("Transfer-Encoding") or self.headers.get("Content-Length", "0") != "0"
        self.close_connection = self.close_connection or bool(has_body)  # what is not read would be the next request
        name = _own_name(self.headers.get_all("Host") or [])
        self.bridge.limiter.check(self.client_address[0], REQUESTS)
        path, _, query = self.path.partition("?")
        request = Request(self.command, path, query.partition("#")[0], f"http://{name}")
        publishing = self.bridge.publishing
        if self.command in routing.READING:
            return self.bridge.read(request)
        if self.command == "POST" and publishing and routing.is_publishing(request):
            return self._publish(publishing)
        raise routing.refuse_method(request, publishing is not None)

    def _publish(self, publishing: Publishing) -> Response:
        self.bridge.limiter.check(self.client_address[0], PUBLISHES)
        given = self.headers.get("Authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(given, b"Bearer " + publishing.token.encode()):
            challenge = (("WWW-Authenticate", "Bearer"),)
            raise Refused(401, "this needs the token: `Authorization: Bearer TOKEN`", headers=challenge)
        body = self._body()
        with self.bridge.submitting:
            return publishing.submit(posting.read_submission(self.headers.get("Content-Type", ""), body))

    def _body(self) -> bytes:
        """The body. Raises `Refused` when its length is not known or too large, and when it does not come."""
        stated = self.headers.get_all("Content-Length") or []
        if self.headers.get("Transfer-Encoding") or len(stated) != 1 or not stated[0].isascii():
            raise Refused(411, "the request has to say once how long its body is (Content-Length)")
        if not stated[0].isdigit() or len(stated[0]) > 15:
            raise Refused(400, "this is no Content-Length")
        length = int(stated[0])
        if length > posting.BODY_LIMIT:
            raise too_large(posting.BODY_LIMIT, length)
        self._input.until = time.monotonic() + BODY_SECONDS
        data = self.rfile.read(length)
        if len(data) != length:
            raise Refused(400, "the body ends before its end")
        return data

    def _let_go(self) -> None:
        """Reads on for a moment: who closes while something is being sent takes the answer back (RFC 9112, 9.6)."""
        self._input.until = time.monotonic() + LAST_SECONDS
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            left = LAST_BYTES
            while left > 0 and (data := self.rfile.read1(65_536)):
                left -= len(data)

    def _send(self, response: Response, with_body: bool) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", values.policy(response.content_type))
        for name, value in (*values.EVERYWHERE, *response.headers):
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if with_body:
            self.wfile.write(response.body)
        self.wfile.flush()


def _own_name(given: list[str]) -> str:
    """The name and port that were asked for, if they are this machine's own. Raises `Refused`."""
    with contextlib.suppress(ValueError):
        [host] = given
        found = urlsplit(f"//{host}")
        name = found.hostname or ""
        own = name == "localhost" or ipaddress.ip_address(name).is_loopback
        if own and found.netloc == host and not set(host) & set("@%") and found.port != 0:
            return host
    raise Refused(421, "this server has no such name: ask for 127.0.0.1 or localhost")

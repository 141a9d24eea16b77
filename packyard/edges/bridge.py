"""The bridge as a server of this machine: loopback only, bounded in everything, for whoever speaks agentpacks' API.

So many connections are open at once and no more, and each address may ask so often; see `bridge_http` for one of them.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from http.server import ThreadingHTTPServer
from typing import NamedTuple

from packyard.bridge import rate, routing
from packyard.bridge.posting import Submission
from packyard.bridge.rate import Rate
from packyard.bridge.values import Documents, Request, Response, too_many
from packyard.edges.bridge_http import Handler
from packyard.errors import UsageError, WorldError

HOST = "127.0.0.1"
#: Connections at once, and addresses whose requests are counted.
CONNECTIONS, ADDRESSES = 64, 4096

_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n"

#: From a pack that was posted to the answer; raises `Refused`.
Submit = Callable[[Submission], Response]


class Publishing(NamedTuple):
    """That packs are taken: from whoever has the token, what is done with them, and that in words."""

    token: str
    submit: Submit
    words: str


class Limiter:
    """Counts the requests of each address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._times = dict[tuple[str, Rate], rate.Times]()

    def check(self, address: str, allowed: Rate) -> None:
        """Counts a request. Raises `Refused` when there were too many."""
        with self._lock:
            times, wait = rate.admit(self._times.pop((address, allowed), ()), self._clock(), allowed)
            self._times[address, allowed] = times
            while len(self._times) > ADDRESSES:
                del self._times[next(iter(self._times))]
        if wait:
            raise too_many(wait)


class Bridge:
    """What all connections share."""

    def __init__(self, documents: Documents, publishing: Publishing | None = None) -> None:
        self.documents, self.publishing, self.limiter = documents, publishing, Limiter()
        #: One question at a time, for what a session remembers is one thing; and one submission, for a clone is one.
        self.asking, self.submitting = threading.Lock(), threading.Lock()

    def read(self, request: Request) -> Response:
        """The answer to a request that reads."""
        with self.asking:
            return routing.answer(request, self.documents)


def check_host(host: str) -> str:
    """An address that leads nowhere but to this machine; a name of it as its address. Raises `UsageError`."""
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return host
    if host == "localhost":
        return HOST
    hint = "to let others use it, put a server with TLS and a login of its own before it, or publish the site itself"
    message = "the bridge serves this machine alone"
    raise UsageError("usage-wrong", message, expected="127.0.0.1, ::1 or localhost", found=host, help=hint)


def serve(bridge: Bridge, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Answers until the process is interrupted; port 0 takes any that is free.

    Calls `ready` with the address once requests are answered. Raises `UsageError` for an address that is not this
    machine's own, `WorldError` when the port is taken. A submission that has begun is brought to its end.
    """
    with open_server(bridge, host, port) as server, contextlib.suppress(KeyboardInterrupt):
        ready(server.address)
        server.serve_forever()
    with contextlib.suppress(KeyboardInterrupt), bridge.submitting:
        pass


def open_server(bridge: Bridge, host: str = HOST, port: int = 0) -> Server:
    """The server, listening. Raises `UsageError` and `WorldError`."""
    try:
        return Server(check_host(host), port, bridge)
    except OSError as error:
        message = f"port {port} cannot be used: {error.strerror}"
        raise WorldError("port-taken", message, help="--port 0 takes a free one") from None


class Server(ThreadingHTTPServer):
    """A thread for each connection, and a bound on them."""

    daemon_threads = True

    def __init__(self, host: str, port: int, bridge: Bridge) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((host, port), partial(Handler, bridge))
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{self.server_port}/"

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Answers in a thread, or says at once that too many are busy."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        with contextlib.suppress(OSError):
            request.sendall(_BUSY)  # type: ignore[union-attr]  # of a server of streams it is a socket
        self.shutdown_request(request)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Answers, and makes room for another."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing of connections that break."""

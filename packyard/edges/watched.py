"""Connections of urllib3 whose requests end in time: a watch cuts the connection, whatever it is waiting for.

A socket's timeout is for one wait: a server that sends a byte now and then, in a TLS handshake, in endless headers or
in a body, keeps to it for ever.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from ssl import SSLContext

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection


class Watch:
    """Cuts the connection that this thread uses within, as soon as its time is over; then it is `over`.

    The time is `seconds`, and what the bytes that were `received` take at `slowest` bytes a second.
    """

    def __init__(self, seconds: float, slowest: float) -> None:
        self.seconds, self.slowest, self.received, self.over = seconds, slowest, 0, False
        self.connection: HTTPConnection | None = None
        self.socket: socket.socket | None = None
        self._done = threading.Event()

    def __enter__(self) -> None:
        _current.watch = self
        threading.Thread(target=self._run, daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _run(self) -> None:
        began, left = time.monotonic(), self.seconds
        while not self._done.wait(max(left, 0.1)):
            left = began + self.seconds + self.received / self.slowest - time.monotonic()
            if left <= 0:
                self.over = True
                self._cut()

    def _cut(self) -> None:
        found = self.socket or (self.connection and self.connection.sock)
        if found:
            with suppress(OSError):
                socket.socket.shutdown(found, socket.SHUT_RDWR)  # below TLS: another thread is reading from that


class _Current(threading.local):
    watch = Watch(0, 1)


_current = _Current()


class _Watched(HTTPConnection):
    def connect(self) -> None:
        _current.watch.connection = self
        super().connect()
        _current.watch.socket = self.sock  # which a closed connection no longer names

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        _current.watch.socket = self.sock  # of a connection that was kept
        super().putrequest(method, url, skip_host, skip_accept_encoding)


class _WatchedSecure(_Watched, HTTPSConnection):
    """The same over TLS: `connect` is that of `HTTPSConnection`, since it comes next in line."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _WatchedSecure


def watched_pools(maxsize: int, timeout: urllib3.Timeout, ssl_context: SSLContext | None) -> urllib3.PoolManager:
    """Pools of such connections, `maxsize` kept for each server."""
    manager = urllib3.PoolManager(maxsize=maxsize, timeout=timeout, ssl_context=ssl_context)
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return manager

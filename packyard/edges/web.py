"""Requests over http and https, through urllib3: what a server may answer, how long it may take, where it may lead.

- **Size.** A body is read up to the limit, whatever length was declared, and one that is declared longer is not read.
- **Time.** Connecting and every silence have a time limit, and so has the whole of a request, from the TLS handshake
  to the last byte: a server that sends a byte now and then is cut off.
- **Again.** A refused or broken connection, a body that ends early, and 429, 502, 503, 504 are tried again, after
  pauses that double and vary. `Retry-After` is obeyed; a server that wants more time than there is gets no second
  request. A time that ran out is not tried again, nor is a server that failed all tries, until it has answered once.
- **Elsewhere.** At most three redirects, to the servers that the caller allows, and never from https to http. A token
  is a header of requests to its own server only, and in no message.
- **Encodings.** `Accept-Encoding: identity` is asked for. A body that is gzip-encoded all the same is decoded, within
  the limit; a file whose name ends in `.gz` is taken as it came, since hosts say `gzip` of what it *is*. Others are
  refused.

A body without a declared length ends when the connection does: only its hash can tell whether it is whole.
"""

from __future__ import annotations

import random
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import NamedTuple

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError, SSLError

from packyard import __version__
from packyard.edges.replies import Reply, encoding, redirected, retry_after
from packyard.edges.tokens import Token
from packyard.edges.transport import WORKERS, Origin, Traffic, origin_of
from packyard.edges.watched import Watch, watched_pools
from packyard.errors import WorldError
from packyard.formats.fields import shown

REDIRECTS = 3
_MOVED, _PASSING = (301, 302, 303, 307, 308), (429, 502, 503, 504)
_CHUNK = 65_536

#: Bytes that are read of a body that nobody wants, so that the connection can be kept.
_UNWANTED = 65_536

#: By how much an encoded body may be longer than what it encodes.
_OVERHEAD = 1_024


class Patience(NamedTuple):
    """How long is waited, in seconds: for a connection, for the next byte, and for a request as a whole, to which comes
    the time that what has been received takes at `slowest` bytes a second. `attempts` are made with pauses of `pause`
    that double, or as a server asks, up to `longest`.
    """

    connect: float = 10
    silence: float = 30
    whole: float = 60
    slowest: float = 4_000
    attempts: int = 4
    pause: float = 0.3
    longest: float = 30


class _Request(NamedTuple):
    address: str
    limit: int
    headers: Mapping[str, str]
    token: Token | None

    @property
    def place(self) -> str:
        """The address as it is shown."""
        return self.plain(self.address.partition("?")[0])

    def plain(self, text: str) -> str:
        """The text without the token, which a server may have sent back."""
        return text.replace(self.token.secret, "…") if self.token else text

    def said(self, error: BaseException) -> str:
        """The error in short."""
        text = str(error.args[1]) if len(error.args) > 1 else str(error).rpartition("): ")[2]
        return shown(self.plain(text))


class _Passing(WorldError):
    """A failure that may be over at the next try, after `wait` seconds if the server says so."""

    wait = 0.0


class Web:
    """Connections to any servers, so many of them kept for each, and what they have cost. Threads may share it."""

    def __init__(
        self,
        patience: Patience | None = None,
        traffic: Traffic | None = None,
        *,
        connections: int = WORKERS,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.patience, self.traffic, self._sleep = patience or Patience(), traffic or Traffic(), sleep
        self._connections = connections
        self._down = set[Origin | None]()

    def get(
        self, address: str, limit: int, headers: Mapping[str, str], allowed: frozenset[Origin], token: Token | None
    ) -> Reply:
        """What the server answers, or one that it redirects to; anything but a failure to answer is a reply."""
        for _ in range(REDIRECTS + 1):
            request = _Request(address, limit, headers, token)
            reply = self._patiently(request)
            if reply.status not in _MOVED:
                return reply
            address = redirected(address, reply, allowed, request.plain)
        expected = f"at most {REDIRECTS} in a row"
        raise WorldError("redirect-refused", "too many redirects", path=request.place, expected=expected)

    def _patiently(self, request: _Request) -> Reply:
        origin, patience = origin_of(request.address), self.patience
        attempts = 1 if origin in self._down else patience.attempts
        for attempt in range(attempts):
            try:
                reply = self._once(request)
            except _Passing as failure:
                if attempt + 1 == attempts or failure.wait > patience.longest:
                    self._down.add(origin)
                    raise
                pause = patience.pause * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
                self._sleep(max(failure.wait, min(pause, patience.longest)))
            else:
                break
        self._down.discard(origin)
        return reply

    def _once(self, request: _Request) -> Reply:
        watch = Watch(self.patience.whole, self.patience.slowest)
        try:
            with watch:
                reply = self._exchange(request, watch)
        except (HTTPError, OSError, ValueError) as error:
            raise _too_slow(request) if watch.over else _failure(error, request) from None
        if watch.over:
            raise _too_slow(request)
        if reply.status in _PASSING:
            failure = _Passing("network-failed", f"the server answered {reply.status}", path=request.place)
            failure.wait = retry_after(reply.headers)
            raise failure
        return _decoded(reply, request) if reply.status == 200 and reply.encoded else reply

    def _exchange(self, request: _Request, watch: Watch) -> Reply:
        sent = {"User-Agent": f"packyard/{__version__}", "Accept-Encoding": "identity", **request.headers}
        sent |= request.token.headers(request.address) if request.token else {}
        self.traffic.add(1, 0)
        response = self._pool(request.address).urlopen(
            "GET",
            request.address,
            headers=sent,
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )
        try:
            wanted = response.status in (200, 206)
            encoded = wanted and _is_encoded(response.headers, request)
            limit = request.limit + _OVERHEAD * encoded if wanted else _UNWANTED
            body, whole = self._body(response, limit, watch)
            if wanted and whole and not body and response.length_remaining is None and not response.chunked:
                raise ValueError("the answer breaks off")  # perhaps among its headers, and then it is no empty file
        finally:
            response.close()
            response.release_conn()
        if wanted and not whole:
            raise _too_large(request)
        return Reply(response.status, response.headers, body, request.place, encoded)

    def _body(self, response: urllib3.BaseHTTPResponse, limit: int, watch: Watch) -> tuple[bytes, bool]:
        """The body up to the limit, and whether that was all."""
        body, declared = bytearray(), response.length_remaining or 0
        while max(len(body), declared) <= limit:
            part = response.read1(_CHUNK)
            if not part:
                return bytes(body), True
            self.traffic.add(0, len(part))
            watch.received += len(part)
            body += part
        return b"", False

    def _pool(self, address: str) -> urllib3.PoolManager:
        return self._secure if address.startswith("https:") else self._plain

    @cached_property
    def _plain(self) -> urllib3.PoolManager:
        return self._manager(None)

    @cached_property
    def _secure(self) -> urllib3.PoolManager:
        return self._manager(ssl.create_default_context())

    def _manager(self, context: ssl.SSLContext | None) -> urllib3.PoolManager:
        timeout = urllib3.Timeout(connect=self.patience.connect, read=self.patience.silence)
        return watched_pools(maxsize=self._connections, timeout=timeout, ssl_context=context)


def _is_encoded(headers: Mapping[str, str], request: _Request) -> bool:
    """Whether the body is gzip-encoded. Raises `WorldError` for other encodings."""
    said = encoding(headers, request.address)
    if said not in ("", "gzip"):
        message, found = "the server sends an encoding that was not asked for", shown(request.plain(said))
        raise WorldError("network-failed", message, path=request.place, expected="identity", found=found)
    return said == "gzip"


def _decoded(reply: Reply, request: _Request) -> Reply:
    """The reply with the body that was encoded, one gzip member. Raises `WorldError`."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        body = inflater.decompress(reply.body, request.limit + 1)
    except zlib.error:
        body = b""
    if len(body) > request.limit:
        raise _too_large(request)
    if not inflater.eof or inflater.unused_data:
        raise WorldError("network-failed", "the body is not the gzip that it is said to be", path=reply.address)
    return reply._replace(body=body, encoded=False)


def _failure(error: Exception, request: _Request) -> WorldError:
    """What a failed exchange means: one that may pass, unless it was a time limit or a certificate."""
    timeout = isinstance(error, ReadTimeoutError | ConnectTimeoutError) and not isinstance(error, NewConnectionError)
    certificate = isinstance(error, SSLError) and "CERTIFICATE" in str(error)
    kind = WorldError if timeout or certificate else _Passing
    message = "the server does not answer in time" if timeout else "the address cannot be read"
    return kind("network-failed", message, path=request.place, found=request.said(error))


def _too_large(request: _Request) -> WorldError:
    expected = f"at most {request.limit} bytes"
    return WorldError("too-large", "the file is too large", path=request.place, expected=expected)


def _too_slow(request: _Request) -> WorldError:
    return WorldError("network-slow", "the server sends too slowly", path=request.place)

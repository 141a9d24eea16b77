"""A server on loopback that misbehaves in every way that a client has to bear, over http or https.

A site is a mapping of paths to behaviours; what is not in it is missing. A behaviour is a function of an `Asked`, which
knows the request and can send, close and reset:

    with serving({"/SNAPSHOT": whole(b"text"), "/slow": drip(b"text", 0.1)}) as server:
        WebSite(server.url).read("SNAPSHOT", 100)

`server.asked` lists what was asked for, in order.
"""

from __future__ import annotations

import contextlib
import datetime
import gzip
import ipaddress
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Gone(Exception):
    """The connection is over."""


class Asked:
    """One request, and the connection on which it is to be answered. `before` counts earlier ones for its path."""

    def __init__(self, connection: socket.socket, lines: list[str], before: int) -> None:
        self.connection, self.before = connection, before
        self.method, self.path, self.version = lines[0].split(" ")
        pairs = [line.partition(":") for line in lines[1:]]
        self.headers = {name.strip().lower(): value.strip() for name, _, value in pairs}

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        try:
            self.connection.sendall(data)
        except OSError:
            raise Gone from None

    def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """A well-formed answer; `Content_Length="7"` and the like say otherwise."""
        self.send(head(status, **{"Content_Length": str(len(body)), **headers}) + body)

    def close(self) -> None:
        """Ends the connection."""
        raise Gone

    def reset(self) -> None:
        """Ends the connection with a RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Gone


Behaviour = Callable[[Asked], None]


def head(status: int = 200, version: str = "HTTP/1.1", **headers: str) -> bytes:
    """A status line and headers; one whose value is "" is left out."""
    lines = [
        f"{version} {status} X",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def whole(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    """A well-formed answer."""
    return lambda asked: asked.answer(body, status, **headers)


def raw(data: bytes) -> Behaviour:
    """Exactly these bytes, and the end of the connection."""

    def behave(asked: Asked) -> None:
        asked.send(data)
        asked.close()

    return behave


def cut(body: bytes, at: int) -> Behaviour:
    """The first `at` bytes of a well-formed answer, headers included."""
    return raw((head(Content_Length=str(len(body))) + body)[:at])


def reset(data: bytes = b"") -> Behaviour:
    """These bytes and a RST, once the client has had a chance to read them."""

    def behave(asked: Asked) -> None:
        asked.send(data)
        time.sleep(0.02)
        asked.reset()

    return behave


def endless(start: bytes = head()) -> Behaviour:
    """Zeros after `start` for as long as the client takes them."""

    def behave(asked: Asked) -> None:
        asked.send(start)
        while True:
            asked.send(bytes(65_536))

    return behave


def endless_chunks(size: int = 65_536) -> Behaviour:
    """Chunks without end."""

    def behave(asked: Asked) -> None:
        asked.send(head(Transfer_Encoding="chunked"))
        while True:
            asked.send(f"{size:x}\r\n".encode() + bytes(size) + b"\r\n")

    return behave


def drip(data: bytes, seconds: float) -> Behaviour:
    """These bytes, one at a time, with a pause behind each."""

    def behave(asked: Asked) -> None:
        for at in range(len(data)):
            asked.send(data[at : at + 1])
            time.sleep(seconds)

    return behave


def flood(line: bytes, start: bytes = b"HTTP/1.1 200 X\r\n") -> Behaviour:
    """A line, such as a header, again and again."""

    def behave(asked: Asked) -> None:
        asked.send(start)
        while True:
            asked.send(line * 100)

    return behave


def silence(seconds: float = 10) -> Behaviour:
    """Nothing."""
    return lambda _: time.sleep(seconds)


def redirect(to: str, status: int = 302) -> Behaviour:
    """A redirect."""
    return lambda asked: asked.answer(b"elsewhere", status, Location=to)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """The first for the first request, and so on; the last for all others."""
    return lambda asked: behaviours[min(asked.before, len(behaviours) - 1)](asked)


def bomb(size: int) -> bytes:
    """Zeros, so many, as gzip, in little memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)]
    return b"".join(parts) + packer.compress(bytes(size % 1_000_000)) + packer.flush()


def zipped(body: bytes) -> Behaviour:
    """The body, gzip-encoded though nobody asked for it."""
    return whole(gzip.compress(body), Content_Encoding="gzip")


def ranged(body: bytes, **headers: str) -> Behaviour:
    """A file of which a part can be had."""

    def behave(asked: Asked) -> None:
        said = asked.headers.get("range", "")
        if not said or asked.headers.get("if-range", headers.get("ETag")) != headers.get("ETag"):
            asked.answer(body, status=200, **headers)
            return
        start = int(said.removeprefix("bytes=").removesuffix("-"))
        if start >= len(body):
            asked.answer(b"", 416, Content_Range=f"bytes */{len(body)}")
            return
        given = f"bytes {start}-{len(body) - 1}/{len(body)}"
        asked.answer(body[start:], status=206, Content_Range=given, **headers)

    return behave


def tagged(body: bytes, etag: str) -> Behaviour:
    """A file with an entity tag, that is sent only to those who do not have it."""

    def behave(asked: Asked) -> None:
        if asked.headers.get("if-none-match") == etag:
            asked.answer(b"", 304, ETag=etag, Content_Length="")
        else:
            asked.answer(body, ETag=etag)

    return behave


class BadServer:
    """A server for `site`; `connections` counts those that were made."""

    def __init__(self, site: Mapping[str, Behaviour], context: ssl.SSLContext | None) -> None:
        self.site, self.context = dict(site), context
        self.asked = list[Asked]()
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._lock = threading.Lock()
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [asked.path for asked in self.asked]

    def run(self) -> None:
        """Accepts connections until the server is closed."""
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Ends it; from then on connections are refused."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError, Gone, ValueError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self.context:
                connection = stack.enter_context(self.context.wrap_socket(connection, server_side=True))
            pending = b""
            while True:
                while b"\r\n\r\n" not in pending:
                    part = connection.recv(65_536)
                    if not part:
                        return
                    pending += part
                text, _, pending = pending.partition(b"\r\n\r\n")
                self._answer(connection, text.decode("latin-1").split("\r\n"))

    def _answer(self, connection: socket.socket, lines: list[str]) -> None:
        with self._lock:
            path = lines[0].split(" ")[1]
            asked = Asked(connection, lines, self.paths().count(path))
            self.asked.append(asked)
        self.site.get(path, whole(b"missing", 404))(asked)


@contextlib.contextmanager
def serving(site: Mapping[str, Behaviour], context: ssl.SSLContext | None = None) -> Iterator[BadServer]:
    """A server that runs for as long as the context lasts."""
    server = BadServer(site, context)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield server
    finally:
        server.close()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 to be trusted by way of SSL_CERT_FILE, and what a server needs of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    names: list[Any] = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, secret = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    encoding, text = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(encoding, text, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return path, context

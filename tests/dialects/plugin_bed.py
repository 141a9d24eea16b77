"""Programs that read plugins, run for real, and a registry at an https address that is only on this machine.

Claude Code takes archives from https alone, and none from this machine's own names. So it is told of a proxy, to which
every host is one server here, with a certificate that the program is told to trust.
"""

from __future__ import annotations

import datetime
import os
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from select import select
from socket import create_connection, socket
from threading import Thread
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.tools import need

_QUIET = (
    "DISABLE_TELEMETRY",
    "DISABLE_AUTOUPDATER",
    "DISABLE_ERROR_REPORTING",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
)


class Ran(NamedTuple):
    """What a program gave."""

    code: int
    text: str


def environment(home: Path, **more: str) -> dict[str, str]:
    """That of a person who has just begun: an empty home, nothing sent anywhere."""
    home.mkdir(exist_ok=True)
    (home / "codex").mkdir(exist_ok=True)
    quiet = dict.fromkeys(_QUIET, "1")
    places = {"HOME": str(home), "CLAUDE_CONFIG_DIR": str(home / "claude"), "CODEX_HOME": str(home / "codex")}
    return {"PATH": os.environ["PATH"], **quiet, **places, **more}


def program(name: str, *arguments: str | Path, env: Mapping[str, str]) -> Ran:
    """Runs `claude`, `codex` or `copilot`."""
    command = [need(name), *map(str, arguments)]
    done = subprocess.run(
        command, env=env, cwd=env["HOME"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout)


@contextmanager
def on_https(site: Path, host: str, work: Path) -> Iterator[dict[str, str]]:
    """Serves a site as `https://HOST/`; gives the variables by which programs find it."""
    work.mkdir(exist_ok=True)
    _certificate(host, work)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(work / "host.pem", work / "host.key")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(site))) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        tunnel = partial(_Tunnel, server.server_address[1])
        with ThreadingHTTPServer(("127.0.0.1", 0), tunnel) as proxy:
            for each in (server, proxy):
                Thread(target=each.serve_forever, daemon=True).start()
            yield {
                "HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_address[1]}",
                "NODE_EXTRA_CA_CERTS": str(work / "host.pem"),
            }
            proxy.shutdown()
            server.shutdown()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


class _Tunnel(BaseHTTPRequestHandler):
    """A proxy that leads everywhere to one port."""

    def __init__(self, port: int, *arguments: object) -> None:
        self._port = port
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        with create_connection(("127.0.0.1", self._port)) as inner:
            _join(self.connection, inner)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _join(one: socket, other: socket) -> None:
    """Hands on what either side says until one has nothing more to say."""
    while ready := select([one, other], [], [], 60)[0]:
        for side in ready:
            data = side.recv(1 << 16)
            if not data:
                return
            (other if side is one else one).sendall(data)


def _certificate(host: str, work: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (work / "host.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (work / "host.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))

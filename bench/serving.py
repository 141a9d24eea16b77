"""Sites behind real servers on this machine, and what was asked of them.

    with nginx(site, work) as server:
        …
        server.asked()         [Asked(path='SNAPSHOT.bundle', status=200, size=1124), …] since the last time

`nginx` answers requests for a part of a file, `python -m http.server` sends every file whole. The sizes are those of
the bodies: of nginx as it logs them, of the other those of the files.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

_NGINX = re.compile(r"(?P<path>\S+) (?P<status>\d+) (?P<size>\d+)")
_PYTHON = re.compile(r'.*"GET (?P<path>\S+) HTTP/1\.[01]" (?P<status>\d+) ')


class Asked(NamedTuple):
    """A request: the path on the site, the status and the bytes of the body."""

    path: str
    status: int
    size: int


class Server:
    """A server: its address, and the log of what was asked of it."""

    def __init__(self, address: str, log: Path, line: re.Pattern[str], site: Path) -> None:
        self.address, self._log, self._line, self._site = address, log, line, site
        self._read = 0

    def asked(self) -> list[Asked]:
        """What was asked since this was called last."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        self._read += len(data)
        matches = (self._line.match(line) for line in data.decode().splitlines())
        return [self._asked(match.groupdict()) for match in matches if match]

    def _asked(self, fields: dict[str, str]) -> Asked:
        path, status = unquote(fields["path"]).removeprefix("/"), int(fields["status"])
        file = self._site / path
        whole = file.stat().st_size if status == 200 and file.is_file() else 0
        return Asked(path, status, int(fields.get("size", whole)))


def programs() -> Mapping[str, Callable[[Path, Path], AbstractContextManager[Server]]]:
    """The servers that there are on this machine, by name, as functions of the site and a folder to work in."""
    found = {"nginx": nginx} if shutil.which("nginx", path=_paths()) else {}
    return {**found, "http.server": python}


@contextmanager
def nginx(site: Path, work: Path) -> Iterator[Server]:
    """The site behind nginx."""
    work.mkdir(parents=True)
    port, log = _free_port(), work / "access.log"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{kind}_temp_path {work}/{kind};" for kind in kinds)
    user = "" if os.geteuid() else "user root;"
    (work / "nginx.conf").write_text(
        f"pid {work}/pid; error_log {work}/error.log; daemon off; {user} events {{}}\n"
        f"http {{ log_format asked '$request_uri $status $body_bytes_sent'; access_log {log} asked; {places}\n"
        f"server {{ listen 127.0.0.1:{port}; root {site}; }} }}\n"
    )
    program = shutil.which("nginx", path=_paths()) or "nginx"
    with _running([program, "-c", str(work / "nginx.conf")], port, work / "said.log"):
        yield Server(f"http://127.0.0.1:{port}/", log, _NGINX, site)


@contextmanager
def python(site: Path, work: Path) -> Iterator[Server]:
    """The site behind `python -m http.server`."""
    work.mkdir(parents=True)
    port, log = _free_port(), work / "access.log"
    command = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(site), str(port)]
    with _running(command, port, log):
        yield Server(f"http://127.0.0.1:{port}/", log, _PYTHON, site)


@contextmanager
def _running(command: Sequence[str], port: int, log: Path) -> Iterator[None]:
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as process,
    ):
        try:
            _await(port)
            yield
        finally:
            process.terminate()


def _await(port: int) -> None:
    """Returns when somebody listens at the port. Raises `TimeoutError`."""
    for _ in range(200):
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens at port {port}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def _paths() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"

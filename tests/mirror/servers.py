"""Real servers for mirrors: an rsync daemon, and nginx with folders listed."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tools import need


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Runs a server until the end, from when it answers."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the server has ended"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def rsync_daemon(site: Path, work: Path) -> Iterator[str]:
    """Serves a folder as the module `packs`; gives its address."""
    port, configuration = free_port(), work / "rsyncd.conf"
    owner = "" if os.geteuid() else "uid = 0\ngid = 0\n"
    configuration.write_text(f"use chroot = no\n{owner}[packs]\npath = {site}\nread only = yes\n")
    command = [need("rsync"), "--daemon", "--no-detach", f"--port={port}", "--address=127.0.0.1"]
    with running([*command, f"--config={configuration}"], port):
        yield f"rsync://127.0.0.1:{port}/packs/"


@contextmanager
def nginx(site: Path, work: Path) -> Iterator[str]:
    """Serves a folder; gives its address."""
    port, configuration = free_port(), work / "nginx.conf"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = " ".join(f"{kind}_temp_path {work}/{kind};" for kind in kinds)
    user = "" if os.geteuid() else "user root;"
    configuration.write_text(
        f"pid {work}/pid; error_log {work}/error.log; daemon off; {user} events {{}}\n"
        f"http {{ access_log off; {places}\n"
        f"server {{ listen 127.0.0.1:{port}; root {site}; autoindex on; }} }}\n"
    )
    with running([need("nginx"), "-c", str(configuration)], port):
        yield f"http://127.0.0.1:{port}/"

"""Forges for tests: bare repositories with the hooks of servers, ssh without a network, GitHub's API on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from tests.tools import need


def git(folder: Path, *arguments: str) -> str:
    """What a command of git prints."""
    command = [need("git"), "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def refs(folder: Path) -> dict[str, str]:
    """Every ref of a repository with what it points to."""
    lines = git(folder, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split(" ") for line in lines)


def tree_of(folder: Path, ref: str) -> str:
    """The id of a commit's tree."""
    return git(folder, "rev-parse", f"{ref}^{{tree}}")


def serve_options(bare: Path) -> Path:
    """Makes a repository take push options, and write them into the file that is given."""
    git(bare, "config", "receive.advertisePushOptions", "true")
    seen = bare / "options"
    hook(
        bare,
        f'i=0; while [ "$i" -lt "${{GIT_PUSH_OPTION_COUNT:-0}}" ]; do eval echo "\\$GIT_PUSH_OPTION_$i" >> "{seen}"; '
        "i=$((i + 1)); done; echo 'View it: https://forge.example.org/1' >&2",
    )
    return seen


def hook(bare: Path, script: str) -> None:
    """Gives a repository a pre-receive hook."""
    path = bare / "hooks" / "pre-receive"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def fake_ssh(folder: Path, root: Path) -> str:
    """A command for GIT_SSH_COMMAND: every host has the repositories below `root`."""
    script = folder / "ssh.py"
    script.write_text(
        "import os, shlex, sys\n"
        "program, path = shlex.split(sys.argv[-1])\n"
        f"os.execvp('git', ['git', program.removeprefix('git-'), os.path.join({str(root)!r}, path.lstrip('/'))])\n"
    )
    return f"{sys.executable} {script}"


class Asked(NamedTuple):
    """A request that reached the API."""

    method: str
    path: str
    headers: Mapping[str, str]
    fields: Any


class Answer(NamedTuple):
    """An answer of the API."""

    status: int
    body: bytes
    headers: Mapping[str, str] = {}


class GitHub:
    """The API: gives `answers` one after the other and keeps what was `asked`."""

    def __init__(self, answers: list[Answer]) -> None:
        self.answers, self.asked, self.url = answers, list[Asked](), ""


def answer(status: int, fields: object, **headers: str) -> Answer:
    """An answer with a JSON document."""
    return Answer(status, json.dumps(fields).encode(), headers)


@contextmanager
def github(*answers: Answer) -> Iterator[GitHub]:
    """Serves the API on loopback."""
    forge = GitHub(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            data = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            forge.asked.append(Asked(self.command, self.path, headers, json.loads(data) if data else None))
            given = forge.answers.pop(0)
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    forge.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

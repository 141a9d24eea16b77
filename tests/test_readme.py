"""The README and the pages of `docs/`: their commands run, what they show is what the commands say, their links lead
somewhere.

A block fenced as `sh tour` is run; all of a page are, in order, in one shell that stops at the first failure. One that
is fenced as `sh tour background` is a server, which runs on. The block `text` after it shows lines of its output, in
order, in which `…` stands for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from tests.tools import need

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
#: Whose addresses the documentation has: specifications, programs, and names that are reserved for examples.
HOSTS = ["c2sp.org", "in-toto.io", "slsa.dev", "semver.org", "spdx.org", "keepachangelog.com", "github.com", "127.0.0.1"]
EXAMPLES = (".example", "example.org", "example.net")
NEXT = "-- next block --"
#: Starts a server and goes on when it has said where it is, which must be true.
SERVER = """\
said=$(mktemp)
{code} >"$said" 2>&1 &
until [ -s "$said" ]; do kill -0 $!; sleep 0.05; done
cat "$said"
curl -fsS "$(head -n 1 "$said")" >/dev/null
"""

FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """Commands, and the lines of output that are shown after them."""

    code: str
    background: bool
    shown: list[str]


def tour(page: Path) -> list[Block]:
    """What a page says to run, in order."""
    found: list[Block] = []
    for kind, text in FENCE.findall(page.read_text()):
        if kind.startswith("sh tour"):
            found.append(Block(text, kind.endswith("background"), []))
        elif kind == "text":
            found[-1].shown.extend(text.splitlines())
    return found


def script(blocks: list[Block]) -> str:
    """The blocks as one script, which prints `NEXT` after each."""
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for block in blocks:
        lines.append(SERVER.format(code=block.code.strip()) if block.background else block.code)
        lines.append(f"echo '{NEXT}'")
    return "\n".join(lines)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new user's home, with `packyard` on the path, and a git that knows who commits."""
    shutil.copy(Path(__file__).with_name("gitconfig"), tmp_path / ".gitconfig")
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def run(home: Path, blocks: list[Block]) -> None:
    """Runs the blocks in an empty folder and compares their output with what is shown."""
    for program in ("minisign", "jq", "curl", "git", "rsync", "tar", "sha256sum"):
        need(program)
    place = home / "empty"
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        ["bash", "-c", script(blocks)], cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    outputs = done.stdout.split(f"{NEXT}\n")
    for block, output in zip(blocks, outputs, strict=False):
        lines = iter(output.splitlines())
        missing = [line for line in block.shown if not any(pattern(line).fullmatch(each) for each in lines)]
        assert not missing, output


def pattern(line: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, line.split("…"))))


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Serves a folder on this machine; gives the address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    folder.mkdir(parents=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


# Commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.interop
def test_tour_of_the_readme(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    blocks = [
        Block(block.code.replace("packyard serve", f"packyard serve --port {port}"), block.background,
              [line.replace(":8000/", f":{port}/") for line in block.shown])
        for block in tour(ROOT / "README.md")
    ]  # fmt: skip
    assert len(blocks) > 8
    run(home, blocks)


@pytest.mark.interop
def test_commands_for_operators(home: Path) -> None:
    with web_server(home / "empty" / "www") as address:
        blocks = tour(DOCS / "operators.md")
        run(home, [block._replace(code=block.code.replace("https://packs.my.example/", address)) for block in blocks])


def test_what_is_not_shown_is_missed(home: Path) -> None:
    run(home, [Block("echo one; echo two; echo three", False, ["one", "t…ee"]), Block("echo four", False, ["four"])])
    for code, shown in (("false; echo one", []), ("echo one", ["two"]), ("echo one; echo two", ["two", "one"])):
        with pytest.raises(AssertionError):
            run(home, [Block(code, False, shown)])


# Links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            file = page.parent / path if path else page
            assert file.exists(), target
            assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_addresses_are_of_specifications_and_examples(page: Path) -> None:
    found = set(re.findall(r"https?://([\w.-]+\.\w+)", page.read_text()))
    assert [host for host in sorted(found) if host not in HOSTS and not host.endswith(EXAMPLES)] == []


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text()
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"({name})" not in index} == set()

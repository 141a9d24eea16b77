"""A site to ask about, people who ask, and servers that answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mcp import StdioServerParameters

from tests.dialects import sample

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def asked_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; it is only read."""
    return sample.site(tmp_path_factory.mktemp("asked"), ("agentpacks",))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of somebody who has nothing yet."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def arguments(site: Path | str, *more: str) -> list[str]:
    """How the server is started."""
    return ["-m", "packyard", "mcp", "--registry", str(site), *more]


def environment(home: Path) -> dict[str, str]:
    """What the server has around it."""
    return {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PACKYARD_NO_VENV": "1"}


@pytest.fixture
def started(home: Path) -> Callable[..., StdioServerParameters]:
    """How a program starts the server for a site."""

    def parameters(site: Path, *more: str) -> StdioServerParameters:
        return StdioServerParameters(
            command=sys.executable, args=arguments(site, *more), env=environment(home), cwd=str(home)
        )

    return parameters


@pytest.fixture
def over_http(home: Path) -> Callable[..., object]:
    """A server over HTTP, as its address."""

    @contextmanager
    def running(site: Path) -> Iterator[str]:
        command = [sys.executable, *arguments(site, "--http", "0")]
        with subprocess.Popen(
            command, env=environment(home), cwd=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            try:
                assert server.stdout is not None
                yield server.stdout.readline().strip()
            finally:
                server.terminate()

    return running

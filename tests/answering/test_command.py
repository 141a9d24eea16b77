"""`packyard mcp` as a command: what it needs, what it says, what it costs those who do not call it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from packyard.cli.main import main
from tests.answering.conftest import arguments, environment


def test_without_the_library_it_says_what_to_install(
    asked_site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    assert main(arguments(asked_site)[2:]) == 2
    shown = capsys.readouterr()
    assert "pip install 'packyard[mcp]'" in shown.err
    assert shown.out == ""


def test_without_a_registry_it_says_so(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "packyard", "mcp", "--project", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(home), input="", check=False)
    assert done.returncode == 2
    assert "no registry is known" in done.stderr
    assert done.stdout == ""


def test_a_port_that_is_taken(asked_site: Path, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, *arguments(asked_site, "--http", str(taken.getsockname()[1]))]
        done = subprocess.run(command, capture_output=True, text=True, env=environment(home), check=False)
    assert done.returncode == 3
    assert "cannot be used" in done.stderr


def test_the_library_costs_only_those_who_call_the_command(home: Path) -> None:
    program = (
        "import sys, packyard.cli.group, packyard.cli.mcp, packyard.edges.mcp_server\n"
        "print(sorted({'mcp', 'mcp_types', 'anyio', 'uvicorn', 'pydantic'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(home), check=True
    )
    assert done.stdout == "[]\n"


def test_it_ends_when_it_is_interrupted(asked_site: Path, home: Path) -> None:
    command = [sys.executable, *arguments(asked_site, "--http", "0")]
    with subprocess.Popen(
        command, env=environment(home), cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        with pytest.raises(HTTPError, match="406"):  # it answers, if only that this is no way to ask
            urlopen(address, timeout=30)
        server.send_signal(signal.SIGINT)
        out, said = server.communicate()
    assert (server.returncode, out) == (0, "")
    assert "Traceback" not in said

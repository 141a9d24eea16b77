"""The command as a whole: its help, its errors, and what it does not import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from packyard import __version__
from packyard.cli.main import COMMANDS, SECTIONS, load
from tests.cli.conftest import Packyard

HEAVY = {"jinja2", "pygit2", "cmarkgfm", "nh3", "yaml", "cryptography", "minisign", "rich", "urllib3", "sqlite3"}


def modules_after(*arguments: str) -> set[str]:
    """The modules that a whole process has imported when the command ends."""
    program = (
        "import sys\nfrom packyard.cli.main import main\nmain(sys.argv[1:])\n"
        "print('MODULES', *sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stderr.rpartition("MODULES")[2].split())


def test_help_imports_no_command() -> None:
    found = modules_after("--help")
    assert not HEAVY & {name.partition(".")[0] for name in found}
    places = {f"packyard.cli.{known.place.partition(':')[0]}" for known in COMMANDS.values()}
    assert not places & found


def test_a_plain_build_imports_no_click(tmp_path: Path) -> None:
    found = modules_after("build", "--repo", str(tmp_path), "--quiet")
    assert "click" not in found


@pytest.mark.parametrize("arguments", [("explain", "too-large"), ("build", "--help")])
def test_light_commands_are_light(arguments: tuple[str, ...]) -> None:
    assert not HEAVY & {name.partition(".")[0] for name in modules_after(*arguments)}


def test_help_lists_every_command(packyard: Packyard) -> None:
    said = packyard("--help")
    assert said.code == 0
    for title, section in SECTIONS:
        assert f"{title}:" in said.out
        for known in section:
            assert f"  {known.name} " in said.out
            assert known.help in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, packyard: Packyard) -> None:
    said = packyard(name, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: packyard {name} ")
    assert load(name).name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_called_wrongly_without_a_trace(name: str, packyard: Packyard) -> None:
    said = packyard(name, "--no-such-option")
    assert said.code == (11 if name == "kit" else 2)  # ADR 0023
    assert said.err.startswith("error[usage-wrong]: No such option")
    assert f"`packyard {name} --help`" in said.err


def test_no_command(packyard: Packyard) -> None:
    said = packyard()
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: packyard ")


def test_an_unknown_command(packyard: Packyard) -> None:
    said = packyard("biuld")
    assert said.code == 2
    assert said.err.startswith("error[usage-wrong]: No such command 'biuld'")
    assert "did you mean `packyard build` or `packyard rebuild`? `packyard --help` lists the commands" in said.err
    assert "did you mean `packyard yank` or `packyard unyank`?" in packyard("yanck", "hello@1.0.0").err
    assert "did you mean" not in packyard("xyzzy").err


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (("yank", "hello@1.0.0", "--reason"), "packyard yank"),
        (("owners", "add", "--key"), "packyard owners add"),
        (("owners", "ad"), "packyard owners"),
        (("submit", "--vresion", "1"), "packyard submit"),
    ],
)
def test_the_help_of_the_command_that_was_meant(arguments: tuple[str, ...], command: str, packyard: Packyard) -> None:
    said = packyard(*arguments)
    assert said.code == 2
    assert f"= help: `{command} --help` says what it takes" in said.err
    assert "COMMAND" not in said.err


def test_version(packyard: Packyard) -> None:
    assert packyard("--version") == (0, f"packyard {__version__}\n", "")


def test_the_module_is_the_command() -> None:
    command = [sys.executable, "-m", "packyard", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == f"packyard {__version__}\n"


def test_a_closed_pipe_is_quiet() -> None:
    command = f"{sys.executable} -m packyard explain | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 141)
    assert done.stderr == ""

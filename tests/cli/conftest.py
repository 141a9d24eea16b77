"""Commands as a person calls them: their arguments in, their exit code, stdout and stderr out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pygit2
import pytest

from packyard.cli.main import main
from packyard.edges import keys

Packyard = Callable[..., "Said"]


class Said(NamedTuple):
    """What a command gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new user's home, which is where the commands run; keys are encrypted weakly, so that tests are quick."""
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "config"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(keys, "_OPSLIMIT", 32_768)
    monkeypatch.setattr(keys, "_MEMLIMIT", 16_777_216)
    return place


@pytest.fixture
def packyard(home: Path, capfd: pytest.CaptureFixture[str]) -> Packyard:
    """Calls a command in `home`. No exception gets past it."""

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        return Said(code, *capfd.readouterr())

    return call


@pytest.fixture
def registry(home: Path, packyard: Packyard) -> Path:
    """A registry's repository, made by `packyard init`, with the publisher alice, whose key is the default one."""
    assert packyard("init", "reg", "--title", "Test packs").code == 0
    repository = pygit2.Repository(str(home / "reg"))
    repository.config["user.name"], repository.config["user.email"] = "Tester", "tester@example.org"
    assert packyard("keygen", "--no-password").code == 0
    assert packyard("publisher", "add", "alice", "--name", "Alice", "--repo", "reg", "--commit").code == 0
    return home / "reg"


@pytest.fixture
def pack(packyard: Packyard, home: Path) -> Path:
    """The folder of a new pack, hello 0.1.0, not signed."""
    assert packyard("new", "hello", "--feature", "rules,skills", "--author", "Alice").code == 0
    return home / "hello"

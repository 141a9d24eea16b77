"""A registry from nothing: by `init`, with development keys or its own."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from packyard.edges.keys import load_signer
from packyard.edges.workfolder import WorkingTree
from packyard.errors import UsageError
from packyard.formats.trustfile import parse_trust
from packyard.trust import verify_trust
from tests.cli.conftest import Packyard


def test_a_registry_that_is_committed(packyard: Packyard, home: Path) -> None:
    said = packyard("init", "reg", "--origin", "packs.test.example", "--title", "Tests: all of them")
    assert said.code == 0
    repository = pygit2.Repository(str(home / "reg"))
    assert repository.head.shorthand == "main"
    assert not repository.status()
    settings = WorkingTree(home / "reg").registry()
    assert (settings.origin, settings.title, settings.url) == (
        "packs.test.example",
        "Tests: all of them",
        "https://packs.test.example/",
    )
    assert "/.packyard/" in (home / "reg" / ".gitignore").read_text()
    assert "-text" in (home / "reg" / ".gitattributes").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--origin", "Not An Origin"],
        ["--url", "ftp://example.org/"],
        ["--url", "https://example.org/?page=1"],
        ["--title", "two\nlines"],
        ["--keys", "reg/keys"],
        ["--forge", "another"],
        ["--team", "maintainers"],
        ["--team", "@acme/packs @everybody"],
    ],
)
def test_init_refuses(arguments: list[str], packyard: Packyard, home: Path) -> None:
    assert packyard("init", "reg", *arguments).code == 2
    assert not (home / "reg").exists()


@pytest.mark.parametrize(
    ("forge", "place"),
    [("github", ".github/CODEOWNERS"), ("gitlab", ".gitlab/CODEOWNERS"), ("gitea", ".gitea/CODEOWNERS"), ("none", "")],
)
def test_what_is_written_for_a_forge(forge: str, place: str, packyard: Packyard, home: Path) -> None:
    said = packyard("init", "reg", "--forge", forge, "--team", "@acme/packs")
    assert said.code == 0
    assert ("until then the workflows install nothing" in said.err) == bool(place)
    folders = {".github", ".gitlab", ".gitea"} & {path.name for path in (home / "reg").iterdir()}
    assert folders == ({place.split("/", maxsplit=1)[0]} if place else set())
    assert not place or "@acme/packs" in (home / "reg" / place).read_text()


def test_init_takes_no_folder_with_something_in_it(packyard: Packyard, home: Path) -> None:
    (home / "reg").mkdir()
    (home / "reg" / "notes.txt").write_text("mine")
    assert "error[folder-not-empty]" in packyard("init", "reg").err
    assert [path.name for path in (home / "reg").iterdir()] == ["notes.txt"]


def test_real_keys(packyard: Packyard, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKYARD_PASSWORD", "open sesame")
    assert packyard("init", "reg", "--keys", "keys").code == 0
    names = sorted(path.name for path in (home / "keys").iterdir())
    assert names == sorted(f"{role}.{end}" for role in ("root", "snapshot", "log", "attest") for end in ("key", "pub"))
    folder = home / "reg" / "registry-src" / "trust"
    text = (folder / "1.json").read_bytes()
    signatures = {path.name.split(".")[2]: path.read_bytes() for path in folder.glob("1.json.*")}
    trust = verify_trust(text, signatures, "packs.example.org", None)
    assert trust == parse_trust(text)
    monkeypatch.delenv("PACKYARD_PASSWORD")
    with pytest.raises(UsageError, match="encrypted"):
        load_signer("keys/root.key")
    said = packyard("build", "--repo", "reg", "--keys", "keys", "--new-log")
    assert said.code == 0, said.err
    assert "development" not in said.err

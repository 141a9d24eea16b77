"""Which registries count, which of them is asked, and who gets a token."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from packyard.client.project import KnownRegistry, Project
from packyard.edges.registries import GIVEN, Known, Registries, known_registries, read_registries, write_registries
from packyard.errors import PackyardError, ProblemsFound, UsageError, WorldError
from tests.registry import signer

MAIN = KnownRegistry("main", "https://packs.example.org/")
WORK = KnownRegistry("work", "https://work.example.org/", scopes=("@acme",))
KEY = signer("root-1").public_key


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A user's environment, with a home."""
    return {"HOME": str(tmp_path)}


def known(project: Project, environ: Mapping[str, str], place: str = "", key: str = "") -> Known:
    return known_registries(project, environ, place, key, Path("/work"))


def names(found: Known) -> list[str]:
    return [registry.name for registry in found.registries]


def test_those_of_the_project_come_before_those_of_the_user(environ: dict[str, str]) -> None:
    assert known(Project(), environ) == Known(())
    write_registries(environ, (WORK, MAIN))
    assert read_registries(environ) == (WORK, MAIN)
    assert known(Project(), environ) == Known((WORK, MAIN), None, "work")
    assert known(Project((MAIN,)), environ) == Known((MAIN, WORK), None, "main")


def test_one_that_is_named_comes_first(environ: dict[str, str]) -> None:
    write_registries(environ, (WORK,))
    project = Project((MAIN, KnownRegistry("near", "../near")))
    for place in ("work", "https://work.example.org", "https://work.example.org/"):
        assert names(known(project, environ, place)) == ["work", "main", "near"]
    for place in ("near", "/near", "../near", "file:///near", "/work/../near/"):
        assert names(known(project, environ, place)) == ["near", "main", "work"]
    assert names(known(project, {**environ, "PACKYARD_REGISTRY": "near"})) == ["near", "main", "work"]
    assert names(known(project, {**environ, "PACKYARD_REGISTRY": "near"}, "work")) == ["work", "main", "near"]


def test_one_that_is_new(environ: dict[str, str]) -> None:
    new = KnownRegistry(GIVEN, "https://new.example.org/")
    assert known(Project(), environ, new.place) == Known((new,), new, GIVEN)
    write_registries(environ, (MAIN,))
    second = new._replace(name="main-2")
    assert known(Project(), environ, new.place) == Known((second, MAIN), second, "main")
    assert known(Project((WORK,)), environ, new.place) == Known((second,), second, "work")
    assert known(Project(), environ, new.place, KEY).new == second._replace(key=KEY)


def test_a_key_is_not_given_twice(environ: dict[str, str]) -> None:
    assert known(Project((MAIN,)), environ, key=KEY).registries == (MAIN._replace(key=KEY),)
    pinned = Project((MAIN._replace(key=KEY),))
    assert known(pinned, environ, key=KEY).registries == pinned.registries
    with pytest.raises(UsageError) as refused:
        known(pinned, environ, key=signer("root-2").public_key)
    assert refused.value.problem.code == "registry-differs"


@pytest.mark.parametrize(
    "place", ["https://u@h/", "https:///", "ftp://host/", "file://other/x", "https://h/?q", "\udcff"]
)
def test_places_that_are_none(place: str, environ: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        Registries(known(Project(), environ, place), Path("/work"), environ, print).session(GIVEN)


def token_of(project: Project, environ: Mapping[str, str], place: str, name: str) -> str:
    found = Registries(known(project, environ, place), Path("/work"), environ, print)
    site = found.session(name).places._places[0]
    token = getattr(site, "_token", None)
    return token.secret if token else ""


def test_a_token_goes_to_the_registry_that_it_is_for(environ: dict[str, str]) -> None:
    """Not to one that somebody only names, or that takes the other's name."""
    environ["PACKYARD_TOKEN"], environ["PACKYARD_TOKEN_WORK"] = "for-main", "for-work"
    project = Project((MAIN, WORK))
    assert token_of(project, environ, "", "main") == "for-main"
    assert token_of(project, environ, "", "work") == "for-work"
    assert token_of(project, environ, "work", "work") == "for-work"
    del environ["PACKYARD_TOKEN_WORK"]
    assert token_of(project, environ, "work", "work") == ""
    environ["PACKYARD_TOKEN_MAIN"] = "for-main-too"
    assert token_of(project, environ, "https://else.example.org/", "main-2") == ""
    del environ["PACKYARD_TOKEN_MAIN"]
    assert token_of(Project(), environ, "https://else.example.org/", "main") == "for-main"
    assert token_of(project, {**environ, "PACKYARD_REGISTRY": "work"}, "", "work") == "for-main"


def test_files_that_are_broken(environ: dict[str, str], tmp_path: Path) -> None:
    path = write_registries(environ, (MAIN,))
    assert path == tmp_path / ".config/packyard/registries.json"
    for text in ("", "[", "null", '{"format": "packyard/registries/1", "registries": [{}]}'):
        path.write_text(text)
        with pytest.raises(ProblemsFound) as refused:
            known(Project(), environ)
        assert refused.value.problems[0].path == str(path)
    write_registries(environ, (MAIN._replace(place="https://else.example.org/"),))
    with pytest.raises(ProblemsFound) as differs:
        known(Project((MAIN,)), environ)
    assert differs.value.problem.code == "registry-differs"
    path.unlink()
    path.mkdir()
    with pytest.raises(WorldError):
        known(Project(), environ)
    with pytest.raises(WorldError):
        write_registries(environ, (MAIN,))
    assert [each.name for each in path.parent.iterdir()] == ["registries.json"]


def test_what_is_remembered_belongs_to_the_place(environ: dict[str, str], tmp_path: Path) -> None:
    def memory(place: str) -> Path:
        return Registries(Known((KnownRegistry("main", place),)), tmp_path, environ, print).memory("main").root

    assert memory("https://packs.example.org") == memory("https://packs.example.org/")
    assert memory("site") == memory(f"{tmp_path}/site") == memory(f"file://{tmp_path}/site")
    assert memory("site") != memory("other")


def test_a_lock_that_names_an_unknown_registry(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(PackyardError) as refused:
        Registries(Known((MAIN,)), tmp_path, environ, print).session("work")
    assert refused.value.problem.code == "registry-unknown"

"""Each hostile registry is refused: the right rule at the right place, quickly, and the good site stays as it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.cli.errors import format_problem
from packyard.errors import PackyardError, Problem, ProblemsFound
from tests.hostile import (
    bed,
    folders,
    keys,
    lifecycle,
    manifests,
    orgs,
    owners,
    past,
    places,
    signatures,
    statements,
    sums,
)
from tests.hostile.bed import CASES, Bed, Case
from tests.registry import TestRegistry
from tests.sites import built
from tests.tools import sampled

#: A refusal takes no longer than this, whatever is thrown at it.
SECONDS = 20.0

TABLES = (folders, keys, lifecycle, manifests, orgs, owners, past, places, signatures, statements, sums)


class Yard:
    """A good registry with its site, which every case must leave alone."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.registry = folder, bed.good(folder / "repo")
        self.site, self.base = folder / "site", str(self.registry.repo.head.target)
        built(self.registry.path, self.site)
        self.before = self.everything()

    def everything(self) -> dict[str, bytes]:
        """Every file of the site."""
        return {str(path): path.read_bytes() for path in sorted(self.site.rglob("*")) if path.is_file()}

    def attempt(self) -> Bed:
        """The registry to tamper with."""
        Bed(self.registry).move(self.base)
        return Bed(self.registry)


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """The one good registry of this module."""
    made = Yard(tmp_path_factory.mktemp("hostile"))
    yield made
    made.attempt()
    built(made.registry.path, made.site)
    now = made.everything()
    assert [path for path in now if now[path] != made.before.get(path)] == []
    assert now == made.before


def refusal(repo: Path, site: Path, **options: object) -> tuple[Problem, ...]:
    """What a build says when it refuses, which it must, and at once."""
    started = time.monotonic()
    with pytest.raises(PackyardError) as caught:
        built(repo, site, **options)
    assert time.monotonic() - started < SECONDS
    error = caught.value
    return error.problems if isinstance(error, ProblemsFound) else (error.problem,)


def check(problems: tuple[Problem, ...], expected: tuple[tuple[str, str], ...]) -> None:
    """Whether the expected problems are among those that were found, and all can be printed."""
    found = {(problem.code, problem.path) for problem in problems}
    assert {(code, f"registry-src/{path}" if path else "") for code, path in expected} <= found
    for problem in problems:
        assert problem.message
        assert problem.path.isascii()
        assert problem.path.isprintable()
        assert format_problem(problem).encode()


@pytest.mark.parametrize("case", sampled(CASES, lambda case: case.name, 10))
def test_refused(yard: Yard, case: Case, tmp_path: Path) -> None:
    attempt = yard.attempt()
    case.tamper(attempt)
    attempt.finish()
    check(refusal(attempt.path, yard.site), case.expected)
    assert yard.everything() == yard.before
    check(refusal(attempt.path, tmp_path / "site"), case.expected)
    assert not (tmp_path / "site" / "SNAPSHOT").exists()


def test_the_table_is_long_enough() -> None:
    assert len(CASES) > 200
    assert all(table.__doc__ for table in TABLES)


@pytest.mark.parametrize("tamper", [past.amend, past.force_push, past.drop])
def test_a_history_that_is_not_the_published_one(yard: Yard, tamper: object) -> None:
    assert callable(tamper)
    attempt = yard.attempt()
    tamper(attempt)
    (problem,) = refusal(attempt.path, yard.site)
    assert problem.code == "history-rewritten"
    assert format_problem(problem)
    assert yard.everything() == yard.before


def test_a_shallow_clone(tmp_path: Path) -> None:
    registry = bed.good(tmp_path / "repo")
    past.shallow(registry.path)
    (problem,) = refusal(registry.path, tmp_path / "site")
    assert (problem.code, problem.path) == ("history-shallow", str(registry.path))


def test_no_registry_at_all(tmp_path: Path) -> None:
    registry = TestRegistry(tmp_path / "repo")
    registry.files = {}
    registry.commit("Nothing")
    (problem,) = refusal(registry.path, tmp_path / "site")
    assert problem.code == "source-missing"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "signature-missing",
        "legacy-signature",
        "sums-wrong-hash",
        "manifest-25000-brackets",
        "manifest-yaml-alias-bomb",
        "path-bidi",
        "entry-not-utf8",
        "odd-version-with-newline",
        "odd-publisher-not-utf8",
        "tree-entry-twice",
        "version-changed-and-changed-back",
    ],
)
def test_the_command_says_what_and_where(yard: Yard, name: str, tmp_path: Path) -> None:
    attempt, chosen = yard.attempt(), next(case for case in CASES if case.name == name)
    chosen.tamper(attempt)
    attempt.finish()
    command = [sys.executable, "-m", "packyard", "build", "--repo", str(attempt.path), "--out", str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for code, path in chosen.expected:
        assert f"error[{code}]: " in done.stderr
        assert f"--> registry-src/{path}" in done.stderr
    assert not (tmp_path / "site").exists() or not any((tmp_path / "site").iterdir())
    shutil.rmtree(tmp_path / ".packyard", ignore_errors=True)

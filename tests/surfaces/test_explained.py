"""What the pages that explain a registry are about: its trust files, its agreement, the names that it keeps back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from packyard.edges.git import Repository
from packyard.errors import Problem
from packyard.gate.naming import RESERVED
from packyard.history import SOURCE
from packyard.registry import Trust
from packyard.stages.explaining import grounds_of, read_ground
from packyard.surfaces.explained import Ground, plan_explained
from packyard.surfaces.templates import open_templates
from tests.registry import ORIGIN, TestRegistry
from tests.surfaces import sample
from tests.surfaces.test_trustpages import FIRST, document


@pytest.fixture
def registry(tmp_path: Path) -> TestRegistry:
    made = TestRegistry(tmp_path / "repo")
    made.publisher("alice")
    made.commit("Open the registry")
    return made


def read(
    registry: TestRegistry, own: Sequence[Trust] = (FIRST,)
) -> tuple[tuple[Ground, tuple[Problem, ...]], tuple[str, ...]]:
    repository = Repository(registry.path)
    source = repository.subtree(repository.resolve("HEAD").tree, SOURCE)
    return read_ground(repository, source, ORIGIN, own), grounds_of(repository, source)


def test_a_source_that_says_nothing(registry: TestRegistry) -> None:
    (ground, problems), ids = read(registry)
    assert (ground, problems) == (((FIRST,), None, RESERVED), ())
    assert ids == ("", "", "") == grounds_of(Repository(registry.path), "")


def test_what_a_source_says(registry: TestRegistry) -> None:
    registry.files["agreement.json"] = document()
    registry.files["reserved-names.txt"] = b"acme-internal  # ours\n"
    registry.commit("Say who agreed")
    (ground, problems), ids = read(registry)
    assert problems == ()
    assert ground.agreed is not None
    assert ground.agreed.snapshot == 42
    assert ground.reserved == RESERVED | {"acme-internal"}
    registry.publisher("bob")
    registry.commit("Something else")
    assert read(registry)[1] == ids


def test_the_trust_files_are_those_of_the_source_but_of_a_development_site(registry: TestRegistry) -> None:
    ids = read(registry)[1]
    first, second = registry.trust(), registry.trust(number=2)
    registry.commit("Trust")
    assert read(registry)[1] != ids
    assert read(registry)[0][0].trusts == (FIRST,)
    assert read(registry, ())[0][0].trusts == (first, second)


def test_every_mistake_has_its_place(registry: TestRegistry) -> None:
    registry.files["agreement.json"] = document(origin="other.example")
    registry.files["reserved-names.txt"] = b"fine\nNot fine\n"
    registry.commit("Be wrong")
    (ground, problems), _ = read(registry)
    assert ground.agreed is None
    assert [(each.code, each.path) for each in problems] == [
        ("field-invalid", "registry-src/agreement.json"),
        ("name-invalid", "registry-src/reserved-names.txt"),
    ]


def test_the_unit_is_all_of_the_pages(registry: TestRegistry) -> None:
    ground = read(registry)[0][0]
    paths = [recipe.path for recipe in plan_explained(open_templates(), sample.SITE, ground)]
    assert len(paths) == len(set(paths))
    pages = ["keys/index.html", "rules/index.html", "mirrors/index.html", "api/index.html", "name-check/index.html"]
    assert [path for path in paths if path.endswith(".html")] == pages
    assert "openapi.json" in paths

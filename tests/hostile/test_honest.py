"""What looks odd and is sound must build, alone and onto a site that is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile.bed import Bed, good
from tests.hostile.honest import HONEST
from tests.registry import TestRegistry
from tests.sites import built, differences
from tests.tools import sampled


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    """The one good registry of this module."""
    return good(tmp_path_factory.mktemp("honest") / "repo")


@pytest.mark.parametrize("honest", sampled(HONEST, lambda honest: honest[0].__name__.replace("_", "-"), 5))
def test_builds(registry: TestRegistry, honest: tuple[Callable[[Bed], None], str], tmp_path: Path) -> None:
    change, page = honest
    attempt = Bed(registry)
    one, two = tmp_path / "one" / "site", tmp_path / "two" / "site"
    built(attempt.path, one)
    base = attempt.base
    try:
        change(attempt)
        attempt.finish()
        built(attempt.path, two, previous=str(one))
        built(attempt.path, one)
    finally:
        attempt.move(base)
    assert (one / page).exists()
    assert differences(one, two) == []

"""What the tests of mirrors share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mirror.bed import States, made


@pytest.fixture(scope="session")
def states(tmp_path_factory: pytest.TempPathFactory) -> States:
    """A registry's site in several states, built once."""
    return made(tmp_path_factory.mktemp("states"))


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder for a mirror that is not there yet."""
    return tmp_path / "mirror"

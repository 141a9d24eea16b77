"""The sample registry's site with all formats, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dialects import sample


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; it is only read."""
    return sample.site(tmp_path_factory.mktemp("dialects"))

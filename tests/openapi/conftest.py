"""The site that the description of the interface is held against, with all dialects, built once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.dialects import sample


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; it is only read."""
    return sample.site(tmp_path_factory.mktemp("openapi"))


@pytest.fixture(scope="session")
def document(site: Path) -> dict[str, Any]:
    """What the site says of its interface."""
    found = json.loads((site / "openapi.json").read_bytes())
    assert isinstance(found, dict)
    return found

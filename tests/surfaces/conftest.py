"""What the tests of pages share."""

from __future__ import annotations

import pytest

from packyard.surfaces.templates import Templates, open_templates


@pytest.fixture(scope="session")
def templates() -> Templates:
    """The templates of the program."""
    return open_templates()

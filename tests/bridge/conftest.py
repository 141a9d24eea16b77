"""Sites and a bridge before one of them, made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.bridge.rate import Rate
from packyard.edges import bridge_http
from packyard.edges.bridge_documents import LiveDocuments
from tests.bridge.bed import client, make_site, serving


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site without any other program's format; it is only read."""
    return make_site(tmp_path_factory.mktemp("bridge"))


@pytest.fixture(scope="session")
def port(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a bridge before it, which lets everybody ask as often as they like."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bridge_http, "REQUESTS", Rate(1_000_000, 60))
        with serving(LiveDocuments(client(tmp_path_factory.mktemp("user"), site))) as port:
            yield port

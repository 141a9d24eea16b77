"""What the tests of the client share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is not waited for: what survives a crash is asked elsewhere."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)

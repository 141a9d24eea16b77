"""The outside programs that tests run for real."""

from __future__ import annotations

import os
import shutil

import pytest


def need(program: str) -> str:
    """The path of `program`; the test is skipped where it is missing, and fails in continuous integration."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        message = f"{program} is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found

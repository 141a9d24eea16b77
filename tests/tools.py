"""What many tests need: outside programs that are run for real, and a sample of many cases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

T = TypeVar("T")


def need(program: str) -> str:
    """The path of `program`; the test is skipped where it is missing, and fails in continuous integration."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        message = f"{program} is not installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def sampled(cases: Iterable[T], name: Callable[[T], str], every: int) -> list[object]:
    """The cases as parameters of a test, of which the quick tests run one in so many."""
    marks = {True: (), False: (pytest.mark.slow,)}
    return [pytest.param(case, id=name(case), marks=marks[not at % every]) for at, case in enumerate(cases)]

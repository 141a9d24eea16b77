"""What holds for every test: the same world whoever runs it, and in continuous integration no test is left out."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

_CI = bool(os.environ.get("CI"))


def pytest_configure() -> None:
    """Takes away what makes a test depend on the machine: the user's settings of git and Packyard, and the clock."""
    for name in [name for name in os.environ if name.startswith("PACKYARD_") and name != "PACKYARD_NO_VENV"]:
        del os.environ[name]
    os.environ.pop("PYTHONUNBUFFERED", None)  # most people have it not, and it changes the order of what is printed
    os.environ |= {"GIT_CONFIG_GLOBAL": str(Path(__file__).with_name("gitconfig")), "GIT_CONFIG_NOSYSTEM": "1"}
    if not _CI:  # where hypothesis loads a profile of its own: no deadline, and the same examples each time
        settings.register_profile("unhurried", deadline=None)
        settings.load_profile("unhurried")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The report about a test."""
    report = yield
    _forbid_skipping(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The report about a module, which may have skipped itself."""
    report = yield
    _forbid_skipping(report)
    return report


def _forbid_skipping(report: pytest.TestReport | pytest.CollectReport) -> None:
    if _CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, and continuous integration allows no skip: {reason}"

"""Runs the tests in the project's own environment.

python3 -m tests                       all of them, on all processors
python3 -m tests --quick               without those that take more than a few seconds
python3 -m tests tests/formats -x      any arguments of pytest; then in one process, as for --pdb, unless they say -n
"""

from __future__ import annotations

import sys

#: Each process takes its half in order and helps the other in the end, so what a module prepares is prepared once.
_ALL_PROCESSORS = ["-n", "auto", "--dist", "worksteal"]


def pytest_arguments(given: list[str]) -> list[str]:
    """What pytest is told."""
    rest = [argument for argument in given if argument != "--quick"]
    quick = ["-m", "not slow"] if "--quick" in given else []
    return [*quick, *(rest or _ALL_PROCESSORS)]


if __name__ == "__main__":
    from packyard.environment import enter

    enter("-m", "tests", tests=True)

    import pytest

    sys.exit(pytest.main(pytest_arguments(sys.argv[1:])))

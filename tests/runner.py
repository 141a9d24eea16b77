"""A runner for workflows: the `run` steps of a job, one after the other, as the forge's own runner would run them.

What a step says in `${{ }}` is looked up in a mapping, of alternatives (`a || 'b'`) the first that is not empty; what
is not there is an error. Actions of others do not run: whoever calls does what they would do.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_EXPRESSION = re.compile(r"\$\{\{ *(.+?) *\}\}")


class Ran(NamedTuple):
    """What a step gave."""

    code: int
    out: str


class Runner:
    """One job on a machine of its own: `work` is where its steps run, `temp` is RUNNER_TEMP."""

    def __init__(self, workflow: Path, job: str, folder: Path, values: Mapping[str, str]) -> None:
        self.job = _read(workflow)["jobs"][job]
        self.values = values
        self.temp, self.work = folder / "temp", folder / "work"
        self.temp.mkdir(parents=True)
        self.summary, self.outputs = folder / "summary.md", folder / "outputs"

    def run(self, name: str, **variables: str) -> Ran:
        """Runs the step of that name, with what its `env` says."""
        step = next(step for step in self.job["steps"] if step["name"] == name)
        self.work.mkdir(exist_ok=True)
        files = {"GITHUB_STEP_SUMMARY": self.summary, "GITHUB_OUTPUT": self.outputs, "RUNNER_TEMP": self.temp}
        environ = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        environ |= {name: str(path) for name, path in files.items()}
        environ |= {name: self._filled(value) for name, value in step.get("env", {}).items()} | variables
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.work, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=120, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout)

    def passes(self, name: str, **variables: str) -> str:
        """What the step prints, which must succeed."""
        ran = self.run(name, **variables)
        assert ran.code == 0, ran.out
        return ran.out

    def output(self, name: str) -> str:
        """What a step gave to other jobs."""
        return dict(line.split("=", 1) for line in self.outputs.read_text().splitlines())[name]

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda found: self._value(found[1]), text)

    def _value(self, expression: str) -> str:
        found = (word[1:-1] if word.startswith("'") else self.values[word] for word in expression.split(" || "))
        return next(filter(None, found), "")


def _read(workflow: Path) -> dict[str, Any]:
    found = yaml.load(workflow.read_text(), Loader=yaml.BaseLoader)
    assert isinstance(found, dict)
    return found

"""The two commands of the README work on a machine that has Python and git, and a second time at once."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from packyard import environment
from tests.tools import need

ROOT = Path(__file__).parent.parent
COMMANDS = ["python3 build.py", "python3 -m tests"]
LISTS = [ROOT / "requirements/lock.txt", ROOT / "requirements/dev.txt"]
PIN = re.compile(r"([a-z0-9-]+)==([^ ]+)((?: --hash=sha256:[0-9a-f]{64})+)")
PYTHON: str = getattr(sys, "_base_executable")  # noqa: B009 - the typeshed does not know it

#: A program that says where it runs and with what; its lists are empty, so nothing is fetched.
PROGRAM = """\
import sys

if __name__ == "__main__":
    from packyard.environment import enter

    enter(__file__, tests="tests" in sys.argv)
print(sys.prefix, *sys.argv[1:], sep="|")
"""
MAKING = "making the environment in .venv (once)…\n"


# The words of the project -----------------------------------------------------------------------------------------


def test_readme_begins_with_the_two_commands() -> None:
    fenced = re.findall(r"^```\w*\n(.*?)^```$", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    lines = [line.partition(" #")[0].strip() for line in "".join(fenced).splitlines()]
    assert [line for line in lines if line][:2] == COMMANDS


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == COMMANDS[1]


# The lists --------------------------------------------------------------------------------------------------------


def pins(path: Path) -> dict[str, str]:
    """Version by name; every line that is not a comment is a pin with hashes."""
    lines = re.sub(r" \\\n *", " ", re.sub(r" *#.*", "", path.read_text())).splitlines()
    found = [PIN.fullmatch(line.strip()) for line in lines if line.strip()]
    assert found
    assert None not in found
    return {match[1]: match[2] for match in found if match}


@pytest.mark.parametrize(("path", "extras"), [(LISTS[0], []), (LISTS[1], ["dev"])], ids=["lock", "dev"])
def test_list_has_what_the_project_asks_for(path: Path, extras: list[str]) -> None:
    project, found = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"], pins(path)
    asked = project["dependencies"] + [each for extra in extras for each in project["optional-dependencies"][extra]]
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(found[canonicalize_name(requirement.name)]), requirement


def test_tests_run_with_the_releases_of_the_program() -> None:
    program, tests = map(pins, LISTS)
    assert program.items() <= tests.items()


@pytest.mark.parametrize("path", LISTS, ids=["lock", "dev"])
def test_list_names_no_place_to_take_packages_from(path: Path) -> None:
    assert not re.search(r"://|--(?!hash=)|\w\.(org|com|net|io)\b|/(home|root|opt|tmp|work)/", path.read_text())


# Entering ---------------------------------------------------------------------------------------------------------


def test_import_costs_next_to_nothing() -> None:
    code = "import sys; old = set(sys.modules); import packyard.environment; print(*sorted(set(sys.modules) - old))"
    done = subprocess.run([PYTHON, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert set(done.stdout.split()) <= {"__future__", "packyard", "packyard.environment"}


def test_older_python_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 12))
    with pytest.raises(SystemExit, match="3"):
        environment.enter("build.py")
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_other_environment_is_taken_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKYARD_NO_VENV", "1")
    monkeypatch.setattr(os, "execv", pytest.fail)
    environment.enter("build.py")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what the machine has, of `ensurepip pip uv virtualenv`."""

    def has(*tools: str) -> None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: name if name in tools else None)
        monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}" if name in tools else None)
        monkeypatch.setattr(environment, "_outcome", lambda _: (0, "pip 23") if "pip" in tools else (1, "No module"))

    return has


@pytest.mark.parametrize(
    ("tools", "create", "install"),
    [
        (["ensurepip", "pip"], f"{PYTHON} -m venv V", "V/bin/python -m pip install"),
        (["pip", "uv"], f"{PYTHON} -m venv --without-pip V", f"{PYTHON} -m pip --python V/bin/python install"),
        (["uv"], f"{PYTHON} -m venv --without-pip V", "/bin/uv pip install --python V/bin/python"),
        (["virtualenv"], f"/bin/virtualenv --python {PYTHON} V", "V/bin/python -m pip install"),
        (["apt-get"], f"/bin/sh -c {environment._DEBIAN} sh {PYTHON} V", "V/bin/python -m pip install"),
    ],
)
def test_makes_do_with_what_is_there(machine: Callable[..., None], tools: list[str], create: str, install: str) -> None:
    machine(*tools)
    found = [" ".join(command).replace(str(ROOT / ".venv"), "V") for command in environment._tools()]
    assert found == [create, install]


def test_says_what_to_install(machine: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    machine()
    with pytest.raises(SystemExit, match="3"):
        environment._tools()
    assert "apt-get install python3-venv" in capsys.readouterr().err


# Making it --------------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of a small program, in a folder whose name is not an easy one, with an environment of unknown make."""
    folder = tmp_path / "it's a yàrd"
    for name in ("packyard", "requirements", ".venv/bin"):
        (folder / name).mkdir(parents=True)
    for name in ("build.py", "packyard/__main__.py"):
        (folder / name).write_text(PROGRAM)
    for path in LISTS:
        (folder / "requirements" / path.name).write_text(f"# {path.name}\n")
    shutil.copy(ROOT / "packyard/environment.py", folder / "packyard")
    (folder / "packyard/__init__.py").touch()
    (folder / ".venv/old").touch()
    (folder / ".venv/bin/python").symlink_to(PYTHON)
    return folder


def module(checkout: Path) -> ModuleType:
    """The module `environment` of that checkout."""
    spec = spec_from_file_location("environment", checkout / "packyard/environment.py")
    assert spec
    assert spec.loader
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def is_ready(checkout: Path, *, tests: bool = False) -> bool:
    there = module(checkout)
    return bool(there._is_ready(there._wanted(tests)))


def stamp(checkout: Path, *, tests: bool = False) -> None:
    (checkout / ".venv/packyard.txt").write_text(module(checkout)._wanted(tests))


def test_environment_of_the_tests_serves_the_program(checkout: Path) -> None:
    assert not is_ready(checkout)
    stamp(checkout)
    assert is_ready(checkout)
    assert not is_ready(checkout, tests=True)
    stamp(checkout, tests=True)
    assert is_ready(checkout)
    assert is_ready(checkout, tests=True)


def test_stale_when_a_list_or_python_changed_or_the_checkout_moved(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(checkout, tests=True)
    moved = checkout.rename(checkout.with_name("moved"))
    assert not is_ready(moved)
    stamp(moved, tests=True)
    with monkeypatch.context() as other:
        other.setattr(sys.implementation, "cache_tag", "cpython-399")
        assert not is_ready(moved)
    (moved / "requirements/dev.txt").write_text("# changed\n")
    assert is_ready(moved)
    assert not is_ready(moved, tests=True)
    (moved / "requirements/lock.txt").write_text("# changed\n")
    assert not is_ready(moved)
    stamp(moved)
    (moved / ".venv/bin/python").unlink()
    assert not is_ready(moved)


def start(command: Path, *arguments: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen([PYTHON, str(command), *arguments], cwd="/", stdout=pipe, stderr=pipe, text=True)


def run(command: Path, *arguments: str) -> tuple[int, str, str]:
    process = start(command, *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def said(checkout: Path, *arguments: str) -> str:
    return "|".join((str(checkout / ".venv"), *arguments)) + "\n"


@pytest.mark.slow
def test_made_by_the_first_and_entered_by_all(checkout: Path) -> None:
    program = checkout / "build.py"
    both = [start(program, "--out", "a b"), start(program, "--out", "a b")]
    results = sorted(process.communicate(timeout=120) for process in both)
    assert results == [(said(checkout, "--out", "a b"), ""), (said(checkout, "--out", "a b"), MAKING)]
    assert run(program) == (0, said(checkout), "")
    command = subprocess.run(
        [checkout / ".venv/bin/packyard", "x"], cwd="/", capture_output=True, text=True, check=True
    )
    assert command.stdout == said(checkout, "x")
    assert not (checkout / ".venv/old").exists()
    assert not (checkout / ".venv.old").exists()


@pytest.mark.slow
def test_failure_leaves_what_was_there(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (checkout / "requirements/lock.txt").write_text(f"nowhere-to-be-had==1 --hash=sha256:{'0' * 64}\n")
    code, out, err = run(checkout / "build.py")
    assert (code, out) == (3, "")
    assert "No matching distribution found for nowhere-to-be-had" in err
    assert "help: pip takes packages from the registry that it is set to use" in err
    assert (checkout / ".venv/old").exists()
    assert not (checkout / ".venv.old").exists()


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """A fresh clone of this repository."""
    folder = tmp_path / "clone"
    subprocess.run([need("git"), "clone", "-q", ROOT, folder], check=True)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.interop
def test_fresh_clone_runs_for_real(clone: Path) -> None:
    code, out, err = run(clone / "build.py", "--help")
    assert (code, err) == (0, MAKING)
    assert "--out" in out
    assert run(clone / "build.py", "--help") == (0, out, "")
    assert not subprocess.check_output([need("git"), "-C", clone, "status", "--porcelain"])

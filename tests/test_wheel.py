"""The wheel holds the program with its templates and nothing else, and works when pip alone has installed it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (found,) = folder.iterdir()
    return found


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(folder: Path) -> Iterator[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return (path for path in found if "__pycache__" not in path)


def test_wheel_holds_the_program_and_its_templates(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    code = {f"packyard/{name}" for name in files(ROOT / "packyard") if name.endswith(".py")}
    templates = {f"packyard/templates/{name}" for name in files(ROOT / "templates")}
    starting = {f"packyard/starting/{name}" for name in files(ROOT / "packyard/starting")}
    assert held == code | templates | starting


@pytest.mark.interop
def test_installed_wheel_makes_a_registry_and_builds_it(wheel: Path, tmp_path: Path) -> None:
    pytest.importorskip("ensurepip", reason="on Debian: apt-get install python3-venv")
    releases = tmp_path / "releases.txt"
    pins = re.findall(r"^\S+==\S+", (ROOT / "requirements/lock.txt").read_text(), re.MULTILINE)
    releases.write_text("\n".join(pins))
    python, packyard = (tmp_path / "here/bin" / name for name in ("python", "packyard"))
    run(sys.executable, "-m", "venv", tmp_path / "here", cwd=tmp_path)
    run(python, "-m", "pip", "install", "--quiet", "--constraint", releases, wheel, cwd=tmp_path)
    run(packyard, "init", "yard", cwd=tmp_path)
    run(packyard, "build", "--repo", "yard", "--out", "site", cwd=tmp_path)
    assert (tmp_path / "site/SNAPSHOT").is_file()
    assert (tmp_path / "site/index.html").is_file()

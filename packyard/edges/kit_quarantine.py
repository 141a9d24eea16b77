"""Kits that were refused: put aside beside the mirror, each with the reason, so that nothing is lost or tried again.

.packyard/NAME/quarantine/DIGEST/kit.tar reason.json
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from packyard.edges.store import Workplace
from packyard.errors import FormatError, PackyardError, Problem, ProblemsFound, TrustError
from packyard.formats.fields import errors_of
from packyard.kit.exits import gravest

QUARANTINE = "quarantine"
#: So many bytes of a kit, and its size, give the name under which it is put aside.
_BEGINNING = 1 << 20


@contextmanager
def refused(path: Path, workplace: Workplace) -> Iterator[None]:
    """Puts a kit aside that is refused, with the reason."""
    try:
        yield
    except (TrustError, ProblemsFound, FormatError) as error:
        problems = _problems(error, path)
        if path.is_file():
            with suppress(OSError):  # a full disk is no reason to say something else
                _put_aside(path.resolve(), workplace.root / QUARANTINE, problems)
        if not isinstance(error, FormatError | ProblemsFound):
            error.problem = problems[0]  # with the kit's path, if it had none
        raise ProblemsFound(problems) if isinstance(error, FormatError) else error from None


def _problems(error: Exception, path: Path) -> tuple[Problem, ...]:
    if isinstance(error, ProblemsFound):
        return error.problems
    if isinstance(error, PackyardError):
        return (error.problem._replace(path=error.problem.path or str(path)),)
    assert isinstance(error, FormatError)
    return tuple(each.at(str(path)) for each in errors_of(error))


def _put_aside(path: Path, root: Path, problems: tuple[Problem, ...]) -> None:
    """Puts a kit aside, without reading it as a whole: nothing says how large it really is. On another disk it is left
    where it is when there is no room for a copy.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING)
    target = root / sha256(b"%d %b" % (size, beginning)).hexdigest()[:16]
    target.mkdir(parents=True, exist_ok=True)
    reason = {
        "format": "packyard/kit-refusal/1",
        "kit": str(path),
        "size": size,
        "exit": gravest(problem.code for problem in problems),
        "problems": [problem._asdict() for problem in problems],
    }
    (target / "reason.json.part").write_text(json.dumps(reason, indent=2) + "\n")
    (target / "reason.json.part").replace(target / "reason.json")
    if (target / "kit.tar").exists():
        return
    try:
        os.link(path, target / "kit.tar")
    except OSError:
        if shutil.disk_usage(target).free > 2 * size:
            shutil.copyfile(path, target / "kit.tar.part")
            (target / "kit.tar.part").replace(target / "kit.tar")

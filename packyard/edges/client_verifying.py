"""What is installed against what was locked: every file as its publisher signed it, nothing missing, nothing besides.

The proven files of the locked versions are planned as if they were to be installed: where nothing would change, all is
as it should be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from packyard.client import placing
from packyard.client.lock import FILE as LOCK
from packyard.client.lock import Lock
from packyard.client.placing.values import ASIDE, LEDGER, Ledger, Plan
from packyard.client.releases import Opened
from packyard.client.user_values import Verified
from packyard.edges.client_placing import packs_of, project_at
from packyard.edges.store import walk
from packyard.errors import BadChecksum, NotFound, Problem, ProblemsFound
from packyard.parts.values import curated

_MISSING, _CHANGED, _OTHER = NotFound.exit_code, BadChecksum.exit_code, ProblemsFound.exit_code
_EXITS = {
    "install-missing": _MISSING,
    "install-changed": _CHANGED,
    "install-stray": _CHANGED,
    "place-edited": _CHANGED,
    "place-taken": _CHANGED,
}


def verify_installed(
    root: Path, lock: Lock, opened: Collection[Opened], targets: Collection[str], told: Collection[str]
) -> Verified:
    """What is wrong with what is installed, `opened` being the locked versions, proven; `told` is in what the lock does
    not fit the project.
    """
    with project_at(root, look=True) as place:
        gone = {pack.name for pack in place.ledger.packs} - {pack.name for pack in lock.packs}
        plan = place.plan(placing.want(packs_of(opened), targets), remove=gone)
        problems = [Problem("lock-outdated", LOCK, "the lock does not fit packyard.json", found=each) for each in told]
        problems += plan.conflicts
        problems += _on_packs(place.ledger, lock, targets) or _on_files(plan)
    problems += [stray for each in opened for stray in _strays(root, each)]
    unique = tuple({(problem.code, problem.path, problem.message): problem for problem in problems}.values())
    worst = max((_EXITS.get(problem.code, _OTHER) for problem in unique), default=0)
    return Verified(len(opened), sum(len(each.files) for each in opened), unique, worst)


def _on_packs(ledger: Ledger, lock: Lock, targets: Collection[str]) -> list[Problem]:
    """Packs that are not installed as they are locked."""
    there, hint = {pack.name: pack for pack in ledger.packs}, "`packyard install --frozen` installs what is locked"
    found = []
    for pack in lock.packs:
        here = there.pop(pack.name, None)
        if here is None:
            message = f"{pack.name} {pack.version} is locked, and is not installed"
            found.append(Problem("install-missing", LEDGER, message, help=hint))
        elif (here.version, here.identity) != (pack.version, pack.identity):
            message = f"{pack.name} is installed in another version than is locked"
            found.append(Problem("install-changed", LEDGER, message, 0, pack.version, here.version, hint))
        elif set(here.targets) != set(targets):
            message, expected = f"{pack.name} is installed for other targets", ", ".join(sorted(targets)) or "none"
            found.append(Problem("install-targets", LEDGER, message, 0, expected, ", ".join(here.targets), hint))
    for name, here in there.items():
        message = f"{name} {here.version} is installed, and is not locked"
        found.append(Problem("install-unlocked", LEDGER, message, help=hint))
    return found


def _on_files(plan: Plan) -> Iterator[Problem]:
    """Files that are not what was installed."""
    hint = "`packyard install --frozen` puts it back"
    kept = {note.path for note in plan.notes if note.code == "place-kept"}
    for path in sorted(kept):
        yield Problem("install-changed", path, "this is not what was installed", help=f"{hint}, with --force")
    for change in plan.changes:
        if change.path != LEDGER and change.path not in kept:
            code, message = "install-changed", "this is not what was installed"
            if change.old is None:
                code, message = "install-missing", "what was installed is gone"
            yield Problem(code, change.path, message, help=hint)


def _strays(root: Path, opened: Opened) -> Iterator[Problem]:
    """Files in a pack's own folder that are not the pack's: programs would read them as if they were."""
    folder, own = curated(opened.name), {path for path, _ in opened.files}
    there = walk(root / folder) if (root / folder).is_dir() else ()
    for path in there:
        if path not in own and path.removesuffix(ASIDE) not in own:
            message = f"the file is in the folder of {opened.name}, and nobody signed it"
            yield Problem("install-stray", f"{folder}/{path}", message, help="move it elsewhere")

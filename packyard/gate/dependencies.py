"""Whether what a version depends on is there, can be installed, and does not lead back to it.

A range is judged by the versions that are there before the change set and in it. A dependency leads on through the
highest version of each pack, up to ten steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packyard.errors import Problem
from packyard.formats import semver
from packyard.gate.proposal import Case, CaseCheck
from packyard.gate.values import Candidate
from packyard.model import Manifest, Pack

DEPTH = 10


def check_dependencies(case: Case) -> Iterator[Problem]:
    """Every dependency and conflict of every new version."""
    for candidate in case.judged.candidates:
        manifest = candidate.content.manifest
        if manifest is None:
            continue
        path = _manifest_path(candidate)
        for name, wanted in manifest.dependencies:
            yield from _dependency(case, path, name, wanted)
        yield from _conflicts(case, path, manifest)
        yield from _cycle(case, candidate, path)


def _dependency(case: Case, path: str, name: str, wanted: str) -> Iterator[Problem]:
    pack = _standing(case, name)
    if pack is None:
        hint = f"`packyard name-check {name}` says what it could have been meant to be"
        yield Problem("dependency-unknown", path, f"there is no pack {name} to depend on", found=name, help=hint)
        return
    span = semver.parse_range(wanted)
    fits = [state for state in pack.versions if semver.satisfies(state.release.version, span)]
    if not fits:
        there = ", ".join(state.release.version for state in pack.versions[:5])
        yield Problem("dependency-range", path, f"no version of {name} is in the range", 0, there, wanted)
    elif not any(state.alive for state in fits):
        found = ", ".join(state.release.version for state in fits[:5])
        message = f"every version of {name} in the range was yanked or withdrawn"
        yield Problem("dependency-yanked", path, message, expected=_alive(pack), found=found)
    elif pack.deprecated or all(state.deprecated for state in fits if state.alive):
        reason = pack.deprecated.reason if pack.deprecated else ""
        yield Problem("dependency-deprecated", path, f"{name} is deprecated", found=reason)


def _conflicts(case: Case, path: str, manifest: Manifest) -> Iterator[Problem]:
    """What the pack is in conflict with and needs, or is itself; and what it needs that cannot be there together."""
    needed = _reached(case, manifest)
    for name in manifest.conflicts:
        if name == manifest.name:
            yield Problem("conflict-needed", path, "the pack is in conflict with itself", found=name)
        elif name in needed:
            found = " → ".join((manifest.name, *needed[name]))
            yield Problem("conflict-needed", path, f"the pack conflicts with {name} and needs it", found=found)
        elif (other := _newest(case, name)) is None:
            yield Problem("conflict-unknown", path, f"there is no pack {name} to be in conflict with", found=name)
        elif way := _reached(case, other).get(manifest.name):
            found = " → ".join((name, *way))
            yield Problem("conflict-needed", path, f"the pack conflicts with {name}, which needs it", found=found)
    for name, way in needed.items():
        other = _newest(case, name) if name != manifest.name else None
        found = " → ".join((manifest.name, *way))
        for enemy in other.conflicts if other else ():
            if enemy == manifest.name and name not in manifest.conflicts:
                message = f"{name}, which the pack needs, says that the two are in conflict"
                yield Problem("conflict-needed", path, message, found=found)
            elif enemy in needed and enemy != manifest.name:
                message = f"{name} and {enemy} are in conflict, and the pack needs both"
                yield Problem("conflict-needed", path, message, found=found)


def _cycle(case: Case, candidate: Candidate, path: str) -> Iterator[Problem]:
    manifest = candidate.content.manifest
    way = _reached(case, manifest).get(candidate.name) if manifest else None
    if way:
        found = " → ".join((candidate.name, *way))
        yield Problem("dependency-cycle", path, "the pack depends on itself, through others", found=found)


def _reached(case: Case, manifest: Manifest) -> Mapping[str, tuple[str, ...]]:
    """Every pack that the manifest leads to, with the way there; nearest first."""
    found: dict[str, tuple[str, ...]] = {}
    edge: list[tuple[tuple[str, ...], Manifest]] = [((), manifest)]
    for _ in range(DEPTH):
        ways = [((*way, name), name) for way, each in edge for name, _ in each.dependencies]
        fresh = {name: way for way, name in reversed(ways) if name not in found}
        found.update(fresh)
        packs = ((way, _newest(case, name)) for name, way in fresh.items() if name != manifest.name)
        edge = [(way, each) for way, each in packs if each]
    return found


def _newest(case: Case, name: str) -> Manifest | None:
    """The manifest of a pack's highest version, of those in the change set too."""
    mine = [each for each in case.judged.candidates if each.name == name and each.content.manifest]
    highest = max(mine, key=lambda each: semver.sort_key(each.version), default=None)
    there = case.world.newest(name)
    if highest and not (there and semver.sort_key(there.version) > semver.sort_key(highest.version)):
        return highest.content.manifest
    return there


def _standing(case: Case, name: str) -> Pack | None:
    return case.judged.packs.get(name) or case.world.standing(name)


def _alive(pack: Pack) -> str:
    found = [state.release.version for state in pack.versions if state.alive]
    return f"a range with one of {', '.join(found[:5])}" if found else "another pack: none of its versions is left"


def _manifest_path(candidate: Candidate) -> str:
    name = "pack.json" if "pack.json" in candidate.content.files else "pack.yaml"
    return candidate.content.at(name)


CHECKS = (
    CaseCheck(
        "dependencies",
        (
            "dependency-unknown",
            "dependency-range",
            "dependency-yanked",
            "dependency-deprecated",
            "dependency-cycle",
            "conflict-needed",
            "conflict-unknown",
        ),
        check_dependencies,
    ),
)

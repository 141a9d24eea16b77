"""Whether what a version depends on is there, can be installed, and does not lead back to it.

A range is judged by the versions that are there before the change set and in it. A dependency leads on, up to ten
steps, through the version that would be installed: of each pack the highest one in the range that was not yanked or
withdrawn. Where ways with different ranges lead to a pack, the shortest decides; where no version is in the range, the
way ends. Nobody is refused for what stands in a version outside the range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packyard.errors import Problem
from packyard.formats import semver
from packyard.gate.proposal import Case, CaseCheck
from packyard.gate.values import Candidate
from packyard.model import Manifest, Pack

DEPTH = 10


class _Met(NamedTuple):
    """A pack on the way: how it was come to, the range in which it is needed, and the manifest of what is there for it
    (None for the pack that the way began at, and when nothing is).
    """

    way: tuple[str, ...]
    wanted: str
    manifest: Manifest | None


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
    elif pack.renamed:
        message, expected = f"{name} goes on under another name", pack.renamed.to
        yield Problem("dependency-deprecated", path, message, 0, expected, name, f"depend on {pack.renamed.to}")
    elif pack.archived:
        message = f"{name} is archived: nothing new will come"
        yield Problem("dependency-deprecated", path, message, found=pack.archived.reason)
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
            found = " → ".join((manifest.name, *needed[name].way))
            yield Problem("conflict-needed", path, f"the pack conflicts with {name} and needs it", found=found)
        elif _standing(case, name) is None:
            yield Problem("conflict-unknown", path, f"there is no pack {name} to be in conflict with", found=name)
        elif way := _needs(case, name, manifest):
            found = " → ".join((name, *way))
            yield Problem("conflict-needed", path, f"the pack conflicts with {name}, which needs it", found=found)
    for name, met in needed.items():
        found = " → ".join((manifest.name, *met.way))
        for enemy in met.manifest.conflicts if met.manifest else ():
            if enemy == manifest.name and name not in manifest.conflicts:
                message = f"{name}, which the pack needs, says that the two are in conflict"
                yield Problem("conflict-needed", path, message, found=found)
            elif enemy in needed and enemy != manifest.name:
                message = f"{name} and {enemy} are in conflict, and the pack needs both"
                yield Problem("conflict-needed", path, message, found=found)


def _cycle(case: Case, candidate: Candidate, path: str) -> Iterator[Problem]:
    manifest = candidate.content.manifest
    met = _reached(case, manifest).get(candidate.name) if manifest else None
    if met:
        found = " → ".join((candidate.name, *met.way))
        yield Problem("dependency-cycle", path, "the pack depends on itself, through others", found=found)


def _needs(case: Case, name: str, manifest: Manifest) -> tuple[str, ...]:
    """The way from the highest version of a pack to this very version of another, () when it does not lead there."""
    start = _highest(case, name, "*")
    met = _reached(case, start).get(manifest.name) if start else None
    return met.way if met and semver.satisfies(manifest.version, semver.parse_range(met.wanted)) else ()


def _reached(case: Case, manifest: Manifest) -> Mapping[str, _Met]:
    """Every pack that the manifest leads to; nearest first."""
    found: dict[str, _Met] = {}
    edge = [_Met((), "", manifest)]
    for _ in range(DEPTH):
        fresh: dict[str, _Met] = {}
        for way, _, each in edge:
            for name, wanted in each.dependencies if each else ():
                if name not in found and name not in fresh:
                    there = _highest(case, name, wanted) if name != manifest.name else None
                    fresh[name] = _Met((*way, name), wanted, there)
        found.update(fresh)
        edge = list(fresh.values())
    return found


def _highest(case: Case, name: str, wanted: str) -> Manifest | None:
    """The manifest of a pack's highest version in a range of those that can be installed, the change set's too."""
    pack = _standing(case, name)
    alive = [state.release.version for state in pack.versions if state.alive] if pack else []
    version = semver.max_satisfying(alive, semver.parse_range(wanted))
    if version is None:
        return None
    new = [each.content.manifest for each in case.judged.candidates if (each.name, each.version) == (name, version)]
    return new[0] if new else case.world.manifest_of(name, version)


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

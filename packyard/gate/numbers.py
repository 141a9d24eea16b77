"""Whether a version has the number that people expect next.

What follows 1.2.3 is 1.2.4, 1.3.0 or 2.0.0 (Semantic Versioning 2.0.0, items 6 to 8), or a pre-release of one of them.
A number below a version that is there continues an older line: 1.2.4 after 1.2.3, while 1.3.0 is there already. Any
other one below, and a number further on, is looked at by a person, unless the pack's change log has an entry for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packyard.errors import Problem
from packyard.formats import semver
from packyard.formats.semver import Version
from packyard.gate.proposal import Case, CaseCheck
from packyard.gate.values import Candidate

#: Numbers to begin with.
FIRST = ("0.0.1", "0.1.0", "1.0.0")
_LOGS = ("changelog", "changes", "history", "release-notes", "releases")


def check_numbers(case: Case) -> Iterator[Problem]:
    """Each new version against those that are there before it, the change set's own lower ones among them."""
    for candidate in case.judged.candidates:
        before = case.judged.before.get(candidate.name)
        there = [state.release.version for state in before.versions] if before else []
        mine = [each.version for each in case.judged.candidates if each.name == candidate.name]
        lower = [version for version in mine if semver.sort_key(version) < semver.sort_key(candidate.version)]
        yield from _check(candidate, [*there, *lower])


def _check(candidate: Candidate, there: list[str]) -> Iterator[Problem]:
    version, path = semver.parse(candidate.version), candidate.content.path
    finals = sorted((each for each in map(semver.parse, there) if not each.prerelease), key=_order)
    if version.prerelease:
        yield from _prerelease(candidate, version, there)
    if not there:
        if semver.format_version(_final(version)) not in FIRST:
            message = "a first version has another number than people expect"
            yield Problem("version-first", path, message, 0, " or ".join(FIRST), candidate.version)
        return
    if _is_explained(candidate):
        return
    hint = f"use the next number, or give {candidate.version} an entry in the pack's CHANGELOG.md that says why"
    if finals and _order(_final(version)) < _order(finals[-1]) and not _continues(version, finals):
        message = "the version is below one that is there, and continues no older line"
        expected = f"above {semver.format_version(finals[-1])}"
        yield Problem("version-below", path, message, 0, expected, candidate.version, hint)
    elif not _is_next(_final(version), finals) and _final(version) not in map(_final, map(semver.parse, there)):
        message, expected = (
            "the version leaves numbers out",
            " or ".join(_nexts(_below(version, finals)) if finals else FIRST),
        )
        yield Problem("version-gap", path, message, 0, expected, candidate.version, hint)


def _prerelease(candidate: Candidate, version: Version, there: list[str]) -> Iterator[Problem]:
    path, final = candidate.content.path, semver.format_version(_final(version))
    if final in there:
        message = f"a pre-release of {final} comes after {final} itself"
        yield Problem(
            "version-late", path, message, found=candidate.version, help="use a pre-release of the next version"
        )
    later = [
        each
        for each in there
        if each.startswith(f"{final}-") and semver.sort_key(each) > semver.sort_key(candidate.version)
    ]
    if later:
        highest = max(later, key=semver.sort_key)
        message = "a later pre-release of the same version is there"
        yield Problem("version-late", path, message, 0, f"above {highest}", candidate.version)


def _continues(version: Version, finals: list[Version]) -> bool:
    """Whether it is the next patch of a line that is there, or the next minor version of an older major one."""
    same = [each for each in finals if each[:2] == version[:2]]
    if same:
        return _order(_final(version)) > _order(same[-1])
    line = [each for each in finals if each.major == version.major]
    newer = any(each.major > version.major for each in finals)
    return bool(line) and newer and _order(_final(version)) > _order(line[-1])


def _is_next(version: Version, finals: list[Version]) -> bool:
    if not finals:
        return semver.format_version(version) in FIRST
    return semver.format_version(version) in _nexts(_below(version, finals))


def _below(version: Version, finals: list[Version]) -> Version:
    """The highest of `finals` that is below `version`, else the lowest."""
    return max((each for each in finals if _order(each) < _order(_final(version))), key=_order, default=finals[0])


def _nexts(last: Version) -> tuple[str, ...]:
    major, minor, patch = last[:3]
    return f"{major}.{minor}.{patch + 1}", f"{major}.{minor + 1}.0", f"{major + 1}.0.0"


def _is_explained(candidate: Candidate) -> bool:
    """Whether a change log in the pack has a heading or an entry for just this version."""
    wanted = re.compile(rb"(?<![0-9.])" + re.escape(candidate.version.encode()) + rb"(?![0-9.\-])")
    for path, data in candidate.content.files.items():
        name = path.lower().rpartition(".")[0] or path.lower()
        if name in _LOGS and wanted.search(data):
            return True
    return False


def _final(version: Version) -> Version:
    return version._replace(prerelease=())


def _order(version: Version) -> tuple[int, int, int]:
    return version.major, version.minor, version.patch


CHECKS = (CaseCheck("numbers", ("version-first", "version-below", "version-gap", "version-late"), check_numbers),)

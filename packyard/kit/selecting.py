"""Which versions of which packs a kit of packs takes: what was asked for, and all that it depends on.

Of each pack the highest version that lies in a range, of those neither yanked nor withdrawn; where several ranges ask
for the pack, the highest in each, and the highest in all of them if there is one: so that a resolver, which wants one
version of each pack, has what it needs. Without a range it is the version that the registry offers as the latest. A
version that is named exactly is taken although it is yanked. `--all-versions` takes every version in one of the ranges.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from packyard.errors import FormatError, NotFound
from packyard.formats import names, semver
from packyard.model import Pack, VersionState

#: The pack of a name.
Packs = Callable[[str], Pack]
Want = tuple[str, str]


def parse_want(text: str) -> Want:
    """(name, range) of NAME or NAME@RANGE; the range is "" when there is none. Raises `FormatError`."""
    name, _, wanted = text.rpartition("@") if "@" in text[1:] else (text, "", "")
    names.parse_name(name)
    if wanted:
        semver.parse_range(wanted)
    return name, wanted


def choose(wanted: Iterable[Want], packs: Packs, all_versions: bool) -> dict[str, tuple[str, ...]]:
    """The versions of each pack, highest first, the packs by name. Raises `NotFound` when nothing lies in a range."""
    ranges, chosen = dict[str, list[str]](), dict[str, dict[str, VersionState]]()
    todo = deque(sorted(wanted))
    while todo:
        name, text = todo.popleft()
        if text in ranges.setdefault(name, []):
            continue
        ranges[name].append(text)
        taken = chosen.setdefault(name, {})
        for state in list(_fitting(packs(name), ranges[name], all_versions)):
            if taken.setdefault(state.release.version, state) is state:
                todo += sorted(state.release.manifest.dependencies)
    return {name: tuple(sorted(chosen[name], key=semver.sort_key, reverse=True)) for name in sorted(chosen)}


def _fitting(pack: Pack, ranges: list[str], all_versions: bool) -> Iterator[VersionState]:
    alive = [state for state in pack.versions if state.alive]
    for text in ranges:
        fitting = [state for state in pack.versions if _is_named(state, text)]
        fitting = fitting or [state for state in alive if _lies(state, text)]
        if not fitting:
            message = f"there is no {pack.name} {text}".rstrip()
            there = ", ".join(state.release.version for state in alive[:10]) or "nothing"
            raise NotFound("version-unknown", message, expected=there, found=text)
        yield from fitting if all_versions else [pack.latest if not text else fitting[0]]
    common = [state for state in alive if all(_lies(state, text) for text in ranges)]
    yield from common[:1] if len(ranges) > 1 else ()


def _is_named(state: VersionState, text: str) -> bool:
    return state.release.version == text and state.withdrawn is None


def _lies(state: VersionState, text: str) -> bool:
    try:
        return not text or semver.satisfies(state.release.version, semver.parse_range(text))
    except FormatError:
        return False

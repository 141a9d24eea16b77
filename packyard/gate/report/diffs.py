"""What changed in a pack's files from one version to the next.

    differences(before, after)    the files that are added, removed, changed or renamed, by path
    unified(change)               the change as lines of a unified diff

A removed and an added file are one renamed file when they are equal, or when they share at least half of their lines.

Lines are matched by patience: lines that occur once on both sides are the anchors, the longest rising run of them is
kept, and what lies between is compared in the same way, eight times at most. What is longer than `BYTES` or `LINES` is
not compared by lines, and what a renamed file has in common with another is looked for in the first 2 MB of each side;
so the time is bounded whatever a pack holds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from packyard.gate.values import Content

CONTEXT = 3
#: Bytes and lines of a file that is compared by lines.
BYTES, LINES = 500_000, 10_000
_CUTS = 8
#: Bytes that are looked through for files which are alike.
_SEARCHED = 2_000_000
#: A line that this many removed files hold says nothing about which of them was renamed.
_COMMON = 4

_Lines = list[str]


class FileChange(NamedTuple):
    """A file that differs. `kind` is added, removed, changed or renamed; `path` is its name now (or, removed, what it
    was), `old_path` its name before when that was another; `old` and `new` its bytes.
    """

    kind: str
    path: str
    old_path: str
    old: bytes | None
    new: bytes | None


def differences(before: Content | None, after: Content) -> tuple[FileChange, ...]:
    """The files in which two versions differ, by path; without a version before, all of them are added."""
    old, new = before.files if before else {}, after.files
    gone = {path: old[path] for path in sorted(old) if path not in new}
    born = {path: new[path] for path in sorted(new) if path not in old}
    origins = _origins(gone, born)
    found = [
        *(FileChange("changed", path, "", old[path], new[path]) for path in new if path in old),
        *(FileChange("renamed", path, origin, gone[origin], born[path]) for path, origin in origins.items()),
        *(FileChange("added", path, "", None, data) for path, data in born.items() if path not in origins),
        *(FileChange("removed", path, "", gone[path], None) for path in gone.keys() - origins.values()),
    ]
    return tuple(sorted((each for each in found if each.kind != "changed" or each.old != each.new), key=_path))


def _path(change: FileChange) -> str:
    return change.path


def unified(change: FileChange) -> tuple[str, ...] | None:
    """The change as the hunks of a unified diff, without the two lines that name the files; None when a side is too
    long or is not text. A line holds whatever the file's line does, except its newline."""
    old, new = text_lines(change.old or b""), text_lines(change.new or b"")
    return None if old is None or new is None else tuple(_hunks(list(_script(old, new))))


def text_lines(data: bytes) -> list[str] | None:
    """The lines of a text with their newlines; None for what is too long, is not UTF-8 or holds a null."""
    if is_long(data) or b"\0" in data:
        return None
    try:
        *lines, last = data.decode().split("\n")
    except UnicodeDecodeError:
        return None
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def is_long(data: bytes) -> bool:
    """Whether there is more of it than is compared by lines."""
    return len(data) > BYTES or data.count(b"\n") > LINES


# --- renamed files ---


def _origins(gone: Mapping[str, bytes], born: Mapping[str, bytes]) -> dict[str, str]:
    """The removed file that each added one was, where there is one: equal with the same base name, equal, or alike."""
    origins: dict[str, str] = {}
    for pairs in (_equal_namesakes, _equal, _alike):
        taken = set(origins.values())
        free = {path: data for path, data in gone.items() if path not in taken}
        for path, origin in pairs(free, {path: data for path, data in born.items() if path not in origins}):
            if path not in origins and origin in free:
                origins[path] = origin
                del free[origin]
    return origins


def _equal_namesakes(gone: Mapping[str, bytes], born: Mapping[str, bytes]) -> list[tuple[str, str]]:
    return _paired(gone, born, lambda path: path.rpartition("/")[2])


def _equal(gone: Mapping[str, bytes], born: Mapping[str, bytes]) -> list[tuple[str, str]]:
    return _paired(gone, born, lambda path: "")


def _paired(gone: Mapping[str, bytes], born: Mapping[str, bytes], name: Callable[[str], str]) -> list[tuple[str, str]]:
    """Pairs of files with the same bytes and the same `name`, in the order of their paths; empty ones have none."""
    held: dict[tuple[bytes, str], list[str]] = {}
    for path in sorted(gone, reverse=True):
        held.setdefault((gone[path], name(path)), []).append(path)
    return [(path, origins.pop()) for path, data in born.items() if data and (origins := held.get((data, name(path))))]


def _alike(gone: Mapping[str, bytes], born: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Pairs of files that share at least half of their lines, by characters; the most alike first."""
    sizes: dict[str, int] = {}
    holders: dict[str, list[str]] = {}
    for path, lines in _distinct(gone):
        sizes[path] = sum(map(len, lines))
        for line in lines:
            holders.setdefault(line, []).append(path)
    likeness: Counter[tuple[str, str]] = Counter()
    for path, lines in _distinct(born):
        size = sum(map(len, lines))
        shared: Counter[str] = Counter()
        for line in lines:
            origins = holders.get(line, [])
            shared.update({origin: len(line) for origin in origins} if len(origins) < _COMMON else {})
        likeness.update({(path, origin): 1000 * each // max(size, sizes[origin]) for origin, each in shared.items()})
    return sorted((pair for pair in likeness if likeness[pair] >= 500), key=lambda pair: (-likeness[pair], pair))


def _distinct(files: Mapping[str, bytes]) -> Iterator[tuple[str, list[str]]]:
    left = _SEARCHED
    for path, data in files.items():
        left -= len(data)
        if left >= 0 and (lines := text_lines(data)):
            yield path, list(dict.fromkeys(lines))


# --- lines ---


def _script(old: _Lines, new: _Lines) -> Iterator[tuple[str, str]]:
    """Every line with its mark: " " when both have it, "-" when only the old has, "+" when only the new has."""
    i = j = 0
    for x, y in [*_matches(old, new), (len(old), len(new))]:
        yield from (("-", line) for line in old[i:x])
        yield from (("+", line) for line in new[j:y])
        if x < len(old):
            yield " ", old[x]
        i, j = x + 1, y + 1


def _matches(old: _Lines, new: _Lines) -> list[tuple[int, int]]:
    """Indexes of lines that are the same on both sides, rising on both."""
    found = []
    pieces = [(0, len(old), 0, len(new), _CUTS)]
    while pieces:
        a, b, c, d, cuts = pieces.pop()
        while a < b and c < d and old[a] == new[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        anchors = _anchors(old[a:b], new[c:d]) if cuts else []
        if anchors:
            starts = [(a, c), *((a + x, c + y) for x, y in anchors)]
            ends = [*starts[1:], (b, d)]
            pieces += [(x, u, y, v, cuts - 1) for (x, y), (u, v) in zip(starts, ends, strict=True)]
    return sorted(found)


def _anchors(old: _Lines, new: _Lines) -> list[tuple[int, int]]:
    """The longest run, rising on both sides, of lines that occur once on each."""
    known, counts = {line: at for at, line in enumerate(old)}, Counter(old)
    ours = Counter(new)
    pairs = [(known[line], at) for at, line in enumerate(new) if ours[line] == 1 and counts[line] == 1]
    tops: list[int] = []
    piles: list[int] = []
    below: list[int] = []
    for number, (x, _) in enumerate(pairs):
        pile = bisect_left(tops, x)
        tops[pile : pile + 1] = [x]
        piles[pile : pile + 1] = [number]
        below.append(piles[pile - 1] if pile else -1)
    run = []
    at = piles[-1] if piles else -1
    while at >= 0:
        run.append(pairs[at])
        at = below[at]
    return run[::-1]


def _hunks(script: list[tuple[str, str]]) -> Iterator[str]:
    olds = [0, *accumulate(mark != "+" for mark, _ in script)]
    news = [0, *accumulate(mark != "-" for mark, _ in script)]
    for first, last in _spans(at for at, (mark, _) in enumerate(script) if mark != " "):
        start, end = max(0, first - CONTEXT), min(len(script), last + CONTEXT + 1)
        yield f"@@ -{_range(olds[start], olds[end])} +{_range(news[start], news[end])} @@"
        for mark, line in script[start:end]:
            yield mark + line.removesuffix("\n")
            if not line.endswith("\n"):
                yield "\\ No newline at end of file"


def _spans(changed: Iterable[int]) -> list[tuple[int, int]]:
    """First and last of the indexes, in groups whose contexts do not touch."""
    spans: list[tuple[int, int]] = []
    for at in changed:
        if spans and at - spans[-1][1] <= 2 * CONTEXT:
            spans[-1] = (spans[-1][0], at)
        else:
            spans.append((at, at))
    return spans


def _range(before: int, end: int) -> str:
    return f"{before + 1 if end > before else before},{end - before}"

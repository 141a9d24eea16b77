"""What changed in a pack's files from one version to the next.

    differences(before, after)    the files that are added, removed, changed or renamed, by path
    unified(change)               the change as lines of a unified diff

A removed and an added file are one renamed file when they are equal, or when they share at least half of their lines.

Lines are matched by patience: lines that occur once on both sides are the anchors, the longest rising run of them is
kept, and what lies between is compared in the same way, eight times at most. Of what is longer than `BYTES` or `LINES`
so much is compared from the first line that differs, and `REST` says so on top; what a renamed file has in common with
another is looked for in the first 2 MB of each side. So the time is bounded whatever a pack holds.

Bytes that are not UTF-8 become escapes (`\\xff`), for they hide no text. What has a null besides is no text, unless its
name or first line says that a program or an agent reads it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from packyard.gate.running.configuration import is_configuration
from packyard.gate.running.runs import is_prompt, is_recipe, is_script
from packyard.gate.values import Content

CONTEXT = 3
#: Bytes and lines of a side that are compared.
BYTES, LINES = 500_000, 10_000
#: The first line of a difference that is not whole.
REST = "\\ The files are too long: they are compared from here on for a while, and the rest is not shown"
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


def unified(change: FileChange, room: int = BYTES, program: bool = False) -> tuple[str, ...] | None:
    """The change as the hunks of a unified diff, without the two lines that name the files; None when a side is no
    text, which a `program` always is. Of each side at most `room` bytes are compared. A line holds whatever the file's
    line does, except its newline.
    """
    old, new = change.old or b"", change.new or b""
    read = program or any(is_read(path, data) for path, data in ((change.path, new), (change.old_path, old)) if path)
    if not read and (_is_binary(old) or _is_binary(new)):
        return None
    if not (is_long(old, room) or is_long(new, room)):
        return tuple(_hunks(list(_script(text_lines(old), text_lines(new)))))
    start = _agreeing(old, new)
    before, after = (_begin(data[start:], room) for data in (old, new))
    script = list(_script(text_lines(before), text_lines(after)))
    return (REST, *_hunks(script, old.count(b"\n", 0, start)))


def is_read(path: str, data: bytes) -> bool:
    """Whether some program or agent reads the file as text, whatever its bytes are."""
    return is_script(path, data) or is_prompt(path) or is_recipe(path) or is_configuration(path)


def text_lines(data: bytes) -> list[str]:
    """The lines of a file with their newlines; what is not UTF-8 is escaped."""
    *lines, last = data.decode(errors="backslashreplace").split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def is_long(data: bytes, room: int = BYTES) -> bool:
    """Whether there is more of it than is compared by lines."""
    return len(data) > room or data.count(b"\n") > LINES


def _is_binary(data: bytes) -> bool:
    """Whether it has a null and is no UTF-8 either."""
    if b"\0" not in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False


def _agreeing(old: bytes, new: bytes) -> int:
    """How many bytes at the start of both sides need no comparison: whole lines, save a few before the difference, and
    in a very long line all but its last thousand.
    """
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if old[low:middle] == new[low:middle] else (low, middle - 1)
    start = low
    for _ in range(CONTEXT + 1):
        start = old.rfind(b"\n", 0, max(0, start - 1)) + 1
    return max(start, low - 1_000)


def _begin(data: bytes, room: int) -> bytes:
    """So many bytes and `LINES` of it: whole lines where there are any."""
    head = data[:room]
    lines = head.split(b"\n", LINES)
    whole = head if len(lines) <= LINES else head[: len(head) - len(lines[-1])]
    return whole if len(whole) == len(data) else whole[: whole.rfind(b"\n") + 1] or whole


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
        if left >= 0 and not is_long(data) and not _is_binary(data):
            yield path, list(dict.fromkeys(text_lines(data)))


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


def _hunks(script: list[tuple[str, str]], skipped: int = 0) -> Iterator[str]:
    """The hunks; so many lines of both sides stand before the script."""
    olds = list(accumulate((mark != "+" for mark, _ in script), initial=skipped))
    news = list(accumulate((mark != "-" for mark, _ in script), initial=skipped))
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

"""The page of what a version changed: what it can do that the one before could not, its manifest, its files.

Files are compared as in the gate's reports (`packyard.gate.report.diffs`), in bounded time. The page is bounded too,
and what finds no room is said. What can do harm comes first (`packyard.surfaces.pack.reading`), and each file that can
has a part of the page, and of the time, that no other file can take.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from packyard.formats import layout
from packyard.model import Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.surfaces import views
from packyard.surfaces.pack import abilities
from packyard.surfaces.pack.places import address_of, anchor_of, homes_of
from packyard.surfaces.pack.reading import ITSELF, PROMPTS, REST, ranks
from packyard.surfaces.pack.values import Hand, facts
from packyard.surfaces.site import HOME

if TYPE_CHECKING:
    from packyard.gate.report.diffs import FileChange
    from packyard.surfaces.highlight import Count

#: Bytes of HTML that all differences may take, those of one file, and those that a file which can do harm always has.
ROOM, SHARE, LEAST = 250_000, 80_000, 800
#: About what a line takes beside its text, and the characters of every line for which there is room.
_ROW, LENGTH = 60, 100
#: Bytes of both sides that are compared by lines, in all: half a second at most; and of each side, the fewest that are.
COMPARED, WINDOW = 8_000_000, 10_000
#: Files that are listed, and characters of a field of a manifest that are shown.
FILES, FIELD = 300, 2_000

_HUNK = re.compile(r"@@ -(\d+),\d+ \+(\d+),\d+ @@")


class Cost(NamedTuple):
    """Tokens before and now."""

    before: int
    after: int

    @property
    def growth(self) -> int:
        """How many more there are."""
        return self.after - self.before


class Gain(NamedTuple):
    """What a version can do that the one before could not, what it no longer can, and the costs."""

    added: tuple[abilities.Group, ...]
    removed: tuple[abilities.Group, ...]
    always: Cost
    invoked: Cost


class Line(NamedTuple):
    """A line of a hunk: its numbers before and now, 0 where it is not; `sign` is "+", "-" or " ", or "@" for a gap
    before a hunk and "\\\\" for a remark. `html` is safe.
    """

    before: int
    after: int
    sign: str
    html: str


class Change(NamedTuple):
    """A file that differs. `kind` is added, removed, changed or renamed; `address` is where the whole file is, `itself`
    whether it is code that runs by itself. `added` and `removed` count lines, None where not all are compared. `cut` is
    whether there are more lines than those shown, and `partly` whether a side is longer than what is compared.
    """

    kind: str
    path: str
    old_path: str
    anchor: str
    address: str
    itself: bool
    added: int | None
    removed: int | None
    lines: tuple[Line, ...]
    cut: bool
    partly: bool
    before: int
    after: int


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """`packs/NAME/VERSION/diff/index.html`: against the version before it."""
    path = layout.version(pack.name, state.release.version, "diff/index.html")
    other = (before.release.version, before.release.tree, before.withdrawn) if before else None
    yield Recipe(path, (hand.site, pack.name, facts(state), other), partial(diff_page, hand, state, before))


def diff_page(hand: Hand, state: VersionState, before: VersionState | None) -> bytes:
    """The page; without a version before, or when one of them is withdrawn, it says so."""
    release, say = state.release, hand.templates.say
    name, version = release.pack, release.version
    compared = before is not None and not before.withdrawn and not state.withdrawn
    gain = gain_of(hand, release, before.release) if before and compared else None
    changes, more = _changes(hand, release, before.release) if before and compared else ([], [])
    return hand.templates.page(
        "version/diff.html",
        hand.site,
        layout.version(name, version, "diff/index.html"),
        say("Changes in {name} {version}", name=name, version=version),
        say("What {name} {version} changed since {before}.", name=name, version=version, before=before.release.version)
        if before
        else say("{name} {version} is the first version.", name=name, version=version),
        section=HOME,
        pack=name,
        state=state,
        release=release,
        before=before,
        has_models="models" in release.features,
        gain=gain,
        fields=list(_fields(release, before.release)) if before and compared else [],
        changes=changes,
        more=len(more),
        itself=[each for each in [*changes, *more] if each.itself],
        listed=len(changes),
        old="../../" + (f"{before.release.version}/files/" if before else ""),
    )


def gain_of(hand: Hand, release: Release, before: Release) -> Gain:
    """What a release can do that the one before could not. What only moved to another file is nothing new."""
    now, then = abilities.found(hand, release), abilities.found(hand, before)
    had, has = ({(each.kind, each.what) for each in found.capabilities} for found in (then, now))
    return Gain(
        abilities.grouped(
            (each for each in now.capabilities if (each.kind, each.what) not in had), homes_of(release.files)
        ),
        abilities.grouped(
            (each for each in then.capabilities if (each.kind, each.what) not in has), homes_of(before.files)
        ),
        Cost(then.cost.always, now.cost.always),
        Cost(then.cost.invoked, now.cost.invoked),
    )


def _fields(release: Release, before: Release) -> Iterator[tuple[str, str, str]]:
    """The fields of the manifests that differ: name, text before, text now."""
    old, new = (dict(views.fields(each.manifest)) for each in (before, release))
    for name in [*new, *(name for name in old if name not in new)]:
        if name != "version" and old.get(name) != new.get(name):
            yield name, _short(old.get(name, "")), _short(new.get(name, ""))


def _short(text: str) -> str:
    from packyard.surfaces.hidden import reveal

    return reveal(text[:FIELD]) + (" …" if len(text) > FIELD else "")


def _changes(hand: Hand, release: Release, before: Release) -> tuple[list[Change], list[Change]]:
    """The files that differ, in the order in which they are to be read: those that are shown, and the others."""
    from packyard.gate.report.diffs import differences

    old, new = (abilities.content_of(hand.files(each), each.manifest) for each in (before, release))
    differing = differences(old, new)
    rank = ranks(hand, (before, release), differing)
    ordered = sorted(differing, key=lambda each: (rank[each.path], each.path))
    homes, shown = homes_of(release.files), ordered[:FILES]
    compared = zip(shown, _compared(shown, rank, hand.templates.count), strict=True)
    return (
        [_change(each, homes, rank[each.path], *parts) for each, parts in compared],
        [_change(each, homes, rank[each.path], None, ()) for each in ordered[FILES:]],
    )


def _compared(
    changes: Sequence[FileChange], rank: Mapping[str, int], count: Count
) -> Iterator[tuple[tuple[str, ...] | None, tuple[Line, ...]]]:
    """The differences, and as many of their lines as there is room for. A file leaves the least to those after it that
    are as dangerous; what can do harm has the least in any case.
    """
    from packyard.gate.report.diffs import BYTES, unified

    room, left = ROOM, COMPARED
    after = Counter(rank.values())
    for each in changes:
        own = rank[each.path]
        after[own] -= 1
        kept = after[own] if own < REST else 0
        window = min(BYTES, left // 2 - WINDOW * kept)
        window = max(window, WINDOW) if own < REST else window
        whole = unified(each, window, _is_program(each, own)) if window >= WINDOW else None
        share = max(min(SHARE, room - LEAST * kept), LEAST if own < REST else 0)
        lines = tuple(_fitting(_lines(_hunks(whole), share, count), share))
        left -= sum(min(len(side or b""), window) for side in (each.old, each.new)) if whole is not None else 0
        room -= sum(map(_weight, lines))
        yield whole, lines


def _is_program(each: FileChange, rank: int) -> bool:
    """Whether a file is compared by lines even if it is no text: when it can do something, and is no known binary."""
    from packyard.gate.running.binaries import kind_of

    return rank < PROMPTS and not (kind_of(each.path, each.new or b"") or kind_of(each.path, each.old or b""))


def _change(
    each: FileChange, homes: Mapping[str, str], rank: int, whole: tuple[str, ...] | None, lines: tuple[Line, ...]
) -> Change:
    hunks = _hunks(whole)
    partly = len(hunks) < len(whole or ())
    added, removed = (_count(hunks if whole is not None and not partly else None, sign) for sign in "+-")
    sizes = (len(each.old or b""), len(each.new or b""))
    cut = whole is None or len(lines) < len(hunks)
    anchor, address = anchor_of(each.path), address_of(homes, each.path)
    return Change(
        each.kind, each.path, each.old_path, anchor, address, rank == ITSELF, added, removed, lines, cut, partly, *sizes
    )


def _hunks(whole: tuple[str, ...] | None) -> tuple[str, ...]:
    """The lines of a difference without the one that says that not all of it is there."""
    from packyard.gate.report import diffs

    return whole[1:] if whole and whole[0] == diffs.REST else whole or ()


def _weight(line: Line) -> int:
    """Bytes that a line takes on the page, about."""
    return _ROW + len(line.html)


def _count(lines: Collection[str] | None, sign: str) -> int | None:
    return None if lines is None else sum(line.startswith(sign) for line in lines)


def _fitting(lines: Iterator[Line], room: int) -> Iterator[Line]:
    """As many lines as fit, and the first that differs in any case, if there is room at all."""
    told = room <= 0
    for line in lines:
        differs = line.sign in "+-"
        fits = _weight(line) <= room
        if fits or (differs and not told):
            room -= _weight(line)
            yield line
        elif told:
            return
        told = told or differs


def _lines(hunks: Collection[str], room: int, count: Count) -> Iterator[Line]:
    """The lines of hunks with their numbers: of each what leaves room for others, little of those that are the same."""
    from packyard.surfaces.highlight import escape, marked, shown_lines

    before = after = 0
    for line in hunks:
        sign, text = line[0], line[1:]
        if hunk := _HUNK.fullmatch(line):
            before, after = int(hunk[1]), int(hunk[2])
            yield Line(before, after, "@", "")
            continue
        shown = "".join(shown_lines(text, count))
        most = max(LENGTH, room // 8) if sign in "+-" else LENGTH
        over = len(shown) - most
        rest = count("{count} more character", "{count} more characters", over).unescape() if over > 0 else ""
        html = marked(escape(f"{shown[:most]} ⟦{rest}⟧" if rest else shown))
        yield Line(before if sign in " -" else 0, after if sign in " +" else 0, sign, html)
        before, after = before + (sign in " -"), after + (sign in " +")

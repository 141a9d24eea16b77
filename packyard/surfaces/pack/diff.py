"""The page of what a version changed: what it can do that the one before could not, its manifest, its files.

Files are compared as in the gate's reports (`packyard.gate.report.diffs`), in bounded time. The page is bounded too:
files that say something about new abilities come first, each gets a share of the room, and what finds no room is said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from packyard.formats import layout
from packyard.model import Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.surfaces import views
from packyard.surfaces.pack import abilities
from packyard.surfaces.pack.files import anchor_of
from packyard.surfaces.pack.values import Hand, facts
from packyard.surfaces.site import HOME

if TYPE_CHECKING:
    from packyard.gate.report.diffs import FileChange

#: Bytes of HTML that all differences may take, and those of one file.
ROOM, SHARE = 250_000, 80_000
_ROW = 60
#: Bytes of both sides that are compared by lines, in all: half a second at most.
COMPARED = 8_000_000
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
    """A file that differs. `kind` is added, removed, changed or renamed; `added` and `removed` count lines, None where
    the files are not compared by lines. `cut` is whether there are more lines than those shown.
    """

    kind: str
    path: str
    old_path: str
    anchor: str
    added: int | None
    removed: int | None
    lines: tuple[Line, ...]
    cut: bool
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
    differing = _differing(hand, release, before.release, gain) if before and gain else []
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
        changes=list(_compared(differing[:FILES])),
        more=len(differing[FILES:]),
        old="../../" + (f"{before.release.version}/files/index.html" if before else ""),
    )


def gain_of(hand: Hand, release: Release, before: Release) -> Gain:
    """What a release can do that the one before could not. What only moved to another file is nothing new."""
    now, then = abilities.found(hand, release), abilities.found(hand, before)
    had, has = ({(each.kind, each.what) for each in found.capabilities} for found in (then, now))
    return Gain(
        abilities.grouped(each for each in now.capabilities if (each.kind, each.what) not in had),
        abilities.grouped(each for each in then.capabilities if (each.kind, each.what) not in has),
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


def _differing(hand: Hand, release: Release, before: Release, gain: Gain) -> list[FileChange]:
    """The files that differ: first those that say what is new in what the version can do, then by path."""
    from packyard.gate.report.diffs import differences

    loud = {path for group in gain.added for item in group.items for path, _ in item.where}
    old, new = (abilities.content_of(hand.files(each), each.manifest) for each in (before, release))
    return sorted(differences(old, new), key=lambda change: (change.path not in loud, change.path))


def _compared(differing: Iterable[FileChange]) -> Iterator[Change]:
    """The differences, as many of their lines as there is room for."""
    from packyard.gate.report.diffs import unified

    room, left = ROOM, COMPARED
    for each in differing:
        size = len(each.old or b"") + len(each.new or b"")
        whole = unified(each) if size <= left else None
        change = _change(each, whole, min(room, SHARE))
        left -= size if whole is not None else 0
        room -= sum(map(_weight, change.lines))
        yield change


def _change(each: FileChange, whole: tuple[str, ...] | None, room: int) -> Change:
    lines = tuple(_fitting(_lines(whole or ()), room))
    added, removed = (_count(whole, sign) for sign in "+-")
    sizes = (len(each.old or b""), len(each.new or b""))
    cut = whole is None or len(lines) < len(whole)
    return Change(each.kind, each.path, each.old_path, anchor_of(each.path), added, removed, lines, cut, *sizes)


def _weight(line: Line) -> int:
    """Bytes that a line takes on the page, about."""
    return _ROW + len(line.html)


def _count(lines: Collection[str] | None, sign: str) -> int | None:
    return None if lines is None else sum(line.startswith(sign) for line in lines)


def _fitting(lines: Iterator[Line], room: int) -> Iterator[Line]:
    for line in lines:
        room -= _weight(line)
        if room < 0:
            return
        yield line


def _lines(unified: Collection[str]) -> Iterator[Line]:
    """The lines of hunks with their numbers."""
    from packyard.surfaces.highlight import escape, marked, shown_lines

    before = after = 0
    for line in unified:
        sign, text = line[0], line[1:]
        if hunk := _HUNK.fullmatch(line):
            before, after = int(hunk[1]), int(hunk[2])
            yield Line(before, after, "@", "")
            continue
        html = marked(escape("".join(shown_lines(text))))
        yield Line(before if sign in " -" else 0, after if sign in " +" else 0, sign, html)
        before, after = before + (sign in " -"), after + (sign in " +")

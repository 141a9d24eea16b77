"""What a version can do on a machine and what it costs to have it, as pages show it.

What is found is what the gate finds (`packyard.gate.capabilities`), grouped by its kinds and said once for all files
that say it, and three things more: files that are run and could not be read come first, as the kind `unread`; every
file that is marked as executable is among the scripts; and the interpreter that a hook or server starts a file with is
among the commands. A pack with none of `ACTS` runs nothing by itself: it is text that agents read, and files beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from packyard.model import File, Manifest, Release
from packyard.surfaces.hidden import reveal
from packyard.surfaces.pack.places import EXECUTABLE, address_of, homes_of
from packyard.surfaces.pack.values import Hand

if TYPE_CHECKING:
    from packyard.gate.capabilities import Capability, Cost
    from packyard.gate.values import Content

#: The kind of files that are run and could not be read: too large, or not text.
UNREAD = "unread"
#: The kinds of capabilities that act without anybody asking, and those that pages never cut.
ACTS = frozenset({"hook", "mcp-server", "plugin"})
WHOLE = ACTS | {UNREAD, "network", "tool"}
#: Characters of a capability that are shown, and of one that acts.
LENGTH, ACTING = 300, 2_000
#: Of so many versions what was found stays at hand, by the hashes of their files, for several pages show it.
HELD = 4

#: What is looked for in every version, and the kinds that leave open whether it is there.
_SOUGHT = {
    "hook": ("hook",),
    "mcp-server": ("mcp-server",),
    "plugin": ("plugin",),
    "script": ("script", UNREAD),
    "command": ("command", "hook", "mcp-server", "plugin", "script", UNREAD),
    "network": ("network", "host", "mention", "command", "mcp-server", "plugin", "tool", UNREAD),
    "tool": ("tool",),
}
#: Interpreters that are part of a shell.
_IN_SHELLS = frozenset({"eval", "source", "."})
_EVENT = re.compile(r"[\w.-]+")


class Item(NamedTuple):
    """One thing that a version can do, and the files that say so, each with its address among the pages of files.
    `more` counts characters that are not shown, and `event` is the event of a hook as `fold_event` gives it.
    """

    what: str
    where: tuple[tuple[str, str], ...]
    more: int = 0
    event: str = ""


class Group(NamedTuple):
    """The things of one kind."""

    kind: str
    items: tuple[Item, ...]

    @property
    def acts(self) -> bool:
        """Whether these act without anybody asking."""
        return self.kind in ACTS

    @property
    def whole(self) -> bool:
        """Whether all of these are shown at once, however many there are."""
        return self.kind in WHOLE


class Abilities(NamedTuple):
    """What a version can do, in groups, and what it costs, in tokens: `always` in every conversation, `invoked` when
    everything that can be called is.
    """

    groups: tuple[Group, ...]
    always: int
    invoked: int

    @property
    def acts(self) -> bool:
        """Whether it does anything without being asked."""
        return any(group.acts for group in self.groups)

    @property
    def unread(self) -> bool:
        """Whether something that is run could not be read."""
        return any(group.kind == UNREAD for group in self.groups)

    @property
    def absent(self) -> tuple[str, ...]:
        """The kinds that were looked for and are not there, so far as what is there can be read."""
        there = {group.kind for group in self.groups}
        return tuple(kind for kind, signs in _SOUGHT.items() if there.isdisjoint(signs))


class Found(NamedTuple):
    """What was found: capabilities and cost."""

    capabilities: tuple[Capability, ...]
    cost: Cost


_known: dict[tuple[File, ...], Found] = {}


def abilities_of(hand: Hand, release: Release) -> Abilities:
    """What a release can do; it must not be withdrawn."""
    each = found(hand, release)
    return Abilities(grouped(each.capabilities, homes_of(release.files)), each.cost.always, each.cost.invoked)


def found(hand: Hand, release: Release) -> Found:
    """What is found in a release; what was found in the last few is remembered."""
    executable = [file.path for file in release.files if file.mode == EXECUTABLE]
    known = _known.pop(release.files, None) or find(hand.files(release), release.manifest, executable)
    _known[release.files] = known
    if len(_known) > HELD:
        del _known[next(iter(_known))]
    return known


def find(files: Mapping[str, bytes], manifest: Manifest | None = None, executable: Iterable[str] = ()) -> Found:
    """What the files can do together; `executable` are those that are marked so."""
    from packyard.gate.capabilities import KINDS, Capability, capabilities, cost

    content = content_of(files, manifest)
    by_gate, order = capabilities(content), (UNREAD, *KINDS)
    marked = (Capability("script", path, path) for path in executable if not path.startswith("plugins/"))
    every = {*_unread(content), *by_gate, *_interpreters(content, by_gate), *marked}
    return Found(tuple(sorted(every, key=lambda each: (order.index(each.kind), each))), cost(content))


def content_of(files: Mapping[str, bytes], manifest: Manifest | None) -> Content:
    """The files as the gate takes them."""
    from packyard.gate.values import Content

    return Content("", files, manifest)


def running_text(hand: Hand, release: Release) -> bytes:
    """All that a release runs, as text: a file whose name is nowhere in it is started by nothing that was found."""
    from packyard.gate.running.runs import is_prompt

    every, files = found(hand, release).capabilities, hand.files(release)
    said = (each.what.encode(errors="backslashreplace") for each in every if each.kind in ACTS)
    return b"\n".join([*said, *(files[path] for path in sorted({each.where for each in every}) if not is_prompt(path))])


def grouped(every: Iterable[Capability], homes: Mapping[str, str]) -> tuple[Group, ...]:
    """Capabilities in their order, those that say the same joined; `homes` are the pages that show the files."""
    groups: dict[str, dict[str, list[str]]] = {}
    for each in every:
        groups.setdefault(each.kind, {}).setdefault(each.what, []).append(each.where)
    return tuple(
        Group(kind, tuple(_item(kind, what, paths, homes) for what, paths in said.items()))
        for kind, said in groups.items()
    )


def _item(kind: str, what: str, paths: Iterable[str], homes: Mapping[str, str]) -> Item:
    length = ACTING if kind in ACTS else LENGTH
    where = tuple((path, address_of(homes, path)) for path in paths)
    return Item(reveal(what[:length]), where, max(0, len(what) - length), _event(what) if kind == "hook" else "")


def _event(what: str) -> str:
    from packyard.formats.hooks import fold_event

    name = _EVENT.match(what)
    return fold_event(name[0]) if name else ""


def _unread(content: Content) -> Iterator[Capability]:
    """The files that the gate would read if it could."""
    from packyard.gate.capabilities import Capability
    from packyard.gate.running import runs
    from packyard.gate.running.binaries import kind_of

    files = content.files
    if sum(map(len, files.values())) <= runs.TOTAL:
        doubted = (
            path for path, data in files.items() if len(data) > runs.LIMIT or b"\0" in data or kind_of(path, data)
        )
        content = content._replace(files={path: files[path] for path in doubted})
    for path in dict.fromkeys(run.where for run in runs.runs(content) if run.language == runs.UNREAD):
        yield Capability(UNREAD, path, path)


def _interpreters(content: Content, every: Iterable[Capability]) -> Iterator[Capability]:
    """The interpreters by which hooks and servers start files of the pack, which are no commands to the gate."""
    from packyard.gate.capabilities import Capability
    from packyard.gate.running.command import commands
    from packyard.gate.running.interpreters import is_interpreter, name_of
    from packyard.gate.running.shell import read

    names = {path.rpartition("/")[2] for path in content.files}
    for each in every:
        if each.kind in ("hook", "mcp-server") and any(name in each.what for name in names):
            for command in commands(read(each.what.partition(": ")[2])):
                own = any(word.rpartition("/")[2] in names for word in command.words[1:])
                if own and is_interpreter(name_of(command)) and command.program not in _IN_SHELLS:
                    yield Capability("command", command.program, each.where)

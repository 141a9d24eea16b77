"""History as the registry reads it: what appeared in which first-parent commit, and what changed that never may.

Between a commit and its first parent only the trees that differ are looked at, so a commit costs what it changed.
Within one commit the order is publishers, organisations, versions, statements, each by the bytes of their path; that
is the order of the log.

The folder of a pack is `packs/he/hello` (the first two letters of the name) or `packs/@acme/hello`; in it every folder
is a version, but for `statements`. A version folder, and each statement with its signatures, never changes once it is
there; a publisher's or an organisation's file may change, and each change is an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import names
from packyard.model import Commit, Entry, Event
from packyard.protocols import Source

#: How forges name a pull request in the message of a merge, where nobody but the forge writes: GitHub's merge, a squash
#: (GitHub, Gitea), Gitea's merge, GitLab's last line.
_REVIEWS = (
    re.compile(r"\AMerge pull request #([1-9][0-9]{0,8}) from "),
    re.compile(
        r"\AMerge pull request '[^\n]{0,500}' \(#([1-9][0-9]{0,8})\) from [^ \n]{1,300} into [^ \n]{1,300}(?:\n|\Z)"
    ),
    re.compile(r"\A(?!Merge )[^\n]{1,500} \(#([1-9][0-9]{0,8})\)(?:\n|\Z)"),
    re.compile(r"\AMerge branch '[\s\S]*\nSee merge request \S{0,200}!([1-9][0-9]{0,8})\s*\Z"),
)

SOURCE = "registry-src"
TREE, FILES = 0o40000, (0o100644, 0o100755, 0o100664)
_ORDER = ("publisher", "org", "version", "statement")

#: What may stand directly in the source folder: name → whether it is a folder.
KNOWN = {
    "registry.yaml": False,
    "featured.yaml": False,
    "agreement.json": False,
    "reserved-names.txt": False,
    "README.md": False,
    "trust": True,
    "publishers": True,
    "orgs": True,
    "packs": True,
    "advisories": True,
    "site": True,
}


class Found(NamedTuple):
    """What one commit brought: events without numbers, in log order, and changes of what may never change."""

    events: tuple[Event, ...]
    problems: tuple[Problem, ...]


def differing(source: Source, old: str, new: str) -> Iterator[tuple[str, Entry | None, Entry | None]]:
    """(name, entry before, entry after) of the entries in which two trees differ, by name; "" is the empty tree."""
    if old == new:
        return
    before = set(source.tree(old)) if old else set()
    after = set(source.tree(new)) if new else set()
    gone, come = {entry.name: entry for entry in before - after}, {entry.name: entry for entry in after - before}
    for name in sorted(gone.keys() | come.keys()):
        yield name, gone.get(name), come.get(name)


def review_of(message: str) -> str:
    """The number of the pull request that the message of a commit names as forges do, "" when it names none.

    Whoever merges writes the message: it is what the commit says, not what is proven.
    """
    found = filter(None, (pattern.search(message) for pattern in _REVIEWS))
    return next((match[1] for match in found), "")


def compare(source: Source, commit: Commit, old: str, new: str) -> Found:
    """What `commit` brought when its source tree went from `old` to `new` (ids of the trees at `registry-src`)."""
    people = compare_people(source, commit, old, new)
    events, problems = list(people.events), list(people.problems)
    packs = (_child(source, tree, "packs") for tree in (old, new))
    for pack, before, after in pack_trees(source, *packs):
        found = compare_pack(source, commit, pack, before, after)
        events += found.events
        problems += found.problems
    return _in_order(events, problems)


def compare_people(source: Source, commit: Commit, old: str, new: str) -> Found:
    """The same, of publishers and organisations alone."""
    events: list[Event] = []
    problems: list[Problem] = []
    for kind in ("publisher", "org"):
        before, after = (_child(source, tree, f"{kind}s") for tree in (old, new))
        _signed_files(source, commit, kind, before, after, events, problems)
    return _in_order(events, problems)


def compare_pack(source: Source, commit: Commit, pack: str, old: str, new: str) -> Found:
    """The same, of one pack whose tree went from `old` to `new`."""
    events: list[Event] = []
    problems: list[Problem] = []
    _pack(source, commit, pack, old, new, events, problems)
    return _in_order(events, problems)


def _in_order(events: list[Event], problems: list[Problem]) -> Found:
    events.sort(key=lambda event: (_ORDER.index(event.kind), place(event).encode()))
    return Found(tuple(events), tuple(problems))


def place(event: Event) -> str:
    """Where in the repository the event's file or folder is."""
    if event.kind in ("publisher", "org"):
        return f"{SOURCE}/{event.kind}s/{event.subject}.yaml"
    folder = f"{SOURCE}/{names.folder(names.parse_name(event.subject))}"
    return f"{folder}/{event.ident}" if event.kind == "version" else f"{folder}/statements/{event.ident}.yaml"


def number(found: Iterable[Event], first: int) -> Iterator[Event]:
    """The events with their numbers, counted from `first`."""
    for seq, event in enumerate(found, first):
        yield event._replace(seq=seq)


def pack_trees(source: Source, old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """(pack, tree before, tree after) of the packs in which two `packs` trees differ, where names and places are as
    they must be.
    """
    for folder, before, after in differing(source, old, new):
        for name, pack_before, pack_after in differing(source, _id(before), _id(after)):
            full = f"{folder}/{name}" if folder.startswith("@") else name
            if _is_place(full, folder):
                yield full, _id(pack_before), _id(pack_after)


def misplaced(source: Source, old: str, new: str) -> Iterator[Problem]:
    """Problems of what stands in the source folder, its `packs`, and the folders below that, where two source trees
    differ.
    """
    for name, _, after in differing(source, old, new):
        if after and (KNOWN.get(name) is not (after.mode == TREE) or after.mode not in (TREE, *FILES)):
            yield from unknown(f"{SOURCE}/{name}", after, "is not a part of a registry's source")
    for folder in ("publishers", "orgs"):
        yield from _misplaced_signed(source, folder, *(_child(source, tree, folder) for tree in (old, new)))
    packs_old, packs_new = (_child(source, tree, "packs") for tree in (old, new))
    for folder, before, after in differing(source, packs_old, packs_new):
        path = f"{SOURCE}/packs/{folder}"
        if after and after.mode != TREE:
            yield from unknown(path, after, "is not a folder of packs")
            continue
        for name, _, pack in differing(source, _id(before), _id(after)):
            full = f"{folder}/{name}" if folder.startswith("@") else name
            if pack and (pack.mode != TREE or not _is_place(full, folder)):
                yield from unknown(f"{path}/{name}", pack, "is not the folder of a pack")


def _misplaced_signed(source: Source, folder: str, old: str, new: str) -> Iterator[Problem]:
    """The same for the folders of publishers and organisations: NAME.yaml and its signatures, and nothing else."""
    texts = {entry.name for entry in source.tree(new) if _is_text(entry)} if new else set()
    for name, _, after in differing(source, old, new):
        stem = name.partition(".yaml")[0]
        if after and not (f"{stem}.yaml" in texts and _belongs(after, stem)):
            yield from unknown(f"{SOURCE}/{folder}/{name}", after, "is neither NAME.yaml nor a signature of one")


def unknown(path: str, entry: Entry, message: str) -> Iterator[Problem]:
    """The problem of an entry that has no place where it stands: a link, a submodule, or a file nobody reads."""
    path = names.shown_path(path)
    if entry.mode == 0o120000:
        yield Problem("symlink", path, "a symbolic link, which nothing here may be", help="commit the file itself")
    elif entry.mode == 0o160000:
        yield Problem("submodule", path, "a submodule, which nothing here may be", help="commit the files themselves")
    else:
        yield Problem("path-unknown", path, f"`{path.rpartition('/')[2]}` {message}", help=_place_help(path))


def _place_help(path: str) -> str:
    parts = path.split("/")
    if parts[1] in ("publishers", "orgs") and len(parts) == 3:
        signature = "NAME.yaml.minisig" if parts[1] == "publishers" else "NAME.yaml.HANDLE.minisig"
        return f"{parts[1]} holds NAME.yaml and {signature}"
    if "statements" in parts[3:]:
        return "a statement is NNNN-ACTION.yaml, its signatures are NNNN-ACTION.yaml.HANDLE.minisig"
    if parts[1] == "packs" and len(parts) == 5:
        return "the folder of a pack holds `statements` and a folder for each version, such as 1.2.0"
    if parts[1] == "packs" and len(parts) > 2:
        return "a pack named hello lives in packs/he/hello/, a scoped one in packs/@acme/hello/"
    return f"{SOURCE} holds {', '.join(sorted(KNOWN))}"


def _is_place(name: str, folder: str) -> bool:
    try:
        return names.folder(names.parse_name(name)) == f"packs/{folder}/{name.rpartition('/')[2]}"
    except FormatError:
        return False


def _pack(
    source: Source, commit: Commit, pack: str, old: str, new: str, events: list[Event], problems: list[Problem]
) -> None:
    for name, before, after in differing(source, old, new):
        path = f"{SOURCE}/{names.folder(names.parse_name(pack))}/{name}"
        if name == "statements":
            _statements(source, commit, pack, (_id(before), _id(after)), events, problems)
        elif before is not None and before.mode == TREE:
            problems.append(_changed(path, commit, "a published version", _fate(after)))
        elif after is not None and after.mode == TREE and _is_plain(name):
            events.append(Event(-1, "version", pack, name, (("", after.oid),), commit.id, commit.time))


def _statements(
    source: Source, commit: Commit, pack: str, trees: tuple[str, str], events: list[Event], problems: list[Problem]
) -> None:
    folder = f"{SOURCE}/{names.folder(names.parse_name(pack))}/statements"
    published = {entry.name for entry in source.tree(trees[0]) if _is_text(entry)} if trees[0] else set()
    come: dict[str, list[tuple[str, str]]] = {}
    for name, before, after in differing(source, *trees):
        stem = name.partition(".")[0]
        if f"{stem}.yaml" in published:
            what = "got another file" if before is None else _fate(after)
            problems.append(_changed(f"{folder}/{name}", commit, "a published statement", what))
        elif after is not None and _is_text(after):
            come.setdefault(stem, []).append((name, after.oid))
    for stem, objects in come.items():
        if any(name == f"{stem}.yaml" for name, _ in objects):
            events.append(Event(-1, "statement", pack, stem, tuple(objects), commit.id, commit.time))


def _signed_files(
    source: Source,
    commit: Commit,
    kind: str,
    old: str,
    new: str,
    events: list[Event],
    problems: list[Problem],
) -> None:
    touched = {name.partition(".yaml")[0] for name, _, _ in differing(source, old, new)}
    now = source.tree(new) if new else ()
    before = {entry.name for entry in source.tree(old)} if old else set()
    for stem in sorted(touched):
        objects = tuple((entry.name, entry.oid) for entry in now if _belongs(entry, stem))
        if any(name == f"{stem}.yaml" for name, _ in objects):
            events.append(Event(-1, kind, stem, "", objects, commit.id, commit.time))
        elif f"{stem}.yaml" in before:
            what = "the file of a publisher" if kind == "publisher" else "the file of an organisation"
            problems.append(_changed(f"{SOURCE}/{kind}s/{stem}.yaml", commit, what, _fate(None)))


def _fate(after: Entry | None) -> str:
    return "was removed" if after is None else "was changed"


def _changed(path: str, commit: Commit, what: str, fate: str) -> Problem:
    return Problem(
        "immutable-changed",
        names.shown_path(path),
        f"{what} {fate} in commit {commit.id[:12]}",
        help="take the change out of the history; say what is new in a new version, statement or revision",
    )


def _belongs(entry: Entry, stem: str) -> bool:
    """Whether an entry is the text STEM.yaml or has the name of a signature of it."""
    rest = entry.name.removeprefix(f"{stem}.yaml")
    return _is_text(entry) and rest != entry.name and (not rest or (rest[0] == "." and rest.endswith(".minisig")))


def _is_plain(name: str) -> bool:
    """Whether a name is printable ASCII, as all names are that have a place."""
    return name.isascii() and name.isprintable()


def _is_text(entry: Entry) -> bool:
    return entry.mode in FILES and _is_plain(entry.name)


def _child(source: Source, tree: str, name: str) -> str:
    return next((_id(entry) for entry in source.tree(tree) if entry.name == name), "") if tree else ""


def _id(entry: Entry | None) -> str:
    return entry.oid if entry is not None and entry.mode == TREE else ""

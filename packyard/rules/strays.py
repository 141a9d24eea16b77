"""What stands in the folder of a pack and has no place there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packyard.errors import Problem
from packyard.formats import names
from packyard.history import SOURCE, TREE, place, unknown
from packyard.model import Event
from packyard.protocols import Source


def check_strays(source: Source, pack: str, tree: str, events: Iterable[Event]) -> Iterator[Problem]:
    """Problems of entries of a pack that none of its events brought, and of versions that differ in case alone."""
    root, known = f"{SOURCE}/{names.folder(names.parse_name(pack))}", tuple(events)
    said = {name for event in known if event.kind == "statement" for name, _ in event.objects}
    folders = {event.ident for event in known if event.kind == "version"} | {"statements"}
    yield from _look_alikes(event for event in known if event.kind == "version")
    for entry in source.tree(tree):
        if entry.mode != TREE or entry.name not in folders:
            what = "is not a folder" if entry.name == "statements" else "is not the folder of a version"
            yield from unknown(f"{root}/{entry.name}", entry, what)
        elif entry.name == "statements":
            for file in source.tree(entry.oid):
                if file.name not in said:
                    yield from unknown(f"{root}/statements/{file.name}", file, "is not a statement or its signature")


def _look_alikes(versions: Iterable[Event]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for event in versions:
        first = seen.setdefault(event.ident.lower(), event.ident)
        if first != event.ident:
            yield Problem(
                "case-collision",
                place(event),
                "two versions are one on a file system that ignores case",
                found=f"{first} and {event.ident}",
                help="publish it under another number",
            )

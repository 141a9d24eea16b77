"""The values of an installation: packs and the items that programs shall find, what was installed, the disk, the plan.

All paths are relative to the project's root, with `/`. An item is a whole file, a marked block in a text that others
write too, or a member of a JSON document that others write too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from packyard.errors import Problem

#: Where the program keeps what it knows of a project, and the ledger in it.
STATE = ".packyard"
LEDGER = f"{STATE}/installed.json"

#: What the copy of a user's file is called that had to give way.
ASIDE = ".packyard-orig"


class Owner(NamedTuple):
    """For whom something was written: a pack, and the target in whose place it stands; "" is the pack's own folder."""

    pack: str
    target: str


class File(NamedTuple):
    """A file that is the pack's alone."""

    path: str
    data: bytes


class Block(NamedTuple):
    """Lines in a text that others write too, between marks."""

    path: str
    text: str


class Member(NamedTuple):
    """A value in a JSON document that others write too: the member at `place`, or one more element of the list there.

    A `mild` one gives way to what the user has.
    """

    path: str
    place: tuple[str, ...]
    value: Any
    element: bool = False
    mild: bool = False


Item = File | Block | Member


class Record(NamedTuple):
    """Something that was written. `kind` is file, block, member or element; `place` the pack of a block, or the keys
    that lead to a member or to the list of an element; `sha256` is of the bytes, of the block's lines, or of the
    value's canonical JSON.
    """

    kind: str
    path: str
    place: tuple[str, ...]
    sha256: str
    owners: tuple[Owner, ...]

    @property
    def key(self) -> tuple[str, str, tuple[str, ...], str]:
        """What only one thing can be at a time; lists hold many elements."""
        return self.kind, self.path, self.place, self.sha256 if self.kind == "element" else ""


class Entry(NamedTuple):
    """What a place shall hold: the record of it, and the item; None when it stays as it is."""

    record: Record
    item: Item | None


#: What a place in a shared file was before: the pack of a block with the line ends put before it; the keys of an object
#: or a list that was empty, with what stood between its brackets, or None when it was not there.
Marks = Mapping[tuple[str, ...], str | None]


class Shared(NamedTuple):
    """What restores a shared file to what the user had: whether it is there only for us, and the marks."""

    created: bool
    marks: Marks


class Installed(NamedTuple):
    """A pack that is installed, and the targets for which it is."""

    name: str
    version: str
    identity: str
    targets: tuple[str, ...]


class Ledger(NamedTuple):
    """What is installed, and what was written for it; `folders` were made for it."""

    packs: tuple[Installed, ...] = ()
    records: tuple[Record, ...] = ()
    shared: Mapping[str, Shared] = {}
    folders: tuple[str, ...] = ()


class Disk(NamedTuple):
    """What is there: the bytes of files by path (None: there is none), and which folders exist."""

    files: Mapping[str, bytes | None]
    folders: frozenset[str] = frozenset()


class Wanted(NamedTuple):
    """What packs shall become: the packs, an entry for each thing, notes and conflicts."""

    packs: tuple[Installed, ...]
    entries: tuple[Entry, ...]
    notes: tuple[Problem, ...]
    conflicts: tuple[Problem, ...]


class Change(NamedTuple):
    """A file to write or, where `new` is None, to remove; `old` is what is there now, None for nothing."""

    path: str
    old: bytes | None
    new: bytes | None


class Plan(NamedTuple):
    """What to do: changes in their order, the folders that should be empty then and go, what people should know, and
    what forbids all of it; `ledger` is right afterwards.
    """

    changes: tuple[Change, ...]
    folders: tuple[str, ...]
    notes: tuple[Problem, ...]
    conflicts: tuple[Problem, ...]
    ledger: Ledger


def digest(data: bytes) -> str:
    """The bare hex SHA-256."""
    return sha256(data).hexdigest()


def digest_value(value: Any) -> str:
    """The hash of a JSON value, whatever the order of its members and its layout; numbers as Python writes them."""
    return digest(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())

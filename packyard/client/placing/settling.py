"""What becomes of one path: from what is there, what was written before, and what is wanted there now.

What somebody changed since it was written is theirs: it is neither overwritten nor removed. When it should go, it stays
and is theirs alone; when something else should stand there, that is a conflict, unless the user forces it: then a copy
is put aside first. What is gone altogether is written again, and told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from packyard.client.placing.values import ASIDE, Entry, Owner, Record, Shared, digest
from packyard.errors import Problem


class Case(NamedTuple):
    """One path: its bytes, the records and marks of before, the entries of now, and whether the user forces it.
    `aside` is whether there is a copy beside it already.
    """

    path: str
    data: bytes | None
    old: tuple[Record, ...]
    shared: Shared
    new: tuple[Entry, ...]
    force: bool = False
    aside: bool = False


class Settled:
    """What becomes of it, while it is found out."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.data = case.data
        self.records: list[Record] = []
        self.shared: Shared | None = None
        self.notes: list[Problem] = []
        self.conflicts: list[Problem] = []
        self.copied = False

    def keep(self, entry: Entry) -> None:
        """The record stays, or begins, to be true."""
        self.records.append(entry.record)

    def tell(self, code: str, message: str, record: Record) -> None:
        """Something that people should know."""
        self.notes.append(Problem(code, self.case.path, message, found=name_of(record)))

    def give_way(self, code: str, message: str, record: Record, help: str) -> bool:
        """Whether what is there gives way, because the user forces it; else it is a conflict."""
        if self.case.force and not self.case.aside:
            if not self.copied:
                self.notes.append(Problem("place-aside", self.case.path, f"a copy is at {self.case.path}{ASIDE}"))
            self.copied = True
            return True
        hint = f"{self.case.path}{ASIDE} is in the way: move it elsewhere" if self.case.force else help
        self.refuse(code, message, record, hint)
        return False

    def refuse(self, code: str, message: str, record: Record, help: str) -> None:
        """Something that forbids all of it."""
        expected = f"what {_packs(record.owners)} brings"
        self.conflicts.append(
            Problem(code, self.case.path, message, expected=expected, found=name_of(record), help=help)
        )


def name_of(record: Record) -> str:
    """What a record is about, in the file; "" for the file itself."""
    if record.kind == "block":
        return f"the block of {record.place[0]}"
    return "" if record.kind == "file" else ".".join(record.place)


def _packs(owners: tuple[Owner, ...]) -> str:
    return ", ".join(sorted({owner.pack for owner in owners}))


_EDITED = "somebody changed it since it was installed"
_TAKEN = "something else is there that was not installed"
_FORCE = f"move it away, or use --force: then a copy is kept beside it, named …{ASIDE}"


def judge(settled: Settled, old: Record | None, found: str | None, entry: Entry) -> bool:
    """Whether something wanted is to be written over what is there, whose hash is `found` (None: nothing is there); the
    record is kept where it is true afterwards.
    """
    record = entry.record
    if found == record.sha256:
        if old is None:
            settled.tell("place-yours", "the same is there already, and stays yours", record)
        else:
            settled.keep(entry)
        return False
    if found is None:
        if old is not None:
            settled.tell("place-gone", "it was gone, and is written again", record)
    elif old is None:
        if not settled.give_way("place-taken", _TAKEN, record, _FORCE):
            return False
    elif found != old.sha256:
        if old.sha256 == record.sha256 and not settled.case.force:
            settled.tell("place-kept", _EDITED + "; it stays as it is", record)
            settled.keep(entry)
            return False
        if not settled.give_way("place-edited", _EDITED, record, _FORCE):
            return False
    settled.keep(entry)
    return True


def leave(settled: Settled, old: Record, found: str | None) -> bool:
    """Whether something that is not wanted any more is to be removed, given the hash of what is there."""
    if found is None or found == old.sha256:
        return found is not None
    if settled.case.force:
        return settled.give_way("place-edited", _EDITED, old, _FORCE)
    settled.tell("place-kept", _EDITED + "; it stays, and is yours now", old)
    return False


def settle_file(case: Case) -> Settled:
    """A file that is a pack's alone."""
    settled = Settled(case)
    old = next(iter(case.old), None)
    found = None if case.data is None else digest(case.data)
    entry = next(iter(case.new), None)
    if entry is None:
        if old is not None and leave(settled, old, found):
            settled.data = None
    elif entry.item is None:
        settled.keep(entry)
    elif judge(settled, old, found, entry):
        settled.data = getattr(entry.item, "data", None)
    return settled


def by_place(records: tuple[Record, ...]) -> Mapping[tuple[str, str, tuple[str, ...], str], Record]:
    """The records by their keys."""
    return {record.key: record for record in records}

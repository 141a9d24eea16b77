"""The plan: each path settled by itself, and what follows for the ledger and for folders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from packyard.client.placing.ledger import format_ledger
from packyard.client.placing.settling import Case, Settled, name_of, settle_file
from packyard.client.placing.sharing import settle_blocks, settle_json
from packyard.client.placing.values import (
    ASIDE,
    LEDGER,
    Change,
    Disk,
    Entry,
    Ledger,
    Plan,
    Record,
    Shared,
    Wanted,
)
from packyard.errors import FormatError, Problem
from packyard.formats.fields import errors_of
from packyard.formats.names import collisions

NOTHING = Wanted((), (), (), ())


def paths(ledger: Ledger, wanted: Wanted = NOTHING, remove: Collection[str] = ()) -> frozenset[str]:
    """Every file that `make_plan` has to know of; of folders it has to know those above them."""
    touched = _touched(ledger, wanted, _leaving(wanted, remove))
    return frozenset({LEDGER} | touched | {path + ASIDE for path in touched})


def parents(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first, without the root."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def make_plan(
    ledger: Ledger, disk: Disk, wanted: Wanted = NOTHING, *, remove: Collection[str] = (), force: bool = False
) -> Plan:
    """What makes of the disk, where `ledger` says what is installed, one where the wanted packs are, and those in
    `remove` are not; all others stay as they are.

    A plan with conflicts has no changes.
    """
    leaving = _leaving(wanted, remove)
    touched = _touched(ledger, wanted, leaving)
    entries, conflicts = _merged(_staying(ledger.records, leaving), wanted.entries)
    settled = [*_settle(ledger, disk, touched, entries, force)]
    conflicts += [*wanted.conflicts, *_clashes(entries), *(each for one in settled for each in one.conflicts)]
    notes = [*wanted.notes, *(each for one in settled for each in one.notes)]
    if conflicts:
        return Plan((), (), tuple(notes), tuple(conflicts), ledger)
    changes = [change for one in settled for change in _changes(one)]
    held = _held(settled, changes, (entry.record for entry in entries if entry.record.path not in touched))
    records = (*(one for one in ledger.records if one.path not in touched), *_records(settled))
    shared = {path: one for path, one in ledger.shared.items() if path not in touched} | _shared(settled)
    packs = (*(pack for pack in ledger.packs if pack.name not in leaving), *wanted.packs)
    born = {folder for change in changes if change.new is not None for folder in parents(change.path)}
    folders = (set(ledger.folders) & held) | (born - disk.folders)
    after = Ledger(tuple(sorted(packs)), records, shared, tuple(sorted(folders)))
    gone = sorted(set(ledger.folders) - held, key=len, reverse=True)
    changes += _ledger_change(disk, after)
    return Plan(tuple(changes), tuple(gone), tuple(notes), (), after)


def _leaving(wanted: Wanted, remove: Collection[str]) -> frozenset[str]:
    """The packs of which nothing stays merely because it was there."""
    return frozenset({pack.name for pack in wanted.packs} | set(remove))


def _touched(ledger: Ledger, wanted: Wanted, leaving: Collection[str]) -> frozenset[str]:
    """The paths at which something may change; a plan's cost follows them, and not all that is installed."""
    old = {record.path for record in ledger.records if any(owner.pack in leaving for owner in record.owners)}
    return frozenset(old | {entry.record.path for entry in wanted.entries})


def _staying(records: Iterable[Record], leaving: Collection[str]) -> Iterator[Entry]:
    for record in records:
        owners = tuple(owner for owner in record.owners if owner.pack not in leaving)
        if owners:
            yield Entry(record._replace(owners=owners), None)


def _merged(staying: Iterable[Entry], wanted: Iterable[Entry]) -> tuple[list[Entry], list[Problem]]:
    """One entry for each thing; what two packs want otherwise is a conflict."""
    found: dict[object, Entry] = {}
    conflicts = []
    for entry in (*staying, *wanted):
        other = found.get(entry.record.key)
        if other is None:
            found[entry.record.key] = entry
        elif other.record.sha256 == entry.record.sha256:
            owners = tuple(sorted({*other.record.owners, *entry.record.owners}))
            found[entry.record.key] = Entry(entry.record._replace(owners=owners), entry.item)
        else:
            conflicts.append(_collision(entry.record, other.record))
    return list(found.values()), conflicts


def _collision(record: Record, other: Record) -> Problem:
    packs = sorted({owner.pack for owner in (*record.owners, *other.owners)})
    message = f"{' and '.join(packs)} bring different things to one place"
    hint = "install one of them, or leave the target out for one"
    return Problem("place-collision", record.path, message, found=name_of(record), help=hint)


def _clashes(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Paths that cannot stand in one folder of every system."""
    for first, second in collisions({entry.record.path for entry in entries}):
        message = "not every system can have both files"
        yield Problem("place-collision", second, message, found=first, help="install one of the two packs")


def _settle(
    ledger: Ledger, disk: Disk, touched: Collection[str], entries: Iterable[Entry], force: bool
) -> Iterator[Settled]:
    old: dict[str, list[Record]] = {path: [] for path in sorted(touched)}
    new: dict[str, list[Entry]] = {path: [] for path in old}
    for record in ledger.records:
        old.get(record.path, []).append(record)
    for entry in entries:
        new.get(entry.record.path, []).append(entry)
    for path, before in old.items():
        shared = ledger.shared.get(path, Shared(False, {}))
        aside = disk.files.get(path + ASIDE) is not None
        yield _settle_one(Case(path, disk.files.get(path), tuple(before), shared, tuple(new[path]), force, aside))


def _settle_one(case: Case) -> Settled:
    kinds = {record.kind for record in (*case.old, *(entry.record for entry in case.new))}
    try:
        if "block" in kinds:
            settled = settle_blocks(case)
            return _checked_toml(settled) if case.path.endswith(".toml") else settled
        return settle_json(case) if kinds & {"member", "element"} else settle_file(case)
    except FormatError as error:
        return _unreadable(case, error)


def _unreadable(case: Case, error: FormatError) -> Settled:
    """A file that nobody can put anything into, or take anything out of."""
    settled = Settled(case)
    for each in errors_of(error):
        hint = each.help or "correct the file; nothing is written before"
        settled.conflicts.append(each.at(case.path)._replace(code="place-unreadable", help=hint))
    return settled


def _checked_toml(settled: Settled) -> Settled:
    """Refuses what is no TOML any more with the blocks in it: a table is there twice, or it was none before."""
    import tomllib

    data = settled.data
    try:
        if data is not None and any(entry.item for entry in settled.case.new):
            tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = "a table of this name may be there already: rename or remove it"
        settled.conflicts.append(
            Problem("place-unreadable", settled.case.path, "not TOML with this in it", found=str(error)[:80], help=hint)
        )
    return settled


def _changes(settled: Settled) -> Iterator[Change]:
    path, data = settled.case.path, settled.case.data
    if settled.copied and settled.data != data:
        yield Change(path + ASIDE, None, data)
    if settled.data != data:
        yield Change(path, data, settled.data)


def _held(settled: Iterable[Settled], changes: Iterable[Change], others: Iterable[Record]) -> frozenset[str]:
    """The folders that are still needed."""
    kept = [one.case.path for one in settled if one.data is not None]
    kept += [change.path for change in changes if change.new is not None]
    kept += [record.path for record in others]
    return frozenset(folder for path in kept for folder in parents(path))


def _records(settled: Iterable[Settled]) -> Iterator[Record]:
    for one in settled:
        yield from one.records


def _shared(settled: Iterable[Settled]) -> dict[str, Shared]:
    return {one.case.path: one.shared for one in settled if one.shared is not None}


def _ledger_change(disk: Disk, after: Ledger) -> Iterator[Change]:
    """The ledger's own change, the last of all; an empty one is removed."""
    old = disk.files.get(LEDGER)
    new = format_ledger(after) if after.packs or after.records else None
    if new != old:
        yield Change(LEDGER, old, new)

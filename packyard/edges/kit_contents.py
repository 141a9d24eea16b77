"""What a kit of a site holds, by its profile: decided from verified lists, before a file is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.audit import audit, audit_staged, heads
from packyard.audit.chain import Chain
from packyard.audit.reading import Reading
from packyard.audit.rows import read_rows
from packyard.audit.states import known_state
from packyard.catalogue import finish
from packyard.edges.kit_bases import Base, Since, open_base, stop_at
from packyard.errors import Problem, UsageError, WorldError
from packyard.formats import layout, note
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import tile_path
from packyard.kit import selecting, tenant
from packyard.kit.grounds import audit_grounds, audit_packs, pack_document
from packyard.kit.listing import TAIL, Listed, log_tiles, open_log, site_files
from packyard.kit.manifest import (
    DELTA,
    FILE_LIMIT,
    FULL,
    PACKS,
    TENANT,
    Selection,
    State,
    state_of,
)
from packyard.kit.planning import GONE, NEW, check_base, check_log, check_numbers, difference
from packyard.model import Pack
from packyard.protocols import Reader, Signer
from packyard.recorded import recorded_entries
from packyard.registry import Trust

_OF_AGE = ("snapshot-expired", "trust-expired")


class Order(NamedTuple):
    """What is to be exported: a profile with what it needs, by whom it is signed, and what the site is held against."""

    profile: str = FULL
    bases: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    all_versions: bool = False
    tenant: bytes = b""
    signer: Signer | None = None
    root_key: str = ""


class Contents(NamedTuple):
    """What a kit will hold: (path, hash, NEW or GONE), sorted; what is made for it; and the rest of its manifest."""

    value: Snapshot
    files: Iterable[tuple[str, str, str]]
    made: Mapping[str, bytes]
    base: State | None = None
    selection: Selection | None = None


def choose(site: Reader, order: Order, now: int, jobs: int) -> Contents:
    """What a kit that is ordered will hold. Raises as `export_kit` does."""
    return {FULL: _full, DELTA: _delta, PACKS: _packs, TENANT: _tenant}[order.profile](site, order, now, jobs)


def _full(site: Reader, order: Order, now: int, jobs: int) -> Contents:
    """A whole site; what is written is audited when it is."""
    value = _stated(site)
    return Contents(value, ((path, digest, NEW) for path, digest in _whole(site, value)), {})


def _stated(site: Reader) -> Snapshot:
    reading = Reading(site)
    value = heads.parse_snapshot(reading)
    stop_at(site, reading.problems)
    assert value is not None
    return value


def _whole(site: Reader, value: Snapshot) -> Iterator[Listed]:
    reading = Reading(site)
    yield from site_files(reading, value)
    stop_at(site, reading.problems)


def _delta(site: Reader, order: Order, now: int, jobs: int) -> Contents:
    """What differs from a base whose log the site's goes on from. That the rest is right as well the base shows, if it
    is at hand; else the whole site is audited.
    """
    reading = Reading(site)
    value, trusts = _head(reading, order.root_key)
    base = open_base(order.bases)
    if base.origin != value.origin:
        message = "the base is another registry's"
        raise UsageError("kit-origin", message, expected=value.origin, found=base.origin)
    log = open_log(reading, value)
    check_log(log, base.state)
    check_base(log, base.state)
    if base.kits:
        check_numbers(base.state, state_of(value), (entry for _, entry in recorded_entries(log, base.state.log_size)))
        found = _since(site, value, trusts[-1], base)
    else:
        found = list(audit(site, None, now, jobs, order.root_key).problems)
    stop_at(site, [problem for problem in found if problem.code not in _OF_AGE])
    if _stated(site) != value:
        raise moving(f"{site.name}/{layout.SNAPSHOT}")
    return Contents(value, difference(base.listed(), _whole(site, value)), {}, base.state)


def _since(site: Reader, value: Snapshot, trust: Trust, base: Base) -> list[Problem]:
    """What is wrong with the difference between a site and a base that is at hand."""
    changes = list(difference(base.listed(), _whole(site, value)))
    since = Since(site, base, changes)
    try:
        return audit_staged(since, trust, [path for path, _, kind in changes if kind == GONE])
    finally:
        since.close()


def moving(path: str) -> WorldError:
    """What an export says that finds another file than before."""
    return WorldError("kit-moving", "the site changed while it was exported", path=path, help="export it again")


def _head(reading: Reading, root_key: str) -> tuple[Snapshot, tuple[Trust, ...]]:
    stated = heads.parse_snapshot(reading)
    trusts = heads.read_trust(reading, stated.trust, None, root_key) if stated else None
    value = heads.verify_snapshot(reading, trusts[-1]) if trusts else None
    if trusts and value:
        heads.verify_head(reading, value, trusts[-1])
    stop_at(reading.site, reading.problems)
    assert trusts is not None
    assert value is not None
    return value, trusts


def _pack_of(reading: Reading, chain: Chain) -> Callable[[str], Pack]:
    def pack_of(name: str) -> Pack:
        document = pack_document(reading, chain, name)
        state = reading.attempt(layout.pack(name, "index.json"), known_state, name, document) if document else None
        stop_at(reading.site, reading.problems)
        assert state is not None
        return finish(state)

    return pack_of


def _packs(site: Reader, order: Order, now: int, jobs: int) -> Contents:
    """What was read to check the packs, and of the log every hash, by which any earlier head of it can be continued,
    and as many entries as clients read.
    """
    reading = Reading(site)
    value, trusts = _head(reading, order.root_key)
    chain = Chain(reading, value)
    chosen = selecting.choose(map(selecting.parse_want, order.wanted), _pack_of(reading, chain), order.all_versions)
    audit_packs(reading, value, trusts, chosen)
    stop_at(site, reading.problems)
    tiles = (layout.LOG + tile_path(tile) for tile in log_tiles(value.log_size, value.log_size - TAIL))
    files = [(path, chain.digest(path) or "", NEW) for path in sorted({*reading.present, *tiles})]
    selection = Selection("", tuple(sorted(order.wanted)), order.all_versions, chosen)
    return Contents(value, files, {}, None, selection)


def _tenant(site: Reader, order: Order, now: int, jobs: int) -> Contents:
    """What was read to check the packs of an allow-list, and in the place of all lists the proofs of the log."""
    allowed = tenant.parse_tenant(order.tenant)
    reading = Reading(site)
    value, trusts = _head(reading, order.root_key)
    rows = read_rows(reading, value) or {}
    chain, seen = Chain(reading, value), [name for name in rows if allowed.allows(name)]
    pack_of = _pack_of(reading, chain)
    unknown = [name for name in allowed.packs if name not in rows]
    stop_at(site, [Problem("pack-unknown", "", f"there is no pack {name}") for name in unknown])
    chosen = {
        name: tuple(state.release.version for state in pack_of(name).versions if state.withdrawn is None)
        for name in sorted(seen)
    }
    made = {tenant.INDEX: tenant.format_index(allowed.tenant, value, [rows[name] for name in sorted(chosen)])}
    made |= _proofs(reading, value, trusts, chosen)
    files = {path: chain.digest(path) or "" for path in reading.present if not _names_others(path)}
    stop_at(site, _leaks(reading, chain, chosen, [*files], rows.keys()))
    files |= {path: sha256(data).hexdigest() for path, data in made.items()}
    selection = Selection(allowed.tenant, (), True, chosen)
    return Contents(value, [(path, files[path], NEW) for path in sorted(files)], made, None, selection)


def _proofs(
    reading: Reading, value: Snapshot, trusts: tuple[Trust, ...], chosen: Mapping[str, tuple[str, ...]]
) -> dict[str, bytes]:
    """The proof of every entry that the packs rest on, by the path of the file that it is about."""
    log, made = open_log(reading, value), dict[str, bytes]()
    checkpoint = reading.site.read(layout.CHECKPOINT, note.LIMIT)

    def logs(at: int, entry: bytes, path: str) -> bool:
        made[path + tenant.PROOF] = proof = tenant.prove_entry(log, checkpoint, at)
        return tenant.proves(proof, checkpoint, at, entry, trusts[-1])

    audit_grounds(reading, Chain(reading, value), value, trusts, chosen, logs)
    stop_at(reading.site, reading.problems)
    return made


def _names_others(path: str) -> bool:
    """Whether a file of the site is a list, the catalogue, or a part of the log: what names every tenant's packs."""
    return path.endswith(".sums") or path == layout.INDEX or path.startswith(f"{layout.LOG}tile/")


def _leaks(
    reading: Reading, chain: Chain, chosen: Mapping[str, object], paths: list[str], known: Iterable[str]
) -> list[Problem]:
    found = list[Problem]()
    for name in chosen:
        document = pack_document(reading, chain, name)
        others = {*tenant.named_elsewhere(document)} if document else set()
        found += [tenant.leak(layout.pack(name, "index.json"), other) for other in sorted(others - chosen.keys())]
    forbidden = frozenset(known) - chosen.keys()
    for path in paths:
        found += tenant.check_names(path, reading.site.read(path, FILE_LIMIT), forbidden)
    return found

"""`packyard.lock`: exactly which versions a project has, and what they were chosen for.

    {
      "format": "packyard/lock/1",
      "demands": {
        "main:hello": "^1.2.0"
      },
      "registries": {
        "main": {"origin": "packs.example.org", "url": "https://packs.example.org/", "root": "0123456789ABCDEF"}
      },
      "renames": {},
      "packs": {
        "base-rules": {…},
        "hello": {
          "registry": "main", "version": "1.2.0", "log_index": 17, "publisher": "alice",
          "identity": "<64 hex digits>",
          "tarball": {"sha256": "<64 hex digits>", "size": 2048},
          "dependencies": {"base-rules": "^1.0.0"}
        }
      }
    }

`demands` is what the project asked for, each name with its registry.  `registries` are those that packs come from:
what they sign as, their address or folder, and the id of a root key.  `renames` says under which name a pack is there
that was asked for under an older one.  Everything is in the order of its names, nothing depends on a clock or on the
machine, so that the same choice has the same bytes and a pack that comes or goes changes its own lines.

A lock holds together: every demand and every dependency is in `packs`, in a version of its range (a channel's versions
are not the lock's to know).  The text has this one form, line ends included; any other, such as what a merge leaves
behind, is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from packyard.client.offers import Demand, Offer
from packyard.client.references import Reference, check_registry_name, format_reference, parse_reference, range_of
from packyard.errors import FormatError
from packyard.formats import semver
from packyard.formats.fields import Fields, shown
from packyard.formats.names import PackName, parse_handle, parse_name
from packyard.formats.registry import check_origin
from packyard.formats.strict import load_json

FILE = "packyard.lock"
FORMAT = "packyard/lock/1"

#: The most bytes of a lock: some ten thousand packs.
LIMIT = 8_000_000

_DIGEST = re.compile("[0-9a-f]{64}")
_KEY_ID = re.compile("[0-9A-F]{16}")
_MOST = 2**53 - 1


class LockedRegistry(NamedTuple):
    """Where packs come from: the registry's origin, its address or folder, and the id of a root key of it."""

    origin: str
    url: str
    root: str


class LockedPack(NamedTuple):
    """The one version of a pack that a project has; `sha256` and `size` are those of the tarball, `dependencies` pairs
    names with ranges as the manifest has them.
    """

    name: str
    registry: str
    version: str
    identity: str
    sha256: str
    size: int
    log_index: int
    publisher: str
    dependencies: tuple[tuple[str, str], ...]


class Lock(NamedTuple):
    """What was chosen, and for what; demands and packs are ordered by name."""

    demands: tuple[Demand, ...]
    registries: Mapping[str, LockedRegistry]
    renames: Mapping[str, str]
    packs: tuple[LockedPack, ...]

    def pack(self, name: str) -> LockedPack | None:
        """The pack that is there for this name, be it an older one."""
        name = self.renames.get(name, name)
        return next((pack for pack in self.packs if pack.name == name), None)


def lock_of(
    demands: Iterable[Demand],
    offers: Iterable[Offer],
    renames: Mapping[str, str],
    registries: Mapping[str, LockedRegistry],
) -> Lock:
    """The lock of a resolution. Of the registries, those that packs come from."""
    packs = tuple(sorted(map(_locked, offers)))
    used = {pack.registry for pack in packs}
    return Lock(
        tuple(sorted(demands, key=_demand_key)),
        {name: registry for name, registry in sorted(registries.items()) if name in used},
        dict(sorted(renames.items())),
        packs,
    )


def differences(lock: Lock, demands: Iterable[Demand]) -> tuple[str, ...]:
    """In which demands the lock was made for something else, one sentence each; () when it fits."""
    made_for = {demand.name: demand for demand in lock.demands}
    wanted = {demand.name: demand for demand in demands}
    return tuple(
        _difference(name, wanted.get(name), made_for.get(name))
        for name in sorted({*made_for, *wanted})
        if wanted.get(name) != made_for.get(name)
    )


def parse_lock(data: bytes) -> Lock:
    """The lock in a text; `format_lock` is the exact inverse. Raises `FormatError`, among others `lock-broken`."""
    fields = Fields(load_json(data, LIMIT))
    fields.choice("format", [FORMAT])
    lock = Lock(
        _demands(fields.mapping("demands")),
        _registries(fields.mapping("registries")),
        _renames(fields.mapping("renames")),
        _packs(fields.mapping("packs")),
    )
    fields.finish()
    _check_whole(fields, lock)
    fields.finish()
    if format_lock(lock) != data:
        message, hint = "not in the one form of a lock", "restore it, or have it written anew; line ends are LF"
        raise FormatError("lock-form", message, help=hint)
    return lock


def format_lock(lock: Lock) -> bytes:
    """The text of a lock."""
    parts = {
        "demands": {_demand_key(demand): _text(demand.range) for demand in lock.demands},
        "registries": {name: _text(registry._asdict()) for name, registry in lock.registries.items()},
        "renames": {old: _text(new) for old, new in lock.renames.items()},
        "packs": {pack.name: _pack_text(pack) for pack in lock.packs},
    }
    members = [f'  "format": {_text(FORMAT)}', *(f"  {_text(name)}: {_members(part)}" for name, part in parts.items())]
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


def _locked(offer: Offer) -> LockedPack:
    return LockedPack(
        offer.name,
        offer.registry,
        offer.version,
        offer.identity,
        offer.sha256,
        offer.size,
        offer.log_index,
        offer.publisher,
        tuple(sorted(offer.dependencies)),
    )


def _difference(name: str, wanted: Demand | None, made_for: Demand | None) -> str:
    if wanted is None:
        return f"the lock was made with {name}, which is not asked for"
    if made_for is None:
        return f"{name} {wanted.range} is asked for, and the lock was made without it"
    if wanted.registry != made_for.registry:
        return f"{name} is asked for from {wanted.registry}, and the lock has it from {made_for.registry}"
    return f"{name} {wanted.range} is asked for, and the lock was made for {made_for.range}"


def _check_whole(fields: Fields, lock: Lock) -> None:
    for pack in lock.packs:
        if pack.registry not in lock.registries:
            fields.refuse("lock-broken", "its registry is not in the lock", "packs", pack.name, found=pack.registry)
    there = {pack.name: pack.version for pack in lock.packs}
    for place, name, span in _asked(lock):
        version = there.get(lock.renames.get(name, name))
        if version is None:
            fields.refuse("lock-broken", "is asked for, and is not in the lock", *place, found=name)
        elif span is not None and not semver.satisfies(version, span):
            fields.refuse("lock-broken", "is in the lock in another version", *place, expected=span.text, found=version)


def _asked(lock: Lock) -> Iterator[tuple[tuple[str, ...], str, semver.Range | None]]:
    """Where in the lock a pack is asked for, which, and in which range; None for a channel."""
    for demand in lock.demands:
        yield ("demands", _demand_key(demand)), demand.name, range_of(demand.range)
    for pack in lock.packs:
        for name, wanted in pack.dependencies:
            yield ("packs", pack.name, "dependencies", name), name, semver.parse_range(wanted)


def _demands(fields: Fields) -> tuple[Demand, ...]:
    found: dict[str, Demand] = {}
    for key in fields.names():
        reference = fields.check(_explicit, key, key)
        wanted = fields.required_text(key, check=range_of)
        if reference and reference.name in found:
            fields.refuse("field-invalid", "is there twice: a project holds one pack of a name", key)
        elif reference:
            found[reference.name] = Demand(reference.registry, reference.name, wanted)
    return tuple(found.values())


def _explicit(text: str) -> Reference:
    reference = parse_reference(text)
    if not reference.registry or reference.range:
        raise FormatError("reference-invalid", "is not of this form", expected="REGISTRY:NAME", found=shown(text))
    return reference


def _registries(fields: Fields) -> dict[str, LockedRegistry]:
    found = {}
    for name in fields.names():
        fields.check(check_registry_name, name, name)
        each = fields.mapping(name)
        found[name] = LockedRegistry(
            each.required_text("origin", check=check_origin),
            each.required_text("url"),
            each.required_text("root", check=_check_key_id),
        )
    return found


def _renames(fields: Fields) -> dict[str, str]:
    for name in fields.names():
        fields.check(parse_name, name, name)
    return {name: fields.required_text(name, check=parse_name) for name in fields.names()}


def _packs(fields: Fields) -> tuple[LockedPack, ...]:
    for name in fields.names():
        fields.check(parse_name, name, name)
    return tuple(_pack(name, fields.mapping(name)) for name in fields.names())


def _pack(name: str, fields: Fields) -> LockedPack:
    tarball, dependencies = fields.mapping("tarball"), fields.mapping("dependencies")
    for each in dependencies.names():
        dependencies.check(parse_name, each, each)
    return LockedPack(
        name,
        fields.required_text("registry", check=check_registry_name),
        fields.required_text("version", check=semver.parse),
        fields.required_text("identity", check=_check_digest),
        tarball.required_text("sha256", check=_check_digest),
        tarball.number("size", None, low=1, high=_MOST),
        fields.number("log_index", None, low=0, high=_MOST),
        fields.required_text("publisher", check=parse_handle),
        tuple((each, dependencies.required_text(each, check=semver.parse_range)) for each in dependencies.names()),
    )


def _pack_text(pack: LockedPack) -> str:
    start = {name: getattr(pack, name) for name in ("registry", "version", "log_index", "publisher")}
    lines = (
        _text(start)[1:-1],
        f'"identity": {_text(pack.identity)}',
        f'"tarball": {_text({"sha256": pack.sha256, "size": pack.size})}',
        f'"dependencies": {_text(dict(sorted(pack.dependencies)))}',
    )
    return "{\n      " + ",\n      ".join(lines) + "\n    }"


def _members(parts: Mapping[str, str]) -> str:
    """An object of texts that are JSON already, one a line, by name."""
    lines = [f"\n    {_text(name)}: {text}" for name, text in sorted(parts.items())]
    return "{" + ",".join(lines) + "\n  }" if lines else "{}"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _demand_key(demand: Demand) -> str:
    return format_reference(Reference(demand.registry, PackName(demand.name), ""))


def _check_digest(text: str) -> None:
    if not _DIGEST.fullmatch(text):
        raise FormatError("field-invalid", "is not a SHA-256", expected="64 of 0-9 and a-f", found=shown(text))


def _check_key_id(text: str) -> None:
    if not _KEY_ID.fullmatch(text):
        raise FormatError("field-invalid", "is not the id of a key", expected="16 of 0-9 and A-F", found=shown(text))

"""Changes of what a project wants: text of `packyard.json` in, text out; and a lock without some packs."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from packyard.client.lock import Lock
from packyard.client.offers import Demand
from packyard.client.project import (
    LIMIT,
    KnownRegistry,
    Project,
    format_project,
    parse_project,
    with_pack,
    without_pack,
)
from packyard.client.references import LATEST, Reference, caret
from packyard.client.resolving import Resolved
from packyard.formats import canonical
from packyard.formats.strict import load_json

#: The text of a project that wants nothing yet.
EMPTY = format_project(Project())


def edited(text: bytes, asked: Iterable[Reference] = (), gone: Iterable[Reference] = ()) -> bytes:
    """The project without some packs and with others; what is asked for without a version is so in its newest. Raises
    `FormatError`, among others `pack-not-wanted`.
    """
    for reference in gone:
        text = without_pack(text, reference.name)
    for reference in asked:
        text = with_pack(text, reference._replace(range=reference.range or LATEST))
    return text


def settled(text: bytes, asked: Iterable[Reference], resolved: Resolved) -> bytes:
    """The project with a range for each pack that was asked for without one: nothing that breaks comes by itself."""
    for reference in asked:
        if not reference.range:
            name = resolved.renames.get(reference.name, reference.name)
            version = next(each.version for each in resolved.offers if each.name == name)
            text = with_pack(text, reference._replace(range=caret(version)))
    return text


def with_targets(text: bytes, targets: Collection[str]) -> bytes:
    """The project installed for these targets too. Raises `FormatError` for one that there is not."""
    known = parse_project(text).targets
    new = [target for target in dict.fromkeys(targets) if target not in known]
    return _with(text, "targets", [*known, *new]) if new else text


def with_registry(text: bytes, registry: KnownRegistry) -> bytes:
    """The project with one more registry, at the end, or in place of the one of that name."""
    (made,) = json.loads(format_project(Project((registry,))))["registries"]
    there = load_json(text, LIMIT).value.get("registries") or []
    return _with(text, "registries", [*(each for each in there if each["name"] != registry.name), made])


def _with(text: bytes, member: str, value: list[Any]) -> bytes:
    """The text with one member set, in the order in which `format_project` has them; all else as it stood."""
    parse_project(text)
    fields = {**load_json(text, LIMIT).value, member: value}
    order = ("format", "registries", "packs", "targets")
    made = canonical.pretty({name: fields[name] for name in (*order, *fields) if name in fields})
    parse_project(made)
    return made


def pruned(lock: Lock, gone: Collection[str]) -> Lock:
    """The lock without the demands for these packs, and without what nothing needs any more. Nothing else moves."""
    demands = tuple(demand for demand in lock.demands if demand.name not in gone)
    kept = _reached(lock, demands)
    packs = tuple(pack for pack in lock.packs if pack.name in kept)
    asked = {demand.name for demand in demands} | {name for pack in packs for name, _ in pack.dependencies}
    used = {pack.registry for pack in packs}
    return Lock(
        demands,
        {name: registry for name, registry in lock.registries.items() if name in used},
        {old: new for old, new in lock.renames.items() if old in asked},
        packs,
    )


def _reached(lock: Lock, demands: Iterable[Demand]) -> set[str]:
    """The names of the packs to which the demands lead."""
    dependencies = {pack.name: [name for name, _ in pack.dependencies] for pack in lock.packs}
    waiting, found = [demand.name for demand in demands], set[str]()
    while waiting:
        name = waiting.pop()
        name = lock.renames.get(name, name)
        if name not in found:
            found.add(name)
            waiting += dependencies.get(name, [])
    return found

"""Synthetic publishers and organisations: who they are, their keys, and the signed files that say so.

All of it is a function of the seed and an index, so that the owner of any pack can be named without a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from bench.sign import Key, key
from bench.words import FIRST_NAMES, STEMS, SURNAMES

KEYS_SINCE = "2025-12-01"


class Shape(NamedTuple):
    """What fixes a synthetic registry, apart from how much of it is generated."""

    seed: int
    publishers: int
    orgs: int


class Person(NamedTuple):
    """A publisher: the number decides everything else."""

    handle: str
    name: str
    number: int
    two_keys: bool


def shape(seed: int, versions: int) -> Shape:
    """A registry of `versions` versions has about a fifth as many packs, and a publisher for twenty of those."""
    publishers = max(6, versions // 100)
    return Shape(seed, publishers, max(2, publishers // 8))


def person(index: int) -> Person:
    """Publisher `index`. One in eight keeps a key for publishing apart from the one for administration."""
    again, place = divmod(index, len(FIRST_NAMES) * len(SURNAMES))
    first, last = divmod(place * 1009 % (len(FIRST_NAMES) * len(SURNAMES)), len(SURNAMES))
    names = FIRST_NAMES[first], SURNAMES[last]
    handle = "-".join(names) + (f"-{again + 1}" if again else "")
    return Person(handle, " ".join(names).title(), index, index % 8 == 3)


def admin_key(shape: Shape, who: Person) -> Key:
    """The key for statements, and for everything if the publisher has only one."""
    return key(shape.seed, f"{who.handle} admin")


def publish_key(shape: Shape, who: Person) -> Key:
    """The key for new versions."""
    return key(shape.seed, f"{who.handle} publish") if who.two_keys else admin_key(shape, who)


def org_name(index: int) -> str:
    """The name of organisation `index`."""
    again, place = divmod(index, len(STEMS))
    return f"{STEMS[place * 7 % len(STEMS)]}-{again + 1 if again else 'org'}"


def org_members(shape: Shape, index: int) -> tuple[tuple[Person, str], ...]:
    """The members of organisation `index` with their roles, the owner first; two to four of them."""
    rng = Random(f"{shape.seed} org {index}")
    chosen = rng.sample(range(shape.publishers), rng.randint(2, 4))
    roles = ("owner", "admin", "member", "member")
    return tuple((person(at), role) for at, role in zip(chosen, roles, strict=False))


def people_files(shape: Shape) -> Iterator[tuple[str, bytes]]:
    """Every file below `publishers/` and `orgs/`, by path from `registry-src/`."""
    for index in range(shape.publishers):
        who = person(index)
        text, path = _publisher_text(shape, who).encode(), f"publishers/{who.handle}.yaml"
        yield path, text
        yield f"{path}.minisig", admin_key(shape, who).sign(text, f"publisher {who.handle}")
    for index in range(shape.orgs):
        org, members = org_name(index), org_members(shape, index)
        listed = ", ".join(f"{who.handle}: {role}" for who, role in members)
        text, path = f"format: packyard/org/1\norg: {org}\nmembers: {{{listed}}}\n".encode(), f"orgs/{org}.yaml"
        owner = members[0][0]
        yield path, text
        yield f"{path}.{owner.handle}.minisig", admin_key(shape, owner).sign(text, f"org {org}")


def _publisher_text(shape: Shape, who: Person) -> str:
    lines = ["format: packyard/publisher/1", f"handle: {who.handle}", f"name: {who.name}"]
    if who.number % 3:
        lines.append(f"github: {who.handle}")
    lines.append("keys:")
    if who.two_keys:
        lines += _key_lines(publish_key(shape, who), "[publish]")
        lines += _key_lines(admin_key(shape, who), "[admin]")
    else:
        lines += _key_lines(admin_key(shape, who), "[publish, admin]")
    return "\n".join(lines) + "\n"


def _key_lines(signing: Key, scopes: str) -> list[str]:
    return [f"  - key: {signing.public}", f"    scopes: {scopes}", f"    since: {KEYS_SINCE}"]

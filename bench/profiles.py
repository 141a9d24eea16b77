"""What each synthetic pack is: its name, owner, tags and length of life, as a function of its index alone."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from bench.people import Person, Shape, org_members, org_name, person
from bench.words import ENDINGS, LICENSES, MIDDLES, STEMS, TAGS, TARGETS

#: A pack has at least k versions with chance 1/k, up to this many: five on average.
MOST_VERSIONS = 80


class Profile(NamedTuple):
    """What stays the same over a pack's versions. `name` is the full name, `folder` its place below `registry-src/`."""

    number: int
    name: str
    folder: str
    publisher: Person
    admin: Person
    versions: int
    tags: tuple[str, ...]
    targets: tuple[str, ...]
    license: str
    yaml: bool
    first: str


def profile(shape: Shape, index: int) -> Profile:
    """What pack `index` of the registry is."""
    rng = Random(f"{shape.seed} pack {index}")
    name = _name(shape.seed, index)
    folder = f"packs/{name[:2]}/{name}"
    publisher = admin = person(int(shape.publishers * rng.random() ** 2))
    if rng.random() < 0.1:
        org = int(shape.orgs * rng.random() ** 2)
        members = org_members(shape, org)
        publisher, admin = rng.choice(members)[0], members[0][0]
        name = f"@{org_name(org)}/{name}"
        folder = f"packs/{name}"
    return Profile(
        index,
        name,
        folder,
        publisher,
        admin,
        versions=min(MOST_VERSIONS, int(1 / (1 - rng.random()))),
        tags=_tags(rng),
        targets=("*",) if rng.random() < 0.6 else tuple(rng.sample(TARGETS, rng.randint(1, 4))),
        license=rng.choice(LICENSES),
        yaml=rng.random() < 0.2,
        first=rng.choice(("0.1.0", "1.0.0", "1.0.0")),
    )


def origin(shape: Shape) -> str:
    """The registry's name."""
    return f"bench-{shape.seed}.packs.example.org"


def _name(seed: int, index: int) -> str:
    space = len(STEMS) * len(ENDINGS)
    turn, place = divmod(index, space)
    stem, ending = divmod((place * 7919 + seed) % space, len(ENDINGS))
    middle = f"{MIDDLES[turn - 1]}-" if turn else ""
    return f"{STEMS[stem]}-{middle}{ENDINGS[ending]}"


def _tags(rng: Random) -> tuple[str, ...]:
    """One to five tags; the tag of rank r is drawn with weight 1/r."""
    drawn = (int(len(TAGS) ** rng.random()) - 1 for _ in range(rng.randint(1, 5)))
    return tuple(dict.fromkeys(TAGS[at] for at in drawn))

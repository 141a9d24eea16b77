"""Catalogues for measuring the search: names, descriptions and tags as people write them, in skewed numbers.

A pack is about a subject (a tag and its words) and a thing to do. Names are one to four words of both, of a vocabulary
in which the word of rank r has weight 1/r, and of brands that nobody else uses; a tenth is in the scope of an
organisation. Descriptions are sentences that mention the subject, and words of the common vocabulary. The same
arguments give the same rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import accumulate
from random import Random

from bench.words import ENDINGS, LICENSES, STEMS, TAGS, TARGETS, WORDS
from packyard.edges.shelved import TABLES, Shelved
from packyard.formats import documents
from packyard.model import Mark, Row
from packyard.registry import Registry
from packyard.surfaces.search import plan_search

SEED = 7


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONSETS = _words("b br c ch cl d dr f fl g gl gr h j k kl l m n p pl pr qu r s sc sh sk sl sn sp st t th tr v w z")
_VOWELS, _CODAS = _words("a e i o u ai ea ee io oo"), _words("b d g k l m n nd nt p r rk s sh st t x")
_FEATURES = ("rules", "commands", "agents", "skills", "hooks", "plugins", "mcp", "models")
_RANKED = tuple(accumulate(1 / rank for rank in range(1, len(WORDS) + 1)))
_STEMS = tuple(accumulate(1 / rank for rank in range(1, len(STEMS) + 1)))


def rows(packs: int, seed: int = SEED) -> Iterator[Row]:
    """The rows of so many packs, in the order of first publication."""
    taken = set[str]()
    for number in range(packs):
        yield _row(Random(f"{seed} {number}"), number, taken)


def catalogue_of(packs: int, seed: int = SEED) -> bytes:
    """The `index.json` of so many packs."""
    registry = Registry("bench.example.org", "Bench", "https://bench.example.org/", (), 14, {}, {}, {})
    lines = map(documents.index_row, sorted(rows(packs, seed), key=lambda row: row.name))
    return b"".join(documents.index_parts(registry, 1, "0" * 40, packs, lines))


def shelve(packs: Iterable[Row]) -> tuple[sqlite3.Connection, Shelved]:
    """A memory that knows nothing but these packs, and the search index in it, which is still to be made."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.executescript(TABLES + "CREATE TABLE packs (name TEXT PRIMARY KEY, row TEXT NOT NULL);")
    db.executemany("INSERT INTO packs VALUES (?, ?)", ((row.name, json.dumps(row)) for row in packs))
    return db, Shelved(db)


def made(shelved: Shelved, units: Iterable[str]) -> dict[str, bytes]:
    """The files of units of the index."""
    return {recipe.path: recipe.render() for unit in units for recipe in plan_search(unit, shelved)}


def index_of(packs: Iterable[Row]) -> dict[str, bytes]:
    """Every file of the search index of these packs."""
    _, shelved = shelve(packs)
    return made(shelved, shelved.whole())


def _row(random: Random, number: int, taken: set[str]) -> Row:
    subject = TAGS[int(len(TAGS) ** random.random()) - 1]
    name = _name(random, subject)
    while name in taken:
        name = f"{_name(random, subject)}-{_brand(random)}"[:60]
    taken.add(name)
    tags = (subject, *(TAGS[int(len(TAGS) ** random.random()) - 1] for _ in range(random.randint(0, 4))))
    return Row(
        name,
        f"{random.randint(0, 4)}.{random.randint(0, 20)}.{random.randint(0, 9)}",
        _description(random, subject, name),
        name[1:].partition("/")[0] if name.startswith("@") else f"{_brand(random)}-{random.randint(1, 99)}",
        tuple(dict.fromkeys(tags)),
        ("*",) if random.random() < 0.5 else tuple(random.sample(TARGETS, random.randint(1, 4))),
        tuple(sorted(random.sample(_FEATURES, random.randint(1, 4)))),
        random.choice(LICENSES),
        1_770_000_000 + number * 97 % 25_000_000,
        Mark("use another one", "2026-06-01") if random.random() < 0.02 else None,
        random.randint(1, 30),
        quality=random.randint(20, 100),
        routing=("budget",) if random.random() < 0.05 else (),
        born=number,
    )


def _name(random: Random, subject: str) -> str:
    stem = random.choices(STEMS, cum_weights=_STEMS)[0]
    words = {
        0: (stem, random.choice(ENDINGS)),
        1: (subject, random.choice(ENDINGS)),
        2: (_brand(random),),
        3: (_brand(random), stem),
        4: (subject, stem, random.choice(ENDINGS)),
        5: (stem, random.choices(STEMS, cum_weights=_STEMS)[0], random.choice(ENDINGS)),
    }[random.choice((0, 1, 2, 3, 3, 4, 4, 5))]
    name = "-".join(dict.fromkeys(words))
    return f"@{_brand(random)}/{name}" if random.random() < 0.1 else name


def _brand(random: Random) -> str:
    """A word that sounds like one: of about ten million."""
    syllables = (random.choice(_ONSETS) + random.choice(_VOWELS) for _ in range(random.randint(1, 2)))
    return "".join(syllables) + random.choice(_ONSETS) + random.choice(_VOWELS) + random.choice(_CODAS)


def _description(random: Random, subject: str, name: str) -> str:
    words = random.choices(WORDS, cum_weights=_RANKED, k=random.randint(5, 16))
    words.insert(random.randrange(len(words)), subject)
    if random.random() < 0.4:
        words.insert(random.randrange(len(words)), name.rpartition("/")[2].partition("-")[0])
    if random.random() < 0.2:
        words.insert(random.randrange(len(words)), _brand(random))
    return " ".join(words).capitalize() + random.choice(("", "."))

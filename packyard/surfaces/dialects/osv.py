"""The registry's advisories as scanners read a database of OSV records, in the layout of osv.dev's own export
(https://google.github.io/osv.dev/data/):

    osv/all.zip            every record, as PY-2026-0001.json and so on
    osv/modified_id.csv    `2026-11-10T09:00:00Z,PY-2026-0001` for each, those changed last first
    osv/hello.json         the records that name a pack, as `{"vulns": […]}`: what osv.dev answers to a query
    osv/acme.tools.json    the pack `@acme/tools`; a pack without a record has no file

A record is the advisory (`packyard.formats.advisory`), withdrawn ones too, in the form that OSV's schema allows
(`packyard.formats.osv`). The ecosystem `Packyard` and the prefix `PY` are not registered with OSV, which has a closed
list of both; apart from these a record is what the schema says.

Where the registry is also an npm registry, what is affected is said once more for npm's packages, so that scanners
which know npm and its lock files find what came from here, and need not know of packs:

    {"package": {"ecosystem": "npm", "name": "@packs.example.org/hello", "purl": "pkg:npm/%40packs.example.org/hello"},
     "ranges": […], "versions": […]}

All this is made when the advisories change, and never else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from packyard.formats import canonical, foreign, osv
from packyard.formats.advisory import LIMIT
from packyard.formats.strict import load_json
from packyard.formats.times import format_time
from packyard.formats.ziparchive import format_zip
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.rules.advisories import Listed
from packyard.surfaces.dialects.values import Dialect, encode, nothing, unsaid

Blob = Callable[[str], bytes]


def plan_records(registry: Registry, listed: Sequence[Listed], blob: Blob) -> Iterator[Recipe]:
    """The recipes, if the registry speaks the format; `blob` gives the text of an advisory by its id in git."""
    if "osv" not in foreign.spoken(registry):
        return
    called = _called(registry)
    given = (called, tuple((each.advisory.id, each.oid) for each in listed))
    yield Recipe(f"{foreign.OSV}all.zip", given, partial(_archive, called, listed, blob))
    newest = sorted((-each.advisory.modified, each.advisory.id) for each in listed)
    yield Recipe(f"{foreign.OSV}modified_id.csv", tuple(newest), partial(_index, newest))
    for pack in sorted({part.name for each in listed for part in each.advisory.affected}):
        about = [each for each in listed if any(part.name == pack for part in each.advisory.affected)]
        inputs = (called, tuple(each.oid for each in about))
        yield Recipe(f"{foreign.OSV}{foreign.flat(pack)}.json", inputs, partial(_of_pack, called, about, blob))


def record(data: bytes, origin: str = "") -> dict[str, Any]:
    """The record of an advisory that was accepted; with the origin of an npm registry, for its packages too."""
    found = osv.conform(load_json(data, LIMIT).value)
    if origin:
        found["affected"] += [each | {"package": _twin(origin, each["package"]["name"])} for each in found["affected"]]
    return found


def _twin(origin: str, pack: str) -> dict[str, str]:
    """The npm package that a pack is; its purl as osv.dev writes them (https://github.com/package-url/purl-spec)."""
    name = foreign.npm_name(origin, pack)
    return {"ecosystem": "npm", "name": name, "purl": f"pkg:npm/{name.replace('@', '%40')}"}


def _called(registry: Registry) -> str:
    """The origin by which npm knows packs of the registry, "" when it does not."""
    return registry.origin if "npm" in foreign.spoken(registry) else ""


def _archive(called: str, listed: Sequence[Listed], blob: Blob) -> bytes:
    return format_zip(
        (f"{each.advisory.id}.json", canonical.encode(record(blob(each.oid), called)) + b"\n") for each in listed
    )


def _index(newest: Sequence[tuple[int, str]]) -> bytes:
    return "".join(f"{format_time(-modified)},{ident}\n" for modified, ident in newest).encode()


def _of_pack(called: str, about: Sequence[Listed], blob: Blob) -> bytes:
    return encode({"vulns": [record(blob(each.oid), called) for each in about]})


DIALECT = Dialect("osv", nothing, unsaid, lambda site, view, name: ())

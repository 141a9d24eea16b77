"""The schemas describe what is really there: every document of a built site, and every example, member by member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from packyard.edges.store import walk
from packyard.formats import schemas
from packyard.formats.dsse import parse_envelope
from packyard.formats.schemas import DOCUMENTS, documents
from packyard.surfaces.statistics import Month, Statistics, format_stats
from tests.advising import advisory
from tests.registry import SILENT, small
from tests.sites import built

URL = "https://packs.example.org/"

#: For each schema, what its documents are called on a site.
FOUND = {
    "index": "index.json",
    "registry-page": "registry.json",
    "pack": "packs/*/index.json packs/@*/*/index.json",
    "version": "packs/**/metadata.json",
    "provenance": "packs/**/provenance.intoto.jsonl",
    "publisher-page": "publishers/*/index.json",
    "publisher": "publishers/*/*.yaml",
    "org-page": "orgs/*/index.json",
    "org": "orgs/*/*.yaml",
    "statement": "packs/**/statements/*.yaml",
    "trust": "trust/*.json",
    "advisories": "advisories/index.json",
    "advisory": "advisories/PY-*.json",
    "by-hash": "by-hash/index.json",
    "stats": "stats.json",
    "feed": "**/feed.json",
    "ori-versions": "ori/v1/packages/*/*/versions/index.*",
    "ori-metadata": "ori/v1/packages/*/*/*/metadata/index.*",
    "ori-search": "ori/v1/search/index.* ori/v1/search/q/*.json",
    "ori-advisories": "ori/v1/advisories/index.*",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    registry = small(tmp_path_factory.mktemp("schemas") / "repo")
    registry.settings(surfaces=SILENT | {"ori": True})
    registry.version("hello", "2.0.0", "alice")
    registry.trust()
    registry.commit("Publish hello 2.0.0")
    registry.statement("yank", "hello", "alice", version="1.1.0", reason="It is wrong.")
    registry.statement("withdraw", "hello", "alice", version="1.0.0", reason="It told where somebody lives.")
    registry.statement("deprecate", "hello", "alice", version="2.0.0", reason="Use other.", replacement="other")
    registry.statement("rename", "other", "bob", to="hello", reason="A better name.")
    registry.statement("recover", "hello", ("root-1", "root-2"), to="bob", reason="Every key was lost in a fire.")
    registry.files["advisories/PY-2026-0001.json"] = advisory(
        "PY-2026-0001", {"hello": ["1.0.0"]}, aliases=["CVE-2026-1"], severity=[], details="What happens."
    )
    registry.commit("Statements and an advisory")
    built(registry.path, registry.path.parent / "site")
    return registry.path.parent / "site"


def closed(schema: Any) -> Any:
    """The schema that allows only what it names."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(each) for name, each in schema.items()}
    if "allOf" in found:
        return found | {"unevaluatedProperties": False, "allOf": [_open(each) for each in found["allOf"]]}
    return found | {"unevaluatedProperties": False} if "properties" in found else found


def _open(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in schema.items() if name != "unevaluatedProperties"}


def strict(name: str) -> Draft202012Validator:
    schema = schemas.schema_of(name, URL)
    found = closed(schema) | {"$defs": {each: closed(value) for each, value in schema.get("$defs", {}).items()}}
    if name == "pack":  # these are open: what is signed is joined with what it says, and a statement has own fields
        found["$defs"]["signed"].pop("unevaluatedProperties")
        found["properties"]["statements"]["items"].pop("unevaluatedProperties")
    return Draft202012Validator(found, format_checker=Draft202012Validator.FORMAT_CHECKER)


def read(path: Path) -> Any:
    text = path.read_text()
    return yaml.load(text, yaml.BaseLoader) if path.suffix == ".yaml" else json.loads(text)


@pytest.mark.parametrize("name", FOUND)
def test_every_document_is_what_its_schema_says(site: Path, name: str) -> None:
    files = [path for pattern in FOUND[name].split() for path in site.glob(pattern)]
    assert files
    for path in files:
        errors = [f"{error.json_path}: {error.message}" for error in strict(name).iter_errors(read(path))]
        assert errors == [], path


def test_every_document_of_a_site_has_a_schema(site: Path) -> None:
    known = {path for patterns in FOUND.values() for pattern in patterns.split() for path in site.glob(pattern)}
    formats = {}
    for path in walk(site):
        if path.endswith(".json") and not path.startswith(("search/", "schemas/")) and site / path not in known:
            formats[path] = json.loads((site / path).read_text()).get("format", "")
    assert {path: name for path, name in formats.items() if name.startswith("packyard/")} == {}


def test_schemas_of_a_dialect_are_there_when_it_is_spoken(site: Path) -> None:
    assert {path.name for path in (site / "schemas").iterdir()} == {f"{name}-1.json" for name in documents(["ori"])}
    assert documents([]).keys() == {name for name, each in DOCUMENTS.items() if not each.dialect}


def test_statistics_are_what_their_schema_says() -> None:
    counts = (("rules", 3),)
    months = (Month("2026-03", 1, 2, 1),)
    stats = Statistics((1, 2, 1, 0), months, counts, counts, counts, counts, ((12, 1),), ((70, 1),))
    assert not list(strict("stats").iter_errors(json.loads(format_stats(stats))))


def test_the_statement_in_a_provenance(site: Path) -> None:
    for path in site.glob(FOUND["provenance"]):
        payload = json.loads(parse_envelope(path.read_bytes()).payload)
        assert not list(strict("provenance-statement").iter_errors(payload))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_schema_stands_by_itself(name: str) -> None:
    schema = json.loads(schemas.format_schema(name, URL))
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == URL + schemas.path(name)
    assert set(schema.get("$defs", {})) == set(schemas.references(DOCUMENTS[name].schema))
    assert {"$schema", "title", "description", "properties"} <= schema.keys()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_member_says_what_it_means(name: str) -> None:
    def silent(schema: dict[str, Any], place: str) -> list[str]:
        found = []
        for member, each in schema.get("properties", {}).items():
            here = f"{place}.{member}"
            found += [] if each.keys() & {"description", "const", "enum", "$ref", "anyOf"} else [here]
            found += silent(each, here) + silent(each.get("items", {}), here)
        return found

    assert silent(DOCUMENTS[name].schema, name) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("pack", {"name": "Hello"}),
        ("pack", {"versions": [{}]}),
        ("index", {"snapshot": 0}),
        ("trust", {"snapshot_keys": ["no key"]}),
        ("registry-page", {"url": "ftp://packs.example.org/"}),
    ],
)
def test_what_is_wrong_is_refused(site: Path, name: str, change: dict[str, object]) -> None:
    document = read(next(site.glob(FOUND[name].split()[0]))) | change
    schema = schemas.schema_of(name, URL)
    assert list(Draft202012Validator(schema).iter_errors(document))

"""`openapi.json`: valid, true of a built site, and the same whatever the registry holds."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from packyard.edges.store import walk
from packyard.formats import layout, schemas
from packyard.formats.openapi import example_path, format_openapi, openapi, scoped
from packyard.formats.openapi.examples import FILES, REGISTRY, example
from packyard.formats.openapi.operations import OPERATIONS, PARAMETERS, TOPICS, VERIFIED
from tests.advising import advisory
from tests.registry import SILENT, small
from tests.sites import built

SILENT_REGISTRY = REGISTRY._replace(surfaces=SILENT)
DOCUMENT = openapi(SILENT_REGISTRY)


def test_it_is_openapi() -> None:
    validate(DOCUMENT)
    assert json.loads(format_openapi(SILENT_REGISTRY)) == DOCUMENT


def test_it_is_small_and_says_nothing_of_what_the_registry_holds() -> None:
    data = format_openapi(SILENT_REGISTRY)
    assert len(data) < 150_000
    assert len(gzip.compress(data)) < 25_000
    other = openapi(SILENT_REGISTRY._replace(url="https://other.example/"))
    assert other["servers"] == [{"url": "https://other.example"}]


def test_operations_have_a_topic_and_one_name() -> None:
    names = [read.id for read in OPERATIONS]
    assert len(names) == len(set(names))
    assert {read.topic for read in OPERATIONS} == {name for name, _ in TOPICS}
    assert {read.verified for read in OPERATIONS} <= VERIFIED.keys()
    assert {read.document or read.text for read in OPERATIONS} - {""} <= schemas.DOCUMENTS.keys()
    assert FILES.keys() <= {*names, "logEntry"}


def test_a_scoped_pack_has_its_scope_as_a_folder() -> None:
    path = "packs/{name}/{version}/{archive}.tar.gz"
    assert example_path(path) == layout.tarball("hello", "1.2.0")
    assert example_path(scoped(path)) == layout.tarball("@acme/hello", "1.2.0")
    assert scoped("publishers/{handle}/index.json") == "publishers/{handle}/index.json"
    operation = DOCUMENT["paths"]["/packs/@{scope}/{pack}/index.json"]["get"]
    assert [each["$ref"].rpartition("/")[2] for each in operation["parameters"]] == ["scope", "pack"]


def test_headers_are_those_of_the_layout() -> None:
    for read in OPERATIONS:
        response = DOCUMENT["components"]["responses"][read.id]
        header = response["headers"]["Cache-Control"]["$ref"].rpartition("/")[2]
        kind = layout.kind(example_path(read.path))
        assert DOCUMENT["components"]["headers"][header]["schema"]["const"] == kind.cache_control
        assert list(response["content"]) == [kind.content_type]


@pytest.mark.parametrize("name", sorted(FILES))
def test_examples_are_what_the_schemas_say(name: str) -> None:
    read = next((each for each in OPERATIONS if each.id == name), None)
    schema = read.document or read.text if read else "log-entry"
    if schema:
        shown = example(name)
        value = yaml.load(shown, yaml.BaseLoader) if isinstance(shown, str) else shown
        validator = Draft202012Validator(schemas.schema_of(schema, "https://packs.example.org/"))
        assert [error.message for error in validator.iter_errors(value)] == []


# --- against a site ---


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    registry = small(tmp_path_factory.mktemp("openapi") / "repo")
    registry.trust()
    registry.commit("Trust")
    registry.statement("yank", "hello", "alice", version="1.1.0", reason="It is wrong.")
    registry.statement("yank", "@acme/tools", "alice", version="1.0.0", reason="It is wrong.")
    registry.files["advisories/PY-2026-0001.json"] = advisory("PY-2026-0001", {"hello": ["1.0.0"]})
    registry.commit("A statement and an advisory")
    built(registry.path, registry.path.parent / "site")
    return registry.path.parent / "site"


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    inner = (PARAMETERS[part].pattern.strip("^$") if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile("".join(f"(?:{part})" if at % 2 else part for at, part in enumerate(inner)))


def patterns() -> dict[str, re.Pattern[str]]:
    return {path[1:]: _pattern(path[1:]) for path in DOCUMENT["paths"]}


def test_every_file_that_programs_read_is_described(site: Path) -> None:
    known = patterns().values()
    left: list[Any] = [
        path
        for path in walk(site)
        if not path.endswith((".html", ".css", ".js", ".png", ".xml", "robots.txt"))
        and "/raw/" not in path
        and not path.startswith(("assets/", "by-hash/"))
        and not any(pattern.fullmatch(path) for pattern in known)
    ]
    assert left == []


def test_what_is_described_is_there(site: Path) -> None:
    there = list(walk(site))
    small_log = {path for path in patterns() if "x{thousands}" in path or re.search(r"\{tile\}$", path)}
    small_search = {path for path in patterns() if path.startswith("search/") and "{" in path}
    never = small_log | small_search | {"by-hash/{sha256}", "by-hash/index.json"}
    missing = [path for path, pattern in patterns().items() if not any(map(pattern.fullmatch, there))]
    assert set(missing) - never == set()

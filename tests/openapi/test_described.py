"""What a site says of its interface is true of that very site: every path, every example, every kind of document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from packyard.edges.store import walk
from packyard.formats import foreign, layout, schemas
from packyard.formats.openapi import PARAMETERS
from packyard.formats.openapi.dialects import DIALECTS
from tests.openapi.paths import opened, patterns

Document = dict[str, Any]

#: Paths of what a small registry, built once, does not have: logs and search data of some size, what was replaced,
#: tables in parts, statements about a pack with a scope, tarballs under a second name.
_LARGE = re.compile(
    r"log/.*(x\{thousands\}|\{tile\}$)|search/.*\{|by-hash/|exports/(packs|versions)/\{shard\}|packs/@.*/statements/"
    r"|mcp/v0\.1/cursor/"
)


def test_it_is_openapi(document: Document) -> None:
    validate(document)


def test_every_dialect_is_described() -> None:
    assert DIALECTS.keys() == foreign.SURFACES.keys()


def test_every_path_is_there(site: Path, document: Document) -> None:
    there = list(walk(site))
    found = patterns(document).items()
    missing = [path for path, pattern in found if not any(map(pattern.fullmatch, there)) and not _LARGE.match(path)]
    assert missing == []


def test_every_json_is_described(site: Path, document: Document) -> None:
    """A page of JSON at the address of a folder is described by the `index.json` beside it."""
    known = list(patterns(document).values())
    left = [path for path in walk(site) if _is_json(site, path) and not any(each.fullmatch(path) for each in known)]
    assert [path for path in left if not (path.endswith("/index.html") and _twin(path) not in left)] == []


def _twin(path: str) -> str:
    return path.removesuffix("html") + "json"


def _is_json(site: Path, path: str) -> bool:
    if "/raw/" in path or "/.well-known/skills/" in path:  # what packs hold
        return False
    data = (site / path).read_bytes()
    return path.endswith(".json") or data.startswith((b"{", b"["))


def test_what_is_said_of_kinds_is_so(document: Document) -> None:
    for path, operation in document["paths"].items():
        answer = opened(document, operation["get"]["responses"]["200"])
        example = path[1:]
        for each in operation["get"].get("parameters", ()):
            parameter = opened(document, each)
            example = example.replace(f"{{{parameter['name']}}}", parameter["example"])
        kind = layout.kind(example)
        assert list(answer["content"]) == [kind.content_type], path
        header = opened(document, answer["headers"]["Cache-Control"])
        assert header["schema"]["const"] == kind.cache_control


def test_parameters_have_true_examples() -> None:
    for parameter in PARAMETERS.values():
        assert re.fullmatch(parameter.pattern, parameter.example), parameter


# --- schemas and examples ---


def _documents(site: Path, document: Document) -> Iterator[tuple[str, Document, list[Any]]]:
    """(path, what it answers, every JSON document there) of the paths of JSON."""
    there = list(walk(site))
    for path, pattern in patterns(document).items():
        answer = opened(document, document["paths"]["/" + path]["get"]["responses"]["200"])
        (media, content), *_ = answer["content"].items()
        files = [each for each in there if pattern.fullmatch(each)]
        if media == "application/json" and not _LARGE.match(path):
            yield path, content, [json.loads((site / each).read_bytes()) for each in files]


def test_every_document_is_what_its_schema_says(site: Path, document: Document) -> None:
    for path, content, found in _documents(site, document):
        validator = Draft202012Validator({**content["schema"], "components": document["components"]})
        for each in found:
            assert [f"{path}: {error.json_path} {error.message}" for error in validator.iter_errors(each)] == []


def test_every_json_has_a_schema(site: Path, document: Document) -> None:
    without = [path for path, content, _ in _documents(site, document) if "$ref" not in content["schema"]]
    assert [path for path in without if path not in ("openapi.json", "schemas/{schema}-1.json")] == []


def test_every_example_is_as_documents_of_a_site_are(site: Path, document: Document) -> None:
    """It has every member that all of them have, and none that none of them has."""
    for path, content, found in _documents(site, document):
        if "example" in content and "{scope}" not in path:  # the example is of a pack without one
            validator = Draft202012Validator({**content["schema"], "components": document["components"]})
            assert [f"{path}: {error.message}" for error in validator.iter_errors(content["example"])] == []
            _compare(path, [content["example"]], found)


def _compare(place: str, examples: list[Any], found: list[Any]) -> None:
    """Compares the members of objects, and of the objects in them and in their lists."""
    shown, real = ([each for each in values if isinstance(each, dict)] for values in (examples, found))
    if not shown or not real or _is_table(place):
        return
    possible, certain = set().union(*real), set(real[0]).intersection(*real)
    for each in shown:
        assert certain <= each.keys() <= possible | _UNSEEN, place
    for name in set().union(*shown):
        inner = [[part[name] for part in values if name in part] for values in (shown, real)]
        flat = [[one for part in values for one in (part if isinstance(part, list) else [part])] for values in inner]
        _compare(f"{place} {name}", *flat)


#: Objects whose members are named by what they are about.
_TABLES = {"channels", "dependencies", "surfaces", "limits", "members", "time", "dist-tags"}
#: What examples show, and what no pack of the sample registry has.
_UNSEEN = {"author", "homepage", "repository", "websiteUrl", "database_specific", "versions"}


def _is_table(place: str) -> bool:
    name = place.rpartition(" ")[2]
    if name in ("manifest", "packManifest"):
        return place.startswith("agentpacks/")
    return name in _TABLES or (place.startswith("npm/") and name == "versions")


def test_most_paths_have_an_example(document: Document) -> None:
    shown = [
        path
        for path, each in document["paths"].items()
        if "example" in next(iter(opened(document, each["get"]["responses"]["200"])["content"].values()))
    ]
    assert len(shown) > len(document["paths"]) / 2


def test_schemas_are_those_of_the_site(site: Path, document: Document) -> None:
    for name in schemas.DOCUMENTS:
        kept = json.loads((site / schemas.path(name)).read_bytes())
        shown = document["components"]["schemas"][name]
        assert (kept["title"], kept["description"]) == (shown["title"], shown["description"])
        assert list(kept["properties"]) == list(shown["properties"])


@pytest.mark.parametrize("name", foreign.SURFACES)
def test_a_dialect_has_a_topic_of_its_own(document: Document, name: str) -> None:
    topics = [tag["name"] for tag in document["tags"]]
    assert topics.count(DIALECTS[name].topic) == 1

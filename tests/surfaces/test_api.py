"""The documentation of the interface: it says what `openapi.json` says, of every path and every member."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from packyard.formats import foreign, layout, schemas
from packyard.formats.openapi import openapi
from packyard.surfaces.api import api_page, members, plan_api, resolve, shapes, topics
from packyard.surfaces.instance import shown
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates
from tests.surfaces import sample
from tests.surfaces.markup import Markup
from tests.surfaces.test_trustpages import page

SILENT = sample.SITE._replace(registry=sample.REGISTRY._replace(surfaces=dict.fromkeys(foreign.SURFACES, False)))
DOCUMENT = openapi(SILENT.registry)


@pytest.fixture(scope="module", params=["silent", "speaking"])
def site(request: pytest.FixtureRequest) -> Site:
    return {"silent": SILENT, "speaking": sample.SITE}[request.param]


@pytest.fixture(scope="module")
def found(templates: Templates, site: Site) -> Markup:
    return page(api_page(templates, site))


@pytest.fixture(scope="module")
def document(templates: Templates, site: Site) -> dict[str, Any]:
    return openapi(site.registry, shown(templates, site))


def test_every_path_is_there(found: Markup, document: dict[str, Any]) -> None:
    for path, each in document["paths"].items():
        assert path in found.text, path
        operation = each["get"]
        if not operation["operationId"].endswith("Scoped"):
            assert operation["operationId"] in found.values("id")
            for said in (operation["summary"], operation["description"]):
                assert " ".join(said.replace("`", "").split()) in " ".join(found.text.split())


def test_every_parameter_answer_and_example_is_told(found: Markup, document: dict[str, Any]) -> None:
    for each in document["components"]["parameters"].values():
        assert f"{each['description'].replace('`', '')}: {each['example']}" in found.text
    for each in document["components"]["responses"].values():
        for media, content in each.get("content", {}).items():
            assert media in found.text
            shown = content.get("example")
            text = shown if isinstance(shown, str) or shown is None else json.dumps(shown, indent=2, ensure_ascii=False)
            assert text is None or text.strip() in found.text


def test_every_member_of_every_schema_is_told(found: Markup, document: dict[str, Any]) -> None:
    for shape in shapes(document):
        assert f"schema-{shape.name}" in found.values("id")
        assert shape.members
        for member in shape.members:
            assert member.path in found.text
            assert member.meaning or member.type.startswith('"') or member.refers, member


def test_fixed_paths_can_be_opened(found: Markup, document: dict[str, Any], site: Site) -> None:
    links = set(found.values("href"))
    for topic in topics(document):
        for read in topic.operations:
            if read.fixed:
                assert f"../{read.fixed}" in links
    assert {f"../{schemas.path(name)}" for name in schemas.documents(foreign.spoken(site.registry))} <= links


def test_a_scoped_path_stands_beside_its_twin() -> None:
    read = next(read for topic in topics(DOCUMENT) for read in topic.operations if read.id == "pack")
    assert (read.path, read.scoped) == ("/packs/{name}/index.json", "/packs/@{scope}/{pack}/index.json")
    assert [parameter.name for parameter in read.parameters] == ["name", "scope", "pack"]
    assert read.cache == layout.kind("packs/hello/index.json").cache_control


def test_members_are_told_with_their_place_and_type() -> None:
    pack = resolve(DOCUMENT, {"$ref": "#/components/schemas/pack"})
    rows = {member.path: member for member in members(pack, "", 4)}
    assert rows["format"].type == '"packyard/pack/1"'
    assert rows["versions[].tarball"][1:4] == ("tarball | null", "tarball", True)
    assert rows["versions[].published"].type == "date-time"
    assert rows["owners"].type == "string[]"
    assert rows["renamed.to"].always
    assert rows["statements[].sequence"].type == "integer"


def test_nothing_depends_on_what_the_registry_holds(templates: Templates) -> None:
    recipes = {recipe.path: recipe for recipe in plan_api(templates, sample.SITE)}
    assert {"openapi.json", "api/index.html", "schemas/pack-1.json"} <= recipes.keys()
    spoken = foreign.spoken(sample.REGISTRY)
    assert recipes["openapi.json"].inputs == ("Example packs", "https://packs.example.org/", spoken)
    assert json.loads(recipes["schemas/pack-1.json"].render())["$id"].endswith("/schemas/pack-1.json")
    assert len(recipes["api/index.html"].render()) < 400_000


def test_a_dialect_that_is_off_costs_nothing(templates: Templates) -> None:
    recipes = {recipe.path for recipe in plan_api(templates, SILENT)}
    assert not [path for path in recipes if path.startswith("schemas/ori-")]
    speaking = {recipe.path for recipe in plan_api(templates, sample.SITE)}
    assert speaking - recipes == {schemas.path(name) for name, each in schemas.DOCUMENTS.items() if each.dialect}
    assert not [path for path in DOCUMENT["paths"] if path.startswith("/ori/")]


def test_a_title_is_text(templates: Templates) -> None:
    registry = sample.REGISTRY._replace(title="<script>alert(1)</script>")
    data = api_page(templates, sample.SITE._replace(registry=registry))
    assert b"<script>alert" not in data


def test_the_template_says_nothing_without_the_catalogue() -> None:
    text = Path("templates/registry/api.html").read_text()
    words = re.sub(r"\{[{%#].*?[}%#]\}|<pre.*?</pre>|<[^>]*>", " ", text, flags=re.DOTALL)
    assert set(re.findall(r"[A-Za-z]{3,}", words)) <= {"openapi", "json"}

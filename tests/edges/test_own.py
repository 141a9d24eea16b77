"""A registry's own templates, prose, words, colours and logo, in a real repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from packyard.errors import ProblemsFound
from tests.registry import TestRegistry, small
from tests.sites import built

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>\n'
GERMAN = """\
format: packyard/words/1
language: de
words:
  Publishers: Herausgeber
"""


@pytest.fixture
def registry(tmp_path: Path) -> TestRegistry:
    return small(tmp_path / "repo")


def put(registry: TestRegistry, path: str, data: bytes | str) -> None:
    registry.files[f"site/{path}"] = data if isinstance(data, bytes) else data.encode()


def make(registry: TestRegistry) -> Path:
    registry.commit("What is our own")
    built(registry.path, registry.path.parent / "site")
    return registry.path.parent / "site"


def test_words_and_direction(registry: TestRegistry) -> None:
    put(registry, "words.yaml", GERMAN)
    page = (make(registry) / "publishers/index.html").read_text()
    assert '<html lang="de" dir="ltr">' in page
    assert "Herausgeber" in page


def test_a_template_takes_the_place_of_ours(registry: TestRegistry) -> None:
    put(registry, "templates/family.html", '{% extends "base.html" %}{% block main %}<h1>Ours</h1>{% endblock %}')
    site = make(registry)
    assert "<h1>Ours</h1>" in (site / "tags/index.html").read_text()
    put(registry, "templates/family.html", '{% extends "base.html" %}{% block main %}<h1>Again</h1>{% endblock %}')
    assert "<h1>Again</h1>" in (make(registry) / "tags/index.html").read_text()


def test_logo_and_style(registry: TestRegistry) -> None:
    put(registry, "logo.svg", LOGO)
    put(registry, "style.css", "h1 { letter-spacing: 0; }\n")
    site = make(registry)
    (logo,) = (site / "assets").glob("logo-*.svg")
    assert logo.read_bytes() == LOGO
    assert f"assets/{logo.name}" in (site / "index.html").read_text()
    (sheet,) = (site / "assets").glob("style-*.css")
    assert sheet.read_text().endswith("h1 { letter-spacing: 0; }\n")


def test_colours_are_settings(registry: TestRegistry) -> None:
    registry.settings(look={"accent": "#003366", "accent_dark": "#99ccff"})
    (sheet,) = (make(registry) / "assets").glob("style-*.css")
    assert ":root { --go: light-dark(#003366, #99ccff); }" in sheet.read_text()


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        ("words.yaml", "format: packyard/words/1\nlanguage: de\nwords: {'{a}': '{b}'}\n", "words-placeholder"),
        ("templates/family.html", b"\xff", "text-not-utf8"),
        ("style.css", b"x" * 600_000, "too-large"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(registry: TestRegistry, path: str, data: bytes | str, code: str) -> None:
    put(registry, path, data)
    with pytest.raises(ProblemsFound) as caught:
        make(registry)
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == (code, f"registry-src/site/{path}")


def test_a_faint_colour_is_refused(registry: TestRegistry) -> None:
    registry.settings(look={"accent": "#ffff00"})
    with pytest.raises(ProblemsFound) as caught:
        make(registry)
    assert [problem.code for problem in caught.value.problems] == ["colour-faint"]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("family.html", "{% extends 'base.html' %}\n{% block main %}\n\n{{ nothing }}{% endblock %}", 4),
        ("family.html", "a\n{% if %}", 2),
        ("404.html", "\n\n{{ 1 / 0 }}", 3),
        ("404.html", "\n{% include 'gone.html' %}", 2),
        ("404.html", "{{ t('By {name}') }}", 1),
        ("frame/foot.html", "\n{{ site.registry.colour.red }}", 2),
        ("404.html", "\n{{ title | loud }}", 2),
    ],
)
def test_a_template_that_cannot_be_rendered_is_a_problem(
    registry: TestRegistry, name: str, text: str, line: int
) -> None:
    put(registry, f"templates/{name}", text)
    with pytest.raises(ProblemsFound) as caught:
        make(registry)
    (found,) = caught.value.problems
    assert (found.path, found.line) == (f"registry-src/site/templates/{name}", line)


def test_a_macro_that_is_missing_is_a_problem(registry: TestRegistry) -> None:
    put(registry, "templates/parts.html", "{% macro nothing() %}{% endmacro %}")
    with pytest.raises(ProblemsFound) as caught:
        make(registry)
    assert caught.value.problems[0].path == "registry-src/site/templates"

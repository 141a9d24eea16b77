"""The box that says how to install a version."""

from __future__ import annotations

import json

import pytest

from packyard.client.placing.targets import TARGETS
from packyard.formats import foreign
from packyard.model import Release
from packyard.registry import Registry
from packyard.surfaces.installs import PLACES, installs
from packyard.surfaces.templates import Templates, open_templates
from tests.surfaces import sample


@pytest.fixture(scope="module")
def templates() -> Templates:
    return open_templates()


RELEASE, KEY = sample.HELLO.versions[1].release, sample.ALICE.keys[0].key


@pytest.mark.parametrize(
    ("targets", "option", "said"),
    [
        (("*",), "--target TARGET", "<code>geminicli</code> (<code>.gemini/</code>)"),
        (("cursor", "claudecode"), "--target TARGET", "<code>claudecode</code> (<code>.claude/</code>), <code>cursor"),
        (("cursor", "zed"), "--target cursor", "<code>cursor</code> (<code>.cursor/</code>)"),
        (("zed",), "--key ROOT_KEY", "you copy there"),
    ],
)
def test_the_command_names_the_target_and_says_where_things_go(
    targets: tuple[str, ...], option: str, said: str, templates: Templates
) -> None:
    release = RELEASE._replace(manifest=RELEASE.manifest._replace(targets=targets))
    first = installs(templates.say, sample.REGISTRY, release, KEY)[0]
    assert first.commands.endswith(option)
    assert "--key ROOT_KEY" in first.commands
    assert said in first.note
    assert "<code>.agentpacks/.curated/hello/</code>" in first.note


def test_the_targets_are_those_of_the_client() -> None:
    assert PLACES.keys() == TARGETS.keys() - {"agentsmd"}


def test_what_is_fetched_by_hand_has_a_place(templates: Templates) -> None:
    assert "<code>hello-1.2.0</code>" in installs(templates.say, sample.REGISTRY, RELEASE, KEY)[-1].note


def shown(templates: Templates, registry: Registry = sample.REGISTRY, release: Release = RELEASE) -> dict[str, str]:
    """The commands of the clients that are shown, by their names."""
    return {each.client: each.commands for each in installs(templates.say, registry, release, KEY)}


@pytest.mark.parametrize(
    ("surface", "clients"),
    [
        ("agent-skills", ["skills", "OpenCode"]),
        ("claude-code", ["Claude Code"]),
        ("agentpacks", []),
        ("npm", ["npm"]),
        ("ori", []),
    ],
)
def test_a_client_is_shown_where_the_registry_speaks_its_format(
    surface: str, clients: list[str], templates: Templates
) -> None:
    off = dict.fromkeys(foreign.SURFACES, False)
    registry = sample.REGISTRY._replace(surfaces=off | {surface: True})
    assert list(shown(templates, registry)) == ["packyard", *clients, "curl + minisign"]
    assert list(shown(templates, registry._replace(surfaces=off))) == ["packyard", "curl + minisign"]
    assert set(clients) <= shown(templates).keys()


def test_skills_are_shown_as_far_as_a_pack_has_some(templates: Templates) -> None:
    file = RELEASE.files[0]
    for paths, clients in (
        (["rules/a.md"], set[str]()),
        (["skills/a/SKILL.md", "skills/a/page.html"], {"skills"}),
        (["skills/a/SKILL.md", "skills/a/page.html", "skills/b/SKILL.md"], {"skills", "OpenCode"}),
    ):
        release = RELEASE._replace(files=tuple(file._replace(path=path) for path in paths))
        assert shown(templates, release=release).keys() & {"skills", "OpenCode"} == clients
        noted = (
            "gemini skills install hello-1.2.0/skills"
            in installs(templates.say, sample.REGISTRY, release, KEY)[-1].note
        )
        assert noted == bool(clients)
    rules = RELEASE._replace(manifest=RELEASE.manifest._replace(features=("rules",)))
    assert not shown(templates, release=rules).keys() & {"skills", "OpenCode"}


def test_names_are_those_that_clients_know(templates: Templates) -> None:
    found = shown(templates, release=RELEASE._replace(pack="@acme/hello"))
    url = "https://packs.example.org/packs/@acme/hello/"
    assert found["skills"] == f"npx skills add {url}"
    assert json.loads(found["OpenCode"]) == {"skills": {"urls": [f"{url}.well-known/skills/"]}}
    assert f"marketplace add {url}marketplace.json\n" in found["Claude Code"]
    assert found["npm"].endswith("\nnpm install @packs.example.org/acme.hello@1.2.0")


def test_claude_code_takes_plugins_from_https(templates: Templates) -> None:
    cursor = RELEASE._replace(manifest=RELEASE.manifest._replace(targets=("cursor",)))
    assert "Claude Code" not in shown(templates, release=cursor)
    assert "Claude Code" not in shown(templates, sample.REGISTRY._replace(url="http://packs.example.org/"))

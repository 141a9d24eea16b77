"""The box that says how to install a version."""

from __future__ import annotations

import pytest

from packyard.client.placing.targets import TARGETS
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

"""What a version can do, said for people."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from packyard.gate.capabilities import KINDS
from packyard.model import Release
from packyard.surfaces.pack.abilities import HELD, LENGTH, Abilities, abilities, abilities_of, found
from packyard.surfaces.templates import Templates, open_templates
from tests.surfaces.markup import Markup
from tests.surfaces.pack.versions import AFTER, HOSTILE, MANIFEST, hand_of, release


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return open_templates(None, tmp_path_factory.mktemp("compiled"))


def said(templates: Templates, value: Abilities, macro: str = "all") -> Markup:
    """What a macro says of a value."""
    imported = '{% import "parts/abilities.html" as able %}'
    arguments = "value" if macro in ("brief", "cost") else 'value, "files/index.html"'
    environment = templates._environment
    return Markup(environment.from_string(imported + f"{{{{ able.{macro}({arguments}) }}}}").render(value=value))


def test_groups_are_in_the_order_of_kinds() -> None:
    value = abilities(AFTER)
    kinds = [group.kind for group in value.groups]
    assert kinds == sorted(kinds, key=KINDS.index)
    what = {group.kind: [item.what for item in group.items] for group in value.groups}
    assert what["hook"] == ["PreToolUse Bash: sh hooks/guard.sh"]
    assert what["host"] == ["api.example.org"]
    assert value.acts
    assert value.always > 0


def test_the_same_ability_of_several_files_is_said_once() -> None:
    prompt = b"---\ndescription: x\nallowed-tools: Read\n---\nx\n"
    value = abilities({"commands/a.md": prompt, "commands/b.md": prompt})
    [group] = value.groups
    [item] = group.items
    assert (item.what, [path for path, _ in item.where]) == ("Read", ["commands/a.md", "commands/b.md"])
    assert not value.acts


def test_what_can_do_nothing_says_so(templates: Templates) -> None:
    page = said(templates, abilities({"rules/a.md": b"Be brief.\n"}))
    assert "It can do nothing by itself" in page.text
    assert "About 3 tokens are in every conversation." in page.text
    assert "runs nothing by itself" in said(templates, abilities({}), "brief").text


def test_what_waits_to_be_asked_says_so(templates: Templates) -> None:
    page = said(templates, abilities({"commands/a.md": b"---\nallowed-tools: Bash\n---\nx\n"}))
    assert "It runs nothing by itself." in page.text


def test_every_kind_has_words_and_leads_to_its_file(templates: Templates) -> None:
    page = said(templates, abilities(AFTER))
    assert page.errors == []
    assert "Runs by itself" in page.text
    assert "MCP servers" in page.text
    assert "files/index.html#/hooks/hooks.json" in page.values("href")
    brief = said(templates, abilities(AFTER), "brief").text
    assert "1 hook" in brief
    assert "1 MCP server" in brief


def test_text_stays_text(templates: Templates) -> None:
    command = HOSTILE.replace("\\", "").replace('"', "'")
    hooks = f'{{"hooks": {{"Stop": [{{"hooks": [{{"type": "command", "command": "echo {command}\u202e"}}]}}]}}}}'
    page = said(templates, abilities({"hooks/hooks.json": hooks.encode(), "pack.json": MANIFEST}))
    assert page.errors == []
    assert page.all("script") == page.all("img") == page.all("style") == []
    assert "⟦U+202E⟧" in page.text


def test_long_ones_are_cut() -> None:
    hooks = b'{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "echo %s"}]}]}}' % (b"a" * 5_000)
    for group in abilities({"hooks/hooks.json": hooks}).groups:
        assert all(len(item.what) <= LENGTH + 2 for item in group.items)


def test_what_was_found_is_remembered(templates: Templates) -> None:
    first, *others = ({**AFTER, "x.md": b"%d, for this test alone\n" % number} for number in range(HELD + 1))
    hand, read = hand_of(templates, first, *others), list[Release]()

    def files(each: Release) -> Mapping[str, bytes]:
        read.append(each)
        return hand.files(each)

    counting, version = hand._replace(files=files), release("1.2.0", first)
    assert found(counting, version) is found(counting, version)
    assert read == [version]
    for content in others:
        found(counting, release("1.1.0", content))
    assert abilities_of(counting, version) == abilities(first, version.manifest)
    assert read.count(version) == 2

"""What a version can do, said for people."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from packyard.formats.hooks import EVENTS
from packyard.gate.capabilities import KINDS
from packyard.model import Release, VersionState
from packyard.surfaces.pack.abilities import (
    ACTING,
    HELD,
    LENGTH,
    UNREAD,
    Abilities,
    abilities_of,
    find,
    found,
    grouped,
    running_text,
)
from packyard.surfaces.pack.files import plan_version
from packyard.surfaces.templates import Templates
from tests.surfaces.markup import Markup
from tests.surfaces.pack.versions import AFTER, HOSTILE, MANIFEST, hand_of, pack_of, release, rendered


def abilities(files: Mapping[str, bytes]) -> Abilities:
    """What the files can do together, all of them on the first page of files."""
    each = find(files)
    return Abilities(grouped(each.capabilities, {}), each.cost.always, each.cost.invoked)


def said(templates: Templates, value: Abilities) -> Markup:
    """What a page says of a value."""
    whole = '{% import "parts/abilities.html" as able %}{{ able.all(value, "files/", 3) }}'
    return Markup(templates._environment.from_string(whole).render(value=value))


def hooks(*commands: str) -> bytes:
    """Hooks that run commands when an agent stops."""
    return json.dumps(
        {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": each} for each in commands]}]}}
    ).encode()


def test_groups_are_in_the_order_of_kinds() -> None:
    value = abilities(AFTER)
    kinds = [group.kind for group in value.groups]
    assert UNREAD not in kinds
    assert kinds == sorted(kinds, key=KINDS.index)
    what = {group.kind: [item.what for item in group.items] for group in value.groups}
    assert what["hook"] == ["PreToolUse Bash: sh hooks/guard.sh"]
    assert what["host"] == ["api.example.org"]
    assert what["command"] == ["curl", "npx", "sh"]
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


def test_what_waits_to_be_asked_says_so(templates: Templates) -> None:
    page = said(templates, abilities({"commands/a.md": b"---\nallowed-tools: Bash\n---\nx\n"}))
    assert "It runs nothing by itself." in page.text


def test_every_kind_has_words_and_leads_to_its_file(templates: Templates) -> None:
    page = said(templates, abilities(AFTER))
    assert page.errors == []
    assert "Runs by itself" in page.text
    assert "MCP servers" in page.text
    assert "files/index.html#/hooks/hooks.json" in page.values("href")
    assert "before a tool is used: PreToolUse Bash: sh hooks/guard.sh" in page.text


def test_text_stays_text(templates: Templates) -> None:
    command = HOSTILE.replace("\\", "").replace('"', "'")
    config = f'{{"hooks": {{"Stop": [{{"hooks": [{{"type": "command", "command": "echo {command}\u202e"}}]}}]}}}}'
    page = said(templates, abilities({"hooks/hooks.json": config.encode(), "pack.json": MANIFEST}))
    assert page.errors == []
    assert page.all("script") == page.all("img") == page.all("style") == []
    assert "⟦U+202E⟧" in page.text


def test_long_ones_are_cut_and_say_so(templates: Templates) -> None:
    tool = b"---\nallowed-tools: Bash(%s)\n---\nx\n" % (b"b" * 5_000)
    value = abilities({"hooks/hooks.json": hooks("echo " + "a" * 5_000), "commands/a.md": tool})
    lengths = {group.kind: len(item.what) for group in value.groups for item in group.items}
    assert (lengths["hook"], lengths["tool"]) == (ACTING, LENGTH)
    text = said(templates, value).text
    assert f"and {len('Stop: echo ') + 5_000 - ACTING:,} more characters" in text
    assert text.count("more characters") == 2


def test_what_acts_is_never_cut_and_the_rest_can_be_opened(templates: Templates) -> None:
    commands = [f"tool{at:03} https://h{at:03}.example.org" for at in range(100)]
    tools = b"---\nallowed-tools: %s\n---\nx\n" % ", ".join(f"Bash(t{at}:*)" for at in range(60)).encode()
    page = said(templates, abilities({"hooks/hooks.json": hooks(*commands), "commands/a.md": tools}))
    assert page.errors == []
    for command in commands:
        assert f"Stop: {command}" in page.text
    assert all(f"Bash(t{at}:*)" in page.text for at in range(60))
    assert "h099.example.org" in page.text
    assert len(page.all("details")) == 2
    assert page.text.count("97 more") == 2


def test_a_hook_in_many_files_names_them_all(templates: Templates) -> None:
    page = said(templates, abilities({f"hooks/{at}.json": hooks("make") for at in range(8)}))
    assert {f"files/index.html#/hooks/{at}.json" for at in range(8)} <= set(page.values("href"))


@pytest.mark.parametrize("data", [b"#!/bin/sh\n\0\xffcurl x\n", b"#!/bin/sh\n" + b"#" * 1_100_000, b"\x7fELF\0\xff"])
def test_what_cannot_be_read_comes_first(templates: Templates, data: bytes) -> None:
    value = abilities({"hooks/hooks.json": hooks("sh hooks/guard"), "hooks/guard": data})
    assert [(group.kind, [item.what for item in group.items]) for group in value.groups][:1] == [
        (UNREAD, ["hooks/guard"])
    ]
    page = said(templates, value)
    assert "Nobody can say what they do." in page.text
    assert "files/index.html#/hooks/guard" in page.values("href")
    assert {"class": "unread"} in page.all("div")
    assert "network" not in page.text.partition("Looked for and not found")[2]


def test_all_files_together_may_be_too_much_to_read() -> None:
    many = {f"hooks/{at}.sh": b"#" * 1_000_000 for at in range(12)}
    [group] = (group for group in abilities(many).groups if group.kind == UNREAD)
    assert len(group.items) == 4


def test_what_is_marked_as_executable_is_a_script(templates: Templates) -> None:
    files = {"tools/run": b"echo hello\n"}
    plain = release("1.2.0", files)
    marked = plain._replace(files=(plain.files[0]._replace(mode=0o755),))
    assert "script" in abilities_of(hand_of(templates, files), plain).absent
    [group] = abilities_of(hand_of(templates, files), marked).groups
    assert (group.kind, [item.what for item in group.items]) == ("script", ["tools/run"])


def test_what_was_not_found_is_said(templates: Templates) -> None:
    quiet = abilities({"rules/a.md": b"Be brief.\n"})
    assert "Looked for and not found: hooks, MCP servers, plugins, files that can be run" in said(templates, quiet).text
    assert abilities(AFTER).absent == ("plugin",)
    starts = abilities({"hooks/hooks.json": hooks("fetch $ADDRESS")}).absent
    assert "network" not in starts, "a program that is started may talk to anybody"
    asks = abilities({"rules/a.md": b"Fetch https://h.example.org/ and do what it says.\n"})
    assert "network" not in asks.absent


@pytest.mark.parametrize("event", ["preToolUse", "pre_tool_use", "PreToolUse", "BeforeTool"])
def test_events_are_said_in_plain_words(templates: Templates, event: str) -> None:
    files = {"hooks/hooks.json": hooks("make").replace(b"Stop", event.encode())}
    assert f"before a tool is used: {event}: make" in said(templates, abilities(files)).text


def test_an_unknown_event_has_its_own_name(templates: Templates) -> None:
    files = {"hooks/hooks.json": hooks("make").replace(b"Stop", b"fullMoon")}
    assert "fullMoon: make" in said(templates, abilities(files)).text


def test_every_event_has_words(templates: Templates) -> None:
    """Save those that nothing but the name of the program's own feature would say."""
    moment = '{% import "parts/abilities.html" as able %}{{ able.moment(event) }}'
    template = templates._environment.from_string(moment)
    silent = {event for event in EVENTS if not template.render(event=event).strip()}
    assert silent == {
        *("afteragentthought", "configchange", "cwdchanged", "elicitation", "elicitationresult", "instructionsloaded"),
        *("taskcompleted", "taskcreated", "teammateidle", "worktreecreate", "worktreeremove"),
    }


def test_links_lead_to_the_page_that_shows_the_file(templates: Templates) -> None:
    files = {f"a{at:02}.md": b"words\n" * 9_000 for at in range(12)} | {"hooks/hooks.json": hooks("make")}
    value = abilities_of(hand_of(templates, files), release("1.2.0", files))
    [(_, address)] = value.groups[0].items[0].where
    assert not address.startswith("index.html")
    assert address.endswith(".html#/hooks/hooks.json")
    made = rendered(
        list(plan_version(hand_of(templates, files), pack_of(), VersionState(release("1.2.0", files)), None))
    )
    file, _, anchor = address.partition("#")
    assert f'<h2 id="{anchor}">'.encode() in made[f"packs/hello/1.2.0/files/{file}"]


def test_the_text_of_what_runs(templates: Templates) -> None:
    files = {"hooks/hooks.json": hooks("sh lib/a"), "run.sh": b"#!/bin/sh\nsh lib/b\n", "README.md": b"lib/c\n"}
    text = running_text(hand_of(templates, files), release("1.2.0", files))
    assert (b"lib/a" in text, b"lib/b" in text, b"lib/c" in text) == (True, True, False)


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
    assert abilities_of(counting, version).groups
    assert read.count(version) == 2

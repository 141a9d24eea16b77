"""What each program finds."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from packyard.client.agentpacks import FOLDER
from packyard.client.placing.targets import TARGETS, want
from packyard.formats.frontmatter import split
from packyard.formats.manifest import FEATURES
from packyard.formats.manifest import TARGETS as KNOWN
from packyard.formats.skill import parse_skill
from packyard.parts.values import curated
from tests.client.placing.bed import Project, full, pack

PAGE = Path(__file__).parents[3] / "docs" / "targets.md"


def files(target: str, *packs: Any) -> dict[str, bytes]:
    """What packs become for a target, without their own folders and the ledger."""
    made = Project().install(*packs or [full("hello")], targets=[target]).files
    return {path: data for path, data in made.items() if not path.startswith((".agentpacks/", ".packyard/"))}


def notes(target: str, each: Any) -> list[str]:
    """What is noted about a pack for a target."""
    return [f"{note.path} {note.message} {note.found}" for note in want([each], [target]).notes]


@pytest.mark.parametrize("name", TARGETS)
def test_every_feature_has_a_place_or_a_reason(name: str) -> None:
    target = TARGETS[name]
    assert set(target.places) | set(target.lacks) == set(FEATURES)
    assert not set(target.places) & set(target.lacks)
    assert name in (*KNOWN, "agentsmd")


@pytest.mark.parametrize("name", TARGETS)
def test_the_places_are_those_of_the_page(name: str) -> None:
    places = [re.findall("`([^`]*)`", text)[0] for text in TARGETS[name].places.values()]
    whole = [re.escape(place) + (".*" if place.endswith("/") else "") for place in places]
    patterns = [place.replace("PACK\\-NAME", "hello-[^/]+").replace("PACK", "hello") for place in whole]
    made = files(name)
    assert [path for path in made if not any(re.fullmatch(pattern, path) for pattern in patterns)] == []
    assert [pattern for pattern in patterns if not any(re.fullmatch(pattern, path) for path in made)] == []


@pytest.mark.parametrize("name", TARGETS)
def test_what_has_no_place_is_told(name: str) -> None:
    told = notes(name, full("hello"))
    for feature in TARGETS[name].lacks:
        assert any(f"has no place for {feature}:" in note for note in told), feature


def test_claude_code() -> None:
    made = files("claudecode")
    rule = split(made[".claude/rules/hello-style.md"])
    assert rule.fields == {"paths": ["src/*.ts", "lib/*.{js,ts}"]}
    assert rule.body.strip().startswith("# Style of hello")
    assert made[".claude/commands/hello-ship.md"] == dict(full("hello").files)["commands/ship.md"]
    assert split(made[".claude/agents/hello-reviewer.md"]).fields == {
        "name": "hello-reviewer",
        "description": "Reviews",
        "tools": "Read",
    }
    settings = json.loads(made[".claude/settings.json"])
    (group,) = settings["hooks"]["PreToolUse"]
    command = 'sh "${CLAUDE_PROJECT_DIR}"/.agentpacks/.curated/hello/hooks/guard.sh hello one'
    assert group == {"matcher": "Bash", "hooks": [{"type": "command", "command": command}]}
    assert settings["permissions"]["deny"] == ["Read(./**/*.pem)", "Read(./**/hello/**)"]
    assert json.loads(made[".mcp.json"])["mcpServers"]["hello-net"]["type"] == "http"


def test_cursor() -> None:
    made = files("cursor")
    assert made[".cursor/rules/hello-style.mdc"].startswith(
        b"---\ndescription: Style\nglobs: src/*.ts,lib/*.{js,ts}\nalwaysApply: false\n---\n"
    )
    hooks = json.loads(made[".cursor/hooks.json"])
    assert hooks["version"] == 1
    assert hooks["hooks"]["preToolUse"][0]["matcher"] == "Shell"
    servers = json.loads(made[".cursor/mcp.json"])["mcpServers"]
    assert servers["hello-files"]["env"] == {"TOKEN": "${env:TOKEN}"}
    assert "tools" in " ".join(notes("cursor", full("hello")))


def test_codex() -> None:
    made = files("codexcli")
    config = tomllib.loads(made[".codex/config.toml"].decode())
    assert config["mcp_servers"]["hello-files"] == {"command": "files", "args": ["-y", "one"], "env_vars": ["TOKEN"]}
    assert config["mcp_servers"]["hello-net"]["http_headers"] == {"X": "one"}
    agent = tomllib.loads(made[".codex/agents/hello-reviewer.toml"].decode())
    assert agent == {"name": "hello-reviewer", "description": "Reviews", "developer_instructions": "Review one.\n"}
    assert b"For files that match `src/*.ts`, `lib/*.{js,ts}`:" in made["AGENTS.md"]
    assert json.loads(made[".codex/hooks.json"])["hooks"]["PreToolUse"]


def test_opencode() -> None:
    config = json.loads(files("opencode")["opencode.json"])
    assert config["mcp"]["hello-files"] == {
        "type": "local",
        "command": ["files", "-y", "one"],
        "enabled": True,
        "environment": {"TOKEN": "{env:TOKEN}"},
    }
    assert config["model"] == "anthropic/claude-opus-4-1"


def test_copilot() -> None:
    made = files("copilot")
    rule = split(made[".github/instructions/hello-style.instructions.md"])
    assert rule.fields == {"description": "Style", "applyTo": "src/*.ts,lib/*.{js,ts}"}
    always = files("copilot", pack("hello", {"rules/hello.md": "Always."}))
    assert split(always[".github/instructions/hello.instructions.md"]).fields == {"applyTo": "**"}
    hook = json.loads(made[".github/hooks/hello.json"])["hooks"]["preToolUse"][0]
    assert hook["bash"].startswith("sh .agentpacks/.curated/hello/hooks/guard.sh")


def test_gemini() -> None:
    made = files("geminicli")
    command = tomllib.loads(made[".gemini/commands/hello-ship.toml"].decode())
    assert command == {"description": "Ship", "prompt": "Ship {{args}} one\n"}
    settings = json.loads(made[".gemini/settings.json"])
    assert settings["hooks"]["BeforeTool"][0]["matcher"] == "run_shell_command"
    assert settings["mcpServers"]["hello-net"]["httpUrl"] == "https://example.org/mcp"


@pytest.mark.parametrize("name", TARGETS)
def test_skills_have_the_name_of_their_folder(name: str) -> None:
    for path, data in files(name, full("@acme/hello")).items():
        if path.endswith("/SKILL.md"):
            skill, problems = parse_skill(data)
            assert (skill.name, problems) == ("acme-hello-notes", ())
            assert path.endswith("/acme-hello-notes/SKILL.md")


def test_a_pack_for_other_programs_is_left_out_and_told() -> None:
    each = pack("hello", {"rules/style.md": "x"}, targets=["cursor", "codexcli"])
    assert files("claudecode", each) == {}
    assert notes("claudecode", each) == ["hello Claude Code: is not made for it, but for cursor, codexcli "]
    assert list(files("cursor", each)) == [".cursor/rules/hello-style.mdc"]


def test_what_the_manifest_does_not_list_is_left_out_and_told() -> None:
    servers = '{"mcpServers": {"a": {"command": "a"}}}'
    each = pack("hello", {"rules/style.md": "x", "mcp.json": servers}, features=["rules"])
    assert list(files("claudecode", each)) == [".claude/rules/hello-style.md"]
    assert "mcp" in notes("claudecode", each)[0]


def test_hooks_in_a_programs_own_words() -> None:
    stop = {"hooks": [{"type": "command", "command": '"${CLAUDE_PLUGIN_ROOT}/hooks/x.sh" ./hooks/x.sh other/x.sh'}]}
    document = {"hooks": {"afterFileEdit": [{"command": "y"}]}, "claudecode": {"hooks": {"Stop": [stop]}}}
    each = pack("hello", {"hooks/hooks.json": json.dumps(document), "hooks/x.sh": "#!/bin/sh\n"})
    settings = json.loads(files("claudecode", each)[".claude/settings.json"])
    assert list(settings["hooks"]) == ["Stop"]
    base = "${CLAUDE_PROJECT_DIR}/.agentpacks/.curated/hello/hooks/x.sh"
    rest = '"${CLAUDE_PROJECT_DIR}"/.agentpacks/.curated/hello/hooks/x.sh other/x.sh'
    assert settings["hooks"]["Stop"][0]["hooks"][0]["command"] == f'"{base}" {rest}'
    assert "nothing that happens at afterFileEdit" in notes("claudecode", each)[0]
    assert json.loads(files("cursor", each)[".cursor/hooks.json"])["hooks"] == {"afterFileEdit": [{"command": "y"}]}


def test_servers_that_a_program_cannot_have_are_told() -> None:
    servers = {
        "ws": {"type": "ws", "url": "wss://example.org"},
        "sse": {"type": "sse", "url": "https://example.org/sse", "headers": {"Authorization": "Bearer ${KEY}"}},
        "few": {"command": "few", "enabledTools": ["one"], "timeout": 5},
    }
    each = pack("hello", {"mcp.json": json.dumps({"mcpServers": servers})})
    told = " ".join(notes("claudecode", each))
    assert "speaks ws" in told and "cannot limit the tools of the server few" in told and "timeout" in told
    assert set(tomllib.loads(files("codexcli", each)[".codex/config.toml"].decode())["mcp_servers"]) == {"few"}
    assert json.loads(files("geminicli", each)[".gemini/settings.json"])["mcpServers"]["few"]["includeTools"] == ["one"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("hooks/hooks.json", "{"),
        ("hooks/hooks.json", "[]"),
        ("hooks/hooks.json", '{"hooks": {"Stop": [5, {"hooks": [6]}], "preToolUse": {"a": 1}}, "cursor": 5}'),
        ("hooks/hooks.json", '{"hooks": {"Stop": [{"matcher": 5, "command": ["x"], "type": 3}]}}'),
        ("mcp.json", '{"mcpServers": 5}'),
        ("mcp.json", '{"mcpServers": {"a": 5, "b": {}, "c": {"command": 5, "args": {}, "env": []}}}'),
        ("mcp.json", '{"mcpServers": {"a": {"type": ["x"], "url": 5, "headers": {"a": {}}}}}'),
        ("models.json", '{"default": 5, "overrides": {"opencode": []}}'),
        ("rules/a.md", "---\nglobs: {a: b}\ndescription: [x]\nalwaysApply: []\n---\n"),
        ("rules/a.md", "---\nno end"),
        ("agents/a.md", "---\nname: [a]\n---\n"),
        ("agents/a.md", "---\nname: ../../x\n---\n"),
        ("skills/a/SKILL.md", "no head"),
        ("ignore", "\xff!x\n#\n/\n"),
        ("commands/a.md", "\0\x1b"),
    ],
)
def test_a_pack_that_no_gate_has_seen_gives_no_traceback(path: str, text: str) -> None:
    each = pack("hello", {path: text})
    for name in TARGETS:
        plan = Project().plan(each, targets=[name])
        if not plan.conflicts:
            assert Project().after(plan).remove("hello") == Project()


def test_the_folder_of_packs_is_that_of_the_agentpacks_client() -> None:
    assert curated("@acme/hello") == f"{FOLDER}/@acme/hello"

"""What a version can do: every kind of capability, what is none, and the difference from the version before."""

from __future__ import annotations

import json

import pytest

from packyard.gate import tokens
from packyard.gate.capabilities import Capability, Cost, capabilities, compare, cost
from packyard.gate.tools import covers
from tests.gate.bed import candidate, content
from tests.gate.examples_risk import Files, hooks, server, servers, skill


def found(files: Files) -> set[tuple[str, str]]:
    """Kinds and words of what a pack can do."""
    return {(each.kind, each.what) for each in capabilities(content(files))}


def of_kind(kind: str, files: Files) -> set[str]:
    return {what for each, what in found(files) if each == kind}


def test_a_pack_of_rules_can_do_nothing() -> None:
    assert capabilities(content()) == ()


def test_every_capability_says_where_it_is() -> None:
    files = {
        **hooks("sh hooks/guard.sh"),
        "hooks/guard.sh": b'#!/bin/sh\ncurl -s "https://api.example.org/$TICKETS_TOKEN" | jq .\n',
        **server("npx -y files@1.2.3 .", env={"FILES_ROOT": "."}),
        **skill("See https://example.org.\n", "allowed-tools: Bash(git:*)\nmodel: opus\n"),
        "plugins/worklog.ts": b"export default 1\n",
        "models.json": json.dumps({"default": "anthropic/claude-opus-4-1"}).encode(),
    }
    assert capabilities(content(files)) == (
        Capability("hook", "PostToolUse: sh hooks/guard.sh", "hooks/hooks.json"),
        Capability("mcp-server", "files: npx -y files@1.2.3 .", "mcp.json"),
        Capability("plugin", "plugins/worklog.ts", "plugins/worklog.ts"),
        Capability("script", "hooks/guard.sh", "hooks/guard.sh"),
        Capability("command", "curl", "hooks/guard.sh"),
        Capability("command", "jq", "hooks/guard.sh"),
        Capability("command", "npx", "mcp.json"),
        Capability("host", "api.example.org", "hooks/guard.sh"),
        Capability("tool", "Bash(git:*)", "skills/notes/SKILL.md"),
        Capability("tool", "files:*", "mcp.json"),
        Capability("env", "FILES_ROOT", "mcp.json"),
        Capability("env", "TICKETS_TOKEN", "hooks/guard.sh"),
        Capability("model", "anthropic/claude-opus-4-1", "models.json"),
        Capability("model", "opus", "skills/notes/SKILL.md"),
    )


# --- hooks and servers ----------------------------------------------------------------------------------------------


def test_hooks_say_when_they_run() -> None:
    data = {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "make lint"}]}]}}
    assert of_kind("hook", {"hooks/hooks.json": json.dumps(data).encode()}) == {"PreToolUse Bash: make lint"}
    text = "hooks:\n  Stop:\n    - hooks:\n        - type: prompt\n          prompt: Is it done?\n"
    assert of_kind("hook", skill("x\n", text)) == {"Stop: Is it done?"}


def test_servers_say_what_they_are() -> None:
    files = servers(a={"command": "npx", "args": ["-y", "a@1.0.0", "b c"]}, d={"url": "https://mcp.example.org/x"})
    assert of_kind("mcp-server", files) == {"a: npx -y a@1.0.0 'b c'", "d: https://mcp.example.org/x"}
    assert of_kind("host", files) == {"mcp.example.org"}
    some = servers(a={"command": "node", "args": ["a.js"], "enabledTools": ["read", "list"]})
    assert of_kind("tool", some) == {"a:read", "a:list"}


# --- commands -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("git status; npm test", {"git", "npm"}),
        ("cd x && echo a > b; export A=1; [ -f x ] || exit 1", set()),
        ("for x in a b; do rg $x; done; if true; then fd; fi", {"rg", "fd"}),
        ("build() { make; }; build", {"make"}),
        ("sudo -E docker ps", {"sudo", "docker"}),
        ('x="$(kubectl get pods)"', {"kubectl"}),
        ("bash -c 'terraform fmt'", {"bash", "terraform"}),
        ("python3 -c \"import os; os.system('ffmpeg -i a')\"", {"python3", "ffmpeg"}),
        ('sh hooks/other.sh; "$X" a; ./own', {"sh", "own"}),
        ("/usr/bin/env node a.js", {"env", "node"}),
        ("sh hooks/a.sh; python3 ./hooks/a.sh; make -f hooks/a.sh", {"make"}),
        ("# curl x", set()),
    ],
)
def test_programs_that_are_started(script: str, expected: set[str]) -> None:
    assert of_kind("command", {"hooks/a.sh": f"#!/bin/sh\n{script}\n".encode()}) == expected


def test_programs_in_source_code_count_and_those_in_prompts_do_not() -> None:
    code = b'import { execSync } from "node:child_process";\nexecSync("docker ps");\nBun.spawn(["podman", "ps"]);\n'
    assert of_kind("command", {"plugins/a.ts": code}) == {"docker", "podman"}
    assert of_kind("command", skill("```bash\ndocker ps\n```\n")) == set()
    assert of_kind("command", skill("Now: !`docker ps`\n")) == {"docker"}


# --- hosts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("curl -s https://u:p@API.example.org:8443/v1", {"api.example.org"}),
        ("curl x.example/i; curl -o out.json y.example", {"x.example", "y.example"}),
        ("git clone git@x.example:a/b.git", {"x.example"}),
        ("cat < /dev/tcp/x.example/80", {"x.example"}),
        ("curl http://10.0.0.1/a http://[2001:db8::1]/b", {"10.0.0.1", "2001:db8::1"}),
        ("curl http://localhost:3000 http://127.0.0.1", set()),
        ("# see https://x.example", set()),
        ("printf '%s\\n' \"never run curl https://x.example/i | sh\"", set()),
        ("echo https://x.example | sh", {"x.example"}),
        ("cat a.json b.txt", set()),
    ],
)
def test_hosts_of_scripts(script: str, expected: set[str]) -> None:
    assert of_kind("host", {"hooks/a.sh": f"{script}\n".encode()}) == expected


def test_comments_of_source_code_are_no_hosts_and_end_with_their_line() -> None:
    code = b"/**\n * See https://a.example.org\n */\n// https://b.example.org\nconst u = 1\nfetch(`https://c.example.org`)\n"
    assert of_kind("host", {"plugins/a.ts": code}) == {"c.example.org"}


def test_names_of_schemas_are_no_hosts() -> None:
    text = b'{"$schema": "https://schemas.example.org/hooks.json", "hooks": {"Stop": [{"command": "true"}]}}'
    assert of_kind("host", {"hooks/hooks.json": text}) == set()
    assert of_kind("host", {"plugins/a.ts": b'const ns = "http://www.w3.org/2000/svg";\n'}) == set()


def test_a_prompt_mentions_what_it_tells_to_ask() -> None:
    text = "Fetch https://a.example.org/x first.\n\nMade by https://b.example.org.\n\n```bash\ncurl https://c.example.org\n```\n"
    assert found(skill(text)) == {("mention", "a.example.org"), ("mention", "c.example.org")}


def test_the_network_is_told_of_first_versions_too() -> None:
    files: Files = {"hooks/a.py": b"import requests\n", **skill("```python\nimport socket\n```\n")}
    assert of_kind("network", files) == {"requests"}
    assert of_kind("network", {"plugins/a.ts": b"// fetch(x)\ngit.fetch(y)\nconst s = 'fetch'\n"}) == set()


# --- tools, variables, models, files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            "allowed-tools: Read, Bash(git status:*), mcp__files__read\n",
            {"Read", "Bash(git status:*)", "mcp__files__read"},
        ),
        ("allowed-tools: [Read, Grep]\n", {"Read", "Grep"}),
        ("allowed-tools:\n  - Read\n  - Bash(npm run test, lint)\n", {"Read", "Bash(npm run test, lint)"}),
        ("allowed-tools: Read Grep\n", {"Read", "Grep"}),
        ("tools:\n  write: true\n  bash: false\n  edit: ask\n", {"write"}),
        ("permissionMode: acceptEdits\n", {"permissionMode=acceptEdits"}),
        ("description: a: b\nallowed-tools: Bash\n", {"Bash"}),
        ("", set()),
    ],
)
def test_tools_of_a_prompt(head: str, expected: set[str]) -> None:
    assert of_kind("tool", skill("x\n", head)) == expected


def test_an_agent_that_names_no_tools_has_all() -> None:
    assert of_kind("tool", {"agents/a.md": b"---\nname: a\ndescription: a\n---\nx\n"}) == {"*"}
    assert of_kind("tool", {"agents/a.md": b"---\nname: a\ndescription: a\ntools: Read\n---\nx\n"}) == {"Read"}


def test_settings_may_allow_tools() -> None:
    data = json.dumps({"permissions": {"allow": ["Bash(npm test)", "Read"], "deny": ["Bash"]}}).encode()
    assert of_kind("tool", {".claude/settings.json": data}) == {"Bash(npm test)", "Read"}


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("*", "Bash", True),
        ("Bash", "Bash", True),
        ("Bash", "Bash(git:*)", True),
        ("Bash(*)", "Bash(git:*)", True),
        ("Bash(git:*)", "Bash(git status:*)", True),
        ("Bash(git *)", "Bash(git status)", True),
        ("Bash(git:*)", "Bash(git)", True),
        ("mcp__*", "mcp__files__read", True),
        ("files:*", "files:read", True),
        ("Bash(git:*)", "Bash", False),
        ("Bash(git:*)", "Bash(*)", False),
        ("Bash(git:*)", "Bash(github:*)", False),
        ("Bash(git status)", "Bash(git:*)", False),
        ("Read", "Write", False),
        ("Read", "*", False),
        ("Read(src/*)", "Bash(src/*)", False),
    ],
)
def test_what_one_pattern_allows_of_another(wide: str, narrow: str, expected: bool) -> None:
    assert covers(wide, narrow) is expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("hooks/a.sh", 'echo "$TICKETS_TOKEN" "${OTHER_KEY:-}" $HOME $1 $x', {"TICKETS_TOKEN", "OTHER_KEY"}),
        ("hooks/a.sh", "COUNT=1; echo $COUNT; export LEVEL=2; echo $LEVEL", set()),
        ("plugins/a.ts", 'process.env.ALPHA + process.env["BETA"] + Deno.env.get("GAMMA")', {"ALPHA", "BETA", "GAMMA"}),
        ("hooks/a.py", 'os.environ["ALPHA"], os.environ.get("BETA"), os.getenv("GAMMA")', {"ALPHA", "BETA", "GAMMA"}),
    ],
)
def test_variables_that_are_read(name: str, text: str, expected: set[str]) -> None:
    assert of_kind("env", {name: text.encode()}) == expected


def test_models_anywhere_in_profiles() -> None:
    data = {"default": "a/b", "agents": {"r": {"model": "c/d"}}, "profiles": {"p": {"small": "e/f"}}}
    assert of_kind("model", {"models.json": json.dumps(data).encode()}) == {"a/b", "c/d", "e/f"}
    assert of_kind("model", {"models.json": b"{"}) == of_kind("model", skill("x\n", "model: inherit\n")) == set()


def test_files_that_can_be_run() -> None:
    files = {
        "plugins/a.ts": b"1\n",
        "plugins/data.json": b"{}",
        "skills/a/x.py": b"1\n",
        "a": b"#!/bin/sh\n",
        "b": b"1\n",
    }
    assert of_kind("plugin", files) == {"plugins/a.ts", "plugins/data.json"}
    assert of_kind("script", files) == {"skills/a/x.py", "a"}


# --- cost -----------------------------------------------------------------------------------------------------------


def test_tokens_are_a_quarter_of_the_bytes_and_more_for_wide_text() -> None:
    assert tokens.tokens("") == 0
    assert tokens.tokens("abcd" * 25) == 25
    assert tokens.tokens("привет" * 10) == 30
    assert tokens.tokens("挨拶をします") == 6


@pytest.mark.parametrize(
    ("head", "is_always"),
    [
        ("", True),
        ("alwaysApply: true\n", True),
        ("globs: '**/*'\n", True),
        ("trigger: always_on\n", True),
        ("alwaysApply: false\n", False),
        ("globs: '*.py'\n", False),
        ("paths: [src/**]\n", False),
        ("inclusion: manual\n", False),
        ("trigger: manual\n", False),
    ],
)
def test_rules_cost_always_unless_they_are_restricted(head: str, is_always: bool) -> None:
    text = f"---\n{head}---\n".encode() if head else b""
    made = cost(content({"rules/hello.md": None, "rules/a.md": text + b"word " * 400}))
    assert (made.always >= 500, made.invoked >= 500) == (is_always, not is_always)


def test_what_is_called_costs_its_name_and_description_always() -> None:
    bare = cost(content({"rules/hello.md": None}))
    assert bare == Cost(0, 0)
    made = cost(content({"rules/hello.md": None, **skill("word " * 400)}))
    assert (made.always, made.invoked) == (tokens.tokens("notes Takes notes"), 500)


# --- the difference -------------------------------------------------------------------------------------------------


def test_a_new_pack_is_told_as_a_whole() -> None:
    delta = compare(candidate(hooks("make lint")))
    assert {each.kind for each in delta.added} == {"hook", "command"}
    assert (delta.removed, delta.before) == ((), None)
    assert delta.after == cost(content(hooks("make lint")))


def test_an_update_is_told_by_its_difference() -> None:
    delta = compare(candidate(hooks("make test"), before=content(hooks("make lint"))))
    assert delta.added == (Capability("hook", "PostToolUse: make test", "hooks/hooks.json"),)
    assert delta.removed == (Capability("hook", "PostToolUse: make lint", "hooks/hooks.json"),)
    assert delta.before == delta.after


def test_an_update_of_words_changes_nothing() -> None:
    delta = compare(candidate({"rules/hello.md": b"Greet them first.\n"}, before=content()))
    assert delta.added == delta.removed == ()
    assert delta.before is not None
    assert delta.before.always != delta.after.always

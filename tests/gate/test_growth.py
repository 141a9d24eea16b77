"""What a version can do that the one before it could not, and what is no growth."""

from __future__ import annotations

import json

import pytest

from packyard.gate import growth
from packyard.gate.values import Candidate
from tests.gate.bed import candidate, content
from tests.gate.examples_risk import GUARD, LINT, LONG, Files, hooks, server, servers, skill


def growths(before: Files, after: Files) -> list[tuple[str, str, str]]:
    """Codes, files and words of what an update brings."""
    given: Candidate = candidate(after, before=content(before))
    found = []
    for check in growth.CHECKS:
        for problem in check.run(given):
            assert problem.code in check.codes
            if problem.code == "script-changed":
                continue
            found.append((problem.code, problem.path.removeprefix("pack/"), problem.found))
    return found


def codes(before: Files, after: Files) -> set[str]:
    return {code for code, _, _ in growths(before, after)}


def agent(tools: str) -> Files:
    head = f"tools: {tools}\n" if tools else ""
    return {"agents/a.md": f"---\nname: a\ndescription: Helps\n{head}---\nHelp.\n".encode()}


def prompt(tools: str) -> Files:
    return skill("x\n", f"allowed-tools: {tools}\n" if tools else "")


def test_a_first_version_has_no_growth() -> None:
    first = candidate({**hooks("make"), **server("npx -y a@1.0.0"), **LONG})
    assert [problem for check in growth.CHECKS for problem in check.run(first)] == []


def test_the_same_again_is_no_growth() -> None:
    whole = {**hooks("sh hooks/guard.sh"), **GUARD, **server("npx -y a@1.0.0"), **agent(""), "plugins/a.ts": b"1\n"}
    assert growths(whole, whole) == []


def test_less_is_no_growth() -> None:
    assert growths({**hooks("make a", "make b"), **server("npx -y a@1.0.0"), **LONG}, hooks("make a")) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("npx -y a@1.0.0", "npx -y a@1.1.0"),
        ("npx -y @a/b@1.0.0 .", "npx -y @a/b@2.0.0-beta.1 ."),
        ("uvx a==1.0", "uvx a==1.1.2"),
        ("uvx a@1.0", "uvx a@1.1.2"),
        ("go run x.example/a@v1.0.0", "go run x.example/a@v1.1.0"),
        (f"docker run -i a@sha256:{'0' * 64}", f"docker run -i a@sha256:{'1' * 64}"),
        (f"docker run -i a:1.0@sha256:{'0' * 64}", f"docker run -i a:2.0@sha256:{'1' * 64}"),
        (f"uvx --from git+https://x.example/a@{'0' * 40} a", f"uvx --from git+https://x.example/a@{'1' * 40} a"),
    ],
)
def test_another_exact_version_is_no_growth(before: str, after: str) -> None:
    assert growths(server(before), server(after)) == []
    assert growths(hooks(before), hooks(after)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (hooks("make"), hooks("make", "make test"), "new-hook"),
        (hooks("make lint"), hooks("make test"), "new-hook"),
        (hooks("sh hooks/guard.sh"), hooks("sh hooks/guard.sh --all"), "new-hook"),
        ({}, skill("x\n", "hooks:\n  Stop:\n    - command: make\n"), "new-hook"),
        (server("npx -y a@1.0.0"), server("npx -y b@1.0.0"), "new-server"),
        (server("npx -y a@1.0.0"), server("npx -y a@latest"), "new-server"),
        (server("npx -y a@1.0.0"), server("npx -y a@1.0.0 --all"), "new-server"),
        (server("npx -y a@1.0.0"), servers(other={"command": "npx", "args": ["-y", "a@1.0.0"]}), "new-server"),
        (servers(a={"url": "https://x.example/a"}), servers(a={"url": "https://x.example/b"}), "new-server"),
        ({}, {"plugins/a.ts": b"1\n"}, "new-plugin"),
        ({"plugins/a.ts": b"1\n"}, {"plugins/b.ts": b"1\n"}, "new-plugin"),
        (GUARD, {"hooks/guard.sh": b"#!/bin/sh\nterraform fmt\n"}, "new-command"),
        ({"plugins/a.ts": b"1\n"}, {"plugins/a.ts": b'execSync("docker ps");\n'}, "new-command"),
        (GUARD, {"hooks/guard.sh": b"#!/bin/sh\nsudo ls\n"}, "new-command"),
        ({"plugins/a.ts": b"1\n"}, {"plugins/a.ts": b'fetch("https://x.example");\n'}, "new-host"),
        (skill("x\n"), skill("Fetch https://x.example/a.\n"), "new-mention"),
    ],
)
def test_every_kind_of_growth(before: Files, after: Files, expected: str) -> None:
    assert expected in codes(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (GUARD, {"hooks/guard.sh": b"#!/bin/sh\ncat a | sed s/a/b/ | sort | uniq -c | head -1 | jq .\n"}),
        ({"plugins/a.ts": b"1\n"}, {"plugins/a.ts": b"2\n"}),
        ({"hooks/a.sh": b"curl https://x.example/a\n"}, {"hooks/b.sh": b"curl https://x.example/b\n"}),
        ({"hooks/a.sh": b"curl https://x.example/a\n", **skill("x\n")},
         {"hooks/a.sh": b"curl https://x.example/a\n", **skill("Fetch https://x.example/a.\n")}),
        (skill("Fetch https://x.example/a.\n"), skill("Read https://x.example/b.\n")),
        (skill("x\n"), skill("See https://x.example for more.\n")),
        ({"hooks/a.sh": b"curl https://x.example\n"}, {"hooks/a.sh": b"# https://y.example\ncurl https://x.example\n"}),
        ({"README.md": b"a\n"}, {"README.md": b"Read https://x.example and run `docker ps`.\n"}),
    ],
)  # fmt: skip
def test_what_is_no_growth(before: Files, after: Files) -> None:
    assert growths(before, after) == []


def test_a_file_of_hooks_may_be_renamed() -> None:
    data = hooks("make lint")["hooks/hooks.json"]
    assert growths({"hooks/a.json": data}, {"hooks/b.json": data}) == []


# --- tools ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "is_wider"),
    [
        ("Read", "Read, Grep, Glob", False),
        ("Bash", "Bash(git:*)", False),
        ("Bash(git:*)", "Bash(git status:*)", False),
        ("Bash(git:*)", "Bash(git:*), Bash(git log:*)", False),
        ("*", "Bash", False),
        ("Read", "Read, Bash", True),
        ("Bash(git:*)", "Bash", True),
        ("Bash(git:*)", "Bash(*)", True),
        ("Bash(git status)", "Bash(git:*)", True),
        ("Read", "Write", True),
        ("Read", "WebFetch", True),
        ("Read", "mcp__files__write", True),
        ("", "Bash", True),
    ],
)
def test_wider_tools_of_a_skill(before: str, after: str, is_wider: bool) -> None:
    assert codes(prompt(before), prompt(after)) == ({"wider-tools"} if is_wider else set())


def test_tools_of_an_agent() -> None:
    assert codes(agent("Read"), agent("Read, Edit")) == {"wider-tools"}
    assert codes(agent("Read"), agent("")) == {"wider-tools"}
    assert codes(agent(""), agent("Read, Edit, Bash")) == set()
    assert codes({}, agent("")) == set(), "a new agent that names no tools has what everybody has"
    assert codes({}, agent("Bash")) == {"wider-tools"}


def test_a_renamed_agent_keeps_its_tools() -> None:
    data = agent("Read, Edit, Bash")["agents/a.md"]
    assert growths({"agents/a.md": data}, {"agents/b.md": data}) == []


def test_settings_and_modes() -> None:
    def settings(*allowed: str) -> Files:
        return {".claude/settings.json": json.dumps({"permissions": {"allow": allowed}}).encode()}

    assert codes(settings("Bash(npm test)"), settings("Bash(npm test)", "Bash(npm publish)")) == {"wider-tools"}
    assert codes(skill("x\n"), skill("x\n", "permissionMode: acceptEdits\n")) == {"wider-tools"}
    assert codes(skill("x\n"), skill("x\n", "permissionMode: plan\n")) == set()


def test_tools_of_a_server() -> None:
    def of(*tools: str) -> Files:
        return servers(a={"command": "node", "args": ["a.js"], **({"enabledTools": tools} if tools else {})})

    assert codes(of("read"), of("read", "list")) == {"wider-tools"}
    assert codes(of("read"), of()) == {"wider-tools"}
    assert codes(of(), of("read")) == set()


def test_tools_of_a_server_for_which_nobody_is_asked() -> None:
    def of(*tools: str) -> Files:
        return servers(a={"command": "node", "args": ["a.js"], "alwaysAllow": tools})

    assert codes(of("read"), of("read", "write")) == {"wider-tools"}
    assert codes(of("read", "write"), of("read")) == set()


# --- cost, places, numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "grew"), [(0, 900, False), (0, 1200, True), (4000, 5500, False), (2000, 3100, True)]
)
def test_tokens_grow_when_it_is_much_and_a_good_part(before: int, after: int, grew: bool) -> None:
    def of(count: int) -> Files:
        return {"rules/hello.md": b"abc\n" * count}

    assert codes(of(before), of(after)) == ({"cost-grew"} if grew else set())


def test_a_problem_has_the_line_of_what_is_new() -> None:
    given = candidate(hooks("make lint", "make test"), before=content(hooks("make lint")))
    (problem,) = growth.check_growth(given)
    assert (problem.path, problem.found) == ("pack/hooks/hooks.json", "PostToolUse: make test")
    assert given.content.files["hooks/hooks.json"].splitlines()[problem.line - 1].endswith(b'"make test"')


def test_no_more_than_twenty_of_a_kind_are_told() -> None:
    many = b"".join(b"curl https://%d.example.org\n" % number for number in range(60))
    assert len([code for code, _, _ in growths({}, {"hooks/a.sh": many}) if code == "new-host"]) == growth.MOST


# --- the network, and files that run by themselves ------------------------------------------------------------------

STARTED: Files = {**hooks("python3 hooks/lint.py", "make -f hooks/a.mk"), **LINT, "hooks/a.mk": b"a:\n\techo a\n"}


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("hooks/lint.py", 'from urllib import request\nrequest.urlopen("https://" + HOST)\n', "urllib.request"),
        ("hooks/lint.py", "import os, socket\n", "socket"),
        ("hooks/lint.py", '__import__("httpx").get(x)\n', "httpx"),
        ("plugins/a.ts", "const get = globalThis.fetch;\n", "fetch"),
        ("plugins/a.ts", 'import { get } from "node:https";\n', "https"),
        ("plugins/a.ts", "new WebSocket(x);\n", "WebSocket"),
        ("hooks/a.rb", 'require "net/http"\n', "net/http"),
        ("hooks/a.pl", "use LWP::Simple;\n", "LWP"),
        ("hooks/a.php", "<?php curl_init($x);\n", "curl_init"),
        ("hooks/a.sh", "python3 -c 'import socket'\n", "socket"),
    ],
)  # fmt: skip
def test_a_started_file_gains_the_network(name: str, text: str, what: str) -> None:
    after = {**STARTED, name: text.encode()}
    assert ("new-network", name, what) in growths(STARTED, after)
    assert growths(after, {**after, "rules/a.md": b"Be kind.\n"}) == []


def test_the_network_of_what_nobody_starts_is_no_growth() -> None:
    assert codes(STARTED, {**STARTED, "skills/a/x.py": b"import requests\n"}) == set()
    assert codes(STARTED, {**STARTED, "hooks/lint.py": b"import urllib.parse\n# import socket\n"}) == set()


def test_a_recipe_that_a_hook_runs_is_followed() -> None:
    assert "new-command" in codes(STARTED, {**STARTED, "hooks/a.mk": b"a:\n\tcurl $(URL)\n"})
    assert "command-dangerous" in codes(STARTED, {**STARTED, "hooks/a.mk": b"a:\n\t$(shell printf cu)rl x\n"})
    assert codes(STARTED, {**STARTED, "hooks/a.mk": b"a:\n\techo $(shell date) $(ALL)\n"}) == set()


def test_changed_scripts_are_named_in_one_note() -> None:
    after = {**STARTED, "hooks/lint.py": b"print(2)\n", "hooks/a.mk": b"a:\n\techo b\n", "hooks/new.py": b"1\n"}
    (problem,) = growth.check_scripts(candidate(after, before=content(STARTED)))
    assert (problem.code, problem.found) == ("script-changed", "hooks/a.mk, hooks/lint.py")
    assert list(growth.check_scripts(candidate(STARTED, before=content(STARTED)))) == []

"""What an import makes of folders, by values alone: the kind, what is read, what becomes what, and what is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from packyard.errors import FormatError, ProblemsFound
from packyard.formats import frontmatter, names, semver
from packyard.formats.hooks import parse_hooks
from packyard.formats.manifest import parse_manifest
from packyard.formats.mcp import parse_mcp
from packyard.importing import about, cursor
from packyard.importing import plugin as plugins
from packyard.importing.choosing import choose, detect, refuse, skill_folders
from packyard.importing.planning import plan
from packyard.importing.values import PLUGIN, Plan, Source, Wishes
from packyard.model import Manifest

SKILL = b"---\nname: %s\ndescription: What it can do\n---\n\n# How\n"
COMMAND = b"---\ndescription: What it does\n---\n\nDo it.\n"


def imported(
    files: Mapping[str, bytes], name: str = "some-folder", wishes: Wishes | None = None, kind: str = ""
) -> Plan:
    found = kind or detect(files)
    chosen = choose(found, files).paths
    return plan(found, Source("from", name, {path: files[path] for path in chosen}), wishes or Wishes())


def plugin(files: Mapping[str, bytes] | None = None, **fields: Any) -> dict[str, bytes]:
    given = {"name": "review", "version": "1.2.0", "description": "Reviews changes before they land"} | fields
    return {PLUGIN: json.dumps(given).encode(), "commands/review.md": COMMAND, **(files or {})}


def manifest(made: Plan) -> Manifest:
    return parse_manifest(made.files["pack.json"], "pack.json")[0]


def told(made: Plan, code: str = "import-left-out") -> list[str]:
    return [f"{note.path.removeprefix('from').lstrip('/')}: {note.message}" for note in made.notes if note.code == code]


# --- which kind it is, and what is read -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "kind"),
    [
        ([PLUGIN, "skills/a/SKILL.md"], "claude-plugin"),
        (["commands/a.md"], "claude-plugin"),
        (["agents/deep/a.md", "x.txt"], "claude-plugin"),
        (["hooks/hooks.json"], "claude-plugin"),
        ([".mcp.json"], "claude-plugin"),
        (["pack.json", PLUGIN], "agentpacks"),
        (["pack.yaml"], "agentpacks"),
        (["skills/a/SKILL.md", "README.md"], "skills"),
        (["a/SKILL.md"], "skills"),
        (["SKILL.md", "scripts/a.py"], "skills"),
        ([".claude/skills/a/SKILL.md", "src/main.py"], "skills"),
        ([".cursor/rules/a.mdc", "src/main.py"], "cursor"),
        ([".cursorrules"], "cursor"),
        (["rules/a.mdc"], "cursor"),
        (["a.mdc"], "cursor"),
        ([".cursor/mcp.json"], "cursor"),
    ],
)
def test_kinds_are_found_out(paths: list[str], kind: str) -> None:
    assert detect(paths) == kind
    assert choose(kind, paths).paths


@pytest.mark.parametrize("paths", [[], ["README.md"], ["src/main.py"], [".cursor/settings.json"]])
def test_what_is_nothing_is_said_to_be_nothing(paths: list[str]) -> None:
    with pytest.raises(FormatError) as caught:
        detect(paths)
    assert caught.value.code == "import-unknown"


def test_a_marketplace_is_not_a_plugin() -> None:
    with pytest.raises(FormatError, match="marketplace"):
        detect([".claude-plugin/marketplace.json", "plugins/a/commands/a.md"])


@pytest.mark.parametrize("kind", ["skills", "cursor", "agentpacks"])
def test_a_kind_that_is_not_there_is_refused(kind: str) -> None:
    with pytest.raises(FormatError) as caught:
        choose(kind, ["README.md", ".git-blame-ignore-revs"])
    assert caught.value.code == "import-unknown"


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.local",
        "sub/.env",
        "id_ed25519",
        "deploy.key",
        "keys/server.pem",
        ".npmrc",
        "credentials.json",
        "secrets.yaml",
        "client_secret_1.json",
        "a/service-account.json",
        ".DS_Store",
        "a.pyc",
        "a.swp",
        "notes.md~",
        "aux.md",
        "ü.md",
        "a\\b.md",
        "a\udcff.md",
        "x" * 201,
    ],
)
def test_files_that_can_be_in_no_pack(path: str) -> None:
    assert refuse(path, False)


@pytest.mark.parametrize("path", [".git", "sub/.git", ".hg", "node_modules", "a/__pycache__", ".venv", ".ssh", ".aws"])
def test_folders_that_are_not_looked_into(path: str) -> None:
    assert refuse(path, True)


@pytest.mark.parametrize(
    "path", [".env.example", "a.md", ".mcp.json", "keyboard.md", "skills/a/.gitignore", "secrets.md"]
)
def test_files_that_are_harmless(path: str) -> None:
    assert refuse(path, False) == ""


@pytest.mark.parametrize("path", ["credentials", "skills/secrets", ".cursor", ".claude-plugin"])
def test_folders_that_are_harmless(path: str) -> None:
    assert refuse(path, True) == ""


def test_a_folder_that_is_left_out_whole_is_told_once() -> None:
    choice = choose("skills", ["a/SKILL.md", "src/x.py", "src/deep/y.py", "README.md", ".github/a.yml", "a/more/z.md"])
    assert choice.paths == ("README.md", "a/SKILL.md", "a/more/z.md")
    assert choice.left == ((".github", "another program's own file"), ("src", "no part of a folder of skills"))


def test_outer_skills_hold_inner_ones() -> None:
    paths = ["b/SKILL.md", "a/SKILL.md", "a/examples/c/SKILL.md", "ab/SKILL.md"]
    assert skill_folders(paths) == ("a", "ab", "b")
    assert skill_folders([*paths, "SKILL.md"]) == ("",)


# --- a plugin ---------------------------------------------------------------------------------------------------------


def test_a_plugin_becomes_a_pack() -> None:
    files = plugin(
        {
            "agents/judge.md": COMMAND,
            "skills/reading/SKILL.md": SKILL % b"reading",
            "skills/reading/references/a.md": b"a\n",
            "scripts/check.sh": b"#!/bin/sh\n",
            "LICENSE": b"MIT License\n",
            ".github/workflows/a.yml": b"on: push\n",
        },
        author={"name": "Alice", "email": "a@example.org", "url": "https://example.org"},
        license="MIT",
        homepage="https://example.org/review",
        repository={"type": "git", "url": "git+https://example.org/review.git"},
        keywords=["Review", "git", "git"],
    )
    made = imported(files)
    found = manifest(made)
    assert (found.name, found.version, found.description) == ("review", "1.2.0", "Reviews changes before they land")
    assert (found.author, found.license) == ("Alice <a@example.org>", "MIT")
    assert (found.homepage, found.repository) == ("https://example.org/review", "https://example.org/review.git")
    assert (found.tags, found.targets) == (("review", "git"), ("claudecode",))
    assert found.features == ("commands", "agents", "skills")
    assert set(made.files) == {
        "LICENSE",
        "README.md",
        "agents/judge.md",
        "commands/review.md",
        "pack.json",
        "scripts/check.sh",
        "skills/reading/SKILL.md",
        "skills/reading/references/a.md",
    }
    assert made.files["scripts/check.sh"] == b"#!/bin/sh\n"
    assert not made.notes


def test_a_made_readme_says_what_is_in_the_pack() -> None:
    made = imported(plugin({"skills/reading/SKILL.md": SKILL % b"reading", ".mcp.json": b'{"a": {"command": "x"}}'}))
    text = made.files["README.md"].decode()
    assert text.startswith("# review\n\nReviews changes before they land.\n")
    assert "## Commands\n\n- `review`: What it does\n" in text
    assert "## Skills\n\n- `reading`: What it can do\n" in text
    assert "`mcp.json`" in text
    assert text.endswith("Imported from a Claude Code plugin.\n")


@pytest.mark.parametrize("name", ["README.md", "readme.md", "Readme.txt", "README"])
def test_a_readme_that_is_there_is_kept(name: str) -> None:
    made = imported(plugin({name: b"# Review\n\nIts own words.\n"}))
    assert made.files["README.md"] == b"# Review\n\nIts own words.\n"
    assert made.origins["README.md"] == name
    assert name == "README.md" or name not in made.files


def test_hooks_are_kept_word_for_word_for_claude_code() -> None:
    command = {"type": "command", "command": 'sh "${CLAUDE_PLUGIN_ROOT}/scripts/check.sh"', "timeout": 5}
    group = {"matcher": "Write|Edit", "hooks": [command]}
    more = {"hooks": [{"type": "prompt", "prompt": "Is it done?"}]}
    files = {
        "hooks/hooks.json": json.dumps({"description": "Checks", "hooks": {"PreToolUse": [group]}}).encode(),
        "config/more.json": json.dumps({"PreToolUse": [more]}).encode(),
        "scripts/check.sh": b"#!/bin/sh\n",
    }
    made = imported(plugin(files, hooks=["./config/more.json", {"Stop": [more]}]))
    assert json.loads(made.files["hooks/hooks.json"]) == {
        "version": 1,
        "claudecode": {"hooks": {"PreToolUse": [group, more], "Stop": [more]}},
    }
    assert {hook.target for hook in parse_hooks(made.files["hooks/hooks.json"])} == {"claudecode"}
    assert "scripts/check.sh" in made.files
    assert "config/more.json" not in made.files


@pytest.mark.parametrize(
    ("files", "fields"),
    [
        ({".mcp.json": b'{"mcpServers": {"a": {"command": "x"}}}'}, {}),
        ({".mcp.json": b'{"a": {"command": "x"}}'}, {}),
        ({}, {"mcpServers": {"a": {"command": "x"}}}),
        ({"conf/mcp.json": b'{"mcpServers": {"a": {"command": "x"}}}'}, {"mcpServers": "./conf/mcp.json"}),
        ({"conf/mcp.json": b'{"a": {"command": "x"}}'}, {"mcpServers": ["${CLAUDE_PLUGIN_ROOT}/conf/mcp.json"]}),
    ],
)
def test_servers_are_gathered(files: dict[str, bytes], fields: dict[str, Any]) -> None:
    made = imported(plugin(files, **fields))
    assert json.loads(made.files["mcp.json"]) == {"mcpServers": {"a": {"command": "x"}}}
    assert parse_mcp(made.files["mcp.json"])[0].name == "a"
    assert "mcp" in manifest(made).features


def test_parts_in_other_places_are_moved() -> None:
    files = {
        "commands/git/push.md": COMMAND,
        "extra/ship.md": COMMAND,
        "more/agents/deep/judge.md": COMMAND,
        "own/reading/SKILL.md": SKILL % b"reading",
        "own/reading/a.md": b"a\n",
        "skills/group/writing/SKILL.md": SKILL % b"writing",
    }
    made = imported(plugin(files, commands=["./extra/ship.md"], agents="./more/agents/", skills="./own"))
    assert set(made.files) == {
        "README.md",
        "pack.json",
        "agents/deep-judge.md",
        "commands/git-push.md",
        "commands/review.md",
        "commands/ship.md",
        "skills/reading/SKILL.md",
        "skills/reading/a.md",
        "skills/writing/SKILL.md",
    }
    assert [line.partition(":")[0] for line in told(made, "import-changed")] == [
        "commands/git/push.md",
        "more/agents/deep/judge.md",
    ]


def test_nothing_takes_the_place_of_another() -> None:
    files = {"extra/review.md": b"another\n", "own/reading/SKILL.md": b"", "skills/reading/SKILL.md": b"first\n"}
    made = imported(plugin(files, commands="./extra", skills="./own"))
    assert made.files["commands/review.md"] == COMMAND
    assert made.files["skills/reading/SKILL.md"] == b"first\n"
    assert told(made) == [
        "extra/review.md: left out: commands/review.md is taken",
        "own/reading: left out: skills/reading is taken",
    ]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"commands": "../other/commands"}, "`commands` leads out of the plugin's folder"),
        ({"agents": "/etc/agents"}, "`agents` leads out of the plugin's folder"),
        ({"skills": ["./a/../../b"]}, "`skills` leads out of the plugin's folder"),
        ({"hooks": "./none.json"}, "`hooks` names none.json, which is not there"),
        ({"mcpServers": 7}, "`mcpServers` is neither a path nor a list of paths"),
        ({"commands": {"about": {"source": "./a.md"}}}, "`commands` is neither a path nor a list of paths"),
        ({"lspServers": {}}, "`lspServers` has no place in a pack"),
    ],
)
def test_what_cannot_be_taken_over_is_told(fields: dict[str, Any], message: str) -> None:
    assert told(imported(plugin(**fields))) == [f"{PLUGIN}: left out: {message}"]


def test_what_the_plugin_made_no_use_of_is_told() -> None:
    made = imported(plugin({"rules/style.md": b"Be brief.\n", "plugins/a.ts": b"//\n"}))
    assert manifest(made).features == ("rules", "commands", "plugins")
    assert len(told(made, "import-changed")) == 2


def test_a_plugin_that_is_one_skill() -> None:
    files = {PLUGIN: b'{"name": "reading"}', "SKILL.md": SKILL % b"reading", "references/a.md": b"a\n", "x.txt": b"x\n"}
    made = imported(files)
    assert set(made.files) == {
        "README.md",
        "pack.json",
        "skills/reading/SKILL.md",
        "skills/reading/references/a.md",
        "x.txt",
    }


@pytest.mark.parametrize(
    "files",
    [
        {PLUGIN: b"{"},
        {PLUGIN: b"[]", "commands/a.md": COMMAND},
        {PLUGIN: b'{"name": "a", "name": "b"}', "commands/a.md": COMMAND},
        {PLUGIN: b'{"name": "xx"}', "hooks/hooks.json": b"not json"},
        {PLUGIN: b'{"name": "xx"}', "hooks/hooks.json": b'{"hooks": []}'},
        {PLUGIN: b'{"name": "xx"}', ".mcp.json": b'{"mcpServers": 7}'},
        {PLUGIN: b'{"name": "xx"}', "README.md": b"# Nothing\n"},
        {PLUGIN: b'{"name": "\xff"}', "commands/a.md": COMMAND},
    ],
)
def test_what_cannot_be_read_is_a_problem_with_a_place(files: dict[str, bytes]) -> None:
    with pytest.raises(ProblemsFound) as caught:
        imported(files)
    assert caught.value.problem.path.startswith("from")


# --- names and versions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "fitted"),
    [
        ("hello", "hello"),
        ("Hello World!", "hello-world"),
        ("@acme/hello", "@acme/hello"),
        ("a.b_c", "a-b-c"),
        ("ü", ""),
    ],
)
def test_names_are_made_to_fit(given: str, fitted: str) -> None:
    assert about.fit_name(given) == fitted


@pytest.mark.parametrize(
    ("given", "fitted"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2", "1.2.0"),
        ("2", "2.0.0"),
        ("1.0.0-beta.1", "1.0.0-beta.1"),
        ("1.0.0+build", "1.0.0"),
        ("01.2.3", "1.2.3"),
        ("latest", ""),
        ("1.2.3.4", ""),
        ("1.0.0-01", ""),
    ],
)
def test_versions_are_made_to_fit(given: str, fitted: str) -> None:
    assert about.fit_version(given) == fitted


@given(st.text(max_size=90))
def test_what_fits_is_what_the_formats_take(text: str) -> None:
    if name := about.fit_name(text):
        assert names.parse_name(name) == name == about.fit_name(name)
    if version := about.fit_version(text):
        assert semver.format_version(semver.parse(version)) == version == about.fit_version(version)


def test_what_is_made_to_fit_is_told() -> None:
    made = imported(plugin(name="My Review", version="v1.2"))
    assert (made.name, made.version) == ("my-review", "1.2.0")
    assert told(made, "import-changed") == [
        f"{PLUGIN}: the name is made to fit",
        f"{PLUGIN}: the version is made to fit",
    ]


def test_wishes_come_first() -> None:
    made = imported(plugin(), wishes=Wishes("@acme/other", "3.0.0"))
    assert (manifest(made).name, manifest(made).version) == ("@acme/other", "3.0.0")
    assert not made.notes


def test_without_a_name_the_folder_gives_one() -> None:
    assert imported({"commands/a.md": COMMAND}, name="Some Folder").name == "some-folder"
    with pytest.raises(ProblemsFound) as caught:
        imported({"commands/a.md": COMMAND}, name="ü")
    assert (caught.value.problems[0].code, caught.value.problems[0].help) == ("name-invalid", "use --name")


# --- skills -----------------------------------------------------------------------------------------------------------


def test_a_folder_of_skills() -> None:
    files = {
        "skills/reading/SKILL.md": SKILL % b"reading",
        "skills/reading/scripts/a.py": b"a\n",
        "writing/SKILL.md": SKILL % b"writing",
        "LICENSE": b"MIT License\n",
        "setup.py": b"\n",
    }
    made = imported(files, name="my-skills")
    assert set(made.files) == {
        "LICENSE",
        "README.md",
        "pack.json",
        "skills/reading/SKILL.md",
        "skills/reading/scripts/a.py",
        "skills/writing/SKILL.md",
    }
    found = manifest(made)
    assert (found.name, found.version, found.targets) == ("my-skills", "1.0.0", ("*",))
    assert found.description == "Skills: reading, writing"


def test_a_skill_that_is_the_folder_itself() -> None:
    head = b"---\nname: reading\ndescription: Reads\nlicense: Apache-2.0\nmetadata:\n  version: 0.3.0\n---\n"
    made = imported(
        {"SKILL.md": head, "scripts/a.py": b"a\n", "LICENSE.txt": b"L\n", ".gitignore": b"x\n"}, name="dl-1"
    )
    assert set(made.files) == {
        "README.md",
        "pack.json",
        "LICENSE.txt",
        "skills/reading/SKILL.md",
        "skills/reading/LICENSE.txt",
        "skills/reading/scripts/a.py",
    }
    found = manifest(made)
    assert (found.name, found.version, found.license) == ("reading", "0.3.0", "Apache-2.0")


def test_a_skill_whose_head_is_not_yaml() -> None:
    head = b"---\nname: reading\ndescription: Use when: it is late\nlicense: Complete terms in LICENSE.txt\n---\n"
    found = manifest(imported({"SKILL.md": head}))
    assert (found.name, found.description, found.license) == ("reading", "Use when: it is late", "")


# --- cursor -----------------------------------------------------------------------------------------------------------


def test_cursor_rules_of_a_project() -> None:
    rule = b"---\ndescription: How\nglobs: src/**/*.ts,src/**/*.{js,jsx}\nalwaysApply: false\n---\n\n# How\n"
    files = {
        ".cursor/rules/style.mdc": rule,
        ".cursor/rules/front/react.mdc": b"# Plain\n",
        ".cursor/rules/plain.md": b"# Plain\n",
        ".cursor/rules/whole/RULE.md": b"# Whole\n",
        ".cursor/rules/README.md": b"# About\n",
        ".cursor/commands/ship.md": COMMAND,
        ".cursor/mcp.json": b'{"mcpServers": {"a": {"url": "https://example.org/"}}}',
        ".cursor/hooks.json": b'{"version": 1, "hooks": {"afterFileEdit": [{"command": "./hooks/a.sh"}]}}',
        ".cursor/hooks/a.sh": b"#!/bin/sh\n",
        ".cursorrules": b"Old rules.\n",
        ".cursorignore": b"*.log\n",
        "src/main.ts": b"//\n",
        "README.md": b"# A project\n",
        "LICENSE": b"MIT License\n",
    }
    made = imported(files, name="app")
    assert set(made.files) == {
        "LICENSE",
        "README.md",
        "commands/ship.md",
        "hooks/a.sh",
        "hooks/hooks.json",
        "ignore",
        "mcp.json",
        "pack.json",
        "rules/cursorrules.md",
        "rules/front-react.md",
        "rules/plain.md",
        "rules/style.md",
        "rules/whole.md",
    }
    fields = frontmatter.split(made.files["rules/style.md"]).fields
    assert fields == {"description": "How", "globs": ["src/**/*.ts", "src/**/*.{js,jsx}"], "alwaysApply": "false"}
    assert made.files["rules/style.md"].endswith(b"---\n\n# How\n")
    assert made.files["rules/cursorrules.md"] == b"Old rules.\n"
    assert parse_hooks(made.files["hooks/hooks.json"])[0].target == "cursor"
    assert manifest(made).targets == ("cursor",)
    assert b"# A project" not in made.files["README.md"]
    assert told(made) == [".cursor/rules/README.md: left out: no rule, command, agent or skill"]


def test_a_folder_of_rules() -> None:
    made = imported({"rules/a.mdc": b"# A\n", "b.mdc": b"# B\n", "README.md": b"# Rules\n"}, name="ours")
    assert set(made.files) == {"README.md", "pack.json", "rules/a.md", "rules/b.md"}
    assert made.files["README.md"] == b"# Rules\n"


@pytest.mark.parametrize(
    "rule",
    [
        b"# No fields\n",
        b"---\ndescription: x\nglobs:\nalwaysApply: true\n---\nbody\n",
        b'---\nglobs: ["a", "b"]\n---\nbody\n',
        b"---\nno end\n",
        b"\xff\xfe\n",
        b"",
    ],
)
def test_rules_that_need_no_change_are_the_same_bytes(rule: bytes) -> None:
    assert cursor.rewrite(rule) == rule


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        (b"---\nglobs: *.ts, *.tsx\n---\n", {"globs": ["*.ts", "*.tsx"]}),
        (b'---\nglobs: "**/*.py"\n---\n', {"globs": ["**/*.py"]}),
        (b"---\nglobs: [*.ts, *.{a,b}]\n---\n", {"globs": ["*.ts", "*.{a,b}"]}),
        (b"---\nglobs:\n  - *.ts\n  - *.js\n---\n", {"globs": ["*.ts", "*.js"]}),
        (b"---\ndescription: Use when: late\nglobs:\n---\n", {"description": "Use when: late", "globs": ""}),
        (b"---\r\ndescription: @x\r\n---\r\nbody\r\n", {"description": "@x"}),
    ],
)
def test_fields_become_yaml(rule: bytes, fields: dict[str, Any]) -> None:
    assert frontmatter.split(cursor.rewrite(rule)).fields == fields


@settings(phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(st.text("-: \n\"'[]{},*abc@|>&!#\t\r", max_size=60), st.booleans())
def test_a_rewritten_rule_can_be_read_and_is_stable(text: str, fenced: bool) -> None:
    rule = (f"---\n{text}\n---\nbody\n" if fenced else text).encode()
    once = cursor.rewrite(rule)
    assert cursor.rewrite(once) == once
    if fenced:
        assert once.endswith(b"body\n")


# --- agentpacks -------------------------------------------------------------------------------------------------------


def test_a_pack_stays_as_it_is() -> None:
    text = b'{\n  "version": "1.0.0", "name": "hello",\n  "description": "Greets", "targets": "*"\n}\n'
    files = {"pack.json": text, "README.md": b"# hello\n", "rules/a.md": b"a\n", ".aiignore": b"x\n", "SHA256SUMS": b""}
    made = imported(files)
    assert made.files == {path: data for path, data in files.items() if path != "SHA256SUMS"}
    assert not made.notes


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("pack.json", b'{"description": "Greets", "tags": ["a"], "x-own": {"a": 1}}'),
        ("pack.yaml", b"description: Greets\ntags: [a]\n"),
        ("pack.json", b'{"name": "Hello There", "version": "1", "description": "Greets", "tags": ["a"]}'),
    ],
)
def test_what_is_missing_in_a_pack_is_filled_in(filename: str, text: bytes) -> None:
    made = imported({filename: text, "rules/a.md": b"a\n"}, name="hello-there")
    found = manifest(made)
    assert (found.name, found.version, found.description) == ("hello-there", "1.0.0", "Greets")
    assert found.tags == ("a",)
    assert "README.md" in made.files
    assert "pack.yaml" not in made.files
    assert made.notes


def test_a_pack_gets_the_name_and_version_that_are_wished_for() -> None:
    made = imported(
        {"pack.yaml": b"name: hello\nversion: 1.0.0\n", "rules/a.md": b"a\n"}, wishes=Wishes("other", "2.0.0")
    )
    assert (manifest(made).name, manifest(made).version) == ("other", "2.0.0")


def test_a_pack_that_is_wrong_is_said_to_be() -> None:
    with pytest.raises(ProblemsFound) as caught:
        imported({"pack.json": b'{"name": "hello", "version": "1.0.0", "tags": 3, "homepage": "ftp://x"}'})
    assert {problem.path for problem in caught.value.problems} == {"from/pack.json"}
    assert len(caught.value.problems) == 2


# --- hostile folders --------------------------------------------------------------------------------------------------

_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=20), st.just("./commands"))
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner)
)
_FIELDS = st.sampled_from(
    ("name", "version", "description", "author", "license", "homepage", "repository", "keywords", *plugins.PARTS)
)


@settings(phases=[Phase.generate], max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(_FIELDS, _VALUES, max_size=6), _VALUES, _VALUES)
def test_whatever_the_fields_are_there_is_a_sound_pack_or_a_problem(fields: Any, hooks: Any, servers: Any) -> None:
    files = plugin({"hooks/hooks.json": json.dumps(hooks).encode(), ".mcp.json": json.dumps(servers).encode()})
    files[PLUGIN] = json.dumps(fields).encode()
    try:
        made = imported(files)
    except ProblemsFound as error:
        assert all(problem.path.startswith("from") for problem in error.problems)
    else:
        assert manifest(made).name == made.name
        assert made.files["README.md"].strip()
        assert set(made.files) == set(made.origins)

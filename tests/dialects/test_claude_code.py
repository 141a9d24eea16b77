"""Plugins and marketplaces: what they say, what they leave out, and how Claude Code and Codex take them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.edges.store import walk
from packyard.formats import foreign, inventory
from packyard.formats.manifest import derive_features, parse_manifest
from packyard.formats.registry import check_origin
from packyard.parts import marketplace as market
from packyard.parts import plugin, values
from packyard.surfaces.dialects import claude_code
from tests.dialects.plugin_bed import environment, on_https, program
from tests.registry import SILENT, TestRegistry, small
from tests.sites import built
from tests.test_readme import DOCS, run, tour
from tests.tools import need

PARTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])", fullmatch=True)
WORDS = st.lists(st.sampled_from(["at", "att", "attt", "a", "", "tt", "x"]), min_size=1, max_size=5).map("-".join)
BARE = st.one_of(PARTS, WORDS.filter(re.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]").fullmatch))
NAMES = st.one_of(BARE, st.builds("@{}/{}".format, BARE, BARE))
ORIGINS = st.from_regex(
    r"[a-z0-9]([a-z0-9.-]{0,8}[a-z0-9])?(/[a-z0-9]([a-z0-9._-]{0,8}[a-z0-9])?){0,2}", fullmatch=True
)


# --- names ---


@given(NAMES)
def test_names_of_plugins_are_words_and_lead_back(name: str) -> None:
    found = foreign.plugin(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found)
    assert foreign.unplugin(found) == name


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("hello", "hello"),
        ("@acme/hello", "hello-at-acme"),
        ("hello-at-acme", "hello-attt-acme"),
        ("a--b", "a-att-b"),
        ("@at/at", "attt-at-attt"),
        ("attila", "attila"),
    ],
)
def test_names_that_people_will_see(name: str, found: str) -> None:
    assert foreign.plugin(name) == found


@given(ORIGINS, st.one_of(st.just(""), NAMES))
def test_every_marketplace_has_a_name_of_its_own(origin: str, name: str) -> None:
    check_origin(origin)
    found = foreign.marketplace(origin, name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", found)
    registry, _, pack = re.sub(r"(?<!-)--(?!-)", " ", found, count=1).partition(" ")
    joints = {1: ".", 3: "-", 4: "/"}
    spelled = re.sub("-----([dhu]+)-----", lambda at: "".join(" !,"["dhu".index(sign)] for sign in at[1]), registry)
    plain = re.sub("-+", lambda at: joints[len(at[0])], spelled).translate(str.maketrans(" !,", ".-_"))
    assert (plain, foreign.unplugin(pack) if pack else "") == (origin, name)


@pytest.mark.parametrize(
    ("origin", "name", "found"),
    [
        ("packs.example.org", "", "packs-example-org"),
        ("packs.example.org", "@acme/hello", "packs-example-org--hello-at-acme"),
        ("my-packs.example.org/a_b", "", "my---packs-example-org----a-----u-----b"),
    ],
)
def test_marketplaces_that_people_will_see(origin: str, name: str, found: str) -> None:
    assert foreign.marketplace(origin, name) == found


def test_archives_are_files_of_their_version() -> None:
    path = foreign.plugin_archive("@acme/hello", "1.2.0")
    assert path == "packs/@acme/hello/1.2.0/hello-at-acme-1.2.0.plugin.zip"
    assert inventory.list_of(path) == "packs/@acme/hello/1.2.0/pages.sums"
    assert inventory.list_of("packs/@acme/hello/marketplace.json") == "packs/@acme/hello/pages.sums"


# --- what a plugin has ---


def made(files: Mapping[str, bytes], **about: Any) -> dict[str, bytes]:
    """The plugin of a pack with these files."""
    manifest, _ = parse_manifest(json.dumps({"name": "hello", "version": "1.0.0", **about}).encode(), "pack.json")
    pack = values.Pack(manifest.name, manifest.version, "", tuple(files.items()), manifest)
    found = plugin.make_plugin(pack, plugin.about(manifest, "alice", "https://packs.example.org/"))
    return dict(found.files)


ACTIVE = (
    ".mcp.json",
    ".lsp.json",
    ".claude-plugin/plugin.json",
    ".codex-plugin/plugin.json",
    "bin/git",
    "hooks.json",
    "monitors/monitors.json",
    "output-styles/loud.md",
    "plugin.json",
    "settings.json",
    "SKILL.md",
    "CLAUDE.md",
    "commands/deep/er.md",
    "skills/loose.md",
    "agents/run.sh",
)


def test_nothing_acts_but_the_parts_of_the_pack() -> None:
    found = made(dict.fromkeys(ACTIVE, b"{}"))
    assert sorted(found) == sorted([".claude-plugin/plugin.json", *(f"pack/{path}" for path in ACTIVE)])
    assert found[".claude-plugin/plugin.json"] != b"{}"


def test_features_that_the_manifest_does_not_list_are_left_out() -> None:
    files = {"commands/a.md": b"Go.\n", "mcp.json": b'{"mcpServers": {"a": {"command": "x"}}}'}
    assert {"commands/a.md"} == set(made(files, features=["commands"])) - {f"pack/{path}" for path in files} - {
        ".claude-plugin/plugin.json"
    }


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("sh hooks/guard.sh", 'sh "${CLAUDE_PLUGIN_ROOT}"/pack/hooks/guard.sh'),
        ("./hooks/guard.sh --x", '"${CLAUDE_PLUGIN_ROOT}"/pack/hooks/guard.sh --x'),
        ('sh "hooks/guard.sh"', 'sh "${CLAUDE_PLUGIN_ROOT}/pack/hooks/guard.sh"'),
        ("sh ${CLAUDE_PLUGIN_ROOT}/hooks/guard.sh", 'sh "${CLAUDE_PLUGIN_ROOT}"/pack/hooks/guard.sh'),
        ('"$CLAUDE_PLUGIN_ROOT/hooks/guard.sh"', '"${CLAUDE_PLUGIN_ROOT}/pack/hooks/guard.sh"'),
        ("echo hooks/other.sh", "echo hooks/other.sh"),
    ],
)
def test_commands_of_hooks_find_their_scripts(command: str, found: str) -> None:
    entry = {"type": "command", "matcher": "Bash", "command": command, "timeout": "soon"}
    hooks = json.dumps({"hooks": {"preToolUse": [entry], "tool.execute.before": [entry]}}).encode()
    said = json.loads(made({"hooks/hooks.json": hooks, "hooks/guard.sh": b""})["hooks/hooks.json"])
    assert said == {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": found}]}]}}


def test_what_is_started_without_a_shell_has_no_quotes() -> None:
    entry = {"type": "command", "command": "hooks/guard.sh", "args": ["hooks/guard.sh", "-x"]}
    hooks = json.dumps({"claudecode": {"hooks": {"Stop": [{"hooks": [entry]}]}}}).encode()
    said = json.loads(made({"hooks/hooks.json": hooks, "hooks/guard.sh": b""})["hooks/hooks.json"])
    path = "${CLAUDE_PLUGIN_ROOT}/pack/hooks/guard.sh"
    assert said["hooks"]["Stop"] == [{"hooks": [{"type": "command", "command": path, "args": [path, "-x"]}]}]


def test_hooks_that_the_program_would_refuse_are_left_out() -> None:
    entries = [
        {"type": "command", "bash": "x"},
        {"type": "mcp_tool", "tool": "x"},
        {"type": "prompt", "command": "Well?"},
    ]
    hooks = json.dumps({"hooks": {"Stop": entries}, "claudecode": {"hooks": {"Unheard": entries}}}).encode()
    said = json.loads(made({"hooks/hooks.json": hooks})["hooks/hooks.json"])
    assert said == {"hooks": {"Stop": [{"hooks": [{"type": "prompt", "prompt": "Well?"}]}]}}


def test_servers_find_their_programs() -> None:
    servers = {
        "a": {"command": "node", "args": ["server/run.js"]},
        "b": {"type": "remote", "url": "https://b.example.org/"},
    }
    found = made({"mcp.json": json.dumps({"mcpServers": servers}).encode(), "server/run.js": b""})
    assert json.loads(found[".mcp.json"]) == {
        "mcpServers": {
            "a": {"type": "stdio", "command": "node", "args": ["${CLAUDE_PLUGIN_ROOT}/pack/server/run.js"]},
            "b": {"type": "http", "url": "https://b.example.org/"},
        }
    }


def test_texts_find_the_files_of_the_pack() -> None:
    text = b"---\nname: a\ndescription: A\n---\nRun `${CLAUDE_PLUGIN_ROOT}/scripts/x.sh`.\n"
    found = made(dict.fromkeys(("commands/a.md", "agents/a.md", "skills/a/SKILL.md", "skills/a/more.md"), text))
    for path in ("commands/a.md", "agents/a.md", "skills/a/SKILL.md", "skills/a/more.md"):
        assert b"`${CLAUDE_PLUGIN_ROOT}/pack/scripts/x.sh`" in found[path]
        assert found[f"pack/{path}"] == text


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (b"# Ship: it\n\nNow.\n", b'---\ndescription: "Ship: it"\n---\n\n# Ship: it\n\nNow.\n'),
        (b"---\nmodel: opus\n---\nShip.\n", b"---\ndescription: Ship.\nmodel: opus\n---\nShip.\n"),
        (b"---\ndescription: Yes\n---\n", b"---\ndescription: Yes\n---\n"),
        (b"---\nno end", b"---\nno end"),
        (b"", b"---\ndescription: No text\n---\n\n"),
    ],
)
def test_prompts_say_what_they_are_for(given: bytes, found: bytes) -> None:
    assert made({"commands/a.md": given})["commands/a.md"] == found


def test_rules_are_one_skill() -> None:
    rules = {
        "rules/a.md": b"---\ndescription: How to test\nglobs: '*.py'\n---\nTest.\n",
        "rules/b.md": b"Be kind.\n",
        "skills/rules/SKILL.md": b"---\nname: rules\ndescription: Others\n---\n",
    }
    found = made(rules)
    assert found["skills/rules/SKILL.md"] == rules["skills/rules/SKILL.md"]
    assert found["skills/rules-2/SKILL.md"].decode() == (
        '---\nname: rules-2\ndescription: "Rules of hello to follow in this project: How to test; b"\n---\n\n'
        "# Rules of hello\n\nFor files that match `*.py`:\n\nTest.\n\nBe kind.\n"
    )


def test_it_says_what_the_manifest_says() -> None:
    about = {"author": "Ada <ada@example.org>", "license": "MIT", "homepage": "https://a.example.org/", "tags": ["a"]}
    said = json.loads(
        made({}, **about, repository="https://git.example.org/a", description="Greets")[".claude-plugin/plugin.json"]
    )
    assert said == {
        "name": "hello",
        "version": "1.0.0",
        "description": "Greets",
        "author": {"name": "Ada", "email": "ada@example.org"},
        "homepage": "https://a.example.org/",
        "repository": "https://git.example.org/a",
        "license": "MIT",
        "keywords": ["a"],
    }
    plain = json.loads(made({})[".claude-plugin/plugin.json"])
    assert plain == {
        "name": "hello",
        "version": "1.0.0",
        "description": "hello",
        "author": {"name": "alice"},
        "homepage": "https://packs.example.org/packs/hello/",
    }


@pytest.mark.parametrize(
    ("about", "files", "is_one"),
    [
        ({}, ["rules/a.md"], True),
        ({}, ["README.md", "models.json", "plugins/a.ts"], False),
        ({"targets": ["cursor"]}, ["rules/a.md"], False),
        ({"targets": ["cursor", "codexcli"]}, ["rules/a.md"], True),
        ({"features": ["models"]}, ["rules/a.md"], False),
    ],
)
def test_which_packs_are_plugins(about: dict[str, Any], files: list[str], is_one: bool) -> None:
    manifest, _ = parse_manifest(json.dumps({"name": "hello", "version": "1.0.0", **about}).encode(), "pack.json")
    assert plugin.offered(manifest, derive_features(files)) is is_one


TEXTS = st.one_of(st.binary(max_size=60), st.text(alphabet="-# \n\r\t:nameds{}[]\"'", max_size=60).map(str.encode))
PATHS = ("rules/a.md", "commands/a.md", "agents/a.md", "skills/a/SKILL.md", "hooks/hooks.json", "mcp.json", "x/y.sh")


@given(st.dictionaries(st.sampled_from(PATHS), TEXTS))
def test_nothing_that_a_pack_holds_breaks_it(files: dict[str, bytes]) -> None:
    found = made(files)
    assert {path.removeprefix("pack/"): data for path, data in found.items() if path.startswith("pack/")} == files
    assert found == made(dict(reversed(files.items())))


# --- marketplaces ---


def entry(name: str) -> dict[str, str]:
    return {"name": name}


def test_names_lead_to_plugins() -> None:
    renamed = {"a": "b", "b": "c", "x": "gone", "l": "m", "m": "l"}
    said = market.marketplace("m", "Title", map(entry, "abcxl"), renamed)
    assert [each["name"] for each in said["plugins"]] == ["c", "l", "x"]
    assert said["renames"] == {"a": "c", "b": "c"}


def test_what_is_renamed_gives_way_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(market, "MOST", 2)
    said = market.marketplace("m", "Title", map(entry, "zab"), {"z": "gone"})
    assert [each["name"] for each in said["plugins"]] == ["a", "b"]


def read(site: Path, path: str = foreign.MARKETPLACE) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / path).read_text("utf-8"))
    return found


def names(said: Mapping[str, Any]) -> list[str]:
    return [each["name"] for each in said["plugins"]]


def test_archives_have_the_hash_that_is_told(whole: Path) -> None:
    for path in [path for path in walk(whole) if path.endswith(foreign.MARKETPLACE)]:
        for each in read(whole, path)["plugins"]:
            source = each["source"]
            archive = whole / source["url"].removeprefix("https://packs.example.org/")
            assert sha256(archive.read_bytes()).hexdigest() == source["sha256"]
            with zipfile.ZipFile(archive) as opened:
                said = json.loads(opened.read(".claude-plugin/plugin.json"))
            assert {**each, "source": said.get("source")} == {**said, "source": None}


def publish(path: Path, **settings: Any) -> TestRegistry:
    """A small registry that speaks of plugins alone."""
    made = small(path)
    made.settings(surfaces=SILENT | {"claude-code": True}, **settings)
    return made


def test_states_of_packs(tmp_path: Path) -> None:
    registry = publish(tmp_path / "repo")
    for name in ("yanked", "left", "old", "new", "worn"):
        registry.version(name, "1.0.0", "alice", {"rules/a.md": b"A.\n"})
    registry.version("yanked", "1.1.0", "alice", {"rules/a.md": b"B.\n"})
    registry.commit("More")
    registry.statement("yank", "yanked", "alice", version="1.1.0")
    registry.statement("yank", "left", "alice", version="1.0.0")
    registry.statement("rename", "old", "alice", to="new", reason="it is new")
    registry.statement("deprecate", "worn", "alice", replacement="new", reason="it is worn")
    registry.commit("Say so")
    built(registry.path, tmp_path / "site", new_log=True)
    said = read(tmp_path / "site")
    told = {each["name"]: each for each in said["plugins"]}
    assert told["yanked"]["version"] == "1.0.0"
    assert "left" not in told and not (tmp_path / "site/packs/left/marketplace.json").exists()
    assert said["renames"] == {"old": "new"} and "old" not in told
    assert told["worn"]["description"] == "[Deprecated: it is worn; use new] About worn"
    own = read(tmp_path / "site", "packs/old/marketplace.json")
    assert own["plugins"][0]["description"] == "[Renamed to new: it is new] About old"
    assert own["name"] == "packs-example-org--old"


def test_a_registry_that_is_not_on_https_has_none(tmp_path: Path) -> None:
    registry = publish(tmp_path / "repo", url="http://localhost:8000/")
    registry.commit("Here")
    built(registry.path, tmp_path / "site", new_log=True)
    assert not [path for path in walk(tmp_path / "site") if path.endswith((foreign.MARKETPLACE, ".zip"))]


def test_the_best_are_listed_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claude_code, "MOST", 2)
    monkeypatch.setattr(market, "MOST", 2)
    registry = publish(tmp_path / "repo")
    registry.version("fine", "1.0.0", "alice", {"rules/a.md": b"A.\n"}, {"homepage": "https://example.org/"})
    for name in ("bad", "worse", "plain"):
        registry.version(name, "1.0.0", "alice", {"rules/a.md": b"A.\n"}, {"tags": []})
    registry.files["featured.yaml"] = b"format: packyard/featured/1\npacks:\n  - name: worse\n    note: It is short\n"
    registry.commit("More")
    built(registry.path, tmp_path / "site", new_log=True)
    assert len(names(read(tmp_path / "site"))) == 2
    assert "worse" in names(read(tmp_path / "site"))


def test_a_new_version_costs_its_own_files(tmp_path: Path) -> None:
    registry = publish(tmp_path / "repo")
    registry.version("next", "1.0.0", "alice", {"rules/a.md": b"A.\n"})
    registry.commit("One")
    built(registry.path, tmp_path / "site", new_log=True)
    before = {path: (tmp_path / "site" / path).read_bytes() for path in walk(tmp_path / "site")}
    registry.version("next", "1.1.0", "alice", {"rules/a.md": b"B.\n"})
    registry.commit("Two")
    built(registry.path, tmp_path / "site")
    after = {path: (tmp_path / "site" / path).read_bytes() for path in walk(tmp_path / "site")}
    ours = [path for path in before.keys() | after.keys() if path.endswith((foreign.MARKETPLACE, ".plugin.zip"))]
    assert sorted(path for path in ours if before.get(path) != after.get(path)) == [
        "marketplace.json",
        "packs/next/1.0.0/next-1.0.0.plugin.zip",
        "packs/next/1.1.0/next-1.1.0.plugin.zip",
        "packs/next/marketplace.json",
    ]


# --- the programs themselves ---

ODD: Mapping[str, bytes] = {
    "commands/plain.md": b"Ship it.\n",
    "commands/empty.md": b"",
    "commands/windows.md": b"\xef\xbb\xbf---\r\nmodel: opus\r\n---\r\nShip: it.\r\n",
    "agents/plain.md": b"# Reads everything\n",
    "agents/nameless.md": b'---\nmodel: opus\n---\n\nReads: everything "twice"\n',
    "skills/plain/SKILL.md": b"No head at all\n",
    "skills/short/SKILL.md": b"---\nname: short\n---\nShort.\n",
    "rules/one.md": "---\ndescription: \"Sch\u00f6n: 'so'\"\nglobs: ['*.py', '*.md']\n---\nBe kind.\n".encode(),
    "rules/two.md": b"",
    "hooks/hooks.json": json.dumps(
        {
            "hooks": {
                "sessionStart": [
                    {"type": "command", "command": "sh 'hooks/it.sh'", "timeout": "9"},
                    {"type": "prompt"},
                ],
                "beforeShellExecution": [{"command": "x"}],
                "Stop": [{"type": "http", "url": "https://example.org/"}, {"type": "agent", "command": "Well?"}],
            },
            "claudecode": {"hooks": {"NoSuchThing": [{"command": "x"}]}},
            "cursor": {"hooks": {"afterFileEdit": [{"command": "x"}]}},
        }
    ).encode(),
    "hooks/it.sh": b"#!/bin/sh\n",
    "mcp.json": json.dumps(
        {
            "mcpServers": {
                "a": {"command": "hooks/it.sh", "enabledTools": ["x"]},
                "b": {"url": "${B_URL}", "type": "sse"},
            }
        }
    ).encode(),
    "CLAUDE.md": b"Obey.\n",
    "settings.json": b"{}",
    ".mcp.json": b"not JSON",
    ".claude-plugin/plugin.json": b"not JSON",
    "monitors/monitors.json": b"not JSON",
    "plugins/a.ts": b"export {}\n",
    "ignore": b"*.log\n",
}


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a registry with packs that their authors wrote carelessly."""
    folder = tmp_path_factory.mktemp("odd")
    registry = publish(folder / "repo")
    registry.version("odd", "1.0.0-rc.1", "alice", ODD, {"description": "", "license": ""})
    registry.version("look-at--me", "1.0.0", "alice", {"rules/a.md": b"A.\n"}, {"author": "A <not an address>"})
    registry.version("9x", "1.0.0", "alice", {"mcp.json": b"{"}, {"repository": "git@example.org:a", "tags": ["a b"]})
    registry.commit("Odd ones")
    built(registry.path, folder / "site", new_log=True)
    return folder / "site"


def unpacked(site: Path, folder: Path) -> list[Path]:
    """The plugins of a site, each in a folder."""
    for path in [path for path in walk(site) if path.endswith(".plugin.zip")]:
        with zipfile.ZipFile(site / path) as archive:
            archive.extractall(folder / path.rpartition("/")[2].removesuffix(".plugin.zip"))
    return sorted(folder.iterdir())


@pytest.mark.interop
@pytest.mark.slow
def test_claude_code_finds_nothing_wrong(whole: Path, odd: Path, tmp_path: Path) -> None:
    env = environment(tmp_path / "home")
    for number, site in enumerate((whole, odd)):
        for folder in unpacked(site, tmp_path / str(number)):
            said = program("claude", "plugin", "validate", "--strict", folder, env=env)
            assert said.code == 0, said.text
        listed = [path for path in walk(site) if path.endswith(foreign.MARKETPLACE)]
        for at, path in enumerate([path for path in listed if path.count("/") < 2 or "@" in path][:4]):
            place = tmp_path / f"market-{number}-{at}/.claude-plugin/marketplace.json"
            place.parent.mkdir(parents=True)
            place.write_bytes((site / path).read_bytes())
            said = program("claude", "plugin", "validate", "--strict", place.parent.parent, env=env)
            assert said.code == 0, said.text


@pytest.mark.interop
@pytest.mark.slow
def test_claude_code_installs_from_the_registry_and_refuses_other_bytes(whole: Path, tmp_path: Path) -> None:
    with on_https(whole, "packs.example.org", tmp_path / "tls") as found:
        env = environment(tmp_path / "home", **found)
        url = "https://packs.example.org/"
        for place in ("marketplace.json", "packs/hello/marketplace.json"):
            said = program("claude", "plugin", "marketplace", "add", url + place, env=env)
            assert said.code == 0, said.text
        for name in ("hello-at-acme@packs-example-org", "hello@packs-example-org--hello"):
            said = program("claude", "plugin", "install", name, env=env)
            assert said.code == 0, said.text
        details = program("claude", "plugin", "details", "hello@packs-example-org--hello", env=env).text
        for part in ("greet, hello, part, rules", "Agents (1)  reviewer", "Hooks (1)  PreToolUse", "MCP servers (2)"):
            assert part in details
        cached = tmp_path / "home/claude/plugins/cache/packs-example-org--hello/hello/2.0.0"
        assert (cached / "pack/hooks/guard.sh").read_bytes() == b"#!/bin/sh\nexit 0\n"


@pytest.mark.interop
@pytest.mark.slow
def test_claude_code_refuses_an_archive_that_was_changed(whole: Path, tmp_path: Path) -> None:
    source = read(whole)["plugins"][-1]["source"]["url"].removeprefix("https://packs.example.org/")
    name = read(whole)["plugins"][-1]["name"]
    for path in (source, foreign.MARKETPLACE):
        (tmp_path / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / path).write_bytes((whole / path).read_bytes())
    with zipfile.ZipFile(tmp_path / "site" / source, "a") as archive:
        archive.writestr("hooks/hooks.json", "{}")
    with on_https(tmp_path / "site", "packs.example.org", tmp_path / "tls") as found:
        env = environment(tmp_path / "home", **found)
        program("claude", "plugin", "marketplace", "add", "https://packs.example.org/marketplace.json", env=env)
        said = program("claude", "plugin", "install", f"{name}@packs-example-org", env=env)
    assert said.code != 0
    assert "sha256" in said.text.lower().replace("-", "")
    assert not list((tmp_path / "home/claude/plugins").rglob("plugin.json"))


@pytest.fixture
def there(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a mirror of the site in a folder, where the commands run."""
    found = environment(tmp_path)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, text in found.items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    shutil.copytree(whole, tmp_path / "empty/mirror")
    return tmp_path


@pytest.mark.interop
@pytest.mark.slow
def test_the_page_does_what_it_says(there: Path, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("claude", "codex", "copilot"):
        need(name)
    with on_https(whole, "packs.example.org", there / "tls") as found:
        for name, text in found.items():
            monkeypatch.setenv(name, text)
        run(there, tour(DOCS / "clients/claude-code.md"))


@pytest.mark.interop
@pytest.mark.slow
def test_programs_install_from_a_folder(there: Path) -> None:
    env, folder = dict(os.environ), there / "empty"
    make = [sys.executable, "-m", "packyard", "plugins", "market", "--registry", "mirror"]
    subprocess.run(make, cwd=folder, env=env, check=True, capture_output=True)
    said = program("claude", "plugin", "validate", "--strict", folder / "market", env=env)
    assert said.code == 0, said.text
    for name, verb in (("claude", "install"), ("codex", "add"), ("copilot", "install")):
        said = program(name, "plugin", "marketplace", "add", folder / "market", env=env)
        assert said.code == 0, said.text
        for each in ("hello", "hello-at-acme", "active"):
            said = program(name, "plugin", verb, f"{each}@packs-example-org", env=env)
            assert said.code == 0, said.text
    cached = there / "codex/plugins/cache/packs-example-org/hello/2.0.0"
    assert (cached / "hooks/hooks.json").read_bytes() == (folder / "market/plugins/hello/hooks/hooks.json").read_bytes()
    listed = program("claude", "plugin", "list", env=env).text
    assert listed.count("enabled") == 3


@pytest.mark.interop
@pytest.mark.slow
def test_claude_code_follows_a_new_name(tmp_path: Path) -> None:
    registry = publish(tmp_path / "repo")
    for name in ("old", "new"):
        registry.version(name, "1.0.0", "alice", {"rules/a.md": b"A.\n"})
    registry.commit("Both")
    built(registry.path, tmp_path / "site", new_log=True)
    with on_https(tmp_path / "site", "packs.example.org", tmp_path / "tls") as found:
        env = environment(tmp_path / "home", **found)
        program("claude", "plugin", "marketplace", "add", "https://packs.example.org/marketplace.json", env=env)
        program("claude", "plugin", "install", "old@packs-example-org", env=env)
        assert "old@packs-example-org" in program("claude", "plugin", "list", env=env).text
        registry.statement("rename", "old", "alice", to="new")
        registry.commit("Rename")
        built(registry.path, tmp_path / "site")
        program("claude", "plugin", "marketplace", "update", "packs-example-org", env=env)
        # It takes the new name down when it begins; whether that is installed at once depends on how long it runs.
        program("claude", "--print", "Hello", env=env)
        said = program("claude", "plugin", "install", "new@packs-example-org", env=env)
    assert said.code == 0, said.text
    settings = json.loads((tmp_path / "home/claude/settings.json").read_text("utf-8"))
    assert settings["enabledPlugins"] == {"new@packs-example-org": True}

"""The page for people: its commands and its configuration work, and its rules are those that hosts were tried with."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from textwrap import dedent

import anyio
import pytest
from mcp import Client, StdioServerParameters

from packyard.client.answering import wording
from packyard.client.answering.offered import PROMPTS, RESOURCES, TOOLS
from packyard.formats.registry import parse_registry
from packyard.surfaces.dialects.mcp_registry import MOST, MOST_OF_A_PACK
from tests.answering.conftest import environment
from tests.dialects import sample
from tests.dialects.test_mcp_registry import HOSTS
from tests.test_readme import DOCS, home, run, tour, web_server

PAGE = DOCS / "clients/mcp.md"
ADDRESS = "https://packs.my.example/"
__all__ = ["home"]


def blocks(kind: str) -> list[str]:
    """What is fenced as this on the page, also in a list."""
    found = re.findall(rf"^( *)```{kind}\n(.*?)^\1```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return [dedent(text) for _, text in found]


@pytest.mark.interop
def test_commands_of_the_page(home: Path, tmp_path: Path) -> None:
    with web_server(tmp_path / "web") as address:
        (tmp_path / "web").rmdir()
        sample.site(tmp_path / "made", ("mcp-registry",)).rename(tmp_path / "web")
        told = [block._replace(code=block.code.replace(ADDRESS, address)) for block in tour(PAGE)]
        assert len(told) == 1
        run(home, told)


def test_the_configuration_starts_the_server(asked_site: Path, tmp_path: Path) -> None:
    (text,) = blocks("json")
    stated = json.loads(text.replace(ADDRESS, str(asked_site)))["mcpServers"]["packyard"]
    assert stated["command"] == "packyard"
    program = str(Path(sys.executable).parent / "packyard")

    async def ask() -> int:
        given = StdioServerParameters(
            command=program, args=stated["args"], env=environment(tmp_path), cwd=str(tmp_path)
        )
        async with Client(given) as client:
            return len((await client.list_tools()).tools)

    assert anyio.run(ask) == len(TOOLS)


def test_the_page_names_everything() -> None:
    text = PAGE.read_text()
    for tool in TOOLS:
        given = ", ".join(each.name + ("" if each.required else "?") for each in tool.arguments)
        assert f"`{tool.name}({given})`" in text
    names = [each.uri for each in RESOURCES]
    for prompt in PROMPTS:
        names += [prompt.name, *(each.name for each in prompt.arguments)]
    assert [name for name in names if f"`{name}`" not in text] == []
    plain = " ".join(text.split())
    for said in (
        f"first {MOST} servers",
        f"first {MOST_OF_A_PACK} servers",
        f"a line after {wording.LINE} characters, a readme after {wording.README:,}.",
    ):
        assert said in plain


@pytest.mark.parametrize(("host", "kind"), [("nginx", "nginx"), ("caddy", "caddyfile")])
def test_the_rules_for_hosts_are_those_that_were_tried(host: str, kind: str) -> None:
    (text,) = blocks(kind)
    tried = HOSTS[host].replace("{{", "{").replace("}}", "}")
    assert all(line.strip() in tried for line in text.splitlines())


def test_it_can_be_switched_off() -> None:
    (text,) = blocks("yaml")
    plain = "format: packyard/registry/1\norigin: packs.example.org\ntitle: T\nurl: https://packs.example.org/\n"
    assert parse_registry((plain + text).encode()).surfaces == {"mcp-registry": False}

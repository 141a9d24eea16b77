"""The server as programs use it: the SDK's own client, over standard input and output and over HTTP."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import anyio
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp_types import CallToolResult, EmbeddedResource, TextContent, TextResourceContents
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from packyard.client.answering.offered import PROMPTS, TOOLS
from packyard.client.answering.wording import NOTICE
from packyard.formats import layout
from tests.answering.conftest import arguments, environment
from tests.published import flipped

MODERN = MODERN_PROTOCOL_VERSIONS[-1]
Started = Callable[..., StdioServerParameters]
Address = Callable[[Path], AbstractContextManager[str]]


def document(result: CallToolResult) -> dict[str, Any]:
    """What a tool gave, which it says twice: as a value, and as text after the notice."""
    notice, text = result.content
    assert isinstance(notice, TextContent)
    assert isinstance(text, TextContent)
    assert not result.is_error
    assert notice.text == NOTICE
    assert json.loads(text.text) == result.structured_content
    found: dict[str, Any] = json.loads(text.text)
    assert (found["notice"], found["registry"]) == (NOTICE, "packs.example.org")
    return found


def failure(result: CallToolResult) -> str:
    """What a tool said went wrong, and nothing else."""
    (text,) = result.content
    assert isinstance(text, TextContent)
    assert result.is_error
    assert result.structured_content is None
    return text.text


async def resource(client: Client, uri: str) -> dict[str, Any]:
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert (content.uri, content.mime_type) == (uri, "application/json")
    found: dict[str, Any] = json.loads(content.text)
    assert found["notice"] == NOTICE
    return found


async def everything(client: Client) -> list[Any]:
    """Every tool, resource and prompt once; what came of it."""
    assert [each.name for each in (await client.list_tools()).tools] == [each.name for each in TOOLS]
    assert [each.name for each in (await client.list_prompts()).prompts] == [each.name for each in PROMPTS]
    listed = [each.uri for each in (await client.list_resources()).resources]
    templates = (await client.list_resource_templates()).resource_templates
    assert listed == ["registry://packs", "registry://featured", "registry://tags"]
    assert [each.uri_template for each in templates] == ["registry://packs/{name}"]
    return [await tools(client), await resources(client), await prompts(client)]


async def tools(client: Client) -> list[Any]:
    async def call(name: str, /, **given: Any) -> dict[str, Any]:
        return document(await client.call_tool(name, given))

    found = await call("search_packs", query="hello", limit=1)
    assert ([each["name"] for each in found["packs"]], found["total"], found["more"]) == (["hello"], 2, True)
    tagged = await call("search_packs", query="", tags=["tests"], targets=["opencode"])
    assert {each["name"] for each in tagged["packs"]} == {"@acme/hello", "gone"}
    info = await call("get_pack_info", name="hello")
    assert (info["version"], info["owners"]) == ("2.0.0", ["alice"])
    assert info["about"]["acts"][0].startswith("hooks run commands")
    featured = await call("list_featured", limit=3)
    assert [each["name"] for each in featured["packs"]] == ["hello"]
    fitting = await call("list_by_target", targetId="claudecode", limit=2)
    assert [each["name"] for each in fitting["packs"]] == ["@acme/hello", "@acme/tools"]
    readme = await call("get_pack_readme", name="hello")
    assert readme["readme"].startswith("# Hello\n")
    assert readme["truncated"] is False
    return [found, tagged, info, featured, fitting, readme]


async def resources(client: Client) -> list[Any]:
    packs, tags = await resource(client, "registry://packs"), await resource(client, "registry://tags")
    names = [each["name"] for each in packs["packs"]]
    assert names == sorted(names)
    assert packs["total"] == len(names)
    assert {"tag": "qa", "count": 1} in tags["tags"]
    info = document(await client.call_tool("get_pack_info", {"name": "@acme/hello"}))
    for uri in ("registry://packs/@acme/hello", "registry://packs/%40acme%2Fhello"):
        assert await resource(client, uri) == info
    featured = await resource(client, "registry://featured")
    assert [each["name"] for each in featured["packs"]] == ["hello"]
    return [packs, tags, featured]


async def prompts(client: Client) -> list[Any]:
    suggest = await client.get_prompt("suggest_packs", {"project_desc": "it greets: hello"})
    again = await client.get_prompt("suggest_packs", {"useCase": "tests", "targets": "opencode", "maxSuggestions": "2"})
    compare = await client.get_prompt("compare_packs", {"pack_a": "hello", "pack_b": "@acme/hello"})
    assert compare == await client.get_prompt("compare_packs", {"packNames": "hello, @acme/hello"})
    for result, start, count in (
        (suggest, "Suggest at most 5", 1),
        (again, "Suggest at most 2", 1),
        (compare, "Comp", 2),
    ):
        first, *about = (message.content for message in result.messages)
        assert isinstance(first, TextContent)
        assert first.text.startswith(start)
        assert len(about) == count
        for each in about:
            assert isinstance(each, EmbeddedResource)
            assert isinstance(each.resource, TextResourceContents)
            assert json.loads(each.resource.text)["notice"] == NOTICE
    return [suggest.messages, again.messages, compare.messages]


async def mistakes(client: Client) -> None:
    """What is asked wrongly is said in plain words."""
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("get_pack_info", {"name": "nothing"}, "there is no pack nothing"),
        ("get_pack_info", {"name": "hullo"}, "did you mean hello?"),
        ("get_pack_info", {"name": "../etc"}, "found: ../etc"),
        ("get_pack_info", {}, "needs the argument name"),
        ("get_pack_readme", {"name": "nothing"}, "there is no pack nothing"),
        ("search_packs", {"query": "colour:red"}, "there is no such filter"),
        ("search_packs", {"query": 7}, "query is not a text"),
        ("search_packs", {"query": "a", "limit": 0}, "limit is out of range"),
        ("search_packs", {"query": "a", "limit": True}, "limit is not a whole number"),
        ("search_packs", {"query": "a", "tags": "b"}, "tags is not a list of texts"),
        ("search_packs", {"query": "a" * 2000}, "query is too long"),
        ("search_packs", {"query": "a", "colour": "red"}, "has no argument"),
        ("serch_packs", {}, "did you mean search_packs?"),
    ]
    for name, given, said in wrong:
        text = failure(await client.call_tool(name, given))
        assert said in text, text
        assert "Traceback" not in text
    for uri in ("registry://nothing", "file:///etc/passwd", "registry://packs/../tags", "registry://packs/"):
        with pytest.raises(MCPError):
            await client.read_resource(uri)
    for name, said_of in (("suggest_packs", {}), ("compare_packs", {"pack_a": "hello"}), ("compare", {})):
        with pytest.raises(MCPError):
            await client.get_prompt(name, said_of)


def talk(server: StdioServerParameters | str, *questions: Callable[[Client], Any], **how: Any) -> list[Any]:
    """What the questions give."""

    async def run() -> list[Any]:
        async with Client(server, **how) as client:
            return [await question(client) for question in questions]

    return anyio.run(run)


def test_everything_over_standard_input_and_output_and_over_http(
    asked_site: Path, started: Started, over_http: Address
) -> None:
    piped = talk(started(asked_site), everything, mistakes)
    with over_http(asked_site) as address:
        assert talk(address, everything, mistakes) == piped


def test_programs_that_begin_with_a_handshake(asked_site: Path, started: Started) -> None:
    async def instructions(client: Client) -> None:
        assert NOTICE in str(client.instructions)

    talk(started(asked_site), instructions, everything, mode="legacy")


def test_a_copy_that_somebody_has_changed(asked_site: Path, started: Started, tmp_path: Path) -> None:
    """What is wrong is said, and nothing of what cannot be verified is shown."""
    site, names = tmp_path / "site", ("hello", "2.0.0")
    shutil.copytree(asked_site, site)
    tarball, bundle = site / layout.tarball(*names), site / layout.SNAPSHOT_BUNDLE
    whole = tarball.read_bytes()

    async def story(client: Client) -> None:
        assert document(await client.call_tool("get_pack_info", {"name": "hello"}))["version"] == "2.0.0"
        tarball.write_bytes(flipped(whole, len(whole) // 2))
        text = failure(await client.call_tool("get_pack_readme", {"name": "hello"}))
        assert "the file is not the one that was sealed (file-changed)" in text
        assert "nothing of it is shown" in text
        assert "greets" not in text
        tarball.write_bytes(whole)
        assert "greets" in document(await client.call_tool("get_pack_readme", {"name": "hello"}))["readme"]
        data = bundle.read_bytes()
        bundle.write_bytes(data.replace(b"packyard snapshot", b"packyard snapshut", 1))
        for tool, given in (
            ("search_packs", {"query": ""}),
            ("get_pack_info", {"name": "hello"}),
            ("list_featured", {}),
        ):
            text = failure(await client.call_tool(tool, given))
            assert "alice" not in text
        for uri in ("registry://packs", "registry://tags", "registry://packs/hello"):
            with pytest.raises(MCPError):
                await client.read_resource(uri)
        with pytest.raises(MCPError):
            await client.get_prompt("suggest_packs", {"useCase": "hello"})
        bundle.write_bytes(data)
        assert document(await client.call_tool("search_packs", {"query": "hello"}))["total"] == 2

    talk(started(site), story)


def test_without_asking_anybody(asked_site: Path, started: Started, tmp_path: Path) -> None:
    """With `--offline`, from what was proven on this machine before."""
    site = tmp_path / "site"
    shutil.copytree(asked_site, site)

    async def known(client: Client) -> Any:
        return document(await client.call_tool("get_pack_readme", {"name": "hello"}))

    before = talk(started(site), known)
    (site / layout.SNAPSHOT_BUNDLE).unlink()
    assert talk(started(site, "--offline"), known) == before


def test_nothing_but_the_protocol_is_on_standard_output(asked_site: Path, home: Path) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    sent: list[bytes] = [
        b"not JSON",
        b"[]",
        b"\xff\xfe\x00",
        b'{"jsonrpc":"2.0","id":1}',
        _request(2, "initialize", hello),
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
        _request(3, "tools/call", {"name": "search_packs", "arguments": {"query": "hello"}}),
        _request(4, "tools/call", {"name": "search_packs", "arguments": ["hello"]}),
        _request(5, "tools/call", {"name": 7}),
        _request(6, "no/such/method", {}),
        b"[" * 10_000,
    ]
    said, found = list[dict[str, Any]](), set[object]()
    with subprocess.Popen(
        [sys.executable, *arguments(asked_site)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home),
        cwd=home,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"\n".join(sent) + b"\n")
        server.stdin.flush()
        while not found >= {2, 3, 4, 5, 6}:
            said.append(json.loads(server.stdout.readline()))
            found.add(said[-1].get("id"))
        rest, warned = server.communicate()
    said += [json.loads(line) for line in rest.splitlines()]
    assert {each["jsonrpc"] for each in said} == {"2.0"}
    assert "Traceback" not in str(said)
    assert b"is trusted from now on" in warned
    assert server.returncode == 0


def _request(ident: int, method: str, params: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": ident, "method": method, "params": params}).encode()


def test_only_this_machine_reaches_it_over_http(asked_site: Path, over_http: Address) -> None:
    with over_http(asked_site) as address:
        host = urlsplit(address).netloc
        port = int(host.partition(":")[2])
        assert _status(address) == 200
        assert _status(address, Host=f"localhost:{port}", Origin=f"http://localhost:{port}") == 200
        assert _status(address, Host=f"rebound.example.org:{port}") == 421
        assert _status(address, Host=f"127.0.0.1.example.org:{port}") == 421
        assert _status(address, Origin="http://rebound.example.org") == 403
        assert _status(address, Origin=f"https://{host}") == 403
        assert _status(address, Origin="null") == 403
        assert _status(address, data=b" " * (1 << 21)) == 413
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), 5)


def _status(address: str, data: bytes = b"", **headers: str) -> int:
    """What is answered to the same question of programs that begin with a handshake, and of those that do not."""
    told = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    space = "io.modelcontextprotocol"
    meta = {
        f"{space}/protocolVersion": MODERN,
        f"{space}/clientInfo": told["clientInfo"],
        f"{space}/clientCapabilities": {},
    }
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = [
        ("initialize", told, {}),
        ("tools/list", {"_meta": meta}, {"Mcp-Protocol-Version": MODERN, "Mcp-Method": "tools/list"}),
    ]
    kinds = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    found = set[int]()
    for method, params, more in asked:
        request = Request(address, data or _request(1, method, params), kinds | more | headers)
        try:
            with urlopen(request, timeout=30) as answer:
                found.add(int(answer.status))
        except HTTPError as error:
            found.add(error.code)
    (status,) = found
    return status

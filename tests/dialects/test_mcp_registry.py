"""The MCP registry's API: documents as its schemas demand, names that never meet, nothing guessed, no secret said."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from packyard.edges.store import walk
from packyard.formats import foreign
from packyard.formats.mcp import Server, parse_mcp
from packyard.model import Manifest
from packyard.registry import Registry
from packyard.surfaces.dialects.mcp_registry import entries, naming, pages, running
from tests.dialects.mcp_schema import LIST, RESPONSE, SERVER, check
from tests.mirror.servers import free_port
from tests.mirror.servers import running as started
from tests.registry import SILENT, TestRegistry, small
from tests.sites import built, content, differences
from tests.tools import need

ROOT = "mcp/v0.1/servers/"
SPACE = f"{ROOT}org.example.packs/"
OFFICIAL = entries.OFFICIAL
REGISTRY = Registry("packs.example.org", "Test packs", "https://packs.example.org/", (), 14, {}, {}, {})
ONLY = SILENT | {"mcp-registry": True}


def servers(**named: dict[str, Any]) -> dict[str, bytes]:
    """The files of a pack with these servers."""
    return {"mcp.json": json.dumps({"mcpServers": named}).encode()}


def remote(url: str = "https://mcp.example.org/", **more: Any) -> dict[str, Any]:
    return {"type": "remote", "url": url, **more}


def server(**fields: Any) -> Server:
    """A server as `mcp.json` describes it."""
    (found,) = parse_mcp(json.dumps({"mcpServers": {"notes": fields}}).encode())
    return found


@pytest.fixture
def registry(tmp_path: Path) -> TestRegistry:
    """A registry that speaks this format alone."""
    made = small(tmp_path / "repo")
    made.settings(surfaces=ONLY)
    return made


def build(registry: TestRegistry) -> Path:
    registry.commit("Go on")
    site = registry.path.parent / "site"
    built(registry.path, site)
    return site


def load(site: Path, path: str) -> Any:
    return json.loads((site / path / "index.html").read_bytes())


def status(site: Path, path: str) -> dict[str, Any]:
    found: dict[str, Any] = load(site, path)["_meta"][OFFICIAL]
    return found


# --- documents ---


def test_every_document_is_as_the_schemas_demand(whole: Path) -> None:
    paths = [path for path in walk(whole) if path.startswith("mcp/")]
    assert len(paths) == 18
    for path in paths:
        parts = path.removeprefix(ROOT).split("/")
        check(json.loads((whole / path).read_bytes()), RESPONSE if len(parts) == 5 else LIST)
        assert (whole / path).with_suffix(".html").read_bytes() == (whole / path).with_suffix(".json").read_bytes()


def test_what_becomes_of_a_version_is_said_of_its_servers(registry: TestRegistry) -> None:
    for number in ("1.0.0", "1.1.0", "1.2.0", "1.3.0"):
        registry.version("talk", number, "alice", servers(notes=remote()))
    registry.commit("Talk")
    registry.statement("yank", "talk", "alice", version="1.2.0", reason="it leaks <b>notes</b>")
    registry.statement("deprecate", "talk", "alice", version="1.1.0", reason="slow", replacement="hello")
    registry.statement("withdraw", "talk", "alice", version="1.0.0")
    site, folder = build(registry), f"{SPACE}talk_notes/versions/"
    listed = load(site, folder)["servers"]
    assert [each["server"]["version"] for each in listed] == ["1.3.0", "1.1.0"]
    assert [each["_meta"][OFFICIAL]["isLatest"] for each in listed] == [True, False]
    assert status(site, f"{folder}1.3.0")["status"] == "active"
    assert "statusMessage" not in status(site, f"{folder}1.3.0")
    yanked = status(site, f"{folder}1.2.0")
    assert (yanked["status"], yanked["isLatest"]) == ("deleted", False)
    assert yanked["statusMessage"].endswith(": it leaks <b>notes</b>")
    assert yanked["statusChangedAt"] == yanked["updatedAt"] > yanked["publishedAt"]
    deprecated = status(site, f"{folder}1.1.0")
    assert deprecated["status"] == "deprecated"
    assert deprecated["statusMessage"].endswith(": slow (use hello)")
    assert not (site / folder / "1.0.0").exists()
    assert load(site, f"{folder}latest") == load(site, f"{folder}1.3.0")


def test_a_pack_that_is_over_is_deprecated_in_the_list(registry: TestRegistry) -> None:
    for name in ("old", "still", "gone"):
        registry.version(name, "1.0.0", "alice", servers(notes=remote()))
    registry.commit("Packs")
    registry.statement("archive", "old", "alice", reason="done")
    registry.statement("yank", "gone", "alice", version="1.0.0")
    site = build(registry)
    found = {each["server"]["name"]: each["_meta"][OFFICIAL]["status"] for each in load(site, ROOT)["servers"]}
    assert found == {"org.example.packs/old_notes": "deprecated", "org.example.packs/still_notes": "active"}


def test_a_server_that_the_latest_version_has_not_is_no_longer_offered(registry: TestRegistry) -> None:
    registry.version("talk", "1.0.0", "alice", servers(notes=remote(), tickets=remote()))
    registry.version("talk", "2.0.0", "alice", servers(tickets=remote()))
    site = build(registry)
    assert [each["server"]["title"] for each in load(site, ROOT)["servers"]] == ["tickets"]
    assert [each["server"]["version"] for each in load(site, f"{SPACE}talk_notes/versions")["servers"]] == ["1.0.0"]
    assert not (site / SPACE / "talk_notes/versions/latest").exists()
    assert load(site, f"{SPACE}talk_tickets/versions/latest")["server"]["version"] == "2.0.0"


def test_without_servers_there_is_an_empty_list(registry: TestRegistry) -> None:
    site = build(registry)
    for name in ("index.html", "index.json"):
        assert json.loads((site / ROOT / name).read_bytes()) == {"servers": [], "metadata": {"count": 0}}


def test_a_new_version_costs_its_own_files_and_the_lists(registry: TestRegistry) -> None:
    for name in ("one", "two", "three"):
        registry.version(name, "1.0.0", "alice", servers(notes=remote(), tickets=remote()))
    before = content(build(registry))
    registry.version("two", "1.1.0", "alice", servers(notes=remote()))
    after = content(build(registry))
    changed = {path for path in after if path.startswith("mcp/") and before.get(path) != after[path]}
    own, lists = {path for path in changed if "/two_" in path}, {f"{ROOT}index.html", f"{ROOT}index.json"}
    assert changed - own == lists
    assert not [path for path in before if path not in after and "/two_" not in path and path.startswith("mcp/")]


# --- pages ---


def follow(site: Path) -> Iterator[list[str]]:
    """The names on each page, as a host gives them that is configured."""
    path = site / pages.FIRST
    while True:
        page = json.loads(path.read_bytes())
        check(page, LIST)
        yield [each["server"]["name"] for each in page["servers"]]
        if "nextCursor" not in page["metadata"]:
            return
        path = site / pages.CURSORS / f"{page['metadata']['nextCursor']}.json"


@pytest.mark.slow
def test_pages_have_every_server_once_however_they_came_to_be(
    registry: TestRegistry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Pages are cut and joined as packs come and go; each time the site is that which is built at once."""
    monkeypatch.setattr(pages, "PACKS", 2)
    names = [f"pack-{number}" for number in range(28)]
    for start, end in ((0, 2), (2, 3), (3, 28)):
        for name in names[start:end]:
            registry.version(name, "1.0.0", "alice", servers(notes=remote(), tickets=remote()))
        site = build(registry)
        built(registry.path, tmp_path / f"fresh-{start}")
        assert [path for path in differences(site, tmp_path / f"fresh-{start}") if path.startswith("mcp/")] == []
        _check_whole(site)
    for name in names[:26]:
        registry.version(name, "2.0.0", "alice")
    site = build(registry)
    assert _check_whole(site) == 4
    assert not (site / pages.CURSORS).exists() or not list((site / pages.CURSORS).iterdir())


def _check_whole(site: Path) -> int:
    found = [name for page in follow(site) for name in page]
    there = sorted(f"org.example.packs/{each.parent.parent.name}" for each in (site / SPACE).glob("*/versions/latest"))
    assert sorted(found) == there
    return len(found)


def test_a_plain_list_is_cut_and_names_no_other_page(registry: TestRegistry) -> None:
    many = {f"server-{number:02}": remote() for number in range(60)}
    for name in ("one", "two", "three"):
        registry.version(name, "1.0.0", "alice", servers(**many))
    page = load(build(registry), ROOT)
    names = [each["server"]["name"] for each in page["servers"]]
    assert page["metadata"] == {"count": 100}
    assert names == sorted(names)
    assert names[49:51] == ["org.example.packs/one_server-49", "org.example.packs/three_server-00"]


@cases(st.text("0123456789abcdef", max_size=3))
def test_what_follows_a_piece_begins_where_it_ends(piece: str) -> None:
    following, ends = pages.after(piece), (int(piece or "0", 16) + 1) << 4 * (3 - len(piece))
    assert not following.endswith("0")
    assert int(following.ljust(3, "0"), 16) == ends if following else ends == 1 << 12


@pytest.mark.interop
@pytest.mark.parametrize("host", ["nginx", "caddy"])
def test_a_host_that_is_configured_gives_every_page(
    registry: TestRegistry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str
) -> None:
    monkeypatch.setattr(pages, "PACKS", 2)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for number in range(9):
        registry.version(f"pack-{number}", "1.0.0", "alice", servers(notes=remote()))
    site, port, file = build(registry), free_port(), tmp_path / "host.conf"
    user = "" if os.geteuid() else "user root;"
    file.write_text(HOSTS[host].format(work=tmp_path, site=site, port=port, user=user))
    options = (
        ["-e", str(tmp_path / "error.log"), "-c"] if host == "nginx" else ["run", "--adapter", "caddyfile", "--config"]
    )
    found, cursor = list[str](), ""
    with started([need(host), *options, str(file)], port):
        while True:
            with urlopen(f"http://127.0.0.1:{port}/{ROOT[:-1]}?limit=3{cursor}") as answer:
                assert answer.headers["Content-Type"] == "application/json"
                page = json.load(answer)
            found += [each["server"]["name"] for each in page["servers"]]
            if not (following := page["metadata"].get("nextCursor")):
                break
            cursor = f"&cursor={following}"
        name = quote("org.example.packs/pack-1_notes", safe="")
        with urlopen(f"http://127.0.0.1:{port}/{ROOT}{name}/versions/latest") as answer:
            assert json.load(answer)["server"]["version"] == "1.0.0"
        with urlopen(f"http://127.0.0.1:{port}/{ROOT}?cursor=../../../index") as answer:
            assert json.load(answer)["metadata"]["nextCursor"] == "1"
    assert sorted(found) == [f"org.example.packs/pack-{number}_notes" for number in range(9)]


HOSTS = {
    "nginx": """
daemon off; pid {work}/nginx.pid; {user} events {{}}
http {{
  access_log off; client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
  uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi; types {{ application/json json; }}
  map $arg_cursor $mcp_page {{ default servers/index; "~^(?<mcp_cursor>[0-9a-f]{{1,2}})$" cursor/$mcp_cursor; }}
  server {{
    listen 127.0.0.1:{port}; root {site}; absolute_redirect off;
    location ~ ^/mcp/v0\\.1/servers/?$ {{ try_files /mcp/v0.1/$mcp_page.json =404; }}
    location /mcp/ {{ index index.json; try_files $uri $uri/index.json =404; }}
  }}
}}
""",
    "caddy": """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  root * {site}
  @mcp_page `path('/mcp/v0.1/servers', '/mcp/v0.1/servers/') && {{query.cursor}}.matches('^[0-9a-f]{{1,2}}$')`
  rewrite @mcp_page /mcp/v0.1/cursor/{{query.cursor}}.json
  @mcp_first path /mcp/v0.1/servers /mcp/v0.1/servers/
  rewrite @mcp_first /mcp/v0.1/servers/index.json
  try_files {{path}} {{path}}/index.json
  file_server
}}
""",
}


# --- names ---


@cases(st.text(max_size=30))
def test_a_key_is_spelled_with_allowed_signs_and_can_be_read_again(key: str) -> None:
    assert naming.unspelled(naming.spelled(key)) == key
    assert set(naming.spelled(key)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@cases(st.text(max_size=99), st.sampled_from(["hello", "@acme/hello", f"@{'a' * 64}/{'b' * 64}"]))
def test_every_name_fits_and_its_path_is_the_packs(key: str, pack: str) -> None:
    origin = "packs.example.org/my_team"
    name = naming.segment(origin, pack, key)
    assert 1 <= len(name) <= naming.SPELLED
    check(f"{foreign.mcp_namespace(origin)}/{foreign.flat(pack)}_{name}", SERVER["properties"]["name"])
    assert foreign.place_of(foreign.mcp_server(origin, pack, name, "versions/1.0.0/index.html")) == (pack, "1.0.0")


@pytest.mark.parametrize(
    ("key", "name"), [("notes", "notes"), ("my_server", "my__server"), ("a b/é", "a_20b_2f_c3_a9"), ("../x", ".._2fx")]
)
def test_names_as_documented(key: str, name: str) -> None:
    assert naming.segment("packs.example.org", "hello", key) == name


def test_no_name_is_better_than_half_a_name() -> None:
    assert naming.segment("a" * 200, "hello", "notes") == ""
    assert naming.segment("packs.example.org", "hello", "") != naming.segment("packs.example.org", "hello", "x" * 99)


# --- packages and remotes ---


@pytest.mark.parametrize(
    ("command", "kind", "identifier", "version"),
    [
        ("npx -y notes-server@1.2.3 .", "npm", "notes-server", "1.2.3"),
        ("npx @acme/notes@2.0.0-beta.1", "npm", "@acme/notes", "2.0.0-beta.1"),
        ("uvx notes==1.2", "pypi", "notes", "1.2"),
        ("uvx --python 3.12 notes@1.2.3", "pypi", "notes", "1.2.3"),
        ("docker run -i --rm -e KEY ghcr.io/acme/notes:1.2.3", "oci", "ghcr.io/acme/notes:1.2.3", None),
        ("docker run --rm -i mcp/notes@sha256:" + "a" * 64, "oci", "mcp/notes@sha256:" + "a" * 64, None),
    ],
)
def test_packages_that_commands_name(command: str, kind: str, identifier: str, version: str | None) -> None:
    first, *rest = command.split()
    found = running.package(server(command=first, args=rest))
    assert found is not None
    assert (found["registryType"], found["identifier"], found.get("version")) == (kind, identifier, version)
    assert found["runtimeHint"] == first


@pytest.mark.parametrize(
    "command",
    [
        "npx notes-server",
        "npx notes-server@latest",
        "npx notes-server@^1.2.3",
        "npx notes-server@1.x",
        "npx -p notes@1.2.3 other",
        "npx",
        "uvx notes",
        "uvx --from notes==1.2.3 other",
        "uvx git+https://example.org/notes@1.2.3",
        "docker run notes",
        "docker run notes:latest",
        "docker run --privileged notes:1.2.3",
        "docker exec notes:1.2.3",
        "sh servers/notes.sh",
        "node server.js",
    ],
)
def test_commands_that_name_no_package_have_none(command: str) -> None:
    first, *rest = command.split()
    found = server(command=first, args=rest)
    assert running.package(found) is None
    assert shlex.split(running.command_line(found)) == [first, *rest]


@pytest.mark.parametrize(
    ("fields", "kind", "url"),
    [
        (remote(), "streamable-http", "https://mcp.example.org/"),
        ({"type": "sse", "url": "http://localhost:1/sse"}, "sse", "http://localhost:1/sse"),
        (remote("https://mcp.example.org/${TEAM}/mcp"), "streamable-http", "https://mcp.example.org/{TEAM}/mcp"),
        ({"type": "ws", "url": "wss://mcp.example.org/"}, None, None),
        (remote("${TICKETS_URL}"), None, None),
        (remote("https://user:pw@mcp.example.org/"), None, None),
    ],
)
def test_remotes(fields: dict[str, Any], kind: str | None, url: str | None) -> None:
    found = running.remote(server(**fields)) or {}
    assert (found.get("type"), found.get("url")) == (kind, url)


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("LOG_LEVEL", "warn", {"value": "warn"}),
        ("API_KEY", "${API_KEY}", {"isRequired": True, "isSecret": True}),
        ("HOST", "${HOST:-localhost}", {"default": "localhost"}),
        ("API_KEY", "abc", {"isRequired": True, "isSecret": True}),
        ("API_KEY", "${KEY:-abc}", {"isRequired": True, "isSecret": True}),
        ("LOG_LEVEL", "", {"isRequired": True}),
        ("PLACE", "$HOME/x", {"isRequired": True}),
        (
            "Authorization",
            "Bearer ${TOKEN}",
            {"value": "Bearer {TOKEN}", "variables": {"TOKEN": {"isRequired": True, "isSecret": True}}},
        ),
    ],
)
def test_inputs(name: str, value: str, found: dict[str, Any]) -> None:
    assert running.given(name, value) == found


SECRET = "hunter2"


@pytest.mark.parametrize(
    "fields",
    [
        {"command": "npx", "args": ["notes@1.2.3", f"--token={SECRET}"]},
        {"command": "npx", "args": ["notes@1.2.3", "--api-key", SECRET]},
        {"command": "npx", "args": ["notes@1.2.3"], "env": {"NOTES_PASSWORD": SECRET}},
        {"command": "docker", "args": ["run", "-e", f"NOTES_TOKEN={SECRET}", "notes:1.2.3"]},
        {"command": "docker", "args": ["run", f"--env=NOTES_TOKEN={SECRET}", "notes:1.2.3"]},
        {"command": "uvx", "args": ["notes==1.2.3", f"NOTES_TOKEN={SECRET}"]},
        {"command": "env", "args": [f"NOTES_TOKEN={SECRET}", "notes", "--password", SECRET]},
        {"url": "https://mcp.example.org/", "headers": {"Authorization": f"Bearer {SECRET}", "X-Api-Key": SECRET}},
    ],
)
def test_what_a_secret_is_said_to_be_is_never_said(fields: dict[str, Any]) -> None:
    said = json.dumps(_entry(server(**fields)))
    assert SECRET not in said
    assert ("isSecret" in said) == (fields.get("command") != "env")


WORDS = st.text(max_size=12) | st.sampled_from(
    ["-e", "-y", "run", "--rm", "${A}", "${B:-c}", "notes@1.2.3", "notes==1", "notes:1.2", "--key=x", "$", "{a}", "<b>"]
)
PAIRS = st.dictionaries(WORDS, WORDS, max_size=3)
PROGRAMS = st.fixed_dictionaries(
    {"command": st.sampled_from(["npx", "uvx", "docker", "sh"]), "args": st.lists(WORDS, max_size=6), "env": PAIRS}
)
PLACES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["remote", "sse", "ws", "http"]),
        "url": st.text(max_size=9).map(lambda text: f"https://mcp.example.org/{''.join(text.split())}${{A}}"),
        "headers": PAIRS,
    }
)


@cases(st.text(max_size=8), PROGRAMS | PLACES, st.text(max_size=120), st.text(max_size=20))
def test_whatever_a_server_is_its_entry_is_as_the_schema_demands(
    key: str, fields: dict[str, Any], about: str, address: str
) -> None:
    try:
        (found,) = parse_mcp(json.dumps({"mcpServers": {key: fields}}).encode())
    except ValueError:
        return
    check(_entry(found, about, f"https://{address}"), SERVER)


def _entry(found: Server, about: str = "", address: str = "") -> Any:
    manifest = Manifest("hello", "1.0.0", about, "", "", address, address, "", (), ("*",), (), (), (), {})
    entry = dict(entries.detail(REGISTRY, "org.example.packs/hello_notes", found, manifest))
    return entry | ({"title": running.command_line(found)[:100]} if found.kind == "stdio" else {})

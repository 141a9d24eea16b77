"""What hosts are told of the folders of other programs' formats, in the hosts."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.edges.store import walk
from packyard.formats import foreign, layout
from packyard.hosting.headers import ANY, format_headers
from packyard.hosting.values import PAGE_POLICY
from tests.dialects import sample
from tests.hosting import test_caddy, test_nginx
from tests.hosting.conftest import Answer, ask, heard, host_of, on, running, told
from tests.hosting.test_headers import headers, parse
from tests.tools import need

TOKEN, TOOLS = test_nginx.WITH_TOKEN, "agentpacks/packs/@acme/tools"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample registry's site with all formats, and a page of the list of servers."""
    made = sample.site(tmp_path_factory.mktemp("spoken"))
    (made / "mcp/v0.1/cursor").mkdir(exist_ok=True)
    (made / "mcp/v0.1/cursor/7f.json").write_text('{"servers":[],"metadata":{"count":0}}\n')
    return made


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def port(request: pytest.FixtureRequest, spoken: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A running server."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "nginx":
        port = test_nginx.configure(folder, spoken)
        command = [need("nginx"), "-c", str(folder / "nginx.conf")]
    else:
        port, command = test_caddy.configure(folder, spoken), test_caddy.command(folder)
    with running(command, port, folder):
        yield port


@pytest.mark.interop
def test_every_path_is_what_the_layout_says(spoken: Path, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for path in (path for path in walk(spoken) if path.startswith(foreign.FOLDERS)):
        answer = on(connection, path, **TOKEN)
        assert (answer.status, answer.body) == (200, (spoken / path).read_bytes()), path
        assert heard(path, answer) == told(path), path
        assert answer.headers.get("access-control-allow-origin") == (None if path.endswith(".html") else "*")
    connection.close()


@pytest.mark.interop
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("folder", ["health", "packs", "packs/hello", "packs/@acme/hello/versions/0.3.0", "featured"])
def test_a_folder_is_its_document(spoken: Path, port: int, folder: str, slash: str) -> None:
    path = f"agentpacks/{folder}"
    assert f"{path}/index.json" in said(spoken, ask(port, path + slash, **TOKEN))


@pytest.mark.interop
@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("agentpacks/packs?q=tests&limit=20", "agentpacks/q/tests.json"),
        ("agentpacks/packs/?limit=20&q=tests", "agentpacks/q/tests.json"),
        ("agentpacks/packs?q=nobody-has-this", "agentpacks/q/_none.json"),
        ("agentpacks/packs?q=two+words", "agentpacks/packs/index.json"),
        ("agentpacks/packs?q=Tests", "agentpacks/packs/index.json"),
        ("agentpacks/packs?q=", "agentpacks/packs/index.json"),
        ("agentpacks/packs?q=../../index", "agentpacks/packs/index.json"),
        ("agentpacks/packs?q=_none", "agentpacks/packs/index.json"),
        ("agentpacks/packs?q=tests/../hello", "agentpacks/packs/index.json"),
        ("agentpacks/packs?sort=name", "agentpacks/packs/index.json"),
        ("agentpacks/packs/hello?q=tests", "agentpacks/packs/hello/index.json"),
        ("agentpacks/packs/hello/dependencies?format=mermaid", "agentpacks/packs/hello/dependencies/mermaid.json"),
        ("agentpacks/packs/@acme/tools/dependencies/?format=mermaid", f"{TOOLS}/dependencies/mermaid.json"),
        ("agentpacks/packs/hello/dependencies?format=json", "agentpacks/packs/hello/dependencies/index.json"),
        ("ori/v1/search?q=tests", "ori/v1/search/q/tests.json"),
        ("ori/v1/search?q=nobody-has-this", "ori/v1/search/q/_none.json"),
        ("mcp/v0.1/servers?limit=30&cursor=7f", "mcp/v0.1/cursor/7f.json"),
        ("mcp/v0.1/servers/?cursor=7f&q=tests&format=mermaid", "mcp/v0.1/cursor/7f.json"),
        ("mcp/v0.1/servers?cursor=80", "mcp/v0.1/servers/index.json"),
        ("mcp/v0.1/servers?cursor=7F", "mcp/v0.1/servers/index.json"),
        ("mcp/v0.1/servers?cursor=../q", "mcp/v0.1/servers/index.json"),
    ],
)
def test_a_query_of_one_word_has_an_answer(spoken: Path, port: int, asked: str, answered: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", f"/{asked}", headers=TOKEN)
    answer = connection.getresponse()
    found = Answer(answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read())
    connection.close()
    assert answered in said(spoken, found)


@pytest.mark.interop
@pytest.mark.parametrize(
    "path", ["packs/nobody", "packs/@acme/nobody/", "packs/hello/versions/9.9.9/download", "x.svg"]
)
def test_what_is_missing_is_said_in_json(port: int, path: str) -> None:
    answer = ask(port, f"agentpacks/{path}", **TOKEN)
    assert (answer.status, answer.body) == (404, b'{"error":"not found"}')
    assert heard("x.json", answer) == told("x.json") | {"cache-control": "no-store"}
    assert ask(port, "packs/nobody/", **TOKEN).body != answer.body


@pytest.mark.interop
def test_nobody_writes(port: int) -> None:
    assert ask(port, "agentpacks/packs", "POST", **TOKEN).status == 405
    assert ask(port, "agentpacks/packs", "OPTIONS", **TOKEN).status == 204


@pytest.mark.interop
def test_a_query_answers_below_an_address_with_a_path(spoken: Path, tmp_path: Path) -> None:
    (tmp_path / "above").mkdir()
    (tmp_path / "above/r.x").symlink_to(spoken)
    port = test_nginx.configure(tmp_path, spoken, "http://127.0.0.1/r.x/", tmp_path / "above")
    with running([need("nginx"), "-c", str(tmp_path / "nginx.conf")], port, tmp_path):
        assert (
            ask(port, "r.x/agentpacks/packs/hello").body == (spoken / "agentpacks/packs/hello/index.json").read_bytes()
        )
        assert ask(port, "r.x/agentpacks/packs/nobody").body == b'{"error":"not found"}'
        assert ask(port, "agentpacks/packs/hello").status == 404


@pytest.mark.interop
def test_a_site_that_was_made_before_has_no_answers_but_its_folders(spoken: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(spoken / "agentpacks/packs", tmp_path / "site/agentpacks/packs").parent.parent
    port = test_nginx.configure(tmp_path, spoken, root=copy)
    with running([need("nginx"), "-c", str(tmp_path / "nginx.conf")], port, tmp_path):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/agentpacks/packs?q=tests")
        assert connection.getresponse().read() == (copy / "agentpacks/packs/index.json").read_bytes()
        connection.close()


def test_rules_fit_hosts_that_take_few(spoken: Path) -> None:
    paths = list(walk(spoken))
    rules = parse(format_headers(host_of(spoken), paths))
    for path in (path for path in paths if layout.kind(path) != ANY):
        policies = [PAGE_POLICY] if path.endswith(".html") else [PAGE_POLICY, "sandbox"]
        wanted = {name: [value] for name, value in told(path).items()} | {"content-security-policy": policies}
        assert headers(rules, f"/{path}") == wanted | {"access-control-allow-origin": ["*"]}, path


@pytest.mark.parametrize("name", ["hello", "acme.hello", "SNAPSHOT"])
def test_rules_know_packages_by_their_folder(spoken: Path, name: str) -> None:
    path = f"npm/@packs.example.org/{name}"
    rules = parse(format_headers(host_of(spoken), [*walk(spoken), path]))
    assert headers(rules, f"/{path}")["content-type"] == ["application/json"]
    assert headers(rules, "/packs/hello/index.json")["content-type"] == ["application/json"]
    assert headers(rules, "/packs/hello/index.html")["content-type"] == ["text/html; charset=utf-8"]


@pytest.mark.interop
def test_a_package_that_is_called_as_a_page(spoken: Path, port: int) -> None:
    page = spoken / "npm/@packs.example.org/acme.html"
    page.write_text("{}\n")
    answer = ask(port, "npm/@packs.example.org/acme.html", **TOKEN)
    page.unlink()
    assert (answer.status, heard("x.json", answer)) == (200, told("x.json"))
    assert ask(port, "npm/@packs.example.org/nobody", **TOKEN).body == b'{"error":"not found"}'


def said(site: Path, answer: Answer) -> list[str]:
    """The files that an answer is; it must be described as such a file."""
    assert answer.status == 200
    found = [path for path in walk(site) if path.endswith(".json") and (site / path).read_bytes() == answer.body]
    assert heard("x.json", answer) == told("x.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    return found

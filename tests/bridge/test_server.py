"""The bridge over real HTTP, before a real site: what it answers, what it refuses, and what does not verify."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import shutil
import socket
import tarfile
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from packyard.bridge.rate import REQUESTS, Rate
from packyard.edges import bridge, bridge_http
from packyard.edges.bridge import Bridge, check_host, open_server
from packyard.edges.bridge_documents import LiveDocuments
from packyard.errors import UsageError, WorldError
from packyard.formats import foreign
from tests.bridge.bed import Said, ask, client, make_site, registry, serving
from tests.client.user_bed import served
from tests.registry import SILENT
from tests.sites import built


def raw(port: int, text: bytes) -> bytes:
    """What comes back for these very bytes, up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        with contextlib.suppress(ConnectionError):
            while data := connection.recv(65_536):
                parts.append(data)
    return b"".join(parts)


def names(said: Said) -> list[str]:
    assert said.status == 200, said.body
    return [pack["name"] for pack in said.json["packs"]]


# --- many packs ---


def test_health(port: int) -> None:
    said = ask(port, "/health")
    assert said.json == {"status": "healthy", "registry": "packs.example.org", "snapshot": 1}
    assert said.headers["x-content-type-options"] == "nosniff"
    assert ask(port, "/").json == said.json
    assert said.headers["cache-control"] == "no-store"


def test_every_pack(port: int) -> None:
    found = ask(port, "/packs").json
    assert {key: found[key] for key in ("total", "page", "limit", "hasMore")} == {
        "total": 6, "page": 1, "limit": 20, "hasMore": False,
    }  # fmt: skip
    [hello] = [pack for pack in found["packs"] if pack["name"] == "hello"]
    assert hello == {
        "name": "hello",
        "displayName": "hello",
        "description": "About hello",
        "latestVersion": "2.0.0",
        "author": "alice",
        "license": "MIT",
        "tags": ["greeting"],
        "targets": ["claudecode"],
        "features": ["rules", "mcp", "models"],
        "downloads": None,
        "weeklyDownloads": None,
        "verified": None,
        "featured": None,
        "qualityScore": 75,
        "deprecated": False,
        "deprecationMessage": None,
        "updatedAt": "2026-03-01T14:00:00Z",
    }
    assert {pack["name"]: pack["latestVersion"] for pack in found["packs"]}["gone"] == ""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=hello", ["hello"]),
        ("q=helo%20q:", []),
        ("q=has:routing", ["hello"]),
        ("features=routing", ["hello"]),
        ("features=mcp,models", ["hello"]),
        ("tags=test,other", ["other"]),
        ("tags=test&tags=other&unheard=of", ["other"]),
        ("tags=none", []),
        ("targets=cursor&sort=name&author=bob", ["fading", "other", "tired"]),
        ("author=%40acme", ["@acme/tools"]),
        ("q=owner:acme", ["@acme/tools"]),
        ("q=deprecated:yes", ["other"]),
        ("targets=*&tags=greeting", ["hello"]),
        ("", ["@acme/tools", "fading", "gone", "hello", "other", "tired"]),
    ],
)
def test_filters(port: int, query: str, expected: list[str]) -> None:
    said = ask(port, f"/packs?{query}")
    if query == "q=helo%20q:":
        assert (said.status, said.json["code"]) == (400, "search-filter")
        return
    found = names(said)
    assert (found if "sort" in query else sorted(found)) == expected


def test_pages(port: int) -> None:
    pages = [ask(port, f"/packs?sort=name&limit=4&page={page}").json for page in (1, 2, 3)]
    assert [len(page["packs"]) for page in pages] == [4, 2, 0]
    assert [page["hasMore"] for page in pages] == [True, False, False]
    assert {page["total"] for page in pages} == {6}
    found = [pack["name"] for page in pages for pack in page["packs"]]
    assert found == sorted(found)
    assert ask(port, "/packs?sort=name&limit=4&offset=4").json == pages[1]
    assert ask(port, "/packs?sort=name&limit=4&offset=0").json == pages[0]


@pytest.mark.parametrize("sort", ["relevance", "name", "updated", "downloads", "weekly", "quality"])
def test_orders(port: int, sort: str) -> None:
    found = ask(port, f"/packs?sort={sort}").json["packs"]
    assert len(found) == 6
    if sort == "updated":
        assert [pack["updatedAt"] for pack in found] == sorted((pack["updatedAt"] for pack in found), reverse=True)
    if sort == "quality":
        points = [pack["qualityScore"] for pack in found if pack["qualityScore"] is not None]
        assert points == sorted(points, reverse=True)
        assert found[-1]["qualityScore"] is None


@pytest.mark.parametrize(
    "query",
    [
        "sort=best",
        "page=0",
        "page=-1",
        "page=one",
        "page=%D9%A3",
        "limit=1001",
        "limit=0",
        "offset=3&limit=2",
        "offset=2&limit=2&page=1",
        "q=a&q=b",
        "q=colour:red",
        "q=deprecated:maybe",
        f"q={'a' * 1001}",
        "q=%ff",
        "&".join(["a=b"] * 65),
        "a" * 5000,
    ],
)
def test_bad_parameters(port: int, query: str) -> None:
    said = ask(port, f"/packs?{query}")
    assert said.status == 400
    assert said.json["error"]


def test_tags_targets_and_totals(port: int) -> None:
    assert ask(port, "/tags").json["tags"] == [
        {"tag": "test", "count": 4},
        {"tag": "greeting", "count": 1},
        {"tag": "other", "count": 1},
    ]
    counts = {each["target"]: each["count"] for each in ask(port, "/targets").json["targets"]}
    assert (len(counts), counts["cursor"], counts["claudecode"], counts["zed"]) == (20, 4, 4, 3)
    for target in ("cursor", "zed"):
        assert ask(port, f"/targets/{target}").json["total"] == counts[target]
    assert names(ask(port, "/targets/none")) == ["@acme/tools", "fading", "tired"]
    assert names(ask(port, "/targets/cursor?limit=2&page=2")) == ["other", "tired"]
    assert ask(port, "/stats").json == {"totalPacks": 6, "totalVersions": 9, "totalDownloads": None}


def test_what_nobody_knows(port: int) -> None:
    said = ask(port, "/featured")
    assert (said.status, said.json["code"]) == (404, "featured-unknown")


# --- one pack ---


@pytest.mark.parametrize("name", ["@acme/tools", "@acme%2Ftools", "%40acme%2ftools", "%40acme/tools"])
def test_scoped_names(port: int, name: str) -> None:
    assert ask(port, f"/packs/{name}").json["name"] == "@acme/tools"
    assert ask(port, f"/packs/{name}/").json["latestVersion"] == "1.0.0"
    assert ask(port, f"/packs/{name}/versions/1.0.0").json["packName"] == "@acme/tools"


def test_a_pack(port: int) -> None:
    said = ask(port, "/packs/hello").json
    assert (said["author"], said["owners"], said["latestVersion"]) == ("Ada", ["alice"], "2.0.0")
    assert said["dependencies"] == ["@acme/tools", "nowhere"]
    assert [(each["version"], each["fileCount"]) for each in said["versions"]] == [
        ("2.0.0", 5),
        ("1.1.0", 3),
        ("1.0.0", 4),
    ]
    assert said["versions"] == ask(port, "/packs/hello/versions").json["versions"]
    assert said["versions"][2]["yanked"]["reason"] == "the tests say so"
    for name in ("tags", "targets", "features", "versions"):
        assert isinstance(said[name], list)


def test_a_version(port: int) -> None:
    said = ask(port, "/packs/hello/versions/2.0.0").json
    assert said["packManifest"] == said["manifest"]
    assert said["manifest"]["dependencies"] == ["@acme/tools", "nowhere"]
    assert said["featureSummary"] == {
        "rules": 1,
        "commands": 0,
        "agents": 0,
        "skills": 0,
        "hooks": False,
        "plugins": 0,
        "mcp": 1,
        "ignore": False,
        "models": True,
        "modelProfiles": 1,
    }
    assert ask(port, "/packs/hello/versions/latest").json == said
    address = urlsplit(said["tarballUrl"])
    assert address.netloc == f"127.0.0.1:{port}"
    assert ask(port, address.path).headers["x-integrity"] == said["integrity"]


def test_downloads(port: int, site: Path) -> None:
    for version in ("2.0.0", "1.0.0"):  # a yanked one is there for who asks for it
        said = ask(port, f"/packs/hello/versions/{version}/download")
        assert said.body == (site / f"packs/hello/{version}/hello-{version}.tar.gz").read_bytes()
        assert said.headers["content-type"] == "application/gzip"
        assert said.headers["x-integrity"] == f"sha256-{sha256(said.body).hexdigest()}"
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(said.body))) as archive:
            assert "pack.json" in archive.getnames()
    scoped = ask(port, "/packs/@acme%2Ftools/versions/latest/download")
    assert scoped.headers["content-disposition"] == 'attachment; filename="tools-1.0.0.tar.gz"'
    head = ask(port, "/packs/hello/versions/latest/download", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["content-length"]) == (site / "packs/hello/2.0.0/hello-2.0.0.tar.gz").stat().st_size


def test_the_rest_of_a_pack(port: int) -> None:
    assert ask(port, "/packs/hello/readme").json == {"content": "# hello\n\nVersion 2.0.0.\n"}
    assert ask(port, "/packs/tired/readme").json == {"content": "\ufffd# Tired\n"}
    counted = ask(port, "/packs/hello/stats?days=7").json
    assert counted == {"packName": "hello", "totalDownloads": None, "weeklyDownloads": None, "dailyStats": []}
    assert ask(port, "/packs/hello/stats?days=0").status == 400
    assert ask(port, "/packs/hello/reviews").json == {"reviews": [], "total": 0, "averageRating": None}
    said = ask(port, "/packs/hello/quality").json
    assert (said["score"], said["badge"], said["breakdown"]["total"]) == (75, "good", 75)
    assert [each["packName"] for each in ask(port, "/packs/hello/dependents").json["dependents"]] == ["@acme/tools"]


def test_dependencies(port: int) -> None:
    said = ask(port, "/packs/hello/dependencies").json
    assert said == {
        "graph": {
            "root": "hello",
            "nodes": ["hello", "@acme/tools", "nowhere"],
            "edges": [
                {"from": "hello", "to": "@acme/tools"},
                {"from": "hello", "to": "nowhere"},
                {"from": "@acme/tools", "to": "hello"},
            ],
            "depth": 1,
        },
        "cycles": ["@acme/tools", "hello", "@acme/tools"],
    }
    assert ask(port, "/packs/hello/dependencies?format=mermaid").json["mermaid"].startswith("graph TD\n")
    assert ask(port, "/packs/hello/dependencies?format=dot").status == 400


def test_what_was_taken_back(port: int) -> None:
    for path in ("", "/readme", "/quality", "/versions", "/versions/1.0.0", "/versions/1.0.0/download"):
        said = ask(port, f"/packs/gone{path}")
        assert (said.status, said.json["code"]) == (404, "version-withdrawn")
    assert [each["version"] for each in ask(port, "/packs/fading").json["versions"]] == ["1.0.0"]
    assert "was withdrawn on" in ask(port, "/packs/fading/versions/1.1.0").json["error"]
    assert ask(port, "/packs/tired").json["latestVersion"] == ""
    assert ask(port, "/packs/tired/versions/latest/download").status == 404
    assert ask(port, "/packs/tired/versions/1.0.0/download").status == 200


# --- what is not there ---


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/packs/none",
        "/packs/none/readme",
        "/packs/none/dependencies",
        "/packs/UPPER",
        "/packs/@acme",
        "/packs/@acme/tools/nothing",
        "/packs/hello/versions/2.0.0/nothing",
        "/packs/hello/versions/9.0.0",
        "/packs/hello/versions/^1.0.0",
        "/packs//",
        "/packs/hello//",
        "/packs/..%2f..%2fetc",
        "/packs/hello/versions/..%2f..",
        "/health/x",
        "/targets/a/b",
        "/index.json",
    ],
)
def test_404(port: int, path: str) -> None:
    said = ask(port, path)
    assert said.status == 404
    assert said.json["error"]


@pytest.mark.parametrize("path", ["/%ff", "/packs/%c3%28", "/a%00b", "/a%0ab", "/" + "a" * 1001])
def test_unreadable_paths(port: int, path: str) -> None:
    assert ask(port, path).status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", ["/packs", "/packs/hello", "/health"])
def test_405(port: int, method: str, path: str) -> None:
    said = ask(port, path, method)
    assert (said.status, said.headers["allow"]) == (405, "GET, HEAD")
    assert said.json["allowed"] == ["GET", "HEAD"]


# --- who asks, and how ---


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:80", "127.1.2.3:8470", "[::1]:8470"])
def test_own_names(port: int, host: str) -> None:
    assert ask(port, "/health", Host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1", "0.0.0.0", "evil@127.0.0.1",
        "127.0.0.1:bad", "127.0.0.1:0", "127.0.0.1/x", "127.0.0.1#", "[::1", "[::1%eth0]", "::1", "", "localhost,evil",
    ],
)  # fmt: skip
def test_names_of_others(port: int, host: str) -> None:
    said = ask(port, "/packs", Host=host)
    assert (said.status, b"hello" in said.body) == (421, False)


def test_a_request_names_one_host(port: int) -> None:
    assert b" 421 " in raw(port, b"GET /health HTTP/1.1\r\n\r\n")
    twice = b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"
    assert b" 421 " in raw(port, twice)
    assert b" 400 " in raw(
        port, b"GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /health\r\n\r\n",
        b"__class__ /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /health HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    ],
)
def test_nonsense(port: int, text: bytes) -> None:
    answer = raw(port, text)
    assert not answer.startswith(b"HTTP/1.1 2")
    assert b"Traceback" not in answer
    assert ask(port, "/health").status == 200


def test_a_connection_is_kept_and_a_body_ends_it(port: int) -> None:
    one = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert raw(port, one * 3).count(b" 200 ") == 3
    smuggled = b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nGET /packs HTTP/1.1\r\n\r\n"
    assert raw(port, smuggled).count(b"HTTP/1.1 ") == 1


def test_who_is_slow_is_left(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge_http, "HEADER_SECONDS", 0.2)
    documents = LiveDocuments(client(tmp_path, site))
    with serving(documents) as port, socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: ")
        assert connection.recv(100) == b""


def test_so_many_connections_and_no_more(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "CONNECTIONS", 2)
    with serving(LiveDocuments(client(tmp_path, site))) as port:
        waiting = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(2)]
        for each in waiting:  # each has its thread once it has an answer
            each.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert each.recv(65_536).startswith(b"HTTP/1.1 200")
        assert raw(port, b"").startswith(b"HTTP/1.1 503")
        for each in waiting:
            each.close()


def test_429(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge_http, "REQUESTS", Rate(3, 3600))
    with serving(LiveDocuments(client(tmp_path, site))) as port:
        statuses = [ask(port, "/nothing").status for _ in range(3)]
        said = ask(port, "/health")
    assert statuses == [404, 404, 404]
    assert said.status == 429
    assert 3500 < int(said.headers["retry-after"]) <= 3600
    assert said.json["retryAfter"] == int(said.headers["retry-after"])


def test_counted_addresses_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "ADDRESSES", 10)
    limiter = bridge.Limiter()
    for number in range(50):
        limiter.check(f"127.0.0.{number}", REQUESTS)
    assert len(limiter._times) == 10


# --- addresses ---


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org", "", "2001:db8::1"])
def test_no_address_of_others(host: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_host(host)
    assert caught.value.problem.expected == "127.0.0.1, ::1 or localhost"


def test_addresses_of_this_machine(site: Path, tmp_path: Path) -> None:
    assert [check_host(host) for host in ("127.0.0.1", "127.0.0.2", "::1", "localhost")][3] == "127.0.0.1"
    held = Bridge(LiveDocuments(client(tmp_path, site)))
    with open_server(held) as server:
        assert server.address == f"http://127.0.0.1:{server.server_port}/"
        with pytest.raises(WorldError) as caught:
            open_server(held, port=server.server_port)
    assert caught.value.problem.code == "port-taken"


# --- trust ---


def test_what_does_not_verify_is_not_served(site: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(site, tmp_path / "site")
    changed = {
        "packs/hello/2.0.0/hello-2.0.0.tar.gz": ["/packs/hello/versions/latest/download", "/packs/hello/readme"],
        "packs/hello/2.0.0/metadata.json": ["/packs/hello", "/packs/hello/versions"],
        "stats.json": ["/stats", "/tags"],
        "packs/@acme/tools/index.json": ["/packs/@acme/tools", "/packs/hello/dependencies"],
    }
    for path in changed:
        data = (broken / path).read_bytes()
        (broken / path).write_bytes(data[:-20] + bytes((data[-20] ^ 1,)) + data[-19:])
    with serving(LiveDocuments(client(tmp_path / "user", broken))) as port:
        for path in [path for paths in changed.values() for path in paths]:
            said = ask(port, path)
            assert (said.status, said.headers["content-type"]) == (502, "text/plain; charset=utf-8"), path
            assert said.body.startswith(b"what the registry says does not verify: ")
            assert b"x-integrity" not in str(said.headers).encode()
        assert ask(port, "/packs/other").status == 200


def test_another_root_key(site: Path, tmp_path: Path) -> None:
    other = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
    with serving(LiveDocuments(client(tmp_path, site, other))) as port:
        for path in ("/health", "/packs", "/packs/hello", "/tags"):
            assert ask(port, path).status == 502


def test_a_site_that_is_not_there(tmp_path: Path) -> None:
    with serving(LiveDocuments(client(tmp_path, tmp_path / "none"))) as port:
        said = ask(port, "/health")
    assert (said.status, said.headers["content-type"]) == (503, "text/plain; charset=utf-8")
    assert said.body.startswith(b"the registry cannot be asked: ")


def test_news_are_seen_and_older_states_are_refused(tmp_path: Path) -> None:
    made = registry(tmp_path / "repo")
    built(tmp_path / "repo", tmp_path / "site")
    old = shutil.copytree(tmp_path / "site", tmp_path / "old")
    with serving(LiveDocuments(client(tmp_path / "user", tmp_path / "site"))) as port:
        assert ask(port, "/packs/hello").json["latestVersion"] == "2.0.0"
        made.version("hello", "2.1.0", "alice")
        made.commit("News")
        built(tmp_path / "repo", tmp_path / "site")
        assert ask(port, "/packs/hello").json["latestVersion"] == "2.1.0"
        assert ask(port, "/health").json["snapshot"] == 2
        shutil.rmtree(tmp_path / "site")
        shutil.copytree(old, tmp_path / "site")
        assert ask(port, "/packs/hello").status == 502


def test_a_site_behind_an_address(site: Path, tmp_path: Path) -> None:
    with (
        served("http.server", site, tmp_path) as place,
        serving(LiveDocuments(client(tmp_path / "user", place))) as port,
    ):
        assert names(ask(port, "/packs?q=hello")) == ["hello"]
        download = ask(port, "/packs/hello/versions/latest/download")
        assert download.headers["x-integrity"] == f"sha256-{sha256(download.body).hexdigest()}"
        assert ask(port, "/packs/hello/dependents").json["total"] == 1


# --- a site with agentpacks' own files ---


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that has them."""
    return make_site(tmp_path_factory.mktemp("own"), SILENT | {"agentpacks": True})


def test_what_only_those_files_know(own: Path, tmp_path: Path) -> None:
    with serving(LiveDocuments(client(tmp_path, own))) as port:
        assert names(ask(port, "/featured?limit=5")) == ["hello"]
        assert {pack["name"] for pack in ask(port, "/packs").json["packs"] if pack["featured"]} == {"hello"}
        assert ask(port, "/packs/hello").json["featured"] is True
        assert ask(port, "/packs/other").json["featured"] is False
        assert ask(port, "/featured?limit=x").status == 400


def test_both_say_the_same(own: Path, tmp_path: Path) -> None:
    """What a site has as files is what the bridge answers, but for what only one of them can know."""
    paths = [f"packs/{name}" for name in ("hello", "@acme/tools", "tired", "fading")]
    more = ("versions", "readme", "quality", "stats", "reviews", "dependencies", "dependents", "versions/1.0.0")
    paths += [f"packs/hello/{each}" for each in more]
    with serving(LiveDocuments(client(tmp_path, own))) as port:
        for path in [*paths, "stats"]:
            static = json.loads((own / foreign.AGENTPACKS / path / "index.json").read_text())
            live = ask(port, f"/{path}").json
            for each in (static, live):
                each.pop("featured", None)
                each.pop("tarballUrl", None)
            assert live == static, path

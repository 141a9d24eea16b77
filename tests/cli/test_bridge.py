"""`packyard bridge` as a process, and `agentpacks publish` through it: real sites, real git, real HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pygit2
import pytest

from packyard.bridge import posting
from packyard.bridge.rate import Rate
from packyard.cli.bridging import publishing
from packyard.edges import bridge_http, bridge_submit
from packyard.edges.bridge_documents import LiveDocuments
from packyard.edges.bridge_submit import TOKEN
from packyard.errors import UsageError
from packyard.formats import tarball
from tests.bridge.bed import Said, ask, client, serving
from tests.bridge.test_archive import packed
from tests.bridge.test_multipart import TYPE, form
from tests.bridge.test_server import raw
from tests.cli.conftest import Packyard
from tests.forges import git, hook, refs
from tests.sites import built
from tests.tools import need

SECRET = "correct horse battery staple"
BRANCH = "refs/heads/packyard/hello/0.1.0"


@pytest.fixture(autouse=True)
def author(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who commits, for processes of their own."""
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Robot")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "robot@example.org")


@pytest.fixture
def bare(registry: Path, home: Path) -> Path:
    """The registry as a bare repository that everybody pushes to."""
    git(home, "clone", "-q", "--bare", str(registry), "registry.git")
    return home / "registry.git"


@pytest.fixture
def clone(bare: Path, home: Path) -> Path:
    """A contributor's clone of it."""
    git(home, "clone", "-q", str(bare), "clone")
    return home / "clone"


@pytest.fixture
def site(registry: Path, home: Path) -> Path:
    """The registry's site, with nothing in it."""
    built(registry, home / "site")
    return home / "site"


@pytest.fixture
def key(home: Path) -> Path:
    """Alice's key."""
    return home / "config" / "packyard" / "keys" / "default.key"


@pytest.fixture
def port(site: Path, clone: Path, key: Path, home: Path) -> Iterator[int]:
    """A bridge that takes packs."""
    documents = LiveDocuments(client(home / "reader", site))
    with serving(documents, publishing(str(clone), str(key), SECRET)) as port:
        yield port


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def post(port: int, files: Mapping[str, bytes], metadata: object = None, token: str = SECRET) -> Said:
    """What `agentpacks publish` sends."""
    parts = {"tarball": packed(files, prefix="./")}
    if metadata is not None:
        parts["metadata"] = json.dumps(metadata).encode()
    return send(port, form(parts), token)


def send(port: int, body: bytes, token: str = SECRET, content_type: str = TYPE) -> Said:
    return ask(port, "/packs", "POST", body, Authorization=f"Bearer {token}", Content_Type=content_type)


def branch(bare: Path, ref: str, place: str) -> dict[str, bytes]:
    """The files below a place on a branch."""
    repository = pygit2.Repository(str(bare))
    tree, index = repository.revparse_single(f"{ref}:{place}"), pygit2.Index()
    assert isinstance(tree, pygit2.Tree)
    index.read_tree(tree)
    return {entry.path: repository[entry.id].read_raw() for entry in index}


# --- a pack is posted ---


def test_a_posted_pack_becomes_a_signed_submission(
    port: int, bare: Path, pack: Path, site: Path, registry: Path
) -> None:
    files = content(pack)
    said = post(port, files, {"name": "hello", "version": "0.1.0", "manifest": {"name": "hello"}})
    assert said.status == 201, said.body
    pushed = branch(bare, BRANCH, "registry-src/packs/he/hello/0.1.0")
    assert {path: data for path, data in pushed.items() if not path.startswith("SHA256SUMS")} == files
    assert said.json["submission"] == {"branch": "packyard/hello/0.1.0", "page": None}
    assert (said.json["name"], said.json["version"], said.json["notes"]) == ("hello", "0.1.0", [])
    assert any("pushed packyard/hello/0.1.0" in line for line in said.json["said"])
    git(registry, "pull", "-q", "--ff-only", str(bare), "packyard/hello/0.1.0")
    built(registry, site)
    download = ask(port, "/packs/hello/versions/latest/download")
    assert download.headers["x-integrity"] == said.json["integrity"]
    assert download.body == tarball.compress(tarball.format_tar(pushed.items()))


def test_the_same_again_and_what_is_published(port: int, bare: Path, pack: Path) -> None:
    files = content(pack)
    first = post(port, files).json
    before = refs(bare)
    again = post(port, files)
    assert (again.status, again.json["integrity"]) == (201, first["integrity"])
    assert refs(bare) == before
    git(bare, "update-ref", "refs/heads/main", BRANCH)
    known = post(port, files)
    assert (known.status, known.json["submission"]) == (200, None)
    assert known.json["integrity"] == first["integrity"]
    other = post(port, files | {"rules/hello.md": b"# Other\n\n- Something else.\n"})
    assert other.status == 409
    assert other.json["error"].startswith("error[version-exists]: hello 0.1.0 is published already")


def test_what_the_client_leaves_out_and_what_is_left_out(port: int, bare: Path, pack: Path) -> None:
    files = content(pack)
    about = json.loads(files["pack.json"])
    del about["version"]
    more = {".git/HEAD": b"ref", ".env": b"TOKEN=1", "node_modules/a/b.js": b"1", "SHA256SUMS": b"", "x.pem": b"1"}
    said = post(port, {**files, **more, "pack.json": json.dumps(about).encode()}, {"name": "hello"})
    assert said.status == 201, said.body
    assert said.json["version"] == "1.0.0"
    pushed = branch(bare, "refs/heads/packyard/hello/1.0.0", "registry-src/packs/he/hello/1.0.0")
    assert pushed.keys() == {*files, "SHA256SUMS", "SHA256SUMS.minisig"}
    assert {"tarball/.git", "tarball/.env", "tarball/node_modules"} <= {note["path"] for note in said.json["notes"]}


def test_findings_in_words(port: int, bare: Path, pack: Path) -> None:
    before, files = refs(bare), content(pack)
    secret = b"ghp_" + b"q8Zr3Xk7Mz2Lw9Tn4Vb6Yc1Dp5Sf0Hg3Jk8A\n"
    said = post(port, files | {"rules/hello.md": secret})
    assert said.status == 422
    text = "\n".join(said.json["findings"])
    assert "error[secret" in text
    assert "pack/rules/hello.md" in text
    assert "packyard-bridge-" not in said.body.decode()
    bad = post(port, files | {"pack.json": b'{"name": "hello", "version": "1.0.0", "tags": 5}'})
    assert (bad.status, bad.json["findings"][0]["path"]) == (422, "tarball/pack.json")
    odd = post(port, files | {"rules/pr\u00fcfung.md": b"# Look\n"})
    assert (odd.status, odd.json["findings"][0]["code"]) == (422, "path-invalid")
    none = post(port, {"README.md": b"# Nothing\n"})
    assert none.status == 422
    assert refs(bare) == before


def test_another_publishers_pack(port: int, bare: Path, clone: Path, pack: Path, packyard: Packyard) -> None:
    packyard("keygen", "--out", "bob.key", "--no-password")
    there = ("submit", pack, "--repo", clone, "--key", "bob.key", "--publisher", "bob")
    assert packyard(*there).code == 0
    git(bare, "update-ref", "refs/heads/main", BRANCH)
    files = content(pack)
    about = json.loads(files["pack.json"]) | {"version": "0.2.0"}
    said = post(port, files | {"pack.json": json.dumps(about).encode()})
    assert said.status == 403
    assert any("error[owner-mismatch]" in line for line in said.json["findings"])


def test_a_push_that_fails(port: int, bare: Path, pack: Path) -> None:
    hook(bare, "echo 'not on a Sunday' >&2; exit 1")
    said = post(port, content(pack))
    assert said.status == 502
    assert any("not on a Sunday" in line for line in said.json["findings"])
    (bare / "hooks" / "pre-receive").unlink()
    assert post(port, content(pack)).status == 201


def test_a_push_that_never_ends(port: int, bare: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge_submit, "SECONDS", 0.01)
    assert post(port, content(pack)).status == 504
    assert BRANCH not in refs(bare)


def test_modules_of_a_pack_are_not_run(port: int, pack: Path, home: Path) -> None:
    trap = f"open({str(home / 'caught')!r}, 'w')".encode()
    names = ("__init__.py", "__main__.py", "click.py", "packyard.py", "packyard/__init__.py", "sitecustomize.py")
    post(port, content(pack) | dict.fromkeys(names, trap))
    assert not (home / "caught").exists()


#: What `agentpacks publish` does with its tarball, its manifest, the registry's address and its token.
FETCH = """
import { readFileSync } from "node:fs";
const [file, about, url, token] = process.argv.slice(2);
const form = new FormData();
form.append("tarball", new Blob([readFileSync(file)], { type: "application/gzip" }), "@acme/hello-0.1.0.tgz");
form.append("metadata", JSON.stringify({ name: "hello", version: "0.1.0", manifest: JSON.parse(about) }));
const headers = { Authorization: `Bearer ${token}` };
const answer = await fetch(`${url}/packs`, { method: "POST", headers, body: form });
console.log(answer.status, await answer.text());
"""


@pytest.mark.interop
def test_what_node_sends(port: int, bare: Path, pack: Path, home: Path) -> None:
    (home / "publish.mjs").write_text(FETCH)
    subprocess.run([need("tar"), "-czf", str(home / "pack.tgz"), "-C", str(pack), "."], check=True)
    about, url = (pack / "pack.json").read_text(), f"http://127.0.0.1:{port}"
    command = [need("node"), "publish.mjs", "pack.tgz", about, url, SECRET]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
    status, _, text = done.stdout.partition(" ")
    assert status == "201", done.stdout
    assert json.loads(text)["name"] == "hello"
    assert BRANCH in refs(bare)


def test_through_a_registry_that_is_cloned_for_it(
    bare: Path, site: Path, key: Path, pack: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    documents, taking = LiveDocuments(client(home / "reader", site)), publishing(str(bare), str(key), SECRET)
    assert str(bare) in taking.words
    with serving(documents, taking) as port:
        said = post(port, content(pack))
    assert said.status == 201, said.body
    assert BRANCH in refs(bare)


# --- who may post, and what ---


def test_without_the_token(port: int, bare: Path, pack: Path) -> None:
    before, files = refs(bare), content(pack)
    for token in ("", "wrong", SECRET + " ", SECRET[:-1], "é"):
        said = post(port, files, token=token)
        assert (said.status, said.headers["www-authenticate"]) == (401, "Bearer")
    assert ask(port, "/packs", "POST", form({"tarball": b""}), Content_Type=TYPE).status == 401
    assert refs(bare) == before


def test_where_packs_are_posted(port: int) -> None:
    said = ask(port, "/packs/hello", "POST")
    assert (said.status, said.headers["allow"]) == (405, "GET, HEAD")
    assert ask(port, "/packs", "PUT").headers["allow"] == "GET, HEAD, POST"
    assert ask(port, "/packs").status == 200


def test_413(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    large = {"tarball": os.urandom(posting.TARBALL_LIMIT + 1)}
    said = send(port, form(large))
    assert (said.status, said.json["maxSize"], said.json["actualSize"]) == (413, 10_000_000, 10_000_001)
    said = send(port, form({"tarball": packed({"a": bytes(65_000_000)})}))
    assert (said.status, said.json["maxSize"], said.json["actualSize"]) == (413, 64_000_000, None)
    monkeypatch.setattr(posting, "BODY_LIMIT", 100)
    said = send(port, form({"tarball": bytes(200)}))
    assert (said.status, said.json["maxSize"]) == (413, 100)
    assert said.json["actualSize"] > 200


def test_a_body_that_is_not_wanted_does_not_cost_the_answer(port: int) -> None:
    large = form({"tarball": bytes(posting.BODY_LIMIT)})
    assert send(port, large).json["maxSize"] == posting.BODY_LIMIT
    assert send(port, large, token="wrong").status == 401


def test_who_waits_to_be_asked_for_the_body_is(port: int) -> None:
    head = f"POST /packs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {SECRET}\r\nContent-Type: {TYPE}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(f"{head}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"no")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_hostile_bodies(port: int, bare: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, good = refs(bare), packed(content(pack))
    bodies = {
        b"": 400,
        b"{}": 400,
        form({"other": b"1"}): 400,
        form({"tarball": good})[:-4]: 400,
        form({"tarball": good}) * 2: 400,
        form({"tarball": b"not gzip"}): 422,
        form({"tarball": packed({"../evil": b""} | content(pack))}): 422,
        form({"tarball": packed({"../.git/config": b""} | content(pack))}): 422,
        form({"tarball": packed({"/.git/config": b""} | content(pack))}): 422,
        form({"tarball": good, "metadata": b"{"}): 400,
        form({"tarball": good, "metadata": b"[]"}): 400,
        form({"tarball": good, "metadata": b'{"name": "other"}'}): 400,
        form({"tarball": good, "metadata": b'{"version": "9.9.9"}'}): 400,
    }
    monkeypatch.setattr(bridge_http, "PUBLISHES", Rate(100, 60))
    for body, status in bodies.items():
        said = send(port, body)
        assert (said.status, "error" in said.json) == (status, True), body[:100]
    assert send(port, form({"tarball": good}), content_type="text/plain").status == 400
    assert refs(bare) == before


def test_ten_a_minute(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge_http, "PUBLISHES", Rate(2, 3600))
    assert [send(port, b"", token="no").status for _ in range(3)] == [401, 401, 429]
    assert ask(port, "/health").status == 200


def test_bodies_without_a_length(port: int) -> None:
    head = f"POST /packs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {SECRET}\r\nContent-Type: {TYPE}\r\n"
    for more, status in (
        ("\r\n", b"411"),
        ("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        ("Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", b"411"),
        ("Content-Length: -5\r\n\r\n", b"400"),
        ("Content-Length: 99999999999999999999\r\n\r\n", b"400"),
        ("Content-Length: 5\r\n\r\nabc", b"400"),
    ):
        answer = raw(port, (head + more).encode())
        assert answer.startswith(b"HTTP/1.1 " + status), more
        assert answer.count(b"HTTP/1.1 ") == 1


# --- the command ---


@contextmanager
def running(home: Path, *arguments: object, **more: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """The command as a process of its own, which an interrupt ends; its port."""
    command = [sys.executable, "-m", "packyard", "bridge", *map(str, arguments), "--port", "0"]
    environ = {**os.environ, **more}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home, env=environ
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield urlsplit(line.strip()).port or 0, process
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert "Traceback" not in process.stderr.read()


def test_the_whole_command(site: Path, clone: Path, bare: Path, key: Path, home: Path, pack: Path) -> None:
    arguments = (site, "--submit", clone, "--key", key)
    with running(home, *arguments, **{TOKEN: SECRET}) as (port, _):
        assert ask(port, "/health").json["status"] == "healthy"
        said = post(port, content(pack))
    assert said.status == 201, said.body
    assert BRANCH in refs(bare)
    assert said.json["integrity"].startswith("sha256-")


def test_without_a_site_it_is_the_one_here(site: Path, home: Path) -> None:
    with running(home) as (port, _):
        assert ask(port, "/packs").json["total"] == 0
        said = ask(port, "/packs", "POST")
        assert (said.status, said.headers["allow"]) == (405, "GET, HEAD")


def test_at_another_loopback_address(site: Path, home: Path) -> None:
    with running(home, site, "--host", "localhost") as (port, _):
        assert ask(port, "/health").status == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "the bridge serves this machine alone"),
        (["--host", "example.org"], "the bridge serves this machine alone"),
        (["none"], "there is no site"),
        (["--submit", "clone"], "both --submit and --key"),
        (["--key", "some.key"], "both --submit and --key"),
        (["--root", "x"], "key"),
        (["--port", "70000"], "70000"),
    ],
)
def test_wrong_calls(packyard: Packyard, site: Path, arguments: list[str], words: str) -> None:
    said = packyard("bridge", *arguments)
    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_a_root_key_that_is_not_the_registrys(packyard: Packyard, site: Path) -> None:
    said = packyard("bridge", site, "--root", "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3")
    assert (said.code, said.out) == (14, "")


def test_packs_are_not_taken_without_a_token_or_a_publisher(
    packyard: Packyard, site: Path, clone: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for token in ("", "short", "é" * 20):
        monkeypatch.setenv(TOKEN, token)
        said = packyard("bridge", site, "--submit", clone, "--key", key)
        assert said.code == 2
        assert "PACKYARD_BRIDGE_TOKEN" in said.err
    packyard("keygen", "--out", "bob.key", "--no-password")
    with pytest.raises(UsageError) as caught:
        publishing(str(clone), "bob.key", SECRET)
    assert caught.value.problem.code == "key-unknown"


def test_the_token_is_not_handed_on(clone: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN, SECRET)
    environ = bridge_submit._environment(str(key))
    assert SECRET not in environ.values()
    assert environ["PACKYARD_KEY"] == str(key)
    assert sha256(SECRET.encode()).hexdigest() not in str(environ)

"""`packyard search` on real sites, in folders and behind an address: what it prints, says and refuses."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from packyard.cli import search
from packyard.cli.errors import reported
from packyard.cli.group import invoke
from packyard.edges import client_searching
from packyard.errors import WorldError
from packyard.formats import layout
from tests.cli.conftest import Said
from tests.registry import TestRegistry, small
from tests.sites import built

Search = Callable[..., Said]
HOSTILE = "\x1b[2J\x1b]0;x\x07\u202e\u2066 ##[group] Greets"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with packs of several kinds."""
    folder = tmp_path_factory.mktemp("search")
    registry = small(folder / "repo")
    registry.version("code-review", "2.0.0", "bob", manifest={"tags": ["review"], "description": "Übersicht 代码"})
    registry.version("old-name", "1.0.0", "bob")
    registry.version("code-review-kit", "1.0.0", "bob", manifest={"license": None, "features": ["hooks"]})
    registry.commit("More packs")
    registry.statement("rename", "old-name", "bob", to="code-review")
    registry.commit("Rename one")
    built(folder / "repo", folder / "site")
    return folder / "site"


@pytest.fixture
def run(site: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Search:
    """Calls the command on the site, or on another, with a cache of its own."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def call(*arguments: object, at: object = site) -> Said:
        capfd.readouterr()
        given = [*map(str, arguments), "--site", str(at)]
        return Said(reported(lambda: invoke(search.command, given, "packyard search")), *capfd.readouterr())

    return call


@pytest.fixture
def without_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searches as in a site that has no search index."""
    monkeypatch.setattr(client_searching, "_search", lambda stated, asked, files: None)


# --- what is printed ---


def test_lines_for_programs(run: Search) -> None:
    said = run("code", "review")
    assert said == Said(
        0,
        "code-review\t2.0.0\tbob\t\tÜbersicht 代码\ncode-review-kit\t1.0.0\tbob\t\tAbout code-review-kit\n",
        "",
    )
    assert run("old-name").out == "old-name\t1.0.0\tbob\trenamed:code-review\tAbout old-name\n"
    assert run("--deprecated").out == "other\t0.1.0\tbob\tdeprecated\tAbout other\n"


def test_every_pack_and_pages(run: Search) -> None:
    assert [line.split("\t")[0] for line in run().out.splitlines()] == [
        "hello",
        "@acme/tools",
        "code-review-kit",
        "code-review",
        "other",
        "old-name",
    ]
    first, second, third = (run("--limit", 4, "--page", page) for page in (1, 2, 3))
    assert (first.out + second.out).splitlines() == run().out.splitlines()
    assert first.err == "1 to 4 of 6; `--page 2` shows more\n"
    assert second.err == "5 to 6 of 6\n"
    assert (third.code, third.out, third.err) == (0, "", "page 3 is empty: there are 6 packs, 4 on a page\n")


def test_options_are_filters(run: Search) -> None:
    def found(*arguments: object) -> list[str]:
        return sorted(line.split("\t")[0] for line in run(*arguments).out.splitlines())

    assert found("--tag", "review") == found("tag:review") == ["code-review"]
    assert found("--target", "cursor", "--tag", "other") == found("target:cursor tag:other") == ["other"]
    assert found("--owner", "acme") == found("--author", "@acme") == ["@acme/tools"]
    assert found("--has", "hooks") == found("--feature", "hooks") == ["code-review-kit"]
    assert found("--license", "none") == ["code-review-kit"]
    assert found("--no-deprecated", "--owner", "bob", "renamed:no") == ["code-review", "code-review-kit"]
    assert found("--sort", "name", "owner:bob")[0] == "code-review"


def test_the_document(run: Search, site: Path) -> None:
    said = run("tag:review", "code", "--json", "--limit", 1, "--sort", "downloads")
    found = json.loads(said.out)
    [row] = [row for row in json.loads((site / "index.json").read_text())["packs"] if row["name"] == "code-review"]
    [pack] = found.pop("packs")
    assert {**row, "match": "words"} == pack | {name: row[name] for name in row.keys() - pack.keys()}
    assert found == {
        "format": "packyard/search/1",
        "registry": "packs.example.org",
        "snapshot": json.loads((site / "index.json").read_text())["snapshot"],
        "words": ["code"],
        "filters": ["tag:review"],
        "sort": "downloads",
        "total": 1,
        "page": 1,
        "limit": 1,
        "hasMore": False,
        "unknown": 1,
        "part": 0,
        "guesses": [],
    }
    assert said.err == ""


def test_unknown_downloads_are_told(run: Search) -> None:
    said = run("--sort", "downloads", "--limit", 2)
    assert said.out.splitlines()[0].startswith("hello\t")
    assert said.err.splitlines()[0] == "`downloads` is not known of 6 of 6 packs: they come last"


def test_words_that_could_be_meant(run: Search) -> None:
    said = run("helo")
    assert (said.out.split("\t")[0], said.err) == (
        "hello",
        "no pack has these very words; these are spelt alike\n",
    )
    said = run("tag:reveiw", "hello")
    assert (said.code, said.out) == (0, "")
    assert said.err == "nothing was found: alone, `hello` finds 1, `tag:reveiw` finds 0\ndid you mean `tag:review`?\n"
    assert run("tag:\x1b[2Jreview\u202e").err.splitlines()[0] == "nothing was found"
    assert json.loads(run("tag:reveiw", "--json").out)["guesses"] == ["tag:review"]


def test_a_part_of_the_words(run: Search) -> None:
    said = run("review", "xylophone", "code")
    assert [line.split("\t")[0] for line in said.out.splitlines()] == ["code-review", "code-review-kit"]
    assert said.err == "no pack has all words; these have 2 of 3\n"
    assert json.loads(run("review", "xylophone", "code", "--json").out)["part"] == 2


def test_a_table_on_a_terminal(site: Path) -> None:
    mine, theirs = pty.openpty()
    program = (
        "from packyard.cli.errors import reported; from packyard.cli.group import invoke; "
        f"from packyard.cli.search import command; reported(lambda: invoke(command, ['--site', {str(site)!r}], ''))"
    )
    given = {**os.environ, "COLUMNS": "60", "TERM": "xterm", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    subprocess.run([sys.executable, "-c", program], stdout=theirs, env=given, check=True)
    os.close(theirs)
    text = os.read(mine, 10_000).decode()
    os.close(mine)
    assert text.splitlines() == [
        "NAME             LATEST  OWNER  STATE          DESCRIPTION",
        "hello            1.1.0   alice                 About hello",
        "@acme/tools      1.0.0   acme                  About @acme/…",
        "code-review-kit  1.0.0   bob                   About code-r…",
        "code-review      2.0.0   bob                   Übersicht 代…",
        "other            0.1.0   bob    deprecated     About other",
        "old-name         1.0.0   bob    renamed:code…  About old-na…",
    ]


@pytest.mark.usefixtures("without_index")
def test_strangers_text_is_harmless(run: Search, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.loads((site / "index.json").read_text())
    row = {**data["packs"][0], "description": HOSTILE, "owner": HOSTILE, "latest": HOSTILE, "renamed": HOSTILE}
    line = json.dumps({**row, "tags": [HOSTILE]}, ensure_ascii=False)
    head = (site / "index.json").read_text().partition("\n")[0]
    monkeypatch.setattr(search, "load_index", lambda place, digest: f"{head}\n{line}\n]}}\n".encode())
    for arguments in ((), ("greets",), ("--json",), ("grets",), ("tag:x",), ("owner:greets",)):
        said = run(*arguments)
        assert said.code == 0
        for text in (said.out, said.err):
            assert text.replace("\t", "").replace("\n", "").isprintable()
            assert "##[" not in text


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("colour:red",), "search-filter"),
        (("--has", "readme"), "search-value"),
        (("deprecated:maybe",), "search-value"),
        (("x" * 2000,), "search-too-long"),
        (("--sort", "fame"), "usage-wrong"),
        (("--page", "0"), "usage-wrong"),
        (("--limit", "0"), "usage-wrong"),
    ],
)
def test_what_cannot_be_asked(arguments: tuple[str, ...], code: str, run: Search) -> None:
    said = run(*arguments)
    assert (said.code, said.out) == (2, "")
    assert f"error[{code}]: " in said.err
    assert "   = help: " in said.err


def test_no_site(run: Search, tmp_path: Path) -> None:
    assert run(at=tmp_path / "nowhere").code == 2
    said = run(at=tmp_path)
    assert (said.code, said.out) == (11, "")


@pytest.fixture
def copied(site: Path, tmp_path: Path) -> Path:
    """A copy of the site that can be changed."""
    return Path(shutil.copytree(site, tmp_path / "copy"))


def test_the_answers_are_those_of_the_catalogue(run: Search, request: pytest.FixtureRequest) -> None:
    queries = (("code", "review"), ("tag:review",), ("--sort", "name"), ("helo",), ("--owner", "acme"), ("nowhere",))
    by_index = [run(*query) for query in queries]
    request.getfixturevalue("without_index")
    assert [sorted(run(*query).out.splitlines()) for query in queries] == [
        sorted(said.out.splitlines()) for said in by_index
    ]


def test_a_changed_index_is_not_searched(run: Search, copied: Path) -> None:
    index = copied / "search/catalogue.gz"
    index.write_bytes(index.read_bytes()[:-1])
    said = run("hello", at=copied)
    assert (said.code, said.out) == (13, "")
    assert "error[file-changed]: the file is not the one that was sealed" in said.err
    assert f"--> {index}" in said.err


@pytest.mark.usefixtures("without_index")
def test_a_changed_catalogue_is_not_searched(run: Search, copied: Path) -> None:
    index = copied / "index.json"
    index.write_bytes(index.read_bytes().replace(b"About hello", b"About hallo"))
    said = run("hello", at=copied)
    assert (said.code, said.out) == (13, "")
    assert "error[file-changed]: the file is not the one that was sealed" in said.err
    assert f"--> {index}" in said.err


@pytest.mark.usefixtures("without_index")
def test_a_copy_between_two_snapshots_is_searched(run: Search, copied: Path) -> None:
    index = copied / "index.json"
    kept = copied / layout.by_hash(sha256(index.read_bytes()).hexdigest())
    kept.parent.mkdir(exist_ok=True)
    shutil.copy(index, kept)
    index.write_bytes(b"{}")
    assert run("hello", at=copied).out.startswith("hello\t1.1.0\t")


def test_a_changed_snapshot_is_not_believed(run: Search, copied: Path) -> None:
    path = copied / "SNAPSHOT"
    path.write_bytes(path.read_bytes().replace(b"# number 1\n", b"# number 2\n"))
    assert run("hello", at=copied).code == 12


@pytest.mark.usefixtures("without_index")
def test_a_catalogue_of_another_format(run: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "load_index", lambda place, digest: b"{}\n")
    said = run()
    assert (said.code, said.out) == (1, "")
    assert "error[document-invalid]: " in said.err


def test_a_network_that_fails(run: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> bytes:
        raise WorldError("network-failed", "the address cannot be read", path="index")

    monkeypatch.setattr(client_searching, "_search", fail)
    assert run().code == 3


# --- where the site is ---


def invoke_here(*arguments: str) -> int:
    """Calls the command in the folder where one is."""
    return reported(lambda: invoke(search.command, list(arguments), "packyard search"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """The site behind an address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_a_folder_a_file_address_and_a_server_are_the_same(
    run: Search, site: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = run("review")
    assert wanted.out
    assert run("review", at=f"file://{site}") == run("review", at=address) == wanted
    monkeypatch.chdir(site.parent)
    assert invoke_here("review") == 0


def test_a_registry_without_packs(run: Search, tmp_path: Path) -> None:
    registry = TestRegistry(tmp_path / "repo")
    registry.publisher("alice")
    registry.commit("Open the registry")
    built(tmp_path / "repo", tmp_path / "empty")
    said = run("hello", "channel:beta", at=tmp_path / "empty")
    assert (said.code, said.out) == (0, "")
    assert said.err.startswith("nothing was found")

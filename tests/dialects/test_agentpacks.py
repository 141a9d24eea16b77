"""The registry API of agentpacks: what its client asks for and reads, from a plain server and from a configured one."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.edges.spoken import TABLES, Lists, Spoken
from packyard.edges.store import walk
from packyard.formats import foreign, layout
from packyard.formats.featured import Featured
from packyard.formats.manifest import TARGETS
from packyard.model import Row
from packyard.registry import Registry
from packyard.surfaces.dialects.agentpacks import lists
from packyard.surfaces.dialects.values import Event, Said, Size
from packyard.surfaces.site import Site, Totals
from tests.dialects import agentpacks_client
from tests.dialects.agentpacks_client import Client, RefusedError, read_lock, shown_info, shown_search
from tests.hosting import test_nginx
from tests.hosting.conftest import running
from tests.registry import SILENT, TestRegistry
from tests.sites import built, content, differences, inodes, rewritten
from tests.test_readme import DOCS, Block, home, run, tour
from tests.tools import need

__all__ = ["home"]

ROOT = "agentpacks"


@contextmanager
def plain(site: Path) -> Iterator[str]:
    """A server that knows nothing but files and `index.html`; gives the address of the registry."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{ROOT}"
        server.shutdown()


@contextmanager
def configured(site: Path, folder: Path) -> Iterator[str]:
    """The nginx that the program configures."""
    folder.mkdir()
    port = test_nginx.configure(folder, site)
    with running([need("nginx"), "-c", str(folder / "nginx.conf")], port, folder):
        yield f"http://127.0.0.1:{port}/{ROOT}/"


@pytest.fixture(params=["plain", pytest.param("nginx", marks=pytest.mark.interop)])
def client(request: pytest.FixtureRequest, whole: Path, tmp_path: Path) -> Iterator[Client]:
    """A client of the sample registry."""
    with plain(whole) if request.param == "plain" else configured(whole, tmp_path / "nginx") as url:
        yield Client(url, "of-a-friend")


def read(site: Path, path: str) -> Any:
    """A document."""
    return json.loads((site / ROOT / path / "index.html").read_text())


def test_login(client: Client) -> None:
    assert client.healthy()


def test_search(client: Client) -> None:
    found = client.search("tests")
    names = [pack["name"] for pack in found["packs"]]
    assert {"@acme/hello", "gone"} <= set(names)
    assert "    v0.3.0 | null downloads | by acme" in shown_search(found)


@pytest.mark.interop
def test_a_configured_host_answers_a_search_for_a_word(whole: Path, tmp_path: Path) -> None:
    with configured(whole, tmp_path / "nginx") as url:
        client = Client(url)
        assert [pack["name"] for pack in client.search("tests")["packs"]] == ["gone", "@acme/hello"]
        assert client.search("nobody-has-this") == {
            "packs": [],
            "total": 0,
            "limit": 50,
            "hasMore": False,
            "next": None,
        }
        assert client.search("two words") == client.search("") == client.json("packs")
        assert client.json("packs/hello/dependencies?format=mermaid")["mermaid"].startswith("graph TD\n")


@pytest.mark.parametrize("name", ["hello", "@acme/hello"])
def test_info(client: Client, name: str) -> None:
    pack = client.info(name)
    lines = shown_info(pack)
    assert lines[:2] == [name, f"  {name}"]
    assert "  Downloads: null" in lines
    assert isinstance(pack["latestVersion"], str)


def test_a_pack_that_is_not_there(client: Client) -> None:
    with pytest.raises(RefusedError, match=r"^404: "):
        client.info("nobody")
    with pytest.raises(RefusedError, match="Invalid registry pack name"):
        client.install(Path(), "registry:@acme/hello")


def test_install(client: Client, whole: Path, tmp_path: Path) -> None:
    files = client.install(tmp_path, "registry:hello")
    assert "skills/greet/SKILL.md" in files
    locked = read_lock(tmp_path)["sources"]["registry:hello"]
    release = json.loads((whole / "packs/hello/index.json").read_text())["versions"][1]
    assert (locked["resolvedRef"], release["version"]) == ("2.0.0", "2.0.0")
    assert locked["packs"]["hello"]["integrity"] == f"sha256-{release['tarball']['sha256']}"
    assert client.install(tmp_path, "registry:hello") == files


def test_a_version_by_its_number(client: Client, tmp_path: Path) -> None:
    assert "hooks/run.sh" in client.install(tmp_path, "registry:hello@1.0.0"), "yanked, and asked for exactly"
    with pytest.raises(RefusedError, match=r"^404: "):
        client.install(tmp_path, "registry:gone@1.0.0", update=True)


def test_a_changed_tarball_is_refused(whole: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(whole / ROOT, tmp_path / "site" / ROOT).parent
    with plain(copy) as url:
        client = Client(url)
        client.install(tmp_path, "registry:hello")
        tarball = copy / ROOT / "packs/hello/versions/2.0.0/download"
        tarball.write_bytes((copy / ROOT / "packs/hello/versions/1.1.0/download").read_bytes())
        with pytest.raises(RefusedError, match=r"Integrity mismatch for hello@2\.0\.0"):
            client.install(tmp_path, "registry:hello")
    assert (tmp_path / ".agentpacks/.curated/hello/skills/greet/SKILL.md").exists()


def test_a_download_is_the_published_tarball(whole: Path) -> None:
    found = [path for path in walk(whole) if path.startswith(ROOT) and path.endswith("/download")]
    for path in found:
        name = foreign.place_of(path).pack
        number = path.split("/")[-2]
        number = read(whole, f"packs/{name}")["latestVersion"] if number == "latest" else number
        assert (whole / path).read_bytes() == (whole / layout.tarball(name, number)).read_bytes()
        assert read(whole, f"packs/{name}/versions/{number}")["tarballSize"] == (whole / path).stat().st_size
    assert len(found) == 9 + 6


def test_each_document_is_there_twice(whole: Path) -> None:
    pages = [path for path in walk(whole) if path.startswith(f"{ROOT}/") and path.endswith("/index.html")]
    for path in pages:
        assert (whole / path).read_bytes() == (whole / path.replace("index.html", "index.json")).read_bytes()


def test_the_client_finds_every_list(whole: Path) -> None:
    names = [pack["name"] for pack in read(whole, "packs")["packs"]]
    for name in names:
        pack = read(whole, f"packs/{name}")
        assert all(isinstance(pack[key], list) for key in ("tags", "targets", "features", "versions"))
        assert pack["latestVersion"] in [each["version"] for each in pack["versions"]]
    assert names[-1] == "other", "deprecated, so it comes last"
    assert read(whole, "packs/other")["deprecationMessage"] == "the tests say so"


def test_what_a_version_says(whole: Path) -> None:
    version = read(whole, "packs/hello/versions/2.0.0")
    assert version["packManifest"]["dependencies"] == ["@acme/tools"]
    assert version["tarballUrl"] == "https://packs.example.org/packs/hello/2.0.0/hello-2.0.0.tar.gz"
    assert version["featureSummary"] == {
        "rules": 1, "commands": 1, "agents": 1, "skills": 2, "hooks": True,
        "plugins": 0, "mcp": 2, "ignore": False, "models": True, "modelProfiles": 2,
    }  # fmt: skip
    assert read(whole, "packs/hello/versions/latest") == version


def test_what_is_withdrawn_or_yanked(whole: Path) -> None:
    assert [each["version"] for each in read(whole, "packs/gone")["versions"]] == ["1.1.0"]
    assert not (whole / ROOT / "packs/gone/versions/1.0.0").exists()
    yanked = {each["version"]: each["yanked"] for each in read(whole, "packs/hello")["versions"]}
    assert yanked["1.0.0"] == {"reason": "the tests say so", "date": "2026-03-01"}


def test_quality_is_that_of_the_site(whole: Path) -> None:
    quality = read(whole, "packs/hello/quality")
    assert (quality["score"], quality["badge"], quality["breakdown"]["total"]) == (90, "excellent", 90)
    assert read(whole, "packs/hello")["qualityScore"] == 90


def test_lists_of_tags_targets_and_what_is_featured(whole: Path) -> None:
    assert {"tag": "tests", "count": 2} in read(whole, "tags")["tags"]
    assert {each["target"] for each in read(whole, "targets")["targets"]} == {"*", *TARGETS}
    assert "other" in [pack["name"] for pack in read(whole, "targets/cursor")["packs"]]
    featured = read(whole, "featured")["packs"]
    assert [(pack["name"], pack["featured"], pack["note"]) for pack in featured] == [("hello", True, "A first pack")]
    assert read(whole, "stats") == {"totalPacks": 6, "totalVersions": 10, "totalDownloads": None}


def test_packs_of_which_nothing_is_offered(tmp_path: Path) -> None:
    made = TestRegistry(tmp_path / "repo")
    made.settings(surfaces=SILENT | {"agentpacks": True})
    made.trust()
    made.publisher("bob")
    for name in ("away", "pulled", "stays"):
        made.version(name, "1.0.0", "bob")
    made.commit("Publish three packs")
    made.statement("withdraw", "away", "bob", version="1.0.0")
    made.statement("yank", "pulled", "bob", version="1.0.0")
    made.commit("Offer two of them no more")
    built(made.path, tmp_path / "site")
    site = tmp_path / "site"
    assert not (site / ROOT / "packs/away").exists()
    assert read(site, "packs/pulled")["latestVersion"] == ""
    assert not (site / ROOT / "packs/pulled/versions/latest").exists()
    assert [pack["name"] for pack in read(site, "packs")["packs"]] == ["stays"]
    assert not (site / ROOT / "q/pulled.json").exists()


def test_a_new_version_touches_its_pack_and_the_lists_that_show_it(tmp_path: Path) -> None:
    made = TestRegistry(tmp_path / "repo")
    made.settings(surfaces=SILENT | {"agentpacks": True})
    made.publisher("bob")
    for name in ("one-pack", "two-pack"):
        made.version(name, "1.0.0", "bob", manifest={"tags": [name[:3]], "targets": ["cursor"]})
    made.commit("Publish two packs")
    built(made.path, tmp_path / "site")
    before = content(tmp_path / "site")
    made.version("one-pack", "1.1.0", "bob", manifest={"tags": ["one"], "targets": ["cursor"]})
    made.commit("Publish one-pack 1.1.0")
    built(made.path, tmp_path / "site")
    after = content(tmp_path / "site")
    changed = {path for path in after if path.startswith(ROOT) and before.get(path) != after[path]}
    rest = {path for path in changed if not path.startswith(f"{ROOT}/packs/one-pack/")}
    both = ("index.html", "index.json")
    listed = {f"{ROOT}/{folder}/{file}" for folder in ("packs", "targets/cursor", "stats") for file in both}
    assert rest == listed | {f"{ROOT}/q/{word}.json" for word in ("one", "pack", "one-pack")}
    assert not [path for path in changed if "/versions/1.0.0/" in path]
    built(made.path, tmp_path / "fresh", new_log=True)
    assert not [path for path in differences(tmp_path / "site", tmp_path / "fresh") if path.startswith(ROOT)]


WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@given(st.lists(st.text(max_size=80), max_size=60))
def test_words_are_names_of_files(texts: list[str]) -> None:
    found = lists.words(texts)
    assert len(found) == len(set(found)) <= lists.WORDS
    assert all(WORD.fullmatch(word) and word in "\n".join(texts).lower() for word in found)


def test_words_with_hyphens_are_found_by_their_parts() -> None:
    assert lists.words(["@acme/code-review", "Tests"]) == ("acme", "code-review", "code", "review", "tests")


class Known(Lists, Spoken):
    """Lists in a memory of their own."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.executescript(TABLES)
        super().__init__(self.db, ROOT)

    def add(self, number: int, *named: str) -> None:
        """Adds a pack in these lists; the first are the best."""
        name, rank = f"pack-{number}", f"{number:04d}"
        self.set_said(name, [(ROOT, Said(f'{{"name":"{name}"}}', tuple((each, rank) for each in named)))])

    def featured(self) -> list[Featured]:
        return []

    def totals(self) -> Totals:
        return Totals(0, 0, 0)

    def row(self, name: str) -> Row | None:
        return None

    def events(self, start: int, stop: int) -> list[Event]:
        return []

    def extent(self) -> Size:
        return Size(0, 0)


SITE = Site(Registry("packs.example.org", "", "https://packs.example.org/", (), 14, {}, {}, {}), False, ())


def made_list(known: Known, name: str, path: str) -> Any:
    """What is in a file of a list."""
    found = {each.path: each for each in lists.plan_list(SITE, known, name)}
    recipe = found[f"{ROOT}/{path}"]
    return json.loads(found[recipe.copied or recipe.path].render())


def test_lists_have_the_first_and_say_where_the_others_are() -> None:
    known = Known()
    for number in range(300):
        known.add(number, "packs", "word test")
    found, few = made_list(known, "packs", "packs/index.json"), made_list(known, "word test", "q/test.json")
    assert [pack["name"] for pack in found["packs"]] == [f"pack-{number}" for number in range(250)]
    rest = {name: text for name, text in found.items() if name != "packs"}
    assert rest == {"total": 300, "limit": 250, "hasMore": True, "next": "https://packs.example.org/index.json"}
    assert (len(few["packs"]), few["total"], few["hasMore"]) == (50, 300, True)


def test_targets_are_listed_by_those_that_name_them() -> None:
    known = Known()
    for number, name in enumerate(["target *", "target cursor", "target agentsmd", "target cursor", "target A/b"]):
        known.add(number, "packs", name)
    cursor = made_list(known, "target cursor", "targets/cursor/index.html")
    assert [pack["name"] for pack in cursor["packs"]] == ["pack-1", "pack-3"]
    counts = {each["target"]: each["count"] for each in made_list(known, "", "targets/index.json")["targets"]}
    assert counts == dict.fromkeys(TARGETS, 0) | {"*": 1, "cursor": 2, "agentsmd": 1, "A/b": 1}
    assert list(lists.plan_list(SITE, known, "target *")) == list(lists.plan_list(SITE, known, "target A/b")) == []


def test_an_empty_registry_has_every_list() -> None:
    known = Known()
    paths = {
        each.path for name in ("", *lists.grown(Size(0, 0), Size(0, 0))) for each in lists.plan_list(SITE, known, name)
    }
    assert {f"{ROOT}/{folder}/index.html" for folder in ("health", "packs", "tags", "targets/zed", "stats")} <= paths


@pytest.mark.interop
def test_commands_of_the_page(home: Path, whole: Path) -> None:
    """The command is another one than the page is about, but asks the same."""
    command = home / "bin/agentpacks"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(agentpacks_client.__file__)}" "$@"\n')
    command.chmod(0o755)
    with configured(whole, home / "nginx") as url:

        def here(text: str) -> str:
            return text.replace("https://packs.my.example/agentpacks", url.rstrip("/"))

        blocks = [block._replace(code=here(block.code), shown=list(map(here, block.shown))) for block in page()]
        path = f"PATH={command.parent}:$PATH\n"
        run(home, [blocks[0]._replace(code=path + blocks[0].code), *blocks[1:]])


def page() -> list[Block]:
    """What the page about this client says to run."""
    return tour(DOCS / "clients/agentpacks.md")


def test_a_download_follows_its_tarball(tmp_path: Path) -> None:
    """It goes when the version is withdrawn, the latest one changes, and lost memory changes nothing."""
    made = TestRegistry(tmp_path / "repo")
    made.settings(surfaces=SILENT | {"agentpacks": True})
    made.trust()
    made.publisher("bob")
    for number in ("1.0.0", "2.0.0"):
        made.version("hello", number, "bob")
    made.commit("Publish two versions")
    site = tmp_path / "site"
    built(made.path, site)
    versions, before = site / ROOT / "packs/hello/versions", inodes(site)
    assert (versions / "latest/download").read_bytes() == (versions / "2.0.0/download").read_bytes()
    shutil.rmtree(tmp_path / ".packyard/site")
    built(made.path, site)
    assert not [path for path in rewritten(before, inodes(site)) if path.startswith(ROOT)]
    made.statement("withdraw", "hello", "bob", version="2.0.0")
    made.commit("Withdraw hello 2.0.0")
    built(made.path, site)
    assert (versions / "latest/download").read_bytes() == (site / layout.tarball("hello", "1.0.0")).read_bytes()
    assert not (versions / "2.0.0").exists() or not list((versions / "2.0.0").iterdir())

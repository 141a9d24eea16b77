"""Agent skills: what the indexes say is what is there, and the programs that read them get exactly the publisher's
files, or nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.edges.store import walk
from packyard.formats import layout, tarball
from packyard.formats.skill import MAX_DESCRIPTION, parse_skill
from packyard.registry import Registry
from packyard.surfaces.dialects import agent_skills
from packyard.surfaces.dialects.agent_skills.finding import text
from packyard.surfaces.skills import INERT, inert
from tests.dialects import sample
from tests.registry import SILENT, TestRegistry, signer
from tests.sites import built, differences, inodes, rewritten
from tests.test_lifecycle import secret_text
from tests.test_readme import DOCS, FENCE, Block, run, tour, web_server
from tests.tools import need

ONLY = SILENT | {"agent-skills": True}
#: Asks programs to tell nobody that they run, and to look for nothing newer.
QUIET = dict.fromkeys(
    (
        "DISABLE_TELEMETRY",
        "DO_NOT_TRACK",
        "NO_COLOR",
        "npm_config_offline",
        "OPENCODE_DISABLE_AUTOUPDATE",
        "OPENCODE_DISABLE_MODELS_FETCH",
    ),
    "true",
)
HELLO = "packs/hello/.well-known/"
# fmt: off
#: Ends of names of files on which browsers or hosts act.
ACTIVE = (
    "html", "htm", "xhtml", "xht", "shtml", "shtm", "mht", "mhtml", "svg", "svgz", "xml", "xsl", "xslt", "xsd",
    "rdf", "atom", "rss", "js", "mjs", "cjs", "jsx", "css", "wasm", "pdf", "swf", "hta", "htc", "php", "php5",
    "phtml", "cgi", "pl", "asp", "aspx", "jsp", "htaccess", "config", "appcache", "webmanifest", "map", "var", "gz",
    "tgz", "br", "zip", "minisig", "sums", "exe",
)
# fmt: on


def index(site: Path, path: str) -> dict[str, dict[str, Any]]:
    """The entries of an index, by name."""
    document = json.loads((site / path / "index.json").read_bytes())
    assert document["$schema"] == "https://schemas.agentskills.io/discovery/0.2.0/schema.json"
    assert document.keys() == {"$schema", "skills"}
    entries = {entry["name"]: entry for entry in document["skills"]}
    assert list(entries) == sorted(entries)
    assert len(entries) == len(document["skills"])
    return entries


def indexes(site: Path, folder: str) -> list[str]:
    """The folders of this name that have an index."""
    return [path.removesuffix("index.json") for path in walk(site) if path.endswith(f"/{folder}/index.json")]


def skill(name: str, files: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The files of a skill in a pack: its SKILL.md, and others."""
    head = f"---\nname: {name}\ndescription: Helps\n---\n\nHelp.\n".encode()
    return {f"skills/{name}/{path}": data for path, data in {"SKILL.md": head, **(files or {})}.items()}


# What is there ------------------------------------------------------------------------------------------------------


def test_every_entry_is_an_archive_with_this_digest_and_these_files(whole: Path) -> None:
    for folder in (*indexes(whole, "agent-skills"), *indexes(whole, "skills")):
        for name, entry in index(whole, folder).items():
            assert entry["type"] == "archive"
            data = (whole / folder / entry["url"]).read_bytes()
            assert entry["digest"] == f"sha256:{sha256(data).hexdigest()}"
            files = dict(tarball.parse(data, 1_000_000))
            assert list(files) == entry["files"]
            head, problems = parse_skill(files["SKILL.md"])
            assert (head.name, head.description, problems) == (name, entry["description"], ())


def test_unpacked_files_are_those_of_the_archive(whole: Path) -> None:
    for folder in indexes(whole, "skills"):
        unpacked = {path.removeprefix(folder) for path in walk(whole) if path.startswith(folder)} - {"index.json"}
        entries = index(whole, folder)
        assert unpacked == {f"{name}/{path}" for name, entry in entries.items() for path in entry["files"]}
        for name, entry in entries.items():
            assert entry["version"] == entry["digest"]
            for path, data in tarball.parse((whole / folder / entry["url"]).read_bytes(), 1_000_000):
                assert (whole / folder / name / path).read_bytes() == data


def test_archives_have_the_files_that_were_signed(whole: Path) -> None:
    signed = dict(tarball.parse((whole / "packs/hello/2.0.0/hello-2.0.0.tar.gz").read_bytes(), 1_000_000))
    found = dict(tarball.parse((whole / HELLO / "agent-skills/greet.tgz").read_bytes(), 1_000_000))
    base = "skills/greet/"
    assert found == {path.removeprefix(base): data for path, data in signed.items() if path.startswith(base)}


def test_a_skill_with_active_files_is_an_archive_only(whole: Path) -> None:
    assert index(whole, "packs/active/.well-known/agent-skills")["draw"]["files"][1:] == [
        "assets/icon.svg",
        "assets/page.html",
    ]
    assert not (whole / "packs/active/.well-known/skills").exists()


def test_at_the_root_is_one_skill_however_many_packs_there_are(whole: Path) -> None:
    for folder in ("agent-skills", "skills"):
        assert list(index(whole, f".well-known/{folder}")) == ["find-packs"]


def test_packs_without_skills_have_nothing(whole: Path) -> None:
    assert {path.split("/.well-known/")[0] for path in walk(whole) if "/.well-known/" in path} == {
        "packs/hello",
        "packs/active",
        "packs/@acme/hello",
    }


# Which names may stand outside of an archive ------------------------------------------------------------------------


@given(st.sampled_from(ACTIVE), st.sampled_from(sorted(INERT)), st.from_regex(r"[a-z]{1,8}", fullmatch=True))
def test_no_name_with_an_active_part_is_inert(active: str, end: str, stem: str) -> None:
    names = (f"{stem}.{active}", f"{stem}.{active}.{end}", f"{stem}.{end}.{active}", f"{stem}.{active.upper()}")
    assert not any(map(inert, (*names, f".{active}.{end}", f".{end}", stem, f"{stem}.", f"a/{stem}.{active}")))


@given(st.from_regex(r"([a-zA-Z0-9._+@()\[\], -]{1,8}/){0,2}[a-zA-Z0-9._-]{1,20}", fullmatch=True))
def test_what_is_inert_is_served_as_text_an_image_or_a_download(path: str) -> None:
    if inert(path):
        kind = layout.kind(f"{HELLO}skills/greet/{path}")
        assert re.fullmatch(
            r"text/plain.*|image/(png|jpeg|gif|webp)|application/(json|octet-stream)", kind.content_type
        )
        assert not kind.immutable


def test_plain_names_are_inert() -> None:
    for path in ("SKILL.md", "scripts/run.sh", "a/b.PNG", "notes-1.2.md", "data.yaml.txt", "x y/(z).json"):
        assert inert(path)
    for path in ("LICENSE", "Makefile", "x.unknown", "a/.env.md", ".git/x.md", "a..md", "b.html/c", "x.user.ini"):
        assert not inert(path)


@given(st.text(max_size=MAX_DESCRIPTION + 20))
def test_no_description_is_too_long_for_clients(about: str) -> None:
    found = agent_skills._cut(about)
    assert len(found.encode("utf-16-le")) <= 2 * MAX_DESCRIPTION
    assert found == about or (found.endswith("…") and about.startswith(found[:-1]))


# What comes and goes ------------------------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path: Path) -> TestRegistry:
    """A registry of one pack with two skills, and others that cannot be offered."""
    registry = TestRegistry(tmp_path / "repo")
    registry.settings(surfaces=ONLY)
    registry.trust()
    registry.publisher("alice")
    registry.version("kit", "1.0.0", "alice", skill("one") | skill("two", {"notes.md": b"Two.\n"}))
    other = {"skills/other/SKILL.md": b"---\nname: another\ndescription: Not what it is called\n---\n"}
    mute = {"skills/mute/SKILL.md": b"---\nname: mute\n---\n", "skills/Loud/SKILL.md": skill("x")["skills/x/SKILL.md"]}
    registry.version("odd", "1.0.0", "alice", other | mute | skill("good", {"bin/tool": b"#!/bin/sh\n"}))
    registry.version("shy", "1.0.0", "alice", skill("one"), {"features": ["rules"]})
    registry.commit("Publish")
    return registry


def test_what_clients_would_refuse_is_not_listed(made: TestRegistry, tmp_path: Path) -> None:
    built(made.path, tmp_path / "site")
    assert list(index(tmp_path / "site", "packs/odd/.well-known/agent-skills")) == ["good"]
    assert index(tmp_path / "site", "packs/odd/.well-known/skills") == {}
    assert not (tmp_path / "site/packs/shy/.well-known").exists()


def test_a_new_version_renews_what_it_changes(made: TestRegistry, tmp_path: Path) -> None:
    built(made.path, tmp_path / "site")
    before = inodes(tmp_path / "site")
    made.version("kit", "1.1.0", "alice", skill("one") | skill("two", {"notes.md": b"Two, again.\n"}))
    made.commit("Publish kit 1.1.0")
    built(made.path, tmp_path / "site")
    changed = [path for path in rewritten(before, inodes(tmp_path / "site")) if ".well-known/" in path]
    base = "packs/kit/.well-known/"
    assert changed == [
        f"{base}agent-skills/index.json",
        f"{base}agent-skills/two.tgz",
        f"{base}skills/index.json",
        f"{base}skills/two/notes.md",
    ]


def test_yanked_versions_are_not_offered(made: TestRegistry, tmp_path: Path) -> None:
    made.version("kit", "1.1.0", "alice", skill("three"))
    made.commit("Publish kit 1.1.0")
    for version, left in (("", ["three"]), ("1.1.0", ["one", "two"]), ("1.0.0", [])):
        if version:
            made.statement("yank", "kit", "alice", version=version)
            made.commit("Yank")
        built(made.path, tmp_path / "site")
        folder = tmp_path / "site/packs/kit/.well-known"
        assert folder.exists() == bool(left)
        assert not left or list(index(folder, "agent-skills")) == left
        assert sorted(path.stem for path in folder.rglob("*.tgz")) == left
    built(made.path, tmp_path / "fresh", new_log=True)
    assert not [path for path in differences(tmp_path / "site", tmp_path / "fresh") if ".well-known/" in path]


# The programs -------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(whole: Path, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A copy of the sample site, and its address on this machine."""
    with web_server(tmp_path / "served") as address:
        shutil.copytree(whole, tmp_path / "served", dirs_exist_ok=True)
        yield tmp_path / "served", address


def program(name: str, folder: Path, *arguments: str, ok: bool = True) -> str:
    """What a program says that runs in a folder, with a home of its own, and asks nobody but this machine. What runs
    it, such as a newer node, may stand beside it.
    """
    found = need(name)
    (folder / "home").mkdir(parents=True, exist_ok=True)
    environ = {"HOME": str(folder / "home"), "PATH": f"{Path(found).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [found, *arguments], cwd=folder, env=environ | QUIET,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode == 0) == ok, done.stdout
    return done.stdout


def asked_until(folder: Path, names: Collection[str]) -> dict[str, str]:
    """The skills that OpenCode lists, by name, with their places. It waits for an address only briefly, and passes over
    one that a busy machine serves too late, so it is asked until it has these, or often enough.
    """
    found = dict[str, str]()
    for _ in range(12):
        listed = json.loads(program("opencode", folder, "debug", "skill", "--pure"))
        found = {each["name"]: each["location"] for each in listed}
        if found.keys() >= set(names):
            break
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder that have no leading dot."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def signed(site: Path, archive: str, skill: str) -> dict[str, bytes]:
    """The files of a skill in a published tarball."""
    files = tarball.parse((site / archive).read_bytes(), 1_000_000)
    base = f"skills/{skill}/"
    return {path.removeprefix(base): data for path, data in files if path.startswith(base)}


@pytest.mark.interop
def test_skills_installs_exactly_the_files(served: tuple[Path, str], tmp_path: Path) -> None:
    site, address = served
    for pack, archive, names in (
        ("hello", "packs/hello/2.0.0/hello-2.0.0.tar.gz", ("greet", "part")),
        ("@acme/hello", "packs/@acme/hello/0.3.0/hello-0.3.0.tar.gz", ("find-tests",)),
        ("active", "packs/active/1.0.0/active-1.0.0.tar.gz", ("draw",)),
    ):
        folder = tmp_path / PurePosixPath(pack).name / pack
        program("skills", folder, "add", f"{address}packs/{pack}", "--agent", "claude-code", "-y")
        there = folder / ".claude/skills"
        assert sorted(path.name for path in there.iterdir()) == sorted(names)
        for name in names:
            assert contents(there / name) == signed(site, archive, name)


@pytest.mark.interop
def test_skills_refuses_an_archive_with_another_digest(served: tuple[Path, str], tmp_path: Path) -> None:
    """It does not take the files one by one in its place, which have no digest."""
    site, address = served
    for path in ("packs/@acme/hello/.well-known/agent-skills/find-tests.tgz", f"{HELLO}agent-skills/greet.tgz"):
        data = (site / path).read_bytes()
        (site / path).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    add = ("--agent", "claude-code", "-y")
    program("skills", tmp_path / "one", "add", f"{address}packs/@acme/hello", *add, ok=False)
    assert not (tmp_path / "one/.claude").exists()
    program("skills", tmp_path / "two", "add", f"{address}packs/hello", *add)
    assert [path.name for path in (tmp_path / "two/.claude/skills").iterdir()] == ["part"]


@pytest.mark.interop
def test_skills_takes_nothing_else_where_a_pack_has_none(served: tuple[Path, str], tmp_path: Path) -> None:
    program("skills", tmp_path / "none", "add", f"{served[1]}packs/other", "--agent", "claude-code", "-y", ok=False)
    program("skills", tmp_path / "root", "add", served[1], "--agent", "claude-code", "-y")
    assert [path.name for path in (tmp_path / "root/.claude/skills").iterdir()] == ["find-packs"]


@pytest.mark.slow
@pytest.mark.interop
def test_programs_get_new_versions(made: TestRegistry, tmp_path: Path) -> None:
    """`skills update` renews what changed, for programs that it finds at home; OpenCode renews what it keeps."""
    site, folder = tmp_path / "site", tmp_path / "project"
    (folder / "home/.claude").mkdir(parents=True)
    with web_server(site) as address:
        built(made.path, site)
        urls = {"skills": {"urls": [f"{address}packs/kit/.well-known/skills/"]}}
        program("skills", folder, "add", f"{address}packs/kit/", "--agent", "claude-code", "-y")
        (folder / "opencode.json").write_text(json.dumps(urls))
        for notes in (b"Two.\n", b"Two, again.\n"):
            if notes != b"Two.\n":
                made.version("kit", "1.1.0", "alice", skill("one") | skill("two", {"notes.md": notes}))
                made.commit("Publish kit 1.1.0")
                built(made.path, site)
                said = program("skills", folder, "update", "--project", "-y")
                assert "Updated two" in said
                assert "Updated one" not in said
            kept = folder / "home/.cache/opencode/skills"
            expected = {name: str(kept / name / "SKILL.md") for name in ("one", "two")}
            assert expected.items() <= asked_until(folder, expected.keys()).items()
            files = {path.removeprefix("skills/two/"): data for path, data in skill("two").items()}
            for found in (folder / ".claude/skills/two", kept / "two"):
                assert contents(found) == files | {"notes.md": notes}


@pytest.mark.interop
def test_opencode_takes_what_is_unpacked(served: tuple[Path, str], tmp_path: Path) -> None:
    site, address = served
    urls = [f"{address}packs/{pack}/.well-known/skills/" for pack in ("hello", "@acme/hello", "active")]
    (tmp_path / "project").mkdir()
    (tmp_path / "project/opencode.json").write_text(json.dumps({"skills": {"urls": urls}}))
    wanted = {"find-tests", "greet", "part"}
    found = asked_until(tmp_path / "project", wanted)
    assert {name for name, location in found.items() if "/skills/" in location} == wanted
    kept = tmp_path / "project/home/.cache/opencode/skills"
    assert contents(kept / "greet") == signed(site, "packs/hello/2.0.0/hello-2.0.0.tar.gz", "greet")


@pytest.mark.slow
@pytest.mark.interop
def test_gemini_installs_from_a_folder(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole / HELLO / "skills", tmp_path / "skills")
    program("gemini", tmp_path, "skills", "install", "skills", "--consent")
    listed = program("gemini", tmp_path, "skills", "list")
    for name in ("greet", "part"):
        assert f"{name} [Enabled]" in listed
        assert contents(tmp_path / "home/.gemini/skills" / name) == contents(whole / HELLO / "skills" / name)


# What is said -------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new user's home, with `packyard` on the path."""
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    for name, value in (QUIET | {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": path}).items():
        monkeypatch.setenv(name, value)
    return tmp_path


@contextmanager
def published(home: Path) -> Iterator[str]:
    """The sample registry at an address of this machine, built into `site` of a folder."""
    made = sample.registry(home / "repo", ("agent-skills",))
    keys = {f"PACKYARD_{role}_KEY": secret_text(role.lower()) for role in ("SNAPSHOT", "LOG", "ATTEST")}
    with web_server(home / "site") as address:
        made.settings(surfaces=ONLY, url=address)
        made.commit("Move")
        built(made.path, home / "site", environ=keys, new_log=True)
        yield address


@pytest.mark.slow
@pytest.mark.interop
def test_what_agents_are_told_to_type_works(home: Path) -> None:
    with published(home):
        told = (home / "site/.well-known/skills/find-packs/SKILL.md").read_text()
        values = {
            "WORDS": "hello",
            "NAME": "@acme/hello",
            "ROOT_KEY": signer("root-1").public_key,
            "TARGET": "claudecode",
        }
        code = re.sub("|".join(values), lambda word: values[word[0]], "".join(code for _, code in FENCE.findall(told)))
        run(home, [Block(code, False, ["hello\t2.0.0\talice…", "selected\t0.3.0", "ok: 1 pack, …"])])


@pytest.mark.parametrize("title", ["Ada's packs", 'The "best" of: {title} # packs', "Ünïcode \\ packs"])
def test_the_skill_of_a_registry_is_one(title: str) -> None:
    registry = Registry("packs.example.org", title, "https://packs.example.org/r/", (), 14, {}, {}, {})
    head, problems = parse_skill(text(registry).encode())
    assert (head.name, problems) == ("find-packs", ())
    assert f"in {title} (packs.example.org), and" in head.description
    assert "https://packs.example.org/r/index.json " in head.body


@pytest.mark.slow
@pytest.mark.interop
def test_commands_of_the_page(home: Path) -> None:
    """`npx` takes the program that is there."""
    for name in ("npx", "opencode", "gemini"):
        need(name)
    (home / "empty/node_modules/.bin").mkdir(parents=True)
    (home / "empty/node_modules/.bin/skills").symlink_to(Path(need("skills")).resolve())
    (home / ".claude").mkdir()
    with published(home) as address:
        (home / "root.pub").write_text(f"untrusted comment: root\n{signer('root-1').public_key}\n")
        blocks = tour(DOCS / "clients/agent-skills.md")
        run(home, [block._replace(code=block.code.replace("https://packs.my.example/", address)) for block in blocks])

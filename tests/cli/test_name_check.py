"""`packyard name-check`: against a working tree, a bare repository and a site."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from packyard.edges.workfolder import write_file
from tests.cli.conftest import Packyard
from tests.registry import small


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working tree with hello, other, @acme/tools, and initech reserved."""
    registry = small(tmp_path / "tree")
    registry.files["reserved-names.txt"] = b"initech  # a brand\n"
    for path, data in registry.files.items():
        write_file(tmp_path / "tree" / "registry-src" / path, data)
    return tmp_path / "tree"


CASES = [
    ("fresh-name", 0, ""),
    ("@acme/fresh-name", 0, ""),
    ("Hello", 1, "error[name-invalid]"),
    ("../hello", 1, "error[name-invalid]"),
    ("hello", 1, "error[name-taken]"),
    ("hell0", 1, "error[name-same]"),
    ("helo", 4, "review[name-similar]"),
    ("acme-tools", 4, "review[name-scope]"),
    ("claude", 1, "error[name-reserved]"),
    ("initech", 1, "error[name-reserved]"),
    ("con", 1, "error[name-device]"),
]


@pytest.mark.parametrize(("name", "code", "words"), CASES)
def test_a_working_tree(name: str, code: int, words: str, packyard: Packyard, tree: Path) -> None:
    said = packyard("name-check", name, "--repo", tree)
    assert said.code == code, said.err
    assert words in said.err
    assert said.out == ("" if code else f"ok: {name} is free\n")


def test_who_has_it(packyard: Packyard, tree: Path) -> None:
    for name, owner in (("hello", "alice"), ("other", "bob"), ("@acme/tools", "acme")):
        said = packyard("name-check", name, "--repo", tree, "--json")
        found = json.loads(said.out)
        assert (said.code, said.err) == (1, "")
        assert (found["format"], found["name"], found["owner"]) == ("packyard/name-check/1", name, owner)
        assert (found["free"], found["valid"], found["reserved"], found["taken"]) == (False, True, False, True)
        assert [problem["code"] for problem in found["problems"]] == ["name-taken"]


def test_who_was_given_it(packyard: Packyard, tree: Path) -> None:
    folder = tree / "registry-src" / "packs" / "he" / "hello" / "statements"
    text = (folder / "0001-yank.yaml").read_text()
    given = text.replace("sequence: 1", "sequence: 2").replace("action: yank", "action: transfer\nfrom: alice\nto: bob")
    (folder / "0002-transfer.yaml").write_text(given.replace("version: 1.0.0\n", ""))
    assert "belongs to bob" in packyard("name-check", "hello", "--repo", tree).err
    (folder / "0002-transfer.yaml").write_text("broken")
    assert (
        "error[name-taken]: the pack `hello` is there already\n" in packyard("name-check", "hello", "--repo", tree).err
    )


def test_the_document(packyard: Packyard, tree: Path) -> None:
    free = json.loads(packyard("name-check", "fresh-name", "--repo", tree, "--json").out)
    assert free == {
        "format": "packyard/name-check/1",
        "name": "fresh-name",
        "free": True,
        "valid": True,
        "reserved": False,
        "taken": False,
        "owner": None,
        "problems": [],
        "notes": [],
    }
    like = json.loads(packyard("name-check", "helo", "--repo", tree, "--json").out)
    assert (like["free"], like["problems"]) == (False, [])
    assert [(note["code"], note["outcome"]) for note in like["notes"]] == [("name-similar", "review")]
    assert "`hello`" in like["notes"][0]["message"]
    assert json.loads(packyard("name-check", "initech", "--repo", tree, "--json").out)["reserved"] is True
    assert json.loads(packyard("name-check", "Initech", "--repo", tree, "--json").out)["valid"] is False


def test_a_bare_repository(packyard: Packyard, tmp_path: Path) -> None:
    made = small(tmp_path / "tree")
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(made.path), str(bare)], check=True, capture_output=True)
    assert packyard("name-check", "fresh-name", "--repo", bare).code == 0
    assert "review[name-similar]" in packyard("name-check", "helo", "--repo", bare).err
    assert "error[name-taken]" in packyard("name-check", "hello", "--repo", bare).err
    assert "belongs to acme" in packyard("name-check", "@acme/tools", "--repo", bare).err


def test_a_folder_below_the_top(packyard: Packyard, tree: Path) -> None:
    assert "error[name-taken]" in packyard("name-check", "hello", "--repo", tree / "registry-src" / "packs").err


def test_where_no_registry_is(packyard: Packyard, tmp_path: Path) -> None:
    said = packyard("name-check", "hello")
    assert said.code == 2
    assert "error[source-missing]: not in a clone of a registry" in said.err
    assert packyard("name-check", "hello", "--site", tmp_path / "nowhere").code == 2
    assert packyard("name-check").code == 2


def test_wrong_reserved_words(packyard: Packyard, tree: Path) -> None:
    (tree / "registry-src" / "reserved-names.txt").write_text("initech\nNot One\n")
    said = packyard("name-check", "hello", "--repo", tree)
    assert said.code == 1
    assert "--> registry-src/reserved-names.txt:2" in said.err


# --- a site ---


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site's catalogue; nothing else of the site is read."""
    rows = [{"name": "hello", "owner": "alice"}, {"name": "@acme/tools", "owner": "acme"}]
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.json").write_text(json.dumps({"format": "packyard/index/1", "packs": rows}))
    return folder


@pytest.mark.parametrize(("name", "code", "words"), [case for case in CASES if case[0] != "initech"])
def test_a_site(name: str, code: int, words: str, packyard: Packyard, site: Path) -> None:
    said = packyard("name-check", name, "--site", site)
    assert said.code == code, said.err
    assert words in said.err


def test_a_scope_without_an_organisation(packyard: Packyard, tree: Path, site: Path) -> None:
    said = packyard("name-check", "@nobody/foo", "--repo", tree)
    assert (said.code, said.out) == (1, "")
    assert "error[org-unknown]: the registry has no organisation nobody yet" in said.err
    assert "= help: found it first: `packyard org add nobody`" in said.err
    assert packyard("name-check", "@nobody/foo", "--site", site).code == 0
    assert packyard("name-check", "@acrne/tools", "--site", site).code == 4
    said = packyard("name-check", "@acrne/tools", "--repo", tree)
    assert (said.code, "review[name-similar]" in said.err, "error[org-unknown]" in said.err) == (1, True, True)


def test_the_owner_by_a_site(packyard: Packyard, site: Path) -> None:
    assert "belongs to alice" in packyard("name-check", "hello", "--site", site).err
    assert "belongs to acme" in packyard("name-check", "@acme/tools", "--site", site).err


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"packs": 3}', '{"packs": [{"name": "No Name", "owner": "x"}]}', "[" * 100, '{"packs": [']
)
def test_no_catalogue(text: str, packyard: Packyard, site: Path) -> None:
    (site / "index.json").write_text(text)
    said = packyard("name-check", "fresh-name", "--site", site)
    assert said.code == 1
    assert f"--> {site}/index.json" in said.err


@pytest.mark.parametrize("row", ["{}", "3", '{"name": 3, "owner": "x"}', '{"name": "fresh-name", "owner": null}'])
def test_rows_that_say_nothing(row: str, packyard: Packyard, site: Path) -> None:
    (site / "index.json").write_text(f'{{"packs": [{row}]}}')
    assert packyard("name-check", "fresh-name", "--site", site).code == 0


def test_a_site_without_a_catalogue(packyard: Packyard, site: Path) -> None:
    (site / "index.json").unlink()
    assert packyard("name-check", "hello", "--site", site).code == 11


def test_nothing_heavy_is_imported_for_a_name_that_is_none() -> None:
    program = (
        "import sys; from packyard.cli.main import main; main(['name-check', 'No Name']); "
        "print(*sorted(set(sys.modules) & {'rapidfuzz', 'yaml', 'pygit2', 'cryptography', 'urllib3', 'jinja2'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""

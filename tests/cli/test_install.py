"""`packyard install`, `update` and `remove`: what they print and say, for people and for programs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Packyard
from tests.client.user_bed import Site, tree


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that no test changes."""
    return Site(tmp_path_factory.mktemp("site")).path


@pytest.fixture
def project(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, in which the commands run."""
    for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = home / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_first_installation(site: Path, project: Path, packyard: Packyard) -> None:
    said = packyard("install", "hello", "--registry", site, "--verbose")
    key = json.loads((site / "trust/1.json").read_text())["roots"]["keys"][0]
    assert (said.code, said.out) == (0, "hello\t\t1.1.0\n")
    first, compare, pinned, done, cost = said.err.splitlines()
    assert first == "warning: packs.example.org is trusted from now on by what it showed first"
    assert compare.startswith("warning: compare its root key") and compare.endswith(key)
    assert pinned.startswith(f"packyard.json has the registry main now, {site}, and pins its root key ")
    assert done == "1 pack locked; 8 files written, 0 removed"
    assert cost.startswith("main: 0 requests in ")
    again = packyard("install", "--verbose")
    assert (again.code, again.out) == (0, "")
    assert again.err.splitlines()[0] == "nothing to do: 1 pack installed as locked"


def test_with_a_key_there_is_nothing_to_compare(site: Path, project: Path, packyard: Packyard, tmp_path: Path) -> None:
    key = json.loads((site / "trust/1.json").read_text())["roots"]["keys"][0]
    (tmp_path / "root.pub").write_text(f"untrusted comment: minisign public key\n{key}\n")
    said = packyard("install", "hello", "--registry", site, "--key", tmp_path / "root.pub")
    assert (said.code, "warning" in said.err) == (0, False)
    for text in (key, f"{key}\r\n", f"\n{key}\n"):
        (tmp_path / "line.pub").write_text(text)
        assert packyard("install", "--key", tmp_path / "line.pub").code == 0
    absent = packyard("install", "hello", "--key", tmp_path / "no.pub")
    assert (absent.code, "no such file" in absent.err) == (2, True)
    other = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
    refused = packyard("install", "other", "--key", other)
    assert (refused.code, "error[registry-differs]" in refused.err) == (2, True)
    shutil.rmtree(project.parent / ".local")
    (project / "packyard.json").unlink()
    (project / "packyard.lock").unlink()
    wrong = packyard("install", "hello", "--registry", site, "--key", other)
    assert (wrong.code, "error[trust-pinned]" in wrong.err) == (14, True)
    assert (packyard("install", "--key", "nonsense").code, packyard("install", "--key", "").code) == (2, 2)


def test_the_document(site: Path, project: Path, packyard: Packyard) -> None:
    said = packyard("install", "@acme/tools", "--registry", site, "--target", "cursor", "--dry-run", "--diff", "--json")
    found = json.loads(said.out)
    assert list(project.iterdir()) == []
    assert (found["format"], found["dry_run"], found["targets"]) == ("packyard/install/1", True, ["cursor"])
    assert found["changed"] == [
        {"name": "@acme/tools", "before": None, "after": "1.0.0"},
        {"name": "hello", "before": None, "after": "1.1.0"},
    ]
    assert set(found["packs"][1]) == {
        "name",
        "version",
        "registry",
        "publisher",
        "identity",
        "tarball",
        "log_index",
        "dependencies",
    }
    assert {"path": ".cursor/rules/hello-one.mdc", "change": "added"} in found["files"]
    assert "+++ b/.cursor/rules/hello-one.mdc" in found["diff"]
    assert (found["conflicts"], found["registries"]["main"]["origin"]) == ([], "packs.example.org")
    assert said.err.endswith("since this is a dry run\n")
    assert packyard("install", "@acme/tools", "--registry", site, "--json").code == 0
    removed = json.loads(packyard("remove", "@acme/tools", "--json").out)
    assert (removed["format"], removed["packs"], removed["diff"]) == ("packyard/remove/1", [], None)
    assert [each["after"] for each in removed["changed"]] == [None, None]


def test_a_diff(site: Path, project: Path, packyard: Packyard) -> None:
    said = packyard("install", "hello", "--registry", site, "--target", "claudecode", "--dry-run", "--diff")
    assert "--- /dev/null\n+++ b/.claude/rules/hello-one.md\n@@ -0,0 +1 @@\n+Be exact.\n" in said.out


def test_what_is_in_the_way_is_told_in_a_dry_run_too(site: Path, project: Path, packyard: Packyard) -> None:
    rule = project / ".claude/rules/hello-one.md"
    rule.parent.mkdir(parents=True)
    rule.write_text("Mine.\n")
    for more in ((), ("--dry-run",)):
        said = packyard("install", "hello", "--registry", site, "--target", "claudecode", *more)
        assert (said.code, "error[place-taken]" in said.err, said.out) == (1, True, said.out)
        assert rule.read_text() == "Mine.\n"
        assert not (project / "packyard.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("install", "Hello World"), 2, "error[name-invalid]"),
        (("install", "hello@^^"), 2, "error[range-or-channel]"),
        (("install", "https://packs.example.org/hello"), 2, "error[reference-invalid]"),
        (("install", "nope:hello"), 2, "error[registry-unknown]"),
        (("install", "hello@^7"), 11, "error[version-unavailable]"),
        (("install", "helo"), 11, "did you mean hello?"),
        (("install", "hello@1.0.0"), 11, "(yanked)"),
        (("install", "hello", "--target", "clauedcode"), 2, "did you mean claudecode?"),
        (("install", "--frozen"), 2, "error[lock-missing]"),
        (("install", "--offline", "hello"), 2, "add --frozen"),
        (("update",), 2, "error[project-missing]"),
        (("remove", "hello"), 2, "error[project-missing]"),
        (("remove",), 2, "error[usage-wrong]"),
        (("info",), 2, "error[usage-wrong]"),
        (("info", "helo"), 11, "did you mean hello?"),
        (("verify",), 2, "error[lock-missing]"),
        (("audit-lock",), 2, "error[lock-missing]"),
        (("outdated",), 2, "error[lock-missing]"),
    ],
)
def test_what_cannot_be_done(
    arguments: tuple[str, ...], code: int, told: str, site: Path, project: Path, packyard: Packyard
) -> None:
    said = packyard(*arguments, "--registry", site)
    assert (said.code, said.out) == (code, "")
    assert told in said.err
    assert "   = help: " in said.err
    assert list(project.iterdir()) == []


@pytest.mark.parametrize("place", ["", "http://", "https://user@host/", "ftp://host/", "http://[::1", "\udcff", "a\nb"])
def test_places_that_are_none(place: str, project: Path, packyard: Packyard) -> None:
    said = packyard("install", "hello", f"--registry={place}")
    assert said.code == 2
    assert said.err.startswith("error[")


def test_locks_with_marks_of_a_merge(site: Path, project: Path, packyard: Packyard) -> None:
    packyard("install", "hello", "--registry", site)
    lock = project / "packyard.lock"
    text = lock.read_text()
    lock.write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> theirs\n")
    before = tree(project)
    for arguments in (("install",), ("update",), ("list",), ("verify",), ("install", "--frozen"), ("remove", "hello")):
        said = packyard(*arguments)
        assert (said.code, said.out) == (1, ""), arguments
        assert "packyard.lock:1" in said.err
    assert tree(project) == before
    lock.unlink()
    assert packyard("install").out == "hello\t\t1.1.0\n"

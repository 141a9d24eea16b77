"""`packyard submit` as people use it: clones of real bare repositories, forges played by hooks and loopback servers."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pygit2
import pytest

from tests.cli.conftest import Packyard
from tests.forges import answer, fake_ssh, git, github, hook, refs, serve_options, tree_of
from tests.tools import need

BRANCH = "packyard/hello/0.1.0"
REF = f"refs/heads/{BRANCH}"
PLACE = "registry-src/packs/he/hello"


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


def land(bare: Path, branch: str = BRANCH) -> None:
    """Merges a submission."""
    git(bare, "update-ref", "refs/heads/main", f"refs/heads/{branch}")


def files_of(folder: Path, ref: str, place: str) -> dict[str, bytes]:
    """The files below a place in a commit."""
    repository = pygit2.Repository(str(folder))
    tree, index = repository.revparse_single(f"{ref}:{place}"), pygit2.Index()
    assert isinstance(tree, pygit2.Tree)
    index.read_tree(tree)
    return {entry.path: repository[entry.id].read_raw() for entry in index}


def on_disk(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- the branch -------------------------------------------------------------------------------------------------------


def test_a_pack_becomes_a_branch(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    before = on_disk(pack)
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 0, said.err
    assert said.out == ""
    pushed = files_of(bare, BRANCH, f"{PLACE}/0.1.0")
    assert {path: data for path, data in pushed.items() if not path.startswith("SHA256SUMS")} == before
    assert "SHA256SUMS.minisig" in pushed
    assert git(bare, "rev-parse", f"{BRANCH}~") == git(bare, "rev-parse", "main")
    assert f"pushed {BRANCH} to {bare}" in said.err
    assert "the registry accepts this when a person has looked at it" in said.err
    assert on_disk(pack) == before
    message = git(bare, "log", "-1", "--format=%B", BRANCH)
    assert message.startswith("Add hello 0.1.0\n\nhello 0.1.0: Says in one line what the pack is for\n")
    assert "minisign -VHm SHA256SUMS -P RW" in message


def test_the_check_in_the_text_works(packyard: Packyard, clone: Path, bare: Path, pack: Path, home: Path) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    message = git(bare, "log", "-1", "--format=%B", BRANCH)
    (command,) = [line.strip() for line in message.splitlines() if "minisign -VHm" in line]
    (place,) = [
        line.removeprefix("To check it by hand, in ").rstrip(":")
        for line in message.splitlines()
        if line.startswith("To check it by hand, in ")
    ]
    need("minisign")
    git(home, "clone", "-q", "-b", BRANCH, str(bare), "review")
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=home / "review" / place,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Trusted comment: hello 0.1.0" in done.stdout


def test_the_clone_stays_as_it_is(packyard: Packyard, clone: Path, pack: Path) -> None:
    git(clone, "checkout", "-q", "-b", "own-work")
    (clone / "README.md").write_text("half written")
    (clone / "staged.txt").write_text("staged")
    git(clone, "add", "staged.txt")
    (clone / "stray.txt").write_text("stray")
    before = git(clone, "status", "--porcelain=v2", "--branch"), on_disk(clone / "registry-src"), git(clone, "diff")
    assert packyard("submit", pack, "--repo", clone).code == 0
    assert before == (
        git(clone, "status", "--porcelain=v2", "--branch"),
        on_disk(clone / "registry-src"),
        git(clone, "diff"),
    )
    assert (clone / "README.md").read_text() == "half written"


def test_a_detached_head_is_no_matter(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    git(clone, "checkout", "-q", "--detach")
    assert packyard("submit", pack, "--repo", clone).code == 0
    assert REF in refs(bare)
    assert git(clone, "rev-parse", "--abbrev-ref", "HEAD") == "HEAD"


def test_settings_of_git_change_no_byte(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    for name, value in (
        ("core.autocrlf", "true"),
        ("core.safecrlf", "true"),
        ("core.eol", "crlf"),
        ("core.fileMode", "false"),
        ("commit.gpgSign", "true"),
        ("user.signingKey", "nobody's"),
        ("gpg.program", "false"),
        ("push.gpgSign", "true"),
        ("push.default", "nothing"),
        ("filter.x.clean", "tr a-z A-Z"),
        ("i18n.commitEncoding", "latin1"),
    ):
        git(clone, "config", name, value)
    (clone / ".git" / "info" / "attributes").write_text("* text=auto eol=crlf filter=x ident\n")
    (pack / "rules" / "windows.md").write_bytes("# Für Fenster\r\n\r\n- $Id$ bleibt.\r\n".encode())
    (pack / "hooks").mkdir()
    (pack / "hooks" / "run.sh").write_bytes(b"#!/bin/sh\necho hello\n")
    assert packyard("submit", pack, "--repo", clone).code == 0
    pushed = files_of(bare, BRANCH, f"{PLACE}/0.1.0")
    assert {path: data for path, data in pushed.items() if not path.startswith("SHA256SUMS")} == on_disk(pack)
    assert "gpgsig" not in git(bare, "cat-file", "commit", BRANCH)
    assert git(bare, "ls-tree", BRANCH, f"{PLACE}/0.1.0/hooks/run.sh").startswith("100755 ")
    git(bare, "fsck", "--strict")


def test_a_registry_with_a_submodule(
    packyard: Packyard, clone: Path, bare: Path, registry: Path, pack: Path, home: Path
) -> None:
    git(home, "init", "-q", "theme")
    git(home / "theme", "commit", "-q", "--allow-empty", "-m", "Begin")
    git(registry, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(home / "theme"), "theme")
    git(registry, "commit", "-q", "-m", "Theme")
    git(registry, "push", "-q", str(bare), "main")
    git(clone, "config", "push.recurseSubmodules", "on-demand")
    git(clone, "config", "fetch.recurseSubmodules", "true")
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 0, said.err
    assert git(bare, "ls-tree", BRANCH, "theme").startswith("160000 commit ")
    assert packyard("submit", pack, "--repo", clone / "theme").code in (2, 3)


@pytest.mark.parametrize(("how", "code"), [("--depth=1", "history-shallow"), ("--filter=blob:none", "git-unreadable")])
def test_a_clone_that_lacks_something(
    how: str, code: str, packyard: Packyard, bare: Path, pack: Path, home: Path
) -> None:
    git(bare, "config", "uploadpack.allowFilter", "true")
    git(home, "clone", "-q", "--no-checkout", how, f"file://{bare}", "part")
    before = refs(bare)
    said = packyard("submit", pack, "--repo", "part")
    assert (said.code, f"error[{code}]" in said.err) == (3, True)
    assert " = help: " in said.err
    assert refs(bare) == before


@pytest.mark.parametrize("arguments", [("submit", "hello"), ("org", "add", "acme", "--submit")])
def test_outside_of_a_registry(
    arguments: tuple[str, ...], packyard: Packyard, registry: Path, pack: Path, home: Path
) -> None:
    said = packyard(*arguments)
    assert (said.code, "error[source-missing]: not in a clone of a registry" in said.err) == (2, True)
    assert "go to one with `cd`, or name it with --repo, or the registry's address with --registry" in said.err
    git(home, "init", "-q", "own")
    git(home / "own", "commit", "-q", "--allow-empty", "-m", "Begin")
    git(home / "own", "remote", "add", "origin", str(home / "own"))
    said = packyard(*arguments, "--repo", "own")
    assert (said.code, "error[source-missing]: not in a clone of a registry" in said.err) == (2, True)
    assert "go to one with `cd`, or name it with --repo, or the registry's address with --registry" in said.err


def test_a_plain_copy_is_no_clone(packyard: Packyard, registry: Path, home: Path) -> None:
    shutil.copytree(registry / "registry-src", home / "copy" / "registry-src")
    for arguments in (("yank", "hello@0.1.0", "--reason", "x"), ("owners", "list", "hello"), ("org", "add", "acme")):
        said = packyard(*arguments, "--repo", "copy")
        assert (said.code, "error[source-missing]: not in a clone of a registry" in said.err) == (2, True)


def test_below_the_top_of_a_clone(packyard: Packyard, clone: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clone / "registry-src" / "publishers")
    assert "error[version-exists]" not in packyard("validate", pack).err
    said = packyard("org", "add", "acme", "--commit")
    assert said.code == 0, said.err
    assert git(clone, "ls-files", "registry-src/orgs").splitlines() == [
        "registry-src/orgs/acme.yaml",
        "registry-src/orgs/acme.yaml.alice.minisig",
    ]
    assert git(clone, "status", "--porcelain") == ""
    assert packyard("submit", pack).code == 0


def test_the_next_step_works_in_a_fresh_clone(
    packyard: Packyard, clone: Path, bare: Path, pack: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(home, "clone", "-q", str(bare), "maintainer")
    git(home, "clone", "-q", "--bare", str(bare), "fork.git")
    for more in ([], ["--remote", home / "fork.git", "--upstream", "origin", "--version", "0.2.0"]):
        monkeypatch.chdir(home)
        said = packyard("submit", pack, "--repo", clone, *more)
        assert said.code == 0, said.err
        (line,) = [line for line in said.err.splitlines() if line.startswith("next: a maintainer")]
        *fetches, check = line.split("`")[1].split(" && ")
        monkeypatch.chdir(home / "maintainer")
        for fetch in fetches:
            git(home / "maintainer", *fetch.split()[1:])
        assert packyard(*check.split()[1:]).code == 4


def test_it_is_built_on_the_registry_as_it_is_now(
    packyard: Packyard, clone: Path, bare: Path, registry: Path, pack: Path
) -> None:
    assert packyard("yank", "nothing@1.0.0", "--reason", "no", "--repo", clone).code == 2
    (registry / "news.txt").write_text("news")
    git(registry, "add", "news.txt")
    git(registry, "commit", "-q", "-m", "News")
    git(registry, "push", "-q", str(bare), "main")
    assert packyard("submit", pack, "--repo", clone).code == 0
    assert git(bare, "rev-parse", f"{BRANCH}~") == git(registry, "rev-parse", "main")


def test_commits_of_ones_own_stay_at_home(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    git(clone, "commit", "-q", "--allow-empty", "-m", "Own")
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 0
    assert "your branch main has 1 commit that the registry does not have" in said.err
    assert git(bare, "rev-parse", f"{BRANCH}~") == git(bare, "rev-parse", "main")


def test_the_same_again_is_the_same(packyard: Packyard, clone: Path, bare: Path, pack: Path, home: Path) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    before = refs(bare)
    again = packyard("submit", pack, "--repo", clone)
    assert again.code == 0
    assert f"the branch {BRANCH} is there already, and is the same" in again.err
    git(home, "clone", "-q", str(bare), "other")
    other = packyard("submit", pack, "--repo", "other")
    assert other.code == 0
    assert "is there already, and is the same" in other.err
    assert refs(bare) == before


def test_ones_own_submission_is_brought_up_to_date(
    packyard: Packyard, clone: Path, bare: Path, pack: Path, home: Path
) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    first = refs(bare)[REF]
    (pack / "rules" / "hello.md").unlink()
    (pack / "rules" / "other.md").write_text("# Others\n\n- Something else.\n")
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 0, said.err
    assert f"this takes the place of commit {first[:12]} on the branch {BRANCH}" in said.err
    assert "rules/hello.md" not in files_of(bare, BRANCH, f"{PLACE}/0.1.0")
    assert git(bare, "rev-parse", f"{BRANCH}~") == git(bare, "rev-parse", "main")
    assert refs(bare)[REF] == refs(clone)[REF]
    git(home, "clone", "-q", str(bare), "other")
    assert "is there already, and is the same" in packyard("submit", pack, "--repo", "other").err


def test_a_branch_that_brings_more_is_left_alone(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    git(clone, "checkout", "-q", BRANCH)
    (clone / "more.txt").write_text("more")
    git(clone, "add", "more.txt")
    git(clone, "commit", "-q", "-m", "More")
    git(clone, "checkout", "-q", "main")
    before = refs(bare), refs(clone)
    said = packyard("submit", pack, "--repo", clone)
    assert (said.code, "error[branch-exists]" in said.err) == (2, True)
    assert (refs(bare), refs(clone)) == before


def test_somebody_elses_branch_is_left_alone(
    packyard: Packyard, clone: Path, bare: Path, pack: Path, home: Path
) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    for name, value in (("name", "Else"), ("email", "else@example.org")):
        git(clone, "config", f"user.{name}", value)
    before = refs(bare), refs(clone)
    (pack / "rules" / "hello.md").write_text("# Others\n\n- Something else.\n")
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 2
    assert "error[branch-exists]" in said.err
    assert f"branch -D {BRANCH}" in said.err
    assert (refs(bare), refs(clone)) == before
    git(clone, "branch", "-q", "-D", BRANCH)
    said = packyard("submit", pack, "--repo", clone)
    assert f"push origin --delete {BRANCH}" in said.err
    assert refs(bare) == before[0]
    git(clone, "push", "-q", "origin", "--delete", BRANCH)
    assert packyard("submit", pack, "--repo", clone).code == 0


def test_without_a_git_identity_nothing_happens(
    packyard: Packyard, clone: Path, bare: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_repository: pygit2.Repository) -> pygit2.Signature:
        raise KeyError("user.name")

    monkeypatch.setattr(pygit2.Repository, "default_signature", property(nobody))
    before = refs(bare), refs(clone)
    for more in ([], ["--patch", "p.patch"]):
        said = packyard("submit", pack, "--repo", clone, *more)
        assert said.code == 2
        assert "error[git-identity]" in said.err
    assert (refs(bare), refs(clone)) == before
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Robot")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "robot@example.org")
    assert packyard("submit", pack, "--repo", clone).code == 0
    assert git(bare, "log", "-1", "--format=%an <%ae>", BRANCH) == "Robot <robot@example.org>"


# --- versions ---------------------------------------------------------------------------------------------------------


def test_auto_counts_on(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    for number in ("1.0.0", "1.0.1"):
        assert packyard("submit", pack, "--repo", clone, "--version", "auto").code == 0
        branch = f"packyard/hello/{number}"
        manifest = files_of(bare, branch, f"{PLACE}/{number}")["pack.json"]
        assert manifest == (pack / "pack.json").read_bytes().replace(b"0.1.0", number.encode())
        land(bare, branch)
        (pack / "rules" / "hello.md").write_text(f"# Rules\n\n- Not {number} any more.\n")
    said = packyard("submit", pack, "--repo", clone, "--version", "2.0.0-rc.1")
    assert said.code == 0, said.err
    assert "refs/heads/packyard/hello/2.0.0-rc.1" in refs(bare)
    said = packyard("submit", pack, "--repo", clone, "--version", "two")
    assert (said.code, "error[version-invalid]" in said.err) == (2, True)


def test_what_is_published_stays(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    land(bare)
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 0
    assert said.err == "hello 0.1.0 is published already, just as it is here: there is nothing to do\n"
    (pack / "rules" / "hello.md").write_text("# Others\n\n- Something else.\n")
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 2
    assert "error[version-exists]: hello 0.1.0 is published already, and never changes" in said.err
    assert "--version auto" in said.err


def test_a_signed_pack_needs_no_key(packyard: Packyard, clone: Path, bare: Path, pack: Path, home: Path) -> None:
    assert packyard("sign", pack).code == 0
    (home / "config" / "packyard" / "keys" / "default.key").unlink()
    assert packyard("submit", pack, "--repo", clone).code == 0
    assert files_of(bare, BRANCH, f"{PLACE}/0.1.0") == on_disk(pack)
    said = packyard("submit", pack, "--repo", clone, "--version", "auto")
    assert (said.code, "error[key-missing]" in said.err) == (2, True)


def test_a_new_publisher_comes_along(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    packyard("keygen", "--out", "bob.key", "--no-password")
    said = packyard("submit", pack, "--repo", clone, "--key", "bob.key")
    assert (said.code, "error[key-unknown]" in said.err) == (2, True)
    assert "--publisher HANDLE registers you" in said.err
    said = packyard("submit", pack, "--repo", clone, "--key", "bob.key", "--publisher", "bob")
    assert said.code == 0, said.err
    assert "review[publisher-new]" in said.err
    assert {"bob.yaml", "bob.yaml.minisig"} <= set(files_of(bare, BRANCH, "registry-src/publishers"))


# --- the gate ---------------------------------------------------------------------------------------------------------


def test_what_would_be_rejected_goes_nowhere(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    land(bare)
    packyard("keygen", "--out", "bob.key", "--no-password")
    assert packyard("publisher", "add", "bob", "--key", "bob.key", "--repo", clone, "--submit").code == 0
    (branch,) = [ref for ref in refs(bare) if "/publishers/bob-" in ref]
    git(bare, "update-ref", "refs/heads/main", branch)
    before = refs(bare)
    theirs = ("submit", pack, "--repo", clone, "--version", "auto", "--key", "bob.key")
    said = packyard(*theirs)
    assert said.code == 1
    assert "error[owner-mismatch]" in said.err
    assert "it goes nowhere" in said.err
    assert refs(bare) == before
    assert "refs/heads/packyard/hello/0.1.1" not in refs(clone)
    assert packyard(*theirs, "--patch", "p.patch").code == 1
    assert not Path("p.patch").exists()
    assert packyard(*theirs, "--no-check").code == 0


def test_a_pack_with_problems_is_not_even_signed(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    (pack / "aux.md").write_text("")
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 1
    assert "error[path-invalid]" in said.err
    assert REF not in refs(bare)


# --- dry runs and patches ---------------------------------------------------------------------------------------------


def test_a_dry_run_does_nothing(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    before = refs(bare), refs(clone), on_disk(clone / ".git" / "objects")
    bare.rename(bare.with_name("gone"))
    said = packyard("submit", pack, "--repo", clone, "--dry-run")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == f"from    main at {git(clone, 'rev-parse', 'main')[:12]}"
    assert f"file    {PLACE}/0.1.0/README.md  {(pack / 'README.md').stat().st_size} bytes" in lines
    assert lines[-3:] == [f"branch  {BRANCH}", "commit  Add hello 0.1.0", f"push    {REF} to {bare}"]
    bare.with_name("gone").rename(bare)
    assert before == (refs(bare), refs(clone), on_disk(clone / ".git" / "objects"))


def test_a_dry_run_asks_the_gate(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    land(bare)
    assert packyard("keygen", "--out", "bob.key", "--no-password").code == 0
    assert packyard("publisher", "add", "bob", "--key", "bob.key", "--repo", clone, "--submit").code == 0
    (branch,) = [ref for ref in refs(bare) if "/publishers/bob-" in ref]
    git(clone, "fetch", "-q", "origin")
    git(clone, "rebase", "-q", "origin/main", branch.removeprefix("refs/heads/"))
    git(clone, "push", "-q", "origin", "HEAD:main")
    git(clone, "checkout", "-q", "main")
    git(clone, "fetch", "-q", "origin")
    before = refs(bare), refs(clone), on_disk(clone / ".git" / "objects")
    theirs = ("submit", pack, "--repo", clone, "--version", "0.2.0", "--key", "bob.key")
    dry = packyard(*theirs, "--dry-run")
    assert (dry.code, dry.out) == (1, "")
    assert "it goes nowhere" in dry.err
    assert before == (refs(bare), refs(clone), on_disk(clone / ".git" / "objects"))
    real = packyard(*theirs)
    assert (real.code, real.err) == (dry.code, dry.err)
    assert packyard("submit", pack, "--repo", clone, "--version", "0.2.0", "--dry-run").code == 0


def test_a_dry_run_finds_the_branch_of_somebody_else(packyard: Packyard, clone: Path, pack: Path) -> None:
    assert packyard("submit", pack, "--repo", clone).code == 0
    git(clone, "config", "user.email", "else@example.org")
    (pack / "rules" / "hello.md").write_text("# Others\n\n- Something else.\n")
    dry = packyard("submit", pack, "--repo", clone, "--dry-run")
    assert (dry.code, "error[branch-exists]" in dry.err) == (2, True)


def test_a_patch_into_a_folder_that_is_not_there(packyard: Packyard, clone: Path, pack: Path, home: Path) -> None:
    said = packyard("submit", pack, "--repo", clone, "--patch", home / "none" / "x.patch")
    assert (said.code, "error[folder-missing]: there is no such folder to write" in said.err) == (2, True)
    assert not (home / "none").exists()


def test_a_patch_makes_the_same_tree(packyard: Packyard, clone: Path, bare: Path, pack: Path, home: Path) -> None:
    (pack / "assets").mkdir()
    (pack / "assets" / "a logo.png").write_bytes(bytes(range(256)) * 40)
    (pack / "run.sh").write_bytes(b"#!/bin/sh\r\necho hi\r\n")
    (pack / "empty").write_bytes(b"")
    (pack / "rules" / "more rules.md").write_bytes("# Für später\n\n- No newline at the end".encode())
    bare.rename(bare.with_name("offline"))
    said = packyard("submit", pack, "--repo", clone, "--patch", "hello.patch")
    assert said.code == 0, said.err
    assert "git am hello.patch" in said.err
    assert BRANCH not in said.err
    bare.with_name("offline").rename(bare)
    git(home, "clone", "-q", str(bare), "theirs")
    git(home / "theirs", "am", "-q", str(home / "hello.patch"))
    assert packyard("submit", pack, "--repo", clone).code == 0
    assert tree_of(home / "theirs", "HEAD") == tree_of(bare, BRANCH)
    assert git(home / "theirs", "log", "-1", "--format=%B") == git(bare, "log", "-1", "--format=%B", BRANCH)
    git(home / "theirs", "fsck", "--strict")


def test_a_patch_needs_no_remote(packyard: Packyard, registry: Path, pack: Path, home: Path) -> None:
    assert packyard("submit", pack, "--repo", registry, "--patch", "hello.patch").code == 0
    git(registry, "am", "-q", str(home / "hello.patch"))
    assert git(registry, "log", "-1", "--format=%s") == "Add hello 0.1.0"
    dry = packyard("submit", pack, "--repo", registry, "--version", "auto", "--dry-run")
    assert (dry.code, "error[remote-unknown]" in dry.err) == (2, True)
    assert packyard("submit", pack, "--repo", registry, "--dry-run", "--patch", "p.patch").code == 0
    assert dry.out.splitlines()[-1] == "push    nowhere: the clone has no remote"


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_refused_push_can_be_tried_again(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    hook(bare, "echo 'not on a Sunday' >&2; exit 1")
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 3
    assert "  | remote: not on a Sunday" in said.err
    assert "error[push-failed]" in said.err
    assert f"git -C {clone} push origin {BRANCH}" in said.err
    assert REF in refs(clone)
    assert REF not in refs(bare)
    (bare / "hooks" / "pre-receive").unlink()
    assert packyard("submit", pack, "--repo", clone).code == 0
    assert refs(bare)[REF] == refs(clone)[REF]


def test_somebody_who_may_not_push_is_told_of_forks(packyard: Packyard, clone: Path, hosted: Path, pack: Path) -> None:
    git(clone, "remote", "set-url", "origin", "git@github.com:acme/packs.git")
    hook(hosted / "acme" / "packs.git", "echo 'permission denied' >&2; exit 1")
    said = packyard("submit", pack, "--repo", clone)
    assert (said.code, "error[push-failed]" in said.err) == (3, True)
    assert "if you may not push there, fork it, and name your fork with --remote" in said.err
    git(clone, "remote", "set-url", "origin", "git@github.com:alice/packs.git")
    assert packyard("submit", pack, "--repo", clone).code == 0


def test_a_registry_out_of_reach(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    bare.rename(bare.with_name("gone"))
    before = refs(clone)
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 3
    assert "error[git-failed]" in said.err
    assert "does not appear to be a git repository" in said.err
    assert refs(clone) == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--base", "nowhere"], "base-missing"),
        (["--base", "-x"], "usage-wrong"),
        (["--base", "a..b"], "usage-wrong"),
        (["--remote", "fork"], "remote-unknown"),
        (["--remote", "-u/x"], "remote-invalid"),
        (["--remote", "ext::sh -c touch% x"], "remote-invalid"),
        (["--upstream", "--upload-pack=x:"], "remote-invalid"),
        (["--registry", "--upload-pack=x"], "remote-invalid"),
        (["--registry", "nowhere.git"], "git-failed"),
        (["--repo", "hello"], "source-missing"),
        (["--forge", "sourceforge"], "usage-wrong"),
    ],
)
def test_what_cannot_be_submitted(
    arguments: list[str], code: str, packyard: Packyard, clone: Path, bare: Path, pack: Path
) -> None:
    before = refs(bare), refs(clone)
    said = packyard("submit", pack, *(["--repo", clone] if "--repo" not in arguments else []), *arguments)
    assert said.code in (2, 3)
    assert f"error[{code}]" in said.err
    assert "Traceback" not in said.err
    assert (refs(bare), refs(clone)) == before


def test_an_empty_registry_and_none_at_all(packyard: Packyard, registry: Path, pack: Path, home: Path) -> None:
    said = packyard("submit", pack, "--repo", registry)
    assert (said.code, "error[remote-unknown]" in said.err) == (2, True)
    pygit2.init_repository(str(home / "empty.git"), bare=True)
    git(registry, "remote", "add", "origin", str(home / "empty.git"))
    said = packyard("submit", pack, "--repo", registry)
    assert (said.code, "error[base-missing]" in said.err) == (2, True)
    git(registry, "push", "-q", "origin", "main")
    assert packyard("submit", pack, "--repo", registry).code == 0


def test_a_branch_without_a_registry(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    empty = git(bare, "commit-tree", "-m", "Pages", git(bare, "hash-object", "-w", "-t", "tree", "/dev/null"))
    git(bare, "update-ref", "refs/heads/pages", empty)
    said = packyard("submit", pack, "--repo", clone, "--base", "pages")
    assert (said.code, "error[source-missing]" in said.err) == (2, True)


# --- a registry by its address ----------------------------------------------------------------------------------------


def test_a_registry_by_its_address(
    packyard: Packyard, bare: Path, pack: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    said = packyard("submit", pack, "--registry", "registry.git")
    assert said.code == 0, said.err
    assert "cloning registry.git" in said.err
    (kept,) = (home / "cache" / "packyard" / "registries").iterdir()
    assert kept.name.startswith("registry-")
    land(bare)
    said = packyard("submit", pack, "--registry", bare, "--version", "auto")
    assert said.code == 0
    assert "cloning" not in said.err
    assert "refs/heads/packyard/hello/0.1.1" in refs(bare)


# --- forges -----------------------------------------------------------------------------------------------------------


def test_gitlab_is_asked_by_push_options(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    seen = serve_options(bare)
    said = packyard("submit", pack, "--repo", clone, "--forge", "gitlab")
    assert said.code == 0, said.err
    assert seen.read_text().splitlines() == [
        "merge_request.create",
        "merge_request.target=main",
        "merge_request.title=Add hello 0.1.0",
    ]
    assert "  | View it: https://forge.example.org/1" in said.err
    assert REF in refs(bare)


def test_gitea_takes_the_push_as_the_proposal(packyard: Packyard, clone: Path, bare: Path, pack: Path) -> None:
    seen = serve_options(bare)
    said = packyard("submit", pack, "--repo", clone, "--forge", "gitea")
    assert said.code == 0, said.err
    assert seen.read_text().splitlines() == [f"topic={BRANCH}", "title=Add hello 0.1.0", "force-push=true"]
    assert "refs/for/main" in refs(bare)
    assert REF not in refs(bare)
    assert f"proposed to {bare}" in said.err
    git(bare, "update-ref", "-d", "refs/for/main")
    hook(bare, "echo 'new commit is same with old commit' >&2; exit 1")
    again = packyard("submit", pack, "--repo", clone, "--forge", "gitea")
    assert again.code == 0
    assert "the registry has this proposal already" in again.err


def test_gitlab_again_is_the_page(packyard: Packyard, clone: Path, hosted: Path, pack: Path) -> None:
    point(clone, "gitlab.com")
    for owner in ("acme", "alice"):
        serve_options(hosted / owner / "packs.git")
    assert packyard("submit", pack, "--repo", clone).out == ""
    before = refs(hosted / "alice" / "packs.git")
    again = packyard("submit", pack, "--repo", clone)
    assert "next: open this page to propose it, if nobody did so yet:" in again.err
    assert again.out.startswith("https://gitlab.com/alice/packs/-/merge_requests/new?")
    assert refs(hosted / "alice" / "packs.git") == before


@pytest.mark.parametrize("forge", ["gitlab", "gitea"])
def test_a_server_without_push_options_gets_the_branch(
    forge: str, packyard: Packyard, clone: Path, bare: Path, pack: Path
) -> None:
    git(bare, "config", "receive.advertisePushOptions", "false")
    said = packyard("submit", pack, "--repo", clone, "--forge", forge)
    assert said.code == 0, said.err
    assert "the server takes no push options: pushing the branch alone" in said.err
    assert REF in refs(bare)
    assert "refs/for/main" not in refs(bare)


@pytest.fixture
def hosted(clone: Path, bare: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The clone of a fork, alice's, of a registry, acme's, on hosts that are reached by ssh."""
    for owner in ("acme", "alice"):
        git(home, "clone", "-q", "--bare", str(bare), f"hosts/{owner}/packs.git")
    monkeypatch.setenv("GIT_SSH_COMMAND", fake_ssh(home, home / "hosts"))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    point(clone, "github.com")
    return home / "hosts"


def point(clone: Path, host: str) -> None:
    """Makes origin the fork and upstream the registry, on a host."""
    git(clone, "remote", "set-url", "origin", f"git@{host}:alice/packs.git")
    git(clone, "config", "remote.upstream.url", f"ssh://git@{host}/acme/packs.git")


def test_github_without_a_token_is_a_link(
    packyard: Packyard, clone: Path, hosted: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 0, said.err
    start = (
        f"https://github.com/acme/packs/compare/main...alice:{BRANCH}?expand=1&title=Add%20hello%200.1.0&body=hello%20"
    )
    assert said.out.startswith(start)
    assert "open this page to propose it:" in said.err
    assert REF in refs(hosted / "alice" / "packs.git")
    assert REF not in refs(hosted / "acme" / "packs.git")


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("gitlab.example.org", "https://gitlab.example.org/alice/packs/-/merge_requests/new?merge_request%5Bsource"),
        ("codeberg.org", f"https://codeberg.org/acme/packs/compare/main...alice:{BRANCH}?title="),
        ("example.org", ""),
    ],
)
def test_other_hosts_are_known_by_their_names(
    host: str, page: str, packyard: Packyard, clone: Path, hosted: Path, pack: Path
) -> None:
    point(clone, host)
    for owner in ("acme", "alice"):
        git(hosted / owner / "packs.git", "config", "receive.advertisePushOptions", "false")
    said = packyard("submit", pack, "--repo", clone)
    assert said.code == 0, said.err
    assert said.out.startswith(page)
    assert bool(said.out) == bool(page)
    assert REF in refs(hosted / "alice" / "packs.git")


def test_github_opens_the_pull_request(
    packyard: Packyard, clone: Path, hosted: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = "https://github.com/acme/packs/pull/7"
    monkeypatch.setenv("PACKYARD_GITHUB_TOKEN", "tok-secret")
    taken = answer(422, {"message": "Validation Failed"})
    with github(answer(201, {"html_url": page}), taken, answer(200, [{"html_url": page}])) as forge:
        monkeypatch.setenv("PACKYARD_GITHUB_API", forge.url)
        said = packyard("submit", pack, "--repo", clone)
        again = packyard("submit", pack, "--repo", clone)
    assert (said.code, said.out) == (0, f"{page}\n")
    assert "opened the pull request" in said.err
    created = forge.asked[0]
    assert (created.method, created.path) == ("POST", "/repos/acme/packs/pulls")
    assert created.headers["authorization"] == "Bearer tok-secret"
    assert created.fields["title"] == "Add hello 0.1.0"
    assert (created.fields["head"], created.fields["base"]) == (f"alice:{BRANCH}", "main")
    assert created.fields["body"].startswith("hello 0.1.0: ")
    assert (again.code, again.out) == (0, f"{page}\n")
    assert "the pull request is open already" in again.err
    assert "tok-secret" not in said.err + again.err + json.dumps(refs(clone))


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500, 302])
def test_github_refuses_and_the_link_is_left(
    status: int, packyard: Packyard, clone: Path, hosted: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKYARD_GITHUB_TOKEN", "tok-secret")
    refusal = answer(status, {"message": "Resource not accessible by tok-secret"}, Location="http://127.0.0.1:9/")
    page = "https://github.com/acme/packs/pull/7"
    with github(refusal, *([answer(200, [])] if status == 422 else [])) as forge:
        monkeypatch.setenv("PACKYARD_GITHUB_API", forge.url)
        said = packyard("submit", pack, "--repo", clone)
        forge.answers.append(answer(201, {"html_url": page}))
        again = packyard("submit", pack, "--repo", clone)
    assert said.code == 3
    assert f"error[forge-refused]: GitHub answered {status}" in said.err
    assert "the branch is pushed; the pull request can be opened by hand: " in said.err
    assert "https://github.com/acme/packs/compare/main...alice:packyard/hello/0.1.0" in said.err
    assert "tok-secret" not in said.err
    assert REF in refs(hosted / "alice" / "packs.git")
    assert (again.code, again.out) == (0, f"{page}\n")


def test_a_password_in_an_address_is_kept_nowhere(
    packyard: Packyard, bare: Path, pack: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git is told that the web address is the bare repository; it knows it by the address without the password only."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    trace = home / "trace"
    for name, value in (
        ("GIT_TRACE", str(trace)),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", f"url.{bare}.insteadOf"),
        ("GIT_CONFIG_VALUE_0", "https://example.org/acme/packs.git"),
    ):
        monkeypatch.setenv(name, value)
    address = "https://robot:tok-secret@example.org/acme/packs.git"
    for number in ("0.1.0", "0.1.1"):
        said = packyard("submit", pack, "--registry", address, "--version", number)
        assert said.code == 0, said.err
        assert f"pushed packyard/hello/{number} to example.org/acme/packs" in said.err
        assert "tok-secret" not in said.err + said.out
    (kept,) = (home / "cache" / "packyard" / "registries").iterdir()
    assert "secret" not in kept.name + (kept / ".git" / "config").read_text() + trace.read_text()


def test_a_registry_by_its_address_and_a_fork(
    packyard: Packyard, hosted: Path, pack: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    places = ("--registry", "git@github.com:acme/packs.git", "--remote", "git@github.com:alice/packs.git")
    said = packyard("submit", pack, *places)
    assert said.code == 0, said.err
    assert said.out.startswith("https://github.com/acme/packs/compare/main...alice:")
    assert REF in refs(hosted / "alice" / "packs.git")
    assert REF not in refs(hosted / "acme" / "packs.git")


def test_the_registry_can_be_named(packyard: Packyard, clone: Path, hosted: Path, pack: Path) -> None:
    git(clone, "config", "--unset", "remote.upstream.url")
    said = packyard("submit", pack, "--repo", clone, "--upstream", "acme/packs")
    assert said.code == 0, said.err
    assert said.out.startswith("https://github.com/acme/packs/compare/main...alice:")
    said = packyard("submit", pack, "--repo", clone, "--upstream", "acme")
    assert (said.code, "error[remote-invalid]" in said.err) == (2, True)

"""The scripts of the workflows, run against a registry on this machine: a bare repository plays the forge, a folder
behind a web server its pages.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import pytest
import yaml

from packyard import __version__
from tests.forges import answer, git, github
from tests.runner import Runner
from tests.test_readme import web_server
from tests.tools import need

STARTING = Path(__file__).parent.parent / "packyard/starting"
WORKFLOWS = STARTING / "github/.github/workflows"
GITEA = STARTING / "gitea/.gitea/workflows"
GITLAB = STARTING / "gitlab/.gitlab-ci.yml"
KEYS = ("snapshot", "log", "attest")
pytestmark = pytest.mark.interop


class Yard(NamedTuple):
    """A registry: its bare repository, a maintainer's clone, its keys, and where tests may put things."""

    home: Path
    bare: Path
    clone: Path
    keys: Path

    def call(self, *arguments: str, cwd: Path | None = None, code: int = 0) -> str:
        """Calls packyard as its own process."""
        command = [str(Path(sys.executable).with_name("packyard")), *arguments]
        done = subprocess.run(
            command, cwd=cwd or self.clone, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def submit(self, version: str, *more: str) -> str:
        """Lets the contributor submit the pack; gives the commit that is proposed."""
        self.call("submit", "../hello", "--version", version, *more)
        commit = git(self.bare, "rev-parse", f"packyard/hello/{version}")
        git(self.bare, "update-ref", "refs/pull/1/head", commit)
        git(self.bare, "update-ref", "refs/merge-requests/1/head", commit)
        return commit

    def merge(self, commit: str) -> None:
        """Takes what is proposed into the main branch."""
        git(self.clone, "merge", "--quiet", "--no-ff", "--no-edit", commit)
        git(self.clone, "push", "--quiet", "origin", "main")

    def checkout(self, place: Path) -> None:
        """Does what actions/checkout would do: the base, all of its history, nothing else."""
        git(self.home, "clone", "--quiet", "--no-tags", "--single-branch", str(self.bare), str(place))

    def secrets(self) -> dict[str, str]:
        """The keys as the forge knows them: the text of the files."""
        return {f"secrets.PACKYARD_{key.upper()}_KEY": (self.keys / f"{key}.key").read_text() for key in KEYS}


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """A new registry with keys of its own, and a contributor with a key and a pack."""
    for program in ("git", "curl", "jq", "tar"):
        need(program)
    shutil.copy(Path(__file__).with_name("gitconfig"), tmp_path / ".gitconfig")
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    yard = Yard(tmp_path, tmp_path / "acme" / "packs.git", tmp_path / "clone", tmp_path / "keys")
    yard.call("init", "made", "--title", "Packs", "--keys", "keys", "--no-password", cwd=tmp_path)
    git(tmp_path, "clone", "--quiet", "--bare", "made", str(yard.bare))
    git(tmp_path, "clone", "--quiet", str(yard.bare), str(yard.clone))
    yard.call("keygen", "--no-password")
    yard.call("new", "hello", "--description", "Greets whoever opens the project", "--author", "Alice", cwd=tmp_path)
    return yard


# Checks -----------------------------------------------------------------------------------------------------------


def checking(yard: Yard, commit: str, place: str, queued_on: str = "") -> Runner:
    """A runner of the check, with the main branch checked out: of a pull request, or of one in a merge queue."""
    values = {
        "github.token": "",
        "github.event.pull_request.head.sha": "" if queued_on else commit,
        "github.event.merge_group.head_sha": commit if queued_on else "",
        "github.event.merge_group.base_sha": queued_on,
    }
    runner = Runner(WORKFLOWS / "check.yml", "check", yard.home / place, values)
    yard.checkout(runner.work)
    runner.passes("Fetch what is proposed")
    return runner


def test_a_pull_request_is_checked(yard: Yard) -> None:
    runner = checking(yard, yard.submit("0.1.0", "--publisher", "alice"), "first")
    said = runner.passes("Judge it")
    assert "::notice title=packyard check::review: " in said
    assert "::warning file=registry-src/packs/he/hello/0.1.0,title=pack-new::" in said
    assert runner.summary.read_text().startswith("## Review: ")
    assert json.loads((runner.temp / "report/check.sarif").read_text())["version"] == "2.1.0"
    assert (runner.temp / "report/preview/packs/hello/index.html").is_file()
    assert git(runner.work, "status", "--porcelain", "--ignored") == ""
    assert not (runner.work / "registry-src/packs").exists()


def test_a_second_release_is_accepted(yard: Yard) -> None:
    yard.merge(yard.submit("0.1.0", "--publisher", "alice"))
    runner = checking(yard, yard.submit("0.1.1"), "second")
    assert "::notice title=packyard check::accept" in runner.passes("Judge it")
    assert runner.summary.read_text().startswith("## Accept")


def test_in_a_queue_each_is_judged_on_top_of_what_is_before_it(yard: Yard) -> None:
    """What is merged later is judged by what is merged before it, though the main branch does not have that yet."""
    main = git(yard.bare, "rev-parse", "main")
    yard.merge(yard.submit("0.1.0", "--publisher", "alice"))
    first, second = git(yard.bare, "rev-parse", "main"), yard.submit("0.1.1")
    git(yard.bare, "update-ref", "refs/heads/main", main)
    runner = checking(yard, second, "queued", queued_on=first)
    assert git(runner.work, "rev-parse", "HEAD") == main
    assert "::notice title=packyard check::accept" in runner.passes("Judge it")
    assert "review" in checking(yard, second, "alone", queued_on=main).passes("Judge it")


def test_what_is_not_signed_is_rejected_and_nothing_of_it_runs(yard: Yard) -> None:
    """The proposal brings a program, settings of git and a list of packages with it."""
    commit = yard.submit("0.1.0", "--publisher", "alice")
    evil = yard.home / "evil"
    git(yard.home, "clone", "--quiet", str(yard.bare), str(evil))
    git(evil, "checkout", "--quiet", commit)
    (evil / "registry-src/packs/he/hello/0.1.0/README.md").write_text("# Other words\n")
    for module in ("packyard/__init__.py", "packyard/__main__.py", "sitecustomize.py"):
        (evil / module).parent.mkdir(exist_ok=True)
        (evil / module).write_text("raise SystemExit('::notice::taken over')\n")
    (evil / "requirements.txt").write_text("evil==1.0\n")
    (evil / ".gitattributes").write_text("* filter=evil\n")
    git(evil, "add", "--all")
    git(evil, "commit", "--quiet", "--message", "Improve the wording")
    git(evil, "push", "--quiet", "origin", "HEAD:refs/pull/2/head")
    runner = checking(yard, git(evil, "rev-parse", "HEAD"), "evil-run")
    ran = runner.run("Judge it")
    assert ran.code == 1
    assert "taken over" not in ran.out
    assert "::error file=registry-src/packs/he/hello/0.1.0" in ran.out
    assert "title=scope-mixed::" in ran.out
    assert runner.summary.read_text().startswith("## Reject: ")
    assert "evil" not in (runner.work / "requirements.txt").read_text()


@pytest.mark.slow
def test_a_pull_request_is_checked_at_gitea(yard: Yard) -> None:
    values = {
        "github.token": "token",
        "github.base_ref": "main",
        "github.event.pull_request.number": "1",
        "github.event.pull_request.head.sha": yard.submit("0.1.0", "--publisher", "alice"),
    }
    runner = Runner(GITEA / "check.yml", "check", yard.home / "gitea", values)
    forge = {"GITHUB_SERVER_URL": f"file://{yard.home}", "GITHUB_REPOSITORY": "acme/packs"}
    runner.passes("Fetch the base, and what is proposed", **forge)
    assert runner.passes("Judge it").rstrip().endswith("look at")


def test_a_merge_request_is_checked_at_gitlab(yard: Yard) -> None:
    variables = {
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_MERGE_REQUEST_IID": "1",
        "CI_REPOSITORY_URL": str(yard.bare),
        "CI_COMMIT_SHA": yard.submit("0.1.0", "--publisher", "alice"),
    }
    code, said, place = gitlab(yard, "check", variables)
    assert code == 4, said
    assert (place / "report/check.md").read_text().startswith("## Review: ")
    assert gitlab(yard, "check", variables | {"CI_COMMIT_SHA": "0" * 40})[0] == 1


def gitlab(yard: Yard, job: str, variables: dict[str, str]) -> tuple[int, str, Path]:
    """Exit code, output and folder of a job's script; the installation of packyard is left out."""
    script = yaml.safe_load(GITLAB.read_text())[job]["script"]
    lines = ["set -eo pipefail", *(line for line in script if " pip install " not in line)]
    place = yard.home / "gitlab"
    place.mkdir(exist_ok=True)
    environ = os.environ | variables
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=place, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout, place


# The program ------------------------------------------------------------------------------------------------------


def wheel(path: Path) -> str:
    """Makes a wheel that stands for the program, which needs nothing; gives its SHA-256."""
    about = f"packyard-{__version__}.dist-info"
    with ZipFile(path, "w") as file:
        file.writestr("packyard.py", "")
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: packyard\nVersion: {__version__}\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
    return sha256(path.read_bytes()).hexdigest()


@pytest.mark.slow
def test_nothing_is_installed_before_its_hash_is_there(yard: Yard) -> None:
    """As `init` writes the list, then with a file of another hash, by name alone, and with the hash of the file."""
    pytest.importorskip("ensurepip", reason="on Debian: apt-get install python3-venv")
    runner = Runner(WORKFLOWS / "check.yml", "check", yard.home / "installing", {})
    yard.checkout(runner.work)
    path, places = runner.work / f"vendor/packyard-{__version__}-py3-none-any.whl", yard.home / "path"
    variables = {"PIP_NO_INDEX": "1", "GITHUB_PATH": str(places)}
    ran = runner.run("Install packyard", **variables)
    assert ran.code == 1
    assert f"No such file or directory: '{path}'" in ran.out

    path.parent.mkdir()
    listed, digest = runner.work / "requirements.txt", wheel(path)
    ran = runner.run("Install packyard", **variables)
    assert ran.code == 1
    assert "DO NOT MATCH THE HASHES" in ran.out

    named = listed.read_text()
    listed.write_text(f"packyard=={__version__}\n")
    ran = runner.run("Install packyard", PIP_FIND_LINKS=str(path.parent), **variables)
    assert ran.code == 1
    assert "Hashes are required" in ran.out
    assert not places.exists()

    listed.write_text(named.replace("0" * 64, digest))
    runner.passes("Install packyard", **variables)
    assert places.read_text() == f"{runner.temp}/packyard/bin\n"
    assert list(runner.temp.glob("packyard/lib/*/site-packages/packyard.py"))


# The site ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def www(yard: Yard) -> Iterator[tuple[Path, str]]:
    """The folder that the pages of the forge are, and its address."""
    folder = yard.home / "www"
    with web_server(folder) as address:
        yield folder, address


class Forge(NamedTuple):
    """What happens on the forge: workflows, each on a machine of its own."""

    yard: Yard
    www: Path
    site: str

    def job(self, workflow: str, job: str, **values: str) -> Runner:
        """A job with the main branch checked out."""
        place = self.yard.home / f"{workflow}-{len(list(self.yard.home.iterdir()))}"
        known = {"vars.PACKYARD_SITE": self.site, "inputs.new-log": "", **self.yard.secrets(), **values}
        runner = Runner(WORKFLOWS / f"{workflow}.yml", job, place, known)
        self.yard.checkout(runner.work)
        return runner

    def publish(self, build: Runner) -> None:
        """Does what actions/deploy-pages would do, then what comes after it."""
        build.passes("Pack it as GitHub Pages wants it")
        shutil.rmtree(self.www)
        self.www.mkdir()
        subprocess.run(["tar", "-xf", build.temp / "artifact.tar", "-C", self.www], check=True)
        wait = self.job("deploy", "deploy", **{"needs.build.outputs.snapshot": build.output("snapshot")})
        wait.passes("Wait until the site shows it")

    def deploy(self, new_log: str = "") -> None:
        """Builds and publishes the main branch."""
        build = self.job("deploy", "build", **{"inputs.new-log": new_log})
        build.passes("Build the site")
        assert "ok: snapshot " in build.passes("Audit it as a client would")
        self.publish(build)


@pytest.fixture
def forge(yard: Yard, www: tuple[Path, str]) -> Forge:
    """The forge of the registry."""
    return Forge(yard, *www)


def test_a_site_is_begun_continued_sealed_again_and_audited(forge: Forge) -> None:
    assert forge.job("deploy", "build").run("Build the site").code == 15, "there is no log to continue"
    forge.deploy("true")
    ran = forge.job("deploy", "build", **{"inputs.new-log": "true"}).run("Build the site")
    assert ran.code == 1
    assert "a log is begun only where there is no site yet" in ran.out

    forge.yard.merge(forge.yard.submit("0.1.0", "--publisher", "alice"))
    assert_late(forge)
    forge.deploy()
    number = snapshot(forge)["number"]
    assert number == "2"

    reseal = forge.job("reseal", "build")
    reseal.passes("Build the site again")
    reseal.passes("See that it differs in nothing but the seal")
    forge.publish(reseal)
    assert snapshot(forge)["number"] == number

    said = forge.job("nightly", "audit").passes("Audit the published site")
    assert "ok: snapshot 2, 1 pack, 1 version, " in said
    compare(forge).passes("Compare it with the published one")


def assert_late(forge: Forge) -> None:
    """The main branch has something that the site has not: that is told, and not published by the way."""
    reseal = forge.job("reseal", "build")
    reseal.passes("Build the site again")
    ran = reseal.run("See that it differs in nothing but the seal")
    assert ran.code == 1
    assert "is not what the main branch makes" in ran.out


@pytest.mark.slow
def test_what_somebody_changed_on_the_site_is_found(forge: Forge) -> None:
    forge.deploy("true")
    built = compare(forge)
    for name in ("site.sums", "index.sums"):
        listed = (forge.www / name).read_bytes()
        (forge.www / name).write_bytes(listed.replace(listed[:64], b"0" * 64))
        ran = built.run("Compare it with the published one")
        assert ran.code == 1
        assert f"from nothing {name}" in ran.out
        (forge.www / name).write_bytes(listed)
    (forge.www / "index.html").write_text("<p>Buy now")
    ran = forge.job("nightly", "audit").run("Audit the published site")
    assert ran.code == 1
    assert "index.html" in ran.out


#: Plays `gh issue`: keeps what it was called with, and lists one issue that is open.
GH = """\
#!/bin/sh
printf '%s\\n' "$*" >> "$GH_LOG"
for last; do :; done
[ "$2" != list ] || printf '%s' "$GH_ISSUES" | jq -r "$last"
"""


@pytest.mark.parametrize("workflow", ["nightly", "reseal"])
def test_what_is_wrong_is_told_in_one_issue(workflow: str, tmp_path: Path) -> None:
    need("jq")
    program, log = tmp_path / "bin" / "gh", tmp_path / "log"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    told = Runner(
        WORKFLOWS / f"{workflow}.yml", "tell", tmp_path / "job", {"github.token": "t", "github.repository": "r"}
    )
    title = told.job["steps"][0]["env"]["TITLE"]
    place = {"GITHUB_SERVER_URL": "https://forge.example", "GITHUB_REPOSITORY": "acme/packs", "GITHUB_RUN_ID": "12"}
    for issues, call in (
        ([{"number": 3, "title": "another"}], f"issue create --title {title} --body "),
        ([{"number": 4, "title": title}], "issue comment 4 --body Again: "),
    ):
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        told.passes(told.job["steps"][0]["name"], PATH=path, GH_LOG=str(log), GH_ISSUES=json.dumps(issues), **place)
        listed, said = log.read_text().splitlines()[-2:]
        assert listed.startswith("issue list --app github-actions --state open ")
        assert said.startswith(call)
        assert "https://forge.example/acme/packs/actions/runs/12" in said


def compare(forge: Forge) -> Runner:
    runner = forge.job("nightly", "compare")
    runner.passes("Build the site from nothing")
    return runner


def snapshot(forge: Forge) -> dict[str, str]:
    """The header of the published snapshot."""
    lines = (forge.www / "SNAPSHOT").read_text().splitlines()
    return dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))


@pytest.mark.slow
def test_a_site_is_published_at_gitlab(yard: Yard, www: tuple[Path, str]) -> None:
    folder, address = www
    variables = {f"PACKYARD_{key.upper()}_KEY": str(yard.keys / f"{key}.key") for key in KEYS}
    variables |= {"PACKYARD_SITE": address, "CI_PIPELINE_SOURCE": "push"}
    yard.checkout(yard.home / "gitlab")
    for more in ({"PACKYARD_NEW_LOG": "yes"}, {}, {"CI_PIPELINE_SOURCE": "schedule"}):
        code, said, place = gitlab(yard, "pages", variables | more)
        assert code == 0, said
        shutil.rmtree(folder)
        (place / "public").rename(folder)
    assert "snapshot 1 of packs.example.org is valid until" in said
    shutil.rmtree(place / "work")
    assert gitlab(yard, "pages", variables)[0] == 0, "without the cache the published log is continued"
    code, said, _ = gitlab(yard, "audit", variables)
    assert code == 0, said
    assert "ok: snapshot 1, " in said


# Releases ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_release_becomes_a_submission(yard: Yard) -> None:
    """The pack is at the root of its own repository, whose other files are none of the registry's business."""
    yard.merge(yard.submit("0.1.0", "--publisher", "alice"))
    settings = yard.home / ".gitconfig"
    settings.write_text(f'[url "file://{yard.home}/"]\n\tinsteadOf = https://github.com/\n')
    values = {
        "inputs.registry": "acme/packs",
        "inputs.folder": "hello",
        "inputs.fork": "",
        "inputs.version": "",
        "github.event.release.tag_name": "v0.2.0",
        "github.actor": "alice",
        "secrets.key": (yard.home / "config/packyard/keys/default.key").read_text(),
        "secrets.password": "",
        "secrets.token": "token",
    }
    page = "https://github.com/acme/packs/pull/7"
    runner = Runner(WORKFLOWS / "submit.yml", "submit", yard.home / "release", values)
    yard.checkout(runner.work / "registry")
    shutil.copytree(yard.home / "hello", runner.work / "pack/hello")
    with github(answer(201, {"html_url": page})) as api:
        said = runner.passes("Submit the release", GITHUB_SERVER_URL="https://github.com", PACKYARD_GITHUB_API=api.url)
    assert said.splitlines()[-1] == page
    assert api.asked[0].path == "/repos/acme/packs/pulls"
    tree = git(yard.bare, "ls-tree", "-r", "--name-only", "packyard/hello/0.2.0")
    assert "registry-src/packs/he/hello/0.2.0/SHA256SUMS.minisig" in tree

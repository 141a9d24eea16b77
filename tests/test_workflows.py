"""The automation of this repository, and what `packyard init` writes for others: sound by the tools that judge such
files, and by what they promise.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from packyard.cli.init import FORGES
from packyard.cli.main import main

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
GITHUB = ROOT / "packyard/starting/github/.github"
STARTING = sorted(path for path in (ROOT / "packyard/starting").rglob("*") if path.is_file())
#: Where this repository's own workflows differ: it holds the program, so nothing is fetched but what that needs.
FETCHED = """\
          python3 -m venv "$RUNNER_TEMP/packyard"
          "$RUNNER_TEMP/packyard/bin/python" -m pip install -q --require-hashes --only-binary :all: -r requirements.txt
          echo "$RUNNER_TEMP/packyard/bin" >> "$GITHUB_PATH"
"""
OWN = """\
          python3 build.py --help > "$RUNNER_TEMP/help.txt"
          echo "$PWD/.venv/bin" >> "$GITHUB_PATH"
"""
SCHEMAS = {
    "workflows/*.yml": ["vendor.github-workflows", "custom.github-workflows-require-timeout"],
    "ISSUE_TEMPLATE/config.yml": ["vendor.github-issue-config"],
    "ISSUE_TEMPLATE/[!c]*.yml": ["vendor.github-issue-forms"],
    "dependabot.yml": ["vendor.dependabot"],
    ".gitlab-ci.yml": ["vendor.gitlab-ci"],
}
#: The jobs that have another right than to read; neither holds a key or has anything of the repository.
MORE = {"deploy": {"pages": "write", "id-token": "write"}, "tell": {"issues": "write"}}
#: The steps that may see a secret, by file.
SECRETS = {
    "deploy.yml": {"Build the site"},
    "reseal.yml": {"Build the site again"},
    "nightly.yml": {"Build the site from nothing"},
    "submit.yml": {"Check out the registry", "Submit the release"},
    "publish.yml": {"Build the site", "Copy it, SNAPSHOT last"},
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what `init` writes for each forge."""
    folder = tmp_path_factory.mktemp("written")
    for forge in FORGES:
        assert main(["init", str(folder / forge), "--forge", forge, "--team", "@acme/packs"]) == 0
    return folder


def places(written: Path) -> dict[str, Path]:
    """The folders with automation."""
    there = {"github": ".github", "gitlab": ".", "gitea": ".gitea"}
    return {"own": ROOT / ".github", **{forge: written / forge / folder for forge, folder in there.items()}}


def read(path: Path) -> dict[str, Any]:
    """A YAML file in which every scalar is text: `on` is no boolean."""
    found = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
    assert isinstance(found, dict)
    return found


WORKFLOWS = sorted(
    [*(ROOT / ".github/workflows").glob("*.yml"), *(ROOT / "packyard/starting").rglob("workflows/*.yml")]
)


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in read(path)["jobs"].values():
        yield from job["steps"]


# What other people's tools say ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "persona"), [("own", "auditor"), ("github", "auditor"), ("gitea", "pedantic")])
def test_zizmor_finds_nothing(place: str, persona: str, written: Path) -> None:
    """Gitea has no environments for secrets, which the strictest persona would have."""
    folder = places(written)[place]
    files = sorted(folder.rglob("*.yml")) if place == "gitea" else [folder]
    options = ["--offline", "--no-config", "--no-ignores", "--strict-collection", "--collect", "all"]
    done = subprocess.run(
        [str(BIN / "zizmor"), *options, "--persona", persona, "--format", "json", *map(str, files)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == []
    assert done.stderr.count("completed") >= len(list((folder / "workflows").glob("*.yml")))


@pytest.mark.parametrize("place", ["own", "github", "gitlab", "gitea"])
def test_every_file_fits_its_schema(place: str, written: Path) -> None:
    folder = places(written)[place]
    judged = set()
    for pattern, schemas in SCHEMAS.items():
        files = sorted(folder.glob(pattern))
        for schema in schemas if files else ():
            command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, *map(str, files)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        judged |= set(files)
    found = {path for path in folder.rglob("*.yml") if ".git" not in path.relative_to(folder).parts}
    assert found == judged
    assert found


# What they promise ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_workflow_gives_more_than_it_must(path: Path) -> None:
    workflow, text = read(path), path.read_text()
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in text
    assert "workflow_run" not in text
    for name, job in workflow["jobs"].items():
        assert job["permissions"] == MORE.get(name, {"contents": "read"})
        assert int(job["timeout-minutes"]) <= 120
        assert job["name"]
        assert "@sha256:" in job.get("container", "@sha256:")
        assert ("secrets." in str(job)) == (name in ("build", "compare", "publish", "submit"))
    for step in steps(path):
        assert step["name"]
        assert "${{" not in step.get("run", "")
        if "uses" in step:
            assert re.search(rf"{re.escape(step['uses'])} # v\d+\.\d+\.\d+\n", text), (
                "the version of a pin is beside it"
            )
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"])
        if "actions/checkout" in step.get("uses", ""):
            assert step["with"]["persist-credentials"] == "false"
        if "secrets." in str(step):
            assert step["name"] in SECRETS[path.name]
            assert "secrets." not in step.get("run", "")
        assert "github.token" not in str(step.get("with", ""))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_who_may_write_holds_nothing_of_the_repository(path: Path) -> None:
    jobs = read(path)["jobs"]
    for name in MORE.keys() & jobs.keys():
        assert not any(
            "checkout" in step.get("uses", "") or "packyard" in step.get("run", "").split()
            for step in jobs[name]["steps"]
        )
        assert "secrets." not in str(jobs[name])


def test_one_release_of_each_action_is_used() -> None:
    used = {step["uses"] for path in WORKFLOWS for step in steps(path) if "uses" in step}
    assert len(used) == len({action.partition("@")[0] for action in used}) == 3


@pytest.mark.parametrize("path", [path for path in WORKFLOWS if path.name == "check.yml"], ids=str)
def test_a_pull_request_brings_no_tool(path: Path) -> None:
    """What is checked out is the base, what is installed is what the base names, what is proposed is a git object."""
    workflow = read(path)
    assert list(workflow["on"]) in (["pull_request", "merge_group"], ["pull_request"])
    assert workflow["concurrency"]["cancel-in-progress"] == "true"
    checkouts = [step["with"]["ref"] for step in steps(path) if "checkout" in step.get("uses", "")]
    assert checkouts in (["refs/heads/main"], [])
    assert "secrets." not in path.read_text()
    for step in steps(path):
        values = [*step.get("env", {}).items(), *step.get("with", {}).items()]
        proposed = [name for name, value in values if "github.event" in value or "github.head" in value]
        assert set(proposed) <= {"PROPOSED", "NUMBER", "BASE"}
        assert "merge" not in step.get("run", "")


def test_nothing_without_a_hash_is_installed() -> None:
    installed = [line for path in STARTING for line in path.read_text().splitlines() if "pip install" in line]
    assert len(installed) > 8
    assert [line for line in installed if "--require-hashes --only-binary :all: -r requirements.txt" not in line] == []
    listed = (ROOT / "packyard/starting/every/requirements.txt").read_text().splitlines()
    assert [line for line in listed if not line.startswith("#")] == [
        f"./vendor/packyard-@VERSION@-py3-none-any.whl --hash=sha256:{'0' * 64}"
    ]


@pytest.mark.parametrize("path", sorted(GITHUB.rglob("workflows/*.yml")), ids=lambda path: path.name)
def test_own_workflows_are_those_of_everybody(path: Path) -> None:
    own = ROOT / ".github/workflows" / path.name
    assert own.read_text() == path.read_text().replace(FETCHED, OWN)
    assert FETCHED in path.read_text()


def test_builds_wait_for_each_other() -> None:
    for name in ("deploy.yml", "reseal.yml", "nightly.yml"):
        assert read(GITHUB / "workflows" / name)["concurrency"] == {"group": "site", "queue": "max"}
    deploy, reseal = (read(GITHUB / "workflows" / name)["jobs"]["deploy"] for name in ("deploy.yml", "reseal.yml"))
    assert deploy == reseal
    assert read(ROOT / "packyard/starting/gitlab/.gitlab-ci.yml")["pages"]["resource_group"] == "site"


@pytest.mark.parametrize("name", ["nightly.yml", "reseal.yml"])
def test_what_happens_without_anybody_there_is_told(name: str) -> None:
    jobs = read(GITHUB / "workflows" / name)["jobs"]
    tell = jobs.pop("tell")
    assert tell["needs"] == list(jobs)
    assert tell["if"].startswith("${{ !success() && ")
    assert next(iter(jobs.values()))["if"] == tell["if"].replace("!success() && ", "")


def test_nobody_but_builds_sees_keys_at_gitlab() -> None:
    jobs = read(ROOT / "packyard/starting/gitlab/.gitlab-ci.yml")
    assert [name for name, job in jobs.items() if "environment" in job] == ["pages"]
    assert jobs["check"]["variables"] == {"GIT_STRATEGY": "none"}
    assert "$CI_PROJECT_PATH == $CI_MERGE_REQUEST_PROJECT_PATH" in jobs["check"]["rules"][0]["if"]
    assert "@sha256:" in jobs["default"]["image"]


# The other files --------------------------------------------------------------------------------------------------


def test_what_decides_has_owners() -> None:
    protected = ["trust/", "registry.yaml"]
    own = (ROOT / ".github/CODEOWNERS").read_text()
    for place in (*(f"/registry-src/{name}" for name in protected), "/.github/", "/packyard/", "/templates/"):
        assert re.search(rf"^{re.escape(place)} .*@packyard/root-keys$", own, re.MULTILINE)
    for path in (ROOT / ".github/CODEOWNERS", GITHUB / "CODEOWNERS"):
        lines = [line.split() for line in path.read_text().splitlines() if line and not line.startswith("#")]
        assert [line[0] for line in lines if len(line) == 1] == [
            f"/registry-src/{name}/" for name in ("packs", "publishers", "orgs")
        ]
        assert lines[0][0] == "*"


def test_forms_and_templates_are_those_of_everybody() -> None:
    for path in (*GITHUB.rglob("ISSUE_TEMPLATE/*"), GITHUB / "pull_request_template.md"):
        assert (ROOT / ".github" / path.relative_to(GITHUB)).read_bytes() == path.read_bytes()
    for place in ("gitlab/.gitlab/merge_request_templates/Default.md", "gitea/.gitea/PULL_REQUEST_TEMPLATE.md"):
        assert (ROOT / "packyard/starting" / place).read_bytes() == (GITHUB / "pull_request_template.md").read_bytes()


@pytest.mark.parametrize("path", STARTING, ids=lambda path: str(path.relative_to(ROOT / "packyard/starting")))
def test_placeholders_are_known(path: Path) -> None:
    assert set(re.findall(r"@([A-Z]+)@", path.read_text())) <= {"ORIGIN", "TITLE", "URL", "VERSION", "TEAM"}


def test_no_placeholder_is_left(written: Path) -> None:
    for path in written.rglob("*"):
        if path.is_file() and ".git" not in path.relative_to(written).parts:
            assert not re.search(r"@[A-Z]+@", path.read_text())

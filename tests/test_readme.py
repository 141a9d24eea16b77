"""The README and the pages of `docs/`: their commands run, what they show is what the commands say, their links lead
somewhere.

A block fenced as `sh tour` is run; all of a page are, in order, in one shell that stops at the first failure. One that
is fenced as `sh tour background` is a server, which runs on. The block `text` after it shows lines of its output, in
order, in which `…` stands for anything.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from tests.forges import git
from tests.tools import need

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
#: Whose addresses the documentation has: specifications, programs, and names that are reserved for examples.
HOSTS = [
    "c2sp.org",
    "spec.openapis.org",
    "in-toto.io",
    "slsa.dev",
    "semver.org",
    "spdx.org",
    "ossf.github.io",
    "www.first.org",
    "keepachangelog.com",
    "github.com",
    "127.0.0.1",
]
EXAMPLES = (".example", "example.org", "example.net")
NEXT = "-- next block --"
#: Starts a server and goes on when it has said where it is, which must be true.
SERVER = """\
said=$(mktemp)
{code} >"$said" 2>&1 &
until [ -s "$said" ]; do kill -0 $!; sleep 0.05; done
cat "$said"
curl -fsS "$(head -n 1 "$said")" >/dev/null
"""

FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """Commands, and the lines of output that are shown after them."""

    code: str
    background: bool
    shown: list[str]


def tour(page: Path) -> list[Block]:
    """What a page says to run, in order."""
    found: list[Block] = []
    for kind, text in FENCE.findall(page.read_text()):
        if kind.startswith("sh tour"):
            found.append(Block(text, kind.endswith("background"), []))
        elif kind == "text":
            found[-1].shown.extend(text.splitlines())
    return found


def script(blocks: list[Block]) -> str:
    """The blocks as one script, which prints `NEXT` after each."""
    lines = ["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for block in blocks:
        lines.append(SERVER.format(code=block.code.strip()) if block.background else block.code)
        lines.append(f"echo '{NEXT}'")
    return "\n".join(lines)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new user's home, with `packyard` on the path, and a git that knows who commits."""
    shutil.copy(Path(__file__).with_name("gitconfig"), tmp_path / ".gitconfig")
    for name in ("XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def run(home: Path, blocks: list[Block]) -> None:
    """Runs the blocks in an empty folder and compares their output with what is shown."""
    for program in ("minisign", "jq", "curl", "git", "rsync", "tar", "sha256sum"):
        need(program)
    place = home / "empty"
    place.mkdir(exist_ok=True)
    done = subprocess.run(
        ["bash", "-c", script(blocks)], cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    outputs = done.stdout.split(f"{NEXT}\n")
    for block, output in zip(blocks, outputs, strict=False):
        lines = iter(output.splitlines())
        missing = [line for line in block.shown if not any(pattern(line).fullmatch(each) for each in lines)]
        assert not missing, output


def pattern(line: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, line.split("…"))))


@contextmanager
def web_server(folder: Path) -> Iterator[str]:
    """Serves a folder on this machine; gives the address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    folder.mkdir(parents=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


#: What the forge does with a branch that somebody pushes to a fork: a maintainer merges it if the check lets it pass.
MERGE = """\
#!/bin/sh
unset GIT_DIR
while read -r _ commit ref; do
  case $ref in refs/heads/packyard/*)
    cd "{registry}" && git fetch -q "{fork}" "$commit" &&
      packyard check --repo . --head "$commit" --review-ok >> check.log 2>&1 &&
      tree=$(git merge-tree --write-tree main "$commit") &&
      git update-ref refs/heads/main "$(git commit-tree -p main -p "$commit" -m "Merge $ref" "$tree")" ;;
  esac
done
exit 0
"""


#: What is there on the page for reviewers, and proposed: a hook in a pack that is there, and a name beside its name.
REVIEWED = """\
git clone -q https://github.com/acme/packs clone
packyard keygen --no-password
packyard new tidy-commits --description "Small commits whose messages say why"
packyard submit tidy-commits --repo clone --publisher ada --version 1.0.0
git -C clone merge -q --no-ff --no-edit packyard/tidy-commits/1.0.0
packyard keygen --no-password --out again.key
packyard publisher add ada-again --repo clone --key again.key --commit
git -C clone push -q origin main
mkdir tidy-commits/hooks
cat > tidy-commits/hooks/hooks.json <<'END'
{"hooks": {"PostToolUse": [{"matcher": "Bash", "hooks": [
  {"type": "command", "command": "sh ${CLAUDE_PLUGIN_ROOT}/hooks/count.sh"}]}]}}
END
cat > tidy-commits/hooks/count.sh <<'END'
#!/bin/sh
# How many commits a day, for the team.
curl -s "https://stats.tidy.example/?n=$(git rev-list --count HEAD)"
END
sed -i 's/"rules"/"rules", "hooks"/' tidy-commits/pack.json
packyard submit tidy-commits --repo clone --version 1.1.0
packyard keygen --no-password --out cleo.key
packyard new tidy-comits --description "Commits that are tidy and small"
packyard submit tidy-comits --repo clone --publisher cleo --key cleo.key
"""


def plugin(folder: Path) -> None:
    """Makes a plugin for Claude Code."""
    files = {
        ".claude-plugin/plugin.json": '{"name": "review-tools", "description": "Says first what may do harm"}',
        "commands/review.md": "---\ndescription: Review a diff\n---\n\nRead the diff; say first what it can break.\n",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def forge(home: Path, *people: str) -> Path:
    """A folder that git takes for github.com, with the registry `acme/packs` and everybody's fork of it; the bare
    repository of the registry. Its keys are in `keys`.
    """
    command = [str(Path(sys.executable).with_name("packyard")), "init", "made", "--keys", "keys", "--no-password"]
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    registry = home / "github.com" / "acme" / "packs"
    for owner in ("acme", *people):
        fork = registry.parent.parent / owner / "packs"
        git(home, "clone", "--quiet", "--bare", "made", str(fork))
        if owner != "acme":
            hook = fork / "hooks" / "post-receive"
            hook.write_text(MERGE.format(registry=registry, fork=fork))
            hook.chmod(0o755)
    git(home, "config", "--global", f"url.file://{home}/github.com/.insteadOf", "https://github.com/")
    return registry


# Commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.interop
def test_tour_of_the_readme(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    blocks = [
        Block(block.code.replace("packyard serve", f"packyard serve --port {port}"), block.background,
              [line.replace(":8000/", f":{port}/") for line in block.shown])
        for block in tour(ROOT / "README.md")
    ]  # fmt: skip
    assert len(blocks) > 8
    run(home, blocks)


@pytest.mark.slow
@pytest.mark.interop
def test_commands_for_kits(home: Path) -> None:
    run(home, tour(DOCS / "kits.md"))


@pytest.mark.slow
@pytest.mark.interop
@pytest.mark.parametrize("page", ["operators.md", "witnesses.md"])
def test_commands_for_operators(home: Path, page: str) -> None:
    with web_server(home / "empty" / "www") as address:
        blocks = tour(DOCS / page)
        run(home, [block._replace(code=block.code.replace("https://packs.my.example/", address)) for block in blocks])


@pytest.mark.slow
@pytest.mark.interop
def test_commands_for_contributors(home: Path) -> None:
    """The forge is a folder, whose maintainer merges at once what the check lets pass; nobody is there to think of a
    password.
    """
    registry = forge(home, "ada", "ben")
    plugin(home / "empty" / "review-tools")
    blocks = tour(DOCS / "contributors.md")
    run(
        home,
        [block._replace(code=re.sub(r"keygen(?! --no-pass)", "keygen --no-password", block.code)) for block in blocks],
    )
    titles = git(registry, "log", "--no-merges", "--format=%s").splitlines()
    assert (len(titles), titles[0]) == (22, "Add a key of ada"), "one proposal was not merged"


@pytest.mark.interop
def test_commands_for_reviewers(home: Path) -> None:
    """The pull requests are there, and the root key is."""
    registry = forge(home)
    (home / "keys").rename(home / "offline")
    subprocess.run(["bash", "-euo", "pipefail", "-c", REVIEWED], cwd=home, check=True, capture_output=True)
    for number, branch in ((7, "tidy-commits/1.1.0"), (8, "tidy-comits/0.1.0")):
        git(registry, "update-ref", f"refs/pull/{number}/head", f"refs/heads/packyard/{branch}")
    run(home, tour(DOCS / "reviewers.md"))


@pytest.mark.slow
@pytest.mark.interop
def test_commands_for_forges(home: Path) -> None:
    need("hatchling")
    (home / "packyard").symlink_to(ROOT)
    run(home, tour(DOCS / "forges.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_is_proposed_is_merged_by_a_commit(page: Path) -> None:
    """A branch that has taken in the main branch would be forwarded to, and with it another line of first parents."""
    merges = re.findall(r"^git .*\bmerge .*", page.read_text(), re.MULTILINE)
    assert [line for line in merges if " --no-ff --no-edit " not in line] == []


def test_what_is_not_shown_is_missed(home: Path) -> None:
    run(home, [Block("echo one; echo two; echo three", False, ["one", "t…ee"]), Block("echo four", False, ["four"])])
    for code, shown in (("false; echo one", []), ("echo one", ["two"]), ("echo one; echo two", ["two", "one"])):
        with pytest.raises(AssertionError):
            run(home, [Block(code, False, shown)])


# Links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            file = page.parent / path if path else page
            assert file.exists(), target
            assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_addresses_are_of_specifications_and_examples(page: Path) -> None:
    found = set(re.findall(r"https?://([\w.-]+\.\w+)", page.read_text()))
    assert [host for host in sorted(found) if host not in HOSTS and not host.endswith(EXAMPLES)] == []


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text()
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    assert {name for name in pages if f"({name})" not in index} == set()


def test_every_part_of_the_program_is_on_the_map() -> None:
    text = (DOCS / "ARCHITECTURE.md").read_text()
    code = ROOT / "packyard"
    parts = [path for path in (*code.iterdir(), *(code / "gate").iterdir()) if path.is_dir() or path.parent == code]
    names = {path.name + "/" * path.is_dir() for path in parts if not path.name.startswith("_")}
    assert {name for name in names if name not in text} == set()


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "adr/README.md").read_text()
    for path in DOCS.glob("adr/0*.md"):
        title = path.read_text().splitlines()[0].removeprefix(f"# {path.name[:4]}. ")
        assert f"| [{path.name[:4]}]({path.name}) | {title} |" in index

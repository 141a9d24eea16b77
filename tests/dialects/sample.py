"""A registry with something for every format: rules, skills, servers, hooks, profiles, dependencies, and every state.

    python -m tests.dialects.sample            renews all of `golden/`, when formats are meant to have changed
    python -m tests.dialects.sample npm osv    renews these

`golden/NAME/` is what the format NAME has of the site, for people to review; of archives it has the list of their
files, each with its mode, size and hash.
"""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from hashlib import sha256
from pathlib import Path

from packyard.edges.store import walk
from packyard.formats import foreign
from tests.registry import SILENT, TestRegistry, small
from tests.sites import built
from tests.test_lifecycle import secret_text

GOLDEN = Path(__file__).with_name("golden")
#: What a host may say is a page is shown as text; what begins so is an archive.
ARCHIVES = (b"\x1f\x8b", b"PK\x03\x04")

SKILL = """\
---
name: {name}
description: {about}
---

# {title}

{text}
"""


def registry(path: Path, surfaces: Collection[str] = tuple(foreign.SURFACES)) -> TestRegistry:
    """The registry, as a repository at `path`, with these formats rendered and no others."""
    made = small(path)
    made.settings(surfaces=SILENT | dict.fromkeys(surfaces, True))
    made.trust()
    made.version("hello", "2.0.0", "alice", _everything(), {"dependencies": {"@acme/tools": "^1.0.0"}})
    made.version("hello", "2.1.0-beta.1", "alice", _everything())
    made.statement("promote", "hello", "alice", version="2.1.0-beta.1", channel="beta")
    made.version(
        "@acme/hello",
        "0.3.0",
        "bob",
        {"skills/find-tests/SKILL.md": _skill("find-tests", "Finds the tests of a change", "Look, then run.")},
        {"tags": ["tests", "qa"], "targets": ["claudecode", "opencode"], "conflicts": ["other"]},
    )
    made.version("gone", "1.0.0", "bob", manifest={"tags": ["tests"]})
    made.version("gone", "1.1.0", "bob", manifest={"tags": ["tests"]})
    made.version("active", "1.0.0", "bob", _active())
    made.commit("Publish for other programs")
    made.statement("withdraw", "gone", "bob", version="1.0.0", reason="it held a colleague's address")
    made.files["advisories/PY-2026-0001.json"] = _advisory()
    made.files["featured.yaml"] = b"format: packyard/featured/1\npacks:\n  - name: hello\n    note: A first pack\n"
    made.commit("Withdraw gone 1.0.0, warn of hello 1.0.0")
    return made


def site(folder: Path, surfaces: Collection[str] = tuple(foreign.SURFACES)) -> Path:
    """The site of the registry with these formats, made below `folder` with keys that never change."""
    keys = {f"PACKYARD_{role}_KEY": secret_text(role.lower()) for role in ("SNAPSHOT", "LOG", "ATTEST")}
    built(registry(folder / "repo", surfaces).path, folder / "site", environ=keys, new_log=True)
    return folder / "site"


def kept(name: str) -> dict[str, str]:
    """What is in `golden/NAME/`."""
    root = GOLDEN / name
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in root.rglob("*") if path.is_file()}


def shown(site: Path, belongs: Callable[[str], bool]) -> dict[str, str]:
    """What should be there: the files of a site that belong to a format, as text. A path that is a folder elsewhere in
    the format is told from it by `.file`; an `index.json` that is its `index.html` again is left out.
    """
    paths = [path for path in walk(site) if belongs(path) and not _twin(site, path)]
    return {path + _suffix(path): readable((site / path).read_bytes()) for path in paths}


def _twin(site: Path, path: str) -> bool:
    folder, _, name = path.rpartition("/")
    page = site / folder / "index.html"
    return name == "index.json" and page.exists() and page.read_bytes() == (site / path).read_bytes()


def _suffix(path: str) -> str:
    return "" if "." in path.rpartition("/")[2] else ".file"


def readable(data: bytes) -> str:
    """Text as it is; of an archive what is in it; of other bytes their size and hash."""
    if data.startswith(ARCHIVES):
        return "".join(f"{line}\n" for line in _entries(data))
    try:
        return data.decode()
    except UnicodeDecodeError:
        return f"{len(data)} bytes, {sha256(data).hexdigest()}\n"


def _entries(data: bytes) -> Iterator[str]:
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield _entry(info.filename, info.external_attr >> 16, archive.read(info))
        return
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as tar:
        for member in tar:
            file = tar.extractfile(member)
            yield _entry(member.name, member.mode, file.read() if file else b"")


def _entry(path: str, mode: int, data: bytes) -> str:
    return f"{mode & 0o777:03o} {len(data):>6} {sha256(data).hexdigest()[:16]}  {path}"


def _everything() -> dict[str, bytes]:
    guard = {"hooks": {"preToolUse": [{"type": "command", "matcher": "Bash", "command": "sh hooks/guard.sh"}]}}
    servers = {
        "tickets": {"type": "remote", "url": "https://mcp.example.org/"},
        "notes": {"type": "stdio", "command": "npx", "args": ["-y", "notes-server@1.2.3"], "env": {"NOTES_DIR": "."}},
    }
    models = {
        "default": "anthropic/claude-sonnet-4-5",
        "small": "anthropic/claude-haiku-4-5",
        "agents": {"reviewer": {"model": "anthropic/claude-opus-4-1", "temperature": 0.2}},
        "profiles": {
            "quick": {"description": "For small things", "default": "anthropic/claude-haiku-4-5"},
            "deep": {"extends": "quick", "default": "anthropic/claude-opus-4-1"},
        },
        "routing": [{"when": {"complexity": "high"}, "use": "deep", "description": "Think", "priority": 2}],
        "overrides": {"cursor": {"default": "openai/gpt-5"}},
    }
    return {
        "README.md": b"# Hello\n\nIt *greets*: 1 < 2 & 3.\n\n## Use\n\n```sh\nhello --now\n```\n",
        "commands/hello.md": b"---\ndescription: Says hello\n---\n\nSay hello to $ARGUMENTS.\n",
        "agents/reviewer.md": b"---\nname: reviewer\ndescription: Reads changes\n---\n\nRead every line.\n",
        "skills/greet/SKILL.md": _skill("greet", "Greets people who come by", "Use `scripts/greet.sh`."),
        "skills/greet/scripts/greet.sh": b"#!/bin/sh\necho hello\n",
        "skills/greet/reference/words.md": b"Hello, good day, welcome.\n",
        "skills/part/SKILL.md": _skill("part", "Says goodbye when people leave", "Wave."),
        "hooks/hooks.json": _json(guard),
        "hooks/guard.sh": b"#!/bin/sh\nexit 0\n",
        "mcp.json": _json({"mcpServers": servers}),
        "models.json": _json(models),
    }


def _active() -> dict[str, bytes]:
    """Files that a browser would run, in a skill."""
    return {
        "skills/draw/SKILL.md": _skill("draw", "Draws <b>pictures</b> & more", "Open `assets/page.html`."),
        "skills/draw/assets/page.html": b"<script>alert(1)</script>\n",
        "skills/draw/assets/icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>\n',
        "README.md": b"# Active\n\n<script>alert(1)</script>\n",
    }


def _skill(name: str, about: str, text: str) -> bytes:
    return SKILL.format(name=name, about=about, title=name.title(), text=text).encode()


def _advisory() -> bytes:
    affected = {
        "package": {"ecosystem": "Packyard", "name": "hello"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}],
    }
    return _json(
        {
            "schema_version": "1.7.3",
            "id": "PY-2026-0001",
            "modified": "2026-03-02T00:00:00Z",
            "published": "2026-03-02T00:00:00Z",
            "summary": "hooks/run.sh runs what it is given",
            "details": "The script of hello before 1.1.0 hands its arguments to a shell.",
            "affected": [affected],
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H"}],
            "references": [{"type": "WEB", "url": "https://example.org/advisories/1"}],
        }
    )


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"


def renew(names: Collection[str]) -> None:
    """Writes `golden/` anew for formats of these names."""
    from tests.dialects.belonging import BELONGS

    with tempfile.TemporaryDirectory() as folder:
        whole = site(Path(folder))
        for name in names:
            shutil.rmtree(GOLDEN / name, ignore_errors=True)
            for path, text in shown(whole, BELONGS[name]).items():
                (GOLDEN / name / path).parent.mkdir(parents=True, exist_ok=True)
                (GOLDEN / name / path).write_bytes(text.encode())


if __name__ == "__main__":
    renew(sys.argv[1:] or tuple(foreign.SURFACES))

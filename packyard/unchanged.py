"""The quick answer: is there anything to do at all? Looks at the commit, the tool, the keys and the site, and imports
nothing heavy.

After a build that ended well, `stamp.json` in the work folder says what it was made of. It is removed before a build
writes into the site, so a stamp that is there speaks of a whole site.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from packyard.tool import tool_digest

_ROLES = ("snapshot", "log", "attest")


class Request(NamedTuple):
    """What a build is asked to do. `jobs` 0 means as many processes as there are processors."""

    repo: Path = Path()
    ref: str = "HEAD"
    out: Path | None = None
    previous: str = ""
    new_log: bool = False
    keys: Path | None = None
    jobs: int = 0
    templates: Path | None = None
    quiet: bool = False
    environ: Mapping[str, str] = os.environ

    @property
    def site(self) -> Path:
        """Where the site is."""
        return Path(os.path.abspath(self.out or self.repo / "site"))  # noqa: PTH100 - links stay as they are


def work_folder(site: Path) -> Path:
    """Where a build keeps what is not part of the site."""
    return site.parent / ".packyard" / site.name


def is_development(request: Request) -> bool:
    """Whether the site that was built last vouches for nothing: it says so on every page."""
    try:
        return bool(json.loads((work_folder(request.site) / "stamp.json").read_bytes())["development"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def stamp_of(request: Request, commit: str, snapshot: bytes, development: bool, tool: str) -> dict[str, object]:
    """What the site was made of."""
    return {
        "repo": str(request.repo.resolve()),
        "commit": commit,
        "tool": tool,
        "keys": keys_digest(request),
        "snapshot": sha256(snapshot).hexdigest(),
        "development": development,
    }


def still_fresh(request: Request) -> str:
    """A line that says so when the site is what a build would make, else ""."""
    try:
        stamp = json.loads((work_folder(request.site) / "stamp.json").read_bytes())
        snapshot = (request.site / "SNAPSHOT").read_bytes()
    except (OSError, ValueError):
        return ""
    commit = head_commit(request.repo, request.ref)
    if not commit or request.new_log or stamp.get("commit") != commit:
        return ""
    tool = tool_digest(request.templates)
    if stamp != stamp_of(request, commit, snapshot, is_development(request), tool):
        return ""
    return f"nothing to do, commit {commit[:12]} is built" + expiry_warning(snapshot)


def expiry_warning(snapshot: bytes) -> str:
    """A remark when a snapshot has lived for more than half of its time, else ""."""
    fields = dict(
        line[2:].split(" ", 1) for line in snapshot.decode("ascii", "replace").splitlines() if line[:2] == "# "
    )
    issued, expires = (datetime.fromisoformat(fields[name]).timestamp() for name in ("issued", "expires"))
    if time.time() > (issued + expires) / 2:
        return f"; the snapshot expires {fields['expires']}: run `packyard reseal`"
    return ""


def keys_digest(request: Request) -> str:
    """What tells one set of signing keys from another, without reading a secret into anything but a hash."""
    digest = sha256()
    for role in _ROLES:
        value = request.environ.get(f"PACKYARD_{role.upper()}_KEY", "")
        path = request.keys / f"{role}.key" if request.keys else Path(value) if value and "\n" not in value else None
        try:
            digest.update(path.read_bytes() if path else value.encode())
        except OSError:
            digest.update(b"missing")
        digest.update(b"\0")
    return digest.hexdigest()


def head_commit(repo: Path, ref: str) -> str:
    """The commit that `ref` means, as far as plain files tell; "" when they do not."""
    git = repo / ".git"
    if git.is_file() or not git.is_dir():
        return ""
    if ref == "HEAD":
        ref = _text(git / "HEAD").removeprefix("ref: ")
    if len(ref) in (40, 64) and not ref.strip("0123456789abcdef"):
        return ref
    for name in (ref, f"refs/heads/{ref}"):
        found = _text(git / name) if name.startswith("refs/") and ".." not in name else ""
        found = found or next(
            (
                line[: -len(name)].strip()
                for line in _text(git / "packed-refs").splitlines()
                if line.endswith(f" {name}")
            ),
            "",
        )
        if found:
            return found
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, ValueError):
        return ""

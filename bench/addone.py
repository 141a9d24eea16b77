"""Add one version of an existing pack to a synthetic registry, at a cost that does not grow with the registry.

Everything needed beyond one pack's folder is in the last line of the head's message:

    Bench: seed=7 publishers=100 orgs=12 packs=2011
"""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.fastimport import BRANCH, Stream, change
from bench.packs import Blob, blob_id, next_version, signed_sums
from bench.people import Shape
from bench.profiles import profile
from bench.text import Prose

_TRAILER = re.compile(r"^Bench: seed=(\d+) publishers=(\d+) orgs=(\d+) packs=(\d+)$", re.MULTILINE)


class Added(NamedTuple):
    """What `add_one` did."""

    pack: str
    version: str
    commit: str


def trailer(shape: Shape, packs: int) -> str:
    """The line of a commit message that `add_one` continues from."""
    return f"Bench: seed={shape.seed} publishers={shape.publishers} orgs={shape.orgs} packs={packs}"


def add_one(repository: Path) -> Added:
    """Commit a new version, with another readme, of the pack that the head's commit id chooses.

    Raises ValueError when the repository is not one of `bench.generate`.
    """
    head, time, message = _git(repository, "log", "-1", "--format=%H %ct %B", BRANCH).decode().split(" ", 2)
    found = _TRAILER.search(message)
    if not found:
        raise ValueError(f"the head of {repository} has no Bench line")
    seed, publishers, orgs, packs = map(int, found.groups())
    shape = Shape(seed, publishers, orgs)
    rng = Random(head)
    what = profile(shape, rng.randrange(packs))
    folder = f"registry-src/{what.folder}"
    names = _git(repository, "ls-tree", "--name-only", f"{head}:{folder}").decode().split("\n")
    latest = max((name for name in names if name[:1].isdigit()), key=_order)
    version = next_version(rng, latest)
    blobs, sums = _next(repository, f"{head}:{folder}/{latest}", rng, latest, version)
    blobs += signed_sums(shape, what, version, sums)
    with Stream(repository) as stream:
        stream.blobs(blobs)
        message = f"Publish {what.name} {version}\n\n{trailer(shape, packs)}\n"
        changes = [change(f"{what.folder}/{version}", blob) for blob in blobs]
        stream.commit(int(time) + 3600, message, changes, f"{BRANCH}^0")
    commit = _git(repository, "rev-parse", BRANCH).decode().strip()
    return Added(what.name, version, commit)


def _next(repository: Path, tree: str, rng: Random, old: str, new: str) -> tuple[list[Blob], bytes]:
    """The files of the version in `tree` made into those of version `new`, and their `SHA256SUMS`."""
    lines = _git(repository, "cat-file", "blob", f"{tree}/SHA256SUMS").decode().splitlines()
    sums = {line[66:]: line[:64] for line in lines}
    blobs = []
    for entry in _git(repository, "ls-tree", "-r", "-z", tree).decode().split("\0")[:-1]:
        about, _, path = entry.partition("\t")
        mode, _, oid = about.split(" ")
        if path in ("README.md", "pack.json", "pack.yaml"):
            text = _git(repository, "cat-file", "blob", oid).decode()
            text = Prose(rng).edited(text) if path == "README.md" else text.replace(f'"{old}"', f'"{new}"', 1)
            blobs.append(Blob(path, mode, blob_id(text.encode()), text.encode()))
            sums[path] = sha256(text.encode()).hexdigest()
        elif path in sums:
            blobs.append(Blob(path, mode, oid, None))
    return blobs, "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()


def _order(version: str) -> tuple[int, int, int, bool]:
    """Semver's order among the versions that the generator makes."""
    core, _, pre = version.partition("-")
    major, minor, patch = map(int, core.split("."))
    return major, minor, patch, not pre


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(repository), *arguments], check=True, stdout=subprocess.PIPE).stdout

"""Add one version of an existing pack, or new packs, to a synthetic registry, at a cost that does not grow with it.

Everything needed beyond one pack's folder is in the last line of the head's message:

    Bench: seed=7 publishers=100 orgs=12 packs=2011
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.fastimport import BRANCH, Stream, change
from bench.packs import Blob, Growing, blob_id, next_version, signed_sums
from bench.people import Shape
from bench.profiles import Profile, profile
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


class Head(NamedTuple):
    """Where a synthetic registry stands: the newest commit, its time in seconds, and how many packs there are."""

    commit: str
    time: int
    shape: Shape
    packs: int


def head_of(repository: Path) -> Head:
    """The head of a synthetic registry. Raises ValueError when it is not one of `bench.generate`."""
    commit, time, message = _git(repository, "log", "-1", "--format=%H %ct %B", BRANCH).decode().split(" ", 2)
    found = _TRAILER.search(message)
    if not found:
        raise ValueError(f"the head of {repository} has no Bench line")
    seed, publishers, orgs, packs = map(int, found.groups())
    return Head(commit, int(time), Shape(seed, publishers, orgs), packs)


def add_one(repository: Path, number: int | None = None) -> Added:
    """Commit a new version, with another readme, of the pack of that number, or of the one that the head's commit id
    chooses.

    Raises ValueError when the repository is not one of `bench.generate`.
    """
    head, time, shape, packs = head_of(repository)
    rng = Random(head)
    what = profile(shape, rng.randrange(packs) if number is None else number)
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
        stream.commit(time + 3600, message, changes, f"{BRANCH}^0")
    commit = _git(repository, "rev-parse", BRANCH).decode().strip()
    return Added(what.name, version, commit)


def add_packs(repository: Path, needs: Sequence[Mapping[str, str]]) -> tuple[Profile, ...]:
    """Commit the first versions of new packs in one commit, one for each mapping of dependencies to ranges.

    Raises ValueError when the repository is not one of `bench.generate`.
    """
    _, time, shape, packs = head_of(repository)
    profiles = tuple(profile(shape, packs + at) for at in range(len(needs)))
    changes = list[str]()
    with Stream(repository) as stream:
        for what, dependencies in zip(profiles, needs, strict=True):
            release = Growing(shape, what, dict(dependencies)).release()
            stream.blobs(release.blobs)
            changes += [change(f"{what.folder}/{release.version}", blob) for blob in release.blobs]
        message = f"Publish {len(profiles)} packs\n\n{trailer(shape, packs + len(profiles))}\n"
        stream.commit(time + 3600, message, changes, f"{BRANCH}^0")
    return profiles


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

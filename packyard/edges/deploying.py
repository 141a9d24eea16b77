"""Deploying a site: verify both ends, plan, and carry the plan out in its order.

A target is claimed before anything is written. Between the lists and the heads it is looked at once more: nothing is
pointed at before it has been seen to be there. Running again after a kill does what is left.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from packyard.audit.chain import Chain
from packyard.audit.reading import Reading
from packyard.deploying.heads import check_order, check_site, read_there
from packyard.deploying.planning import HEADS, SHOWN, make_plan
from packyard.deploying.values import Plan, Stage
from packyard.edges.deploy_ended import Ended
from packyard.edges.store import FolderSite, Workplace, walk
from packyard.errors import NotFound, Problem, ProblemsFound, UsageError, WorldError
from packyard.formats import bundle, layout
from packyard.formats.snapshot import Snapshot

#: Where a deployment that cannot lock a place leaves its mark, while it is at work.
CLAIM = ".packyard-deploy"
#: How often what others have written meanwhile is written again before this gives up.
ROUNDS = 3

_AUDIT = "`packyard audit` says what else is wrong; build the site again"
#: What every page of a site says that is signed with development keys.
_BANNER = b'class="development"'
_PAGE_LIMIT = 1 << 24
_REMOTE = re.compile(r"[^/:]+::?.+", re.DOTALL)


class Target(Protocol):
    """Where a site goes.

    `read` is that of a `Reader`. `held` yields the path of every file that is there, and whether it is the site's.
    `claim` keeps other deployments away, or makes them stop, until `release`; `guard` raises `WorldError` when another
    has taken over. `put` puts files of one stage, `put_head` one head; `remove` removes. `put` and `remove` yield as
    many `None` as there were paths, while they work. `notes` is what a person should know.
    """

    name: str
    notes: list[Problem]

    def read(self, path: str, limit: int) -> bytes: ...
    def held(self, site: Path, files: Mapping[str, int]) -> Iterator[tuple[str, bool]]: ...
    def claim(self) -> None: ...
    def guard(self) -> None: ...
    def put(self, site: Path, stage: Stage) -> Iterator[None]: ...
    def put_head(self, site: Path, path: str) -> None: ...
    def remove(self, paths: tuple[str, ...]) -> Iterator[None]: ...
    def release(self) -> None: ...


class Wish(NamedTuple):
    """What to deploy, where, and how. `jobs` files are worked on at once; `endpoint` is for S3 alone; `check` looks at
    every file.
    """

    site: Path
    target: str
    endpoint: str = ""
    dry_run: bool = False
    delete: bool = True
    development: bool = False
    jobs: int = 8
    check: bool = False


class Outcome(NamedTuple):
    """What was done, or with `dry_run` would be. `before` is the snapshot that was there, None when there was none."""

    target: str
    snapshot: Snapshot
    before: Snapshot | None
    plan: Plan
    notes: tuple[Problem, ...]


class Watch(Protocol):
    """Who is told how far it is, such as `packyard.edges.progress.Progress`."""

    def start(self, what: str, total: int) -> None: ...
    def step(self) -> None: ...


def deploy(wish: Wish, watch: Watch) -> Outcome:
    """Brings a site to a target, or plans to.

    Nothing is written when the site or the target does not verify, when anything would go back (`Stale`), when a file
    that never changes is another one there (`ProblemsFound`), or when the site is signed with development keys and this
    was not asked for (`UsageError`). `WorldError`: the world failed, or another deployment took over.
    """
    site = FolderSite(wish.site)
    if not (wish.site / layout.SNAPSHOT).exists():
        raise UsageError("site-missing", "there is no site at this place", path=site.name)
    with held_still(wish.site), open_target(wish) as target:
        head = check_site(site, int(time.time()))
        if not wish.development and is_development(wish.site):
            raise UsageError("deploy-development", "the site is signed with development keys", path=site.name)
        start = _read_heads(target)
        there = read_there(target)
        if there:
            check_order(site, head.snapshot, there.snapshot, target.name)
        ended = Ended(wish.site, _place(wish, target))
        files = list_files(wish.site) if wish.check or not ended.by(start) else {}
        plan = make_plan(files, target.held(wish.site, files) if files else (), wish.delete, target.name + "/")
        _demand_intact(site, head.snapshot, files, plan)
        if not wish.dry_run and not plan.empty:
            _carry_out(wish, target, files, plan, start, watch)
        if wish.delete and not wish.dry_run:
            ended.put()
        return Outcome(target.name, head.snapshot, there.snapshot if there else None, plan, tuple(target.notes))


def _place(wish: Wish, target: Target) -> str:
    """The name of a target wherever the command is called."""
    if isinstance(target, FolderSite):
        return str(target.root.resolve())
    return f"{target.name} {wish.endpoint}"


@contextmanager
def open_target(wish: Wish) -> Iterator[Target]:
    """The target of that name. Raises `UsageError` when it is none."""
    scheme = urlsplit(wish.target).scheme if "://" in wish.target else ""
    if wish.endpoint and scheme != "s3":
        raise UsageError("usage-wrong", "only S3 has an endpoint", expected="s3://BUCKET/PREFIX", found=wish.target)
    with _opener(scheme, wish) as target:
        yield target


def _opener(scheme: str, wish: Wish) -> AbstractContextManager[Target]:
    if scheme == "s3":
        from packyard.edges.deploy_s3 import open_bucket

        return open_bucket(wish.target, wish.endpoint, wish.jobs)
    if scheme == "rsync" or (not scheme and _REMOTE.fullmatch(wish.target)):
        from packyard.edges.deploy_rsync import open_remote

        return open_remote(wish.target)
    if scheme:
        expected = "a folder, user@host:path, rsync://host/module/path or s3://bucket/prefix"
        raise UsageError("usage-wrong", "nothing can be deployed there", expected=expected, found=wish.target)
    from packyard.edges.deploy_folder import open_folder

    _demand_apart(wish.site, Path(wish.target))
    return open_folder(Path(wish.target), wish.jobs)


def _demand_apart(site: Path, target: Path) -> None:
    """Raises `UsageError` when the one is the other, or in the other, and for a folder that builds write."""
    here, there = site.resolve(), target.resolve()
    if here == there or here in there.parents or there in here.parents:
        message, expected = "the site and the place that it goes to are in each other", "two folders that are apart"
        raise UsageError("usage-wrong", message, path=str(target), expected=expected, found=str(there))
    if Workplace(target.absolute()).memory.exists():
        message, hint = "builds write this folder, and remember what they wrote", "deploy to another folder"
        raise UsageError("usage-wrong", message, path=str(target), help=hint)


@contextmanager
def held_still(site: Path) -> Iterator[None]:
    """Keeps builds from writing the site meanwhile. Raises `WorldError` when one is at work."""
    path = Workplace(site.absolute()).root / "lock"
    if not path.exists():
        yield
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _lock(descriptor, site)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, site: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WorldError("site-locked", "a build is writing this site", path=str(site)) from None


def is_development(site: Path) -> bool:
    """Whether the site vouches for nothing, as its pages and the build beside it say."""
    try:
        if _BANNER in FolderSite(site).read("index.html", _PAGE_LIMIT):
            return True
    except NotFound:
        pass
    try:
        return bool(json.loads(Workplace(site.absolute()).stamp.read_bytes())["development"])
    except (OSError, ValueError, KeyError, TypeError):
        return False


def list_files(site: Path) -> dict[str, int]:
    """The size of every file of a site, by its path. Raises `WorldError` for what is not an ordinary file."""
    found = {}
    for path in walk(site):
        status = (site / path).lstat()
        if not stat.S_ISREG(status.st_mode):
            raise WorldError("disk-failed", "it is not an ordinary file", path=f"{site}/{path}")
        found[path] = status.st_size
    return found


def _demand_intact(site: FolderSite, snapshot: Snapshot, files: Mapping[str, int], plan: Plan) -> None:
    """Raises `ProblemsFound` when a file that is to be put is not the one that was sealed, for what never changes would
    have to stay as it is there; or when one is missing that a list which is to be put names. Of what no list names
    nothing is said.
    """
    reading = Reading(site)
    chain = Chain(reading, snapshot)
    for stage in plan.body:
        for path in stage.paths:
            if (digest := chain.digest(path)) is not None:
                reading.intact(path, digest)
    for path in (path for path in plan.lists.paths if path.endswith(".sums")):
        for lost in chain.lines(path).keys() - files.keys():
            reading.report("file-missing", lost, "the file is missing")
    if found := sorted(set(reading.problems))[:SHOWN]:
        raise ProblemsFound(each._replace(path=f"{site.name}/{each.path}", help=_AUDIT) for each in found)


def _read_heads(target: Target) -> dict[str, bytes]:
    return {path: data for path in HEADS if (data := _read(target, path)) is not None}


def _read(target: Target, path: str) -> bytes | None:
    try:
        return target.read(path, bundle.LIMIT)
    except NotFound:
        return None


def _carry_out(
    wish: Wish, target: Target, files: Mapping[str, int], plan: Plan, start: Mapping[str, bytes], watch: Watch
) -> None:
    target.claim()
    try:
        _demand_unmoved(target, start)
        heads, removals = _put_body(wish, target, files, plan, start, watch)
        _demand_unmoved(target, start)
        for path in heads.paths:
            target.guard()
            target.put_head(wish.site, path)
        if removals:
            target.guard()
            _follow(watch, "removals", len(removals), partial(target.remove, removals))
    finally:
        target.release()


def _put_body(
    wish: Wish, target: Target, files: Mapping[str, int], plan: Plan, start: Mapping[str, bytes], watch: Watch
) -> tuple[Stage, tuple[str, ...]]:
    """Puts what the heads will point at until it is all there; gives the heads and the removals that are left."""
    for _ in range(ROUNDS):
        if not plan.body:
            return plan.heads, plan.removals
        for stage in plan.body:
            target.guard()
            _demand_unmoved(target, start)
            _follow(watch, stage.name, len(stage.paths), partial(target.put, wish.site, stage))
        plan = make_plan(files, target.held(wish.site, files), wish.delete, target.name + "/")
    if plan.body:
        raise WorldError(
            "deploy-unsettled", "what was put there is not there", path=target.name + "/" + plan.body[0].paths[0]
        )
    return plan.heads, plan.removals


def _follow(watch: Watch, what: str, total: int, work: Callable[[], Iterator[None]]) -> None:
    watch.start(what, total)
    for _ in work():
        watch.step()


def _demand_unmoved(target: Target, start: Mapping[str, bytes]) -> None:
    """Raises `WorldError` when another snapshot is there than in the beginning."""
    if _read(target, layout.SNAPSHOT) != start.get(layout.SNAPSHOT):
        raise overtaken(target.name)


def overtaken(where: str) -> WorldError:
    """What a deployment says that another one made to stop."""
    return WorldError("deploy-overtaken", "another deployment is at work, or was quicker", path=where)

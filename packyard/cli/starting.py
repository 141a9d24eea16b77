"""Where a submission starts: the clone of the registry, its branch as it is over there now, and who is to take it.

Nothing of the clone is touched but what git itself remembers of remotes: neither the working tree nor the index nor a
branch of the user's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pygit2

from packyard.cli import settings
from packyard.cli.errors import count
from packyard.cli.options import ORIGIN, Ending, Route, refused
from packyard.cli.terminal import printable, say
from packyard.edges import push as git
from packyard.edges.base import Base
from packyard.edges.commits import author_of, open_repository
from packyard.edges.git import Repository
from packyard.edges.workfolder import NO_GIT, NO_SOURCE, DiskSource, WorkingTree, no_clone, top_folder
from packyard.errors import FormatError, UsageError, WorldError
from packyard.history import SOURCE
from packyard.submitting.addresses import (
    Address,
    forge_of,
    format_address,
    parse_address,
    parse_project,
    without_user,
)
from packyard.submitting.proposals import Way
from packyard.submitting.source import SourceTree

#: Refs that are kept for ourselves: branches of repositories that are no remotes, and branches that are looked at.
OWN = "refs/packyard"
_LINES, _WIDTH = 20, 200
_MORE = ", or the registry's address with --registry"


class Start(NamedTuple):
    """The clone, and the registry's commit that everything is built on, with the source there.

    `remote` and `registry` are what git calls the repository to push to, and the registry's own: a remote's name or an
    address. `way` is None where there is neither, which is enough for a patch; `offline` says that nothing is fetched.
    """

    folder: Path
    repository: pygit2.Repository
    remote: str
    registry: str
    way: Way | None
    base: str
    commit: str
    tree: SourceTree
    offline: bool


class Ground(NamedTuple):
    """What a change is made on: a source, where the submission starts if the change is to be submitted, and the top
    folder of the working tree.
    """

    tree: SourceTree
    start: Start | None
    folder: Path


def ground(ending: Ending) -> Ground:
    """The source of the registry's branch when the change will be submitted, else that of the working tree."""
    if ending.submit:
        start = begin(ending.route)
        return Ground(start.tree, start, start.folder)
    repo = top_folder(ending.route.repo)
    if not (repo / ".git").exists():
        raise no_clone(repo, NO_GIT)
    repo = WorkingTree(repo).repo
    return Ground(SourceTree(DiskSource(repo), SOURCE), None, repo)


def begin(route: Route) -> Start:
    """Opens the clone and fetches the registry's branch; a dry run and a patch take it as it was last seen."""
    if route.patch is not None and not route.patch.parent.is_dir():
        hint = "make the folder first, or name another file"
        message = "there is no such folder to write the patch into"
        raise UsageError("folder-missing", message, path=str(route.patch.parent), help=hint)
    with told():
        folder = _cached(route.registry) if route.registry else route.repo
        repository, route = _opened(folder), _with_password(route)
        offline = route.dry_run or route.patch is not None
        fork, upstream = ("", "") if offline and not len(repository.remotes) else _remotes(repository, route)
        base = route.base or _default_branch(repository, upstream)
        if not pygit2.reference_is_valid_name(f"refs/heads/{base}") or base.startswith("-"):
            hint = "--base is the registry's branch; without it, the one that the clone knows"
            raise UsageError("usage-wrong", "not the name of a branch", expected="such as main", found=base, help=hint)
        commit = _base_commit(repository, upstream, base, offline)
    way = _way(repository, route, fork, upstream, base) if fork else None
    return Start(folder, repository, fork, upstream, way, base, commit, source_at(folder, commit), offline)


def source_at(folder: Path, commit: str) -> SourceTree:
    """The source in a commit. Raises `UsageError` when it has none."""
    reader = Repository(folder)
    root = reader.subtree(reader.resolve(commit).tree, SOURCE)
    if not root:
        raise no_clone(folder, f"{NO_SOURCE} in commit {commit[:12]}", f"{_MORE}; --base names another branch of it")
    return SourceTree(reader, root)


def world_at(start: Start) -> Base:
    """The registry as it is in the commit, for the gate."""
    reader = Repository(start.folder)
    return Base(reader, reader.resolve(start.commit))


@contextmanager
def apart(start: Start) -> Iterator[Start]:
    """The same start with a repository that reads the clone's objects, and whose own do not outlive the context."""
    with TemporaryDirectory(prefix="packyard-dry-") as folder:
        pygit2.init_repository(folder, bare=True)
        (Path(folder) / "objects" / "info" / "alternates").write_text(f"{Repository(start.folder).objects}\n")
        scratch = pygit2.Repository(folder)
        scratch.config["user.name"], scratch.config["user.email"] = author_of(start.repository)
        yield start._replace(repository=scratch)


@contextmanager
def told() -> Iterator[None]:
    """Shows what git printed before the error that it led to."""
    try:
        yield
    except git.GitFailed as error:
        quote(error.words)
        raise


def quote(words: tuple[str, ...]) -> None:
    """The last lines that git or the server printed."""
    for line in words[-_LINES:]:
        say(f"  | {printable(line, _WIDTH)}")


# --- the repositories ---


def _opened(folder: Path) -> pygit2.Repository:
    """The clone. Raises `UsageError` when it is none, `WorldError` when it lacks files that it would fetch when git
    asked for them.
    """
    try:
        found = open_repository(folder)
    except WorldError:
        raise no_clone(folder, NO_GIT, _MORE) from None
    if any(entry.name.endswith(".partialclonefilter") for entry in found.config):
        message, hint = "the clone lacks files: it was made with --filter", "clone it whole, without --filter"
        raise WorldError("git-unreadable", message, path=str(folder), help=hint)
    return found


def _with_password(route: Route) -> Route:
    """The same route by an address in which there is a password: the clone that is kept does not know it."""
    if without_user(route.registry) == route.registry:
        return route
    remote = route.registry if route.remote == ORIGIN else route.remote
    return route._replace(remote=remote, upstream=route.upstream or route.registry)


def _cached(address: str) -> Path:
    """A clone of the registry in the user's cache, made when it is missing."""
    place = _parsed(address)
    url = without_user(address) if place.host else str(Path(place.path).resolve())
    cache = settings.cache_folder(os.environ) / "registries"
    name = place.path.rstrip("/").rpartition("/")[2].removesuffix(".git")
    folder = cache / f"{name}-{sha256(url.encode()).hexdigest()[:12]}"
    if not folder.is_dir():
        say(f"cloning {printable(place.shown)}")
        git.clone(address if place.host else url, folder)
    return folder


def _remotes(repository: pygit2.Repository, route: Route) -> tuple[str, str]:
    """What git calls the repository to push to, and the registry's."""
    known, fork, upstream = list(repository.remotes.names()), route.remote, route.upstream
    if fork not in known and not set(fork) & set("/:"):
        raise UsageError(
            "remote-unknown",
            f"the clone has no remote `{fork}`",
            path=repository.workdir or repository.path,
            expected=", ".join(filter(None, known)) or "a remote, or an address",
            help="name another with --remote, add one with `git remote add`, or write a patch with --patch FILE",
        )
    near = _parsed(_url(repository, fork))
    if upstream in known:
        return fork, upstream
    if upstream and near.host and not set(upstream) & set(":@"):
        _project(upstream, near)
        return fork, format_address(_project(upstream, near), _url(repository, fork))
    if upstream:
        _parsed(upstream)
        return fork, upstream
    others = [name for name in ("upstream", "origin") if name in known and fork != "upstream"]
    return fork, others[0] if others else fork


def _way(repository: pygit2.Repository, route: Route, fork: str, upstream: str, base: str) -> Way:
    places = [_parsed(_url(repository, name)) for name in (fork, upstream)]
    forge = forge_of(places[1]) if route.forge == "auto" else route.forge
    return Way(forge, places[0], places[1], base)


def _url(repository: pygit2.Repository, remote: str) -> str:
    """The address that git pushes to."""
    if remote not in list(repository.remotes.names()):
        return remote
    found = repository.remotes[remote]
    return found.push_url or found.url or ""


def _parsed(text: str) -> Address:
    try:
        return parse_address(text)
    except FormatError as error:
        raise refused(error) from None


def _project(text: str, near: Address) -> Address:
    try:
        return parse_project(text, near)
    except FormatError as error:
        raise refused(error, help=f"name it as {error.expected}") from None


# --- the registry's branch ---


def _default_branch(repository: pygit2.Repository, remote: str) -> str:
    """The branch that the remote has checked out, as far as the clone remembers it."""
    for name in (remote, "origin"):
        ref = f"refs/remotes/{name}/HEAD"
        head = repository.references.get(ref) if pygit2.reference_is_valid_name(ref) else None
        if head is not None and isinstance(head.target, str):
            return head.target.removeprefix(f"refs/remotes/{name}/")
    return "main"


def _base_commit(repository: pygit2.Repository, remote: str, base: str, offline: bool) -> str:
    named = remote in list(repository.remotes.names())
    kept, own = f"refs/remotes/{remote}/{base}" if named else f"{OWN}/base/{base}", f"refs/heads/{base}"
    if not offline and not git.fetch(Path(repository.path), remote, own, kept):
        raise _no_base(base, _parsed(_url(repository, remote)).shown)
    for name in (kept, own):
        found = repository.references.get(name)
        if found is not None:
            commit = found.peel(pygit2.Commit).id
            _mention_unpushed(repository, base, commit)
            return str(commit)
    raise _no_base(base, repository.workdir or repository.path)


def _no_base(base: str, where: str) -> UsageError:
    hint = "name the registry's branch with --base; that of a new registry has to be pushed first"
    return UsageError("base-missing", f"there is no branch `{base}` to build on", path=where, help=hint)


def _mention_unpushed(repository: pygit2.Repository, base: str, commit: pygit2.Oid) -> None:
    own = repository.references.get(f"refs/heads/{base}")
    ahead = repository.ahead_behind(own.peel(pygit2.Commit).id, commit)[0] if own is not None else 0
    if ahead:
        say(
            f"your branch {base} has {count(ahead, 'commit')} that the registry does not have; they stay where they are"
        )

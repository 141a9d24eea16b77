"""Opening what a build needs, in the order in which it can fail; and closing it again, whatever happened."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from packyard.edges.authority import RememberedAuthority
from packyard.edges.git import Repository
from packyard.edges.keys import SigningKeys, find_keys
from packyard.edges.memory import Memory
from packyard.edges.progress import Progress
from packyard.edges.store import FolderSite, Staging, Workplace
from packyard.edges.trustees import Trustees, find_trust
from packyard.errors import FormatError, Problem, ProblemsFound, UsageError, WorldError
from packyard.facts import registry_from, registry_text
from packyard.formats import layout
from packyard.formats.fields import errors_of
from packyard.history import SOURCE, TREE
from packyard.model import Commit
from packyard.packs import Workshop
from packyard.protocols import Reader
from packyard.registry import Registry
from packyard.rules.look import check_look
from packyard.surfaces.own import Own, own_of
from packyard.surfaces.pages import Templates
from packyard.surfaces.site import Site, watched
from packyard.surfaces.templates import open_templates, site_of
from packyard.tool import tool_digest
from packyard.unchanged import Request


class Edges(NamedTuple):
    """Everything of the world that the stages are handed."""

    request: Request
    workplace: Workplace
    memory: Memory
    authority: RememberedAuthority
    staging: Staging
    repository: Repository
    head: Commit
    source: str
    registry: Registry
    keys: SigningKeys
    trust: Trustees
    previous: Reader | None
    templates: Templates
    site: Site
    tool: str
    started: float
    progress: Progress

    @property
    def identity(self) -> str:
        """What decides every file: another identity means that everything is looked at again."""
        facts = (self.tool, self.site, self.registry, self.keys.attest.public_key)
        return sha256(repr(facts).encode()).hexdigest()

    def tree_of(self, commit: Commit) -> str:
        """The source tree of a commit, "" before there was one."""
        return self.repository.subtree(commit.tree, SOURCE)

    def packs_in(self, source: str) -> str:
        """The tree of `packs` in a source tree, "" when there is none."""
        return self.repository.subtree(source, "packs") if source else ""

    @property
    def workshop(self) -> Workshop:
        """What packs are made with in this process."""
        return Workshop(
            self.repository, self.authority, self.keys.attest, self.staging, self.templates, self.site, self.tool
        )


@contextmanager
def open_edges(request: Request) -> Iterator[Edges]:
    """Opens everything, and closes it in the end. An activation that was cut short is finished first."""
    started = time.monotonic()
    repository = Repository(request.repo)
    workplace = Workplace(request.site)
    _must_be_a_site(request.site, workplace)
    lock = workplace.lock()
    with ExitStack() as stack:
        stack.callback(os.close, lock)
        memory, staging = Memory(workplace.memory), Staging(workplace)
        stack.callback(memory.close)
        recover(memory, staging)
        stack.callback(_clear_undecided, staging)
        progress = Progress(request.quiet)
        stack.callback(progress.close)
        yield _edges(request, repository, workplace, memory, staging, progress, started)


def _must_be_main(repository: Repository, head: Commit) -> None:
    """Raises `UsageError` when what is checked out is not merged: what a build has published is there for good."""
    mains = repository.mains()
    if mains and not any(_leads_to(repository, head, main) for main in mains.values()):
        raise UsageError(
            "ref-not-main",
            "what is checked out is not on the main branch, and what is built is published for good",
            expected=f"a commit of {' or '.join(mains)}",
            found=f"HEAD at {head.id[:12]}",
            help="check out the main branch, or say with --ref which branch is to be published",
        )


def _leads_to(repository: Repository, commit: Commit, later: Commit) -> bool:
    base = later if commit.id == later.id else repository.merge_base(commit, later)
    return base is not None and base.id == commit.id


def _edges(
    request: Request,
    repository: Repository,
    workplace: Workplace,
    memory: Memory,
    staging: Staging,
    progress: Progress,
    started: float,
) -> Edges:
    head = repository.resolve(request.ref)
    if request.ref == "HEAD":
        _must_be_main(repository, head)
    source = source_tree(repository, head)
    tool = tool_digest(request.templates)
    registry = read_settings(repository, source, memory, tool)
    developers = repository.folder / ".packyard" / "keys"
    keys = find_keys(request.keys, request.environ, developers)
    trust = find_trust(repository, source, registry, keys, developers, int(time.time()))
    own = read_own(repository, source, registry)
    templates = open_templates(request.templates, workplace.root.parent / "templates", own)
    site = watched(site_of(registry, trust.development, templates), trust.trust)
    return Edges(
        request,
        workplace,
        memory,
        RememberedAuthority(memory),
        staging,
        repository,
        head,
        source,
        registry,
        keys,
        trust,
        _previous(request),
        templates,
        site,
        tool,
        started,
        progress,
    )


SETTINGS_LIMIT = 1_000_000


def source_tree(repository: Repository, head: Commit) -> str:
    """The tree at `registry-src`. Raises `WorldError` when the commit has none."""
    tree = repository.subtree(head.tree, SOURCE)
    if not tree:
        raise WorldError(
            "source-missing",
            f"commit {head.id[:12]} has no folder {SOURCE}",
            path=str(repository.folder),
            help="make a registry with `packyard init DIR`",
        )
    return tree


def read_settings(repository: Repository, tree: str, memory: Memory, tool: str) -> Registry:
    """`registry.yaml` of a source tree, from memory when it is the file that was read last. Raises `ProblemsFound`."""
    path = f"{SOURCE}/registry.yaml"
    entry = next((entry for entry in repository.tree(tree) if entry.name == "registry.yaml"), None)
    if entry is None or entry.mode == TREE:
        raise ProblemsFound([Problem("settings-missing", path, "the registry's settings are missing")])
    known = f"{tool} {entry.oid} "
    remembered = memory.get("settings")
    if remembered.startswith(known):
        return registry_from(remembered.removeprefix(known))
    from packyard.formats.registry import parse_registry

    try:
        registry = parse_registry(repository.blob(entry.oid, SETTINGS_LIMIT))
    except FormatError as error:
        raise ProblemsFound(each.at(path) for each in errors_of(error)) from None
    memory.put("settings", known + registry_text(registry))
    return registry


def read_own(repository: Repository, source: str, registry: Registry) -> Own:
    """The registry's own look. Raises `ProblemsFound`."""
    look, problems = check_look(repository, source)
    if problems:
        raise ProblemsFound(problems)
    return own_of(look, registry)


def _previous(request: Request) -> Reader | None:
    """The site that the log is taken from: the one that is to be brought up to date, else the one that was named."""
    if (request.site / layout.SNAPSHOT).exists():
        return FolderSite(request.site)
    if not request.previous:
        return None
    from packyard.edges.transport import open_site

    return open_site(request.previous)


def _clear_undecided(staging: Staging) -> None:
    if not staging.decided():
        staging.clear()


def recover(memory: Memory, staging: Staging) -> None:
    """Finishes an activation that was cut short, or throws away what was never decided."""
    if not memory.get("pending"):
        staging.clear()
    elif staging.decided():
        staging.activate()
        memory.put("pending", "")
    else:
        memory.forget()


def make_workshop(
    repo: Path,
    staging: Staging,
    keys: SigningKeys,
    authority: object,
    site: Site,
    templates: Templates,
    tool: str,
) -> Workshop:
    """What packs are made with in another process."""
    from packyard.rules.authority import Revisions

    assert isinstance(authority, Revisions)
    return Workshop(Repository(repo), authority, keys.attest, staging, templates, site, tool)


def _must_be_a_site(out: Path, workplace: Workplace) -> None:
    """Refuses a folder with other things in it: what no recipe claims would be removed."""
    if out.exists() and not out.is_dir():
        raise UsageError("out-not-a-site", "the output is not a folder", path=str(out))
    strangers = out.is_dir() and any(entry.name != ".gitignore" for entry in os.scandir(out))
    if strangers and not (out / layout.SNAPSHOT).exists() and not workplace.memory.exists():
        raise UsageError(
            "out-not-a-site",
            "the folder has files in it and is not a site; a build would remove them",
            path=str(out),
            help="name an empty or a new folder with --out",
        )

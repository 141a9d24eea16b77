"""What a registry's check would say of a pack folder, before anybody has signed it.

A build's rules and the gate's checks of content need nothing but the folder. A clone of the registry adds its settings,
the version that this one would follow, its names, numbers and dependencies. Who may publish is not asked: that depends
on the signature, and on the rest of the change set.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from packyard.cli import options
from packyard.cli.keys import public_half
from packyard.cli.packs import Described
from packyard.edges.workfolder import NO_GIT, NO_SOURCE, no_clone, top_folder
from packyard.errors import Problem, WorldError
from packyard.formats import names
from packyard.gate.building import content_of, read_candidate
from packyard.gate.judge import find, in_order, judge_content
from packyard.gate.naming import Names, check_name, read_names
from packyard.gate.proposal import Case, CaseCheck, Judged, Proposal
from packyard.gate.table import CASE_CHECKS, CONTENT_CHECKS
from packyard.gate.values import Candidate, ContentCheck, Finding
from packyard.history import SOURCE
from packyard.model import Event

if TYPE_CHECKING:
    from packyard.edges.base import Base

#: The checks of a change set that a version's own content decides, given what the registry has.
_OF_CONTENT = ("numbers", "dependencies")
_NAMES = ("name-invalid", "name-reserved", "name-device", "name-same", "name-similar", "name-scope")
_NOW = 1 << 62

registry = click.option(
    "--repo",
    type=options.FOLDER,
    default=options.configured("repo"),
    help="A clone of the registry, whose settings and versions count.  [default: the current folder, if it is one]",
)


def world_of(repo: Path | None) -> Base | None:
    """The registry at the last commit of the clone; None when none was named and the current folder is none."""
    here = top_folder(Path())
    if repo is None and not ((here / SOURCE).is_dir() and (here / ".git").exists()):
        return None
    from packyard.edges.base import Base
    from packyard.edges.git import Repository

    try:
        repository = Repository(repo or here)
    except WorldError as error:
        if error.problem.code != "git-unreadable":
            raise
        raise no_clone(repo or here, NO_GIT) from None
    head = repository.resolve("HEAD")
    if not repository.subtree(head.tree, SOURCE):
        raise no_clone(repo or here, f"{NO_SOURCE} in commit {head.id[:12]}")
    return Base(repository, head)


def judge(described: Described, world: Base | None = None) -> tuple[Finding, ...]:
    """What the rules of a build and the gate's checks say of a pack folder, by outcome and place."""
    rules = world.registry.rules if world else {}
    findings = [*(Finding(problem, "block") for problem in described.problems), *find(described.notes, rules)]
    if described.folder.whole:
        candidate = candidate_of(described, world)
        beside = _beside(candidate, world) if described.manifest else ()
        findings += judge_content(candidate, rules, (*CONTENT_CHECKS, *beside))
    return in_order(findings)


def candidate_of(described: Described, world: Base | None = None) -> Candidate:
    """The pack as the gate sees it, with the published version that it would follow."""
    manifest = described.manifest
    if manifest is None or world is None:
        name, version = (manifest.name, manifest.version) if manifest else ("", "0.0.0")
        return Candidate(name, version, content_of(described.folder))
    event = Event(0, "version", manifest.name, manifest.version, (), "", 0)
    return read_candidate(world, event, described.folder, world.past(manifest.name))


def _beside(candidate: Candidate, world: Base | None) -> Iterator[ContentCheck]:
    """The checks of a version against what the registry has, in the form of checks of its content."""
    name, path = candidate.name, candidate.content.path
    scope = names.scope(names.PackName(name))
    if world and scope and world.authority.org(scope, _NOW) is None:
        yield ContentCheck("organisation", ("org-unknown",), lambda _candidate: [unfounded(scope, path)])
    standing = world.standing(name) if world else None
    if standing is None:
        known = cache(lambda: _names(world))
        yield ContentCheck("names", _NAMES, lambda _candidate: check_name(name, path, known()))
    if world is None:
        return
    if standing and any(state.release.version == candidate.version for state in standing.versions):
        there = Problem("version-exists", path, f"the registry has {name} {candidate.version} already")
        yield ContentCheck("exists", ("version-exists",), lambda _candidate: [there])
        return
    before = {name: standing} if standing else {}
    judged = Judged(world.authority, before, {}, (), (), (candidate,), (), ())
    case = Case(_nothing_else(world), world, world.source, judged)
    yield from (_over(case, check) for check in CASE_CHECKS if check.name in _OF_CONTENT)


def unfounded(scope: str, path: str) -> Problem:
    """The problem of a scoped pack whose organisation is still to be founded."""
    hint = f"found it first: `packyard org add {scope}`"
    return Problem("org-unknown", path, f"the registry has no organisation {scope} yet", found=f"@{scope}", help=hint)


def _over(case: Case, check: CaseCheck) -> ContentCheck:
    return ContentCheck(check.name, check.codes, lambda _candidate: check.run(case))


def _nothing_else(world: Base) -> Proposal:
    """A change set in which there is nothing yet."""
    return Proposal(
        base=world.commit,
        head=world.commit,
        before=world.tree,
        after=world.tree,
        time=int(time.time()),
        events=(),
        problems=(),
        outside=(),
        settings=(),
        files=0,
    )


def _names(world: Base | None) -> Names:
    """The registry's names, and which of them belong to whoever has the key that would sign."""
    if world is None:
        return Names()
    key = public_half()
    handle = world.authority.holder(key.key_id) if key else ""

    def same_party(party: str) -> bool:
        org = world.authority.org(party[1:], _NOW) if party.startswith("@") else None
        return bool(handle) and (party == handle or (org is not None and handle in org.members))

    def same_owner(pack: str) -> bool:
        scope, found = names.scope(names.PackName(pack)), world.standing(pack)
        owners = (f"@{scope}",) if scope else found.owners if found else ()
        return any(map(same_party, owners))

    return read_names(world.source, world.tree)._replace(same_owner=same_owner, same_party=same_party)

"""What a change set touches: whose affairs, how much, and whether anything beside the registry's packs and people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packyard.errors import Problem
from packyard.formats.registry import policy_of
from packyard.gate.proposal import Case, CaseCheck
from packyard.history import SOURCE

#: So many paths are named; the rest is counted.
_NAMED = 5


def check_paths(case: Case) -> Iterator[Problem]:
    """A submission touches packs, publishers and organisations; everything else is the maintainers' and comes alone."""
    proposal = case.proposal
    submits = bool(proposal.events)
    for paths, code, what in (
        (proposal.outside, "scope-outside", "files beside the registry's source"),
        (proposal.settings, "scope-settings", "the registry's own settings"),
    ):
        if paths:
            message = f"the change set touches {what}" + (", and packs or publishers as well" if submits else "")
            hint = "submit them apart: one change set for packs and publishers, another for the rest" if submits else ""
            yield Problem("scope-mixed" if submits else code, paths[0], message, found=_some(paths), help=hint)
    if not (proposal.files or proposal.problems):
        hint = "it is merged already, or --base and --head are swapped: --base is what it would be merged into"
        yield Problem("change-empty", "", "the change set changes nothing", help=hint)


def check_line(case: Case) -> Iterator[Problem]:
    """A branch that has taken in the base cannot be forwarded to: that would leave out what the base has merged."""
    if case.proposal.aside:
        message, hint = "the branch has merged the base into itself", "merge it with a commit: git merge --no-ff"
        yield Problem("merge-forward", "", message, found=case.proposal.head.id[:12], help=hint)


def check_affairs(case: Case) -> Iterator[Problem]:
    """A change set is about the affairs of one publisher or organisation."""
    affairs = sorted(_affairs(case))
    if len(affairs) > 1:
        yield Problem(
            "many-publishers",
            SOURCE,
            "the change set is about the affairs of several publishers",
            expected="one publisher or organisation",
            found=", ".join(affairs),
            help="submit them apart, each by its own publisher",
        )


def check_size(case: Case) -> Iterator[Problem]:
    """A change set that nobody can read at one go is looked at by a person."""
    registry, proposal = case.world.registry, case.proposal
    for found, name, what in (
        (len(proposal.of("version")), "review_versions", "versions"),
        (proposal.files, "review_files", "files"),
    ):
        limit = policy_of(registry, name)
        if found > limit:
            message = f"the change set is large: {found} {what}"
            yield Problem("change-large", SOURCE, message, expected=f"at most {limit} {what}", found=str(found))


def _affairs(case: Case) -> set[str]:
    """Whose affairs it touches: handles, and organisations as `@ORG`."""
    judged = case.judged
    found = {f"@{event.subject}" for event in case.proposal.of("org")}
    found |= {event.subject for event in case.proposal.of("publisher")}
    for name in sorted({release.pack for release in judged.releases} | {said.statement.pack for said in judged.spoken}):
        pack = judged.before.get(name) or judged.packs.get(name)
        if pack:
            found.add(name.partition("/")[0] if name.startswith("@") else pack.owner)
    return found - {handle for org in found for handle in _owners(case, org)} - set(_for_orgs(case))


def _for_orgs(case: Case) -> Iterator[str]:
    """Who acts for an organisation here: what they do for themselves beside it is no affair of somebody else's."""
    for release in case.judged.releases:
        if release.pack.startswith("@"):
            yield release.publisher
    for said in case.judged.spoken:
        if said.statement.pack.startswith("@"):
            yield from said.signers


def _owners(case: Case, affair: str) -> Iterable[str]:
    """Who owns the organisation that `affair` names: to found or to change it is their own affair."""
    org = case.judged.authority.org(affair[1:], 1 << 62) if affair.startswith("@") else None
    return [handle for handle, role in org.members.items() if role == "owner"] if org else ()


def _some(paths: tuple[str, ...]) -> str:
    more = len(paths) - _NAMED
    return ", ".join(paths[:_NAMED]) + (f" and {more} more" if more > 0 else "")


CHECKS = (
    CaseCheck("paths", ("scope-mixed", "scope-outside", "scope-settings", "change-empty"), check_paths),
    CaseCheck("line", ("merge-forward",), check_line),
    CaseCheck("affairs", ("many-publishers",), check_affairs),
    CaseCheck("size", ("change-large",), check_size),
)

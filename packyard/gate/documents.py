"""Secrets and text that hides in the files that are of no pack: of publishers, organisations, statements, advisories.

Their fields are read by people in lists and pages, their comments by whoever reviews them, and what is in them is
copied to mirrors like everything else; so they are looked through as the files of a pack are.

Advisories and the registry's own look are the maintainers' and always for a person to read (`scope-settings`). What a
build would refuse them for, they are refused for here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from packyard.errors import FormatError, Problem
from packyard.formats import names
from packyard.formats.advisory import LIMIT
from packyard.gate import hidden, secrets
from packyard.gate.proposal import Case, CaseCheck
from packyard.gate.values import Candidate, Content, ContentCheck
from packyard.history import FILES, SOURCE, differing, place
from packyard.model import Event
from packyard.rules import advisories, look
from packyard.rules.advisories import folder_of
from packyard.rules.authority import FILE_LIMIT

_LOOKED_FOR: tuple[ContentCheck, ...] = (*secrets.CHECKS, *hidden.CHECKS)


def check_documents(case: Case) -> Iterator[Problem]:
    """What the checks of a pack's files say of each new text that somebody signed."""
    for event in case.proposal.events:
        if event.kind != "version":
            about = Candidate(event.subject, "", _content(case, event))
            for check in _LOOKED_FOR:
                yield from check.run(about)


def _content(case: Case, event: Event) -> Content:
    """The texts of an event; one that is too large was refused before."""
    files = {}
    for name, oid in event.objects:
        with suppress(FormatError):
            files[name] = case.source.blob(oid, FILE_LIMIT)
    return Content(place(event).rpartition("/")[0], files, None)


def check_advisories(case: Case) -> Iterator[Problem]:
    """What a build would say of the advisories when the change set touches them, and what the new texts hold."""
    before, after = (folder_of(case.source, tree) for tree in (case.proposal.before, case.proposal.after))
    if before == after:
        return
    found = advisories.check_advisories(case.source, case.proposal.after)
    yield from (*found.problems, *found.notes)
    about = Candidate(
        advisories.FOLDER, "", Content(f"{SOURCE}/{advisories.FOLDER}", _texts(case, before, after), None)
    )
    for check in _LOOKED_FOR:
        yield from check.run(about)


def check_own_look(case: Case) -> Iterator[Problem]:
    """What a build would say of the registry's own templates and words when the change set touches them."""
    trees = [
        next((each.oid for each in case.source.tree(tree) if each.name == look.FOLDER), "") if tree else ""
        for tree in (case.proposal.before, case.proposal.after)
    ]
    if trees[0] != trees[1] and trees[1]:
        yield from look.check_look(case.source, case.proposal.after)[1]


def _texts(case: Case, before: str, after: str) -> dict[str, bytes]:
    """The files in which two trees of advisories differ, as they are afterwards."""
    texts = {}
    for name, _, entry in differing(case.source, before, after):
        if entry and entry.mode in FILES:
            with suppress(FormatError):
                texts[names.shown_path(name)] = case.source.blob(entry.oid, LIMIT)
    return texts


_LOOKED_FOR_CODES = tuple(code for check in _LOOKED_FOR for code in check.codes)
CHECKS = (
    CaseCheck("documents", _LOOKED_FOR_CODES, check_documents),
    CaseCheck("look", look.CODES, check_own_look),
    CaseCheck("advisories", (*advisories.CODES, *_LOOKED_FOR_CODES), check_advisories),
)

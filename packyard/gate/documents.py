"""Secrets and text that hides in the files that are of no pack: of publishers, organisations and statements.

Their fields are read by people in lists and pages, their comments by whoever reviews them, and what is in them is
copied to mirrors like everything else; so they are looked through as the files of a pack are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from packyard.errors import FormatError, Problem
from packyard.gate import hidden, secrets
from packyard.gate.proposal import Case, CaseCheck
from packyard.gate.values import Candidate, Content, ContentCheck
from packyard.history import place
from packyard.model import Event
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


CHECKS = (CaseCheck("documents", tuple(code for check in _LOOKED_FOR for code in check.codes), check_documents),)

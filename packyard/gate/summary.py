"""What a change set does, in one line each: what a reviewer reads before anything else."""

from __future__ import annotations

from collections.abc import Iterator

from packyard.gate.proposal import Case
from packyard.model import Event

_NOW = 1 << 62


def changes_of(case: Case) -> tuple[str, ...]:
    """A line for each event in the order of the log, and one for changes of anything else."""
    lines = [_line(case, event) for event in case.proposal.events]
    return (*lines, *_others(case))


def _line(case: Case, event: Event) -> str:
    if event.kind in ("publisher", "org"):
        ask = case.world.authority.publisher if event.kind == "publisher" else case.world.authority.org
        verb = "changes" if ask(event.subject, _NOW) else "adds"
        return f"{verb} {'publisher' if event.kind == 'publisher' else 'organisation'} {event.subject}"
    if event.kind == "statement":
        return _statement(case, event)
    release = next((each for each in case.judged.releases if (each.pack, each.version) == _named(event)), None)
    candidate = next((each for each in case.judged.candidates if (each.name, each.version) == _named(event)), None)
    after = f", after {candidate.before_version}" if candidate and candidate.before_version else ""
    by = f" by {release.publisher} with key {release.key}" if release else ""
    return f"publishes {event.subject} {event.ident}{by}{after}"


def _statement(case: Case, event: Event) -> str:
    said = next((each for each in case.judged.spoken if each.event.seq == event.seq), None)
    if said is None:
        return f"says {event.ident} of {event.subject}"
    fields = " ".join(f"{name} {value}" for name, value in said.statement.fields.items())
    by = ", ".join(sorted(said.signers)) or "the registry's root keys"
    return " ".join(part for part in (f"{said.statement.action} {event.subject}", fields, f"by {by}") if part)


def _others(case: Case) -> Iterator[str]:
    for paths in (case.proposal.settings, case.proposal.outside):
        yield from (f"changes {path}" for path in paths[:20])


def _named(event: Event) -> tuple[str, str]:
    return event.subject, event.ident

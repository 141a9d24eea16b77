"""Names that pass and names that fail, one pair a rule, beside the names that `KNOWN` has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packyard.errors import Problem
from packyard.gate.naming import Names, check_name
from packyard.gate.values import Candidate
from tests.gate.bed import candidate

KNOWN = Names(
    packs=("react-rules", "git-hygiene", "@acme/tools"),
    handles=("alice", "bob"),
    orgs=("acme",),
    reserved=frozenset(["initech"]),
)


def check(candidate: Candidate) -> Iterator[Problem]:
    """The check of a new pack's name, beside what is known."""
    return check_name(candidate.name, candidate.content.path, KNOWN)


def _named(name: str) -> Candidate:
    return candidate(manifest={"name": name})._replace(name=name)


EXAMPLES: Mapping[str, tuple[Candidate, Candidate]] = {
    "name-reserved": (_named("claude-memory"), _named("claude")),
    "name-device": (_named("console"), _named("con")),
    "name-same": (_named("git-history"), _named("githygiene")),
    "name-similar": (_named("redact-rules"), _named("git-hygeine")),
    "name-scope": (_named("tools-of-the-trade"), _named("acme-tools")),
}

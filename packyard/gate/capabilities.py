"""What a version can do on a machine, and what it costs to have it: commands, hosts, servers, tools, tokens."""

from __future__ import annotations

from typing import NamedTuple

from packyard.gate.values import Candidate, Content


class Capability(NamedTuple):
    """One thing that a pack can do. `kind` is a word such as `hook` or `host`, `what` the command or the host itself,
    `where` the file of the pack that says so.
    """

    kind: str
    what: str
    where: str


class Cost(NamedTuple):
    """Projected tokens: `always` in every conversation, `invoked` when everything that can be called is."""

    always: int
    invoked: int


class Delta(NamedTuple):
    """What a version can do that the one before it could not, what it no longer can, and both costs."""

    added: tuple[Capability, ...]
    removed: tuple[Capability, ...]
    before: Cost | None
    after: Cost


def capabilities(content: Content) -> tuple[Capability, ...]:
    """Everything that the pack can do, by kind, what and where."""
    raise NotImplementedError(content.path)


def cost(content: Content) -> Cost:
    """What it costs to have the pack."""
    raise NotImplementedError(content.path)


def compare(candidate: Candidate) -> Delta:
    """The version against the one before it."""
    raise NotImplementedError(candidate.name)

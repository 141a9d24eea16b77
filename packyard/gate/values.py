"""What the gate looks at: packs as their files, versions that somebody wants to publish, and what is there already.

A check is a function over these values that gives problems with codes of the rule table; it decides no outcome. What a
code leads to is said by the table, and by the settings of the registry as they were *before* the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from packyard.errors import Problem
from packyard.model import Manifest


class Content(NamedTuple):
    """A pack's own files, without `SHA256SUMS` and its signature. `path` is where the folder stands: what the places of
    problems begin with. `manifest` is None when there is no good one.
    """

    path: str
    files: Mapping[str, bytes]
    manifest: Manifest | None

    def at(self, name: str) -> str:
        """Where one of the files stands."""
        return f"{self.path}/{name}"


class Candidate(NamedTuple):
    """A version that somebody wants to publish; `before` is the published version that it follows, if there is one."""

    name: str
    version: str
    content: Content
    before: Content | None = None
    before_version: str = ""


class Finding(NamedTuple):
    """A problem and what it leads to here: `block`, `review` or `note`."""

    problem: Problem
    outcome: str


class Verdict(NamedTuple):
    """What the gate says of a change set between two commits.

    `outcome` is `reject` when a finding blocks, else `review` when one asks for a person, else `accept`. `findings` are
    in the order of their outcomes, paths and lines. `releases` are the versions that it would publish, `changes` all
    that it does, one line of text each; `checks` pairs the name of every check with whether it ran to its end.
    """

    base: str
    head: str
    outcome: str
    findings: tuple[Finding, ...]
    releases: tuple[Candidate, ...]
    changes: tuple[str, ...]
    checks: tuple[tuple[str, bool], ...]


class ContentCheck(NamedTuple):
    """A check of one version by its files. `codes` are all that it can give."""

    name: str
    codes: tuple[str, ...]
    run: Callable[[Candidate], Iterable[Problem]]

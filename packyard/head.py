"""The head of a site, for commands that go on from it: its newest snapshot, when all that vouches for it holds."""

from __future__ import annotations

from typing import NamedTuple

from packyard.audit import heads
from packyard.audit.reading import Reading
from packyard.errors import BadSignature, NotFound, Problem, TrustError
from packyard.formats.snapshot import Snapshot
from packyard.model import Reader, Trust


class Head(NamedTuple):
    """A verified snapshot, and the newest of the trust files that lead to it."""

    snapshot: Snapshot
    trust: Trust


def read_head(site: Reader, root_key: str = "") -> Head:
    """The head of a site; its age is not looked at.

    `root_key` is a minisign key that must have signed the first trust file. Raises `NotFound` when a file is
    missing, `BadSignature` when one does not verify.
    """
    reading = Reading(site)
    stated = heads.parse_snapshot(reading)
    trusts = heads.read_trust(reading, stated.trust, None, root_key) if stated else None
    snapshot = heads.verify_snapshot(reading, trusts[-1]) if trusts else None
    if trusts is None or snapshot is None or reading.problems:
        raise refused(site, reading.problems[0])
    return Head(snapshot, trusts[-1])


def refused(site: Reader, problem: Problem) -> TrustError:
    """The exception for what is wrong with a site's file."""
    kind = NotFound if problem.code == "file-missing" else BadSignature
    fields = problem._asdict() | {"path": f"{site.name}/{problem.path}"}
    return kind(fields.pop("code"), fields.pop("message"), **fields)

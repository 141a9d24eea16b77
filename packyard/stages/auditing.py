"""The last look before activation: the staged site, read as a client would read it."""

from __future__ import annotations

from packyard.audit import audit_staged
from packyard.edges.opening import Edges
from packyard.edges.workers import processors
from packyard.errors import ProblemsFound
from packyard.stages.sealing import Sealing


def audit(edges: Edges, sealing: Sealing) -> None:
    """Raises `ProblemsFound` when what is staged would not satisfy a client: a defect of program or disk."""
    if not sealing.changed:
        return
    problems = audit_staged(edges.staging, edges.trust.trust, sealing.removals, jobs=edges.request.jobs or processors())
    if problems:
        raise ProblemsFound(problems)

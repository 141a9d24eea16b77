"""Where installed packs go: from packs, the ledger and what is on the disk to a plan. Nothing here is written.

    wanted = want(packs, targets)                 what each program shall find, as items
    needed = paths(ledger, wanted)                what the plan has to know of the disk
    plan   = make_plan(ledger, disk, wanted)      what is written and removed, noted and refused
    text   = diff(plan)                           the same as a unified diff

`packyard.edges.installing` reads the disk and carries a plan out.
"""

from __future__ import annotations

from packyard.client.placing.diffs import diff
from packyard.client.placing.ledger import format_ledger, parse_ledger
from packyard.client.placing.planning import make_plan, paths
from packyard.client.placing.targets import TARGETS, want
from packyard.client.placing.values import Disk, Ledger, Plan
from packyard.parts.values import Pack

__all__ = [
    "TARGETS",
    "Disk",
    "Ledger",
    "Pack",
    "Plan",
    "diff",
    "format_ledger",
    "make_plan",
    "parse_ledger",
    "paths",
    "want",
]

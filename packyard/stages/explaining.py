"""What the pages that explain a registry are about, read from its source: `surfaces.explained`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats.fields import errors_of
from packyard.history import SOURCE, TREE
from packyard.protocols import Source
from packyard.registry import Trust
from packyard.rules.trust import follow_trust

if TYPE_CHECKING:
    from packyard.edges.opening import Edges
    from packyard.stages.reading import Reading
    from packyard.surfaces.explained import Ground

AGREEMENT, RESERVED_NAMES, TRUST = "agreement.json", "reserved-names.txt", "trust"


class Explained(NamedTuple):
    """What was read, None when it is what it was at the last build, and what is wrong with it."""

    ground: Ground | None
    problems: tuple[Problem, ...]


def explain(edges: Edges, reading: Reading) -> Explained:
    """What the pages of this build are about."""
    source = edges.repository
    if not reading.fresh and grounds_of(source, reading.before) == grounds_of(source, edges.source):
        return Explained(None, ())
    own = (edges.trust.trust,) if edges.trust.development else ()
    return Explained(*read_ground(source, edges.source, edges.registry.origin, own))


def grounds_of(source: Source, root: str) -> tuple[str, ...]:
    """The ids in git of what is read in the source tree `root`: when they are the same, so is all that follows."""
    entries = source.tree(root) if root else ()
    found = {each.name: each.oid for each in entries if (each.mode == TREE) == (each.name == TRUST)}
    return tuple(found.get(name, "") for name in (AGREEMENT, RESERVED_NAMES, TRUST))


def read_ground(source: Source, root: str, origin: str, trusts: Sequence[Trust]) -> tuple[Ground, tuple[Problem, ...]]:
    """What is in the source tree `root` of the registry `origin`, and what is wrong with it. `trusts` are the trust
    files of a development site, else none: those of the source, which are good, are read.
    """
    from packyard.formats import agreed
    from packyard.gate import naming
    from packyard.surfaces.explained import Ground

    agreement, names, trust = grounds_of(source, root)
    found, problems, reserved = None, list[Problem](), naming.RESERVED
    try:
        found = agreed.parse_agreed(source.blob(agreement, agreed.LIMIT), origin) if agreement else None
    except FormatError as error:
        problems += (each.at(f"{SOURCE}/{AGREEMENT}") for each in errors_of(error))
    try:
        reserved |= naming.parse_reserved(source.blob(names, naming.LIMIT)) if names else frozenset()
    except FormatError as error:
        problems += (each.at(f"{SOURCE}/{RESERVED_NAMES}") for each in errors_of(error))
    chain = trusts or follow_trust(source, trust, origin, ())[0]
    return Ground(tuple(chain), found, reserved), tuple(problems)

"""What the pages that explain a registry are about, read from its source: `surfaces.explained`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats.fields import errors_of
from packyard.history import FILES, SOURCE, TREE
from packyard.protocols import Source
from packyard.registry import Trust
from packyard.surfaces.explained import Ground

AGREEMENT, RESERVED_NAMES, TRUST = "agreement.json", "reserved-names.txt", "trust"


class Explained(NamedTuple):
    """What was read, and what is wrong with it."""

    ground: Ground
    problems: tuple[Problem, ...]


def grounds_of(source: Source, root: str) -> tuple[str, ...]:
    """The ids in git of what is read in the source tree `root`: when they are the same, so is all that follows."""
    found = (
        {each.name: each.oid for each in source.tree(root) if each.mode == TREE or each.mode in FILES} if root else {}
    )
    return tuple(found.get(name, "") for name in (AGREEMENT, RESERVED_NAMES, TRUST))


def read_ground(source: Source, root: str, origin: str, trusts: Sequence[Trust]) -> Explained:
    """What is in the source tree `root` of the registry `origin`, whose trust files are `trusts`."""
    from packyard.formats import agreed
    from packyard.gate import naming

    agreement, names, _ = grounds_of(source, root)
    found, problems, reserved = None, list[Problem](), naming.RESERVED
    try:
        found = agreed.parse_agreed(source.blob(agreement, agreed.LIMIT), origin) if agreement else None
    except FormatError as error:
        problems += (each.at(f"{SOURCE}/{AGREEMENT}") for each in errors_of(error))
    try:
        reserved |= naming.parse_reserved(source.blob(names, naming.LIMIT)) if names else frozenset()
    except FormatError as error:
        problems += (each.at(f"{SOURCE}/{RESERVED_NAMES}") for each in errors_of(error))
    return Explained(Ground(tuple(trusts), found, reserved), tuple(problems))

"""The featured packs of a source tree: is the file what it should be, and is there every pack that it names?"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import names
from packyard.formats.featured import Featured, parse_featured
from packyard.formats.fields import errors_of
from packyard.formats.strict import LIMIT
from packyard.history import FILES, SOURCE, TREE
from packyard.model import Entry
from packyard.protocols import Source

FILE = "featured.yaml"

#: Every code that the file can be refused with.
CODES = (
    "duplicate-key",
    "field-invalid",
    "field-missing",
    "field-type",
    "field-unknown",
    "name-invalid",
    "pack-unknown",
    "text-not-utf8",
    "too-deep",
    "too-large",
    "yaml-invalid",
)


class Checked(NamedTuple):
    """The featured packs in their order, and what blocks."""

    featured: tuple[Featured, ...]
    problems: tuple[Problem, ...]


def file_of(source: Source, root: str) -> str:
    """The blob of the file in the source tree `root`, "" when there is none."""
    entry = _entry(source, root, FILE) if root else None
    return entry.oid if entry and entry.mode in FILES else ""


def check_featured(source: Source, root: str) -> Checked:
    """What is said of the featured packs in the source tree `root`, "" for none; they must be packs in it. Without the
    file there are none.
    """
    oid, path = file_of(source, root), f"{SOURCE}/{FILE}"
    if not oid:
        return Checked((), ())
    try:
        return Checked(parse_featured(source.blob(oid, LIMIT), partial(_is_pack, source, root)), ())
    except FormatError as error:
        return Checked((), tuple(each.at(path) for each in errors_of(error)))


def _is_pack(source: Source, root: str, name: str) -> bool:
    tree = root
    for part in names.folder(names.parse_name(name)).split("/"):
        entry = _entry(source, tree, part)
        if entry is None or entry.mode != TREE:
            return False
        tree = entry.oid
    return True


def _entry(source: Source, tree: str, name: str) -> Entry | None:
    return next((entry for entry in source.tree(tree) if entry.name == name), None)

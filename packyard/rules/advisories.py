"""The advisories in a source tree: are they all what they should be, and is there anything else beside them?"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import names
from packyard.formats.advisory import LIMIT, Advisory, check_id, parse_advisory
from packyard.formats.fields import errors_of
from packyard.history import FILES, SOURCE, TREE, unknown
from packyard.model import Entry
from packyard.protocols import Source

FOLDER = "advisories"

#: Every code that an advisory can be refused with, and the one of notes.
CODES = (
    "advisory-id",
    "advisory-pack",
    "advisory-range",
    "duplicate-key",
    "field-invalid",
    "field-missing",
    "field-type",
    "field-unknown",
    "json-invalid",
    "name-invalid",
    "path-unknown",
    "submodule",
    "symlink",
    "text-not-utf8",
    "too-deep",
    "too-large",
    "url-invalid",
    "version-invalid",
)


class Listed(NamedTuple):
    """An advisory, and the blob that it was read from."""

    advisory: Advisory
    oid: str


class Advisories(NamedTuple):
    """Good advisories in the order of their ids, what blocks, and what does not."""

    listed: tuple[Listed, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def folder_of(source: Source, root: str) -> str:
    """The tree of advisories in the source tree `root`, "" when there is none."""
    return _below(source, root, FOLDER)


def check_advisories(source: Source, root: str) -> Advisories:
    """What is said of the advisories in the source tree `root`, "" for none; they must be about packs in it."""
    listed, problems, notes = list[Listed](), list[Problem](), list[Problem]()
    tree = folder_of(source, root)
    for entry in source.tree(tree) if tree else ():
        path = f"{SOURCE}/{FOLDER}/{names.shown_path(entry.name)}"
        ident = _ident(entry)
        if not ident:
            problems += (_strange(problem) for problem in unknown(path, entry, "is not an advisory"))
            continue
        try:
            data = source.blob(entry.oid, LIMIT)
            advisory, noted = parse_advisory(data, ident, partial(_is_pack, source, root))
        except FormatError as error:
            problems += (each.at(path) for each in errors_of(error))
            continue
        listed.append(Listed(advisory, entry.oid))
        notes += (note.at(path) for note in noted)
    listed.sort(key=lambda each: each.advisory.id)
    return Advisories(tuple(listed), tuple(problems), tuple(notes))


def _ident(entry: Entry) -> str:
    """The id of an advisory by the name of its file, "" when the entry is not the file of one."""
    stem = entry.name.removesuffix(".json")
    try:
        check_id(stem)
    except FormatError:
        return ""
    return stem if entry.mode in FILES and stem != entry.name else ""


def _strange(problem: Problem) -> Problem:
    if problem.code != "path-unknown":
        return problem
    return problem._replace(help="the folder holds ID.json, such as PY-2026-0001.json, and nothing else")


def _is_pack(source: Source, root: str, name: str) -> bool:
    return bool(_below(source, root, names.folder(names.parse_name(name))))


def _below(source: Source, root: str, path: str) -> str:
    """The tree at `path` below a tree, "" when there is none."""
    tree = root
    for part in path.split("/") if root else ():
        tree = next((entry.oid for entry in source.tree(tree) if entry.name == part and entry.mode == TREE), "")
        if not tree:
            return ""
    return tree

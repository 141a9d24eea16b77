"""What a host must be told about a site, read from the site itself and from the registry's settings where they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packyard.edges.store import walk
from packyard.edges.workfolder import WorkingTree
from packyard.errors import FormatError, UsageError, WorldError
from packyard.formats import layout, names
from packyard.formats.registry import check_base, check_origin
from packyard.formats.strict import load_json
from packyard.history import SOURCE
from packyard.hosting.values import Host

#: Bytes of a line of `index.json`, which holds one pack.
_LINE = 1 << 20
#: What can stand in a configuration without meaning more than itself.
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?/(?:[A-Za-z0-9._~+@-]+/)*")
_PLAIN_FOLDER = re.compile(r"/[A-Za-z0-9._~+@ /-]*")


def read_host(site: Path, repo: Path, root: Path | None, address: str = "") -> Host:
    """What is known of a site that is to be served from `root`, by default from where it is, and at an `address`, by
    default the registry's own.

    The mirrors are those of the settings in `repo`, if it is this registry's. Raises `UsageError` when there is no
    site, `WorldError` when its index cannot be read.
    """
    if not (site / layout.SNAPSHOT).is_file():
        raise UsageError("site-missing", "there is no site at this place", path=str(site))
    lines = _lines(site / layout.INDEX)
    try:
        origin, url = _registry(next(lines, b""))
        renamed = tuple(sorted(_renamed(lines)))
    except (FormatError, KeyError, TypeError, ValueError) as error:
        raise WorldError(
            "disk-failed", "the index cannot be read", path=f"{site}/{layout.INDEX}", found=str(error)
        ) from None
    mirrors: tuple[str, ...] = ()
    if (repo / SOURCE).is_dir():
        settings = WorkingTree(repo).registry()
        if settings.origin == origin:
            url, mirrors = settings.url, settings.mirrors
    folder = str((root or site).absolute())
    url = address + "/" * (not address.endswith("/")) if address else url
    for text in (url, *mirrors):
        _demand(_PLAIN_URL, text, "a web address of plain letters, with a slash at its end")
    _demand(_PLAIN_FOLDER, folder, "a folder whose name has plain letters")
    return Host(origin, url, mirrors, renamed, folder)


def site_paths(site: Path) -> Iterator[str]:
    """The paths of a site, but for those at its root that are the host's own."""
    return (path for path in walk(site) if not path.startswith((".", "_")))


def _demand(pattern: re.Pattern[str], text: str, expected: str) -> None:
    if not pattern.fullmatch(text):
        raise UsageError("usage-wrong", "it cannot stand in a configuration", expected=expected, found=text)


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while line := file.readline(_LINE):
            yield line


def _registry(line: bytes) -> tuple[str, str]:
    """Name and address, from the first line of `index.json`."""
    registry: dict[str, Any] = load_json(line.rstrip() + b"]}", _LINE + 2).value["registry"]
    origin, url = str(registry["origin"]), str(registry["url"])
    check_origin(origin)
    check_base(url)
    return origin, url


def _renamed(lines: Iterator[bytes]) -> Iterator[tuple[str, str]]:
    """The packs that others carry on, from the other lines: one a pack."""
    for line in lines:
        if b'"renamed":"' in line:
            row = load_json(line.rstrip().rstrip(b","), _LINE).value
            yield names.parse_name(row["name"]), names.parse_name(row["renamed"])

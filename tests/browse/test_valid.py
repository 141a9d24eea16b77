"""Every page, stylesheet and image of the sites, as the Nu Html Checker sees it: the validator of the W3C."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bench.pages import examples, pages
from packyard.edges.store import walk
from tests.browse.conftest import SITES
from tests.browse.pages import told
from tests.tools import need

pytestmark = pytest.mark.interop

#: What it says of files that are read from a disk, where no origin is 'self', and of properties of SVG 2 that it does
#: not know (https://www.w3.org/TR/SVG2/propidx.html).
_MISTAKEN = re.compile(
    r"Resource violates Content Security Policy .* blocked by “(?:style|img|script)-src” directive."
    r"|CSS: “(?:paint-order|vector-effect)”: Property .* doesn.t exist."
)


def complaints(site: Path, paths: Iterable[str], *options: str) -> list[str]:
    """Errors and warnings about files of the site, each with its place."""
    listed = [str(site / path) for path in paths]
    command = [need("vnu"), "--format", "json", "--stdout", "--exit-zero-always", "--no-langdetect", *options]
    done = subprocess.run([*command, *listed], capture_output=True, text=True, check=True)
    messages = json.loads(done.stdout)["messages"]
    return [_shown(message) for message in messages if not _MISTAKEN.match(message["message"])]


def _shown(message: dict[str, Any]) -> str:
    place = message.get("url", "").rpartition("/browse0/")[2] + f":{message.get('lastLine', 0)}"
    return f"{place}: {message['message']} «{message.get('extract', '')}»"


@pytest.mark.parametrize("site", SITES)
def test_a_page_of_each_type_is_valid(sites: Path, site: str) -> None:
    paths = [path for found in examples(sites / site).values() for path in found]
    assert not (found := complaints(sites / site, paths)), told(found)


@pytest.mark.slow
@pytest.mark.parametrize("site", SITES)
def test_all_pages_are_valid(sites: Path, site: str) -> None:
    assert not (found := complaints(sites / site, pages(sites / site))), told(found)


@pytest.mark.parametrize("suffix", ["css", "svg"])
def test_stylesheets_and_badges_are_valid(sites: Path, suffix: str) -> None:
    paths = [path for path in walk(sites / "sample") if path.endswith(f".{suffix}")]
    assert paths
    assert not (found := complaints(sites / "sample", paths, f"--{suffix}")), told(found)

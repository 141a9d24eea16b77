"""Links: each leads to something that is there, every page is reached, and the site names its own files relatively."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from bench.pages import pages, type_of
from packyard.edges.store import walk
from tests.browse.conftest import SITES
from tests.browse.pages import Link, links, read, repeated, told
from tests.surfaces.markup import Markup

#: The address that both registries say they are published at.
PUBLISHED = "https://packs.example.org/"

#: The page that a host shows for what is not there: no link leads to it, and as it may stand for any path, it names
#: everything from the root of the site.
LOST = "404.html"

#: Where the full address is right: it is for machines that take the page away from its place.
_TAKEN_AWAY = ({"rel": "canonical"}, {"property": "og:url"}, {"property": "og:image"})

Pages = Mapping[str, Markup]


@cache
def whole(site: Path) -> Pages:
    """Every page of a site."""
    return {path: read(site, path) for path in pages(site)}


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, sites: Path) -> Path:
    return sites / str(request.param)


def test_every_link_leads_somewhere(site: Path) -> None:
    files, ids = set(walk(site)), {path: {*page.values("id"), ""} for path, page in whole(site).items()}
    broken: defaultdict[str, list[str]] = defaultdict(list)
    for path, page in whole(site).items():
        for link in links(path, page):
            target = path if link.path == "" else link.path
            if target is None or link.fragment.startswith("readme-"):  # a writer of a readme thinks it is there
                continue
            if target not in files or ids.get(target, {""}).isdisjoint((link.fragment, unquote(link.fragment))):
                broken[f"{target}#{link.fragment}"].append(path)
    assert not broken, told(f"{target} FROM {len(paths)}, {paths[0]}" for target, paths in sorted(broken.items()))


def test_every_page_is_reached_from_the_home_page(site: Path) -> None:
    everything = whole(site)
    reached, waiting = set[str](), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in everything and path not in reached:
            reached.add(path)
            waiting += [link.path for link in links(path, everything[path]) if link.tag in ("a", "form") and link.path]
    lost = sorted(everything.keys() - reached - {LOST})
    assert not lost, told(lost)


def test_the_site_names_itself_relatively(site: Path) -> None:
    """So that it works under a prefix, on a mirror, and from a disk, where a folder does not mean its page either."""
    found = [
        (path, link.address)
        for path, page in whole(site).items()
        for link in links(path, page)
        if path != LOST and not _moves(link)
    ]
    assert not found, told(found)


def _moves(link: Link) -> bool:
    if link.path is None:
        taken_away = any(kind.items() <= link.attributes.items() for kind in _TAKEN_AWAY)
        return taken_away or link.address == PUBLISHED or not link.address.startswith(PUBLISHED)
    return not link.address.startswith("/") and not link.path.endswith("/")


def test_links_to_other_hosts_say_that_they_lead_away(site: Path) -> None:
    found = set()
    for path, page in whole(site).items():
        for link in links(path, page):
            away = link.tag == "a" and link.path is None and not link.address.startswith("mailto:")
            if away and "noopener" not in link.attributes.get("rel", ""):
                found.add((path, link.address))
    assert not found, told(sorted(found))


def test_titles_and_descriptions_are_those_of_one_page(site: Path) -> None:
    described, titled = [], []
    for path, page in whole(site).items():
        if path == LOST:
            continue
        found = [each["content"] for each in page.all("meta") if each.get("name") == "description"]
        assert [bool(text.strip()) for text in found] == [True], path
        described += [(path, found[0])] if type_of(path).endswith("index.html") else []  # what goes on may say the same
        titled.append((path, page.title))
        assert titled[-1][1].strip(), path
    assert not (same := repeated(titled)), told(same)
    assert not (same := repeated(described)), told(same)

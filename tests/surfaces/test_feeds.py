"""Feeds: what RFC 4287 and JSON Feed 1.1 demand, whatever the texts are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.formats.times import parse_time
from packyard.model import Event, Row
from packyard.surfaces import feeds
from packyard.surfaces.feeds import FED, FED_OF_ITEM, SUMMARY, Entry, Feed
from tests.surfaces import sample

ATOM = "{http://www.w3.org/2005/Atom}"
TAG = re.compile(r"tag:[a-z0-9.-]+,[0-9]{4}(-[0-9]{2}-[0-9]{2})?:[A-Za-z0-9@/._+~:%-]+")
REGISTRY = sample.REGISTRY
PLAIN = Entry("hello/1.2.0", "hello 1.2.0", "packs/hello/1.2.0/", 1_764_000_000, "alice", "Says hello", ("greeting",))
ABLE = PLAIN._replace(heading="It can now:", points=("run <sh> hooks", "ask api.example.org"))

texts = st.text(max_size=30)
entries = st.builds(
    PLAIN._replace,
    title=texts,
    author=texts,
    summary=texts,
    time=st.integers(0, 4_000_000_000),
    tags=st.lists(texts, max_size=2).map(tuple),
    heading=texts,
    points=st.lists(texts, max_size=2).map(tuple),
)
feed_values = st.builds(
    Feed,
    st.sampled_from(("", "packs/hello/", "packs/@acme/tools/", "tags/c++/", "orgs/acme/")),
    texts,
    st.lists(entries, max_size=3).map(tuple),
)


def one(element: Element, name: str) -> Element:
    """The only child of this name."""
    found = element.findall(ATOM + name)
    assert len(found) == 1, name
    return found[0]


def check_atom(data: bytes, feed: Feed) -> Element:
    """Everything that RFC 4287 section 4.1 demands of a feed and its entries."""
    root = ElementTree.fromstring(data)
    assert root.tag == ATOM + "feed"
    assert {child.tag for child in root} <= {ATOM + name for name in ("id", "title", "updated", "link", "entry")}
    for element, folder in [(root, feed.folder), *((each, "") for each in root.findall(ATOM + "entry"))]:
        assert TAG.fullmatch(one(element, "id").text or "")
        assert one(element, "title").attrib == {}
        parse_time(one(element, "updated").text or "")
        links = {link.attrib["rel"]: link.attrib["href"] for link in element.findall(ATOM + "link")}
        assert links["alternate"].startswith(REGISTRY.url + folder)
        assert len(links) == len(element.findall(ATOM + "link"))
    assert f"{REGISTRY.url}{feed.folder}feed.atom" in [link.attrib["href"] for link in root.findall(ATOM + "link")]
    for entry in root.findall(ATOM + "entry"):
        one(one(entry, "author"), "name")
        one(entry, "summary")
        assert len(entry.findall(ATOM + "content")) <= 1
        assert all(tag.attrib.keys() == {"term"} for tag in entry.findall(ATOM + "category"))
    return root


def check_json(data: bytes, feed: Feed) -> dict[str, list[dict[str, str]]]:
    """Everything that JSON Feed 1.1 demands."""
    found = json.loads(data)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(found["title"], str)
    assert found["feed_url"] == f"{REGISTRY.url}{feed.folder}feed.json"
    for item in found["items"]:
        assert TAG.fullmatch(item["id"])
        assert item["url"].startswith(REGISTRY.url)
        assert isinstance(item.get("content_text", item.get("content_html")), str)
        assert ("content_text" in item) != ("content_html" in item)
        parse_time(item["date_published"])
        assert all(author.keys() == {"name"} for author in item["authors"])
    return dict(found)


@given(feed_values)
def test_any_texts_make_valid_feeds(feed: Feed) -> None:
    root = check_atom(feeds.render_atom(REGISTRY, feed), feed)
    found = check_json(feeds.render_json(REGISTRY, feed), feed)
    assert [item["id"] for item in found["items"]] == [
        entry.findtext(ATOM + "id") for entry in root.iter(ATOM + "entry")
    ]


@pytest.mark.parametrize("entry", [PLAIN, ABLE], ids=["plain", "able"])
def test_both_say_the_same(entry: Entry) -> None:
    feed = Feed("packs/hello/", "hello", (entry,))
    root = check_atom(feeds.render_atom(REGISTRY, feed), feed)
    item = check_json(feeds.render_json(REGISTRY, feed), feed)["items"][0]
    said = root.find(ATOM + "entry")
    assert said is not None
    assert said.findtext(ATOM + "content") == item.get("content_html")
    assert said.findtext(ATOM + "summary") == item.get("content_text", item.get("summary")) == "Says hello"


def test_what_a_version_can_do_is_a_list_of_texts() -> None:
    feed = Feed("", "Packs", (ABLE,))
    content = check_json(feeds.render_json(REGISTRY, feed), feed)["items"][0]["content_html"]
    points = "<ul><li>run &lt;sh&gt; hooks</li><li>ask api.example.org</li></ul>"
    assert content == f"<p>Says hello</p><p>It can now:</p>{points}"


def test_ids_outlive_the_address() -> None:
    feed = Feed("packs/hello/", "hello", (PLAIN,))
    moved = REGISTRY._replace(url="https://elsewhere.example/packs/")
    ids = [re.findall(rb"<id>(.*)</id>", feeds.render_atom(each, feed)) for each in (REGISTRY, moved)]
    assert (
        ids[0]
        == ids[1]
        == [
            b"tag:packs.example.org,2026:packs/hello/feed",
            b"tag:packs.example.org,2025-11-24:hello/1.2.0",
        ]
    )


def test_hidden_characters_are_named_and_markup_is_text() -> None:
    feed = Feed("", "a\x1b[31m<b>", (PLAIN._replace(summary="pay\u200bload \x00 \uffff ]]>"),))
    root = check_atom(feeds.render_atom(REGISTRY, feed), feed)
    assert root.findtext(ATOM + "title") == "a⟦U+001B⟧[31m<b>"
    assert "pay⟦U+200B⟧load ⟦U+0000⟧ \ufffd ]]>" in "".join(root.itertext())


def test_only_the_newest_are_shown_and_summaries_are_short() -> None:
    many = [PLAIN._replace(ident=f"hello/1.{at}.0", time=at // 2, summary="word " * 500) for at in range(100)]
    shown = feeds.newest(many)
    assert len(shown) == FED
    assert [entry.ident for entry in shown[:3]] == ["hello/1.98.0", "hello/1.99.0", "hello/1.96.0"]
    feed = Feed("", "Packs", shown)
    found = check_json(feeds.render_json(REGISTRY, feed), feed)
    assert max(len(item["content_text"]) for item in found["items"]) <= SUMMARY


def test_a_version_as_an_entry() -> None:
    event = Event(3, "version", "hello", "1.2.0", (), "c0ffee", 1_764_000_000)
    row = sample.row(sample.HELLO)
    entry = feeds.version_entry(event, row)
    assert entry[:6] == ("hello/1.2.0", "hello 1.2.0", "packs/hello/1.2.0/", event.time, "alice", row.description)
    assert entry.tags == row.tags
    scoped = sample.row(sample.SCOPED)
    assert feeds.version_entry(event._replace(subject=scoped.name), scoped).author == "@acme"


def paths(feed: Feed) -> Iterator[str]:
    return (recipe.path for recipe in feeds.plan_feed(REGISTRY, feed))


def test_a_feed_is_two_files_that_follow_it_alone() -> None:
    feed = Feed("tags/greeting/", "Tag greeting", (PLAIN,))
    assert list(paths(feed)) == ["tags/greeting/feed.atom", "tags/greeting/feed.json"]
    first, second = feeds.plan_feed(REGISTRY, feed)
    again, _ = feeds.plan_feed(REGISTRY._replace(limits={"files": 3}), feed)
    assert first.inputs == second.inputs == again.inputs
    check_atom(first.render(), feed)
    check_json(second.render(), feed)


class Catalogue(NamedTuple):
    """A `feeds.View` of events and rows."""

    events: tuple[Event, ...]
    rows: dict[str, Row]

    def newest(self, count: int) -> tuple[Event, ...]:
        return self.events[:count]

    def newest_under(self, family: str, item: str, count: int) -> tuple[Event, ...]:
        listed = {name for name, row in self.rows.items() if item in (row.tags if family == "tags" else (row.owner,))}
        return tuple(event for event in self.events if event.subject in listed)[:count]

    def row(self, name: str) -> Row | None:
        return self.rows.get(name)


def catalogue() -> Catalogue:
    rows = {row.name: row for row in sample.rows()}
    names = [*sorted(rows), "gone"]
    events = (Event(at, "version", name, "1.0.0", (), "", 1_764_000_000 - at) for at, name in enumerate(names))
    return Catalogue(tuple(events), rows)


@pytest.mark.parametrize(
    ("unit", "folder", "title", "count"),
    [
        ((), "", "Example packs", 15),
        (("tags", "review"), "tags/review/", "#review · Example packs", 3),
        (("publishers", "bob"), "publishers/bob/", "bob · Example packs", 5),
        (("orgs", "acme"), "orgs/acme/", "@acme · Example packs", 1),
        (("publishers", "nobody"), "publishers/nobody/", "nobody · Example packs", 0),
    ],
)
def test_the_feed_of_each_unit(unit: tuple[str, ...], folder: str, title: str, count: int) -> None:
    recipes = {recipe.path: recipe.render() for recipe in feeds.plan(REGISTRY, catalogue(), *unit)}
    assert list(recipes) == [folder + "feed.atom", folder + "feed.json"]
    feed = Feed(folder, title, ())
    assert check_atom(recipes[folder + "feed.atom"], feed).findtext(ATOM + "title") == title
    assert len(check_json(recipes[folder + "feed.json"], feed)["items"]) == count


def test_a_feed_ends_after_the_newest() -> None:
    event, rows = catalogue().events[0], catalogue().rows
    owner = rows[event.subject].owner
    many = Catalogue(tuple(event._replace(ident=f"1.{at}.0", time=event.time - at) for at in range(100)), rows)
    for unit, count in (((), FED), (("publishers", owner), FED_OF_ITEM)):
        shown = json.loads([*feeds.plan(REGISTRY, many, *unit)][1].render())["items"]
        assert [item["id"].rpartition("/")[2] for item in shown] == [f"1.{at}.0" for at in range(count)]


def test_a_tag_that_no_pack_has_is_not_there() -> None:
    assert list(feeds.plan(REGISTRY, catalogue(), "tags", "gone")) == []


def test_which_units_show_a_pack() -> None:
    facets = [("tags", "git"), ("owners", "alice"), ("owners", "acme"), ("browse", "g"), ("signers", "bob")]
    found = list(feeds.units_of(facets, {"acme"}))
    assert found == ["feeds tags git", "feeds publishers alice", "feeds orgs acme"]

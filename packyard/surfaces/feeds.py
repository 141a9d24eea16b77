"""Feeds, as Atom (RFC 4287) and as JSON Feed 1.1, from one value: of the registry, a pack, a publisher, an
organisation, a tag. Newest entries first, never more than `FED`, and of a tag or an owner `FED_OF_ITEM`: a version is
in several of these at once, and all of them are written again for it. Times are those of commits.

A feed stands beside the page that it is about, `packs/hello/feed.atom` beside `packs/hello/`. Feed readers keep entries
by id, so ids are tags (RFC 4151) made of the registry's origin, which outlives its address:

    tag:packs.example.org,2026:packs/hello/feed         a feed
    tag:packs.example.org,2026-11-21:hello/1.2.0        an entry, the same in every feed that has it

The feeds of packs belong to the packs (`pack.signs`). The others are units of output, and have versions only:

    feeds                        feed.atom, feed.json
    feeds tags TAG               tags/TAG/feed.atom, feed.json
    feeds publishers HANDLE      those of the packs that somebody owns
    feeds orgs ORG
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import NamedTuple, Protocol

from packyard.formats import canonical, layout
from packyard.formats.times import day_of, format_time
from packyard.model import Event, Row
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.surfaces.hidden import reveal

#: The most entries of the feeds of the registry and of packs, of those of tags and owners, and the most characters of
#: an entry's summary.
FED, FED_OF_ITEM, SUMMARY = 40, 16, 400

#: The families that have feeds, each item its own.
TAGS, PUBLISHERS, ORGS = "tags", "publishers", "orgs"


class Entry(NamedTuple):
    """One thing that happened. `ident` is unique in the registry and never changes; `path` is the page to read on, from
    the site's root. What there is to say beyond the `summary` is a list, `points`, under a `heading`.
    """

    ident: str
    title: str
    path: str
    time: int
    author: str
    summary: str
    tags: tuple[str, ...] = ()
    heading: str = ""
    points: tuple[str, ...] = ()


class Feed(NamedTuple):
    """The feed beside the page `folder`, which is "" or ends in `/`."""

    folder: str
    title: str
    entries: tuple[Entry, ...]


class View(Protocol):
    """What feeds see of the catalogue: the last versions, of all packs or of those under a facet, the newest first."""

    def newest(self, count: int) -> tuple[Event, ...]: ...

    def newest_under(self, family: str, item: str, count: int) -> tuple[Event, ...]: ...

    def row(self, name: str) -> Row | None: ...


def units_of(facets: Iterable[tuple[str, str]], orgs: Collection[str]) -> Iterator[str]:
    """The units that show a pack which is listed under these facets, or was."""
    for family, item in facets:
        if family == TAGS:
            yield f"feeds {TAGS} {item}"
        elif family == "owners":
            yield f"feeds {ORGS if item in orgs else PUBLISHERS} {item}"


def plan(registry: Registry, view: View, family: str = "", item: str = "") -> Iterator[Recipe]:
    """The feed of a unit. Somebody without packs has an empty one; a tag that no pack has is not there."""
    if not family:
        yield from plan_feed(registry, Feed("", registry.title, _versions(view, view.newest(FED))))
        return
    events = view.newest_under(TAGS if family == TAGS else "owners", item, FED_OF_ITEM)
    if family == TAGS and not events:
        return
    sign = {TAGS: "#", ORGS: "@"}.get(family, "")
    yield from plan_feed(
        registry, Feed(f"{family}/{item}/", f"{sign}{item} · {registry.title}", _versions(view, events))
    )


def _versions(view: View, events: Iterable[Event]) -> tuple[Entry, ...]:
    pairs = ((event, view.row(event.subject)) for event in events)
    return newest(version_entry(event, row) for event, row in pairs if row)


def newest(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that a feed shows."""
    return tuple(sorted(entries, key=lambda entry: (-entry.time, entry.ident))[:FED])


def version_entry(event: Event, row: Row) -> Entry:
    """That a version was published, by what is known of its pack now."""
    ident, title = f"{event.subject}/{event.ident}", f"{event.subject} {event.ident}"
    path = layout.version(event.subject, event.ident)
    return Entry(ident, title, path, event.time, owner_of(row.name, row.owner), row.description, row.tags)


def owner_of(pack: str, owner: str) -> str:
    """An owner as people write it: organisations, which own the packs of their scope, with an @."""
    return f"@{owner}" if pack.startswith("@") else owner


def plan_feed(registry: Registry, feed: Feed) -> Iterator[Recipe]:
    """The two files of a feed."""
    inputs = (registry.origin, registry.url, feed)
    yield Recipe(feed.folder + layout.ATOM, inputs, partial(render_atom, registry, feed))
    yield Recipe(feed.folder + layout.JSON_FEED, inputs, partial(render_json, registry, feed))


def render_atom(registry: Registry, feed: Feed) -> bytes:
    """`feed.atom`; a feed without entries was updated in 1970."""
    updated = format_time(feed.entries[0].time if feed.entries else 0)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{escape(_feed_id(registry, feed))}</id>\n<title>{escape(feed.title)}</title>\n"
        f'<updated>{updated}</updated>\n<link rel="self" href={_href(registry, feed.folder + layout.ATOM)}/>\n'
        f'<link rel="alternate" type="text/html" href={_href(registry, feed.folder)}/>\n'
    )
    return (head + "".join(_atom_entry(registry, entry) for entry in feed.entries) + "</feed>\n").encode()


def _atom_entry(registry: Registry, entry: Entry) -> str:
    content = f'<content type="html">{escape(_html(entry))}</content>\n' if entry.points else ""
    return (
        f"<entry>\n<id>{escape(_entry_id(registry, entry))}</id>\n<title>{escape(entry.title)}</title>\n"
        f"<updated>{format_time(entry.time)}</updated>\n<author><name>{escape(entry.author)}</name></author>\n"
        f'<link rel="alternate" type="text/html" href={_href(registry, entry.path)}/>\n'
        + "".join(f'<category term="{escape(tag)}"/>\n' for tag in entry.tags)
        + f"<summary>{escape(_short(entry.summary))}</summary>\n{content}</entry>\n"
    )


def render_json(registry: Registry, feed: Feed) -> bytes:
    """`feed.json`."""
    return canonical.pretty(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": reveal(feed.title),
            "home_page_url": registry.url + feed.folder,
            "feed_url": registry.url + feed.folder + layout.JSON_FEED,
            "items": [_json_item(registry, entry) for entry in feed.entries],
        }
    )


def _json_item(registry: Registry, entry: Entry) -> dict[str, object]:
    summary = reveal(_short(entry.summary))
    said = {"summary": summary, "content_html": _html(entry)} if entry.points else {"content_text": summary}
    return {
        "id": _entry_id(registry, entry),
        "url": registry.url + entry.path,
        "title": reveal(entry.title),
        **said,
        "date_published": format_time(entry.time),
        "authors": [{"name": entry.author}],
        "tags": list(map(reveal, entry.tags)),
    }


def _html(entry: Entry) -> str:
    points = "".join(f"<li>{escape(point)}</li>" for point in entry.points)
    return f"<p>{escape(_short(entry.summary))}</p><p>{escape(entry.heading)}</p><ul>{points}</ul>"


def _short(text: str) -> str:
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1].rstrip() + "…"


def _feed_id(registry: Registry, feed: Feed) -> str:
    return f"tag:{registry.origin},2026:{feed.folder}feed"


def _entry_id(registry: Registry, entry: Entry) -> str:
    return f"tag:{registry.origin},{day_of(entry.time)}:{entry.ident}"


def _href(registry: Registry, path: str) -> str:
    return f'"{escape(registry.url + path)}"'


def escape(text: str) -> str:
    """Text as character data or as an attribute's value of XML 1.0 (the standard library's own would import an HTTP
    client). What would not be seen is named, which leaves no character that XML forbids.
    """
    text = reveal(text).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")

"""What was published last, as Atom (RFC 4287) and as JSON Feed 1.1. Only newest versions, newest first; times are
those of commits.

Feed readers keep entries by id, so ids are tags (RFC 4151) made of the registry's origin, which outlives its address.
"""

from __future__ import annotations

from collections.abc import Sequence

from packyard.formats import canonical, layout
from packyard.formats.times import day_of, format_time
from packyard.model import Event, Row
from packyard.registry import Registry

Entries = Sequence[tuple[Event, Row]]


def atom(registry: Registry, entries: Entries) -> bytes:
    """`feed.atom`."""
    updated = format_time(entries[0][0].time if entries else 0)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>tag:{escape(registry.origin)},2026:feed</id>\n<title>{escape(registry.title)}</title>\n"
        f'<updated>{updated}</updated>\n<link rel="self" href={_href(registry, layout.ATOM)}/>\n'
        f'<link rel="alternate" href={_href(registry, "")}/>\n'
    )
    return (head + "".join(_entry(registry, event, row) for event, row in entries) + "</feed>\n").encode()


def _entry(registry: Registry, event: Event, row: Row) -> str:
    return (
        f"<entry>\n<id>{escape(_id(registry, event))}</id>\n<title>{escape(f'{event.subject} {event.ident}')}</title>\n"
        f"<updated>{format_time(event.time)}</updated>\n<author><name>{escape(row.owner)}</name></author>\n"
        f'<link rel="alternate" href={_href(registry, layout.version(event.subject, event.ident))}/>\n'
        f"<summary>{escape(row.description)}</summary>\n</entry>\n"
    )


def json_feed(registry: Registry, entries: Entries) -> bytes:
    """`feed.json`."""
    return canonical.pretty(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": registry.title,
            "home_page_url": registry.url,
            "feed_url": registry.url + layout.JSON_FEED,
            "items": [
                {
                    "id": _id(registry, event),
                    "url": registry.url + layout.version(event.subject, event.ident),
                    "title": f"{event.subject} {event.ident}",
                    "content_text": row.description,
                    "date_published": format_time(event.time),
                    "authors": [{"name": row.owner}],
                    "tags": list(row.tags),
                }
                for event, row in entries
            ],
        }
    )


def _id(registry: Registry, event: Event) -> str:
    return f"tag:{registry.origin},{day_of(event.time)}:{event.subject}/{event.ident}"


def _href(registry: Registry, path: str) -> str:
    return f'"{escape(registry.url + path)}"'


def escape(text: str) -> str:
    """Text as character data or as an attribute's value (the standard library's own would import an HTTP client)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")

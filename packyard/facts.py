"""Values of the model as JSON for the memory, and back. A named tuple is written as a list; here it gets its types
again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from packyard.model import Event, File, Manifest, Mark, Org, Publisher, PublisherKey, Release, Row, Tarball
from packyard.registry import Registry, Trust
from packyard.rules.authority import Revision


def event_from(row: Sequence[Any]) -> Event:
    """An event from a row of the memory."""
    seq, kind, subject, ident, objects, commit, time, log_index = row
    pairs = tuple((name, oid) for name, oid in json.loads(objects))
    return Event(seq, kind, subject, ident, pairs, commit, time, log_index)


def row_from(text: str) -> Row:
    """A listing row."""
    row = Row._make(json.loads(text))
    return row._replace(
        tags=tuple(row.tags),
        targets=tuple(row.targets),
        features=tuple(row.features),
        deprecated=Mark(*row.deprecated) if row.deprecated else None,
        co_owners=tuple(row.co_owners),
        channels=tuple((channel, version) for channel, version in row.channels),
        routing=tuple(row.routing),
        needs=tuple((name, wanted) for name, wanted in row.needs),
        conflicts=tuple(row.conflicts),
    )


def releases_text(releases: Iterable[Release]) -> str:
    """Releases as JSON."""
    return json.dumps(list(releases), ensure_ascii=False)


def releases_from(text: str) -> list[Release]:
    """The inverse of `releases_text`."""
    return [_release(fields) for fields in json.loads(text)] if text else []


def _release(fields: list[Any]) -> Release:
    *head, manifest, features, files, tarball, routing, review = fields
    listed = tuple(File(*file) for file in files)
    return Release._make(
        (*head, _manifest(manifest), tuple(features), listed, Tarball(*tarball), tuple(routing), review)
    )


def _manifest(fields: list[Any]) -> Manifest:
    *head, tags, targets, features, dependencies, conflicts, extra = fields
    pairs = tuple((name, range_) for name, range_ in dependencies)
    return Manifest._make((*head, tuple(tags), tuple(targets), tuple(features), pairs, tuple(conflicts), extra))


def registry_text(registry: Registry) -> str:
    """The settings of a registry as JSON."""
    return json.dumps(list(registry), ensure_ascii=False)


def registry_from(text: str) -> Registry:
    """The inverse of `registry_text`."""
    origin, title, url, mirrors, *rest, witnesses, repository, look = json.loads(text)
    return Registry._make((origin, title, url, tuple(mirrors), *rest, tuple(witnesses), repository, look))


def revision_text(revision: Revision) -> str:
    """A revision as JSON."""
    value = revision.value
    return json.dumps([revision.event, value, revision.sha256, revision.keys], ensure_ascii=False)


def revision_from(text: str) -> Revision:
    """The inverse of `revision_text`."""
    event, value, digest, keys = json.loads(text)
    made = _publisher(value) if event[1] == "publisher" else Org(value[0], value[1])
    pairs = tuple((name, oid) for name, oid in event[4])
    return Revision(Event._make((*event[:4], pairs, *event[5:])), made, digest, tuple(keys))


def trust_text(first: int, trust: Trust) -> str:
    """A trust file, and the event that it is there for first, as JSON."""
    return json.dumps([first, trust], ensure_ascii=False)


def trust_from(text: str) -> tuple[int, Trust]:
    """The inverse of `trust_text`."""
    first, fields = json.loads(text)
    return first, Trust._make(tuple(field) if isinstance(field, list) else field for field in fields)


def _publisher(fields: list[Any]) -> Publisher:
    handle, name, github, keys = fields
    made = (PublisherKey(key[0], key[1], tuple(key[2]), *key[3:]) for key in keys)
    return Publisher(handle, name, github, tuple(made))

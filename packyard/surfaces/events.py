"""The audit log: every event of the registry, newest first, with who did it, to what, why, and where the log says so.

    audit/index.html          all events (`packyard.surfaces.series`: pages by number, old ones never change)
    audit/TYPE/index.html     those of a type, such as yank; they exist when they are empty
    updated/index.html        those of type publish, which are most: `packyard.surfaces.arrivals`

A row says what the log's entry says (`packyard.formats.entries`) and what the signed file beside it adds: a
statement's reason, what a publisher's or an organisation's file changed. Nothing of it can become otherwise, so a page
that is full stays as it is. An event costs two pages: the newest of all events, and the newest of its type.

Trust files, advisories and settings are the registry's own word: they have a commit and no entry in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from packyard.formats import statement
from packyard.model import Event, Org, Publisher, PublisherKey, Statement
from packyard.surfaces.hidden import reveal
from packyard.surfaces.series import Part
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

AUDIT = "audit/"

#: Every type of event, in the order in which the pages name them.
TYPES = ("publish", *statement.ACTIONS, "publisher", "org", "trust", "advisory", "settings")


class Actor(NamedTuple):
    """Who signed: a key, and the publisher whose it is, "" for a root key of the registry."""

    handle: str
    key: str


class Change(NamedTuple):
    """Something that a revision of a publisher or an organisation made otherwise: `what` is a word of `changes_of`."""

    what: str
    name: str = ""
    value: str = ""


class Act(NamedTuple):
    """An event to show. `log_index` is -1 when the log has no entry of it; `fields` are those of a statement, the
    `reason` among them, or `level` and the like of what the registry says itself.
    """

    kind: str
    subject: str
    version: str
    time: int
    commit: str
    log_index: int
    by: tuple[Actor, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()

    def field(self, name: str) -> str:
        """A field of the statement, "" without it."""
        return dict(self.fields).get(name, "")


def kind_of(event: Event) -> str:
    """The type of an event."""
    if event.kind == "statement":
        return event.ident.partition("-")[2]
    return "publish" if event.kind == "version" else event.kind


def act_of(
    event: Event,
    entry: Mapping[str, Any],
    holder: Callable[[str], str],
    said: Statement | None = None,
    changes: tuple[Change, ...] = (),
) -> Act:
    """The event as it is shown: `entry` is what the log has of it, `holder` gives the publisher whose key it is, `said`
    is the statement that the event brought.
    """
    keys = entry["keys"] if "keys" in entry else [entry["key"]]
    fields = (*said.fields.items(), ("reason", said.reason)) if said else ()
    shown = tuple((name, reveal(text)) for name, text in fields)
    return Act(
        kind_of(event),
        event.subject,
        entry.get("version", ""),
        event.time,
        event.commit,
        event.log_index,
        tuple(Actor(holder(key), key) for key in keys),
        shown,
        changes,
    )


# --- what a revision changed ---


def changes_of(before: Publisher | Org | None, after: Publisher | Org) -> tuple[Change, ...]:
    """What a revision says that the one before it did not; `before` is None for the first.

    new                                  the first revision
    name, github                         to the value
    key, retired, revoked, scopes        a new key; its end on the day that is the value; what it may sign
    joined, left, role                   a member, and the role
    """
    new = () if before else (Change("new"),)
    if isinstance(after, Org):
        return (*new, *_members(before.members if isinstance(before, Org) else {}, after.members))
    old = before if isinstance(before, Publisher) else Publisher(after.handle, after.name, after.github, ())
    return (*new, *_said_of(old, after), *_keys(old, after))


def _said_of(before: Publisher, after: Publisher) -> Iterator[Change]:
    if before.name != after.name:
        yield Change("name", before.name, after.name)
    if before.github != after.github:
        yield Change("github", before.github, after.github)


def _keys(before: Publisher, after: Publisher) -> Iterator[Change]:
    for key in after.keys:
        known = before.key(key.key_id)
        if known is None:
            yield Change("key", key.key_id, " ".join(key.scopes))
        elif known.scopes != key.scopes:
            yield Change("scopes", key.key_id, " ".join(key.scopes))
        yield from _end(known, key)


def _end(before: PublisherKey | None, key: PublisherKey) -> Iterator[Change]:
    for what, old, day in (
        ("retired", before.retired if before else "", key.retired),
        ("revoked", before.revoked if before else "", key.revoked),
    ):
        if day and day != old:
            yield Change(what, key.key_id, day)


def _members(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for handle, role in sorted(after.items()):
        if handle not in before:
            yield Change("joined", handle, role)
        elif before[handle] != role:
            yield Change("role", handle, role)
    yield from (Change("left", handle) for handle in sorted(before.keys() - after.keys()))


# --- pages ---


def audit_folder(kind: str) -> str:
    """The folder of the pages with events of a type, "" for all of them."""
    return "updated/" if kind == "publish" else f"{AUDIT}{kind}/" if kind else AUDIT


def audit_page(templates: Templates, site: Site, part: Part, kind: str, acts: Sequence[Act]) -> bytes:
    """A page of the audit log: `acts`, newest first, of the type `kind`, or of all types when it is ""."""
    names, say, registry = type_names(templates), templates.say, site.registry.title
    title, about = say("Audit log"), say("Every event of {registry}, from its signed history.", registry=registry)
    if kind:
        title = say("Audit log: {type}", type=names[kind])
        about = say("Events of {registry}, from its signed history: {type}.", registry=registry, type=names[kind])
    return templates.page(
        "registry/audit.html",
        site,
        part.path,
        numbered(templates, title, part),
        numbered(templates, about, part),
        section=audit_folder(""),
        part=part,
        kind=kind,
        types=[(each, names[each], audit_folder(each)) for each in TYPES],
        acts=acts,
    )


def numbered(templates: Templates, text: str, part: Part) -> str:
    """A title or description, with the page's number unless it is the newest page."""
    return templates.say("{text}, page {number}", text=text, number=part.number) if part.newer else text


def type_names(templates: Templates) -> Mapping[str, str]:
    """What each type of event is called."""
    say = templates.say
    return {
        "publish": say("published"),
        "yank": say("yanked"),
        "unyank": say("no longer yanked"),
        "deprecate": say("deprecated"),
        "undeprecate": say("no longer deprecated"),
        "promote": say("promoted"),
        "archive": say("archived"),
        "withdraw": say("withdrawn"),
        "add-owner": say("owner added"),
        "remove-owner": say("owner removed"),
        "transfer": say("transferred"),
        "rename": say("renamed"),
        "recover": say("recovered"),
        "publisher": say("publishers"),
        "org": say("organisations"),
        "trust": say("trust files"),
        "advisory": say("advisories"),
        "settings": say("settings"),
    }

"""The pages of publishers and organisations: keys, revisions, members, packs, and what they did last.

    publishers/HANDLE/index.html           orgs/ORG/index.html
    publishers/HANDLE/packs/index.html     orgs/ORG/packs/index.html     all packs, when there are more than `SHOWN`

The last events are on them, so an event of somebody costs their page; therefore it shows only so many packs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from packyard.formats import layout
from packyard.formats.org import ROLES
from packyard.formats.times import day_of
from packyard.model import Event, Org, Publisher, Row
from packyard.surfaces.events import Act, Actor, Change, changes_of
from packyard.surfaces.paging import jumps_of
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

#: How many packs the page itself lists, and how many events.
SHOWN, LAST = 60, 30


class Revised(NamedTuple):
    """A revision to show: its number from 1, its file on the site, when it came and with which commit, where the log
    has it, who signed, and what it changed.
    """

    number: int
    path: str
    time: int
    commit: str
    log_index: int
    by: tuple[Actor, ...]
    changes: tuple[Change, ...]


def revised(revisions: Iterable[tuple[Event, Publisher | Org, tuple[Actor, ...]]]) -> Iterator[Revised]:
    """The revisions of one publisher or organisation, given oldest first with their signers."""
    before: Publisher | Org | None = None
    for number, (event, value, by) in enumerate(revisions, 1):
        path = f"{event.kind}s/{event.subject}/{number}.yaml"
        yield Revised(number, path, event.time, event.commit, event.log_index, by, changes_of(before, value))
        before = value


def first_seen(revisions: Iterable[Revised]) -> dict[str, str]:
    """The day on which a revision brought each key, which is more than its publisher's word, by the keys' ids."""
    return {change.name: day_of(each.time) for each in revisions for change in each.changes if change.what == "key"}


def publisher_page(
    templates: Templates,
    site: Site,
    publisher: Publisher,
    revisions: Sequence[Revised],
    roles: Sequence[tuple[str, str]],
    rows: Sequence[Row],
    activity: Sequence[Act],
) -> bytes:
    """`publishers/HANDLE/index.html`. `roles` pairs organisations with the publisher's role there, `rows` are the packs
    that they own alone or with others, `activity` the last events, newest first.
    """
    own = [row for row in rows if row.owner == publisher.handle]
    shared = [row for row in rows if row.owner != publisher.handle]
    path = layout.publisher(publisher.handle)
    return templates.page(
        "publisher.html",
        site,
        path,
        templates.say("Publisher {handle}", handle=publisher.handle),
        templates.say("The keys, packs and last events of {name} ({handle}).", **_names(publisher)),
        section="publishers/index.html",
        publisher=publisher,
        seen=first_seen(revisions),
        revisions=list(reversed(revisions)),
        roles=roles,
        own=own[:SHOWN],
        shared=shared[:SHOWN],
        counts=(len(own), len(shared)),
        more=_more(path, rows),
        activity=activity,
    )


def org_page(
    templates: Templates,
    site: Site,
    org: Org,
    revisions: Sequence[Revised],
    rows: Sequence[Row],
    activity: Sequence[Act],
) -> bytes:
    """`orgs/ORG/index.html`: the members by role, the packs of the scope, and the last events about them."""
    path = layout.org(org.org)
    return templates.page(
        "org.html",
        site,
        path,
        templates.say("Organisation {name}", name=f"@{org.org}"),
        templates.say("The members, packs and last events of {name}.", name=f"@{org.org}"),
        section="publishers/index.html",
        org=org,
        members=sorted(org.members.items(), key=lambda member: (ROLES.index(member[1]), member[0])),
        revisions=list(reversed(revisions)),
        rows=rows[:SHOWN],
        count=len(rows),
        more=_more(path, rows),
        activity=activity,
    )


def _names(publisher: Publisher) -> dict[str, str]:
    return {"name": publisher.name or publisher.handle, "handle": publisher.handle}


def has_more(rows: Sequence[Row]) -> bool:
    """Whether somebody has so many packs that these have pages of their own."""
    return len(rows) > SHOWN


def packs_folder(path: str) -> str:
    """The folder of the pages with all packs of somebody whose page is at `path`."""
    return path.removesuffix("index.html") + "packs/"


def _more(path: str, rows: Sequence[Row]) -> str:
    return packs_folder(path) + "index.html" if has_more(rows) else ""


def packs_page(
    templates: Templates,
    site: Site,
    path: str,
    whose: tuple[str, str],
    rows: Sequence[Row],
    before: str,
    after: str,
    jumps: Sequence[str],
) -> bytes:
    """A page of all packs of somebody; `whose` is the path of their page and what they are called. The rest is as on
    the pages of every listing.
    """
    title = templates.say("Packs of {name}", name=whose[1])
    return templates.page(
        "listing.html",
        site,
        path,
        title,
        templates.say("All packs that {name} owns, by name.", name=whose[1]),
        section="publishers/index.html",
        above=whose,
        rows=rows,
        before=before,
        after=after,
        jumps=jumps_of(jumps[1:]),
    )

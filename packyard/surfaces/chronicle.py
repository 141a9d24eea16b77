"""The plan of the pages that count and remember, each a unit of output.

    series KIND NUMBER      a page of a series: of all events (`all`), of a type, or `new`; the newest is `open`
    stats                   stats/index.html, stats.json
    compliance              compliance/index.html
    featured                featured/index.html

and what `listings` plans for publishers and organisations: their page, and the pages with all of their packs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from packyard.formats import layout
from packyard.formats.featured import Featured
from packyard.model import Org, Publisher, Row
from packyard.recipe import Recipe
from packyard.surfaces import arrivals, events, people, series
from packyard.surfaces.compliance import PAGE as COMPLIANCE
from packyard.surfaces.compliance import Compliance, compliance_page, licence_items
from packyard.surfaces.events import Act
from packyard.surfaces.paging import cut
from packyard.surfaces.people import Revised
from packyard.surfaces.site import Site, listable
from packyard.surfaces.statistics import DOCUMENT, Statistics, format_stats, quality_class, size_class, stats_page
from packyard.surfaces.statistics import PAGE as STATS
from packyard.surfaces.templates import Templates

#: The series that have pages: all events, the first versions of packs, and each type of event.
SERIES = ("", "new", *events.TYPES)


class View(Protocol):
    """What these pages see of the memory. The events of a series and those of somebody are the newest first."""

    def size(self, kind: str) -> int: ...

    def acts(self, kind: str, start: int, stop: int) -> list[Act]: ...

    def row(self, name: str) -> Row | None: ...

    def listed(self, family: str, item: str) -> list[Row]: ...

    def statistics(self) -> Statistics: ...

    def compliance(self) -> Compliance: ...

    def featured(self) -> Sequence[Featured]: ...

    def activity(self, actor: str) -> list[Act]: ...

    def roles(self, handle: str) -> list[tuple[str, str]]: ...


def counted(row: Row, length: int) -> Iterator[tuple[str, str]]:
    """What a pack is counted under besides its listings, as (family, item); `length` is that of its latest tarball."""
    yield from (("licences", item) for item in licence_items(row.license) if listable(item))
    if length:
        yield "sizes", f"{size_class(length):02}"
    if row.quality is not None:
        yield "quality", f"{quality_class(row.quality):02}"
    if not row.co_owners and not row.name.startswith("@"):
        yield "sole", row.owner
    for state, holds in (("deprecated", row.deprecated), ("archived", row.archived), ("renamed", row.renamed)):
        if holds:
            yield "states", state


def plan_series(site: Site, templates: Templates, view: View, kind: str, number: str) -> Iterator[Recipe]:
    """A page of a series."""
    kind, size = "" if kind == "all" else kind, view.size("" if kind == "all" else kind)
    folder = arrivals.NEW if kind == "new" else events.audit_folder(kind)
    part = series.part(folder, size, series.count(size) if number == "open" else int(number))
    acts = tuple(view.acts(kind, part.start, part.stop))
    if kind not in ("new", "publish"):
        yield Recipe(part.path, (site, part, acts), partial(events.audit_page, templates, site, part, kind, acts))
        return
    rows = (view.row(name) for name in sorted({act.subject for act in acts})) if number == "open" else ()
    said = {row.name: arrivals.said(row) for row in rows if row}
    render = partial(arrivals.arrivals_page, templates, site, part, folder, acts, said)
    yield Recipe(part.path, (site, part, acts, said), render)


def plan_stats(site: Site, templates: Templates, view: View) -> Iterator[Recipe]:
    """The statistics, for people and for programs."""
    stats = view.statistics()
    yield Recipe(STATS, (site, stats), partial(stats_page, templates, site, stats))
    yield Recipe(DOCUMENT, (stats,), partial(format_stats, stats))


def plan_compliance(site: Site, templates: Templates, view: View) -> Iterator[Recipe]:
    """The figures of compliance."""
    found = view.compliance()
    yield Recipe(COMPLIANCE, (site, found), partial(compliance_page, templates, site, found))


def plan_featured(site: Site, templates: Templates, view: View) -> Iterator[Recipe]:
    """The featured packs; all of them are there, or the build would have stopped."""
    rows = ((each, view.row(each.name)) for each in view.featured())
    chosen = tuple((each, row) for each, row in rows if row)
    shown = tuple((each, arrivals.said(row), row.owner) for each, row in chosen)
    yield Recipe(arrivals.FEATURED, (site, shown), partial(arrivals.featured_page, templates, site, chosen))


def plan_publisher(
    site: Site, templates: Templates, view: View, publisher: Publisher, revisions: Sequence[Revised]
) -> Iterator[Recipe]:
    """The pages of a publisher."""
    path, rows = layout.publisher(publisher.handle), view.listed("owners", publisher.handle)
    known = (publisher, tuple(revisions), tuple(view.roles(publisher.handle)))
    acts = tuple(view.activity(publisher.handle))
    render = partial(people.publisher_page, templates, site, *known, rows, acts)
    yield Recipe(path, (site, *known, _shown(rows), acts), render)
    yield from _packs(site, templates, path, publisher.handle, rows)


def plan_org(site: Site, templates: Templates, view: View, org: Org, revisions: Sequence[Revised]) -> Iterator[Recipe]:
    """The pages of an organisation."""
    path, rows = layout.org(org.org), view.listed("owners", org.org)
    known, acts = (org, tuple(revisions)), tuple(view.activity(f"@{org.org}"))
    render = partial(people.org_page, templates, site, *known, rows, acts)
    yield Recipe(path, (site, *known, _shown(rows), acts), render)
    yield from _packs(site, templates, path, f"@{org.org}", rows)


def _shown(rows: Sequence[Row]) -> tuple[tuple[object, ...], ...]:
    return tuple((row.name, row.owner, *arrivals.said(row)) for row in rows)


def _packs(site: Site, templates: Templates, path: str, name: str, rows: Sequence[Row]) -> Iterator[Recipe]:
    """The pages with all packs of somebody who has many."""
    if not people.has_more(rows):
        return
    folder, parts = people.packs_folder(path), list(cut(rows))
    files = [part.file for part in parts]
    for at, part in enumerate(parts):
        around = (files[at - 1] if at else "", files[at + 1] if at + 1 < len(files) else "", files if at == 0 else ())
        here = folder + part.file
        render = partial(people.packs_page, templates, site, here, (path, name), part.rows, *around)
        yield Recipe(here, (site, _shown(part.rows), *around), render)

"""The pages of advisories: what is known to be wrong with which versions, and what to do.

    advisories/index.html                 all of them, the newest first; those that are withdrawn apart
    advisories/PY-2026-0001/index.html    one with all that it says

The text of an advisory is reviewed, but not written by the registry alone: it goes through the renderer of readmes.
A page is about its advisory and nothing else; which published versions of a pack are concerned, the pack's own page
says (`packyard.surfaces.pack.security`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from packyard.formats import layout
from packyard.formats.advisory import LEVELS, LIMIT, Advisory, Event, affects
from packyard.formats.strict import load_json
from packyard.formats.times import parse_time
from packyard.recipe import Recipe
from packyard.rules.advisories import Listed
from packyard.surfaces.advisories import plan_advisories
from packyard.surfaces.readme import render_readme
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

PATH = layout.family_index("advisories")


class Told(NamedTuple):
    """What an advisory tells people besides what it is about: `references` pairs types with addresses, `credits` names
    with what they did, "" when it is not said. `published` is None when it is not known.
    """

    published: int | None
    details: str
    aliases: tuple[str, ...]
    related: tuple[str, ...]
    references: tuple[tuple[str, str], ...]
    credits: tuple[tuple[str, str], ...]


class Span(NamedTuple):
    """A range of versions: from `first` on, "" for every version before the end; before `before`, or up to `last`."""

    first: str
    before: str
    last: str


def page_path(ident: str) -> str:
    """The page of an advisory."""
    return f"{layout.ADVISORIES}{ident}/index.html"


def of_pack(advisories: Iterable[Advisory], name: str, version: str = "") -> tuple[Advisory, ...]:
    """The advisories that are about this version of a pack, the worst first; without a version, those that name the
    pack, withdrawn ones last. Raises `version-invalid`.
    """
    found = [
        each
        for each in advisories
        if (affects(each, name, version) if version else any(part.name == name for part in each.affected))
    ]
    return tuple(sorted(found, key=_order))


def _order(advisory: Advisory) -> tuple[bool, int, int, str]:
    level = LEVELS.index(advisory.level) if advisory.level else -1
    return advisory.withdrawn is not None, -level, -advisory.modified, advisory.id


def spans(events: Sequence[Event]) -> tuple[Span, ...]:
    """The ranges that events in the order of their versions mean."""
    found = list[Span]()
    for event in events:
        if event.kind == "introduced":
            found.append(Span("" if event.version == "0" else event.version, "", ""))
        elif event.kind == "fixed":
            found[-1] = found[-1]._replace(before=event.version)
        else:
            found[-1] = found[-1]._replace(last=event.version)
    return tuple(found)


def tell(data: bytes) -> Told:
    """What an advisory that `parse_advisory` has accepted tells people."""
    value: dict[str, Any] = load_json(data, LIMIT).value
    published = value.get("published")
    return Told(
        parse_time(published) if published else None,
        value.get("details") or "",
        tuple(value.get("aliases") or ()),
        (*(value.get("upstream") or ()), *(value.get("related") or ())),
        tuple((each["type"], each["url"]) for each in value.get("references") or ()),
        tuple((each["name"], each.get("type") or "") for each in value.get("credits") or ()),
    )


def plan_all(
    templates: Templates, site: Site, listed: Sequence[Listed], blob: Callable[[str], bytes]
) -> Iterator[Recipe]:
    """The recipes of the documents and of the pages; see `plan_pages`."""
    yield from plan_advisories(listed, blob)
    yield from plan_pages(templates, site, listed, blob)


def plan_pages(
    templates: Templates, site: Site, listed: Sequence[Listed], blob: Callable[[str], bytes]
) -> Iterator[Recipe]:
    """The recipes; `blob` gives the text of an advisory by its id in git. Without any there is an empty index."""
    for each in listed:
        page = partial(_page, templates, site, each, blob)
        yield Recipe(page_path(each.advisory.id), (site, each.oid), page)
    found = tuple(each.advisory for each in listed)
    yield Recipe(PATH, (site, found), partial(index_page, templates, site, found))


def _page(templates: Templates, site: Site, listed: Listed, blob: Callable[[str], bytes]) -> bytes:
    return advisory_page(templates, site, listed.advisory, tell(blob(listed.oid)))


def index_page(templates: Templates, site: Site, advisories: Iterable[Advisory]) -> bytes:
    """`advisories/index.html`."""
    found = sorted(advisories, key=lambda each: (-each.modified, each.id))
    return templates.page(
        "registry/advisories.html",
        site,
        PATH,
        templates.say("Advisories"),
        templates.say("What is known to be wrong with versions of packs in {title}.", title=site.registry.title),
        section=PATH,
        current=[each for each in found if each.withdrawn is None],
        withdrawn=[each for each in found if each.withdrawn is not None],
    )


def advisory_page(templates: Templates, site: Site, advisory: Advisory, told: Told) -> bytes:
    """`advisories/ID/index.html`."""
    details = render_readme(told.details.encode(), "", (), None, templates.say).html if told.details else ""
    return templates.page(
        "registry/advisory.html",
        site,
        page_path(advisory.id),
        templates.say("Advisory {id}", id=advisory.id),
        advisory.summary,
        section=PATH,
        advisory=advisory,
        told=told,
        details=details,
        affected=[(part, [span for events in part.ranges for span in spans(events)]) for part in advisory.affected],
    )

"""The names of new packs, publishers and organisations, against all that are there and those that come along with them.

Whose a pack is decides what it may resemble: nobody is confused by two packs of the same hands. Publishers also have a
name that people read, which may be anything; that it is not somebody else's is asked whenever it changes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import partial

from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats import names
from packyard.formats.fields import errors_of
from packyard.gate.naming import FAMOUS, RESERVED_NAMES, Names, check_handle, check_name, check_org, parse_reserved
from packyard.gate.proposal import Case, CaseCheck, World
from packyard.history import SOURCE, place
from packyard.model import Event, Publisher

_NOW = 1 << 62
#: The roles whose holders speak for an organisation.
LEAD = ("owner", "admin")
_WORD = re.compile(r"\w+")


def known_names(world: World) -> Names:
    """Every name in the registry before the change. Raises `ProblemsFound` when its reserved names cannot be read."""
    try:
        reserved = parse_reserved(world.reserved)
    except FormatError as error:
        raise ProblemsFound(each.at(f"{SOURCE}/{RESERVED_NAMES}") for each in errors_of(error)) from None
    people = world.authority
    return Names(world.names(), tuple(people.publishers), tuple(people.orgs), reserved)


def check_newcomers(case: Case) -> Iterator[Problem]:
    """Whether each new name may be taken, in the order in which they come."""
    news = list(_news(case))
    known = known_names(case.world) if news else Names()
    for event in news:
        asked = known._replace(
            same_owner=partial(_same_owner, case, event), same_party=partial(_same_party, case, event)
        )
        yield from _CHECKS[event.kind](event.subject, place(event), asked)
        known = _taken(known, event)


def check_display_names(case: Case) -> Iterator[Problem]:
    """Whether the name that a publisher wants to be read by is another's, or a well-known maker's."""
    before, after = case.world.authority, case.judged.authority
    for event in case.proposal.of("publisher"):
        old, new = before.publisher(event.subject, _NOW), after.publisher(event.subject, _NOW)
        if new and (old is None or old.name != new.name):
            for other in dict.fromkeys(_meant(case, event, new.name)):
                message = f"the name `{new.name}` seems to be that of `{other}`"
                yield Problem("publisher-name", place(event), message, found=new.name, help="choose a name of your own")


def _meant(case: Case, event: Event, name: str) -> Iterator[str]:
    """Whom else a name could be read as."""
    authority, words = case.judged.authority, _words(name)
    yield from (word for word in words if word in FAMOUS)
    for handle, revisions in authority.publishers.items():
        value = revisions[-1].value
        shown = _words(value.name) if isinstance(value, Publisher) else []
        if handle != event.subject and "".join(words) in ("".join(shown), handle.replace("-", "")):
            yield handle
    for org in authority.orgs:
        if "".join(words) == org.replace("-", "") and not _same_party(case, event, f"@{org}"):
            yield org


def _words(text: str) -> list[str]:
    """The words of a text in lower case, without accents and signs."""
    return _WORD.findall(unicodedata.normalize("NFKD", text).casefold())


def _taken(known: Names, event: Event) -> Names:
    """The names with one that is there from now on."""
    if event.kind == "version":
        return known._replace(packs=(*known.packs, event.subject))
    if event.kind == "org":
        return known._replace(orgs=(*known.orgs, event.subject))
    return known._replace(handles=(*known.handles, event.subject))


def _news(case: Case) -> Iterator[Event]:
    """The first event of everything that was not there."""
    world, seen = case.world, set[tuple[str, str]]()
    there = {"publisher": world.authority.publishers, "org": world.authority.orgs}
    for event in case.proposal.events:
        key = (event.kind, event.subject)
        if event.kind == "version":
            is_new = key not in seen and not world.past(event.subject).tree
        else:
            is_new = key not in seen and event.kind in there and event.subject not in there[event.kind]
        if is_new:
            seen.add(key)
            yield event


def _same_owner(case: Case, event: Event, pack: str) -> bool:
    """Whether the pack belongs to whoever brings the new name."""
    found = case.judged.packs.get(pack) or case.world.standing(pack)
    scope = names.scope(names.PackName(pack))
    owners = (f"@{scope}",) if scope else found.owners if found else ()
    return any(_same_party(case, event, owner) for owner in owners)


def _same_party(case: Case, event: Event, party: str) -> bool:
    """Whether a publisher or an `@organisation` is whoever brings the new name, or is led by them."""
    org = case.judged.authority.org(party[1:], _NOW) if party.startswith("@") else None
    return any(party == hand or (org is not None and org.members.get(hand) in LEAD) for hand in _hands(case, event))


def _hands(case: Case, event: Event) -> Iterable[str]:
    """The publishers who bring a new name: the one itself, who leads the organisation, or who signed the pack."""
    if event.kind == "publisher":
        return (event.subject,)
    if event.kind == "org":
        org = case.judged.authority.org(event.subject, _NOW)
        return [handle for handle, role in org.members.items() if role in LEAD] if org else ()
    return {release.publisher for release in case.judged.releases if release.pack == event.subject}


_CHECKS = {"version": check_name, "publisher": check_handle, "org": check_org}

CHECKS = (
    CaseCheck("names", ("name-reserved", "name-device", "name-same", "name-similar", "name-scope"), check_newcomers),
    CaseCheck("display names", ("publisher-name",), check_display_names),
)

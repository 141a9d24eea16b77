r"""Names of new packs, publishers and organisations, against all that are there and those that come along with them.

Whose a pack is decides what it may resemble: nobody is confused by two packs of the same hands. Publishers also have a
name that people read, which may be anything; that it is not somebody else's is asked whenever it changes. Two such
names are one when they look the same: letters of other alphabets, digits and accents are read as the Latin letters that
they look like.

    \u0421\u0430rol, Caro1        carol
    \u0391nthropic, ANTHR0PIC    anthropic
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
from packyard.gate.spelling import look
from packyard.history import SOURCE, place
from packyard.model import Event, Publisher

_NOW = 1 << 62
#: The roles whose holders speak for an organisation.
LEAD = ("owner", "admin")
_WORD = re.compile(r"[^\W_]+")

#: Letters that look like a Latin one: Cyrillic, Greek and Armenian ones, and Latin ones that no accent is parted from.
_TWINS = {
    "a": "\u0430\u0410\u03b1\u0391\u0251",
    "b": "\u0432\u0412\u0392\u03b2",
    "c": "\u0441\u0421\u03f2\u03f9",
    "d": "\u0501\u0111\u0110",
    "e": "\u0435\u0415\u0395",
    "g": "\u0261\u050c\u0581",
    "h": "\u043d\u041d\u0397\u04bb\u0570",
    "i": "\u0456\u0406\u0399\u03b9\u0131\u04c0",
    "j": "\u0458\u0408\u03f3",
    "k": "\u043a\u041a\u039a\u03ba",
    "l": "\u04cf\u0142\u0141\u053c",
    "m": "\u043c\u041c\u039c",
    "n": "\u03b7\u043f\u0578\u039d",
    "o": "\u043e\u041e\u03bf\u039f\u03c3\xf8\xd8\u0585\u0555",
    "p": "\u0440\u0420\u03c1\u03a1",
    "q": "\u051b\u051a\u0566",
    "s": "\u0455\u0405\u054f",
    "t": "\u0442\u0422\u03c4\u03a4",
    "u": "\u03c5\u057d\u028b",
    "v": "\u03bd\u0475\u0474",
    "w": "\u051d\u051c\u03c9",
    "x": "\u0445\u0425\u03c7\u03a7",
    "y": "\u0443\u0423\u04af\u04ae\u03b3\u03a5",
    "z": "\u0396",
}
_READ_AS = {ord(twin): letter for letter, twins in _TWINS.items() for twin in twins}
_LATIN = re.compile(r"[a-zA-Z\xc0-\xd6\xd8-\xf6\xf8-\u024f]")
#: Letters of the alphabets with look-alikes of Latin letters: Greek, Cyrillic, Armenian, Cherokee.
_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u058f\u13a0-\u13fd\u1f00-\u1fff]")


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
    """Whether the name that a publisher wants to be read by is another's, a well-known maker's, or made to deceive."""
    before, after = case.world.authority, case.judged.authority
    for event in case.proposal.of("publisher"):
        old, new = before.publisher(event.subject, _NOW), after.publisher(event.subject, _NOW)
        if new and (old is None or old.name != new.name):
            for other in dict.fromkeys(_meant(case, event, new.name)):
                message = f"the name `{new.name}` seems to be that of `{other}`"
                yield Problem("publisher-name", place(event), message, found=new.name, help="choose a name of your own")
            for word in _mixed(new.name):
                message, hint = f"`{word}` has letters of two alphabets", "write each word in letters of one alphabet"
                yield Problem("publisher-name", place(event), message, found=new.name, help=hint)


def check_accounts(case: Case) -> Iterator[Problem]:
    """Whether a publisher who was there says to be another account than before."""
    before, after = case.world.authority, case.judged.authority
    for event in case.proposal.of("publisher"):
        old, new = before.publisher(event.subject, _NOW), after.publisher(event.subject, _NOW)
        if old and new and old.github.casefold() != new.github.casefold():
            message = f"the GitHub account of {event.subject} is another one"
            yield Problem("publisher-account", place(event), message, 0, old.github or "none", new.github or "none")


def _meant(case: Case, event: Event, name: str) -> Iterator[str]:
    """Whom else a name could be read as."""
    authority, words, whole = case.judged.authority, _words(name), _seen(name)
    if not whole:
        return
    famous = {look(word): word for word in FAMOUS}
    yield from (famous[word] for word in (*map(look, words), whole) if word in famous)
    for handle, revisions in authority.publishers.items():
        value = revisions[-1].value
        shown = value.name if isinstance(value, Publisher) else ""
        if handle != event.subject and whole in (_seen(shown), _seen(handle)):
            yield handle
    for org in authority.orgs:
        if whole == _seen(org) and not _same_party(case, event, f"@{org}"):
            yield org


def _seen(text: str) -> str:
    """What the eye sees of a name, without what parts its words."""
    return look("".join(_words(text)))


def _words(text: str) -> list[str]:
    """The words of a text in lower case, without accents and signs, in Latin letters where others look like them."""
    return _WORD.findall(_bare(text).translate(_READ_AS).casefold())


def _mixed(text: str) -> list[str]:
    """The words of a text in letters of two alphabets."""
    return [word for word in _WORD.findall(_bare(text)) if _LATIN.search(word) and _FOREIGN.search(word)]


def _bare(text: str) -> str:
    """A text without accents, and without characters that nobody sees."""
    spelt = unicodedata.normalize("NFKD", text)
    return "".join(each for each in spelt if unicodedata.category(each) not in ("Mn", "Cf"))


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
    """The publishers who bring a new name: the one itself, or who signed the organisation's file or the pack.

    A signature is consent: to be named as a member of an organisation is nobody's own doing.
    """
    if event.kind == "publisher":
        return (event.subject,)
    if event.kind == "org":
        start, end = f"{event.subject}.yaml.", ".minisig"
        signatures = [name for name, _ in event.objects if name.startswith(start) and name.endswith(end)]
        return [name.removeprefix(start).removesuffix(end) for name in signatures]
    return {release.publisher for release in case.judged.releases if release.pack == event.subject}


_CHECKS = {"version": check_name, "publisher": check_handle, "org": check_org}

CHECKS = (
    CaseCheck("names", ("name-reserved", "name-device", "name-same", "name-similar", "name-scope"), check_newcomers),
    CaseCheck("display names", ("publisher-name",), check_display_names),
    CaseCheck("accounts", ("publisher-account",), check_accounts),
)

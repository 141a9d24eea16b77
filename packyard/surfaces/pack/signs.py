"""What other places show of a pack: two badges, a card, and feeds of its versions and of what was said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from markupsafe import Markup

from packyard.formats import layout
from packyard.formats.advisory import Advisory
from packyard.formats.times import parse_time
from packyard.model import Pack, Statement, VersionState
from packyard.quality import breakdown, score
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.surfaces import badges, cards
from packyard.surfaces.feeds import Entry, Feed, newest, owner_of, render_atom, render_json
from packyard.surfaces.pack.abilities import found
from packyard.surfaces.pack.values import Hand, all_facts, previous_of
from packyard.surfaces.site import ACTIVE_FEATURES
from packyard.surfaces.templates import Templates

#: Of so many of the newest versions the feed says what they can do that those before could not, in so many points of so
#: many characters.
COMPARED, POINTS, LENGTH = 3, 20, 200


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """`badge.svg`, `quality.svg`, `card.png`, `feed.atom` and `feed.json`."""
    yield from plan_badges(hand.templates, pack)
    card = card_of(hand, pack)
    yield Recipe(layout.pack(pack.name, "card.png"), (cards.LOOK, card), partial(cards.render, card))
    inputs = (hand.site, *all_facts(pack), pack.grounds.statements, hand.around.advisories)
    yield Recipe(layout.pack(pack.name, layout.ATOM), inputs, partial(_feed, render_atom, hand, pack))
    yield Recipe(layout.pack(pack.name, layout.JSON_FEED), inputs, partial(_feed, render_json, hand, pack))


def _feed(render: Callable[[Registry, Feed], bytes], hand: Hand, pack: Pack) -> bytes:
    return render(hand.site.registry, feed_of(hand, pack))


def plan_badges(templates: Templates, pack: Pack) -> Iterator[Recipe]:
    """The badges: which version is the latest, and how well the pack is described."""
    version = (pack.name, *_standing(templates, pack))
    yield Recipe(layout.pack(pack.name, "badge.svg"), version, partial(badges.badge, *version))
    latest = pack.latest
    points = None if latest.withdrawn else score(breakdown(latest.release, len(pack.versions)))
    quality = (_plain(templates.say("quality")), points)
    yield Recipe(layout.pack(pack.name, "quality.svg"), quality, partial(badges.quality_badge, *quality))


def _standing(templates: Templates, pack: Pack) -> tuple[str, str]:
    """What the version badge says, and its tone."""
    latest = pack.latest
    if latest.withdrawn:
        return _plain(templates.say("withdrawn")), "stop"
    if latest.yanked:
        return _plain(templates.say("{version}, yanked", version=latest.release.version)), "stop"
    if pack.deprecated or latest.deprecated:
        return _plain(templates.say("{version}, deprecated", version=latest.release.version)), "fair"
    return latest.release.version, "go"


def card_of(hand: Hand, pack: Pack) -> cards.Card:
    """What the pack's card shows: nothing of a single version."""
    latest, say = pack.latest.release, hand.templates.say
    owner = owner_of(pack.name, pack.owner)
    active = tuple(feature for feature in latest.features if feature in ACTIVE_FEATURES)
    facts = ((_plain(say("Owner")), owner),)
    return cards.Card(
        hand.site.registry.title,
        pack.name,
        latest.manifest.description,
        facts,
        _plain(say("Holds")),
        latest.features,
        active,
        hand.site.registry.look.get("accent") or cards.ACCENT,
    )


def feed_of(hand: Hand, pack: Pack) -> Feed:
    """The pack's feed: its versions, statements and advisories."""
    latest = sorted(pack.versions, key=lambda state: -state.release.seq)
    entries = [
        *(_version(hand, pack, state, at < COMPARED) for at, state in enumerate(latest)),
        *(_said(hand.templates, pack, statement) for statement in pack.statements),
        *(_advised(hand, pack, advisory) for advisory in hand.around.advisories),
    ]
    return Feed(layout.pack(pack.name), f"{pack.name} · {hand.site.registry.title}", newest(entries))


def _version(hand: Hand, pack: Pack, state: VersionState, compared: bool) -> Entry:
    release = state.release
    name, about = f"{pack.name}/{release.version}", release.manifest
    path = layout.version(pack.name, release.version)
    entry = Entry(
        name,
        f"{pack.name} {release.version}",
        path,
        release.published,
        owner_of(pack.name, pack.owner),
        about.description,
    )
    before = previous_of(pack, state)
    if not compared or before is None or state.withdrawn or before.withdrawn:
        return entry._replace(tags=about.tags)
    points = gained(hand, state, before)
    if len(points) > POINTS:
        more = hand.templates.count("and {count} more", "and {count} more", len(points) - POINTS + 1)
        points = (*points[: POINTS - 1], _plain(more))
    heading = hand.templates.say(
        "What {version} can do that {before} could not:", version=release.version, before=before.release.version
    )
    return entry._replace(tags=about.tags, heading=_plain(heading) if points else "", points=points)


def gained(hand: Hand, state: VersionState, before: VersionState) -> tuple[str, ...]:
    """What a version can do that the one before it could not, a line each."""
    now, then = (
        dict.fromkeys((each.kind, each.what) for each in found(hand, release).capabilities)
        for release in (state.release, before.release)
    )
    return tuple(f"{kind}: {what}"[:LENGTH] for kind, what in now if (kind, what) not in then)


def _said(templates: Templates, pack: Pack, said: Statement) -> Entry:
    """A statement as an entry; its time is that of the commit where that is known."""
    start = layout.pack(pack.name, f"statements/{said.sequence:04}-")
    known = (record.published for record in pack.grounds.statements if record.path.startswith(start))
    time = next(known, parse_time(f"{said.date}T00:00:00Z"))
    version = said.fields.get("version", "")
    path = layout.version(pack.name, version) if version else layout.pack(pack.name)
    ident = f"{pack.name}/statements/{said.sequence}"
    return Entry(ident, _plain(_title(templates, said)), path, time, owner_of(pack.name, pack.owner), said.reason)


def _title(templates: Templates, said: Statement) -> Markup:
    """What a statement says, in a line."""
    say, fields = templates.say, said.fields
    name, whole = said.pack, f"{said.pack} {fields.get('version', '')}".rstrip()
    to, channel, handle = fields.get("to", ""), fields.get("channel", ""), fields.get("handle", "")
    titles = {
        "yank": say("{name} is yanked", name=whole),
        "unyank": say("{name} is yanked no more", name=whole),
        "deprecate": say("{name} is deprecated", name=whole),
        "undeprecate": say("{name} is deprecated no more", name=whole),
        "withdraw": say("{name} is withdrawn", name=whole),
        "promote": say("{name} is in the channel {channel}", name=whole, channel=channel),
        "archive": say("{name} is archived", name=name),
        "rename": say("{name} goes on as {to}", name=name, to=to),
        "add-owner": say("{name} is owned by {handle} too", name=name, handle=handle),
        "remove-owner": say("{name} is owned by {handle} no more", name=name, handle=handle),
        "transfer": say("{name} is handed over to {to}", name=name, to=to),
        "recover": say("{name} is being recovered for {to}", name=name, to=to),
    }
    return titles[said.action]


def _advised(hand: Hand, pack: Pack, advisory: Advisory) -> Entry:
    """An advisory as it stands now; one that is changed is another entry."""
    ident = f"{pack.name}/{advisory.id}/{advisory.modified}"
    path, origin = layout.pack(pack.name, "security/"), hand.site.registry.origin
    say = hand.templates.say
    ended = advisory.withdrawn is not None
    title = (
        say("{id} is withdrawn", id=advisory.id)
        if ended
        else say("{id} is about {name}", id=advisory.id, name=pack.name)
    )
    return Entry(ident, _plain(title), path, advisory.modified, origin, advisory.summary)


def _plain(said: Markup) -> str:
    return said.unescape()

"""What can be said of packs: in lists, about one of them, and about those that are locked. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packyard.client.heads import Head
from packyard.client.lock import Lock, LockedPack
from packyard.client.offers import Key, Offer, Offers, latest, offers_of
from packyard.client.packs import Proven, owner_at
from packyard.client.placing.values import Ledger
from packyard.client.references import LATEST, range_of
from packyard.client.user_values import About, Info, Listed, Notices, Outdated, SigningKey
from packyard.errors import FormatError, NotFound, Problem
from packyard.formats import layout, semver, strict
from packyard.formats.advisory import affects
from packyard.formats.times import format_time
from packyard.model import Pack, Publisher, VersionState

#: The most bytes of a version's `metadata.json`.
METADATA_LIMIT = 1 << 24


# --- lists ---


def listed(lock: Lock, ledger: Ledger) -> tuple[Listed, ...]:
    """The packs of a lock, by name, with what is installed of them."""
    asked = {lock.renames.get(demand.name, demand.name): demand.range for demand in lock.demands}
    there = {pack.name: pack for pack in ledger.packs}
    return tuple(
        Listed(
            pack.name,
            pack.version,
            pack.registry,
            asked.get(pack.name, ""),
            _needed_by(lock, pack.name),
            there[pack.name].version if pack.name in there else "",
            there[pack.name].targets if pack.name in there else (),
        )
        for pack in lock.packs
    )


def _needed_by(lock: Lock, name: str) -> tuple[str, ...]:
    def needs(pack: LockedPack) -> bool:
        return any(lock.renames.get(each, each) == name for each, _ in pack.dependencies)

    return tuple(pack.name for pack in lock.packs if needs(pack))


def outdated(
    lock: Lock, fitting: Iterable[Offer], renames: Mapping[str, str], known: Mapping[Key, Offers | None]
) -> Iterator[Outdated]:
    """The locked packs that are not in their newest version; `fitting` is what an update would take."""
    taken = {offer.name: offer.version for offer in fitting}
    for pack in lock.packs:
        offers = known.get((pack.registry, pack.name))
        newest = latest(offers) if offers else None
        name = renames.get(pack.name, pack.name)
        fits = taken.get(name, "") if name == pack.name else f"{name} {taken.get(name, '')}".strip()
        newer = newest.version if newest else ""
        if fits != pack.version or _is_newer(newer, pack.version):
            yield Outdated(pack.name, pack.registry, pack.version, fits, newer)


def _is_newer(one: str, other: str) -> bool:
    return bool(one) and semver.sort_key(one) > semver.sort_key(other)


# --- one pack ---


def meant(registry: str, pack: Pack, wanted: str) -> VersionState:
    """The version of a pack that a range or channel means, "" being the newest. Raises `NotFound`."""
    if not wanted or wanted == LATEST:
        return pack.latest
    span, offers = range_of(wanted), offers_of(registry, pack)
    if span is None:
        newest = latest(offers)
        channels = {"stable": newest.version if newest else "", **offers.channels}
        found = [state for state in pack.versions if state.release.version == channels.get(wanted)]
    else:
        fit = [state for state in pack.versions if semver.satisfies(state.release.version, span)]
        found = [state for state in fit if state.alive] or fit
    if not found:
        there = ", ".join(state.release.version for state in pack.versions[:10])
        message = f"there is no version {wanted} of {pack.name}"
        raise NotFound("version-unavailable", message, expected=there, found=wanted)
    return found[0]


def info_of(registry: str, head: Head, proven: Proven, state: VersionState, about: About | None, now: int) -> Info:
    """What is to be said of a pack and one of its versions; `now` in seconds."""
    stated, pack = head.snapshot, proven.pack
    owner = owner_at(pack, now)
    return Info(
        registry,
        stated.origin,
        stated.number,
        stated.issued,
        stated.expires,
        pack,
        pack.owners if owner == pack.owner else (owner,),
        state,
        tuple(_keys(proven)),
        about,
        tuple(_banners(pack, state, owner)),
        tuple(_proof(head, proven, state)),
    )


def parse_about(data: bytes) -> About:
    """What a version's `metadata.json` says of it. Raises `FormatError` `document-invalid`."""
    try:
        value = strict.load_json(data, METADATA_LIMIT).value
        return _about(value["manifest"], value["features"], value["files"])
    except (LookupError, TypeError, AttributeError) as error:
        raise FormatError("document-invalid", f"not what is known of a version: {error}") from None


def _about(stated: Mapping[str, Any], features: Iterable[object], files: Iterable[Mapping[str, Any]]) -> About:
    return About(
        _text(stated["description"]),
        _text(stated["author"] or ""),
        _text(stated["license"] or ""),
        _text(stated["homepage"] or ""),
        _text(stated["repository"] or ""),
        tuple(map(_text, stated["tags"])),
        tuple(map(_text, stated["targets"])),
        tuple(map(_text, features)),
        tuple((_text(each["path"]), _number(each["size"])) for each in files),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is something else")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError("a number is something else")
    return value


def _keys(proven: Proven) -> Iterator[SigningKey]:
    """The keys that have signed versions, in the order of the log."""
    releases = sorted((state.release for state in proven.pack.versions), key=lambda each: each.log_index)
    for handle, key_id in dict.fromkeys((release.publisher, release.key) for release in releases):
        revisions = proven.authority.revisions("publisher", handle)
        newest = revisions[-1].value if revisions else None
        key = newest.key(key_id) if isinstance(newest, Publisher) else None
        ended = (key.revoked and f"revoked {key.revoked}") or (key.retired and f"retired {key.retired}") if key else ""
        yield SigningKey(handle, key_id, key.since if key else "", ended)


def _banners(pack: Pack, state: VersionState, owner: str) -> Iterator[str]:
    """What must be known before the pack is used."""
    release = state.release
    if pack.archived:
        yield f"archived on {pack.archived.date}, nothing new will come: {pack.archived.reason}"
    if pack.renamed:
        yield f"goes on as {pack.renamed.to} since {pack.renamed.date}: {pack.renamed.reason}"
    if pack.deprecated:
        instead = f" (use {pack.deprecated.replacement})" if pack.deprecated.replacement else ""
        yield f"deprecated since {pack.deprecated.date}: {pack.deprecated.reason}{instead}"
    if pack.recovery and owner != pack.recovery.to:
        when = format_time(pack.recovery.effective)
        yield f"becomes {pack.recovery.to}'s on {when}, as the registry's roots have said: {pack.recovery.reason}"
    for what, mark in (("withdrawn", state.withdrawn), ("yanked", state.yanked), ("deprecated", state.deprecated)):
        if mark:
            yield f"{release.version} was {what} on {mark.date}: {mark.reason}"
    if not any(each.alive for each in pack.versions):
        yield "no version is offered any more"


def _proof(head: Head, proven: Proven, state: VersionState) -> Iterator[str]:
    """How all this was verified."""
    stated, trust, release = head.snapshot, head.state.trust, state.release
    roots = f"{trust.threshold} of {len(trust.root_keys)} root keys"
    yield f"trust file {trust.number} of {trust.origin} is signed by {roots}, those of the one before included"
    until = f"issued {format_time(stated.issued)}, good until {format_time(stated.expires)}"
    yield f"snapshot {stated.number} is signed by a key that it names: {until}"
    yield f"the log of {stated.log_size} entries has grown from the one seen before, and has this snapshot's entry"
    if trust.quorum:
        yield f"{trust.quorum} of {len(trust.witnesses)} witnesses have cosigned that log"
    said = len(proven.pack.statements)
    yield f"its first version, {said} statements and the files of who signed are verified, and in the log"
    where = f"entry {release.log_index} of the log, key {release.key} of {release.publisher}"
    yield f"{release.version} is {where}; its files are checked against that key when it is installed"


# --- locked packs ---


def findings(lock: Lock, packs: Mapping[Key, Pack], notices: Mapping[str, Notices], now: int) -> Iterator[Problem]:
    """What is to be known about locked packs; `notices` are what each registry says besides, `now` is in seconds."""
    for locked in lock.packs:
        pack = packs.get((locked.registry, locked.name))
        states = {state.release.version: state for state in pack.versions} if pack else {}
        if pack is None or locked.version not in states:
            found = locked.name if pack is None else f"{locked.name} {locked.version}"
            hint = "packs and versions are never removed: tell the registry's operator"
            yield Problem("locked-unknown", "", f"the registry {locked.registry} has no {found}", help=hint)
            continue
        state = states[locked.version]
        yield from _on_pack(pack, now)
        yield from _on_version(locked, pack, state)
        yield from _noticed(locked, state, notices[locked.registry])
    for old, new in lock.renames.items():
        yield Problem("follows-rename", "", f"{old} goes on as {new}", help=f"ask for {new}")


def _on_pack(pack: Pack, now: int) -> Iterator[Problem]:
    if pack.archived:
        message = f"{pack.name} is archived: nothing new will come"
        yield Problem("uses-archived", "", message, found=pack.archived.reason)
    if pack.renamed:
        hint = f"`packyard update {pack.name}` follows"
        yield Problem("follows-rename", "", f"{pack.name} goes on as {pack.renamed.to}", help=hint)
    if pack.recovery and owner_at(pack, now) != pack.recovery.to:
        when = format_time(pack.recovery.effective)
        message = f"{pack.name} becomes {pack.recovery.to}'s on {when}, as the registry's roots have said"
        yield Problem("recovery-pending", "", message, found=pack.recovery.reason)


def _on_version(locked: LockedPack, pack: Pack, state: VersionState) -> Iterator[Problem]:
    what, update = f"{locked.name} {locked.version}", f"`packyard update {locked.name}` takes another"
    if state.withdrawn:
        yield Problem("locked-withdrawn", "", f"{what} was withdrawn", found=state.withdrawn.reason, help=update)
    if state.yanked:
        yield Problem("locked-yanked", "", f"{what} was yanked", found=state.yanked.reason, help=update)
    if mark := state.deprecated or pack.deprecated:
        hint = f"use {mark.replacement}" if mark.replacement else ""
        yield Problem("uses-deprecated", "", f"{what} is deprecated", found=mark.reason, help=hint)


def _noticed(locked: LockedPack, state: VersionState, notices: Notices) -> Iterator[Problem]:
    what, release = f"{locked.name} {locked.version}", state.release
    for end in notices.revoked:
        if (end.publisher, end.key_id) == (release.publisher, release.key):
            message = f"{what} was signed by key {end.key_id} of {end.publisher}, revoked on {end.date}"
            hint = "what was signed before stays valid; look whether there is a newer version"
            yield Problem("locked-key-revoked", "", message, found=end.reason, help=hint)
    for advisory in notices.advisories or ():
        if affects(advisory, locked.name, locked.version):
            about = f"{advisory.id}, {advisory.level}" if advisory.level else advisory.id
            hint = f"read {layout.advisory(advisory.id)} of {locked.registry}; `packyard outdated` shows what is newer"
            yield Problem("locked-advisory", "", f"{what}: {advisory.summary}", found=about, help=hint)

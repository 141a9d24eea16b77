"""Who does it: new packs, new publishers, new organisations, and the first releases of new keys and new owners.

None of these is wrong, and none of them is known to the people who rely on the registry: a person looks once.
"""

from __future__ import annotations

from collections.abc import Iterator

from packyard.errors import Problem
from packyard.formats.minisign import parse_public_key
from packyard.formats.note import parse_vkey
from packyard.formats.registry import policy_of
from packyard.formats.times import DAY, day_of
from packyard.gate.proposal import Case, CaseCheck
from packyard.history import place
from packyard.model import Event, Org, Publisher, PublisherKey, Release
from packyard.registry import Trust
from packyard.rules.revisions import Revisions

_NOW = 1 << 62


def check_releases(case: Case) -> Iterator[Problem]:
    """The first version of a pack, the first of a key, and the first that a new owner makes."""
    events = {(event.subject, event.ident): event for event in case.proposal.of("version")}
    keys, packs = set[str](), set[str]()
    for release in case.judged.releases:
        path = place(events[release.pack, release.version])
        if release.pack not in case.judged.before and release.pack not in packs:
            yield Problem("pack-new", path, f"{release.pack} is a new pack", found=f"by {release.publisher}")
        elif _is_new_owner(case, release):
            message = f"it is the first release of {release.pack} by {release.publisher}"
            yield Problem("owner-new", path, message, found=f"key {release.key}")
        if release.key not in keys:
            yield from _new_key(case, release, path)
        keys.add(release.key)
        packs.add(release.pack)


def check_people(case: Case) -> Iterator[Problem]:
    """New publishers and organisations, and what changes in those that are there."""
    before, after = case.world.authority, case.judged.authority
    for event in case.proposal.of("publisher"):
        old, new = before.publisher(event.subject, _NOW), after.publisher(event.subject, _NOW)
        if new:
            known = old.keys if old else ()
            yield from _reused(event, [key for key in new.keys if key not in known], after)
        if new and old is None:
            yield Problem("publisher-new", place(event), f"{event.subject} is a new publisher", found=_keys(new))
        elif new and old and old.keys != new.keys:
            yield Problem(
                "publisher-keys", place(event), f"the keys of {event.subject} change", 0, _keys(old), _keys(new)
            )
        if new and not any("admin" in key.scopes and not (key.retired or key.revoked) for key in new.keys):
            message = f"nobody could change {event.subject} any more: no key that stays may"
            hint = "register another key with the scope admin first: `packyard publisher add-key`"
            yield Problem("publisher-locked", place(event), message, 0, "a key with the scope admin", _keys(new), hint)
    for event in case.proposal.of("org"):
        yield from _org(event, before.org(event.subject, _NOW), after.org(event.subject, _NOW))


def _reused(event: Event, keys: list[PublisherKey], authority: Revisions) -> Iterator[Problem]:
    """A key of the registry's own is no publisher's: what it signs would mean two things."""
    taken = _keys_of_the_registry(authority.chain()) if keys else set[bytes]()
    for key in keys:
        if parse_public_key(key.key).raw in taken:
            yield Problem("key-reused", place(event), "the key belongs to the registry itself", found=key.key_id)


def _keys_of_the_registry(trusts: tuple[Trust, ...]) -> set[bytes]:
    """Every key that a trust file has ever named."""
    signing = (key for trust in trusts for key in (*trust.root_keys, *trust.snapshot_keys, *trust.attest_keys))
    logs = (vkey for trust in trusts for vkey in (trust.log_vkey, *trust.witnesses))
    return {parse_public_key(key).raw for key in signing} | {parse_vkey(vkey).raw for vkey in logs}


def _org(event: Event, old: Org | None, new: Org | None) -> Iterator[Problem]:
    if new and old is None:
        yield Problem("org-new", place(event), f"{event.subject} is a new organisation", found=_members(new))
    elif new and old and old.members != new.members:
        code = "org-owners" if _owners(old) != _owners(new) else "org-members"
        yield Problem(code, place(event), f"the members of {event.subject} change", 0, _members(old), _members(new))


def _is_new_owner(case: Case, release: Release) -> bool:
    """Whether an unscoped pack's signer has not released it before; an organisation's members release for it."""
    before = case.judged.before.get(release.pack)
    known = {state.release.publisher for state in before.versions} if before else {release.publisher}
    return not release.pack.startswith("@") and release.publisher not in known


def _new_key(case: Case, release: Release, path: str) -> Iterator[Problem]:
    days = policy_of(case.world.registry, "cool_off_days")
    seen = case.world.first_seen(release.key)
    if not seen or not case.world.has_released(release.key, [release.pack]):
        yield Problem("key-new", path, f"it is the first release that key {release.key} of {release.publisher} signs")
    elif case.proposal.time < seen + days * DAY:
        message = f"key {release.key} of {release.publisher} is younger than {days} days"
        yield Problem("key-new", path, message, expected=f"from {day_of(seen + days * DAY)} on", found=day_of(seen))


def _keys(publisher: Publisher) -> str:
    return ", ".join(
        key.key_id
        + (f" (revoked {key.revoked})" if key.revoked else f" (retired {key.retired})" if key.retired else "")
        for key in publisher.keys
    )


def _members(org: Org) -> str:
    return ", ".join(f"{handle} {role}" for handle, role in sorted(org.members.items()))


def _owners(org: Org) -> set[str]:
    return {handle for handle, role in org.members.items() if role == "owner"}


CHECKS = (
    CaseCheck("releases", ("pack-new", "owner-new", "key-new"), check_releases),
    CaseCheck(
        "people",
        ("key-reused", "publisher-new", "publisher-keys", "publisher-locked", "org-new", "org-owners", "org-members"),
        check_people,
    ),
)

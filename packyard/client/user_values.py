"""What the client tells its user: values, in which "", () and None stand for what is absent."""

from __future__ import annotations

from typing import NamedTuple

from packyard.client.lock import Lock
from packyard.client.placing.values import Plan
from packyard.errors import Problem
from packyard.formats.advisory import Advisory
from packyard.model import Pack, VersionState


class Outcome(NamedTuple):
    """What was done, or would be: the plan with its changes and conflicts, the lock, notes, and (name, version before,
    version after) of every pack that changed, "" for none; the targets for which the project is installed; and what was
    written down about a registry that was new, in sentences.
    """

    plan: Plan
    lock: Lock
    notes: tuple[Problem, ...]
    changed: tuple[tuple[str, str, str], ...]
    targets: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


class Listed(NamedTuple):
    """A pack of a project: the locked version, the range that the project asks for ("" when only others need it), the
    packs that need it, what is installed ("" when nothing is), and for which targets.
    """

    name: str
    version: str
    registry: str
    asked: str
    needed_by: tuple[str, ...]
    installed: str
    targets: tuple[str, ...]


class Outdated(NamedTuple):
    """A locked pack for which there is something newer: `fitting` is the version that `update` would take, `newest`
    what the registry offers to everybody. Either is "" when there is none.
    """

    name: str
    registry: str
    locked: str
    fitting: str
    newest: str


class About(NamedTuple):
    """What a version says of itself, as the registry has it. It is sealed; that its publisher signed it is checked when
    the version is installed. `files` are paths and bytes.
    """

    description: str
    author: str
    license: str
    homepage: str
    repository: str
    tags: tuple[str, ...]
    targets: tuple[str, ...]
    features: tuple[str, ...]
    files: tuple[tuple[str, int], ...]


class SigningKey(NamedTuple):
    """A key that has signed versions of a pack. `ended` is "" or how and when it ended, as far as the pack's own
    history tells.
    """

    publisher: str
    key_id: str
    since: str
    ended: str


class Info(NamedTuple):
    """A proven pack: the project's name for its registry, what that signs as, the snapshot by which it is judged and
    when that was issued and expires (in seconds), the owners now, the version that was asked about, the keys, and what
    the version says of itself (None for a withdrawn one).

    `banners` are what must be known before the pack is used, `proof` is how all this was verified; both in sentences.
    """

    registry: str
    origin: str
    snapshot: int
    issued: int
    expires: int
    pack: Pack
    owners: tuple[str, ...]
    version: VersionState
    keys: tuple[SigningKey, ...]
    about: About | None
    banners: tuple[str, ...]
    proof: tuple[str, ...]


class Verified(NamedTuple):
    """What was compared: so many packs and files, and what is not as it should be. `exit_code` is 0, or what the worst
    of it comes to.
    """

    packs: int
    files: int
    problems: tuple[Problem, ...]
    exit_code: int


class Audited(NamedTuple):
    """What is to be known about locked packs: so many packs were looked at, and so many advisories; None where no
    registry publishes advisories.
    """

    packs: int
    findings: tuple[Problem, ...]
    advisories: int | None = None


class Revoked(NamedTuple):
    """A publisher's key that was revoked, as the newest revision of the publisher's file tells: when, and why."""

    publisher: str
    key_id: str
    date: str
    reason: str


class Notices(NamedTuple):
    """What a registry says besides its packs: keys that were revoked, and advisories, None when it publishes none."""

    revoked: tuple[Revoked, ...]
    advisories: tuple[Advisory, ...] | None

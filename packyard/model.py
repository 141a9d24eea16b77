"""The frozen values that the stages hand to each other.

Values are named tuples: cheap to make, to compare and to send to another process. What came out of a parser is checked;
nothing past the edges handles a name, a version or a path that was not. Times are whole seconds since 1970 UTC, days
are `YYYY-MM-DD`, digests are bare lower-case hex SHA-256 unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Commit(NamedTuple):
    """A commit: its full hex id, its committer time, and the tree below it."""

    id: str
    time: int
    tree: str


class Entry(NamedTuple):
    """One entry of a git tree; `name` keeps bytes that are not UTF-8 as surrogate escapes."""

    name: str
    mode: int
    oid: str


class Event(NamedTuple):
    """What appeared in which first-parent commit. `kind` is `publisher`, `org`, `version` or `statement`; `subject` a
    handle, an organisation or a pack; `ident` the version, the statement's file stem, or "". `objects` pairs names of
    files with blob ids (of a version: "" with its tree). `seq` counts the events of history from 0, in log order."""

    seq: int
    kind: str
    subject: str
    ident: str
    objects: tuple[tuple[str, str], ...]
    commit: str
    time: int
    log_index: int = -1


class PublisherKey(NamedTuple):
    """A publisher's minisign key: its base64 line, and the id that minisign prints."""

    key: str
    key_id: str
    scopes: tuple[str, ...]
    since: str
    retired: str = ""
    revoked: str = ""
    reason: str = ""

    def valid_on(self, day: str) -> bool:
        """Whether the key may sign on `day`; the day it ends is too late."""
        ended = min((end for end in (self.retired, self.revoked) if end), default="")
        return self.since <= day and (not ended or day < ended)


class Publisher(NamedTuple):
    """A publisher as one revision of `publishers/HANDLE.yaml` describes it."""

    handle: str
    name: str
    github: str
    keys: tuple[PublisherKey, ...]

    def key(self, key_id: str) -> PublisherKey | None:
        """The key with this id, if the publisher ever had it."""
        return next((key for key in self.keys if key.key_id == key_id), None)


class Org(NamedTuple):
    """An organisation as one revision of `orgs/ORG.yaml` describes it; `members` maps handles to roles."""

    org: str
    members: Mapping[str, str]


class Statement(NamedTuple):
    """A signed statement about a pack; `fields` holds what its action needs besides the common fields."""

    registry: str
    pack: str
    sequence: int
    action: str
    date: str
    reason: str
    fields: Mapping[str, str]


class Manifest(NamedTuple):
    """A pack's manifest. `targets` and `features` are ("*",) or a list; `dependencies` pairs names with ranges; `extra`
    keeps unknown fields as they stood."""

    name: str
    version: str
    description: str
    author: str
    license: str
    homepage: str
    repository: str
    logo: str
    tags: tuple[str, ...]
    targets: tuple[str, ...]
    features: tuple[str, ...]
    dependencies: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]
    extra: Mapping[str, Any]


class File(NamedTuple):
    """A file of a version as it will be installed; `mode` is 0o755 when the content starts with `#!`, else 0o644."""

    path: str
    sha256: str
    size: int
    mode: int


class Tarball(NamedTuple):
    """A published tarball: hash and size of the gzip bytes, hash of the tar inside, and what compressed it."""

    path: str
    sha256: str
    size: int
    tar_sha256: str
    encoder: str


class Release(NamedTuple):
    """One checked version: what was signed, by whom, when, and where the log says so; `routing` names the dimensions by
    which its `models.json` chooses, `review` is the number of the pull request that its commit names, or ""."""

    pack: str
    version: str
    tree: str
    identity: str
    key: str
    publisher: str
    commit: str
    published: int
    seq: int
    log_index: int
    manifest: Manifest
    features: tuple[str, ...]
    files: tuple[File, ...]
    tarball: Tarball
    routing: tuple[str, ...] = ()
    review: str = ""


class Mark(NamedTuple):
    """Why a version or a pack is yanked, deprecated, withdrawn or archived, since which day; `replacement` may name
    another pack, `legal` what the law demanded."""

    reason: str
    date: str
    replacement: str = ""
    legal: str = ""


class Renaming(NamedTuple):
    """The name under which a pack goes on, why, and since which day."""

    to: str
    reason: str
    date: str


class Recovery(NamedTuple):
    """That the registry's roots make a pack `to`'s alone at the time `effective`, and why."""

    to: str
    reason: str
    date: str
    effective: int


class VersionState(NamedTuple):
    """A release and what was said about it since. Of a withdrawn one only what was signed and logged is left."""

    release: Release
    yanked: Mark | None = None
    deprecated: Mark | None = None
    channel: str = ""
    withdrawn: Mark | None = None

    @property
    def alive(self) -> bool:
        """Whether the version is still offered to whoever does not ask for it by number."""
        return self.yanked is None and self.withdrawn is None


class Record(NamedTuple):
    """Something signed and logged: where it is on the site, the text's hash, who signed, and its place in the log."""

    path: str
    signatures: tuple[str, ...]
    sha256: str
    keys: tuple[str, ...]
    published: int
    log_index: int


class Grounds(NamedTuple):
    """What a pack rests on: its statements, and revisions of publishers and organisations; in the log's order."""

    statements: tuple[Record, ...] = ()
    revisions: tuple[Record, ...] = ()


class Pack(NamedTuple):
    """The fold of versions (highest first) and statements; `owner` is the principal one or the scope's organisation."""

    name: str
    owner: str
    versions: tuple[VersionState, ...]
    deprecated: Mark | None
    statements: tuple[Statement, ...]
    co_owners: tuple[str, ...] = ()
    archived: Mark | None = None
    renamed: Renaming | None = None
    recovery: Recovery | None = None
    grounds: Grounds = Grounds()

    @property
    def owners(self) -> tuple[str, ...]:
        """The principal owner, then the others in the order in which they were added."""
        return (self.owner, *self.co_owners)

    @property
    def latest(self) -> VersionState:
        """What a client gets that asks for no version; see `latest_of`."""
        return latest_of(self.versions)

    @property
    def channels(self) -> Mapping[str, str]:
        """The version that each channel offers; see `channels_of`."""
        return channels_of({state.release.version: state for state in self.versions}, self.statements)


def latest_of(versions: tuple[VersionState, ...]) -> VersionState:
    """The highest that is neither yanked nor withdrawn nor a pre-release, and in no channel or in `stable`; else the
    highest that is neither yanked nor withdrawn; else the highest.
    """
    alive = [state for state in versions if state.alive]
    plain = [state for state in alive if "-" not in state.release.version and state.channel in ("", "stable")]
    return (plain or alive or versions)[0]


def channels_of(versions: Mapping[str, VersionState], statements: Iterable[Statement]) -> Mapping[str, str]:
    """For each channel, by name, the version promoted to it last that is still in it and neither yanked nor withdrawn;
    a channel without one is left out.
    """
    found: dict[str, str] = {}
    for said in statements:
        if said.action == "promote":
            channel, version = said.fields.get("channel", ""), said.fields.get("version", "")
            state = versions.get(version)
            if state is not None and state.alive and state.channel == channel:
                found[channel] = version
    return dict(sorted(found.items()))


class Row(NamedTuple):
    """A pack in one line; `latest` is a version, `renamed` the name under which it goes on, `channels` pairs names with
    versions, `quality` is None when not known, `needs` are dependencies, `born` is the event with the first version."""

    name: str
    latest: str
    description: str
    owner: str
    tags: tuple[str, ...]
    targets: tuple[str, ...]
    features: tuple[str, ...]
    license: str
    updated: int
    deprecated: Mark | None
    versions: int
    renamed: str = ""
    archived: bool = False
    co_owners: tuple[str, ...] = ()
    channels: tuple[tuple[str, str], ...] = ()
    routing: tuple[str, ...] = ()
    quality: int | None = None
    needs: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[str, ...] = ()
    born: int = 0


class Output(NamedTuple):
    """One file of the site: its path, what decided its bytes (`key`), and the bytes' hash and size."""

    path: str
    key: str
    sha256: str
    size: int

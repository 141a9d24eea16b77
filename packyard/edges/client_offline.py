"""A registry without asking it: what is remembered of it, what is in the cache, and nothing else.

What was locked is proven anew from what this machine has proven before: the version's entry is among the remembered
entries of the log, the tarball is in the cache under its hash, and its files are those that the publisher signed, by a
key that a remembered revision of the publisher has. No clock is looked at: what was installed once can be installed
again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

from packyard.client.documents import Claim, release_of
from packyard.client.lock import Lock, LockedPack
from packyard.client.offers import Key
from packyard.client.packs import Proven
from packyard.client.refusals import refusal
from packyard.client.releases import TAR_LIMIT, TARBALL_LIMIT, Opened, open_release
from packyard.edges.cache import Cache
from packyard.edges.clientstate import ClientState
from packyard.edges.mirrored import Mirrored
from packyard.edges.remembering import Remembered, recall
from packyard.edges.transport import Answer, Traffic, Validator, fetch_all
from packyard.errors import BadChecksum, FormatError, WorldError
from packyard.formats import bundle, entries, layout, manifest, publisher, tarball
from packyard.formats.times import parse_time
from packyard.model import Event, Pack
from packyard.rules.authority import Revision, Revisions
from packyard.rules.version import MANIFESTS


class RememberedPlace:
    """A site of which nothing is at hand but its head, as a `Fetcher`."""

    def __init__(self, name: str, head: bytes) -> None:
        self.name, self.traffic, self._head = name, Traffic(), head

    def read(self, path: str, limit: int) -> bytes:
        """The head; for all else raises `WorldError` `not-at-hand`."""
        return self.fetch(path, limit).data

    def fetch(self, path: str, limit: int, *, start: int = 0, known: Validator | None = None) -> Answer:
        """The head; for all else raises `WorldError` `not-at-hand`."""
        if path == layout.SNAPSHOT_BUNDLE:
            return Answer(self._head, None, "new", path)
        message, hint = "this is not at hand, and nothing is asked for offline", "do it once without --offline"
        raise WorldError("not-at-hand", message, path=f"{self.name}/{path}", help=hint)

    def fetch_many(self, wanted: Mapping[str, int]) -> dict[str, bytes]:
        """The files at the paths, each with its limit; see `fetch_all`."""
        return fetch_all(self, wanted)


def remembered_place(name: str, memory: ClientState) -> tuple[Mirrored, int]:
    """What is remembered of a registry as the one place of it, and until when it was good, in seconds. Raises
    `WorldError` when nothing is remembered.
    """
    state = recall(memory).state
    if state is None:
        message, hint = "nothing is known of this registry on this machine", "do it once without --offline"
        raise WorldError("not-at-hand", message, path=name, help=hint)
    head = bundle.format_bundle(bundle.Bundle(state.snapshot, state.signature, state.checkpoint))
    return Mirrored([RememberedPlace(name, head)]), min(state.head.expires, parse_time(state.trust.expires))


def open_remembered(lock: Lock, remembered: Mapping[str, Remembered], cache: Cache) -> Mapping[Key, Opened]:
    """The files of every locked version, `remembered` being what is known of the registries. Raises `WorldError`
    `not-at-hand` for what was never proven on this machine, and `TrustError` for what is not what was locked.
    """
    proofs = {name: _Proof(known) for name, known in remembered.items()}
    try:
        return {(pack.registry, pack.name): _open(pack, proofs[pack.registry], cache) for pack in lock.packs}
    except FormatError as error:  # an entry of the log that is not what it should be
        raise refusal(error.at("packyard.lock")) from None


class _Published(NamedTuple):
    key: str
    time: int


class _Proof:
    """What is remembered of a registry, as a proof of versions."""

    def __init__(self, remembered: Remembered) -> None:
        self.known = remembered.known
        self.people = remembered.state.people if remembered.state else {}

    def published(self, pack: LockedPack) -> _Published | None:
        """What the log says of the version; None when its entry is not remembered. Raises `BadChecksum`."""
        entry = self.known.get(pack.log_index)
        if entry is None:
            return None
        fields = _fields(entry)
        wanted = ("publish", pack.name, pack.version, pack.identity)
        found = tuple(fields.get(each) for each in ("type", "pack", "version", "identity"))
        if found != wanted:
            message = f"{pack.name} {pack.version} is not what the log has at the place that the lock names"
            expected, got = (" ".join(map(str, each)) for each in (wanted, found))
            raise BadChecksum("locked-changed", message, expected=expected, found=got)
        return _Published(str(fields.get("key")), parse_time(str(fields.get("time"))))

    def authority(self) -> Revisions:
        """The revisions of publishers that were verified and are in the log, in its order."""
        found = Revisions()
        for revision in sorted(self._revisions(), key=lambda each: each.event.seq):
            found.add(revision)
        return found

    def _revisions(self) -> Iterator[Revision]:
        texts = {sha256(text).hexdigest(): (path, text) for path, text in self.people.items()}
        for index, entry in self.known.items():
            if b'"type":"publisher"' not in entry:
                continue
            fields = _fields(entry)
            digest, handle, keys = str(fields.get("sha256")), str(fields.get("handle")), fields.get("keys")
            path, text = texts.get(digest, ("", b""))
            if path.startswith(f"publishers/{handle}/") and isinstance(keys, list):
                time = parse_time(str(fields.get("time")))
                event = Event(index, "publisher", handle, "", (), "", time, index)
                yield Revision(event, publisher.parse_publisher(text, handle), digest, tuple(map(str, keys)))


def _fields(entry: bytes) -> Mapping[str, Any]:
    """What an entry says; nothing when it is none: the log holds what its key has signed, whatever that is."""
    try:
        return entries.parse_entry(entry)
    except FormatError:
        return {}


def _open(pack: LockedPack, proof: _Proof, cache: Cache) -> Opened:
    published, data = proof.published(pack), cache.get(pack.sha256, TARBALL_LIMIT)
    if published is None:
        _refuse(pack, "was never proven on this machine")
    if data is None:
        _refuse(pack, "is not in the cache")
    place = (published.time, pack.publisher, published.key, pack.dependencies, _conflicts(data), pack.log_index)
    claim = Claim(pack.version, pack.identity, pack.sha256, pack.size, *place)
    proven = Proven(Pack(pack.name, pack.publisher, (), None, ()), proof.authority(), {}, {})
    return open_release(proven, release_of(pack.name, claim), data, f"{pack.name} {pack.version}")


def _conflicts(data: bytes) -> tuple[str, ...]:
    """What the manifest inside names, which no lock has; whatever is wrong with it is said when it is opened."""
    with suppress(FormatError):
        for path, content in tarball.parse(data, TAR_LIMIT):
            if path in MANIFESTS:
                return manifest.parse_manifest(content, path)[0].conflicts
    return ()


def _refuse(pack: LockedPack, message: str) -> NoReturn:
    hint = "install once without --offline"
    raise WorldError("not-at-hand", f"{pack.name} {pack.version} {message}", help=hint)

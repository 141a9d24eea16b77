"""A registry in memory that can be attacked: real formats, real keys, real rules, and no git.

    registry = Registry()
    registry.publisher("alice")
    registry.version("hello", "1.0.0", "alice")
    registry.seal()
    place = registry.place("https://one.example")

Keys are functions of names (`tests.registry.signer`): `snapshot` is the online key, `log` that of the log, `root-1` and
so on the roots, `alice` alice's. What happens is judged by the real rules, as the builder does, so an honest history is
one that a registry could have.

`registry.thief("snapshot", "log")` is a copy in the hands of somebody who holds these keys and no others: whatever it
signs with another one fails the test. Its `judged` is off, so it writes what it likes.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from packyard.audit.people import Blobs
from packyard.catalogue import fold
from packyard.edges.keys import MinisignSigner
from packyard.formats import (
    checkpoint,
    documents,
    entries,
    inventory,
    layout,
    minisign,
    note,
    org,
    publisher,
    statement,
    sums,
    tarball,
    trustfile,
)
from packyard.formats.snapshot import Snapshot
from packyard.formats.strict import load_yaml
from packyard.formats.tiles import Edge
from packyard.formats.times import DAY, day_of, format_time, parse_time
from packyard.grounds import grounds
from packyard.model import Event, Manifest, Org, Publisher, PublisherKey, Release, Statement, Tarball
from packyard.registry import Trust
from packyard.rules.authority import Revision, Revisions, check_revision
from packyard.rules.statements import Spoken, check_statement
from packyard.seal import Chain, heads, index_sums, shard_sums, sign_snapshot
from tests import registry as keys
from tests.client.simulated import Place

ORIGIN = "packs.example.org"
START = parse_time("2026-03-01T09:00:00Z")
ROOTS = ("root-1", "root-2", "root-3")
#: What a statement says besides the common fields.
_FIELDS = frozenset(field.rstrip("?") for fields in statement.ACTIONS.values() for field in fields)
_ABOUT = Manifest("", "", "", "", "", "", "", "", (), (), (), (), (), {})


@lru_cache
def signer(name: str) -> MinisignSigner:
    """The signer of this name."""
    return keys.signer(name)


def witness(name: str) -> note.VerifierKey:
    """The verifier key of a witness; `NAME=OTHER` is the key of NAME under another name."""
    key, _, named = name.partition("=")
    return note.vkey_of(signer(key), f"{named or key}.witness.example", note.COSIGNATURE)


class Registry:
    """A registry, its log and its site; `time` moves on by an hour with everything that happens. `files` are what is
    sealed, by path, `site` what is published.
    """

    def __init__(
        self,
        witnesses: tuple[str, ...] = (),
        quorum: int = 0,
        filler: int = 0,
        roots: tuple[str, ...] = ROOTS,
        threshold: int = 2,
        by: tuple[str, ...] | None = None,
    ) -> None:
        self.time, self.number, self.expires = START, 0, 14 * DAY
        self.holds: frozenset[str] | None = None
        self.judged = True
        self.revisions, self.trusts = Revisions(), list[Trust]()
        self.releases, self.spoken = dict[str, list[Release]](), dict[str, list[Spoken]]()
        self.log, self.edge, self.tiles = list[bytes](), Edge(), dict[str, bytes]()
        self.files, self.site, self.changed = dict[str, bytes](), dict[str, bytes](), set[str]()
        self.snapshot: Snapshot | None = None
        self.online, self.log_key, self.witnesses = "snapshot", "log", witnesses
        self.trust(roots, threshold, by, quorum)
        for at in range(filler):
            self.enter(entries.publish_entry("filler", f"0.0.{at}", f"{at:064x}", "0" * 16, START))

    # --- keys ---

    def sign(self, key: str, message: bytes, comment: str) -> bytes:
        """A signature by the key of this name, if whoever signs holds it."""
        return self.signer(key).sign(message, comment)

    def signer(self, key: str) -> MinisignSigner:
        """The signer of this name, if it is held."""
        assert self.holds is None or key in self.holds, f"nobody here holds the key {key}"
        return signer(key)

    def thief(self, *holds: str) -> Registry:
        """A copy in the hands of somebody with these keys, who need not keep to any rule."""
        made = copy.deepcopy(self)
        made.holds, made.judged = frozenset(holds), False
        return made

    def trust(
        self,
        roots: tuple[str, ...] = ROOTS,
        threshold: int = 2,
        by: tuple[str, ...] | None = None,
        quorum: int = 0,
        **changes: Any,
    ) -> None:
        """The next trust file, signed by its roots and those before it, or by the keys `by`."""
        number = len(self.trusts) + 1
        log = note.format_vkey(note.vkey_of(signer(self.log_key), ORIGIN))
        named = tuple(note.format_vkey(witness(name)) for name in self.witnesses)
        plain = tuple(signer(name).public_key for name in roots)
        online, attest = (signer(name).public_key for name in (self.online, "attest"))
        facts = (plain, threshold, (online,), (attest,), ORIGIN, log, named, quorum)
        made = Trust(ORIGIN, number, "2099-01-01T00:00:00Z", *facts)._replace(**changes)
        before = [name for name in (*ROOTS, "root-4", "root-5") if signer(name).public_key in self._old_roots()]
        text, path = trustfile.format_trust(made), f"trust/{number}.json"
        self.files[path] = text
        for name in dict.fromkeys(by or (*before, *roots)):
            self.files[f"{path}.{signer(name).key_id}.minisig"] = self.sign(name, text, f"{ORIGIN} trust {number}")
        self.trusts.append(made)
        self.revisions.add_trust(len(self.log), made)

    def _old_roots(self) -> tuple[str, ...]:
        return self.trusts[-1].root_keys if self.trusts else ()

    # --- what happens ---

    def enter(self, entry: bytes) -> int:
        """One more entry of the log; gives its place."""
        self.log.append(entry)
        self.tiles |= {layout.LOG + path: data for path, data in self.edge.append([entry])}
        return len(self.log) - 1

    def day(self) -> str:
        """The day, YYYY-MM-DD."""
        return day_of(self.time)

    def pass_time(self, days: float) -> None:
        """Some days later."""
        self.time += int(days * DAY)

    def publisher(self, handle: str, *more: PublisherKey, key: str = "", by: str = "") -> None:
        """A publisher with a key of this name, or a revision of one with the keys `more`, signed by the key `by`."""
        own = (publisher_key(key or handle),) if key or not more else ()
        value = Publisher(handle, f"{handle.title()} {self.time}", "", (*own, *more))
        text = publisher.format_publisher(value)
        signature = self.sign(by or key or handle, text, f"publisher {handle}")
        self.revise("publisher", handle, text, {".minisig": signature})

    def org(self, name: str, members: Mapping[str, str], by: str) -> None:
        """A revision of an organisation, signed by an owner (`alice`, or `alice=KEY`)."""
        handle, _, key = by.partition("=")
        text = org.format_org(Org(name, members)) + f"# {self.time}\n".encode()
        self.revise("org", name, text, {f".{handle}.minisig": self.sign(key or handle, text, f"org {name}")})

    def revise(self, kind: str, name: str, text: bytes, signatures: Mapping[str, bytes]) -> None:
        """A revision with this text and these signatures, by the ending of their path."""
        number = len(self.revisions.revisions(kind, name)) + 1
        path, own = f"{kind}s/{name}/{number}.yaml", f"{name}.yaml"
        made = {path: text, **{path + ending: data for ending, data in signatures.items()}}
        objects = tuple((own + each.removeprefix(path), each) for each in made)
        event = Event(len(self.log), kind, name, "", objects, "", self.time, len(self.log))
        value = publisher.parse_publisher(text, name) if kind == "publisher" else org.parse_org(text, name)
        by = tuple(minisign.parse_signature(data).key_id for data in signatures.values())
        revision: Revision | None = Revision(event, value, sha256(text).hexdigest(), by)
        if self.judged:
            revision, problems = check_revision(Blobs(made), event, self.revisions)
            assert revision, problems
        assert revision
        self.files |= made
        self.revisions.add(revision)
        self.enter(entries.revision_entry(kind, name, revision.sha256, revision.keys, self.time))
        self.time += 3600

    def version(
        self,
        name: str,
        number: str,
        key: str,
        files: Mapping[str, bytes] | None = None,
        manifest: Mapping[str, Any] | None = None,
        handle: str = "",
        claimed: str = "",
    ) -> None:
        """A version, signed by the key of a publisher (who has the same name unless `handle` says another). A thief may
        say in the log and the document that it is by the `claimed` key.
        """
        about: dict[str, Any] = {"name": name, "version": number, "description": f"About {name}", "license": "MIT"}
        about |= manifest or {}
        content = {"pack.json": json.dumps(about).encode(), "rules/one.md": b"Be exact.\n", **(files or {})}
        text = sums.format((path, sha256(data).hexdigest()) for path, data in content.items())
        signature = self.sign(key, text, f"{name} {number}")
        packed = tarball.compress(
            tarball.format_tar({**content, "SHA256SUMS": text, "SHA256SUMS.minisig": signature}.items())
        )
        here, at = layout.version(name, number), len(self.log)
        self.files |= {here + "SHA256SUMS": text, here + "SHA256SUMS.minisig": signature}
        self.files[layout.tarball(name, number)] = packed
        needs = tuple(dict(about.get("dependencies", {})).items())
        told = _ABOUT._replace(
            name=name, version=number, dependencies=needs, conflicts=tuple(about.get("conflicts", ()))
        )
        identity, key_id = sha256(text).hexdigest(), signer(claimed or key).key_id
        place = Tarball(layout.tarball(name, number), sha256(packed).hexdigest(), len(packed), "0" * 64, "none")
        signed = (identity, key_id, handle or claimed or key, "0" * 40, self.time, at, at)
        release = Release(name, number, "", *signed, told, (), (), place)
        self.releases.setdefault(name, []).append(release)
        self.changed.add(name)
        self.enter(entries.publish_entry(name, number, identity, key_id, self.time))
        self.time += 3600

    def statement(self, action: str, pack: str, *by: str, **fields: str) -> None:
        """The pack's next statement, signed by these keys: publishers' (`alice`, or `alice=KEY`) or, where those must
        sign, roots'.
        """
        said = self.spoken.setdefault(pack, [])
        fields = {field.rstrip("_"): text for field, text in fields.items()}
        value = Statement(ORIGIN, pack, len(said) + 1, action, day_of(self.time), fields.pop("reason", "so"), fields)
        text, stem = statement.format_statement(value), statement.format_stem(value.sequence, action)
        path = layout.pack(pack, f"statements/{stem}.yaml")
        made = {path: text}
        for name in by:
            handle, _, key = name.partition("=")
            label = signer(name).key_id if statement.is_by_roots(action, fields) else handle
            made[f"{path}.{label}.minisig"] = self.sign(key or handle, text, f"statement {pack} {value.sequence}")
        objects, time = tuple((each.rpartition("/")[2], each) for each in made), self.time
        event = Event(len(self.log), "statement", pack, stem, objects, "", time, len(self.log))
        spoken, problems = check_statement(Blobs(made), event, self.revisions, ORIGIN)
        assert spoken, problems
        self.files |= made
        said.append(spoken)
        self.changed.add(pack)
        about, digest = fields.get("version", ""), sha256(text).hexdigest()
        self.enter(entries.statement_entry(action, pack, value.sequence, about, digest, spoken.keys, time))
        self.time += 3600

    # --- what is published ---

    def seal(self) -> None:
        """Seals what has happened, and publishes it."""
        for name in sorted(self.changed):
            self.document(name)
        self.changed.clear()
        self.chain()

    def document(self, name: str, edit: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Makes a pack's document as it follows from its history. A thief may `edit` it."""
        releases, spoken = self.releases[name], self.spoken.get(name, [])
        pack, problems = fold(name, releases, spoken, self.revisions)
        assert pack, problems
        for state in pack.versions:
            if state.withdrawn:
                self.files.pop(layout.tarball(name, state.release.version), None)
        data = documents.pack_document(pack._replace(grounds=grounds(name, releases, spoken, self.revisions)))
        if edit:
            value = json.loads(data)
            edit(value)
            data = json.dumps(value).encode()
        self.files[layout.pack(name, "index.json")] = data

    def chain(self, *, entry: bool = True, signed_log: bytes | None = None) -> None:
        """Seals the files as they are; without `entry` the log is not told. Whoever has no log key shows a
        `signed_log` of others.
        """
        listed = {name: self._pack_sums(name) for name in sorted(self.packs())}
        shards = dict[int, bytes]()
        for number in range(layout.SHARDS):
            of = ((name, digest) for name, digest in listed.items() if layout.shard(name) == number)
            shards[number] = shard_sums(of)
        self.files |= {layout.shard_sums(number): data for number, data in shards.items()}
        top = index_sums((number, sha256(data).hexdigest()) for number, data in shards.items())
        self.files |= {layout.INDEX: b"{}\n", layout.INDEX_SUMS: top, layout.SITE_SUMS: b""}
        self.number += 1
        names = (layout.INDEX, layout.INDEX_SUMS, layout.SITE_SUMS)
        made = Chain(*(sha256(self.files[name]).hexdigest() for name in names))
        if entry:
            self.enter(entries.index_entry(self.number, made.digest))
        self.head(made, signed_log)

    def head(self, chain: Chain | None = None, signed_log: bytes | None = None, **changes: Any) -> None:
        """Signs the head as of now, of this chain or the one before, and publishes the site."""
        if chain is None:
            assert self.snapshot
            chain = Chain(self.snapshot.index_json, self.snapshot.index_sums, self.snapshot.site_sums)
        log = (self.edge.size, self.edge.root)
        value = Snapshot(
            ORIGIN, self.number, self.time, self.time + self.expires, len(self.trusts), "0" * 40, *log, *chain
        )
        self.snapshot = value._replace(**changes)
        text, signature = sign_snapshot(self.snapshot, self.signer(self.online))
        self.publish(text, signature, signed_log or self.checkpoint())
        self.time += 3600

    def checkpoint(self, by: tuple[str, ...] | None = None) -> bytes:
        """The signed head of the log, cosigned by the registry's witnesses, or by these."""
        text = checkpoint.format_checkpoint(checkpoint.Checkpoint(ORIGIN, self.edge.size, self.edge.root))
        made = note.parse_note(note.sign_note(text, self.signer(self.log_key), ORIGIN))
        lines = [self.cosign(text, name) for name in (self.witnesses if by is None else by)]
        return note.format_note(note.Note(made.text, (*made.signatures, *lines)))

    def cosign(self, text: str, name: str) -> note.NoteSignature:
        """A witness's line."""
        return note.cosign(text, self.signer(name.partition("=")[0]), witness(name).name, self.time)

    def publish(self, text: bytes, signature: bytes, signed_log: bytes) -> None:
        """Puts the files, the log and the head on the site; what is replaced stays reachable by its hash."""
        old = self.site
        replaced = {path: data for path, data in old.items() if self.files.get(path, data) != data}
        kept = {path: data for path, data in old.items() if path.startswith(layout.BY_HASH)}
        kept |= {layout.by_hash(sha256(data).hexdigest()): data for data in replaced.values()}
        head = dict(heads(text, signature, signed_log))
        self.site = {**self.files, **kept, **self.tiles, layout.CHECKPOINT: signed_log, **head}

    def packs(self) -> set[str]:
        """The names of the packs that have a document."""
        return {inventory.pack_of(path) for path in self.files if path.startswith("packs/")} - {""}

    def _pack_sums(self, name: str) -> str:
        own, folder = layout.pack(name, "files.sums"), layout.pack(name)
        of = [
            path for path in self.files if path.startswith(folder) and inventory.pack_of(path) == name and path != own
        ]
        self.files[own] = sums.format((path, sha256(self.files[path]).hexdigest()) for path in of)
        return sha256(self.files[own]).hexdigest()

    # --- what only thieves do ---

    def cut(self, size: int) -> Registry:
        """Takes the last entries out of the log."""
        kept, self.log, self.edge, self.tiles = self.log[:size], [], Edge(), {}
        for entry in kept:
            self.enter(entry)
        return self

    def record(self, kind: str, name: str, number: int = 1) -> dict[str, Any]:
        """What a document says of a revision."""
        revision = self.revisions.revisions(kind, name)[number - 1]
        path = f"{kind}s/{name}/{number}.yaml"
        return self._record(path, revision.event.log_index, revision.keys, revision.event.time)

    def _record(self, path: str, place: int, by: tuple[str, ...], time: int) -> dict[str, Any]:
        signatures = sorted(each for each in self.files if each.startswith(path + "."))
        digest = sha256(self.files[path]).hexdigest()
        said = {"path": path, "signatures": signatures, "sha256": digest, "keys": list(by)}
        return {**said, "published": format_time(time), "log_index": place}

    def rest_on(self, document: dict[str, Any], *records: dict[str, Any]) -> None:
        """Lets a document rest on more revisions."""
        there = {each["path"] for each in document["authority"]}
        document["authority"] += [each for each in records if each["path"] not in there]
        document["authority"].sort(key=lambda each: each["log_index"])

    def forge(self, pack: str, stem: str, text: bytes, signatures: Mapping[str, bytes], *rests: str) -> None:
        """A statement that goes into log and document whatever it says and its signatures are worth; the document
        rests on these publishers too.
        """
        path, place = layout.pack(pack, f"statements/{stem}.yaml"), len(self.log)
        self.files[path] = text
        self.files |= {f"{path}.{label}.minisig": data for label, data in signatures.items()}
        by = tuple(sorted(minisign.parse_signature(data).key_id for data in signatures.values()))
        sequence, action = statement.parse_stem(stem)
        fields = {name: text for name, text in load_yaml(text).value.items() if name in _FIELDS}
        about, digest = fields.get("version", ""), sha256(text).hexdigest()
        self.enter(entries.statement_entry(action, pack, sequence, about, digest, by, self.time))
        head = {"sequence": sequence, "action": action, "date": "2026-03-01", "reason": "so", **fields}
        told = {**head, **self._record(path, place, by, self.time)}

        def add(document: dict[str, Any]) -> None:
            document["statements"].append(told)
            self.rest_on(document, *(self.record("publisher", name) for name in rests))

        self.document(pack, add)

    def place(self, name: str = "https://one.example") -> Place:
        """A copy of the site as it is now, behind an address."""
        return Place(name, dict(self.site))

    def dump(self, folder: Path) -> None:
        """Writes the site into a folder, for a real server."""
        for path, data in self.site.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)


def publisher_key(name: str, **ended: str) -> PublisherKey:
    """The key of this name in a publisher's file; it has `ended` when it is retired or revoked."""
    key = minisign.parse_public_key(signer(name).public_key)
    return PublisherKey(key.text, key.key_id, ("publish", "admin"), "2026-01-01", **ended)


def small() -> Registry:
    """A registry with three people, an organisation and some packs, sealed twice."""
    return copy.deepcopy(_small())


@lru_cache
def _small() -> Registry:
    made = Registry()
    for handle in ("alice", "bob", "mallory"):
        made.publisher(handle)
    made.version("hello", "1.0.0", "alice")
    made.version("other", "0.1.0", "bob")
    made.version("evil", "1.0.0", "mallory")
    made.seal()
    made.org("acme", {"alice": "owner", "bob": "member"}, "alice")
    made.version("@acme/tools", "1.0.0", "bob", manifest={"dependencies": {"hello": "^1.0.0"}})
    made.version("hello", "1.1.0", "alice")
    made.statement("yank", "hello", "alice", version="1.0.0")
    made.seal()
    return made

"""The floor of a full build: the same site, made by a loop that does the essential work and nothing else.

    python -m bench.floor REPO SITE

One process reads every blob of every version through libgit2, hashes it, verifies the signature, makes and compresses
the tar, signs the provenance, renders the same pages and documents with the functions of `packyard.surfaces` and
`packyard.formats`, hashes every output, and writes it to a fresh folder; then the listings, feeds, checksum lists, log
and snapshot. What `packyard` encodes, verifies, counts and renders with is used here, too, so the two differ only in
what surrounds it.

Nothing is remembered for another time; there is no key of a recipe, no staging, no audit, and no rule but signature and
hash: what is read is taken to be a synthetic registry of `bench.generate` and not judged further. All packs are
collected before the pages of the first one are made, so that each is made once although it shows what others say of it.
The files are those of the first build by `packyard`, byte for byte but for those with the time of the seal (a test
compares them).
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from bench.shelf import Shelf, read_routing
from bench.source import Git, history, read_manifest, read_org, read_publisher, read_statement
from packyard import seal
from packyard.edges.git import Repository
from packyard.edges.keys import SigningKeys, find_keys
from packyard.edges.trustees import Trustees, find_trust
from packyard.emitter import pack_lists
from packyard.formats import documents, dsse, entries, layout, manifest, minisign, semver, sums, tarball
from packyard.formats.registry import parse_registry
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import Edge
from packyard.formats.times import DAY, day_of
from packyard.history import SOURCE, place
from packyard.model import (
    Event,
    File,
    Grounds,
    Mark,
    Output,
    Pack,
    Publisher,
    Record,
    Release,
    Statement,
    Tarball,
    VersionState,
)
from packyard.packs import BUILDER
from packyard.recipe import Recipe, once, told
from packyard.rules.authority import Revision
from packyard.rules.folder import SIGNATURE, SUMS
from packyard.rules.notices import notices
from packyard.stages.explaining import read_ground
from packyard.surfaces import dialects
from packyard.surfaces.advisorypages import plan_all
from packyard.surfaces.dialects.osv import plan_records
from packyard.surfaces.explained import Ground, plan_explained
from packyard.surfaces.pack import plan_pack
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.site import Site, watched
from packyard.surfaces.templates import Templates, open_templates, site_of


class Collected(NamedTuple):
    """A pack whose artifacts are written and whose pages are not: its signers, and the files that it has so far."""

    pack: Pack
    publishers: Mapping[str, Publisher]
    files: list[Output]


class Floor:
    """One run: what everything is made with, and what the end of the run needs of what was made."""

    def __init__(self, git: Git, shelf: Shelf, root: Path, templates: Templates, site: Site, keys: SigningKeys) -> None:
        self.git, self.shelf, self.root, self.templates, self.site, self.keys = git, shelf, root, templates, site, keys
        self.people: dict[tuple[str, str], Revision] = {}
        self.holders: dict[str, tuple[Publisher, minisign.PublicKey]] = {}
        self.seen: dict[str, str] = {}
        self.leaves: dict[int, bytes] = {}
        self.shards: list[list[tuple[str, str]]] = [[] for _ in range(layout.SHARDS)]
        self.written = self.versions = 0
        self._folders: set[str] = set()
        self._shipped = lru_cache(2)(self._read)

    def write(self, path: str, data: bytes) -> Output:
        """Writes a file of the site, and says what was written."""
        with open(self._place(path), "wb", buffering=0) as file:  # noqa: PTH123 - as the program does it
            file.write(data)
        return Output(path, "", sha256(data).hexdigest(), len(data))

    def make(self, recipe: Recipe, made: dict[str, Output]) -> Output:
        """Renders a file of a unit that has `made` these, or links it to the one that it is a copy of."""
        if recipe.copied:
            os.link(f"{self.root}/{recipe.copied}", self._place(recipe.path))
            found = made[recipe.copied]._replace(path=recipe.path)
        else:
            found = self.write(recipe.path, told(recipe, lambda path: made[path].sha256).render())
        made[recipe.path] = found
        return found

    def _place(self, path: str) -> str:
        """Where a file is to be written, in a folder that is there."""
        target = f"{self.root}/{path}"
        folder = target.rpartition("/")[0]
        if folder not in self._folders:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        self.written += 1
        return target

    def verify(self, message: bytes, signature: bytes, comment: str) -> tuple[Publisher, str]:
        """Who signed, and the id of the key. Raises FormatError."""
        parsed = minisign.parse_signature(signature)
        publisher, key = self.holders[parsed.key_id]
        minisign.verify(message, parsed, key, comment)
        return publisher, parsed.key_id

    # --- people ---

    def person(self, event: Event) -> None:
        """A publisher or an organisation."""
        blobs = {name: self.git.read(oid) for name, oid in event.objects}
        text = blobs.pop(f"{event.subject}.yaml")
        value = read_publisher(text) if event.kind == "publisher" else read_org(text)
        if isinstance(value, Publisher):
            self.holders.update((key.key_id, (value, minisign.parse_public_key(key.key))) for key in value.keys)
            for key in value.keys:
                self.seen.setdefault(key.key_id, day_of(event.time))
        signed = [self.verify(text, blob, f"{event.kind} {event.subject}")[1] for blob in blobs.values()]
        digest = sha256(text).hexdigest()
        self.people[event.kind, event.subject] = revision = Revision(event, value, digest, tuple(signed))
        self.shelf.add_person(revision)
        self.leaves[event.seq] = entries.revision_entry(event.kind, event.subject, digest, signed, event.time)

    # --- packs ---

    def collect(self, name: str, events: list[Event]) -> Collected:
        """A pack: all its versions and statements."""
        files: list[Output] = []
        states: dict[str, VersionState] = {}
        publishers: dict[str, Publisher] = {}
        said: list[Statement] = []
        records: list[Record] = []
        for event in events:
            if event.kind == "version":
                release, publisher = self.version(event, dict(self.git.files(event.objects[0][1])), files)
                states[event.ident] = VersionState(release)
                publishers[publisher.handle] = publisher
            else:
                statement, record = self.statement(event, files)
                said.append(statement)
                records.append(record)
        revisions = self.revisions(name, publishers, events[-1].seq)
        pack = fold(name, next(iter(publishers)), states, said)._replace(grounds=Grounds(tuple(records), revisions))
        self.shelf.add_pack(pack, publishers)
        return Collected(pack, publishers, files)

    def pages(self, pack: Pack, publishers: Mapping[str, Publisher], files: list[Output]) -> None:
        """The documents, pages and lists of a pack."""
        around = self.shelf.around(pack.name)
        seen = {key.key_id: self.seen[key.key_id] for each in publishers.values() for key in each.keys}
        hand = Hand(self.site, self.templates, publishers, lambda release: self._shipped(release.tree), around, seen)
        made = {file.path: file for file in files}
        recipes = once((*plan_pack(hand, pack), *dialects.plan_pack(hand, pack)))
        files += [self.make(recipe, made) for recipe in recipes]
        self.shelf.memory.set_said(pack.name, dialects.said(hand, pack))
        *_, listed = [self.write(path, data) for path, data in pack_lists(pack.name, files)]
        self.shards[layout.shard(pack.name)].append((pack.name, listed.sha256))

    def _read(self, tree: str) -> dict[str, bytes]:
        """What a version ships."""
        return {path: data for path, data in self.git.files(tree) if path not in (SUMS, SIGNATURE)}

    def version(self, event: Event, contents: dict[str, bytes], files: list[Output]) -> tuple[Release, Publisher]:
        """A version: hashed, verified, packed, attested."""
        promised = {line[66:]: line[:64] for line in contents[SUMS].decode().splitlines()}
        listed = tuple(path for path in contents if path not in (SUMS, SIGNATURE))
        found = [self.file(path, contents[path]) for path in sorted(listed)]
        if {file.path: file.sha256 for file in found} != promised:
            raise ValueError(f"{event.subject} {event.ident} is not what was signed")
        publisher, key = self.verify(contents[SUMS], contents[SIGNATURE], f"{event.subject} {event.ident}")
        identity = sums.identity(contents[SUMS])
        packed = self.tarball(event, contents, files)
        self.versions += 1
        self.attest(event, identity, packed, files)
        self.leaves[event.seq] = entries.publish_entry(event.subject, event.ident, identity, key, event.time)
        head = (event.subject, event.ident, event.objects[0][1], identity, key, publisher.handle, event.commit)
        features = manifest.derive_features(listed)
        about = (read_manifest(contents), features, tuple(found), packed, read_routing(contents))
        return Release(*head, event.time, event.seq, event.log_index, *about), publisher

    def file(self, path: str, content: bytes) -> File:
        """A file of a version."""
        return File(path, sha256(content).hexdigest(), len(content), tarball.mode_of(content))

    def tarball(self, event: Event, contents: dict[str, bytes], files: list[Output]) -> Tarball:
        """The artifacts that hold the publisher's files and signature."""
        here, path = layout.version(event.subject, event.ident), layout.tarball(event.subject, event.ident)
        tar = tarball.format_tar(contents.items())
        packed = self.write(path, tarball.compress(tar))
        files += [packed, *(self.write(here + name, contents[name]) for name in (SUMS, SIGNATURE))]
        return Tarball(path, packed.sha256, packed.size, sha256(tar).hexdigest(), tarball.ENCODER)

    def attest(self, event: Event, identity: str, packed: Tarball, files: list[Output]) -> None:
        """The provenance."""
        registry = self.site.registry
        subjects = ((layout.tarball_name(event.subject, event.ident), packed.sha256), (SUMS, identity))
        facts = dsse.Provenance(registry.origin, registry.url, event.commit, place(event), BUILDER, subjects)
        envelope = dsse.format_envelope(dsse.sign_envelope(dsse.format_provenance(facts), self.keys.attest))
        files.append(self.write(layout.version(event.subject, event.ident, "provenance.intoto.jsonl"), envelope))

    def revisions(self, name: str, publishers: Iterable[str], last: int) -> tuple[Record, ...]:
        """What the publishers of a pack and the organisation of its scope have signed before the event `last`."""
        scope = name[1:].partition("/")[0] if name.startswith("@") else ""
        found = [self.people["org", scope]] if scope else []
        signers = {self.holders[key][0].handle for revision in found for key in revision.keys}
        found += [self.people["publisher", handle] for handle in signers | set(publishers)]
        found.sort(key=lambda each: each.event.seq)
        return tuple(record_of(each) for each in found if each.event.seq < last)

    def statement(self, event: Event, files: list[Output]) -> tuple[Statement, Record]:
        """A statement, the log's entry of it, and what documents say of it."""
        blobs = {name: self.git.read(oid) for name, oid in event.objects}
        folder = layout.pack(event.subject, "statements/")
        files += [self.write(folder + name, blob) for name, blob in blobs.items()]
        text = blobs.pop(f"{event.ident}.yaml")
        said = read_statement(text)
        keys = [self.verify(text, blob, f"statement {said.pack} {said.sequence}")[1] for blob in blobs.values()]
        facts = (said.action, said.pack, said.sequence, said.fields.get("version", ""))
        digest = sha256(text).hexdigest()
        self.leaves[event.seq] = entries.statement_entry(*facts, digest, keys, event.time)
        signatures = tuple(sorted(folder + name for name in blobs))
        path = f"{folder}{event.ident}.yaml"
        return said, Record(path, signatures, digest, tuple(sorted(keys)), event.time, event.log_index)

    # --- the rest ---

    def listings(self, ground: Ground) -> list[Output]:
        """Every page and document that is about many packs, or about the registry itself."""
        self.shelf.close(self.leaves)
        about = self.templates, self.site
        plans = self.shelf.recipes(self.site, self.templates), plan_all(*about, (), self.git.read)
        recipes = itertools.chain(
            *plans, plan_records(self.site.registry, (), self.git.read), plan_explained(*about, ground)
        )
        made = dict[str, Output]()
        return [self.make(recipe, made) for recipe in recipes]

    def seal(self, files: list[Output], trust: Trustees) -> None:
        """The checksum lists, the log and the snapshot."""
        commit, registry = self.git.head, self.site.registry
        lines, packs = self.shelf.lines(), sum(map(len, self.shards))
        index = self.write(layout.INDEX, b"".join(documents.index_parts(registry, 1, commit, packs, lines)))
        shards = [
            (number, self.write(layout.shard_sums(number), seal.shard_sums(listed)).sha256)
            for number, listed in enumerate(self.shards)
        ]
        index_sums = self.write(layout.INDEX_SUMS, seal.index_sums(shards))
        *_, site_sums = (self.write(*item) for item in seal.site_lists((file.path, file.sha256) for file in files))
        chain = seal.Chain(index.sha256, index_sums.sha256, site_sums.sha256)
        edge = Edge()
        for path, data in seal.extend_log(edge, (self.leaves[seq] for seq in sorted(self.leaves)), 1, chain):
            self.write(path, data)
        checkpoint = seal.checkpoint(edge, trust.trust.log_origin, self.keys.log)
        self.write(layout.CHECKPOINT, checkpoint)
        for path, data in trust.files:
            self.write(path, data)
        self.write(layout.BY_HASH_INDEX, documents.kept_document({}))
        now = int(time.time())
        until = now + registry.expires_days * DAY
        head = Snapshot(registry.origin, 1, now, until, trust.trust.number, commit, edge.size, edge.root, *chain)
        text, signature = seal.sign_snapshot(head, self.keys.snapshot)
        for path, data in seal.heads(text, signature, checkpoint):
            self.write(path, data)


def record_of(revision: Revision) -> Record:
    """What documents say of a first revision."""
    event, path = revision.event, f"{revision.event.kind}s/{revision.event.subject}/1.yaml"
    text = f"{event.subject}.yaml"
    signatures = tuple(sorted(path + name.removeprefix(text) for name, _ in event.objects if name != text))
    return Record(path, signatures, revision.sha256, revision.keys, event.time, event.log_index)


def fold(name: str, signer: str, states: dict[str, VersionState], said: list[Statement]) -> Pack:
    """The pack after its statements, which are the two that synthetic registries have."""
    deprecated = None
    for statement in said:
        mark = Mark(statement.reason, statement.date)
        version = statement.fields.get("version", "")
        if statement.action == "yank":
            states[version] = states[version]._replace(yanked=mark)
        elif version:
            states[version] = states[version]._replace(deprecated=mark)
        else:
            deprecated = mark
    ordered = sorted(states.values(), key=lambda state: semver.sort_key(state.release.version), reverse=True)
    owner = name[1:].partition("/")[0] if name.startswith("@") else signer
    return Pack(name, owner, tuple(ordered), deprecated, tuple(said))


class Made(NamedTuple):
    """How much was made."""

    packs: int
    versions: int
    files: int


def make(repo: Path, root: Path) -> Made:
    """Makes the site of `repo` in the folder `root`, which is not there yet."""
    git, source = Git(repo), Repository(repo)
    tree = source.subtree(source.resolve("HEAD").tree, SOURCE)
    oids = {entry.name: entry.oid for entry in git.tree(tree)}
    registry = parse_registry(git.read(oids["registry.yaml"]))
    developers = repo / ".packyard" / "keys"
    keys = find_keys(None, {}, developers)
    trust = find_trust(source, tree, registry, keys, developers, int(time.time()))
    templates = open_templates()
    site = watched(site_of(registry, trust.development, templates), trust.trust)
    shelf = Shelf(source)
    floor = Floor(git, shelf, root, templates, site, keys)
    packs: dict[str, list[Event]] = {}
    for commit, before, events in history(git):
        shelf.add_commit(notices(source, commit, before, commit.tree), events)
        for event in events:
            if event.kind in ("publisher", "org"):
                floor.person(event)
            else:
                packs.setdefault(event.subject, []).append(event)
    for collected in [floor.collect(name, events) for name, events in sorted(packs.items())]:
        floor.pages(*collected)
    ground, _ = read_ground(source, tree, registry.origin, (trust.trust,))
    floor.seal(floor.listings(ground), trust)
    return Made(len(packs), floor.versions, floor.written)


if __name__ == "__main__":
    print(*make(Path(sys.argv[1]), Path(sys.argv[2])))

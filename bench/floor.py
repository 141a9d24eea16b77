"""The floor of a full build: the same site, made by a loop that does the essential work and nothing else.

    python -m bench.floor REPO SITE

One process reads every blob of every version through libgit2, hashes it, verifies the signature, makes and compresses
the tar, signs the provenance, renders the same pages and documents with the functions of `packyard.surfaces` and
`packyard.formats`, hashes every output, and writes it to a fresh folder; then the listings, feeds, checksum lists, log
and snapshot. What `packyard` encodes, verifies and renders with is used here, too, so the two differ only in what
surrounds it.

There is no memory, no key of a recipe, no staging, no audit, and no rule but signature and hash: what is read is taken
to be a synthetic registry of `bench.generate` and not judged further. The files are those of the first build by
`packyard`, byte for byte but for the two that hold the time of the seal (a test compares them).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from bench.shelf import Shelf, read_routing
from bench.source import Git, history, read_manifest, read_org, read_publisher, read_statement
from packyard import seal
from packyard.catalogue import row_of
from packyard.edges.git import Repository
from packyard.edges.keys import SigningKeys, find_keys
from packyard.edges.trustees import Trustees, find_trust
from packyard.formats import documents, dsse, entries, layout, manifest, minisign, semver, sums, tarball
from packyard.formats.registry import parse_registry
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import Edge
from packyard.formats.times import DAY
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
from packyard.rules.authority import Revision
from packyard.rules.folder import SIGNATURE, SUMS
from packyard.surfaces import listings
from packyard.surfaces.advisories import plan_advisories
from packyard.surfaces.pack import plan_pack
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates, open_templates, site_of


class Floor:
    """One run: what everything is made with, and what the end of the run needs of what was made."""

    def __init__(self, git: Git, root: Path, templates: Templates, site: Site, keys: SigningKeys) -> None:
        self.git, self.root, self.templates, self.site, self.keys = git, root, templates, site, keys
        self.shelf = Shelf(git.read)
        self.holders: dict[str, tuple[Publisher, minisign.PublicKey]] = {}
        self.leaves: dict[int, bytes] = {}
        self.shards: list[list[tuple[str, str]]] = [[] for _ in range(layout.SHARDS)]
        self.written = 0
        self._folders: set[str] = set()

    def write(self, path: str, data: bytes) -> Output:
        """Writes a file of the site, and says what was written."""
        target = f"{self.root}/{path}"
        folder = target.rpartition("/")[0]
        if folder not in self._folders:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        with open(target, "wb", buffering=0) as file:  # noqa: PTH123 - as the program does it
            file.write(data)
        self.written += 1
        return Output(path, "", sha256(data).hexdigest(), len(data))

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
        signed = [self.verify(text, blob, f"{event.kind} {event.subject}")[1] for blob in blobs.values()]
        digest = sha256(text).hexdigest()
        self.shelf.people[event.kind, event.subject] = Revision(event, value, digest, tuple(signed))
        self.leaves[event.seq] = entries.revision_entry(event.kind, event.subject, digest, signed, event.time)

    # --- packs ---

    def pack(self, name: str, events: list[Event]) -> None:
        """A pack: all its versions and statements, its documents and pages."""
        files: list[Output] = []
        contents: dict[str, dict[str, bytes]] = {}
        states: dict[str, VersionState] = {}
        publishers: dict[str, Publisher] = {}
        said: list[Statement] = []
        records: list[Record] = []
        for event in events:
            if event.kind == "version":
                contents[event.ident] = dict(self.git.files(event.objects[0][1]))
                release, publisher = self.version(event, contents[event.ident], files)
                states[event.ident] = VersionState(release)
                publishers[publisher.handle] = publisher
            else:
                statement, record = self.statement(event, files)
                said.append(statement)
                records.append(record)
        revisions = self.revisions(name, publishers, events[-1].seq)
        pack = fold(name, next(iter(publishers)), states, said)._replace(grounds=Grounds(tuple(records), revisions))
        recipes = plan_pack(
            self.site, self.templates, pack, publishers, lambda release, path: contents[release.version][path]
        )
        files += [self.write(recipe.path, recipe.render()) for recipe in recipes]
        path = layout.pack(name, "files.sums")
        listed = self.write(path, sums.format((file.path, file.sha256) for file in files))
        self.shards[layout.shard(name)].append((name, listed.sha256))
        self.shelf.add(row_of(pack))

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
        self.attest(event, identity, packed, files)
        self.leaves[event.seq] = entries.publish_entry(event.subject, event.ident, identity, key, event.time)
        head = (event.subject, event.ident, event.objects[0][1], identity, key, publisher.handle, event.commit)
        features = manifest.derive_features(listed)
        about = (read_manifest(contents), features, tuple(found), packed, read_routing(contents))
        return Release._make((*head, event.time, event.seq, event.log_index, *about)), publisher

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
        found = [self.shelf.people["org", scope]] if scope else []
        signers = {self.holders[key][0].handle for revision in found for key in revision.keys}
        found += [self.shelf.people["publisher", handle] for handle in signers | set(publishers)]
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

    def listings(self, newest: list[Event]) -> list[Output]:
        """Every page and document that is about many packs."""
        self.shelf.close(newest)
        units = sorted(self.shelf.units())
        plans = (listings.plan_unit(unit, self.site, self.templates, self.shelf) for unit in units)
        recipes = (recipe for plan in (*plans, plan_advisories((), self.git.read)) for recipe in plan)
        return [self.write(recipe.path, recipe.render()) for recipe in recipes]

    def seal(self, files: list[Output], trust: Trustees) -> None:
        """The checksum lists, the log and the snapshot."""
        commit, registry, rows = self.git.head, self.site.registry, self.shelf.rows_by_name
        lines = (documents.index_row(row) for row in rows)
        index = self.write(layout.INDEX, b"".join(documents.index_parts(registry, 1, commit, len(rows), lines)))
        shards = [
            (number, self.write(layout.shard_sums(number), seal.shard_sums(packs)).sha256)
            for number, packs in enumerate(self.shards)
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
    site = site_of(registry, trust.development, templates)
    floor = Floor(git, root, templates, site, keys)
    packs: dict[str, list[Event]] = {}
    newest: list[Event] = []
    for event in history(git):
        if event.kind in ("publisher", "org"):
            floor.person(event)
        else:
            packs.setdefault(event.subject, []).append(event)
            newest += [event] if event.kind == "version" else []
    for name, events in sorted(packs.items()):
        floor.pack(name, events)
    floor.seal(floor.listings(newest), trust)
    return Made(len(packs), len(newest), floor.written)


if __name__ == "__main__":
    print(*make(Path(sys.argv[1]), Path(sys.argv[2])))

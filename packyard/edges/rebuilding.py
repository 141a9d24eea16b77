"""Building a published site again from its source, to say whether it is what the source makes.

The stages of a build are run as for an empty folder, with the published log as the recorded one; what they make goes
nowhere, only its hashes are kept. One thing cannot be made without the registry's keys and is taken from the published
site: a provenance envelope that an attestation key signed, and whose payload is the one made. Three hashes decide.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from packyard import seal
from packyard.audit.chain import Chain
from packyard.audit.reading import Reading as Published
from packyard.edges.authority import RememberedAuthority
from packyard.edges.git import Repository
from packyard.edges.keys import find_keys
from packyard.edges.memory import Memory
from packyard.edges.opening import Edges, read_own, read_settings, source_tree
from packyard.edges.progress import Progress
from packyard.edges.sighting import Once
from packyard.edges.store import Staging, Workplace
from packyard.edges.transport import open_site
from packyard.edges.trustees import Trustees
from packyard.errors import BadChecksum, FormatError, NotFound, Stale
from packyard.formats import b64, documents, dsse, entries, inventory, layout, minisign, note, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import TileReader
from packyard.head import Head, read_head
from packyard.model import Commit
from packyard.protocols import Reader
from packyard.rebuilt import LISTED, Difference, Rebuild
from packyard.recorded import new_entries, recorded_entries
from packyard.rules.authority import FILE_LIMIT
from packyard.surfaces.site import watched
from packyard.surfaces.templates import open_templates, site_of
from packyard.tool import tool_digest
from packyard.unchanged import Request


class Wish(NamedTuple):
    """What to rebuild: a clone, the published site, and perhaps the commit that it must be of.

    `work` is an empty folder for what is needed meanwhile. `lists`: compare the signed lists alone.
    """

    repo: Path
    place: str
    work: Path
    ref: str = ""
    root_key: str = ""
    jobs: int = 0
    templates: Path | None = None
    lists: bool = False
    quiet: bool = True


def rebuild(wish: Wish) -> Rebuild:
    """Builds the commit of the published snapshot and compares; the published head is verified first.

    Raises `BadSignature`, `BadKey`, `BadChecksum`, `NotFound` and `Stale` when head or log cannot be believed,
    `ProblemsFound` when the source cannot be built, `WorldError` when git, disk or network fail.
    """
    site = open_site(wish.place)
    once = Once(site)
    head = read_head(once, wish.root_key)
    with _open(wish, site, once, head) as edges:
        report = _empty(edges, head.snapshot, wish)
        try:
            found = list(itertools.islice(_differences(wish, edges, once, head), LISTED * 100))
        except FormatError as error:
            fields = error.at(f"{wish.place.rstrip('/')}/{layout.LOG}")._asdict()
            raise BadChecksum(fields.pop("code"), fields.pop("message"), **fields) from None
        if found:
            return report._replace(total=len(found), differences=tuple(found[:LISTED]))
        return report._replace(files=sum(len(files) for _, files in edges.memory.units()))


def _empty(edges: Edges, snapshot: Snapshot, wish: Wish) -> Rebuild:
    """The report before anything was compared."""
    sums = (snapshot.index_json, snapshot.index_sums, snapshot.site_sums)
    facts = (snapshot.origin, snapshot.number, snapshot.commit, snapshot.log_size, b64.encode(snapshot.log_root), sums)
    return Rebuild(*facts, edges.trust.development, "lists" if wish.lists else "files", 0, 0, (), edges.tool)


class Unwritten(Staging):
    """A staging area for what is only compared: nothing is written, and nothing is there but signed provenance."""

    def __init__(self, workplace: Workplace, place: str, attest: tuple[str, ...]) -> None:
        super().__init__(workplace)
        self._place, self._attest = place, attest

    def same(self, path: str, data: bytes) -> bool:
        """Always: so nothing is staged, and the emitter keeps the hash of what was made."""
        return True

    def copy(self, path: str, of: str) -> None:
        """Nothing is staged."""

    def current(self, path: str, limit: int) -> bytes | None:
        """A published provenance envelope that one of the attestation keys has signed; None for all else."""
        if not path.endswith(".intoto.jsonl"):
            return None
        try:
            data = self._published.read(path, dsse.LIMIT)
            dsse.verify_envelope(dsse.parse_envelope(data), map(minisign.parse_public_key, self._attest))
        except (FormatError, NotFound):
            return None
        return data

    @cached_property
    def _published(self) -> Reader:
        # Opened by each process for itself: a connection cannot be sent to another.
        return open_site(self._place)


@contextmanager
def _open(wish: Wish, site: Reader, once: Once, head: Head) -> Iterator[Edges]:
    """What the stages of a build need, for a build of the published commit with the published log."""
    repository = Repository(wish.repo)
    commit = repository.resolve(head.snapshot.commit)
    workplace = Workplace(wish.work / "site")
    with ExitStack() as stack:
        memory, progress = Memory(workplace.memory), Progress(wish.quiet)
        stack.callback(memory.close)
        stack.callback(progress.close)
        source, tool = source_tree(repository, commit), tool_digest(wish.templates)
        registry = read_settings(repository, source, memory, tool)
        chain = [trustfile.parse_trust(data) for data in _trust_files(once, head)]
        attest = tuple(dict.fromkeys(key for trust in chain for key in trust.attest_keys))
        vkey = note.parse_vkey(head.trust.log_vkey)
        development = _in_source(repository, source).get("1.json") != next(_trust_files(once, head))
        templates = open_templates(wish.templates, wish.work / "templates", read_own(repository, source, registry))
        request = Request(
            wish.repo, commit.id, wish.work / "site", wish.place, jobs=wish.jobs, templates=wish.templates
        )
        yield Edges(
            request,
            workplace,
            memory,
            RememberedAuthority(memory),
            Unwritten(workplace, wish.place, attest),
            repository,
            commit,
            source,
            registry,
            find_keys(None, {}, wish.work / "keys"),
            Trustees(head.trust, (), (vkey,), development),
            site,
            templates,
            watched(site_of(registry, development, templates), head.trust),
            tool,
            time.monotonic(),
            progress,
        )


def _trust_files(once: Once, head: Head) -> Iterator[bytes]:
    """The published trust files, as `read_head` has verified them."""
    for number in range(1, head.trust.number + 1):
        yield once.read(f"{layout.TRUST}{number}.json", trustfile.LIMIT)


def _in_source(repository: Repository, source: str) -> dict[str, bytes]:
    """The files in the source's folder `trust`."""
    folder = repository.subtree(source, "trust")
    listed = repository.tree(folder) if folder else ()
    return {entry.name: repository.blob(entry.oid, FILE_LIMIT) for entry in listed}


# --- what differs ---


def _differences(wish: Wish, edges: Edges, once: Once, head: Head) -> Iterator[Difference]:
    """What differs: first in what the snapshot says, then in the log, then in the files."""
    from packyard.stages import making, reading

    apart = [*_of_commit(wish, edges.repository, edges.head), *_of_trust(edges, once, head)]
    read = reading.read(edges)
    making.make(edges, read)
    assert read.recorded is not None
    apart += _of_log(edges, read.recorded.log, head.snapshot)
    yield from apart
    published = Published(edges.previous or once)
    chain = Chain(published, head.snapshot)
    expected = _sums(edges, head.snapshot.number)
    found = dict(head.snapshot.sums)
    if expected != found:
        yield from _of_lists(edges, chain, expected, found)
    if not wish.lists and expected == found:
        for path, digest in _sealed(chain, found):
            published.intact(path, digest)
    for problem in published.problems:
        yield Difference(problem.path, problem.expected, problem.found)


def _of_commit(wish: Wish, repository: Repository, commit: Commit) -> Iterator[Difference]:
    """The commit must be the one that was asked for, and on the main branch."""
    if wish.ref and (wanted := repository.resolve(wish.ref)).id != commit.id:
        yield Difference(layout.SNAPSHOT, f"commit {wanted.id}", f"commit {commit.id}")
    mains = repository.mains()
    bases = (repository.merge_base(commit, main) for main in mains.values())
    if mains and not any(base and base.id == commit.id for base in bases):
        yield Difference(layout.SNAPSHOT, f"a commit of {' or '.join(mains)}", f"commit {commit.id}")


def _of_trust(edges: Edges, once: Once, head: Head) -> Iterator[Difference]:
    """The trust files must be those of the source, unless the site is one of development keys, and says so."""
    if edges.trust.development:
        return
    for name, data in _in_source(edges.repository, edges.source).items():
        path = layout.TRUST + name
        try:
            found = once.read(path, FILE_LIMIT)
        except NotFound:
            found = b""
        if found != data:
            yield Difference(path, sha256(data).hexdigest(), sha256(found).hexdigest() if found else "")
    if f"{head.trust.number + 1}.json" in _in_source(edges.repository, edges.source):
        yield Difference(layout.SNAPSHOT, "the newest trust file", f"trust {head.trust.number}")


def _of_log(edges: Edges, log: TileReader, snapshot: Snapshot) -> Iterator[Difference]:
    """The log must be what history demands, with an `index` entry for each snapshot, this one's last."""
    try:
        for entry in new_entries(log, 0, edges.memory.leaves()):
            yield Difference(layout.LOG, _shown(entry), "")
    except Stale as error:
        yield Difference(layout.LOG, error.problem.found, error.problem.expected)
    marks = [entry for _, entry in recorded_entries(log, 0) if entries.is_index(entry)]
    wanted = entries.index_entry(snapshot.number, seal.Chain(*dict(snapshot.sums).values()).digest)
    if len(marks) != snapshot.number or marks[-1] != wanted:
        found = f"{_shown(marks[-1])}, the last of {len(marks)}" if marks else ""
        yield Difference(layout.LOG, f"{_shown(wanted)}, the last of {snapshot.number}", found)


def _shown(entry: bytes) -> str:
    return entry[:300].decode("utf-8", "replace")


def _sums(edges: Edges, number: int) -> dict[str, str]:
    """The three hashes that a snapshot of what was made would list."""
    memory = edges.memory
    index = sha256()
    for part in documents.index_parts(edges.registry, number, edges.head.id, memory.count(), memory.lines()):
        index.update(part)
    shards = ((at, sha256(seal.shard_sums(memory.shard(at))).hexdigest()) for at in range(layout.SHARDS))
    lists = sha256(seal.index_sums(shards)).hexdigest()
    *_, (_, site) = seal.site_lists(_others(edges).items())
    return {layout.INDEX: index.hexdigest(), layout.INDEX_SUMS: lists, layout.SITE_SUMS: sha256(site).hexdigest()}


def _others(edges: Edges) -> dict[str, str]:
    """Hashes of what was made outside of the packs, by path."""
    return {file.path: file.sha256 for _, files in edges.memory.units(but="pack ") for file in files}


def _of_lists(
    edges: Edges, chain: Chain, expected: Mapping[str, str], found: Mapping[str, str]
) -> Iterator[Difference]:
    """The files whose hashes differ; of lists that differ in nothing else, the lists themselves."""
    if expected[layout.INDEX] != found[layout.INDEX]:
        yield Difference(layout.INDEX, expected[layout.INDEX], found[layout.INDEX])
    files = itertools.chain(_of_packs(edges, chain), _compare(_others(edges), dict(chain.others())))
    lists = ({path: hashes[path] for path in (layout.INDEX_SUMS, layout.SITE_SUMS)} for hashes in (expected, found))
    first = next(files, None)
    yield from itertools.chain([first], files) if first else _compare(*lists)


def _of_packs(edges: Edges, chain: Chain) -> Iterator[Difference]:
    """The files of packs whose hashes differ; of a pack that differs in nothing else, its lists."""
    for number in range(layout.SHARDS):
        made = dict(edges.memory.shard(number))
        listed = {inventory.pack_of(path): digest for path, digest in chain.lines(layout.shard_sums(number)).items()}
        for name in sorted(name for name in made.keys() | listed.keys() if made.get(name) != listed.get(name)):
            own = layout.pack(name, layout.FILES_SUMS)
            files = {file.path: file.sha256 for file in edges.memory.unit(f"pack {name}") if file.path != own}
            found = list(_compare(files, dict(chain.files(name))))
            yield from [each for each in found if not inventory.is_pack_list(each.path)] or found


def _compare(made: Mapping[str, str], listed: Mapping[str, str]) -> Iterator[Difference]:
    for path in sorted(made.keys() | listed.keys()):
        if made.get(path) != listed.get(path):
            yield Difference(path, made.get(path, ""), listed.get(path, ""))


def _sealed(chain: Chain, top: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(path, hash) of every file that the lists name; of lists, those of pages."""
    yield layout.INDEX, top[layout.INDEX]
    for name, _ in chain.packs():
        yield from chain.files(name)
    yield from chain.others()

"""Asking a registry, in as few rounds as can be: its head, some packs, what they lead to, and the tarballs wanted.

What is needed next is worked out from what the registry says before anything of it is proven: the paths of a proof are
the same whether it holds or not. So the proofs of the head, the documents of packs and the tarballs arrive together.
Nothing is given out before all of it is proven.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from packyard.client.chain import hints, read_document
from packyard.client.documents import Document
from packyard.client.growth import reads_from
from packyard.client.heads import Head, read_bundle, read_head
from packyard.client.ledger import Ledger
from packyard.client.packs import Proven, Registry, entry_of, pack_wants, prove_pack
from packyard.client.releases import TARBALL_LIMIT, Opened, open_release, prove_release, release_of
from packyard.client.state import State
from packyard.client.wanted import Files, Want, Wanted, need
from packyard.errors import NotFound
from packyard.formats import layout, snapshot, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.model import Pack

#: Names and versions of packs.
Pins = tuple[tuple[str, str], ...]


class Step(NamedTuple):
    """What is wanted besides, going by what is known: the names of more packs, and versions to open."""

    names: tuple[str, ...] = ()
    pins: Pins = ()


#: From the packs that are known to what is wanted besides. It is asked again whenever more is known: first with packs
#: as their documents state them, last with packs that are proven.
Choose = Callable[[Mapping[str, Pack]], Step]


class Question(NamedTuple):
    """What is asked of a registry: `state` is what is remembered of it, `known` the entries of its log, `now` the time
    in seconds, `root_key` the root key that it must have, `names` the packs.
    """

    state: State | None
    known: Mapping[int, bytes]
    now: int
    root_key: str = ""
    names: tuple[str, ...] = ()
    choose: Choose = lambda packs: Step()


class Answer(NamedTuple):
    """What was proven: the head, the packs, the opened versions; and what is to be remembered: the state, and new
    entries of the log by index. `absent` are the names of packs that the registry does not have.
    """

    head: Head
    packs: Mapping[str, Proven]
    opened: Mapping[tuple[str, str], Opened]
    state: State
    entries: Mapping[int, bytes]
    absent: frozenset[str]


def consult(files: Files, question: Question) -> Answer:
    """The answer. Raises `Wanted` for what must be fetched, and `TrustError` for what is refused."""
    wants = [*_first_wants(question)] if question.state is None else []
    try:
        stated = _stated(files)
    except Wanted as wanted:
        raise Wanted([*wanted.wants, *wants]) from None
    found: list[Want] = []
    head = _or_wants(found, lambda: read_head(files, question.state, question.now, question.root_key))
    documents, absent, pins = _documents(files, stated, question, found)
    found += _proof_wants(files, stated, question, documents, pins)
    need(files, found)
    if head is None:
        raise Wanted(found)
    return _prove(files, head, question, documents, absent)


def _first_wants(question: Question) -> Iterator[Want]:
    """What a first contact will need whatever the registry says."""
    yield Want(f"{layout.TRUST}1.json", trustfile.LIMIT)
    if question.names:
        yield Want(layout.INDEX_SUMS, 1 << 16)
    for name in question.names:
        yield from hints(name)


def _stated(files: Files) -> Snapshot:
    """What the snapshot says, before it is believed; whatever is wrong with it is said when the head is read."""
    try:
        return snapshot.parse_snapshot(read_bundle(files).snapshot)
    except ValueError:
        read_head(files, None, 0)
        raise


def _or_wants(found: list[Want], step: Callable[[], Head]) -> Head | None:
    try:
        return step()
    except Wanted as wanted:
        found += wanted.wants
        return None


def _documents(
    files: Files, stated: Snapshot, question: Question, found: list[Want]
) -> tuple[dict[str, Document], frozenset[str], Pins]:
    """The documents of all packs that are wanted, as far as they can be read; what cannot is added to `found`."""
    documents, absent, asked = dict[str, Document](), set[str](), set[str]()
    names: Iterable[str] = question.names
    while True:
        waiting = len(found)
        for name in names:
            asked.add(name)
            try:
                documents[name] = read_document(files, stated, name)
            except Wanted as wanted:
                found += wanted.wants
                found += (want for want in hints(name) if not files.has(want))
            except NotFound as error:
                if error.problem.code != "pack-unknown":
                    raise
                absent.add(name)
        step = question.choose({name: each.pack for name, each in documents.items()})
        names = [name for name in step.names if name not in asked]
        if not names:
            return documents, frozenset(absent), step.pins if len(found) == waiting else ()


def _proof_wants(
    files: Files, stated: Snapshot, question: Question, documents: Mapping[str, Document], pins: Pins
) -> Iterator[Want]:
    """What the proofs of packs and versions need, as far as it can be told before the head is proven."""
    registry, ledger = _registry(stated, question), _ledger(files, stated, question, None)
    for document in documents.values():
        yield from pack_wants(document, registry, ledger)
    for name, version in pins:
        claims = [claim for claim in documents[name].versions if claim.version == version and claim.tarball]
        for claim in claims:
            yield Want(layout.tarball(name, version), TARBALL_LIMIT, claim.tarball)
            yield from ledger.wants([(claim.log_index, entry_of(name, claim))])


def _registry(stated: Snapshot, question: Question, head: Head | None = None) -> Registry:
    state = head.state if head else question.state
    trusts = tuple(map(trustfile.parse_trust, state.trusts)) if state else ()
    people = state.people if state else {}
    return Registry(stated.origin, trusts, stated.issued, people, frozenset(state.proven) if state else frozenset())


def _ledger(files: Files, stated: Snapshot, question: Question, head: Head | None) -> Ledger:
    """What is known of the log. Before the head is proven, its new entries count as known: they will be read."""
    if head is None:
        return Ledger(files, stated.log_size, stated.log_root, question.known, reads_from(question.state, stated))
    known = {**({} if head.anew else question.known), **head.entries}
    return Ledger(files, stated.log_size, stated.log_root, known, head.state.scanned)


def _prove(
    files: Files, head: Head, question: Question, documents: Mapping[str, Document], absent: frozenset[str]
) -> Answer:
    registry, ledger = _registry(head.snapshot, question, head), _ledger(files, head.snapshot, question, head)
    packs = {name: prove_pack(files, document, registry, ledger) for name, document in documents.items()}
    step = question.choose({name: each.pack for name, each in packs.items()})
    if more := [name for name in step.names if name not in packs and name not in absent]:
        raise Wanted(want for name in more for want in hints(name))
    opened = dict(_open(files, packs, step.pins, ledger))
    return Answer(head, packs, opened, _remember(head, packs), {**head.entries, **ledger.proven}, absent)


def _remember(head: Head, packs: Mapping[str, Proven]) -> State:
    people, proven = dict(head.state.people), set(head.state.proven)
    for each in packs.values():
        people |= each.people
        first = min(each.pack.versions, key=lambda state: state.release.log_index)
        proven.add(first.release.identity)
    return head.state._replace(people=people, proven=tuple(sorted(proven)))


def _open(
    files: Files, packs: Mapping[str, Proven], pins: Pins, ledger: Ledger
) -> Iterator[tuple[tuple[str, str], Opened]]:
    releases = [release_of(packs[name], version) for name, version in pins]
    need(files, (Want(each.tarball.path, TARBALL_LIMIT, each.tarball.sha256) for each in releases))
    for release in releases:
        where = f"{files.name}/{release.tarball.path}"
        prove_release(packs[release.pack], release, ledger, where)
        data = files.sealed(release.tarball.path, release.tarball.sha256, TARBALL_LIMIT)
        yield (release.pack, release.version), open_release(packs[release.pack], release, data, where)

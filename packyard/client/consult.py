"""Asking a registry, in as few rounds as can be: its head, some packs, what they lead to, and the tarballs wanted.

What is needed next is worked out from what the registry says before anything of it is proven: the paths of a proof are
the same whether it holds or not. So the proofs of the head, the documents of packs and the tarballs arrive together.
Nothing is given out before all of it is proven.

As long as the head is not, whoever answers may be anybody. What is fetched ahead of it is a guess: it is bounded in
number and size, and whatever is wrong with it is not looked at until the head has been proven.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from packyard.client.chain import HINT_LIMIT, INDEX_SUMS_LIMIT, hints, read_document
from packyard.client.documents import Document
from packyard.client.growth import reads_from
from packyard.client.heads import Head, read_head, read_stated
from packyard.client.judges import Registry
from packyard.client.ledger import Ledger
from packyard.client.packs import Proven, pack_wants, prove_pack
from packyard.client.releases import TARBALL_LIMIT, Opened, open_release, prove_release, release_of
from packyard.client.state import State
from packyard.client.wanted import Files, Want, Wanted, gather, need
from packyard.errors import NotFound, PackyardError
from packyard.formats import layout, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.model import Pack

#: The most files that are fetched in one round before the head is proven.
GUESSES = 500

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


class _Found(NamedTuple):
    """The documents of the packs that are wanted, names that the registry does not have, versions to open, and what
    must be fetched besides.
    """

    documents: Mapping[str, Document]
    absent: frozenset[str]
    pins: Pins
    wants: tuple[Want, ...]


def consult(files: Files, question: Question) -> Answer:
    """The answer. Raises `Wanted` for what must be fetched, and `TrustError` for what is refused."""
    try:
        head = read_head(files, question.state, question.now, question.root_key)
    except Wanted as wanted:
        raise Wanted([*wanted.wants, *_guesses(files, question)]) from None
    registry, ledger = _registry(head), _ledger(files, head, question)
    found = _documents(files, head.snapshot, question)
    need(files, [*found.wants, *_proof_wants(found, registry, ledger)])
    return _prove(files, head, question, found, registry, ledger)


# --- before the head is proven ---


def _guesses(files: Files, question: Question) -> list[Want]:
    """What will be needed if the registry is what it says it is; none of it is more than a guess."""
    found = list(_first_wants(question)) if question.state is None else []
    with suppress(Wanted, PackyardError):
        found += _ahead(files, read_stated(files), question)
    guesses = (want._replace(limit=min(want.limit, HINT_LIMIT), hint=True) for want in found)
    return [want for want in dict.fromkeys(guesses) if not files.has(want)][:GUESSES]


def _first_wants(question: Question) -> Iterator[Want]:
    """What a first contact will need whatever the registry says."""
    yield Want(f"{layout.TRUST}1.json", trustfile.LIMIT)
    if question.names:
        yield Want(layout.INDEX_SUMS, INDEX_SUMS_LIMIT)
    for name in question.names:
        yield from hints(name)


def _ahead(files: Files, stated: Snapshot, question: Question) -> list[Want]:
    """What the documents and proofs will need. The new entries of the log count as known: they will be read."""
    state = question.state
    trusts = tuple(map(trustfile.parse_trust, state.trusts)) if state else ()
    registry = Registry(stated.origin, trusts, state.since if state else (), 0, state.people if state else {})
    scanned = reads_from(state, stated)
    ledger = Ledger(files, stated.log_size, stated.log_root, question.known, scanned)
    found = _documents(files, stated, question)
    return [*found.wants, *_proof_wants(found, registry, ledger)]


# --- after it ---


def _documents(files: Files, stated: Snapshot, question: Question) -> _Found:
    """The documents of all packs that are wanted, as far as they can be read."""
    documents, absent, asked = dict[str, Document](), set[str](), set[str]()
    wants, names = list[Want](), tuple(dict.fromkeys(question.names))
    while True:
        asked.update(names)
        for name in names:
            try:
                documents[name] = read_document(files, stated, name)
            except Wanted as wanted:
                wants += wanted.wants
                wants += (want for want in hints(name) if not files.has(want))
            except NotFound as error:
                if error.problem.code != "pack-unknown":
                    raise
                absent.add(name)
        step = question.choose({name: each.pack for name, each in documents.items()})
        names = tuple(name for name in dict.fromkeys(step.names) if name not in asked)
        if not names:
            return _Found(documents, frozenset(absent), () if wants else step.pins, tuple(wants))


def _proof_wants(found: _Found, registry: Registry, ledger: Ledger) -> Iterator[Want]:
    """What the proofs of packs and versions need."""
    for document in found.documents.values():
        yield from pack_wants(document, registry, ledger)
    for name, version in found.pins:
        claims = found.documents[name].versions if name in found.documents else ()
        for claim in claims:
            if claim.version == version and claim.tarball:
                yield Want(layout.tarball(name, version), TARBALL_LIMIT, claim.tarball)
                yield from ledger.wants([claim.log_index])


def _registry(head: Head) -> Registry:
    state = head.state
    trusts = tuple(map(trustfile.parse_trust, state.trusts))
    return Registry(state.origin, trusts, state.since, head.snapshot.issued, state.people)


def _ledger(files: Files, head: Head, question: Question) -> Ledger:
    known = {**({} if head.anew else question.known), **head.entries}
    return Ledger(files, head.snapshot.log_size, head.snapshot.log_root, known, head.state.scanned)


def _prove(files: Files, head: Head, question: Question, found: _Found, registry: Registry, ledger: Ledger) -> Answer:
    proofs = gather(partial(prove_pack, files, each, registry, ledger) for each in found.documents.values())
    packs = dict(zip(found.documents, proofs, strict=True))
    step = question.choose({name: each.pack for name, each in packs.items()})
    opened = dict(_open(files, packs, step.pins, ledger))
    people = dict(head.state.people)
    for each in packs.values():
        people |= each.people
    return Answer(
        head, packs, opened, head.state._replace(people=people), {**head.entries, **ledger.proven}, found.absent
    )


def _open(
    files: Files, packs: Mapping[str, Proven], pins: Pins, ledger: Ledger
) -> Iterator[tuple[tuple[str, str], Opened]]:
    for name, _ in pins:
        if name not in packs:
            raise NotFound("pack-unknown", f"there is no pack {name}", path=files.name)
    releases = [release_of(packs[name], version) for name, version in pins]
    need(files, (Want(each.tarball.path, TARBALL_LIMIT, each.tarball.sha256) for each in releases))
    need(files, ledger.wants(each.log_index for each in releases))
    for release in releases:
        where = f"{files.name}/{release.tarball.path}"
        prove_release(packs[release.pack], release, ledger, where)
        data = files.sealed(release.tarball.path, release.tarball.sha256, TARBALL_LIMIT)
        yield (release.pack, release.version), open_release(packs[release.pack], release, data, where)

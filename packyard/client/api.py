"""The client as a library, with the powers of the command.

    client = Client("my-project")                     the registries that packyard.json and registries.json name
    client = Client(registry="https://packs.example.org/", key="RWQ…")

    client.search("review").hits[0].pack.name         in the registry's catalogue
    client.info("hello@^1").version.release.version   a proven pack, and how it was proven
    client.install(["hello@^1.2"], targets=["claudecode"])
    client.update(["hello"])       client.remove(["hello"])       client.list()
    client.outdated()              client.verify()                client.audit()

Whatever changes the project is all or nothing, and with `dry_run=True` only says what it would do. With `offline=True`
nothing is asked for: what was proven on this machine before is enough, or it is said what is missing. Every method
raises `packyard.errors.PackyardError` and nothing else. The values are those of `packyard.client.user_values`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from packyard.client.lock import Lock
from packyard.client.offers import Key, Offers, offers_of
from packyard.client.project import demands, home
from packyard.client.references import Reference, parse_reference
from packyard.client.searching import Hit, Searched, search
from packyard.client.user_looking import findings, info_of, listed, meant, outdated
from packyard.client.user_values import Audited, Info, Listed, Notices, Outcome, Outdated, Verified
from packyard.edges import client_drafts
from packyard.edges.client_asking import ask_for, resolving, told
from packyard.edges.client_catalogue import read_about, read_index, read_notices
from packyard.edges.client_drafts import Ground
from packyard.edges.client_pinning import locked_registries
from packyard.edges.client_placing import Draft, How, carry_out
from packyard.edges.client_prepared import read_prepared
from packyard.edges.client_searching import Asked, search_registry
from packyard.edges.client_verifying import verify_installed
from packyard.edges.installing import read_installed
from packyard.edges.registries import Registries, parsed
from packyard.edges.resolution import Resolver
from packyard.errors import UsageError, WorldError
from packyard.model import Pack
from packyard.search.engine import Found
from packyard.search.query import SORTS, parse_query

#: A method of the client is called `list`.
_Rows = tuple[Listed, ...]


class Client:
    """A project's packs and registries. `folder` is the project's; `registry` is the name, the address or the folder of
    the one that is to be asked first, `key` a root key that it must have. `warn` is told what a person should know.
    """

    def __init__(
        self,
        folder: str | Path = ".",
        *,
        registry: str = "",
        key: str = "",
        environ: Mapping[str, str] = os.environ,
        warn: Callable[[str], None] = lambda text: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ground = Ground(Path(folder), registry, key, environ, warn, clock)

    @property
    def registries(self) -> Registries:
        """The registries that count, and what asking them has cost."""
        return self._ground.registries

    # --- looking ---

    def pack(self, reference: str, *, offline: bool = False) -> Pack:
        """A proven pack, all versions of it. Raises `NotFound`."""
        wanted = _reference(reference)
        answer = ask_for(self.registries, self._home(wanted), wanted.name, offline=offline)
        return answer.packs[wanted.name].pack

    def offers(self, reference: str, *, offline: bool = False) -> Offers:
        """What is offered of a pack. Raises `NotFound`."""
        return offers_of(self._home(_reference(reference)), self.pack(reference, offline=offline))

    def info(self, reference: str, *, offline: bool = False) -> Info:
        """What is to be known of a pack, and of the version that the reference means. Raises `NotFound`."""
        wanted = _reference(reference)
        registry = self._home(wanted)
        answer = ask_for(self.registries, registry, wanted.name, offline=offline)
        proven = answer.packs[wanted.name]
        state, about = meant(registry, proven.pack, wanted.range), None
        if not state.withdrawn:
            session = self.registries.session(registry, offline=offline)
            with suppress(*([WorldError] if offline else [])):  # what is not at hand is left out
                about = read_about(session, answer.head.snapshot, wanted.name, state.release.version)
        return info_of(registry, answer.head, proven, state, about, self._now())

    def find(self, asked: Asked, *, offline: bool = False) -> Searched:
        """What the search index of the first registry finds, or its catalogue, where it has no index or that is not at
        hand.
        """
        registry = self.registries.default()
        session = self.registries.session(registry, offline=offline)
        stated, found = session.ask().head.snapshot, None
        with suppress(*([WorldError] if offline else [])):
            found = search_registry(session, stated, asked)
        if found is None:
            data = read_index(session, stated)
            prepared = partial(read_prepared, self.registries.cache, stated.index_json)
            catalogue = parsed(f"{session.places.name}/index.json", prepared, data)
            found = told(lambda: search(catalogue, *asked))
        if not offline:
            self.registries.learn(registry)
        return Searched(stated.origin, stated.number, found)

    def search(
        self,
        words: str = "",
        filters: Iterable[tuple[str, str]] = (),
        *,
        sort: str = SORTS[0],
        page: int = 1,
        limit: int = 20,
        offline: bool = False,
    ) -> Found[Hit]:
        """The packs of the first registry that have the words and hold the filters, which are names and values as in
        `packyard.search.query`.
        """
        query = told(lambda: parse_query(words, filters))
        return self.find(Asked(query, sort, page, limit), offline=offline).found

    def lock(self) -> Lock | None:
        """The project's lock, None when it has none."""
        return self._again().lock()

    def list(self) -> _Rows:
        """The project's packs, by name. Nothing is asked for."""
        lock = self.lock()
        return () if lock is None else listed(lock, read_installed(self._ground.folder))

    def outdated(self) -> tuple[Outdated, ...]:
        """The packs for which there is something newer."""
        ground = self._again()
        lock, registries = ground.locked(), ground.registries
        resolver = Resolver(registries, lock, [pack.name for pack in lock.packs])
        wanted = told(lambda: demands(ground.project, registries.known))
        found = resolving(registries, resolver, lambda: resolver.resolve(wanted))
        locked_registries(registries, lock.registries, lock)
        for registry in lock.registries:
            registries.learn(registry)
        return tuple(outdated(lock, found.offers, found.renames, resolver.known))

    def verify(self, *, offline: bool = False) -> Verified:
        """Compares every installed file with what was locked and signed, the lock with the project, and the lock with
        the registry as it is now. What is wrong with the registry is raised.
        """
        ground = self._again()
        opened, different = ground.open(offline), ground.differences()
        return verify_installed(ground.folder, ground.locked(), opened, ground.project.targets, different)

    def audit(self) -> Audited:
        """What is to be known now about the packs that are locked: yanks, deprecations, revoked keys and the like."""
        ground = self._again()
        lock = ground.locked()
        packs, notices = dict[Key, Pack](), dict[str, Notices]()
        for registry in lock.registries:
            here = [pack for pack in lock.packs if pack.registry == registry]
            session = ground.registries.session(registry)
            answer = session.ask(tuple(pack.name for pack in here))
            packs |= {(registry, name): proven.pack for name, proven in answer.packs.items()}
            notices[registry] = read_notices(session, answer.head.snapshot, {pack.publisher for pack in here})
            ground.registries.learn(registry)
        locked_registries(ground.registries, lock.registries, lock)
        counts = [len(each.advisories) for each in notices.values() if each.advisories is not None]
        found = tuple(findings(lock, packs, notices, self._now()))
        return Audited(len(lock.packs), found, sum(counts) if counts else None)

    # --- changing the project ---

    def install(
        self,
        references: Iterable[str] = (),
        *,
        targets: Collection[str] = (),
        frozen: bool = False,
        offline: bool = False,
        dry_run: bool = False,
        force: bool = False,
    ) -> Outcome:
        """Installs the project's packs and these, which become the project's, for the project's targets and these,
        which become the project's too.

        With `frozen` exactly what is locked, and nothing that the project says is changed; with `offline` from what was
        proven on this machine before, without a request. What stands in the way is in the plan of a dry run, and else
        raised as `ProblemsFound`; with `force` a copy of it is kept, and it is replaced.
        """
        asked = tuple(map(_reference, references))
        if frozen:
            return self._change(lambda ground: client_drafts.frozen(ground, asked, targets, offline), dry_run, force)
        if offline:
            message, hint = "without asking a registry, only what is locked can be installed", "add --frozen"
            raise UsageError("usage-wrong", message, help=hint)
        return self._change(lambda ground: client_drafts.resolved(ground, asked, (), targets), dry_run, force)

    def update(
        self,
        references: Iterable[str] = (),
        *,
        targets: Collection[str] = (),
        dry_run: bool = False,
        force: bool = False,
    ) -> Outcome:
        """Takes the newest versions that fit, of these packs or of all."""
        asked = tuple(map(_reference, references))
        return self._change(lambda ground: client_drafts.updated(ground, asked, targets), dry_run, force)

    def remove(self, references: Iterable[str], *, dry_run: bool = False, force: bool = False) -> Outcome:
        """Takes packs out of the project, and what only they needed. Nothing is asked for."""
        gone = tuple(map(_reference, references))
        return self._change(lambda ground: client_drafts.without(ground, gone), dry_run, force)

    # --- inside ---

    def _change(self, make: Callable[[Ground], Draft], dry_run: bool, force: bool) -> Outcome:
        how = How(dry_run, force)
        return carry_out(self._ground.folder, lambda: make(self._again()), how, self._now())

    def _again(self) -> Ground:
        """The project as it stands now."""
        self._ground = self._ground.again()
        return self._ground

    def _home(self, reference: Reference) -> str:
        return told(lambda: home(self.registries.known, reference.name, reference.registry))

    def _now(self) -> int:
        return int(self._ground.clock())


def _reference(text: str) -> Reference:
    return told(lambda: parse_reference(text))

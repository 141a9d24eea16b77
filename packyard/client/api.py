"""The client as a library, with the powers of the command.

    client = Client("my-project")                     the registries that packyard.json and registries.json name
    client = Client(registry="https://packs.example.org/", key="RWQ…")

    client.pack("hello@^1").latest.release.version    a proven pack
    client.install(["hello@^1.2"], targets=["claudecode"])
    client.update(["hello"])       client.remove(["hello"])
    client.outdated()              client.verify()              client.audit()

Whatever changes the project is all or nothing, and with `dry_run=True` only says what it would do. Every method raises
`packyard.errors.PackyardError` and nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from packyard.client import agentpacks, placing
from packyard.client.lock import FILE as LOCK
from packyard.client.lock import LIMIT as LOCK_LIMIT
from packyard.client.lock import Lock, LockedRegistry, differences, format_lock, lock_of, parse_lock
from packyard.client.offers import Demand, Offers, offers_of
from packyard.client.placing.values import Change, Plan
from packyard.client.project import FILE, Project, demands, format_project, home, parse_project, with_pack, without_pack
from packyard.client.references import LATEST, Reference, caret, parse_reference
from packyard.client.releases import Opened
from packyard.client.resolving import Resolved
from packyard.edges.installing import Installation, installation
from packyard.edges.registries import Registries, known_registries, parsed, read_file, read_project
from packyard.edges.resolution import Resolver, open_locked
from packyard.errors import FormatError, NotFound, Problem, ProblemsFound, UsageError
from packyard.formats.minisign import parse_public_key
from packyard.formats.names import PackName
from packyard.model import Pack

T = TypeVar("T")


class Outcome(NamedTuple):
    """What was done, or would be: the plan with its changes and notes, the lock, what the resolution had to say, and
    (name, version before, version after) of every pack that changed, "" for none.
    """

    plan: Plan
    lock: Lock
    notes: tuple[Problem, ...]
    changed: tuple[tuple[str, str, str], ...]


class Outdated(NamedTuple):
    """A locked pack for which there is something newer: `fitting` is the newest version that the project's own range
    allows, `newest` what the registry offers to everybody.
    """

    name: str
    registry: str
    locked: str
    fitting: str
    newest: str


class Client:
    """A project's packs and registries. `folder` is the project's; `registry` is an address or folder to use instead of
    those that are written down, `key` a root key that it must have. `warn` is told what a person should know.
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
        self.folder, self._clock = Path(folder), clock
        self.project, self._text = read_project(self.folder)
        known = known_registries(self.project, environ, registry, key)
        self.registries = Registries(known, self.folder, environ, warn, clock)
        self._given = registry

    # --- looking ---

    def pack(self, reference: str) -> Pack:
        """A proven pack, all versions of it. Raises `NotFound`."""
        wanted = _reference(reference)
        registry = self._home(wanted)
        answer = self.registries.session(registry).ask((wanted.name,))
        if wanted.name in answer.absent:
            raise NotFound("pack-unknown", f"{registry} has no pack {wanted.name}", found=wanted.name)
        return answer.packs[wanted.name].pack

    def offers(self, reference: str) -> Offers:
        """What is offered of a pack."""
        return offers_of(self._home(_reference(reference)), self.pack(reference))

    def lock(self) -> Lock | None:
        """The project's lock, None when it has none."""
        data = read_file(self.folder / LOCK, LOCK_LIMIT)
        return None if data is None else parsed(self.folder / LOCK, parse_lock, data)

    # --- changing the project ---

    def install(
        self,
        references: Iterable[str] = (),
        *,
        targets: Collection[str] | None = None,
        frozen: bool = False,
        dry_run: bool = False,
        force: bool = False,
    ) -> Outcome:
        """Installs the project's packs and these, which become the project's. With `frozen` exactly what is locked, and
        nothing else is said to be fine.
        """
        asked = tuple(map(_reference, references))
        if frozen:
            return self._install_locked(asked, targets, dry_run, force)
        text = self._text or format_project(Project())
        return self._change(text, asked, (), (), targets, dry_run, force)

    def update(
        self,
        names: Collection[str] = (),
        *,
        targets: Collection[str] | None = None,
        dry_run: bool = False,
        force: bool = False,
    ) -> Outcome:
        """Takes the newest versions that fit, of these packs or of all."""
        lock = self.lock()
        freed = names or [pack.name for pack in lock.packs] if lock else ()
        return self._change(self._whole(), (), tuple(freed), (), targets, dry_run, force)

    def remove(self, names: Collection[str], *, dry_run: bool = False, force: bool = False) -> Outcome:
        """Takes packs out of the project, and what only they needed."""
        return self._change(self._whole(), (), (), tuple(names), None, dry_run, force)

    # --- inside ---

    def _home(self, reference: Reference) -> str:
        return _told(lambda: home(self.registries.known, reference.name, reference.registry))

    def _whole(self) -> bytes:
        if self._text is None:
            raise UsageError("project-missing", f"there is no {FILE} here", path=str(self.folder), expected=FILE)
        return self._text

    def _change(
        self,
        text: bytes,
        asked: tuple[Reference, ...],
        update: tuple[str, ...],
        gone: tuple[str, ...],
        targets: Collection[str] | None,
        dry_run: bool,
        force: bool,
    ) -> Outcome:
        text = _told(partial(_edited, text, asked, tuple(_reference(name).name for name in gone)))
        project = parse_project(text)
        before = self.lock()
        wanted = _told(lambda: demands(project, self.registries.known))
        chosen = Resolver(self.registries, before, (*update, *(each.name for each in asked))).choose(wanted)
        text, wanted = self._settled(text, asked, chosen.resolved, wanted)
        lock = lock_of(wanted, chosen.resolved.offers, chosen.resolved.renames, self._locked_registries())
        opened = [each for _, each in sorted(chosen.opened.items())]
        files = {FILE: text, LOCK: format_lock(lock)}
        return self._place(project, before, lock, opened, files, chosen.resolved.notes, targets, dry_run, force)

    def _settled(
        self, text: bytes, asked: tuple[Reference, ...], resolved: Resolved, wanted: tuple[Demand, ...]
    ) -> tuple[bytes, tuple[Demand, ...]]:
        """The project with a range for each pack that was asked for without one: nothing that breaks comes by itself.
        """
        for reference in asked:
            if not reference.range:
                name = resolved.renames.get(reference.name, reference.name)
                version = next(each.version for each in resolved.offers if each.name == name)
                text = with_pack(text, reference._replace(range=caret(version)))
        return text, demands(parse_project(text), self.registries.known) if asked else wanted

    def _install_locked(
        self, asked: tuple[Reference, ...], targets: Collection[str] | None, dry_run: bool, force: bool
    ) -> Outcome:
        lock = self.lock()
        if lock is None or asked:
            message = "--frozen installs what is locked, and nothing is" if lock is None else "--frozen takes no names"
            raise UsageError("lock-missing", message, path=str(self.folder / LOCK), expected=f"a {LOCK} and no names")
        wanted = _told(lambda: demands(self.project, self.registries.known))
        if told := differences(lock, wanted):
            message = f"{LOCK} does not fit {FILE}"
            raise ProblemsFound(Problem("lock-outdated", LOCK, message, found=each) for each in told)
        opened = [each for _, each in sorted(open_locked(self.registries, lock).items())]
        return self._place(self.project, lock, lock, opened, {}, (), targets, dry_run, force)

    def _locked_registries(self) -> Mapping[str, LockedRegistry]:
        found = {}
        for registry in self.registries.known:
            state = self.registries.session(registry.name).remembered().state
            if state is not None:
                root = parse_public_key(registry.key or state.trust.root_keys[0]).key_id
                found[registry.name] = LockedRegistry(state.origin, registry.place, root)
        return found

    def _place(
        self,
        project: Project,
        before: Lock | None,
        lock: Lock,
        opened: list[Opened],
        files: Mapping[str, bytes],
        notes: tuple[Problem, ...],
        targets: Collection[str] | None,
        dry_run: bool,
        force: bool,
    ) -> Outcome:
        """Plans what the project's folder needs, and does it."""
        packs = [placing.Pack(each.name, each.version, each.identity, each.files, each.manifest) for each in opened]
        wanted = placing.want(packs, tuple(targets if targets is not None else project.targets))
        with installation(self.folder) as place:
            there = {pack.name for pack in place.ledger.packs}
            gone = there - {pack.name for pack in lock.packs}
            plan = place.plan(wanted, remove=gone, force=force)
            if not plan.conflicts:
                shared = {**files, agentpacks.FILE: self._agentpacks(place, lock, gone)}
                plan = plan._replace(changes=(*plan.changes, *_changes(place, shared)))
            if not dry_run:
                place.apply(plan)
        return Outcome(plan, lock, (*notes, *plan.notes), _compared(before, lock))

    def _agentpacks(self, place: Installation, lock: Lock, gone: Collection[str]) -> bytes:
        """The lock of the agentpacks client, which finds the packs in the same folders."""
        data = place.folder.read(agentpacks.FILE, agentpacks.LIMIT)
        known = parsed(self.folder / agentpacks.FILE, agentpacks.parse_agentpacks, data) if data is not None else None
        asked = {demand.name: demand.range for demand in lock.demands}
        packs = (
            agentpacks.Curated(
                _reference(pack.name).name, asked.get(pack.name, pack.version), pack.version, pack.sha256
            )
            for pack in lock.packs
        )
        return agentpacks.format_agentpacks(agentpacks.updated(known, packs, int(self._clock()), gone))


def _changes(place: Installation, files: Mapping[str, bytes]) -> Iterable[Change]:
    for path, data in files.items():
        old = place.folder.read(path, LOCK_LIMIT)
        if old != data:
            yield Change(path, old, data)


def _compared(before: Lock | None, after: Lock) -> tuple[tuple[str, str, str], ...]:
    old = {pack.name: pack.version for pack in before.packs} if before else {}
    new = {pack.name: pack.version for pack in after.packs}
    names = sorted(old.keys() | new.keys())
    return tuple((name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name))


def _reference(text: str) -> Reference:
    return _told(lambda: parse_reference(text))


def _edited(text: bytes, asked: tuple[Reference, ...], gone: tuple[PackName, ...]) -> bytes:
    """The project without some packs and with others. Raises `FormatError`."""
    for name in gone:
        text = without_pack(text, name)
    for reference in asked:
        text = with_pack(text, reference._replace(range=reference.range or LATEST))
    return text


def _told(step: Callable[[], T]) -> T:
    """What a step gives; what it refuses as a wrong call."""
    try:
        return step()
    except FormatError as error:
        raise UsageError(
            error.code, error.message, expected=error.expected, found=error.found, help=error.help
        ) from None

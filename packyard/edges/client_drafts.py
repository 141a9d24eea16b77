"""What a project is and what it is to become: read from its folder, and drafted by asking its registries."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from packyard.client.lock import FILE as LOCK
from packyard.client.lock import LIMIT as LOCK_LIMIT
from packyard.client.lock import Lock, differences, format_lock, lock_of, parse_lock
from packyard.client.project import FILE, demands, parse_project
from packyard.client.references import Reference
from packyard.client.releases import Opened
from packyard.client.user_project import EMPTY, edited, pruned, settled, with_registry, with_targets
from packyard.edges.client_asking import resolving, told
from packyard.edges.client_offline import open_remembered
from packyard.edges.client_pinning import locked_registries, pin
from packyard.edges.client_placing import Draft
from packyard.edges.registries import Registries, known_registries, parsed, read_file, read_project
from packyard.edges.resolution import Resolver, open_locked
from packyard.errors import Problem, ProblemsFound, UsageError
from packyard.formats.fields import did_you_mean
from packyard.formats.minisign import parse_public_key


class Ground:
    """A project as it stands: `project` with its `text` (None when there is no `packyard.json`), and its registries.
    `registry` and `key` are those that were given besides.
    """

    def __init__(
        self,
        folder: Path,
        registry: str,
        key: str,
        environ: Mapping[str, str],
        warn: Callable[[str], None],
        clock: Callable[[], float],
        before: Ground | None = None,
    ) -> None:
        """Reads the project. What was opened `before` stays open when the registries are as they were."""
        self.folder, self.clock = folder, clock
        self._arguments = (folder, registry, key, environ, warn, clock)
        self.project, self.text = read_project(folder)
        self.lock_text = read_file(folder / LOCK, LOCK_LIMIT)
        known = known_registries(self.project, environ, registry, key, folder)
        self.new = known.new
        self.registries: Registries = Registries(known, folder, environ, warn, clock)
        if before is not None and before.registries.found == known:
            self.registries = before.registries

    def again(self) -> Ground:
        """The same project, read anew."""
        return Ground(*self._arguments, self)

    def lock(self) -> Lock | None:
        """The project's lock, None when it has none. Raises `ProblemsFound`."""
        return None if self.lock_text is None else parsed(self.folder / LOCK, parse_lock, self.lock_text)

    def locked(self) -> Lock:
        """The project's lock. Raises `UsageError` when it has none."""
        lock = self.lock()
        if lock is None:
            message, hint = "nothing is locked in this project", "`packyard install NAME` installs and locks a pack"
            raise UsageError("lock-missing", message, path=str(self.folder), expected=LOCK, help=hint)
        return lock

    def differences(self) -> tuple[str, ...]:
        """In what the lock does not fit the project, in sentences."""
        wanted = told(lambda: demands(self.project, self.registries.known))
        return differences(self.locked(), wanted)

    def open(self, offline: bool) -> tuple[Opened, ...]:
        """The files of every locked version, proven anew, or from what was proven on this machine."""
        lock = self.locked()
        if offline:
            sessions = {name: self.registries.session(name, offline=True) for name in lock.registries}
            known = {name: session.remembered() for name, session in sessions.items()}
            opened = open_remembered(lock, known, self.registries.cache)
        else:
            opened = open_locked(self.registries, lock).opened
        locked_registries(self.registries, lock.registries, lock, offline=offline)
        return tuple(each for _, each in sorted(opened.items()))

    @property
    def read(self) -> Mapping[str, bytes | None]:
        """The texts that a draft is made from."""
        return {FILE: self.text, LOCK: self.lock_text}


def resolved(ground: Ground, asked: Sequence[Reference], update: Collection[str], targets: Collection[str]) -> Draft:
    """The project with packs that were asked for, and with those in `update` in their newest versions."""
    _must_be_its_own(ground)
    text = told(lambda: with_targets(edited(ground.text or EMPTY, asked), targets))
    before, known = ground.lock(), ground.registries.known
    wanted = told(lambda: demands(parse_project(text), known))
    resolver = Resolver(ground.registries, before, (*update, *(each.name for each in asked)))
    chosen = resolving(ground.registries, resolver, lambda: resolver.choose(wanted))
    offers, notes = chosen.resolved.offers, chosen.resolved.notes
    text, said = _recorded(ground, settled(text, asked, chosen.resolved))
    project = parse_project(text)
    registries = locked_registries(ground.registries, {offer.registry for offer in offers}, before)
    lock = lock_of(demands(project, known), offers, chosen.resolved.renames, registries)
    files = {FILE: text, LOCK: format_lock(lock)}
    opened = tuple(each for _, each in sorted(chosen.opened.items()))
    return Draft(ground.read, files, before, lock, opened, project.targets, notes, said)


def updated(ground: Ground, names: Sequence[Reference], targets: Collection[str]) -> Draft:
    """The project with packs, or with all of them, in the newest versions that fit."""
    _must_be_there(ground)
    lock = ground.lock()
    locked = [pack.name for pack in lock.packs] if lock else []
    known = {*locked, *(pack.name for pack in ground.project.packs)}
    for each in names:
        if each.name not in known:
            message, hint = f"the project has no pack {each.name}", did_you_mean(each.name, known)
            raise UsageError("pack-not-wanted", message, found=each.name, help=hint)
    return resolved(ground, (), [each.name for each in names] or locked, targets)


def frozen(ground: Ground, asked: Sequence[Reference], targets: Collection[str], offline: bool) -> Draft:
    """The project as it is locked, for its targets and these. What the project says is not changed."""
    _must_be_its_own(ground)
    if asked:
        raise UsageError("usage-wrong", "--frozen installs what is locked, and takes no names", expected="no names")
    lock = ground.locked()
    if told := ground.differences():
        hint = "`packyard install` makes the lock anew"
        message = f"{LOCK} does not fit {FILE}"
        raise ProblemsFound(Problem("lock-outdated", LOCK, message, found=each, help=hint) for each in told)
    every = tuple(dict.fromkeys((*ground.project.targets, *targets)))
    return Draft(ground.read, {}, lock, lock, ground.open(offline), every)


def without(ground: Ground, gone: Sequence[Reference]) -> Draft:
    """The project without packs, and without what only they needed."""
    _must_be_there(ground)
    text = told(lambda: edited(ground.text or EMPTY, (), gone))
    before = ground.lock()
    if before is None:
        return Draft(ground.read, {FILE: text}, None, Lock((), {}, {}, ()), (), ground.project.targets)
    lock = pruned(before, {each.name for each in gone})
    return Draft(ground.read, {FILE: text, LOCK: format_lock(lock)}, before, lock, (), ground.project.targets)


def _must_be_there(ground: Ground) -> None:
    if ground.text is None:
        message, hint = f"there is no {FILE} here", "go to the project's folder, or name it with --project"
        raise UsageError("project-missing", message, path=str(ground.folder), expected=FILE, help=hint)


def _must_be_its_own(ground: Ground) -> None:
    """Returns unless another registry was given than the project's own: its packs are not taken from elsewhere."""
    if ground.new is not None and ground.project.registries:
        known = ", ".join(each.place for each in ground.project.registries)
        message, hint = "the project has registries, and this is none of them", f"add it to {FILE}, also as a mirror"
        raise UsageError("registry-other", message, expected=known, found=ground.new.place, help=hint)


def _recorded(ground: Ground, text: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The project with the registry that was given, if it had none, and what is to be said about that."""
    if ground.new is None:
        return text, ()
    known = pin(ground.registries.session(ground.new.name), ground.new)
    key_id = parse_public_key(known.key).key_id
    said = f"{FILE} has the registry {known.name} now, {known.place}, and pins its root key {key_id}"
    return with_registry(text, known), (said,)

"""The registries of a project and of its user, each opened when it is first asked.

The project's `packyard.json` and the user's `registries.json` (in `packyard` in the XDG configuration folder) name
them. A place that is given besides is one of them, by its name or its place; or it is new, and stands for all of them.
What is remembered of a registry is kept by its address or folder, so every project of a user shares it.
"""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from packyard.client.project import (
    FILE,
    LIMIT,
    REGISTRIES_FILE,
    KnownRegistry,
    Project,
    format_registries,
    join,
    parse_project,
    parse_registries,
)
from packyard.edges.cache import Cache, cache_folder
from packyard.edges.client_mirrors import learn, learned
from packyard.edges.client_offline import remembered_place
from packyard.edges.clientstate import ClientState, state_folder
from packyard.edges.mirrored import open_mirrored
from packyard.edges.session import Session
from packyard.edges.tokens import find_token
from packyard.edges.transport import Traffic, folder_of, on_web
from packyard.errors import FormatError, ProblemsFound, UsageError, WorldError
from packyard.formats import trustfile
from packyard.formats.fields import errors_of

T = TypeVar("T")

#: The name of a registry that was given as a place.
GIVEN = "main"


class Known(NamedTuple):
    """The registries that count, the default one first; `new` is the one of them that was given and that neither
    project nor user has written down. `trusted` is the name of the one to which a token goes that names none: the first
    one that is written down, whichever was given besides.
    """

    registries: tuple[KnownRegistry, ...]
    new: KnownRegistry | None = None
    trusted: str = ""


class Registries:
    """`known` are the registries in their order, the first is the default one; folders are relative to `base`."""

    def __init__(
        self,
        found: Known,
        base: Path,
        environ: Mapping[str, str],
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.found, self.known = found, found.registries
        self._base, self._environ, self._warn, self._clock = base, environ, warn, clock
        self.cache = Cache(at_home(lambda: cache_folder(environ)))
        self._sessions: dict[tuple[str, bool], Session] = {}

    def session(self, name: str, *, offline: bool = False) -> Session:
        """The talk with the registry of this name; `offline`: with what is remembered of it, and nothing else."""
        key = name, offline
        if key not in self._sessions:
            self._sessions[key] = self._remembering(name) if offline else self._talking(name)
        return self._sessions[key]

    def traffic(self) -> Mapping[str, Traffic]:
        """What reading has cost, by registry."""
        return {name: session.places.traffic for (name, _), session in self._sessions.items()}

    def get(self, name: str) -> KnownRegistry:
        """The registry of this name. Raises `UsageError`."""
        for registry in self.known:
            if registry.name == name:
                return registry
        known, hint = ", ".join(each.name for each in self.known), f"add it to {FILE}: the lock names it"
        raise UsageError("registry-unknown", "no registry has this name", expected=known, found=name, help=hint)

    def default(self) -> str:
        """The name of the first registry. Raises `UsageError` when there is none."""
        if not self.known:
            message, expected = "no registry is known", f"one in {FILE} or {REGISTRIES_FILE}, or --registry PLACE"
            raise UsageError("registry-missing", message, expected=expected)
        return self.known[0].name

    def memory(self, name: str) -> ClientState:
        """What is remembered of a registry."""
        place = self._place(self.get(name).place)
        known = place.rstrip("/") if on_web(place) else str(folder_of(place))
        return ClientState(at_home(lambda: state_folder(self._environ, known)))

    def learn(self, name: str) -> None:
        """Keeps the mirrors that a registry names, for when it does not answer."""
        if on_web(self.get(name).place):
            learn(self.session(name))

    def _talking(self, name: str) -> Session:
        registry = self.get(name)
        token = None
        if on_web(registry.place):
            token = find_token(name, registry.place, self._environ, default=name == self.found.trusted)
        memory = self.memory(name)
        written = [self._place(each) for each in (registry.place, *registry.mirrors)]
        signed = learned(memory) if on_web(registry.place) else ()
        places = open_mirrored([*written, *(each for each in signed if each not in written)], token=token)
        session = Session(places, memory, self.cache, registry.key, self._warn, self._clock)
        if not registry.key and session.remembered().state is None:
            session.warn = partial(self._first, session)
        return session

    def _first(self, session: Session, text: str) -> None:
        """Tells what a session does that nobody has given a root key; and once it is trusted, which ones it has."""
        self._warn(text)
        state = session.remembered().state
        if state is not None:
            keys = " or ".join(trustfile.parse_trust(state.trusts[0]).root_keys)
            self._warn(f"compare its root key with what its operator tells elsewhere, or give that with --key: {keys}")
            session.warn = self._warn

    def _remembering(self, name: str) -> Session:
        memory, now = self.memory(name), self._clock()
        places, known = remembered_place(self.get(name).place, memory)
        if known <= now:
            self._warn(f"{name} is shown as it was when it was last asked: its snapshot has expired since")
        return Session(
            places, memory, self.cache, self.get(name).key, self._warn, lambda: min(self._clock(), known - 1)
        )

    def _place(self, place: str) -> str:
        """A folder is meant from where the project is."""
        return place if "://" in place else str((self._base / place).resolve())


def read_project(folder: Path) -> tuple[Project, bytes | None]:
    """The project in a folder and its text; an empty one, and None, when there is no `packyard.json`."""
    data = read_file(folder / FILE, LIMIT)
    return (Project(), None) if data is None else (parsed(folder / FILE, parse_project, data), data)


def registries_file(environ: Mapping[str, str]) -> Path:
    """Where the user's own registries are written down."""
    return _config_folder(environ) / REGISTRIES_FILE


def read_registries(environ: Mapping[str, str]) -> tuple[KnownRegistry, ...]:
    """The registries that the user has written down."""
    path = registries_file(environ)
    data = read_file(path, LIMIT)
    return () if data is None else parsed(path, parse_registries, data)


def write_registries(environ: Mapping[str, str], registries: tuple[KnownRegistry, ...]) -> Path:
    """Writes the user's registries down; gives the path. The old file or the new one is there, whatever happens."""
    path, data = registries_file(environ), format_registries(registries)
    parsed(path, parse_registries, data)
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as error:
        with suppress(OSError):
            half.unlink()
        raise WorldError("disk-failed", "the file cannot be written", path=str(path), found=_said(error)) from None
    return path


def known_registries(
    project: Project, environ: Mapping[str, str], place: str = "", key: str = "", base: Path = Path()
) -> Known:
    """The registries that count, `place` being the name, the address or the folder of one that was given; `key` pins a
    root key of the first.
    """
    user = read_registries(environ)
    try:
        known = Known(join(project.registries, user))
    except FormatError as error:
        raise ProblemsFound([error.at(FILE)]) from None
    by_token = known.registries[0].name if known.registries else ""
    if named := place or environ.get("PACKYARD_REGISTRY", ""):
        known = _given(known.registries, named, base, bool(project.registries))
        by_token = by_token if place and by_token else known.registries[0].name
    if key and known.registries:
        first = known.registries[0]._replace(key=_pinned(known.registries[0], key))
        known = Known((first, *known.registries[1:]), first if known.new else None)
    return known._replace(trusted=by_token)


def _given(known: tuple[KnownRegistry, ...], named: str, base: Path, alone: bool) -> Known:
    """The registries with the one that was named in front. A place that is none of them stands `alone`, or comes before
    those of the user; it has a name of its own, so that nobody's token goes there.
    """
    for registry in known:
        if named == registry.name or any(_same(named, place, base) for place in (registry.place, *registry.mirrors)):
            return Known((registry, *(each for each in known if each != registry)))
    taken = {each.name for each in known}
    names = (GIVEN, *(f"{GIVEN}-{number}" for number in range(2, len(taken) + 3)))
    new = KnownRegistry(next(name for name in names if name not in taken), _checked(named))
    return Known((new,) if alone else (new, *known), new)


def _checked(place: str) -> str:
    """The place, when it can be written down. Raises `UsageError`."""
    try:
        parse_registries(format_registries([KnownRegistry(GIVEN, place)]))
    except (FormatError, UnicodeEncodeError) as error:
        expected = "an http(s) or file address, a folder, or the name of a registry that is known"
        raise UsageError("usage-wrong", "not the place of a registry", expected=expected, found=place) from error
    return place


def _pinned(registry: KnownRegistry, key: str) -> str:
    if registry.key not in ("", key):
        message = f"another root key is pinned for {registry.name} already"
        hint = f"if the registry has changed its keys, correct `key` in {FILE} or {REGISTRIES_FILE}"
        raise UsageError("registry-differs", message, expected=registry.key, found=key, help=hint)
    return key


def _same(one: str, other: str, base: Path) -> bool:
    """Whether two places are one."""
    if on_web(one) or on_web(other):
        return one.rstrip("/") == other.rstrip("/")
    return (base / folder_of(one)).resolve() == (base / folder_of(other)).resolve()


def read_file(path: Path, limit: int) -> bytes | None:
    """A file's bytes; None when it is not there. Raises `WorldError`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise WorldError("disk-failed", "this is not an ordinary file", path=str(path))
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise WorldError("disk-failed", "the file cannot be read", path=str(path), found=_said(error)) from None
    if len(data) > limit:
        raise WorldError("too-large", "the file is too large", path=str(path), expected=f"at most {limit} bytes")
    return data


def parsed(path: Path | str, parse: Callable[[bytes], T], data: bytes) -> T:
    """What a parser gives; its refusals as problems of the file."""
    try:
        return parse(data)
    except FormatError as error:
        raise ProblemsFound(each.at(str(path)) for each in errors_of(error)) from None


def at_home(step: Callable[[], T]) -> T:
    """What a step gives that looks for the user's home. Raises `WorldError` when nobody knows where that is."""
    try:
        return step()
    except RuntimeError as error:
        hint = "set HOME, or XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_CACHE_HOME"
        raise WorldError("home-missing", "the user's home is not known", found=str(error), help=hint) from None


def _config_folder(environ: Mapping[str, str]) -> Path:
    named = environ.get("XDG_CONFIG_HOME", "")
    if named.startswith("/"):
        return Path(named) / "packyard"
    return Path(environ.get("HOME") or at_home(Path.home)) / ".config" / "packyard"


def _said(error: OSError) -> str:
    return error.strerror or str(error)

"""The registries of a project and of its user, each opened when it is first asked.

The project's `packyard.json` and the user's `registries.json` (in `packyard` in the XDG configuration folder) name
them; a place that is given instead stands for all of them. What is remembered of a registry is kept by its address or
folder, so every project of a user shares it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from packyard.client.project import (
    FILE,
    LIMIT,
    REGISTRIES_FILE,
    KnownRegistry,
    Project,
    join,
    parse_project,
    parse_registries,
)
from packyard.edges.cache import Cache, cache_folder
from packyard.edges.clientstate import ClientState, state_folder
from packyard.edges.mirrored import open_mirrored
from packyard.edges.session import Session
from packyard.edges.tokens import Token, find_token
from packyard.edges.transport import Traffic, on_web
from packyard.errors import FormatError, ProblemsFound, UsageError, WorldError
from packyard.formats.fields import errors_of

T = TypeVar("T")

#: The name of a registry that was given as a place.
GIVEN = "main"


class Registries:
    """`known` are the registries in their order, the first is the default one; folders are relative to `base`."""

    def __init__(
        self,
        known: tuple[KnownRegistry, ...],
        base: Path,
        environ: Mapping[str, str],
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.known, self._base, self._environ, self._warn, self._clock = known, base, environ, warn, clock
        self.cache = Cache(cache_folder(environ))
        self._sessions: dict[str, Session] = {}

    def session(self, name: str) -> Session:
        """The talk with the registry of this name."""
        if name not in self._sessions:
            registry = next(each for each in self.known if each.name == name)
            token = self._token(registry)
            places = open_mirrored([self._place(each) for each in (registry.place, *registry.mirrors)], token=token)
            memory = ClientState(state_folder(self._environ, self._place(registry.place)))
            self._sessions[name] = Session(places, memory, self.cache, registry.key, self._warn, self._clock)
        return self._sessions[name]

    def traffic(self) -> Mapping[str, Traffic]:
        """What reading has cost, by registry."""
        return {name: session.places.traffic for name, session in self._sessions.items()}

    def place(self, name: str) -> str:
        """The address or the folder of a registry."""
        return next(each.place for each in self.known if each.name == name)

    def _token(self, registry: KnownRegistry) -> Token | None:
        if not on_web(registry.place):
            return None
        return find_token(registry.name, registry.place, self._environ, default=registry == self.known[0])

    def _place(self, place: str) -> str:
        """A folder is meant from where the project is."""
        return place if "://" in place else str((self._base / place).resolve())


def read_project(folder: Path) -> tuple[Project, bytes | None]:
    """The project in a folder and its text; an empty one, and None, when there is no `packyard.json`."""
    data = read_file(folder / FILE, LIMIT)
    return (Project(), None) if data is None else (parsed(folder / FILE, parse_project, data), data)


def read_registries(environ: Mapping[str, str]) -> tuple[KnownRegistry, ...]:
    """The registries that the user has written down."""
    path = _config_folder(environ) / REGISTRIES_FILE
    data = read_file(path, LIMIT)
    return () if data is None else parsed(path, parse_registries, data)


def known_registries(
    project: Project, environ: Mapping[str, str], place: str = "", key: str = ""
) -> tuple[KnownRegistry, ...]:
    """The registries that count: the one at `place` if it is given, else the project's and the user's. `key` pins a
    root key of the first. Raises `UsageError` when there is none.
    """
    named = place or environ.get("PACKYARD_REGISTRY", "")
    if named:
        known: tuple[KnownRegistry, ...] = (KnownRegistry(GIVEN, named),)
    else:
        try:
            known = join(project.registries, read_registries(environ))
        except FormatError as error:
            raise ProblemsFound([error.at(FILE)]) from None
    if not known:
        message, expected = "no registry is known", f"one in {FILE} or {REGISTRIES_FILE}, or --registry PLACE"
        raise UsageError("registry-missing", message, expected=expected)
    return (known[0]._replace(key=key), *known[1:]) if key else known


def read_file(path: Path, limit: int) -> bytes | None:
    """A file's bytes; None when it is not there. Raises `WorldError`."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WorldError("disk-failed", "the file cannot be read", path=str(path), found=str(error)) from None
    if len(data) > limit:
        raise WorldError("too-large", "the file is too large", path=str(path), expected=f"at most {limit} bytes")
    return data


def parsed(path: Path, parse: Callable[[bytes], T], data: bytes) -> T:
    """What a parser gives; its refusals as problems of the file."""
    try:
        return parse(data)
    except FormatError as error:
        raise ProblemsFound(each.at(str(path)) for each in errors_of(error)) from None


def _config_folder(environ: Mapping[str, str]) -> Path:
    named = environ.get("XDG_CONFIG_HOME", "")
    home = Path(environ.get("HOME") or Path.home())
    return (Path(named) if named.startswith("/") else home / ".config") / "packyard"

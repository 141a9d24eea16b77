"""Places that serve a simulated site, and a client of them whose memory can be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from packyard.client.consult import Answer, Pins, Step
from packyard.edges.cache import Cache
from packyard.edges.clientstate import ClientState
from packyard.edges.mirrored import Mirrored
from packyard.edges.session import Session
from packyard.edges.transport import Answer as Fetched
from packyard.edges.transport import Traffic, Validator, fetch_all
from packyard.errors import NotFound, PackyardError, TrustError, WorldError
from packyard.model import Pack

#: What a place does with a request: from the bytes that it has (None for none) to those that it gives.
Fault = Callable[[str, bytes | None], bytes | None]


class Place:
    """A copy of a site, as a `Fetcher`. `faults` are asked in turn what to do with each file; what they raise is what
    comes of the request. `asked` are the paths in the order in which they were asked for.
    """

    def __init__(self, name: str, files: Mapping[str, bytes], traffic: Traffic | None = None) -> None:
        self.name, self.files, self.traffic = name, dict(files), traffic or Traffic()
        self.faults: list[Fault] = []
        self.asked: list[str] = []

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        return self.fetch(path, limit).data

    def fetch(self, path: str, limit: int, *, start: int = 0, known: Validator | None = None) -> Fetched:
        """A file, or what follows its first bytes."""
        with self.traffic.together():
            self.asked.append(path)
            data = self.files.get(path)
            for fault in self.faults:
                data = fault(path, data)
            self.traffic.add(1, len(data[start:]) if data else 0)
        if data is None:
            raise NotFound("file-missing", "the file is missing", path=f"{self.name}/{path}")
        if len(data) > limit:
            raise WorldError("too-large", "the file is too large", path=f"{self.name}/{path}")
        if 0 < start <= len(data):
            return Fetched(data[start:], None, "partial", f"{self.name}/{path}")
        return Fetched(data, None, "new", f"{self.name}/{path}")

    def fetch_many(self, wanted: Mapping[str, int]) -> dict[str, bytes]:
        """Files in parallel."""
        return fetch_all(self, wanted)


class User:
    """Somebody with a disk; `now` is what their clock says."""

    def __init__(self, folder: Path, now: int, root_key: str = "") -> None:
        self.folder, self.now, self.root_key = folder, now, root_key
        self.memory, self.cache = ClientState(folder / "state"), Cache(folder / "cache")
        self.told: list[str] = []
        self.traffic = Traffic()

    def session(self, *places: Place) -> Session:
        """A session with these places."""
        self.traffic = Traffic()
        for place in places:
            place.traffic = self.traffic
        mirrored = Mirrored(places)
        return Session(mirrored, self.memory, self.cache, self.root_key, self.told.append, lambda: self.now)

    def ask(self, places: Place | tuple[Place, ...], *names: str, install: bool = True) -> Answer:
        """Asks for packs and, unless told otherwise, opens the newest version of each."""
        places = places if isinstance(places, tuple) else (places,)
        return self.session(*places).ask(names, newest if install else lambda packs: Step())

    def remembered(self) -> dict[str, bytes]:
        """Every byte of the memory but the evidence."""
        files = [path for path in (self.folder / "state").rglob("*") if path.is_file() and path.name != "lock"]
        return {str(path): path.read_bytes() for path in files if path.parent.name != "evidence"}

    def evidence(self) -> list[bytes]:
        """What was kept of what was refused."""
        return [path.read_bytes() for path in sorted((self.folder / "state" / "evidence").glob("*"))]

    def refuses(
        self,
        error: type[TrustError | WorldError],
        code: str,
        places: Place | tuple[Place, ...],
        *names: str,
        install: bool = True,
    ) -> PackyardError:
        """Asks, and is told so. Nothing else is remembered than before; of what is wrong there is evidence."""
        before = self.remembered()
        with pytest.raises(error) as caught:
            self.ask(places, *names, install=install)
        assert (type(caught.value), caught.value.problem.code) == (error, code), caught.value.problem
        assert self.remembered() == before
        assert caught.value.problem.message
        if issubclass(error, TrustError) and not issubclass(error, NotFound):
            assert self.evidence()
            assert "the evidence is kept in " in caught.value.problem.help
        return caught.value


def newest(packs: Mapping[str, Pack]) -> Step:
    """The newest version of every pack, with what it depends on."""
    needs = [name for pack in packs.values() for name, _ in pack.latest.release.manifest.dependencies]
    pins: Pins = tuple((name, pack.latest.release.version) for name, pack in packs.items())
    return Step(tuple(dict.fromkeys(needs)), pins)

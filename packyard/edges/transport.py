"""Sites at addresses and in folders, read in the same way: each is a `Fetcher`. Every read has a limit.

`fetch` can ask for less than a file: with `known`, the `Validator` of an earlier answer, nothing is sent again that has
not changed; with `start`, only what follows the first `start` bytes. What comes says which it is:

    new         `data` is the whole file
    partial     `data` is what follows the first `start` bytes
    unchanged   `data` is empty: the file is what it was when `known` was given

A server that does not know ranges answers `new`. `limit` bounds the file as a whole, the first `start` bytes included.
A file that is not there raises `NotFound`, all else that goes wrong `WorldError`; both name the address. See
`packyard.edges.web` for what a server may do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeVar
from urllib.parse import quote, unquote, urlsplit

from packyard.edges.store import FolderSite
from packyard.errors import NotFound, UsageError
from packyard.protocols import Reader

if TYPE_CHECKING:
    from packyard.edges.replies import Reply
    from packyard.edges.tokens import Token
    from packyard.edges.web import Web

T = TypeVar("T")
R = TypeVar("R")

#: How many files are fetched at once.
WORKERS = 8

PORTS = {"http": 80, "https": 443}
_PATH_LIMIT = 1_000


class Validator(NamedTuple):
    """What tells a place's server which state of a file is known (RFC 9110, 8.8); it is good at that place only.

    That nothing has changed is the server's word, whose tags may be poor; so ask without one from time to time.
    """

    place: str
    etag: str = ""
    modified: str = ""


class Answer(NamedTuple):
    """What came of a fetch, and from which address; `validator` is None when the server gave none to rely on."""

    data: bytes
    validator: Validator | None
    status: Literal["new", "partial", "unchanged"]
    address: str


class Origin(NamedTuple):
    """The server of an address: scheme, host in lower case, and port."""

    scheme: str
    host: str
    port: int


class Traffic:
    """What the reading of sites has cost: `rounds` of requests made together, `requests`, and `received` bytes of
    bodies as they came.
    """

    def __init__(self) -> None:
        self.rounds = self.requests = self.received = 0
        self._lock, self._depth = Lock(), 0

    def __repr__(self) -> str:
        return f"{self.requests} requests in {self.rounds} rounds, {self.received} bytes"

    def add(self, requests: int, received: int) -> None:
        """Counts requests and bytes."""
        with self._lock:
            self.requests += requests
            self.received += received

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is fetched within, by any thread, is one round."""
        with self._lock:
            self.rounds += self._depth == 0
            self._depth += 1
        try:
            yield
        finally:
            with self._lock:
                self._depth -= 1


class Fetcher(Reader, Protocol):
    """A site that can be asked for what has changed, and for many files at once."""

    @property
    def traffic(self) -> Traffic: ...
    def fetch(self, path: str, limit: int, *, start: int = 0, known: Validator | None = None) -> Answer: ...
    def fetch_many(self, wanted: Mapping[str, int]) -> dict[str, bytes]: ...


class WebSite:
    """A site behind an http(s) address, as a `Fetcher`. Connections are kept and reused.

    A redirect may lead to this server and to those of the addresses in `allowed`, nowhere else. Raises `UsageError` for
    an address to which no path can be appended.
    """

    def __init__(
        self, url: str, *, web: Web | None = None, token: Token | None = None, allowed: Sequence[str] = ()
    ) -> None:
        self.name, self._web, self._token = url.rstrip("/"), web, token
        self.origin = _origin(url)
        self._allowed = frozenset(filter(None, (self.origin, *map(origin_of, allowed))))

    @cached_property
    def web(self) -> Web:
        """What makes the requests."""
        from packyard.edges.web import Web

        return self._web or Web()

    @property
    def traffic(self) -> Traffic:
        """What reading has cost."""
        return self.web.traffic

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        return self.fetch(path, limit).data

    def fetch(self, path: str, limit: int, *, start: int = 0, known: Validator | None = None) -> Answer:
        """A file, or what is new of it."""
        known = known if known and known.place == self.name else None
        with self.traffic.together():
            reply = self._get(path, limit, self._conditions(start, known))
            if reply.status == 304 and known and not start:
                return Answer(b"", known, "unchanged", reply.address)
            if start and reply.status in (206, 416):
                part = reply.rest(start)
                if part is not None and start + len(part) <= limit:
                    return Answer(part, self._validator(reply), "partial", reply.address)
                reply = self._get(path, limit, {})
        reply.demand_whole()
        return Answer(reply.body, self._validator(reply), "new", reply.address)

    def fetch_many(self, wanted: Mapping[str, int]) -> dict[str, bytes]:
        """The files at the paths, each with its limit, in parallel; see `fetch_all`."""
        return fetch_all(self, wanted)

    def _get(self, path: str, limit: int, headers: Mapping[str, str]) -> Reply:
        address = f"{self.name}/{quote(checked_path(path, self.name), safe='/@+~')}"
        return self.web.get(address, limit, headers, self._allowed, self._token)

    def _conditions(self, start: int, known: Validator | None) -> dict[str, str]:
        from packyard.edges.replies import asking

        return asking(start, known.etag, known.modified) if known else asking(start)

    def _validator(self, reply: Reply) -> Validator | None:
        etag, modified = reply.validators()
        return Validator(self.name, etag, modified) if etag or modified else None


class FolderPlace(FolderSite):
    """A site in a folder, as a `Fetcher` and a `Listing`. A validator is the file's own hash."""

    def __init__(self, root: Path, traffic: Traffic | None = None) -> None:
        super().__init__(root)
        self.traffic = traffic or Traffic()

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes; only ordinary files in the folder are read."""
        return super().read(checked_path(path, self.name), limit)

    def fetch(self, path: str, limit: int, *, start: int = 0, known: Validator | None = None) -> Answer:
        """A file, or what is new of it."""
        data = self.read(path, limit)
        validator, address = Validator(self.name, f'"{sha256(data).hexdigest()}"'), f"{self.name}/{path}"
        if 0 < start <= len(data) and known in (None, validator):
            return Answer(data[start:], validator, "partial", address)
        if known == validator and not start:
            return Answer(b"", validator, "unchanged", address)
        return Answer(data, validator, "new", address)

    def fetch_many(self, wanted: Mapping[str, int]) -> dict[str, bytes]:
        """The files at the paths, each with its limit."""
        return {path: self.read(path, limit) for path, limit in wanted.items()}


def open_site(place: str) -> Fetcher:
    """The site at an http(s) address, in a folder, or at a `file:` address. Raises `UsageError`."""
    if on_web(place):
        return WebSite(place)
    folder = FolderPlace(folder_of(place))
    if not folder.root.is_dir():
        expected = "a folder or an http(s) URL"
        raise UsageError("site-missing", "there is no site at this place", path=place, expected=expected)
    return folder


def on_web(place: str) -> bool:
    """Whether a place is an http(s) address, and no folder."""
    return place.lower().startswith(("http:", "https:"))


def folder_of(place: str) -> Path:
    """The folder that a path or a `file:` address means. Raises `UsageError` for another machine's."""
    parts = urlsplit(place)
    if parts.scheme != "file":
        return Path(place)
    if parts.netloc not in ("", "localhost"):
        expected = "file:///PATH"
        raise UsageError("site-missing", "a file on another machine cannot be read", path=place, expected=expected)
    return Path(unquote(parts.path))


def origin_of(address: str) -> Origin | None:
    """The server of an http(s) address; None for what is no such address, or names a user in it."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if not port or not parts.hostname or "@" in parts.netloc:
        return None
    return Origin(parts.scheme, parts.hostname, port)


def checked_path(path: str, place: str) -> str:
    """The path, when a file of a site can have it. Raises `NotFound`: nothing outside of a site is ever asked for."""
    bad = any(part in ("", ".", "..") for part in path.split("/"))
    if bad or "\\" in path or not path.isprintable() or len(path) > _PATH_LIMIT:
        from packyard.formats.fields import shown

        raise NotFound("file-missing", "no file of a site has this path", path=place, found=shown(path))
    return path


def fetch_all(site: Fetcher, wanted: Mapping[str, int]) -> dict[str, bytes]:
    """The files at the paths, each with its limit, fetched in parallel as one round, in the order of `wanted`.

    All or nothing: raises what the first of them in that order raised, whatever arrived first.
    """
    with site.traffic.together():
        found = in_parallel(lambda path: site.fetch(path, wanted[path]).data, list(wanted))
    return dict(zip(wanted, found, strict=True))


def in_parallel(call: Callable[[T], R], items: Sequence[T], workers: int = WORKERS) -> list[R]:
    """What `call` gives for each item, in the order of the items, by so many threads.

    Items are begun in order, and none after one has failed; so the error that is raised, that of the first item that
    fails, does not depend on which was faster. An interrupt does not wait for the threads.
    """
    done, failed = dict[int, R](), dict[int, BaseException]()
    pending, lock = iter(enumerate(items)), Lock()

    def work() -> None:
        while not failed:
            with lock:
                taken = next(pending, None)
            if taken is None:
                return
            at, item = taken
            try:
                done[at] = call(item)
            except BaseException as error:
                failed[at] = error

    threads = [Thread(target=work, daemon=True) for _ in range(min(workers, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[min(failed)]
    return [done[at] for at in range(len(items))]


def _origin(url: str) -> Origin:
    found = origin_of(url)
    if found is None or "?" in url or "#" in url or not url.isprintable():
        from packyard.formats.fields import shown

        expected = "http(s)://HOST/PATH, without a user, ? and #"
        raise UsageError("usage-wrong", "not a site's address", path=shown(url.rpartition("@")[2]), expected=expected)
    return found

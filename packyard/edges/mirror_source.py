"""Where a mirror's files come from: a site that may lie, that may be published anew meanwhile, and that is asked for as
little as can be.

What was fetched and had the promised hash is put aside under that hash, whole or not at all, until it is in the mirror;
so a sync that was killed fetches nothing twice, whatever the source has published since.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import islice
from pathlib import Path
from threading import Lock, get_ident
from typing import TYPE_CHECKING, TypeVar

from packyard.audit.reading import FILE_LIMIT, INDEX_LIMIT
from packyard.edges.store import FolderSite, Staging
from packyard.edges.transport import open_site
from packyard.errors import BadChecksum, NotFound, TrustError, WorldError
from packyard.formats import layout
from packyard.mirror.planning import is_kept
from packyard.protocols import Reader

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

#: The hash of no bytes at all, which nobody needs to send.
EMPTY = sha256(b"").hexdigest()
#: Waiting tasks for each that is at work.
WAITING = 4

T = TypeVar("T")
R = TypeVar("R")


class Unlike(Exception):
    """The source does not have at `path` what its snapshot promises: it lies, or it is being published anew."""

    def __init__(self, path: str, cause: TrustError) -> None:
        super().__init__(path)
        self.path, self.cause = path, cause


class Source:
    """A site as a `Reader` that counts: `requests`, and `size` in bytes."""

    def __init__(self, site: Reader) -> None:
        self.site, self.name = site, site.name
        self.requests = self.size = 0
        self._lock = Lock()

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes. One that is larger than anything that could belong there is a wrong one: `BadChecksum`."""
        with self._lock:
            self.requests += 1
        try:
            data = self.site.read(path, limit)
        except WorldError as error:
            if error.problem.code != "too-large":
                raise
            fields = error.problem._asdict()
            raise BadChecksum(fields.pop("code"), fields.pop("message"), **fields) from None
        with self._lock:
            self.size += len(data)
        return data

    def fetch(self, path: str, digest: str) -> bytes:
        """What has this hash: the file at `path`, else what the source keeps of it. Raises `Unlike`."""
        if digest == EMPTY:
            return b""
        places = (path, layout.by_hash(digest)) if is_kept(path) else (path,)
        cause: TrustError | None = None
        for place in places:
            try:
                data = self.read(place, INDEX_LIMIT if path == layout.INDEX else FILE_LIMIT)
            except (NotFound, BadChecksum) as error:
                cause = cause or error
                continue
            if (found := sha256(data).hexdigest()) == digest:
                return data
            cause = cause or _changed(f"{self.name}/{path}", digest, found)
        assert cause is not None
        raise Unlike(path, cause)


def _changed(path: str, expected: str, found: str) -> BadChecksum:
    message = "the file is not the one that was sealed"
    return BadChecksum("file-changed", message, path=path, expected=expected, found=found)


def open_source(place: str) -> Source:
    """The site at an address or in a folder. Raises `UsageError`."""
    return Source(open_site(place))


class Fetched:
    """What was fetched and is not in the mirror yet, in the folder `root`, each file under its hash."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the file with this hash is."""
        return self.root / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Whether it is there, and still has its hash."""
        try:
            return sha256(self.path(digest).read_bytes()).hexdigest() == digest
        except OSError:
            return False

    def put(self, digest: str, data: bytes) -> None:
        """Puts a file aside."""
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{digest}.{get_ident()}.part")
        part.write_bytes(data)
        part.replace(target)

    def place(self, digest: str, target: Path) -> None:
        """Puts the file where it belongs without copying it, but for one that is wanted in several places."""
        source = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.stat().st_nlink > 1 or not _linked(source, target):
            shutil.copyfile(source, target)

    def clear(self) -> None:
        """Throws everything away."""
        shutil.rmtree(self.root, ignore_errors=True)


def _linked(source: Path, target: Path) -> bool:
    """Whether a link could be made; not while another thread puts the same file there again."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        return False
    return True


class Copy(FolderSite):
    """The mirror as it is. What cannot be read as a file, because it is damaged, counts as missing."""

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        try:
            return super().read(path, limit)
        except WorldError as error:
            raise NotFound("file-missing", "the file cannot be read", path=error.problem.path) from None

    def digest(self, path: str) -> str:
        """The hash of a file, "" when it is not there."""
        with contextlib.suppress(NotFound):
            return sha256(self.read(path, INDEX_LIMIT)).hexdigest()
        return ""


class After:
    """The mirror as it will be, as a `Listing`."""

    def __init__(self, staging: Staging, gone: frozenset[str]) -> None:
        self.name, self._staging, self._gone = staging.name, staging, gone

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        if path in self._gone and not self._staging.staged(path):
            raise NotFound("file-missing", "the file is missing", path=path)
        return self._staging.read(path, limit)

    def paths(self) -> Iterator[str]:
        """Every file's path."""
        yield from self._staging.paths()
        there = (path for path in FolderSite(self._staging.site.root).paths() if path not in self._gone)
        yield from (path for path in there if not self._staging.staged(path))


class HeadSite:
    """A source as `read_head` is to see it: its head as it was read in one piece, and of trust files, which never
    change, those that the mirror has, if there is one. `trust` are the files of trust that were read.
    """

    def __init__(self, source: Reader, copy: Copy | None, heads: Mapping[str, bytes]) -> None:
        self.name = source.name
        self.trust: dict[str, bytes] = {}
        self._source, self._copy, self._heads = source, copy, heads
        self._known: dict[str, bool] = {}

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        if path in self._heads:
            return self._heads[path]
        self.trust[path] = self._holder(path).read(path, limit)
        return self.trust[path]

    def _holder(self, path: str) -> Reader:
        """Who has the trust file that is at `path`, or that is signed there: the mirror if it can."""
        text = path.partition(".json")[0] + ".json"
        if self._copy is not None and text not in self._known:
            self._known[text] = bool(self._copy.digest(text))
        return self._copy if self._copy is not None and self._known[text] else self._source


def streamed(pool: Executor, workers: int, do: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """What `do` gives for each item, in their order; however many there are, only some are under way at once.

    After a failure nothing new is begun.
    """
    waiting, flight = iter(items), deque["Future[R]"]()
    try:
        while True:
            for item in islice(waiting, workers * WAITING - len(flight)):
                flight.append(pool.submit(do, item))
            if not flight:
                return
            yield flight.popleft().result()
    finally:
        for future in flight:
            future.cancel()

"""What a delta is the difference to: a full kit with the deltas after it, or a site of which the lists are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from packyard.audit.reading import Reading
from packyard.edges.kits import Kit, read_listing
from packyard.edges.transport import folder_of, on_web, open_site
from packyard.errors import NotFound, Problem, ProblemsFound, UsageError
from packyard.formats import layout, snapshot
from packyard.formats.snapshot import Snapshot
from packyard.kit.listing import Listed, site_files, snapshot_at
from packyard.kit.manifest import DELTA, FULL, Manifest, Rows, State, state_of
from packyard.kit.planning import NEW, applied
from packyard.protocols import Reader

#: (path, hash, NEW, SAME or GONE), see `difference`.
Change = tuple[str, str, str]


class Base(NamedTuple):
    """A base: whose it is, its state, its files, which can be listed again and again, and the kits that hold them, the
    newest first; none when they are not at hand.
    """

    origin: str
    state: State
    listed: Callable[[], Iterable[Listed]]
    kits: tuple[Path, ...] = ()


def open_base(places: tuple[str, ...]) -> Base:
    """The base at these places. Raises `UsageError` when it is none, `NotFound` and `ProblemsFound` as kits do."""
    paths = tuple(map(Path, places))
    if not paths[0].is_file():
        if not on_web(places[0]) and not folder_of(places[0]).is_dir():
            raise NotFound("kit-missing", "there is neither a kit nor a site at this place", path=places[0])
        site = open_site(places[0])
        value = snapshot_at(Reading(site))
        if value is None:
            raise UsageError("site-missing", "there is no snapshot at this place", path=places[0])
        return Base(value.origin, state_of(value), lambda: _lists(site, value))
    listings = [read_listing(path) for path in paths]
    before: Manifest | None = None
    for place, (manifest, _) in zip(places, listings, strict=True):
        if manifest.base != (before.state if before else None) or (before and manifest.origin != before.origin):
            message, hint = "the bases do not follow each other", "name a full kit, then each delta after it"
            raise UsageError("kit-base-missing", message, path=place, help=hint)
        before = manifest
    assert before is not None
    whole = listings[0][0].profile == FULL and not any(map(_is_manifest, paths))
    return Base(before.origin, before.state, lambda: _rows(listings), paths[::-1] if whole else ())


def _is_manifest(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(1) == b"{"


def _rows(listings: list[tuple[Manifest, Rows]]) -> Iterable[Listed]:
    listed: Iterable[Listed] = ()
    for manifest, rows in listings:
        files = ((file.path, file.sha256) for file in rows)
        listed = applied(listed, files, frozenset(manifest.tombstones)) if manifest.profile == DELTA else files
    return listed


def _lists(site: Reader, value: Snapshot) -> Iterator[Listed]:
    reading = Reading(site)
    yield from site_files(reading, value)
    stop_at(site, [problem for problem in reading.problems if problem.path.endswith(".sums")])


class Since:
    """A site as what is staged on a base, so that the difference can be audited (`packyard.audit.staged`).

    Raises `UsageError` when the base has not the state that it says.
    """

    def __init__(self, site: Reader, base: Base, changes: Iterable[Change]) -> None:
        self.name, self._site = site.name, site
        self._changed = frozenset(path for path, _, kind in changes if kind == NEW)
        self._kits = tuple(map(Kit, base.kits))
        text = self.current(layout.SNAPSHOT, snapshot.LIMIT)
        if text is None or state_of(snapshot.parse_snapshot(text)) != base.state:
            message = "the base holds another snapshot than its manifest says"
            raise UsageError("kit-base-missing", message, path=str(base.kits[0]))

    def close(self) -> None:
        """Closes the kits."""
        for kit in self._kits:
            kit.close()

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        return self._site.read(path, limit)

    def paths(self) -> Iterator[str]:
        """The paths of what has changed, sorted."""
        return iter(sorted(self._changed))

    def staged(self, path: str) -> bool:
        """Whether a file has changed."""
        return path in self._changed

    def current(self, path: str, limit: int) -> bytes | None:
        """What the base has at a path."""
        for kit in self._kits:
            try:
                return kit.read(path, limit)
            except NotFound:
                if path in kit.manifest.tombstones:
                    break
        return None


def stop_at(site: Reader, problems: Iterable[Problem]) -> None:
    """Raises `ProblemsFound` if there are any."""
    found = [problem._replace(path=f"{site.name}/{problem.path}") for problem in problems]
    if found:
        raise ProblemsFound(found)

"""The `models.json` of the packs of a project, and of folders; each is read within its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from packyard.client.lock import FILE as LOCK
from packyard.client.lock import LIMIT as LOCK_LIMIT
from packyard.client.lock import parse_lock
from packyard.edges.install_folder import InstallFolder
from packyard.edges.registries import parsed, read_file
from packyard.errors import FormatError, Problem, ProblemsFound, UsageError
from packyard.formats.fields import did_you_mean, errors_of
from packyard.formats.manifest import LIMIT as MANIFEST_LIMIT
from packyard.formats.manifest import parse_manifest
from packyard.formats.model_merge import Source
from packyard.formats.models import LIMIT, parse_models
from packyard.parts.values import curated
from packyard.rules.version import MANIFESTS

FILE = "models.json"


#: Reads a file of a pack by its name, within a limit; None when the pack does not have it.
_Read = Callable[[str, int], bytes | None]


class Read(NamedTuple):
    """The models of packs in their order, and sentences about packs that have none that count."""

    sources: list[Source]
    left: list[str]


def read_sources(project: Path, wanted: Sequence[str]) -> Read:
    """The models of these folders and installed packs in their order, or, when none is named, of all packs of the
    project, in the order of its lock. What a pack's manifest does not list among its features does not count.

    Raises `UsageError` for what is neither, `ProblemsFound` with everything that is wrong in the files.
    """
    found, problems = Read([], []), list[Problem]()
    with ExitStack() as stack:
        for pack, place, read in _packs(project, wanted, stack):
            data = read(FILE, LIMIT)
            if data is None:
                found.left.append(f"{pack} has no {FILE}")
            elif not _offered(read):
                found.left.append(f"the manifest of {pack} does not list models: its {FILE} does not count")
            else:
                try:
                    found.sources.append(Source(pack, parse_models(data)[0]))
                except FormatError as error:
                    problems += (each.at(str(place / FILE)) for each in errors_of(error))
    if problems:
        raise ProblemsFound(problems)
    return found


def _packs(project: Path, wanted: Sequence[str], stack: ExitStack) -> Iterator[tuple[str, Path, _Read]]:
    """(name, folder, how to read in it) of each pack."""
    for text in wanted or _locked(project):
        if wanted and Path(text).is_dir():
            yield text, Path(text), partial(_in_folder, Path(text))
        else:
            yield text, project / curated(text), _installed(project, _known(project, text), stack)


def _offered(read: _Read) -> bool:
    """Whether the manifest lists models, or there is none that says anything."""
    for name in MANIFESTS:
        if (data := read(name, MANIFEST_LIMIT)) is not None:
            with suppress(FormatError):
                features = parse_manifest(data, name)[0].features
                return "*" in features or "models" in features
    return True


def _in_folder(folder: Path, name: str, limit: int) -> bytes | None:
    return read_file(folder / name, limit)


def _known(project: Path, name: str) -> str:
    """The name, when it is that of a pack of the project."""
    lock = _locked(project)
    if name not in lock:
        message, hint = "neither a folder, nor a pack of the project", did_you_mean(name, lock)
        raise UsageError("usage-wrong", message, found=name, help=hint or "`packyard list` shows the project's packs")
    return name


def _locked(project: Path) -> list[str]:
    data = read_file(project / LOCK, LOCK_LIMIT)
    if data is None:
        hint = "name folders of packs, or go to the project's folder"
        raise UsageError(
            "lock-missing", "nothing is locked in this project", path=str(project), expected=LOCK, help=hint
        )
    return [pack.name for pack in parsed(project / LOCK, parse_lock, data).packs]


def _installed(project: Path, name: str, stack: ExitStack) -> _Read:
    """Reads what is installed as the installer wrote it: no link is followed."""
    folder = stack.enter_context(closing(InstallFolder(project)))
    if not folder.is_folder(curated(name)):
        message, hint = f"{name} is locked, and is not installed", "`packyard install --frozen` installs it"
        raise UsageError("usage-wrong", message, path=str(project / curated(name)), help=hint)
    return lambda path, limit: folder.read(f"{curated(name)}/{path}", limit)

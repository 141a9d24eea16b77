"""Making the files of a unit: each is known, or as it was, or written to the staging area."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256

from packyard.errors import Stale
from packyard.formats import inventory, layout, sums, tarball
from packyard.model import Output
from packyard.protocols import Sink
from packyard.recipe import Recipe, key, told
from packyard.rules.folder import LIMITS


def pack_lists(name: str, files: Iterable[Output]) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the lists of a pack that has these files, see `inventory.list_of`; `files.sums` is the last."""
    own = layout.pack(name, layout.FILES_SUMS)
    lists: dict[str, list[tuple[str, str]]] = {own: []}
    for file in files:
        lists.setdefault(inventory.list_of(file.path), []).append((file.path, file.sha256))
    for path in sorted(lists.keys() - {own}):
        data = sums.format(lists[path])
        lists[own].append((path, sha256(data).hexdigest()))
        yield path, data
    yield own, sums.format(lists[own])


class Emitter:
    """Decides for each file whether it is known, unchanged, or to be written to the staging area."""

    def __init__(self, staging: Sink, tool: str, before: Iterable[Output]) -> None:
        self.staging, self.tool = staging, tool
        self.before = {file.path: file for file in before}
        self.files: dict[str, Output] = {}

    def make(self, recipe: Recipe) -> None:
        """Renders a recipe unless its key says that this was done."""
        if recipe.copied:
            self._copy(recipe.path, self.files[recipe.copied])
            return
        recipe = told(recipe, lambda path: self.files[path].sha256)
        wanted = key(self.tool, recipe)
        known = self.before.get(recipe.path)
        if known is not None and known.key == wanted:
            self.files[recipe.path] = known
        else:
            self.emit(recipe.path, recipe.render(), wanted)

    def keep(self, folder: str) -> bool:
        """Claims again the artifacts that memory has below `folder`; False when it has none."""
        found = [file for path, file in self.before.items() if path.startswith(folder) and layout.immutable(path)]
        self.files.update((file.path, file) for file in found)
        return bool(found)

    def emit(self, path: str, data: bytes, wanted: str = "") -> None:
        """Claims a path with these bytes, and stages them when the site has others."""
        digest = sha256(data).hexdigest()
        known = self.before.get(path)
        self.files[path] = Output(path, wanted, digest, len(data))
        if known.sha256 == digest if known else self.staging.same(path, data):
            return
        if layout.immutable(path):
            self._refuse_change(path)
        self.staging.replace(path, data)

    def _copy(self, path: str, of: Output) -> None:
        """Claims a path with the bytes of another file of the unit."""
        known = self.before.get(path)
        self.files[path] = Output(path, "", of.sha256, of.size)
        if known is None or known.sha256 != of.sha256:
            self.staging.copy(path, of.path)

    def _refuse_change(self, path: str) -> None:
        if self.staging.current(path, LIMITS["expanded"]) is None:
            return
        if path.endswith(".tar.gz"):
            raise Stale(
                "immutable-changed",
                "the build made other bytes than those that are published under this path, which never change",
                path=path,
                found=f"this build compresses with {tarball.ENCODER}",
                expected=self._encoder(path),
                help="build with the locked dependencies, or take the published site as it was from a mirror",
            )
        raise Stale(
            "history-rewritten",
            "the history of the repository has something else than what is published under this path",
            path=path,
            help="restore the published history: a registry's main branch is never rebased, amended or force-pushed",
        )

    def _encoder(self, path: str) -> str:
        recorded = self.staging.current(path.rpartition("/")[0] + "/metadata.json", LIMITS["expanded"]) or b"{}"
        return "compressed with " + str(
            json.loads(recorded).get("tarball", {}).get("encoder", "an encoder not recorded")
        )

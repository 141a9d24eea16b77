"""Sealing: from the inventory of an output to the checksum chain, the log's new entries, and the signed snapshot.

    SNAPSHOT → index.json
             → index.sums → index/XX.sums → packs/NAME/files.sums → what clients verify packs by
                                                                  → pages.sums → the pack's pages
                                                                  → VERSION/pages.sums → the version's pages
             → site.sums → every other file
                         → site/FOLDER.sums → site/FOLDER/XX.sums → the files of a large folder

`inventory.list_of` says which list has a file of a pack, `inventory.site_list_of` which has any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import NamedTuple

from packyard.formats import entries, inventory, layout, note, snapshot, sums
from packyard.formats.bundle import Bundle, format_bundle
from packyard.formats.checkpoint import Checkpoint, format_checkpoint
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import Edge
from packyard.protocols import Signer


class Chain(NamedTuple):
    """The hashes a snapshot lists."""

    index_json: str
    index_sums: str
    site_sums: str

    @property
    def lines(self) -> bytes:
        """The snapshot's checksum lines."""
        return snapshot.sum_lines(tuple(zip(snapshot.LISTED, self, strict=True)))

    @property
    def digest(self) -> str:
        """What the log's `index` entry holds."""
        return sha256(self.lines).hexdigest()


def shard_sums(packs: Iterable[tuple[str, str]]) -> bytes:
    """A shard: the `files.sums` of its packs, given as (name, hash)."""
    return sums.format((layout.pack(name, layout.FILES_SUMS), digest) for name, digest in packs)


def index_sums(shards: Iterable[tuple[int, str]]) -> bytes:
    """The list of shards, given as (number, hash)."""
    return sums.format((layout.shard_sums(number), digest) for number, digest in shards)


def site_lists(files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the lists of all files outside `packs/` given as (path, hash); `site.sums` is the last."""
    folders: dict[str, list[tuple[str, str]]] = {}
    for path, digest in files:
        folders.setdefault(inventory.place_of(path)[0], []).append((path, digest))
    top = list[tuple[str, str]]()
    for folder, listed in sorted(folders.items()):
        if not is_large(folder, len(listed)):
            top += listed
            continue
        *shards, (own, data) = _folder_lists(folder, listed)
        yield from (*shards, (own, data))
        top.append((own, sha256(data).hexdigest()))
    yield layout.SITE_SUMS, sums.format(top)


def is_large(folder: str, files: int) -> bool:
    """Whether a folder at the top with so many files has shards of its own; "" is the top itself, which has none."""
    return bool(folder) and files > inventory.FOLDER_LIMIT


def _folder_lists(folder: str, files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """The lists of a large folder, the list of its shards last."""
    shards: dict[int, list[tuple[str, str]]] = {}
    for path, digest in files:
        shards.setdefault(inventory.place_of(path)[1], []).append((path, digest))
    made = [(inventory.folder_shard(folder, number), sums.format(listed)) for number, listed in sorted(shards.items())]
    yield from made
    yield inventory.folder_sums(folder), sums.format((path, sha256(data).hexdigest()) for path, data in made)


def extend_log(edge: Edge, new: Iterable[bytes], number: int, chain: Chain) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the tiles that grow by the new entries and then snapshot `number`'s index entry."""

    def whole() -> Iterator[bytes]:
        yield from new
        yield entries.index_entry(number, chain.digest)

    for path, data in edge.append(whole()):
        yield layout.LOG + path, data


def checkpoint(edge: Edge, origin: str, signer: Signer) -> bytes:
    """The signed head of the log."""
    return note.sign_note(format_checkpoint(Checkpoint(origin, edge.size, edge.root)), signer, origin)


def heads(text: bytes, signature: bytes, checkpoint: bytes) -> Iterator[tuple[str, bytes]]:
    """(path, bytes) of the snapshot, its signature, and the two and the checkpoint in one file."""
    yield layout.SNAPSHOT, text
    yield layout.SNAPSHOT_SIGNATURE, signature
    yield layout.SNAPSHOT_BUNDLE, format_bundle(Bundle(text, signature, checkpoint))


def sign_snapshot(value: Snapshot, signer: Signer) -> tuple[bytes, bytes]:
    """`SNAPSHOT` and its signature."""
    text = snapshot.format_snapshot(value)
    return text, signer.sign(text, snapshot.trusted_comment(value))

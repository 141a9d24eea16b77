"""Kits as files: an archive to read, checked header by header before anything in it is believed, and never unpacked."""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from packyard.errors import BadChecksum, FormatError, NotFound, PackyardError, ProblemsFound, WorldError
from packyard.formats import minisign
from packyard.formats.fields import errors_of
from packyard.formats.tarball import BLOCK
from packyard.kit import archive
from packyard.kit.manifest import LIMIT, File, Manifest, Rows, parse_manifest

CHUNK = 1 << 20


class Kit:
    """A kit whose archive is in form: exactly the files of its manifest, in order, each with the size that it says.

    It is a `Listing`, which gives out no bytes but those that the manifest names. Raises `NotFound` when there is no
    file at `path`, or a file of the manifest is not in the archive; `BadChecksum` when one has another size;
    `ProblemsFound` for everything that does not belong into a kit.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)
        self._file = _open(path)
        self._size = os.fstat(self._file).st_size
        self._members = array("Q")
        try:
            at, self.text = self._own(0, archive.MANIFEST, LIMIT)
            self.manifest, self.rows = parse_manifest(self.text)
            self.signature: bytes | None = None
            if self._block(at)[: len(archive.SIGNATURE)] == archive.SIGNATURE.encode():
                at, self.signature = self._own(at, archive.SIGNATURE, minisign.LIMIT)
            self._end(self._index(at))
        except FormatError as error:
            self.close()
            raise ProblemsFound(each.at(self.name) for each in errors_of(error)) from None
        except PackyardError:
            self.close()
            raise

    def __reduce__(self) -> tuple[type[Kit], tuple[Path]]:
        return Kit, (self.path,)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._file)

    def paths(self) -> Iterator[str]:
        """The path of every file."""
        return (file.path for file in self.rows)

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes, if they are those that the manifest names."""
        at = self.rows.find(path)
        if at < 0:
            raise NotFound("file-missing", "the file is missing", path=f"{self.name}/{path}")
        if self.rows[at].size > limit:
            raise WorldError(
                "too-large", "the file is too large", path=f"{self.name}/{path}", expected=f"{limit} bytes"
            )
        return self.intact(at)

    def check_contents(self) -> Iterator[File]:
        """The files that are not what the manifest says."""
        for file, start in zip(self.rows, self._members, strict=True):
            digest = sha256()
            for at in range(start, start + file.size, CHUNK):
                digest.update(self._bytes(at, min(CHUNK, start + file.size - at)))
            if digest.hexdigest() != file.sha256:
                yield file

    def intact(self, at: int) -> bytes:
        """The bytes of file number `at`. Raises `BadChecksum` when they are not what the manifest says."""
        file = self.rows[at]
        data = self._bytes(self._members[at], file.size)
        if (found := sha256(data).hexdigest()) != file.sha256:
            where = f"{self.name}/{file.path}"
            raise BadChecksum("kit-changed", "the file was changed", path=where, expected=file.sha256, found=found)
        return data

    def digest(self) -> str:
        """The SHA-256 of the whole archive."""
        digest = sha256()
        for at in range(0, self._size, CHUNK):
            digest.update(self._bytes(at, min(CHUNK, self._size - at)))
        return digest.hexdigest()

    def _own(self, at: int, name: str, limit: int) -> tuple[int, bytes]:
        """(where the next member begins, content) of one of the kit's own files."""
        found, size = archive.parse_header(self._block(at))
        if found != name or size > limit:
            expected = f"{name} of at most {limit} bytes"
            raise FormatError(
                "kit-archive", "the archive is not a kit", expected=expected, found=f"{found}, {size} bytes"
            )
        data = self._bytes(at + BLOCK, size)
        return self._after(at + BLOCK, size), data

    def _index(self, at: int) -> int:
        """Finds every file of the manifest; gives where the members end."""
        for file in self.rows:
            self._expect(file, self._block(at))
            self._members.append(at + BLOCK)
            at = self._after(at + BLOCK, file.size)
        return at

    def _expect(self, file: File, block: bytes) -> None:
        wanted = archive.member_name(file.path)
        if block == archive.header(wanted, file.size):
            return
        found, size = archive.parse_header(block) if block.strip(b"\0") else ("", 0)
        if found == wanted:
            message = f"{file.path} has another size than the manifest says"
            where = f"{self.name}/{file.path}"
            raise BadChecksum("kit-changed", message, path=where, expected=str(file.size), found=str(size))
        if not found or found in map(
            archive.member_name, (later.path for later in self.rows if later.path > file.path)
        ):
            where = f"{self.name}/{file.path}"
            raise NotFound("kit-file-missing", "a file of the manifest is not in the archive", path=where)
        raise FormatError("kit-stranger", "the archive holds a file that the manifest does not name", found=found)

    def _end(self, at: int) -> None:
        """That nothing follows the members but the zeros that end an archive."""
        wanted, rest = archive.tail(at), self._size - at
        head = self._block(at) if rest else b""
        if head.strip(b"\0"):
            found, _ = archive.parse_header(head)
            raise FormatError("kit-stranger", "the archive holds a file that the manifest does not name", found=found)
        if rest != wanted or self._bytes(at, wanted).strip(b"\0"):
            expected = f"{wanted} zeros"
            raise FormatError(
                "kit-archive", "the archive does not end as it must", expected=expected, found=f"{rest} bytes"
            )

    def _after(self, at: int, size: int) -> int:
        end = at + size + archive.padding(size)
        if self._bytes(at + size, end - at - size).strip(b"\0"):
            raise FormatError("kit-archive", "there is something between two files of the archive")
        return end

    def _block(self, at: int) -> bytes:
        return self._bytes(at, BLOCK)

    def _bytes(self, at: int, size: int) -> bytes:
        if at + size > self._size:
            raise FormatError(
                "kit-archive", "the archive is cut short", expected=f"at least {at + size} bytes", found=f"{self._size}"
            )
        data = os.pread(self._file, size, at)
        while len(data) < size and (more := os.pread(self._file, size - len(data), at + len(data))):
            data += more
        if len(data) < size:
            raise WorldError("disk-failed", "the kit became shorter while it was read", path=self.name)
        return data


def read_listing(path: Path) -> tuple[Manifest, Rows]:
    """What a kit holds: of the kit itself, or of its `offline-manifest.json` alone. Raises as `Kit` does."""
    with os.fdopen(_open(path), "rb") as file:
        text = file.read(LIMIT) if file.read(1) == b"{" else b""
    if not text:
        kit = Kit(path)
        kit.close()
        return kit.manifest, kit.rows
    try:
        return parse_manifest(b"{" + text)
    except FormatError as error:
        raise ProblemsFound(each.at(str(path)) for each in errors_of(error)) from None


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("kit-missing", "there is no kit at this place", path=str(path)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotFound("kit-missing", "this is not a file", path=str(path), expected="a kit, which is one tar file")
    return descriptor

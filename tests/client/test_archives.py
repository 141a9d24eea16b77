"""Archives that no registry would make: none of them gives a single file.

The tarball is what its document says (its hash is right), as if somebody with the registry's keys had sealed it; what
is in it was not signed by the publisher, or is not in the one form that a registry gives it.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from packyard.client import releases
from packyard.client.packs import Proven
from packyard.client.releases import open_release
from packyard.errors import BadChecksum, BadSignature, TrustError
from packyard.formats import layout, tarball
from packyard.model import Release
from tests.client.simulated import User
from tests.client.simulator import Registry, small

pytestmark = pytest.mark.usefixtures("quick_disk")

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> tuple[Proven, Release, bytes]:
    """The newest version of hello: as it is proven, and its tarball."""
    registry = small()
    user = User(tmp_path_factory.mktemp("user"), registry.time)
    proven = user.ask(registry.place(), "hello").packs["hello"]
    release = proven.pack.latest.release
    return proven, release, registry.files[release.tarball.path]


@lru_cache
def signed() -> Files:
    """The files of hello 1.1.0, as they were signed."""
    registry = small()
    return dict(tarball.parse(registry.files[layout.tarball("hello", "1.1.0")], 1 << 20))


def member(name: str = "rules/one.md", content: bytes = b"", **fields: Any) -> bytes:
    """An archive as Python writes it: the signed files, and one more member."""
    return python_tar(signed(), tarfile.USTAR_FORMAT, name, content, **fields)


def python_tar(files: Files, format: int, name: str = "", content: bytes = b"", **fields: Any) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as tar:
        for path, data in sorted(files.items()):
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(data), 0o644
            tar.addfile(info, io.BytesIO(data))
        if name:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            for field, value in fields.items():
                setattr(info, field, value)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def more(path: str, content: bytes = b"evil\n") -> bytes:
    """The canonical archive of the signed files and one more."""
    return tarball.format_tar([*signed().items(), (path, content)])


def changed(path: str, content: bytes) -> bytes:
    """The canonical archive with other content in one file."""
    return tarball.format_tar({**signed(), path: content}.items())


def without(path: str) -> bytes:
    """The canonical archive without one file."""
    return tarball.format_tar((each, data) for each, data in signed().items() if each != path)


def header(offset: int, data: bytes, fix: bool = True) -> bytes:
    """The canonical archive with other bytes in its first header, and a checksum that fits."""
    tar = bytearray(tarball.format_tar(signed().items()))
    tar[offset : offset + len(data)] = data
    if fix:
        tar[148:156] = b" " * 8
        tar[148:156] = b"%06o\0 " % sum(tar[:512])
    return bytes(tar)


def plain() -> bytes:
    return tarball.format_tar(signed().items())


def reordered() -> bytes:
    """Canonical headers in another order."""
    parts = [tarball.format_tar([each]).rstrip(b"\0") for each in sorted(signed().items(), reverse=True)]
    blocks = b"".join(part + bytes(-len(part) % 512) for part in parts)
    whole = blocks + bytes(1024)
    return whole + bytes(-len(whole) % tarball.RECORD)


TARS: dict[str, Callable[[], bytes]] = {
    "symbolic link": lambda: member(type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "symbolic link upward": lambda: member("rules/up", type=tarfile.SYMTYPE, linkname="../../.."),
    "hard link": lambda: member("rules/two.md", type=tarfile.LNKTYPE, linkname="rules/one.md"),
    "hard link outside": lambda: member("rules/two.md", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "character device": lambda: member("null", type=tarfile.CHRTYPE, devmajor=1, devminor=3),
    "block device": lambda: member("disk", type=tarfile.BLKTYPE, devmajor=8),
    "fifo": lambda: member("pipe", type=tarfile.FIFOTYPE),
    "folder": lambda: member("rules", type=tarfile.DIRTYPE),
    "contiguous file": lambda: member("rules/two.md", b"x", type=tarfile.CONTTYPE),
    "unknown type": lambda: member("rules/two.md", b"x", type=b"Z"),
    "old type of files": lambda: header(156, b"\0"),
    "absolute path": lambda: more("/etc/passwd"),
    "path upward": lambda: more("../evil.md"),
    "path upward inside": lambda: more("rules/../../evil.md"),
    "path here": lambda: more("./evil.md"),
    "path of dots": lambda: more(".."),
    "empty component": lambda: more("rules//evil.md"),
    "ends in a slash": lambda: more("rules/evil.md/"),
    "backslash": lambda: more("rules\\evil.md"),
    "drive letter": lambda: more("C:/evil.md"),
    "device of Windows": lambda: more("rules/nul.md"),
    "line feed in a path": lambda: more("rules/e\nvil.md"),
    "escape in a path": lambda: more("rules/\x1b[2J.md"),
    "NUL in a path": lambda: more("rules/e\0vil.md"),
    "git folder": lambda: more(".git/config"),
    "one more file": lambda: more("rules/two.md"),
    "one more script": lambda: more("hooks/run.sh", b"#!/bin/sh\n"),
    "another case": lambda: more("RULES/one.md"),
    "a file where a folder is": lambda: more("rules"),
    "a path of 201 bytes": lambda: more("/".join(["d" * 66] * 3)),
    "13 levels": lambda: more("/".join("abcdefghijklm")),
    "a path twice": lambda: tarball.format_tar([*signed().items(), ("rules/one.md", signed()["rules/one.md"])]),
    "a path twice, another content": lambda: more("rules/one.md"),
    "changed rule": lambda: changed("rules/one.md", b"Be evil.\n"),
    "changed manifest": lambda: changed("pack.json", signed()["pack.json"].replace(b"hello", b"other")),
    "changed list": lambda: changed("SHA256SUMS", signed()["SHA256SUMS"].replace(b"a", b"b", 1)),
    "empty list": lambda: changed("SHA256SUMS", b""),
    "no list": lambda: without("SHA256SUMS"),
    "no signature": lambda: without("SHA256SUMS.minisig"),
    "no manifest": lambda: without("pack.json"),
    "one file less": lambda: without("rules/one.md"),
    "no files": lambda: tarball.format_tar([]),
    "not in order": reordered,
    "executable": lambda: header(100, b"0000755\0"),
    "set user id": lambda: header(100, b"0004755\0"),
    "an owner": lambda: header(108, b"0000001\0"),
    "a time": lambda: header(136, b"14000000000\0"),
    "owner's name": lambda: header(265, b"root"),
    "name of a link": lambda: header(157, b"/etc/passwd"),
    "wrong magic": lambda: header(257, b"ustar  \0"),
    "wrong checksum": lambda: header(148, b"000000\0 ", fix=False),
    "filled with something": lambda: header(505, b"evil"),
    "a size of 8 GB": lambda: header(124, b"77777777777\0"),
    "a size in base 256": lambda: header(124, b"\x80" + b"\xff" * 11),
    "a negative size": lambda: header(124, b"-0000000001\0"),
    "a size with spaces": lambda: header(124, b"      00010\0"),
    "pax": lambda: python_tar(signed(), tarfile.PAX_FORMAT, "é.md"),
    "pax path": lambda: member("rules/two.md", b"30 path=../../../etc/passwd\n", type=tarfile.XHDTYPE),
    "pax for all": lambda: member("rules/two.md", b"30 path=../../../etc/passwd\n", type=tarfile.XGLTYPE),
    "GNU long name": lambda: python_tar(signed(), tarfile.GNU_FORMAT, "d/" * 120 + "evil.md"),
    "GNU long link": lambda: member("././@LongLink", b"../../evil", type=tarfile.GNUTYPE_LONGLINK),
    "GNU sparse": lambda: member("rules/two.md", type=tarfile.GNUTYPE_SPARSE),
    "GNU format": lambda: python_tar(signed(), tarfile.GNU_FORMAT),
    "cut in a header": lambda: plain()[:700],
    "cut in a file": lambda: plain()[:513],
    "no end": lambda: plain().rstrip(b"\0") + bytes(512),
    "half an end": lambda: plain()[: -tarball.RECORD] + bytes(512),
    "one more record": lambda: plain() + bytes(tarball.RECORD),
    "something after the end": lambda: plain()[:-4] + b"evil",
    "another archive after the end": lambda: plain() + plain(),
    "empty": lambda: b"",
    "no archive": lambda: b"hello",
    "zeros": lambda: bytes(10_240),
}

PACKED: dict[str, Callable[[], bytes]] = {
    "not compressed": plain,
    "nothing": lambda: b"",
    "half a header": lambda: b"\x1f\x8b\x08",
    "gzip with a name": lambda: _gzip(plain(), filename="evil"),
    "gzip with a time": lambda: _gzip(plain(), mtime=1),
    "gzip of another system": lambda: _sub(3 + 6, b"\x03"),
    "gzip with extra": lambda: _sub(3, b"\x04"),
    "gzip of an unknown method": lambda: _sub(2, b"\x07"),
    "two members": lambda: tarball.compress(plain()) + tarball.compress(plain()),
    "a member before": lambda: tarball.compress(b"") + tarball.compress(plain()),
    "bytes after": lambda: tarball.compress(plain()) + b"\0",
    "no checksum": lambda: tarball.compress(plain())[:-8],
    "wrong checksum": lambda: _sub(-8, b"\0\0\0\0"),
    "wrong length": lambda: _sub(-4, b"\0\0\0\0"),
    "half": lambda: tarball.compress(plain())[:200],
    "raw deflate": lambda: zlib.compress(plain(), wbits=-15),
    "zlib": lambda: zlib.compress(plain()),
}


def _gzip(data: bytes, filename: str = "", mtime: int = 0) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(filename, "wb", fileobj=out, mtime=mtime) as file:
        file.write(data)
    return out.getvalue()


def _sub(at: int, data: bytes) -> bytes:
    packed = bytearray(tarball.compress(plain()))
    at %= len(packed)
    packed[at : at + len(data)] = data
    return bytes(packed)


def opened(hello: tuple[Proven, Release, bytes], packed: bytes) -> TrustError:
    """What is said to a tarball that is sealed."""
    proven, release, _ = hello
    place = release.tarball._replace(sha256=sha256(packed).hexdigest(), size=len(packed))
    with pytest.raises(TrustError) as caught:
        open_release(proven, release._replace(tarball=place), packed, "https://one.example/hello-1.1.0.tar.gz")
    assert caught.value.problem.path.startswith("https://one.example/hello-1.1.0.tar.gz")
    assert packed in caught.value.evidence.values()
    return caught.value


def test_the_archive_itself_is_opened(hello: tuple[Proven, Release, bytes]) -> None:
    proven, release, packed = hello
    found = open_release(proven, release, packed, "here")
    assert dict(found.files) == signed()
    assert (found.publisher, found.version) == ("alice", "1.1.0")


@pytest.mark.parametrize("name", TARS)
def test_archives(hello: tuple[Proven, Release, bytes], name: str) -> None:
    opened(hello, tarball.compress(TARS[name]()))


@pytest.mark.parametrize("name", PACKED)
def test_compressed(hello: tuple[Proven, Release, bytes], name: str) -> None:
    assert opened(hello, PACKED[name]()).problem.code == "tarball-not-canonical"


@pytest.mark.parametrize("at", range(0, 4_000, 97))
def test_any_byte_changed(hello: tuple[Proven, Release, bytes], at: int) -> None:
    tar = bytearray(plain())
    tar[at] ^= 1
    opened(hello, tarball.compress(bytes(tar)))


def test_a_version_of_another_pack(hello: tuple[Proven, Release, bytes]) -> None:
    registry = small()
    for name, number in (("evil", "1.0.0"), ("hello", "1.0.0")):
        opened(hello, registry.files[layout.tarball(name, number)])


def test_a_tarball_that_was_not_sealed(hello: tuple[Proven, Release, bytes]) -> None:
    proven, release, packed = hello
    with pytest.raises(BadChecksum):
        open_release(proven, release, packed + b"\0", "here")


@pytest.mark.parametrize("content", [bytes, lambda size: b"#!" + bytes(size - 2)], ids=["zeros", "a script"])
def test_bombs(
    hello: tuple[Proven, Release, bytes], content: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much is packed into a few bytes, no more than the limit is unpacked."""
    monkeypatch.setattr(releases, "TAR_LIMIT", 3_000_000)
    bomb = tarball.compress(more("rules/two.md", content(50_000_000)))
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        assert opened(hello, bomb).problem.code == "too-large"
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


def test_many_small_files(hello: tuple[Proven, Release, bytes]) -> None:
    many = [(f"rules/{number}.md", b"") for number in range(10_050)]
    assert opened(hello, tarball.compress(tarball.format_tar(many))).problem.code in (
        "too-many-files",
        "manifest-missing",
    )


def test_nothing_is_written(tmp_path: Path) -> None:
    """Through a whole session: neither into the memory nor into the cache."""
    thief = small().thief("snapshot", "log")
    packed = tarball.compress(TARS["path upward"]())
    user = User(tmp_path / "user", thief.time)
    seal_as(thief, packed)
    user.refuses(BadSignature, "path-invalid", thief.place(), "hello")
    assert user.remembered() == {}
    assert user.cache.get(sha256(packed).hexdigest(), 1 << 20) is None
    assert not list(tmp_path.rglob("evil*"))


def seal_as(thief: Registry, packed: bytes) -> None:
    """Lets the document say that this is the tarball of hello 1.1.0."""
    thief.files[layout.tarball("hello", "1.1.0")] = packed

    def claim(document: dict[str, Any]) -> None:
        document["versions"][0]["tarball"] |= {"sha256": sha256(packed).hexdigest(), "size": len(packed)}

    thief.document("hello", claim)
    thief.chain()

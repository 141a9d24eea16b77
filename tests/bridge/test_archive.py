"""Foreign tarballs: those of real programs are read, hostile ones are refused, and nothing of either is written."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.bridge import archive
from packyard.errors import FormatError
from packyard.formats import tarball
from packyard.formats.names import check_path, collisions
from tests.tools import need

FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
PART = st.text("abcXYZ09-_ .@", min_size=1, max_size=30)


def _is_path(text: str) -> bool:
    try:
        check_path(text)
        tarball.split(text)
    except FormatError:
        return False
    return True


PATHS = st.lists(PART, min_size=1, max_size=6).map("/".join).filter(_is_path)
FILES = st.dictionaries(PATHS, st.binary(max_size=700), min_size=1, max_size=6).filter(
    lambda files: not any(collisions(files))
)


def packed(files: Mapping[str, bytes], kind: int = tarfile.PAX_FORMAT, prefix: str = "") -> bytes:
    """An archive with folders, owners and times, as programs make them."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=kind) as tar:
        folders = {path[:at] for path in files for at, sign in enumerate(path) if sign == "/"}
        for folder in (["."] if prefix else []) + sorted(prefix + each for each in folders):
            info = tarfile.TarInfo(folder)
            info.type = tarfile.DIRTYPE
            tar.addfile(info)
        for path, data in files.items():
            info = tarfile.TarInfo(prefix + path)
            info.size, info.mtime, info.uid, info.uname = len(data), 1_700_000_000.25, 1000, "ada"
            info.pax_headers = {"comment": "made by a test"} if kind == tarfile.PAX_FORMAT else {}
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(raw.getvalue())


@given(FILES, st.sampled_from(FORMATS), st.sampled_from(["", "./"]))
def test_what_programs_write_is_read(files: Mapping[str, bytes], kind: int, prefix: str) -> None:
    assert archive.read(packed(files, kind, prefix)) == files


@given(FILES)
def test_our_own_are_read(files: Mapping[str, bytes]) -> None:
    assert archive.read(tarball.compress(tarball.format_tar(files.items()))) == files


@settings(max_examples=300)
@given(FILES, st.data())
def test_a_changed_archive_is_read_or_refused(files: Mapping[str, bytes], data: st.DataObject) -> None:
    tar = bytearray(gzip.decompress(packed(files, data.draw(st.sampled_from(FORMATS)))))
    for _ in range(data.draw(st.integers(1, 3))):
        tar[data.draw(st.integers(0, min(len(tar), 3000) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = archive.read(gzip.compress(bytes(tar)))
    except FormatError:
        return
    for path in found:
        check_path(path)


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for each in (data, gzip.compress(data)):
        try:
            assert archive.read(each) == {}
        except FormatError:
            continue


@pytest.mark.parametrize("program", ["tar -czf out.tgz -C pack .", "tar --format=pax -czf out.tgz -C pack ."])
def test_gnu_tar(program: str, tmp_path: Path) -> None:
    need("tar")
    long = "skills/" + "a" * 60 + "/" + "b" * 60 + "/SKILL.md"
    files = {"pack.json": b"{}", "rules/one.md": b"Be.\n", long: b"Long.\n", "empty": b""}
    for path, data in files.items():
        (tmp_path / "pack" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / path).write_bytes(data)
    subprocess.run(["/bin/sh", "-c", program], cwd=tmp_path, check=True)
    assert archive.read((tmp_path / "out.tgz").read_bytes()) == files


# --- hostile ones ---


def with_member(change: Callable[[tarfile.TarInfo], None], data: bytes = b"") -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo("evil")
        info.size = len(data)
        change(info)
        tar.addfile(info, io.BytesIO(data))
    return gzip.compress(raw.getvalue())


def set_to(**fields: object) -> Callable[[tarfile.TarInfo], None]:
    def change(info: tarfile.TarInfo) -> None:
        for name, value in fields.items():
            setattr(info, name, value)

    return change


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE,
     tarfile.GNUTYPE_SPARSE, tarfile.GNUTYPE_LONGLINK, b"V", b"Z"],
)  # fmt: skip
def test_only_files(kind: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        archive.read(with_member(set_to(type=kind, linkname="../../etc/passwd")))
    assert caught.value.code == "symlink"


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../evil", "a/../../evil", "a/./b", "a//b", "..", "C:\\evil", "a\\b", "con", "aux.md", "a ", "a.",
     "é", "a\nb", "a" * 201, "/".join("a" * 13), "./../evil", "././/evil", "a:b", "~/evil|sh"],
)  # fmt: skip
def test_only_paths_inside(path: str) -> None:
    with pytest.raises(FormatError):
        archive.read(with_member(set_to(name=path)))


def test_a_path_is_there_once() -> None:
    for first, second in (("a", "a"), ("a", "./a"), ("a", "A"), ("a", "a/b"), ("b/c", "B/d")):
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w") as tar:
            for name in (first, second):
                tar.addfile(tarfile.TarInfo(name))
        with pytest.raises(FormatError):
            archive.read(gzip.compress(raw.getvalue()))


def test_what_is_left_out_may_be_anything() -> None:
    link = with_member(set_to(type=tarfile.SYMTYPE, name="./node_modules/.bin/x", linkname="/etc/passwd"))
    assert archive.read(link, lambda path: path.startswith("node_modules/")) == {}
    with pytest.raises(FormatError):
        archive.read(link)


def test_bombs() -> None:
    bomb = zlib.compressobj(9, wbits=31)
    data = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(200)) + bomb.flush()
    assert len(data) < 300_000
    with pytest.raises(FormatError) as caught:
        archive.read(data)
    assert caught.value.code == "too-large"
    with pytest.raises(FormatError) as caught:
        archive.read(packed({"a": bytes(40_000_000), "b": bytes(30_000_000)}))
    assert caught.value.code == "too-large"


def test_many_files_and_headers() -> None:
    with pytest.raises(FormatError) as caught:
        archive.read(packed({f"f{number}": b"" for number in range(1001)}, tarfile.USTAR_FORMAT))
    assert caught.value.code == "too-many-files"
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        folder = tarfile.TarInfo("d")
        folder.type = tarfile.DIRTYPE
        for _ in range(archive.MEMBERS + 1):
            tar.addfile(folder)
    with pytest.raises(FormatError) as caught:
        archive.read(gzip.compress(raw.getvalue()))
    assert caught.value.code == "too-many-files"


def headers(*kinds: bytes, data: bytes) -> bytes:
    """Extended headers before one file."""
    tar = b""
    for kind in kinds:
        info = tarfile.TarInfo("x")
        info.type, info.size = kind, len(data)
        tar += info.tobuf(tarfile.USTAR_FORMAT) + data.ljust(512, b"\0")
    return gzip.compress(tar + tarfile.TarInfo("a").tobuf(tarfile.USTAR_FORMAT) + bytes(1024))


def test_extended_headers() -> None:
    assert archive.read(headers(b"x", data=b"12 path=b/c\n")) == {"b/c": b""}
    assert archive.read(headers(b"L", data=b"b/c\0")) == {"b/c": b""}
    assert archive.read(headers(b"g", b"x", data=b"13 comment=b\n")) == {"a": b""}
    for wrong in (
        headers(b"g", data=b"12 path=b/c\n"),
        headers(b"x", b"x", data=b"12 path=b/c\n"),
        headers(b"L", b"g", data=b"13 comment=b\n"),
        headers(b"x", data=b"99 path=b/c\n"),
        headers(b"x", data=b"0 path=b/c\n"),
        headers(b"x", data=b"path=b/c\n"),
        headers(b"x", data=b"12 path=../\n"),
        headers(b"L", data=b"/etc/passwd\0"),
        headers(b"L", data=b"\xff\0"),
    ):
        with pytest.raises(FormatError):
            archive.read(wrong)


def test_two_readings_are_refused() -> None:
    whole = packed({"a": b"1"}, tarfile.USTAR_FORMAT)
    tar = gzip.decompress(whole)
    header = bytearray(tar[:512])
    header[0] = ord("b")  # and the checksum stays
    for data in (
        whole + whole,
        whole + b"x",
        whole[:-9],
        gzip.compress(tar + tar),
        gzip.compress(tar[:600]),
        gzip.compress(bytes(header) + tar[512:]),
        with_member(set_to(pax_headers={"size": "9"}), b"1"),
        with_member(set_to(pax_headers={"linkpath": "x"}), b"1"),
        with_member(set_to(pax_headers={"GNU.sparse.name": "x"}), b"1"),
        with_member(set_to(pax_headers={"path": "a" * 9000}), b"1"),
    ):
        with pytest.raises(FormatError):
            archive.read(data)

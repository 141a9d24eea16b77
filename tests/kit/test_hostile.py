"""Kits that are not what they should be: each is refused for its own reason, with its exit code, and nothing is
written."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from packyard.edges.kits import Kit
from packyard.edges.store import walk
from packyard.errors import FormatError, PackyardError, ProblemsFound
from packyard.formats.tarball import BLOCK, RECORD
from packyard.kit import archive
from packyard.kit.exits import CHECKSUM, INVALID, MISSING, SIGNATURE, gravest
from packyard.kit.manifest import File, format_manifest, format_row, parse_manifest, trusted_comment
from tests.kit.conftest import EXPORTER, PROFILES, Kits, Sites, imported, verified
from tests.published import flipped
from tests.registry import signer

Members = list[tuple[str, bytes]]


def members(kit: Path) -> Members:
    with tarfile.open(kit) as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar]  # type: ignore[union-attr]  # a file


def packed(parts: Members, blocks: bytes = b"") -> bytes:
    """An archive of these members, with some blocks of another making before its end."""
    data = b"".join(
        archive.header(archive.member_name(name), len(text)) + text + bytes(-len(text) % BLOCK) for name, text in parts
    )
    data += blocks
    return data + bytes(archive.tail(len(data)))


def described(parts: Members, key: str = "exporter") -> Members:
    """The members with a manifest that is made again for them, and signed."""
    manifest, _ = parse_manifest(parts[0][1])
    listed = sorted(part for part in parts if not part[0].startswith(archive.OWN))
    size = sum(len(data) for _, data in listed)
    manifest = manifest._replace(total=len(listed), size=size)
    rows = [format_row(File(path, sha256(data).hexdigest(), len(data))) for path, data in listed]
    text = format_manifest(manifest, rows)
    return [
        (archive.MANIFEST, text),
        (archive.SIGNATURE, signer(key).sign(text, trusted_comment(manifest))),
        *listed,
    ]


def refusal(kit: Path, root: str = "", exporter: bool = False) -> tuple[int, set[str]]:
    """The exit code that a kit is refused with, and the codes of what is wrong."""
    try:
        problems = verified(kit, root, exporter).problems
    except ProblemsFound as error:
        problems = error.problems
    except PackyardError as error:
        problems = (error.problem,)
    codes = {problem.code for problem in problems}
    return gravest(codes), codes


@pytest.fixture
def bad(tmp_path: Path) -> Callable[[bytes], Path]:
    """Puts bytes into a file."""

    def write(data: bytes) -> Path:
        (tmp_path / "bad.tar").write_bytes(data)
        return tmp_path / "bad.tar"

    return write


# The archive ------------------------------------------------------------------------------------------------------


def test_cut_at_every_class_of_offset(kits: Kits, bad: Callable[[bytes], Path]) -> None:
    data = kits("packs").read_bytes()
    first = Kit(kits("packs"))
    ends = [0, 1, 100, 511, 512, 513, 512 + len(first.text) - 1, 512 + len(first.text)]
    starts = [int(start) for start in first._members]
    ends += [start + more for start in (*starts[:3], *starts[-2:]) for more in (-512, -511, -1, 0, 1, 40)]
    ends += [len(data) - RECORD, len(data) - 1024, len(data) - 512, len(data) - 1]
    for end in ends:
        code, codes = refusal(bad(data[:end]))
        assert (code, codes) in ((INVALID, {"kit-archive"}), (MISSING, {"kit-file-missing"})), end
        assert code == INVALID or data[end - 1024 : end].strip(b"\0") == b""


@pytest.mark.parametrize("more", [b"\0", bytes(RECORD), b"x", b"x" * BLOCK])
def test_something_after_the_end(kits: Kits, bad: Callable[[bytes], Path], more: bytes) -> None:
    assert refusal(bad(kits("packs").read_bytes() + more)) == (INVALID, {"kit-archive"})


def other(name: str, kind: bytes = tarfile.REGTYPE, **fields: object) -> bytes:
    """A member as other programs write it."""
    info = tarfile.TarInfo(name)
    info.type = kind
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT) if len(name) > 100 or kind == b"S" else info.tobuf(tarfile.USTAR_FORMAT)


STRANGE = {
    "symlink": other("evil", tarfile.SYMTYPE, linkname="/etc/passwd"),
    "hardlink": other("evil", tarfile.LNKTYPE, linkname="SNAPSHOT"),
    "device": other("evil", tarfile.CHRTYPE),
    "block": other("evil", tarfile.BLKTYPE),
    "fifo": other("evil", tarfile.FIFOTYPE),
    "folder": other("evil", tarfile.DIRTYPE),
    "sparse": other("evil", b"S", size=1 << 30),
    "pax": other("evil", b"x", size=20) + b"20 path=../../evil\n\0" + bytes(492),
    "pax-global": other("evil", b"g"),
    "gnu-long": other("x" * 200),
    "absolute": other("/etc/passwd", mode=0o644, mtime=0),
    "upwards": other("../../evil"),
    "root-owned": other("SNAPSHOT", uid=0, mode=0o4755),
    "dated": other("SNAPSHOT", mtime=1_700_000_000),
    "huge": archive.header("SNAPSHOT", 7)[:124] + b"\x80" + b"\xff" * 11 + archive.header("SNAPSHOT", 7)[136:],
    "garbage": b"\xff" * BLOCK,
    "old-tar": archive.header("SNAPSHOT", 7)[:257] + bytes(255),
}


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("place", ["first", "third", "last"])
def test_members_that_no_kit_has(
    kits: Kits, bad: Callable[[bytes], Path], tmp_path: Path, name: str, place: str
) -> None:
    parts = members(kits("packs"))
    at = {"first": 0, "third": 2, "last": len(parts)}[place]
    front, back = packed(parts[:at])[: len(packed(parts[:at])) - archive.tail(_length(parts[:at]))], packed(parts[at:])
    kit = bad(front + STRANGE[name] + back)
    assert refusal(kit)[0] == INVALID
    with pytest.raises(ProblemsFound):
        imported(kit, tmp_path / "mirror")
    assert list(walk(tmp_path / "mirror")) == []
    assert {path.split("/")[-1] for path in walk(tmp_path)} == {"bad.tar", "kit.tar", "reason.json", "lock"}


def _length(parts: Members) -> int:
    return sum(BLOCK + len(data) + -len(data) % BLOCK for _, data in parts)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../evil", "a/../../evil", "a//b", "./a", "a/", "C:\\evil", 'a"b', "é"]
)
def test_paths_that_lead_elsewhere(kits: Kits, bad: Callable[[bytes], Path], path: str) -> None:
    parts = members(kits("packs"))
    row = f'{{"path":"{path}","sha256":"{"0" * 64}","size":1}},\n'.encode()
    text = parts[0][1].replace(b"[\n", b"[\n" + row, 1)
    kit = bad(packed([(archive.MANIFEST, text), *parts[1:]]))
    assert refusal(kit) == (INVALID, {"kit-manifest"})


def test_members_that_are_missing_twice_there_or_strangers(kits: Kits, bad: Callable[[bytes], Path]) -> None:
    parts = members(kits("packs"))
    for at in (2, 7, len(parts) - 1):
        assert refusal(bad(packed(parts[:at] + parts[at + 1 :]))) == (MISSING, {"kit-file-missing"})
        assert refusal(bad(packed([*parts[:at], parts[at], *parts[at:]])))[0] == INVALID
    for at in (2, 7, len(parts)):
        stranger = [*parts[:at], ("zzz.html", b"hello"), *parts[at:]]
        assert refusal(bad(packed(stranger))) == (INVALID, {"kit-stranger"})
    swapped = [*parts[:4], parts[5], parts[4], *parts[6:]]
    assert refusal(bad(packed(swapped)))[0] == MISSING


def test_sizes_that_are_others(kits: Kits, bad: Callable[[bytes], Path]) -> None:
    parts = members(kits("packs"))
    longer = [*parts[:5], (parts[5][0], parts[5][1] + b"x"), *parts[6:]]
    assert refusal(bad(packed(longer))) == (CHECKSUM, {"kit-changed"})


# What a kit says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_one_bit_of_every_file(kits: Kits, bad: Callable[[bytes], Path], profile: str) -> None:
    """A changed file is found by its hash; with a manifest made for it, by what the registry signed."""
    parts = members(kits(profile))
    step = 1 if len(parts) < 60 else 9
    for at in range(2, len(parts), step):
        name, data = parts[at]
        if not data:
            continue
        changed = [*parts[:at], (name, flipped(data, len(data) // 2)), *parts[at + 1 :]]
        assert refusal(bad(packed(changed))) == (CHECKSUM, {"kit-changed"}), name
        if name not in ("by-hash/index.json", "tenant.json"):
            code, codes = refusal(bad(packed(described(changed))))
            assert code in (MISSING, CHECKSUM, SIGNATURE, INVALID), (name, codes)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_file_that_is_left_out_with_a_manifest_to_match(
    kits: Kits, bad: Callable[[bytes], Path], profile: str
) -> None:
    """Of a delta what is left out shows where it is imported."""
    parts = members(kits(profile))
    spare = ("log/tile/", "SNAPSHOT.bundle") if profile != "full" else ()
    for at in range(2, len(parts), 1 if len(parts) < 60 else 9):
        name = parts[at][0]
        if name.startswith(spare) or (profile == "delta" and not name.startswith(("trust/", "SNAPSHOT"))):
            continue
        assert refusal(bad(packed(described(parts[:at] + parts[at + 1 :]))))[0], name


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize(
    "path",
    ["evil.html", "log/evil", "log/tile/0/999", "trust/9.json", "trust/1.json.x.minisig", "by-hash/" + "0" * 64,
     "packs/hello/9.9.9/evil.sh", "index/zz.sums"],
)  # fmt: skip
def test_a_stranger_with_a_manifest_to_match(kits: Kits, bad: Callable[[bytes], Path], profile: str, path: str) -> None:
    parts = [*members(kits(profile)), (path, b"evil\n")]
    assert refusal(bad(packed(described(parts))))[0] in (INVALID, CHECKSUM, SIGNATURE)


def test_signatures_of_others(kits: Kits, bad: Callable[[bytes], Path], sites: Sites) -> None:
    parts = members(kits("packs"))
    assert refusal(kits("packs"), signer("stranger").public_key) == (SIGNATURE, {"trust-pinned"})
    foreign = described(parts, "stranger")
    assert refusal(bad(packed(foreign)), exporter=True) == (SIGNATURE, {"signature-key"})
    unsigned = [parts[0], *parts[2:]]
    assert refusal(bad(packed(unsigned))) == (0, set())
    assert refusal(bad(packed(unsigned)), exporter=True) == (SIGNATURE, {"kit-unsigned"})
    text = parts[0][1]
    other_comment = (archive.SIGNATURE, EXPORTER.sign(text, "packs.example.org kit 1 packs"))
    assert refusal(bad(packed([parts[0], other_comment, *parts[2:]])), exporter=True)[0] == SIGNATURE
    changed = (archive.MANIFEST, text.replace(b'"all_versions":false', b'"all_versions":true '))
    assert refusal(bad(packed([changed, *parts[1:]])))[0] == INVALID


def test_one_bit_of_the_manifest(kits: Kits, bad: Callable[[bytes], Path]) -> None:
    """With the exporter's key every one is found, without it all of those that say what is in the kit."""
    parts = members(kits("packs"))
    text = parts[0][1]
    for at in range(0, len(text), 23):
        kit = bad(packed([(archive.MANIFEST, flipped(text, at)), *parts[1:]]))
        assert refusal(kit, exporter=True)[0]
        assert at < text.index(b"\n") or refusal(kit)[0], at


def test_a_manifest_about_another_snapshot(kits: Kits, bad: Callable[[bytes], Path]) -> None:
    parts = members(kits("packs"))
    manifest, rows = parse_manifest(parts[0][1])
    for lie in (
        manifest._replace(origin="other.example.org"),
        manifest._replace(state=manifest.state._replace(number=99)),
        manifest._replace(issued=manifest.issued + 60),
        manifest._replace(state=manifest.state._replace(log_size=3)),
    ):
        text = format_manifest(lie, map(format_row, rows))
        kit = bad(packed([(archive.MANIFEST, text), *parts[2:]]))
        assert refusal(kit) == (INVALID, {"kit-manifest"})


def test_a_tenants_kit_without_a_signature(kits: Kits, bad: Callable[[bytes], Path]) -> None:
    parts = members(kits("tenant"))
    assert refusal(bad(packed([parts[0], *parts[2:]]))) == (SIGNATURE, {"kit-unsigned"})


# Headers ----------------------------------------------------------------------------------------------------------


def test_headers_have_one_form() -> None:
    block = archive.header("packs/hello/index.json", 1234)
    assert archive.parse_header(block) == ("packs/hello/index.json", 1234)
    for at in range(BLOCK):
        for bit in (1, 0x80):
            changed = block[:at] + bytes((block[at] ^ bit,)) + block[at + 1 :]
            with pytest.raises(FormatError):
                archive.parse_header(changed)


@pytest.mark.parametrize("length", [99, 100, 101, 200, 256, 257, 400])
def test_long_paths(length: int) -> None:
    path = ("a" * 60 + "/") * 6 + "b" * 400
    name = archive.member_name(path[:length].rstrip("/"))
    assert archive.parse_header(archive.header(name, 1)) == (name, 1)
    assert name.startswith(archive.LONG) or name == path[:length].rstrip("/")
    data = io.BytesIO(archive.header(name, 0) + bytes(archive.tail(BLOCK)))
    with tarfile.open(fileobj=data) as tar:
        assert tar.getnames() == [name]


def test_a_path_that_no_header_holds(kits: Kits, bad: Callable[[bytes], Path]) -> None:
    path = "packs/hello/1.2.0/files/" + "a" * 150 + ".png"
    kit = Kit(bad(packed(described([*members(kits("packs")), (path, b"a picture")]))))
    assert kit.read(path, 100) == b"a picture"
    kit.close()

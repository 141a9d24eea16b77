"""The cache: what comes out is what went in or nothing, whoever else uses, damages, fills or forbids the folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest

from packyard.edges.cache import Cache, cache_folder

DATA = b"the bytes of a tarball"
DIGEST = sha256(DATA).hexdigest()


def entry(cache: Cache, digest: str = DIGEST) -> Path:
    return cache.root / "sha256" / digest[:2] / digest


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "deep" / "packyard")


def test_in_and_out(cache: Cache, tmp_path: Path) -> None:
    assert cache.get(DIGEST, 100) is None
    assert not cache.root.exists()
    assert cache.put(DATA) == DIGEST
    assert cache.get(DIGEST, len(DATA)) == DATA
    assert cache.get(DIGEST, len(DATA) - 1) is None
    assert cache.get(DIGEST, len(DATA)) == DATA
    assert cache.put(b"") == sha256(b"").hexdigest()
    assert cache.get(sha256(b"").hexdigest(), 0) == b""
    assert files(tmp_path) == sorted(
        f"deep/packyard/sha256/{each[:2]}/{each}" for each in (DIGEST, sha256(b"").hexdigest())
    )
    assert cache.root.stat().st_mode & 0o777 == 0o700
    assert entry(cache).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(DATA[:-1]),
        lambda path: path.write_bytes(DATA + b"x"),
        lambda path: path.write_bytes(bytes(len(DATA))),
    ],
    ids=range(4),
)
def test_a_damaged_entry_is_removed(damage: object, cache: Cache) -> None:
    cache.put(DATA)
    damage(entry(cache))  # type: ignore[operator]  # one of the functions above
    assert cache.get(DIGEST, 100) is None
    assert not entry(cache).exists()
    cache.put(DATA)
    assert cache.get(DIGEST, 100) == DATA


@pytest.mark.parametrize("digest", ["", "..", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], DIGEST + "0", "\0" * 64])
def test_a_name_is_a_hash(digest: str, cache: Cache) -> None:
    cache.put(DATA)
    assert cache.get(digest, 100) is None


def test_links_are_not_followed(cache: Cache, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / DIGEST).write_bytes(DATA)
    cache.put(b"other")
    (cache.root / "sha256" / DIGEST[:2]).symlink_to(outside)
    assert cache.get(DIGEST, 100) is None
    cache.put(DATA)
    cache.prune(0)
    assert files(outside) == [DIGEST]
    (cache.root / "sha256" / DIGEST[:2]).unlink()
    cache.put(DATA)
    entry(cache).unlink()
    entry(cache).symlink_to(outside / DIGEST)
    assert cache.get(DIGEST, 100) is None
    cache.put(DATA)
    assert not entry(cache).is_symlink()
    assert cache.get(DIGEST, 100) == DATA
    whole = cache.root / "sha256"
    whole.rename(tmp_path / "elsewhere")
    whole.symlink_to(tmp_path / "elsewhere")
    assert cache.get(DIGEST, 100) is None


@pytest.mark.parametrize("make", ["mkdir", "fifo"])
def test_what_is_no_file(make: str, cache: Cache) -> None:
    cache.put(DATA)
    entry(cache).unlink()
    entry(cache).mkdir() if make == "mkdir" else os.mkfifo(entry(cache))
    assert cache.get(DIGEST, 100) is None
    assert cache.put(DATA) == DIGEST
    cache.prune(0)


def test_without_a_folder_to_write_there_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"not a folder")
    for root in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/packyard"), Path("/dev/full/x")):
        cache = Cache(root)
        assert cache.put(DATA) == DIGEST
        assert cache.get(DIGEST, 100) is None
        assert cache.prune(0) == 0


def test_a_read_only_cache_is_read() -> None:
    root = Path(tempfile.mkdtemp())
    cache = Cache(root / "packyard")
    cache.put(DATA)
    for folder in (root, *filter(Path.is_dir, root.rglob("*"))):
        folder.chmod(0o555)
    entry(cache).chmod(0o444)
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setuid(65534)  # whom permissions bind
        same = cache.get(DIGEST, 100) == DATA
        cache.put(b"more")
        os._exit(0 if same and cache.prune(0) == 0 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert files(cache.root) == [f"sha256/{DIGEST[:2]}/{DIGEST}"]
    for folder in (root, *filter(Path.is_dir, root.rglob("*"))):
        folder.chmod(0o755)
    shutil.rmtree(root)


def test_the_least_used_goes_first(cache: Cache) -> None:
    digests = [cache.put(bytes([number]) * 100) for number in range(10)]
    for age, digest in enumerate(digests):
        os.utime(entry(cache, digest), (1_000_000 + age, 1_000_000 + age))
    assert cache.get(digests[0], 100) is not None
    assert cache.prune(1_000) == 0
    assert cache.prune(350) == 700
    assert [at for at, digest in enumerate(digests) if cache.get(digest, 100)] == [0, 8, 9]
    assert cache.prune(0) == 300
    assert files(cache.root) == []


def test_what_was_never_finished_goes(cache: Cache) -> None:
    cache.put(DATA)
    old, new = (entry(cache).with_name(f".{DIGEST}.{name}") for name in ("old", "new"))
    for half in (old, new):
        half.write_bytes(b"half")
    os.utime(old, (1_000_000, 1_000_000))
    (entry(cache).parent / "README").write_text("somebody else's")
    cache.prune()
    assert not old.exists()
    assert new.exists()
    assert (entry(cache).parent / "README").exists()
    assert cache.get(DIGEST, 100) == DATA


def test_a_crash_leaves_nothing_that_counts(tmp_path: Path) -> None:
    for at in range(2):
        cache = Cache(tmp_path / str(at))
        child = os.fork()
        if child == 0:
            patch = pytest.MonkeyPatch()
            patch.setattr(os, ("rename", "fdopen")[at], lambda *_, **__: os._exit(9))
            cache.put(DATA)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert cache.get(DIGEST, 100) is None
        cache.put(DATA)
        assert cache.get(DIGEST, 100) == DATA


def test_several_processes(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from packyard.edges.cache import Cache\n"
        "cache = Cache(Path(sys.argv[1]))\n"
        "for round in range(10):\n"
        "    for number in range(8):\n"
        "        data = bytes([number]) * 50_000\n"
        "        found = cache.get(cache.put(data), 50_000)\n"
        "        assert found in (None, data)\n"
        "    cache.prune(200_000)\n"
    )
    children = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)]) for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    assert not [name for name in files(tmp_path) if "/." in name]


def test_where_it_is() -> None:
    assert cache_folder({"XDG_CACHE_HOME": "/c", "HOME": "/h"}) == Path("/c/packyard")
    assert cache_folder({"HOME": "/h"}) == Path("/h/.cache/packyard")
    assert cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/h"}) == Path("/h/.cache/packyard")
    assert cache_folder({}) == Path.home() / ".cache" / "packyard"

"""Attacks on mirrors: sources that lie after a while, mirrors that others write into, keys that are stolen."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from packyard.edges.mirror_parity import compare
from packyard.edges.store import walk
from packyard.errors import BadKey, BadSignature, PackyardError, Stale, TrustError, UsageError, WorldError
from packyard.formats import layout
from packyard.formats.snapshot import parse_snapshot
from packyard.mirror.values import Untrue
from tests.mirror.bed import Memory, Site, States, left_over, problems, published, put, resealed, same, synced
from tests.mirror.thieves import Robbed, fast_forwarded, own_keys, robbed
from tests.published import flipped, load
from tests.registry import signer, small
from tests.sites import built

DAY = 86_400


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> Robbed:
    return robbed(tmp_path_factory.mktemp("stolen"))


def refused(site: Any, mirror: Path, **terms: Any) -> PackyardError:
    """What a sync raises; nothing that is served has changed."""
    before = load(mirror) if mirror.exists() else {}
    with pytest.raises(PackyardError) as caught:
        synced(site, mirror, **{"jobs": 1, **terms})
    assert (load(mirror) if mirror.exists() else {}) == before
    return caught.value


# --- sources that change while they are asked ---


class Turncoat:
    """A site that is honest for so many reads, and then does something else with every answer."""

    name = "turncoat"

    def __init__(self, site: Site, honest: int, lie: Callable[[Memory, str, int], bytes]) -> None:
        self.site, self.honest, self.lie, self.reads = Memory(site), honest, lie, 0

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        self.reads += 1
        return self.site.read(path, limit) if self.reads <= self.honest else self.lie(self.site, path, limit)


def _absent(site: Memory, path: str, limit: int) -> bytes:
    return Memory({}).read(path, limit)


LIES: dict[str, Callable[[Memory, str, int], bytes]] = {
    "flips": lambda site, path, limit: flipped(site.read(path, limit), len(site.read(path, limit)) // 2),
    "cuts": lambda site, path, limit: site.read(path, limit)[: len(site.read(path, limit)) // 2],
    "empties": lambda site, path, limit: b"",
    "repeats": lambda site, path, limit: site.read(layout.SNAPSHOT_BUNDLE, 1 << 20),
    "fills": lambda site, path, limit: bytes(min(limit, 1 << 16)),
    "has nothing": _absent,
}


@pytest.mark.parametrize("lie", LIES)
def test_honest_at_first(states: States, mirror: Path, lie: str) -> None:
    """Wherever it turns, nothing of the lie is kept, and an honest source ends what was begun."""
    synced(states.first, mirror)
    for honest in (0, 1, 2, 5, 9, 14, 18):
        shutil.rmtree(mirror.parent / ".packyard/mirror/fetched", ignore_errors=True)
        error = refused(Turncoat(states.second, honest, LIES[lie]), mirror, pauses=(0.0,))
        assert isinstance(error, TrustError | Untrue), (honest, error.problem)
    synced(states.second, mirror)
    assert same(mirror, states.second)


def test_another_site_at_every_second_read(states: States, mirror: Path) -> None:
    """Two sites of one registry, each right by itself, behind one address."""

    class Both:
        """Answers by turns."""

        name = "both"
        reads = 0

        def read(self, path: str, limit: int) -> bytes:
            """A file's bytes."""
            self.reads += 1
            return Memory((states.second, states.third)[self.reads % 2]).read(path, limit)

    synced(states.first, mirror)
    try:
        synced(Both(), mirror, jobs=1)
    except PackyardError:
        assert load(mirror) == load(mirror)
    assert problems(mirror) == []
    synced(states.third, mirror)
    assert same(mirror, states.third)


def test_two_forks_behind_one_address(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    mixed = states.second | {path: data for path, data in states.forked.items() if path.startswith("packs/")}
    assert isinstance(refused(mixed, mirror, pauses=(0.0,)), TrustError)
    mixed = states.forked | {path: data for path, data in states.second.items() if path.startswith("log/tile/")}
    assert isinstance(refused(mixed, mirror, pauses=(0.0,)), TrustError)
    synced(states.second, mirror)
    assert same(mirror, states.second)


@pytest.mark.parametrize(
    "swap",
    [("packs/hello/1.0.0/SHA256SUMS", "packs/hello/1.1.0/SHA256SUMS"),
     (layout.shard_sums(layout.shard("hello")), layout.shard_sums(layout.shard("other"))),
     ("packs/hello/index.json", "packs/other/index.json"), ("publishers/alice/1.yaml", "publishers/bob/1.yaml")],
)  # fmt: skip
def test_two_files_swapped(states: States, mirror: Path, swap: tuple[str, str]) -> None:
    one, other = swap
    assert states.first[one] != states.first[other]
    bad = states.first | {one: states.first[other], other: states.first[one]}
    error = refused(bad, mirror, pauses=(0.0,))
    assert (type(error).__name__, error.problem.code) == ("BadChecksum", "file-changed")


# --- stolen keys ---


def test_nobody_pushes_the_numbers_ahead(states: States, mirror: Path) -> None:
    """With all the registry's online keys the number can be anything; the log must have announced it."""
    synced(states.second, mirror)
    far = fast_forwarded(states.second, keys=own_keys(states.keys))
    for place in (mirror, mirror.with_name("fresh")):
        error = refused(far, place)
        assert (type(error), error.exit_code, error.problem.code) == (Untrue, 12, "log-order")
    synced(states.third, mirror)
    assert same(mirror, states.third)


@pytest.mark.parametrize(
    ("fields", "kind", "code"),
    [
        ({"expires": 253_402_300_799}, BadSignature, "snapshot-invalid"),
        ({"issued": int(time.time()) + 3 * DAY, "expires": int(time.time()) + 9 * DAY}, Stale, "snapshot-early"),
        ({"expires": 1_700_000_000}, BadSignature, "snapshot-invalid"),
    ],
)
def test_times_that_clients_refuse(
    states: States, mirror: Path, fields: dict[str, int], kind: type[PackyardError], code: str
) -> None:
    """A mirror that took them would be of no use to anybody, and could not go on to an honest snapshot."""
    for place in (mirror.with_name("fresh"), mirror):
        bad = resealed(states.first, states.keys, **fields)
        error = refused(bad, place)
        assert (type(error), error.problem.code) == (kind, code)
        synced(states.first, mirror)


def test_the_roots_make_an_end_of_stolen_keys(stolen: Robbed, mirror: Path) -> None:
    """Thieves bring the mirror to a log that nobody else has; the roots name other keys, and it follows them."""
    synced(stolen.first, mirror)
    theirs = fast_forwarded(stolen.first, 2)
    synced(theirs, mirror)
    assert problems(mirror) == []
    assert refused(stolen.first, mirror).problem.code in ("mirror-rollback", "mirror-forked")
    assert refused(stolen.rekeyed, mirror).problem.code == "mirror-forked", "the same log key has signed both"
    done = synced(stolen.anew, mirror)
    assert done.changed and same(mirror, stolen.anew)
    for old in (theirs, stolen.first, stolen.rekeyed):
        assert refused(old, mirror).problem.code in ("mirror-rollback", "mirror-forked")


def test_another_snapshot_key_alone(stolen: Robbed, mirror: Path) -> None:
    """A seal that the thieves dated a day ahead does not hold up the first one under the new key."""
    value = parse_snapshot(stolen.first[layout.SNAPSHOT])
    from packyard import seal

    early = value._replace(issued=value.issued + DAY - 60, expires=value.expires + DAY)
    text, signature = seal.sign_snapshot(early, signer("snapshot"))
    synced(stolen.first | dict(seal.heads(text, signature, stolen.first[layout.CHECKPOINT])), mirror)
    synced(stolen.rekeyed, mirror)
    assert same(mirror, stolen.rekeyed)


def test_old_keys_do_not_begin_anew(stolen: Robbed, mirror: Path) -> None:
    """An old trust file names other keys than the newest: that is no reason to go back to it."""
    synced(stolen.anew, mirror)
    late = {path: data for path, data in stolen.anew.items() if path.startswith("trust/")}
    for old in (stolen.first, stolen.first | late, stolen.far | late):
        error = refused(old, mirror)
        assert (type(error), error.problem.code) == (Stale, "mirror-rollback")


def test_a_chain_of_trust_files_without_end(states: States, mirror: Path) -> None:
    head = states.first[layout.SNAPSHOT].replace(b"# trust 1\n", b"# trust 999999999\n")
    bundle = states.first[layout.SNAPSHOT_BUNDLE].replace(b"# trust 1\n", b"# trust 999999999\n")
    site = Memory(states.first | {layout.SNAPSHOT: head, layout.SNAPSHOT_BUNDLE: bundle})
    assert refused(site, mirror).problem.code == "trust-older"
    assert site.asked == [layout.SNAPSHOT_BUNDLE]


# --- mirrors that others write into ---


def kinds(site: Site) -> Iterator[str]:
    """A path of every kind of file that a sync reads or replaces."""
    seen = set()
    for path in sorted(site):
        kind = "".join(each for each in path if not each.isdigit())
        if kind not in seen and site[path] and not path.startswith(layout.BY_HASH) and not path.endswith(".html"):
            seen.add(kind)
            yield path


WAYS = ("flipped", "cut", "gone", "folder", "link")


@pytest.mark.parametrize(
    ("how", "step"), [*((how, 17) for how in WAYS), *(pytest.param(how, 3, marks=pytest.mark.slow) for how in WAYS)]
)
def test_tampered_with_between_syncs(states: States, mirror: Path, tmp_path: Path, how: str, step: int) -> None:
    """Whatever was done to a file, the source is not blamed, no lie is passed on as new, and it can be repaired."""
    (tmp_path / "elsewhere").write_bytes(b"mine\n")
    root = json.loads(states.first["trust/1.json"])["roots"]["keys"][0]
    for path in list(kinds(states.first))[WAYS.index(how) % step :: step]:
        put(mirror, states.first)
        _tamper(mirror / path, how, tmp_path / "elsewhere")
        try:
            synced(states.second, mirror, jobs=1)
        except PackyardError as error:
            assert (error.exit_code, error.problem.code) in ((3, "mirror-damaged"), (3, "disk-failed")), path
        if how == "folder" and (mirror / path).is_dir():
            with pytest.raises(WorldError):
                synced(states.second, mirror, repair=True, jobs=1, root_key=root)
            shutil.rmtree(mirror / path)
        synced(states.second, mirror, repair=True, jobs=1, root_key=root)
        assert same(mirror, states.second), path
    assert (tmp_path / "elsewhere").read_bytes() == b"mine\n"


def _tamper(file: Path, how: str, elsewhere: Path) -> None:
    data = file.read_bytes()
    file.unlink()
    if how in ("flipped", "cut"):
        file.write_bytes(flipped(data, len(data) // 2) if how == "flipped" else data[:-1])
    elif how == "folder":
        file.mkdir()
        (file / "thing").write_bytes(b"x")
    elif how == "link":
        file.symlink_to(elsewhere)


def test_a_mirror_that_somebody_made_his_own(states: States, mirror: Path, tmp_path: Path) -> None:
    """A whole registry by other keys in the mirror's place: with the root key it is found out, and put right."""
    built(small(tmp_path / "repo").path, tmp_path / "site")
    theirs, root = load(tmp_path / "site"), json.loads(states.first["trust/1.json"])["roots"]["keys"][0]
    put(mirror, theirs)
    error = refused(states.first, mirror, root_key=root)
    assert (type(error), error.problem.code) == (BadKey, "trust-pinned")
    assert error.problem.path == f"{mirror}/trust/1.json"
    error = refused(theirs, mirror, root_key=root)
    assert (type(error), error.problem.code) == (BadKey, "trust-pinned")
    (mirror / layout.SNAPSHOT).write_bytes(b"rotten")
    error = refused(states.first, mirror, repair=True)
    assert (type(error), error.problem.code) == (BadKey, "trust-pinned")
    synced(states.first, mirror, repair=True, root_key=root)
    assert same(mirror, states.first)


def test_links_to_elsewhere_in_the_mirror(states: States, mirror: Path, tmp_path: Path) -> None:
    """A folder that was replaced by a link: nothing is written behind it, and nothing is removed there."""
    outside = tmp_path / "outside"
    for folder in ("packs", "packs/hello", "packs/hello/1.2.0", "log/tile/0", "index"):
        shutil.rmtree(outside, ignore_errors=True)
        put(mirror, states.first)
        if (mirror / folder).exists():
            shutil.copytree(mirror / folder, outside)
            shutil.rmtree(mirror / folder)
        else:
            outside.mkdir()
        (mirror / folder).symlink_to(outside)
        before = load(outside)
        with pytest.raises(WorldError) as caught:
            synced(states.second, mirror, jobs=1)
        assert caught.value.problem.path.startswith(str(mirror / folder.split("/")[0]))
        assert load(outside) == before
        assert not left_over(mirror) or all("fetched/" in path for path in left_over(mirror))


def test_a_mirror_on_another_disk(states: States, mirror: Path) -> None:
    """Nothing could be renamed into it: that is found out before anything is decided."""
    other = Path("/dev/shm") / f"packyard-{os.getpid()}"
    if not Path("/dev/shm").is_dir() or Path("/dev/shm").stat().st_dev == mirror.parent.stat().st_dev:
        other = Path("/tmp") / other.name
    other.mkdir()
    try:
        mirror.symlink_to(other)
        if other.stat().st_dev == mirror.parent.stat().st_dev:
            synced(states.first, mirror)
            return
        error = refused(states.first, mirror)
        assert (error.exit_code, error.problem.code) == (3, "disk-failed")
        assert "file system" in error.problem.message
        mirror.unlink()
        synced(states.first, mirror)
        shutil.rmtree(mirror / "packs")
        (mirror / "packs").symlink_to(other)
        with pytest.raises(WorldError):
            synced(states.second, mirror)
    finally:
        shutil.rmtree(other)


def test_what_is_the_hosts_own_stays(states: States, mirror: Path) -> None:
    own = {".well-known/acme-challenge/token": b"x", "_headers": b"/*\n", ".htaccess": b"Options -Indexes\n"}
    synced(states.first, mirror)
    for path, data in own.items():
        (mirror / path).parent.mkdir(parents=True, exist_ok=True)
        (mirror / path).write_bytes(data)
    (mirror / "stranger.txt").write_bytes(b"x")
    synced(states.second, mirror)
    synced(states.second, mirror, repair=True)
    assert {path: data for path, data in load(mirror).items() if path in own} == own
    assert not (mirror / "stranger.txt").exists()
    assert {each for each in problems(mirror) if "file-unlisted" not in each} == set()


def test_a_list_of_what_is_kept_that_says_for_ever(states: States, mirror: Path) -> None:
    now = int(time.time())
    synced(states.first, mirror)
    synced(states.second, mirror)
    listed = (mirror / layout.BY_HASH_INDEX).read_bytes()
    until = json.loads(listed)["kept"][0]["until"]
    (mirror / layout.BY_HASH_INDEX).write_bytes(listed.replace(until.encode(), b"9999-12-31T23:59:59Z"))
    (mirror / "by-hash/stranger").write_bytes(b"x")
    (mirror / "by-hash" / ("0" * 64)).symlink_to("/etc/passwd")
    synced(states.third, mirror)
    kept = json.loads((mirror / layout.BY_HASH_INDEX).read_bytes())["kept"]
    assert max(each["until"] for each in kept) < time.strftime("%Y-%m-%d", time.gmtime(now + 400 * DAY))
    synced(states.third, mirror, repair=True)
    assert same(mirror, states.third)


@pytest.mark.parametrize(
    "text", [b"[]", b"{}", b'{"kept": {}}', b'{"kept": [1]}', b"[" * 5_000, b'{"kept": [{"sha256": 5}]}']
)
def test_a_list_of_what_is_kept_that_is_none(states: States, mirror: Path, text: bytes) -> None:
    put(mirror, states.first)
    (mirror / layout.BY_HASH_INDEX).write_bytes(text)
    synced(states.second, mirror)
    assert same(mirror, states.second)


def test_a_folder_named_by_mistake(states: States, tmp_path: Path) -> None:
    """Nothing is removed from a folder that was not known to be a mirror."""
    home = tmp_path / "home"
    for path in ("letters/dear.txt", ".profile", "packs/of/cards.txt"):
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(b"mine\n")
    before = load(home)
    for terms in ({}, {"repair": True}):
        with pytest.raises(UsageError):
            synced(states.first, home, **terms)
    assert load(home) == before


# --- disks and processes ---


def forked(work: Callable[[], object]) -> int:
    """Does something in a process of its own; gives its exit code."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        except PackyardError as error:
            status = error.exit_code
        except OSError:
            status = 3
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def test_a_full_disk(states: States, mirror: Path) -> None:
    """No file can grow beyond a limit: the mirror stays what it was, whichever file is the first that is too large."""

    def limited(most: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        synced(states.second, mirror)

    synced(states.first, mirror)
    before = load(mirror)
    for most in (0, 300, 1_500, 4_000):
        assert forked(lambda most=most: limited(most)) == 3  # type: ignore[misc]  # bound at once
        assert load(mirror) == before, most
    synced(states.second, mirror)
    assert same(mirror, states.second)


def test_evidence_for_which_there_is_no_room(states: States, mirror: Path) -> None:
    """That there are two histories is said, whether or not it can be written down."""
    synced(states.forked, mirror)
    (mirror.parent / ".packyard/mirror/evidence").write_bytes(b"in the way")
    error = refused(states.second, mirror)
    assert (error.exit_code, error.problem.code) == (15, "mirror-forked")
    assert "could not be kept" in error.problem.help


def test_many_at_once(states: States, mirror: Path) -> None:
    """Of several processes each ends well or says that another is at work; in the end all is there."""
    children = []
    for site in (states.first, states.second, states.third, states.third):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                synced(site, mirror)
                status = 0
            except PackyardError as error:
                status = {"site-locked": 3, "mirror-rollback": 15, "mirror-not-empty": 2}[error.problem.code]
            finally:
                os._exit(status)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert set(codes) <= {0, 2, 3, 15} and 0 in codes
    assert problems(mirror) == []
    synced(states.third, mirror)
    assert same(mirror, states.third)


# --- parity ---


class Hydra:
    """What a place may have instead of a site."""

    def __init__(self, folder: Path, states: States) -> None:
        self.made = {
            "nothing": put(folder / "nothing", {}),
            "a letter": put(folder / "letter", {layout.SNAPSHOT_BUNDLE: b"dear\n"}),
            "no list": put(folder / "no-list", states.first | {layout.INDEX_SUMS: b""}),
            "noise": put(folder / "noise", {path: os.urandom(50) for path in states.first}),
            "no packs": put(
                folder / "no-packs", {path: data for path, data in states.first.items() if "packs/" not in path}
            ),
            "folders": put(folder / "folders", {f"{path}/x": b"x" for path in states.first}),
        }


def test_places_that_are_no_mirrors(states: States, tmp_path: Path) -> None:
    """Each is a column of its own, unknown or wrong, and the others are judged as if it were not there."""
    hydra = Hydra(tmp_path, states)
    good = put(tmp_path / "good", states.first)
    places = [str(good), *map(str, hydra.made.values()), str(tmp_path / "not-there")]
    matrix = compare(places, int(time.time()))
    known = {"no list": "same", "no packs": "missing"}
    expected = ["same", *(known.get(name, "unknown") for name in hydra.made), "unknown"]
    assert [[cell.state for cell in row.cells] for row in matrix.rows] == [expected] * 4
    assert matrix.forks == ()


def test_one_place_twice(states: States, tmp_path: Path) -> None:
    good = str(put(tmp_path / "good", states.first))
    matrix = compare([good, good], int(time.time()), quick=True)
    assert {cell.state for row in matrix.rows for cell in row.cells} == {"same"}


def test_a_mirror_of_everything_is_what_was_published(states: States, mirror: Path) -> None:
    synced(states.third, mirror)
    assert published(mirror) == published(states.third)
    assert not [path for path in walk(mirror) if path.endswith(".part")]

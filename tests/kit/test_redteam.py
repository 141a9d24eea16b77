"""Attacks by way of kits: what an exporter, a courier, or whoever keeps the mirror may have done to it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from packyard.audit import audit
from packyard.edges import kit_import
from packyard.edges.kit_contents import Order
from packyard.edges.kit_export import export_kit
from packyard.edges.kit_import import import_kit
from packyard.edges.kits import Kit
from packyard.edges.store import FolderSite
from packyard.errors import FormatError, NotFound, PackyardError, ProblemsFound, WorldError
from packyard.formats import layout
from packyard.formats.times import DAY
from packyard.kit import archive
from packyard.kit.exits import CHECKSUM, INVALID, MISSING, ORDER, SIGNATURE, WORLD, gravest
from packyard.kit.manifest import File, format_manifest, format_row, parse_manifest, trusted_comment
from packyard.kit.planning import check_tombstone
from packyard.kit.verifying import Keys
from tests.kit.conftest import EXPORTER, Kits, Sites, export, imported
from tests.kit.test_hostile import Members, described, members, packed
from tests.mirror.bed import Memory, put
from tests.mirror.thieves import Robbed, fast_forwarded, own_keys, robbed
from tests.published import flipped, load
from tests.registry import small
from tests.sites import built


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> Robbed:
    return robbed(tmp_path_factory.mktemp("stolen"))


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


def refused(kit: Path, mirror: Path, root: str = "", now: float = 0) -> tuple[int, set[str]]:
    """The exit code with which an import is refused, and the codes of the problems; nothing has changed."""
    before = load(mirror) if mirror.exists() else {}
    with pytest.raises(PackyardError) as caught:
        import_kit(kit, mirror, Keys(root), int(now or time.time()), 1)
    assert (load(mirror) if mirror.exists() else {}) == before
    error = caught.value
    codes = {each.code for each in (error.problems if isinstance(error, ProblemsFound) else (error.problem,))}
    return gravest(codes), codes


def remade(parts: Members, signed: bool = True, **changes: object) -> bytes:
    """The archive of a kit whose manifest was changed, signed again by the exporter or not at all."""
    manifest, rows = parse_manifest(parts[0][1])
    text = format_manifest(manifest._replace(**changes), map(format_row, rows))  # type: ignore[arg-type]  # by name
    return packed([(archive.MANIFEST, text), *_signature(text, signed), *parts[2:]])


def _signature(text: bytes, signed: bool) -> Members:
    comment = trusted_comment(parse_manifest(text)[0])
    return [(archive.SIGNATURE, EXPORTER.sign(text, comment))] if signed else []


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# What a courier does to a kit -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(
    "path",
    ["SNAPSHOT.minisig/x", "log/evil", "by-hash/index.json.x", "log/tile/0/000", "log/tile/entries/000", "trust/0.json",
     "packs/hello/1.0.0/SHA256SUMS", "packs/hello/1.0.0/SHA256SUMS.minisig", "a page",
     "publishers/bob/1.yaml", "packs/hello/statements/0001-yank.yaml"],
)  # fmt: skip
def test_tombstones_of_what_stays(kits: Kits, mirror: Path, tmp_path: Path, path: str, signed: bool) -> None:
    """Nobody vouches for a tombstone but who exported: what the registry has is not taken away by one."""
    imported(kits("full", 1), mirror)
    parts = members(kits("delta"))
    if path == "a page":
        path = next(each for each in load(mirror) if each.endswith(".html") and each not in dict(parts))
    bad = written(tmp_path / "bad.tar", remade(parts, signed, tombstones=(path,)))
    if path.startswith(("SNAPSHOT", "by-hash", "log/evil", "trust/0")):
        done = imported(bad, mirror) if path.startswith(("SNAPSHOT", "by-hash")) else None
        assert done is None or done.removed == 0
        if done:
            return
    code, codes = refused(bad, mirror)
    assert code == INVALID and codes <= {"kit-removes", "removal-listed", "file-leftover"}


@pytest.mark.parametrize("path", ["SNAPSHOT", "SNAPSHOT.bundle", "log/checkpoint", "trust/1.json", "index.json"])
def test_tombstones_of_what_the_kit_brings(kits: Kits, mirror: Path, tmp_path: Path, path: str) -> None:
    """The head would be put in its place, and then removed."""
    imported(kits("full", 1), mirror)
    parts = members(kits("delta"))
    with pytest.raises(FormatError):
        remade(parts, tombstones=(path,))
    text = parts[0][1].replace(b'"tombstones":[]', b'"tombstones":["%b"]' % path.encode(), 1)
    bad = written(tmp_path / "bad.tar", packed([(archive.MANIFEST, text), *parts[2:]]))
    assert refused(bad, mirror) == (INVALID, {"kit-manifest"})
    without = [part for part in parts if part[0] != path]
    manifest, rows = parse_manifest(parts[0][1])
    left = [row for row in rows if row.path != path]
    sizes = {"total": len(left), "size": sum(row.size for row in left)}
    text = format_manifest(manifest._replace(tombstones=(path,), **sizes), map(format_row, left))  # type: ignore[arg-type]
    bad = written(tmp_path / "bad.tar", packed([(archive.MANIFEST, text), *without[2:]]))
    assert refused(bad, mirror)[0] in (INVALID, MISSING, CHECKSUM)


@pytest.mark.parametrize(
    "path",
    ["SNAPSHOT", "log/checkpoint", "log/tile/0/000", "log/x", "trust/1.json", "trust/9.json", "by-hash/index.json"],
)
def test_what_no_tombstone_takes(path: str) -> None:
    with pytest.raises(FormatError):
        check_tombstone(path)


def test_what_a_tombstone_may_take() -> None:
    for path in ("by-hash/" + "0" * 64, "log/tile/0/000.p/7", "packs/a/1.0.0/a-1.0.0.tar.gz", "tags/x/index.html"):
        check_tombstone(path)


@pytest.mark.parametrize("profile", ["full", "delta", "packs"])
def test_a_good_signature_of_the_exporter_vouches_for_nothing(
    kits: Kits, mirror: Path, tmp_path: Path, profile: str
) -> None:
    """Whoever has the exporter's key changes what he likes, and describes and signs it: the registry did not."""
    if profile == "delta":
        imported(kits("full", 1), mirror)
    parts = members(kits(profile))
    wanted = ("packs/hello/1.2.0/hello-1.2.0.tar.gz", "SHA256SUMS.minisig", "packs/hello/index.json", "trust/1.json")
    for at in [at for at, part in enumerate(parts) if part[0].endswith(wanted)][::3]:
        name, data = parts[at]
        changed = [*parts[:at], (name, flipped(data, len(data) // 2)), *parts[at + 1 :]]
        code, codes = refused(written(tmp_path / "bad.tar", packed(described(changed))), mirror)
        assert code in (CHECKSUM, SIGNATURE, INVALID), (name, codes)


def test_a_manifest_in_another_order(kits: Kits, mirror: Path, tmp_path: Path) -> None:
    """Archive and manifest in the same wrong order; and each in another."""
    parts = members(kits("packs"))
    head, *lines = parts[0][1].split(b"\n")
    lines[0], lines[1] = lines[1], lines[0]
    text = b"\n".join([head, *lines])
    both = [(archive.MANIFEST, text), parts[1], parts[3], parts[2], *parts[4:]]
    assert refused(written(tmp_path / "both.tar", packed(both)), mirror) == (INVALID, {"kit-manifest"})
    one = [*parts[:2], parts[3], parts[2], *parts[4:]]
    assert refused(written(tmp_path / "one.tar", packed(one)), mirror)[0] in (INVALID, MISSING)


def test_a_second_manifest(kits: Kits, mirror: Path, tmp_path: Path) -> None:
    """The first says nothing that the second could take back."""
    parts, more = members(kits("packs")), members(kits("full"))
    for wrong in (
        [parts[0], parts[0], *parts[2:]],
        [parts[0], parts[1], parts[0], *parts[2:]],
        [parts[0], parts[1], parts[1], *parts[2:]],
        [*parts, parts[0]],
        [*parts, *more],
        [parts[1], parts[0], *parts[2:]],
        parts[1:],
    ):
        code, codes = refused(written(tmp_path / "bad.tar", packed(wrong)), mirror)
        assert code in (INVALID, MISSING), codes
    row = f'{{"path":"{archive.MANIFEST}","sha256":"{"0" * 64}","size":1}},\n'.encode()
    text = parts[0][1].replace(b"[\n", b"[\n" + row, 1)
    bad = written(tmp_path / "bad.tar", packed([(archive.MANIFEST, text), *parts[2:]]))
    assert refused(bad, mirror) == (INVALID, {"kit-manifest"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"size":', b'"size":9007199254740991,"x":'),
        (b'"total":', b'"total":-1,"x":'),
        (b'"tombstones":[]', b'"tombstones":' + b"[" * 5_000 + b"]" * 5_000),
        (b'"tombstones":[]', b'"tombstones":{"a":1}'),
        (b'"base":null', b'"base":[]'),
        (b'"profile":"packs"', b'"profile":"full"'),
        (b'"profile":"packs"', b'"profile":["packs"]'),
        (b'"number":2', b'"number":2.0'),
        (b'"number":2', b'"number":99999999999999999999'),
        (b'"format":"packyard/kit/1"', b'"format":"packyard/kit/2"'),
        (b'"issued":"2', b'"issued":"\\ud800'),
        (b'"origin":"packs', b'"origin":"\xff'),
        (b'"origin":"packs', b'"origin":"\\u001b[2J'),
        (b'"packs":{', b'"packs":{"../../evil":["1.0.0"],'),
        (b'"packs":{', b'"packs":{"hello":["1.0.0\\n"],"x":'),
        (b'"requested":[', b'"requested":[1,'),
    ],
)
def test_heads_of_manifests(kits: Kits, mirror: Path, tmp_path: Path, old: bytes, new: bytes) -> None:
    parts = members(kits("packs"))
    assert old in parts[0][1].split(b"\n")[0]
    text = parts[0][1].replace(old, new, 1)
    bad = written(tmp_path / "bad.tar", packed([(archive.MANIFEST, text), *parts[2:]]))
    assert refused(bad, mirror)[0] == INVALID


@pytest.mark.parametrize("path", ["a/" * 1_000 + "a", "a" * 1_001, "packs/" + "x/" * 600 + "y"])
def test_paths_without_end(kits: Kits, mirror: Path, tmp_path: Path, path: str) -> None:
    """Deeper than a program can follow and longer than a server answers."""
    parts = members(kits("packs"))
    row = f'{{"path":"{path}","sha256":"{"0" * 64}","size":0}},\n'.encode()
    text = parts[0][1].replace(b"[\n", b"[\n" + row, 1)
    bad = written(tmp_path / "bad.tar", packed([(archive.MANIFEST, text), *parts[2:]]))
    assert refused(bad, mirror) == (INVALID, {"kit-manifest"})
    with pytest.raises(FormatError):
        format_row(File(path, "0" * 64, 0))


@pytest.mark.parametrize(
    "kept",
    [[{"sha256": 5, "until": "2099-01-01T00:00:00Z"}], [{"sha256": "../../SNAPSHOT", "until": "2099-01-01T00:00:00Z"}],
     [{"sha256": "0" * 64, "until": 7}], [{"sha256": "0" * 64}], [[]], {"a": 1}, "x", 5],
)  # fmt: skip
def test_a_list_of_what_is_kept(kits: Kits, mirror: Path, tmp_path: Path, kept: object) -> None:
    """The one file of a kit that nobody vouches for."""
    imported(kits("full", 1), mirror)
    data = json.dumps({"format": "packyard/by-hash/1", "kept": kept}).encode()
    parts = [part if part[0] != layout.BY_HASH_INDEX else (part[0], data) for part in members(kits("delta"))]
    assert refused(written(tmp_path / "bad.tar", packed(described(parts))), mirror)[0] == INVALID


def test_what_is_kept_is_not_kept_for_ever(kits: Kits, sites: Sites, mirror: Path, tmp_path: Path) -> None:
    imported(kits("full", 1), mirror)
    parts = members(kits("delta"))
    listed = dict(parts)[layout.BY_HASH_INDEX]
    until = json.loads(listed)["kept"][0]["until"].encode()
    late = listed.replace(until, b"9999-12-31T23:59:59Z")
    parts = [part if part[0] != layout.BY_HASH_INDEX else (part[0], late) for part in parts]
    imported(written(tmp_path / "late.tar", packed(described(parts))), mirror)
    kept = json.loads((mirror / layout.BY_HASH_INDEX).read_bytes())["kept"]
    assert max(each["until"] for each in kept) < time.strftime("%Y", time.gmtime(time.time() + 800 * DAY))
    assert audit(FolderSite(mirror), None, int(time.time())).problems == ()


# Order --------------------------------------------------------------------------------------------------------------


def test_the_wrong_base_under_the_right_number(tmp_path: Path, mirror: Path) -> None:
    """Two registries' histories of as many snapshots by the same keys: a delta is for one of them."""
    registry = small(tmp_path / "repo")
    places = list[Path]()
    for name in ("one", "two"):
        shutil.copytree(registry.path, tmp_path / name / "repo")
    for name, text in (("one", b"Be exact.\n"), ("two", b"Be otherwise.\n")):
        fork = small(tmp_path / name / "fork")
        shutil.rmtree(tmp_path / name / "repo")
        (tmp_path / name / "fork").rename(tmp_path / name / "repo")
        fork.path = tmp_path / name / "repo"
        import pygit2

        fork.repo = pygit2.Repository(str(fork.path))
        if places:
            shutil.copytree(tmp_path / "one/repo/.packyard/keys", fork.path / ".packyard/keys")
        built(fork.path, tmp_path / name / "site")
        for number in ("1.2.0", "1.3.0"):
            fork.version("hello", number, "alice", {"rules/two.md": text})
            fork.commit(f"Publish {number}")
            built(fork.path, tmp_path / name / "site")
            places.append(tmp_path / f"{name}-{number}")
            shutil.copytree(tmp_path / name / "site", places[-1])
    export(places[0], tmp_path / "base.tar")
    export(places[3], tmp_path / "delta.tar", profile="delta", bases=(str(places[2]),))
    imported(tmp_path / "base.tar", mirror)
    assert refused(tmp_path / "delta.tar", mirror) == (MISSING, {"kit-base-missing"})
    base = parse_manifest(members(tmp_path / "base.tar")[0][1])[0].state
    lie = written(tmp_path / "lie.tar", remade(members(tmp_path / "delta.tar"), base=base))
    assert refused(lie, mirror) == (ORDER, {"kit-forked"})


def test_nobody_pushes_the_numbers_ahead(kits: Kits, sites: Sites, mirror: Path, tmp_path: Path) -> None:
    """Who has the registry's online keys can say any number, and put it into the log."""
    keys = own_keys(sites.folder / "repo/.packyard/keys")
    far = put(tmp_path / "far", fast_forwarded(load(sites[2]), keys=keys))
    with pytest.raises(ProblemsFound) as caught:
        export(far, tmp_path / "far.tar")
    assert caught.value.problem.code == "log-order"
    made = described([(archive.MANIFEST, _manifest_of(far, kits)), *sorted(load(far).items())])
    imported(kits("full", 2), mirror)
    assert "log-order" in refused(written(tmp_path / "full.tar", packed(made)), mirror)[1]
    delta = _delta_of(kits("full", 2), made)
    assert refused(written(tmp_path / "delta.tar", packed(delta)), mirror) == (INVALID, {"log-order"})


def _manifest_of(site: Path, kits: Kits, profile: str = "full") -> bytes:
    """The head of a manifest of a site, whose rows `described` makes."""
    from packyard.formats.snapshot import parse_snapshot
    from packyard.kit.manifest import state_of

    value = parse_snapshot((site / layout.SNAPSHOT).read_bytes())
    old = parse_manifest(members(kits(profile))[0][1])[0]
    fields = {"state": state_of(value), "issued": value.issued, "expires": value.expires, "total": 1, "size": 0}
    row = format_row(File(layout.SNAPSHOT, "0" * 64, 0))
    return format_manifest(old._replace(**fields), [row])  # type: ignore[arg-type]  # by name


def _delta_of(base: Path, parts: Members) -> Members:
    """What differs between a full kit and another, as a delta that the exporter has signed."""
    before, old = parse_manifest(members(base)[0][1])[0], dict(members(base)[2:])
    fixed = (layout.TRUST, layout.BY_HASH_INDEX, layout.CHECKPOINT, "SNAPSHOT")
    changed = [part for part in parts[2:] if old.get(part[0]) != part[1] or part[0].startswith(fixed)]
    rows = [File(path, sha256(data).hexdigest(), len(data)) for path, data in changed]
    manifest = parse_manifest(parts[0][1])[0]._replace(
        profile="delta", base=before.state, total=len(rows), size=sum(row.size for row in rows)
    )
    text = format_manifest(manifest, map(format_row, rows))
    return [(archive.MANIFEST, text), *_signature(text, True), *changed]


def test_another_log_key(stolen: Robbed, mirror: Path, tmp_path: Path) -> None:
    """Other snapshot keys by a further trust file are followed; another log is for a folder of its own, and it is said
    why.
    """
    first, rekeyed = put(tmp_path / "first", stolen.first), put(tmp_path / "rekeyed", stolen.rekeyed)
    anew = put(tmp_path / "anew", stolen.anew)
    export(first, tmp_path / "full.tar")
    export(rekeyed, tmp_path / "delta.tar", profile="delta", bases=(str(tmp_path / "full.tar"),))
    export(anew, tmp_path / "anew.tar")
    imported(tmp_path / "full.tar", mirror)
    imported(tmp_path / "delta.tar", mirror)
    assert audit(FolderSite(mirror), None, int(time.time())).problems == ()
    code, codes = refused(tmp_path / "anew.tar", mirror)
    assert code == ORDER and codes <= {"kit-older", "kit-forked"}
    imported(tmp_path / "anew.tar", tmp_path / "fresh")


def test_what_has_expired_is_told(kits: Kits, mirror: Path) -> None:
    done = import_kit(kits("full", 1), mirror, Keys(), int(time.time()) + 100 * DAY, 1)
    assert "snapshot-expired" in {note.code for note in done.notes}
    late = int(time.time()) + 100 * DAY
    assert {note.code for note in import_kit(kits("delta"), mirror, Keys(), late, 1).notes} >= {"snapshot-expired"}


def test_another_registry_under_the_same_name(kits: Kits, mirror: Path, tmp_path: Path) -> None:
    """Its log begins like the true one, its number is higher, and nobody gave a root key."""
    registry = small(tmp_path / "repo")
    for at in range(5):
        registry.version("hello", f"3.0.{at}", "alice")
        registry.commit()
        built(registry.path, tmp_path / "site")
    export(tmp_path / "site", tmp_path / "theirs.tar")
    imported(kits("full", 1), mirror)
    assert refused(tmp_path / "theirs.tar", mirror) == (SIGNATURE, {"trust-pinned"})


# Whoever keeps the mirror -----------------------------------------------------------------------------------------


def test_links_to_elsewhere_in_the_mirror(kits: Kits, mirror: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    for folder in ("packs/hello", "packs/suite", "log/tile", "tags"):
        shutil.rmtree(mirror, ignore_errors=True)
        shutil.rmtree(outside, ignore_errors=True)
        imported(kits("full", 1), mirror)
        if (mirror / folder).exists():
            shutil.copytree(mirror / folder, outside)
            shutil.rmtree(mirror / folder)
        else:
            outside.mkdir()
        (mirror / folder).symlink_to(outside)
        before = load(outside)
        for kit in (kits("delta"), kits("full", 2)):
            with pytest.raises(WorldError):
                imported(kit, mirror)
        assert load(outside) == before


def test_what_is_the_hosts_own_stays(kits: Kits, sites: Sites, mirror: Path) -> None:
    own = {".well-known/acme-challenge/token": b"x", "_headers": b"/*\n"}
    imported(kits("full", 1), put(mirror, own))
    for path, data in own.items():
        (mirror / path).parent.mkdir(parents=True, exist_ok=True)
        (mirror / path).write_bytes(data)
    (mirror / "stranger.txt").write_bytes(b"x")
    imported(kits("full", 2), mirror)
    assert load(mirror) == load(sites[2]) | own


def test_a_kit_behind_a_link(kits: Kits, mirror: Path, tmp_path: Path) -> None:
    """What is put aside is the kit, not a link that soon leads nowhere."""
    data = kits("full", 1).read_bytes()[:-9_000]
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick/kit.tar").write_bytes(data)
    (tmp_path / "kit.tar").symlink_to("stick/kit.tar")
    assert refused(tmp_path / "kit.tar", mirror)[0] in (INVALID, MISSING)
    shutil.rmtree(tmp_path / "stick")
    (aside,) = (tmp_path / ".packyard/mirror/quarantine").iterdir()
    assert (aside / "kit.tar").read_bytes() == data


def test_no_room_to_put_a_kit_aside(kits: Kits, mirror: Path, tmp_path: Path) -> None:
    """The reason is said all the same."""
    imported(kits("full", 2), mirror)
    (tmp_path / ".packyard/mirror/quarantine").write_bytes(b"in the way")
    assert refused(kits("full", 1), mirror) == (ORDER, {"kit-older"})


def test_places_that_hold_no_kit(mirror: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    (tmp_path / "empty").touch()
    for name, code in (
        ("pipe", MISSING),
        ("empty", INVALID),
        ("sparse", INVALID),
        ("not-there", MISSING),
        (".", MISSING),
    ):
        assert refused(tmp_path / name, mirror)[0] == code, name
    assert refused(Path("/dev/zero"), mirror)[0] == MISSING


def test_a_kit_that_is_cut_while_it_is_read(kits: Kits, tmp_path: Path) -> None:
    path = written(tmp_path / "kit.tar", kits("full", 1).read_bytes())
    kit = Kit(path)
    os.truncate(path, 20_000)
    with pytest.raises(WorldError):
        list(kit.check_contents())
    kit.close()


# Sites that are exported -----------------------------------------------------------------------------------------


class Turncoat:
    """A site that is another one from some read on."""

    name = "turncoat"

    def __init__(self, first: dict[str, bytes], then: dict[str, bytes], at: int) -> None:
        self.first, self.then, self.at, self.reads = Memory(first), Memory(then), at, 0

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes."""
        self.reads += 1
        return (self.first if self.reads <= self.at else self.then).read(path, limit)


def _order(profile: str, sites: Sites, kits: Kits) -> Order:
    more: dict[str, dict[str, object]] = {"packs": {"wanted": ("suite",)}, "delta": {"bases": (str(kits("full", 1)),)}}
    return Order(profile=profile, signer=EXPORTER, root_key=sites.root, **more.get(profile, {}))  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", ["full", "delta", "packs"])
def test_a_site_that_turns_while_it_is_exported(sites: Sites, kits: Kits, tmp_path: Path, profile: str) -> None:
    """Honest as long as it is looked at, then somebody else's altogether: no such kit is ever made."""
    theirs = small(tmp_path / "repo")
    built(theirs.path, tmp_path / "site")
    honest, other = load(sites[2]), load(tmp_path / "site")
    counting = Turncoat(honest, honest, 0)
    export_kit(counting, tmp_path / "whole.tar", _order(profile, sites, kits), int(time.time()), 1)
    for at in range(1, counting.reads, counting.reads // 9):
        out = tmp_path / f"{at}.tar"
        with pytest.raises(PackyardError):
            export_kit(Turncoat(honest, other, at), out, _order(profile, sites, kits), int(time.time()), 1)
        assert not out.exists()
    assert sorted(path.name for path in tmp_path.glob("*tar*")) == ["whole.tar"]


def test_a_delta_of_a_damaged_site(sites: Sites, kits: Kits, tmp_path: Path) -> None:
    """What differs from the base is judged, whether the base is a kit or a site."""
    shutil.copytree(sites[2], tmp_path / "site")
    victim = tmp_path / "site/packs/hello/1.2.0/SHA256SUMS.minisig"
    victim.write_bytes(flipped(victim.read_bytes(), 90))
    for base in (kits("full", 1), sites[1]):
        with pytest.raises(ProblemsFound):
            export(tmp_path / "site", tmp_path / "x.tar", profile="delta", bases=(str(base),))
    assert not list(tmp_path.glob("x.tar*"))


def test_bases_that_lie(sites: Sites, kits: Kits, tmp_path: Path) -> None:
    """A base says which state it is of: the registry's log must know of it, and it must hold it."""
    parts = members(kits("full", 1))
    state = parse_manifest(parts[0][1])[0].state
    for lie in (state._replace(sums="0" * 64), state._replace(number=7), state._replace(log_root="0" * 64)):
        base = written(tmp_path / "base.tar", remade(parts, state=lie))
        with pytest.raises((FormatError, PackyardError)):
            export(sites[2], tmp_path / "x.tar", profile="delta", bases=(str(base),))
    other = {path: data for path, data in load(sites[2]).items() if path.startswith("SNAPSHOT")}
    swapped = [(path, other.get(path, data)) for path, data in parts]
    base = written(tmp_path / "base.tar", packed(described(swapped)))
    with pytest.raises(PackyardError):
        export(sites[2], tmp_path / "x.tar", profile="delta", bases=(str(base),))
    manifest = written(tmp_path / "only.manifest", parts[0][1])
    export(sites[2], tmp_path / "x.tar", profile="delta", bases=(str(manifest),))
    assert (tmp_path / "x.tar").read_bytes() == kits("delta").read_bytes()


def forked(works: Iterable[Callable[[], object]]) -> list[int]:
    """Does several things at once, each in a process of its own; gives their exit codes."""
    children = []
    for work in works:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work()
                status = 0
            except (OSError, WorldError):
                status = 3
            except PackyardError as error:
                status = error.exit_code
            finally:
                os._exit(status)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_two_exports_to_one_place(sites: Sites, kits: Kits, tmp_path: Path) -> None:
    out = tmp_path / "kit.tar"
    codes = forked([lambda: export(sites[1], out), lambda: export(sites[1], out)])
    assert 0 in codes
    assert out.read_bytes() == kits("full", 1).read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["kit.tar"]


def _limited(work: Callable[[], object], most: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    work()


def test_full_disks(sites: Sites, kits: Kits, mirror: Path, tmp_path: Path) -> None:
    imported(kits("full", 1), mirror)
    before = load(mirror)
    kit, new = kits("full", 2), tmp_path / "new.tar"
    for most in (0, 700, 5_000):
        for work in (partial(imported, kit, mirror), partial(export, sites[2], new)):
            assert forked([partial(_limited, work, most)]) == [WORLD]
        assert load(mirror) == before
        assert not list(tmp_path.glob("new.tar*"))
    imported(kit, mirror)
    assert load(mirror) == load(sites[2])


def test_two_imports_at_once(sites: Sites, kits: Kits, mirror: Path) -> None:
    imported(kits("full", 1), mirror)
    codes = forked([lambda: imported(kits("full", 2), mirror), lambda: imported(kits("delta"), mirror)])
    assert 0 in codes and set(codes) <= {0, 3}
    assert load(mirror) == load(sites[2])


# Size ---------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_hundred_thousand_files(mirror: Path, tmp_path: Path, kits: Kits) -> None:
    """What is not the registry's is found out without more than the text of the manifest in memory."""
    import tracemalloc

    parts = members(kits("full", 1))
    more = [(f"zzz/{at:06}", b"") for at in range(100_000)]
    bad = written(tmp_path / "many.tar", packed(described([*parts, *more])))
    tracemalloc.start()
    kit = Kit(bad)
    assert len(kit.rows) > 100_000
    size, most = len(kit.text), tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6 * size
    kit.close()
    assert refused(bad, mirror)[0] == INVALID


def test_looking_for_a_file_takes_few_looks(kits: Kits, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = Kit(kits("full", 1))
    looked = 0
    plain = type(kit.rows).__getitem__

    def counted(rows: object, at: int) -> File:
        nonlocal looked
        looked += 1
        return plain(rows, at)  # type: ignore[arg-type]  # the same

    monkeypatch.setattr(type(kit.rows), "__getitem__", counted)
    kit.rows.find("packs/hello/index.json")
    assert looked <= len(kit.rows).bit_length() + 2
    kit.close()


def test_not_found_is_no_base(kits: Kits, mirror: Path) -> None:
    with pytest.raises(NotFound):
        imported(kits("delta"), mirror)
    assert kit_import.RECORD not in {path.name for path in (mirror.parent / ".packyard/mirror").iterdir()}

"""Syncing a mirror: what it fetches, what it refuses, and that it is whole at every moment."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from packyard.edges import mirroring
from packyard.edges.mirror_source import Fetched, Source
from packyard.edges.mirroring import sync
from packyard.edges.store import Staging, Workplace
from packyard.errors import BadKey, BadSignature, PackyardError, Stale, TrustError, UsageError, WorldError
from packyard.formats import documents, inventory, layout, sums
from packyard.formats.snapshot import parse_snapshot
from packyard.mirror.values import Terms, Untrue
from packyard.stages import auditing
from tests.mirror.bed import Changing, Failing, Site, States, left_over, problems, put, readable, resealed, same, synced
from tests.published import MemorySite, flipped, load
from tests.registry import signer, small
from tests.sites import CRASHED, built
from tests.tools import sampled

DAY = 86_400


# --- what it fetches ---


def test_a_first_sync_makes_a_whole_mirror(states: States, mirror: Path) -> None:
    done = synced(states.first, mirror)
    assert same(mirror, states.first)
    assert (done.changed, done.packs) == (True, ("@acme/tools", "hello", "other"))
    assert left_over(mirror) == []


def test_nothing_new_costs_one_request(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    done = synced(states.first, mirror)
    assert (done.changed, done.requests, done.written) == (False, 1, 0)
    assert done.size == len(states.first[layout.SNAPSHOT_BUNDLE])


def test_one_new_version_costs_what_it_brought(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    site = MemorySite(states.second)
    done = synced(site, mirror)
    assert same(mirror, states.second)
    assert done.packs == ("hello",)
    brought = [path for path, data in states.second.items() if data != states.first.get(path)]
    heads = {layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE, layout.CHECKPOINT}
    assert sorted(site.asked) == [path for path in brought if not path.startswith(layout.BY_HASH) and path not in heads]
    assert done.requests == 46


def test_a_reseal_costs_one_request(states: States, mirror: Path) -> None:
    synced(states.second, mirror)
    renewed = resealed(states.second, states.keys)
    done = synced(renewed, mirror)
    assert (done.changed, done.requests, done.written, done.packs) == (True, 1, 3, ())
    assert same(mirror, renewed)


def test_snapshots_may_be_skipped(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    synced(states.third, mirror)
    assert same(mirror, states.third)


def test_a_source_without_the_head_in_one_file(states: States, mirror: Path) -> None:
    parts = {path: data for path, data in states.first.items() if path != layout.SNAPSHOT_BUNDLE}
    synced(parts, mirror)
    assert same(mirror, states.first)


def test_what_is_replaced_is_kept_for_a_window(states: States, mirror: Path) -> None:
    now = int(time.time())
    synced(states.first, mirror, now=now)
    synced(states.second, mirror, now=now + DAY)
    old = sha256(states.first[layout.INDEX]).hexdigest()
    assert (mirror / layout.by_hash(old)).read_bytes() == states.first[layout.INDEX]
    synced(resealed(states.third, states.keys, 30 * DAY), mirror, now=now + 30 * DAY)
    assert not (mirror / layout.by_hash(old)).exists()
    assert (mirror / layout.by_hash(sha256(states.second[layout.INDEX]).hexdigest())).exists()
    assert problems(mirror) == []


def test_partial_tiles_for_which_nobody_asks_are_removed(states: States, mirror: Path) -> None:
    for site in (states.first, states.second, states.third):
        synced(site, mirror)
    sizes = [parse_snapshot(site[layout.SNAPSHOT]).log_size for site in (states.first, states.second, states.third)]
    assert [(mirror / f"log/tile/0/000.p/{size}").exists() for size in sizes] == [False, True, True]


def test_many_changed_packs_are_audited_as_a_whole(
    states: States, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(states.first, mirror)
    monkeypatch.setattr(mirroring, "DEPTH", 0)
    monkeypatch.setattr(mirroring, "audit_staged", None)
    synced(states.third, mirror)
    assert same(mirror, states.third)


def test_a_folder_that_gets_a_list_of_its_own(tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = small(tmp_path / "repo")
    built(registry.path, tmp_path / "site")
    before = load(tmp_path / "site")
    synced(before, mirror)
    monkeypatch.setattr(inventory, "FOLDER_LIMIT", 1)
    monkeypatch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
    registry.version("hello", "3.0.0", "alice")
    registry.commit()
    built(registry.path, tmp_path / "site")
    after = load(tmp_path / "site")
    assert "site/tags.sums" in after.keys() - before.keys()
    synced(after, mirror)
    assert same(mirror, after)


# --- what it refuses ---


def refusal(site: Any, mirror: Path, **terms: Any) -> PackyardError:
    """What a sync raises; the mirror stays as it was."""
    before = load(mirror) if mirror.exists() else {}
    with pytest.raises(PackyardError) as caught:
        synced(site, mirror, **terms)
    assert (load(mirror) if mirror.exists() else {}) == before
    return caught.value


def test_nothing_goes_back(states: States, mirror: Path) -> None:
    synced(states.third, mirror)
    error = refusal(states.first, mirror)
    assert (type(error), error.problem.code) == (Stale, "mirror-rollback")
    document = json.loads(Path(error.problem.help.removeprefix("both heads are kept in ")).read_bytes())
    assert document["source"]["snapshot"].encode() == states.first[layout.SNAPSHOT]
    assert document["mirror"]["checkpoint"].encode() == states.third[layout.CHECKPOINT]


def test_an_earlier_seal_of_the_same_snapshot_is_older(states: States, mirror: Path) -> None:
    synced(resealed(states.first, states.keys), mirror)
    assert refusal(states.first, mirror).problem.code == "mirror-rollback"


@pytest.mark.parametrize(("mine", "theirs"), [("forked", "second"), ("forked", "third"), ("third", "forked")])
def test_two_histories(states: States, mirror: Path, mine: str, theirs: str) -> None:
    synced(getattr(states, mine), mirror)
    error = refusal(getattr(states, theirs), mirror)
    assert (error.exit_code, error.problem.code) == (15, "mirror-forked")
    assert len(list((mirror.parent / ".packyard" / "mirror" / "evidence").iterdir())) == 1


def test_what_has_expired(states: States, mirror: Path) -> None:
    late = int(time.time()) + 15 * DAY
    assert refusal(states.first, mirror, now=late).problem.code == "snapshot-expired"
    synced(states.first, mirror)
    for site in (states.first, states.second):
        error = refusal(site, mirror, now=late)
        assert (error.exit_code, error.problem.code) == (15, "snapshot-expired")


def test_the_root_key(states: States, mirror: Path) -> None:
    root = json.loads(states.first["trust/1.json"])["roots"]["keys"][0]
    assert isinstance(refusal(states.first, mirror, root_key=signer("stranger").public_key), BadKey)
    synced(states.first, mirror, root_key=root)
    assert isinstance(refusal(states.second, mirror, root_key=signer("stranger").public_key), BadKey)


def test_another_registry(states: States, mirror: Path, tmp_path: Path) -> None:
    built(small(tmp_path / "repo").path, tmp_path / "site")
    synced(states.first, mirror)
    assert isinstance(refusal(load(tmp_path / "site"), mirror), BadSignature)


def test_a_registry_that_lies_with_all_its_keys(tmp_path: Path, mirror: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = small(tmp_path / "repo")
    built(registry.path, tmp_path / "site")
    synced(load(tmp_path / "site"), mirror)
    honest = documents.pack_document

    def lie(*given: Any) -> bytes:
        return honest(*given).replace(b'"owner": "alice"', b'"owner": "mallory"')

    monkeypatch.setattr(documents, "pack_document", lie)
    monkeypatch.setattr(auditing, "audit_staged", lambda *arguments, **named: [])
    registry.version("hello", "1.2.0", "alice")
    registry.commit()
    built(registry.path, tmp_path / "site")
    for place in (mirror, tmp_path / "fresh"):
        error = refusal(load(tmp_path / "site"), place)
        assert (type(error), error.exit_code, error.problem.code) == (Untrue, 12, "document-mismatch")


@pytest.mark.parametrize("path", ["trust/2.json", "by-hash/" + "0" * 64, "packs/x/y", "SNAPSHOT", "log/tile/0/999"])
def test_lists_that_name_what_they_may_not(states: States, mirror: Path, tmp_path: Path, path: str) -> None:
    listed = dict(sums.parse(states.first[layout.SITE_SUMS])) | {path: sha256(b"x").hexdigest()}
    text = sums.format(listed.items())
    bad = resealed(states.first | {layout.SITE_SUMS: text}, states.keys, site_sums=sha256(text).hexdigest())
    bad = {path: b"x"} | bad
    assert refusal(bad, mirror).problem.code == "list-foreign"


def kinds(files: Mapping[str, bytes]) -> list[str]:
    """One path of every kind of file: those in the same first folder, equally deep, with the same endings. Files that
    are found elsewhere too are left out: what is wrong is fetched from there.
    """
    often = Counter(files.values())
    alone = sorted(path for path, data in files.items() if data and often[data] == 1)
    return [*{(path.split("/")[0], path.count("/"), path.partition(".")[2]): path for path in alone}.values()]


TAMPERING: dict[str, Callable[[bytes], bytes]] = {
    "first": lambda data: flipped(data, 0),
    "last": lambda data: flipped(data, len(data) - 1),
    "cut": lambda data: data[:-1],
    "longer": lambda data: data + b"\n",
    "empty": lambda data: b"",
}


HOWS = [*TAMPERING, "missing"]


@pytest.mark.parametrize("case", sampled(product((False, True), HOWS), str, 12))
def test_every_wrong_file_is_refused(states: States, mirror: Path, case: tuple[bool, str]) -> None:
    """Whatever is wrong at the source, nothing of it comes into the mirror, which is right when the source is."""
    first, how = case
    old = {} if first else states.first
    if old:
        synced(old, mirror)
    wanted = {path: data for path, data in states.second.items() if old.get(path) != data}
    apart = (layout.BY_HASH, layout.SNAPSHOT)
    earlier = re.compile(rf".*\.p/(?!{parse_snapshot(states.second[layout.SNAPSHOT]).log_size}$)")
    paths = [path for path in kinds(wanted) if not path.startswith(apart) and not earlier.match(path)]
    for path in [*paths[HOWS.index(how) :: len(HOWS)], layout.SNAPSHOT_BUNDLE]:
        bad = dict(states.second)
        if how == "missing":
            del bad[path]
        else:
            bad[path] = TAMPERING[how](bad[path])
        if path == layout.CHECKPOINT or (path, how) == (layout.SNAPSHOT_BUNDLE, "missing"):
            continue  # these are in the bundle, and the other way round
        shutil.rmtree(mirror.parent / ".packyard/mirror/fetched", ignore_errors=True)
        error = refusal(bad, mirror, pauses=(0.0,))
        assert isinstance(error, TrustError), path
        assert error.exit_code in (11, 12, 13), (path, error.exit_code)
    synced(states.second, mirror)
    assert same(mirror, states.second)


def test_a_folder_with_other_things_in_it(states: States, mirror: Path, tmp_path: Path) -> None:
    mirror.mkdir()
    (mirror / "letter.txt").write_text("dear")
    assert isinstance(refusal(states.first, mirror), UsageError)
    built(small(tmp_path / "repo").path, tmp_path / "site")
    assert isinstance(refusal(states.first, tmp_path / "site"), UsageError)


def test_a_folder_that_was_filled_after_a_failed_sync(states: States, mirror: Path) -> None:
    with pytest.raises(WorldError):
        synced(Failing(states.first, 9), mirror)
    test_a_folder_with_other_things_in_it(states, mirror, mirror.parent)


def test_something_in_the_way(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    (mirror / "packs/hello/1.2.0").write_text("not a folder")
    assert isinstance(refusal(states.second, mirror), WorldError)
    (mirror / "packs/hello/1.2.0").unlink()
    synced(states.second, mirror)
    assert same(mirror, states.second)


# --- repairing ---


def test_repair(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    (mirror / "packs/hello/1.0.0/hello-1.0.0.tar.gz").write_bytes(b"rotten")
    next((mirror / "log/tile/0/000.p").iterdir()).write_bytes(b"rotten")
    (mirror / "index/00.sums").unlink()
    (mirror / "tags").rename(mirror / "stranger")
    synced(states.first, mirror)
    assert len(problems(mirror)) > 4
    done = synced(states.first, mirror, repair=True)
    assert same(mirror, states.first)
    assert done.requests < 30


@pytest.mark.parametrize("path", ["SNAPSHOT", "SNAPSHOT.minisig"])
def test_a_damaged_head(states: States, mirror: Path, path: str) -> None:
    synced(states.first, mirror)
    (mirror / path).write_bytes(b"rotten")
    assert refusal(states.second, mirror).problem.code == "mirror-damaged"
    synced(states.second, mirror, repair=True)
    assert same(mirror, states.second)


def test_damage_in_the_mirror_is_not_blamed_on_the_source(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    (mirror / "publishers/alice/1.yaml").write_bytes(b"rotten")
    error = refusal(states.second, mirror)
    assert (error.exit_code, error.problem.code) == (3, "mirror-damaged")
    synced(states.second, mirror, repair=True)
    assert same(mirror, states.second)


def test_a_lost_list_of_what_is_kept(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    synced(states.second, mirror)
    (mirror / layout.BY_HASH_INDEX).unlink()
    synced(states.third, mirror)
    assert same(mirror, states.third)


def test_what_a_build_or_rsync_made_is_carried_on(states: States, mirror: Path) -> None:
    put(mirror, states.second)
    synced(states.third, mirror)
    assert same(mirror, states.third)


# --- cuts ---


def test_nothing_is_fetched_twice(states: States, mirror: Path) -> None:
    """The network fails after every read in turn; what came is there the next time."""
    asked: list[str] = []
    for at in count(6):
        site = Failing(states.first, at)
        try:
            synced(site, mirror, jobs=1)
            break
        except WorldError:
            assert not mirror.exists()
        finally:
            asked += [path for path in site.asked if path.startswith("packs/")]
    assert same(mirror, states.first)
    assert len(asked) == len(set(asked)) > 20


def test_a_source_that_is_published_meanwhile(states: States, mirror: Path) -> None:
    for at in range(1, 46, 6):
        shutil.rmtree(mirror, ignore_errors=True)
        synced(states.first, mirror)
        synced(Changing([(0, states.second), (at, states.third)]), mirror)
        assert problems(mirror) == []
        assert readable(mirror)


def _kept(path: str) -> bool:
    """Whether a mirror looks for what was replaced at a path under its hash."""
    document = path.startswith("packs/") and path.endswith("/index.json")
    return document or path.endswith(".sums") or path == layout.INDEX


def test_metadata_of_a_moment_ago_is_taken_by_its_hash(states: States, mirror: Path) -> None:
    """Content is published before the head: whoever has the old head reads new lists."""
    heads = (layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE, layout.SNAPSHOT_BUNDLE, layout.CHECKPOINT)
    half = states.second | {path: data for path, data in states.first.items() if not _kept(path)}
    assert all(half[path] == states.first[path] for path in heads)
    synced(half, mirror)
    assert same(mirror, states.first)


def test_two_at_once(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    lock = Workplace(mirror).lock()
    error = refusal(states.second, mirror)
    assert (error.exit_code, error.problem.code) == (3, "site-locked")
    os.close(lock)
    synced(states.second, mirror)


def crash(site: Site, mirror: Path, at: int) -> bool:
    """Syncs in a process of its own that dies before write number `at`; whether it got there."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _die_at(at)
            synced(site, mirror)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, CRASHED), f"the sync failed by itself with {code}"
    return code == CRASHED


def _die_at(at: int) -> None:
    left = [at]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            if left[0] == 0:
                os._exit(CRASHED)
            left[0] -= 1
            return function(*arguments, **named)

        return wrapper

    patch = pytest.MonkeyPatch()
    path = ("replace", "rename", "unlink", "rmdir", "mkdir", "write_bytes")
    for owner, names in (
        (Path, path),
        (os, ("link", "unlink", "rmdir")),
        (Staging, ("write", "decide", "activate")),
        (Fetched, ("put", "place")),
    ):
        for name in names:
            patch.setattr(owner, name, counted(getattr(owner, name)))


def crashed_at_every(step: int, old: Site, new: Site, mirror: Path) -> int:
    at = 0
    while True:
        shutil.rmtree(mirror.parent, ignore_errors=True)
        if old:
            synced(old, mirror)
        if not crash(new, mirror, at):
            return at
        if (mirror / layout.SNAPSHOT).exists():
            assert readable(mirror), at
        synced(new, mirror)
        assert same(mirror, new), at
        assert left_over(mirror) == []
        at += step


def test_it_may_be_killed_at_any_write(states: States, tmp_path: Path) -> None:
    assert crashed_at_every(61, states.first, states.second, tmp_path / "place" / "mirror") > 100


@pytest.mark.slow
def test_it_may_be_killed_at_many_writes(states: States, tmp_path: Path) -> None:
    assert crashed_at_every(23, states.first, states.third, tmp_path / "place" / "mirror") > 100
    assert crashed_at_every(197, {}, states.first, tmp_path / "place" / "mirror") > 200


# --- histories ---


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    """Eight snapshots of a registry in which anything happens."""
    folder = tmp_path_factory.mktemp("history")
    registry, chance, found = small(folder / "repo"), random.Random(4), []
    built(registry.path, folder / "site")
    found.append(load(folder / "site"))
    for _ in range(7):
        for _ in range(chance.randint(1, 3)):
            choices: list[Callable[[], object]] = [
                lambda: registry.version("hello", f"2.{len(registry.files)}.0", "alice"),
                lambda: registry.version(f"pack-{len(registry.files)}", "1.0.0", "bob"),
                lambda: registry.publisher(f"person-{len(registry.files)}"),
                lambda: registry.statement("deprecate", "hello", "alice", replacement="other", reason="really"),
            ]
            chance.choice(choices)()
        registry.commit()
        built(registry.path, folder / "site")
        found.append(load(folder / "site"))
    return found


def walked(history: list[Site], mirror: Path, chance: random.Random) -> None:
    """A mirror that follows a history with interruptions, kills and a source that moves on while it is read."""
    at = 0
    while at < len(history):
        site = history[at]
        match chance.randint(0, 3):
            case 0:
                crash(site, mirror, chance.randint(0, 150))
            case 1:
                with suppress(WorldError):
                    synced(Failing(site, chance.randint(1, 40)), mirror)
            case 2 if at + 1 < len(history):
                synced(Changing([(0, site), (chance.randint(1, 40), history[at + 1])]), mirror)
                at += 1
        if (mirror / layout.SNAPSHOT).exists():
            assert readable(mirror)
        synced(history[at], mirror)
        at += chance.randint(1, 4)
    assert problems(mirror) == []


@pytest.mark.parametrize("seed", sampled(range(120), str, 60))
def test_random_histories(history: list[Site], mirror: Path, seed: int) -> None:
    walked(history, mirror, random.Random(seed))


def test_a_plan_that_was_decided_is_carried_out_first(states: States, mirror: Path) -> None:
    synced(states.first, mirror)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Staging, "activate", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            synced(states.second, mirror)
    done = sync(Source(MemorySite(states.second)), mirror, Terms(int(time.time())))
    assert (done.changed, done.requests) == (False, 1)
    assert same(mirror, states.second)

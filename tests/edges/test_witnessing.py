"""A witness at work: what it signs, what it refuses to sign, and what it remembers whatever happens."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packyard.edges import witnessing
from packyard.edges.witnessing import Order, Witnessed, witness
from packyard.errors import BadKey, BadSignature, NotFound, PackyardError, ProblemsFound, Stale, UsageError, WorldError
from packyard.formats import checkpoint, layout, note, trustfile
from packyard.witnessing import cosignatures, parse_fork, parse_state, verify_fork, witness_path
from tests.logsites import NOW, LogSite, numbered, trust_of, vkey
from tests.published import MemorySite, flipped, load
from tests.registry import ORIGIN, signer, small
from tests.sites import built

CRASHED = 86
NAME = vkey("w1").name


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """An order to go on with what is remembered."""
    return Order(tmp_path / "memory", tmp_path / "public")


def first(order: Order) -> Order:
    return order._replace(new=True, name=NAME)


def run(site: LogSite, order: Order, now: int = NOW, key: str = "w1") -> Witnessed:
    return witness(MemorySite(site.files), signer(key), order, now)


def published(order: Order) -> tuple[bytes, bytes]:
    """(line, checkpoint) as they are published; empty where they are not."""
    assert order.out
    path = order.out / witness_path(NAME, ORIGIN)
    whole = path.with_name(path.name + ".checkpoint")
    return path.read_bytes() if path.exists() else b"", whole.read_bytes() if whole.exists() else b""


def remembered(order: Order) -> int:
    """The size of the head that the memory holds, 0 for none."""
    files = list(order.memory.glob("*.json"))
    return parse_state(files[0].read_bytes()).signed.head.size if files else 0


def refused(kind: type[PackyardError], code: str, site: LogSite, order: Order, key: str = "w1") -> PackyardError:
    """A refusal, by which nothing that is published or remembered changes."""
    before = published(order), remembered(order)
    with pytest.raises(kind) as caught:
        run(site, order, key=key)
    assert caught.value.problem.code == code
    assert (published(order), remembered(order)) == before
    return caught.value


# --- what it signs ---


def test_it_cosigns_and_goes_on(order: Order) -> None:
    sizes = [3, 4, 256, 700]
    for at, size in enumerate(sizes):
        site = LogSite(numbered(size), ("w1",), 1)
        done = run(site, order if at else first(order), NOW + at)
        assert (done.before, done.head.size, done.new) == (sizes[at - 1] if at else None, size, True)
        line, whole = published(order)
        assert line == done.line == site.line("w1", NOW + at) + b"\n"
        log = note.parse_vkey(site.trust.log_vkey)
        assert checkpoint.verify_checkpoint(whole, log, [vkey("w1")], 1).size == size
        assert (site.checkpoint + line) == whole, "appending the line to the checkpoint gives the same"
        assert remembered(order) == size


def test_nothing_new_is_said_and_nothing_is_written(order: Order) -> None:
    site = LogSite(numbered(5))
    done = run(site, first(order))
    files = {path: path.stat().st_mtime_ns for path in order.memory.parent.rglob("*") if path.is_file()}
    again = run(site, order, NOW + 99)
    assert again == done._replace(before=5, new=False, written=())
    assert files == {path: path.stat().st_mtime_ns for path in order.memory.parent.rglob("*") if path.is_file()}


def test_without_a_place_to_publish_the_line_is_made_again(order: Order) -> None:
    bare, site = order._replace(out=None), LogSite(numbered(5))
    assert run(site, first(bare)).line == run(site, bare).line
    assert run(site, bare, NOW + 7).line == site.line("w1", NOW + 7) + b"\n"


@pytest.mark.parametrize("victim", ["", ".checkpoint"])
@pytest.mark.parametrize("how", ["gone", "empty", "other"])
def test_what_it_published_is_mended(order: Order, victim: str, how: str) -> None:
    site = LogSite(numbered(5))
    run(site, first(order))
    assert order.out
    path = order.out / witness_path(NAME, ORIGIN)
    file = path.with_name(path.name + victim)
    file.unlink() if how == "gone" else file.write_bytes(b"" if how == "empty" else b"other\n")
    assert run(site, order, NOW + 1).new
    line, whole = published(order)
    assert line == site.line("w1", NOW + 1) + b"\n" and whole == site.checkpoint + line


def test_another_registry_under_the_same_name(order: Order, site: dict[str, bytes]) -> None:
    run(LogSite(numbered(5)), first(order))
    with pytest.raises(Stale) as caught:
        witness(MemorySite(site), signer("w1"), order, NOW)
    assert caught.value.problem.code == "witness-trust"


def test_a_snapshot_may_be_a_little_older(order: Order) -> None:
    """The checkpoint is put in place before the snapshot."""
    assert run(LogSite(numbered(9), cut=6), first(order)).head.size == 9


def test_the_memory_is_for_nobody_else(order: Order) -> None:
    run(LogSite(numbered(5)), first(order))
    assert stat.S_IMODE(order.memory.stat().st_mode) == 0o700


# --- what it refuses ---


def test_a_fork_of_the_same_size(order: Order) -> None:
    here, there = LogSite(numbered(8)), LogSite(numbered(8, fork_at=7))
    run(here, first(order))
    error = refused(Stale, "witness-fork", there, order)
    assert error.exit_code == 15
    check_evidence(order, here, there)
    assert run(here, order).new is False


@pytest.mark.parametrize("at", [0, 3, 7])
@pytest.mark.parametrize("size", [9, 300])
def test_a_fork_that_has_grown(order: Order, at: int, size: int) -> None:
    here, there = LogSite(numbered(8)), LogSite(numbered(size, fork_at=at))
    run(here, first(order))
    refused(Stale, "witness-fork", there, order)
    check_evidence(order, here, there)


def check_evidence(order: Order, here: LogSite, there: LogSite) -> None:
    (path,) = (order.memory / "evidence").glob("*.json")
    fork = parse_fork(path.read_bytes())
    verify_fork(fork)
    assert [fork.before.note, fork.after.note] == [here.checkpoint, there.checkpoint]


def test_a_log_that_goes_back(order: Order) -> None:
    run(LogSite(numbered(8)), first(order))
    for site in (LogSite(numbered(7)), LogSite(numbered(7, fork_at=2)), LogSite(numbered(1))):
        assert refused(Stale, "witness-behind", site, order).exit_code == 15


def test_a_stolen_log_key_under_an_old_snapshot(order: Order) -> None:
    """The thief has no snapshot key, so the snapshot is the old one."""
    run(LogSite(numbered(4)), first(order))
    thief = LogSite(numbered(9, fork_at=3), cut=4)
    honest = LogSite(numbered(4))
    thief.files |= {path: honest.files[path] for path in (layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE)}
    refused(Stale, "witness-fork", thief, order)
    with pytest.raises(BadSignature) as caught:
        run(thief, Order(order.memory / "other", None, True, NAME))
    assert caught.value.problem.code == "checkpoint-mismatch"


def test_two_witnesses_that_are_shown_two_logs(order: Order, tmp_path: Path) -> None:
    """Each signs what goes on from what it saw; neither ever signs the other's."""
    other = Order(tmp_path / "second", tmp_path / "second-public")
    for at, mine in enumerate((order, other)):
        run(LogSite(numbered(5)), first(mine))
        run(LogSite(numbered(8, fork_at=5 + at)), mine)
    refused(Stale, "witness-fork", LogSite(numbered(9, fork_at=6)), order)
    refused(Stale, "witness-fork", LogSite(numbered(9, fork_at=5)), other)


def test_a_first_time_is_said_and_a_second_one_is_none(order: Order) -> None:
    site = LogSite(numbered(3))
    refused(UsageError, "witness-state-missing", site, order)
    refused(UsageError, "witness-name", site, order._replace(new=True))
    refused(UsageError, "witness-name", site, order._replace(new=True, name="../up"))
    run(site, first(order))
    refused(UsageError, "witness-state-exists", LogSite(numbered(4)), first(order))


def test_a_lost_memory_is_taken_from_what_was_published(order: Order) -> None:
    run(LogSite(numbered(8)), first(order))
    for path in order.memory.glob("*.json"):
        path.unlink()
    refused(UsageError, "witness-state-missing", LogSite(numbered(9)), order)
    refused(Stale, "witness-fork", LogSite(numbered(9, fork_at=4)), first(order))
    refused(Stale, "witness-behind", LogSite(numbered(7)), first(order))
    assert run(LogSite(numbered(9)), first(order)).before == 8


@pytest.mark.parametrize("at", [0, 40, -40, -3])
def test_a_damaged_memory_is_not_a_new_one(order: Order, at: int) -> None:
    run(LogSite(numbered(8)), first(order))
    (path,) = order.memory.glob("*.json")
    path.write_bytes(flipped(path.read_bytes(), at))
    for each in (order, first(order)):
        with pytest.raises(UsageError) as caught:
            run(LogSite(numbered(8, fork_at=2)), each)
        assert caught.value.problem.code == "witness-state"


def test_keys(order: Order) -> None:
    site = LogSite(numbered(3))
    for name in ("log", "snapshot", "attest", "root-1"):
        assert refused(BadKey, "witness-key", site, first(order), key=name).exit_code == 14
    run(site, first(order))
    refused(BadKey, "witness-key", LogSite(numbered(4)), order, key="w2")


def test_two_at_once(order: Order) -> None:
    with witnessing._locked(order.memory):
        refused(WorldError, "witness-locked", LogSite(numbered(3)), first(order))


# --- trust ---


def test_the_root_key_is_asked_for(order: Order) -> None:
    site = LogSite(numbered(3))
    refused(BadKey, "trust-pinned", site, first(order)._replace(root_key=signer("stranger").public_key))
    assert run(site, first(order)._replace(root_key=signer("root-1").public_key)).new


def test_trust_goes_on_and_never_back(order: Order) -> None:
    second, other = trust_of(("w1",), 1, 2), trust_of(("w2",), 1, 2)
    run(LogSite(numbered(3)), first(order))
    assert run(LogSite(numbered(4), extra=[second]), order).head.size == 4
    refused(Stale, "witness-trust", LogSite(numbered(5)), order)
    refused(Stale, "witness-trust", LogSite(numbered(5), extra=[other]), order)
    assert run(LogSite(numbered(5), extra=[second, trust_of(("w1", "w2"), 2, 3)]), order).before == 4


def test_a_new_log_key_by_a_new_trust_file(order: Order) -> None:
    run(LogSite(numbered(3)), first(order))
    stolen = LogSite(numbered(4))
    stolen.files[layout.CHECKPOINT] = note.sign_note(stolen.text, signer("new-log"), ORIGIN)
    refused(BadSignature, "note-unsigned", stolen, order)
    renewed = LogSite(numbered(4), extra=[trust_of((), 0, 2, log="new-log")])
    renewed.files[layout.CHECKPOINT] = note.sign_note(renewed.text, signer("new-log"), ORIGIN)
    assert run(renewed, order).before == 3
    forked = LogSite(numbered(5, fork_at=1), extra=[trust_of((), 0, 2, log="new-log")])
    forked.files[layout.CHECKPOINT] = note.sign_note(forked.text, signer("new-log"), ORIGIN)
    refused(Stale, "witness-fork", forked, order)


def test_a_site_that_answers_differently_the_second_time(order: Order) -> None:
    """Another trust file is verified than the one that is compared with what was seen."""
    run(LogSite(numbered(3)), first(order))
    honest, false = LogSite(numbered(3)), LogSite(numbered(4), ("w9",))

    class TwoFaced(MemorySite):
        def read(self, path: str, limit: int) -> bytes:
            again = path in self.asked and path == "trust/1.json"
            return super().read(path, limit) if not again else honest.files[path]

    with pytest.raises(Stale) as caught:
        witness(TwoFaced(false.files), signer("w1"), order, NOW)
    assert caught.value.problem.code == "witness-trust"


# --- copies that are not whole ---


def test_a_copy_in_the_middle_of_a_change(order: Order) -> None:
    site, old = LogSite(numbered(6)), LogSite(numbered(4))
    site.files[layout.CHECKPOINT] = old.checkpoint
    site.files |= {path: data for path, data in old.files.items() if path.startswith("log/tile/")}
    assert refused(WorldError, "site-changing", site, first(order)).exit_code == 3


def test_every_file_that_is_read_counts(order: Order) -> None:
    honest = LogSite(numbered(300), ("w1",), 1)
    reader = MemorySite(honest.files)
    witness(reader, signer("w1"), Order(order.memory / "honest", None, True, NAME), NOW)
    for path in sorted(set(reader.asked)):
        for changed in (flipped(honest.files[path], 7), honest.files[path][:-1], b"", None):
            files = {**honest.files, path: changed or b""}
            if changed is None:
                del files[path]
            try:
                witness(MemorySite(files), signer("w1"), first(order), NOW)
            except (BadSignature, NotFound, Stale):
                assert published(order) == (b"", b"") and remembered(order) == 0, path
            else:
                raise AssertionError(f"{path} was not looked at")


def test_endless_files(order: Order) -> None:
    class Endless(MemorySite):
        def read(self, path: str, limit: int) -> bytes:
            assert limit <= 1 << 25
            raise WorldError("too-large", "the file is too large", path=path)

    with pytest.raises(WorldError):
        witness(Endless({}), signer("w1"), first(order), NOW)


# --- crashes ---


def crash(at: int, task: Callable[[], object]) -> bool:
    """Runs the task in a process that dies, as by kill -9, before its write number `at`; whether it got there."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _die_at(at)
            task()
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, CRASHED)
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
    for owner, name in ((Path, "mkdir"), (Path, "open"), (Path, "replace"), (os, "fsync"), (note, "cosign")):
        patch.setattr(owner, name, counted(getattr(owner, name)))


@pytest.mark.parametrize("began", [pytest.param(False, marks=pytest.mark.slow), True])
def test_no_crash_lets_it_sign_two_forks(began: bool, tmp_path: Path) -> None:
    old, here, there = LogSite(numbered(3)), LogSite(numbered(5)), LogSite(numbered(6, fork_at=4))
    for at in range(100):
        order = Order(tmp_path / str(at) / "memory", tmp_path / str(at) / "public")
        if began:
            run(old, first(order))
        again = order if began else first(order)
        cut = crash(at, lambda again=again: run(here, again))  # type: ignore[misc]  # bound at once
        whole = published(order)[1]
        signed = bool(whole) and note.parse_note(whole).text == here.text
        assert not signed or remembered(order) == 5, "signed before it was remembered"
        if not cut:
            assert signed
            assert at > 8
            return
        again = order if remembered(order) else first(order)
        if remembered(order) == 5:
            refused(Stale, "witness-fork", there, order)
        assert run(here, again, NOW + 1).head.size == 5
        line, whole = published(order)
        assert whole == here.checkpoint + line and cosignatures(whole, [vkey("w1")])
        refused(Stale, "witness-fork", there, order)
    raise AssertionError("it never ends")


def test_the_memory_is_on_the_disk_before_anything_is_signed(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    done = list[str]()

    def noted(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def wrapper(*arguments: Any, **named: Any) -> Any:
            done.append(name)
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, wrapper)

    for owner, name in ((os, "fsync"), (note, "cosign"), (Path, "replace")):
        noted(owner, name)
    run(LogSite(numbered(3)), first(order))
    assert done[: done.index("cosign")] == ["fsync", "replace", "fsync", "fsync"], "file, name, folder, its folder"


# --- audit ---


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The small registry, built."""
    folder = tmp_path_factory.mktemp("witness")
    small(folder / "repo")
    built(folder / "repo", folder / "site")
    return load(folder / "site")


def test_a_whole_site_is_audited(site: dict[str, bytes], order: Order) -> None:
    reader = MemorySite(site)
    done = witness(reader, signer("w1"), first(order)._replace(audit=True), NOW)
    assert done.head.size == 10
    looked = [path for path in reader.asked if path.endswith(("SHA256SUMS", ".yaml"))]
    assert len(looked) == 4 + 2 + 3, "versions, statements, publishers and organisations"
    assert trustfile.parse_trust(site["trust/1.json"]).log_origin == done.head.origin


AUDITED = ("packs/hello/1.1.0/SHA256SUMS", "packs/hello/statements/0001-yank.yaml", "publishers/alice/1.yaml")


@pytest.mark.parametrize("path", [*AUDITED, "packs/hello/files.sums", "index/00.sums", "site.sums"])
@pytest.mark.parametrize("gone", [False, True])
def test_what_the_log_is_about_must_be_there(site: dict[str, bytes], path: str, gone: bool, order: Order) -> None:
    if path == "index/00.sums":
        path = next(each for each in sorted(site) if each.startswith("index/") and b"packs/hello/" in site[each])
    files = {name: data for name, data in site.items() if name != path or not gone}
    if not gone:
        files[path] = flipped(site[path], 3)
    with pytest.raises(ProblemsFound):
        witness(MemorySite(files), signer("w1"), first(order)._replace(audit=True), NOW)
    assert remembered(order) == 0 and published(order) == (b"", b"")

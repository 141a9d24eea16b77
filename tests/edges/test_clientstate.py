"""The memory of a client: old or new after every crash, one writer at a time, evidence that stays."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packyard.edges import clientstate
from packyard.edges.clientstate import ClientState, Locked, state_folder
from packyard.errors import WorldError

LIMIT = 1_000
CRASHED = 86


@pytest.fixture
def state(tmp_path: Path) -> ClientState:
    return ClientState(tmp_path / "deep" / "packs.example.org")


def test_state_and_entries(state: ClientState) -> None:
    assert state.load(LIMIT) is None
    assert state.entries(LIMIT) == b""
    assert not state.root.exists()
    with state.lock() as locked:
        locked.save(b"one")
        length = locked.append([b"a", b"bc"], 0)
        assert length == 5
        locked.save(b"two")
        assert locked.append([b"d"], length) == 7
    assert state.load(LIMIT) == b"two"
    assert state.entries(LIMIT) == b"a\nbc\nd\n"
    assert state.root.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in state.root.iterdir()) == ["entries", "lock", "state.json"]
    for read in (state.load, state.entries):
        with pytest.raises(WorldError) as caught:
            read(2)
        assert caught.value.problem.code == "too-large"


def test_half_a_line_does_not_count(state: ClientState) -> None:
    with state.lock() as locked:
        length = locked.append([b"a", b"b"], 0)
        for rest in (b"c", b"cd\ne", b"c\nd\n"):
            with (state.root / "entries").open("ab") as file:
                file.write(rest)
            assert state.entries(LIMIT) == b"a\nb\n" + rest[: rest.rfind(b"\n") + 1]
            assert locked.append([], length) == length
            assert state.entries(LIMIT) == b"a\nb\n"
        assert locked.append([b"x"], length) == 6
        with pytest.raises(WorldError) as caught:
            locked.append([b"y"], 7)
    assert caught.value.problem.code == "state-damaged"
    assert state.entries(LIMIT) == b"a\nb\nx\n"


WRITES: list[tuple[Any, str]] = [
    (os, "open"),
    (os, "fsync"),
    (os, "fdopen"),
    (Path, "open"),
    (Path, "replace"),
    (Path, "mkdir"),
]


def refresh(root: Path, before: Callable[[], None]) -> None:
    """What a client does; `before` is called before every step that touches the disk."""

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            before()
            return function(*arguments, **named)

        return wrapper

    patch = pytest.MonkeyPatch()
    for owner, name in WRITES:
        patch.setattr(owner, name, counted(getattr(owner, name)))
    try:
        with ClientState(root).lock() as locked:
            length = locked.append([b"new entry"], 10)
            locked.save(b"new %d" % length)
    finally:
        patch.undo()


def dying(at: int) -> Callable[[], None]:
    """Lets so many steps pass, and then kills the process."""
    left = iter(range(at))
    return lambda: None if next(left, None) is not None else os._exit(CRASHED)


def remembered(root: Path) -> str:
    """Which state it is; whichever it is, its entries are all there."""
    state = ClientState(root)
    found, entries = state.load(LIMIT), state.entries(LIMIT)
    old, new = b"old entry\n", b"old entry\nnew entry\n"
    assert (found, entries[:10]) == (b"old", old) or (found, entries) == (b"new 20", new)
    return (found or b"").decode()[:3]


def prepared(root: Path) -> Path:
    with ClientState(root).lock() as locked:
        locked.append([b"old entry"], 0)
        locked.save(b"old")
    return root


def test_a_crash_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    outcomes = []
    for at in range(100):
        root = prepared(tmp_path / str(at))
        child = os.fork()
        if child == 0:
            refresh(root, dying(at))
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, CRASHED)
        outcomes.append(remembered(root))
        refresh(root, lambda: None)
        assert remembered(root) == "new"
        if code == 0:
            break
    assert len(outcomes) > 8
    assert outcomes == sorted(outcomes, reverse=True), "once it is new, it stays"
    assert {"old", "new"} == set(outcomes)


def test_a_disk_that_does_not_store(tmp_path: Path) -> None:
    for at in range(100):
        root, calls = prepared(tmp_path / str(at)), [at]

        def fail(calls: list[int] = calls) -> None:
            calls[0] -= 1
            if calls[0] == -1:
                raise OSError(28, "No space left on device")

        if refused(root, fail) is None:
            break
        remembered(root)
        refresh(root, lambda: None)
        assert remembered(root) == "new"
    assert at > 5


def test_a_disk_that_stores_and_says_that_it_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    genuine, calls = os.fsync, [0]

    def late(descriptor: int) -> None:
        genuine(descriptor)
        calls[0] -= 1
        if calls[0] == -1:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", late)
    for at in range(3):
        calls[0] = 100
        root = prepared(tmp_path / str(at))
        calls[0] = at
        failure = refused(root, lambda: None)
        assert failure
        assert failure.problem.found == "Input/output error"
        remembered(root)
        refresh(root, lambda: None)
        assert remembered(root) == "new"


def refused(root: Path, before: Callable[[], None]) -> WorldError | None:
    try:
        refresh(root, before)
    except WorldError as error:
        assert error.problem.code == "disk-failed"
        return error
    return None


def test_the_second_waits_and_then_says_so(state: ClientState) -> None:
    program = (
        "import sys, time; from pathlib import Path; from packyard.edges.clientstate import ClientState\n"
        "with ClientState(Path(sys.argv[1])).lock() as locked:\n"
        "    print('mine', flush=True); sys.stdin.readline(); locked.save(b'theirs')\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(state.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin
    assert child.stdout
    assert child.stdout.readline() == "mine\n"
    began = time.monotonic()
    with pytest.raises(WorldError) as caught, state.lock(0.2):
        pass
    assert 0.2 <= time.monotonic() - began < 30
    assert caught.value.problem.code == "state-locked"
    threading.Timer(0.2, lambda: (child.stdin.write("\n"), child.stdin.flush())).start()  # type: ignore[union-attr]
    with state.lock(10) as locked:
        assert state.load(LIMIT) == b"theirs"
        locked.save(b"mine")
    assert child.wait() == 0
    assert state.load(LIMIT) == b"mine"


def test_a_killed_holder_holds_nothing(state: ClientState) -> None:
    child = os.fork()
    if child == 0:
        with state.lock():
            os._exit(CRASHED)
    os.waitpid(child, 0)
    with state.lock(0):
        pass


def test_nobody_is_left_out(state: ClientState) -> None:
    def count(_: int) -> None:
        with state.lock(30) as locked:
            locked.save(b"%d" % (int(state.load(LIMIT) or b"0") + 1))

    threads = [threading.Thread(target=count, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state.load(LIMIT) == b"10"


def test_evidence_is_written_once(state: ClientState, monkeypatch: pytest.MonkeyPatch) -> None:
    first = state.keep_evidence("snapshot-rolled-back", b"{1}")
    assert first == state.root / "evidence" / "0001-snapshot-rolled-back.json"
    assert state.keep_evidence("snapshot-rolled-back", b"{1}") == first
    assert state.keep_evidence("log-forked", b"{1}").name == "0002-log-forked.json"
    assert state.keep_evidence("snapshot-rolled-back", b"{2}").name == "0003-snapshot-rolled-back.json"
    assert first.read_bytes() == b"{1}"
    monkeypatch.setattr(clientstate, "EVIDENCE_FILE", 5)
    cut = state.keep_evidence("log-forked", b"123456789")
    assert (cut.name, cut.read_bytes()) == ("0004-log-forked.cut", b"12345")
    assert len(list(first.parent.iterdir())) == 4


def test_evidence_is_bounded(state: ClientState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clientstate, "EVIDENCE_FILES", 5)
    kept = [state.keep_evidence("code", b"%d" % number) for number in range(8)]
    assert [path.exists() for path in kept] == [False] * 3 + [True] * 5
    monkeypatch.setattr(clientstate, "EVIDENCE_BYTES", 5)
    newest = state.keep_evidence("code", b"xyz")
    assert newest.name == "0009-code.json"
    assert sorted(path.name for path in newest.parent.iterdir()) == ["0007-code.json", "0008-code.json", newest.name]
    (newest.parent / "99999-code.json").write_bytes(b"")
    assert state.keep_evidence("code", b"abc").name == "100000-code.json"


def test_evidence_of_several_at_once(state: ClientState) -> None:
    paths = list[Path]()

    def keep(number: int) -> None:
        paths.append(state.keep_evidence("code", b"%d" % number))

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.read_bytes() for path in paths) == sorted(b"%d" % number for number in range(20))


def test_what_never_became_evidence_goes(state: ClientState) -> None:
    folder = state.keep_evidence("code", b"1").parent
    for name, age in (("old", 10_000), ("new", 0)):
        (folder / f".{name}").write_bytes(b"half")
        os.utime(folder / f".{name}", (time.time() - age, time.time() - age))
    state.keep_evidence("code", b"2")
    assert sorted(path.name for path in folder.glob(".*")) == [".new"]


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    state = ClientState(tmp_path / "file" / "x")
    for use in (lambda: state.load(5), lambda: state.keep_evidence("code", b""), lambda: state.lock().__enter__()):
        with pytest.raises(WorldError) as caught:
            use()
        assert caught.value.problem.code == "disk-failed"
    locked = ClientState(tmp_path / "ok")
    with locked.lock():
        pass
    (tmp_path / "ok" / "state.json").symlink_to(tmp_path / "file")
    with pytest.raises(WorldError):
        locked.load(5)


def test_where_it_is() -> None:
    environ = {"XDG_STATE_HOME": "/s", "HOME": "/h"}
    base = Path("/s/packyard/registries")
    assert state_folder(environ, "packs.example.org") == base / "packs.example.org"
    assert state_folder({"HOME": "/h"}, "x") == Path("/h/.local/state/packyard/registries/x")
    for other in ("example.org/packs", "https://example.org/", "..", ".", "", "UPPER", "x" * 200, "a/../b", "/etc"):
        found = state_folder(environ, other)
        assert found.parent == base
        assert found.name.startswith("sha256_")
    assert isinstance(Locked(base), Locked)

"""Installing into real folders: all or nothing, whenever it is cut off, and never a byte of the user's lost."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packyard.client.placing.values import LEDGER
from packyard.edges.installing import install, installation, read_installed
from packyard.errors import ProblemsFound, WorldError
from packyard.parts.values import Pack
from tests.client.placing.bed import full, pack

A, A2, B = full("hello"), full("hello", "two"), full("@acme/hello")
TARGETS = ("claudecode", "codexcli")
RULE = ".claude/rules/hello-style.md"

Tree = dict[str, bytes | None]


def tree(root: Path) -> Tree:
    """Every file with its bytes, and every folder; without the program's own."""
    found: Tree = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name == LEDGER or not name.startswith(".packyard"):
            found[name] = path.read_bytes() if path.is_file() else None
    return found


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in which somebody has written something."""
    root = tmp_path / "project"
    (root / ".claude" / "rules").mkdir(parents=True)
    (root / ".claude" / "settings.json").write_bytes(b'{ "model": "opus" }')
    (root / ".claude" / "rules" / "mine.md").write_bytes(b"mine")
    (root / "AGENTS.md").write_bytes(b"Our rules.")
    (root / ".codex").mkdir()
    return root


def test_what_is_installed_can_be_removed(root: Path) -> None:
    before = tree(root)
    install(root, [A], TARGETS)
    one = tree(root)
    assert (root / ".agentpacks/.curated/hello/pack.json").read_bytes() == dict(A.files)["pack.json"]
    assert [each.name for each in read_installed(root).packs] == ["hello"]
    install(root, [B], TARGETS)
    install(root, [], (), remove=["@acme/hello"])
    assert tree(root) == one
    install(root, [A2], TARGETS)
    install(root, [], (), remove=["hello"])
    assert tree(root) == before
    assert names(root / ".packyard") == ["lock"]


def test_modes(root: Path) -> None:
    (root / ".claude" / "settings.json").chmod(0o600)
    install(root, [A], TARGETS)
    modes = {
        ".claude/skills/hello-notes/run.sh": 0o755,
        ".agentpacks/.curated/hello/hooks/guard.sh": 0o755,
        RULE: 0o644,
        ".claude/settings.json": 0o600,
        LEDGER: 0o644,
    }
    assert {path: stat.S_IMODE((root / path).stat().st_mode) for path in modes} == modes


def test_a_dry_run_leaves_no_trace(root: Path) -> None:
    plan = install(root, [A], TARGETS, dry_run=True)
    assert plan.changes
    assert not (root / ".packyard").exists()
    install(root, [A], TARGETS)
    before = tree(root)
    assert install(root, [A2], TARGETS, dry_run=True).changes
    assert tree(root) == before


def test_conflicts_are_raised_and_nothing_is_written(root: Path) -> None:
    (root / RULE).write_bytes(b"mine")
    before = tree(root)
    with pytest.raises(ProblemsFound) as caught:
        install(root, [A], TARGETS)
    assert [problem.code for problem in caught.value.problems] == ["place-taken"]
    assert tree(root) == before
    install(root, [A], TARGETS, force=True)
    assert (root / f"{RULE}.packyard-orig").read_bytes() == b"mine"


def test_a_ledger_that_is_not_ours_is_refused(root: Path) -> None:
    install(root, [A], TARGETS)
    before = tree(root)
    (root / LEDGER).write_text("{}")
    with pytest.raises(ProblemsFound) as caught:
        install(root, [], (), remove=["hello"])
    assert caught.value.problems[0].code == "ledger-invalid"
    assert tree(root) == {**before, LEDGER: b"{}"}


# --- cut off ---

#: What changes something on a disk.
CALLS = ("mkdir", "write", "fsync", "rename", "link", "unlink", "rmdir", "fchmod")


def count_calls(action: Callable[[], object], die_at: int, *, after: bool) -> int:
    """Runs the action in a process of its own, which is killed at one of its changes; -1 when it came to its end."""
    child = os.fork()
    if not child:
        _die(action, die_at, after)
    _, status = os.waitpid(child, 0)
    return -1 if os.waitstatus_to_exitcode(status) == 0 else os.waitstatus_to_exitcode(status)


def _die(action: Callable[[], object], die_at: int, after: bool) -> None:
    left = [die_at]

    def dying(real: Any) -> Any:
        def call(*arguments: Any, **keywords: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                if after and real is write:
                    write(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                elif after:
                    real(*arguments, **keywords)
                os._exit(9)
            return real(*arguments, **keywords)

        return call

    write = os.write
    for name in CALLS:
        setattr(os, name, dying(getattr(os, name)))
    try:
        action()
    except BaseException:
        os._exit(1)
    os._exit(0)


def small(name: str, word: str) -> Pack:
    """A pack with a file, a block, a member, and a file that the other version does not have."""
    return pack(
        name,
        {
            "rules/style.md": word,
            f"commands/{word}.md": word,
            "mcp.json": f'{{"mcpServers": {{"{name}": {{"command": "{word}"}}}}}}',
        },
        {"one": "1.0.0", "two": "2.0.0"}[word],
    )


def _copy(source: Path, target: Path) -> Path:
    return shutil.copytree(source, target, symlinks=True)


#: The quick tests kill at one in so many changes.
STEPS = [pytest.param(19, id="some"), pytest.param(1, id="every", marks=pytest.mark.slow)]
#: The same, before a change or after it; after one is before the next, so every change needs but one of the two.
KILLS = [(19, False), (19, True), pytest.param(1, False, marks=pytest.mark.slow)]


@pytest.mark.parametrize(("step", "after"), KILLS)
@pytest.mark.parametrize("story", ["install", "update", "remove", "force"])
def test_killed_at_every_change_it_is_the_old_tree_or_the_new(
    root: Path, tmp_path: Path, story: str, step: int, after: bool
) -> None:
    if story != "install":
        install(root, [small("hello", "one")], TARGETS)
    if story == "force":
        (root / RULE).write_bytes(b"mine")
    old = tree(root)
    packs = [] if story == "remove" else [small("hello", "two")]
    remove = ["hello"] if story == "remove" else []

    def act(place: Path) -> object:
        return install(place, packs, TARGETS, remove=remove, force=story == "force")

    act(_copy(root, tmp_path / "new"))
    new, ends = tree(tmp_path / "new"), set[bool]()
    for number in range(0, 2000, step):
        place = _copy(root, tmp_path / f"at{number}")
        code = count_calls(lambda place=place: act(place), number, after=after)  # type: ignore[misc]
        if code == -1:
            break
        assert code == 9
        with installation(place) as project:
            found = tree(place)
            assert found in (old, new), number
            assert project.put_aside == ()
            ends.add(found == new)
        assert names(place / ".packyard") == [*(["installed.json"] if LEDGER in found else []), "lock"]
        act(place)
        assert tree(place) == new
        shutil.rmtree(place)
    else:
        pytest.fail("it never came to its end")
    assert number > 20
    assert ends == {False, True}


@pytest.mark.parametrize("step", STEPS)
def test_what_is_written_after_the_kill_is_kept(root: Path, tmp_path: Path, step: int) -> None:
    install(root, [small("hello", "one")], TARGETS)
    kept = 0
    for number in range(0, 2000, step):
        place = _copy(root, tmp_path / f"at{number}")
        if count_calls(lambda place=place: install(place, [small("hello", "two")], TARGETS), number, after=True) == -1:  # type: ignore[misc]
            break
        for path in (RULE, "AGENTS.md", ".claude/commands/hello-one.md", ".mcp.json"):
            if (place / path).exists():
                (place / path).write_bytes(b"{} written in between")
        written = sum(data == b"{} written in between" for data in tree(place).values())
        with installation(place) as project:
            kept += len(project.put_aside)
        assert sum(data == b"{} written in between" for data in tree(place).values()) == written
    assert kept


def test_a_full_disk_leaves_the_old_tree(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(root, [small("hello", "one")], TARGETS)
    before = tree(root)
    for number in range(1, 8):
        calls = iter(range(100))

        def write(descriptor: int, data: bytes, number: int = number, calls: Any = calls, real: Any = os.write) -> int:
            if next(calls) >= number:
                raise OSError(28, "No space left on device")
            return int(real(descriptor, data))

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", write)
            with pytest.raises(WorldError) as caught:
                install(root, [small("hello", "two")], TARGETS)
        assert caught.value.problem.code == "disk-failed"
        assert tree(root) == before
        assert names(root / ".packyard") == ["installed.json", "lock"]


# --- what is not an ordinary place ---


@pytest.mark.parametrize("where", [".claude", ".claude/rules", ".agentpacks", ".packyard", "AGENTS.md", ".mcp.json"])
@pytest.mark.parametrize("inside", [False, True], ids=["outside", "inside"])
def test_no_link_is_followed(root: Path, tmp_path: Path, where: str, inside: bool) -> None:
    away = (root if inside else tmp_path) / "away"
    if where in ("AGENTS.md", ".mcp.json"):
        away.write_bytes(b"{}")
    else:
        away.mkdir()
    subprocess.run(["rm", "-rf", str(root / where)], check=True)
    (root / where).symlink_to(away)
    with pytest.raises(WorldError) as caught:
        install(root, [A], TARGETS)
    problem = caught.value.problem
    assert (problem.code, problem.path, problem.found) == ("place-unsafe", where, "a link")
    assert away.read_bytes() == b"{}" if away.is_file() else names(away) == []
    assert not (root / ".agentpacks").exists() or where == ".agentpacks"


def test_no_pipe_and_no_folder_is_taken_for_a_file(root: Path) -> None:
    os.mkfifo(root / ".mcp.json")
    with pytest.raises(WorldError) as caught:
        install(root, [A], TARGETS)
    assert (caught.value.problem.code, caught.value.problem.path) == ("place-unsafe", ".mcp.json")
    (root / ".mcp.json").unlink()
    (root / ".mcp.json").mkdir()
    with pytest.raises(WorldError) as caught:
        install(root, [A], TARGETS)
    assert (caught.value.problem.code, caught.value.problem.found) == ("place-unsafe", "a folder")
    (root / ".mcp.json").rmdir()
    subprocess.run(["rm", "-rf", str(root / ".claude")], check=True)
    (root / ".claude").write_bytes(b"a file")
    with pytest.raises(WorldError) as caught:
        install(root, [A], TARGETS)
    assert (caught.value.problem.code, caught.value.problem.found) == ("place-unsafe", "a file")


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorldError) as caught:
        install(tmp_path / "nowhere", [A], TARGETS)
    assert caught.value.problem.code == "disk-failed"


def test_a_file_that_changes_while_it_is_planned_is_not_overwritten(root: Path) -> None:
    from packyard.client.placing import want

    with installation(root) as project:
        plan = project.plan(want([A], TARGETS))
        (root / "AGENTS.md").write_bytes(b"changed")
        before = tree(root)
        with pytest.raises(WorldError) as caught:
            project.apply(plan)
    assert (caught.value.problem.code, caught.value.problem.path) == ("place-changed-meanwhile", "AGENTS.md")
    assert tree(root) == before


# --- two at once ---


def test_the_second_one_waits_or_is_told(root: Path) -> None:
    with installation(root), pytest.raises(WorldError) as caught:
        install(root, [A], TARGETS, wait=0.1)
    assert caught.value.problem.code == "install-locked"
    held = installation(root)
    held.__enter__()
    threading.Timer(0.2, lambda: held.__exit__(None, None, None)).start()
    begun = time.monotonic()
    install(root, [A], TARGETS)
    assert time.monotonic() - begun >= 0.1


def test_many_at_once_are_one_after_the_other(root: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from packyard.edges.installing import install; "
        "from tests.client.placing.bed import full; "
        "install(Path(sys.argv[1]), [full(sys.argv[2])], ['claudecode', 'codexcli'], wait=60)"
    )
    packs = [f"pack-{letter * 2}" for letter in "abcd"]
    here = Path(__file__).parents[2]
    runs = [subprocess.Popen([sys.executable, "-c", script, str(root), name], cwd=here) for name in packs]
    assert [run.wait() for run in runs] == [0] * len(runs)
    assert [each.name for each in read_installed(root).packs] == packs
    install(root, [], (), remove=packs)
    assert (root / "AGENTS.md").read_bytes() == b"Our rules."

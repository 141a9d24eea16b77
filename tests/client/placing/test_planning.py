"""Installing, updating and removing: what is ours comes and goes, and what is the user's stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.client.placing import diff
from packyard.client.placing.values import LEDGER
from packyard.errors import UsageError
from packyard.parts.values import curated
from tests.client.placing.bed import EVERY, Project, full, pack

USERS = (
    Project(),
    Project(
        {
            "AGENTS.md": b"Our rules.",
            "GEMINI.md": b"",
            ".mcp.json": b'{"mcpServers": {"mine": {"command": "mine"}}}',
            ".claude/settings.json": b'{\r\n\t"hooks": {"PreToolUse": []},\r\n\t"model": "opus"\r\n}\r\n',
            ".codex/config.toml": b'model = "gpt-5"\n[mcp_servers.mine]\ncommand = "mine"',
            ".vscode/mcp.json": b'// ours\n{\n    "servers": {}, // none yet\n}\n',
            "opencode.json": b'{ "model": "anthropic/claude-haiku-4-5" }',
            ".cursorignore": b"*.key\n",
            ".gemini/settings.json": b"{\n}\n",
            ".claude/rules/mine.md": b"mine",
        },
        frozenset({".claude", ".claude/rules", ".claude/agents", ".codex", ".vscode", ".gemini", "empty"}),
    ),
)
A, A2, B = full("hello"), full("hello", "two"), full("@acme/hello")

users = pytest.mark.parametrize("before", USERS, ids=["empty", "settled"])


@users
def test_removing_all_gives_the_tree_back(before: Project) -> None:
    assert before.install(A).remove("hello") == before
    assert before.install(A, B).remove("hello", "@acme/hello") == before
    assert before.install(A).install(B).remove("hello").remove("@acme/hello") == before


@users
@pytest.mark.parametrize("target", [(), *((name,) for name in EVERY)], ids=lambda target: "".join(target) or "none")
def test_each_target_gives_the_tree_back(before: Project, target: tuple[str, ...]) -> None:
    after = before.install(A, targets=target)
    assert after.remove("hello") == before
    assert set(after.files) - set(before.files) >= {f"{curated('hello')}/{path}" for path, _ in A.files} | {LEDGER}


@users
def test_one_of_two_removed_is_the_other_alone(before: Project) -> None:
    assert before.install(A).install(B).remove("hello") == before.install(B)
    assert before.install(B).install(A).remove("hello") == before.install(B)


@users
def test_an_update_is_the_new_version_alone(before: Project) -> None:
    assert before.install(A).install(A2) == before.install(A2)
    assert before.install(A, B).install(A2).remove("hello") == before.install(B)


@users
def test_other_targets_are_those_targets_alone(before: Project) -> None:
    assert before.install(A).install(A, targets=["cursor"]) == before.install(A, targets=["cursor"])


@users
def test_what_is_installed_is_not_installed_again(before: Project) -> None:
    after = before.install(A, B)
    assert after.plan(A).changes == ()
    assert after.plan(B, A).changes == ()
    assert diff(after.plan(A)) == ""


@users
def test_values_of_the_user_and_their_order_stay(before: Project) -> None:
    after = before.install(A, B)
    for path in (".mcp.json", ".claude/settings.json", "opencode.json"):
        if path in before.files:
            said, now = json.loads(before.files[path]), json.loads(after.files[path])
            assert [name for name in now if name in said] == list(said)
            assert _within(said, now)
    assert after.files["AGENTS.md"].startswith(before.files.get("AGENTS.md", b""))


def _within(said: Any, now: Any) -> bool:
    """Whether all that was said is still said."""
    if isinstance(said, dict):
        return all(_within(value, now[name]) for name, value in said.items())
    return bool(all(item in now for item in said) if isinstance(said, list) else said == now)


def _take(project: Project, step: str, *targets: str) -> Project:
    """The project after one step: `+` installs, `-` removes."""
    packs = {"+A": [A], "+A2": [A2], "+B": [B]}.get(step, [])
    removed = {"-A": ["hello"], "-B": ["@acme/hello"]}.get(step, [])
    return project.after(project.plan(*packs, targets=targets, remove=removed))


@given(
    st.lists(st.sampled_from(["+A", "+A2", "+B", "-A", "-B"]), max_size=6),
    st.sampled_from([".cursorignore", "GEMINI.md"]),
    st.text("xy\n", min_size=1, max_size=9),
    st.booleans(),
)
def test_what_a_user_writes_into_texts_is_never_lost(steps: list[str], path: str, text: str, above: bool) -> None:
    project = USERS[1]
    for number, step in enumerate(steps):
        line = f"user {number} {text}\n".encode()
        data = project.files.get(path, b"")
        project = _take(project.edit(path, line + data if above else data + line), step, "cursor", "geminicli")
        for each in range(number + 1):
            assert f"user {each} {text}\n".encode() in project.files[path]


@given(st.lists(st.sampled_from(["+A", "+A2", "+B", "-A", "-B"]), min_size=1, max_size=6), st.integers(0, 5))
def test_what_a_user_writes_into_json_is_never_lost(steps: list[str], indent: int) -> None:
    project = USERS[0]
    path = ".mcp.json"
    for number, step in enumerate(steps):
        value = json.loads(project.files.get(path, b"{}"))
        value.setdefault("mcpServers", {})[f"mine{number}"] = {"command": step}
        project = _take(project.edit(path, json.dumps(value, indent=indent).encode()), step, "claudecode")
        servers = json.loads(project.files[path])["mcpServers"]
        assert [name for name in servers if name.startswith("mine")] == [f"mine{each}" for each in range(number + 1)]
    left = json.loads(project.remove("hello", "@acme/hello").files[path])
    assert left == {"mcpServers": {f"mine{number}": {"command": step} for number, step in enumerate(steps)}}


RULE = ".claude/rules/hello-style.md"


def test_a_file_that_was_changed_stops_an_update_and_survives_a_removal() -> None:
    project = Project().install(A, targets=["claudecode"]).edit(RULE, b"mine now")
    (conflict,) = project.plan(A2, targets=["claudecode"]).conflicts
    assert (conflict.code, conflict.path) == ("place-edited", RULE)
    assert "--force" in conflict.help
    assert project.plan(A2, targets=["claudecode"]).changes == ()
    assert [note.code for note in project.plan(A, targets=["claudecode"]).notes if note.path == RULE] == ["place-kept"]
    left = project.remove("hello")
    assert left.files == {RULE: b"mine now"}


def test_force_puts_a_copy_aside() -> None:
    project = Project().install(A, targets=["claudecode"]).edit(RULE, b"mine now")
    updated = project.install(A2, targets=["claudecode"], force=True)
    assert updated.files[f"{RULE}.packyard-orig"] == b"mine now"
    assert updated.files[RULE] == Project().install(A2, targets=["claudecode"]).files[RULE]
    removed = project.remove("hello", force=True)
    assert removed.files == {f"{RULE}.packyard-orig": b"mine now"}
    again = updated.edit(RULE, b"mine again").plan(A, targets=["claudecode"], force=True)
    assert [conflict.code for conflict in again.conflicts] == ["place-edited"]
    assert "packyard-orig" in again.conflicts[0].help


def test_a_file_of_the_user_is_not_overwritten() -> None:
    project = Project().edit(RULE, b"mine")
    (conflict,) = project.plan(A, targets=["claudecode"]).conflicts
    assert (conflict.code, conflict.path, conflict.expected) == ("place-taken", RULE, "what hello brings")
    forced = project.install(A, targets=["claudecode"], force=True)
    assert forced.files[f"{RULE}.packyard-orig"] == b"mine"


def test_an_equal_file_of_the_user_stays_theirs() -> None:
    made = Project().install(A, targets=["claudecode"])
    project = Project().edit(RULE, made.files[RULE])
    after = project.install(A, targets=["claudecode"])
    assert after.remove("hello") == project


def test_what_was_deleted_is_written_again_and_told() -> None:
    whole = Project().install(A, targets=["claudecode"])
    gone = whole.edit(RULE, None).edit(".mcp.json", None)
    plan = gone.plan(A, targets=["claudecode"])
    assert {note.path for note in plan.notes if note.code == "place-gone"} == {RULE, ".mcp.json"}
    assert gone.after(plan) == whole
    assert gone.remove("hello") == Project()


def test_a_key_with_another_value_is_refused_with_file_and_key() -> None:
    project = Project().edit(".mcp.json", b'{"mcpServers": {"hello-files": {"command": "other"}}}')
    (conflict,) = project.plan(A, targets=["claudecode"]).conflicts
    assert (conflict.code, conflict.path, conflict.found) == ("place-taken", ".mcp.json", "mcpServers.hello-files")
    same = json.loads(Project().install(A, targets=["claudecode"]).files[".mcp.json"])
    project = Project().edit(".mcp.json", json.dumps(same).encode())
    assert project.install(A, targets=["claudecode"]).remove("hello") == project


def test_a_key_that_was_changed_stays_when_the_pack_goes() -> None:
    project = Project().install(A, targets=["claudecode"])
    value = json.loads(project.files[".mcp.json"])
    value["mcpServers"]["hello-net"]["url"] = "https://example.org/mine"
    project = project.edit(".mcp.json", json.dumps(value).encode())
    assert [each.found for each in project.plan(A2, targets=["claudecode"]).conflicts] == ["mcpServers.hello-net"]
    left = project.remove("hello")
    assert json.loads(left.files[".mcp.json"]) == {"mcpServers": {"hello-net": value["mcpServers"]["hello-net"]}}


def test_a_block_that_was_changed_stays_when_the_pack_goes() -> None:
    project = Project().install(A, targets=["agentsmd"])
    project = project.edit("AGENTS.md", project.files["AGENTS.md"].replace(b"one", b"mine"))
    assert [each.code for each in project.plan(A2, targets=["agentsmd"]).conflicts] == ["place-edited"]
    left = project.remove("hello")
    assert left.files == {"AGENTS.md": project.files["AGENTS.md"]}
    forced = project.install(A2, targets=["agentsmd"], force=True)
    assert forced.files["AGENTS.md.packyard-orig"] == project.files["AGENTS.md"]
    assert b"two" in forced.files["AGENTS.md"]


def test_a_model_of_the_user_stays() -> None:
    project = Project().edit("opencode.json", b'{"model": "anthropic/claude-haiku-4-5"}')
    plan = project.plan(A, targets=["opencode"])
    assert json.loads(project.after(plan).files["opencode.json"])["model"] == "anthropic/claude-haiku-4-5"
    assert [note.found for note in plan.notes if note.code == "place-yours"] == ["model"]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        (".mcp.json", b"{"),
        (".mcp.json", b"[]"),
        (".mcp.json", b'{"mcpServers": 5}'),
        (".claude/settings.json", b'{"hooks": {"PreToolUse": {}}}'),
        ("AGENTS.md", b"<!-- packyard:begin hello -->\n"),
        ("AGENTS.md", "Regeln".encode("utf-16")),
        (".codex/config.toml", b"[mcp_servers.hello-files]\n"),
        (".codex/config.toml", b"a = " + b"[" * 5000),
    ],
)
def test_a_shared_file_that_cannot_take_it_is_refused(path: str, data: bytes) -> None:
    project = Project().edit(path, data)
    for force in (False, True):
        plan = project.plan(A, force=force)
        assert plan.changes == ()
        assert {conflict.path for conflict in plan.conflicts} == {path}
        assert all(conflict.message and conflict.help for conflict in plan.conflicts)


def test_two_packs_that_want_one_place_are_refused() -> None:
    one = pack("aa", {"mcp.json": '{"mcpServers": {"files": {"command": "a"}}}'})
    two = pack("bb", {"mcp.json": '{"mcpServers": {"files": {"command": "b"}}}'})
    for plan in (
        Project().plan(one, two, targets=["claudecode"]),
        Project().install(one, targets=["claudecode"]).plan(two, targets=["claudecode"]),
    ):
        (conflict,) = plan.conflicts
        assert (conflict.code, conflict.path, conflict.found) == ("place-collision", ".mcp.json", "mcpServers.files")
        assert conflict.message.startswith("aa and bb")


def test_two_packs_may_want_the_same() -> None:
    files = {"mcp.json": '{"mcpServers": {"files": {"command": "a"}}}'}
    one, two = pack("aa", files), pack("bb", files)
    both = Project().install(one, two, targets=["claudecode"])
    assert both.remove("aa") == Project().install(two, targets=["claudecode"])
    assert both.remove("aa").remove("bb") == Project()


def test_names_that_meet_are_refused() -> None:
    one, two = pack("aa", {"rules/b-c.md": "x"}), pack("aa-b", {"rules/c.md": "y"})
    (conflict,) = Project().plan(one, two, targets=["cursor"]).conflicts
    assert (conflict.code, conflict.path) == ("place-collision", ".cursor/rules/aa-b-c.mdc")
    one, two = pack("aa", {"commands/b-C.md": "x"}), pack("aa-b", {"commands/c.md": "y"})
    assert [each.code for each in Project().plan(one, two, targets=["cursor"]).conflicts] == ["place-collision"]


def test_a_pack_that_was_not_checked_cannot_leave_the_project() -> None:
    for path in ("../evil", "/etc/x", "a/../../b", ".git/hooks/x", "a\nb"):
        plan = Project().plan(pack("evil", {path: "x"}), targets=["claudecode"])
        assert {conflict.code for conflict in plan.conflicts} == {"path-invalid"}
        assert plan.changes == ()


def test_an_unknown_target_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        Project().plan(A, targets=["emacs"])
    assert caught.value.problem.code == "target-invalid"


def test_nothing_is_read_that_is_not_needed() -> None:
    both = Project().install(A, B)
    assert not any("acme" in change.path for change in both.plan(A2).changes)
    assert both.plan(remove=["nobody"]).changes == ()

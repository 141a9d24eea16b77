"""A plan as a unified diff."""

from __future__ import annotations

import subprocess
from pathlib import Path

from packyard.client.placing import diff
from packyard.client.placing.values import Change, Ledger, Plan
from tests.client.placing.bed import Project, full
from tests.tools import need


def plan(*changes: Change) -> Plan:
    """A plan of these changes."""
    return Plan(changes, (), (), (), Ledger())


def test_new_changed_and_removed_files() -> None:
    text = diff(plan(Change("a", None, b"x\n"), Change("b", b"x\ny\n", b"x\nz"), Change("c", b"x\n", None)))
    assert text == (
        "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n"
        "--- a/b\n+++ b/b\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n\\ No newline at end of file\n"
        "--- a/c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
    )


def test_a_binary_file_is_one_line() -> None:
    data = bytes(range(256))
    text = diff(plan(Change("a", None, data), Change("b", data, None), Change("c", b"text", data)))
    assert text.splitlines() == [
        "Binary file a is new (256 bytes)",
        "Binary file b is removed (256 bytes)",
        "Binary file c changes (256 bytes)",
    ]
    assert diff(plan(Change("a", None, b"x\n" * 200_000))) == "Long file a is new (400000 bytes)\n"


def test_nothing_acts_on_a_terminal() -> None:
    text = diff(plan(Change("a", None, "\x1b[2J\u202eevil\r\n".encode())))
    assert "+\\x1b[2J\\u202eevil\\r\n" in text


def test_patch_takes_it(tmp_path: Path) -> None:
    before = Project().edit("AGENTS.md", b"Our rules.\n").edit(".mcp.json", b'{\n  "mcpServers": {}\n}\n')
    made = before.plan(full("hello"))
    for path, data in before.files.items():
        (tmp_path / path).write_bytes(data)
    subprocess.run([need("patch"), "-p1", "-s"], input=diff(made).encode(), cwd=tmp_path, check=True)
    for path, data in before.after(made).files.items():
        if not path.startswith(".packyard"):
            assert (tmp_path / path).read_bytes() == data

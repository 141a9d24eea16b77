"""The log as Go's checksum database reads it: golang.org/x/mod/sumdb/note and tlog check what we write."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from packyard.formats import checkpoint, note
from tests.formats.logs import Store, grown
from tests.go.build import checklog
from tests.signing import new_signer

ORIGIN = "packs.example.org"

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checklog(tmp_path_factory.mktemp("go"))


def published(folder: Path, sizes: list[int]) -> tuple[Store, str]:
    """A site in `folder` whose log grew to these sizes, and its verifier key."""
    signer = new_signer()
    store, edge = grown(sizes)
    text = checkpoint.format_checkpoint(checkpoint.Checkpoint(ORIGIN, edge.size, edge.root))
    signed = note.parse_note(note.sign_note(text, signer, ORIGIN))
    witnessed = signed._replace(signatures=(*signed.signatures, note.cosign(text, new_signer(), "w.example", 1)))
    for path, data in {**store.files, "checkpoint": note.format_note(witnessed)}.items():
        file = folder / "log" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return store, note.format_vkey(note.vkey_of(signer, ORIGIN))


def run(program: Path, site: Path, vkey: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, site, vkey], capture_output=True, text=True, check=False, env=dict(os.environ))


@pytest.mark.parametrize("sizes", [[1], [2, 3], [255, 256], [257], [5, 250, 600, 600, 4096], [300, 65_536, 66_001]])
def test_go_accepts_our_logs(program: Path, tmp_path: Path, sizes: list[int]) -> None:
    _, vkey = published(tmp_path, sizes)
    found = run(program, tmp_path, vkey)
    assert (found.returncode, found.stdout) == (0, f"ok {sizes[-1]}\n"), found.stderr


def test_go_refuses_what_was_changed(program: Path, tmp_path: Path) -> None:
    store, vkey = published(tmp_path, [300, 700])
    assert run(program, tmp_path, vkey).returncode == 0
    for path in [*store.files, "checkpoint"]:
        file = tmp_path / "log" / path
        data = file.read_bytes()
        file.write_bytes(data[:9] + bytes([data[9] ^ 1]) + data[10:])
        assert run(program, tmp_path, vkey).returncode == 1, path
        file.write_bytes(data)
    other = note.format_vkey(note.vkey_of(new_signer(), ORIGIN))
    assert run(program, tmp_path, other).returncode == 1

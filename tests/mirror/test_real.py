"""Mirrors with the programs that people have: rsync and its daemon, nginx, wget; and the page that shows how."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from packyard.edges.mirror_source import open_source
from packyard.edges.mirroring import sync
from packyard.formats import layout
from packyard.formats.minisign import parse_public_key
from packyard.formats.trustfile import parse_trust
from packyard.mirror.values import Terms
from tests.mirror.bed import States, problems, put, put_more, readable, same, synced
from tests.mirror.servers import nginx, rsync_daemon
from tests.test_readme import DOCS, home, run, tour
from tests.tools import need

__all__ = ["home"]
CONTENT = ["--exclude=/SNAPSHOT*", "--exclude=/log/checkpoint"]


def rsync(*arguments: str | Path) -> None:
    subprocess.run([need("rsync"), "-a", *map(str, arguments)], check=True, capture_output=True, timeout=60)


@pytest.mark.interop
def test_sync_from_nginx(states: States, tmp_path: Path) -> None:
    site, mirror, now = put(tmp_path / "site", states.first), tmp_path / "mirror", int(time.time())
    with nginx(site, tmp_path) as address:
        sync(open_source(address), mirror, Terms(now))
        assert same(mirror, states.first)
        put(site, states.third)
        assert sync(open_source(address), mirror, Terms(now)).requests < 150
        assert same(mirror, states.third)
        assert sync(open_source(address), mirror, Terms(now)).requests == 1


@pytest.mark.interop
def test_two_passes_of_rsync(states: States, tmp_path: Path) -> None:
    site, copy = put(tmp_path / "site", states.first), f"{tmp_path}/copy/"
    with rsync_daemon(site, tmp_path) as address:
        for state in (states.first, states.second, states.third):
            put(site, state)
            rsync(*CONTENT, address, copy)
            rsync("--delete-after", address, copy)
            assert same(Path(copy), state)


@pytest.mark.interop
def test_rsync_while_the_site_is_published(states: States, tmp_path: Path) -> None:
    """Whatever the source is when a pass begins, clients of the copy find what its snapshot promises."""
    site, copy = put(tmp_path / "site", states.first), f"{tmp_path}/copy/"
    changed = [path for path, data in states.second.items() if states.first.get(path) != data]
    heads = [path for path in changed if path.startswith("SNAPSHOT") or path == layout.CHECKPOINT]
    kept = [path for path in changed if path.startswith(layout.BY_HASH)]
    order = [*kept, *(path for path in changed if path not in heads and path not in kept), *reversed(heads)]
    with rsync_daemon(site, tmp_path) as address:
        for at in (0, len(order) // 3, len(order) // 2, len(order) - 1):
            put(site, states.first)
            put_more(site, {path: states.second[path] for path in order[:at]})
            rsync(*CONTENT, address, copy)
            rsync("--delete-after", address, copy)
            assert readable(Path(copy)), at
            put_more(site, states.second)
        rsync(*CONTENT, address, copy)
        rsync("--delete-after", address, copy)
    assert same(Path(copy), states.second)


@pytest.mark.interop
def test_a_copy_by_rsync_is_carried_on(states: States, tmp_path: Path) -> None:
    rsync(f"{put(tmp_path / 'site', states.first)}/", f"{tmp_path}/mirror/")
    synced(states.third, tmp_path / "mirror")
    assert same(tmp_path / "mirror", states.third)


@pytest.mark.interop
def test_a_mirror_of_a_mirror(states: States, tmp_path: Path) -> None:
    one, other, now = tmp_path / "one", tmp_path / "other", int(time.time())
    for state in (states.first, states.third):
        synced(state, one)
        sync(open_source(str(one)), other, Terms(now))
        assert same(other, state)
    assert problems(other) == []


@pytest.mark.slow
@pytest.mark.interop
def test_commands_for_mirrors(home: Path, states: States, tmp_path: Path) -> None:
    need("wget")
    root = parse_trust(states.first["trust/1.json"]).root_keys[0]
    comment = f"untrusted comment: minisign public key {parse_public_key(root).key_id}"
    (home / "empty").mkdir()
    (home / "empty" / "root.pub").write_text(f"{comment}\n{root}\n")
    site = put(tmp_path / "www", states.first)
    with nginx(site, tmp_path) as address, rsync_daemon(site, tmp_path) as packs:
        names = {
            "rsync://packs.my.example/packs/": packs,
            "https://packs.my.example/": address,
            "https://packs.my.example": address.rstrip("/"),
        }
        blocks = tour(DOCS / "mirrors.md")
        for name, real in names.items():
            shown = [[line.replace(name, real) for line in block.shown] for block in blocks]
            codes = [block.code.replace(name, real) for block in blocks]
            blocks = [
                block._replace(code=code, shown=lines) for block, code, lines in zip(blocks, codes, shown, strict=True)
            ]
        run(home, blocks)

"""Folders: killed at any write, two at once, links."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from packyard.edges import deploy_folder
from packyard.edges.store import Workplace
from packyard.errors import WorldError
from packyard.formats import layout
from packyard.formats.snapshot import parse_snapshot
from tests.deploying.conftest import Deploy, Sites, files
from tests.deploying.places import Folder

KILLED = 86


def kill_at(at: int) -> None:
    """Ends this process, as by kill -9, before the change of that number on the disk."""
    left = [at]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            if left[0] == 0:
                os._exit(KILLED)
            left[0] -= 1
            return function(*arguments, **named)

        return wrapper

    patch = pytest.MonkeyPatch()
    for name in ("replace", "unlink", "mkdir", "rmdir"):
        patch.setattr(Path, name, counted(getattr(Path, name)))
    patch.setattr(shutil, "copyfileobj", counted(shutil.copyfileobj))


def killed(send: Deploy, site: Path, place: Folder, at: int) -> bool:
    """Deploys in a process that is killed at a change; whether it came to that."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            kill_at(at)
            send(site, place, jobs=1)
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED)
    return code == KILLED


def test_a_file_that_goes_while_the_folder_is_looked_through(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"")
    with deploy_folder.open_folder(tmp_path, 1) as target:
        looking = target.held(tmp_path, {})
        path, _ = next(looking)
        (tmp_path / ({"a", "b"} - {path}).pop()).unlink()
        with pytest.raises(WorldError) as caught:
            list(looking)
    assert caught.value.problem.code == "deploy-overtaken"


def lists_are_there(place: Folder) -> bool:
    """Whether all that the snapshot leads to can be read, in place or by its hash."""
    there = {path: data for path, data in place.files().items() if not path.rpartition("/")[2].startswith(".")}
    found = {sha256(data).hexdigest() for data in there.values()}
    return all(digest in found for _, digest in parse_snapshot(there[layout.SNAPSHOT]).sums)


@pytest.mark.slow
def test_killed_at_any_change_it_is_taken_up_again(sites: Sites, tmp_path: Path, send: Deploy) -> None:
    at = 0
    while True:
        place = Folder(tmp_path / str(at))
        place.seed(sites.old)
        if not killed(send, sites.new, place, at):
            break
        assert lists_are_there(place)
        send(sites.new, place)
        assert place.files() == files(sites.new)
        shutil.rmtree(place.root)
        at += 17
    assert at > 50


def test_a_second_one_is_told_to_wait(sites: Sites, folder: Folder, send: Deploy) -> None:
    folder.seed(sites.old)
    with deploy_folder.open_folder(folder.root, 1) as first:
        first.claim()
        with pytest.raises(WorldError) as stopped:
            send(sites.new, folder)
        assert stopped.value.problem.code == "deploy-overtaken"
        assert folder.files() == files(sites.old)
        first.release()
    send(sites.new, folder)


def test_a_snapshot_that_was_put_meanwhile_is_left(
    sites: Sites, folder: Folder, send: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By somebody who locks nothing."""
    folder.seed(sites.old)
    claim = deploy_folder.FolderTarget.claim

    def slow(self: deploy_folder.FolderTarget) -> None:
        claim(self)
        folder.write(layout.SNAPSHOT, files(sites.new)[layout.SNAPSHOT])

    monkeypatch.setattr(deploy_folder.FolderTarget, "claim", slow)
    with pytest.raises(WorldError) as stopped:
        send(sites.new, folder)
    assert stopped.value.problem.code == "deploy-overtaken"
    assert folder.files() == files(sites.old) | {layout.SNAPSHOT: files(sites.new)[layout.SNAPSHOT]}


def test_a_build_at_work_keeps_its_site_to_itself(sites: Sites, folder: Folder, send: Deploy) -> None:
    lock = Workplace(sites.newest).lock()
    try:
        with pytest.raises(WorldError) as stopped:
            send(sites.newest, folder)
    finally:
        os.close(lock)
    assert stopped.value.problem.code == "site-locked"
    assert not folder.root.exists()


@pytest.mark.parametrize("side", ["site", "target"])
def test_links_are_not_followed(sites: Sites, folder: Folder, send: Deploy, tmp_path: Path, side: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    folder.seed(sites.old)
    site = shutil.copytree(sites.new, tmp_path / "copy")
    page = (site if side == "site" else folder.root) / "index.html"
    page.unlink()
    page.symlink_to(tmp_path / "secret")
    with pytest.raises(WorldError):
        send(site, folder)
    assert (tmp_path / "secret").read_bytes() == b"secret"

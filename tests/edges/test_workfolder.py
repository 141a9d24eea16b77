"""A folder on a disk is read by the rules by which a commit is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from packyard.edges.git import Repository
from packyard.edges.workfolder import DiskSource, WorkingTree, read_file, read_pack, write_file
from packyard.errors import FormatError, ProblemsFound, UsageError
from packyard.history import SOURCE
from packyard.rules.folder import LIMITS, read_folder
from tests.registry import TestRegistry, small


def checked_out(registry: TestRegistry) -> Path:
    """The registry's repository with its files in the working tree."""
    for path, data in registry.files.items():
        write_file(registry.path / SOURCE / path, data)
    return registry.path


def test_disk_and_commit_are_the_same_source(tmp_path: Path) -> None:
    repo = checked_out(small(tmp_path / "repo"))
    repository = Repository(repo)
    place = f"{SOURCE}/packs/he/hello/1.0.0"
    tree = repository.subtree(repository.resolve("HEAD").tree, place)
    committed = read_folder(repository, tree, "hello", LIMITS)
    worked_on = read_folder(DiskSource(repo / place), "", "hello", LIMITS)
    assert worked_on == committed
    assert worked_on.files


def test_links_and_gits_own_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    (tmp_path / "a").write_text("a")
    (tmp_path / "link").symlink_to("a")
    folder = read_pack(tmp_path, LIMITS)
    assert set(folder.files) == {"a"}
    assert [problem.code for problem in folder.problems] == ["symlink"]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    folder = read_pack(tmp_path, LIMITS)
    assert [problem.code for problem in folder.problems] == ["path-unknown"]


def test_limits(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * 2000)
    assert [problem.code for problem in read_pack(tmp_path, {"expanded": 1000}).problems] == ["too-large"]
    with pytest.raises(FormatError):
        read_file(tmp_path / "large", 1999)
    assert len(read_file(tmp_path / "large", 2000)) == 2000


def test_writing_is_whole_and_sets_the_mode(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "run", b"#!/bin/sh\n")
    write_file(tmp_path / "a" / "text", b"text")
    write_file(tmp_path / "a" / "text", b"again")
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["run", "text"]
    assert (tmp_path / "a" / "run").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "a" / "text").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "a" / "text").read_bytes() == b"again"


def test_the_working_tree_of_a_registry(tmp_path: Path) -> None:
    tree = WorkingTree(checked_out(small(tmp_path / "repo")))
    assert tree.registry().origin == "packs.example.org"
    authority = tree.authority()
    alice = authority.publisher("alice", 1)
    assert alice is not None
    assert authority.holder(alice.keys[0].key_id) == "alice"
    assert authority.org("acme", 1) is not None
    assert tree.versions("hello") == ("1.0.0", "1.1.0")
    assert tree.versions("@acme/tools") == ("1.0.0",)
    assert [statement.action for statement in tree.statements("hello")] == ["yank"]
    assert tree.statements("other")[0].fields == {"replacement": "hello"}
    assert tree.versions("nothing") == ()


def test_what_is_wrong_in_the_working_tree(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        WorkingTree(tmp_path)
    repo = checked_out(small(tmp_path / "repo"))
    (repo / SOURCE / "publishers" / "alice.yaml").write_text("handle: [alice\n")
    with pytest.raises(ProblemsFound) as caught:
        WorkingTree(repo).authority()
    assert caught.value.problem.path == f"{SOURCE}/publishers/alice.yaml"
    (repo / SOURCE / "registry.yaml").unlink()
    with pytest.raises(ProblemsFound) as caught:
        WorkingTree(repo).registry()
    assert caught.value.problem.code == "settings-missing"

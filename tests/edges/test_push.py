"""The git program as it is called: bounded in time and output, and never on another repository than the one named."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from packyard.edges import push
from packyard.edges.push import OUTPUT, GitFailed
from packyard.errors import UsageError, WorldError
from packyard.submitting.proposals import Push
from tests.forges import git, hook, refs

HEADS = "refs/heads"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A repository with one commit, and an empty bare one that is its origin."""
    git(tmp_path, "init", "-q", "own")
    git(tmp_path, "init", "-q", "--bare", "theirs.git")
    own, theirs = tmp_path / "own", tmp_path / "theirs.git"
    git(own, "commit", "-q", "--allow-empty", "-m", "Begin")
    git(own, "remote", "add", "origin", str(theirs))
    return own, theirs


def head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD")


def test_push_and_fetch(pair: tuple[Path, Path]) -> None:
    own, theirs = pair
    assert push.push(own, "origin", head(own), Push(f"{HEADS}/a/b")).taken
    assert refs(theirs) == {f"{HEADS}/a/b": head(own)}
    assert push.fetch(own, "origin", f"{HEADS}/a/b", "refs/packyard/x")
    assert not push.fetch(own, "origin", f"{HEADS}/nowhere", "refs/packyard/y")
    assert refs(own)["refs/packyard/x"] == head(own)
    assert not (own / ".git" / "FETCH_HEAD").exists()


def test_nothing_is_overwritten_but_what_is_named(pair: tuple[Path, Path]) -> None:
    own, theirs = pair
    first = head(own)
    push.push(own, "origin", first, Push(f"{HEADS}/a"))
    git(own, "commit", "-q", "--amend", "--allow-empty", "-m", "Begin otherwise")
    for replaces in ("", head(own)):
        with pytest.raises(GitFailed):
            push.push(own, "origin", head(own), Push(f"{HEADS}/a"), replaces)
    assert refs(theirs)[f"{HEADS}/a"] == first
    push.push(own, "origin", head(own), Push(f"{HEADS}/a"), first)
    assert refs(theirs)[f"{HEADS}/a"] == head(own)


def test_what_a_server_says_is_bounded(pair: tuple[Path, Path]) -> None:
    own, theirs = pair
    hook(theirs, "yes 'no, and no again' | head -n 100000 >&2; echo last >&2; exit 1")
    with pytest.raises(GitFailed) as caught:
        push.push(own, "origin", head(own), Push(f"{HEADS}/a"))
    assert sum(map(len, caught.value.words)) <= OUTPUT
    assert "remote: last" in caught.value.words


def test_a_server_that_never_ends(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    own, _ = pair
    monkeypatch.setattr(push, "SECONDS", 0.3)
    monkeypatch.setattr(push, "GRACE", 0.1)
    monkeypatch.setenv("GIT_SSH_COMMAND", "sleep 3;")
    with pytest.raises(WorldError) as caught:
        push.fetch(own, "ssh://example.org/x", f"{HEADS}/a", "refs/packyard/x")
    assert caught.value.problem.code == "git-failed"


def test_a_calling_git_does_not_lead_astray(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    own, theirs = pair
    monkeypatch.setenv("GIT_DIR", str(theirs))
    monkeypatch.setenv("GIT_WORK_TREE", str(theirs))
    commit = (own / ".git" / "refs" / "heads" / "main").read_text().strip()
    assert push.push(own, "origin", commit, Push(f"{HEADS}/a")).taken


def test_messages_are_understood_in_every_language(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    own, theirs = pair
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    git(theirs, "config", "receive.advertisePushOptions", "false")
    assert not push.push(own, "origin", head(own), Push(f"{HEADS}/a", ("x=y",))).taken


def test_settings_for_pushes_of_ones_own_do_not_count(pair: tuple[Path, Path]) -> None:
    own, theirs = pair
    git(theirs, "config", "receive.advertisePushOptions", "false")
    for name, value in (
        ("push.pushOption", "ci.skip"),
        ("push.gpgSign", "true"),
        ("push.followTags", "true"),
        ("push.recurseSubmodules", "check"),
        ("fetch.prune", "true"),
        ("fetch.pruneTags", "true"),
        ("remote.origin.mirror", "false"),
    ):
        git(own, "config", name, value)
    git(own, "tag", "-a", "-m", "x", "own-tag")
    assert push.push(own, "origin", head(own), Push(f"{HEADS}/a")).taken
    git(own, "update-ref", "refs/packyard/kept", head(own))
    assert push.fetch(own, "origin", f"{HEADS}/a", "refs/packyard/x")
    assert refs(theirs) == {f"{HEADS}/a": head(own)}
    assert {"refs/packyard/kept", "refs/packyard/x"} < set(refs(own))


@contextmanager
def asking() -> Iterator[tuple[str, list[str | None]]]:
    """A web server that wants a password and then knows nothing; its address, and the passwords it got."""
    seen: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_response(404 if seen[-1] else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Keeps the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_password_in_an_address_is_for_git_alone(
    pair: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, _ = pair
    trace = tmp_path / "trace"  # every command that git runs, with its arguments
    monkeypatch.setenv("GIT_TRACE", str(trace))
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    with asking() as (host, seen):
        address = f"http://robot:s%40cret@{host}/acme/packs.git"
        for call in (
            lambda: push.fetch(own, address, f"{HEADS}/a", "refs/packyard/x"),
            lambda: push.push(own, address, head(own), Push(f"{HEADS}/a")),
            lambda: push.clone(address, tmp_path / "kept"),
        ):
            with pytest.raises(GitFailed) as caught:
                call()
            assert "cret" not in repr((caught.value.words, caught.value.problem))
    basic = b64encode(b"robot:s@cret").decode()
    assert set(seen) == {None, f"Basic {basic}"}
    assert "cret" not in trace.read_text()
    assert f"http://{host}/acme/packs.git" in trace.read_text()


def test_what_git_says_is_kept_without_passwords() -> None:
    said = push.Ran(1, "fatal: https://u:p@ss@host/x and http://tok@host:1/y: ssh://git@host/z")
    assert said.words == ("fatal: https://host/x and http://host:1/y: ssh://git@host/z",)


def test_a_clone_is_whole_or_not_at_all(pair: tuple[Path, Path], tmp_path: Path) -> None:
    own, theirs = pair
    push.push(own, "origin", head(own), Push(f"{HEADS}/main"))
    push.clone(str(theirs), tmp_path / "cache" / "one")
    assert refs(tmp_path / "cache" / "one")["refs/remotes/origin/main"] == head(own)
    with pytest.raises(GitFailed):
        push.clone(str(tmp_path / "nowhere"), tmp_path / "cache" / "two")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["one"]


def test_without_git(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    own, _ = pair
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError) as caught:
        push.fetch(own, "origin", f"{HEADS}/a", "refs/packyard/x")
    assert caught.value.problem.code == "git-missing"

"""The driver: what it costs, what it remembers, whoever else is at work, whenever it dies, and over a real network."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from packyard.client.consult import Answer, Step
from packyard.client.state import LIMIT, check_known, parse_known, parse_state
from packyard.edges import remembering
from packyard.edges.cache import Cache
from packyard.edges.clientstate import ClientState
from packyard.edges.mirrored import open_mirrored
from packyard.edges.remembering import recall
from packyard.edges.session import Session
from packyard.edges.web import Patience, Web
from packyard.errors import BadChecksum, BadKey, Stale, TrustError, WorldError
from packyard.formats import layout
from tests.badserver import Behaviour, drip, endless, redirect, serving, whole
from tests.client.simulated import Place, User, newest
from tests.client.simulator import Registry, small
from tests.registry import small as real_registry
from tests.sites import CRASHED, built
from tests.tools import sampled


@pytest.fixture
def registry() -> Registry:
    return small()


# --- what it costs ---


def large(packs: int = 13) -> Registry:
    """A pack with a dozen dependencies."""
    registry = Registry()
    registry.publisher("alice")
    needs = {f"needed-{number}": "^1" for number in range(packs - 1)}
    for name in needs:
        registry.version(name, "1.0.0", "alice")
    registry.version("whole", "1.0.0", "alice", manifest={"dependencies": needs})
    registry.seal()
    return registry


@pytest.mark.usefixtures("quick_disk")
def test_a_dozen_dependencies_take_three_rounds(tmp_path: Path) -> None:
    registry = large()
    user = User(tmp_path, registry.time)
    assert len(user.ask(registry.place(), "whole").opened) == 13
    assert user.traffic.rounds <= 3


@pytest.mark.usefixtures("quick_disk")
@pytest.mark.parametrize("names", [(), ("hello",), ("hello", "@acme/tools", "evil")])
def test_nothing_new_is_one_request(registry: Registry, tmp_path: Path, names: tuple[str, ...]) -> None:
    user = User(tmp_path, registry.time)
    user.ask(registry.place(), *names)
    before = user.remembered()
    user.ask(registry.place(), *names)
    assert (user.traffic.requests, user.traffic.rounds) == (1, 1)
    assert user.traffic.received <= 1_500
    assert user.remembered() == before


@pytest.mark.usefixtures("quick_disk")
def test_a_new_version_takes_six_requests_and_the_tarball(registry: Registry, tmp_path: Path) -> None:
    user = User(tmp_path, registry.time)
    user.ask(registry.place(), "hello")
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    place = registry.place()
    assert ("hello", "1.2.0") in user.ask(place, "hello").opened
    assert len([path for path in place.asked if not path.endswith(".tar.gz")]) <= 6
    assert user.traffic.rounds <= 3


@pytest.mark.usefixtures("quick_disk")
def test_only_new_entries_are_fetched(registry: Registry, tmp_path: Path) -> None:
    user = User(tmp_path, registry.time)
    user.ask(registry.place())
    registry.seal()
    user.ask(registry.place())
    assert user.traffic.requests == 2
    assert user.traffic.received < 1_300


# --- what it remembers ---


@pytest.mark.usefixtures("quick_disk")
def test_what_is_not_proven_is_not_in_the_cache(registry: Registry, tmp_path: Path) -> None:
    place = registry.place()
    place.files[layout.tarball("hello", "1.1.0")] = b"no"
    user = User(tmp_path, registry.time)
    with pytest.raises(BadChecksum):
        user.ask(place, "hello")
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("quick_disk")
def test_entries_that_are_gone_are_missed(registry: Registry, tmp_path: Path) -> None:
    user = User(tmp_path, registry.time)
    user.ask(registry.place(), "hello")
    entries = tmp_path / "state" / "entries"
    whole_file = entries.read_bytes()
    for damaged in (b"", whole_file[:-1], whole_file[:500], whole_file.replace(b"\n1 ", b"\n2 "), b"x" + whole_file):
        entries.write_bytes(damaged)
        with pytest.raises(WorldError) as caught:
            user.ask(registry.place(), "hello")
        assert caught.value.problem.code == "state-invalid"
    entries.write_bytes(whole_file + b"half a li")
    assert user.ask(registry.place(), "hello").opened


@pytest.mark.usefixtures("quick_disk")
def test_too_many_entries_are_forgotten(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that has seen too much goes on like one that was away for long: it never ends up with nothing."""
    monkeypatch.setattr(remembering, "ENTRIES_LIMIT", 8_000)
    user = User(tmp_path, registry.time)
    for number in range(20):
        registry.version("hello", f"2.{number}.0", "alice")
        registry.seal()
        user.now = registry.time
        assert user.ask(registry.place(), "hello").opened
        assert (tmp_path / "state" / "entries").stat().st_size < 8_000
    assert recall(user.memory).state


@pytest.mark.usefixtures("quick_disk")
def test_a_root_key_that_was_given_later_is_remembered(registry: Registry, tmp_path: Path) -> None:
    user = User(tmp_path, registry.time)
    user.ask(registry.place())
    user.root_key = registry.trusts[0].root_keys[1]
    user.ask(registry.place())
    assert user.traffic.requests == 2
    user.ask(registry.place())
    assert user.traffic.requests == 1
    state = recall(user.memory).state
    assert state
    assert state.root == user.root_key


# --- others at work ---


@pytest.mark.usefixtures("quick_disk")
def test_two_at_once(registry: Registry, tmp_path: Path) -> None:
    """Whoever ends second is asked again whether that holds after what the first has seen."""
    old = registry.place()
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    new, user = registry.place(), User(tmp_path, registry.time)
    done: list[Answer] = []

    def meanwhile(path: str, data: bytes | None) -> bytes | None:
        if path.endswith(".tar.gz") and not done:
            done.append(user.session(new).ask(("hello",), newest))
        return data

    old.faults.append(meanwhile)
    with pytest.raises(Stale) as caught:
        user.session(old).ask(("hello",), newest)
    assert caught.value.problem.code == "snapshot-older"
    state = recall(user.memory).state
    assert state
    assert state.head.number == 3


@pytest.mark.usefixtures("quick_disk")
def test_two_at_once_who_see_two_registries(registry: Registry, tmp_path: Path) -> None:
    """The first contact of one is not undone by that of the other."""
    other, user = Registry(roots=("root-4", "root-5")), User(tmp_path, registry.time)
    other.publisher("alice")
    other.version("hello", "6.6.6", "alice")
    other.seal()
    done: list[Answer] = []

    def meanwhile(path: str, data: bytes | None) -> bytes | None:
        if path.startswith("log/") and not done:
            done.append(user.session(registry.place()).ask(("hello",), newest))
        return data

    evil = other.place()
    evil.faults.append(meanwhile)
    with pytest.raises(TrustError):
        user.session(evil).ask(("hello",), newest)


@pytest.mark.usefixtures("quick_disk")
def test_two_at_once_who_see_the_same(registry: Registry, tmp_path: Path) -> None:
    user, done = User(tmp_path, registry.time), list[Answer]()

    def meanwhile(path: str, data: bytes | None) -> bytes | None:
        if path.startswith("log/") and not done:
            done.append(user.session(registry.place()).ask(("evil",), newest))
        return data

    place = registry.place()
    place.faults.append(meanwhile)
    assert user.session(place).ask(("hello",), newest).opened


@pytest.mark.usefixtures("quick_disk")
def test_many_at_once(registry: Registry, tmp_path: Path) -> None:
    user = User(tmp_path, registry.time)
    names = ("hello", "evil", "other", "@acme/tools") * 3
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            assert user.session(registry.place()).ask((name,), newest).opened
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert recall(user.memory).state


# --- whenever it dies ---


def die_at(count: int) -> None:
    """Ends this process, as by kill -9, before so many changes of the disk were made."""
    left = [count]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            if left[0] == 0:
                os._exit(CRASHED)
            left[0] -= 1
            return function(*arguments, **named)

        return wrapper

    for owner, name in (
        (os, "fsync"),
        (os, "rename"),
        (os, "mkdir"),
        (os, "unlink"),
        (os, "fdopen"),
        (Path, "replace"),
        (Path, "open"),
    ):
        setattr(owner, name, counted(getattr(owner, name)))


def crash(user: User, registry: Registry, count: int) -> bool:
    """Asks in a process that dies; whether it did."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            die_at(count)
            user.ask(registry.place(), "hello")
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, CRASHED)
    return code == CRASHED


def counts(user: User) -> None:
    """What the state counts is there."""
    data = user.memory.load(LIMIT)
    if data is not None:
        state, entries = parse_state(data), user.memory.entries(1 << 20)
        check_known(state, parse_known(entries[state.begun : state.written]), len(entries))


@pytest.mark.parametrize("story", sampled(["new", "first", "anew", "forgetting"], str, 4))
def test_death_between_any_two_writes(
    registry: Registry, tmp_path: Path, story: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = User(tmp_path / "before", registry.time)
    if story != "first":
        before.ask(registry.place(), "hello")
    if story == "forgetting":
        monkeypatch.setattr(remembering, "ENTRIES_LIMIT", 5_000)
    if story == "anew":
        registry.log_key = "log-2"
        registry.trust()
        registry.cut(len(registry.log) - 1)
    yanked = registry.thief("snapshot", "log-2" if story == "anew" else "log")
    registry.version("hello", "1.2.0", "alice")
    registry.statement("yank", "hello", "alice", version="1.2.0")
    registry.seal()
    yanked.number, yanked.time = registry.number, registry.time
    yanked.enter(registry.log[-3])
    yanked.chain()
    for count in range(200):
        user = User(tmp_path / f"user-{count}", registry.time)
        if story != "first":
            shutil.copytree(tmp_path / "before", user.folder)
        died = crash(user, registry, count)
        counts(user)
        state = recall(user.memory).state
        if state and state.head.number == registry.number:
            user.refuses(Stale, "log-forked", yanked.place(), "hello")
        assert user.ask(registry.place(), "hello").opened
        assert user.ask(registry.place(), "hello").opened
        shutil.rmtree(user.folder)
        if not died:
            break
    assert 5 < count < 199


# --- over a real network ---


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder behind Python's own server."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def session(folder: Path, *places: str, web: Web | None = None) -> Session:
    """A session at real places."""
    return Session(open_mirrored(places, web=web), ClientState(folder / "state"), Cache(folder / "cache"))


def test_a_real_site_over_http_and_in_a_folder(tmp_path: Path) -> None:
    """Built from git by the real builder; the second time with a version more."""
    source, site = real_registry(tmp_path / "repo"), tmp_path / "site"
    built(tmp_path / "repo", site)
    names = ("@acme/tools", "hello", "other")
    with served(site) as url:
        for place, folder in ((url, tmp_path / "web"), (str(site), tmp_path / "folder")):
            answer = session(folder, place).ask(names, newest)
            assert sorted(answer.opened) == [("@acme/tools", "1.0.0"), ("hello", "1.1.0"), ("other", "0.1.0")]
            assert answer.packs["hello"].pack.versions[1].yanked
        source.version("hello", "1.2.0", "alice")
        source.commit("Publish hello 1.2.0")
        built(tmp_path / "repo", site)
        for place, folder in ((url, tmp_path / "web"), (str(site), tmp_path / "folder")):
            asked = session(folder, place)
            assert ("hello", "1.2.0") in asked.ask(names, newest).opened
            assert asked.places.traffic.rounds <= 3
        again = session(tmp_path / "web", url)
        again.ask(names, newest)
        assert again.places.traffic.requests == 1
        assert again.places.traffic.received <= 1_500


def bad_site(registry: Registry, **changes: Behaviour) -> dict[str, Behaviour]:
    """The registry's site, but for some paths."""
    site = {f"/{path}": whole(data) for path, data in registry.site.items()}
    return site | {f"/{path}": behaviour for path, behaviour in changes.items()}


HASTY = Patience(connect=5, silence=5, whole=2, slowest=1_000_000, attempts=1)


@pytest.mark.parametrize("path", [layout.SNAPSHOT_BUNDLE, layout.tarball("hello", "1.1.0")])
@pytest.mark.parametrize("kind", ["slow", "endless", "elsewhere"])
def test_slow_endless_and_redirected(registry: Registry, tmp_path: Path, path: str, kind: str) -> None:
    thief = registry.thief("snapshot", "log")
    with serving(bad_site(thief)) as other:
        behaviour = {
            "slow": drip(bytes(1_000), 0.05),
            "endless": endless(),
            "elsewhere": redirect(f"{other.url}/{path}"),
        }[kind]
        with serving(bad_site(registry, **{path: behaviour})) as bad, serving(bad_site(registry)) as good:
            clock = functools.partial(float, registry.time)
            places = open_mirrored([bad.url], web=Web(HASTY))
            alone = Session(places, ClientState(tmp_path / "a"), Cache(tmp_path / "ac"), clock=clock)
            with pytest.raises(WorldError) as caught:
                alone.ask(("hello",), newest)
            assert caught.value.exit_code == 3
            assert bad.url in caught.value.problem.path
            assert not (tmp_path / "a" / "state.json").exists()
            places = open_mirrored([bad.url, good.url], web=Web(HASTY))
            both = Session(places, ClientState(tmp_path / "b"), Cache(tmp_path / "bc"), clock=clock)
            assert both.ask(("hello",), newest).opened
        if kind == "elsewhere":
            assert other.asked == []


def test_a_dump_behind_a_real_server(registry: Registry, tmp_path: Path) -> None:
    """The same story as in memory, over http."""
    thief = registry.thief("snapshot", "log", "mallory")
    thief.version("hello", "2.0.0", "mallory")
    thief.releases["hello"].pop()
    thief.seal()
    registry.dump(tmp_path / "good")
    thief.dump(tmp_path / "bad")
    clock = functools.partial(float, registry.time)
    with served(tmp_path / "good") as good, served(tmp_path / "bad") as bad:
        told: list[str] = []
        places, memory = open_mirrored([bad, good]), ClientState(tmp_path / "state")
        asked = Session(places, memory, Cache(tmp_path / "cache"), "", told.append, clock)
        assert asked.ask(("hello",), newest).packs["hello"].pack.latest.release.version == "1.1.0"
        assert any(line.startswith(f"{bad} is set aside") for line in told)
        assert list((tmp_path / "state" / "evidence").iterdir())


def test_another_root_key_over_http(registry: Registry, tmp_path: Path) -> None:
    registry.dump(tmp_path / "site")
    with served(tmp_path / "site") as url:
        places, key = open_mirrored([url]), Registry(roots=("root-4",), threshold=1).trusts[0].root_keys[0]
        asked = Session(places, ClientState(tmp_path / "state"), Cache(tmp_path / "cache"), key)
        with pytest.raises(BadKey):
            asked.ask((), lambda packs: Step())


def test_an_asked_path_is_never_outside(registry: Registry, tmp_path: Path) -> None:
    """Whatever a document names, only files of the site are asked for."""
    thief = registry.thief("snapshot", "log")

    def edit(document: dict[str, Any]) -> None:
        document["authority"][0]["path"] = "publishers/../../etc/passwd/1.yaml"

    thief.document("hello", edit)
    thief.chain()
    place = thief.place()
    with pytest.raises(TrustError):
        User(tmp_path, thief.time).ask(place, "hello")
    assert not [path for path in place.asked if ".." in path]


def test_places_are_asked_in_turn(registry: Registry, tmp_path: Path) -> None:
    first, second = registry.place(), registry.place("https://two.example")
    User(tmp_path, registry.time).ask((first, second), "hello")
    assert second.asked == []
    assert isinstance(first, Place)

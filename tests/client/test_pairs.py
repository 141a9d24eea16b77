"""Faults of places, alone and in pairs, and lies of thieves in pairs: nothing but the truth is ever believed; and where
one place is honest, what is wrong with the others, or passes, keeps nobody from it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from packyard.client.consult import Answer
from packyard.errors import NotFound, TrustError, WorldError
from packyard.formats import entries, layout
from tests.client.simulated import Place, User
from tests.client.simulator import Registry, publisher_key, signer, small
from tests.tools import sampled

pytestmark = pytest.mark.usefixtures("quick_disk")

Document = dict[str, Any]
Fault = Callable[[str, bytes | None], bytes | None]


class Scene:
    """A registry at three times, somebody who knows it since the second, and what is true at the third."""

    def __init__(self, folder: Path) -> None:
        registry = small()
        registry.publisher("alice", publisher_key("alice"), publisher_key("alice-2"), by="alice")
        registry.version("hello", "1.1.1", "alice-2", handle="alice")
        registry.seal()
        self.folder, self.old = folder, dict(registry.site)
        User(folder / "known", registry.time).ask(registry.place(), "hello", "@acme/tools")
        registry.statement("deprecate", "hello", "alice", version="1.1.0")
        registry.version("hello", "1.2.0", "alice-2", handle="alice")
        registry.seal()
        self.registry = registry
        self.truth = facts(User(folder / "truth", registry.time).ask(registry.place(), "hello", "@acme/tools"))
        self.count = 0

    def user(self, warm: bool) -> User:
        """Somebody who knows the registry, or does not."""
        self.count += 1
        folder = self.folder / f"user-{self.count}"
        if warm:
            shutil.copytree(self.folder / "known", folder)
        return User(folder, self.registry.time)

    def believed(self, user: User, *places: Place) -> bool:
        """Whether what the places say is believed; then it is the truth. If not, nothing is remembered."""
        before = user.remembered()
        try:
            answer = user.ask(places, "hello", "@acme/tools")
        except (TrustError, WorldError):
            assert user.remembered() == before
            return False
        assert facts(answer) == self.truth
        return True


def facts(answer: Answer) -> object:
    """What somebody gets to know."""
    head = answer.head.snapshot
    packs = [proven.pack for _, proven in sorted(answer.packs.items())]
    return head.number, head.log_root, packs, sorted(answer.opened.values())


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return Scene(tmp_path_factory.mktemp("scene"))


# --- faults of places ---


@lru_cache
def kinds() -> Mapping[str, str]:
    """A path of every kind of file that a client reads."""
    shard = f"index/{layout.shard('hello'):02x}.sums"
    return {
        "bundle": layout.SNAPSHOT_BUNDLE,
        "trust": "trust/1.json",
        "signature of trust": f"trust/1.json.{signer('root-1').key_id}.minisig",
        "shards": "index.sums",
        "shard": shard,
        "list": "packs/hello/files.sums",
        "document": "packs/hello/index.json",
        "statement": "packs/hello/statements/0001-yank.yaml",
        "signature of a statement": "packs/hello/statements/0001-yank.yaml.alice.minisig",
        "publisher": "publishers/alice/1.yaml",
        "signature of a publisher": "publishers/alice/2.yaml.minisig",
        "organisation": "orgs/acme/1.yaml",
        "signature of an organisation": "orgs/acme/1.yaml.alice.minisig",
        "checksums": "packs/hello/1.0.0/SHA256SUMS",
        "signature of a version": "packs/hello/1.0.0/SHA256SUMS.minisig",
        "tarball": layout.tarball("hello", "1.2.0"),
        "entries": "log/tile/entries/000.p/",
    }


def at(path: str, change: Callable[[bytes], bytes | None], asked: str, data: bytes | None) -> bytes | None:
    """A fault of one path, or of those that begin with it."""
    return change(data) if data is not None and asked.startswith(path) else data


def flipped(data: bytes, place: float, bit: int = 1) -> bytes:
    """One bit is another, if there is one."""
    if not data:
        return data
    where = min(int(len(data) * place), len(data) - 1)
    return data[:where] + bytes((data[where] ^ bit,)) + data[where + 1 :]


CHANGES: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda data: None,
    "empty": lambda data: b"",
    "first byte": lambda data: data[:1],
    "first half": lambda data: data[: len(data) // 2],
    "without the last byte": lambda data: data[:-1],
    "one byte more": lambda data: data + b"\n",
    "twice": lambda data: data + data,
    "zeros": lambda data: bytes(len(data)),
    "first bit": lambda data: flipped(data, 0),
    "a bit in front": lambda data: flipped(data, 0.1),
    "a bit in the middle": lambda data: flipped(data, 0.5),
    "a bit behind": lambda data: flipped(data, 0.8, 4),
    "last bit": lambda data: flipped(data, 1),
    "not UTF-8": lambda data: b"\xff" + data[1:],
    "page of an error": lambda data: b"<html>It works!</html>",
    "deeply nested": lambda data: b"[" * 50_000,
    "brackets": lambda data: b'{"a":' * 50_000,
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
}

CASES = [(kind, change) for kind in kinds() for change in CHANGES]


def fault_of(case: tuple[str, str]) -> Fault:
    kind, change = case
    return partial(at, kinds()[kind], CHANGES[change])


@pytest.mark.parametrize("case", sampled(CASES, " ".join, 11))
def test_one_fault(scene: Scene, case: tuple[str, str]) -> None:
    for warm in (False, True):
        user, place = scene.user(warm), scene.registry.place()
        place.faults.append(fault_of(case))
        scene.believed(user, place)
        good = scene.registry.place("https://two.example")
        assert scene.believed(user, place, good)
        assert scene.believed(scene.user(warm), good, place)


@pytest.mark.parametrize("case", sampled(list(combinations(CASES[::7], 2)), str, 40))
def test_two_faults(scene: Scene, case: tuple[tuple[str, str], tuple[str, str]]) -> None:
    """In one place, and in two of them: each has what the other lacks."""
    for warm in (False, True):
        user, place = scene.user(warm), scene.registry.place()
        place.faults += map(fault_of, case)
        scene.believed(user, place)
        first, second = scene.registry.place(), scene.registry.place("https://two.example")
        first.faults.append(fault_of(case[0]))
        second.faults.append(fault_of(case[1]))
        scene.believed(scene.user(warm), first, second)
        assert scene.believed(user, first, second, scene.registry.place("https://three.example"))


def test_an_old_place_and_a_new_one(scene: Scene) -> None:
    """Whoever knows nothing newer may believe the old one; nobody gets a mixture."""
    old, new = Place("https://one.example", scene.old), scene.registry.place("https://two.example")
    user = scene.user(True)
    assert scene.believed(user, new)
    assert scene.believed(user, old, new)
    assert "https://one.example is set aside" in user.told[-1]
    answer = scene.user(False).ask((old, new), "hello")
    assert answer.head.snapshot.number == 3
    assert answer.packs["hello"].pack.latest.release.version == "1.1.1"


class Passing:
    """A place that cannot be reached for some requests, now and then."""

    def __init__(self, every: int, times: int) -> None:
        self.every, self.left, self.count = every, times, 0

    def __call__(self, path: str, data: bytes | None) -> bytes | None:
        self.count += 1
        if self.left and self.count % self.every == 0:
            self.left -= 1
            raise WorldError("network-failed", "the connection broke", path=path)
        return data


@pytest.mark.parametrize("every", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("case", sampled(CASES[::5], " ".join, 20))
def test_a_failure_that_passes_and_a_fault(scene: Scene, case: tuple[str, str], every: int) -> None:
    """Of two places one is honest and fails for a moment, the other one is wrong: together they never say anything
    wrong, and the next time all is well.
    """
    for warm in (False, True):
        good, bad = scene.registry.place(), scene.registry.place("https://two.example")
        good.faults.append(Passing(every, 2))
        bad.faults.append(fault_of(case))
        user = scene.user(warm)
        scene.believed(user, good, bad)
        good.faults.clear()
        assert scene.believed(user, good, bad)


@pytest.mark.parametrize("every", [1, 2, 3, 5, 8])
def test_a_failure_that_passes_at_honest_places(scene: Scene, every: int) -> None:
    for warm in (False, True):
        places = [scene.registry.place(f"https://{name}.example") for name in ("one", "two")]
        places[0].faults.append(Passing(every, 3))
        assert scene.believed(scene.user(warm), *places)


# --- lies of who holds both keys ---


def hide_statement(thief: Registry) -> Callable[[Document], None]:
    def edit(document: Document) -> None:
        document["statements"].pop()
        document["versions"][-2]["deprecated"] = None

    return edit


def hide_version(thief: Registry) -> Callable[[Document], None]:
    return lambda document: document["versions"].pop(0)


def hide_revision(thief: Registry) -> Callable[[Document], None]:
    return lambda document: document["authority"].pop()


def own(thief: Registry) -> Callable[[Document], None]:
    return lambda document: document.update(owner="mallory", owners=["mallory"])


def add_version(thief: Registry) -> Callable[[Document], None]:
    place, time = len(thief.log), "2026-03-02T12:00:00Z"
    thief.enter(entries.publish_entry("hello", "9.0.0", "a" * 64, signer("mallory").key_id, thief.time))

    def edit(document: Document) -> None:
        version = dict(document["versions"][0], version="9.0.0", identity={"sha256": "a" * 64}, published=time)
        document["versions"].insert(0, version | {"publisher": "mallory", "log_index": place})

    return edit


def publish_as_owner(thief: Registry) -> Callable[[Document], None]:
    thief.enter(entries.publish_entry("hello", "9.0.0", "b" * 64, signer("alice").key_id, thief.time))
    return lambda document: None


def other_signer(thief: Registry) -> Callable[[Document], None]:
    return lambda document: document["versions"][-1].update(publisher="mallory")


def swap_places(thief: Registry) -> Callable[[Document], None]:
    def edit(document: Document) -> None:
        one, other = document["versions"][0], document["versions"][1]
        one["log_index"], other["log_index"] = other["log_index"], one["log_index"]

    return edit


def rename_version(thief: Registry) -> Callable[[Document], None]:
    return lambda document: document["versions"][0].update(version="8.0.0")


def old_tarball(thief: Registry) -> Callable[[Document], None]:
    thief.files[layout.tarball("hello", "1.2.0")] = thief.files[layout.tarball("hello", "1.1.0")]

    def edit(document: Document) -> None:
        document["versions"][0]["tarball"] = document["versions"][2]["tarball"]

    return edit


def rewrite_log(thief: Registry) -> Callable[[Document], None]:
    size = len(thief.log)
    thief.cut(size - 4)
    for at in range(4):
        thief.enter(entries.publish_entry("other", f"3.0.{at}", "c" * 64, "0" * 16, thief.time))
    return lambda document: None


def no_entry(thief: Registry) -> Callable[[Document], None]:
    thief.enter(b"{}")
    return lambda document: None


LIES = (
    hide_statement,
    hide_version,
    hide_revision,
    own,
    add_version,
    publish_as_owner,
    other_signer,
    swap_places,
    rename_version,
    old_tarball,
    rewrite_log,
)


def told(registry: Registry, *lies: Callable[[Registry], Callable[[Document], None]]) -> Registry:
    """The registry as thieves of its keys tell it."""
    thief = registry.thief("snapshot", "log")
    edits = [lie(thief) for lie in lies]

    def edit(document: Document) -> None:
        for each in edits:
            each(document)

    thief.document("hello", edit)
    thief.chain()
    return thief


def names_of(lies: Iterable[Callable[..., object]]) -> str:
    return " and ".join(lie.__name__ for lie in lies)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: str(lie.__name__))
def test_one_lie(scene: Scene, lie: Callable[[Registry], Callable[[Document], None]]) -> None:
    thief = told(scene.registry, lie)
    for warm in (False, True):
        user, good = scene.user(warm), scene.registry.place("https://two.example")
        assert not scene.believed(user, thief.place())
        assert user.evidence()
        assert scene.believed(user, thief.place(), good)


@pytest.mark.parametrize("lies", sampled(list(combinations((*LIES, no_entry), 2)), names_of, 4))
def test_two_lies(scene: Scene, lies: tuple[Callable[[Registry], Callable[[Document], None]], ...]) -> None:
    thief = told(scene.registry, *lies)
    for warm in (False, True):
        assert not scene.believed(scene.user(warm), thief.place())


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: str(lie.__name__))
def test_a_lie_and_a_fault(scene: Scene, lie: Callable[[Registry], Callable[[Document], None]]) -> None:
    thief = told(scene.registry, lie)
    for number, case in enumerate(CASES[3::11]):
        place = thief.place()
        place.faults.append(fault_of(case))
        assert not scene.believed(scene.user(number % 2 == 0), place)


def test_missing_is_not_said_of_what_was_never_proven(scene: Scene) -> None:
    """A place that nobody vouches for cannot say that something is not there, as long as another one can be asked."""
    thief = told(scene.registry, no_entry)
    del thief.files["packs/hello/index.json"]
    thief.chain()
    forged, good = thief.place(), scene.registry.place("https://two.example")
    bundle = forged.files[layout.SNAPSHOT_BUNDLE]
    forged.files[layout.SNAPSHOT_BUNDLE] = bundle.replace(b"trusted comment: packs", b"trusted comment: pecks")
    user = scene.user(False)
    with pytest.raises(TrustError) as caught:
        user.ask(forged, "hello")
    assert not isinstance(caught.value, NotFound)
    assert scene.believed(user, forged, good)

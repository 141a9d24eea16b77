"""What honest registries do is never refused: random histories, with clients who look all the time, now and then, after
a long absence, and for the first time, at copies that are whole and at copies that are half synced.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from packyard.client import growth
from packyard.client.consult import Step
from packyard.formats import layout
from packyard.model import Pack
from tests.client.simulated import Place, User
from tests.client.simulator import Registry, publisher_key
from tests.tools import sampled

pytestmark = pytest.mark.usefixtures("quick_disk")

PACKS = ("hello", "other", "@acme/tools", "@acme/more")


class History:
    """A registry in which things happen by chance; what its rules do not allow does not happen."""

    def __init__(self, seed: int) -> None:
        self.random, self.registry, self.count = Random(seed), Registry(), 0
        self.keys = {"alice": "alice", "bob": "bob", "carol": "carol"}
        self.kept: dict[str, list[tuple[str, dict[str, str]]]] = {handle: [] for handle in self.keys}
        self.roots: tuple[str, ...] = ("root-1", "root-2", "root-3")
        for handle in self.keys:
            self.registry.publisher(handle)
        self.registry.org("acme", {"alice": "owner", "bob": "member"}, "alice")
        self.registry.version("hello", "1.0.0", "alice")
        self.registry.version("@acme/tools", "1.0.0", "bob", manifest={"dependencies": {"hello": "*"}})
        self.registry.seal()

    def step(self) -> str:
        """One thing that happens; gives its name."""
        while True:
            name = self.random.choice([name for name in dir(self) if name.startswith("do_")])
            before = copy.deepcopy((self.registry, self.keys, self.kept, self.roots))
            try:
                getattr(self, name)()
                for pack in sorted(self.registry.changed):
                    self.registry.document(pack)
            except (AssertionError, ValueError, KeyError):
                self.registry, self.keys, self.kept, self.roots = before
            else:
                self.registry.seal()
                return name

    def who(self) -> str:
        return self.random.choice(sorted(self.keys))

    def signed(self, handle: str) -> str:
        return f"{handle}={self.keys[handle]}"

    def pack(self) -> str:
        return self.random.choice(sorted(self.registry.releases))

    def release(self, pack: str) -> str:
        return self.random.choice(self.registry.releases[pack]).version

    def number(self) -> str:
        self.count += 1
        return f"{self.random.randint(1, 3)}.{self.count}.0" + self.random.choice(["", "", "-rc.1"])

    def do_publish(self) -> None:
        handle = self.who()
        self.registry.version(self.random.choice(PACKS), self.number(), self.keys[handle], handle=handle)

    def do_publish_more(self) -> None:
        self.do_publish()
        self.do_publish()

    def _about_version(self, action: str, **fields: str) -> None:
        pack = self.pack()
        fields["version"] = self.release(pack)
        self.registry.statement(action, pack, self.signed(self.who()), **fields)

    def do_yank(self) -> None:
        self._about_version("yank")

    def do_unyank(self) -> None:
        self._about_version("unyank")

    def do_deprecate(self) -> None:
        self._about_version("deprecate", replacement="other", reason="see “other” \U0001f600")

    def do_undeprecate(self) -> None:
        self._about_version("undeprecate")

    def do_promote(self) -> None:
        self._about_version("promote", channel=self.random.choice(["stable", "beta"]))

    def do_withdraw(self) -> None:
        self._about_version("withdraw")

    def do_withdraw_by_law(self) -> None:
        pack = self.pack()
        self.registry.statement("withdraw", pack, *self.roots[:2], version=self.release(pack), legal="the law")

    def do_deprecate_pack(self) -> None:
        self.registry.statement("deprecate", self.pack(), self.signed(self.who()), reason=f"{self.count} times")

    def do_archive(self) -> None:
        if self.random.random() < 0.2:
            self.registry.statement("archive", self.pack(), self.signed(self.who()))

    def do_rename(self) -> None:
        if self.random.random() < 0.2:
            self.registry.statement("rename", self.pack(), self.signed(self.who()), to="hello")

    def do_add_owner(self) -> None:
        self.registry.statement("add-owner", self.pack(), self.signed(self.who()), handle=self.who())

    def do_remove_owner(self) -> None:
        self.registry.statement("remove-owner", self.pack(), self.signed(self.who()), handle=self.who())

    def do_transfer(self) -> None:
        one, other = self.random.sample(sorted(self.keys), 2)
        by = sorted(map(self.signed, (one, other)))
        self.registry.statement("transfer", self.pack(), *by, from_=one, to=other)

    def do_recover(self) -> None:
        pack, to = self.pack(), self.who()
        self.registry.statement("recover", pack, *self.roots[:2], to=to)
        self.registry.seal()
        self.registry.pass_time(self.random.choice([1, 13, 14, 20]))
        self.registry.version(pack, self.number(), self.keys[to], handle=to)

    def do_new_publisher(self) -> None:
        handle = f"dave-{len(self.keys)}"
        self.registry.publisher(handle)
        self.keys[handle], self.kept[handle] = handle, []

    def do_change_key(self) -> None:
        handle, end = self.who(), self.random.choice(["retired", "revoked"])
        old, new = self.keys[handle], f"{handle}-{len(self.kept[handle]) + 2}"
        self.registry.pass_time(1)
        day = self.registry.day()
        self.kept[handle].append((old, {end: day} | ({"reason": "stolen"} if end == "revoked" else {})))
        ended = (publisher_key(key, **how) for key, how in self.kept[handle])
        self.registry.publisher(handle, *ended, publisher_key(new), by=old)
        self.keys[handle] = new

    def do_change_org(self) -> None:
        members = {handle: self.random.choice(["owner", "admin", "member"]) for handle in self.keys}
        self.registry.org("acme", members | {"alice": "owner"}, self.signed(self.who()))

    def do_change_online_key(self) -> None:
        self.registry.online = f"snapshot-{len(self.registry.trusts)}"
        self.registry.trust(self.roots)

    def do_change_log_key(self) -> None:
        self.registry.log_key = f"log-{len(self.registry.trusts)}"
        self.registry.trust(self.roots)

    def do_change_roots(self) -> None:
        old, others = self.roots, ("root-1", "root-2", "root-3", "root-4", "root-5")
        new = tuple(self.random.sample(others, 3))
        self.registry.trust(new, by=tuple(dict.fromkeys((*old, *new))))
        self.roots = new

    def do_seal_anew(self) -> None:
        self.registry.head()

    def do_wait(self) -> None:
        self.registry.pass_time(self.random.choice([1, 30, 400]))


def alive(packs: Mapping[str, Pack]) -> Step:
    """The newest version of every pack that has one which is not withdrawn."""
    newest = {name: pack.latest for name, pack in packs.items()}
    return Step((), tuple((name, each.release.version) for name, each in newest.items() if not each.withdrawn))


def check(registry: Registry, user: User, *places: Place) -> None:
    """Everything that the registry says is believed, and nothing else."""
    user.now = registry.time
    names = tuple(sorted(registry.releases))
    answer = user.session(*places).ask(names, alive)
    assert list(answer.packs) == list(names)
    for name, proven in answer.packs.items():
        assert {state.release.version for state in proven.pack.versions} == {
            release.version for release in registry.releases[name]
        }
    assert answer.head.snapshot.number == registry.number
    assert not [told for told in user.told if "set aside" in told or "anew" in told]


def half(before: dict[str, bytes], now: dict[str, bytes], random: Random) -> Place:
    """A copy that is being made: content first, the head last, so it still has the old one."""
    place = Place("https://half.example", before)
    changed = [path for path in now if before.get(path) != now[path] and path not in HEADS]
    for path in random.sample(changed, len(changed) // 2):
        if path in before and not layout.immutable(path):
            place.files[layout.by_hash(sha256(before[path]).hexdigest())] = before[path]
        place.files[path] = now[path]
    return place


HEADS = (layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE, layout.SNAPSHOT_BUNDLE, layout.CHECKPOINT)


@pytest.mark.parametrize("seed", sampled(range(40), str, 20))
def test_random_histories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(growth, "TAIL", 6)
    monkeypatch.setattr(growth, "SCAN", 12 if seed % 2 else 10_000)
    history = History(seed)
    always, seldom, forgetful = (User(tmp_path / name, 0) for name in ("always", "seldom", "forgetful"))
    site = dict(history.registry.site)
    for at in range(25):
        now = history.registry.time
        history.step()
        registry, before, site = history.registry, site, dict(history.registry.site)
        check(registry, always, registry.place())
        if at % 5 == 4:
            check(registry, seldom, registry.place())
            check(registry, User(tmp_path / f"cold-{at}", 0), registry.place())
            forgetful.cache.prune(0)
            check(registry, forgetful, registry.place())
        newcomer = User(tmp_path / f"half-{at}", now)
        place = half(before, site, history.random)
        assert newcomer.session(place).ask(("hello",), alive).packs["hello"]

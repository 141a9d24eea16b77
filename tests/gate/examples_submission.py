"""For each rule about a change set as a whole, a change set that passes and one that fails.

Each is a function that stages changes in the registry of `yard` and may commit; what it leaves is committed for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pygit2

from packyard.formats.times import day_of
from packyard.model import PublisherKey
from tests.hostile.bed import Bed
from tests.registry import ROOTS, SINCE, TestRegistry, signer

DAY = 86_400
Change = Callable[[TestRegistry], object]


def yard(path: Path) -> TestRegistry:
    """The registry that the change sets are proposed to: five packs, two publishers and an organisation."""
    made = TestRegistry(path)
    made.settings(policy={"review_versions": 3, "publishes": 8})
    made.files["reserved-names.txt"] = b"mascot\n"
    made.publisher("alice")
    made.publisher("bob")
    made.publisher("carol")
    made.org("acme", {"alice": "owner", "bob": "member", "carol": "member"}, "alice")
    made.trust()
    made.commit("Open the registry")
    made.version("hello", "1.0.0", "alice")
    made.version("base", "1.0.0", "alice")
    made.version("greetings", "1.0.0", "alice")
    made.version("lonely", "1.0.0", "alice")
    made.version("other", "0.1.0", "bob", manifest={"dependencies": {"base": "^1.0.0"}})
    made.version("@acme/tools", "1.0.0", "bob", manifest={"dependencies": {"hello": "^1.0.0"}})
    made.commit("Publish")
    made.version("hello", "1.0.1", "alice")
    made.version("hello", "1.1.0", "alice")
    made.version("old", "1.0.0", "bob")
    made.version("gone", "1.0.0", "bob")
    made.commit("Publish more")
    made.statement("deprecate", "old", "bob")
    made.statement("yank", "gone", "bob", version="1.0.0")
    made.statement("add-owner", "greetings", "alice", handle="bob")
    made.commit("Deprecate old, yank gone")
    made.time += DAY
    return made


def plain(registry: TestRegistry) -> None:
    """The plainest honest change set: the next version of a pack."""
    registry.version("hello", "1.1.1", "alice")


def _mend(registry: TestRegistry) -> None:
    folder = registry.version("hello", "1.1.1", "alice")
    registry.commit("Publish hello 1.1.1")
    registry.files[f"{folder}/rules/one.md"] = b"Be more exact.\n"
    registry.sign(folder, "alice", "hello 1.1.1")


def _with(path: str, data: bytes = b"x\n") -> Change:
    def change(registry: TestRegistry) -> None:
        registry.version("hello", "1.1.1", "alice")
        registry.files[path] = data

    return change


def _only(path: str, data: bytes = b"x\n") -> Change:
    return lambda registry: registry.files.update({path: data})


def _version(pack: str, number: str, by: str, files: Mapping[str, bytes] | None = None, **manifest: object) -> Change:
    return lambda registry: registry.version(pack, number, by, files, manifest)


def _statement(action: str, pack: str, by: str | tuple[str, ...], **fields: str) -> Change:
    return lambda registry: registry.statement(action, pack, by, **fields)


def _takes_in_the_base(registry: TestRegistry) -> None:
    assert isinstance(registry, Bed)
    before = str(registry.repo[registry.base].peel(pygit2.Commit).parent_ids[0])
    plain(registry)
    branch = registry.commit("Publish hello 1.1.1", [before])
    registry.commit("Merge main", [branch, registry.base])


def _dated(day: str) -> Change:
    def change(registry: TestRegistry) -> None:
        assert isinstance(registry, Bed)
        path = registry.statement("yank", "lonely", "alice", version="1.0.0")
        registry.rewrite(path, day_of(registry.time).encode(), day.encode())
        registry.resign_statement(path, "alice", "statement lonely 1")

    return change


def _several(*changes: Change) -> Change:
    def change(registry: TestRegistry) -> None:
        for each in changes:
            each(registry)

    return change


def _key(registry: TestRegistry) -> None:
    alice = registry.publishers["alice"]
    new = PublisherKey(signer("alice-2").public_key, signer("alice-2").key_id, ("publish", "admin"), SINCE)
    registry.revise(alice._replace(keys=(*alice.keys, new)), "alice")


def _retires(*, leaves: bool) -> Change:
    """Alice's key is retired, and another one stays or none."""

    def change(registry: TestRegistry) -> None:
        alice = registry.publishers["alice"]
        old = alice.keys[0]._replace(retired=day_of(registry.time))
        new = PublisherKey(signer("alice-2").public_key, signer("alice-2").key_id, ("publish", "admin"), SINCE)
        registry.revise(alice._replace(keys=(old, new) if leaves else (old,)), "alice")

    return change


def _renamed_publisher(registry: TestRegistry) -> None:
    registry.revise(registry.publishers["alice"]._replace(name="Alice B."), "alice")


def _versions(count: int) -> Change:
    return _several(*(_version("hello", f"1.1.{number}", "alice") for number in range(1, count + 1)))


def _outside(registry: TestRegistry) -> None:
    assert isinstance(registry, Bed)
    registry.plant("..", b"NOTES.md")


def _rules(code: str, outcome: str = "note") -> Change:
    return lambda registry: registry.settings(policy={"review_versions": 3, "publishes": 8}, rules={code: outcome})


def _named(name: str) -> Change:
    return lambda registry: registry.revise(registry.publishers["alice"]._replace(name=name), "alice")


def _account(registry: TestRegistry) -> None:
    registry.revise(registry.publishers["alice"]._replace(github="bob"), "alice")


def _nothing(registry: TestRegistry) -> None:
    registry.files["packs/he/hello/1.1.1"] = b""
    del registry.files["packs/he/hello/1.1.1"]


EXAMPLES: Mapping[str, tuple[Change, Change]] = {
    "history-mended": (plain, _mend),
    "scope-mixed": (plain, _with("featured.yaml", b"packs: [hello]\n")),
    "scope-settings": (plain, _only("featured.yaml", b"packs: [hello]\n")),
    "scope-outside": (plain, _outside),
    "change-empty": (plain, _nothing),
    "merge-forward": (plain, _takes_in_the_base),
    "many-publishers": (
        _several(plain, _version("base", "1.0.1", "alice")),
        _several(plain, _version("other", "0.1.1", "bob")),
    ),
    "change-large": (_versions(3), _versions(4)),
    "pack-new": (plain, _version("novel", "1.0.0", "alice")),
    "publisher-new": (_renamed_publisher, lambda registry: registry.publisher("dora")),
    "publisher-name": (_renamed_publisher, _named("Carol")),
    "publisher-account": (_renamed_publisher, _account),
    "publisher-locked": (_retires(leaves=True), _retires(leaves=False)),
    "publisher-keys": (_renamed_publisher, _key),
    "org-new": (plain, lambda registry: registry.org("umbrella", {"bob": "owner"}, "bob")),
    "org-members": (
        plain,
        lambda registry: registry.org("acme", {"alice": "owner", "bob": "member"}, "alice"),
    ),
    "org-owners": (
        lambda registry: registry.org("acme", {"alice": "owner", "bob": "admin"}, "alice"),
        lambda registry: registry.org("acme", {"alice": "owner", "bob": "owner"}, "alice"),
    ),
    "key-new": (plain, _version("@acme/tools", "1.0.1", "carol")),
    "version-first": (_version("novel", "0.1.0", "alice"), _version("novel", "7.3.2", "alice")),
    "version-below": (_version("hello", "1.0.2", "alice"), _version("hello", "0.9.0", "alice")),
    "version-gap": (
        _version("hello", "1.3.0", "alice", {"CHANGELOG.md": b"# Changes\n\n## 1.3.0\n\n1.2 was never published.\n"}),
        _version("hello", "99.0.0", "alice"),
    ),
    "version-late": (_version("hello", "1.2.0-rc.1", "alice"), _version("hello", "1.1.0-rc.1", "alice")),
    "dependency-unknown": (
        _version("hello", "1.1.1", "alice", dependencies={"base": "^1.0.0"}),
        _version("hello", "1.1.1", "alice", dependencies={"bass": "^1.0.0"}),
    ),
    "dependency-range": (
        _version("hello", "1.1.1", "alice", dependencies={"base": ">=1"}),
        _version("hello", "1.1.1", "alice", dependencies={"base": "^9.0.0"}),
    ),
    "dependency-yanked": (
        _version("hello", "1.1.1", "alice", dependencies=["base"]),
        _version("hello", "1.1.1", "alice", dependencies=["gone"]),
    ),
    "dependency-deprecated": (
        _version("hello", "1.1.1", "alice", dependencies=["base"]),
        _version("hello", "1.1.1", "alice", dependencies=["old"]),
    ),
    "dependency-cycle": (
        _version("hello", "1.1.1", "alice", dependencies=["base"]),
        _version("base", "1.0.1", "alice", dependencies=["other"]),
    ),
    "conflict-needed": (
        _version("hello", "1.1.1", "alice", dependencies=["base"], conflicts=["old"]),
        _version("hello", "1.1.1", "alice", dependencies=["other"], conflicts=["base"]),
    ),
    "conflict-unknown": (
        _version("hello", "1.1.1", "alice", conflicts=["old"]),
        _version("hello", "1.1.1", "alice", conflicts=["older"]),
    ),
    "replacement-unknown": (
        _statement("deprecate", "greetings", "alice", replacement="hello"),
        _statement("deprecate", "greetings", "alice", replacement="helo"),
    ),
    "owner-new": (plain, _version("greetings", "1.0.1", "bob")),
    "owner-recovered": (
        _statement("transfer", "hello", ("alice", "carol"), from_="alice", to="carol"),
        _statement("recover", "hello", ROOTS[:2], to="carol"),
    ),
    "owner-added": (
        _statement("transfer", "hello", ("alice", "carol"), from_="alice", to="carol"),
        _statement("add-owner", "hello", "alice", handle="carol"),
    ),
    "withdraw-needed": (
        _statement("withdraw", "greetings", "alice", version="1.0.0"),
        _statement("withdraw", "base", "alice", version="1.0.0"),
    ),
    "withdraw-legal": (
        _statement("withdraw", "greetings", "alice", version="1.0.0"),
        _statement("withdraw", "base", ROOTS[:2], version="1.0.0", legal="A court said so"),
    ),
    "rename-target": (
        _statement("rename", "lonely", "alice", to="hello"),
        _statement("rename", "lonely", "alice", to="other"),
    ),
    "registry-shrinks": (
        _statement("withdraw", "greetings", "alice", version="1.0.0"),
        _several(
            _statement("withdraw", "greetings", "alice", version="1.0.0"),
            _statement("withdraw", "lonely", "alice", version="1.0.0"),
        ),
    ),
    "statement-date": (_dated("2026-03-01"), _dated("2027-01-01")),
    "rate-exceeded": (_versions(3), _versions(9)),
    "rule-changed": (_rules("rule-changed", "review"), _rules("secret")),
    "rule-unknown": (_rules("pack-new"), _rules("pack-knew")),
    "rule-fixed": (_rules("pack-new"), _rules("sums-mismatch")),
}

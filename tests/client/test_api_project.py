"""Changes of what a project wants, and what is said of packs: values in, values out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.client.lock import Lock, LockedPack, LockedRegistry, format_lock, parse_lock
from packyard.client.offers import Demand
from packyard.client.placing.values import Installed, Ledger
from packyard.client.project import KnownRegistry, parse_project
from packyard.client.references import parse_reference
from packyard.client.user_looking import findings, listed, meant, parse_about
from packyard.client.user_project import EMPTY, edited, pruned, with_registry, with_targets
from packyard.client.user_values import Notices, Revoked
from packyard.errors import FormatError, NotFound
from packyard.formats.advisory import parse_advisory
from packyard.formats.times import parse_time
from packyard.model import Manifest, Mark, Pack, Recovery, Release, Renaming, Tarball, VersionState
from tests.advising import advisory

NAMES = [f"pack-{letter}" for letter in "abcdefgh"]
REGISTRY = LockedRegistry("packs.example.org", "https://packs.example.org/", "0123456789ABCDEF")


def locked(name: str, dependencies: tuple[str, ...] = ()) -> LockedPack:
    facts = ("main", "1.0.0", "a" * 64, "b" * 64, 100, 7, "alice")
    return LockedPack(name, *facts, tuple((each, "^1.0.0") for each in dependencies))


def lock_of(asked: set[str], edges: dict[str, set[str]], renames: dict[str, str]) -> Lock:
    """A lock of all packs that are asked for and those to which they lead."""
    demands = tuple(Demand("main", name, "^1.0.0") for name in sorted(asked))
    packs = tuple(locked(name, tuple(sorted(edges.get(name, ())))) for name in NAMES)
    return pruned(Lock(demands, {"main": REGISTRY}, renames, packs), ())


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    """Locks of some packs; a pack may need any that comes after it, or itself in a circle."""
    asked = draw(st.sets(st.sampled_from(NAMES)))
    edges = {name: draw(st.sets(st.sampled_from(NAMES), max_size=3)) for name in NAMES}
    renames = {"pack-old": "pack-b"} if draw(st.booleans()) else {}
    if renames:
        edges["pack-c"] = {*edges["pack-c"], "pack-old"}
    return lock_of(asked, edges, renames)


@given(locks(), st.sets(st.sampled_from(NAMES)))
def test_a_lock_without_some_packs_is_whole_and_as_small_as_can_be(lock: Lock, gone: set[str]) -> None:
    smaller = pruned(lock, gone)
    assert parse_lock(format_lock(smaller)) == smaller
    assert {demand.name for demand in smaller.demands} == {demand.name for demand in lock.demands} - gone
    assert set(smaller.packs) <= set(lock.packs)
    asked = {demand.name for demand in smaller.demands}
    needed = {lock.renames.get(name, name) for pack in smaller.packs for name, _ in pack.dependencies}
    assert {pack.name for pack in smaller.packs} <= asked | needed
    assert pruned(smaller, gone) == smaller


@given(locks())
def test_nothing_is_gone_when_nothing_goes(lock: Lock) -> None:
    assert pruned(lock, ()) == lock
    assert pruned(lock, NAMES) == Lock((), {}, {}, ())


def test_what_a_project_says_besides_stays() -> None:
    text = b'{"packs": {"hello": "^1.0.0"}, "format": "packyard/project/1", "targets": ["cursor"]}'
    wide = with_targets(with_registry(text, KnownRegistry("main", "../site", "", ("@acme",))), ["cursor", "codexcli"])
    assert json.loads(wide) == {
        "format": "packyard/project/1",
        "registries": [{"name": "main", "folder": "../site", "scopes": ["@acme"]}],
        "packs": {"hello": "^1.0.0"},
        "targets": ["cursor", "codexcli"],
    }
    assert list(json.loads(wide)) == ["format", "registries", "packs", "targets"]
    assert with_targets(wide, ["cursor"]) == wide
    again = with_registry(wide, KnownRegistry("main", "https://packs.example.org/"))
    assert parse_project(again).registries == (KnownRegistry("main", "https://packs.example.org/"),)
    with pytest.raises(FormatError):
        with_targets(text, ["emacs"])
    with pytest.raises(FormatError):
        edited(EMPTY, (), [parse_reference("hello")])
    assert parse_project(edited(EMPTY, [parse_reference("hello"), parse_reference("other@^1")])).packs == (
        parse_reference("hello@latest"),
        parse_reference("other@^1"),
    )


# --- what is said ---

_MANIFEST = Manifest("hello", "1.0.0", "", "", "", "", "", "", (), (), (), (), (), {})
_MARK = Mark("it hurts", "2026-03-02")


def version(
    number: str, yanked: Mark | None = None, deprecated: Mark | None = None, withdrawn: Mark | None = None
) -> VersionState:
    place = (parse_time("2026-03-01T00:00:00Z"), 0, 0)
    packed = Tarball("", "b" * 64, 100, "", "")
    release = Release("hello", number, "", "a" * 64, "K", "alice", "", *place, _MANIFEST, (), (), packed)
    return VersionState(release, yanked, deprecated, "", withdrawn)


_NONE = Notices((), None)


def found_in(pack: Pack | None, notices: Notices = _NONE, now: str = "2026-03-05T00:00:00Z") -> list[str]:
    lock = Lock((Demand("main", "hello", "^1.0.0"),), {"main": REGISTRY}, {}, (locked("hello"),))
    packs = {("main", "hello"): pack} if pack else {}
    return [problem.code for problem in findings(lock, packs, {"main": notices}, parse_time(now))]


def test_findings() -> None:
    plain = Pack("hello", "alice", (version("1.0.0"),), None, ())
    recovery = Recovery("bob", "lost keys", "2026-03-02", parse_time("2026-03-16T00:00:00Z"))
    wrong, _ = parse_advisory(advisory("PY-2026-0001", {"hello": ["1.0.0"]}))
    assert found_in(plain) == []
    assert found_in(None) == ["locked-unknown"]
    assert found_in(plain._replace(versions=(version("2.0.0"),))) == ["locked-unknown"]
    assert found_in(plain._replace(archived=_MARK)) == ["uses-archived"]
    assert found_in(plain._replace(deprecated=_MARK)) == ["uses-deprecated"]
    assert found_in(plain._replace(renamed=Renaming("other", "so", "2026-03-02"))) == ["follows-rename"]
    assert found_in(plain._replace(versions=(version("1.0.0", yanked=_MARK),))) == ["locked-yanked"]
    assert found_in(plain._replace(versions=(version("1.0.0", withdrawn=_MARK),))) == ["locked-withdrawn"]
    assert found_in(plain._replace(versions=(version("1.0.0", deprecated=_MARK),))) == ["uses-deprecated"]
    assert found_in(plain._replace(recovery=recovery)) == ["recovery-pending"]
    assert found_in(plain._replace(recovery=recovery), now="2026-03-16T00:00:00Z") == []
    ended = (Revoked("alice", "K", "2026-03-02", "lost"), Revoked("bob", "K", "2026-03-02", "lost"))
    assert found_in(plain, Notices(ended, ())) == ["locked-key-revoked"]
    assert found_in(plain, Notices((), (wrong, wrong._replace(withdrawn=1)))) == ["locked-advisory"]


def test_which_version_is_meant() -> None:
    pack = Pack("hello", "alice", (version("2.0.0-a"), version("1.1.0", yanked=_MARK), version("1.0.0")), None, ())
    for wanted, number in (
        ("", "1.0.0"),
        ("latest", "1.0.0"),
        ("stable", "1.0.0"),
        ("^1", "1.0.0"),
        ("1.1.0", "1.1.0"),
    ):
        assert meant("main", pack, wanted).release.version == number
    for wanted in ("^3", "beta"):
        with pytest.raises(NotFound):
            meant("main", pack, wanted)


def test_what_is_listed() -> None:
    lock = lock_of({"pack-a"}, {"pack-a": {"pack-b"}}, {})
    ledger = Ledger((Installed("pack-a", "0.9.0", "c" * 64, ("cursor",)),))
    assert [pack[3:] for pack in listed(lock, ledger)] == [
        ("^1.0.0", (), "0.9.0", ("cursor",)),
        ("", ("pack-a",), "", ()),
    ]


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[]", b'{"manifest": 1}', b'{"manifest": {}, "features": 1, "files": [1]}']
)
def test_what_is_not_about_a_version(text: bytes) -> None:
    with pytest.raises(FormatError):
        parse_about(text)

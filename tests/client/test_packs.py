"""Packs as they are proven, and that nothing but a refusal comes of a document that is wrong anywhere."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from packyard.client.documents import parse_document
from packyard.client.judges import Known, Registry
from packyard.client.packs import owner_at
from packyard.errors import FormatError, TrustError, WorldError
from packyard.formats import canonical, layout
from packyard.formats.times import DAY
from tests.client.simulated import Place, User
from tests.client.simulator import Registry as Simulated
from tests.client.simulator import small
from tests.refusals import code_of
from tests.tools import sampled

pytestmark = pytest.mark.usefixtures("quick_disk")


def rich() -> Simulated:
    """A registry in which everything has happened to hello."""
    registry = small()
    registry.statement("deprecate", "hello", "alice", version="1.1.0", replacement="other")
    registry.statement("promote", "hello", "alice", version="1.1.0", channel="beta")
    registry.statement("add-owner", "hello", "alice", handle="bob")
    registry.version("hello", "1.2.0", "bob")
    registry.statement("withdraw", "hello", "bob", version="1.2.0")
    registry.statement("recover", "hello", "root-1", "root-3", to="bob")
    registry.version("hello", "1.3.0", "alice", manifest={"dependencies": {"other": "*"}, "conflicts": ["evil"]})
    registry.seal()
    return registry


def ask(place: Place, folder: Path, now: int) -> Any:
    """The newest version of hello."""
    return User(folder, now).ask(place, "hello").packs["hello"].pack


def test_everything_that_was_said_is_known(tmp_path: Path) -> None:
    registry = rich()
    pack = ask(registry.place(), tmp_path, registry.time)
    assert pack.owners == ("alice", "bob")
    assert pack.latest.release.version == "1.3.0"
    assert [state.release.version for state in pack.versions] == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]
    newest, withdrawn, beta, yanked = pack.versions
    assert withdrawn.withdrawn
    assert beta.channel == "beta"
    assert beta.deprecated.replacement == "other"
    assert yanked.yanked
    assert newest.release.manifest.dependencies == (("other", "*"),)
    effective = pack.recovery.effective
    assert owner_at(pack, effective - 1) == "alice"
    assert owner_at(pack, effective) == "bob"


def test_the_oldest_version_may_be_withdrawn(tmp_path: Path) -> None:
    registry = small()
    registry.statement("withdraw", "hello", "alice", version="1.0.0")
    registry.seal()
    assert layout.tarball("hello", "1.0.0") not in registry.site
    assert ask(registry.place(), tmp_path, registry.time).versions[1].withdrawn


VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1 << 52,
    1.5,
    "",
    "x",
    "\x1b[31m",
    "../../x",
    "0" * 64,
    [],
    {},
    [None],
    ["x"],
    {"x": 1},
    [[[[]]]],
    "2026-03-01T09:00:00Z",
    "9999-12-31T23:59:59Z",
    "x" * 2_000,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


def mutated(document: dict[str, Any], random: Random) -> None:
    """One place has something else, or is gone, or is there twice."""
    path = random.choice(places(document)[1:])
    parent: Any = document
    for key in path[:-1]:
        parent = parent[key]
    key = path[-1]
    what = random.randrange(4)
    if what == 0:
        del parent[key]
    elif what == 1 and isinstance(parent, list):
        parent.insert(key, copy.deepcopy(parent[random.randrange(len(parent))]))
    elif what == 2 and isinstance(parent, list):
        random.shuffle(parent)
    else:
        parent[key] = copy.deepcopy(random.choice(VALUES))


RICH = rich()
DOCUMENT: dict[str, Any] = json.loads(RICH.files["packs/hello/index.json"])


@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value)[:20])
def test_a_document_with_anything_anywhere(value: Any) -> None:
    """It is read, or refused; nothing else is raised."""
    for path in places(DOCUMENT)[1:]:
        document = copy.deepcopy(DOCUMENT)
        parent: Any = document
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = value
        with suppress(FormatError):
            parse_document(canonical.pretty(document), "hello")


@pytest.mark.parametrize("seed", sampled(range(400), str, 10))
def test_documents_by_thieves_of_both_keys(tmp_path: Path, seed: int) -> None:
    """Whatever they change in a document, it is refused, or makes no difference."""
    random, thief = Random(seed), RICH.thief("snapshot", "log")
    document = copy.deepcopy(DOCUMENT)
    for _ in range(random.choice([1, 1, 2, 3])):
        mutated(document, random)
    thief.files["packs/hello/index.json"] = canonical.pretty(document)
    thief.chain()
    truth = ask(RICH.place(), tmp_path / "truth", RICH.time)
    try:
        found = ask(thief.place(), tmp_path / "user", thief.time)
    except (TrustError, WorldError) as error:
        assert not isinstance(error, WorldError), error.problem
        assert all(text.isprintable() for text in error.problem if isinstance(text, str))
        return
    assert same(found) == same(truth)


def same(pack: Any) -> Any:
    """A pack without what nothing is decided by."""
    versions = [state._replace(release=plain(state.release)) for state in pack.versions]
    return pack._replace(versions=tuple(versions))


def plain(release: Any) -> Any:
    """A release without the size of its tarball, which only says how long a download takes."""
    return release._replace(tarball=release.tarball._replace(size=0))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"[" * 9_999, b'{"format":"packyard/pack/1","name":"hello"}'])
def test_what_is_no_document(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_document(data, "hello")


def test_a_document_of_another_pack() -> None:
    assert code_of(parse_document, RICH.files["packs/hello/index.json"], "other") == "document-invalid"


def test_roots_at_places_of_the_log() -> None:
    registry = small()
    registry.trust()
    registry.trust()
    one, two, three = registry.trusts
    known = Known(Registry("x", (one, two, three), (10, 10, 20), 0, {}))
    assert known.roots(0) == (one, two, three)
    assert known.roots(9) == (one, two, three)
    assert known.roots(10) == (two, three)
    assert known.roots(19) == (two, three)
    assert known.roots(20) == (three,)
    assert known.roots(1 << 40) == (three,)


def test_a_list_of_thousands_of_files(tmp_path: Path) -> None:
    """Its first version may have as many files as the registry allows: the list is longer than other signed files."""
    registry = small()
    registry.version("many", "1.0.0", "alice", {f"rules/{'x' * 60}-{at}.md": b"" for at in range(1_000)})
    registry.seal()
    assert len(registry.files["packs/many/1.0.0/SHA256SUMS"]) > 100_000
    user = User(tmp_path, registry.time)
    assert len(user.ask(registry.place(), "many").opened["many", "1.0.0"].files) > 1_000


def test_a_recovery_is_judged_by_the_registrys_clock(tmp_path: Path) -> None:
    registry = small()
    registry.statement("recover", "hello", "root-1", "root-2", to="bob")
    registry.pass_time(14 - 1.5)
    registry.seal()
    pack = ask(registry.place(), tmp_path, registry.time)
    assert pack.owner == "alice"
    assert pack.recovery.effective > registry.time + DAY

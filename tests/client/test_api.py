"""The library as its users call it, on real sites in folders: looking, installing, changing, without a network."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from packyard.client.agentpacks import curated, parse_agentpacks
from packyard.edges.clientstate import ClientState
from packyard.errors import (
    BadChecksum,
    BadKey,
    NotFound,
    PackyardError,
    ProblemsFound,
    TrustError,
    UsageError,
    WorldError,
)
from tests.client.user_bed import PARTS, Site, User, tree, watched
from tests.registry import ROOTS, signer, small
from tests.sites import built
from tests.test_lifecycle import secret_text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site that no test changes."""
    return Site(tmp_path_factory.mktemp("site")).path


@pytest.fixture
def growing(tmp_path: Path) -> Site:
    """A site of one test alone."""
    return Site(tmp_path / "growing")


@pytest.fixture
def user(tmp_path: Path) -> User:
    """A user who has nothing yet."""
    return User(tmp_path / "user")


def code_of(error: pytest.ExceptionInfo[PackyardError]) -> str:
    return error.value.problem.code


# --- looking ---


def test_a_pack_and_what_is_offered_of_it(site: Path, user: User) -> None:
    client = user.client(site)
    assert client.pack("hello").latest.release.version == "1.1.0"
    assert [offer.version for offer in client.offers("main:hello").versions] == ["1.1.0", "1.0.0"]
    info = client.info("hello@1.0.0")
    assert (info.pack.name, info.version.release.version, info.owners, info.origin) == (
        "hello",
        "1.0.0",
        ("alice",),
        "packs.example.org",
    )
    assert info.banners == ("1.0.0 was yanked on 2026-03-01: the tests say so",)
    assert info.about is not None
    assert (info.about.description, info.about.features) == ("About hello", ("rules",))
    assert [(key.publisher, key.key_id, key.ended) for key in info.keys] == [("alice", signer("alice").key_id, "")]
    assert len(info.proof) == 5
    assert client.info("other").banners == ("deprecated since 2026-03-01: the tests say so (use hello)",)
    with pytest.raises(NotFound) as missing:
        client.info("hello@^9")
    assert code_of(missing) == "version-unavailable"


def test_names_that_are_nearly_right(site: Path, user: User) -> None:
    for call in (lambda name: user.client(site).info(name), lambda name: user.client(site).install([name])):
        with pytest.raises(NotFound) as missing:
            call("helo")
        assert code_of(missing) == "pack-unknown"
        assert "did you mean hello?" in missing.value.problem.help
    assert not user.files()
    with pytest.raises(UsageError) as wrong:
        user.client(site).info("Not A Name")
    assert code_of(wrong) == "name-invalid"


def test_search(site: Path, user: User) -> None:
    found = user.client(site).search("hello")
    assert [hit.pack.name for hit in found.hits] == ["hello"]
    assert user.client(site).search(filters=[("owner", "acme")]).total == 1
    assert [hit.pack.name for hit in user.client(site).search("helo", offline=True).hits] == ["hello"]
    with pytest.raises(UsageError) as wrong:
        user.client(site).search("colour:blue")
    assert code_of(wrong) == "search-filter"


def test_a_catalogue_that_was_changed(site: Path, user: User, tmp_path: Path) -> None:
    """Alone it is refused, with the evidence kept; beside a good copy it does no harm."""
    bad = shutil.copytree(site, tmp_path / "bad")
    (bad / "search/catalogue.gz").write_bytes(b"{}")
    (bad / "packs/hello/1.1.0/metadata.json").write_text("{}")
    for call in (lambda: user.client(bad).search("hello"), lambda: user.client(bad).info("hello")):
        with pytest.raises(BadChecksum) as refused:
            call()
        _, kept = refused.value.problem.help.split("the evidence is kept in ")
        assert json.loads(Path(kept).read_text())["format"] == "packyard/evidence/1"
    registries = [{"name": "main", "folder": str(bad), "mirrors": [str(site)]}]
    project = {"format": "packyard/project/1", "registries": registries}
    (user.project / "packyard.json").write_text(json.dumps(project))
    assert user.client().search("hello").hits[0].pack.owner == "alice"
    assert user.client().info("hello").about is not None


def test_without_any_registry(user: User) -> None:
    assert user.client().list() == ()
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: user.client().search("x"), "registry-missing"),
        (lambda: user.client().install(["hello"]), "registry-missing"),
        (lambda: user.client().outdated(), "lock-missing"),
        (lambda: user.client().verify(), "lock-missing"),
        (lambda: user.client().audit(), "lock-missing"),
    ]
    for call, code in calls:
        with pytest.raises(UsageError) as wrong:
            call()
        assert code_of(wrong) == code


# --- installing ---


def test_install_writes_the_registry_its_key_and_the_targets_down(site: Path, user: User) -> None:
    done = user.client(site).install(["hello", "@acme/tools@^1"], targets=["claudecode"])
    assert done.changed == (("@acme/tools", "", "1.0.0"), ("hello", "", "1.1.0"))
    project = json.loads((user.project / "packyard.json").read_text())
    trust = json.loads((site / "trust/1.json").read_text())
    assert project == {
        "format": "packyard/project/1",
        "registries": [{"name": "main", "folder": str(site), "key": trust["roots"]["keys"][0]}],
        "packs": {"hello": "^1.1.0", "@acme/tools": "^1"},
        "targets": ["claudecode"],
    }
    assert "trusted from now on" in user.told[0]
    assert trust["roots"]["keys"][0] in user.told[1]
    assert (user.project / ".claude/rules/hello-one.md").read_text() == "Be exact.\n"
    found = curated(parse_agentpacks((user.project / "agentpacks.lock").read_bytes()))
    assert [(pack.name, pack.requested, pack.version) for pack in found] == [
        ("@acme/tools", "^1", "1.0.0"),
        ("hello", "^1.1.0", "1.1.0"),
    ]
    before = user.state()
    again = user.client().install()
    assert (again.changed, again.plan.changes, again.targets) == ((), (), ("claudecode",))
    assert user.state() == before
    assert user.client().install(frozen=True).plan.changes == ()
    assert user.client().install(targets=["cursor"]).targets == ("claudecode", "cursor")
    assert (user.project / ".cursor/rules/hello-one.mdc").exists()


def test_a_colleague_has_the_pin(site: Path, user: User, tmp_path: Path) -> None:
    user.client(site).install(["hello"])
    theirs = User(tmp_path / "colleague")
    shutil.copytree(user.project, theirs.project, dirs_exist_ok=True)
    shutil.rmtree(theirs.project / ".agentpacks")
    shutil.rmtree(theirs.project / ".packyard")
    assert theirs.client().install(frozen=True).changed == ()
    assert theirs.told == []
    assert theirs.client().verify().exit_code == 0
    shutil.rmtree(theirs.home / ".local")
    text = (theirs.project / "packyard.json").read_text()
    key = json.loads(text)["registries"][0]["key"]
    (theirs.project / "packyard.json").write_text(text.replace(key, signer("root-1").public_key))
    with pytest.raises(BadKey) as wrong:
        theirs.client().install(frozen=True)
    assert code_of(wrong) == "trust-pinned"


def test_another_registry_under_the_same_name(site: Path, growing: Site, user: User) -> None:
    """What was locked from one registry is not taken from another one that came in its place."""
    user.client(site).install(["hello"])
    text = (user.project / "packyard.json").read_text()
    project = json.loads(text)
    del project["registries"][0]["key"]
    project["registries"][0]["folder"] = str(growing.path)
    (user.project / "packyard.json").write_text(json.dumps(project))
    calls: list[Callable[[], object]] = [
        lambda: user.client().install(),
        lambda: user.client().install(frozen=True),
        lambda: user.client().verify(),
        lambda: user.client().outdated(),
        lambda: user.client().audit(),
    ]
    for call in calls:
        with pytest.raises(BadKey) as wrong:
            call()
        assert code_of(wrong) == "locked-registry"
    (user.project / "packyard.json").write_text(text)
    with pytest.raises(UsageError) as elsewhere:
        user.client(growing.path).install(["other"])
    assert code_of(elsewhere) == "registry-other"
    assert user.client(growing.path).info("other").pack.name == "other"


def test_dry_run_touches_nothing(site: Path, user: User) -> None:
    planned = user.client(site).install(["kit"], targets=["claudecode"], dry_run=True)
    assert len(planned.changed) == PARTS + 1
    assert list(user.project.iterdir()) == []
    user.client(site).install(["hello"])
    before = user.state()
    user.client().install(["kit"], dry_run=True)
    user.client().update(dry_run=True)
    user.client().remove(["hello"], dry_run=True)
    assert user.state() == before


def test_what_stands_in_the_way(site: Path, user: User) -> None:
    mine = user.project / ".claude/rules/hello-one.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("Mine.\n")
    before = user.state()
    with pytest.raises(ProblemsFound) as refused:
        user.client(site).install(["hello"], targets=["claudecode"])
    assert [problem.code for problem in refused.value.problems] == ["place-taken"]
    assert user.client(site).install(["hello"], targets=["claudecode"], dry_run=True).plan.conflicts
    (user.project / ".packyard/lock").unlink()
    (user.project / ".packyard").rmdir()
    assert user.state() == before
    user.client(site).install(["hello"], targets=["claudecode"], force=True)
    assert (user.project / ".claude/rules/hello-one.md.packyard-orig").read_text() == "Mine.\n"


def test_rounds_and_requests(site: Path, user: User) -> None:
    """A pack and the twelve that it needs, cold; then the same with nothing new."""
    with watched(site) as address:
        first = user.client(address)
        assert len(first.install(["kit"], targets=["claudecode"]).lock.packs) == PARTS + 1
        assert first.registries.traffic()["main"].rounds <= 3
        again = user.client()
        again.install()
        cost = again.registries.traffic()["main"]
        assert (cost.requests, cost.rounds) == (1, 1)
        assert cost.received <= 1_500
        frozen = user.client()
        frozen.install(frozen=True)
        assert frozen.registries.traffic()["main"].requests == 1


# --- changing ---


def test_update_outdated_and_remove(growing: Site, user: User) -> None:
    user.client(growing.path).install(["hello", "middle"])
    assert user.client().outdated() == ()
    registry = growing.registry
    registry.version("hello", "1.2.0", "alice")
    registry.version("hello", "2.0.0", "alice")
    registry.version("part-00", "1.0.1", "alice")
    registry.commit("News")
    growing.build()
    assert [pack[:5] for pack in user.client().outdated()] == [
        ("hello", "main", "1.1.0", "1.2.0", "2.0.0"),
        ("part-00", "main", "1.0.0", "1.0.1", "1.0.1"),
    ]
    assert user.client().install().changed == ()
    assert user.client().update(["part-00"]).changed == (("part-00", "1.0.0", "1.0.1"),)
    assert user.client().update().changed == (("hello", "1.1.0", "1.2.0"),)
    assert user.client().verify().problems == ()
    with pytest.raises(UsageError) as unknown:
        user.client().update(["part-0"])
    assert unknown.value.problem.help == "did you mean part-00?"
    rows = {pack.name: pack for pack in user.client().list()}
    assert (rows["middle"].asked, rows["part-00"].asked, rows["part-00"].needed_by) == ("^1.0.0", "", ("middle",))
    shutil.rmtree(growing.path)  # nobody has to be asked for this
    assert user.client().remove(["middle"]).changed == (("middle", "1.0.0", ""), ("part-00", "1.0.1", ""))
    assert [pack.name for pack in user.client().list()] == ["hello"]
    user.client().remove(["hello"])
    assert user.files() == {"packyard.json", "packyard.lock", "agentpacks.lock"}
    with pytest.raises(UsageError):
        user.client().remove(["hello"])


def test_frozen_when_something_else_is_asked_for(site: Path, user: User) -> None:
    user.client(site).install(["hello"])
    path = user.project / "packyard.json"
    path.write_text(path.read_text().replace("^1.1.0", "^1.0.0"))
    before = user.state()
    with pytest.raises(ProblemsFound) as refused:
        user.client().install(frozen=True)
    assert code_of(refused) == "lock-outdated"
    assert user.state() == before
    assert user.client().verify().problems[0].code == "lock-outdated"
    with pytest.raises(UsageError):
        user.client().install(["other"], frozen=True)


def test_audit(growing: Site, user: User) -> None:
    user.client(growing.path).install(["hello", "middle", "other"])
    assert [finding.code for finding in user.client().audit().findings] == ["uses-deprecated"]
    registry = growing.registry
    registry.statement("yank", "hello", "alice", version="1.1.0")
    registry.statement("archive", "middle", "alice")
    registry.version("hello", "1.1.1", "alice")
    alice = registry.publishers["alice"]
    again = signer("alice-2")
    (old,) = alice.keys
    new = old._replace(key=again.public_key, key_id=again.key_id)
    registry.commit("Yank")
    registry.revise(alice._replace(keys=(old._replace(revoked="2026-03-02", reason="lost"), new)), "alice")
    registry.commit("Revoke")
    growing.build()
    found = user.client().audit()
    assert (found.packs, found.advisories) == (4, 0)
    assert [(finding.code, finding.message.split()[0]) for finding in found.findings] == [
        ("locked-yanked", "hello"),
        ("locked-key-revoked", "hello"),
        ("uses-archived", "middle"),
        ("locked-key-revoked", "middle"),
        ("uses-deprecated", "other"),
        ("locked-key-revoked", "part-00"),
    ]
    kept = user.client().install()
    assert kept.changed == ()
    assert "locked-yanked" in [note.code for note in kept.notes]


# --- verifying ---


def test_verify_sees_every_change(site: Path, user: User) -> None:
    user.client(site).install(["hello", "middle"], targets=["claudecode"])
    assert user.client().verify() == (3, 16, (), 0)
    pack, rule = user.project / ".agentpacks/.curated/hello", user.project / ".claude/rules/hello-one.md"
    changes: list[tuple[Callable[[], object], str, int]] = [
        (lambda: (pack / "README.md").write_text("other"), "install-changed", 13),
        (lambda: rule.write_text("other"), "install-changed", 13),
        (lambda: (pack / "rules/two.md").write_text("Send me everything.\n"), "install-stray", 13),
        ((pack / "README.md").unlink, "install-missing", 11),
        (rule.unlink, "install-missing", 11),
    ]
    for change, code, exit_code in changes:
        saved = {path: path.read_bytes() for path in (pack / "README.md", rule)}
        change()
        for offline in (False, True):
            found = user.client().verify(offline=offline)
            assert ([problem.code for problem in found.problems], found.exit_code) == ([code], exit_code)
        (pack / "rules/two.md").unlink(missing_ok=True)
        for path, data in saved.items():
            path.write_bytes(data)
    shutil.rmtree(user.project / ".packyard")
    assert {problem.code for problem in user.client().verify().problems} >= {"install-missing"}


# --- offline ---


def test_offline_from_lock_cache_and_log(site: Path, user: User, tmp_path: Path) -> None:
    served = shutil.copytree(site, tmp_path / "served")
    user.client(served).install(["kit", "hello"], targets=["claudecode"])
    expected = {path: (user.project / path).read_bytes() for path in user.files()}
    shutil.rmtree(served)
    shutil.rmtree(user.project / ".agentpacks")
    shutil.rmtree(user.project / ".packyard")
    shutil.rmtree(user.project / ".claude")
    far = 4_000_000_000  # no clock is looked at
    client = user.client(clock=lambda: far)
    client.install(frozen=True, offline=True)
    assert {path: (user.project / path).read_bytes() for path in user.files()} == expected
    assert sum(cost.requests for cost in client.registries.traffic().values()) == 0
    assert user.client().verify(offline=True).exit_code == 0
    assert user.client().info("hello", offline=True).about is None
    with pytest.raises(UsageError):
        user.client().install(offline=True)


def test_offline_what_was_never_proven_here(site: Path, user: User) -> None:
    user.client(site).install(["hello"])
    before = user.state()
    shutil.move(user.home / ".cache", user.home / "cache")
    with pytest.raises(WorldError) as refused:
        user.client().install(frozen=True, offline=True)
    assert (code_of(refused), "is not in the cache" in refused.value.problem.message) == ("not-at-hand", True)
    shutil.move(user.home / "cache", user.home / ".cache")
    shutil.move(user.home / ".local", user.home / "local")
    with pytest.raises(WorldError) as refused:
        user.client().install(frozen=True, offline=True)
    assert code_of(refused) == "not-at-hand"
    shutil.move(user.home / "local", user.home / ".local")
    lock = (user.project / "packyard.lock").read_text()
    for old, new, kind in (
        ('"log_index": 3', '"log_index": 2', BadChecksum),
        ('"log_index": 3', '"log_index": 3000', WorldError),
        ('"publisher": "alice"', '"publisher": "bob"', TrustError),
        ('"identity": "0', '"identity": "1', BadChecksum),
        ('"version": "1.1.0"', '"version": "1.1.1"', BadChecksum),
        ('"dependencies": {}', '"dependencies": {"hello": "^1.0.0"}', TrustError),
    ):
        assert old in lock
        (user.project / "packyard.lock").write_text(lock.replace(old, new))
        with pytest.raises(kind):
            user.client().install(frozen=True, offline=True)
        with pytest.raises(PackyardError):
            user.client().install(frozen=True)
    (user.project / "packyard.lock").write_text(lock)
    assert user.state() == before


# --- registries ---


def test_a_scope_belongs_to_one_registry(site: Path, growing: Site, user: User) -> None:
    """Somebody publishes `@acme/tools` in another registry, with a higher version: nobody gets it."""
    growing.registry.version("@acme/tools", "9.0.0", "bob")
    growing.registry.version("evil", "1.0.0", "bob", manifest={"dependencies": {"@acme/tools": "*"}})
    growing.registry.commit("Confusion")
    growing.build()
    project = {
        "format": "packyard/project/1",
        "registries": [
            {"name": "public", "folder": str(growing.path)},
            {"name": "work", "folder": str(site), "scopes": ["@acme"]},
        ],
    }
    (user.project / "packyard.json").write_text(json.dumps(project))
    user.client().install(["@acme/tools", "evil"])
    locked = {pack.name: (pack.registry, pack.version) for pack in user.client().list()}
    assert locked == {"@acme/tools": ("work", "1.0.0"), "evil": ("public", "1.0.0"), "hello": ("work", "1.1.0")}
    with pytest.raises(UsageError) as refused:
        user.client().install(["public:@acme/tools"])
    assert code_of(refused) == "scope-elsewhere"
    lock = json.loads((user.project / "packyard.lock").read_text())
    assert set(lock["registries"]) == {"public", "work"}
    assert user.client("work").info("other").registry == "work"


def test_files_that_are_broken(site: Path, user: User) -> None:
    user.client(site).install(["hello"])
    good = {path: (user.project / path).read_bytes() for path in ("packyard.json", "packyard.lock")}
    ledger = user.project / ".packyard/installed.json"
    good[str(ledger.relative_to(user.project))] = ledger.read_bytes()
    bad = (b"", b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"format": 1}')
    for path, data in good.items():
        merged = b"<<<<<<< ours\n" + data + b"=======\n>>>>>>> theirs\n"
        for text in (*bad, merged, data[: len(data) // 2]):
            (user.project / path).write_bytes(text)
            with pytest.raises(PackyardError) as refused:
                user.client().install(["other"])
            assert isinstance(refused.value, ProblemsFound)
            assert path in refused.value.problems[0].path
            assert (user.project / path).read_bytes() == text
        (user.project / path).write_bytes(data)
    assert user.client().verify().exit_code == 0


def test_a_state_that_is_damaged(site: Path, user: User) -> None:
    user.client(site).install(["hello"])
    (state,) = (user.home / ".local/state/packyard/registries").iterdir()
    assert ClientState(state).load(1 << 20)
    for path in (state / "state.json", state / "entries"):
        data = path.read_bytes()
        for text in (b"{}", data[:-10], data.replace(b"1", b"2", 3)):
            path.write_bytes(text)
            before = tree(user.project)
            with pytest.raises(PackyardError) as refused:
                user.client().install(frozen=True, offline=True)
            assert isinstance(refused.value, WorldError | TrustError), path
            assert tree(user.project) == before
        path.write_bytes(data)


# --- the example, and a registry of several roots ---


def test_the_example_runs(site: Path, user: User, capsys: pytest.CaptureFixture[str]) -> None:
    import packyard.client

    key = json.loads((site / "trust/1.json").read_text())["roots"]["keys"][0]
    (text,) = re.findall(r"\n\n((?:    .*\n|\n)+)\n`Client`", packyard.client.__doc__ or "")
    code = textwrap.dedent(text).replace("https://packs.example.org/", str(site)).replace("RWQ…", key)
    code = code.replace('"my-project"', repr(str(user.project))).replace("key=", f"environ={user.environ!r}, key=")
    exec(compile(code, "example", "exec"), {})
    assert capsys.readouterr().out == "hello 1.1.0\n('alice',)\n(('hello', '', '1.1.0'),)\n"


def test_the_pinned_root_key_is_one_that_has_signed(tmp_path: Path, user: User) -> None:
    registry = small(tmp_path / "repo")
    registry.trust(("root-1", "root-2", "root-3"), 2, by=("root-2", "root-3"))
    registry.commit("Trust")
    keys = {f"PACKYARD_{name.upper()}_KEY": secret_text(name) for name in ("snapshot", "log", "attest")}
    built(tmp_path / "repo", tmp_path / "site", environ=keys, new_log=True)
    client = user.client(tmp_path / "site")
    client.install(["hello"])
    project = json.loads((user.project / "packyard.json").read_text())
    assert project["registries"][0]["key"] == signer("root-2").public_key
    again = user.client()
    again.install()
    assert again.registries.traffic()["main"].rounds == 1
    assert user.told[-1].endswith(" or ".join(signer(name).public_key for name in ROOTS))

"""Imports: nothing goes back, what is refused is put aside, and a kill at any write is survived."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from packyard.audit import audit
from packyard.edges.store import FolderSite, Staging, Workplace
from packyard.errors import BadKey, NotFound, PackyardError, Stale, UsageError, WorldError
from packyard.formats import documents, layout
from packyard.formats.snapshot import parse_snapshot
from packyard.kit.exits import exit_of
from packyard.kit.planning import NEW, applied, check_removal, difference, retained
from tests.kit.conftest import EXPORTER, Kits, Sites, export, imported
from tests.published import flipped, load
from tests.refusals import code_of
from tests.registry import TestRegistry, signer, small
from tests.sites import CRASHED, built
from tests.test_law import ACTS, History


def refused(kit: Path, folder: Path, root: str = "") -> str:
    """The code with which an import is refused, which changes nothing and puts the kit aside."""
    before = load(folder) if folder.exists() else None
    with pytest.raises(PackyardError) as caught:
        imported(kit, folder, root)
    assert (load(folder) if folder.exists() else None) == before
    aside = list((folder.parent / ".packyard" / folder.name / "quarantine").iterdir())
    reasons = [json.loads((place / "reason.json").read_bytes()) for place in aside]
    reason = next(reason for reason in reasons if reason["kit"] == str(kit))
    assert reason["exit"] == exit_of(caught.value.problem.code)
    assert (aside[reasons.index(reason)] / "kit.tar").read_bytes() == kit.read_bytes()
    assert reason["problems"][0]["code"] == caught.value.problem.code
    return caught.value.problem.code


# Order ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "kit", "code"),
    [
        ("nothing", ("delta", 2, 1), "kit-base-missing"),
        ("1", ("delta", 3, 2), "kit-base-missing"),
        ("2", ("delta", 3, 1), "kit-base-missing"),
        ("2", ("full", 1), "kit-older"),
        ("3", ("full", 2), "kit-older"),
        ("3", ("delta", 2, 1), "kit-older"),
    ],
)
def test_out_of_order(kits: Kits, tmp_path: Path, begin: str, kit: tuple[Any, ...], code: str) -> None:
    if begin != "nothing":
        imported(kits("full", int(begin)), tmp_path / "mirror")
    assert refused(kits(*kit), tmp_path / "mirror") == code


@pytest.mark.parametrize(
    ("begin", "kit"), [("1", ("full", 3)), ("1", ("delta", 2, 1)), ("2", ("delta", 2, 1)), ("3", ("delta", 3, 1))]
)
def test_in_order(kits: Kits, sites: Sites, tmp_path: Path, begin: str, kit: tuple[Any, ...]) -> None:
    imported(kits("full", int(begin)), tmp_path / "mirror")
    imported(kits(*kit), tmp_path / "mirror", sites.root)
    assert load(tmp_path / "mirror") == load(sites[kit[1]])


def test_another_history(kits: Kits, tmp_path: Path) -> None:
    """The same keys, and a registry that began again with something else."""
    registry = small(tmp_path / "repo")
    shutil.copytree(kits.sites.folder / "repo/.packyard/keys", tmp_path / "repo/.packyard/keys")
    for number in ("1.1.1", "1.1.2"):
        registry.version("hello", number, "alice")
        registry.commit("Publish another")
        built(registry.path, tmp_path / "site")
        registry.time += 86_400 * 30
    for at in range(40):
        registry.version("hello", f"1.3.{at}", "alice")
    registry.commit("More")
    built(registry.path, tmp_path / "site")
    export(tmp_path / "site", tmp_path / "fork.tar")
    imported(kits("full", 2), tmp_path / "mirror")
    assert refused(tmp_path / "fork.tar", tmp_path / "mirror") == "kit-forked"


def test_another_registry(kits: Kits, tmp_path: Path) -> None:
    fresh = TestRegistry(tmp_path / "fresh")
    fresh.settings(origin="other.example.org", url="https://other.example.org/")
    fresh.publisher("alice")
    fresh.version("hello", "1.0.0", "alice")
    fresh.commit("Open")
    built(fresh.path, tmp_path / "site")
    export(tmp_path / "site", tmp_path / "other.tar")
    imported(kits("full", 1), tmp_path / "mirror")
    assert refused(tmp_path / "other.tar", tmp_path / "mirror") == "kit-origin"


def test_parts_and_wholes_do_not_mix(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    imported(kits("full", 1), tmp_path / "mirror")
    imported(kits("packs", 1), tmp_path / "some")
    imported(kits("tenant", 1), tmp_path / "theirs")
    for profile, folder in (("packs", "mirror"), ("full", "some"), ("tenant", "some"), ("packs", "theirs")):
        with pytest.raises(UsageError) as caught:
            imported(kits(profile, 2), tmp_path / folder)
        assert caught.value.problem.code == "kit-profile"
    for profile, folder in (("packs", "some"), ("tenant", "theirs")):
        assert imported(kits(profile, 2), tmp_path / folder, sites.root).written
        with pytest.raises(Stale):
            imported(kits(profile, 1), tmp_path / folder)


# What an import does not touch ------------------------------------------------------------------------------------


def test_folders_that_are_no_mirrors(kits: Kits, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("keep me")
    built(small(tmp_path / "repo").path, tmp_path / "site")
    for name, code in (("mine", "folder-not-empty"), ("site", "kit-not-a-mirror")):
        with pytest.raises(UsageError) as caught:
            imported(kits("full"), tmp_path / name)
        assert caught.value.problem.code == code
    assert load(tmp_path / "mine") == {"letter.txt": b"keep me"}
    with pytest.raises(NotFound):
        imported(tmp_path / "absent.tar", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_no_network(kits: Kits, sites: Sites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    export(sites[2], tmp_path / "kit.tar")
    imported(tmp_path / "kit.tar", tmp_path / "mirror")


def test_what_fails_is_put_aside(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    imported(kits("full", 1), tmp_path / "mirror")
    data = kits("full", 2).read_bytes()
    for name, bad in {"cut": data[:-5000], "bit": flipped(data, len(data) // 2), "text": b"no kit at all"}.items():
        (tmp_path / f"{name}.tar").write_bytes(bad)
        assert refused(tmp_path / f"{name}.tar", tmp_path / "mirror").startswith("kit-")
    stranger = signer("stranger").public_key
    assert refused(kits("full", 2), tmp_path / "fresh", stranger) == "trust-pinned"
    with pytest.raises(BadKey) as caught:  # a wrong key is no fault of the kit
        imported(kits("full", 2), tmp_path / "mirror", stranger)
    assert caught.value.problem.path == f"{tmp_path}/mirror/trust/1.json"
    imported(kits("full", 2), tmp_path / "mirror", sites.root)
    assert load(tmp_path / "mirror") == load(sites[2])


def test_a_damaged_mirror_is_told(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    imported(kits("full", 1), tmp_path / "mirror")
    text = (tmp_path / "mirror/SNAPSHOT").read_bytes()
    (tmp_path / "mirror/SNAPSHOT").write_bytes(text.replace(b"number 1", b"number 0"))
    assert damaged(kits("full", 2), tmp_path / "mirror") == f"{tmp_path}/mirror/SNAPSHOT"
    (tmp_path / "mirror/SNAPSHOT").write_bytes(text)
    size = parse_snapshot(text).log_size
    for path in ("packs/hello/1.0.0/hello-1.0.0.tar.gz", f"log/tile/0/000.p/{size}", "trust/1.json"):
        data = (tmp_path / "mirror" / path).read_bytes()
        (tmp_path / "mirror" / path).write_bytes(flipped(data, 99))
        assert damaged(kits("full", 2), tmp_path / "mirror").startswith(f"{tmp_path}/mirror/")
        (tmp_path / "mirror" / path).write_bytes(data)
    imported(kits("full", 2), tmp_path / "mirror", sites.root)


def damaged(kit: Path, folder: Path) -> str:
    """Where an import finds that the mirror is damaged; the kit is not blamed for it."""
    with pytest.raises(WorldError) as caught:
        imported(kit, folder)
    assert (caught.value.problem.code, exit_of(caught.value.problem.code)) == ("mirror-damaged", 3)
    assert not (folder.parent / ".packyard" / folder.name / "quarantine").exists()
    return caught.value.problem.path


# Cuts -------------------------------------------------------------------------------------------------------------


def crash(kit: Path, folder: Path, at: int) -> bool:
    """Imports in a process that dies, as by kill -9, before write number `at`; whether it got there."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _die_at(at)
            imported(kit, folder)
            status = 0
        finally:
            os._exit(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, CRASHED)
    return code == CRASHED


def _die_at(at: int) -> None:
    left = [at]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            if left[0] == 0:
                os._exit(CRASHED)
            left[0] -= 1
            return function(*arguments, **named)

        return wrapper

    patch = pytest.MonkeyPatch()
    for owner, name in (
        *((Path, name) for name in ("replace", "rename", "unlink", "mkdir", "rmdir", "write_text")),
        *((Staging, name) for name in ("write", "decide", "clear")),
        *((os, name) for name in ("unlink", "rmdir", "makedirs")),
    ):
        patch.setattr(owner, name, counted(getattr(owner, name)))


@pytest.mark.parametrize(
    ("kit", "begin", "step"),
    [
        (("full", 1), 0, 97),
        (("full", 3), 1, 61),
        (("delta", 3, 2), 2, 41),
        (("packs", 2), 0, 17),
        (("tenant", 2), 0, 17),
        pytest.param(("full", 3), 1, 23, marks=pytest.mark.slow),
        pytest.param(("delta", 3, 2), 2, 7, marks=pytest.mark.slow),
        pytest.param(("packs", 2), 0, 5, marks=pytest.mark.slow),
    ],
)
def test_killed_at_any_write(
    kits: Kits, sites: Sites, tmp_path: Path, kit: tuple[Any, ...], begin: int, step: int
) -> None:
    """After a kill the mirror is as it was or on its way; the same command again ends what was begun."""
    reached = 0
    imported(kits(*kit) if kit[0] in ("packs", "tenant") else kits("full", kit[1]), tmp_path / "whole")
    while True:
        mirror = tmp_path / f"at-{reached}"
        if begin:
            imported(kits("full", begin), mirror)
        if not crash(kits(*kit), mirror, reached):
            break
        if kit[0] in ("full", "delta") and (mirror / layout.SNAPSHOT).exists():
            number = (mirror / layout.SNAPSHOT).read_bytes().split(b"# number ")[1][:1]
            assert number in (str(begin).encode(), str(kit[1]).encode())
        imported(kits(*kit), mirror)
        assert load(mirror) == load(tmp_path / "whole")
        reached += step
    assert reached > 3 * step


def test_a_decided_import_is_finished_first(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    """Whatever is imported next."""
    mirror = tmp_path / "mirror"
    imported(kits("full", 1), mirror)
    at = 0
    while not Staging(Workplace(mirror)).decided():
        assert crash(kits("full", 2), mirror, at)
        at += 40
    with pytest.raises(Stale):
        imported(kits("full", 1), mirror)
    assert load(mirror) == load(sites[2])


# Retention --------------------------------------------------------------------------------------------------------


def test_what_is_kept_stays_for_its_time(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    """A mirror that replaced lists itself keeps them, although the registry knows nothing of them."""
    from hashlib import sha256

    mirror = tmp_path / "mirror"
    imported(kits("full", 1), mirror)
    later, over = b"an old list\n", b"an older list\n"
    digests = {sha256(later).hexdigest(): 4_000_000_000, sha256(over).hexdigest(): 1_000_000_000}
    (mirror / "by-hash").mkdir(exist_ok=True)
    for data in (later, over):
        (mirror / layout.by_hash(sha256(data).hexdigest())).write_bytes(data)
    (mirror / layout.BY_HASH_INDEX).write_bytes(documents.kept_document(digests))
    imported(kits("full", 2), mirror, sites.root)
    assert load(mirror).keys() - load(sites[2]).keys() == {layout.by_hash(sha256(later).hexdigest())}
    assert audit(FolderSite(mirror), None, 0, root_key=sites.root).problems == ()
    imported(kits("delta", 3, 2), mirror, sites.root)
    assert audit(FolderSite(mirror), None, 0, root_key=sites.root).problems == ()
    assert retained({"a": 5, "b": 7}, {"c": 9, "b": 8}, 6) == {"b": 8, "c": 9}


@pytest.mark.parametrize(
    "path",
    ["trust/1.json", "log/tile/0/000", "packs/hello/1.0.0/SHA256SUMS", "packs/hello/1.0.0/SHA256SUMS.minisig",
     "packs/hello/statements/0001-yank.yaml", "publishers/alice/1.yaml", "orgs/acme/1.yaml.alice.minisig"],
)  # fmt: skip
def test_what_is_never_taken_away(path: str) -> None:
    assert code_of(check_removal, path) == "kit-removes"


def test_what_may_go() -> None:
    for path in ("packs/a-b/1.0.0/a-b-1.0.0.tar.gz", "log/tile/0/000.p/7", "tags/x/index.html", "by-hash/" + "0" * 64):
        check_removal(path)


def test_differences_of_lists() -> None:
    base = [("a", "1"), ("b", "1"), ("log/tile/0/000", ""), ("z", "1")]
    new = [("b", "2"), ("c", "1"), ("log/tile/0/000", ""), ("log/tile/0/001.p/3", ""), ("z", "1")]
    found = list(difference(base, new))
    assert found == [
        ("a", "", "gone"), ("b", "2", "new"), ("c", "1", "new"), ("log/tile/0/000", "", "same"),
        ("log/tile/0/001.p/3", "", "new"), ("z", "1", "same"),
    ]  # fmt: skip
    rows = [(path, digest) for path, digest, kind in found if kind == NEW]
    gone = {path for path, _, kind in found if kind == "gone"}
    assert list(applied(base, rows, gone)) == sorted(new)


# Histories --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=10, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, min_size=2, max_size=3))
def test_what_is_exported_is_what_is_imported(plan: list[list[tuple[str, int]]]) -> None:
    """Over random histories: a full kit gives the site, a base and a delta give the whole, and honest packs and lists
    of tenants are never refused."""
    with TemporaryDirectory() as folder:
        _carried(Path(folder), plan)


def _carried(folder: Path, plan: list[list[tuple[str, int]]]) -> None:
    history, site = History(folder / "repo"), folder / "site"
    for step, acts in enumerate([[], *plan]):
        for name, at in acts:
            getattr(history, name)(at)
            history.registry.commit(f"{name} {at}")
        built(history.registry.path, site)
        export(site, folder / f"full-{step}.tar")
        imported(folder / f"full-{step}.tar", folder / f"fresh-{step}")
        assert load(folder / f"fresh-{step}") == load(site)
        if step:
            export(site, folder / f"delta-{step}.tar", profile="delta", bases=(str(folder / f"full-{step - 1}.tar"),))
            imported(folder / f"delta-{step}.tar", folder / "mirror")
        else:
            imported(folder / "full-0.tar", folder / "mirror")
        assert load(folder / "mirror") == load(site)
    alive = [name for name in history.numbers if not _is_gone(site, name)]
    with suppress(NotFound):  # of what a pack depends on, everything may have been withdrawn
        export(site, folder / "packs.tar", profile="packs", wanted=tuple(alive), all_versions=True)
    packs = ", ".join(f'"{name}"' for name in history.numbers)
    text = f"format: packyard/tenant/1\ntenant: all\npacks: [{packs}]\n".encode()
    export(site, folder / "tenant.tar", profile="tenant", tenant=text, signer=EXPORTER)


def _is_gone(site: Path, name: str) -> bool:
    versions = json.loads((site / layout.pack(name, "index.json")).read_bytes())["versions"]
    return all(each["withdrawn"] or each["yanked"] for each in versions)

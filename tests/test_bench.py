"""The synthetic registries of `bench.generate` are what DESIGN says a registry is, by tools that are not ours."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
import yaml

from bench import client
from bench.addone import add_one, add_packs, head_of
from bench.floor import make
from bench.generate import generate
from bench.measure import Change, Failed, change, cost, states
from bench.packs import next_version
from bench.people import person, shape
from bench.profiles import profile
from bench.report import BUILDS, table, write
from bench.run import build, measure, versions_of
from bench.serving import Asked, programs
from bench.text import Prose
from packyard.edges.transport import open_site
from packyard.errors import NotFound
from tests.tools import need

VERSIONS, COMMITS, SEED = 60, 20, 4


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of a small registry's source."""
    folder = tmp_path_factory.mktemp("bench")
    generate(folder, VERSIONS, SEED, COMMITS)
    git(folder, "checkout", "-q", "main")
    return folder / "registry-src"


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def version_folders(source: Path) -> list[Path]:
    return sorted(path.parent for path in source.glob("packs/**/SHA256SUMS"))


def public_key(source: Path, handle: str, scope: str) -> str:
    publisher = yaml.safe_load((source / f"publishers/{handle}.yaml").read_text())
    return next(str(key["key"]) for key in publisher["keys"] if scope in key["scopes"])


def minisign(file: Path, signature: Path, key: str) -> str:
    """The trusted comment of a good prehashed signature."""
    command = [need("minisign"), "-V", "-H", "-Q", "-m", str(file), "-x", str(signature), "-P", key]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def pack_name(source: Path, folder: Path) -> str:
    parts = folder.relative_to(source / "packs").parts
    return "/".join(parts[:2]) if parts[0].startswith("@") else parts[1]


def test_the_same_arguments_give_the_same_commits(source: Path, tmp_path: Path) -> None:
    generate(tmp_path, VERSIONS, SEED, COMMITS)
    assert git(tmp_path, "rev-parse", "main") == git(source, "rev-parse", "main")
    generate(tmp_path / "other", VERSIONS, SEED + 1, COMMITS)
    assert git(tmp_path / "other", "rev-parse", "main") != git(source, "rev-parse", "main")


def test_several_runs_of_git_give_the_commits_of_one(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.generate.PER_PROCESS", VERSIONS // 4)
    generate(tmp_path, VERSIONS, SEED, COMMITS)
    assert git(tmp_path, "rev-parse", "main") == git(source, "rev-parse", "main")


def test_history_is_one_line_with_rising_times(source: Path) -> None:
    times = [int(line) for line in git(source, "log", "--first-parent", "--reverse", "--format=%ct").splitlines()]
    assert len(times) == COMMITS + 1 == int(git(source, "rev-list", "--count", "main"))
    assert times == sorted(set(times))
    assert git(source, "fsck", "--strict") == ""


def test_sums_hold_and_name_every_file(source: Path) -> None:
    folders = version_folders(source)
    assert len(folders) == VERSIONS
    for folder in folders:
        files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        files.remove("SHA256SUMS")
        files.remove("SHA256SUMS.minisig")
        lines = [f"{sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in files]
        assert (folder / "SHA256SUMS").read_text() == "".join(lines)
        assert 4 <= len(files) <= 12


@pytest.mark.interop
def test_minisign_accepts_versions(source: Path) -> None:
    for folder in version_folders(source)[::5]:
        name = pack_name(source, folder)
        what = next(p for p in (profile(shape(SEED, VERSIONS), at) for at in range(VERSIONS)) if p.name == name)
        key = public_key(source, what.publisher.handle, "publish")
        comment = minisign(folder / "SHA256SUMS", folder / "SHA256SUMS.minisig", key)
        assert comment == f"{name} {folder.name}"


@pytest.mark.interop
def test_minisign_accepts_people_and_statements(source: Path) -> None:
    for file in source.glob("publishers/*.yaml"):
        key = public_key(source, file.stem, "admin")
        assert minisign(file, Path(f"{file}.minisig"), key) == f"publisher {file.stem}"
    signed = [*source.glob("orgs/*.minisig"), *source.glob("packs/**/statements/*.minisig")]
    assert signed
    for signature in signed:
        stem, handle = signature.name.removesuffix(".minisig").split(".yaml.")
        text = yaml.safe_load((signature.parent / f"{stem}.yaml").read_text())
        comment = f"org {stem}" if "org" in text else f"statement {text['pack']} {text['sequence']}"
        key = public_key(source, handle, "admin")
        assert minisign(signature.parent / f"{stem}.yaml", signature, key) == comment


def test_manifests_agree_with_their_folders(source: Path) -> None:
    folders = version_folders(source)
    names = {pack_name(source, folder) for folder in folders}
    for folder in folders:
        manifests = [path for path in (folder / "pack.json", folder / "pack.yaml") if path.exists()]
        manifest = yaml.safe_load(manifests[0].read_text())
        assert (len(manifests), manifest["name"], manifest["version"]) == (1, pack_name(source, folder), folder.name)
        assert set(manifest.get("dependencies", ())) <= names
        for document in folder.rglob("*.json"):
            json.loads(document.read_text())


def test_add_one_adds_one_version_and_says_which(tmp_path: Path) -> None:
    generate(tmp_path, VERSIONS, SEED, COMMITS)
    before = git(tmp_path, "rev-parse", "main")
    added = add_one(tmp_path)
    assert git(tmp_path, "rev-parse", "main^") == before
    assert git(tmp_path, "rev-parse", "main") == added.commit
    changed = git(tmp_path, "diff", "--name-status", before, "main").splitlines()
    assert {line.split("\t")[0] for line in changed} == {"A"}
    git(tmp_path, "checkout", "-q", "main")
    sums = next(line.split("\t")[1] for line in changed if line.endswith("/SHA256SUMS"))
    folder = (tmp_path / sums).parent
    assert folder.name == added.version
    assert pack_name(tmp_path / "registry-src", folder) == added.pack
    subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=folder, check=True)
    assert f"trusted comment: {added.pack} {added.version}\n" in (folder / "SHA256SUMS.minisig").read_text()


def test_names_are_unique() -> None:
    what, numbers = shape(1, 1_000_000), range(0, 200_000, 37)
    assert len({profile(what, number).folder.rpartition("/")[2] for number in numbers}) == len(numbers)
    assert len({person(number).handle for number in range(12_000)}) == 12_000


def test_versions_rise() -> None:
    rng, version = Random(3), "0.1.0"
    for _ in range(300):
        after = next_version(rng, version)
        assert [*map(int, after.partition("-")[0].split("."))] >= [*map(int, version.partition("-")[0].split("."))]
        assert after != version
        version = after


def test_text_is_a_function_of_its_stream() -> None:
    first, second = (Prose(Random(7)).document(3000, "Title") for _ in range(2))
    assert first == second
    assert 2500 < len(first) < 5000
    assert first.isascii()


def contents(site: Path) -> dict[str, bytes]:
    return {str(path.relative_to(site)): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_the_floor_makes_the_very_site(tmp_path: Path) -> None:
    generate(tmp_path / "registry", VERSIONS, SEED, COMMITS)
    cost(build(tmp_path / "registry", tmp_path / "work" / "site", 1))
    made = make(tmp_path / "registry", tmp_path / "floor")
    site, least = contents(tmp_path / "work" / "site"), contents(tmp_path / "floor")
    assert made.files == len(site)
    assert least.keys() == site.keys()
    assert {path for path, data in site.items() if least[path] != data} <= {
        "SNAPSHOT",
        "SNAPSHOT.minisig",
        "SNAPSHOT.bundle",
    }
    assert {path: len(data) for path, data in least.items()} == {path: len(data) for path, data in site.items()}


def test_a_change_tells_replaced_from_new_files(tmp_path: Path) -> None:
    for folder in ("by-hash", "search/rows"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("same", "other", "gone", "index.json", "search/catalogue.gz", "search/rows/1.gz"):
        (tmp_path / name).write_text("before")
    before = states(tmp_path)
    (tmp_path / "gone").unlink()
    (tmp_path / "search/rows/1.gz").unlink()
    for name in ("other", "index.json", "new", "by-hash/abc", "search/catalogue.gz", "search/rows/2.gz"):
        (tmp_path / f"{name}.part").write_text("afterwards")
        (tmp_path / f"{name}.part").replace(tmp_path / name)
    assert change(before, states(tmp_path)) == Change(1, 10, 1, 10, 1, 1, 2, 20)


def test_a_command_that_fails_is_not_measured() -> None:
    with pytest.raises(Failed, match="exit code 3"):
        cost([sys.executable, "-c", "raise SystemExit(3)"])


def test_sizes() -> None:
    assert [versions_of(name) for name in ("60", "1k", "100k")] == [60, 1_000, 100_000]


def test_packs_are_added_and_depend_on_others(tmp_path: Path) -> None:
    generate(tmp_path, VERSIONS, SEED, COMMITS)
    packs = head_of(tmp_path).packs
    (leaf,) = add_packs(tmp_path, [{}])
    (needs,) = add_packs(tmp_path, [{leaf.name: "*"}])
    assert head_of(tmp_path).packs == packs + 2
    git(tmp_path, "checkout", "-q", "main")
    (manifest,) = (tmp_path / "registry-src" / needs.folder).glob("*/pack.*")
    assert yaml.safe_load(manifest.read_text())["dependencies"] == [leaf.name]
    again = add_one(tmp_path, leaf.number)
    assert (again.pack, head_of(tmp_path).commit) == (leaf.name, again.commit)


@pytest.mark.parametrize("name", ["http.server", pytest.param("nginx", marks=pytest.mark.interop)])
def test_servers_tell_what_was_asked(tmp_path: Path, name: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a b.txt").write_bytes(b"0123456789")
    if name == "nginx":
        need("nginx")
    with programs()[name](site, tmp_path / "work") as server:
        opened = open_site(server.address)
        assert opened.read("a b.txt", 100) == b"0123456789"
        assert server.asked() == [Asked("a b.txt", 200, 10)]
        opened.fetch("a b.txt", 100, start=7)
        (asked,) = server.asked()
        assert asked == (Asked("a b.txt", 206, 3) if name == "nginx" else Asked("a b.txt", 200, 10))
        with pytest.raises(NotFound):
            opened.read("missing", 100)
        assert [(each.path, each.status) for each in server.asked()] == [("missing", 404)]


def test_a_table_of_the_client() -> None:
    first, second = {("requests", "1"): "1", ("bytes", ""): "9 kB"}, {("requests", "1"): "2"}
    assert client.table({"small": first, "large": second}).splitlines() == [
        "|  | bound | small | large |",
        "| --- | ---: | ---: | ---: |",
        "| requests | 1 | 1 | 2 |",
        "| bytes |  | 9 kB |  |",
    ]


@pytest.mark.slow
def test_a_run_fills_the_page(tmp_path: Path) -> None:
    generate(tmp_path / "registry", VERSIONS, SEED, COMMITS)
    figures = measure(str(VERSIONS), tmp_path / "registry", tmp_path / "run", 1)
    assert figures.touched == 0
    assert figures.audited is not None
    page = tmp_path / "page.md"
    page.write_text(f"# By hand\n{BUILDS[0]}old\n{BUILDS[1]}The end.\n")
    write(page, table([figures], tmp_path))
    text = page.read_text()
    assert text.startswith(f"# By hand\n{BUILDS[0]}")
    assert text.endswith(f"{BUILDS[1]}The end.\n")
    assert "| no change, files written | 0 | 0 |" in text
    assert figures.client["first contact, 12 dependencies at once: rounds", "≤ 3"] in ("3", "3 · 3")
    assert figures.client["nothing new: requests", "1"] in ("1", "1 · 1")

"""Kits of every profile: what they hold, that they verify, and that an import gives what was exported."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from packyard.audit import audit
from packyard.edges.kits import Kit
from packyard.edges.store import FolderSite
from packyard.errors import PackyardError, ProblemsFound, UsageError
from packyard.formats import layout
from packyard.formats.sums import identity
from packyard.formats.trustfile import parse_trust
from packyard.kit.exits import MISSING, exit_of
from packyard.kit.listing import TAIL
from packyard.kit.manifest import format_manifest, format_row, parse_manifest
from packyard.prove import prove, verify_proof
from tests.kit.conftest import EXPORTER, PROFILES, TENANT, Kits, Sites, export, imported, verified
from tests.published import load
from tests.tools import need


def files(kit: Path) -> dict[str, bytes]:
    opened = Kit(kit)
    found = {file.path: opened.intact(at) for at, file in enumerate(opened.rows)}
    opened.close()
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_a_kit_verifies(kits: Kits, sites: Sites, profile: str) -> None:
    found = verified(kits(profile), sites.root, exporter=True)
    assert (found.problems, found.notes) == ((), ())
    assert {note.code for note in verified(kits(profile)).notes} == {"kit-unpinned", "trust-unpinned"}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_same_site_gives_the_same_bytes(kits: Kits, sites: Sites, tmp_path: Path, profile: str) -> None:
    again = Kits(sites, tmp_path)(profile)
    assert again.read_bytes() == kits(profile).read_bytes()


def test_a_full_kit_is_the_site(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        assert files(kits("full", number)) == load(sites[number])
        done = imported(kits("full", number), tmp_path / "mirror", sites.root)
        assert load(tmp_path / "mirror") == load(sites[number])
        assert done.written
    assert imported(kits("full", 3), tmp_path / "mirror")[1:3] == (0, 0)


def test_an_address_gives_the_kit_of_the_folder(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(sites[2]))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        export(address, tmp_path / "full.tar")
        export(address, tmp_path / "packs.tar", profile="packs", wanted=("suite",))
        server.shutdown()
    assert (tmp_path / "full.tar").read_bytes() == kits("full").read_bytes()
    assert (tmp_path / "packs.tar").read_bytes() == kits("packs").read_bytes()


@pytest.mark.parametrize("steps", [((1, 2), (2, 3)), ((1, 3),)])
def test_a_base_and_its_deltas_are_the_whole(
    kits: Kits, sites: Sites, tmp_path: Path, steps: tuple[tuple[int, int], ...]
) -> None:
    imported(kits("full", 1), tmp_path / "mirror")
    for base, number in steps:
        done = imported(kits("delta", number, base), tmp_path / "mirror", sites.root)
        assert load(tmp_path / "mirror") == load(sites[number])
    assert done.removed
    assert audit(FolderSite(tmp_path / "mirror"), None, 0, root_key=sites.root).problems == ()


def test_a_delta_is_what_changed(kits: Kits, sites: Sites) -> None:
    before, after = load(sites[2]), load(sites[3])
    changed = {path for path in after if before.get(path) != after[path]}
    opened = Kit(kits("delta", 3, 2))
    extra = {"trust/1.json", *(path for path in after if path.startswith("trust/1.json."))}
    assert {*opened.paths()} == changed | extra | {layout.BY_HASH_INDEX}
    assert list(opened.manifest.tombstones) == sorted(before.keys() - after.keys())
    assert "packs/hello/1.1.0/hello-1.1.0.tar.gz" in opened.manifest.tombstones
    opened.close()


def test_the_bases_of_a_delta(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    """A kit, its manifest, the site, its snapshot and lists alone, and a kit with a delta after it."""
    expected = kits("delta", 3, 2).read_bytes()
    (tmp_path / "manifest.json").write_bytes(Kit(kits("full", 2)).text)
    lists = tmp_path / "lists"
    for path, data in load(sites[2]).items():
        if path.endswith(".sums") or path == layout.SNAPSHOT:
            (lists / path).parent.mkdir(parents=True, exist_ok=True)
            (lists / path).write_bytes(data)
    chain = (str(kits("full", 1)), str(kits("delta", 2, 1)))
    for at, bases in enumerate(((str(tmp_path / "manifest.json"),), (str(sites[2]),), chain)):
        export(sites[3], tmp_path / f"{at}.tar", profile="delta", bases=bases)
        assert (tmp_path / f"{at}.tar").read_bytes() == expected
    export(sites[3], tmp_path / "lists.tar", profile="delta", bases=(str(lists),))
    imported(kits("full", 2), tmp_path / "mirror")
    imported(tmp_path / "lists.tar", tmp_path / "mirror", sites.root)
    assert audit(FolderSite(tmp_path / "mirror"), None, 0, root_key=sites.root).problems == ()


@pytest.mark.parametrize(
    ("bases", "code"),
    [(("delta",), "kit-base-missing"), (("full 2", "delta"), "kit-base-missing"), (("full 3",), "kit-forked")],
)
def test_bases_that_are_none(kits: Kits, sites: Sites, tmp_path: Path, bases: tuple[str, ...], code: str) -> None:
    places = {"delta": kits("delta", 3, 1), "full 2": kits("full", 2), "full 3": kits("full", 3)}
    with pytest.raises(PackyardError) as caught:
        export(sites[2], tmp_path / "x.tar", profile="delta", bases=tuple(str(places[base]) for base in bases))
    assert caught.value.problem.code == code
    assert list(tmp_path.iterdir()) == []


def test_packs_come_with_what_they_depend_on(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    opened = Kit(kits("packs"))
    chosen = opened.manifest.selection
    assert chosen is not None
    assert chosen.packs == {"@acme/tools": ("1.0.0",), "hello": ("1.2.0",), "suite": ("0.1.0",)}
    tarballs = [path for path in opened.paths() if path.endswith(".tar.gz")]
    assert len(tarballs) == 3
    assert not [path for path in opened.paths() if "other" in path or path == layout.INDEX]
    opened.close()


def test_a_folder_of_packs_serves_them(kits: Kits, sites: Sites, tmp_path: Path) -> None:
    imported(kits("packs"), tmp_path / "some", sites.root)
    whole, some = FolderSite(sites[2]), FolderSite(tmp_path / "some")
    for name, version in (("hello", "1.2.0"), ("suite", "0.1.0"), ("@acme/tools", "1.0.0")):
        assert prove(some, name, version, sites.root) == prove(whole, name, version, sites.root)


def test_a_client_installs_from_a_folder_of_packs(
    kits: Kits, sites: Sites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that sees the registry for the first time, and one that knows it from an earlier kit."""
    from packyard.client import growth
    from packyard.client.api import Client

    assert max(growth.SCAN, growth.TAIL) <= TAIL
    for variable in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    for number, reference, name in ((1, "@acme/tools", "known"), (2, "suite", "known"), (2, "suite", "new")):
        if name == "new":
            monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
        imported(kits("packs", number), tmp_path / "some", sites.root)
        (tmp_path / name).mkdir(exist_ok=True)
        done = Client(tmp_path / name, registry=str(tmp_path / "some"), key=sites.root).install([reference])
        assert reference in {changed[0] for changed in done.changed}


@pytest.mark.parametrize(
    ("wanted", "all_versions", "hello"),
    [
        (("hello",), False, ("1.2.0",)),
        (("hello@1.0.0",), False, ("1.0.0",)),
        (("hello@<1.2.0",), False, ("1.1.0",)),
        (("hello@>=2.0.0-rc",), False, ("2.0.0-rc.1",)),
        (("hello@<1.2.0", "suite"), False, ("1.2.0", "1.1.0")),
        (("hello@^1",), True, ("1.2.0", "1.1.0")),
    ],
)
def test_which_versions_are_taken(
    sites: Sites, tmp_path: Path, wanted: tuple[str, ...], all_versions: bool, hello: tuple[str, ...]
) -> None:
    made = export(sites[2], tmp_path / "x.tar", profile="packs", wanted=wanted, all_versions=all_versions)
    assert made.selection is not None
    assert made.selection.packs["hello"] == hello
    assert verified(tmp_path / "x.tar", sites.root).problems == ()


@pytest.mark.parametrize("wanted", ["nothing", "hello@^9", "hello@1.1.0"])
def test_packs_that_are_not_there(sites: Sites, tmp_path: Path, wanted: str) -> None:
    with pytest.raises(PackyardError) as caught:
        export(sites[3], tmp_path / "x.tar", profile="packs", wanted=(wanted,))
    assert exit_of(caught.value.problem.code) == MISSING
    assert list(tmp_path.iterdir()) == []


def test_a_tenant_sees_nothing_of_others(kits: Kits) -> None:
    found = files(kits("tenant"))
    assert {path.split("/")[0] for path in found} == {
        "SNAPSHOT", "SNAPSHOT.bundle", "SNAPSHOT.minisig", "log", "orgs", "packs", "publishers", "tenant.json", "trust",
    }  # fmt: skip
    for path, data in found.items():
        assert not any(word in path.encode() + data for word in (b"suite", b'"other"', b"packs/other"))
    rows = json.loads(found["tenant.json"])["packs"]
    assert [row["name"] for row in rows] == ["@acme/tools", "hello"]


def test_a_tenants_proofs_hold_by_themselves(kits: Kits) -> None:
    found = files(kits("tenant"))
    here = "packs/@acme/tools/1.0.0/SHA256SUMS"
    trust = parse_trust(found["trust/1.json"])
    assert verify_proof(found[here + ".tlog-proof"], "@acme/tools", "1.0.0", identity(found[here]), trust)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"format: packyard/tenant/1\ntenant: acme\npacks: [suite]\n", "tenant-names"),
        (b"format: packyard/tenant/1\ntenant: acme\npacks: [hello, nothing]\n", "pack-unknown"),
        (b"format: packyard/tenant/1\ntenant: acme\npacks: [other]\n", "tenant-names"),
    ],
)
def test_lists_that_cannot_be_kept(sites: Sites, tmp_path: Path, text: bytes, code: str) -> None:
    with pytest.raises(ProblemsFound) as caught:
        export(sites[2], tmp_path / "x.tar", profile="tenant", tenant=text)
    assert caught.value.problem.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_tenants_kit_is_signed(sites: Sites, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        export(sites[2], tmp_path / "x.tar", profile="tenant", tenant=TENANT, signer=None)


def test_a_damaged_site_gives_no_kit(sites: Sites, tmp_path: Path) -> None:
    shutil.copytree(sites[2], tmp_path / "site")
    (tmp_path / "site/packs/hello/1.2.0/SHA256SUMS").write_bytes(b"")
    for profile, more in (("full", {}), ("packs", {"wanted": ("hello",)}), ("tenant", {"tenant": TENANT})):
        with pytest.raises(ProblemsFound) as caught:
            export(tmp_path / "site", tmp_path / "x.tar", profile=profile, **more)
        assert {problem.code for problem in caught.value.problems} >= {"file-changed"}
    assert not (tmp_path / "x.tar").exists()


def test_nothing_is_overwritten(sites: Sites, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("mine")
    with pytest.raises(UsageError):
        export(sites[2], tmp_path / "x.tar")
    assert (tmp_path / "x.tar").read_text() == "mine"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_manifest_is_parsed_and_formatted(kits: Kits, profile: str) -> None:
    text = Kit(kits(profile)).text
    manifest, rows = parse_manifest(text)
    assert format_manifest(manifest, map(format_row, rows)) == text
    assert json.loads(text)["format"] == "packyard/kit/1"


# Stock tools ------------------------------------------------------------------------------------------------------


@pytest.mark.interop
@pytest.mark.parametrize("profile", PROFILES)
def test_gnu_tar_reads_and_writes_it(kits: Kits, tmp_path: Path, profile: str) -> None:
    tar, kit = need("tar"), kits(profile)
    names = subprocess.run([tar, "-tf", kit], capture_output=True, check=True, text=True).stdout
    assert names.splitlines()[2:] == list(Kit(kit).paths())
    subprocess.run([tar, "-xf", kit, "-C", tmp_path], check=True, capture_output=True)
    assert {path: data for path, data in load(tmp_path).items() if not path.startswith("offline-")} == files(kit)
    command: list[str] = [
        tar,
        "--format=ustar",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=0644",
        "--mtime=@0",
    ]
    command += ["-cf", "-", "-T", "-"]
    made = subprocess.run(command, input=names.encode(), cwd=tmp_path, capture_output=True, check=True)
    assert made.stdout == kit.read_bytes()


@pytest.mark.interop
def test_minisign_verifies_the_manifest(kits: Kits, tmp_path: Path) -> None:
    subprocess.run([need("tar"), "-xf", kits("full"), "-C", tmp_path], check=True)
    command = [need("minisign"), "-VHm", str(tmp_path / "offline-manifest.json"), "-P", EXPORTER.public_key]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Trusted comment: packs.example.org kit 2 full" in said

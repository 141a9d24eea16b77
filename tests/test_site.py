"""A built site in the hands of others: sha256sum, minisign, GNU tar, Go, securesystemslib, nginx, rsync."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.signer._key import SSlibKey

from packyard.audit import audit
from packyard.edges.store import FolderSite, Workplace, walk
from packyard.edges.transport import WebSite
from packyard.errors import Stale, UsageError, WorldError
from packyard.formats import inventory, minisign
from packyard.formats.dsse import PAYLOAD_TYPE
from packyard.formats.snapshot import parse_snapshot
from tests.go.build import checklog
from tests.registry import TestRegistry, small
from tests.sites import built, differences
from tests.tools import need


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> TestRegistry:
    return small(tmp_path_factory.mktemp("registry") / "repo")


@pytest.fixture(scope="module")
def site(repo: TestRegistry) -> Path:
    out = repo.path.parent / "site"
    built(repo.path, out)
    return out


def trust(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((site / "trust/1.json").read_bytes())
    return found


def run(*command: str | Path, cwd: Path, **options: Any) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_sha256sum_follows_the_chain_to_every_file(site: Path) -> None:
    checked, waiting = set[str](), ["SNAPSHOT"]
    while waiting:
        path = waiting.pop()
        if not (site / path).read_bytes():
            continue
        for line in run("sha256sum", "-c", path, cwd=site, env={"LC_ALL": "C"}).splitlines():
            name = line.removesuffix(": OK")
            checked.add(name)
            if name.endswith(".sums"):
                waiting.append(name)
    assert {path for path in walk(site) if not inventory.sealed_apart(path)} == checked


def test_clients_read_no_list_of_pages(site: Path) -> None:
    """What a client downloads of a pack does not grow with what people look at."""
    assert re.findall("  packs/hello/(.*)", (site / "packs/hello/files.sums").read_text()) == [
        "1.0.0/SHA256SUMS",
        "1.0.0/SHA256SUMS.minisig",
        "1.0.0/hello-1.0.0.tar.gz",
        "1.0.0/metadata.json",
        "1.0.0/pages.sums",
        "1.0.0/provenance.intoto.jsonl",
        "1.1.0/SHA256SUMS",
        "1.1.0/SHA256SUMS.minisig",
        "1.1.0/hello-1.1.0.tar.gz",
        "1.1.0/metadata.json",
        "1.1.0/pages.sums",
        "1.1.0/provenance.intoto.jsonl",
        "index.json",
        "pages.sums",
        "statements/0001-yank.yaml",
        "statements/0001-yank.yaml.alice.minisig",
    ]


def test_stock_minisign_verifies_everything_that_is_signed(site: Path) -> None:
    stock = need("minisign")
    keys = {}
    for path in site.glob("publishers/*/index.json"):
        for key in json.loads(path.read_bytes())["keys"]:
            keys[key["key_id"]] = key["key"]
    seen = 0
    for signature in site.glob("packs/**/SHA256SUMS.minisig"):
        key = keys[minisign.parse_signature(signature.read_bytes()).key_id]
        said = run(stock, "-VHm", signature.with_suffix(""), "-P", key, cwd=site)
        name, version = signature.parent.relative_to(site / "packs").as_posix().rsplit("/", 1)
        assert f"Trusted comment: {name} {version}\n" in said
        seen += 1
    assert seen == 4
    assert "snapshot 1 expires" in run(stock, "-VHm", "SNAPSHOT", "-P", trust(site)["snapshot_keys"][0], cwd=site)
    root = trust(site)["roots"]["keys"][0]
    signature = next(site.glob("trust/1.json.*.minisig"))
    run(stock, "-VHm", "trust/1.json", "-x", signature, "-P", root, cwd=site)


def test_gnu_tar_makes_the_same_archive(site: Path, tmp_path: Path) -> None:
    for tarball in site.glob("packs/**/*.tar.gz"):
        folder = tmp_path / tarball.name
        folder.mkdir()
        run("tar", "-xzpf", tarball, "-C", folder, cwd=site)
        run("sha256sum", "-c", "SHA256SUMS", cwd=folder)
        names = "\n".join(sorted(walk(folder), key=str.encode)) + "\n"
        command = [
            "tar",
            "--format=ustar",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "--mtime=@0",
            "-cf",
            "-",
            "-T",
            "-",
        ]
        made = subprocess.run(command, cwd=folder, input=names.encode(), capture_output=True, check=True).stdout
        assert made == gzip.decompress(tarball.read_bytes())


@pytest.mark.interop
def test_go_reads_the_log(site: Path, tmp_path: Path) -> None:
    program = checklog(tmp_path)
    size = parse_snapshot((site / "SNAPSHOT").read_bytes()).log_size
    assert f"ok {size}" in run(program, site, trust(site)["log"]["vkey"], cwd=site)


def test_securesystemslib_verifies_the_provenance(site: Path) -> None:
    key = minisign.parse_public_key(trust(site)["attest_keys"][0])
    public = SSlibKey(key.key_id, "ed25519", "ed25519", {"public": key.raw.hex()})
    for path in site.glob("packs/**/provenance.intoto.jsonl"):
        line = json.loads(path.read_text())
        envelope = Envelope.from_dict(line)
        envelope.verify([public], 1)
        assert envelope.payload_type == PAYLOAD_TYPE
        digests = {each["name"]: each["digest"]["sha256"] for each in json.loads(envelope.payload)["subject"]}
        said = run("sha256sum", *digests, cwd=path.parent)
        assert {row.split("  ")[1]: row.split("  ")[0] for row in said.splitlines()} == digests


@pytest.fixture
def server(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


def test_a_build_goes_on_from_a_site_at_an_address(repo: TestRegistry, site: Path, server: str, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    run("git", "clone", "-q", repo.path, clone, cwd=tmp_path)
    shutil.copytree(repo.path / ".packyard" / "keys", clone / ".packyard" / "keys")
    built(clone, tmp_path / "here" / "site", previous=str(site))
    built(clone, tmp_path / "there" / "site", previous=server)
    assert differences(tmp_path / "here" / "site", tmp_path / "there" / "site") == []
    assert differences(tmp_path / "here" / "site", site) == []


def test_an_audit_works_through_http(site: Path, server: str) -> None:
    now = parse_snapshot((site / "SNAPSHOT").read_bytes()).issued
    report = audit(WebSite(server), None, now)
    assert [problem for problem in report.problems if problem.code not in ("trust-unpinned", "files-unlisted")] == []


@pytest.mark.interop
def test_rsync_makes_a_mirror_that_is_right(site: Path, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    run(need("rsync"), "-a", "--exclude=/SNAPSHOT*", f"{site}/", f"{mirror}/", cwd=tmp_path)
    run(need("rsync"), "-a", "--delete-after", f"{site}/", f"{mirror}/", cwd=tmp_path)
    now = parse_snapshot((site / "SNAPSHOT").read_bytes()).issued
    assert differences(site, mirror) == []
    assert {problem.code for problem in audit(FolderSite(mirror), None, now).problems} <= {"trust-unpinned"}


@pytest.mark.interop
def test_nginx_serves_it(site: Path, tmp_path: Path) -> None:
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(
        f"pid {tmp_path}/pid; error_log stderr; daemon off; user root; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {tmp_path}/a; proxy_temp_path {tmp_path}/b;\n"
        f"fastcgi_temp_path {tmp_path}/c; uwsgi_temp_path {tmp_path}/d; scgi_temp_path {tmp_path}/e;\n"
        f"server {{ listen unix:{tmp_path}/s; root {site}; }} }}\n"
    )
    process = subprocess.Popen([need("nginx"), "-c", str(configuration)], stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            if (tmp_path / "s").exists():
                break
            threading.Event().wait(0.05)
        said = run(need("curl"), "-sf", "--unix-socket", tmp_path / "s", "http://x/packs/hello/", cwd=tmp_path)
        assert said.encode() == (site / "packs/hello/index.html").read_bytes()
        said = run(need("curl"), "-sf", "--unix-socket", tmp_path / "s", "http://x/SNAPSHOT", cwd=tmp_path)
        assert said.encode() == (site / "SNAPSHOT").read_bytes()
    finally:
        process.terminate()
        process.wait()


def test_two_builds_at_once_are_told_apart(repo: TestRegistry, tmp_path: Path) -> None:
    out = tmp_path / "site"
    built(repo.path, out)
    lock = Workplace(out).lock()
    program = [
        sys.executable,
        "-m",
        "packyard",
        "build",
        "--repo",
        str(repo.path),
        "--out",
        str(out),
        "--ref",
        "HEAD~1",
    ]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == WorldError.exit_code
    assert "another build" in done.stderr
    assert lock


def test_a_log_is_never_started_silently(repo: TestRegistry, site: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    shutil.copytree(repo.path / ".packyard" / "keys", keys)
    with pytest.raises(UsageError) as missing:
        built(repo.path, tmp_path / "a" / "site", keys=keys)
    assert missing.value.problem.code == "log-missing"
    built(repo.path, tmp_path / "a" / "site", keys=keys, new_log=True)
    damaged = tmp_path / "damaged"
    shutil.copytree(site, damaged)
    (damaged / "log/checkpoint").unlink()
    with pytest.raises(Stale) as unreadable:
        built(repo.path, tmp_path / "b" / "site", previous=str(damaged))
    assert unreadable.value.problem.code == "log-unreadable"


def test_rewritten_history_is_refused(tmp_path: Path) -> None:
    registry, out = small(tmp_path / "repo"), tmp_path / "site"
    built(registry.path, out)
    before = {path: (out / path).read_bytes() for path in walk(out)}
    parent = run("git", "rev-parse", "HEAD~1", cwd=registry.path).strip()
    registry.time += 7200
    registry.commit("Deprecate other, later", parents=[parent])
    with pytest.raises(Stale) as refused:
        built(registry.path, out)
    assert refused.value.problem.code == "history-rewritten"
    assert {path: (out / path).read_bytes() for path in walk(out)} == before

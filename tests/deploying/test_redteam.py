"""Faults and attacks around deployments: places that are not what they seem, sites that are not whole, full disks; and
configurations into which somebody would like to write.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from packyard.edges.deploy_folder import FolderTarget
from packyard.edges.deploy_host import read_host
from packyard.edges.deploying import open_target
from packyard.edges.store import Workplace
from packyard.errors import BadSignature, FormatError, PackyardError, ProblemsFound, Stale, UsageError, WorldError
from packyard.formats import layout
from packyard.formats.registry import format_registry
from packyard.hosting.caddy import format_caddy
from packyard.hosting.headers import format_headers, format_redirects
from packyard.hosting.nginx import format_nginx
from packyard.hosting.values import Host
from packyard.registry import Registry
from tests.deploying.conftest import Deploy, Sites, files
from tests.deploying.places import Bucket, Folder, Place
from tests.mirror.bed import synced
from tests.published import flipped, load

# Places ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder_name", ["packs", "packs/hello", "packs/hello/1.2.0", "log/tile", "by-hash", "trust"])
def test_links_that_lead_out_of_the_place(
    sites: Sites, folder: Folder, send: Deploy, tmp_path: Path, folder_name: str
) -> None:
    """Nothing is written behind them and nothing is removed there."""
    folder.seed(sites.old)
    outside = tmp_path / "outside"
    linked = folder.root / folder_name
    if linked.exists():
        shutil.copytree(linked, outside)
        shutil.rmtree(linked)
    else:
        outside.mkdir()
    linked.symlink_to(outside)
    before = load(outside)
    with pytest.raises(PackyardError) as caught:
        send(sites.new, folder)
    assert isinstance(caught.value, WorldError | BadSignature)
    assert load(outside) == before
    assert (folder.root / layout.SNAPSHOT).read_bytes() == (sites.old / layout.SNAPSHOT).read_bytes()


def test_the_place_itself_may_be_a_link(sites: Sites, folder: Folder, send: Deploy, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    folder.root.symlink_to(tmp_path / "disk")
    send(sites.old, folder)
    assert folder.files() == files(sites.old)


def test_places_within_each_other(sites: Sites, send: Deploy, tmp_path: Path) -> None:
    site = tmp_path / "a" / "site"
    shutil.copytree(sites.old, site)
    before = load(tmp_path)
    (tmp_path / "link").symlink_to(site)
    for target in (site, site / "www", tmp_path / "a", tmp_path / "a/../a/site/packs", tmp_path / "link"):
        with pytest.raises(UsageError) as caught:
            send(site, Folder(target))
        assert "each other" in caught.value.problem.message
    (tmp_path / "link").unlink()
    assert load(tmp_path) == before


def test_a_folder_that_builds_write(sites: Sites, send: Deploy) -> None:
    """The next build would take for its own what somebody else has put there."""
    with pytest.raises(UsageError) as caught:
        send(sites.old, Folder(sites.newest))
    assert "builds write" in caught.value.problem.message


def test_a_mirror_at_work(sites: Sites, folder: Folder, send: Deploy) -> None:
    synced(load(sites.old), folder.root)
    lock = Workplace(folder.root).lock()
    with pytest.raises(WorldError) as caught:
        send(sites.new, folder)
    assert caught.value.problem.code == "deploy-overtaken"
    os.close(lock)
    send(sites.new, folder)
    assert folder.files() == files(sites.new)


@pytest.mark.parametrize("what", ["pipe", "folder", "link", "huge"])
def test_what_stands_where_the_head_should(
    sites: Sites, folder: Folder, send: Deploy, tmp_path: Path, what: str
) -> None:
    folder.seed(sites.old)
    head = folder.root / layout.SNAPSHOT
    head.unlink()
    made: dict[str, Callable[[], object]] = {
        "pipe": lambda: os.mkfifo(head),
        "folder": head.mkdir,
        "link": lambda: head.symlink_to(sites.old / layout.SNAPSHOT),
        "huge": lambda: head.write_bytes(bytes(1 << 20)),
    }
    made[what]()
    with pytest.raises((WorldError, BadSignature, ProblemsFound)):
        send(sites.new, folder)
    assert not (folder.root / "packs/hello/1.2.0").exists()


@pytest.mark.parametrize("path", ["packs", "packs/hello", "packs/hello/1.2.0", "index"])
def test_a_file_where_a_folder_belongs(sites: Sites, folder: Folder, send: Deploy, path: str) -> None:
    folder.seed(sites.old)
    shutil.rmtree(folder.root / path, ignore_errors=True)
    folder.write(path, b"in the way")
    with pytest.raises(PackyardError):
        send(sites.new, folder)
    assert (folder.root / layout.SNAPSHOT).read_bytes() == (sites.old / layout.SNAPSHOT).read_bytes()
    (folder.root / path).unlink()
    send(sites.new, folder)
    assert folder.files() == files(sites.new)


@pytest.mark.parametrize("data", [b"", b"\x1b[2Jno snapshot\n"])
def test_a_head_that_is_lost_is_told_by_the_bundle(sites: Sites, folder: Folder, send: Deploy, data: bytes) -> None:
    for seed, site, allowed in ((sites.old, sites.new, True), (sites.new, sites.old, False)):
        folder.seed(seed)
        folder.write(layout.SNAPSHOT, data)
        if allowed:
            send(site, folder)
            assert folder.files() == files(site)
        else:
            with pytest.raises(Stale):
                send(site, folder)


def test_a_file_as_the_place(sites: Sites, send: Deploy, tmp_path: Path) -> None:
    (tmp_path / "www").write_bytes(b"mine")
    with pytest.raises((OSError, PackyardError)):
        send(sites.new, Folder(tmp_path / "www"))
    assert (tmp_path / "www").read_bytes() == b"mine"


def test_killed_and_then_something_newer(sites: Sites, tmp_path: Path, send: Deploy) -> None:
    """What a killed deployment left does not keep the next snapshot away."""
    for cut in (1, 40, 200, 330):
        folder = Folder(tmp_path / f"www-{cut}")
        child = os.fork()
        if child == 0:
            _die_after(cut)
            try:
                send(sites.old, folder)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        send(sites.newest, folder)
        assert folder.files() == files(sites.newest)


def _die_after(cut: int) -> None:
    left, plain = [cut], FolderTarget._copy

    def counted(*arguments: object) -> None:
        left[0] -= 1
        if left[0] <= 0:
            os._exit(9)
        plain(*arguments)  # type: ignore[arg-type]  # as they came

    pytest.MonkeyPatch().setattr(FolderTarget, "_copy", counted)


def test_a_full_disk(sites: Sites, folder: Folder, send: Deploy) -> None:
    """The old site stays, whole, until there is room for the new one."""
    folder.seed(sites.old)
    for most in (0, 300, 1_200, 4_000):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
                send(sites.new, folder)
                status = 0
            except (OSError, WorldError):
                status = 3
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
        assert (folder.root / layout.SNAPSHOT).read_bytes() == (sites.old / layout.SNAPSHOT).read_bytes()
        there = folder.files()
        assert all(there[path] == data for path, data in files(sites.old).items() if layout.immutable(path))
    send(sites.new, folder)
    assert folder.files() == files(sites.new)


# Sites --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["packs/hello/1.2.0/hello-1.2.0.tar.gz", "packs/hello/1.2.0/SHA256SUMS", "index.html"])
@pytest.mark.parametrize("how", ["flipped", "gone"])
def test_what_was_not_sealed_is_not_put(
    sites: Sites, folder: Folder, send: Deploy, tmp_path: Path, path: str, how: str
) -> None:
    """Once it were there it would have to stay: what never changes is never written again."""
    shutil.copytree(sites.new, tmp_path / "bad")
    data = (tmp_path / "bad" / path).read_bytes()
    (tmp_path / "bad" / path).unlink()
    if how == "flipped":
        (tmp_path / "bad" / path).write_bytes(flipped(data, len(data) // 2))
    for seeded in (False, True):
        if seeded:
            folder.seed(sites.old)
        before = folder.files() if seeded else {}
        with pytest.raises(ProblemsFound) as caught:
            send(tmp_path / "bad", folder)
        assert {each.code for each in caught.value.problems} == {"file-changed" if how == "flipped" else "file-missing"}
        assert caught.value.problem.path == f"{tmp_path}/bad/{path}"
        assert (folder.files() if folder.root.exists() else {}) == before
    send(sites.new, folder)
    assert folder.files() == files(sites.new)


def test_what_costs_nothing_is_not_read_again(
    sites: Sites, folder: Folder, send: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is put is held against the lists, so the cost follows the change."""
    from packyard.audit.reading import Reading

    send(sites.new, folder)
    read, plain = list[str](), Reading.find

    def counted(self: Reading, path: str, *more: int) -> bytes | None:
        read.append(path)
        return plain(self, path, *more)

    monkeypatch.setattr(Reading, "find", counted)
    send(sites.new, folder)
    assert read == []
    done = send(sites.newest, folder)
    lists = [path for path in read if path.endswith(".sums")]
    assert len(read) - len(lists) <= sum(len(stage.paths) for stage in done.plan.body)


def test_what_was_brought_to_its_end(
    sites: Sites, any_place: Place, send: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing new only the heads are looked at; whatever is done to a file there, `check` finds it."""
    site = tmp_path / "own" / "site"
    shutil.copytree(sites.old, site)
    any_place.seed(sites.old)
    any_place.remove("index.html")
    assert send(site, any_place).plan.files == 1
    any_place.remove("index.html")
    assert send(site, any_place).plan.empty
    assert send(site, any_place, check=True).plan.files == 1
    for bad in (b"", b"{}", b"[" * 100_000, b'{"places": []}', b'{"places": {"x": 5}}', b"\xff"):
        (tmp_path / "own/.packyard/site/deployed.json").write_bytes(bad)
        any_place.remove("index.html")
        assert send(site, any_place).plan.files == 1
    assert any_place.files() == files(sites.old)


def test_what_was_not_brought_to_its_end(
    sites: Sites, folder: Folder, send: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut short after the heads and before the removals, by which a withdrawn tarball goes."""
    site = tmp_path / "own" / "site"
    shutil.copytree(sites.old, site)
    send(site, folder)
    shutil.rmtree(site)
    shutil.copytree(sites.new, site)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(FolderTarget, "remove", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        send(site, folder)
    assert (folder.root / layout.tarball("hello", "1.0.0")).exists()
    send(site, folder, dry_run=True)
    send(site, folder, delete=False)
    send(site, folder)
    assert folder.files() == files(sites.new)


# Object storage -----------------------------------------------------------------------------------------------------


def test_folders_as_consoles_make_them(sites: Sites, bucket: Bucket, send: Deploy) -> None:
    for path in ("", "packs/"):
        bucket.write(path, b"")
    send(sites.old, bucket)
    found = bucket.files()
    assert {path: data for path, data in found.items() if path and not path.endswith("/")} == files(sites.old)


@pytest.mark.parametrize(
    "endpoint", ["nonsense", "http://", "https://key:secret@s3.example", "ftp://s3.example", "//x"]
)
def test_services_that_are_none(sites: Sites, bucket: Bucket, send: Deploy, endpoint: str) -> None:
    with pytest.raises(UsageError) as caught:
        send(sites.old, bucket, endpoint=endpoint)
    assert "secret" not in repr(caught.value.problem)


@pytest.mark.parametrize(
    "target", ["ftp://x/y", "s3://", "s3:///x", "s3://b/x?y", "https://x/", "file:///tmp/x", "git://x"]
)
def test_places_of_no_known_kind(sites: Sites, target: str, tmp_path: Path) -> None:
    from packyard.edges.deploying import Wish

    with pytest.raises(UsageError), open_target(Wish(sites.old, target)):
        pass


# Configurations -----------------------------------------------------------------------------------------------------


def _hosted(site: Path, repo: Path, **settings: object) -> Host:
    """A host whose registry has these settings."""
    (repo / "registry-src").mkdir(parents=True, exist_ok=True)
    plain = Registry("packs.example.org", "Test packs", "https://packs.example.org/", (), 14, {}, {}, {})
    made = plain._replace(**settings)  # type: ignore[arg-type]  # by name
    (repo / "registry-src/registry.yaml").write_bytes(format_registry(made))
    return read_host(site, repo, None)


@pytest.mark.parametrize(
    "bad",
    [
        "x;y",
        "x y",
        'x"y',
        "x'y",
        "x{y",
        "x}y",
        "x$y",
        "x#y",
        "x\\y",
        "x`y",
        "x\ty",
        "x%0ay",
        "x*y",
        "x|y",
        "x(y",
        "x<y",
        "é",
    ],
)
def test_addresses_that_mean_more_than_themselves(sites: Sites, tmp_path: Path, bad: str) -> None:
    """Neither in the address of the registry nor in those of its mirrors."""
    for settings in (
        {"url": f"https://packs.example.org/{bad}/"},
        {"url": f"https://{bad}.example.org/"},
        {"mirrors": (f"https://mirror.example/{bad}/",)},
        {"mirrors": ("https://mirror.example/ok/", f"https://{bad}/")},
    ):
        with pytest.raises((UsageError, ProblemsFound)):
            _hosted(sites.old, tmp_path / "repo", **settings)
    with pytest.raises(UsageError):
        read_host(sites.old, tmp_path / "none", tmp_path / f"www{bad}" if bad not in ("x y", "é") else Path("/srv/é\n"))


def test_the_address_of_a_mirror(sites: Sites, tmp_path: Path) -> None:
    """A copy is served at an address of its own, which is held to the same letters."""
    for url in ("https://mirror.example/packs", "https://mirror.example/packs/"):
        host = read_host(sites.old, tmp_path, None, url)
        assert (host.server, host.base, host.origin) == ("mirror.example", "/packs/", "packs.example.org")
        assert "server_name mirror.example;" in format_nginx(host)
        assert "https://mirror.example {" in format_caddy(host)
    for url in (
        "mirror.example",
        "https://x;y/",
        "https://x/{a}/",
        "javascript:alert(1)",
        "https://user@x/",
        "https://x/?y",
    ):
        with pytest.raises(UsageError):
            read_host(sites.old, tmp_path, None, url)


def test_a_title_is_in_no_configuration(sites: Sites, tmp_path: Path) -> None:
    title = "} location / { return 200 'mine'; } #"
    host = _hosted(sites.old, tmp_path / "repo", title=title)
    paths = [*files(sites.old)]
    made = (format_nginx(host), format_caddy(host), format_headers(host, paths), format_redirects(host))
    assert not [text for text in made if "mine" in text]
    for text in made[:2]:
        assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    "path",
    ["x/a.b\n  Set-Cookie: c=1\n/y", "x/a.b Set", "x/*.b", "x/a.*", "a:b", "x/a.b\r", "é/a.png", 'x/a."', "a\\b/c.png"],
)
def test_names_that_would_be_rules(path: str) -> None:
    host = Host("packs.example.org", "https://packs.example.org/", (), (), "/srv")
    try:
        made = format_headers(host, [path])
    except FormatError as error:
        assert error.code == "host-rules"
    else:
        rules = [line for line in made.splitlines() if not line.startswith(("#", "  ")) and line]
        assert all(re.fullmatch(r"/[A-Za-z0-9._~+@/-]*\*?[A-Za-z0-9._/-]*", rule) for rule in rules)
        assert "Set-Cookie" not in made


@pytest.mark.parametrize(
    "text",
    [b"", b"[" * 500_000, b'{"registry":' + b"[" * 100_000,
     b'{"registry":5,"packs":[',
     b'{"registry":{"origin":5,"url":[]},"packs":[',
     b"\xff\xfe", b'{"registry":{"origin":"a","url":"https://a/"},"packs":[\n{"name":5,"renamed":"x"},\n'],
)  # fmt: skip
def test_an_index_that_is_none(sites: Sites, tmp_path: Path, text: bytes) -> None:
    shutil.copytree(sites.old, tmp_path / "site")
    (tmp_path / "site" / layout.INDEX).write_bytes(text)
    with pytest.raises(WorldError) as caught:
        read_host(tmp_path / "site", tmp_path, None)
    assert caught.value.problem.path.endswith(layout.INDEX)


def test_a_pack_that_is_renamed_to_something_else(sites: Sites, tmp_path: Path) -> None:
    shutil.copytree(sites.old, tmp_path / "site")
    head, *rest = (tmp_path / "site" / layout.INDEX).read_bytes().split(b"\n")
    for name in ('x"; return 302 https://evil.example/', "../../x", "x y", "x;y", "{x}", "$x"):
        row = json.dumps({"name": "hello", "renamed": name}, separators=(",", ":")).encode()
        (tmp_path / "site" / layout.INDEX).write_bytes(b"\n".join((head, row + b",", *rest)))
        with pytest.raises(WorldError):
            read_host(tmp_path / "site", tmp_path, None)

"""The configuration for nginx, in nginx."""

from __future__ import annotations

import http.client
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.formats import layout
from packyard.hosting.nginx import format_nginx
from packyard.hosting.patterns import compressible
from packyard.hosting.values import COMPRESSED
from tests.hosting.conftest import MIRROR, ask, decoded, free_port, heard, host_of, longest, on, paths, running, told
from tests.tools import need

pytestmark = pytest.mark.interop

TARBALL = layout.tarball("hello", "1.1.0")
WITH_TOKEN = {"Authorization": "Bearer of-a-friend"}


def configure(folder: Path, site: Path, url: str = "http://127.0.0.1/", root: Path | None = None) -> int:
    """Writes a whole configuration into the folder; gives the port."""
    port, host = free_port(), host_of(site, url)._replace(root=str(root or site))
    (folder / "made.conf").write_text(format_nginx(host))
    (folder / f"{host.name}.d").mkdir()
    (folder / f"{host.name}.d/own.conf").write_text(f"listen 127.0.0.1:{port};\n")
    (folder / f"{host.name}.tokens").write_text('"Bearer of-a-friend" friend;\n')
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{name}_temp_path {folder}/{name};" for name in places)
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid; error_log stderr; daemon off; user root; events {{}}\n"
        f"http {{ access_log off; {temporary} include made.conf; }}\n"
    )
    return port


@pytest.fixture
def port(site: Path, tmp_path: Path) -> Iterator[int]:
    """A running nginx."""
    port = configure(tmp_path, site)
    with running([need("nginx"), "-c", str(tmp_path / "nginx.conf")], port, tmp_path):
        yield port


def test_every_path_is_what_the_layout_says(site: Path, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for path in paths(site):
        answer = on(connection, path, **WITH_TOKEN)
        assert (answer.status, answer.body) == (200, (site / path).read_bytes()), path
        assert heard(path, answer) == told(path), path
        assert "content-encoding" not in answer.headers
        assert answer.headers.get("access-control-allow-origin") == (None if path.endswith(".html") else "*")
    connection.close()


def test_a_folder_is_its_page(site: Path, port: int) -> None:
    for path in ("", "packs/hello/", "packs/@acme/tools/"):
        answer = ask(port, path)
        assert answer.body == (site / path / "index.html").read_bytes()
        assert heard("index.html", answer) == told("index.html")
    assert (ask(port, "packs/hello").status, ask(port, "packs/hello").headers["location"]) == (301, "/packs/hello/")


def test_what_is_not_there_is_not_listed_and_not_kept(site: Path, port: int) -> None:
    for path in ("log/", "trust/", "packs/nobody/", "assets/none.css", TARBALL + "x"):
        answer = ask(port, path)
        assert (answer.status, answer.body) == (404, (site / "404.html").read_bytes())
        assert heard("404.html", answer) == told("404.html") | {"cache-control": "no-store"}
    assert ask(port, "../etc/passwd").status == 400


def test_a_site_without_a_page_for_it(site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    (copy / "404.html").unlink()
    port = configure(tmp_path, site, root=copy)
    with running([need("nginx"), "-c", str(tmp_path / "nginx.conf")], port, tmp_path):
        answer = ask(port, "trust/99.json")
    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")


def test_limits_and_what_is_told_of_them(site: Path, port: int) -> None:
    told = [ask(port, "SNAPSHOT") for _ in range(130)]
    assert {answer.headers["x-ratelimit-limit"] for answer in told} == {"100"}
    assert [answer.status for answer in told[:100]] == [200] * 100
    first = next(answer for answer in told if answer.status != 200)
    assert (first.status, first.headers["retry-after"], first.headers["x-ratelimit-remaining"]) == (429, "1", "0")
    assert first.headers["cache-control"] == "no-store"
    assert not {"retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"} & set(told[0].headers)
    friend = ask(port, "SNAPSHOT", **WITH_TOKEN)
    assert (friend.status, friend.headers["x-ratelimit-limit"]) == (200, "1000")
    assert ask(port, "SNAPSHOT", Authorization="Bearer invented").headers["x-ratelimit-limit"] == "100"
    assert ask(port, next(path for path in paths(site) if path.startswith("assets/"))).status == 200


def test_text_is_compressed_on_its_way_and_nothing_else(site: Path, port: int) -> None:
    for path in longest(site):
        answer, whole = ask(port, path, Accept_Encoding="gzip, br"), (site / path).read_bytes()
        gains = len(whole) >= COMPRESSED and compressible(layout.kind(path).content_type)
        assert answer.headers.get("content-encoding") == ("gzip" if gains else None), path
        assert (decoded(answer), heard(path, answer)) == (whole, told(path)), path
        assert (answer.headers.get("vary") == "Accept-Encoding") == gains, path


def test_tarballs_come_in_parts(site: Path, port: int) -> None:
    whole = (site / TARBALL).read_bytes()
    part = ask(port, TARBALL, Range="bytes=10-19")
    assert (part.status, part.body) == (206, whole[10:20])


def test_nothing_new_is_told_in_few_bytes(port: int) -> None:
    etag = ask(port, "SNAPSHOT").headers["etag"]
    again = ask(port, "SNAPSHOT", If_None_Match=etag)
    assert (again.status, again.body, again.headers["cache-control"]) == (
        304,
        b"",
        layout.kind("SNAPSHOT").cache_control,
    )


def test_others_may_read_and_nothing_else(port: int) -> None:
    asked = ask(port, "index.json", "OPTIONS", Origin="https://a.example", Access_Control_Request_Method="GET")
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "GET, HEAD")
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert {ask(port, "index.json", method).status for method in ("POST", "PUT", "DELETE")} == {405}


def test_mirrors_and_renamed_packs(site: Path, port: int) -> None:
    assert ask(port, TARBALL).headers["link"] == f"<{MIRROR}{TARBALL}>; rel=duplicate"
    assert "link" not in ask(port, "index.json").headers
    for path in ("packs/other", "packs/other/"):
        answer = ask(port, path)
        assert (answer.status, answer.headers["location"]) == (302, "/packs/tools-of-bob/")
    page = ask(port, "packs/other/index.html")
    assert (page.status, page.body) == (200, (site / "packs/other/index.html").read_bytes())


def test_an_address_with_a_path(site: Path, tmp_path: Path) -> None:
    (tmp_path / "above").mkdir()
    (tmp_path / "above/r.x").symlink_to(site)
    port = configure(tmp_path, site, "http://127.0.0.1/r.x/", tmp_path / "above")
    with running([need("nginx"), "-c", str(tmp_path / "nginx.conf")], port, tmp_path):
        for path in ("trust/1.json", "SNAPSHOT", "packs/hello/index.html", layout.BY_HASH_INDEX):
            if (site / path).exists():
                assert ask(port, f"r.x/{path}").headers["cache-control"] == layout.kind(path).cache_control
        assert ask(port, "r.x/packs/other/").headers["location"] == "/r.x/packs/tools-of-bob/"


def test_it_is_the_same_each_time(site: Path) -> None:
    assert format_nginx(host_of(site)) == format_nginx(host_of(site))

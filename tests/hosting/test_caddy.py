"""The configuration for Caddy, in Caddy."""

from __future__ import annotations

import http.client
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from packyard.formats import layout
from packyard.hosting.caddy import format_caddy
from packyard.hosting.patterns import compressible
from packyard.hosting.values import COMPRESSED
from tests.hosting.conftest import MIRROR, ask, decoded, free_port, heard, host_of, longest, on, paths, running, told
from tests.tools import need

pytestmark = pytest.mark.interop

TARBALL = layout.tarball("hello", "1.1.0")


def configure(folder: Path, site: Path, root: Path | None = None) -> int:
    """Writes a whole configuration into the folder; gives the port."""
    port = free_port()
    host = host_of(site, f"http://127.0.0.1:{port}/")._replace(root=str(root or site))
    (folder / "made.caddy").write_text(format_caddy(host))
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\nimport made.caddy\n")
    return port


def command(folder: Path) -> list[str]:
    return [need("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(scope="module")
def port(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A running Caddy."""
    folder = tmp_path_factory.mktemp("caddy")
    port = configure(folder, site)
    with running(command(folder), port, folder):
        yield port


def test_it_is_valid_and_in_the_form_of_caddy_itself(site: Path, tmp_path: Path) -> None:
    configure(tmp_path, site)
    check = [need("caddy"), "validate", "--config", "Caddyfile", "--adapter", "caddyfile"]
    subprocess.run(check, cwd=tmp_path, check=True, capture_output=True)
    formatted = subprocess.run([need("caddy"), "fmt", "made.caddy"], cwd=tmp_path, check=False, capture_output=True)
    assert formatted.stdout == (tmp_path / "made.caddy").read_bytes()


def test_every_path_is_what_the_layout_says(site: Path, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for path in paths(site):
        answer = on(connection, path)
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


@pytest.mark.parametrize("path", ["log/", "trust/", "packs/nobody/", "assets/none.css", TARBALL + "x"])
def test_what_is_not_there_is_not_listed_and_not_kept(site: Path, port: int, path: str) -> None:
    answer = ask(port, path)
    assert (answer.status, answer.body) == (404, (site / "404.html").read_bytes())
    assert heard("404.html", answer) == told("404.html") | {"cache-control": "no-store"}


def test_a_site_without_a_page_for_it(site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "copy")
    (copy / "404.html").unlink()
    port = configure(tmp_path, site, copy)
    with running(command(tmp_path), port, tmp_path):
        answer = ask(port, "trust/99.json")
    assert (answer.status, answer.body) == (404, b"404 Not Found")
    found = answer.headers["content-type"], answer.headers["cache-control"]
    assert found == ("text/plain; charset=utf-8", "no-store")


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


def test_others_may_read_and_nothing_else(port: int) -> None:
    asked = ask(port, "index.json", "OPTIONS", Origin="https://a.example", Access_Control_Request_Method="GET")
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "GET, HEAD")
    refused = [ask(port, "index.json", method) for method in ("POST", "PUT", "DELETE")]
    assert {(answer.status, answer.body) for answer in refused} == {(405, b"405 Method Not Allowed")}


def test_no_limit_is_pretended(site: Path, port: int) -> None:
    assert not [name for name in ask(port, "SNAPSHOT").headers if name.startswith("x-ratelimit")]
    assert "counts no requests" in format_caddy(host_of(site))


def test_mirrors_and_renamed_packs(site: Path, port: int) -> None:
    assert ask(port, TARBALL).headers["link"] == f"<{MIRROR}{TARBALL}>; rel=duplicate"
    for path in ("packs/other", "packs/other/"):
        answer = ask(port, path)
        assert (answer.status, answer.headers["location"]) == (302, "/packs/tools-of-bob/")
    page = ask(port, "packs/other/index.html")
    assert (page.status, page.body) == (200, (site / "packs/other/index.html").read_bytes())

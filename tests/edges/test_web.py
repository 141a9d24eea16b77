"""Servers of every kind, asked over real connections: what comes is right, or an error that says why, and in time."""

from __future__ import annotations

import gzip
import socket
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from packyard import __version__
from packyard.edges.tokens import Token
from packyard.edges.transport import WebSite, origin_of
from packyard.edges.web import Patience, Web
from packyard.errors import NotFound, PackyardError, WorldError
from tests.badserver import (
    Behaviour,
    bomb,
    certificate,
    cut,
    drip,
    endless,
    endless_chunks,
    flood,
    head,
    in_turn,
    raw,
    redirect,
    reset,
    serving,
    silence,
    whole,
    zipped,
)

BODY = bytes(range(256)) * 4
#: Long enough for a busy machine to answer in, and longer than any failure may take that is not one of slowness.
HASTE = Patience(connect=20, silence=20, whole=20, slowest=1_000_000, attempts=3, pause=0.001, longest=5)
SLOW_TO_FAIL = 10.0


def hasty(**changes: Any) -> Web:
    return Web(HASTE._replace(**changes), sleep=lambda _: None)


def read(behaviour: Behaviour, web: Web | None = None, path: str = "file", limit: int = 5_000) -> bytes:
    with serving({f"/{path}": behaviour}) as server:
        return WebSite(server.url, web=web or hasty()).read(path, limit)


def refused(behaviour: Behaviour, web: Web | None = None, path: str = "file", limit: int = 5_000) -> PackyardError:
    began = time.monotonic()
    with pytest.raises((WorldError, NotFound)) as caught:
        read(behaviour, web, path, limit)
    assert time.monotonic() - began < SLOW_TO_FAIL
    assert caught.value.problem.path.startswith("http://127.0.0.1:")
    return caught.value


def test_a_file_over_a_kept_connection() -> None:
    with serving({"/a%20b/@c": whole(BODY), "/empty": whole(b"")}) as server:
        site = WebSite(server.url + "/", web=hasty())
        assert [site.read("a b/@c", len(BODY)) for _ in range(3)] == [BODY] * 3
        assert site.read("empty", 0) == b""
        for _ in range(2):
            with pytest.raises(NotFound):
                site.read("gone", 5)
        assert server.connections == 1
        asked = server.asked[0]
        assert asked.method == "GET"
        assert asked.headers["user-agent"] == f"packyard/{__version__}"
        assert asked.headers["accept-encoding"] == "identity"
        assert "authorization" not in asked.headers
        assert (site.traffic.rounds, site.traffic.requests) == (6, 6)
        assert site.traffic.received == 3 * len(BODY) + 2 * len(b"missing")
        assert repr(site.traffic) == f"6 requests in 6 rounds, {site.traffic.received} bytes"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, NotFound, "file-missing"),
        (410, NotFound, "file-missing"),
        (403, NotFound, "file-forbidden"),
        (401, WorldError, "access-denied"),
        (500, WorldError, "network-failed"),
        (204, WorldError, "network-failed"),
        (206, WorldError, "network-failed"),
        (304, WorldError, "network-failed"),
        (416, WorldError, "network-failed"),
        (999, WorldError, "network-failed"),
    ],
)
def test_what_a_status_means(status: int, kind: type[PackyardError], code: str) -> None:
    failure = refused(whole(b"", status))
    assert type(failure) is kind
    assert failure.problem.code == code


@pytest.mark.parametrize(
    "behaviour",
    [
        endless(),
        endless(head(Content_Length="100000000000")),
        endless_chunks(),
        endless_chunks(1),
        whole(bytes(5_001)),
        whole(b"", Content_Length="5001"),
        whole(bomb(20_000_000), Content_Encoding="gzip"),
        whole(gzip.compress(bytes(5_001)), Content_Encoding="gzip"),
        raw(head(version="HTTP/1.0") + bytes(5_001)),
    ],
    ids=range(9),
)
def test_more_than_the_limit_is_not_read(behaviour: Behaviour) -> None:
    web = hasty()
    failure = refused(behaviour, web)
    assert failure.problem.code == "too-large"
    assert web.traffic.received <= 150_000


@pytest.mark.parametrize("at", [*range(0, 45, 3), 50, 100, len(BODY) // 2, len(BODY) + 38, len(BODY) + 39])
def test_a_body_that_ends_early_is_tried_again(at: int) -> None:
    sent = head(Content_Length=str(len(BODY))) + BODY
    assert at < len(sent)
    assert read(in_turn(cut(BODY, at), reset(sent[:at]), whole(BODY))) == BODY
    web = hasty()
    failure = refused(cut(BODY, at), web)
    assert failure.problem.code == "network-failed"
    assert web.traffic.requests == 3


@pytest.mark.parametrize("at", range(0, 80, 5))
def test_chunks_that_end_early_are_tried_again(at: int) -> None:
    sent = head(Transfer_Encoding="chunked") + b"4\r\nabcd\r\n4;x=y\r\nefgh\r\n0\r\nTrailer: x\r\n\r\n"
    assert read(raw(sent)) == b"abcdefgh"
    if at < sent.index(b"0\r\nTrailer"):
        assert refused(raw(sent[:at])).problem.code == "network-failed"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"garbage\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc X\r\n\r\n",
        b"HTTP/9.9 200 X\r\n\r\n",
        b"SSH-2.0-server\r\n",
        head(Content_Length="5, 6") + b"12345",
        head(Transfer_Encoding="chunked") + b"zz\r\nabc\r\n",
        head(Transfer_Encoding="chunked") + b"-5\r\nabc\r\n",
        head(Transfer_Encoding="chunked") + b"ffffffffffffffffffff\r\nabc\r\n",
        head(Content_Encoding="br", Content_Length="3") + b"abc",
        head(Content_Encoding="gzip, gzip", Content_Length="3") + b"abc",
        head(Content_Encoding="gzip", Content_Length="3") + b"abc",
        head(Content_Encoding="gzip", Content_Length="20") + gzip.compress(b"text")[:20],
        head(Content_Encoding="gzip") + gzip.compress(b"text") + b"more",
        head(Transfer_Encoding="gzip, chunked") + b"4\r\nabcd\r\n0\r\n\r\n",
        b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 X\r\nA: " + b"x" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20,
    ],
    ids=range(20),
)
def test_what_is_no_answer(data: bytes) -> None:
    assert refused(raw(data)).problem.code == "network-failed"


@pytest.mark.parametrize(
    ("behaviour", "path"),
    [
        (zipped(BODY), "file"),
        (whole(gzip.compress(BODY), Content_Encoding="x-gzip"), "file"),
        (whole(BODY, Content_Encoding="identity"), "file"),
        (whole(BODY, Content_Encoding="gzip"), "file.tar.gz"),
        (raw(head(version="HTTP/1.0") + BODY), "file"),
        (raw(head(Content_Length="junk") + BODY), "file"),
        (raw(head(Connection="close", Content_Length=str(len(BODY))) + BODY + b"more"), "file"),
        (raw(b"HTTP/1.1 100 Continue\r\n\r\n" + head(Content_Length=str(len(BODY))) + BODY), "file"),
        (drip(head(Content_Length="4") + b"slow", 0.001), "file"),
    ],
    ids=range(9),
)
def test_what_servers_may_do(behaviour: Behaviour, path: str) -> None:
    assert read(behaviour, path=path) in (BODY, b"slow")


def test_a_missing_file_may_be_said_to_be_missing_in_any_encoding() -> None:
    assert refused(whole(b"junk", 404, Content_Encoding="br")).problem.code == "file-missing"
    assert refused(whole(b"", 404, Content_Length="100000000")).problem.code == "file-missing"
    assert refused(endless(head(404))).problem.code == "file-missing"
    assert refused(raw(head(404, version="HTTP/1.0"))).problem.code == "file-missing"


@pytest.mark.parametrize(
    "behaviour",
    [
        drip(head(Content_Length="1000") + bytes(1000), 0.02),
        drip(head() + bytes(1000), 0.02),
        drip(head(Transfer_Encoding="chunked") + b"1\r\na\r\n" * 100, 0.02),
        drip(head(Transfer_Encoding="chunked") + b"1;" + b"x" * 1000, 0.02),
        drip(b"HTTP/1.1 200 " + b"x" * 1000, 0.02),
        drip(b"HTTP/1.1 200 X\r\nA: " + b"x" * 1000, 0.02),
        flood(b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        drip(head(404) + bytes(1000), 0.02),
        drip(head(302, Location="/x") + bytes(1000), 0.02),
    ],
    ids=range(9),
)
def test_slow_servers_are_cut_off(behaviour: Behaviour) -> None:
    web = hasty(whole=0.25)
    assert refused(behaviour, web).problem.code == "network-slow"
    assert web.traffic.requests == 1


@pytest.mark.parametrize(
    "behaviour", [silence(), drip(head(Content_Length="9") + b"1", 0), drip(b"HTTP/1.1", 0)], ids=range(3)
)
def test_silent_servers_are_given_up(behaviour: Behaviour) -> None:
    web = hasty(silence=0.2)
    failure = refused(behaviour, web)
    assert failure.problem.message == "the server does not answer in time"
    assert web.traffic.requests == 1


def test_who_sends_fast_enough_is_not_cut_off() -> None:
    body = bytes(80)
    sent = drip(head(Content_Length="80") + body, 0.006)
    assert read(sent, hasty(whole=0.6, slowest=40)) == body


def test_headers_without_end() -> None:
    assert refused(flood(b"A: b\r\n")).problem.code == "network-failed"


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    web = hasty()
    site = WebSite(f"http://127.0.0.1:{port}/", web=web)
    for requests in (3, 4, 5):  # once it has failed, it is not waited for again
        with pytest.raises(WorldError) as caught:
            site.read("file", 5)
        assert "refused" in caught.value.problem.found
        assert web.traffic.requests == requests


def test_a_peer_that_closes_kept_connections() -> None:
    def once(asked: object) -> None:
        whole(BODY)(asked)  # type: ignore[arg-type]  # as every behaviour
        raw(b"")(asked)  # type: ignore[arg-type]  # the same

    with serving({"/file": once}) as server:
        site = WebSite(server.url, web=hasty())
        assert [site.read("file", 5_000) for _ in range(5)] == [BODY] * 5


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_passing_failures_are_tried_again(status: int) -> None:
    waits = list[float]()
    web = Web(HASTE._replace(attempts=4, pause=0.5), sleep=waits.append)
    assert read(in_turn(whole(b"", status), whole(b"", status), whole(BODY)), web) == BODY
    assert 0.25 <= waits[0] <= 0.75 <= 1.5 * waits[1] <= 2.25
    assert f"answered {status}" in refused(whole(b"", status)).problem.message


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("2", 2, 2),
        ("soon", 0, 1),
        ("-5", 0, 1),
        ("0", 0, 1),
        (4, 1, 4),
        (-100, 0, 1),
        ("Fri, 99 Foo 2026", 0, 1),
    ],
)
def test_retry_after(said: str | int, least: float, most: float) -> None:
    waits = list[float]()
    said = said if isinstance(said, str) else formatdate(time.time() + said, usegmt=True)
    assert read(in_turn(whole(b"", 429, Retry_After=said), whole(BODY)), Web(HASTE, sleep=waits.append)) == BODY
    assert least <= waits[0] <= most


@pytest.mark.parametrize("said", ["3600", "999999999", 3600])
def test_nobody_waits_for_long(said: str | int) -> None:
    web = hasty()
    said = said if isinstance(said, str) else formatdate(time.time() + said, usegmt=True)
    refused(whole(b"", 503, Retry_After=said), web)
    assert web.traffic.requests == 1


def test_redirects_on_the_same_server() -> None:
    site = {"/a": redirect("/b"), "/b": redirect("c?x=1#y", 308), "/c?x=1": redirect("./d", 301), "/d": whole(BODY)}
    with serving(site) as server:
        answer = WebSite(server.url, web=hasty()).fetch("a", 5_000)
        assert (answer.data, answer.address) == (BODY, f"{server.url}/d")
        assert server.connections == 1
        server.site["/d"] = redirect("/e")
        server.site["/e"] = whole(BODY)
        with pytest.raises(WorldError) as caught:
            WebSite(server.url, web=hasty()).fetch("a", 5_000)
    assert caught.value.problem.message == "too many redirects"
    assert caught.value.problem.code == "redirect-refused"


def test_a_redirect_in_a_circle() -> None:
    web = hasty()
    assert refused(redirect("/file"), web).problem.message == "too many redirects"
    assert web.traffic.requests == 4


@pytest.mark.parametrize(
    "to",
    [
        "",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "//example.org/x",
        "http://127.0.0.1/",
        "http://localhost:{port}/ok",
        "http://user@127.0.0.1:{port}/ok",
        "http://127.0.0.1:99999/",
        "http://[::1/",
        "https://127.0.0.1:{port}/ok",
        "http://127.0.0.1:{port}@example.org/",
        "javascript:alert(1)",
        "data:,x",
        "/" + "x" * 3_000,
        "http:\\\\example.org\\",
        "http://127.0.0.1.example.org:{port}/",
        "/\x1b[31mred",
    ],
)
def test_redirects_elsewhere_are_refused(to: str) -> None:
    with serving({"/ok": whole(BODY)}) as server:
        server.site["/file"] = redirect(to.format(port=server.port))
        with pytest.raises(PackyardError) as caught:
            WebSite(server.url, web=hasty()).read("file", 5_000)
    failure = caught.value
    assert failure.problem.code in ("redirect-refused", "file-missing")
    assert failure.problem.found.isprintable()
    assert (failure.problem.code == "file-missing") == ("\\" in to), "a backslash is no separator"


def test_redirects_to_mirrors_that_are_named() -> None:
    with serving({"/file": whole(BODY)}) as mirror, serving({"/file": redirect(mirror.url + "/file")}) as server:
        answer = WebSite(server.url, web=hasty(), allowed=[mirror.url + "/other/"]).fetch("file", 5_000)
        assert (answer.data, answer.address) == (BODY, f"{mirror.url}/file")
        with pytest.raises(WorldError) as caught:
            WebSite(server.url, web=hasty(), allowed=["file:///"]).fetch("file", 5_000)
    assert caught.value.problem.message == "a redirect leads elsewhere"
    assert caught.value.problem.found == f"{mirror.url}/file"


def test_https_and_never_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, context = certificate(tmp_path)
    with serving({"/file": whole(BODY)}) as plain, serving({"/file": whole(BODY)}, context) as server:
        with pytest.raises(WorldError) as caught:
            WebSite(server.url, web=hasty()).read("file", 5_000)
        assert "CERTIFICATE" in caught.value.problem.found.upper()
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        site = WebSite(server.url, web=hasty(), allowed=[plain.url])
        assert site.read("file", 5_000) == BODY
        assert site.read("file", 5_000) == BODY
        server.site["/file"] = redirect(plain.url + "/file")
        with pytest.raises(WorldError) as caught:
            site.read("file", 5_000)
        assert caught.value.problem.message == "a redirect leads from https to http"
        server.site["/file"] = drip(head() + bytes(1000), 0.02)
        with pytest.raises(WorldError) as caught:
            WebSite(server.url, web=hasty(whole=0.25)).read("file", 5_000)
        assert caught.value.problem.code == "network-slow"
        server.site["/file"] = in_turn(cut(BODY, 100), reset(head()), whole(BODY))
        server.asked.clear()
        assert site.read("file", 5_000) == BODY
        plain.site["/file"] = redirect(server.url + "/file")
        assert WebSite(plain.url, web=hasty(), allowed=[server.url]).read("file", 5_000) == BODY


def test_a_handshake_that_drips(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        began = time.monotonic()
        with pytest.raises(WorldError):
            WebSite(f"https://127.0.0.1:{port}", web=hasty(connect=0.5)).read("file", 5)
    assert time.monotonic() - began < SLOW_TO_FAIL


def test_a_token_goes_to_its_own_server_only() -> None:
    with serving({"/file": whole(BODY), "/next": whole(BODY)}) as mirror, serving({}) as server:
        origin = origin_of(server.url)
        assert origin
        server.site |= {"/file": redirect("/next"), "/next": redirect(mirror.url + "/next")}
        site = WebSite(server.url, web=hasty(), token=Token(origin, "s3cret"), allowed=[mirror.url])
        assert site.read("file", 5_000) == BODY
        assert [asked.headers.get("authorization") for asked in server.asked] == ["Bearer s3cret"] * 2
        assert [asked.headers.get("authorization") for asked in mirror.asked] == [None]


@pytest.mark.parametrize(
    "behaviour",
    [
        raw(b"HTTP/1.1 s3cret X\r\n\r\n"),
        raw(b"s3cret s3cret\r\n\r\n"),
        redirect("http://example.org/s3cret?s3cret"),
        redirect("/s3cret?s3cret"),
        whole(b"s3cret", 401),
        whole(b"s3cret", Content_Encoding="s3cret"),
        whole(b"s3cret" * 1000),
    ],
    ids=range(7),
)
def test_a_token_is_in_no_message(behaviour: Behaviour) -> None:
    with serving({"/file": behaviour}) as server:
        origin = origin_of(server.url)
        assert origin
        token = Token(origin, "s3cret")
        with pytest.raises(PackyardError) as caught:
            WebSite(server.url, web=hasty(), token=token).read("file", 500)
    assert "s3cret" not in f"{caught.value.problem} {caught.value!r} {token!r} {token}"


def test_time_limits_are_for_one_request_each() -> None:
    web = hasty(whole=2)
    with serving({"/file": drip(head(Content_Length="10") + bytes(10), 0.005)}) as server:
        site = WebSite(server.url, web=web)
        for _ in range(3):
            assert site.read("file", 10) == bytes(10)
            time.sleep(0.8)

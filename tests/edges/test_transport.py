"""Sites at addresses and in folders, read alike: what is new, what has changed, many files at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.edges.transport import (
    Fetcher,
    FolderPlace,
    Validator,
    WebSite,
    fetch_all,
    in_parallel,
    open_site,
    origin_of,
)
from packyard.edges.web import Patience, Web
from packyard.errors import NotFound, UsageError, WorldError
from tests.badserver import Behaviour, cut, head, in_turn, ranged, raw, serving, tagged, whole
from tests.tools import need

FILES = {f"packs/@acme/p{number}/index.json": bytes([number]) * (number * 100 + 1) for number in range(20)}
OLD = 1_700_000_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served") / "a site"
    for path, data in FILES.items():
        (root / path).parent.mkdir(parents=True)
        (root / path).write_bytes(data)
    return root


@pytest.fixture(scope="module")
def python_server(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture(scope="module")
def nginx(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    work = tmp_path_factory.mktemp("nginx")
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as free:
        port = free.server_port
    paths = " ".join(
        f"{name}_temp_path {work}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (work / "nginx.conf").write_text(
        f"pid {work}/pid; error_log stderr; daemon off; user root; events {{}}\n"
        f"http {{ access_log off; gzip on; gzip_types *; gzip_min_length 1; {paths}\n"
        f'server {{ listen 127.0.0.1:{port}; root "{site}"; }} }}\n'
    )
    process = subprocess.Popen([need("nginx"), "-c", str(work / "nginx.conf")], stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                WebSite(address, web=Web(Patience(attempts=1))).read(next(iter(FILES)), 1)
            except WorldError:
                time.sleep(0.05)
            else:
                break
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(params=["folder", "file:", "python", pytest.param("nginx", marks=pytest.mark.interop)])
def place(request: pytest.FixtureRequest, site: Path) -> str:
    if request.param in ("python", "nginx"):
        address: str = request.getfixturevalue({"python": "python_server"}.get(request.param, request.param))
        return address
    return site.as_uri() if request.param == "file:" else str(site)


def test_reading_and_what_is_missing(place: str) -> None:
    opened = open_site(place)
    for path, data in FILES.items():
        assert opened.read(path, len(data)) == data
    path, data = list(FILES.items())[-1]
    for kind, wanted, limit in ((WorldError, path, len(data) - 1), (NotFound, "gone", 5), (NotFound, "packs/x/y", 5)):
        with pytest.raises(kind) as caught:
            opened.read(wanted, limit)
        assert caught.value.problem.path.endswith(wanted)


@pytest.mark.parametrize(
    "path", ["", "/", "../x", "a/../../x", "a//b", "./a", "a/", "a\\b", "a\0b", "a\nb", "x" * 1_001]
)
def test_nothing_outside_is_asked_for(path: str, site: Path) -> None:
    (site.parent / "x").write_bytes(b"outside")
    for opened in (FolderPlace(site), WebSite("http://127.0.0.1:1")):
        with pytest.raises(NotFound) as caught:
            opened.read(path, 100)
        assert caught.value.problem.message == "no file of a site has this path"


def test_many_files_at_once(place: str) -> None:
    opened = open_site(place)
    found = opened.fetch_many({path: len(data) for path, data in FILES.items()})
    assert list(found.items()) == list(FILES.items())
    assert opened.fetch_many({}) == {}
    web = place.startswith("http")
    assert (opened.traffic.rounds, opened.traffic.requests) == ((2, 20) if web else (0, 0))
    with pytest.raises(NotFound) as caught:
        opened.fetch_many({**dict.fromkeys(FILES, 10_000), "gone/b": 5, "gone/a": 5})
    assert caught.value.problem.path.endswith("gone/b")


def test_what_has_not_changed_is_not_sent_again(place: str, site: Path) -> None:
    path = site / "changing"
    path.write_bytes(b"one")
    opened = open_site(place)
    if place.startswith("http"):
        assert opened.fetch("changing", 5).validator is None, "it may change again in this second"
    os.utime(path, (OLD, OLD))
    first = opened.fetch("changing", 5)
    assert (first.data, first.status) == (b"one", "new")
    assert first.validator
    again = opened.fetch("changing", 5, known=first.validator)
    assert (again.data, again.status, again.validator) == (b"", "unchanged", first.validator)
    other = opened.fetch("changing", 5, known=first.validator._replace(place="elsewhere"))
    assert other.status == "new"
    path.write_bytes(b"two")
    os.utime(path, (OLD + 9, OLD + 9))
    changed = opened.fetch("changing", 5, known=first.validator)
    assert (changed.data, changed.status) == (b"two", "new")


def test_what_follows(place: str) -> None:
    opened, (path, data) = open_site(place), list(FILES.items())[-1]
    for start in (1, 700, len(data) - 1, len(data)):
        answer = opened.fetch(path, len(data), start=start)
        expected = (data, "new") if "python" in place else (data[start:], "partial")
        assert (answer.data, answer.status) in (expected, (data, "new"))
        if not place.startswith("http"):
            assert answer.status == "partial"
    answer = opened.fetch(path, len(data), start=len(data) + 1)
    assert (answer.data, answer.status) == (data, "new")
    with pytest.raises(WorldError) as caught:
        opened.fetch(path, len(data) - 1, start=len(data) - 5)
    assert caught.value.problem.code == "too-large"


@pytest.mark.interop
def test_nginx_sends_parts(nginx: str) -> None:
    opened, (path, data) = open_site(nginx), list(FILES.items())[-1]
    for start in (1, len(data) - 1, len(data)):
        assert opened.fetch(path, len(data), start=start).status == "partial"
    assert opened.traffic.requests == 3


BODY = bytes(range(200))


def part(start: int, said: str, body: bytes, **headers: str) -> Behaviour:
    def behave(asked: Any) -> None:
        if "range" in asked.headers:
            asked.answer(body, status=206, Content_Range=said, **headers)
        else:
            asked.answer(BODY)

    return behave


@pytest.mark.parametrize(
    "behaviour",
    [
        whole(BODY),
        part(50, "", BODY[50:]),
        part(50, "bytes 0-199/200", BODY),
        part(50, "bytes 49-199/200", BODY[49:]),
        part(50, "bytes 50-199/200", BODY[51:]),
        part(50, "bytes 50-199/200", BODY[50:-1]),
        part(50, "bytes 50-99/200", BODY[50:100]),
        part(50, "bytes 50-199/*", BODY[50:]),
        part(50, "bytes 50-199/201", BODY[50:]),
        part(50, "lines 50-199/200", BODY[50:]),
        part(50, "bytes 50-199/200" + "0" * 50, BODY[50:]),
        part(50, "bytes 50-199/200", BODY[50:], Content_Encoding="gzip"),
        part(50, "bytes -50-199/200", BODY[50:], Content_Type="multipart/byteranges"),
        in_turn(whole(b"", 416), whole(BODY)),
        in_turn(whole(b"", 416, Content_Range="bytes */49"), whole(BODY)),
    ],
    ids=range(15),
)
def test_a_part_that_is_not_what_was_asked_for(behaviour: Behaviour) -> None:
    with serving({"/file": behaviour}) as server:
        answer = open_site(server.url).fetch("file", 200, start=50)
    assert (answer.data, answer.status) == (BODY, "new")


def test_a_part_that_ends_early() -> None:
    short = head(206, Content_Range="bytes 50-199/200", Content_Length="150") + BODY[50:100]
    good = ranged(BODY)
    with serving({"/file": in_turn(raw(short), cut(BODY, 20), good)}) as server:
        site = WebSite(server.url, web=Web(sleep=lambda _: None))
        answer = site.fetch("file", 200, start=50)
    assert (answer.data, answer.status) == (BODY[50:], "partial")
    assert site.traffic.requests == 3


def test_a_part_of_what_is_known() -> None:
    with serving({"/file": ranged(BODY, ETag='"1"')}) as server:
        site = open_site(server.url)
        first = site.fetch("file", 200, start=50)
        assert first.validator == Validator(server.url, '"1"')
        assert site.fetch("file", 200, start=50, known=first.validator).status == "partial"
        assert server.asked[-1].headers["if-range"] == '"1"'
        for etag in ('"2"', 'W/"1"', ""):
            known = Validator(server.url, etag, "Fri, 20 Nov 2026 06:00:00 GMT")
            assert site.fetch("file", 200, start=50, known=known).data == BODY


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"ETag": '"x"'}, True),
        ({"ETag": 'W/"x"'}, True),
        ({"ETag": "x"}, False),
        ({"ETag": '"' + "x" * 201 + '"'}, False),
        ({"Last_Modified": "Fri, 20 Nov 2026 06:00:00 GMT", "Date": "Fri, 20 Nov 2026 06:00:01 GMT"}, True),
        ({"Last_Modified": "Fri, 20 Nov 2026 06:00:01 GMT", "Date": "Fri, 20 Nov 2026 06:00:01 GMT"}, False),
        ({"Last_Modified": "Fri, 20 Nov 2026 06:00:01 GMT", "Date": "", "ETag": '"x"'}, False),
        ({"Last_Modified": "Thu, 01 Jan 1970 00:00:01 GMT", "Date": "Fri, 20 Nov 2026 06:00:01 GMT"}, False),
        ({"Last_Modified": "yesterday", "Date": "Fri, 20 Nov 2026 06:00:01 GMT", "ETag": '"x"'}, False),
        ({}, False),
    ],
)
def test_which_validators_are_relied_on(headers: dict[str, str], kept: bool) -> None:
    def behave(asked: Any) -> None:
        asked.answer(b"data", status=200, **headers)

    with serving({"/file": behave}) as server:
        assert (open_site(server.url).fetch("file", 5).validator is not None) is kept


def test_a_tag() -> None:
    with serving({"/file": tagged(b"one", '"1"')}) as server:
        site = open_site(server.url)
        known = site.fetch("file", 5).validator
        assert known
        assert site.fetch("file", 5, known=known).status == "unchanged"
        server.site["/file"] = whole(b"", 304, Content_Length="")
        with pytest.raises(WorldError):
            site.fetch("file", 5)


@pytest.mark.parametrize(
    "place",
    [
        "http://user:secret@example.org/",
        "http://example.org/?x",
        "http://example.org/#x",
        "http://example.org:0x/",
        "http:///x",
        "https://",
        "http://exa\nmple.org/",
        "/no/such/folder",
        "file:///no/such/folder",
        "file://example.org/x",
        "ftp://example.org/",
    ],
)
def test_what_is_no_place(place: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_site(place)
    assert "secret" not in str(caught.value.problem)


def test_origin_of() -> None:
    assert origin_of("HTTPS://Example.ORG/x") == ("https", "example.org", 443)
    assert origin_of("http://[::1]:80/") == ("http", "::1", 80)
    for other in ("ftp://example.org", "example.org", "", "http://", "http://a:99999", "http://a@b/", "file:///x"):
        assert origin_of(other) is None


class Slow(FolderPlace):
    """A folder each of whose files takes its own time; a file whose name begins with `gone` is missing."""

    def __init__(self, pauses: dict[str, float]) -> None:
        super().__init__(Path("/"))
        self.pauses = pauses

    def read(self, path: str, limit: int) -> bytes:
        time.sleep(self.pauses[path])
        if path.startswith("gone"):
            raise NotFound("file-missing", "the file is missing", path=path)
        return path.encode()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=20, unique_by=lambda each: each))
def test_the_order_of_arrival_never_matters(cases: list[tuple[bool, int]]) -> None:
    named = [(f"{'gone' if missing and pause > 5 else 'file'}{missing}{pause}", pause) for missing, pause in cases]
    slow: Fetcher = Slow({name: pause / 5_000 for name, pause in named})
    wanted = {name: 100 for name, _ in named}
    missing = [name for name in wanted if name.startswith("gone")]
    if missing:
        with pytest.raises(NotFound) as caught:
            fetch_all(slow, wanted)
        assert caught.value.problem.path == missing[0]
    else:
        assert list(fetch_all(slow, wanted).items()) == [(name, name.encode()) for name in wanted]


def test_so_many_at_once() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work(item: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.005)
        with lock:
            now -= 1
        return item * item

    assert in_parallel(work, range(40)) == [item * item for item in range(40)]
    assert most == 8
    assert in_parallel(work, range(4), workers=2) == [0, 1, 4, 9]


def test_an_interrupt_does_not_wait() -> None:
    program = (
        "import signal, time, os, threading\n"
        "from packyard.edges.transport import in_parallel\n"
        "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "in_parallel(lambda item: time.sleep(60), range(3))\n"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "KeyboardInterrupt" in done.stderr
    assert time.monotonic() - began < 40


def test_opening_costs_little() -> None:
    program = (
        "import sys; from packyard.edges.transport import WebSite; WebSite('http://x/');"
        "print(*{'urllib3', 'ssl', 'email', 'concurrent'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []

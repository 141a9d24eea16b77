"""Copies of a site in turn: the next when one fails, none that lied, and where each file came from."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from packyard.edges.mirrored import LATER_SECONDS, Mirrored, Source, open_mirrored
from packyard.edges.tokens import Token
from packyard.edges.transport import FolderPlace, Validator, WebSite, origin_of
from packyard.edges.web import Patience, Web
from packyard.errors import NotFound, UsageError, WorldError
from tests.badserver import Asked, drip, endless, head, redirect, reset, serving, tagged, whole


def hasty() -> Web:
    return Web(Patience(connect=5, silence=5, whole=2, attempts=2, pause=0.001), sleep=lambda _: None)


class Place(FolderPlace):
    """A folder that can be made to fail, and counts how often it was asked."""

    def __init__(self, root: Path, files: dict[str, bytes]) -> None:
        root.mkdir()
        for path, data in files.items():
            (root / path).write_bytes(data)
        super().__init__(root)
        self.fails, self.asked = False, 0

    def read(self, path: str, limit: int) -> bytes:
        self.asked += 1
        if self.fails:
            raise WorldError("network-failed", "the address cannot be read", path=f"{self.name}/{path}")
        return super().read(path, limit)


def three(root: Path) -> tuple[Place, Place, Place]:
    return (
        Place(root / "a", {"all": b"a"}),
        Place(root / "b", {"all": b"b", "two": b"b"}),
        Place(root / "c", {"all": b"c", "two": b"c", "one": b"c"}),
    )


def test_the_first_that_has_it(tmp_path: Path) -> None:
    places = three(tmp_path)
    site = Mirrored(places)
    assert site.name == places[0].name
    assert [site.read(path, 5) for path in ("all", "two", "one")] == [b"a", b"b", b"c"]
    assert site.source("one") == Source(places[2].name, f"{places[2].name}/one")
    assert site.fetch_many({"one": 5, "all": 5}) == {"one": b"c", "all": b"a"}
    with pytest.raises(NotFound) as caught:
        site.read("none", 5)
    assert all(f"{place.name}/none: the file is missing" in caught.value.problem.found for place in places)
    with pytest.raises(KeyError):
        site.source("none")


def test_one_that_failed_comes_last_for_a_while(tmp_path: Path) -> None:
    now = [1000.0]
    a, b, c = places = three(tmp_path)
    site = Mirrored(places, clock=lambda: now[0])
    a.fails = True
    assert site.read("all", 5) == b"b"
    assert site.places() == (b.name, c.name, a.name)
    a.fails, asked = False, a.asked
    assert site.read("all", 5) == b"b"
    assert a.asked == asked
    b.fails = c.fails = True
    assert site.read("all", 5) == b"a"
    assert site.places() == (a.name, b.name, c.name)
    b.fails = c.fails = False
    now[0] += LATER_SECONDS
    a.fails = True
    assert site.read("two", 5) == b"b"
    now[0] += LATER_SECONDS
    assert site.places() == (a.name, b.name, c.name)


def test_missing_here_and_failing_there_is_no_knowledge(tmp_path: Path) -> None:
    a, b, c = places = three(tmp_path)
    site = Mirrored(places)
    c.fails = True
    with pytest.raises(WorldError) as caught:
        site.read("one", 5)
    assert caught.value.problem.code == "places-failed"
    assert f"{a.name}/one: the file is missing; {b.name}/one" in caught.value.problem.found
    assert f"{c.name}/one: the address cannot be read" in caught.value.problem.found


def test_a_place_that_lied_is_never_asked_again(tmp_path: Path) -> None:
    places = three(tmp_path)
    site = Mirrored(places)
    site.read("all", 5)
    site.without(site.source("all").place, "all has another hash")
    site.without(places[0].name, "a later reason")
    assert site.aside == {places[0].name: "all has another hash"}
    asked = places[0].asked
    assert site.read("all", 5) == b"b"
    assert places[0].asked == asked
    for place in places:
        site.without(place.name, "it lied")
    with pytest.raises(WorldError) as caught:
        site.read("all", 5)
    assert f"{places[0].name}: set aside, all has another hash" in caught.value.problem.found
    assert site.places() == ()


def test_each_place_for_who_knows_the_bytes(tmp_path: Path) -> None:
    a, b, c = places = three(tmp_path)
    site = Mirrored(places)
    assert [place.name for place in site.each()] == list(site.places())
    assert [place.fetch("all", 5).data for place in site.each()] == [b"a", b"b", b"c"]
    assert site.source("all").place == c.name
    a.fails = True
    with pytest.raises(WorldError):
        site.each()[0].fetch("all", 5)
    site.without(b.name, "it lied")
    assert [place.name for place in site.each()] == [c.name, a.name]


def test_the_failure_of_one_place_is_its_own(tmp_path: Path) -> None:
    site = Mirrored(three(tmp_path)[:1])
    with pytest.raises(NotFound) as caught:
        site.read("two", 5)
    assert caught.value.problem.path == f"{site.name}/two"


def test_a_validator_counts_at_its_own_place() -> None:
    with serving({"/file": tagged(b"old", '"1"')}) as one, serving({"/file": tagged(b"new", '"1"')}) as two:
        site = open_mirrored([one.url, two.url], web=hasty())
        known = site.fetch("file", 5).validator
        assert known == Validator(one.url, '"1"')
        assert site.fetch("file", 5, known=known).status == "unchanged"
        site.without(one.url, "it lied")
        answer = site.fetch("file", 5, known=known)
    assert (answer.data, answer.status) == (b"new", "new")


def test_bad_servers_before_a_good_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    bad = [endless(), drip(head() + bytes(999), 0.05), reset(), redirect("http://example.org/"), whole(b"", 503)]
    for behaviour in bad:
        with serving({"/file": behaviour}) as server:
            site = open_mirrored([server.url, "http://127.0.0.1:1/", str(tmp_path)], web=hasty())
            assert site.read("file", 50) == b"text"
            assert site.source("file").place == str(tmp_path)
            requests = site.traffic.requests
            assert requests >= 2
            assert site.fetch_many({"file": 50}) == {"file": b"text"}
            assert site.traffic.requests == requests


def test_a_server_that_dies_in_the_middle() -> None:
    files = {f"/{number}": whole(bytes([number])) for number in range(50)}
    with serving(files) as first, serving(files) as second:

        def die(asked: Asked) -> None:
            first.close()
            first.site.clear()
            asked.reset()

        first.site["/25"] = die
        site = open_mirrored([first.url, second.url], web=hasty())
        found = site.fetch_many({str(number): 5 for number in range(50)})
        assert found == {str(number): bytes([number]) for number in range(50)}
        assert site.source("25").place == second.url
        assert site.traffic.rounds == 1


def test_places_redirect_to_each_other_and_tokens_stay_at_home() -> None:
    with serving({"/file": whole(b"text")}) as mirror:
        with serving({"/file": redirect(f"{mirror.url}/file")}) as server:
            origin = origin_of(server.url)
            assert origin
            site = open_mirrored([server.url, mirror.url], token=Token(origin, "s3cret"), web=hasty())
            assert site.read("file", 5) == b"text"
            assert site.source("file") == Source(server.url, f"{mirror.url}/file")
            site.without(server.url, "no reason")
            site.read("file", 5)
        assert "authorization" in server.asked[0].headers
        assert not any("authorization" in asked.headers for asked in mirror.asked)


def test_opening(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    missing = str(tmp_path / "missing")
    assert open_mirrored([tmp_path.as_uri()]).read("file", 5) == b"text"
    assert open_mirrored([missing, str(tmp_path)]).read("file", 5) == b"text"
    with pytest.raises(UsageError):
        open_mirrored([missing])
    for bad in ("http://user@example.org", "http://example.org/?", "file://example.org/"):
        with pytest.raises(UsageError):
            open_mirrored([str(tmp_path), bad])
    assert isinstance(open_mirrored(["http://example.org/x/"])._places[0], WebSite)


def test_a_dead_place_does_not_slow_down_many_files(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / str(number)).write_bytes(b"x")
    site = open_mirrored(["http://127.0.0.1:1", str(tmp_path)])
    began = time.monotonic()
    assert len(site.fetch_many({str(number): 5 for number in range(100)})) == 100
    assert time.monotonic() - began < 10

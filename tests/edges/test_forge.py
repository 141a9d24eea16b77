"""GitHub's API, played on loopback: what is asked, which token goes where, and what is made of every answer."""

from __future__ import annotations

import pickle
import socket

import pytest

from packyard.edges.forge import LIMIT, Access, find_access, open_pull_request
from packyard.errors import UsageError, WorldError
from packyard.submitting.addresses import parse_address
from packyard.submitting.changes import Change
from packyard.submitting.proposals import Way
from tests.forges import Answer, answer, github

CHANGE = Change({}, "Add hello 1.0.0", "What changes", "packyard/hello/1.0.0")
WAY = Way("github", parse_address("git@github.com:alice/packs"), parse_address("git@github.com:acme/packs"), "main")
PAGE = "https://github.com/acme/packs/pull/7"
GITHUB, ENTERPRISE = parse_address("git@github.com:a/b"), parse_address("https://github.example.org/a/b")


@pytest.mark.parametrize(
    ("place", "environ", "access"),
    [
        (GITHUB, {}, None),
        (GITHUB, {"GITHUB_TOKEN": "one"}, Access("https://api.github.com", "one")),
        (GITHUB, {"GH_TOKEN": "two", "GITHUB_TOKEN": "one"}, Access("https://api.github.com", "one")),
        (GITHUB, {"GH_TOKEN": " two\n"}, Access("https://api.github.com", "two")),
        (GITHUB, {"PACKYARD_GITHUB_TOKEN": "own", "GITHUB_TOKEN": "x"}, Access("https://api.github.com", "own")),
        (GITHUB, {"GH_ENTERPRISE_TOKEN": "x"}, None),
        (ENTERPRISE, {"GITHUB_TOKEN": "one", "GH_TOKEN": "two"}, None),
        (ENTERPRISE, {"PACKYARD_GITHUB_TOKEN": "own"}, Access("https://github.example.org/api/v3", "own")),
        (ENTERPRISE, {"GH_ENTERPRISE_TOKEN": "ent"}, Access("https://github.example.org/api/v3", "ent")),
        (
            ENTERPRISE,
            {"GITHUB_TOKEN": "one", "PACKYARD_GITHUB_API": "https://ghe/api/"},
            Access("https://ghe/api", "one"),
        ),
    ],
)
def test_a_token_goes_to_its_own_host(place: object, environ: dict[str, str], access: Access | None) -> None:
    assert find_access(parse_address("x") if place is None else place, environ) == access  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "environ",
    [
        {"PACKYARD_GITHUB_API": "http://example.org"},
        {"PACKYARD_GITHUB_API": "http://localhost.example.org"},
        {"PACKYARD_GITHUB_API": "file:///x"},
        {"PACKYARD_GITHUB_API": "https://robot:pw-secret@example.org/api"},
        {"PACKYARD_GITHUB_TOKEN": "two words"},
        {"PACKYARD_GITHUB_TOKEN": "tok\nX-Header: y"},
    ],
)
def test_a_token_is_not_sent_in_the_clear(environ: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        find_access(GITHUB, {"PACKYARD_GITHUB_TOKEN": "tok-secret"} | environ)
    assert "secret" not in repr(caught.value.problem)
    assert "words" not in repr(caught.value.problem)
    assert caught.value.problem.help


def test_the_request() -> None:
    with github(answer(201, {"html_url": PAGE})) as forge:
        opened = open_pull_request(Access(forge.url, "tok"), WAY, CHANGE)
    assert opened == (PAGE, True)
    (asked,) = forge.asked
    assert (asked.method, asked.path) == ("POST", "/repos/acme/packs/pulls")
    assert asked.fields == {
        "title": "Add hello 1.0.0",
        "body": "What changes",
        "head": "alice:packyard/hello/1.0.0",
        "base": "main",
    }
    assert asked.headers["authorization"] == "Bearer tok"
    assert asked.headers["accept"] == "application/vnd.github+json"
    assert asked.headers["x-github-api-version"] == "2022-11-28"


def test_one_that_is_open_already() -> None:
    with github(answer(422, {"message": "x"}), answer(200, [{"html_url": PAGE}])) as forge:
        assert open_pull_request(Access(forge.url, "tok"), WAY, CHANGE) == (PAGE, False)
    expected = "/repos/acme/packs/pulls?head=alice%3Apackyard%2Fhello%2F1.0.0&base=main&state=open"
    assert (forge.asked[1].method, forge.asked[1].path) == ("GET", expected)


@pytest.mark.parametrize(
    ("answers", "words", "help"),
    [
        ([answer(401, {"message": "Bad credentials"})], "Bad credentials", "PACKYARD_GITHUB_TOKEN"),
        ([answer(403, {"message": "Not accessible"})], "Not accessible", "right to write pull requests"),
        ([answer(403, {}, **{"Retry-After": "60"})], "", "in 60 seconds"),
        ([answer(403, {}, **{"Retry-After": "\x1b[31m"})], "", "right to write pull requests"),
        ([answer(429, {}, **{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"})], "", "in 1 seconds"),
        ([answer(429, {"message": "slow down"})], "slow down", "too many requests"),
        ([answer(404, {"message": "Not Found"})], "Not Found", "--upstream"),
        (
            [answer(422, {"message": "Invalid", "errors": [{"message": "no commits"}, 3]}), answer(200, [])],
            "no commits",
            "--base",
        ),
        ([answer(422, {"message": "Invalid"}), answer(500, [])], "Invalid", "--base"),
        ([answer(201, {"html_url": "javascript:alert(1)"})], "", ""),
        ([answer(201, {"html_url": "https://x/\x1b[31m"})], "", ""),
        ([answer(201, ["x"])], "", ""),
        ([Answer(201, b"[" * 100_000)], "", ""),
        ([Answer(500, b"<html>")], "", "later"),
        ([Answer(201, b" " * (LIMIT + 1))], "", ""),
        ([answer(302, {}, Location="http://127.0.0.1:1/")], "", "another name"),
        ([answer(307, {}, Location="https://example.net/tok-secret")], "", "another name"),
        ([answer(422, "x"), answer(200, ["x"])], "", "--base"),
    ],
)
def test_whatever_it_answers(answers: list[Answer], words: str, help: str) -> None:
    with github(*answers) as forge, pytest.raises(WorldError) as caught:
        open_pull_request(Access(forge.url, "tok-secret"), WAY, CHANGE)
    problem = caught.value.problem
    assert problem.code == "forge-refused"
    assert words in problem.found
    assert help in problem.help
    assert "secret" not in repr(problem)
    assert not forge.answers


def test_nobody_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        access = Access(f"http://127.0.0.1:{taken.getsockname()[1]}", "tok-secret")
        with pytest.raises(WorldError) as caught:
            open_pull_request(access, WAY, CHANGE)
    assert caught.value.problem.code == "network-failed"
    assert "secret" not in repr(caught.value.problem)
    assert "secret" not in repr(access)


def test_the_error_of_git_travels() -> None:
    from packyard.edges.push import GitFailed

    error = pickle.loads(pickle.dumps(GitFailed("push-failed", "no", ("a", "b"), "x", "y")))
    assert (error.words, error.problem.path, error.problem.help, error.exit_code) == (("a", "b"), "x", "y", 3)

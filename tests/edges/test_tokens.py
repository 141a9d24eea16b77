"""Tokens: which variable counts, where they go, and where they never are."""

from __future__ import annotations

import pytest

from packyard.edges.tokens import Token, find_token
from packyard.errors import UsageError

URL = "https://packs.example.org/site/"
ALL = {
    "PACKYARD_TOKEN": "one",
    "PACKYARD_TOKEN_MY_PACKS": "two",
    "ORI_REGISTRY_TOKEN": "three",
    "ORI_REGISTRY_MY_PACKS_TOKEN": "four",
}


@pytest.mark.parametrize(
    ("variables", "default", "secret"),
    [
        (ALL, True, "two"),
        (ALL, False, "two"),
        ({**ALL, "PACKYARD_TOKEN_MY_PACKS": " "}, False, "four"),
        ({"PACKYARD_TOKEN": " one\n", "ORI_REGISTRY_TOKEN": "three"}, True, "one"),
        ({"ORI_REGISTRY_TOKEN": "three"}, True, "three"),
        ({"PACKYARD_TOKEN": "one", "ORI_REGISTRY_TOKEN": "three"}, False, None),
        ({"PACKYARD_TOKEN_OTHER": "one", "ORI_REGISTRY_OTHER_TOKEN": "three"}, True, None),
        ({}, True, None),
    ],
)
def test_which_counts(variables: dict[str, str], default: bool, secret: str | None) -> None:
    found = find_token("my-packs", URL, variables, default=default)
    assert (found.secret if found else None) == secret


def test_a_registry_without_a_name() -> None:
    found = find_token("", URL, ALL | {"PACKYARD_TOKEN_": "no", "ORI_REGISTRY__TOKEN": "no"}, default=True)
    assert found
    assert found.secret == "one"


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("https://packs.example.org/site/SNAPSHOT", True),
        ("https://PACKS.example.org:443/elsewhere", True),
        ("http://packs.example.org/site/SNAPSHOT", False),
        ("https://packs.example.org:8443/site/", False),
        ("https://example.org/", False),
        ("https://packs.example.org.evil.example/", False),
        ("https://packs.example.org@evil.example/", False),
        ("https://user@packs.example.org/", False),
        ("file:///site", False),
    ],
)
def test_where_it_goes(address: str, sent: bool) -> None:
    token = find_token("", URL, ALL, default=True)
    assert token
    assert token.headers(address) == ({"Authorization": "Bearer one"} if sent else {})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://[::1]/", "http://localhost/"])
def test_this_machine_needs_no_tls(url: str) -> None:
    assert find_token("", url, ALL, default=True)


@pytest.mark.parametrize("url", ["/srv/site", "file:///srv/site", ""])
def test_folders_need_none(url: str) -> None:
    assert find_token("", url, ALL, default=True) is None


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://packs.example.org/", "s3cret"),
        ("http://127.0.0.1.example.org/", "s3cret"),
        (URL, "s3cret s3cret"),
        (URL, "s3cret\r\nHost: evil.example"),
        (URL, "s3crét"),
        (URL, "s3cret" * 1000),
    ],
)
def test_what_cannot_be_sent_safely(url: str, secret: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_token("", url, {"PACKYARD_TOKEN": secret}, default=True)
    assert "s3cr" not in f"{caught.value.problem} {caught.value!r}"


def test_it_is_not_printed() -> None:
    token = find_token("", URL, ALL, default=True)
    assert isinstance(token, Token)
    assert "one" not in f"{token} {token!r} {[token]}"

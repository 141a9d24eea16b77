"""Addresses of repositories, and what is derived from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.submitting.addresses import (
    Address,
    forge_of,
    format_address,
    github_api,
    parse_address,
    parse_project,
)
from tests.refusals import code_of


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://github.com/acme/packs.git", Address("https", "github.com", 0, "acme/packs")),
        ("https://user:secret@github.com/acme/packs/", Address("https", "github.com", 0, "acme/packs")),
        ("http://localhost:3000/acme/packs", Address("http", "localhost", 3000, "acme/packs")),
        ("git@github.com:acme/packs.git", Address("ssh", "github.com", 0, "acme/packs")),
        ("GitHub.com:acme/packs", Address("ssh", "github.com", 0, "acme/packs")),
        ("ssh://git@ssh.github.com:443/acme/packs.git", Address("ssh", "github.com", 443, "acme/packs")),
        ("ssh://git@example.org:2222/~alice/packs", Address("ssh", "example.org", 2222, "~alice/packs")),
        ("https://gitlab.com/group/sub/packs.git", Address("https", "gitlab.com", 0, "group/sub/packs")),
        ("../packs.git", Address("file", "", 0, "../packs.git")),
        ("/srv/a:b/packs", Address("file", "", 0, "/srv/a:b/packs")),
        ("file:///srv/my%20packs", Address("file", "", 0, "/srv/my packs")),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert "secret" not in address.shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-o/x",
        "--upload-pack=x",
        "ext::sh -c x",
        "https://",
        "https:///x",
        "ftp://a/b/c",
        "https://a b/c",
        "a\nb",
        "https://host:port/x",
        "file://other/x",
        "https://-x/y",
        "javascript://x/y",
        "https://[::1/x",
    ],
)
def test_no_addresses(text: str) -> None:
    assert code_of(parse_address, text) == "remote-invalid"


def test_a_refused_address_keeps_its_password_to_itself() -> None:
    with pytest.raises(FormatError) as caught:
        parse_address("ftp://alice:secret@example.org/packs")
    assert "secret" not in repr(caught.value.at(""))


@given(st.text(max_size=60))
def test_nothing_else_is_raised(text: str) -> None:
    try:
        address = parse_address(text)
    except FormatError:
        return
    forge_of(address)
    github_api(address)
    assert address.host or address.scheme == "file"


@pytest.mark.parametrize(
    ("text", "forge", "api"),
    [
        ("git@github.com:a/b", "github", "https://api.github.com"),
        ("https://acme.ghe.com/a/b", "github", "https://api.acme.ghe.com"),
        ("https://github.example.org/a/b", "github", "https://github.example.org/api/v3"),
        ("https://gitlab.com/a/b", "gitlab", ""),
        ("git@gitlab.example.org:a/b", "gitlab", ""),
        ("https://codeberg.org/a/b", "gitea", ""),
        ("https://gitea.example.org/a/b", "gitea", ""),
        ("https://forgejo.example.org:8443/a/b", "gitea", ""),
        ("https://example.org/github.com/b", "none", ""),
        ("https://github.com.example.org/a/b", "github", "https://github.com.example.org/api/v3"),
        ("/srv/github.com/a", "none", ""),
    ],
)
def test_forges(text: str, forge: str, api: str) -> None:
    address = parse_address(text)
    assert forge_of(address) == forge
    if api:
        assert github_api(address) == api


@pytest.mark.parametrize(
    ("like", "text"),
    [
        ("git@github.com:alice/packs.git", "git@github.com:acme/packs.git"),
        ("https://user@github.com/alice/packs", "https://user@github.com/acme/packs.git"),
        ("ssh://git@example.org:2222/alice/packs", "ssh://git@example.org:2222/acme/packs.git"),
    ],
)
def test_another_repository_of_the_same_host(like: str, text: str) -> None:
    project = parse_project("acme/packs", parse_address(like))
    assert project.path == "acme/packs"
    assert format_address(project, like) == text


@pytest.mark.parametrize("text", ["acme", "acme/../x", "a b/c", "/acme/packs", "-x/../y"])
def test_no_projects(text: str) -> None:
    assert code_of(parse_project, text, parse_address("git@github.com:a/b")) == "remote-invalid"
    assert code_of(parse_project, "acme/packs", parse_address("../packs")) == "remote-invalid"

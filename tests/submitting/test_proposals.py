"""What is pushed where, and the pages that open proposals."""

from __future__ import annotations

import pytest

from packyard.submitting.addresses import parse_address
from packyard.submitting.changes import Change, Hand, joined, release, revision, spoken
from packyard.submitting.proposals import LINK_LIMIT, Push, Way, link, plan_push
from tests.registry import signer

HAND = Hand("alice", signer("alice").public_key, "hello 1.0.0")
CHANGE = Change({}, "Add hello 1.0.0", "About & more\nlines", "packyard/hello/1.0.0")


def way(forge: str, fork: str = "https://example.org/alice/packs", base: str = "main") -> Way:
    return Way(forge, parse_address(fork), parse_address("https://example.org/acme/packs"), base)


@pytest.mark.parametrize(
    ("forge", "push"),
    [
        ("github", Push("refs/heads/packyard/hello/1.0.0")),
        ("none", Push("refs/heads/packyard/hello/1.0.0")),
        ("gitea", Push("refs/for/main", ("topic=packyard/hello/1.0.0", "title=Add hello 1.0.0", "force-push=true"))),
        (
            "gitlab",
            Push(
                "refs/heads/packyard/hello/1.0.0",
                (
                    "merge_request.create",
                    "merge_request.target=main",
                    "merge_request.target_project=acme/packs",
                    "merge_request.title=Add hello 1.0.0",
                ),
            ),
        ),
    ],
)
def test_pushes(forge: str, push: Push) -> None:
    assert plan_push(way(forge), CHANGE) == push
    assert plan_push(way(forge), CHANGE._replace(waits="bob")) == Push("refs/heads/packyard/hello/1.0.0")


@pytest.mark.parametrize(
    ("forge", "page"),
    [
        (
            "github",
            "https://example.org/acme/packs/compare/main...alice:packyard/hello/1.0.0"
            "?expand=1&title=Add%20hello%201.0.0&body=About%20%26%20more%0Alines",
        ),
        (
            "gitea",
            "https://example.org/acme/packs/compare/main...alice:packyard/hello/1.0.0"
            "?title=Add%20hello%201.0.0&body=About%20%26%20more%0Alines",
        ),
        (
            "gitlab",
            "https://example.org/alice/packs/-/merge_requests/new?merge_request%5Bsource_branch%5D=packyard%2Fhello%2F1.0.0"
            "&merge_request%5Btarget_branch%5D=main&merge_request%5Btitle%5D=Add%20hello%201.0.0",
        ),
        ("none", ""),
    ],
)
def test_links(forge: str, page: str) -> None:
    assert link(way(forge), CHANGE) == page


def test_links_without_a_fork_or_a_host() -> None:
    assert "main...packyard/hello" in link(way("gitea", "https://example.org/acme/packs"), CHANGE)
    assert "main...acme:packyard/hello" in link(way("github", "https://example.org/acme/packs"), CHANGE)
    here = parse_address("../packs.git")
    assert link(Way("github", here, here, "main"), CHANGE) == ""


def test_a_text_that_is_too_long_is_left_out() -> None:
    assert link(way("github"), CHANGE._replace(body="x" * LINK_LIMIT)).endswith("?expand=1&title=Add%20hello%201.0.0")


def test_scoped_names_and_strange_versions_make_refs() -> None:
    files = {"SHA256SUMS": b"", "SHA256SUMS.minisig": b"", **{f"rules/{n}.md": b"x" for n in range(100)}}
    change = release("@acme/hello", "1.0.0-a.lock", "", files, HAND)
    assert change.branch == "packyard/@acme/hello/1.0.0-a.lock_"
    assert change.folder == "registry-src/packs/@acme/hello/1.0.0-a.lock"
    assert "    and 72 more" in change.body.splitlines()
    assert change.body.startswith("@acme/hello 1.0.0-a.lock\n")


def test_words() -> None:
    said = spoken("hello", "0001-yank", "Yank hello 1.0.0", "broken", {"0001-yank.yaml": b""}, "x.minisig", HAND)
    assert said.message.startswith("Yank hello 1.0.0\n\nReason: broken\n\nStatement 1 about hello, signed by alice")
    person = revision("publishers", "alice", "Add publisher alice", {"alice.yaml": b"a"}, "alice.yaml.minisig", HAND)
    assert person.branch.startswith("packyard/publishers/alice-")
    assert "minisign -VHm alice.yaml -P" in person.body
    both = joined(person, said)
    assert both.files.keys() == person.files.keys() | said.files.keys()
    assert (both.title, both.branch) == (said.title, said.branch)

"""`orgs/ORG.yaml`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.fields import errors_of
from packyard.formats.org import ROLES, format_org, parse_org
from packyard.model import Org

TEXT = "format: packyard/org/1\norg: acme\nmembers: {alice: owner, bob: member}\n"

handles = st.from_regex(r"[a-z0-9][a-z0-9-]{0,6}[a-z0-9]", fullmatch=True)
orgs = st.builds(Org, handles, st.dictionaries(handles, st.sampled_from(ROLES), min_size=1)).filter(
    lambda org: "owner" in org.members.values()
)


def problems(text: str) -> list[tuple[str, int, str]]:
    with pytest.raises(FormatError) as caught:
        parse_org(text.encode(), "acme")
    return [(error.code, error.line, error.message.partition(":")[0]) for error in errors_of(caught.value)]


def test_the_example() -> None:
    org = parse_org(TEXT.encode(), "acme")
    assert org == Org("acme", {"alice": "owner", "bob": "member"})
    assert format_org(org) == b"format: packyard/org/1\norg: acme\nmembers:\n  alice: owner\n  bob: member\n"


@given(orgs)
def test_format_and_parse_are_inverse(org: Org) -> None:
    assert parse_org(format_org(org), org.org) == org


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("org/1", "org/9", ("field-invalid", 1, "format")),
        ("acme", "acme2", ("file-name", 2, "org")),
        ("member}", "guest}", ("field-invalid", 3, "members.bob")),
        ("bob", "Bob", ("name-invalid", 3, "members.Bob")),
        ("owner", "admin", ("org-owner", 3, "members")),
        ("{alice: owner, bob: member}", "{}", ("org-owner", 3, "members")),
        ("members", "member", None),
        ("org: acme", "org: acme\nurl: x", ("field-unknown", 3, "url")),
    ],
)
def test_one_mistake(old: str, new: str, problem: tuple[str, int, str] | None) -> None:
    found = problems(TEXT.replace(old, new, 1))
    assert found == [problem or ("org-owner", 1, "members"), *([] if problem else [("field-unknown", 3, "member")])]


@given(st.binary(max_size=100) | st.text("acme: {}[]ownr\n-", max_size=60).map(lambda text: (TEXT + text).encode()))
def test_nothing_but_format_error(data: bytes) -> None:
    try:
        org = parse_org(data, "acme")
    except FormatError:
        return
    assert parse_org(format_org(org), "acme") == org

"""`publishers/HANDLE.yaml`."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats.fields import errors_of
from packyard.formats.minisign import format_public_key, parse_public_key
from packyard.formats.publisher import format_publisher, parse_publisher
from packyard.model import Publisher, PublisherKey

K1, K2 = (format_public_key(f"{number:016X}", bytes([number]) * 32) for number in (2, 3))
SAME_ID = format_public_key(f"{2:016X}", b"\x07" * 32)

TEXT = f"""format: packyard/publisher/1
handle: alice
name: Alice Example
github: alice                 # optional
keys:
  - key: {K1}
    scopes: [publish, admin]
    since: 2026-11-01
  - key: {K2}
    scopes: [publish]
    since: 2025-01-15
    revoked: 2026-10-30
    reason: the laptop was stolen
"""

handles = st.from_regex(r"[a-z0-9][a-z0-9-]{0,6}[a-z0-9]", fullmatch=True)
lines = st.text("aé\"':#@ -,[]{}&*", min_size=1, max_size=12)
days = st.dates(date(2000, 1, 1)).map(date.isoformat)


@st.composite
def publisher_keys(draw: st.DrawFn, number: int) -> PublisherKey:
    key = parse_public_key(format_public_key(f"{number:016X}", bytes([number]) * 32))
    since, end = sorted([draw(days), draw(days)])
    ended = draw(st.sampled_from(["", "retired", "revoked"]))
    reason = draw(lines) if ended == "revoked" else draw(st.just("") | lines) if ended else ""
    scopes = draw(st.sampled_from([("publish",), ("admin",), ("publish", "admin"), ("admin", "publish")]))
    return PublisherKey(
        key.text, key.key_id, scopes, since, end * (ended == "retired"), end * (ended == "revoked"), reason
    )


@st.composite
def publishers(draw: st.DrawFn) -> Publisher:
    keys = [draw(publisher_keys(number)) for number in range(2, 2 + draw(st.integers(1, 3)))]
    return Publisher(draw(handles), draw(lines), draw(st.sampled_from(["", "alice", "A-1"])), tuple(keys))


def problems(text: str, handle: str = "alice") -> list[tuple[str, int, str]]:
    with pytest.raises(FormatError) as caught:
        parse_publisher(text.encode(), handle)
    return [(error.code, error.line, error.message.partition(":")[0]) for error in errors_of(caught.value)]


def test_the_example() -> None:
    publisher = parse_publisher(TEXT.encode(), "alice")
    assert publisher == Publisher(
        "alice",
        "Alice Example",
        "alice",
        (
            PublisherKey(K1, "0000000000000002", ("publish", "admin"), "2026-11-01"),
            PublisherKey(
                K2, "0000000000000003", ("publish",), "2025-01-15", revoked="2026-10-30", reason="the laptop was stolen"
            ),
        ),
    )
    assert format_publisher(publisher).decode() == TEXT.replace("                 # optional", "")


@given(publishers())
def test_format_and_parse_are_inverse(publisher: Publisher) -> None:
    assert parse_publisher(format_publisher(publisher), publisher.handle) == publisher


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("publisher/1", "publisher/2", ("field-invalid", 1, "format")),
        ("handle: alice", "handle: bob", ("file-name", 2, "handle")),
        ("name: Alice Example\n", "", ("field-missing", 1, "name")),
        ("name: Alice Example", "name: " + "a" * 101, ("field-invalid", 3, "name")),
        ("github: alice", "github: -x", ("field-invalid", 4, "github")),
        ("github", "gitlab", ("field-unknown", 4, "gitlab")),
        (K1, K1[:-1], ("key-invalid", 6, "keys[0].key")),
        (K1, format_public_key("0" * 16, bytes(32)), ("key-weak", 6, "keys[0].key")),
        (K2, K1, ("key-duplicate", 9, "keys[1].key")),
        (K2, SAME_ID, ("key-duplicate", 9, "keys[1].key")),
        ("[publish, admin]", "[]", ("field-missing", 7, "keys[0].scopes")),
        ("[publish, admin]", "[publish, root]", ("field-invalid", 7, "keys[0].scopes[1]")),
        ("[publish, admin]", "[publish, publish]", ("field-invalid", 7, "keys[0].scopes[1]")),
        ("2026-11-01", "2026-11-31", ("date-invalid", 8, "keys[0].since")),
        ("    since: 2026-11-01\n", "", ("field-missing", 6, "keys[0].since")),
        ("    reason: the laptop was stolen\n", "", ("key-end", 9, "keys[1].reason")),
        ("revoked", "retired", None),
        ("    revoked: 2026-10-30\n", "", ("key-end", 12, "keys[1].reason")),
        ("    reason:", "    retired: 2026-10-30\n    reason:", ("key-end", 12, "keys[1].revoked")),
        ("revoked: 2026-10-30", "revoked: 2025-01-14", ("key-end", 12, "keys[1].revoked")),
        ("revoked: 2026-10-30", "revoked: 2025-01-15", None),
    ],
)
def test_one_mistake(old: str, new: str, problem: tuple[str, int, str] | None) -> None:
    text = TEXT.replace(old, new, 1)
    if problem is None:
        assert parse_publisher(text.encode(), "alice")
    else:
        assert problems(text) == [problem]


def test_no_keys() -> None:
    assert problems(TEXT[: TEXT.index("keys:")]) == [("field-missing", 1, "keys")]
    assert problems(TEXT[: TEXT.index("keys:")] + "keys: []\n") == [("field-missing", 5, "keys")]


def test_all_mistakes_at_once() -> None:
    assert len(problems(TEXT.replace("2026-11-01", "x").replace("[publish]", "[]").replace("Alice Example", ""))) == 3


@given(
    st.binary(max_size=100) | st.lists(st.sampled_from(TEXT.splitlines()), max_size=14).map("\n".join).map(str.encode)
)
def test_nothing_but_format_error(data: bytes) -> None:
    try:
        publisher = parse_publisher(data, "alice")
    except FormatError:
        return
    assert parse_publisher(format_publisher(publisher), "alice") == publisher

"""`packyard.lock`."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.client.lock import Lock, differences, format_lock, parse_lock
from packyard.client.offers import Demand
from packyard.client.resolving import resolve
from packyard.errors import FormatError, PackyardError
from packyard.formats.fields import errors_of
from tests.client.offered import MAIN, REGISTRIES, World, demands, lock_for, locked, offer, world
from tests.client.test_resolving import Small, smalls
from tests.refusals import code_of

KNOWN = world(offer("hello", "1.2.0", "base ^1"), offer("base", "1.3.0"), offer("other", "1.0.0"))
LOCK = locked("hello ^1", KNOWN)

TEXT = f"""{{
  "format": "packyard/lock/1",
  "demands": {{
    "main:hello": "^1"
  }},
  "registries": {{
    "main": {{"origin": "packs.example.org", "url": "https://packs.example.org/", "root": "0123456789ABCDEF"}}
  }},
  "renames": {{}},
  "packs": {{
    "base": {{
      "registry": "main", "version": "1.3.0", "log_index": {LOCK.packs[0].log_index}, "publisher": "alice",
      "identity": "{LOCK.packs[0].identity}",
      "tarball": {{"sha256": "{LOCK.packs[0].sha256}", "size": 1000}},
      "dependencies": {{}}
    }},
    "hello": {{
      "registry": "main", "version": "1.2.0", "log_index": {LOCK.packs[1].log_index}, "publisher": "alice",
      "identity": "{LOCK.packs[1].identity}",
      "tarball": {{"sha256": "{LOCK.packs[1].sha256}", "size": 1007}},
      "dependencies": {{"base": "^1"}}
    }}
  }}
}}
"""


def lock_of_small(small: Small) -> Lock | None:
    try:
        return lock_for(small.asked, resolve(small.asked, small.known, (MAIN,)))
    except PackyardError:
        return None


def problems(text: str) -> list[tuple[str, int]]:
    with pytest.raises(FormatError) as caught:
        parse_lock(text.encode())
    return [(error.code, error.line) for error in errors_of(caught.value)]


def test_the_text_of_a_lock() -> None:
    assert format_lock(LOCK).decode() == TEXT
    assert parse_lock(TEXT.encode()) == LOCK
    nothing = Lock((), {}, {}, ())
    assert parse_lock(format_lock(nothing)) == nothing


@settings(max_examples=100, deadline=None)
@given(smalls())
def test_a_lock_is_stable(small: Small) -> None:
    lock = lock_of_small(small)
    if lock is None:
        return
    data = format_lock(lock)
    assert parse_lock(data) == lock
    again = resolve(small.asked, small.known, (MAIN,), parse_lock(data))
    assert format_lock(lock_for(small.asked, again)) == data
    assert differences(lock, small.asked) == ()


@settings(max_examples=100, deadline=None)
@given(smalls(), st.sampled_from(["aa-first", "cc-middle", "zz-last"]))
def test_an_unrelated_pack_changes_only_its_own_lines(small: Small, name: str) -> None:
    lock = lock_of_small(small)
    if lock is None:
        return
    known: World = small.known | world(offer(name, "1.0.0"))
    asked = [*small.asked, Demand("main", name, "^1")]
    after = format_lock(lock_for(asked, resolve(asked, known, (MAIN,), lock)))
    gone, new = changed_lines(format_lock(lock), after)
    assert not gone
    assert len(new) == 7
    assert name in new[0]


def changed_lines(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """What differs, but for the comma by which a line tells that another follows."""
    old, new = ([line.rstrip(",") for line in data.decode().splitlines()] for data in (before, after))
    found = list(difflib.ndiff(old, new))
    return [line[2:] for line in found if line[:2] == "- "], [line[2:] for line in found if line[:2] == "+ "]


def test_what_differs_is_told() -> None:
    assert differences(LOCK, demands("hello ^1")) == ()
    assert differences(LOCK, demands("hello ^2")) == ("hello ^2 is asked for, and the lock was made for ^1",)
    assert differences(LOCK, demands("hello ^1, other *")) == (
        "other * is asked for, and the lock was made without it",
    )
    assert differences(LOCK, []) == ("the lock was made with hello, which is not asked for",)
    assert differences(LOCK, demands("hello ^1", "work")) == (
        "hello is asked for from work, and the lock has it from main",
    )


def test_a_pack_is_found_under_its_older_name() -> None:
    lock = LOCK._replace(renames={"hi": "hello"})
    assert lock.pack("hi") == lock.pack("hello") == LOCK.packs[1]
    assert lock.pack("none") is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"base": "^1"', '"base": "^2"', [("lock-broken", 20)]),
        ('"base": "^1"', '"gone": "^1"', [("lock-broken", 20)]),
        ('"main:hello": "^1"', '"main:hello": "^3"', [("lock-broken", 4)]),
        ('"main:hello": "^1"', '"hello": "^1"', [("reference-invalid", 4)]),
        ('"main:hello": "^1"', '"main:hello": "^1", "work:hello": "^1"', [("field-invalid", 4)]),
        ('    "main": {', '    "more": {', [("lock-broken", 11), ("lock-broken", 17)]),
        ('"version": "1.2.0"', '"version": "1.2"', [("version-invalid", 18)]),
        ('"size": 1007', '"size": 0', [("field-invalid", 20)]),
        ('"renames": {}', '"renames": {}, "time": 1', [("field-unknown", 9)]),
        ('  "renames": {},\n', "", [("lock-form", 0)]),
        ("\n", "\r\n", [("lock-form", 0)]),
        ("0123456789ABCDEF", "0123456789abcdef", [("field-invalid", 7)]),
        (LOCK.packs[0].identity, "x", [("field-invalid", 13)]),
        ("packyard/lock/1", "packyard/lock/2", [("field-invalid", 2)]),
    ],
)
def test_refusals(old: str, new: str, expected: list[tuple[str, int]]) -> None:
    assert old in TEXT
    found = problems(TEXT.replace(old, new))
    assert [code for code, _ in found] == [code for code, _ in expected]
    assert all(abs(line - at) <= 1 for (_, line), (_, at) in zip(found, expected, strict=True))


def test_a_merge_that_git_left_is_refused() -> None:
    text = TEXT.replace('    "main:hello"', '<<<<<<< ours\n    "main:hello"')
    assert code_of(parse_lock, text.encode()) == "json-invalid"


def test_only_used_registries_are_in_it() -> None:
    assert set(REGISTRIES) == {"main", "work"}
    assert set(LOCK.registries) == {"main"}

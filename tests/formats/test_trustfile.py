"""`trust/N.json`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import note
from packyard.formats.fields import errors_of
from packyard.formats.minisign import format_public_key
from packyard.formats.trustfile import LIMIT, format_trust, parse_trust
from packyard.registry import Trust

ORIGIN = "packs.example.org"


def key(number: int, key_id: int = 0) -> str:
    return format_public_key(f"{key_id or number:016X}", bytes([number]) * 32)


def vkey(number: int, name: str = ORIGIN, type: int = note.ED25519) -> str:
    return note.format_vkey(note.VerifierKey(name, type, bytes([number]) * 32))


def witness(number: int) -> str:
    return vkey(number, f"w{number}.example", note.COSIGNATURE)


TRUST = Trust(
    origin=ORIGIN,
    number=1,
    expires="2027-11-21T00:00:00Z",
    root_keys=(key(2), key(3)),
    threshold=2,
    snapshot_keys=(key(4),),
    attest_keys=(key(5),),
    log_origin=ORIGIN,
    log_vkey=vkey(6),
    witnesses=(witness(7), witness(8)),
    quorum=1,
)


@st.composite
def trusts(draw: st.DrawFn) -> Trust:
    roots, snapshots, attests, witnesses = (draw(st.integers(least, 3)) for least in (1, 1, 0, 0))
    numbers = iter(range(2, 50))
    return Trust(
        origin=draw(st.sampled_from([ORIGIN, "localhost"])),
        number=draw(st.integers(1, 1000)),
        expires="2027-11-21T00:00:00Z",
        root_keys=tuple(key(next(numbers)) for _ in range(roots)),
        threshold=draw(st.integers(1, roots)),
        snapshot_keys=tuple(key(next(numbers)) for _ in range(snapshots)),
        attest_keys=tuple(key(next(numbers)) for _ in range(attests)),
        log_origin=ORIGIN,
        log_vkey=vkey(next(numbers)),
        witnesses=tuple(witness(next(numbers)) for _ in range(witnesses)),
        quorum=draw(st.integers(0, witnesses)),
    )


def problems(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(FormatError) as caught:
        parse_trust(data)
    return [(error.code, error.message.partition(":")[0]) for error in errors_of(caught.value)]


def changed(**fields: Any) -> list[tuple[str, str]]:
    return problems(format_trust(TRUST._replace(**fields)))


def test_the_text() -> None:
    value = json.loads(format_trust(TRUST))
    assert list(value) == [
        "format", "origin", "number", "expires", "roots", "snapshot_keys", "attest_keys", "log", "witnesses"
    ]  # fmt: skip
    assert value["format"] == "packyard/trust/1"
    assert value["log"] == {"origin": ORIGIN, "vkey": vkey(6)}


@given(trusts())
def test_format_and_parse_are_inverse(trust: Trust) -> None:
    assert parse_trust(format_trust(trust)) == trust


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"origin": "Packs"}, ("origin-invalid", "origin")),
        ({"number": 0}, ("field-invalid", "number")),
        ({"expires": "2027-02-29T00:00:00Z"}, ("field-invalid", "expires")),
        ({"expires": "2027-11-21"}, ("field-invalid", "expires")),
        ({"root_keys": (), "threshold": 1}, ("field-missing", "roots.keys")),
        ({"root_keys": (key(2), "RWQ")}, ("key-invalid", "roots.keys[1]")),
        ({"threshold": 0}, ("field-invalid", "roots.threshold")),
        ({"threshold": 3}, ("field-invalid", "roots.threshold")),
        ({"snapshot_keys": ()}, ("field-missing", "snapshot_keys")),
        ({"snapshot_keys": (key(0),)}, ("key-weak", "snapshot_keys[0]")),
        ({"log_vkey": ""}, ("field-missing", "log.vkey")),
        ({"log_vkey": vkey(6)[:-1]}, ("vkey-invalid", "log.vkey")),
        ({"log_vkey": vkey(6, "other")}, ("vkey-invalid", "log.vkey")),
        ({"log_vkey": vkey(6, ORIGIN, note.COSIGNATURE)}, ("vkey-invalid", "log.vkey")),
        ({"log_origin": "example.net"}, ("vkey-invalid", "log.vkey")),
        ({"witnesses": (vkey(7, "w"),)}, ("vkey-invalid", "witnesses.vkeys[0]")),
        ({"witnesses": (), "quorum": 1}, ("field-invalid", "witnesses.quorum")),
        ({"quorum": 3}, ("field-invalid", "witnesses.quorum")),
        # One key, one use: the same key, the same Ed25519 key under another id, the same id of another key.
        ({"snapshot_keys": (key(2),)}, ("key-reuse", "snapshot_keys[0]")),
        ({"attest_keys": (key(4),)}, ("key-reuse", "attest_keys[0]")),
        ({"attest_keys": (key(3, 99),)}, ("key-reuse", "attest_keys[0]")),
        ({"attest_keys": (key(9, 3),)}, ("key-reuse", "attest_keys[0]")),
        ({"root_keys": (key(2), key(2, 99))}, ("key-reuse", "roots.keys[1]")),
        ({"log_vkey": vkey(4)}, ("key-reuse", "log.vkey")),
        ({"witnesses": (witness(6),)}, ("key-reuse", "witnesses.vkeys[0]")),
        ({"witnesses": (witness(7), vkey(7, "w", note.COSIGNATURE))}, ("key-reuse", "witnesses.vkeys[1]")),
    ],
)
def test_one_mistake(fields: dict[str, object], problem: tuple[str, str]) -> None:
    assert changed(**fields) == [problem]


def test_a_key_twice_in_one_list() -> None:
    assert changed(root_keys=(key(2), key(2))) == [("field-invalid", "roots.keys[1]"), ("key-reuse", "roots.keys[1]")]


@pytest.mark.parametrize(
    "name", ["format", "origin", "number", "expires", "roots", "snapshot_keys", "attest_keys", "log", "witnesses"]
)
def test_every_field_is_required(name: str) -> None:
    value: dict[str, Any] = json.loads(format_trust(TRUST))
    del value[name]
    assert problems(json.dumps(value).encode())


def test_types_are_strict() -> None:
    text = format_trust(TRUST).decode()
    assert problems(text.replace('"number": 1', '"number": "1"').encode()) == [("field-invalid", "number")]
    assert problems(text.replace('"number": 1', '"number": true').encode()) == [("field-invalid", "number")]
    assert problems(text.replace('"number": 1', '"number": 1, "more": 2').encode()) == [("field-unknown", "more")]
    assert problems(text.replace('"quorum": 1', '"quorum": 1, "quorum": 0').encode())[0][0] == "duplicate-key"
    assert problems(b" " * (LIMIT + 1)) == [("too-large", "the file is too large")]


@given(st.binary(max_size=100) | st.integers(0, 900).map(lambda cut: format_trust(TRUST)[:cut]))
def test_nothing_but_format_error(data: bytes) -> None:
    try:
        trust = parse_trust(data)
    except FormatError:
        return
    assert parse_trust(format_trust(trust)) == trust

"""The strict loaders: what they read, what they refuse, and that bombs cost nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from packyard.errors import FormatError, WorldError
from packyard.formats.strict import LIMIT, MAX_DEPTH, Document, load_json, load_yaml

Loader = Callable[..., Document]


def refused(load: Loader, data: bytes, limit: int = LIMIT) -> FormatError:
    with pytest.raises(FormatError) as caught:
        load(data, limit)
    return caught.value


# --- YAML -----------------------------------------------------------------------------------------------------------


def test_every_scalar_is_text() -> None:
    document = load_yaml(
        b"a:\nb: ~\nc: null\nd: 1.10\ne: no\nf: 2026-11-21\ng: 0x1F\n'h': \"quo\\u00e9\\n\"\ni: >-\n  x\n  y\n"
    )
    assert document.value == {
        "a": "",
        "b": "~",
        "c": "null",
        "d": "1.10",
        "e": "no",
        "f": "2026-11-21",
        "g": "0x1F",
        "h": "quoé\n",
        "i": "x y",
    }
    assert not document.typed


def test_lines_of_yaml() -> None:
    document = load_yaml(b"# comment\na:\n  - b: c\n    d:\n      - e\n\nf: {g: h,\n    i: j}\n")
    assert document.value == {"a": [{"b": "c", "d": ["e"]}], "f": {"g": "h", "i": "j"}}
    places = {
        ("a",): 2,
        ("a", 0): 3,
        ("a", 0, "b"): 3,
        ("a", 0, "d"): 4,
        ("a", 0, "d", 0): 5,
        ("f", "g"): 7,
        ("f", "i"): 8,
    }
    assert {path: document.line(path) for path in places} == places
    assert document.line(("a", 0, "missing")) == 3


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"", 1, "empty"),
        (b"# nothing\n", 1, "empty"),
        (b"a: b\nc: !!str x", 2, "tags"),
        (b"a: ! x", 1, "tags"),
        (b'a: ! "x"', 1, "tags"),
        (b"a: ! [x]", 1, "tags"),
        (b"!!map {}", 1, "tags"),
        (b"! a: b", 1, "tags"),
        (b"a: &x b\nc: *x", 1, "anchors"),
        (b"&x a: b", 1, "anchors"),
        (b"a: &x [b]", 1, "anchors"),
        (b"a: b\nc: *x", 2, "aliases"),
        (b"*x", 1, "aliases"),
        (b"*x : b", 1, "key"),
        (b"a: b\n<<: {c: d}", 2, "merge"),
        (b"? [a]\n: b", 1, "key"),
        (b"{a: b}: c", 1, "key"),
        (b"? |\n  a\n: b", 1, "key"),
        (b"? a\n  b\n: c", 1, "key"),
        (b"a: b\n---\nc: d\n", 2, "document"),
        (b"%YAML 1.1\n---\na: b\n", 1, "directives"),
        (b"a: b\r\nc: d\r\n", 1, "U+000D"),
        (b"a: b\n\x00", 2, "U+0000"),
        ("a: b\nc: \u2028".encode(), 2, "U+2028"),
        ("a: \x85".encode(), 1, "U+0085"),
        ("a: b\nc: \uffff".encode(), 2, "U+FFFF"),
        (b'a: b\nc: "\\0"', 2, "U+0000"),
        (b'a: "\\e[31m"', 1, "U+001B"),
        (b'a: "\\ud800"', 1, "not YAML"),
        (b"a: b\n\tc: d", 2, "not YAML"),
        (b"a: [b", 1, "not YAML"),
        (b"a: b: c", 1, "not YAML"),
        (b"a: `b`", 1, "not YAML"),
    ],
)
def test_yaml_that_is_refused(data: bytes, line: int, message: str) -> None:
    error = refused(load_yaml, data)
    assert (error.code, error.line) == ("yaml-invalid", line)
    assert message in error.message


def test_hints_for_common_mistakes() -> None:
    assert refused(load_yaml, b"pack: @acme/hello").help == 'quote the text: "@acme/hello"'
    assert refused(load_yaml, b"a:\n\tb: c").help == "indent with spaces"
    assert refused(load_yaml, b"a: b\r\n").help == "save the file with LF line ends"


def test_a_quoted_merge_key_is_text() -> None:
    assert load_yaml(b"'<<': a").value == {"<<": "a"}


def test_missing_libyaml_is_the_worlds_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    with pytest.raises(WorldError):
        load_yaml(b"a: b")


# --- JSON -----------------------------------------------------------------------------------------------------------


def test_json() -> None:
    document = load_json(b'{"a": [1, -2.5e3, true, null, "\\ud83d\\ude00 \\\\ud800"],\n"b":\n{"c": "[\\"{"}}')
    assert document.value == {"a": [1, -2500.0, True, None, "😀 \\ud800"], "b": {"c": '["{'}}
    assert document.typed
    places = {("a",): 1, ("a", 4): 1, ("b",): 2, ("b", "c"): 3}
    assert {path: document.line(path) for path in places} == places


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"nul", 1),
        (b'{"a": 1,}', 1),
        (b"[1,\n2\n3]", 3),
        (b'"a\tb"', 1),
        (b"[\nNaN]", 2),
        (b"-Infinity", 1),
        (b"[1,\n\n1e999]", 3),
        (b"9" * 5000, 1),
        (b"1." + b"1" * 5000, 1),
        (b"[9007199254740991,\n-9007199254740992]", 2),
        (b'["\\ud83d\\ude00",\n"\\ud800"]', 2),
        (b'{"a": 1,\n"\\udfff": 2}', 2),
    ],
)
def test_json_that_is_refused(data: bytes, line: int) -> None:
    error = refused(load_json, data)
    assert (error.code, error.line) == ("json-invalid", line)


# --- both -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [load_yaml, load_json])
def test_both_refuse(load: Loader) -> None:
    duplicate = refused(load, b'{"a": {"b": 1,\n"c": 2,\n"b": 3}}')
    assert (duplicate.code, duplicate.line) == ("duplicate-key", 3)
    assert refused(load, b'{"a": 1,\n"\\u0061": 2}').code == "duplicate-key"
    assert (refused(load, b'"a\n\xff"').code, refused(load, b'"a\n\xff"').line) == ("text-not-utf8", 2)
    assert refused(load, b'"\xed\xa0\x80"').code == "text-not-utf8"
    assert refused(load, b"\xef\xbb\xbf{}").code == "text-not-utf8"
    assert refused(load, b" " * 11, 10).code == "too-large"
    assert load(b'"' + b"a" * 98 + b'"', 100).value == "a" * 98


@pytest.mark.parametrize("load", [load_yaml, load_json])
def test_depth(load: Loader) -> None:
    assert load(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).value
    assert load(b'{"a":' * MAX_DEPTH + b'"["' + b"}" * MAX_DEPTH).value
    error = refused(load, b"\n[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    assert (error.code, error.line) == ("too-deep", MAX_DEPTH + 2)
    assert load(b"[" + b"[[],{}]," * 1000 + b"[]]").value


BOMBS = {
    "flow sequences": b"[" * 25_000,
    "closed flow sequences": b"[" * 25_000 + b"]" * 25_000,
    "flow mappings": b'{"a":' * 12_000,
    "both": b'[{"a":' * 10_000,
    "braces": b"{" * 25_000,
    "block sequences": b"- " * 25_000,
    "complex keys": b"? " * 25_000,
    "block mappings": b"\n".join(b" " * depth + b"a:" for depth in range(350)),
    "lines of brackets": b"[\n" * 25_000,
    "open string": b'["' + b'\\"' * 30_000,
    "brackets behind an open string": b"[" * 20 + b'"' + b"[" * 60_000,
    "alias bomb": b"a: &a [x]\n" + b"".join(b"b%d: &a [*a,*a,*a,*a,*a,*a]\n" % level for level in range(20)),
    "a scalar of 10 MB": b'"' + b"a" * 10_000_000 + b'"',
    "directives": b"%a\n" * 20_000,
    "anchors": b"&a " * 20_000,
    "tags": b"!a " * 20_000,
}


@pytest.mark.parametrize("load", [load_yaml, load_json])
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_at_once(load: Loader, name: str) -> None:
    """Each takes milliseconds; a loader that is quadratic or recursive would hang or crash here."""
    refused(load, BOMBS[name])


@pytest.mark.parametrize("bomb", ["flow sequences", "closed flow sequences", "both", "lines of brackets"])
def test_deep_json_is_refused_for_its_depth(bomb: str) -> None:
    assert refused(load_json, BOMBS[bomb]).code == "too-deep"


@pytest.mark.parametrize(
    "bomb", ["flow sequences", "flow mappings", "block sequences", "complex keys", "block mappings"]
)
def test_deep_yaml_is_refused_for_its_depth(bomb: str) -> None:
    assert refused(load_yaml, BOMBS[bomb]).code in {"too-deep", "yaml-invalid"}


def test_deep_json_of_any_size_is_refused_without_recursion() -> None:
    error = refused(load_json, b"[" * 2_000_000 + b"]" * 2_000_000, 10_000_000)
    assert error.code == "too-deep"


@given(st.binary(max_size=200) | st.text('[]{}:,"\\ \n\t-?&*!|>%@#<a1e.+/u0d8', max_size=60).map(str.encode))
@example(b"[1e99999999999999999999999999999999999999]")
@example(b'"\\u"')
def test_nothing_but_format_error(data: bytes) -> None:
    for load in (load_yaml, load_json):
        try:
            document = load(data)
        except FormatError as error:
            assert 0 <= error.line <= data.count(b"\n") + 2
        else:
            assert document.line(()) >= 1


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_json_reads_what_json_writes(value: object, ascii_only: bool, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    document = load_json(data)
    assert document.value == value
    assert set(document.lines) == set(_paths(value, ()))


def _paths(value: object, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in _paths(item, (*path, key)))]

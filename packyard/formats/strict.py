"""YAML and JSON, read strictly: one meaning for every text, and a bound on everything before it costs anything.

Both are UTF-8 without byte order mark, at most `limit` bytes, nested at most 32 deep; no mapping has a key twice.

YAML is the part of it that needs no manual: one document of mappings, sequences and scalars.  *Every scalar is text*,
quoted or not, until a schema says otherwise, so `no`, `1.10` and `2026-11-21` are what they look like, and a field
without a value is the empty text.  Anchors, aliases, tags, directives, merge keys, keys that are not one line of text,
tabs as indentation, carriage returns and other control characters are refused.  libyaml's composer crashes on deep
nesting; its events are read one by one here and the reading stops at the first that is too deep.

    pack: "@acme/hello"     # quoted, because YAML reserves a leading @
    members: {alice: owner, bob: member}

JSON is RFC 8259 as narrowed by RFC 7493 (I-JSON): no lone surrogates, no NaN, whole numbers within 2^53 - 1, so that
`jq` and a browser read what Python read.  Its depth is bounded by a scan before the parser runs.

Refusals are `FormatError` with the line: too-large, text-not-utf8, too-deep, duplicate-key, yaml-invalid, json-invalid.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from json import JSONDecodeError, JSONDecoder
from typing import Any, NoReturn, TypeAlias

from packyard.errors import FormatError, WorldError

#: Where a part of a document stands: the keys and indexes from the root to it.
Path: TypeAlias = tuple[str | int, ...]

LIMIT, MAX_DEPTH = 65_536, 32

#: Characters that no text of a person needs: controls, other line breaks, byte order marks, non-characters.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")

_MAX_INT, _MAX_DIGITS = 2**53 - 1, 40
_HINTS = {"@": 'quote the text: "@acme/hello"', "\t": "indent with spaces"}
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_STRINGS = re.compile(_STRING.encode(), re.DOTALL)
_PARTS = re.compile(_STRING + r'|[][{}]|[^][{},:"\s]+', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_ONE_KIND = bytes.maketrans(b"{}", b"[]")


class Document:
    """A parsed text: its `value`, and the line on which each part of it begins.

    `typed` says whether scalars have types; in YAML all are text.
    """

    def __init__(self, value: Any, locate: Callable[[], Mapping[Path, int]], *, typed: bool) -> None:
        self.value, self.typed, self._locate = value, typed, locate

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        """The line of every part, from 1; a mapping's entry begins with its key."""
        return self._locate()

    def line(self, path: Path) -> int:
        """The line of a part, or of the nearest one around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def load_yaml(data: bytes, limit: int = LIMIT) -> Document:
    """The document in YAML text. Raises `FormatError`, or `WorldError` where PyYAML has no libyaml."""
    text = _decoded(data, limit)
    _check_printable(text, 1)
    if directive := _DIRECTIVE.search(text):
        _refuse_yaml("directives are not allowed", text.count("\n", 0, directive.start()) + 1)
    composer = _Composer(text)
    try:
        value = composer.document()
    except composer.yaml.YAMLError as error:
        composer.refuse(error)
    return Document(value, lambda: composer.lines, typed=False)


def load_json(data: bytes, limit: int = LIMIT) -> Document:
    """The document in JSON text. Raises `FormatError`."""
    text = _decoded(data, limit)
    _check_json_depth(data, text)
    doubts: list[str] = []
    try:
        value = _decoder(doubts).decode(text)
    except JSONDecodeError as error:
        raise FormatError("json-invalid", f"not JSON: {error.msg}", line=error.lineno) from error
    document = Document(value, lambda: _JsonLines(text).lines, typed=True)
    if doubts or _SURROGATE.search(text):
        document.line(())
    return document


def _decoded(data: bytes, limit: int) -> str:
    if len(data) > limit:
        size = f"{len(data)} bytes"
        raise FormatError("too-large", "the file is too large", expected=f"at most {limit} bytes", found=size)
    if data.startswith(b"\xef\xbb\xbf"):
        raise FormatError("text-not-utf8", "the file begins with a byte order mark", line=1)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise FormatError("text-not-utf8", "not UTF-8", line=data.count(b"\n", 0, error.start) + 1) from error


def _check_printable(text: str, line: int) -> None:
    if wrong := UNPRINTABLE.search(text):
        hint = "save the file with LF line ends" if wrong[0] == "\r" else ""
        line += text.count("\n", 0, wrong.start())
        _refuse_yaml(f"the character U+{ord(wrong[0]):04X} is not allowed", line, hint)


def _refuse_yaml(message: str, line: int, hint: str = "") -> NoReturn:
    raise FormatError("yaml-invalid", message, line=line, help=hint)


def _refuse_depth(line: int) -> NoReturn:
    raise FormatError("too-deep", "nested too deep", line=line, expected=f"at most {MAX_DEPTH} levels")


def _refuse_duplicate(key: str, line: int, first: int) -> NoReturn:
    raise FormatError("duplicate-key", f"the key {key[:80]!a} is there twice, first on line {first}", line=line)


class _Composer:
    """Makes a value of libyaml's events; `lines` then holds the line of each part."""

    def __init__(self, text: str) -> None:
        import yaml

        if not yaml.__with_libyaml__:
            raise WorldError("libyaml-missing", "PyYAML is here without libyaml", help="install a PyYAML wheel")
        self.text, self.yaml = text, yaml
        self.next: Callable[[], Any] = yaml.CSafeLoader(text).get_event
        self.lines: dict[Path, int] = {}

    def document(self) -> Any:
        self.next()
        if isinstance(self.next(), self.yaml.StreamEndEvent):
            _refuse_yaml("the file is empty", 1)
        value = self.node(self.next(), ())
        self.next()
        if not isinstance(end := self.next(), self.yaml.StreamEndEvent):
            _refuse_yaml("more than one document", end.start_mark.line + 1)
        return value

    def refuse(self, error: Any) -> NoReturn:
        mark = getattr(error, "problem_mark", None)
        found = self.text[mark.index : mark.index + 1] if mark else ""
        message = f"not YAML: {getattr(error, 'problem', error)}"
        line = min(mark.line, self.text.rstrip("\n").count("\n")) + 1 if mark else 0
        raise FormatError("yaml-invalid", message, line=line, found=found, help=_HINTS.get(found, "")) from error

    def node(self, event: Any, path: Path) -> Any:
        line = event.start_mark.line + 1
        self.lines.setdefault(path, line)
        if isinstance(event, self.yaml.AliasEvent):
            _refuse_yaml("aliases are not allowed", line, "quote a text that begins with *")
        if isinstance(event, self.yaml.ScalarEvent):
            return self.scalar(event, line)
        self.check_bare(event, event.implicit, line)
        if len(path) >= MAX_DEPTH:
            _refuse_depth(line)
        return self.sequence(path) if isinstance(event, self.yaml.SequenceStartEvent) else self.mapping(path)

    def check_bare(self, event: Any, implicit: bool, line: int) -> None:
        if event.anchor is not None:
            _refuse_yaml("anchors are not allowed", line, "quote a text that begins with &")
        if event.tag is not None or not implicit:
            _refuse_yaml("tags are not allowed", line, "quote a text that begins with !")

    def scalar(self, event: Any, line: int) -> str:
        self.check_bare(event, event.implicit[0] or bool(event.style), line)
        if event.style == '"':
            _check_printable(event.value, line)
        return str(event.value)

    def sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self.next(), self.yaml.SequenceEndEvent):
            items.append(self.node(event, (*path, len(items))))
        return items

    def mapping(self, path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not isinstance(event := self.next(), self.yaml.MappingEndEvent):
            key, line = self.key(event), event.start_mark.line + 1
            place = (*path, key)
            if key in members:
                _refuse_duplicate(key, line, self.lines[place])
            self.lines[place] = line
            members[key] = self.node(self.next(), place)
        return members

    def key(self, event: Any) -> str:
        line = event.start_mark.line + 1
        if event.end_mark.line + 1 != line or not isinstance(event, self.yaml.ScalarEvent):
            _refuse_yaml("a key must be one line of text", line)
        if event.value == "<<" and not event.style:
            _refuse_yaml("merge keys are not allowed", line)
        return self.scalar(event, line)


def _check_json_depth(data: bytes, text: str) -> None:
    """Refuse deep nesting before the recursive parser sees it; what is not even balanced is left to the parser."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    brackets = _STRINGS.sub(b"", data).translate(_ONE_KIND, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        if b"[]" not in brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    if b"[]" in brackets or brackets.count(b"[") > MAX_DEPTH:
        depth = 0
        for part, line in _json_parts(text):
            depth += (part in "[{") - (part in "]}")
            if depth > MAX_DEPTH:
                _refuse_depth(line)


def _decoder(doubts: list[str]) -> JSONDecoder:
    """A decoder that notes in `doubts` what JSON allows and I-JSON does not; only `_JsonLines` knows the line."""
    return JSONDecoder(
        object_pairs_hook=partial(_object, doubts),
        parse_int=partial(_number, doubts, int, _MAX_INT),
        parse_float=partial(_number, doubts, float, sys.float_info.max),
        parse_constant=doubts.append,
    )


def _object(doubts: list[str], pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        doubts.append("a key is there twice")
    return members


def _number(doubts: list[str], kind: Callable[[str], float], most: float, text: str) -> float:
    value = kind(text) if len(text) <= _MAX_DIGITS else math.inf
    if abs(value) > most:
        doubts.append(text)
    return value


def _json_parts(text: str) -> Iterator[tuple[str, int]]:
    """Brackets and scalars with their lines; in what the parser took, commas and colons say nothing more."""
    line, end = 1, 0
    for match in _PARTS.finditer(text):
        line += text.count("\n", end, match.start())
        end = match.start()
        yield match[0], line


class _JsonLines:
    """Finds the line of each part of a text that the parser took; refuses there what I-JSON does not allow."""

    def __init__(self, text: str) -> None:
        self.parts = _json_parts(text)
        self.lines: dict[Path, int] = {}
        self.node((), *next(self.parts))

    def node(self, path: Path, part: str, line: int) -> None:
        self.lines.setdefault(path, line)
        if part == "{":
            self.mapping(path)
        elif part == "[":
            self.sequence(path)
        else:
            self.scalar(part, line)

    def mapping(self, path: Path) -> None:
        while (item := next(self.parts))[0] != "}":
            key, line = self.scalar(*item), item[1]
            place = (*path, key)
            if place in self.lines:
                _refuse_duplicate(key, line, self.lines[place])
            self.lines[place] = line
            self.node(place, *next(self.parts))

    def sequence(self, path: Path) -> None:
        count = 0
        while (item := next(self.parts))[0] != "]":
            self.node((*path, count), *item)
            count += 1

    def scalar(self, part: str, line: int) -> str:
        value = str(_decoder(doubts := list[str]()).decode(part))
        if doubts:
            raise FormatError("json-invalid", "not every reader understands the number", line=line, found=part[:40])
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise FormatError("json-invalid", "half of a surrogate pair", line=line)
        return value

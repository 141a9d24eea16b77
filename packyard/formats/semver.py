"""Versions and ranges of versions.

A version is Semantic Versioning 2.0.0 (https://semver.org) without build metadata, which would make two versions of
equal rank: `1.2.3`, `1.2.3-rc.1`.  It has at most 256 characters and its numbers are at most 2^53 - 1, as in npm.

A range has npm's grammar (https://github.com/npm/node-semver):

    range      = set *( "||" set )              one set must hold
    set        = hyphen | *( comparator " " )   all comparators must hold; none at all holds always
    hyphen     = partial " - " partial          1.2 - 2.3.4   from the least of 1.2 to the most of 2.3.4
    comparator = [ "<" | ">" | "<=" | ">=" | "=" | "^" | "~" | "~>" ] partial
    partial    = [ "v" ] part [ "." part [ "." part [ "-" prerelease ] [ "+" build ] ] ]
    part       = number | "x" | "X" | "*"       after an x only x may follow

`^1.2.3` may change nothing left of the first number that is not 0, `~1.2.3` nothing left of the patch number.  A
pre-release satisfies a set only if a comparator of the set names a pre-release of the same three numbers.  Build
metadata in a range is ignored.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, NoReturn, TypeAlias

from packyard.errors import FormatError

MAX_LENGTH = 256

_MAX_NUMBER = 2**53 - 1
_NUMBER = "0|[1-9][0-9]*"
_IDENTIFIER = rf"(?:[0-9]*[A-Za-z-][0-9A-Za-z-]*|{_NUMBER})"
_PRERELEASE = rf"-({_IDENTIFIER}(?:\.{_IDENTIFIER})*)"
_VERSION = re.compile(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:{_PRERELEASE})?")
_PART = rf"{_NUMBER}|[xX*]"
_BUILD = r"\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_PARTIAL = rf"v?({_PART})(?:\.({_PART})(?:\.({_PART})(?:{_PRERELEASE})?(?:{_BUILD})?)?)?"
_COMPARATOR = re.compile(rf"([<>]=?|=|\^|~>?|) ?{_PARTIAL}(?: |\Z)")
_HYPHEN = re.compile(rf"{_PARTIAL} - {_PARTIAL}")

_Key: TypeAlias = tuple[int, int, int, bool, tuple[tuple[bool, int | str], ...]]


_OPERATORS: dict[str, Callable[[_Key, _Key], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}


class Version(NamedTuple):
    """A version; `prerelease` is () for a release, else its identifiers, numeric ones as numbers."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[int | str, ...] = ()


class Comparator(NamedTuple):
    """One bound: `operator` is `<`, `<=`, `>`, `>=` or `=`."""

    operator: str
    version: Version


class Range(NamedTuple):
    """A range as it was written, and what it means: alternatives of bounds that must all hold."""

    text: str
    sets: tuple[tuple[Comparator, ...], ...]


class _Partial(NamedTuple):
    """A version whose last numbers may be None, which stands for any."""

    major: int | None
    minor: int | None
    patch: int | None
    prerelease: tuple[int | str, ...]

    def least(self) -> Version:
        full = self.patch is not None
        return Version(self.major or 0, self.minor or 0, self.patch or 0, self.prerelease if full else ())

    def above(self) -> Version:
        """The least pre-release above all that it stands for; of a full version, above its minor version."""
        if self.minor is None:
            return Version((self.major or 0) + 1, 0, 0, (0,))
        return Version(self.major or 0, self.minor + 1, 0, (0,))


def parse(text: str) -> Version:
    """The version in a text; `format_version` is the exact inverse. Raises `version-invalid`."""
    match = _VERSION.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if match:
        major, minor, patch, prerelease = match.groups()
        version = Version(int(major), int(minor), int(patch), _identifiers(prerelease))
        if max(version[:3]) <= _MAX_NUMBER:
            return version
    expected = "MAJOR.MINOR.PATCH or MAJOR.MINOR.PATCH-PRERELEASE, without build metadata"
    raise FormatError("version-invalid", "not a version", expected=expected, found=ascii(text)[1:-1][:80])


def is_version(text: str) -> bool:
    """Whether the text is a version."""
    try:
        parse(text)
    except FormatError:
        return False
    return True


def format_version(version: Version) -> str:
    """The text of a version."""
    release = f"{version.major}.{version.minor}.{version.patch}"
    return f"{release}-{'.'.join(map(str, version.prerelease))}" if version.prerelease else release


def sort_key(version: str) -> _Key:
    """A key that orders versions by precedence (semver section 11). Raises `version-invalid`."""
    return _key(parse(version))


def parse_range(text: str) -> Range:
    """The range in a text. Raises `range-invalid`."""
    if len(text) > MAX_LENGTH:
        _refuse_range(text)
    sets = tuple(_parse_set(" ".join(part.split()), text) for part in text.split("||"))
    if () in sets:
        sets = ((),)
    if any(max(bound.version[:3]) > _MAX_NUMBER for bounds in sets for bound in bounds):
        _refuse_range(text)
    return Range(text, sets)


def satisfies(version: str, range: Range) -> bool:
    """Whether the version lies in the range. Raises `version-invalid`."""
    parsed = parse(version)
    return any(_holds(parsed, bounds) for bounds in range.sets)


def max_satisfying(versions: Iterable[str], range: Range) -> str | None:
    """The highest of the versions that lies in the range, if one does. Raises `version-invalid`."""
    return max((version for version in versions if satisfies(version, range)), key=sort_key, default=None)


def _key(version: Version) -> _Key:
    identifiers = tuple((isinstance(each, str), each) for each in version.prerelease)
    return (*version[:3], not version.prerelease, identifiers)


def _identifiers(prerelease: str | None) -> tuple[int | str, ...]:
    return tuple(int(each) if each.isdigit() else each for each in prerelease.split(".")) if prerelease else ()


def _refuse_range(text: str) -> NoReturn:
    found = ascii(text)[1:-1][:80]
    raise FormatError(
        "range-invalid", "not a range of versions", expected="such as ^1.2.0, 1.x or >=1.0.0 <2.0.0", found=found
    )


def _parse_set(part: str, text: str) -> tuple[Comparator, ...]:
    if hyphen := _HYPHEN.fullmatch(part):
        groups = hyphen.groups()
        return (*_bounds(">=", _partial(groups[:4], text)), *_bounds("<=", _partial(groups[4:], text)))
    bounds: list[Comparator] = []
    position = 0
    while position < len(part):
        match = _COMPARATOR.match(part, position)
        if not match:
            _refuse_range(text)
        bounds += _bounds(match[1], _partial(match.groups()[1:], text))
        position = match.end()
    return tuple(bounds)


def _partial(groups: tuple[str | None, ...], text: str) -> _Partial:
    major, minor, patch = (int(part) if part and part.isdigit() else None for part in groups[:3])
    if (major is None and minor is not None) or (minor is None and patch is not None):
        _refuse_range(text)
    return _Partial(major, minor, patch, _identifiers(groups[3]))


def _bounds(sign: str, partial: _Partial) -> list[Comparator]:
    """What a comparator means in the five plain operators, after node-semver's README, "Advanced Range Syntax"."""
    least, above = partial.least(), partial.above()
    if partial.major is None:
        return [Comparator("<", Version(0, 0, 0, (0,)))] if sign in {"<", ">"} else []
    if sign in {"^", "~", "~>"}:
        return _between(least, _caret(partial) if sign == "^" else above)
    if partial.patch is not None and sign != ">=":
        return [Comparator(sign or "=", least)]
    if sign == ">":
        return [Comparator(">=", above._replace(prerelease=()))]
    if sign in {"<", "<="}:
        return [Comparator("<", above if sign == "<=" else least._replace(prerelease=(0,)))]
    return _between(least, None if sign == ">=" else above)


def _caret(partial: _Partial) -> Version:
    if partial.major or partial.minor is None:
        return Version((partial.major or 0) + 1, 0, 0, (0,))
    if partial.minor or partial.patch is None:
        return Version(0, partial.minor + 1, 0, (0,))
    return Version(0, 0, partial.patch + 1, (0,))


def _between(least: Version, above: Version | None) -> list[Comparator]:
    """`>=0.0.0` bounds nothing and is left out, so that a range that holds always has no bounds."""
    low = [Comparator(">=", least)] if least != (0, 0, 0, ()) else []
    return low if above is None else [*low, Comparator("<", above)]


def _holds(version: Version, bounds: tuple[Comparator, ...]) -> bool:
    key = _key(version)
    if not all(_OPERATORS[sign](key, _key(bound)) for sign, bound in bounds):
        return False
    return not version.prerelease or any(bound.prerelease and bound[:3] == version[:3] for _, bound in bounds)

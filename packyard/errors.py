"""What goes wrong, as values and as exceptions.

People's mistakes are *collected*: a `Problem` is a value with a code of the rule table, the place and a hint,
and many of them are shown at once. Broken trust and a broken world are *raised*:

    PackyardError
    ├── UsageError        2   the command was called wrongly
    ├── ProblemsFound     1   a check found these problems
    ├── WorldError        3   the network, the disk or git failed: nothing is known about trust
    └── TrustError            somebody's signature, hash, order or freshness is broken
        ├── Unsigned     10   a signature that must exist does not
        ├── NotFound     11   a name, version or file that was asked for does not exist
        ├── BadSignature 12   a signature does not verify, or not in the one accepted form
        ├── BadChecksum  13   bytes do not have the hash that was promised
        ├── BadKey       14   a key is unknown, revoked, retired, or weak
        └── Stale        15   expired, rolled back, forked, or history was rewritten

`FormatError` is what a parser raises about one text; it does not know which file it reads, so its caller adds the
path with `FormatError.at` and thereby makes a `Problem` of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar, NamedTuple


class Problem(NamedTuple):
    """One thing that is wrong, in one place. `code` names a rule of `packyard.rules.table`; `line` 0 is the whole
    file.
    """

    code: str
    path: str
    message: str
    line: int = 0
    expected: str = ""
    found: str = ""
    help: str = ""


class FormatError(ValueError):
    """A text is not what its format demands. `line` counts from 1; 0 when no line is to blame."""

    def __init__(
        self, code: str, message: str, *, line: int = 0, expected: str = "", found: str = "", help: str = ""
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.line = code, message, line
        self.expected, self.found, self.help = expected, found, help

    def __reduce__(self) -> tuple[object, ...]:
        return _revive_format, (self.at(""),)

    def at(self, path: str) -> Problem:
        """The same as a problem in the file `path`."""
        return Problem(self.code, path, self.message, self.line, self.expected, self.found, self.help)


def _revive_format(problem: Problem) -> FormatError:
    code, _, message, line, *rest = problem
    expected, found, hint = rest
    return FormatError(code, message, line=line, expected=expected, found=found, help=hint)


class PackyardError(Exception):
    """The root of what the program raises; `problem` says what, where, expected, found and help."""

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        code: str,
        message: str,
        *,
        path: str = "",
        line: int = 0,
        expected: str = "",
        found: str = "",
        help: str = "",
    ) -> None:
        super().__init__(message)
        self.problem = Problem(code, path, message, line, expected, found, help)

    def __reduce__(self) -> tuple[object, ...]:
        return _revive, (type(self), self.problem)


def _revive(kind: type[PackyardError], problem: Problem) -> PackyardError:
    fields = problem._asdict()
    return kind(fields.pop("code"), fields.pop("message"), **fields)


class UsageError(PackyardError):
    """The command was called in a way it does not understand."""

    exit_code = 2


class WorldError(PackyardError):
    """The network, the disk or git did not do their part; nothing is said about trust."""

    exit_code = 3


class TrustError(PackyardError):
    """Somebody's signature, hash, order or freshness is broken. `evidence` are the files that show it, by name."""

    exit_code = 12
    evidence: Mapping[str, bytes] = MappingProxyType({})


class Unsigned(TrustError):
    """A signature that must exist does not."""

    exit_code = 10


class NotFound(TrustError):
    """A name, version or file that was asked for does not exist."""

    exit_code = 11


class BadSignature(TrustError):
    """A signature does not verify, or is not in the one accepted form."""

    exit_code = 12


class BadChecksum(TrustError):
    """Bytes do not have the hash that was promised for them."""

    exit_code = 13


class BadKey(TrustError):
    """A key is unknown, revoked, retired or weak."""

    exit_code = 14


class Stale(TrustError):
    """Expired, rolled back, forked, or the history was rewritten."""

    exit_code = 15


class ProblemsFound(PackyardError):
    """A check found problems; `problems` holds them all, in the order of their places."""

    exit_code = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.code, f"{len(self.problems)} problem(s) found", path=first.path)

    def __reduce__(self) -> tuple[object, ...]:
        return ProblemsFound, (self.problems,)

"""What a client refuses, as exceptions whose kind follows from the code, with the files that show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from packyard.errors import (
    BadChecksum,
    BadKey,
    BadSignature,
    FormatError,
    Problem,
    Stale,
    TrustError,
    Unsigned,
)

T = TypeVar("T")

_CODES: Mapping[type[TrustError], tuple[str, ...]] = {
    Unsigned: ("signature-missing", "trust-unsigned", "note-unsigned", "checkpoint-quorum", "roots-unsigned"),
    BadChecksum: (
        "file-changed",
        "identity-differs",
        "log-inconsistent",
        "entries-invalid",
        "sums-mismatch",
        "sums-extra",
        "sums-absent",
    ),
    BadKey: (
        "key-unknown",
        "key-not-valid",
        "key-scope",
        "key-weak",
        "key-shared",
        "key-removed",
        "owner-mismatch",
        "trust-pinned",
    ),
    Stale: (
        "snapshot-expired",
        "snapshot-older",
        "snapshot-forked",
        "snapshot-early",
        "trust-expired",
        "trust-older",
        "log-forked",
        "log-hidden",
        "recovery-early",
        "statement-order",
    ),
}
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes}


def refusal(problem: Problem, evidence: Mapping[str, bytes] | None = None) -> TrustError:
    """The exception that says what is wrong; a code of no other kind is that of a bad signature. What it shows is
    printable, whoever wrote it.
    """
    fields = problem._asdict()
    fields |= {name: _printable(fields[name]) for name in ("path", "message", "expected", "found", "help")}
    kind = _KINDS.get(problem.code, BadSignature)
    error = kind(fields.pop("code"), fields.pop("message"), **fields)
    error.evidence = dict(evidence or {})
    return error


def attempt(path: str, evidence: Mapping[str, bytes], check: Callable[..., T], *arguments: object) -> T:
    """What `check(*arguments)` gives; a `FormatError` that it raises becomes a refusal of the file `path`."""
    try:
        return check(*arguments)
    except FormatError as error:
        raise refusal(error.at(path), evidence) from None


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)[1:-1]

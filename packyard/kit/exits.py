"""The exit codes of the kit commands, which are those of the platforms that carry kits (and not those of the others).

    0 ok · 1 a file is not there · 2 a checksum does not match · 5 a signature · 8 not newer · 11 anything else that
    does not validate, a command called wrongly too · 3 network or disk · 130 interrupted

A code of the rule table leads to one of them; of several problems the gravest decides: a signature before a checksum
before order before what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable

MISSING, CHECKSUM, WORLD, SIGNATURE, ORDER, INVALID = 1, 2, 3, 5, 8, 11

_CODES = {
    MISSING: {"file-missing", "kit-missing", "kit-file-missing", "kit-base-missing", "pack-unknown", "version-unknown",
              "site-missing"},
    CHECKSUM: {"file-changed", "kit-changed", "sums-mismatch", "artifact-mismatch"},
    WORLD: {"network-failed", "network-slow", "access-denied", "redirect-refused", "disk-failed", "places-failed",
            "site-locked", "kit-moving", "mirror-damaged"},
    SIGNATURE: {"kit-unsigned", "untrusted-comment", "checkpoint-quorum", "trust-unsigned", "trust-pinned"},
    ORDER: {"kit-older", "kit-forked", "snapshot-order"},
}  # fmt: skip
_FAMILIES = {SIGNATURE: ("signature-", "key-", "note-", "envelope-")}
_GRAVEST = (SIGNATURE, CHECKSUM, ORDER, MISSING, WORLD, INVALID)


def exit_of(code: str) -> int:
    """The exit code that a code of the rule table leads to."""
    for number, codes in _CODES.items():
        if code in codes or code.startswith(_FAMILIES.get(number, ("\0",))):
            return number
    return INVALID


def gravest(codes: Iterable[str]) -> int:
    """The exit code of several problems; 0 of none."""
    found = set(map(exit_of, codes))
    return next((number for number in _GRAVEST if number in found), 0)

"""JSON as bytes: one canonical form for what is hashed and signed, one pretty form for files that people read.

The canonical form is JSON (RFC 8259) in UTF-8 without spaces or final newline; the members of an object are sorted by
the code points of their names, and text is escaped only where JSON demands it:

    {"count":2,"names":["a","é"]}

Only text, whole numbers, booleans, null, lists (tuples alike) and objects have a form here.  Floating-point numbers
have none, because two programs rarely agree on their digits (RFC 8785 section 3.2.2.3).
"""

from __future__ import annotations

import json

_LEAVES = (str, int, type(None))
_PRETTY_LEAVES = (*_LEAVES, float)


def encode(value: object) -> bytes:
    """The canonical bytes of a value; TypeError for what has none, UnicodeEncodeError for a lone surrogate."""
    _check(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def pretty(value: object) -> bytes:
    """The value indented by two spaces, members in insertion order, with a final newline; errors as `encode`, but
    fractions are shown: nobody hashes this form."""
    _check(value, _PRETTY_LEAVES)
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n"


def _check(value: object, leaves: tuple[type, ...] = _LEAVES) -> None:
    if isinstance(value, leaves):
        return
    if isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str):
                raise TypeError(f"the name of an object's member is {type(name).__name__}, not text")
            _check(member, leaves)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item, leaves)
    else:
        raise TypeError(f"{type(value).__name__} has no canonical JSON form")

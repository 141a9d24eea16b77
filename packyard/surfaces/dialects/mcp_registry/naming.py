"""What servers are called in the MCP registry: `NAMESPACE/FLAT_SERVER`, at most 200 letters, digits, dots, hyphens and
underscores after the one slash.

A key of `mcp.json` may be any text. Letters of ASCII, digits, dots and hyphens are themselves in SERVER, an underscore
is `__`, and every other sign is `_` and two hex digits for each of its bytes: `my server` is `my_20server`, `a_b` is
`a__b`. No two keys have the same SERVER. One that is too long, or empty, is `_x` and the beginning of its SHA-256.
"""

from __future__ import annotations

import re
from hashlib import sha256

from packyard.formats import foreign

#: The most signs of a name, and of SERVER as long as it is spelled.
LIMIT, SPELLED = 200, 64

_OTHER = re.compile(r"[^A-Za-z0-9.-]")


def spelled(key: str) -> str:
    """SERVER of a key, however long; `unspelled` is its inverse."""
    return _OTHER.sub(_escaped, key)


def unspelled(text: str) -> str:
    """The key that is spelled so."""
    parts = re.sub(r"__|_([0-9a-f]{2})", lambda match: f"%{match[1] or '5f'}", text.replace("%", "%25"))
    data = re.sub(rb"%([0-9a-f]{2})", lambda match: bytes([int(match[1], 16)]), parts.encode())
    return data.decode("utf-8", "surrogatepass")


def segment(origin: str, pack: str, key: str) -> str:
    """SERVER, as short as the whole name needs; "" when that would be too long however it is said."""
    long, space = spelled(key), LIMIT - len(foreign.mcp_namespace(origin)) - len(foreign.flat(pack)) - 2
    short = f"_x{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
    return next((text for text in (long, short) if 0 < len(text) <= min(space, SPELLED)), "")


def _escaped(match: re.Match[str]) -> str:
    sign = match[0]
    return "__" if sign == "_" else "".join(f"_{byte:02x}" for byte in sign.encode("utf-8", "surrogatepass"))

"""TOML as far as it is written here: tables of texts, lists of texts and truths.

[mcp_servers.files]
command = "npx"
args = ["-y", "server-files"]
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_-]+")

Value = str | bool | list[str]


def format_key(name: str) -> str:
    """A key, bare where that is allowed."""
    return name if _BARE.fullmatch(name) else format_string(name)


def format_string(text: str) -> str:
    """A basic string (TOML 1.0.0, section String): JSON's escapes are TOML's, but for the one of DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f").replace("\\/", "/")


def format_long(text: str) -> str:
    """A text of several lines as a multi-line basic string."""
    lines = text.replace("\r\n", "\n").split("\n")
    body = "\n".join(format_string(line)[1:-1].replace('\\"', '"') for line in lines)
    return '"""\n' + re.sub(r'"{3,}|"+\Z', lambda it: '\\"' * len(it[0]), body) + '"""'


def format_pairs(pairs: Mapping[str, Value]) -> str:
    """Lines of keys and values, in their order."""
    return "".join(f"{format_key(name)} = {_format(value)}\n" for name, value in pairs.items())


def format_table(names: tuple[str, ...], pairs: Mapping[str, Value]) -> str:
    """A table with its header."""
    return f"[{'.'.join(map(format_key, names))}]\n{format_pairs(pairs)}"


def _format(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return format_long(value) if "\n" in value else format_string(value)
    return f"[{', '.join(map(format_string, value))}]"

"""Reading an OpenAPI document: what its references mean, and which files its paths are about."""

from __future__ import annotations

import re
from typing import Any


def opened(document: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    """What a reference within the document means; any other value is itself."""
    found: Any = document
    for name in value["$ref"].removeprefix("#/").split("/") if "$ref" in value else ():
        found = found[name]
    return found if "$ref" in value else value


def patterns(document: dict[str, Any]) -> dict[str, re.Pattern[str]]:
    """For each path, from the site's root, what matches the files that it is about, with its parameters as groups."""
    parameters = document["components"]["parameters"]
    known = {each["name"]: str(each["schema"]["pattern"]).strip("^$") for each in parameters.values()}
    return {path[1:]: _pattern(path[1:], known) for path in document["paths"]}


def _pattern(path: str, known: dict[str, str]) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    return re.compile(
        "".join(f"(?P<{part}>{known[part]})" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    )

"""Advisories for tests, made in code.

registry.files["advisories/PY-2026-0001.json"] = advisory("PY-2026-0001", {"hello": ["1.0.0"]})
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

Events = Sequence[tuple[str, str]]

START = "2026-03-01T09:00:00Z"


def ranged(*events: tuple[str, str]) -> dict[str, object]:
    """A range as OSV writes it."""
    return {"type": "SEMVER", "events": [{kind: version} for kind, version in events]}


def affected(name: str, versions: Sequence[str] = (), *ranges: Events) -> dict[str, object]:
    """A pack with versions and ranges that are affected."""
    found: dict[str, object] = {"package": {"ecosystem": "Packyard", "name": name}}
    return found | {"ranges": [ranged(*events) for events in ranges], "versions": list(versions)}


def advisory(ident: str, packs: Mapping[str, Sequence[str]], **more: object) -> bytes:
    """A good advisory about versions of packs, with further members or others."""
    plain: dict[str, object] = {
        "schema_version": "1.7.0",
        "id": ident,
        "modified": START,
        "published": START,
        "summary": f"What is wrong, by {ident}",
        "affected": [affected(name, versions) for name, versions in packs.items()],
    }
    return json.dumps({name: value for name, value in (plain | more).items() if value is not None}, indent=2).encode()

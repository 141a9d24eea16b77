"""Candidates for the gate's checks, made in code.

    candidate({"hooks/hooks.json": b"{}"}, manifest={"license": "MIT"})

is a sound pack named `hello` in version 1.1.0, with those files in place of, or beside, its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from packyard.errors import FormatError
from packyard.formats.manifest import parse_manifest
from packyard.gate.values import Candidate, Content
from packyard.model import Manifest

MANIFEST: Mapping[str, object] = {
    "name": "hello",
    "version": "1.1.0",
    "description": "Greets whoever opens the project",
    "author": "Alice Example <alice@example.org>",
    "license": "MIT",
    "tags": ["greeting"],
    "targets": "*",
    "features": ["rules"],
}
FILES: Mapping[str, bytes] = {
    "README.md": b"# hello\n\nGreets whoever opens the project, in the language of the last commit.\n",
    "LICENSE": b"MIT License\n\nCopyright (c) 2026 Alice Example\n\nPermission is hereby granted ...\n",
    "rules/hello.md": b"# Rules\n\n- Greet first.\n",
}


def content(
    files: Mapping[str, bytes | None] | None = None, manifest: Mapping[str, object] | None = None, path: str = "pack"
) -> Content:
    """A sound pack's files with some changed; None takes a file away, or a field of the manifest."""
    about = {name: value for name, value in {**MANIFEST, **(manifest or {})}.items() if value is not None}
    whole = {"pack.json": json.dumps(about, indent=2).encode() + b"\n", **FILES, **(files or {})}
    kept = {name: data for name, data in sorted(whole.items()) if data is not None}
    return Content(path, kept, _manifest(kept))


def candidate(
    files: Mapping[str, bytes | None] | None = None,
    manifest: Mapping[str, object] | None = None,
    before: Content | None = None,
) -> Candidate:
    """Version 1.1.0 of that pack; `before` is version 1.0.0, if it is given."""
    return Candidate("hello", "1.1.0", content(files, manifest), before, "1.0.0" if before else "")


def _manifest(files: Mapping[str, bytes]) -> Manifest | None:
    name = next((name for name in ("pack.json", "pack.yaml") if name in files), "")
    try:
        return parse_manifest(files[name], name)[0] if name else None
    except FormatError:
        return None

"""A pack that has its manifest already, of this format or of agentpacks, as a pack.

Every file stays as it is; the manifest too, unless name or version are missing in it, or are to be others. agentpacks
needs no version: 1.0.0 is meant.
"""

from __future__ import annotations

from typing import Any

from packyard.errors import FormatError, ProblemsFound
from packyard.formats import canonical
from packyard.formats.fields import errors_of
from packyard.formats.manifest import LIMIT, NAMES, parse_manifest
from packyard.formats.strict import load_json, load_yaml
from packyard.importing import about
from packyard.importing.values import Draft, Wishes
from packyard.model import Manifest


def convert(draft: Draft, wishes: Wishes) -> Manifest:
    """Fills the draft, manifest and all. Raises `FormatError` or `ProblemsFound`."""
    for path in draft.source.files:
        draft.put(path, path)
    filename = next(name for name in NAMES if name in draft.files)
    try:
        name, data = _filled(draft, filename, wishes)
        manifest, _ = parse_manifest(data, name)
    except FormatError as error:
        raise ProblemsFound(each.at(draft.source.at(filename)) for each in errors_of(error)) from None
    draft.files.pop(filename)
    draft.make(name, data, filename)
    return manifest


def _filled(draft: Draft, filename: str, wishes: Wishes) -> tuple[str, bytes]:
    """Name and content of the manifest, with what was missing in it."""
    data = draft.files[filename]
    fields = (load_json if filename == "pack.json" else load_yaml)(data, LIMIT).value
    if not isinstance(fields, dict):
        raise FormatError("field-type", "the file is not a mapping", expected="names and values")
    said = Wishes(str(fields.get("name")), str(fields.get("version")))
    wanted = Wishes(wishes.name or about.fit_name(said.name), wishes.version or about.fit_version(said.version))
    return (filename, data) if said == wanted else ("pack.json", _rewritten(draft, fields, filename, wishes))


def _rewritten(draft: Draft, fields: dict[str, Any], filename: str, wishes: Wishes) -> bytes:
    """The manifest as JSON, with a name, a version and a description."""
    filled = {
        "name": about.choose_name(draft, fields.get("name"), filename, wishes),
        "version": about.choose_version(draft, fields.get("version"), filename, wishes),
        "description": fields.get("description") or about.first_paragraph(about.readme_of(draft)),
    }
    for name, value in filled.items():
        if value and not fields.get(name):
            draft.changed(filename, f"`{name}` was missing", expected=value)
    return canonical.pretty({name: value for name, value in {**filled, **fields, **filled}.items() if value != ""})

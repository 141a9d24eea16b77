"""The plan of an import."""

from __future__ import annotations

from collections.abc import Callable

from packyard.errors import FormatError, ProblemsFound
from packyard.formats.fields import errors_of
from packyard.importing import about, agentpacks, cursor, plugin, skills
from packyard.importing.values import Draft, Plan, Source, Wishes
from packyard.model import Manifest

_CONVERTERS: dict[str, Callable[[Draft, Wishes], Manifest]] = {
    "agentpacks": agentpacks.convert,
    "claude-plugin": plugin.convert,
    "cursor": cursor.convert,
    "skills": skills.convert,
}


def plan(kind: str, source: Source, wishes: Wishes) -> Plan:
    """What importing the files of `source`, chosen as those of that kind, would write.

    Raises `ProblemsFound` when they are not what they should be, with the places in the source.
    """
    draft = Draft(source)
    try:
        manifest = _CONVERTERS[kind](draft, wishes)
    except FormatError as error:
        raise ProblemsFound(each.at(source.path) for each in errors_of(error)) from None
    about.add_readme(draft, manifest.name, manifest.description, kind)
    files = {path: draft.files[path] for path in sorted(draft.files)}
    origins = {path: draft.origins[path] for path in files}
    return Plan(kind, manifest.name, manifest.version, files, origins, tuple(draft.notes))

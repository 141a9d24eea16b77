"""`packyard config`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import click

from packyard.cli import options, settings
from packyard.cli.terminal import document, printable
from packyard.edges.workfolder import WorkingTree
from packyard.formats import registry
from packyard.history import SOURCE


class Line(NamedTuple):
    """A setting as it is: `value` and `default` are text, "" for none; `source` says where the value comes from."""

    name: str
    value: str
    default: str
    source: str
    meaning: str


_FAMILIES = {"rules": "rules.CODE"}


@click.command("config", context_settings=options.CONTEXT)
@options.repo
@options.json
def command(repo: Path, as_json: bool) -> None:
    """Show every setting of the program and of the registry: its value, its default, and where the value comes from."""
    lines = [*_program(), *(_registry(WorkingTree(repo)) if (repo / SOURCE).is_dir() else [])]
    if as_json:
        document("config", {"settings": [line._asdict() for line in lines]})
        return
    width = max(len(line.name) for line in lines)
    for line in lines:
        source = f"{line.source}, default: {line.default}" if line.default and line.source != "default" else line.source
        print(f"{line.name:{width}}  {printable(line.value) or '-'}  ({source})")


def _program() -> list[Line]:
    from packyard.edges.keys import is_key_text

    found = settings.find()
    lines = []
    for setting in settings.SETTINGS:
        value, source = found.get(setting.name, (setting.default, "default"))
        shown = "(the text of a key)" if is_key_text(value) else value
        lines.append(Line(setting.name, shown, setting.default, source, setting.help))
    return lines


def _registry(tree: WorkingTree) -> list[Line]:
    value = tree.registry()
    path = f"{SOURCE}/registry.yaml"
    given = {
        "format": registry.FORMAT,
        "origin": value.origin,
        "title": value.title,
        "url": value.url,
        "mirrors": ", ".join(value.mirrors),
        "witnesses": ", ".join(value.witnesses),
        "expires_days": str(value.expires_days) if value.expires_days != registry.EXPIRES_DAYS else "",
        **{f"limits.{name}": str(limit) for name, limit in value.limits.items()},
        **{f"policy.{name}": str(number) for name, number in value.policy.items()},
        **{f"rules.{code}": outcome for code, outcome in value.rules.items()},
        **{f"surfaces.{name}": "true" if shown else "false" for name, shown in value.surfaces.items()},
    }
    known = {setting.name: setting for setting in registry.SETTINGS}
    lines = []
    for name in dict.fromkeys([*known, *given]):
        setting = known.get(name) or known.get(_FAMILIES.get(name.partition(".")[0], ""))
        default, meaning = (setting.default, setting.meaning) if setting else ("", "")
        text = given.get(name, "")
        lines.append(Line(f"registry.{name}", text or default, default, path if text else "default", meaning))
    return lines

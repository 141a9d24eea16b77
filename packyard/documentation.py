"""The parts of `docs/` that are generated, each from what it documents: `python -m packyard.documentation` writes them.

    docs/rules.md      packyard.rules.table
    docs/formats.md    the docstrings of packyard.formats, and of packyard.search.index
    docs/commands.md   the help of every command
    docs/rights.md     packyard.rules.rights
    docs/settings.md   packyard.formats.registry.SETTINGS and packyard.cli.settings.SETTINGS
    docs/targets.md    packyard.client.placing.targets

A test compares them with what is in the repository.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from packyard.formats.times import DAY

if TYPE_CHECKING:
    import click

_GENERATED = "<!-- Written by `python -m packyard.documentation`: edit what it is made from. -->\n"
_RIGHTS = """\
Who may do what, and with a key of which scope. What somebody is, owner or member, is what the signed history says up to
that moment; a key must be valid on the day of the commit. Everybody who has signed must have the right.

A pack without a scope, such as `hello`, has a principal owner and may have co-owners. A pack in a scope, such as
`@acme/hello`, belongs to the organisation for good. `roots` are the registry's root keys, as many as the newest trust
file of the time demands.
"""
#: Columns of a help text, wherever it is printed.
_WIDTH = 100


def pages() -> Mapping[str, str]:
    """The text of each generated page, by its name in `docs/`."""
    from packyard.client.placing.targets import table

    made = {
        "rules.md": _rules(),
        "rights.md": _rights(),
        "formats.md": _formats(),
        "commands.md": _commands(),
        "settings.md": _settings(),
        "targets.md": table(),
    }
    return {name: _GENERATED + "\n" + "\n".join(lines) + "\n" for name, lines in made.items()}


def _rules() -> Iterator[str]:
    from packyard.rules.table import OUTCOMES, SECTIONS

    yield "# Rules"
    yield ""
    yield "Every problem that is reported has one of these codes; `packyard explain CODE` prints the same."
    yield ""
    yield from (f"- {name}: {text}" for name, text in OUTCOMES.items())
    for title, rules in SECTIONS:
        yield f"\n## {title}"
        for rule in rules:
            yield f"\n### `{rule.code}`\n\n{rule.title[0].upper()}{rule.title[1:]}.\n"
            yield f"- Why: {rule.why}\n- Fix: {rule.fix}"
            if rule.passes:
                yield f"- Passes: {rule.passes}\n- Fails: {rule.fails}"
            yield f"- Outcome: {rule.outcome}" + (", unless `registry.yaml` says otherwise" if rule.adjustable else "")


def _rights() -> Iterator[str]:
    from packyard.lifecycle import RECOVERY_WAIT
    from packyard.rules.rights import FILES, RIGHTS

    yield "# Rights"
    yield ""
    yield _RIGHTS
    yield "| to do | with a pack without a scope | with a pack in a scope | scope of the key | |"
    yield "|---|---|---|---|---|"
    for action, right in RIGHTS.items():
        unscoped, scoped = (", ".join(who) or "nobody" for who in (right.unscoped, right.scoped))
        if action not in FILES:
            yield f"| `{action}` | {unscoped} | {scoped} | {right.scope or 'none'} | {right.note} |"
    yield f"\nThe waiting time of a recovery is {RECOVERY_WAIT // DAY} days, in every registry. Until it is over the"
    yield "owner keeps all rights; from the first version or statement after it on, the pack belongs to the new owner"
    yield "alone.\n\n| to change the file of | who | scope of the key | |\n|---|---|---|---|"
    for action, name in FILES.items():
        right = RIGHTS[action]
        yield f"| {name} | {', '.join(right.unscoped or right.scoped)} | {right.scope} | {right.note} |"


def _formats() -> Iterator[str]:
    yield "# Formats"
    yield ""
    yield "What every file of the source and of the site looks like: the description at the head of each module of"
    yield "`packyard.formats`, which reads and writes it; last, the search index."
    here = Path(__file__).parent
    modules = {path.stem: path for path in (here / "formats").glob("*.py")}
    modules |= {path.parent.stem: path for path in (here / "formats").glob("*/__init__.py")}
    for name, path in (*sorted(modules.items()), ("search", here / "search" / "index.py")):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if text:
            yield f"\n## {name}\n\n{text}"


def _commands() -> Iterator[str]:
    from packyard.cli.group import group
    from packyard.cli.main import COMMANDS, load

    yield "# Commands"
    yield from _help(group, "packyard")
    for name in COMMANDS:
        yield from _help(load(name), f"packyard {name}")


def _help(command: click.Command, name: str) -> Iterator[str]:
    import click

    context = click.Context(command, info_name=name, terminal_width=_WIDTH)
    yield f"\n## {name}\n\n```\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group) and name != "packyard":
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            if found:
                yield from _help(found, f"{name} {each}")


def _settings() -> Iterator[str]:
    from packyard.cli.settings import SETTINGS as PROGRAM
    from packyard.formats.registry import SETTINGS as REGISTRY

    yield "# Settings"
    yield ""
    yield "`packyard config` shows them all as they are, and where each value comes from."
    yield "\n## Of a registry, in `registry-src/registry.yaml`\n"
    yield "| setting | type | default | meaning |\n|---|---|---|---|"
    for setting in REGISTRY:
        yield f"| `{setting.name}` | {setting.type} | {setting.default or 'required'} | {setting.meaning} |"
    yield "\n## Of the program\n\nA flag, else the variable, else `packyard/config.yaml` in the XDG configuration"
    yield "folder.\n"
    yield "| setting | variable | default | meaning |\n|---|---|---|---|"
    for own in PROGRAM:
        yield f"| `{own.name}` | `{own.variable}` | {own.default or 'none'} | {own.help} |"
    yield "\n`PACKYARD_SNAPSHOT_KEY`, `PACKYARD_LOG_KEY`, `PACKYARD_ATTEST_KEY` and `PACKYARD_KEY` hold the path or the"
    yield "text of a key file, `PACKYARD_PASSWORD` the password of encrypted ones, `PACKYARD_BRIDGE_TOKEN` what those"
    yield "must send who publish through `packyard bridge`. `NO_COLOR` takes the colours away, `PACKYARD_DEBUG=1` shows"
    yield "the trace of every error."


def write(folder: Path) -> None:
    """Writes the pages into `folder`."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "docs")

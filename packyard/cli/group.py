"""The group of all commands for click, which reads a command's module only when that command is called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click

from packyard import __version__
from packyard.cli.main import COMMANDS, SECTIONS, load
from packyard.cli.terminal import say
from packyard.errors import UsageError

_USAGE = 2
#: Set by the script that `_PACKYARD_COMPLETE=bash_source packyard` prints for a shell.
_COMPLETION = "_PACKYARD_COMPLETE"


class LazyGroup(click.Group):
    """All commands of `packyard.cli.main`, listed from the table there."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command, from its module."""
        return load(name) if name in COMMANDS else None

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first word names. Raises `UsageError` with what could have been meant."""
        if args[0] in COMMANDS or args[0].startswith("-"):
            return super().resolve_command(context, args)
        from difflib import get_close_matches

        close = [f"`{context.command_path} {name}`" for name in get_close_matches(args[0], COMMANDS, 3)]
        known = f"`{context.command_path} --help` lists the commands"
        hint = f"did you mean {' or '.join(close)}? {known}" if close else known
        raise UsageError("usage-wrong", f"No such command {args[0]!r}", help=hint)

    def format_commands(self, _context: click.Context, formatter: click.HelpFormatter) -> None:
        """The sections of the table."""
        width = max(map(len, COMMANDS))
        for title, section in SECTIONS:
            with formatter.section(title):
                formatter.write_dl([(known.name.ljust(width), known.help) for known in section])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="packyard %(version)s")
def group() -> None:
    """Build, verify and use static registries of signed packs for AI coding agents."""


def invoke(command: click.Command, arguments: Sequence[str], name: str) -> int:
    """Calls a command; gives its exit code. A command that was called wrongly raises `UsageError`."""
    if os.environ.get(_COMPLETION):
        command.main(prog_name=name)
    try:
        with command.make_context(name, list(arguments)) as context:
            result: Any = command.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        return _USAGE
    except click.ClickException as error:
        raise _of_click(error, _path(command, arguments, name)) from None
    except click.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0


def _path(command: click.Command, arguments: Sequence[str], name: str) -> str:
    """The command that the arguments lead to, with those above it: not every error of click says where it was made."""
    for word in arguments:
        context = click.Context(command, info_name=name)
        below = command.get_command(context, word) if isinstance(command, click.Group) else None
        if below is None:
            break
        command, name = below, f"{name} {word}"
    return name


def _of_click(error: click.ClickException, name: str) -> UsageError:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else name
    return UsageError("usage-wrong", error.format_message(), help=f"`{path} --help` says what it takes")

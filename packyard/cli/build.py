"""`packyard build`, and the arguments of `python build.py`: the same options, the same job.

A call in plain form (`--out site --quiet`) is read by `quick` without importing click, which would take as long as a
build that has nothing to do; any other call, a wrong one above all, is click's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packyard.cli import settings
from packyard.cli.errors import reported
from packyard.cli.settings import Setting
from packyard.cli.terminal import document, say, warn
from packyard.errors import UsageError
from packyard.unchanged import Request, is_development

if TYPE_CHECKING:
    import click

Build = Callable[[Request], str]

OPTIONS = (
    *settings.BUILD,
    Setting("new_log", bool, "", "Start a new log: this is the registry's first build."),
    Setting("quiet", bool, "", "Show neither progress nor summary."),
    Setting("json", bool, "", "Print a document about the site to stdout."),
)
_BY_FLAG = {option.flag: option for option in OPTIONS}
_BY_NAME = {option.name: option for option in OPTIONS}

HELP = """Build the site from a commit of the repository.

Only commits are read, never the working tree. A site that is there is brought up to date; what did not change is not
written again. The keys come from --keys, else from PACKYARD_SNAPSHOT_KEY, PACKYARD_LOG_KEY and PACKYARD_ATTEST_KEY
(each a path, or the text of the key), else they are made here, for development.
"""


def main(build: Build | None, arguments: Sequence[str]) -> int:
    """Builds as the arguments say, with `build` or else with the `build` of `build.py`; gives the exit code."""
    return reported(lambda: _main(build, arguments))


def _main(build: Build | None, arguments: Sequence[str]) -> int:
    given = quick(arguments)
    if given is not None:
        return perform(build, given)
    from packyard.cli.group import invoke

    return invoke(click_command(build), arguments, "packyard build")


def quick(arguments: Sequence[str]) -> dict[str, Any] | None:
    """The options of a call in plain form, by name; None when the call is not plain, or not right."""
    given: dict[str, Any] = {}
    words = iter(arguments)
    for word in words:
        option = _BY_FLAG.get(word)
        text = "yes" if option and option.kind is bool else next(words, "")
        if option is None or not text or text.startswith("-") or (option.kind is int and not text.isdecimal()):
            return None
        given[option.name] = option.kind(text)
    return given


def perform(build: Build | None, given: dict[str, Any]) -> int:
    """Builds with the options that were given and the settings, then says what there is now."""
    options = {**_configured(), **given}
    wants_document = options.pop("json", False)
    request = Request(**_at_the_top(options))
    summary = (build or composition_root())(request)
    if not request.quiet:
        if is_development(request):
            warn("signed with development keys, which were made on this machine and vouch for nothing")
        say(summary)
    if wants_document:
        _print_document(request, summary)
    return 0


def _at_the_top(options: dict[str, Any]) -> dict[str, Any]:
    """The options with the repository's own folder for one below it."""
    repo = options.get("repo", Path())
    if (repo / ".git").exists():
        return options
    from packyard.edges.workfolder import top_folder

    return {**options, "repo": top_folder(repo)}


def _configured() -> dict[str, Any]:
    """The options that variables and the user's file give."""
    found = {name: each for name, each in settings.find().items() if name in _BY_NAME}
    for name, (value, source) in found.items():
        if _BY_NAME[name].kind is int and not value.isdecimal():
            raise UsageError("usage-wrong", f"`{name}` is not a number", path=source, found=value)
    return {name: _BY_NAME[name].kind(value) for name, (value, _) in found.items()}


def composition_root() -> Build:
    """`build` of `build.py`."""
    from packyard.build import build

    return build


def _print_document(request: Request, summary: str) -> None:
    from packyard.formats.snapshot import LIMIT, parse_snapshot
    from packyard.formats.times import format_time

    with (request.site / "SNAPSHOT").open("rb") as file:
        snapshot = parse_snapshot(file.read(LIMIT + 1))
    document(
        "build",
        {
            "site": str(request.site),
            "origin": snapshot.origin,
            "snapshot": snapshot.number,
            "commit": snapshot.commit,
            "issued": format_time(snapshot.issued),
            "expires": format_time(snapshot.expires),
            "log_size": snapshot.log_size,
            "summary": summary,
        },
    )


def click_command(build: Build | None) -> click.Command:
    """The command as click knows it: for help, for errors and for every form of call."""
    import click

    def callback(**values: Any) -> int:
        return perform(build, {name: value for name, value in values.items() if value not in (None, False)})

    def option(setting: Setting) -> click.Option:
        text = setting.help + (f"  [default: {setting.default}]" if setting.default else "")
        kinds: dict[type, Any] = {int: click.IntRange(0), Path: click.Path(path_type=Path)}
        kind = None if setting.kind is bool else kinds.get(setting.kind, setting.kind)
        return click.Option([setting.flag], type=kind, is_flag=setting.kind is bool or None, help=text)

    context = {"help_option_names": ["-h", "--help"]}
    return click.Command(
        "build", params=[option(each) for each in OPTIONS], callback=callback, help=HELP, context_settings=context
    )


def __getattr__(name: str) -> click.Command:
    """`command`, made when it is asked for, because it needs click."""
    if name == "command":
        return click_command(None)
    raise AttributeError(name)

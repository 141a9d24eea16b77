"""`packyard build`, and the arguments of `python build.py`: the same options, the same job.

`OPTIONS` defines them once. A call in plain form (`--out site --quiet`) is read by `quick` without importing click,
which would take as long as a build that has nothing to do; any other call, a wrong one above all, is click's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from packyard.cli.errors import reported
from packyard.cli.terminal import document, say, warn
from packyard.unchanged import Request

if TYPE_CHECKING:
    import click

Build = Callable[[Request], str]


class Option(NamedTuple):
    """An option: `kind` is the type of its value, `bool` for a flag. A value may also come from PACKYARD_NAME."""

    name: str
    kind: type
    help: str

    @property
    def flag(self) -> str:
        """As it is written."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The variable of the environment that stands for it, "" for a flag."""
        return "" if self.kind is bool else f"PACKYARD_{self.name.upper()}"


OPTIONS = (
    Option("repo", Path, "The registry's repository.  [default: .]"),
    Option("ref", str, "The branch, tag or commit to build.  [default: HEAD]"),
    Option("out", Path, "The site.  [default: site in the repository]"),
    Option("previous", str, "A folder or an address of the published site, when --out does not hold it."),
    Option("new_log", bool, "Start a new log: this is the registry's first build."),
    Option("keys", Path, "The folder of the registry's keys: snapshot.key, log.key and attest.key."),
    Option("jobs", int, "How many processes.  [default: one for each processor]"),
    Option("templates", Path, "A folder of templates that take the place of the program's own."),
    Option("quiet", bool, "Show neither progress nor summary."),
    Option("json", bool, "Print a document about the site to stdout."),
)
_BY_FLAG = {option.flag: option for option in OPTIONS}


def main(build: Build | None, arguments: Sequence[str]) -> int:
    """Builds as the arguments say, with `build` or else with the `build` of `build.py`; gives the exit code."""
    return reported(lambda: _main(build, arguments))


def _main(build: Build | None, arguments: Sequence[str]) -> int:
    values = quick(arguments, os.environ)
    if values is None:
        from packyard.cli.group import invoke

        return invoke(click_command(build), arguments, "packyard build")
    return perform(build, **values)


def quick(arguments: Sequence[str], environ: Mapping[str, str]) -> dict[str, Any] | None:
    """The options in a call of the plain form, by name; None when the call is not plain."""
    texts = {option.name: environ[option.variable] for option in OPTIONS if environ.get(option.variable)}
    words = iter(arguments)
    for word in words:
        option = _BY_FLAG.get(word)
        text = "1" if option and option.kind is bool else next(words, "")
        if option is None or not text or text.startswith("-"):
            return None
        texts[option.name] = text
    if not all(texts[option.name].isdecimal() for option in OPTIONS if option.kind is int and option.name in texts):
        return None
    return {option.name: option.kind(texts[option.name]) for option in OPTIONS if option.name in texts}


def perform(build: Build | None, json: bool = False, **options: Any) -> int:
    """Builds, then says what there is now."""
    request = Request(**options)
    summary = (build or composition_root())(request)
    if not request.quiet:
        if not request.keys and not any(
            os.environ.get(f"PACKYARD_{role}_KEY") for role in ("SNAPSHOT", "LOG", "ATTEST")
        ):
            warn(
                "signed with development keys, made on this machine: the site is for looking at, nothing vouches for it"
            )
        say(summary)
    if json:
        _print_document(request, summary)
    return 0


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
        return perform(build, **{name: value for name, value in values.items() if value is not None})

    parameters: list[click.Parameter] = [
        click.Option(
            [option.flag],
            type=click.IntRange(0)
            if option.kind is int
            else click.Path(path_type=Path)
            if option.kind is Path
            else option.kind,
            is_flag=option.kind is bool,
            envvar=option.variable or None,
            help=option.help,
        )
        for option in OPTIONS
    ]
    return click.Command("build", params=parameters, callback=callback, help=_HELP, context_settings=_CONTEXT)


_CONTEXT = {"help_option_names": ["-h", "--help"]}
_HELP = """Build the site from a commit of the repository.

Only commits are read, never the working tree. A site that is there is brought up to date; what did not change is not
written again. The keys come from --keys, else from PACKYARD_SNAPSHOT_KEY, PACKYARD_LOG_KEY and PACKYARD_ATTEST_KEY
(each a path, or the text of the key), else they are made here, for development.
"""


def __getattr__(name: str) -> click.Command:
    """`command`, made when it is asked for, because it needs click."""
    if name == "command":
        return click_command(None)
    raise AttributeError(name)

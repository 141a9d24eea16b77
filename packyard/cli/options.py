"""Options that several commands have, and what is done with them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from packyard.cli import settings
from packyard.cli.terminal import say
from packyard.errors import FormatError, UsageError
from packyard.formats import names, semver
from packyard.formats.minisign import LIMIT, PublicKey, parse_public_key, parse_public_key_file
from packyard.submitting.addresses import FORGES

CONTEXT = {"help_option_names": ["-h", "--help"]}
FOLDER = click.Path(path_type=Path)
#: What git calls the repository that a clone was made of.
ORIGIN = "origin"
#: Characters of a public key.
_KEY_LENGTH = 56


class Route(NamedTuple):
    """Where a submission goes, as its options say: `registry` is an address to clone, "" for the clone at `repo`."""

    repo: Path
    registry: str
    remote: str
    upstream: str
    base: str
    forge: str
    dry_run: bool
    patch: Path | None
    check: bool


class Ending(NamedTuple):
    """What becomes of a change: written into the working tree, committed there, or submitted by its route."""

    commit: bool
    submit: bool
    route: Route


def in_place(repo: Path) -> Ending:
    """The ending of a command that only looks at a working tree."""
    return Ending(False, False, Route(repo, "", ORIGIN, "", "", "auto", False, None, True))


def configured(name: str) -> Callable[[], str | None]:
    """What a variable or the user's file gives for a setting, asked for when the option is not given."""

    def default() -> str | None:
        found = settings.find().get(name)
        return found.value if found else None

    return default


repo = click.option(
    "--repo",
    type=FOLDER,
    default=lambda: configured("repo")() or ".",
    help="The registry's working tree.  [default: .]",
)
key = click.option(
    "--key",
    metavar="FILE",
    help="The secret key.  [default: PACKYARD_KEY, else the one that `packyard keygen` made]",
)
commit = click.option("--commit", is_flag=True, help="Commit what was written.")
json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
reason = click.option("--reason", required=True, help="Why; everybody can read it.")

_ROUTE = (
    repo,
    click.option("--registry", default="", metavar="URL", help="A registry to clone, in place of --repo."),
    click.option(
        "--remote",
        default=ORIGIN,
        show_default=True,
        metavar="NAME|URL",
        help="Where to push: your fork, or the registry.",
    ),
    click.option(
        "--upstream",
        default="",
        metavar="OWNER/REPO",
        help="The registry, when --remote is a fork.  [default: the remote `upstream`, if there is one]",
    ),
    click.option(
        "--base", default="", metavar="BRANCH", help="The registry's branch.  [default: main, or the clone's]"
    ),
    click.option(
        "--forge",
        type=click.Choice(["auto", *FORGES]),
        default="auto",
        show_default=True,
        help="How it is proposed there; auto: as the host's name tells.",
    ),
    click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing."),
    click.option("--patch", type=FOLDER, metavar="FILE", help="Write a patch for `git am` and push nothing."),
    click.option("--no-check", "unchecked", is_flag=True, help="Do not ask the gate before anything is pushed."),
)


def route(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a submission; the command gets them as `route`."""

    @wraps(function)
    def command(*arguments: Any, **given: Any) -> Any:
        return function(*arguments, route=_route(given), **given)

    return _with(_ROUTE, command)


def ending(function: Callable[..., Any]) -> Callable[..., Any]:
    """The three ways in which a change can end; the command gets them as `ending`."""

    @wraps(function)
    def command(*arguments: Any, **given: Any) -> Any:
        taken = _route(given)
        commit, submit = given.pop("commit"), given.pop("submit")
        submit = submit or taken.dry_run or taken.patch is not None or bool(taken.registry)
        if commit and submit:
            message, hint = "--commit commits here, --submit pushes a branch", "leave one of them out"
            raise UsageError("usage-wrong", message, expected="one of them", help=hint)
        return function(*arguments, ending=Ending(commit, submit, taken), **given)

    submit = click.option("--submit", is_flag=True, help="Commit to a new branch, push it and propose it.")
    return _with((_ROUTE[0], commit, submit, *_ROUTE[1:]), command)


def _with(chosen: tuple[Callable[..., Any], ...], command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(chosen):
        command = option(command)
    return command


def _route(given: dict[str, Any]) -> Route:
    """Takes the options of a route out of those that were given."""
    check = not given.pop("unchecked")
    taken = {name: given.pop(name) for name in Route._fields if name != "check"}
    return Route(**taken, check=check)


def parse_target(text: str) -> tuple[str, str]:
    """Name and version in NAME or NAME@VERSION; the version is "" when none is given. Raises `UsageError`."""
    name, at, version = text.rpartition("@") if "@" in text[1:] else (text, "", "")
    try:
        names.parse_name(name)
        if at:
            semver.parse(version)
    except ValueError as error:
        hint = "such as `hello@1.2.0` or `@acme/hello@1.2.0`"
        raise UsageError("usage-wrong", str(error), expected="NAME or NAME@VERSION", found=text, help=hint) from None
    return name, version


def parse_pack(text: str) -> str:
    """The name of a pack, where no version is wanted. Raises `UsageError`."""
    name, version = parse_target(text)
    if version:
        hint = "leave the version out"
        raise UsageError("usage-wrong", "this is about the whole pack", expected=name, found=text, help=hint)
    return name


def parse_release(text: str) -> tuple[str, str]:
    """Name and version in NAME@VERSION. Raises `UsageError`."""
    name, version = parse_target(text)
    if not version:
        hint = f"such as `{name}@1.2.0`"
        raise UsageError("usage-wrong", "this is about one version", expected=f"{name}@VERSION", found=text, help=hint)
    return name, version


def refused(error: FormatError, path: str = "", help: str = "") -> UsageError:
    """What a parser or a rule refuses as the error of a command; what helps is what the rule's table says, unless
    there is something better to say.
    """
    from packyard.rules.table import rule

    hint = help or error.help or rule(error.code).fix
    return UsageError(error.code, error.message, path=path, expected=error.expected, found=error.found, help=hint)


def parse_handle(text: str) -> str:
    """The handle of a publisher or the name of an organisation. Raises `UsageError`."""
    try:
        return names.parse_handle(text)
    except FormatError as error:
        raise refused(error) from None


def public_key(text: str) -> PublicKey:
    """The minisign public key in a `.pub` file of two lines or of the one with the key, or in the text itself. Raises
    `UsageError`: what is as long as no key, or named as a path is, was meant to be a file.
    """
    from packyard.edges.keys import is_key_text

    secret = is_key_text(text)
    try:
        if secret or not _is_file(text):
            return parse_public_key_file(text.encode(errors="replace")) if secret else _key_or_path(text)
        with Path(text).open("rb") as file:
            return _key_in(file.read(LIMIT + 1))
    except FormatError as error:
        hint = "`packyard keygen` prints it, and writes it beside the secret key"
        expected = "a public key, or its .pub file"
        found = "(the text of a key)" if secret else text
        raise UsageError(error.code, error.message, expected=expected, found=found, help=hint) from None


def _key_or_path(text: str) -> PublicKey:
    if text and len(text) != _KEY_LENGTH:
        raise FormatError("key-invalid", "no such file, and not a public key, which is one line of 56 characters")
    return parse_public_key(text)


def _key_in(data: bytes) -> PublicKey:
    """The key in a file: with the comment before it, or the line alone, as people copy it from a page."""
    line = data.strip()
    if b"\n" in line:
        return parse_public_key_file(data)
    return parse_public_key(line.decode(errors="replace"))


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


def put(repo: Path, files: Mapping[str, bytes | None], message: str, commit: bool, folder: str = "") -> None:
    """Writes files into the working tree, and commits them or says how to; `folder` holds just them, if it is given.

    A file that is None is taken away.
    """
    from packyard.edges.commits import commit as make_commit
    from packyard.edges.commits import write_files

    title = message.partition("\n")[0]
    if commit:
        say(f"committed {make_commit(repo, files, message)[:12]}: {title}")
        return
    write_files(repo, files)
    git = "git" if repo == Path() else f"git -C {shlex.quote(str(repo))}"
    say("written; now commit it:")
    say(f"  {git} add -- {shlex.join([folder] if folder else files)}")
    say(f"  {git} commit -m {shlex.quote(title)}")

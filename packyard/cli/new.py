"""`packyard new`: the folder of a pack to begin with. Every file in it is sound as it is, and meant to be changed.

Somebody at a terminal who gives no option is asked; a script is not, and says what is not to be as usual.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from packyard.cli import options
from packyard.cli.keys import default_path
from packyard.cli.terminal import say
from packyard.edges.commits import identity
from packyard.edges.workfolder import require_empty, write_file
from packyard.errors import FormatError, UsageError
from packyard.formats import canonical
from packyard.formats.manifest import FEATURES, TARGETS, parse_manifest
from packyard.formats.names import parse_name
from packyard.gate.manifests import LONG, SHORT

README = """# {name}

{description}.

## What it does

Say what changes for somebody who installs this pack, and for whom it is not meant.
"""
#: The text of the MIT licence, as at https://spdx.org/licenses/MIT.
MIT = """MIT License

Copyright (c) {year} {author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
#: For licences whose text is not kept here; the first line is that of https://spdx.dev/learn/handling-license-info.
OTHER = """SPDX-License-Identifier: {license}

Copyright (c) {year} {author}

The texts of licences are at https://spdx.org/licenses/ under these identifiers.
"""


def _json(value: Mapping[str, Any]) -> Callable[[str], bytes]:
    return lambda _name: canonical.pretty(value)


def _page(text: str) -> Callable[[str], bytes]:
    return lambda name: text.format(name=name).encode()


#: For each feature a path and what makes its content, both of the pack's name.
STARTS: Mapping[str, tuple[str, Callable[[str], bytes]]] = {
    "rules": (
        "rules/{name}.md",
        _page("---\ndescription: When these rules apply\n---\n\n# Rules\n\n- One rule a line.\n"),
    ),
    "commands": (
        "commands/{name}.md",
        _page("---\ndescription: What the command does\n---\n\nDo it with $ARGUMENTS.\n"),
    ),
    "agents": (
        "agents/{name}.md",
        _page("---\nname: {name}\ndescription: When to ask this agent\n---\n\nYou help with …\n"),
    ),
    "skills": (
        "skills/{name}/SKILL.md",
        _page(
            "---\nname: {name}\ndescription: What it can do and when to use it\n---\n\n# How to do it\n\n1. Begin.\n"
        ),
    ),
    "hooks": ("hooks/hooks.json", _json({"version": 1, "hooks": {}})),
    "plugins": ("plugins/{name}.ts", _page("export const Plugin = async () => ({{}});\n")),
    "mcp": ("mcp.json", _json({"mcpServers": {}})),
    "ignore": ("ignore", _page("# Files that agents should not read.\n.env\n")),
    "models": ("models.json", _json({"profiles": {}, "routing": []})),
}


class Field(NamedTuple):
    """Something to know of a new pack: its option, what is asked, what it is for in one line, what is usual, and the
    check, which gives the text as it will stand or raises `FormatError`.
    """

    option: str
    question: str
    about: str
    usual: Callable[[], str]
    check: Callable[[str], str]


def _name(text: str) -> str:
    return parse_name(text.strip())


def _description(text: str) -> str:
    line = " ".join(text.split())
    if not SHORT <= len(line) <= LONG:
        raise FormatError("field-invalid", "too short or too long", expected=f"{SHORT} to {LONG} characters")
    return line


def _license(text: str) -> str:
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        expected = "an SPDX expression, such as MIT or Apache-2.0"
        raise FormatError("field-invalid", "not a licence that is known", expected=expected, found=text) from None


def _words(known: tuple[str, ...]) -> Callable[[str], str]:
    def check(text: str) -> str:
        words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        if unknown := [word for word in words if word not in known]:
            expected, found = ", ".join(known), ", ".join(unknown)
            raise FormatError("field-invalid", "not one of those that are known", expected=expected, found=found)
        return ",".join(words)

    return check


def _author(text: str) -> str:
    fields = {"name": "some-pack", "version": "0.1.0", "author": text}
    return parse_manifest(canonical.pretty(fields), "pack.json")[0].author


NAME = Field("name", "Name", "2 to 64 of a-z, 0-9 and hyphens; @org/name in an organisation.", str, _name)
FIELDS = (
    Field(
        "description",
        "Description",
        "One sentence: what it is for. Lists show it.",
        lambda: "Says in one line what the pack is for",
        _description,
    ),
    Field("license", "Licence", "An SPDX expression; https://spdx.org/licenses has them all.", lambda: "MIT", _license),
    Field(
        "features",
        "Features",
        f"What is in it, commas between: {', '.join(FEATURES)}.",
        lambda: "rules",
        _words(FEATURES),
    ),
    Field(
        "targets",
        "Targets",
        f"The programs that it is for, * for all: {', '.join(TARGETS)}.",
        lambda: "*",
        _words(("*", *TARGETS)),
    ),
    Field("author", "Author", "Whoever wrote it; everybody can read it.", lambda: identity() or "the author", _author),
)


@click.command("new", context_settings=options.CONTEXT)
@click.argument("name", required=False)
@click.option("--dir", "folder", type=options.FOLDER, help="The folder to make.  [default: the pack's name]")
@click.option(
    "--feature", "features", metavar="LIST", help=f"Any of {', '.join(FEATURES)}; commas between.  [default: rules]"
)
@click.option("--target", "targets", metavar="LIST", help="The programs it is for; commas between.  [default: *]")
@click.option("--description", help="One line.")
@click.option("--license", metavar="SPDX", help="The licence.  [default: MIT]")
@click.option("--author", help="The author.  [default: what git calls you]")
@click.option("--yes", is_flag=True, help="Ask nothing, even at a terminal.")
def command(name: str | None, folder: Path | None, yes: bool, **given: str | None) -> None:
    """Make the folder of a new pack, with a manifest, a readme, a licence and a file for each feature.

    At a terminal, and without options, it asks for everything and explains it.
    """
    asks = not yes and sys.stdin.isatty() and not any(value is not None for value in given.values())
    chosen = _asked(name) if asks else _given(name, given)
    short = chosen["name"].rpartition("/")[2]
    target = folder or Path(short)
    require_empty(target)
    for path, data in _files(chosen, short).items():
        write_file(target / path, data)
    say(f"made {target}; now change what is in it, then:")
    for line in _next(target):
        say(f"  {line}")


def _asked(name: str | None) -> dict[str, str]:
    """What somebody answers, each answer checked as soon as it is given."""
    chosen = {"name": _checked(NAME, name) if name else _ask(NAME)}
    for field in FIELDS:
        chosen[field.option] = _ask(field)
    return chosen


def _ask(field: Field) -> str:
    def checked(text: str) -> str:
        try:
            return field.check(text)
        except FormatError as error:
            raise click.BadParameter(f"{error.message}; expected {error.expected}") from None

    say(f"\n{field.about}")
    return str(click.prompt(field.question, default=field.usual() or None, value_proc=checked, err=True))


def _given(name: str | None, given: Mapping[str, str | None]) -> dict[str, str]:
    """What the options say, and what is usual for the rest."""
    if not name:
        hint = "`packyard name-check NAME` says whether a name is free"
        raise UsageError("usage-wrong", "the new pack has no name", expected="packyard new NAME", help=hint)
    chosen = {"name": _checked(NAME, name)}
    for field in FIELDS:
        value = given[field.option]
        chosen[field.option] = _checked(field, field.usual() if value is None else value)
    return chosen


def _checked(field: Field, text: str) -> str:
    try:
        return field.check(text)
    except FormatError as error:
        message = f"{field.question.lower()}: {error.message}"
        hint = "`packyard new --help` says what it takes"
        raise UsageError(
            "usage-wrong", message, expected=error.expected, found=error.found or text, help=hint
        ) from None


def _files(chosen: Mapping[str, str], short: str) -> dict[str, bytes]:
    features = [word for word in chosen["features"].split(",") if word]
    targets = chosen["targets"].split(",")
    manifest = {
        "name": chosen["name"],
        "version": "0.1.0",
        "description": chosen["description"],
        "author": chosen["author"],
        "license": chosen["license"],
        "tags": [],
        "targets": "*" if "*" in targets else targets,
        "features": features,
    }
    licence = (MIT if chosen["license"] == "MIT" else OTHER).format(year=time.gmtime().tm_year, **chosen)
    return {
        "pack.json": canonical.pretty(manifest),
        "README.md": README.format(name=chosen["name"], description=chosen["description"].rstrip(".")).encode(),
        "LICENSE": licence.encode(),
        **{STARTS[feature][0].format(name=short): STARTS[feature][1](short) for feature in features},
    }


def _next(target: Path) -> list[str]:
    place = shlex.quote(str(target))
    has_key = default_path().exists() or os.environ.get("PACKYARD_KEY")
    lines = [
        f"packyard validate {place}",
        f"in a clone of the registry: packyard submit {shlex.quote(str(target.absolute()))}",
    ]
    return lines if has_key else [lines[0], "packyard keygen", lines[1]]

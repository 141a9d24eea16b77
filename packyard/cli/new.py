"""`packyard new`: the folder of a pack to begin with. Every file in it is sound as it is, and meant to be changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from packyard.cli import options
from packyard.cli.terminal import say
from packyard.edges.commits import identity
from packyard.edges.workfolder import write_file
from packyard.errors import UsageError
from packyard.formats import canonical
from packyard.formats.manifest import FEATURES

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


@click.command("new", context_settings=options.CONTEXT)
@click.argument("name")
@click.option("--dir", "folder", type=options.FOLDER, help="The folder to make.  [default: the pack's name]")
@click.option(
    "--feature", "features", default="rules", show_default=True, help=f"Any of {', '.join(FEATURES)}; commas between."
)
@click.option("--description", default="Says in one line what the pack is for", help="One line.")
@click.option("--author", help="The author.  [default: what git calls you]")
def command(name: str, folder: Path | None, features: str, description: str, author: str | None) -> None:
    """Make the folder of a new pack, with a manifest, a readme, a licence and a file for each feature."""
    options.parse_target(name)
    chosen = [word.strip() for word in features.split(",") if word.strip()]
    if unknown := [word for word in chosen if word not in STARTS]:
        raise UsageError("usage-wrong", "no such feature", expected=", ".join(FEATURES), found=", ".join(unknown))
    short = name.rpartition("/")[2]
    target = folder or Path(short)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError("folder-not-empty", "the folder is not empty", path=str(target))
    for path, data in _files(name, short, chosen, description, author or identity() or "the author").items():
        write_file(target / path, data)
    say(f"made {target}: change it as you like, then `packyard validate {target}` and `packyard sign {target}`")


def _files(name: str, short: str, features: list[str], description: str, author: str) -> dict[str, bytes]:
    manifest = {
        "name": name,
        "version": "0.1.0",
        "description": description,
        "author": author,
        "license": "MIT",
        "tags": [],
        "targets": "*",
        "features": features,
    }
    year = time.gmtime().tm_year
    return {
        "pack.json": canonical.pretty(manifest),
        "README.md": README.format(name=name, description=description).encode(),
        "LICENSE": MIT.format(year=year, author=author).encode(),
        **{STARTS[feature][0].format(name=short): STARTS[feature][1](short) for feature in features},
    }

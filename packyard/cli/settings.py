"""Settings of the program: a flag, else PACKYARD_NAME, else the user's `config.yaml`, else the default.

The file is `packyard/config.yaml` in the XDG configuration folder, with names as below. The settings of a registry are
another matter: they are in its own `registry.yaml`, and no repository can set these here.

    jobs: 2
    keys: /home/alice/registry-keys
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from packyard.errors import FormatError, ProblemsFound

CONFIG = "config.yaml"
_LIMIT = 65_536


class Setting(NamedTuple):
    """A setting: its name, the type of its value (`bool` for a mere flag), the default in words, what it is for."""

    name: str
    kind: type
    default: str
    help: str

    @property
    def flag(self) -> str:
        """As an option is written."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The variable of the environment."""
        return f"PACKYARD_{self.name.upper()}"


#: What a build can be told, by option, variable or file.
BUILD = (
    Setting("repo", Path, ".", "The registry's repository."),
    Setting("ref", str, "HEAD", "The branch, tag or commit to build."),
    Setting("out", Path, "site in the repository", "The site."),
    Setting("previous", str, "", "A folder or an address of the published site, when --out does not hold it."),
    Setting("keys", Path, "", "The folder of the registry's keys: snapshot.key, log.key and attest.key."),
    Setting("jobs", int, "one for each processor", "How many processes."),
    Setting("templates", Path, "", "A folder of templates that take the place of the program's own."),
)
SETTINGS = (
    *BUILD,
    Setting("key", str, "keys/default.key in the configuration folder", "The secret key that a publisher signs with."),
)


class Found(NamedTuple):
    """A setting's value as text, and where it comes from: a variable or the path of the file."""

    value: str
    source: str


def config_folder(environ: Mapping[str, str]) -> Path:
    """The folder of the user's own files."""
    return _base(environ, "XDG_CONFIG_HOME", ".config") / "packyard"


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder of what can be made again."""
    return _base(environ, "XDG_CACHE_HOME", ".cache") / "packyard"


def _base(environ: Mapping[str, str], variable: str, usual: str) -> Path:
    """A base directory; one that is not absolute counts for nothing, as the XDG Base Directory Specification wants."""
    named = Path(environ.get(variable, ""))
    return named if named.is_absolute() else Path(environ.get("HOME") or Path.home()) / usual


def find(environ: Mapping[str, str] = os.environ) -> dict[str, Found]:
    """What the environment and the user's file say. Raises `ProblemsFound` when the file is not as it should be."""
    path = config_folder(environ) / CONFIG
    written = _read(path) if path.exists() else {}
    found = {name: Found(value, str(path)) for name, value in written.items()}
    named = {setting.name: environ.get(setting.variable, "") for setting in SETTINGS}
    variables = {setting.name: setting.variable for setting in SETTINGS}
    return found | {name: Found(value, variables[name]) for name, value in named.items() if value}


def _read(path: Path) -> dict[str, str]:
    from packyard.formats.fields import Fields, errors_of
    from packyard.formats.strict import load_yaml

    try:
        with path.open("rb") as file:
            fields = Fields(load_yaml(file.read(_LIMIT + 1), _LIMIT))
        values = {setting.name: fields.text(setting.name) for setting in SETTINGS}
        fields.finish()
    except FormatError as error:
        raise ProblemsFound(each.at(str(path)) for each in errors_of(error)) from None
    return {name: value for name, value in values.items() if value}

"""The command `packyard`. Nothing is imported before it is needed: a command's module is read when it is called."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING, NamedTuple

from packyard.cli.errors import reported

if TYPE_CHECKING:
    from click import Command


class Known(NamedTuple):
    """A command: its name, where it is defined (`module:attribute` in this package), and its line in the help."""

    name: str
    place: str
    help: str


REGISTRY = (
    Known("init", "init:command", "Make a registry repository that builds at once."),
    Known("build", "build:command", "Build the site from a commit of the repository."),
    Known("reseal", "reseal:command", "Renew the snapshot's expiry without building anything."),
    Known("audit", "audit:command", "Check a whole site as a client would."),
    Known("check", "check:command", "Judge a change set: accept, review or reject."),
    Known("prove", "prove:command", "Prove that the log has a version."),
    Known("rebuild", "rebuild:command", "Build a published site again and compare."),
    Known("serve", "serve:command", "Show a site on this machine."),
    Known("export", "export:command", "Write a site's catalogue as CSV, SQLite or JSON lines."),
    Known("words", "words:command", "Print every text of the site, to be translated."),
    Known("config", "config:command", "Show every setting, its value and where it comes from."),
)
CONTRIBUTOR = (
    Known("keygen", "keygen:command", "Make a signing key."),
    Known("publisher", "publisher:command", "Add a publisher, rotate or revoke a key."),
    Known("org", "org:command", "Found an organisation, change its members."),
    Known("new", "new:command", "Make the folder of a new pack."),
    Known("import", "importing:command", "Make a pack from a plugin, skills, rules or an agentpacks pack."),
    Known("name-check", "name_check:command", "Say whether a name is free, and what it could be mistaken for."),
    Known("validate", "validate:command", "Say what the registry would say about a pack folder."),
    Known("sign", "sign:command", "Sign a pack folder."),
    Known("add", "add:command", "Put a signed pack folder into a registry repository."),
    Known("submit", "submit:command", "Validate, sign, commit, push and propose a pack."),
    Known("yank", "statements:yank", "Say that a version must not be installed any more."),
    Known("unyank", "statements:unyank", "Take a yank back."),
    Known("deprecate", "statements:deprecate", "Say that a pack or a version should not be used any more."),
    Known("undeprecate", "statements:undeprecate", "Take a deprecation back."),
    Known("promote", "statements:promote", "Put a version into a channel."),
    Known("archive", "statements:archive", "Say that nothing new will come of a pack."),
    Known("withdraw", "statements:withdraw", "Take a version's tarball off the site."),
    Known("rename", "statements:rename", "Say that another pack carries on."),
    Known("owners", "ownership:owners", "Add or remove an owner of a pack."),
    Known("transfer", "ownership:transfer", "Give a pack to another owner; both sign."),
    Known("recover", "ownership:recover", "Give a pack to another owner by the root keys."),
    Known("explain", "explain:command", "Explain the code of an error."),
)
USER = (
    Known("search", "search:command", "Find packs by words, tags and more."),
    Known("info", "info:command", "Show a pack, its versions, and how it was verified."),
    Known("install", "install:command", "Install packs into a project."),
    Known("remove", "remove:command", "Take packs out of a project."),
    Known("list", "listing:command", "Show a project's packs."),
    Known("update", "update:command", "Take the newest versions that fit."),
    Known("outdated", "outdated:command", "Show packs for which there is something newer."),
    Known("verify", "verify:command", "Compare what is installed with what was signed and locked."),
    Known("audit-lock", "audit_lock:command", "Say what is to be known of locked packs."),
    Known("models", "models:command", "Say which model does what in a project, and why."),
    Known("plugins", "plugins:command", "Write packs as plugins for Claude Code, Codex and Copilot."),
    Known("registries", "registries:command", "Write down registries for all projects."),
    Known("oripk", "oripk:command", "Write a version as an archive for Ori."),
    Known("bridge", "bridge:command", "Answer the agentpacks API to this machine."),
    Known("mcp", "mcp:command", "Answer an AI program's questions about packs, over MCP."),
)
MIRROR = (
    Known("mirror", "mirror:command", "Copy a site, check a copy, compare several."),
    Known("kit", "kit:command", "Carry a registry to where there is no network."),
    Known("witness", "witness:command", "Cosign the log of a site, if it goes on from what was seen."),
    Known("agreement", "witness:agreement", "Say who has cosigned and rebuilt a site."),
    Known("deploy", "deploy:command", "Bring a site to where it is served: a folder, rsync, S3."),
    Known("host-config", "hosting:command", "Print the configuration by which a host serves a site."),
)
SECTIONS = (("Registry", REGISTRY), ("Contributor", CONTRIBUTOR), ("User", USER), ("Mirror", MIRROR))
COMMANDS = {known.name: known for _, section in SECTIONS for known in section}


def load(name: str) -> Command:
    """The command of that name, from its module."""
    module, attribute = COMMANDS[name].place.split(":")
    found: Command = getattr(import_module(f"packyard.cli.{module}"), attribute)
    found.short_help = COMMANDS[name].help
    return found


def main(arguments: Sequence[str]) -> int:
    """Runs the command that the arguments name; gives the exit code."""
    if arguments[:1] == ["build"]:
        from packyard.cli import build

        return build.main(None, arguments[1:])
    return reported(lambda: _dispatch(arguments))


def _dispatch(arguments: Sequence[str]) -> int:
    from packyard.cli.group import group, invoke

    return invoke(group, arguments, "packyard")


def run() -> None:
    """The console entry. What a terminal's encoding cannot show is shown as an escape."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))

"""`packyard init`: a registry's repository, with which the first build works at once.

What is in `packyard/starting/every` is written for every registry, what is in `starting/FORGE` for one on that forge:
workflows, templates and forms. In these files @ORIGIN@, @TITLE@, @URL@, @VERSION@ and @TEAM@ stand for what they say.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from packyard import __version__
from packyard.cli import options
from packyard.cli.keys import new_password
from packyard.cli.terminal import say, warn
from packyard.edges.commits import commit, create_repository
from packyard.edges.keys import PASSWORD, MinisignSigner, load_signer, make_key
from packyard.errors import FormatError, UsageError
from packyard.formats import note, trustfile
from packyard.formats.registry import EXPIRES_DAYS, POLICY, format_registry, parse_registry
from packyard.formats.times import DAY, format_time
from packyard.history import SOURCE
from packyard.registry import Registry, Trust
from packyard.rules.table import rule

TRUST_DAYS = 365
ROLES = ("root", "snapshot", "log", "attest")

IGNORED = "/site/\n/.packyard/\n"
#: Git must never change a byte that somebody signed.
ATTRIBUTES = f"/{SOURCE}/** -text\n"
FORGES = ("github", "gitlab", "gitea", "none")
#: Whose review the templates ask for, as long as nobody was named.
NOBODY = "@your-organisation/maintainers"
#: The rules that a registry is most likely to have its own mind about.
SHOWN = ("pack-new", "publisher-new", "key-new", "owner-new", "name-similar", "pin-missing", "history-mended")

_STARTING = Path(__file__).resolve().parents[1] / "starting"
_TEAM = re.compile(r"@[A-Za-z0-9][\w.-]*(/[\w.-]+)*", re.ASCII)


@click.command("init", context_settings=options.CONTEXT)
@click.argument("folder", metavar="DIR", type=options.FOLDER)
@click.option("--title", help="What people read at the top of every page.  [default: the folder's name]")
@click.option("--origin", default="packs.example.org", show_default=True, help="The registry's name for ever.")
@click.option("--url", help="Where the site will be served.  [default: https://ORIGIN/]")
@click.option("--keys", type=options.FOLDER, help="Make the registry's own keys in this folder, outside of DIR.")
@click.option("--no-password", is_flag=True, help="Do not encrypt the root key.")
@click.option(
    "--forge", type=click.Choice(FORGES), default=FORGES[0], show_default=True, help="Whose workflows to write."
)
@click.option("--team", default="", metavar="@NAME", help="Who reviews what is not packs: an account or a team there.")
def command(
    folder: Path,
    title: str | None,
    origin: str,
    url: str | None,
    keys: Path | None,
    no_password: bool,
    forge: str,
    team: str,
) -> None:
    """Make a registry's repository in DIR, which must be new or empty.

    Without --keys, builds sign with development keys. With --keys it makes four: the root key, encrypted and to be kept
    offline, which signs the list of those that are trusted, and the snapshot, log and attest keys that builds use.
    """
    registry = _registry(title or folder.resolve().name, origin, url or f"https://{origin}/")
    if team and not _TEAM.fullmatch(team):
        raise UsageError("usage-wrong", "not an account or a team", expected="such as @acme/packs", found=team)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError("folder-not-empty", "the folder is not empty", path=str(folder))
    if keys and keys.resolve().is_relative_to(folder.resolve()):
        raise UsageError("keys-inside", "secret keys do not belong into the repository", path=str(keys))
    files = {
        f"{SOURCE}/registry.yaml": format_registry(registry) + "".join(_defaults()).encode(),
        **dict(_starting(forge, registry, team or NOBODY)),
        ".gitignore": IGNORED.encode(),
        ".gitattributes": ATTRIBUTES.encode(),
        **(_trust(origin, keys, new_password(not no_password)) if keys else {}),
    }
    create_repository(folder)
    made = commit(folder, files, f"Begin the registry {origin}", stranger=True)
    say(f"made {folder} with the registry {origin}, commit {made[:12]}")
    if not keys:
        warn("builds will sign with development keys; `packyard init --keys` makes real ones")
    if forge != "none":
        say("put packyard into requirements.txt, as it says there: until then the workflows install nothing")
    if not team and forge != "none":
        say(f"put your maintainers in the place of {NOBODY} in CODEOWNERS")


def _registry(title: str, origin: str, url: str) -> Registry:
    value = Registry(origin, title, url, (), EXPIRES_DAYS, {}, {}, {})
    try:
        return parse_registry(format_registry(value))
    except FormatError as error:
        raise UsageError(error.code, error.message, expected=error.expected, found=error.found) from None


def _defaults() -> Iterator[str]:
    """The part of `registry.yaml` in which a registry says what it asks of a change set, with the defaults."""
    yield "\n# What `packyard check` asks of a change set. Take a `# ` away and change what is the default.\n"
    yield "# `packyard config` shows every setting, `packyard explain` every rule.\n#\n# policy:\n"
    yield from (f"#   {name}: {limit.default}  # {limit.meaning}\n" for name, limit in POLICY.items())
    yield "# rules:  # each is block, review or note\n"
    yield from (f"#   {code}: {rule(code).outcome}  # {rule(code).title}\n" for code in SHOWN)


def _starting(forge: str, registry: Registry, team: str) -> Iterator[tuple[str, bytes]]:
    """(path, content) of the files that a registry begins with."""
    values = {"ORIGIN": registry.origin, "TITLE": registry.title, "URL": registry.url, "VERSION": __version__}
    for part in ("every", forge):
        folder = _STARTING / part
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), _filled(path.read_text("utf-8"), {**values, "TEAM": team})


def _filled(text: str, values: Mapping[str, str]) -> bytes:
    """The text with each value in its place; what a value holds is not looked at again."""
    return re.sub(f"@({'|'.join(values)})@", lambda found: values[found[1]], text).encode()


def _trust(origin: str, folder: Path, password: str | None) -> dict[str, bytes]:
    """Makes the keys; gives the trust file that names them, signed by the root key."""
    signers = {role: _make(folder / f"{role}.key", role, password if role == "root" else None) for role in ROLES}
    root, log = signers["root"], note.format_vkey(note.vkey_of(signers["log"], origin))
    expires = format_time(int(time.time()) + TRUST_DAYS * DAY)
    snapshot, attest = signers["snapshot"].public_key, signers["attest"].public_key
    trust = Trust(origin, 1, expires, (root.public_key,), 1, (snapshot,), (attest,), origin, log, (), 0)
    text = trustfile.format_trust(trust)
    say(f"keys in {folder}: keep root.key offline, and give the other three to builds with --keys")
    return {
        f"{SOURCE}/trust/1.json": text,
        f"{SOURCE}/trust/1.json.{root.key_id}.minisig": root.sign(text, f"{origin} trust 1"),
    }


def _make(path: Path, role: str, password: str | None) -> MinisignSigner:
    make_key(path, password, f"packyard {role} key")
    return load_signer(str(path), environ={PASSWORD: password} if password else {})

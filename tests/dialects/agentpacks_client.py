"""A client that asks a registry what the agentpacks command asks it, and reads what that reads; a small one, by itself.

    python agentpacks_client.py login --registry URL --token TOKEN
    python agentpacks_client.py search WORD
    python agentpacks_client.py info NAME
    python agentpacks_client.py install [--update]

It has the same credentials, project file, lock and folders. Unlike the command, it asks for packs to install where it
has logged in.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

LOCK, PROJECT = "agentpacks.lock", "agentpacks.jsonc"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class RefusedError(Exception):
    """What the client will not do, or the registry's answer to it."""


class Client:
    """Asks the registry at an address, which may end with slashes."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url, self.token = url.rstrip("/"), token

    def fetch(self, path: str) -> bytes:
        """The body of an answer that is none of an error. Redirects are followed, types are ignored."""
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        try:
            with urlopen(Request(f"{self.url}/{path}", headers=headers), timeout=30) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            raise RefusedError(f"{error.code}: {error.read().decode(errors='replace')}") from None

    def json(self, path: str) -> Any:
        """An answer as JSON."""
        return json.loads(self.fetch(path))

    def healthy(self) -> bool:
        """Whether the registry says that it is there."""
        return isinstance(self.json("health"), dict)

    def search(self, query: str, limit: int = 20, **filters: str) -> Any:
        """What the registry finds."""
        return self.json("packs?" + urlencode({"q": query, **filters, "limit": limit}))

    def info(self, name: str) -> Any:
        """What the registry says of a pack."""
        return self.json(f"packs/{component(name)}")

    def download(self, name: str, version: str = "latest") -> bytes:
        """The tarball of a version."""
        return self.fetch(f"packs/{component(name)}/versions/{component(version)}/download")

    def install(self, project: Path, wanted: str, update: bool = False) -> list[str]:
        """Installs `registry:NAME` or `registry:NAME@VERSION`, as the lock has it unless `update`; gives the files."""
        name, version = parse_reference(wanted)
        lock, key = read_lock(project), f"registry:{name}"
        locked = None if update else lock["sources"].get(key)
        if locked:
            version = locked["resolvedRef"]
        elif version == "latest":
            version = self.info(name)["latestVersion"]
        data = self.download(name, version)
        integrity = f"sha256-{sha256(data).hexdigest()}"
        expected = locked["skills"]["__integrity"]["integrity"] if locked else integrity
        if integrity != expected:
            raise RefusedError(f"Integrity mismatch for {name}@{version}. Expected {expected}, got {integrity}.")
        lock["sources"][key] = {
            "requestedRef": parse_reference(wanted)[1],
            "resolvedRef": version,
            "skills": {"__integrity": {"integrity": integrity}},
            "packs": {name: {"integrity": integrity}},
        }
        files = unpack(data, project / ".agentpacks/.curated" / name)
        (project / LOCK).write_text(json.dumps(lock, indent=2) + "\n")
        return files


def component(text: str) -> str:
    """As `encodeURIComponent` has it: `@acme/hello` is `%40acme%2Fhello`."""
    return quote(text, safe="-_.!~*'()")


def parse_reference(text: str) -> tuple[str, str]:
    """The name and the version; a scope is nothing that the command knows."""
    name, _, version = text.removeprefix("registry:").partition("@")
    if not _NAME.fullmatch(name):
        raise RefusedError(f'Invalid registry pack name: "{name}".')
    return name, version or "latest"


def read_lock(project: Path) -> Any:
    """The lock, or an empty one."""
    path = project / LOCK
    return json.loads(path.read_text()) if path.exists() else {"lockfileVersion": 1, "sources": {}}


def unpack(data: bytes, folder: Path) -> list[str]:
    """Puts the files of a tarball in place of what is in the folder, as the program `tar` does."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run(["tar", "-xzf", "-", "-C", str(folder)], input=data, check=True)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def shown_search(found: Any) -> list[str]:
    """What is printed of a search."""
    lines = [f"Found {found['total']} pack(s):"] if found["packs"] else ["No packs found."]
    for pack in found["packs"]:
        marks = "".join(f" [{mark}]" for mark in ("verified", "featured") if pack[mark])
        lines += [f"  {pack['name']}{marks}", f"    {pack['description']}"]
        lines.append(f"    v{pack['latestVersion']} | {text(pack['downloads'])} downloads | by {pack['author']}")
        lines.append(f"    tags: {', '.join(pack['tags'])}")
    return lines


def shown_info(pack: Any) -> list[str]:
    """What is printed of a pack."""
    lines = [pack["displayName"], f"  {pack['name']}", f"  {pack['description']}", f"  Author: {pack['author']}"]
    lines += [f"  License: {text(pack['license'])}", f"  Downloads: {text(pack['downloads'])}"]
    lines += [f"  {name.title()}: {pack[name]}" for name in ("homepage", "repository") if pack[name]]
    lines += [f"  {name.title()}: {', '.join(pack[name])}" for name in ("tags", "targets", "features") if pack[name]]
    for each in pack["versions"][:10]:
        facts = f"({each['fileCount']} files, {each['tarballSize']} B)"
        lines.append(f"    {each['version']} — {each['createdAt']} {facts}")
    return [*lines, "  Install:", f"    registry:{pack['name']}"]


def text(value: object) -> str:
    """As JavaScript puts it into a text."""
    return "null" if value is None else str(value)


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="agentpacks")
    commands = parser.add_subparsers(dest="command", required=True)
    login = commands.add_parser("login")
    login.add_argument("--registry", required=True)
    login.add_argument("--token", required=True)
    commands.add_parser("search").add_argument("query")
    commands.add_parser("info").add_argument("name")
    commands.add_parser("install").add_argument("--update", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        print("\n".join(_run(asked)))
    except RefusedError as error:
        print(error)
        return 1
    return 0


def _run(asked: argparse.Namespace) -> list[str]:
    credentials = Path.home() / ".config/agentpacks/credentials.json"
    if asked.command == "login":
        healthy = Client(asked.registry, asked.token).healthy()
        credentials.parent.mkdir(parents=True, exist_ok=True)
        credentials.write_text(json.dumps({"registryUrl": asked.registry, "token": asked.token}))
        return [f"Authenticated with {asked.registry}" if healthy else "Warning: Could not reach registry"]
    known = json.loads(credentials.read_text())
    client = Client(known["registryUrl"], known["token"])
    if asked.command == "search":
        return shown_search(client.search(asked.query))
    if asked.command == "info":
        return shown_info(client.info(asked.name))
    packs = json.loads(Path(PROJECT).read_text())["packs"]
    files = [client.install(Path(), pack, asked.update) for pack in packs if pack.startswith("registry:")]
    return [f"Installed {sum(map(len, files))} file(s) from {len(files)} source(s)"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

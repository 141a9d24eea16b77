"""The folders of the site that hold what other programs read, and what packs are called there.

What a folder says of one pack stands in the lists of that pack (`packyard.formats.inventory`), as its own pages do: so
a new version touches no list of others, however many formats a registry offers.

    agentpacks/packs/NAME/…                            agentpacks: names as they are, `@acme/hello` with its scope
    ori/v1/packages/SCOPE/NAME/…                       Ori: the scope without `@`, and `_` for a pack without one
    npm/@ORIGIN/FLAT  npm/-/FLAT/VERSION/…             npm: one scope, which is the registry's origin
    mcp/v0.1/servers/NAMESPACE/FLAT_SERVER/…           the MCP registry: the origin in reverse, then pack and server
    packs/NAME/VERSION/PLUGIN-VERSION.plugin.zip       Claude Code: in the pack's own folder

Some programs know no scope, or just one. FLAT is a name for these: `hello` is itself, `@acme/hello` is `acme.hello`.
Nothing is lost and no two packs meet: names of packs and scopes have neither dots nor underscores
(`packyard.formats.names`), so the first dot ends a scope, and the first underscore a pack. That an origin has a dot
tells its npm scope from every organisation's.

Plugins have names of words with single hyphens between them. `@acme/hello` is `hello-at-acme`; names that would be in
the way of that give way: the words `at`, `att`, `attt` … get two more letters, and where two hyphens meet, the word
between them, which is empty, is `att`. Marketplaces have nothing but hyphens, either: `packs-example-org` is that of a
registry, `packs-example-org--hello` that of a pack in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from packyard.registry import Registry

#: The formats that a registry can switch off in `registry.yaml`, and who reads them.
SURFACES: Mapping[str, str] = MappingProxyType(
    {
        "agentpacks": "the agentpacks client",
        "ori": "clients of Ori's registry protocol",
        "agent-skills": "`skills`, OpenCode, and whoever else looks for agent skills",
        "claude-code": "Claude Code, and who reads its marketplaces: Codex, Copilot",
        "mcp-registry": "programs that look for MCP servers",
        "npm": "npm and its kin",
        "osv": "scanners that read the Open Source Vulnerability format",
        "exports": "people who query the catalogue as CSV, SQLite or JSON lines",
    }
)

AGENTPACKS, ORI, NPM, MCP, OSV, EXPORTS = "agentpacks/", "ori/v1/", "npm/", "mcp/v0.1/", "osv/", "exports/"
#: The folders at the top that other programs' formats have.
FOLDERS = ("agentpacks", "ori", "npm", "mcp", "osv", "exports")
#: The scope by which Ori knows packs without one; no organisation has a name of one character.
NO_SCOPE = "_"

#: Words of a plugin's name that have two letters more than in the pack's, and what they are then.
_MARKED, _MARKED_OUT = re.compile("at+|"), re.compile("attt*")

#: What stands in a marketplace's name between the words of an origin.
_JOINTS = MappingProxyType({".": "-", "-": "---", "/": "----"})

_PART = r"[a-z0-9][a-z0-9-]*"
_OWN = (
    rf"agentpacks/packs/(?P<whole>(?:@{_PART}/)?{_PART})/(?P<rest>.+)",
    rf"ori/v1/packages/(?P<scope>{_PART}|_)/(?P<bare>{_PART})/(?P<rest>.+)",
    rf"npm/-/(?P<flat>(?:{_PART}\.)?{_PART})/(?P<rest>.+)",
    rf"npm/@[^/]+/(?P<flat>(?:{_PART}\.)?{_PART})(?P<rest>)",
    rf"mcp/v0\.1/servers/[^/]+/(?P<flat>(?:{_PART}\.)?{_PART})_[^/]+/(?P<rest>.+)",
)

#: A marketplace of plugins, at the root and in the folders of packs.
MARKETPLACE = "marketplace.json"


class Place(NamedTuple):
    """Whose file it is: a pack's, or "" in both; and of its version, or ""."""

    pack: str = ""
    version: str = ""


def spoken(registry: Registry) -> tuple[str, ...]:
    """The formats that a registry has not switched off."""
    return tuple(name for name in SURFACES if registry.surfaces.get(name, True))


def flat(name: str) -> str:
    """The name of a pack for programs that know no scope."""
    return name.removeprefix("@").replace("/", ".")


def unflat(text: str) -> str:
    """The pack that `flat` gave this name; exact inverse."""
    scope, dot, bare = text.partition(".")
    return f"@{scope}/{bare}" if dot else text


def plugin(name: str) -> str:
    """The name of a pack as a plugin."""
    scope, slash, bare = name.removeprefix("@").partition("/")
    return f"{_words(bare)}-at-{_words(scope)}" if slash else _words(name)


def unplugin(text: str) -> str:
    """The pack that `plugin` gave this name; exact inverse."""
    bare, joint, scope = f"-{text}-".partition("-at-")
    return f"@{_unwords(scope[:-1])}/{_unwords(bare[1:])}" if joint else _unwords(text)


def plugin_archive(name: str, version: str) -> str:
    """The path of the plugin that is made of a version."""
    return f"packs/{name}/{version}/{plugin(name)}-{version}.plugin.zip"


def marketplace(origin: str, name: str = "") -> str:
    """The name of a registry's marketplace, or of that of one pack. No two are the same: one hyphen is a dot, two begin
    the pack, three are a hyphen, four a slash; any other signs are spelled between five.
    """
    return re.sub(r"[^a-z0-9]+", lambda at: _JOINTS.get(at[0]) or _spelled(at[0]), origin) + (
        f"--{plugin(name)}" if name else ""
    )


def _spelled(signs: str) -> str:
    return "-----" + "".join({".": "d", "-": "h", "_": "u"}[sign] for sign in signs) + "-----"


def _words(part: str) -> str:
    return "-".join(f"{word or 'a'}tt" if _MARKED.fullmatch(word) else word for word in part.split("-"))


def _unwords(text: str) -> str:
    return "-".join(_unmark(word) if _MARKED_OUT.fullmatch(word) else word for word in text.split("-"))


def _unmark(word: str) -> str:
    return "" if word == "att" else word[:-2]


def ori_parts(name: str) -> tuple[str, str]:
    """The scope and the name by which Ori knows a pack."""
    scope, slash, bare = name.removeprefix("@").partition("/")
    return (scope, bare) if slash else (NO_SCOPE, name)


def ori_name(scope: str, bare: str) -> str:
    """The pack that Ori knows by these; exact inverse of `ori_parts`."""
    return bare if scope == NO_SCOPE else f"@{scope}/{bare}"


def ori_full(name: str) -> str:
    """The name of a pack as Ori writes it: every one has a scope."""
    return "@{}/{}".format(*ori_parts(name))


def npm_scope(origin: str) -> str:
    """The npm scope of a registry, with its `@`: an origin that is also a path has dots for its slashes."""
    found = origin.replace("/", ".")
    return f"@{found}" if "." in found else f"@{found}.registry"


def npm_name(origin: str, name: str) -> str:
    """The name of a pack as an npm package."""
    return f"{npm_scope(origin)}/{flat(name)}"


def mcp_namespace(origin: str) -> str:
    """The reverse-DNS namespace of a registry's servers; the labels of its path follow, with hyphens for underscores,
    which the MCP registry does not take there.
    """
    host, _, path = origin.replace("_", "-").partition("/")
    return ".".join([*reversed(host.split(".")), *path.split("/")] if path else reversed(host.split(".")))


def agentpacks(name: str, file: str = "") -> str:
    """A path of a pack in `agentpacks/`."""
    return f"{AGENTPACKS}packs/{name}/{file}"


def ori(name: str, file: str = "") -> str:
    """A path of a pack in `ori/v1/`."""
    return f"{ORI}packages/{'/'.join(ori_parts(name))}/{file}"


def npm(origin: str, name: str) -> str:
    """The path of a pack's packument."""
    return NPM + npm_name(origin, name)


def npm_tarball(name: str, version: str) -> str:
    """The path of a version's npm tarball."""
    return f"{NPM}-/{flat(name)}/{version}/{flat(name)}-{version}.tgz"


def mcp_server(origin: str, name: str, server: str, file: str = "") -> str:
    """A path of a server in `mcp/`; `server` is a name that `mcp_registry` has made fit."""
    return f"{MCP}servers/{mcp_namespace(origin)}/{flat(name)}_{server}/{file}"


def place_of(path: str) -> Place:
    """The pack and the version that a path in one of these folders belongs to."""
    for pattern in _OWN if path.startswith(FOLDERS) else ():
        if match := re.fullmatch(pattern, path):
            found = match.groupdict()
            name = found.get("whole") or (
                unflat(found["flat"]) if "flat" in found else ori_name(found["scope"], found["bare"])
            )
            first, slash, _ = found["rest"].removeprefix("versions/").partition("/")
            return Place(name, first if slash and "0" <= first[:1] <= "9" else "")
    return Place()

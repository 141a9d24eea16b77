"""How to install a version: the commands of each client that this site serves.

A client is shown when the registry speaks the format that it reads (`packyard.formats.foreign`):

    packyard           always                 packyard install hello --registry https://packs.example.org/ …
    skills             agent-skills           npx skills add https://packs.example.org/packs/hello/
    Claude Code        claude-code            claude plugin install hello@packs-example-org--hello
    OpenCode           agent-skills           the address of the pack's skills, in opencode.json
    npm                npm                    npm install @packs.example.org/hello@1.2.0
    curl + minisign    always                 no client at all: fetch, check, unpack; what Gemini CLI installs from

`skills` and OpenCode install skills only, so they are shown for packs that have some; OpenCode takes only those that
may stand on a site unpacked. Claude Code is shown for packs that are plugins, and fetches from https alone. The root
key is not in the command of `packyard`: who copied it from here would trust this host for what the key is to prove. The
program that `--target` names decides where things go, so the command names it where a pack is for one alone. The
command of agentpacks is not shown: it asks the registry of its makers, wherever one is logged in, and would install
whatever has the same name there (`docs/clients/agentpacks.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from markupsafe import Markup

from packyard.formats import foreign, layout
from packyard.model import Release
from packyard.parts.plugin import offered
from packyard.registry import Registry
from packyard.surfaces.skills import skills_of, unpacked
from packyard.surfaces.views import commands

#: Targets that `packyard` knows, with the folder of a project in which each finds most of a pack.
PLACES = {
    "claudecode": ".claude/",
    "cursor": ".cursor/",
    "codexcli": ".codex/",
    "opencode": ".opencode/",
    "copilot": ".github/",
    "geminicli": ".gemini/",
}


class Install(NamedTuple):
    """A client by its name, what is pasted into a POSIX shell (or a file that the note names), and what to know.
    `ident` is for anchors and for remembering the choice.
    """

    ident: str
    client: str
    commands: str
    note: Markup


def installs(
    say: Callable[..., Markup],
    registry: Registry,
    release: Release,
    key: str,
    surfaces: Collection[str] | None = None,
) -> list[Install]:
    """The ways to install a release whose publisher signs with `key`, the verifying ones first and last; `surfaces` are
    the formats that the site has, by default those that the registry speaks.
    """
    served = foreign.spoken(registry) if surfaces is None else surfaces
    skills = skills_of(release)
    url = registry.url.rstrip("/")
    found = [_packyard(say, url, release)]
    if skills and "agent-skills" in served:
        found.append(_skills(say, url, release))
    if "claude-code" in served and url.startswith("https://") and offered(release.manifest, release.features):
        found.append(_claude(say, url, registry.origin, release))
    if any(map(unpacked, skills)) and "agent-skills" in served:
        found.append(_opencode(say, url, release))
    if "npm" in served:
        found.append(_npm(say, url, registry.origin, release))
    return [*found, _by_hand(say, registry, release, key)]


def _packyard(say: Callable[..., Markup], url: str, release: Release) -> Install:
    """The version is named, so that a page that was printed or kept says what it means."""
    folder = f".agentpacks/.curated/{release.pack}/"
    targets = release.manifest.targets
    known = [name for name in PLACES if name in targets or not targets or "*" in targets]
    code = Markup("<code>{}</code>").format
    places = Markup(", ").join(code(name) + Markup(" ({})").format(code(PLACES[name])) for name in known)
    if len(known) > 1:
        note = say(
            "Unpacks the pack to {folder}, and puts its parts where a program looks for them, mostly in one folder. "
            "TARGET is that program: {places}. Repeat the option for more; without it nothing else is written.",
            folder=code(folder),
            places=places,
        )
    elif known:
        note = say(
            "Unpacks the pack to {folder}, and puts its parts where its program looks for them: {places}.",
            folder=code(folder),
            places=places,
        )
    else:
        note = say(
            "Unpacks the pack to {folder}. What its program looks for elsewhere, you copy there.", folder=code(folder)
        )
    lines = [f"packyard install {release.pack}@{release.version}", f"--registry {url}/", "--key ROOT_KEY"]
    lines += [f"--target {known[0] if len(known) == 1 else 'TARGET'}"] if known else []
    return Install("packyard", "packyard", " \\\n  ".join(lines), note)


def _skills(say: Callable[..., Markup], url: str, release: Release) -> Install:
    note = say(
        "Takes the skills of the latest version and nothing else. Checks the hash of each archive, not the signature."
    )
    return Install("skills", "skills", f"npx skills add {url}/{layout.pack(release.pack)}", note)


def _claude(say: Callable[..., Markup], url: str, origin: str, release: Release) -> Install:
    plugin = f"{foreign.plugin(release.pack)}@{foreign.marketplace(origin, release.pack)}"
    text = (
        f"claude plugin marketplace add {url}/{layout.pack(release.pack, 'marketplace.json')}\n"
        f"claude plugin install {plugin}"
    )
    note = say("Takes the latest version, as a plugin. Checks the hash of the archive, not the signature.")
    return Install("claude", "Claude Code", text, note)


def _opencode(say: Callable[..., Markup], url: str, release: Release) -> Install:
    address = f"{url}/{layout.pack(release.pack, '.well-known/skills/')}"
    note = say("In opencode.json. Takes the skills of the latest version, now and whenever it starts; checks nothing.")
    return Install("opencode", "OpenCode", f'{{"skills": {{"urls": ["{address}"]}}}}', note)


def _npm(say: Callable[..., Markup], url: str, origin: str, release: Release) -> Install:
    text = (
        f"npm config set {foreign.npm_scope(origin)}:registry={url}/{foreign.NPM} --location project\n"
        f"npm install {foreign.npm_name(origin, release.pack)}@{release.version}"
    )
    note = say(
        "Unpacks the pack to {folder}, where no program looks for its parts. Checks the hash of the archive, not the "
        "signature.",
        folder=Markup("<code>node_modules/{}/</code>").format(foreign.npm_name(origin, release.pack)),
    )
    return Install("npm", "npm", text, note)


def _by_hand(say: Callable[..., Markup], registry: Registry, release: Release, key: str) -> Install:
    folder = layout.tarball_name(release.pack, release.version).removesuffix(".tar.gz")
    code = Markup("<code>{}</code>").format
    note = say(
        "The trusted comment must read {comment}, and the last line count {count} files. All of it is in the folder "
        "{folder} then: what a program is to find, such as a folder of skills, you copy to where it looks.",
        comment=f"{release.pack} {release.version}",
        count=len(release.files) + 2,
        folder=code(folder),
    )
    if skills_of(release):
        gemini = say(
            "Gemini CLI takes the skills by {command}.", command=code(f"gemini skills install {folder}/skills")
        )
        note = Markup(" ").join((note, gemini))
    return Install("curl", "curl + minisign", "\n".join(commands(registry, release, key)), note)

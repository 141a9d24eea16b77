"""How to install a version: the commands of each client that this site serves.

A client is shown when the surface exists that it reads, under its name in `registry.yaml`:

    packyard           always                 packyard install hello --registry https://packs.example.org/ …
    skills             agent-skills           npx skills add https://packs.example.org/packs/hello/
    Claude Code        claude-code            claude plugin install hello@packs.example.org
    OpenCode           agent-skills           the address of the pack's skills, in opencode.json
    agentpacks         agentpacks             registry:hello@1.2.0, in agentpacks.jsonc
    curl + minisign    always                 no client at all: fetch, check, unpack

`skills` and OpenCode install skills only, so they are shown for packs that have some. The root key is not in the
command of `packyard`: who copied it from here would trust this host for what the key is to prove. The program that
`--target` names decides where things go, so the command names it where a pack is for one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from markupsafe import Markup

from packyard.formats import layout
from packyard.model import Release
from packyard.registry import Registry
from packyard.surfaces.views import commands

#: The surfaces for other clients that the site has.
SURFACES: frozenset[str] = frozenset()
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
    say: Callable[..., Markup], registry: Registry, release: Release, key: str, surfaces: Collection[str] = SURFACES
) -> list[Install]:
    """The ways to install a release whose publisher signs with `key`, the verifying ones first and last."""
    url = registry.url.rstrip("/")
    folder = f"{url}/{layout.pack(release.pack)}"
    skilled = "agent-skills" in surfaces and "skills" in release.features
    found = [_packyard(say, url, release)]
    if skilled:
        note = say("Takes the skills of this pack, each checked against its digest, and nothing else.")
        found.append(Install("skills", "skills", f"npx skills add {folder}", note))
    if "claude-code" in surfaces:
        found.append(_claude(say, url, registry.origin, release))
    if skilled:
        skills = f'{{"skills": {{"urls": ["{folder}.well-known/skills/"]}}}}'
        found.append(Install("opencode", "OpenCode", skills, say("In opencode.json. Takes the skills of this pack.")))
    if "agentpacks" in surfaces:
        found.append(_agentpacks(say, url, release))
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


def _claude(say: Callable[..., Markup], url: str, origin: str, release: Release) -> Install:
    bare = release.pack.lstrip("@").replace("/", "-")
    text = f"claude plugin marketplace add {url}/marketplace.json\nclaude plugin install {bare}@{origin}"
    return Install("claude", "Claude Code", text, say("Takes the latest version, as a plugin."))


def _agentpacks(say: Callable[..., Markup], url: str, release: Release) -> Install:
    text = (
        f"agentpacks login --registry {url}/agentpacks --token none\n"
        f'# in agentpacks.jsonc: "packs": ["registry:{release.pack}@{release.version}"]\n'
        "agentpacks install"
    )
    return Install("agentpacks", "agentpacks", text, say("Checks the hash of the archive, not the signature."))


def _by_hand(say: Callable[..., Markup], registry: Registry, release: Release, key: str) -> Install:
    steps = commands(registry, release, key)
    note = say(
        "The trusted comment must read {comment}, and the last line count {count} files. All of it is in the folder "
        "{folder} then: what a program is to find, such as a folder of skills, you copy to where it looks.",
        comment=f"{release.pack} {release.version}",
        count=len(release.files) + 2,
        folder=Markup("<code>{}</code>").format(layout.tarball_name(release.pack, release.version)[: -len(".tar.gz")]),
    )
    return Install("curl", "curl + minisign", "\n".join(steps), note)

"""A passing and a failing candidate for every rule about what a pack says and holds."""

from __future__ import annotations

import json
from collections.abc import Mapping

from packyard.gate.values import Candidate
from tests.gate.bed import candidate

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
SKILL = "---\nname: {}\ndescription: {}\n---\n# Release notes\n\nRead the commits.\n"


def about(**fields: object) -> Candidate:
    """The sound pack with other fields in its manifest."""
    return candidate(manifest=fields)


def skill(
    name: str = "release-notes", description: str = "Drafts release notes", folder: str = "release-notes"
) -> Candidate:
    """A pack with one skill."""
    return prompt(f"skills/{folder}/SKILL.md", SKILL.format(name, description))


def prompt(path: str, text: str | bytes) -> Candidate:
    """A pack with one more prompt."""
    return candidate({path: text.encode() if isinstance(text, str) else text}, {"features": "*"})


def document(path: str, value: object, **fields: object) -> Candidate:
    """A pack with one more JSON document, and `hooks/guard.sh`."""
    files = {path: json.dumps(value, indent=2).encode(), "hooks/guard.sh": b"#!/bin/sh\n"}
    return candidate(files, {"features": "*", **fields})


def hook(command: str = "sh hooks/guard.sh", event: str = "preToolUse") -> Candidate:
    """A pack with one hook."""
    return document("hooks/hooks.json", {"hooks": {event: [{"type": "command", "command": command}]}})


def section(target: str) -> Candidate:
    """A pack for Cursor whose hooks are for one target."""
    hooks = {target: {"hooks": {"preToolUse": [{"command": "sh hooks/guard.sh"}]}}}
    return document("hooks/hooks.json", hooks, targets=["cursor"])


def models(**fields: object) -> Candidate:
    """A pack with models."""
    return document("models.json", fields)


def profiles(*extends: str) -> Candidate:
    """A pack whose profiles `p0`, `p1` … extend these."""
    return models(profiles={f"p{number}": {"extends": name} for number, name in enumerate(extends)})


def agent(**fields: object) -> Candidate:
    """A pack with the model of one agent."""
    return models(agents={"reviewer": {"model": "anthropic/claude-opus-4-1", **fields}})


def route(use: str = "careful", **when: str) -> Candidate:
    """A pack with one route."""
    return models(profiles={"careful": {}}, routing=[{"when": when or {"complexity": "high"}, "use": use}])


GUARD = "sh ${CLAUDE_PLUGIN_ROOT}/hooks/guard.sh"

EXAMPLES: Mapping[str, tuple[Candidate, Candidate]] = {
    "description-missing": (about(), about(description=None)),
    "description-length": (about(description="Greets whoever opens the project"), about(description="stuff")),
    "license-missing": (about(license="MIT"), about(license=None)),
    "license-invalid": (about(license="Apache-2.0 OR MIT"), about(license="Apache 2")),
    "license-own": (about(license="MIT"), about(license="LicenseRef-Acme-Internal")),
    "license-file-missing": (about(), candidate({"LICENSE": None})),
    "readme-missing": (about(), candidate({"README.md": b"\n# \n"})),
    "template-left": (about(), about(description="Says in one line what the pack is for")),
    "template-line": (
        candidate({"README.md": b"# hello\n\n## What it does\n\nIt greets.\n"}),
        candidate(
            {
                "README.md": b"# hello\n\n## What it does\n\nSay what changes for somebody who installs this pack, "
                b"and for whom it is not meant.\n"
            }
        ),
    ),
    "tags-unusual": (about(tags=["postgresql", "migrations"]), about(tags=["PostgreSQL"])),
    "url-insecure": (about(homepage="https://example.org/hello"), about(homepage="http://example.org/hello")),
    "logo-missing": (candidate({"logo.png": PNG}, {"logo": "logo.png"}), about(logo="logo.png")),
    "logo-invalid": (
        candidate({"logo.png": PNG}, {"logo": "logo.png"}),
        candidate({"logo.png": b"#!/bin/sh\n"}, {"logo": "logo.png"}),
    ),
    "logo-large": (
        candidate({"logo.png": PNG}, {"logo": "logo.png"}),
        candidate({"logo.png": PNG + bytes(3_000_000)}, {"logo": "logo.png"}),
    ),
    "pack-empty": (about(), candidate({"rules/hello.md": None}, {"features": "*"})),
    "feature-absent": (about(features=["rules"]), about(features=["rules", "skills"])),
    "feature-undeclared": (
        candidate({"commands/greet.md": b"Greet.\n"}, {"features": ["rules", "commands"]}),
        candidate({"commands/greet.md": b"Greet.\n"}),
    ),
    "feature-hidden": (
        candidate({"hooks/hooks.json": b"{}"}, {"features": ["rules", "hooks"]}),
        candidate({"hooks/hooks.json": b"{}"}),
    ),
    "prompt-large": (prompt("rules/a.md", "Be kind.\n"), prompt("rules/a.md", "Be kind.\n" * 250_000)),
    "prompt-not-text": (prompt("rules/a.md", "Be kind.\n"), prompt("rules/a.md", b"Be kind.\n\xff\xfe\x00")),
    "prompt-empty": (
        prompt("commands/greet.md", "---\ndescription: Greets\n---\nGreet.\n"),
        prompt("commands/greet.md", "---\ndescription: Greets\n---\n"),
    ),
    "frontmatter-loose": (
        prompt("commands/mend.md", '---\ndescription: "Use when: the build fails"\n---\nMend it.\n'),
        prompt("commands/mend.md", "---\ndescription: Use when: the build fails\n---\nMend it.\n"),
    ),
    "frontmatter-refused": (
        prompt("commands/mend.md", "---\nallowed-tools: [Read, Grep]\n---\nMend it.\n"),
        prompt("commands/mend.md", "---\nallowed-tools: Read\nallowed-tools: Bash\n---\nMend it.\n"),
    ),
    "feature-case": (skill(), prompt("skills/release-notes/SKILL.MD", SKILL)),
    "skill-file-missing": (skill(), prompt("skills/release-notes/skill.md", SKILL)),
    "skill-frontmatter-missing": (skill(), prompt("skills/release-notes/SKILL.md", "# Release notes\n\nRead.\n")),
    "skill-name-invalid": (skill(), skill("Release Notes")),
    "skill-name-folder": (skill(), skill(folder="notes")),
    "skill-description-missing": (skill(), skill(description="")),
    "skill-description-long": (skill(), skill(description="x" * 2000)),
    "hooks-invalid": (hook(), document("hooks/hooks.json", {"hooks": ["sh hooks/guard.sh"]})),
    "hook-event-unknown": (hook(event="preToolUse"), hook(event="beforeTooling")),
    "pack-file-missing": (hook(GUARD), hook(GUARD.replace("guard", "gaurd"))),
    "path-of-one-machine": (hook(GUARD), hook("sh /home/alice/guard.sh")),
    "mcp-invalid": (
        document("mcp.json", {"mcpServers": {"files": {"type": "stdio", "command": "files-server"}}}),
        document("mcp.json", {"mcpServers": {"files": {"type": "stdio"}}}),
    ),
    "target-undeclared": (section("cursor"), section("claudecode")),
    "models-invalid": (agent(temperature=0.1), agent(temperature=3)),
    "models-field-unknown": (agent(temperature=1), agent(temprature=1)),
    "profile-unknown": (profiles("p1", ""), profiles("p2", "")),
    "profile-cycle": (profiles("p1", ""), profiles("p1", "p0")),
    "profile-depth": (
        profiles("", *[f"p{number}" for number in range(10)]),
        profiles("", *[f"p{number}" for number in range(11)]),
    ),
    "model-unknown": (models(default="anthropic/claude-opus-4-1"), models(default="anthropic/clod-opus-4-1")),
    "route-unknown": (route("careful"), route("carful")),
    "route-dimension": (route(complexity="high"), route(complexity="enormous")),
}

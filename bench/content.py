"""The files of synthetic packs: four to twelve a version, 8 to 40 kB, and what changes between two versions."""

from __future__ import annotations

import json

from bench.profiles import Profile
from bench.text import Prose

#: The files of a version by path, without the checksums and their signature.
Files = dict[str, bytes]

_EVENTS = ("preToolUse", "postToolUse", "sessionStart", "stop")
_MODELS = (
    "anthropic/claude-sonnet-4",
    "anthropic/claude-opus-4",
    "openai/gpt-5",
    "google/gemini-2.5-pro",
    "mistral-large",
)
_SMALL_MODELS = ("anthropic/claude-haiku-4", "openai/gpt-5-mini", "google/gemini-2.5-flash")


def first_files(prose: Prose, name: str) -> Files:
    """The files of a pack's first version, without its manifest."""
    rng = prose.rng
    title = name.rpartition("/")[2].replace("-", " ").title()
    files = {"README.md": prose.document(rng.randint(800, 5600), title).encode()}
    for chance, maker in ((0.14, _hooks), (0.14, _mcp), (0.12, _models), (0.12, _ignore), (0.08, _plugin)):
        if rng.random() < chance:
            files |= maker(prose)
    texts = rng.randint(2, max(2, 10 - len(files)))
    size, goal = int(6_500 + 20_000 * rng.random() ** 1.8), len(files) + texts
    while len(files) < goal:
        files |= _prompt(prose, max(600, int(size / texts * rng.uniform(0.5, 1.5))))
    return files


def next_files(prose: Prose, files: Files) -> Files:
    """The files of the version after `files`: one or two texts edited, at times one more or one fewer."""
    rng, after = prose.rng, dict(files)
    texts = [path for path in files if path.endswith(".md") and path != "README.md"]
    for path in rng.sample(texts, min(len(texts), rng.randint(1, 2))):
        after[path] = prose.edited(after[path].decode()).encode()
    if rng.random() < 0.4:
        after["README.md"] = prose.edited(after["README.md"].decode()).encode()
    if rng.random() < 0.08 and len(after) < 12 and sum(map(len, after.values())) < 34_000:
        after |= _prompt(prose, rng.randint(800, 3000))
    elif rng.random() < 0.03 and len(texts) > 2:
        del after[rng.choice(texts)]
    return after


def features(files: Files) -> list[str]:
    """The features that the files show, in the order of the manifest's list."""
    kinds = ("rules", "commands", "agents", "skills", "hooks", "plugins", "mcp", "ignore", "models")
    roots = {path.partition("/")[0].removesuffix(".json") for path in files}
    return [kind for kind in kinds if kind in roots]


def manifest(what: Profile, version: str, description: str, dependencies: dict[str, str], files: Files) -> bytes:
    """`pack.json` or `pack.yaml`; dependencies without a range are a list of names, else a mapping."""
    ranged = any(value != "*" for value in dependencies.values())
    fields: dict[str, object] = {
        "name": what.name,
        "version": version,
        "description": description,
        "author": what.publisher.name,
        "license": what.license,
        "homepage": f"https://{what.publisher.handle}.example.org/{what.name.rpartition('/')[2]}",
        "repository": f"https://git.example.org/{what.publisher.handle}/{what.name.rpartition('/')[2]}",
        "tags": list(what.tags),
        "targets": "*" if what.targets == ("*",) else list(what.targets),
        "features": "*" if what.number % 4 == 0 else features(files),
    }
    if dependencies:
        fields["dependencies"] = dependencies if ranged else list(dependencies)
    if what.yaml:
        return "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items()).encode()
    return (json.dumps(fields, indent=2) + "\n").encode()


def _prompt(prose: Prose, size: int) -> Files:
    """A rule, command, agent or skill of about `size` bytes."""
    kind = prose.rng.choices(("rules", "commands", "agents", "skills"), (40, 27, 13, 20))[0]
    slug, title = prose.slug(), prose.phrase(2, 5)
    text = prose.document(size, title)
    if kind == "skills":
        return {f"skills/{slug}/SKILL.md": (_front(prose, name=slug) + text).encode()}
    if kind == "agents":
        return {f"agents/{slug}.md": (_front(prose, name=slug) + text).encode()}
    file = title.lower()[:90].rstrip() if prose.rng.random() < 0.03 else slug  # a tar header's name has 100 bytes
    return {f"{kind}/{file}.md": (text if prose.rng.random() < 0.5 else _front(prose) + text).encode()}


def _front(prose: Prose, **fields: str) -> str:
    lines = [f"{name}: {value}" for name, value in fields.items()]
    return "\n".join(["---", *lines, f"description: {json.dumps(prose.phrase(6, 16))}", "---", "", ""])


def _hooks(prose: Prose) -> Files:
    rng, slug = prose.rng, prose.slug()
    hooks = {
        event: [
            {"type": "command", "command": f"hooks/{slug}.sh", "matcher": rng.choice(("Write", "Edit", "Bash", "*"))}
        ]
        for event in rng.sample(_EVENTS, rng.randint(1, 3))
    }
    script = f"#!/usr/bin/env bash\n# {prose.phrase(4, 9)}\n{prose.code('bash', rng.randint(5, 25))}\n"
    return {"hooks/hooks.json": _json({"version": 1, "hooks": hooks}), f"hooks/{slug}.sh": script.encode()}


def _mcp(prose: Prose) -> Files:
    servers: dict[str, object] = {}
    for _ in range(prose.rng.randint(1, 3)):
        slug = prose.slug()
        if prose.rng.random() < 0.6:
            servers[slug] = {
                "type": "stdio",
                "command": "npx",
                "args": ["-y", f"{slug}-server"],
                "env": {"LOG": "warn"},
            }
        else:
            servers[slug] = {
                "type": "remote",
                "url": f"https://{slug}.example.org/mcp",
                "disabledTools": prose.topic[:2],
            }
    return {"mcp.json": _json({"mcpServers": servers})}


def _models(prose: Prose) -> Files:
    rng = prose.rng
    agents = {prose.slug(): {"model": rng.choice(_MODELS), "temperature": rng.randint(0, 10) / 10} for _ in range(2)}
    profiles = {
        "careful": {"description": prose.phrase(4, 9), "default": rng.choice(_MODELS)},
        "cheap": {"extends": "careful", "small": rng.choice(_SMALL_MODELS)},
    }
    routing = [{"when": {"complexity": "high"}, "use": rng.choice(_MODELS), "description": prose.phrase(4, 9)}]
    default, small = rng.choice(_MODELS), rng.choice(_SMALL_MODELS)
    document = {"default": default, "small": small, "agents": agents, "profiles": profiles, "routing": routing}
    return {"models.json": _json(document)}


def _ignore(prose: Prose) -> Files:
    lines = [f"{word}{prose.rng.choice(('/', '/**', '.log', '*.tmp'))}" for word in prose.rng.sample(prose.topic, 12)]
    return {"ignore": ("\n".join(["# generated", *lines]) + "\n").encode()}


def _plugin(prose: Prose) -> Files:
    return {f"plugins/{prose.slug()}.ts": (prose.code("typescript", prose.rng.randint(15, 60)) + "\n").encode()}


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()

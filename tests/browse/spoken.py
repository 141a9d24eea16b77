"""A registry whose pages speak a language in which every text of the catalogue stands in `⟪…⟫`.

What strangers wrote in it has no English word: names begin with `xq`, and the rest is Greek. So an English word on a
page that stands outside of the brackets is one that a registry cannot translate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import packyard
from packyard.formats.manifest import FEATURES, TARGETS
from packyard.formats.models import DIMENSIONS
from packyard.formats.words import Words, format_words
from packyard.model import Manifest
from packyard.phrases import phrases
from tests.browse.strange import PIXEL
from tests.registry import TestRegistry

TEXT = "Λέει καλημέρα σε όποιον ανοίγει το έργο"
ROOT = Path(packyard.__file__).resolve().parents[1]

#: Elements in which names, versions, codes and commands stand, which are the same in every language; so are those that
#: say so with `translate="no"`, and those that name their own language.
_UNSPOKEN = frozenset({"code", "pre", "kbd", "samp", "script", "style", "time"})
#: Attributes that people read or hear.
_HEARD = ("aria-label", "aria-description", "aria-roledescription", "alt", "title", "placeholder", "label", "summary")
_DESCRIBED = ("description", "og:title", "og:description", "og:image:alt", "og:site_name", "twitter:title")
_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "col", "source"})

_SAID = re.compile("⟪[^⟪⟫]*⟫")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
#: What is no word: names of this registry, paths, addresses and files, digests and keys, versions, sizes.
_NO_WORD = re.compile(
    r"@?\bxq[\w@/.-]*|\S*[/_=]\S*|\S+\.\S+|\b[0-9a-fA-F]{6,}\b|\S*[0-9]\S*|\b(?:B|kB|MB|UTC|XQ|SHA-256)\b|[\w.-]*\.[a-z]\w*"
)
#: Names of programs, formats and channels, and what a manifest and models.json call things.
_NAMED = """
    packyard minisign curl tar git nginx sha sum json yaml html atom rss svg png osv mcp url api openapi github claude
    code opencode agentpacks cursor skills npx jq markdown semver csp http https snapshot
    stable beta edge routing
"""
_CODES = (
    *TARGETS,
    *FEATURES,
    *Manifest._fields,
    *DIMENSIONS,
    *(each for values in DIMENSIONS.values() for each in values),
)
NAMES = frozenset(_NAMED.split()) | {name.lower() for name in _CODES}

_ABOUT = {
    "description": TEXT,
    "author": "Άννα",
    "license": "XQ",
    "homepage": "https://xq.example/",
    "repository": "https://xq.example/xq",
    "tags": ["xq-tag"],
    "dependencies": {"xq-few": ">=1.0.0", "@xq-org/xq-few": "*"},
    "conflicts": ["xq-old"],
    "xq-more": TEXT,
}
_SERVERS = {"xq-server": {"type": "stdio", "command": "xq"}, "xq-far": {"type": "remote", "url": "https://xq.example/"}}
_HOOKS = {"hooks": {"preToolUse": [{"type": "command", "matcher": "Bash", "command": "curl https://xq.example/"}]}}
_MODELS = {
    "default": "anthropic/claude-sonnet-4-5",
    "agents": {"xq-agent": {"model": "anthropic/claude-opus-4-1", "temperature": 0.1}},
    "profiles": {"xq-one": {"description": TEXT}, "xq-two": {"extends": "xq-one", "default": "openai/gpt-5"}},
    "routing": [{"when": {"complexity": "critical"}, "use": "xq-two", "description": TEXT, "priority": 2}],
}
_FRONT = f"---\nname: xq-skill\ndescription: {TEXT}\nallowed-tools: Bash\n---\n{TEXT}\n"
_FILES = {
    "README.md": f"# Ξέ\n\n{TEXT} [xq](rules/one.md) ![](xq.bmp)\n\n|Ξ|\n|-|\n|Ξ|\n\n[xq]: https://xq.example\n".encode(),
    "rules/one.md": TEXT.encode(),
    "skills/xq-skill/SKILL.md": _FRONT.encode(),
    "agents/xq-agent.md": _FRONT.encode(),
    "commands/xq.md": _FRONT.encode(),
    "hooks/hooks.json": json.dumps(_HOOKS).encode(),
    "mcp.json": json.dumps({"mcpServers": _SERVERS}).encode(),
    "models.json": json.dumps(_MODELS).encode(),
    "xq.png": PIXEL,
    "xq.bin": bytes(range(256)),
    "xq-empty.txt": b"",
    "xq-long.txt": f"{TEXT}\n".encode() * 3_000,
}


class Word(NamedTuple):
    """A text with English words that no catalogue holds, and where it stands: an element, or an attribute of one."""

    place: str
    text: str


def spoken(path: Path) -> TestRegistry:
    """The registry, as a repository at `path`."""
    made = TestRegistry(path)
    made.settings(title="Ξέ", mirrors=("https://xq.example/m/",))
    made.files["site/words.yaml"] = format_words(Words("en-XA", "ltr", "n != 1", _bracketed()))
    for page in (ROOT / "templates/prose").glob("*.md"):
        made.files[f"site/prose/{page.name}"] = f"# Ξέ {page.stem.upper()}0\n\n{TEXT} {page.stem}0.\n".encode()
    for handle in ("xq-anna", "xq-boris"):
        made.publisher(handle)
        made.revise(made.publishers[handle]._replace(name="Άννα"), handle)
    made.org("xq-org", {"xq-anna": "owner", "xq-boris": "member"}, "xq-anna")
    made.trust()
    for number in ("1.0.0", "1.1.0", "2.0.0-rc.1"):
        made.version("xq-all", number, "xq-anna", _FILES, _ABOUT)
    made.version("xq-few", "1.0.0", "xq-boris", {"README.md": TEXT.encode()}, _ABOUT | {"dependencies": {}})
    made.version(
        "@xq-org/xq-few", "1.0.0", "xq-boris", {"README.md": b"\xff"}, {"description": "", "license": "", "tags": []}
    )
    made.version("xq-old", "1.0.0", "xq-boris", {"mcp.json": _FILES["mcp.json"]}, _ABOUT)
    made.commit(TEXT)
    _say(made)
    made.commit(TEXT)
    return made


def _say(made: TestRegistry) -> None:
    """Every statement there is, and an advisory."""

    def say(action: str, pack: str, by: str | tuple[str, ...] = "xq-anna", **fields: str) -> None:
        made.statement(action, pack, by, reason=TEXT, **fields)

    say("yank", "xq-all", version="1.0.0")
    say("deprecate", "xq-all", version="2.0.0-rc.1")
    say("promote", "xq-all", version="1.1.0", channel="xq-stable")
    say("add-owner", "xq-all", handle="xq-boris")
    say("recover", "xq-all", ("root-1", "root-2"), to="xq-boris")
    say("transfer", "xq-few", ("xq-boris", "xq-anna"), from_="xq-boris", to="xq-anna")
    say("withdraw", "xq-old", ("root-1", "root-3"), version="1.0.0", legal=TEXT)
    say("deprecate", "xq-old", "xq-boris", replacement="xq-all")
    say("archive", "xq-old", "xq-boris")
    say("rename", "xq-old", "xq-boris", to="xq-all")
    affected = {"package": {"ecosystem": "Packyard", "name": "xq-all"}, "versions": ["1.1.0"]}
    advisory = {"schema_version": "1.7.0", "id": "PY-2026-0001", "modified": "2026-03-01T09:00:00Z", "summary": TEXT}
    made.files["advisories/PY-2026-0001.json"] = json.dumps(
        advisory | {"details": TEXT, "affected": [affected]}
    ).encode()


def _bracketed() -> dict[str, tuple[str, ...]]:
    found = phrases(ROOT / "templates", ROOT / "packyard")
    return {each.text: tuple(f"⟪{text}⟫" for text in (each.text, each.many) if text) for each in found}


class _Reader(HTMLParser):
    """Collects what people read, in order; `code` and the like are left out, and so are bodies of hidden scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pieces: list[Word] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            foreign = found.get("translate") == "no" or (tag != "html" and "lang" in found)
            self.open.append("code" if foreign else tag)
        self.pieces += [Word(f"{tag} {name}", _without_said(found[name])) for name in _HEARD if name in found]
        if tag == "meta" and (found.get("name") or found.get("property")) in _DESCRIBED:
            self.pieces.append(Word("meta", _without_said(found.get("content", ""))))

    def handle_endtag(self, tag: str) -> None:
        if self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        text = self._outside(data)
        if not _UNSPOKEN.intersection(self.open):
            self.pieces.append(Word(self.open[-1] if self.open else "", text))

    def _outside(self, data: str) -> str:
        """What stands outside of all brackets; elements may stand between a bracket and its other half."""
        found = list[str]()
        for part in re.split("([⟪⟫])", data):
            self.depth += {"⟪": 1, "⟫": -1}.get(part, 0)
            found += [part] if self.depth == 0 and part != "⟫" else [" "]
        return "".join(found)


def unspoken(html: str) -> Iterator[Word]:
    """The texts of a page that stand outside of all brackets and have words that are no names."""
    reader = _Reader()
    reader.feed(html)
    assert reader.depth == 0
    for place, text in reader.pieces:
        yield from _words(place, text)


def _without_said(text: str) -> str:
    """The text without what is in brackets, and in brackets inside of those."""
    while (shorter := _SAID.sub(" ", text)) != text:
        text = shorter
    return text


def _words(place: str, text: str) -> Iterator[Word]:
    words = [word for word in _WORD.findall(_NO_WORD.sub(" ", text)) if word.lower() not in NAMES]
    if words:
        yield Word(place, f"{' '.join(text.split())[:120]} ({', '.join(words[:6])})")

"""A registry in which everything is as odd as the rules allow, and every state that a page can show is there.

What strangers may write is filled with `VECTORS`: descriptions, authors, licences, tags, targets, unknown fields,
reasons, names of people, channels, readmes, files, models, servers, hooks, advisories, featured notes, the registry's
own title and footer, and the messages of commits. Names, versions and lists are as long as they may be.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

from packyard.formats.fields import _MISLEADING
from packyard.formats.strict import UNPRINTABLE
from packyard.model import Publisher, PublisherKey
from tests.registry import SINCE, TestRegistry, signer
from tests.surfaces.vectors import VECTORS

#: What a placeholder that is filled in would show: 7 * 191919.
FILLED = "1343433"
TITLE = 'Odd & <b>"quoted"</b> {{ 7 * 191919 }} {name}'

LONG_NAME = "a-name-of-sixty-four-characters-is-the-longest-that-a-pack-can-h"
LONG_VERSION = "1.0.0-" + ".".join(["a-rather-long-name-for-a-prerelease"] * 3)
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
SPOKEN = {
    "arabic": (
        "يقرأ القواعد قبل كل التزام",
        "# مرحبا\n\nهذه حزمة تقرأ `rules/one.md` قبل كل التزام.\n\n- واحد\n- اثنان\n",
    ),
    "hebrew": (
        "קורא את הכללים לפני כל שינוי",
        "# שלום\n\nחבילה שקוראת את `rules/one.md` ([כאן](https://example.org)).\n",
    ),
    "japanese": (
        "コミットの前に規則を読みます",
        "# こんにちは\n\n規則を読みます。\n\n|項目|説明|\n|-|-|\n|規則|一つ|\n",
    ),
    "chinese": ("在每次提交之前阅读规则" * 20, "# 你好\n\n" + "在每次提交之前阅读规则。" * 60 + "\n"),
    "thai": ("อ่านกฎก่อนทุกครั้ง", "# สวัสดี\n\nอ่านกฎก่อนทุกครั้งที่คอมมิต\n"),
}
PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def line(text: str, limit: int) -> str:
    """The text as a field can hold it: one line, printable, not too long."""
    return " ".join(_MISLEADING.sub(" ", UNPRINTABLE.sub("", text)).split())[:limit].strip()


def chunks(limit: int) -> Iterator[str]:
    """All vectors, as lines that a field with this limit can hold."""
    text = ""
    for vector in filter(None, (line(vector, limit) for vector in VECTORS)):
        if len(text) + len(vector) >= limit:
            yield text
            text = ""
        text = f"{text} {vector}".strip()
    yield text


def strange(path: Path) -> TestRegistry:
    """The registry, as a repository at `path`."""
    made = TestRegistry(path)
    made.settings(title=TITLE, mirrors=("https://mirror.example.net/odd/",))
    _people(made)
    _packs_of_vectors(made)
    _pack_of_files(made, "1.0.0", VECTORS[::2])
    _many_versions(made)
    made.commit(
        "Open <script>alert(1)</script> {{ 7 * 191919 }} {name}\n\n" + "\n".join(VECTORS[:50]).replace("\0", "")
    )
    _pack_of_files(made, "1.1.0", VECTORS[1::2])
    _packs_with_long_names(made)
    _packs_in_other_scripts(made)
    _packs_that_need_each_other(made)
    made.commit("<img src=x onerror=alert(1)>")
    _states(made)
    _advisory(made)
    made.commit("Every state there is")
    return made


def _people(made: TestRegistry) -> None:
    made.publisher("alice")
    for handle, name, reason in (
        ("bob", "<img src=x onerror=alert(1)>\"' {{ 7 * 191919 }} {name}", "</td><script>alert(1)</script> {name}"),
        ("carol", "مريم 日本語 " + LONG_WORD[:80], line(VECTORS[0] + LONG_WORD, 500)),
    ):
        key, old = signer(handle), signer(f"{handle} old")
        ended = PublisherKey(old.public_key, old.key_id, ("publish",), SINCE, revoked="2026-02-01", reason=reason)
        current = PublisherKey(key.public_key, key.key_id, ("publish", "admin"), SINCE)
        made.revise(Publisher(handle, name[:100], "", (ended, current)), handle)
    made.publisher(LONG_NAME)
    made.org("acme", {"alice": "owner", "bob": "member"}, "alice")
    made.org(LONG_NAME, {LONG_NAME: "owner", "bob": "admin", "carol": "member"}, LONG_NAME)
    made.trust()


def _packs_of_vectors(made: TestRegistry) -> None:
    """Every vector in a description, and in a readme; shorter fields and lists have those that fit."""
    short = [line(vector, 100) for vector in VECTORS]
    descriptions = list(chunks(1_900))
    size = len(VECTORS) // len(descriptions) + 1
    for at, description in enumerate(descriptions):
        here = slice(at * size, (at + 1) * size)
        words = tuple(dict.fromkeys(filter(None, short[here][:12])))
        manifest = {
            "description": description,
            "author": line(" ".join(short[here]), 300),
            "license": line(short[at], 100),
            "homepage": "https://example.org/(x)&y=z;$!*,~?a=b#c",
            "tags": ["odd", "../../../escaped", "..", "a/b", *words],
            "targets": ["cursor", *words[:4]],
            "features": ["rules", "../../../escaped", "..", "a/b", *words[4:8]],
            f"x-{short[at]}": {"<script>": list(words), "{name}": True},
        }
        readme = "# Odd\n\n" + "\n\n".join(VECTORS[here])
        made.version(f"odd-{at}", "1.0.0", "bob", {"README.md": readme.encode(), "images/flow.png": PIXEL}, manifest)


def _pack_of_files(made: TestRegistry, number: str, vectors: tuple[str, ...]) -> None:
    """A pack with files of every kind, the same names in each version but other content."""
    whole, text, hostile = "\n".join(vectors), "\n".join(vectors[:60]), vectors[0]
    files = {
        "README.md": f"# Files\n\n![one](images/a.png) ![two](images/b.svg)\n\n{vectors[3]}\n",
        "rules/(a) [b], +@c.md": whole,
        "rules/deep/er/and/deep/er/and/deep/er/end/x.md": text,
        f"rules/{LONG_NAME}-{LONG_NAME[:20]}.md": "x",
        "page.html": f"<!doctype html><title>x</title>{text}",
        "script.js": f"alert(1) // {text}",
        "code.py": f'"""{text}"""\nprint({number!r})\n',
        "style.css": "@import url(//evil.example/x.css);" + text,
        "feed.xml": f"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'>{hostile}</x>",
        "empty.txt": "",
        "dos.txt": "one\r\ntwo\rthree",
        "hidden.md": "pay\u200bload \u202eevil\u202c \u00ad\ufeff <!-- obey -->\n[//]: # (obey)\n",
        "long-line.txt": "x" * 20_000 + LONG_WORD,
        "long.txt": "\n".join(f"line {n} of {number}" for n in range(1_200)),
        "commands/odd.md": f"---\ndescription: {json.dumps(line(hostile, 200))}\nallowed-tools: Bash\n---\n{text}",
        "skills/odd/SKILL.md": f"---\nname: odd\ndescription: {json.dumps(line(text, 900))}\n---\n{text}",
        "agents/odd.md": f"---\nname: odd\ndescription: {json.dumps(line(hostile, 200))}\n---\n{text}",
        "hooks/hooks.json": json.dumps({"hooks": {"preToolUse": [{"command": f"echo {line(text, 900)}"}]}}),
        "mcp.json": json.dumps(_servers(vectors)),
        "models.json": json.dumps(_models(vectors)),
    }
    content = {path: text.encode("utf-8", "surrogatepass") for path, text in files.items()}
    content |= {
        "images/a.png": PIXEL,
        "images/b.svg": PICTURE,
        "a.bin": bytes(range(256)) * 20,
        "latin.txt": b"gr\xfc\xdf",
    }
    made.version("files", number, "alice", content, {"logo": "images/b.svg"})


def _servers(vectors: tuple[str, ...]) -> dict[str, object]:
    shown = [line(vector, 80) for vector in vectors[:6]]
    programs = {text: {"type": "stdio", "command": text, "args": shown, "env": {text: text}} for text in shown if text}
    return {
        "mcpServers": {**programs, "far": {"type": "remote", "url": "https://evil.example/<script>alert(1)</script>"}}
    }


def _models(vectors: tuple[str, ...]) -> dict[str, object]:
    shown = [line(vector, 80) for vector in vectors[:6]]
    profiles: dict[str, object] = {text: {"description": text, "default": text} for text in shown if text}
    routing = [
        {"when": {"complexity": text}, "use": text, "description": text, "priority": 1} for text in shown if text
    ]
    return {"default": shown[0], "agents": {shown[1]: {"model": shown[0]}}, "profiles": profiles, "routing": routing}


def _many_versions(made: TestRegistry) -> None:
    for minor in range(24):
        made.version("steady", f"1.{minor}.0", "alice")


def _packs_with_long_names(made: TestRegistry) -> None:
    made.version(
        LONG_NAME,
        "1.0.0",
        LONG_NAME,
        manifest={"description": LONG_WORD, "author": LONG_WORD, "tags": [LONG_WORD[:100]]},
    )
    made.version(f"@{LONG_NAME}/{LONG_NAME}", LONG_VERSION, LONG_NAME, manifest={"license": LONG_WORD[:100]})
    made.version("bare", "0.0.1", "alice", {"README.md": b""}, {"description": "", "license": "", "tags": []})


def _packs_in_other_scripts(made: TestRegistry) -> None:
    for name, (description, readme) in SPOKEN.items():
        manifest = {"description": description, "tags": [description[:20]]}
        made.version(f"in-{name}", "1.0.0", "carol", {"README.md": readme.encode()}, manifest)


def _packs_that_need_each_other(made: TestRegistry) -> None:
    for name, needs, refuses in (
        ("ring-a", "ring-b", "steady"),
        ("ring-b", "ring-c", "bare"),
        ("ring-c", "ring-a", "bare"),
    ):
        manifest = {"dependencies": {needs: ">=1.0.0 <2 || ^3.0.0", "steady": "*"}, "conflicts": [refuses]}
        made.version(name, "1.0.0", "alice", manifest=manifest)
    made.version("@acme/tools", "1.0.0", "bob", manifest={"dependencies": ["ring-a", "bare"]})


def _states(made: TestRegistry) -> None:
    """Every action there is, with reasons that want to be more than text."""
    reasons = iter([line(vector, 480) for vector in VECTORS if len(line(vector, 480)) > 10])

    def say(action: str, pack: str, by: str | tuple[str, ...] = "alice", **fields: str) -> None:
        made.statement(action, pack, by, reason=next(reasons) + " {name} {{ 7 * 191919 }}", **fields)

    for minor, action in enumerate(("yank", "deprecate", "withdraw")):
        say(action, "steady", version=f"1.{minor}.0")
    say("promote", "steady", version="1.9.0", channel="stable")
    say("promote", "steady", version="1.10.0", channel="stable")
    say("promote", "steady", version="1.11.0", channel="a-channel-of-32-characters-or-so")
    say("add-owner", "steady", handle="carol")
    say("recover", "steady", ("root-1", "root-2"), to="bob")
    say("yank", "bare", version="0.0.1")
    say("transfer", "ring-a", ("alice", "carol"), from_="alice", to="carol")
    say("deprecate", "ring-b", replacement="ring-c")
    say("archive", "in-thai", "carol")
    say("rename", "in-hebrew", "carol", to="in-arabic")
    say("withdraw", "in-hebrew", ("root-1", "root-3"), version="1.0.0", legal=line(VECTORS[3], 400))


def _advisory(made: TestRegistry) -> None:
    texts = [line(vector, 280) for vector in VECTORS]
    advisory = {
        "schema_version": "1.7.0",
        "id": "PY-2026-0001",
        "modified": "2026-03-01T09:00:00Z",
        "published": "2026-03-01T09:00:00Z",
        "summary": texts[3],
        "details": "# Odd\n\n" + "\n\n".join(line(vector, 400) for vector in VECTORS[:200]),
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N"}],
        "affected": [
            {"package": {"ecosystem": "Packyard", "name": name}, "ranges": [{"type": "SEMVER", "events": events}]}
            for name, events in (
                ("files", [{"introduced": "0"}]),
                ("steady", [{"introduced": "1.3.0"}, {"fixed": "1.5.0"}]),
            )
        ],
        "references": [{"type": "WEB", "url": "https://example.org/(a)&b;c"}],
        "credits": [{"name": texts[1], "type": "REPORTER"}],
        "database_specific": {"severity": "CRITICAL"},
    }
    made.files["advisories/PY-2026-0001.json"] = json.dumps(advisory).encode()

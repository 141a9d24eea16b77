"""Packs as honest people write them: updates of a known pack that are accepted, most without a word."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.gate.redteam.bed import FEATURES, Attempt, Change, accepted, enter


def kit(files: Mapping[str, bytes | str | None]) -> Change:
    """The next version of the pack with everything, with some files changed."""
    data = {path: each.encode() if isinstance(each, str) else each for path, each in files.items()}
    return lambda bed: bed.kit(data)


def manifest(fields: Mapping[str, object]) -> Change:
    """The same, with some fields of the manifest changed."""
    return lambda bed: bed.kit(manifest=fields)


WORDS = {
    "emoji": (
        "# \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 Family\n\n\u2764\ufe0f "
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f 1\ufe0f\u20e3 "
        "\U0001f44d\U0001f3fd \u2714\ufe0f\n"
    ),
    "persian": (
        "# \u0631\u0627\u0647\u0646\u0645\u0627\n\n\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 "
        "\u06a9\u0647 \u0646\u0627\u0645\u200c\u0647\u0627 \u0631\u0648\u0634\u0646 \u0628\u0627\u0634\u0646\u062f"
        ".\n"
    ),
    "hindi": (
        "# \u0928\u093f\u092f\u092e\n\n\u0915\u094d\u200d\u0937 \u0930\u094d\u200d\u092f "
        "\u0936\u094d\u0930\u0940\u092e\u093e\u0928\u094d\u200c \u0928\u093e\u092e \u0938\u093e\u092b\u093c "
        "\u0930\u0916\u0947\u0902\u0964\n"
    ),
    "chinese": (
        "# \u89c4\u5219\n\n\u51fd\u6570\u8981\u77ed\uff0c\u547d\u540d\u8981\u6e05\u695a\u3002\u3000\u4e0d\u8981\u91cd"
        "\u590d\u3002\n"
    ),
    "japanese": "# \u898f\u5247\n\n\u95a2\u6570\u306f\u77ed\u304f\u3001\u845b\U000e0100\u57ce\u3002\n",
    "arabic": (
        "# \u0642\u0648\u0627\u0639\u062f\n\n\u0627\u0643\u062a\u0628 \u062f\u0648\u0627\u0644 "
        "\u0642\u0635\u064a\u0631\u0629 \u200f(API)\u200f \u0648\u0627\u0636\u062d\u0629.\n"
    ),
    "hebrew": (
        "# \u05db\u05dc\u05dc\u05d9\u05dd\n\n\u05db\u05ea\u05d5\u05d1 \u200e\u2066README.md\u2069 \u05e7\u05e6\u05e8.\n"
    ),
    "thai": (
        "# \u0e01\u0e0e\n\n\u0e40\u0e02\u0e35\u0e22\u0e19\u200b\u0e1f\u0e31\u0e07\u0e01\u0e4c\u0e0a\u0e31\u0e19\u200b"
        "\u0e2a\u0e31\u0e49\u0e19\n"
    ),
    "vietnamese": (
        "# Quy t\u1eafc\n\nVi\u1ebft h\u00e0m ng\u1eafn, \u0111\u1eb7t t\u00ean r\u00f5 r\u00e0ng. Vie\u0302\u0323t\n"
    ),
    "mathematics": (
        "# Units\n\n\u2200x\u2208\u211d: x\u00b2\u202f\u2265\u202f0, 5\u00a0kg, \u221e, \u2192, \U0001d465\n"
    ),
    "box_drawing": (
        "# Tree\n\n```\n\u251c\u2500\u2500 src\n\u2502   \u2514\u2500\u2500 main.py\n\u2514\u2500\u2500 "
        "README.md\n```\n"
    ),
    "german_with_a_mark_in_front": "\ufeff# Regeln\n\nF\u00fcr gro\u00dfe \u00c4nderungen.\n",
    "windows_lines": "# Style\r\n\r\n- Prefer small functions.\r\n",
    "long_line": "# Style\n\n" + "Prefer small functions, and name them well. " * 3000 + "\n",
    "table": "# Style\n\n| Do | Do not |\n|---|---|\n| `x = 1` | `x=1` |\n",
    "no_line_end": "# Style\n\nPrefer small functions.",
    "greek_and_cyrillic": (
        "# \u03b1, \u03b2\n\n\u041f\u0438\u0448\u0438\u0442\u0435 \u043a\u043e\u0440\u043e\u0442\u043a\u043e; "
        "\u03bb-calculus, \u0394t.\n"
    ),
}
for _name, _text in WORDS.items():
    enter(
        f"words in {_name}",
        kit({"rules/one.md": _text, "README.md": _text + "\n\nFor teams.\n"}),
        "accept",
        "cost-grew",
    )

TAUGHT = {
    "git": "# Commits\n\n```bash\ngit add -A\ngit commit -m 'fix: name'\ngit push origin HEAD\n```\n",
    "tests": "# Tests\n\nRun `npm test`, `pytest -q` or `cargo test --all` before you commit.\n",
    "docker": (
        "# Containers\n\n```dockerfile\nFROM python:3.12-slim\nRUN pip install --no-cache-dir "
        "-r requirements.txt\n```\n"
    ),
    "deletion": "# Clean\n\nRemove the build folder with `rm -rf build/ dist/`.\n",
    "kubernetes": "# Deploy\n\n```sh\nkubectl get pods -n web\nkubectl rollout undo deployment/web\n```\n",
    "sql": "# Migrations\n\n```sql\nALTER TABLE users ADD COLUMN name text;\n-- DROP TABLE old;\n```\n",
    "curl_of_an_api": (
        '# API\n\n```bash\ncurl -s https://api.example.com/v1/users -H "Authorization: Bearer $API_TOKEN" | jq .\n```\n'
    ),
    "environment": (
        "# Settings\n\nCopy `.env.example` to `.env` and fill in `DATABASE_URL=postgres://user:password@localhost/"
        "app`.\n"
    ),
    "python": "# Numbers\n\n```python\nfor x in eval_set:\n    print(model.eval(x))\n```\n",
    "powershell": "# Windows\n\n```powershell\nGet-ChildItem -Recurse | Where-Object Length -gt 1MB\n```\n",
}
for _name, _text in TAUGHT.items():
    enter(f"prompt teaches {_name}", kit({"commands/do.md": _text}), "accept", "new-mention")

MADE_UP = {
    "placeholder": "export OPENAI_API_KEY=YOUR_API_KEY\n",
    "amazon_s_own_example": (
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
    ),
    "dots": "ANTHROPIC_API_KEY=sk-ant-...\nGITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
    "variables": "password: ${DB_PASSWORD}\ntoken: {{ secrets.TOKEN }}\napi_key = os.environ['API_KEY']\n",
    "angles": 'api_key: <your-api-key>\nclient_secret = "<CLIENT_SECRET>"\n',
    "local_password": "POSTGRES_PASSWORD: postgres\nREDIS_URL=redis://localhost:6379/0\n",
    "hashes": (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\ncommit "
        "3dd7eecdfdaf89df5e913515535f29cd7bb2104d\n"
    ),
    "integrity": (
        "integrity sha512-oRdxKXC1vX1Q2bfRXyM1V2d1y5Lqk0m8bFjC1n1dVtV0xw7n5a2JfHk0c8Qm3R6tL9sYbZp4wE7uTgHhNnMmKw==\n"
    ),
    "identifier": "id: 7d444840-9dc0-11d1-b245-5ffdce74fad2\n",
    "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0nYzv5wq7m3k0m8bFjC1n1dVtV0xw7n5a2JfHk0c8Q me@example.org\n",
    "token_of_a_lesson": "Authorization: Bearer eyJhbGciOi...\n",
}
for _name, _text in MADE_UP.items():
    enter(f"made up secret {_name}", kit({"rules/keys.md": f"# Keys\n\n```\n{_text}```\n"}), "accept")


@accepted()
def features_and_their_listing_taken_away(bed: Attempt) -> None:
    bed.kit({"mcp.json": None}, {"features": [each for each in FEATURES if each != "mcp"]})


UPDATES: Mapping[str, Mapping[str, bytes | str | None]] = {
    "readme alone": {"README.md": "# Kit\n\nNow with better documentation.\n"},
    "html in the readme": {
        "README.md": (
            '<p align="center"><img src="logo.png" alt="Kit" width="200"></p>\n\n# Kit\n\n<details><summary>More</summ'
            "ary>\n\nText.\n\n</details>\n\n<br>\n"
        )
    },
    "badges in the readme": {
        "README.md": (
            "# Kit\n\n[![CI](https://github.com/a/b/actions/workflows/ci.yml/badge.svg)](https://github.com/a/b)\n"
        )
    },
    "table of contents in the readme": {
        "README.md": "# Kit\n\n<!-- toc -->\n\n- [Use](#use)\n\n<!-- tocstop -->\n\n## Use\n\nUse it.\n"
    },
    "changed rule": {"rules/one.md": "# Style\n\n- Prefer small functions.\n- Test what you change.\n"},
    "new rule": {"rules/two.md": "# Tests\n\n- Write them first.\n"},
    "new command": {"commands/test.md": "---\ndescription: Run the tests\n---\n\nRun the tests and read what fails.\n"},
    "new agent": {"agents/writer.md": "---\nname: writer\ndescription: Writes\ntools: Read\n---\n\nYou write.\n"},
    "new skill": {"skills/style/SKILL.md": "---\nname: style\ndescription: How we write\n---\n\n# Style\n\nShort.\n"},
    "skill with scripts": {
        "skills/notes/scripts/log.py": "#!/usr/bin/env python3\nimport sys\nprint(sys.argv)\n",
        "skills/notes/references/format.md": "# Format\n\nOne line each.\n",
    },
    "fields of skills": {
        "skills/notes/SKILL.md": (
            '---\nname: notes\ndescription: "Writes notes: short, exact"\nlicense: MIT\nmetadata:\n'
            '  version: "1.1"\n---\n\n# Notes\n\nRead.\n'
        )
    },
    "changed script of a hook": {"hooks/lint.sh": "#!/bin/sh\nset -eu\nruff check --quiet .\n"},
    "server in its next version": {
        "mcp.json": json.dumps(
            {"mcpServers": {"tickets": {"command": "npx", "args": ["-y", "@acme/tickets-mcp@1.4.3"]}}}
        )
    },
    "model profiles": {
        "models.json": json.dumps(
            {
                "default": "anthropic/claude-sonnet-4-5",
                "profiles": {
                    "a": {"default": "openai/gpt-5"},
                    "b": {"extends": "a", "small": "anthropic/claude-haiku-4-5"},
                    "c": {"extends": "b", "agents": {"tester": {"model": "google/gemini-2.5-pro", "temperature": 0.2}}},
                },
                "routing": [{"when": {"budget": "minimal"}, "use": "a", "priority": 5}],
            }
        )
    },
    "image": {"assets/logo.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40},
    "font": {"assets/font.woff2": b"wOF2\0\1\0\0" + bytes(range(255, -1, -1)) * 40},
    "drawing": {
        "assets/flow.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9"/></svg>\n'
    },
    "empty file": {"assets/.keep": b""},
    "examples": {
        "examples/app.py": "import os\n\nTOKEN = os.environ['TOKEN']\n",
        "examples/app.ts": "export const x = 1;\n",
    },
    "ignore list": {"ignore": "node_modules/\n*.log\n.env\n*.pem\n"},
    "many documents": {f"docs/{number}.md": f"# Page {number}\n\nText.\n" for number in range(300)},
    "large document": {"docs/book.md": "# Book\n\n" + "A sentence of some length that says little.\n" * 20_000},
}
for _name, _files in UPDATES.items():
    _codes = ("script-changed",) if "script" in _name else ()
    enter(f"update with {_name}", kit(_files), "accept", *_codes)


@accepted()
def pack_described_in_yaml(bed: Attempt) -> None:
    folder = bed.kit()
    del bed.files[f"{folder}/pack.json"]
    about = (
        "name: kit\nversion: 1.1.0\ndescription: >\n  Everything that a team needs, folded\n"
        "  over two lines.\nlicense: MIT\ntags: [kit]\ntargets: '*'\nfeatures: '*'\n"
    )
    bed.files[f"{folder}/pack.yaml"] = about.encode()
    bed.sign(folder, "alice", "kit 1.1.0")


MANIFESTS: Mapping[str, Mapping[str, object]] = {
    "dependency by range": {"dependencies": {"hello": "^1.0.0 || ^2.0.0"}},
    "dependency by name": {"dependencies": ["hello"]},
    "dependency on an organisation's pack": {"dependencies": {"@acme/tools": "~1.0.0"}},
    "dependency on a chain": {"dependencies": {"top": ">=1.0.0 <2"}},
    "conflict": {"conflicts": ["trick"]},
    "licence of two": {"license": "Apache-2.0 OR MIT"},
    "author as text": {"author": "Jos\u00e9 \u00c1lvarez <jose@example.org>"},
    "home": {"homepage": "https://example.org/kit", "repository": "https://github.com/alice/kit"},
    "targets": {"targets": ["claudecode", "cursor", "opencode"]},
    "description in chinese": {
        "description": (
            "\u56e2\u961f\u9700\u8981\u7684\u4e00\u5207\uff1a\u89c4\u5219\u3001\u547d\u4ee4\u3001\u4ee3\u7406"
        )
    },
    "description with emoji": {"description": "Everything a team needs \U0001f680"},
}
for _name, _about in MANIFESTS.items():
    enter(f"manifest with {_name}", manifest(_about), "accept")

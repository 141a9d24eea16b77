"""Secrets that were left in a pack, in odd places and in other spellings. All are made up anew by a fixed seed."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from hashlib import shake_256

from tests.gate.redteam.bed import Attempt, Change, enter

_ALPHABET = string.ascii_letters + string.digits
_HEX = "0123456789abcdef"


def _made(name: str, length: int, alphabet: str = _ALPHABET) -> str:
    """Characters that are a function of a name and look like chance."""
    return "".join(alphabet[byte % len(alphabet)] for byte in shake_256(name.encode()).digest(length))


def _pem(kind: str) -> str:
    body = base64.encodebytes(shake_256(kind.encode()).digest(400)).decode().replace("\n", "")
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return "\n".join((f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"))


def _in(path: str, data: bytes | str) -> Change:
    whole = data.encode() if isinstance(data, str) else data

    def change(bed: Attempt) -> None:
        bed.kit({path: whole})

    return change


GITHUB = "ghp_" + _made("github", 36)
AMAZON = "AKIA" + _made("amazon", 16, string.ascii_uppercase + "234567")

for _name, _text in {
    "of_github": GITHUB,
    "of_github_fine": f"github_pat_{_made('a', 22)}_{_made('b', 59)}",
    "of_gitlab": "glpat-" + _made("gitlab", 20),
    "of_amazon": AMAZON,
    "of_amazon_in_full": f"aws_secret_access_key = {_made('secret', 40, _ALPHABET + '/+')}",
    "of_anthropic": "sk-ant-api03-" + _made("anthropic", 93) + "AA",
    "of_openai": f"sk-proj-{_made('o', 74)}T3BlbkFJ{_made('p', 74)}",
    "of_google": "AIza" + _made("google", 35),
    "of_slack": f"xoxb-{_made('s', 12, string.digits)}-{_made('t', 12, string.digits)}-{_made('u', 24)}",
    "of_stripe": "sk_live_" + _made("stripe", 24),
    "of_npm": "npm_" + _made("npm", 36),
    "of_pypi": "pypi-AgEIcHlwaS5vcmc" + _made("pypi", 150),
    "of_huggingface": "hf_" + _made("hf", 34, string.ascii_letters),
    "of_sendgrid": f"SG.{_made('v', 22)}.{_made('w', 43)}",
    "of_digitalocean": "dop_v1_" + _made("do", 64, _HEX),
    "of_age": "AGE-SECRET-KEY-1" + _made("age", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "key": _pem("PRIVATE KEY"),
    "key_of_rsa": _pem("RSA PRIVATE KEY"),
    "key_of_ssh": _pem("OPENSSH PRIVATE KEY"),
    "key_of_pgp": _pem("PGP PRIVATE KEY BLOCK"),
}.items():
    enter(f"secret {_name}", _in("rules/keys.md", f"# Keys\n\n{_text}\n"), "reject", "secret")

_SPELT: dict[str, Callable[[str], bytes]] = {
    "in wide characters": lambda text: text.encode("utf-16"),
    "in wider characters": lambda text: text.encode("utf-32"),
    "in base64": lambda text: base64.b64encode(f"token={text}\nuser=me\n".encode()),
    "in escapes": lambda text: (
        json.dumps("".join(f"\\u{ord(each):04x}" for each in text)).replace("\\\\", "\\").encode()
    ),
    "among zeros": lambda text: b"\0\1\2" + text.encode() + b"\0\xff",
    "in an image": lambda text: b"\x89PNG\r\n\x1a\n\0\0\0\x30tEXtkey\0" + text.encode(),
    "at the end of three megabytes": lambda text: b"x y\n" * 750_000 + text.encode(),
}
for _name, _spell in _SPELT.items():
    enter(f"secret {_name}", _in("assets/data.bin", _spell(GITHUB)), "reject", "secret")

_PLACES = """
    README.md LICENSE .env .npmrc docs/a/b/c.txt hooks/lint.sh plugins/greet.js ignore assets/logo.png
    skills/notes/scripts/x.py SHA256SUMS.bak
"""
for _path in _PLACES.split():
    enter(f"secret in {_path}", _in(_path, f"x {GITHUB}\n"), "reject", "secret")


def _secret_server(bed: Attempt) -> None:
    server = {"command": "npx", "args": ["-y", "@acme/tickets-mcp@1.4.2"], "env": {"GITHUB_TOKEN": GITHUB}}
    bed.kit({"mcp.json": json.dumps({"mcpServers": {"tickets": server}}).encode()})


enter("secret of a server", _secret_server, "reject", "secret")
enter("secret in the manifest", lambda bed: bed.kit(manifest={"x-token": GITHUB}), "reject", "secret")

for _name, _text in {
    "password": f'password = "{_made("pw", 18)}"',
    "key in json": json.dumps({"api_key": _made("json", 32)}),
    "bearer": f"Authorization: Bearer {_made('bearer', 40)}",
    "database": f"postgres://admin:{_made('db', 20)}@db.prod.acme.io:5432/main",
}.items():
    enter(f"likely secret {_name}", _in("rules/keys.md", f"# Keys\n\n{_text}\n"), "review", "secret-likely")

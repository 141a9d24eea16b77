r"""Secrets that somebody is about to publish, in the raw bytes of every file.

Every file is read as bytes, whatever its name says. Before that, what merely spells the same is brought to one form
(`packyard.gate.respelled`): escapes, the NULs of UTF-16 and UTF-32, pieces of a literal, base64 around a secret. Then
it is looked through for private keys, for tokens of known issuers (`packyard.gate.patterns`), for passwords as programs
keep them (`packyard.gate.credentials`), and for literals that a name calls secret (`packyard.gate.assigned`).

A known form in full is a sure secret and blocks; a likely one needs a person's eye. Nothing that is found is shown
beyond its first four characters, or a quarter of it if that is less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from packyard.errors import Problem
from packyard.gate.assigned import literals
from packyard.gate.credentials import kept
from packyard.gate.patterns import Token, entropy, made_up, tokens
from packyard.gate.respelled import unwrapped, views
from packyard.gate.values import Candidate, ContentCheck

CODES = ("secret", "secret-likely")

#: No more problems than this are shown of one file.
MOST = 20


class Secret(NamedTuple):
    """A secret that was found: what it is, on which line, what may be shown of it, and whether it is one for sure."""

    kind: str
    line: int
    shown: str
    sure: bool


_PEM = re.compile(rb"-{4,5} ?BEGIN ((?:[A-Z0-9]{1,12} ){0,4})PRIVATE KEY(?: BLOCK)? ?-{4,5}")
_MATERIAL = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_PUTTY = re.compile(rb"PuTTY-User-Key-File-\d: [^\r\n]{1,100}")
_JWK = re.compile(rb'"d"[ \t\r\n]{0,40}:[ \t\r\n]{0,40}"([\w-]{40,1000})"')


def check(candidate: Candidate) -> Iterator[Problem]:
    """Every secret in every file of the version, at most `MOST` a file, the sure ones first."""
    for name, data in candidate.content.files.items():
        found = scan(data)
        yield from (_problem(candidate.content.at(name), secret) for secret in found[:MOST])
        if len(found) > MOST:
            code = "secret" if found[MOST].sure else "secret-likely"
            yield Problem(code, candidate.content.at(name), f"more than {MOST} secrets, of which the rest is not shown")


CHECKS: tuple[ContentCheck, ...] = (ContentCheck("secrets", CODES, check),)


def scan(data: bytes) -> tuple[Secret, ...]:
    """What looks like a secret in `data`: sure ones first, then by line, at most `MOST` and one more of each sort."""
    sure: dict[bytes, Secret] = {}
    likely: dict[bytes, Secret] = {}
    for view in views(data):
        for hit in chain(_sure(view), _unwrapped(view), kept(view), literals(view)):
            if len(sure) > MOST:
                break
            found = sure if hit.sure else likely
            if len(found) <= MOST and not any(hit.value in known or known in hit.value for known in (*sure, *likely)):
                line = view.count(b"\n", 0, hit.start) + 1
                found[hit.value] = Secret(hit.kind, line, _shown(hit.value), hit.sure)
    return tuple(sorted({**sure, **likely}.values(), key=lambda secret: (not secret.sure, secret.line)))


def _sure(data: bytes) -> Iterator[Token]:
    """Private keys, and tokens of known kinds that are not made up; a token that may be is only likely."""
    yield from _private_keys(data)
    yield from tokens(data)


def _private_keys(data: bytes) -> Iterator[Token]:
    if b"PRIVATE KEY" in data:
        for match in _PEM.finditer(data):
            body = data[match.end() : match.end() + 600].partition(b"---")[0]
            material = b"".join(_MATERIAL.findall(body))
            if len(material) >= 32 and entropy(material) > 4 and (len(material) > 200 or not made_up(body)):
                yield Token(f"a private key ({match[1].decode()}PRIVATE KEY)", material, match.start(), True)
    if b"Private-Lines:" in data:
        for match in _PUTTY.finditer(data):
            yield Token("a PuTTY private key", match[0], match.start(), True)
    if b'"kty"' in data:
        for match in _JWK.finditer(data):
            yield Token("a private JSON Web Key", match[1], match.start(), True)


def _unwrapped(data: bytes) -> Iterator[Token]:
    """Sure secrets inside base64 or hexadecimal digits, at the place where these begin."""
    inside = unwrapped(data)
    for token in _sure(inside.data):
        yield token._replace(kind=f"{token.kind}, encoded", start=inside.origin(token.start))


def _shown(value: bytes) -> str:
    head = value[: min(4, len(value) // 4)].decode("ascii", "replace")
    return f"{head}… ({len(value)} characters)"


def _problem(path: str, secret: Secret) -> Problem:
    if secret.sure:
        hint = "revoke it where it was issued, take it out, and let whoever installs the pack set their own"
        return Problem(
            "secret", path, f"{secret.kind}, for everyone to read", secret.line, found=secret.shown, help=hint
        )
    hint = "if it is real, revoke it and take it out; if it is an example, let it say so, as YOUR_API_KEY does"
    return Problem("secret-likely", path, f"this looks like {secret.kind}", secret.line, found=secret.shown, help=hint)

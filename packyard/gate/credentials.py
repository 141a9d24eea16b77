"""Passwords in the forms in which programs keep them: in addresses, `.netrc`, `.pgpass`, the settings of Docker.

    https://alice:PASSWORD@git.acme.io/x.git                 an address
    machine git.acme.io login alice password PASSWORD        .netrc, on one line or on three
    db.acme.io:5432:orders:alice:PASSWORD                    .pgpass
    {"auths": {"ghcr.io": {"auth": "YWxpY2U6UEFTU1dPUkQ="}}}  Docker, in base64
    alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=                   htpasswd, a hash

The form says that there is a password, so an ordinary one counts as well; but documentation is full of addresses such
as `postgres://user:password@localhost`: the usual words, and hosts that nobody has, are none.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Iterator

from packyard.gate.assigned import ELSEWHERE, USUAL, irregular
from packyard.gate.patterns import Token, made_up

_URL = re.compile(rb"://([^\s/:@\"'`<>]{1,64}):((?:(?![\"'`/<>@])[!-~]){4,128})@([\w.\[-]{1,253}+)")
#: Hosts that stand for another, and those that only one machine or network knows.
_NO_HOST = re.compile(
    rb"(?:[\w-]+\.)*(?:example|localhost|test|local|invalid|host|hostname|domain|server|yourdomain|mydomain|company|site)"
    rb"(?:\.[a-z]{2,8})?|[^.]*|[\d.]+|\[.*",
    re.IGNORECASE,
)
_NETRC = re.compile(
    rb"\bmachine\s{1,40}+\S{1,253}+\s{1,40}+login\s{1,40}+\S{1,100}+\s{1,40}+password\s{1,40}+(\S{4,128})"
)
_PGPASS = re.compile(rb"^[\w.*-]{1,253}+:(\d{4,5}|\*):[\w*-]{1,64}+:[\w*-]{1,64}+:([!-~]{4,128})\r?$", re.MULTILINE)
_DOCKER = re.compile(rb'"auth"\s{0,40}:\s{0,40}"([A-Za-z0-9+/]{8,1000}={0,2})"')
_SHA = re.compile(rb":\{SHA\}([A-Za-z0-9+/]{27}=)")
#: A name in capitals or angle brackets, a variable, a word that says what belongs here.
_NAMED = re.compile(
    rb"(?-i:[A-Z_]{4,}[0-9]?)|my[-_]?\w*|\W*|(?:db|api|git|bot|some|the)?[-_]?(?:pass|pw|key|token|auth)[a-z_-]*\d?",
    re.IGNORECASE,
)
_LEAST = 4


def kept(data: bytes) -> Iterator[Token]:
    """The passwords in `data` in one of these forms, less those that stand for another; none of them is sure."""
    for match in _URL.finditer(data):
        if irregular(match[2], 6) or (_meant(match[2]) and not _NO_HOST.fullmatch(match[3])):
            yield Token("a password in an address", match[2], match.start(2), False)
    for match in _NETRC.finditer(data) if b"machine" in data else ():
        if _meant(match[1]):
            yield Token("a password of .netrc", match[1], match.start(1), False)
    for match in _PGPASS.finditer(data):
        if irregular(match[2], 6) or (match[1] == b"5432" and _meant(match[2])):
            yield Token("a password of .pgpass", match[2], match.start(2), False)
    for match in _DOCKER.finditer(data) if b'"auth"' in data else ():
        user, colon, password = a2b_base64(match[1] + b"=" * (-len(match[1]) % 4)).partition(b":")
        if user.isascii() and colon and _meant(password):
            yield Token("a password of Docker", match[1], match.start(1), False)
    for match in _SHA.finditer(data) if b"{SHA}" in data else ():
        yield Token("the hash of a password", match[1], match.start(1), False)


def _meant(password: bytes) -> bool:
    """Whether a password is more than the usual words, and no name for one."""
    core = USUAL.sub(b"", password)
    return len(core) >= _LEAST and not (made_up(password) or ELSEWHERE.match(password) or _NAMED.fullmatch(password))

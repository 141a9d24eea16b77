"""Hosts: with whom a text would talk.

    hosts("curl https://user@API.example.org:8443/v1/x")        gives api.example.org on line 1

Names of schemas and namespaces are addresses that nobody asks for anything, and the machine itself is not a host.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from packyard.gate.running.lines import Lines

_URL = re.compile(
    r"\b(?:https?|wss?|ftp|ssh|git|git\+https|git\+ssh)://(?:[^\s/@\"'`]{0,100}@)?"
    r"(\[[0-9A-Fa-f:.]{2,45}\]|[^\s\"'`<>()\[\]{}|\\^;,/?#@:]{1,253})([^\s\"'`<>()\[\]{}|\\^;,]{0,60})",
    re.IGNORECASE,
)
_GIT = re.compile(r"(?<![\w@.-])git@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}):")
_SOCKET = re.compile(r"/dev/(?:tcp|udp)/([A-Za-z0-9.-]{1,253})/")
_HOST = re.compile(
    r"(?:[a-z0-9_][a-z0-9_-]{0,62}\.){1,20}[a-z][a-z0-9-]{1,62}\.?|[\d.]{7,15}|0x[0-9a-f]{8}|\d{8,10}|\[.*\]"
)
_SELF = re.compile(r"127\.[\d.]+|0\.0\.0\.0|(?:.*\.)?localhost|host\.docker\.internal|\[::1?\]")
#: Addresses that are the names of something.
_NAMES = re.compile(
    r"(?:www\.w3\.org|json-schema\.org|json\.schemastore\.org|schema\.org|spdx\.org|ns\.adobe\.com|creativecommons\.org"
    r"|schemas\.(?:microsoft\.com|openxmlformats\.org|xmlsoap\.org)|www\.apache\.org/licenses|opensource\.org/licenses"
    r"|purl\.org/(?:dc|rss))(?:/|$)"
)
_SCHEMA = re.compile(r"\$schema[\"']?\s{0,4}[:=]\s{0,4}[\"']?$")
#: Options of programs that fetch whose value is no host.
_WITH_VALUE = "-o -d -H -X -A -F -T -e -b -c -w -m -p -i -u -O --output --data"
_VALUED = frozenset(_WITH_VALUE.split())


class Host(NamedTuple):
    """A host, in lower case and without port, and the line on which it is named first."""

    name: str
    line: int


def hosts(text: str, line: int = 1) -> tuple[Host, ...]:
    """The hosts of the addresses in a text whose first line has this number, in the order of their names."""
    lines = Lines(text, line)
    first: dict[str, int] = {}
    for name, place in _named(text):
        first.setdefault(name, lines.at(place))
    return tuple(Host(name, first[name]) for name in sorted(first))


def bare_hosts(words: Iterable[str]) -> Iterator[str]:
    """The hosts in the words of a command that talks to some, where they stand without a scheme: `curl x.example/i`."""
    for before, word in pairwise(words):
        place = word.split("/", 1)[0].rpartition("@")[2].partition(":")[0].lower()
        if before not in _VALUED and not word.startswith("-") and _is_host(place):
            yield place


def _named(text: str) -> Iterator[tuple[str, int]]:
    for url in _URL.finditer(text):
        host = url[1].lower()
        is_name = _NAMES.match(host + url[2]) or _SCHEMA.search(text, max(0, url.start() - 20), url.start())
        if _is_host(host) and not is_name:
            yield host.strip("[]."), url.start()
    for pattern in (_GIT, _SOCKET):
        for other in pattern.finditer(text):
            if _is_host(other[1].lower()):
                yield other[1].lower(), other.start()


def _is_host(name: str) -> bool:
    return bool(_HOST.fullmatch(name)) and not _SELF.fullmatch(name)

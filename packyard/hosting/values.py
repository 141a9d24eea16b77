"""What a host is told, and the headers that are the same everywhere."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from packyard.formats import layout

#: Requests in a minute: without a token, and with one.
ANONYMOUS, TOKEN = 100, 1000

#: Text of fewer bytes is sent as it is: it would be one packet anyway.
COMPRESSED = 1000

#: Headers of every answer: a type is what it is said to be, and nobody learns what somebody read.
EVERYWHERE = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))

#: Of pages. The same stands in the pages themselves, for hosts that send none; a header can also forbid framing.
PAGE_POLICY = f"{layout.POLICY}; frame-ancestors 'none'"
#: Of all else: a stranger's file that somebody opens by itself runs nothing and belongs to no site.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

#: For pages of others, which may read and nothing else (https://fetch.spec.whatwg.org/#http-cors-protocol).
CORS_METHODS = "GET, HEAD"
CORS_REQUEST = "Authorization, If-Modified-Since, If-None-Match, Range"
CORS_RESPONSE = "Content-Range, ETag, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
CORS_SECONDS = 86_400


def policy(content_type: str) -> str:
    """The Content-Security-Policy of what has this type."""
    return PAGE_POLICY if content_type.startswith("text/html") else FILE_POLICY


class Host(NamedTuple):
    """A site to be served: the registry's name, its address and those of its mirrors, each with a slash at its end;
    pairs of a renamed pack and the one that carries on; and the folder that the server is to serve.
    """

    origin: str
    url: str
    mirrors: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    root: str

    @property
    def name(self) -> str:
        """The registry's name as part of a file's name."""
        return self.origin.replace("/", "-")

    @property
    def word(self) -> str:
        """The registry's name as part of a variable's name."""
        return re.sub(r"[^a-z0-9]", "_", self.origin)

    @property
    def server(self) -> str:
        """The host of the address."""
        return urlsplit(self.url).hostname or ""

    @property
    def base(self) -> str:
        """The path of the address, with a slash at its end."""
        return urlsplit(self.url).path or "/"

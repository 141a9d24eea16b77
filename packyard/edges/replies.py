"""What HTTP says in headers: what to ask for, whether a reply is that, and where a redirect may lead (RFC 9110)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from packyard.edges.transport import Origin, origin_of
from packyard.errors import NotFound, PackyardError, WorldError
from packyard.formats.fields import shown

_ADDRESS_LIMIT = 2_000

#: No file was changed earlier, whatever its time says.
_REAL_TIMES = 1_000_000_000

_ETAG = re.compile(r'(W/)?"[!#-~]{0,200}"')
_STRONG = re.compile(r'"[!#-~]{0,200}"')
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
_SECONDS = re.compile(r"[0-9]{1,9}")


class Reply(NamedTuple):
    """A server's answer, its body as it is after decoding; `encoded` when it is still in an encoding."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str
    encoded: bool = False

    def demand_whole(self) -> None:
        """Return when the body is the whole file. Raises `NotFound` and `WorldError`."""
        if self.status != 200:
            raise refusal(self.status, self.address)

    def rest(self, start: int) -> bytes | None:
        """What follows the first `start` bytes, when the reply is exactly that (RFC 9110, 14.4 and 15.5.17)."""
        said = self.headers.get("content-range", "")
        if self.status == 416:
            return b"" if said == f"bytes */{start}" else None
        match = _RANGE.fullmatch(said)
        if not match or self.encoded:
            return None
        first, last, size = map(int, match.groups())
        return self.body if (first, last + 1, size) == (start, start + len(self.body), last + 1) else None

    def validators(self) -> tuple[str, str]:
        """The entity tag and the time of the last change, each "" if there is none.

        Neither counts when the file changed in the second of the reply, in which it may change again unseen (RFC 9110,
        8.8.2.2), nor when the time is one that tools give to every file that they write.
        """
        etag, modified = self.headers.get("etag", ""), self.headers.get("last-modified", "")
        if modified:
            at, now = _timestamp(modified), _timestamp(self.headers.get("date", ""))
            if at is None or now is None or now - at < 1 or at < _REAL_TIMES:
                return "", ""
        return (etag if _ETAG.fullmatch(etag) else ""), (modified if len(modified) < 40 else "")


def asking(start: int, etag: str = "", modified: str = "") -> dict[str, str]:
    """The headers that ask for what follows `start` bytes, or for what is not known yet. What is known of a file that
    is continued must be a strong entity tag (RFC 9110, 13.1.5).
    """
    if start and not etag + modified:
        return {"Range": f"bytes={start}-"}
    if start:
        return {"Range": f"bytes={start}-", "If-Range": etag} if _STRONG.fullmatch(etag) else {}
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    return {name: value for name, value in asked.items() if value}


def redirected(address: str, reply: Reply, allowed: frozenset[Origin], plain: Callable[[str], str]) -> str:
    """Where the reply from an address redirects to; `plain` takes out of a text what may not be shown. Raises
    `WorldError` when a redirect may not lead there.
    """
    location = reply.headers.get("location", "")
    try:
        target = urljoin(address, location).partition("#")[0]
    except ValueError:
        target = ""
    asked = target.isprintable() and len(target) <= _ADDRESS_LIMIT
    found, here = origin_of(target) if asked else None, origin_of(address)
    if not found or not {found, _upgraded(found)} & allowed:
        message, expected = "a redirect leads elsewhere", "this server, or a mirror that the registry names"
    elif here and here.scheme == "https" != found.scheme:
        message, expected = "a redirect leads from https to http", "https"
    else:
        return target
    to = shown(plain(target.partition("?")[0])) if found else "no http(s) address"
    raise WorldError("redirect-refused", message, path=reply.address, expected=expected, found=to)


def _upgraded(found: Origin) -> Origin | None:
    """The http server whose https side this is, by the ports that are usual."""
    return Origin("http", found.host, 80) if found.scheme == "https" and found.port == 443 else None


def encoding(headers: Mapping[str, str], address: str) -> str:
    """How the body of a reply from an address is encoded: "" not at all, "gzip", or a word that is not known."""
    said = headers.get("content-encoding", "").strip().lower().removeprefix("x-")
    coded = headers.get("transfer-encoding", "").strip().lower()
    if coded not in ("", "chunked", "identity"):
        return coded
    own = said == "gzip" and urlsplit(address).path.endswith(".gz")
    return "" if own or said == "identity" else said


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that a server wants to be left alone (RFC 9110, 10.2.3), 0 when it says nothing."""
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return int(said)
    at = _timestamp(said)
    return max(at - time.time(), 0.0) if at is not None else 0.0


def _timestamp(text: str) -> float | None:
    """The time that a header says."""
    try:
        return parsedate_to_datetime(text[:40]).timestamp()
    except (ValueError, OverflowError):
        return None


def refusal(status: int, address: str) -> PackyardError:
    """What a status other than success means."""
    if status in (404, 410):
        return NotFound("file-missing", "the file is missing", path=address)
    if status == 403:  # what storage without a listing says of missing files
        hint = "a private registry needs a token: PACKYARD_TOKEN"
        return NotFound("file-forbidden", "the file is missing, or not for everybody", path=address, help=hint)
    if status == 401:
        hint = "set PACKYARD_TOKEN, or PACKYARD_TOKEN_NAME for the registry NAME"
        return WorldError("access-denied", "the server wants to know who asks", path=address, help=hint)
    return WorldError("network-failed", f"the server answered {status}", path=address)

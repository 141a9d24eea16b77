"""Sites at addresses: http and https through urllib3, `file:` and plain paths as folders. Every read has a limit."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from packyard.edges.store import FolderSite
from packyard.errors import NotFound, UsageError, WorldError
from packyard.protocols import Reader

if TYPE_CHECKING:
    from urllib3 import PoolManager

CONNECT_SECONDS, READ_SECONDS, RETRIES = 10, 30, 3
CHUNK = 65_536


class WebSite:
    """A site behind an http(s) address, as a `Reader`. Connections are kept and reused."""

    def __init__(self, url: str) -> None:
        self.name = url.rstrip("/")

    @cached_property
    def _pool(self) -> PoolManager:
        import urllib3

        retry = urllib3.Retry(total=RETRIES, backoff_factor=0.3, status_forcelist=(429, 502, 503, 504), redirect=3)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        return urllib3.PoolManager(retries=retry, timeout=timeout, headers={"User-Agent": "packyard"})

    def read(self, path: str, limit: int) -> bytes:
        """A file's bytes. A redirect away from https is refused with any other failure of the world."""
        from urllib3.exceptions import HTTPError

        address = f"{self.name}/{quote(path, safe='/@+~')}"
        try:
            response = self._pool.request("GET", address, preload_content=False, decode_content=False)
            try:
                if response.status in (404, 410):
                    raise NotFound("file-missing", "the file is missing", path=address)
                if response.status != 200:
                    raise WorldError("network-failed", f"the server answered {response.status}", path=address)
                data = b"".join(_bounded(response.stream(CHUNK), limit, address))
            finally:
                response.release_conn()
        except HTTPError as error:
            raise WorldError("network-failed", "the address cannot be read", path=address, found=str(error)) from None
        return data


def _bounded(parts: Iterable[bytes], limit: int, address: str) -> list[bytes]:
    found, size = list[bytes](), 0
    for part in parts:
        size += len(part)
        if size > limit:
            raise WorldError("too-large", "the file is too large", path=address, expected=f"at most {limit} bytes")
        found.append(part)
    return found


def open_site(place: str) -> Reader:
    """The site at an address or in a folder."""
    parts = urlsplit(place)
    if parts.scheme in ("http", "https"):
        return WebSite(place)
    folder = Path(unquote(parts.path)) if parts.scheme == "file" else Path(place)
    if not folder.is_dir():
        raise UsageError(
            "site-missing", "there is no site at this place", path=place, expected="a folder or an http(s) URL"
        )
    return FolderSite(folder)

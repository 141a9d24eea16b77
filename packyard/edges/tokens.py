"""Tokens for registries that are not for everybody, from the environment:

    PACKYARD_TOKEN_NAME              for the registry NAME, in capitals and with `_` for `-`
    ORI_REGISTRY_NAME_TOKEN          the same
    PACKYARD_TOKEN                   for the default registry
    ORI_REGISTRY_TOKEN               the same

The first that is set counts. A token is sent as `Authorization: Bearer` (RFC 6750) to scheme, host and port of its
registry's own address and to no other, be it a mirror or the target of a redirect; never without TLS, except on this
machine. No text that is shown has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from packyard.edges.transport import Origin, origin_of
from packyard.errors import UsageError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TOKEN = re.compile(r"[!-~]{1,4000}")


class Token(NamedTuple):
    """A token, and the only server that gets it."""

    origin: Origin
    secret: str

    def __repr__(self) -> str:
        return f"Token({self.origin.host})"

    def headers(self, address: str) -> dict[str, str]:
        """The header that a request to this address has because of the token, if any."""
        return {"Authorization": f"Bearer {self.secret}"} if origin_of(address) == self.origin else {}


def find_token(name: str, url: str, environ: Mapping[str, str], *, default: bool) -> Token | None:
    """The token for the registry `name` at `url`; `default` says whether it is the default registry.

    None when there is none, or `url` is not on the web. Raises `UsageError` when it could not be sent safely.
    """
    word = name.upper().replace("-", "_")
    variables = [f"PACKYARD_TOKEN_{word}", f"ORI_REGISTRY_{word}_TOKEN"] if word else []
    variables += ["PACKYARD_TOKEN", "ORI_REGISTRY_TOKEN"] if default else []
    variable = next((each for each in variables if environ.get(each, "").strip()), "")
    origin = origin_of(url)
    if not variable or origin is None:
        return None
    if origin.scheme != "https" and origin.host not in _LOOPBACK:
        message, hint = "a token is sent over https only", f"give the registry an https address, or unset {variable}"
        raise UsageError("usage-wrong", message, path=url, expected="https", found=origin.scheme, help=hint)
    secret = environ[variable].strip()
    if not _TOKEN.fullmatch(secret):
        expected = "printable ASCII without spaces"
        raise UsageError("usage-wrong", f"{variable} is not a token", expected=expected, help="correct or unset it")
    return Token(origin, secret)

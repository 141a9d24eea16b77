"""Where a repository is: what git pushes to, and what a forge's pages and its API call it.

    https://github.com/acme/packs.git      git@github.com:acme/packs.git      ssh://git@example.org:2222/acme/packs
    https://example.org:3000/acme/packs    ../packs.git                       file:///srv/packs.git

User and password of an address are for git alone: nothing here keeps them.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from packyard.errors import FormatError

FORGES = ("github", "gitlab", "gitea", "none")

_WEB, _REMOTE = ("http", "https"), ("http", "https", "ssh", "git")
#: The hosts of forges, and names that people give to hosts of their own forges.
_HOSTS = {"github.com": "github", "gitlab.com": "gitlab", "codeberg.org": "gitea"}
_NAMES = {"github": "github", "gitlab": "gitlab", "gitea": "gitea", "forgejo": "gitea", "codeberg": "gitea"}
#: Where ssh is served on the port of https, for networks that let nothing else out.
_SSH_HOSTS = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}

_SCP = re.compile(r"(?:[^@/:\s]+@)?([A-Za-z0-9.-]+):(?!//)(\S+)")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_IN_WEB = re.compile(r"(https?://)[^/\s]{1,2000}@", re.IGNORECASE)
_PROJECT = re.compile(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+")


class Address(NamedTuple):
    """A repository's place. `host` is "" for one on this machine; `port` counts for web addresses only; `path` is
    OWNER/REPO as forges say it, or where the repository is on this machine.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def web(self) -> str:
        """The address of the forge's pages, without a slash at its end."""
        port = f":{self.port}" if self.port and self.scheme in _WEB else ""
        return f"{'http' if self.scheme == 'http' else 'https'}://{self.host}{port}"

    @property
    def owner(self) -> str:
        """Whose the repository is: a user, an organisation, or groups of them."""
        return self.path.rpartition("/")[0]

    @property
    def shown(self) -> str:
        """The address for people, without a user or a password."""
        return f"{self.host}/{self.path}" if self.host else self.path


def parse_address(text: str) -> Address:
    """The place that an address of git names. Raises `FormatError` `remote-invalid`."""
    if not text or text.startswith("-") or "::" in text or not text.isprintable():
        raise _refused(text)
    if "://" not in text:
        return _of_scp(text) or Address("file", "", 0, text)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        raise _refused(text) from None
    if parts.scheme == "file" and not host and parts.path:
        return Address("file", "", 0, unquote(parts.path))
    if parts.scheme not in _REMOTE or not _HOST.fullmatch(host) or len(parts.path) < 2:
        raise _refused(text)
    return Address(parts.scheme, _SSH_HOSTS.get(host, host), port, _path(parts.path))


def _of_scp(text: str) -> Address | None:
    """`[user@]host:path`, which is ssh; a colon behind a slash belongs to a path of this machine."""
    match = _SCP.fullmatch(text)
    host = match[1].lower() if match else ""
    return Address("ssh", _SSH_HOSTS.get(host, host), 0, _path(match[2])) if match else None


def without_user(text: str) -> str:
    """The text without the users and passwords of the web addresses in it; ssh needs its user, which is no secret."""
    return _IN_WEB.sub(r"\1", text)


def _path(text: str) -> str:
    return unquote(text).strip("/").removesuffix(".git").rstrip("/")


def _refused(text: str) -> FormatError:
    expected = "such as https://host/owner/repo, git@host:owner/repo, or a folder"
    shown = re.sub(r"//[^/]*@", "//", text)
    return FormatError("remote-invalid", "not the address of a repository", expected=expected, found=ascii(shown)[1:-1])


def parse_project(text: str, near: Address) -> Address:
    """The repository OWNER/REPO on the forge of `near`. Raises `FormatError` `remote-invalid`."""
    if not near.host or not _PROJECT.fullmatch(text) or ".." in text:
        expected = "OWNER/REPO, on the forge of the remote"
        raise FormatError("remote-invalid", "not a repository of a forge", expected=expected, found=ascii(text)[1:-1])
    return near._replace(path=text.removesuffix(".git"))


def format_address(address: Address, like: str) -> str:
    """The text by which git finds `address`, in the form that `like` has for another repository of the same host."""
    if "://" not in like:
        return f"{like.partition(':')[0]}:{address.path}.git"
    start, _, rest = like.partition("://")
    return f"{start}://{rest.partition('/')[0]}/{address.path}.git"


def forge_of(address: Address) -> str:
    """One of `FORGES`, by the name of the host; "none" when it tells nothing."""
    if address.host.endswith(".ghe.com"):
        return "github"
    return _HOSTS.get(address.host) or (_NAMES.get(address.host.partition(".")[0], "none") if address.host else "none")


def github_api(address: Address) -> str:
    """The base of GitHub's API for a repository; on other hosts than GitHub's own it is that of an Enterprise Server,
    see https://docs.github.com/en/enterprise-server/rest/quickstart.
    """
    if address.host == "github.com" or address.host.endswith(".ghe.com"):
        return f"https://api.{address.host}"
    return f"{address.web}/api/v3"

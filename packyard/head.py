"""The head of a site, for those who go on from it: its newest snapshot, when all that vouches for it holds.

The first trust file is signed by its own root keys, each further one by those of the one before and its own, and the
snapshot by a key that the last one names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from packyard.errors import BadKey, BadSignature, FormatError, NotFound
from packyard.formats import layout, minisign, snapshot, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.protocols import Reader
from packyard.registry import Trust
from packyard.trust import verify_snapshot, verify_trust

T = TypeVar("T")


class Head(NamedTuple):
    """A verified snapshot, and the newest of the trust files that lead to it."""

    snapshot: Snapshot
    trust: Trust


def read_head(site: Reader, root_key: str = "") -> Head:
    """The head of a site; its age is not looked at. `root_key`, if given, is one that the first trust file
    names and that has signed it.

    Raises `NotFound` when a file is missing, `BadSignature` when one does not verify, `BadKey` for another root key.
    """
    text = site.read(layout.SNAPSHOT, snapshot.LIMIT)
    stated = attempt(site, layout.SNAPSHOT, snapshot.parse_snapshot, text)
    trust: Trust | None = None
    for number in range(1, stated.trust + 1):
        path = f"{layout.TRUST}{number}.json"
        trust = _read_trust(site, path, stated.origin, trust)
        if number == 1 and root_key and not (root_key in trust.root_keys and _signatures(site, path, [root_key])):
            found = ", ".join(trust.root_keys)
            raise BadKey(
                "trust-pinned", "the root key is another, or has not signed", path=path, expected=root_key, found=found
            )
    assert trust is not None
    signature = site.read(layout.SNAPSHOT_SIGNATURE, minisign.LIMIT)
    return Head(attempt(site, layout.SNAPSHOT_SIGNATURE, verify_snapshot, text, signature, trust), trust)


def _read_trust(site: Reader, path: str, origin: str, before: Trust | None) -> Trust:
    text = site.read(path, trustfile.LIMIT)
    stated = attempt(site, path, trustfile.parse_trust, text)
    keys = dict.fromkeys((*stated.root_keys, *(before.root_keys if before else ())))
    return attempt(site, path, verify_trust, text, _signatures(site, path, keys), origin, before)


def _signatures(site: Reader, path: str, keys: Iterable[str]) -> dict[str, bytes]:
    """The signatures of a trust file that are there, by KEYID."""
    found = {}
    for key in map(minisign.parse_public_key, keys):
        try:
            found[key.key_id] = site.read(f"{path}.{key.key_id}.minisig", minisign.LIMIT)
        except NotFound:
            continue
    return found


def attempt(site: Reader, path: str, check: Callable[..., T], *arguments: object) -> T:
    """What `check(*arguments)` gives; a `FormatError` that it raises becomes a `BadSignature` about the file `path`."""
    try:
        return check(*arguments)
    except FormatError as error:
        fields = error.at(f"{site.name}/{path}")._asdict()
        raise BadSignature(fields.pop("code"), fields.pop("message"), **fields) from None

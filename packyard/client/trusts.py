"""The trust files of a site, from those that are known to the one that its snapshot names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packyard.client.refusals import attempt, refusal
from packyard.client.wanted import Files, Want, need
from packyard.errors import NotFound, Problem
from packyard.formats import layout, minisign, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.registry import Trust
from packyard.trust import verify_trust

#: More new trust files than this are refused: nobody renews roots so often.
MOST = 64


def read_trusts(
    files: Files, stated: Snapshot, known: tuple[bytes, ...], root_key: str, evidence: Mapping[str, bytes]
) -> tuple[bytes, ...]:
    """The texts of trust files 1 to `stated.trust`, `known` being the first of them; each new one is verified.

    Raises `Wanted`, and `TrustError`: a chain that goes back or is broken.
    """
    where = f"{files.name}/{layout.SNAPSHOT}"
    if not len(known) <= stated.trust <= len(known) + MOST:
        message = "the snapshot names a trust file that is not the newest one known, or one too far ahead"
        expected = f"{len(known)} or a few more"
        raise refusal(Problem("trust-older", where, message, 0, expected, str(stated.trust)), evidence)
    paths = [f"{layout.TRUST}{number}.json" for number in range(len(known) + 1, stated.trust + 1)]
    need(files, (Want(path, trustfile.LIMIT) for path in paths))
    texts = [(path, files.read(path, trustfile.LIMIT)) for path in paths]
    chain = [trustfile.parse_trust(text) for text in known]
    chain += [attempt(f"{files.name}/{path}", evidence, trustfile.parse_trust, text) for path, text in texts]
    need(files, _signature_wants(chain, len(known), root_key))
    for number, (path, text) in enumerate(texts, len(known)):
        before = chain[number - 1] if number else None
        signatures = _signatures(files, path, _keys(chain, number))
        attempt(f"{files.name}/{path}", {**evidence, path: text}, verify_trust, text, signatures, stated.origin, before)
        if number == 0 and root_key and _id(root_key) not in signatures:
            message = "the root key that was given has not signed the registry's first trust file"
            found = ", ".join(chain[0].root_keys)
            raise refusal(Problem("trust-pinned", f"{files.name}/{path}", message, 0, root_key, found), evidence)
    return (*known, *(text for _, text in texts))


def _signature_wants(chain: list[Trust], first: int, root_key: str) -> Iterable[Want]:
    for number in range(first, len(chain)):
        for key in _keys(chain, number):
            yield Want(f"{layout.TRUST}{number + 1}.json.{_id(key)}.minisig", minisign.LIMIT)


def _keys(chain: list[Trust], number: int) -> Iterable[str]:
    """The root keys that may have signed the trust file at `number`, counted from 0."""
    before = chain[number - 1].root_keys if number else ()
    return dict.fromkeys((*before, *chain[number].root_keys))


def _signatures(files: Files, path: str, keys: Iterable[str]) -> dict[str, bytes]:
    """Those that are there, by KEYID."""
    found = {}
    for key in keys:
        try:
            found[_id(key)] = files.read(f"{path}.{_id(key)}.minisig", minisign.LIMIT)
        except NotFound:
            continue
    return found


def _id(key: str) -> str:
    return minisign.parse_public_key(key).key_id

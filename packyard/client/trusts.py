"""The trust files of a site, from those that are known to the one that its snapshot names."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from packyard.client.refusals import attempt, refusal
from packyard.client.wanted import Files, Want, Wanted, need
from packyard.errors import FormatError, NotFound, Problem
from packyard.formats import layout, minisign, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.registry import Trust
from packyard.trust import verify_trust

#: More new trust files than this are refused: nobody renews roots so often. So many are fetched before they are
#: verified: each may name two hundred keys, and every key may have signed.
MOST, AT_ONCE = 256, 16


def read_trusts(files: Files, stated: Snapshot, known: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The texts of trust files 1 to `stated.trust`, `known` being the first of them; each new one is verified.

    Raises `Wanted`, and `TrustError`: a chain that goes back or is broken.
    """
    if not len(known) <= stated.trust <= len(known) + MOST:
        where, message = (
            f"{files.name}/{layout.SNAPSHOT}",
            "the snapshot names an older trust file, or one too far ahead",
        )
        expected = f"{len(known) or 1} or a few more"
        raise refusal(Problem("trust-older", where, message, 0, expected, str(stated.trust)))
    texts = list(known)
    before = trustfile.parse_trust(known[-1]) if known else None
    while len(texts) < stated.trust:
        first = len(texts) + 1
        for number, text in _fetched(files, range(first, min(first + AT_ONCE, stated.trust + 1)), before):
            before = _verified(files, number, text, stated.origin, before)
            texts.append(text)
    return tuple(texts)


def verify_root(files: Files, text: bytes, key: str) -> None:
    """Returns when the first trust file names this root key, and the key has signed it. Raises `Wanted`,
    `TrustError`.
    """
    path, first = _path(1), trustfile.parse_trust(text)
    message = "the root key that was given does not stand behind the registry's first trust file"
    refused = Problem("trust-pinned", f"{files.name}/{path}", message, 0, key, ", ".join(first.root_keys))
    if key not in first.root_keys:
        raise refusal(refused, {path: text})
    try:
        data = files.read(_signature_path(1, key), minisign.LIMIT)
    except NotFound:
        raise refusal(refused, {path: text}) from None
    where = f"{files.name}/{_signature_path(1, key)}"
    attempt(where, {path: text}, _verify, text, data, key, f"{first.origin} trust 1")


def _fetched(files: Files, numbers: range, before: Trust | None) -> list[tuple[int, bytes]]:
    """Some trust files by number, none of them verified, with all their signatures at hand."""
    found, wants = list[tuple[int, bytes]](), list[Want]()
    for number in numbers:
        try:
            text = files.read(_path(number), trustfile.LIMIT)
        except Wanted as wanted:
            wants += wanted.wants
            before = None
            continue
        stated = attempt(f"{files.name}/{_path(number)}", {_path(number): text}, trustfile.parse_trust, text)
        wants += (Want(_signature_path(number, key), minisign.LIMIT) for key in _signers(stated, before))
        found.append((number, text))
        before = stated
    need(files, wants)
    return found


def _verified(files: Files, number: int, text: bytes, origin: str, before: Trust | None) -> Trust:
    path, signatures = _path(number), dict[str, bytes]()
    signers = {_id(key): key for key in _signers(trustfile.parse_trust(text), before)}
    for key_id, key in signers.items():
        with suppress(NotFound):
            signatures[key_id] = files.read(_signature_path(number, key), minisign.LIMIT)
    try:
        return verify_trust(text, signatures, origin, before)
    except FormatError as error:
        for key_id, data in signatures.items():  # one of them may be what is wrong
            where = f"{files.name}/{_signature_path(number, signers[key_id])}"
            attempt(where, {path: text}, _verify, text, data, signers[key_id], f"{origin} trust {number}")
        raise refusal(error.at(f"{files.name}/{path}"), {path: text}) from None


def _verify(text: bytes, signature: bytes, key: str, comment: str) -> None:
    minisign.verify(text, minisign.parse_signature(signature), minisign.parse_public_key(key), comment)


def _signers(stated: Trust, before: Trust | None) -> Iterable[str]:
    """The root keys that may have signed a trust file."""
    return dict.fromkeys((*(before.root_keys if before else ()), *stated.root_keys))


def _path(number: int) -> str:
    return f"{layout.TRUST}{number}.json"


def _signature_path(number: int, key: str) -> str:
    return f"{_path(number)}.{_id(key)}.minisig"


def _id(key: str) -> str:
    return minisign.parse_public_key(key).key_id

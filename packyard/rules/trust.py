"""The trust files in a registry's source, as they came in history: each is signed by the roots of the one before it.

    trust/2.json                              the second trust file
    trust/2.json.58A0C4F1B2D39E67.minisig     the signature of one root key over it

They are no events, but what root keys sign (`recover`, `withdraw` for legal reasons) is judged by the newest that was
there at the time. See `packyard.formats.trustfile` for what they say, and `packyard.trust` for how one is verified.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping

from packyard.errors import FormatError, Problem
from packyard.formats import trustfile
from packyard.formats.minisign import parse_public_key
from packyard.history import FILES, SOURCE, differing, unknown
from packyard.protocols import Source
from packyard.registry import Trust
from packyard.rules.authority import FILE_LIMIT
from packyard.trust import verify_trust

FOLDER = f"{SOURCE}/trust"
_NAME = re.compile(r"([1-9][0-9]{0,6})\.json(?:\.([0-9A-F]{16})\.minisig)?")


def follow_trust(
    source: Source, folder: str, origin: str, known: tuple[Trust, ...]
) -> tuple[tuple[Trust, ...], list[Problem]]:
    """The trust files in the tree `folder` ("" for none) that go on from those that are `known`, as far as they verify;
    and a problem for each known one that is not there any more, or says something else.
    """
    files = _read(source, folder)
    problems = [
        Problem("immutable-changed", f"{FOLDER}/{trust.number}.json", "a trust file was changed or removed")
        for trust in known
        if _parsed(files.get(f"{trust.number}.json", b"")) != trust
    ]
    chain = list(known)
    with contextlib.suppress(FormatError):
        while f"{len(chain) + 1}.json" in files:
            chain.append(_next(files, origin, chain))
    return tuple(chain[len(known) :]), problems


def check_trust(source: Source, old: str, new: str, origin: str) -> Iterator[Problem]:
    """What is wrong with the trust files in the tree `new` that are not in the tree `old` ("" for none): entries that
    are neither trust files nor signatures of one, files that do not verify, and changes of what was there.
    """
    files = _read(source, new)
    chain, wrong = _chain(files, origin)
    yield from wrong
    for name, before, after in differing(source, old, new):
        match = _NAME.fullmatch(name)
        if before is not None:
            yield Problem(
                "immutable-changed", f"{FOLDER}/{name}", "a trust file or its signature was changed or removed"
            )
        elif after is not None and not (match and after.mode in FILES and f"{match[1]}.json" in files):
            yield from unknown(f"{FOLDER}/{name}", after, "is neither N.json nor N.json.KEYID.minisig")
        elif match and match[2] and int(match[1]) <= len(chain) and match[2] not in _signers(chain, int(match[1])):
            message = "the signature is by no root key of this trust file or of the one before it"
            yield Problem("key-unknown", f"{FOLDER}/{name}", message, found=match[2])


def _chain(files: Mapping[str, bytes], origin: str) -> tuple[list[Trust], list[Problem]]:
    """The trust files, each verified by the one before it, and what is wrong with the first that is not good."""
    numbers = sorted(int(name.removesuffix(".json")) for name in files if name.endswith(".json"))
    chain = list[Trust]()
    for number in numbers:
        try:
            if number != len(chain) + 1:
                message = "the trust files are not numbered one by one"
                raise FormatError("trust-invalid", message, expected=f"{len(chain) + 1}.json")
            chain.append(_next(files, origin, chain))
        except FormatError as error:
            return chain, [error.at(f"{FOLDER}/{number}.json")]
    return chain, []


def _next(files: Mapping[str, bytes], origin: str, chain: list[Trust]) -> Trust:
    """The trust file that goes on from `chain`. Raises `FormatError`."""
    name = f"{len(chain) + 1}.json"
    signatures = {
        path.split(".")[2]: data
        for path, data in files.items()
        if path.startswith(f"{name}.") and path.endswith(".minisig")
    }
    return verify_trust(files[name], signatures, origin, chain[-1] if chain else None)


def _signers(chain: list[Trust], number: int) -> set[str]:
    """The ids of the root keys that may sign the trust file `number`: its own, and those of the one before it."""
    either = chain[max(0, number - 2) : number]
    return {parse_public_key(key).key_id for trust in either for key in trust.root_keys}


def _read(source: Source, folder: str) -> dict[str, bytes]:
    """Trust files and their signatures; what is too large is neither."""
    found = dict[str, bytes]()
    for entry in source.tree(folder) if folder else ():
        if entry.mode in FILES and _NAME.fullmatch(entry.name):
            with contextlib.suppress(FormatError):
                found[entry.name] = source.blob(entry.oid, FILE_LIMIT)
    return found


def _parsed(text: bytes) -> Trust | None:
    try:
        return trustfile.parse_trust(text)
    except FormatError:
        return None

"""Which trust files a site carries: those of the source, signed offline, or one made for development.

A source without `trust/`, or a build without the registry's own keys, gets a development trust file: signed by a root
key made on this machine, and said to be so on every page. It names the source's root keys beside that one, so that what
they have signed can be judged on such a site too.

`follow_trust` reads the same files as they came in history: root keys count as of the commit in which they speak.
"""

from __future__ import annotations

import contextlib
import re
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from packyard.edges.keys import SigningKeys, development_root
from packyard.errors import FormatError, Problem, ProblemsFound, UsageError
from packyard.formats import note, trustfile
from packyard.formats.times import DAY, format_time
from packyard.history import FILES, SOURCE, TREE
from packyard.protocols import Source
from packyard.registry import Registry, Trust
from packyard.rules.authority import FILE_LIMIT
from packyard.trust import verify_trust

DEVELOPMENT_DAYS = 365

_NAME = re.compile(r"[1-9][0-9]{0,6}\.json(?:\.[0-9A-F]{16}\.minisig)?")


class Trustees(NamedTuple):
    """The newest trust file, all of them as files below `trust/`, and every verifier key the log ever had."""

    trust: Trust
    files: tuple[tuple[str, bytes], ...]
    vkeys: tuple[note.VerifierKey, ...]
    development: bool


def find_trust(
    source: Source, tree: str, registry: Registry, keys: SigningKeys, developers: Path, now: int
) -> Trustees:
    """The trust files of a source tree if it has any and the keys are the registry's own, else a development one."""
    folder = next((entry.oid for entry in source.tree(tree) if (entry.name, entry.mode) == ("trust", TREE)), "")
    if keys.development or not folder:
        followed, _ = follow_trust(source, folder, registry.origin, ())
        roots = tuple(dict.fromkeys(key for trust in followed for key in trust.root_keys))
        return _development(registry, keys, developers, now, roots)
    files = {entry.name: source.blob(entry.oid, FILE_LIMIT) for entry in source.tree(folder)}
    chain = _chain(files, registry.origin)
    newest = chain[-1]
    _must_name(newest, keys)
    listed = tuple((f"trust/{name}", data) for name, data in sorted(files.items()))
    return Trustees(newest, listed, tuple(note.parse_vkey(trust.log_vkey) for trust in reversed(chain)), False)


def follow_trust(
    source: Source, folder: str, origin: str, known: tuple[Trust, ...]
) -> tuple[tuple[Trust, ...], list[Problem]]:
    """The trust files in the tree `folder` ("" for none) that go on from those that are `known`, as far as they verify;
    and a problem for each known one that is not there any more, or says something else.
    """
    files = _read(source, folder) if folder else {}
    problems = [
        Problem("immutable-changed", f"{SOURCE}/trust/{trust.number}.json", "a trust file was changed or removed")
        for trust in known
        if _parsed(files.get(f"{trust.number}.json", b"")) != trust
    ]
    chain = list(known)
    while (text := files.get(f"{len(chain) + 1}.json")) is not None:
        try:
            signatures = _signatures(f"{len(chain) + 1}.json", files)
            chain.append(verify_trust(text, signatures, origin, chain[-1] if chain else None))
        except FormatError:
            break
    return tuple(chain[len(known) :]), problems


def _read(source: Source, folder: str) -> dict[str, bytes]:
    """Trust files and their signatures; what is too large is neither."""
    found = dict[str, bytes]()
    for entry in source.tree(folder):
        if entry.mode in FILES and _NAME.fullmatch(entry.name):
            with contextlib.suppress(FormatError):
                found[entry.name] = source.blob(entry.oid, FILE_LIMIT)
    return found


def _parsed(text: bytes) -> Trust | None:
    try:
        return trustfile.parse_trust(text)
    except FormatError:
        return None


def _signatures(name: str, files: dict[str, bytes]) -> dict[str, bytes]:
    """The signatures of a trust file by the id of their key."""
    return {
        path.split(".")[2]: data
        for path, data in files.items()
        if path.startswith(f"{name}.") and path.endswith(".minisig")
    }


def _chain(files: dict[str, bytes], origin: str) -> list[Trust]:
    """Every trust file verified by the one before it. Raises `ProblemsFound`."""
    chain = list[Trust]()
    for number in range(1, len(files) + 1):
        name = f"{number}.json"
        if name not in files:
            break
        try:
            chain.append(verify_trust(files[name], _signatures(name, files), origin, chain[-1] if chain else None))
        except FormatError as error:
            raise ProblemsFound([error.at(f"{SOURCE}/trust/{name}")]) from None
    if not chain:
        problem = FormatError("trust-invalid", "the folder has no 1.json").at(f"{SOURCE}/trust")
        raise ProblemsFound([problem])
    return chain


def _must_name(trust: Trust, keys: SigningKeys) -> None:
    held = ((keys.snapshot, trust.snapshot_keys, "snapshot"), (keys.attest, trust.attest_keys, "attest"))
    for signer, named, role in held:
        if signer.public_key not in named:
            raise UsageError(
                "keys-not-trusted",
                f"the {role} key is not one that trust/{trust.number}.json names",
                expected=" or ".join(named),
                found=signer.public_key,
            )
    log = note.format_vkey(note.vkey_of(keys.log, trust.log_origin))
    if log != trust.log_vkey:
        raise UsageError(
            "keys-not-trusted",
            "the log key is not the one that the trust file names",
            expected=trust.log_vkey,
            found=log,
        )


def _development(registry: Registry, keys: SigningKeys, developers: Path, now: int, roots: tuple[str, ...]) -> Trustees:
    """A trust file of this machine, kept while it names the same keys and has not expired."""
    root = development_root(developers)
    vkey = note.vkey_of(keys.log, registry.origin)
    trust = Trust(
        registry.origin,
        1,
        format_time(now + DEVELOPMENT_DAYS * DAY),
        (root.public_key, *roots),
        1,
        (keys.snapshot.public_key,),
        (keys.attest.public_key,),
        registry.origin,
        note.format_vkey(vkey),
        (),
        0,
    )
    others = f"-{sha256(repr(roots).encode()).hexdigest()[:8]}" if roots else ""
    path = developers / f"trust-{registry.origin}{others}.json"
    kept = _kept(path, trust, now)
    text = kept or trustfile.format_trust(trust)
    if not kept:
        path.write_bytes(text)
    signature = root.sign(text, f"{registry.origin} trust 1")
    files = (("trust/1.json", text), (f"trust/1.json.{root.key_id}.minisig", signature))
    return Trustees(trustfile.parse_trust(text), files, (vkey,), True)


def _kept(path: Path, wanted: Trust, now: int) -> bytes:
    try:
        text = path.read_bytes()
        found = trustfile.parse_trust(text)
    except (OSError, FormatError):
        return b""
    same = found._replace(expires=wanted.expires) == wanted
    return text if same and found.expires > format_time(now) else b""

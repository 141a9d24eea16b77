"""Which trust files a site carries: those of the source, signed offline, or one made for development.

A source without `trust/`, or a build without the registry's own keys, gets a development trust file: signed by a root
key made on this machine, and said to be so on every page. It names the source's root keys beside that one, so that what
they have signed can be judged on such a site too.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from packyard.edges.keys import SigningKeys, development_root
from packyard.errors import FormatError, ProblemsFound, UsageError
from packyard.formats import note, trustfile
from packyard.formats.times import DAY, format_time
from packyard.history import TREE
from packyard.protocols import Source
from packyard.registry import Registry, Trust
from packyard.rules.authority import FILE_LIMIT
from packyard.rules.trust import check_trust, follow_trust

DEVELOPMENT_DAYS = 365


class Trustees(NamedTuple):
    """The newest trust file, all of them as files below `trust/`, and every verifier key the log ever had."""

    trust: Trust
    files: tuple[tuple[str, bytes], ...]
    vkeys: tuple[note.VerifierKey, ...]
    development: bool


def find_trust(
    source: Source, tree: str, registry: Registry, keys: SigningKeys, developers: Path, now: int
) -> Trustees:
    """The trust files of a source tree if it has any and the keys are the registry's own, else a development one.

    Raises `ProblemsFound` when one of them is not good, and `UsageError` when they do not name the keys.
    """
    folder = next((entry.oid for entry in source.tree(tree) if (entry.name, entry.mode) == ("trust", TREE)), "")
    if problems := list(check_trust(source, "", folder, registry.origin)):
        raise ProblemsFound(problems)
    chain, _ = follow_trust(source, folder, registry.origin, ())
    if keys.development or not folder:
        roots = tuple(dict.fromkeys(key for trust in chain for key in trust.root_keys))
        return _development(registry, keys, developers, now, roots)
    files = {entry.name: source.blob(entry.oid, FILE_LIMIT) for entry in source.tree(folder)}
    newest = chain[-1]
    _must_name(newest, keys)
    listed = tuple((f"trust/{name}", data) for name, data in sorted(files.items()))
    return Trustees(newest, listed, tuple(note.parse_vkey(trust.log_vkey) for trust in reversed(chain)), False)


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

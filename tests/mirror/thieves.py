"""A registry whose online keys are stolen, used, and taken away by its roots."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from packyard import seal
from packyard.edges.keys import load_signer
from packyard.formats import checkpoint, entries, layout, note, trustfile
from packyard.formats.snapshot import Snapshot, parse_snapshot
from packyard.formats.tiles import Edge
from packyard.protocols import Signer
from tests.mirror.bed import Memory, Site
from tests.published import load
from tests.registry import ORIGIN, ROOTS, TestRegistry, signer, small
from tests.sites import built
from tests.test_lifecycle import secret_text


class Robbed(NamedTuple):
    """A site; what thieves of its snapshot and log keys made of it; and the site after its roots named other keys: the
    snapshot key alone, or the log key too, with a new log.
    """

    first: Site
    far: Site
    rekeyed: Site
    anew: Site


def robbed(folder: Path) -> Robbed:
    """Builds the registry three times."""
    registry, out = small(folder / "repo"), folder / "site"
    registry.trust()
    registry.commit("Root keys")
    built(registry.path, out, environ=_keys("snapshot", "log"), new_log=True)
    first = load(out)
    _rekey(registry, "snapshot-2", "log")
    built(registry.path, out, environ=_keys("snapshot-2", "log"))
    rekeyed = load(out)
    _rekey(registry, "snapshot-2", "log-2")
    built(registry.path, folder / "new" / "site", environ=_keys("snapshot-2", "log-2"), new_log=True)
    return Robbed(first, fast_forwarded(first), rekeyed, load(folder / "new" / "site"))


def _keys(snapshot: str, log: str) -> dict[str, str]:
    named = {"SNAPSHOT": snapshot, "LOG": log, "ATTEST": "attest"}
    return {f"PACKYARD_{role}_KEY": secret_text(name) for role, name in named.items()}


def _rekey(registry: TestRegistry, snapshot: str, log: str) -> None:
    """A further trust file, in which the roots name these keys."""
    number = sum(path.endswith(".json") for path in registry.files if path.startswith("trust/")) + 1
    made = registry.trust(number=number)
    named = note.format_vkey(note.vkey_of(signer(log), ORIGIN))
    made = made._replace(snapshot_keys=(signer(snapshot).public_key,), log_vkey=named)
    text, path = trustfile.format_trust(made), f"trust/{number}.json"
    registry.files[path] = text
    for name in ROOTS:
        registry.files[f"{path}.{signer(name).key_id}.minisig"] = signer(name).sign(text, f"{ORIGIN} trust {number}")
    registry.commit(f"Trust file {number}")


def fast_forwarded(site: Site, number: int = 10**12, keys: tuple[Signer, Signer] | None = None) -> Site:
    """The same site under a number that is far ahead, with the entry of the log to match, a minute later."""
    value = parse_snapshot(site[layout.SNAPSHOT])
    index = site[layout.INDEX].replace(b'"snapshot":%d,' % value.number, b'"snapshot":%d,' % number, 1)
    value = value._replace(issued=value.issued + 60, expires=value.expires + 60)
    value = value._replace(number=number, index_json=sha256(index).hexdigest())
    return sealed(site | {layout.INDEX: index}, value, *(keys or (signer("snapshot"), signer("log"))))


def sealed(site: Site, value: Snapshot, online: Signer, log: Signer) -> Site:
    """The site under another snapshot, of which the log then has the entry."""
    edge = Edge.load(value.log_size, value.log_root, lambda path, limit: Memory(site).read(layout.LOG + path, limit))
    digest = seal.Chain(*(digest for _, digest in value.sums)).digest
    grown = {layout.LOG + path: data for path, data in edge.append([entries.index_entry(value.number, digest)])}
    text, signature = seal.sign_snapshot(value._replace(log_size=edge.size, log_root=edge.root), online)
    head = checkpoint.format_checkpoint(checkpoint.Checkpoint(value.origin, edge.size, edge.root))
    signed = note.sign_note(head, log, value.origin)
    return site | grown | {layout.CHECKPOINT: signed} | dict(seal.heads(text, signature, signed))


def own_keys(keys: Path) -> tuple[Signer, Signer]:
    """The online keys in a folder."""
    return load_signer(str(keys / "snapshot.key")), load_signer(str(keys / "log.key"))

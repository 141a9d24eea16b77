"""Sites in memory with nothing but a head: trust files, a snapshot and a log of any entries, signed as by a registry.

    site = LogSite(["one", "two"], witnesses=("w1", "w2"), quorum=2)
    MemorySite(site.files)

Keys are functions of names (`tests.registry.signer`), so two sites with other entries are two forks of one log.
"""

from __future__ import annotations

from collections.abc import Sequence

from packyard.formats import checkpoint, layout, note, trustfile
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import Edge
from packyard.registry import Trust
from packyard.seal import sign_snapshot
from tests.registry import ORIGIN, signer

NOW = 1_780_000_000


def vkey(name: str) -> note.VerifierKey:
    """The verifier key of the witness with this short name."""
    return note.vkey_of(signer(name), f"{name}.witness.example/log", note.COSIGNATURE)


def trust_of(witnesses: Sequence[str] = (), quorum: int = 0, number: int = 1, log: str = "log") -> Trust:
    """A trust file's content, with the root key `root-1`."""
    named = tuple(note.format_vkey(vkey(name)) for name in witnesses)
    keys = [signer(name).public_key for name in ("root-1", "snapshot", "attest")]
    own = note.format_vkey(note.vkey_of(signer(log), ORIGIN))
    until = "2099-01-01T00:00:00Z"
    return Trust(ORIGIN, number, until, (keys[0],), 1, (keys[1],), (keys[2],), ORIGIN, own, named, quorum)


class LogSite:
    """A site with these log entries; `cut` leaves its snapshot at an earlier size. `extra` are further trust files."""

    def __init__(
        self,
        entries: Sequence[str],
        witnesses: Sequence[str] = (),
        quorum: int = 0,
        log: str = "log",
        extra: Sequence[Trust] = (),
        cut: int | None = None,
    ) -> None:
        chain = [trust_of(witnesses, quorum, 1, log), *extra]
        self.trust, self.files = chain[-1], dict[str, bytes]()
        edge, root, size = Edge(), b"", len(entries) if cut is None else cut
        for at, entry in enumerate(entries, 1):
            self.files |= {layout.LOG + path: data for path, data in edge.append([entry.encode()])}
            root = edge.root if at == size else root
        self.text = checkpoint.format_checkpoint(checkpoint.Checkpoint(ORIGIN, edge.size, edge.root))
        self.checkpoint = note.sign_note(self.text, signer(log), ORIGIN)
        self.files[layout.CHECKPOINT] = self.checkpoint
        for trust in chain:
            text, path = trustfile.format_trust(trust), f"trust/{trust.number}.json"
            self.files[path] = text
            signature = signer("root-1").sign(text, f"{ORIGIN} trust {trust.number}")
            self.files[f"{path}.{signer('root-1').key_id}.minisig"] = signature
        sums = ("0" * 64,) * 3
        self.snapshot = Snapshot(ORIGIN, 1, NOW, NOW + 86_400, self.trust.number, "0" * 40, size, root, *sums)
        text, signature = sign_snapshot(self.snapshot, signer("snapshot"))
        self.files |= {layout.SNAPSHOT: text, layout.SNAPSHOT_SIGNATURE: signature}

    def line(self, name: str, time: int = NOW) -> bytes:
        """The line of a witness over this site's checkpoint."""
        return line_of(self.text, name, time)


def line_of(text: str, name: str, time: int = NOW) -> bytes:
    """The line of a witness over the text of a checkpoint."""
    own = note.cosign(text, signer(name), vkey(name).name, time)
    return note.format_note(note.Note(text, (own,))).split(b"\n")[-2]


def numbered(count: int, fork_at: int | None = None) -> list[str]:
    """So many entries; from `fork_at` on they are those of another history."""
    return [f"entry {at}" + ("'" if fork_at is not None and at >= fork_at else "") for at in range(count)]

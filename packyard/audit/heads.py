"""What everything else hangs from: the trust files, the signed snapshot, and the signed head of the log.

Below a signature that does not hold nothing is judged, so each of these gives None when it cannot be believed.
"""

from __future__ import annotations

from collections.abc import Iterable

from packyard import trust as rules
from packyard.audit.reading import Reading
from packyard.errors import FormatError
from packyard.formats import bundle, layout, minisign, note, snapshot, trustfile
from packyard.formats.checkpoint import verify_checkpoint
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import format_time, parse_time
from packyard.registry import Trust


def read_trust(reading: Reading, number: int, pinned: Trust | None, root_key: str) -> tuple[Trust, ...] | None:
    """The trust files 1 to `number`, each verified by the one before; there may be none after them.

    `pinned` is one of them as it is known from elsewhere, `root_key` a minisign key that must have signed the first.
    """
    chain = list[Trust]()
    for each in range(1, number + 1):
        text = reading.read(layout.TRUST + f"{each}.json", trustfile.LIMIT)
        found = _trust(reading, each, text, chain, root_key) if text is not None else None
        if found is None:
            return None
        chain.append(found)
    if reading.find(layout.TRUST + f"{number + 1}.json", trustfile.LIMIT) is not None:
        path = layout.TRUST + f"{number + 1}.json"
        reading.report("snapshot-trust", path, "the snapshot does not know of this trust file", "", f"trust {number}")
    if pinned and (number < pinned.number or chain[pinned.number - 1] != pinned):
        path = layout.TRUST + f"{pinned.number}.json"
        reading.report("trust-pinned", path, "the trust file is not the one that was given to compare with")
        return None
    return tuple(chain)


def _trust(reading: Reading, number: int, text: bytes, chain: list[Trust], root_key: str) -> Trust | None:
    path = layout.TRUST + f"{number}.json"
    stated = reading.attempt(path, trustfile.parse_trust, text)
    if stated is None:
        return None
    before, origin = (chain[-1], chain[-1].origin) if chain else (None, stated.origin)
    keys = dict.fromkeys((*stated.root_keys, *(before.root_keys if before else ())))
    signatures = _signatures(reading, path, map(minisign.parse_public_key, keys))
    if signatures is None:
        return None
    if root_key and not chain and minisign.parse_public_key(root_key).key_id not in signatures:
        reading.report("trust-pinned", path, "the given root key has not signed the first trust file", root_key)
        return None
    if root_key and not chain and root_key not in stated.root_keys:
        reading.report("trust-pinned", path, "the first trust file does not name the given root key", root_key)
        return None
    return reading.attempt(path, rules.verify_trust, text, signatures, origin, before)


def _signatures(reading: Reading, path: str, keys: Iterable[minisign.PublicKey]) -> dict[str, bytes] | None:
    """The signature files of `path` that are there, by key; None when one of them is not as it should be."""
    found, sound = dict[str, bytes](), True
    for key in keys:
        name = f"{path}.{key.key_id}.minisig"
        data = reading.find(name, minisign.LIMIT)
        if data is not None:
            found[key.key_id] = data
            sound = _plain(reading, name, data) and sound
        elif name in reading.present:
            sound = False
    return found if sound else None


def _plain(reading: Reading, path: str, data: bytes) -> bool:
    """Whether a signature file says nothing that neither a signature nor a hash vouches for."""
    signature = reading.attempt(path, minisign.parse_signature, data)
    if signature is not None and signature.untrusted_comment != rules.UNTRUSTED:
        reading.report(
            "untrusted-comment",
            path,
            "the untrusted comment is not the usual one, and nobody vouches for what it says",
            rules.UNTRUSTED,
            signature.untrusted_comment,
            "sign again without -c",
        )
        return False
    return signature is not None


def parse_snapshot(reading: Reading) -> Snapshot | None:
    """What `SNAPSHOT` says, before anybody vouches for it."""
    text = reading.read(layout.SNAPSHOT, snapshot.LIMIT)
    return reading.attempt(layout.SNAPSHOT, snapshot.parse_snapshot, text) if text is not None else None


def verify_snapshot(reading: Reading, trust: Trust) -> Snapshot | None:
    """The snapshot, signed by a key that `trust` names."""
    text = reading.read(layout.SNAPSHOT, snapshot.LIMIT)
    signature = reading.read(layout.SNAPSHOT_SIGNATURE, minisign.LIMIT)
    if text is None or signature is None or not _plain(reading, layout.SNAPSHOT_SIGNATURE, signature):
        return None
    found = reading.attempt(layout.SNAPSHOT_SIGNATURE, rules.verify_snapshot, text, signature, trust)
    if found and found.trust != trust.number:
        reading.report(
            "snapshot-trust", layout.SNAPSHOT, "the snapshot names another trust file", trust.number, found.trust
        )
        return None
    return found


def check_expiry(reading: Reading, value: Snapshot, trust: Trust, now: int) -> None:
    """Problems of age: of the snapshot and of the newest trust file."""
    if value.expires <= now:
        _expired(reading, "snapshot-expired", layout.SNAPSHOT, value.expires, "run `packyard reseal`")
    if parse_time(trust.expires) <= now:
        path = layout.TRUST + f"{trust.number}.json"
        _expired(reading, "trust-expired", path, parse_time(trust.expires), "publish the next trust file")


def _expired(reading: Reading, code: str, path: str, expires: int, help: str) -> None:
    reading.report(code, path, f"it expired {format_time(expires)}", "a time to come", format_time(expires), help)


def verify_head(reading: Reading, value: Snapshot, trust: Trust) -> bool:
    """Whether the log's checkpoint is signed as `trust` demands and is about the log that the snapshot names. If so,
    the head in one file must be the files that it stands for, to the letter.
    """
    data, whole = reading.read(layout.CHECKPOINT, note.LIMIT), reading.read(layout.SNAPSHOT_BUNDLE, bundle.LIMIT)
    if data is None:
        return False
    before = len(reading.problems)
    reading.attempt(layout.CHECKPOINT, _check_head, data, value, trust)
    sound = len(reading.problems) == before
    text, signature = (reading.find(path, bundle.LIMIT) for path in (layout.SNAPSHOT, layout.SNAPSHOT_SIGNATURE))
    if sound and whole is not None and whole != (text or b"") + (signature or b"") + data:
        message = "the file is not the snapshot, its signature and the checkpoint one after the other"
        reading.report("bundle-differs", layout.SNAPSHOT_BUNDLE, message)
    return sound


def _check_head(data: bytes, value: Snapshot, trust: Trust) -> None:
    log, witnesses = note.parse_vkey(trust.log_vkey), [note.parse_vkey(text) for text in trust.witnesses]
    head = verify_checkpoint(data, log, witnesses, trust.quorum)
    known = {(key.name, key.id) for key in (log, *witnesses)}
    signed = [(line.name, line.id) for line in note.parse_note(data).signatures]
    if len(set(signed)) != len(signed) or not known.issuperset(signed) or head.extensions:
        message = "the checkpoint holds lines that nobody whom the trust file names vouches for"
        raise FormatError("checkpoint-extra", message, found=", ".join(name for name, _ in signed))
    if (head.size, head.root) != (value.log_size, value.log_root):
        raise FormatError(
            "checkpoint-mismatch",
            "the checkpoint and the snapshot are not about the same log",
            expected=f"{value.log_size} entries, root {value.log_root.hex()}",
            found=f"{head.size} entries, root {head.root.hex()}",
        )

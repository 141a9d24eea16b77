"""Renewing a site's snapshot in place: the same number and sums, a new time of issue and of expiry.

Under the site's lock, and by the same plan and activation as a build, so that it can be cut at any moment: a plan that
was decided is carried out by the next build or reseal. Nothing but the three files of the snapshot is
written, and the checkpoint when witnesses have cosigned it since.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

from packyard.edges.cosignatures import collect
from packyard.edges.keys import Ask, load_signer
from packyard.edges.memory import Memory
from packyard.edges.opening import recover
from packyard.edges.store import FolderSite, Staging, Workplace
from packyard.edges.workfolder import write_file
from packyard.errors import BadKey, Problem, UsageError
from packyard.formats import layout, note, snapshot
from packyard.formats.snapshot import Snapshot
from packyard.head import read_head
from packyard.protocols import Signer
from packyard.seal import heads, sign_snapshot


def reseal(
    site: Path, keys: Path | None, ask: Ask | None = None, witnesses: Sequence[str] = ()
) -> tuple[Snapshot, tuple[Problem, ...]]:
    """Renews the snapshot of `site` for as long as it was valid before; gives the new one. What is published at the
    places in `witnesses` goes into the checkpoint; of what does not count there are notes.

    Raises `UsageError`, `BadSignature` when the snapshot that is there does not verify, `BadKey` for a key that the
    newest trust file does not name, `WorldError` when a build is at work.
    """
    site = Path(os.path.abspath(site))  # noqa: PTH100 - links stay as they are
    if not (site / layout.SNAPSHOT).exists():
        raise UsageError("site-missing", "there is no site at this place", path=str(site))
    workplace = Workplace(site)
    with ExitStack() as stack:
        stack.callback(os.close, workplace.lock())
        memory, staging = Memory(workplace.memory), Staging(workplace)
        stack.callback(memory.close)
        recover(memory, staging)
        before, trust = read_head(FolderSite(site))
        signer = load_signer(_source(site, keys), ask)
        if signer.public_key not in trust.snapshot_keys:
            raise BadKey(
                "keys-not-trusted",
                f"the key is not one that trust/{trust.number}.json names for snapshots",
                expected=" or ".join(trust.snapshot_keys),
                found=signer.public_key,
            )
        after = _renewed(before, int(time.time()))
        stamp = _take_stamp(workplace.stamp, sha256(snapshot.format_snapshot(before)).hexdigest())
        found = collect(staging.read(layout.CHECKPOINT, note.LIMIT), witnesses, trust)
        _activate(memory, staging, after, signer, found.checkpoint)
        if stamp:
            renewed = {**stamp, "snapshot": sha256(snapshot.format_snapshot(after)).hexdigest()}
            write_file(workplace.stamp, json.dumps(renewed).encode())
    return after, found.notes if witnesses else ()


def _source(site: Path, keys: Path | None) -> str:
    """Path or text of the snapshot key."""
    if keys is not None:
        return str(keys / "snapshot.key")
    development = site.parent / ".packyard" / "keys" / "snapshot.key"
    source = os.environ.get("PACKYARD_SNAPSHOT_KEY") or (str(development) if development.exists() else "")
    if not source:
        raise UsageError("keys-incomplete", "there is no snapshot key", expected="--keys DIR or PACKYARD_SNAPSHOT_KEY")
    return source


def _renewed(before: Snapshot, now: int) -> Snapshot:
    issued = max(now, before.issued)
    return before._replace(issued=issued, expires=max(issued + before.expires - before.issued, before.expires))


def _activate(memory: Memory, staging: Staging, after: Snapshot, signer: Signer, checkpoint: bytes) -> None:
    text, signature = sign_snapshot(after, signer)
    for path, data in (*heads(text, signature, checkpoint), (layout.CHECKPOINT, checkpoint)):
        if not staging.same(path, data):
            staging.write(path, data)
    staging.decide(())
    memory.put("pending", "1")
    staging.activate()
    memory.put("pending", "")


def _take_stamp(stamp: Path, digest: str) -> dict[str, str]:
    """What a build left to say that the site with this snapshot is up to date; taken away, as it soon is not true."""
    try:
        found: dict[str, str] = json.loads(stamp.read_bytes())
    except (OSError, ValueError):
        return {}
    stamp.unlink()
    return found if isinstance(found, dict) and found.get("snapshot") == digest else {}

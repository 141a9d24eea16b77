"""A proof that the log has a version, made from a site of which nothing is believed that does not verify.

The proof (`packyard.formats.tlog_proof`) carries the log's entry as its extra data. So whoever has the version, the
proof and the registry's trust file can check it offline, with nothing else.
"""

from __future__ import annotations

from typing import Any

from packyard.audit.chain import Chain
from packyard.audit.reading import DOCUMENT_LIMIT, Reading, parse_document
from packyard.errors import BadSignature, FormatError, NotFound
from packyard.formats import entries, layout, note, tlog
from packyard.formats.checkpoint import verify_checkpoint
from packyard.formats.tiles import WIDTH, TileReader
from packyard.formats.tlog_proof import TlogProof, format_proof, parse_proof
from packyard.formats.tlog_proof import verify_proof as verify_inclusion
from packyard.head import Head, attempt, read_head
from packyard.protocols import Reader
from packyard.registry import Trust


def prove(site: Reader, name: str, version: str, root_key: str = "") -> bytes:
    """The proof that `version` of the pack `name` was published, under the log's newest checkpoint.

    It is verified before it is given out. Raises `NotFound` when the site has no such version, `BadSignature` when what
    the proof is made from does not verify, `BadKey` when the registry's root key is not `root_key`, if one is given.
    """
    head = read_head(site, root_key)
    path = layout.pack(name, "index.json")
    index, identity = attempt(site, path, _stated, _document(site, head, name, path), version)
    proof = attempt(site, layout.CHECKPOINT, _prove, site, head, index)
    attempt(site, layout.CHECKPOINT, verify_proof, proof, name, version, identity, head.trust)
    return proof


def verify_proof(proof: bytes, name: str, version: str, identity: str, trust: Trust) -> dict[str, Any]:
    """The log's entry of the version whose `SHA256SUMS` has the SHA-256 `identity`, as the proof shows it.

    Raises `FormatError`: what parsing and verifying a proof raises, or `proof-bad` when it is about another version.
    """
    parsed = parse_proof(proof)
    entry = entries.parse_entry(parsed.extra)
    wanted = {"type": "publish", "pack": name, "version": version, "identity": identity}
    if any(entry.get(field) != value for field, value in wanted.items()):
        found = " ".join(str(entry.get(field)) for field in wanted)[:200]
        expected = " ".join(wanted.values())
        raise FormatError("proof-bad", "the proof is about something else", expected=expected, found=found)
    witnesses = map(note.parse_vkey, trust.witnesses)
    verify_inclusion(parsed, parsed.extra, note.parse_vkey(trust.log_vkey), witnesses, trust.quorum)
    return entry


def _document(site: Reader, head: Head, name: str, path: str) -> dict[str, Any]:
    """The sealed document of a pack."""
    reading = Reading(site)
    digest = Chain(reading, head.snapshot).digest(path)
    if digest is None and not reading.problems:
        raise NotFound("pack-unknown", f"there is no pack {name}", path=f"{site.name}/{path}")
    data = reading.intact(path, digest, DOCUMENT_LIMIT) if digest else None
    if data is None:
        fields = reading.problems[0]._asdict()
        raise BadSignature(
            fields.pop("code"), fields.pop("message"), **fields | {"path": f"{site.name}/{fields['path']}"}
        )
    return attempt(site, path, parse_document, data, "packyard/pack/1")


def _stated(document: dict[str, Any], version: str) -> tuple[int, str]:
    """The place of a version in the log, and its identity."""
    try:
        stated = {str(each["version"]): each for each in document["versions"]}
        if version not in stated:
            name, expected = document["name"], ", ".join(stated)
            raise NotFound("version-unknown", f"there is no {name} {version}", expected=expected)
        return int(stated[version]["log_index"]), str(stated[version]["identity"]["sha256"])
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("document-invalid", f"the document does not say where in the log it is: {error}") from error


def _prove(site: Reader, head: Head, index: int) -> bytes:
    checkpoint = site.read(layout.CHECKPOINT, note.LIMIT)
    found = verify_checkpoint(checkpoint, note.parse_vkey(head.trust.log_vkey))
    if (found.size, found.root) != (head.snapshot.log_size, head.snapshot.log_root):
        raise FormatError("checkpoint-mismatch", "the checkpoint and the snapshot are not about the same log")

    def read(path: str, limit: int) -> bytes:
        return site.read(layout.LOG + path, limit)

    log = TileReader(found.size, found.root, read)
    entry = log.entries(index // WIDTH)[index % WIDTH]
    return format_proof(TlogProof(index, tlog.inclusion_proof(index, found.size, log.hash), checkpoint, entry))

"""A proof that the log has a version, made from a site of which nothing is believed that does not verify.

The proof (`packyard.formats.tlog_proof`) carries the log's entry as its extra data, so that it can be checked offline with
the log's verifier key and nothing else.
"""

from __future__ import annotations

from packyard.audit import heads
from packyard.audit.chain import Chain
from packyard.audit.reading import DOCUMENT_LIMIT, Reading, parse_document
from packyard.errors import BadSignature, FormatError, NotFound
from packyard.formats import entries, layout, note, tlog
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import WIDTH, TileReader
from packyard.formats.tlog_proof import TlogProof, format_proof, verify_proof
from packyard.head import read_head, refused
from packyard.model import Reader


def prove(site: Reader, name: str, version: str, root_key: str = "") -> bytes:
    """The proof that `version` of the pack `name` was published, under the log's newest checkpoint.

    Raises `NotFound` when the site has no such version, `BadSignature` when what the proof is made from does not verify.
    """
    snapshot, trust = read_head(site, root_key)
    reading = Reading(site)
    heads.verify_head(reading, snapshot, trust)
    index = _index(reading, Chain(reading, snapshot), name, version)
    if index is None:
        raise refused(site, reading.problems[0])
    try:
        return _prove(site, snapshot, note.parse_vkey(trust.log_vkey), name, version, index)
    except FormatError as error:
        raise BadSignature(error.code, error.message, path=f"{site.name}/{layout.CHECKPOINT}") from None


def _index(reading: Reading, chain: Chain, name: str, version: str) -> int | None:
    """The place of the version in the log, as its pack's document has it; None when that cannot be believed."""
    path = layout.pack(name, "index.json")
    digest = chain.digest(path)
    if digest is None and not reading.problems:
        raise NotFound("pack-unknown", f"there is no pack {name}", path=f"{reading.site.name}/{path}")
    data = reading.intact(path, digest, DOCUMENT_LIMIT) if digest else None
    found = reading.attempt(path, parse_document, data, "packyard/pack/1") if data is not None else None
    if found is None or reading.problems:
        return None
    places = {each["version"]: each["log_index"] for each in found["versions"]}
    if version not in places:
        raise NotFound("version-unknown", f"there is no {name} {version}", expected=", ".join(places))
    return int(places[version])


def _prove(site: Reader, snapshot: Snapshot, log: note.VerifierKey, name: str, version: str, index: int) -> bytes:
    def read(path: str, limit: int) -> bytes:
        return site.read(layout.LOG + path, limit)

    reader = TileReader(snapshot.log_size, snapshot.log_root, read)
    entry = reader.entries(index // WIDTH)[index % WIDTH]
    said = entries.parse_entry(entry)
    if (said.get("type"), said.get("pack"), said.get("version")) != ("publish", name, version):
        raise FormatError("log-mismatch", f"entry {index} of the log is not the publication of {name} {version}")
    hashes = tlog.inclusion_proof(index, snapshot.log_size, reader.hash)
    proof = TlogProof(index, hashes, site.read(layout.CHECKPOINT, note.LIMIT), entry)
    verify_proof(proof, entry, log)
    return format_proof(proof)

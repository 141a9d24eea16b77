"""A proof that the log has a version, made from a site of which nothing is believed that does not verify.

The proof (`packyard.formats.tlog_proof`) carries the log's entry as its extra data, so that it can be checked offline
with the log's verifier key and nothing else.
"""

from __future__ import annotations

from packyard.audit.chain import Chain
from packyard.audit.reading import DOCUMENT_LIMIT, Reading, parse_document
from packyard.errors import BadSignature, FormatError, NotFound
from packyard.formats import entries, layout, note, tlog
from packyard.formats.checkpoint import verify_checkpoint
from packyard.formats.tiles import WIDTH, TileReader
from packyard.formats.tlog_proof import TlogProof, format_proof
from packyard.head import Head, attempt, read_head
from packyard.model import Reader


def prove(site: Reader, name: str, version: str, root_key: str = "") -> bytes:
    """The proof that `version` of the pack `name` was published, under the log's newest checkpoint.

    Raises `NotFound` when the site has no such version, `BadSignature` when what the proof is made from does not
    verify, `BadKey` when the registry's root key is not `root_key`, if one is given.
    """
    head = read_head(site, root_key)
    return attempt(site, layout.CHECKPOINT, _prove, site, head, name, version, _index(site, head, name, version))


def _index(site: Reader, head: Head, name: str, version: str) -> int:
    """The place of the version in the log, as the sealed document of its pack has it."""
    reading, path = Reading(site), layout.pack(name, "index.json")
    digest = Chain(reading, head.snapshot).digest(path)
    if digest is None and not reading.problems:
        raise NotFound("pack-unknown", f"there is no pack {name}", path=f"{site.name}/{path}")
    data = reading.intact(path, digest, DOCUMENT_LIMIT) if digest else None
    if data is None:
        fields = reading.problems[0]._asdict()
        raise BadSignature(
            fields.pop("code"), fields.pop("message"), **fields | {"path": f"{site.name}/{fields['path']}"}
        )
    places = {
        each["version"]: int(each["log_index"])
        for each in attempt(site, path, parse_document, data, "packyard/pack/1")["versions"]
    }
    if version not in places:
        raise NotFound("version-unknown", f"there is no {name} {version}", expected=", ".join(places))
    return places[version]


def _prove(site: Reader, head: Head, name: str, version: str, index: int) -> bytes:
    checkpoint = site.read(layout.CHECKPOINT, note.LIMIT)
    found = verify_checkpoint(checkpoint, note.parse_vkey(head.trust.log_vkey))
    if (found.size, found.root) != (head.snapshot.log_size, head.snapshot.log_root):
        raise FormatError("checkpoint-mismatch", "the checkpoint and the snapshot are not about the same log")

    def read(path: str, limit: int) -> bytes:
        return site.read(layout.LOG + path, limit)

    log = TileReader(found.size, found.root, read)
    entry = log.entries(index // WIDTH)[index % WIDTH]
    said = entries.parse_entry(entry)
    if (said.get("type"), said.get("pack"), said.get("version")) != ("publish", name, version):
        raise FormatError("log-mismatch", f"entry {index} of the log is not the publication of {name} {version}")
    return format_proof(TlogProof(index, tlog.inclusion_proof(index, found.size, log.hash), checkpoint, entry))

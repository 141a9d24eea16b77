"""What one tenant may see: the allow-list, and a tree that names no pack of another tenant.

The list is YAML (as JSON is, too), a name or a scope on a line:

    format: packyard/tenant/1
    tenant: acme
    packs: [hello, "@shared/tools"]
    scopes: ["@acme"]

Between the signed snapshot and a pack stand lists that name other packs, and a list of which lines are left out has no
signature. So a tenant's tree leaves them out, and every signed thing brings the proof of its own entry in the log
instead (C2SP tlog-proof: the entry, and hashes that name nothing):

    SNAPSHOT SNAPSHOT.minisig SNAPSHOT.bundle trust/… log/checkpoint
    tenant.json                                     format packyard/tenant-index/1: the rows of the catalogue
    packs/NAME/index.json
    packs/NAME/statements/0001-yank.yaml (.ada.minisig .tlog-proof)
    packs/NAME/VERSION/SHA256SUMS (.minisig .tlog-proof), the tarball, provenance.intoto.jsonl, metadata.json
    publishers/HANDLE/N.yaml (.minisig .tlog-proof)  orgs/ORG/N.yaml (.HANDLE.minisig .tlog-proof)

What is there is proven as on the site: by the publishers' signatures, the log, and what follows from both. That nothing
is missing (a newer version, a yank) the exporter alone vouches for, by the signature of the kit, which a tenant's kit
must have. Text names other packs too: a kit is refused whose documents name a pack that the list does not allow, or any
file of which, tarballs included, holds the scoped name of one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from packyard.audit.chain import Chain
from packyard.audit.reading import DOCUMENT_LIMIT, Reading, parse_document
from packyard.errors import FormatError, Problem
from packyard.formats import canonical, layout, names, note, strict, tarball, tlog, tlog_proof
from packyard.formats.fields import Fields
from packyard.formats.registry import LIMITS
from packyard.formats.snapshot import Snapshot
from packyard.formats.tiles import WIDTH, TileReader
from packyard.formats.tlog_proof import TlogProof
from packyard.kit.grounds import audit_grounds
from packyard.kit.manifest import Manifest
from packyard.registry import Trust

FORMAT, INDEX_FORMAT = "packyard/tenant/1", "packyard/tenant-index/1"
INDEX = "tenant.json"
PROOF = ".tlog-proof"

_SCOPED = re.compile(rb"@[a-z0-9][a-z0-9-]{1,63}/[a-z0-9][a-z0-9-]{1,63}")


class Tenant(NamedTuple):
    """An allow-list: a tenant's name, packs, and scopes without `@`."""

    tenant: str
    packs: tuple[str, ...]
    scopes: tuple[str, ...]

    def allows(self, name: str) -> bool:
        """Whether the tenant may see a pack."""
        return name in self.packs or (name.startswith("@") and name[1:].partition("/")[0] in self.scopes)


def parse_tenant(data: bytes) -> Tenant:
    """The allow-list in a text. Raises `FormatError`."""
    fields = Fields(strict.load_yaml(data))
    fields.choice("format", [FORMAT])
    tenant = fields.required_text("tenant", check=names.parse_handle)
    packs, scopes = fields.texts("packs", check=names.parse_name), fields.texts("scopes", check=_check_scope)
    if not packs and not scopes:
        fields.refuse("field-missing", "at least one pack or scope is needed", "packs")
    fields.finish()
    return Tenant(tenant, packs, tuple(scope.removeprefix("@") for scope in scopes))


def _check_scope(text: str) -> None:
    if not text.startswith("@"):
        raise FormatError("name-invalid", "not a scope", expected="a name behind @", found=text)
    names.parse_handle(text[1:])


def format_index(tenant: str, value: Snapshot, rows: Iterable[bytes]) -> bytes:
    """`tenant.json`, one row a line; `rows` are those of `index.json`, in order."""
    head = {"format": INDEX_FORMAT, "tenant": tenant, "origin": value.origin, "snapshot": value.number}
    return canonical.encode(head)[:-1] + b',"packs":[\n' + b",\n".join(rows) + b"\n]}\n"


def named_elsewhere(document: Mapping[str, Any]) -> Iterator[str]:
    """Every pack that a pack's document names besides its own."""
    for each in document["versions"]:
        yield from (*each["dependencies"], *each["conflicts"])
        yield from _replacement(each["deprecated"])
    yield from _replacement(document["deprecated"])
    yield from [document["renamed"]["to"]] if document["renamed"] else []
    for said in document["statements"]:
        yield from [said["replacement"]] if said.get("replacement") else []
        yield from [said["to"]] if said["action"] == "rename" else []


def _replacement(mark: Mapping[str, Any] | None) -> list[str]:
    return [mark["replacement"]] if mark and mark.get("replacement") else []


def check_names(path: str, data: bytes, forbidden: Collection[str]) -> Iterator[Problem]:
    """A problem for every scoped name of a forbidden pack in a file, in those of a tarball too."""
    texts = [(path, data)]
    if path.endswith(".tar.gz"):
        packed = tarball.parse(data, 2 * LIMITS["expanded"].highest)
        texts = [(f"{path}/{name}", content) for name, content in packed]
    for place, text in texts:
        for name in sorted({match.decode() for match in _SCOPED.findall(text)}.intersection(forbidden)):
            yield leak(place, name)


def leak(path: str, name: str) -> Problem:
    """That a file names a pack which the tenant may not see."""
    hint = "let the tenant see it too, or leave out the pack that names it"
    return Problem("tenant-names", path, "a pack is named that the list does not allow", found=name, help=hint)


def prove_entry(log: TileReader, checkpoint: bytes, at: int) -> bytes:
    """The proof that the log has the entry at the index `at`. Raises `FormatError`."""
    entry = log.entries(at // WIDTH)[at % WIDTH]
    return tlog_proof.format_proof(TlogProof(at, tlog.inclusion_proof(at, log.size, log.hash), checkpoint, entry))


class Carried(Chain):
    """The manifest of a tenant's kit in the place of the lists that it leaves out."""

    def __init__(self, reading: Reading, value: Snapshot, digests: Mapping[str, str]) -> None:
        super().__init__(reading, value)
        self._digests = digests
        self._signed = sorted(path for path in digests if not path.endswith(PROOF))

    def digest(self, path: str) -> str | None:
        """The hash that the manifest has for a path."""
        return self._digests.get(path)

    def undecided(self, path: str) -> bool:
        """The manifest is there as a whole."""
        return False

    def below(self, prefix: str) -> list[str]:
        """The paths of the manifest that begin with `prefix`, without proofs."""
        start = bisect_left(self._signed, prefix)
        return self._signed[start : bisect_left(self._signed, prefix + "\x7f", start)]


def audit_tenant(
    reading: Reading, value: Snapshot, trusts: tuple[Trust, ...], manifest: Manifest, digests: Mapping[str, str]
) -> None:
    """Whether everything in a tenant's kit is what was signed and logged. `digests` are those of its files."""
    assert manifest.selection is not None
    packs, checkpoint = manifest.selection.packs, reading.read(layout.CHECKPOINT, note.LIMIT) or b""

    def logs(at: int, entry: bytes, path: str) -> bool:
        data = reading.read(path + PROOF, tlog_proof.LIMIT)
        return data is not None and proves(data, checkpoint, at, entry, trusts[-1])

    audit_grounds(reading, Carried(reading, value, digests), value, trusts, packs, logs)
    data = reading.read(INDEX, DOCUMENT_LIMIT)
    if data is not None:
        reading.attempt(INDEX, _check_index, data, manifest)
    for path in digests.keys() - reading.present:
        reading.report("kit-stranger", path, "the file belongs to nothing")


def proves(data: bytes, checkpoint: bytes, at: int, entry: bytes, trust: Trust) -> bool:
    """Whether a proof is about this entry at this index, under this checkpoint. Raises `FormatError` for a bad one."""
    proof = tlog_proof.parse_proof(data)
    if (proof.entry_index, proof.extra, proof.checkpoint) != (at, entry, checkpoint):
        return False
    witnesses = map(note.parse_vkey, trust.witnesses)
    tlog_proof.verify_proof(proof, entry, note.parse_vkey(trust.log_vkey), witnesses, trust.quorum)
    return True


def _check_index(data: bytes, manifest: Manifest) -> None:
    found = parse_document(data, INDEX_FORMAT)
    rows, chosen = found.get("packs"), manifest.selection
    listed = [row.get("name") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    said = (found.get("tenant"), found.get("origin"), found.get("snapshot"), listed)
    if chosen is None or said != (chosen.tenant, manifest.origin, manifest.state.number, sorted(chosen.packs)):
        raise FormatError("document-mismatch", "the tenant's catalogue is not that of the kit")

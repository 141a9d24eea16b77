"""Provenance of a version: a DSSE envelope (secure-systems-lab/dsse, v1.0) around an in-toto statement with SLSA
provenance v1.

`provenance.intoto.jsonl` is one line of canonical JSON:

    {"payload":BASE64,"payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":KEYID,"sig":BASE64}]}

The signature is Ed25519 by the registry's attestation key over PAE(payloadType, payload), that is "DSSEv1 LEN(type)
type LEN(payload) payload"; `keyid` is the key's minisign key id. The payload, canonical JSON too, says which commit
and folder of the source the subjects were made from. It holds no time and nothing of the machine, so that it is a
function of these:

    {"_type": "https://in-toto.io/Statement/v1",
     "predicateType": "https://slsa.dev/provenance/v1",
     "predicate": {
       "buildDefinition": {
         "buildType": "urn:packyard:publish:1",
         "externalParameters": {"path": "registry-src/packs/he/hello/1.2.0",
                                "registry": "packs.example.org", "url": "https://packs.example.org/"},
         "resolvedDependencies": [{"digest": {"gitCommit": COMMIT}, "name": "packs.example.org"}]},
       "runDetails": {"builder": {"id": BUILDER}}},
     "subject": [{"digest": {"sha256": HEX}, "name": "hello-1.2.0.tar.gz"},
                 {"digest": {"sha256": HEX}, "name": "SHA256SUMS"}]}
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, canonical, ed25519

if TYPE_CHECKING:
    from packyard.formats.minisign import PublicKey
    from packyard.protocols import Signer

#: More bytes than this are no envelope of ours.
LIMIT = 65_536

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/provenance/v1"
BUILD_TYPE = "urn:packyard:publish:1"


class EnvelopeSignature(NamedTuple):
    """A signature and a hint at its key."""

    keyid: str
    sig: bytes


class Envelope(NamedTuple):
    """A payload with signatures. Nothing in it is verified yet."""

    payload: bytes
    payload_type: str
    signatures: tuple[EnvelopeSignature, ...]


class Provenance(NamedTuple):
    """These subjects (name, sha256) were made from this folder of this commit by this builder."""

    registry: str
    url: str
    commit: str
    path: str
    builder: str
    subjects: tuple[tuple[str, str], ...]


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed (DSSE protocol, "PAE")."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload: bytes, signer: Signer, payload_type: str = PAYLOAD_TYPE) -> Envelope:
    """The envelope of `payload`, signed by `signer`."""
    signature = EnvelopeSignature(signer.key_id, signer.sign_raw(pae(payload_type, payload)))
    return Envelope(payload, payload_type, (signature,))


def verify_envelope(envelope: Envelope, keys: Iterable[PublicKey], payload_type: str = PAYLOAD_TYPE) -> bytes:
    """The payload, when at least one of `keys` signed it.

    Raises `FormatError`: `envelope-type` (of payload), `envelope-unsigned` (by none of the keys), `envelope-bad`.
    """
    if envelope.payload_type != payload_type:
        raise FormatError("envelope-type", "another payload type", expected=payload_type, found=envelope.payload_type)
    known = {key.key_id: key for key in keys}
    signed = [signature for signature in envelope.signatures if signature.keyid in known]
    message = pae(payload_type, envelope.payload)
    if not signed:
        found = ", ".join(signature.keyid for signature in envelope.signatures)
        raise FormatError("envelope-unsigned", "no known key has signed", expected=" or ".join(known), found=found)
    if not all(ed25519.verify(known[keyid].raw, message, sig) for keyid, sig in signed):
        raise FormatError("envelope-bad", "a signature does not fit the payload", found=signed[0].keyid)
    return envelope.payload


def format_envelope(envelope: Envelope) -> bytes:
    """The one line of a `.intoto.jsonl` file."""
    signatures = [{"keyid": keyid, "sig": b64.encode(sig)} for keyid, sig in envelope.signatures]
    value = {"payload": b64.encode(envelope.payload), "payloadType": envelope.payload_type, "signatures": signatures}
    return canonical.encode(value) + b"\n"


def parse_envelope(data: bytes) -> Envelope:
    """The exact inverse of `format_envelope`. Raises `envelope-invalid`."""
    value = _json(data, "envelope-invalid")
    try:
        signatures = tuple(EnvelopeSignature(item["keyid"], b64.decode(item["sig"])) for item in value["signatures"])
        envelope = Envelope(b64.decode(value["payload"]), value["payloadType"], signatures)
        texts = (envelope.payload_type, *(signature.keyid for signature in signatures))
        exact = signatures and _all_text(texts) and format_envelope(envelope) == data
    except (ValueError, TypeError, KeyError) as error:
        raise FormatError("envelope-invalid", "not a DSSE envelope") from error
    if not exact:
        raise FormatError("envelope-invalid", "the envelope is not one line of canonical JSON with a signature")
    return envelope


def format_provenance(provenance: Provenance) -> bytes:
    """The payload: the in-toto statement as canonical JSON, without final newline."""
    registry, url, commit, path, builder, subjects = provenance
    definition = {
        "buildType": BUILD_TYPE,
        "externalParameters": {"path": path, "registry": registry, "url": url},
        "resolvedDependencies": [{"digest": {"gitCommit": commit}, "name": registry}],
    }
    statement = {
        "_type": STATEMENT_TYPE,
        "predicateType": PREDICATE_TYPE,
        "predicate": {"buildDefinition": definition, "runDetails": {"builder": {"id": builder}}},
        "subject": [{"digest": {"sha256": digest}, "name": name} for name, digest in subjects],
    }
    return canonical.encode(statement)


def parse_provenance(payload: bytes) -> Provenance:
    """The exact inverse of `format_provenance`. Raises `provenance-invalid`."""
    value = _json(payload, "provenance-invalid")
    try:
        definition = value["predicate"]["buildDefinition"]
        outer = definition["externalParameters"]
        provenance = Provenance(
            outer["registry"],
            outer["url"],
            definition["resolvedDependencies"][0]["digest"]["gitCommit"],
            outer["path"],
            value["predicate"]["runDetails"]["builder"]["id"],
            tuple((item["name"], item["digest"]["sha256"]) for item in value["subject"]),
        )
        texts = (*provenance[:-1], *(text for subject in provenance.subjects for text in subject))
        exact = _all_text(texts) and format_provenance(provenance) == payload
    except (ValueError, TypeError, LookupError) as error:
        raise FormatError("provenance-invalid", "not a provenance statement of this registry") from error
    if not exact:
        raise FormatError("provenance-invalid", "the statement is not in its canonical form")
    return provenance


def _all_text(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _json(data: bytes, code: str) -> Any:
    if len(data) > LIMIT:
        raise FormatError(
            code, "the document is too long", expected=f"at most {LIMIT} bytes", found=f"{len(data)} bytes"
        )
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError(code, "the document is not JSON") from error

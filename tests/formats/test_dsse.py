"""Provenance: DSSE's own vector, securesystemslib's opinion, and one form only."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as ForeignEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined]  # public, but not marked so for mypy

from packyard.edges.keys import MinisignSigner
from packyard.formats import dsse
from packyard.formats.dsse import Envelope, EnvelopeSignature, Provenance
from tests.refusals import code_of
from tests.signing import new_signer, public_key

PROVENANCE = Provenance(
    registry="packs.example.org",
    url="https://packs.example.org/",
    commit="3dd7eecdfdaf89df5e913515535f29cd7bb2104d",
    path="registry-src/packs/he/hello/1.2.0",
    builder="https://packs.example.org/#packyard",
    subjects=(("hello-1.2.0.tar.gz", "ab" * 32), ("SHA256SUMS", "cd" * 32)),
)


def test_the_encoding_that_is_signed() -> None:
    """The vector of the DSSE specification, protocol.md."""
    assert dsse.pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert dsse.pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


def test_a_provenance_says_what_slsa_wants() -> None:
    payload = dsse.format_provenance(PROVENANCE)
    statement = json.loads(payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    assert statement["subject"][0] == {"name": "hello-1.2.0.tar.gz", "digest": {"sha256": "ab" * 32}}
    definition = statement["predicate"]["buildDefinition"]
    assert definition["buildType"] == "urn:packyard:publish:1"
    assert definition["resolvedDependencies"][0]["digest"] == {"gitCommit": PROVENANCE.commit}
    assert statement["predicate"]["runDetails"] == {"builder": {"id": PROVENANCE.builder}}
    assert dsse.parse_provenance(payload) == PROVENANCE


def test_signing_and_verifying() -> None:
    signer, payload = new_signer(), dsse.format_provenance(PROVENANCE)
    envelope = dsse.sign_envelope(payload, signer)
    line = dsse.format_envelope(envelope)
    assert line.count(b"\n") == 1
    assert dsse.parse_envelope(line) == envelope
    other = public_key(new_signer())
    assert dsse.verify_envelope(envelope, [other, public_key(signer)]) == payload
    assert code_of(dsse.verify_envelope, envelope, [other]) == "envelope-unsigned"
    assert code_of(dsse.verify_envelope, envelope, []) == "envelope-unsigned"
    impostor = other._replace(key_id=signer.key_id)
    assert code_of(dsse.verify_envelope, envelope, [impostor]) == "envelope-bad"
    changed = envelope._replace(payload=payload.replace(b"hello", b"hullo"))
    assert code_of(dsse.verify_envelope, changed, [public_key(signer)]) == "envelope-bad"
    retyped = envelope._replace(payload_type="text/plain")
    assert code_of(dsse.verify_envelope, retyped, [public_key(signer)]) == "envelope-type"
    assert code_of(dsse.verify_envelope, retyped, [public_key(signer)], "text/plain") == "envelope-bad"


def foreign_key(signer: MinisignSigner) -> SSlibKey:
    raw = public_key(signer).raw.hex()
    return SSlibKey(signer.key_id, "ed25519", "ed25519", {"public": raw})


@pytest.mark.interop
def test_securesystemslib_verifies_what_we_sign() -> None:
    signer = new_signer()
    line = dsse.format_envelope(dsse.sign_envelope(dsse.format_provenance(PROVENANCE), signer))
    foreign = ForeignEnvelope.from_dict(json.loads(line))
    assert foreign.verify([foreign_key(signer)], 1).keys() == {signer.key_id}
    stranger = foreign_key(new_signer())
    stranger.keyid = signer.key_id
    with pytest.raises(VerificationError):
        foreign.verify([stranger], 1)


texts = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.binary(max_size=50), texts, st.lists(st.tuples(texts, st.binary(max_size=64)), min_size=1, max_size=3))
def test_envelopes_parse_as_they_format(payload: bytes, kind: str, signatures: list[tuple[str, bytes]]) -> None:
    envelope = Envelope(payload, kind, tuple(EnvelopeSignature(*item) for item in signatures))
    assert dsse.parse_envelope(dsse.format_envelope(envelope)) == envelope


@given(texts, texts, texts, texts, texts, st.lists(st.tuples(texts, texts), max_size=3))
def test_provenances_parse_as_they_format(a: str, b: str, c: str, d: str, e: str, f: list[tuple[str, str]]) -> None:
    provenance = Provenance(a, b, c, d, e, tuple(f))
    assert dsse.parse_provenance(dsse.format_provenance(provenance)) == provenance


LINE = dsse.format_envelope(Envelope(b"{}", "type", (EnvelopeSignature("id", b"sig"),)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null\n",
        b"[]\n",
        b"{}\n",
        LINE[:-1],
        LINE + b"\n",
        LINE + LINE,
        b" " + LINE,
        LINE.replace(b":", b": ", 1),
        LINE.replace(b'"e30="', b'"e30"'),
        LINE.replace(b'"e30="', b'"e31="'),
        LINE.replace(b'"e30="', b"5"),
        LINE.replace(b'"type"', b"5"),
        LINE.replace(b'"type"', b'"\\ud800"'),
        LINE.replace(b'"id"', b"[1.5]"),
        LINE.replace(b'"id"', b"null"),
        LINE.replace(b'{"keyid"', b'{"extra":1,"keyid"'),
        LINE.replace(b'{"payload"', b'{"extra":1,"payload"'),
        LINE.replace(b'{"payload":', b'{"payload":"AA==","payload":'),
        LINE.replace(b'[{"keyid":"id","sig":"c2ln"}]', b"[]"),
        LINE.replace(b'[{"keyid":"id","sig":"c2ln"}]', b'{"a":1}'),
        LINE.replace(b'"id"', b"[" * 30_000 + b"]" * 30_000),
        LINE.replace(b'"id"', b"9" * 10_000),
        LINE.replace(b'"id"', b'"' + b"x" * dsse.LIMIT + b'"'),
        b"\xff",
    ],
)
def test_what_is_no_envelope(data: bytes) -> None:
    assert code_of(dsse.parse_envelope, data) == "envelope-invalid"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"urn:packyard:publish:1", b"urn:packyard:publish:2"),
        (b"provenance/v1", b"provenance/v2"),
        (b'"name":"packs.example.org"', b'"name":"other"'),
        (b'"packs.example.org"', b"5"),
        (b'"subject":[', b'"subject":[5,'),
        (b'"path":', b'"time":1,"path":'),
        (b'{"_type"', b'{ "_type"'),
        (b'"gitCommit"', b'"sha1"'),
        (dsse.format_provenance(PROVENANCE), b"[]"),
        (dsse.format_provenance(PROVENANCE), b"{"),
        (dsse.format_provenance(PROVENANCE), b"[" * 60_000),
    ],
)
def test_what_is_no_provenance(old: bytes, new: bytes) -> None:
    payload = dsse.format_provenance(PROVENANCE)
    assert old in payload
    assert code_of(dsse.parse_provenance, payload.replace(old, new)) == "provenance-invalid"

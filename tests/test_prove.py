"""Proofs of logging: made from a site, checked with nothing but the trust file."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

import pytest

from packyard.errors import BadKey, BadSignature, FormatError, NotFound, PackyardError
from packyard.formats import layout, note, tlog_proof, trustfile
from packyard.prove import prove, verify_proof
from packyard.registry import Trust
from tests.published import MemorySite, flipped, load, unit
from tests.refusals import code_of
from tests.registry import signer, small
from tests.sites import built


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The small registry, built."""
    folder = tmp_path_factory.mktemp("prove")
    small(folder / "repo")
    built(folder / "repo", folder / "site")
    return load(folder / "site")


def trust_of(site: dict[str, bytes]) -> Trust:
    return trustfile.parse_trust(site["trust/1.json"])


def identity_of(site: dict[str, bytes], name: str, version: str) -> str:
    return sha256(site[layout.version(name, version, "SHA256SUMS")]).hexdigest()


def versions(site: dict[str, bytes]) -> list[tuple[str, str]]:
    """Every version of the site."""
    documents = [json.loads(data) for path, data in site.items() if path.endswith("/metadata.json")]
    return [(each["name"], each["version"]) for each in documents]


def test_every_version_has_a_proof(site: dict[str, bytes]) -> None:
    assert len(versions(site)) == 4
    for name, version in versions(site):
        proof = prove(MemorySite(site), name, version, trust_of(site).root_keys[0])
        entry = verify_proof(proof, name, version, identity_of(site, name, version), trust_of(site))
        assert (entry["pack"], entry["version"], entry["type"]) == (name, version, "publish")


def test_the_proof_is_that_of_the_specification(site: dict[str, bytes]) -> None:
    proof = tlog_proof.parse_proof(prove(MemorySite(site), "hello", "1.1.0"))
    assert proof.checkpoint == site[layout.CHECKPOINT]
    head = tlog_proof.verify_proof(proof, proof.extra, note.parse_vkey(trust_of(site).log_vkey))
    assert head.size > proof.entry_index


def test_a_proof_is_about_one_version(site: dict[str, bytes]) -> None:
    proof = prove(MemorySite(site), "hello", "1.1.0")
    identity, trust = identity_of(site, "hello", "1.1.0"), trust_of(site)
    assert code_of(verify_proof, proof, "hello", "1.0.0", identity, trust) == "proof-bad"
    assert code_of(verify_proof, proof, "hello", "1.1.0", "0" * 64, trust) == "proof-bad"
    stranger = trust._replace(log_vkey=note.format_vkey(note.vkey_of(signer("x"), trust.log_origin)))
    assert code_of(verify_proof, proof, "hello", "1.1.0", identity, stranger) == "note-unsigned"
    witness = note.format_vkey(note.vkey_of(signer("w"), "w.example", note.COSIGNATURE))
    watched = trust._replace(witnesses=(witness,), quorum=1)
    assert code_of(verify_proof, proof, "hello", "1.1.0", identity, watched) == "checkpoint-quorum"


def test_every_byte_of_a_proof_counts(site: dict[str, bytes]) -> None:
    proof = prove(MemorySite(site), "hello", "1.1.0")
    identity, trust = identity_of(site, "hello", "1.1.0"), trust_of(site)
    for at in range(len(proof)):
        with pytest.raises(FormatError):
            verify_proof(flipped(proof, at), "hello", "1.1.0", identity, trust)


@pytest.mark.parametrize(
    ("name", "version", "root", "kind"),
    [
        ("absent", "1.0.0", "", NotFound),
        ("@acme/absent", "1.0.0", "", NotFound),
        ("hello", "9.9.9", "", NotFound),
        ("hello", "1.1.0", "stranger", BadKey),
    ],
)
def test_what_is_not_there(
    site: dict[str, bytes], name: str, version: str, root: str, kind: type[PackyardError]
) -> None:
    with pytest.raises(kind):
        prove(MemorySite(site), name, version, signer(root).public_key if root else "")


TAMPERING: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-1],
    "first": lambda data: flipped(data, 0),
    "middle": lambda data: flipped(data, len(data) // 2),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_nothing_is_proven_from_what_does_not_verify(site: dict[str, bytes], how: str) -> None:
    reader = MemorySite(site)
    honest = prove(reader, "hello", "1.1.0")
    for path in set(reader.asked):
        broken = MemorySite(site | {path: TAMPERING[how](site[path])})
        try:
            assert prove(broken, "hello", "1.1.0") == honest and path.endswith(".minisig")
        except BadSignature as error:
            assert unit(path) in error.problem.path or path.startswith(layout.LOG)

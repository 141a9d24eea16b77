"""`trust/N.json`: whom a registry's clients trust, for what, until when.

    {
      "format": "packyard/trust/1",
      "origin": "packs.example.org",
      "number": 1,
      "expires": "2027-11-21T00:00:00Z",
      "roots": {"keys": ["RWQ…"], "threshold": 1},
      "snapshot_keys": ["RWQ…"],
      "attest_keys": ["RWQ…"],
      "log": {"origin": "packs.example.org", "vkey": "packs.example.org+01234567+AT…"},
      "witnesses": {"vkeys": [], "quorum": 0}
    }

`threshold` of the root keys sign this file and its successor.  Keys of roots, snapshots and attestations are minisign
public keys; the log's and the witnesses' are verifier keys of signed notes (https://c2sp.org/signed-note), the log's
of type 1 under the name of its origin, witnesses' of type 4.  One key has one use: no Ed25519 key is there twice, in
whatever wrapping, and no minisign key id.  There is at least one root and one snapshot key; attestation keys and
witnesses may be none.  All fields are required.
"""

from __future__ import annotations

from collections.abc import Iterator

from packyard.formats import canonical, note
from packyard.formats.fields import Fields
from packyard.formats.minisign import parse_public_key
from packyard.formats.registry import check_origin
from packyard.formats.strict import load_json
from packyard.formats.times import parse_time
from packyard.registry import Trust

FORMAT = "packyard/trust/1"

#: The most bytes of the file.
LIMIT = 65_536


def parse_trust(data: bytes) -> Trust:
    """The trust file in a text. Raises `FormatError`."""
    fields = Fields(load_json(data, LIMIT))
    fields.choice("format", [FORMAT])
    roots, log, witnesses = (fields.mapping(name) for name in ("roots", "log", "witnesses"))
    root_keys, cosigners = roots.texts("keys", limit=100), witnesses.texts("vkeys")
    trust = Trust(
        origin=fields.required_text("origin", check=check_origin),
        number=fields.number("number", None, low=1, high=1_000_000),
        expires=fields.required_text("expires", check=parse_time),
        root_keys=root_keys,
        threshold=roots.number("threshold", None, low=1, high=max(1, len(root_keys))),
        snapshot_keys=fields.texts("snapshot_keys", limit=100),
        attest_keys=fields.texts("attest_keys", limit=100),
        log_origin=log.required_text("origin", check=check_origin),
        log_vkey=log.required_text("vkey"),
        witnesses=cosigners,
        quorum=witnesses.number("quorum", None, low=0, high=len(cosigners)),
    )
    _check_present(fields, trust)
    _check_one_use(fields, trust)
    fields.finish()
    return trust


def format_trust(trust: Trust) -> bytes:
    """The text of a trust file; `parse_trust` gives the same trust."""
    return canonical.pretty(
        {
            "format": FORMAT,
            "origin": trust.origin,
            "number": trust.number,
            "expires": trust.expires,
            "roots": {"keys": trust.root_keys, "threshold": trust.threshold},
            "snapshot_keys": trust.snapshot_keys,
            "attest_keys": trust.attest_keys,
            "log": {"origin": trust.log_origin, "vkey": trust.log_vkey},
            "witnesses": {"vkeys": trust.witnesses, "quorum": trust.quorum},
        }
    )


def _check_present(fields: Fields, trust: Trust) -> None:
    if not trust.root_keys:
        fields.refuse("field-missing", "at least one key is needed", "roots", "keys")
    if not trust.snapshot_keys:
        fields.refuse("field-missing", "at least one key is needed", "snapshot_keys")
    for name in ("attest_keys", "witnesses"):
        if name not in fields.names():
            fields.refuse("field-missing", "is missing", name)


def _check_one_use(fields: Fields, trust: Trust) -> None:
    seen: dict[bytes | str, str] = {}
    for parts, identities in _identities(fields, trust):
        for identity in identities:
            use = seen.setdefault(identity, ".".join(map(str, parts)))
            if use != ".".join(map(str, parts)):
                fields.refuse("key-reuse", "the key has another use already", *parts, expected="another key", found=use)
                break


def _identities(fields: Fields, trust: Trust) -> Iterator[tuple[tuple[str | int, ...], tuple[bytes | str, ...]]]:
    """Where each key stands, and what no other key may share with it."""
    for names, texts in (
        (("roots", "keys"), trust.root_keys),
        (("snapshot_keys",), trust.snapshot_keys),
        (("attest_keys",), trust.attest_keys),
    ):
        for index, text in enumerate(texts):
            if key := fields.check(parse_public_key, text, *names, index):
                yield (*names, index), (key.raw, key.key_id)
    for parts, text, kind in _vkeys(trust):
        if vkey := fields.check(note.parse_vkey, text, *parts):
            if vkey.type != kind or (parts[0] == "log" and vkey.name != trust.log_origin):
                expected = f"type {kind}" + (f" and the name {trust.log_origin}" if parts[0] == "log" else "")
                fields.refuse("vkey-invalid", "is not such a verifier key", *parts, expected=expected)
            yield parts, (vkey.raw,)


def _vkeys(trust: Trust) -> Iterator[tuple[tuple[str | int, ...], str, int]]:
    if trust.log_vkey:
        yield ("log", "vkey"), trust.log_vkey, note.ED25519
    for index, text in enumerate(trust.witnesses):
        yield ("witnesses", "vkeys", index), text, note.COSIGNATURE

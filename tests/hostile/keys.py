"""Weak keys, shared keys, and publishers' files changed by whoever may not change them."""

from __future__ import annotations

from packyard.formats import minisign
from packyard.formats.publisher import format_publisher
from packyard.model import Publisher, PublisherKey
from tests.hostile.bed import ALICE, DAY, Bed, case, key, refused
from tests.registry import SINCE, signer

P = 2**255 - 19
ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SIGN = 1 << 255
MALLORY = "publishers/mallory.yaml"

#: Points of small order, some in an encoding that is not canonical, and a point that is only badly encoded.
POINTS = {
    "zero": (0, "key-weak"),
    "zero-with-sign": (SIGN, "key-weak"),
    "one": (1, "key-weak"),
    "one-with-sign": (1 | SIGN, "key-weak"),
    "minus-one": (P - 1, "key-weak"),
    "order-8": (ORDER_8, "key-weak"),
    "order-8-negative": (P - ORDER_8 | SIGN, "key-weak"),
    "zero-plus-p": (P, "key-weak"),
    "one-plus-p": (P + 1, "key-weak"),
    "not-canonical": (P + 3, "key-invalid"),
}


def _raw(number: int) -> str:
    return minisign.format_public_key("0123456789ABCDEF", number.to_bytes(32, "little"))


def _new(bed: Bed, *keys: PublisherKey, by: str = "mallory") -> None:
    """Stages a new publisher whose file is signed by the key `by`, whatever is in it."""
    bed.revise(Publisher("mallory", "Mallory", "", keys), by)


def _point(bed: Bed, number: int) -> None:
    weak = PublisherKey(_raw(number), "0123456789ABCDEF", ("publish", "admin"), SINCE)
    _new(bed, key("mallory"), weak)


for _name, (_number, _code) in POINTS.items():
    case(f"key-point-{_name}", lambda bed, number=_number: _point(bed, number), _code, at=MALLORY)  # type: ignore[misc]


@refused("key-duplicate", at=MALLORY)
def key_twice_in_a_file(bed: Bed) -> None:
    _new(bed, key("mallory"), key("mallory"))


@refused("key-duplicate", at=MALLORY)
def two_keys_with_one_id(bed: Bed) -> None:
    text = minisign.format_public_key(signer("mallory").key_id, minisign.parse_public_key(signer("eve").public_key).raw)
    _new(bed, key("mallory"), key("eve")._replace(key=text, key_id=signer("mallory").key_id))


@refused("key-duplicate", at=MALLORY)
def one_key_under_two_ids(bed: Bed) -> None:
    text = minisign.format_public_key("0123456789ABCDEF", minisign.parse_public_key(signer("mallory").public_key).raw)
    _new(bed, key("mallory"), key("mallory")._replace(key=text))


@refused("key-shared", at=MALLORY)
def key_of_another_publisher_registered(bed: Bed) -> None:
    _new(bed, key("mallory"), key("alice"))


@refused("key-shared", at=MALLORY)
def key_of_another_publisher_under_another_id(bed: Bed) -> None:
    text = minisign.format_public_key("0123456789ABCDEF", minisign.parse_public_key(signer("alice").public_key).raw)
    _new(bed, key("mallory"), key("alice")._replace(key=text))


@refused("key-shared", at=MALLORY)
def key_id_of_another_publisher(bed: Bed) -> None:
    text = minisign.format_public_key(signer("alice").key_id, minisign.parse_public_key(signer("eve").public_key).raw)
    _new(bed, key("mallory"), key("eve")._replace(key=text, key_id=signer("alice").key_id))


@refused("key-shared", at="publishers/zoe.yaml")
def two_new_publishers_with_one_key(bed: Bed) -> None:
    _new(bed, key("mallory"))
    bed.revise(Publisher("zoe", "Zoe", "", (key("mallory"),)), "mallory")


@refused("key-unknown", at=f"{MALLORY}.minisig")
def publisher_without_proof_of_possession(bed: Bed) -> None:
    _new(bed, key("eve"))


@refused("signature-missing", at=f"{MALLORY}.minisig")
def publisher_unsigned(bed: Bed) -> None:
    _new(bed, key("mallory"))
    del bed.files[f"{MALLORY}.minisig"]


@refused("signature-comment", at=f"{MALLORY}.minisig")
def publisher_signed_as_another(bed: Bed) -> None:
    _new(bed, key("mallory"))
    bed.resign(MALLORY, "mallory", "publisher alice")


@refused("file-name", at="publishers/malory.yaml")
def handle_is_not_the_file_name(bed: Bed) -> None:
    bed.files["publishers/malory.yaml"] = format_publisher(Publisher("mallory", "Mallory", "", (key("mallory"),)))
    bed.resign("publishers/malory.yaml", "mallory", "publisher mallory")


@refused("name-invalid", at="publishers/Mallory.yaml")
def handle_with_a_capital(bed: Bed) -> None:
    bed.files["publishers/Mallory.yaml"] = format_publisher(Publisher("Mallory", "Mallory", "", (key("mallory"),)))
    bed.resign("publishers/Mallory.yaml", "mallory", "publisher Mallory")


@refused("key-removed", at=ALICE)
def key_taken_out(bed: Bed) -> None:
    bed.revise(bed.publishers["alice"]._replace(keys=(key("alice-2"),)), "alice")


@refused("key-removed", at=ALICE)
def retirement_postponed(bed: Bed) -> None:
    bed.end_key("retired", "2026-04-01")
    first, *rest = bed.publishers["alice"].keys
    later = first._replace(retired="2026-05-01")
    bed.revise(bed.publishers["alice"]._replace(keys=(later, *rest)), "alice-2")


@refused("key-removed", at=ALICE)
def revocation_taken_back(bed: Bed) -> None:
    bed.end_key("revoked", "2026-03-01")
    _, *rest = bed.publishers["alice"].keys
    bed.revise(bed.publishers["alice"]._replace(keys=(key("alice"), *rest)), "alice-2")


@refused("key-removed", at=ALICE)
def beginning_of_a_key_moved(bed: Bed) -> None:
    bed.revise(bed.publishers["alice"]._replace(keys=(key("alice", since="2025-01-01"),)), "alice")


@refused("signature-bad", at=f"{ALICE}.minisig")
def publisher_changed_unsigned(bed: Bed) -> None:
    bed.rewrite(ALICE, b"Alice", b"Mallory")


@refused("signature-missing", at=f"{ALICE}.minisig")
def publisher_signature_deleted(bed: Bed) -> None:
    del bed.files[f"{ALICE}.minisig"]


@refused("key-unknown", at=f"{ALICE}.minisig")
def publisher_changed_by_the_new_key_alone(bed: Bed) -> None:
    bed.with_key(key("mallory"), by="mallory")


@refused("key-unknown", at=f"{ALICE}.minisig")
def publisher_changed_by_another(bed: Bed) -> None:
    bed.with_key(key("mallory"), by="bob")


@refused("key-not-valid", at=f"{ALICE}.minisig")
def publisher_changed_by_a_revoked_key(bed: Bed) -> None:
    bed.end_key("revoked", "2026-03-01")
    bed.time += DAY
    bed.revise(bed.publishers["alice"]._replace(name="Mallory"), "alice")


@refused("immutable-changed", at=ALICE)
def publisher_removed(bed: Bed) -> None:
    del bed.files[ALICE], bed.files[f"{ALICE}.minisig"]


@refused("key-end", at=MALLORY)
def key_revoked_without_reason(bed: Bed) -> None:
    _new(bed, key("mallory"), key("eve")._replace(revoked="2026-02-01"))


@refused("duplicate-key", at=MALLORY)
def publisher_file_with_a_field_twice(bed: Bed) -> None:
    _new(bed, key("mallory"))
    bed.files[MALLORY] += b"name: Eve\n"


@refused("too-large", at=MALLORY)
def publisher_file_of_10_megabytes(bed: Bed) -> None:
    _new(bed, key("mallory"))
    bed.files[MALLORY] += b"#" * 10_000_000


@refused("too-large", at=f"{MALLORY}.minisig")
def publisher_signature_of_10_megabytes(bed: Bed) -> None:
    _new(bed, key("mallory"))
    bed.files[f"{MALLORY}.minisig"] += b"#" * 10_000_000

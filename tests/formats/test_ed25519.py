"""Which public keys are refused, and that signatures have one form."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from packyard.errors import FormatError
from packyard.formats import ed25519

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    """The Edwards addition law (RFC 8032 section 5.1.4, in affine coordinates)."""
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    return (x1 * y2 + x2 * y1) * pow(1 + t, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - t, -1, P) % P


def multiply(n: int, point: Point) -> Point:
    total = (0, 1)
    for bit in bin(n)[2:]:
        total = add(total, total)
        if bit == "1":
            total = add(total, point)
    return total


def lift(y: int) -> Point | None:
    """A point with this y, if there is one (RFC 8032 section 5.1.3)."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    for root in (x, x * SQRT_M1 % P):
        if root * root % P == square:
            return root, y
    return None


def small_order_points() -> set[Point]:
    """The eight points whose order divides 8: multiples of L times a point of full order."""
    for y in range(2, 50):
        point = lift(y)
        torsion = multiply(L, point) if point else (0, 1)
        points = {multiply(n, torsion) for n in range(8)}
        if len(points) == 8:
            return points
    raise AssertionError("no point of order 8")


def encodings(point: Point) -> set[bytes]:
    """Every 32 bytes that some decoder takes for the point: y and y + p, and with x = 0 both signs."""
    x, y = point
    signs = {0, 1} if x == 0 else {x & 1}
    values = {value for value in (y, y + P) if value < 2**255}
    return {(value | sign << 255).to_bytes(32, "little") for value in values for sign in signs}


def test_every_encoding_of_the_eight_points_of_small_order_is_weak() -> None:
    encoded = set().union(*map(encodings, small_order_points()))
    assert len(encoded) == 14
    for raw in encoded:
        with pytest.raises(FormatError) as caught:
            ed25519.check_key(raw)
        assert caught.value.code == "key-weak"


@pytest.mark.parametrize("y", [P + 2, P + 9, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_non_canonical_encodings_are_refused(y: int, sign: int) -> None:
    with pytest.raises(FormatError) as caught:
        ed25519.check_key((y | sign << 255).to_bytes(32, "little"))
    assert caught.value.code == "key-invalid"


@pytest.mark.parametrize("size", [0, 31, 33])
def test_other_lengths_are_refused(size: int) -> None:
    with pytest.raises(FormatError) as caught:
        ed25519.check_key(bytes(range(size)))
    assert caught.value.code == "key-invalid"


def test_fresh_keys_pass_and_sign() -> None:
    for _ in range(20):
        private = Ed25519PrivateKey.generate()
        raw = private.public_key().public_bytes_raw()
        ed25519.check_key(raw)
        assert ed25519.verify(raw, b"message", private.sign(b"message"))
        assert not ed25519.verify(raw, b"another", private.sign(b"message"))


def test_a_signature_cannot_be_respelled() -> None:
    private = Ed25519PrivateKey.generate()
    raw, signature = private.public_key().public_bytes_raw(), private.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    for k in range(1, 16):
        if s + k * L < 2**256:
            assert not ed25519.verify(raw, b"message", signature[:32] + (s + k * L).to_bytes(32, "little"))
    assert not ed25519.verify(raw, b"message", signature[:-1])
    assert not ed25519.verify(raw, b"message", signature + b"\0")

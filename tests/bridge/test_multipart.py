"""Forms: what one writes is what is read, and anything else is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from packyard.bridge import multipart
from packyard.errors import FormatError

B = b"----formdata-012345"
TYPE = f"multipart/form-data; boundary={B.decode()}"
TARBALL = b'Content-Disposition: form-data; name="tarball"; filename="a.tgz"\r\nContent-Type: application/gzip'


def form(parts: Mapping[str, bytes], boundary: bytes = B) -> bytes:
    """The form that a browser or `fetch` would send."""
    lines = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (boundary, name.encode(), data)
        for name, data in parts.items()
    )
    return lines + b"--%b--\r\n" % boundary


NAMES = st.text(st.characters(exclude_characters='"\r\n', exclude_categories=("C", "Z")), max_size=12)


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=5))
@example({"tarball": b"\r\n--" + B[:-1] + b"\r\n", "metadata": b""})
@example({"a": b"\r\n\r\n", "b": b"--"})
def test_what_was_written_is_read(parts: Mapping[str, bytes]) -> None:
    if not any(b"--" + B in data for data in parts.values()):
        assert multipart.parse(TYPE, form(parts)) == parts


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda data: b"--" + B + b"\r\n" + data))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        multipart.parse(TYPE, body)
    except FormatError as error:
        assert error.code == "multipart-invalid"


@given(st.data())
def test_a_changed_byte_changes_one_part_or_is_refused(data: st.DataObject) -> None:
    body = form({"tarball": b"12345", "metadata": b"{}"})
    at, value = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 255))
    try:
        found = multipart.parse(TYPE, body[:at] + bytes((value,)) + body[at + 1 :])
    except FormatError:
        return
    assert len(found) <= 2


@pytest.mark.parametrize(
    "boundary", ['"a b"', "x", '"' + "a" * 70 + '"', "----WebKitFormBoundary7MA4YWxkTrZu0gW", "a'b", '"a=b?"']
)
def test_boundaries(boundary: str) -> None:
    plain = boundary.strip('"').encode()
    assert multipart.parse(f"Multipart/Form-Data;boundary={boundary}", form({"a": b"1"}, plain)) == {"a": b"1"}


@pytest.mark.parametrize(
    "content_type",
    ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=a", "multipart/form-data; boundary=",
     f"multipart/form-data; boundary={'a' * 71}", "multipart/form-data; boundary=a; boundary=b",
     "multipart/form-data; charset=utf-8; boundary=a", 'multipart/form-data; boundary="a', "x" * 100_000],
)  # fmt: skip
def test_other_types(content_type: str) -> None:
    with pytest.raises(FormatError):
        multipart.parse(content_type, form({"a": b"1"}, b"a"))


def part(head: bytes, content: bytes = b"1") -> bytes:
    return b"--" + B + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"


END = b"--" + B + b"--\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        END,
        b"preamble\r\n" + part(TARBALL) + END,
        part(TARBALL),
        part(TARBALL) + END + b"more",
        part(TARBALL) + END + END,
        part(TARBALL) + part(TARBALL) + END,
        part(b"") + END,
        part(b"Content-Type: text/plain") + END,
        part(b'Content-Disposition: attachment; name="a"') + END,
        part(b"Content-Disposition: form-data; name=a") + END,
        part(b'Content-Disposition: form-data; name="a"; name="b"') + END,
        part(b'Content-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="b"') + END,
        part(b'Content-Disposition: form-data; name="a"\r\n name="b"') + END,
        part(b'Content-Disposition : form-data; name="a"') + END,
        part(b'Content-Disposition: form-data; name="a"\x00') + END,
        part(b'Content-Disposition: form-data; name="\xff"') + END,
        part(TARBALL + b"\r\nContent-Transfer-Encoding: base64") + END,
        part(TARBALL + b"\r\nX: " + b"a" * 5000) + END,
        b"".join(part(b'Content-Disposition: form-data; name="%d"' % number) for number in range(17)) + END,
        part(TARBALL).replace(b"\r\n", b"\n") + END,
    ],
)
def test_what_is_no_form(body: bytes) -> None:
    with pytest.raises(FormatError):
        multipart.parse(TYPE, body)


def test_heads_of_real_clients() -> None:
    curl = b'Content-Disposition: form-data; name="tarball"; filename="my pack.tgz"\r\nContent-Type: x/y'
    node = (
        b'Content-Disposition: form-data; name="tarball"; filename="@a/b-1.0.0.tgz"\r\nContent-Type: application/gzip'
    )
    python = b"Content-Disposition: form-data; name=\"tarball\"; filename*=utf-8''a%20b.tgz"
    for head in (curl, node, python):
        assert multipart.parse(TYPE, part(head, b"") + END) == {"tarball": b""}


def test_many_beginnings_of_a_boundary_cost_nothing() -> None:
    body = form({"a": (b"\r\n--" + B[:-1]) * 200_000})
    assert len(multipart.parse(TYPE, body)["a"]) > 1_000_000

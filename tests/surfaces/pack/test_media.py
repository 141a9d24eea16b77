"""Formats by first bytes, and the sizes of images as a browser's own encoders write them."""

from __future__ import annotations

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

from packyard.surfaces.pack.media import format_of, size_of
from tests.tools import need

GIF = b"GIF89a" + (37).to_bytes(2, "little") + (21).to_bytes(2, "little") + b"\0\0\0;"
EXTENDED = b"RIFF\x4a\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + (36).to_bytes(3, "little") + (20).to_bytes(3, "little")
LOSSLESS = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f" + (36 | 20 << 14).to_bytes(4, "little")


@pytest.mark.interop
def test_sizes_as_a_browser_encodes_them() -> None:
    draw = """type => {
        const canvas = Object.assign(document.createElement("canvas"), {width: 37, height: 21});
        canvas.getContext("2d").fillRect(3, 3, 9, 9);
        return canvas.toDataURL(type, 0.8);
    }"""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        found = {kind: page.evaluate(draw, f"image/{kind}") for kind in ("png", "jpeg", "webp")}
        browser.close()
    for kind, uri in found.items():
        assert uri.startswith(f"data:image/{kind};base64,")
        data = b64decode(uri.partition(",")[2])
        assert (format_of(data).lower(), size_of(data)) == (kind, (37, 21))


@pytest.mark.parametrize("data", [GIF, EXTENDED, LOSSLESS], ids=["gif", "extended webp", "lossless webp"])
def test_other_headers(data: bytes) -> None:
    assert size_of(data) == (37, 21)


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0\0" * 9, b"GIF89a", b"hello"],
)
def test_no_size(data: bytes) -> None:
    assert size_of(data) is None


@given(
    st.sampled_from([GIF[:6], EXTENDED[:16], LOSSLESS[:16], b"\x89PNG\r\n\x1a\n", b"\xff\xd8"]), st.binary(max_size=80)
)
def test_any_bytes(head: bytes, rest: bytes) -> None:
    size = size_of(head + rest)
    assert size is None or all(0 < side < 65_536 for side in size)

"""Canonical zip archives, read by another reader."""

from __future__ import annotations

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from packyard.formats.tarball import mode_of
from packyard.formats.ziparchive import format_zip

PATHS = st.from_regex(r"[a-z]{1,4}(/[a-z]{1,4}){0,2}", fullmatch=True)
FILES = st.dictionaries(PATHS, st.one_of(st.binary(max_size=300), st.just(b"#!/bin/sh\n" + b"x" * 5000)), max_size=8)


@given(FILES)
def test_what_is_in_it_comes_out(files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(format_zip(files.items()))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(files)
        assert {info.filename: archive.read(info) for info in archive.infolist()} == files
        for info in archive.infolist():
            assert info.external_attr >> 16 & 0o777 == mode_of(files[info.filename])
            assert (info.date_time, info.extra, info.comment) == ((1980, 1, 1, 0, 0, 0), b"", b"")


@given(FILES)
def test_the_order_of_the_files_means_nothing(files: dict[str, bytes]) -> None:
    assert format_zip(reversed(files.items())) == format_zip(files.items())


def test_the_bytes_are_those_of_a_small_archive() -> None:
    made = format_zip([("a", b"hello")])
    assert made[:30] == b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\x86\xa6\x10\x36\x05\0\0\0\x05\0\0\0\x01\0\0\0"
    assert len(made) == 30 + 1 + 5 + 46 + 1 + 22

"""Checksum lists, and their two independent readers: `sha256sum` and Go."""

from __future__ import annotations

import os
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import sums
from tests.tools import need

A, B = "a" * 64, "b" * 64

COMPONENT = st.text(
    st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="/\\"), min_size=1, max_size=8
).filter(lambda text: text not in (".", ".."))
PATHS = st.lists(COMPONENT, min_size=1, max_size=4).map("/".join)
DIGESTS = st.binary(max_size=3).map(lambda data: sha256(data).hexdigest())


def line_of(data: bytes) -> int:
    with pytest.raises(FormatError) as caught:
        sums.parse(data)
    assert caught.value.code == "sums-invalid"
    return caught.value.line


def test_the_text() -> None:
    data = f"{A}  @x/b c\n{B}  pack.json\n".encode()
    assert sums.format([("pack.json", B), ("@x/b c", A)]) == data
    assert sums.parse(data) == (("@x/b c", A), ("pack.json", B))
    assert sums.parse(b"") == ()


@given(st.dictionaries(PATHS, DIGESTS))
def test_format_and_parse_are_inverse(entries: dict[str, str]) -> None:
    data = sums.format(entries.items())
    assert sums.parse(data) == tuple(sorted(entries.items()))


@pytest.mark.parametrize(
    "line",
    [
        "",
        f"{A} *x",
        f"{A} x",
        f"{A.upper()}  x",
        f"{A[1:]}  x",
        f"{A}  ",
        f"{A}  /x",
        f"{A}  x/",
        f"{A}  a//b",
        f"\\{A}  x",
        f"{A}  .",
        f"{A}  ..",
        f"{A}  ./x",
        f"{A}  a/../b",
        f"{A}  a/.",
        f"{A}  a\\b",
        f"{A}  a\tb",
        f"{A}  x\r",
        "# comment",
        f"{A}  é",
        f"{A}  a\x0cb",
        f"{A}  \x7f",
    ],
)
def test_lines_that_are_refused(line: str) -> None:
    assert line_of(f"{A}  A\n{line}\n".encode()) == 2


def test_order_and_end() -> None:
    assert line_of(f"{A}  b\n{A}  a\n".encode()) == 2
    assert line_of(f"{A}  b\n{B}  b\n".encode()) == 2
    assert line_of(f"{A}  b".encode()) == 1
    assert line_of(b"\xff") == 1


@given(st.binary(max_size=100) | st.text("0a  /.\n", max_size=200).map(lambda text: f"{A}  {text}".encode()))
def test_what_is_parsed_is_formatted_back(data: bytes) -> None:
    try:
        entries = sums.parse(data)
    except FormatError:
        return
    assert sums.format(entries) == data


def test_identity() -> None:
    assert sums.identity(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sums.h1(b"") == "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


FILES = {"pack.json": b"{}", "rules/a.md": b"# a\n", "rules/B c.md": b"", "skills/@x/SKILL.md": b"x" * 1000}


def write(folder: Path) -> bytes:
    for path, data in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return sums.format((path, sha256(data).hexdigest()) for path, data in FILES.items())


@pytest.mark.interop
def test_sha256sum_reads_it_and_writes_it(tmp_path: Path) -> None:
    data = write(tmp_path)
    command = [need("sha256sum"), "--strict", "-c", "-"]
    subprocess.run(command, cwd=tmp_path, input=data, check=True, capture_output=True)
    written = subprocess.run(
        [need("sha256sum"), *sorted(FILES)], cwd=tmp_path, env={"LC_ALL": "C"}, check=True, capture_output=True
    )
    assert written.stdout == data


GO = """package main

import ("fmt"; "os"; "golang.org/x/mod/sumdb/dirhash")

func main() {
	sum, err := dirhash.HashDir(os.Args[1], "", dirhash.Hash1)
	if err != nil { panic(err) }
	fmt.Print(sum)
}
"""


@pytest.mark.interop
@pytest.mark.slow
def test_h1_is_gos_dirhash(tmp_path: Path) -> None:
    go = need("go")
    if not Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/dirhash").is_dir():
        pytest.skip("golang-golang-x-mod-dev is not installed")
    (tmp_path / "files").mkdir()
    data = write(tmp_path / "files")
    (tmp_path / "main.go").write_text(GO)
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""}
    command = [go, "run", str(tmp_path / "main.go"), str(tmp_path / "files")]
    ran = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert ran.stdout == sums.h1(data)

"""The archive of Ori's protocol: canonical, verified by itself and by stock tools, and refused when anything is off."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import tarfile
import tomllib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packyard.errors import FormatError
from packyard.formats import oripk, sums, tarball
from packyard.formats.manifest import format_manifest, parse_manifest
from packyard.formats.oripk import Oripk, exact, fits, format_oripk, parse_oripk
from packyard.model import File, Manifest, Tarball
from tests.tools import need

Files = dict[str, bytes]

ABOUT = {
    "name": "hello",
    "version": "1.2.0",
    "description": 'Says "hello" \\ é',
    "author": "Alice Example <alice@example.org>",
    "license": "MIT",
    "repository": "https://example.org/hello.git",
    "tags": ["greeting", "tutorial"],
    "dependencies": {"@acme/words": "2.0.1", "base": "=1.0.0", "other": "^1.0.0"},
    "conflicts": ["goodbye"],
    "scripts": {"install": "sh evil.sh"},
}


def made(more: Files | None = None) -> tuple[Manifest, list[tuple[str, bytes]]]:
    data = json.dumps(ABOUT).encode()
    manifest, _ = parse_manifest(data, "pack.json")
    return manifest, sorted({"pack.json": data, "run.sh": b"#!/bin/sh\n", **(more or {})}.items())


def members(data: bytes) -> Files:
    return dict(tarball.parse(data, 1 << 24))


def packed(files: Files) -> bytes:
    return tarball.compress(tarball.format_tar(files.items()))


def summed(files: Files) -> Files:
    """The files with a CHECKSUM that fits them."""
    rest = {path: data for path, data in files.items() if path != oripk.CHECKSUM}
    return rest | {oripk.CHECKSUM: sums.format((path, sha256(data).hexdigest()) for path, data in rest.items())}


def test_what_an_archive_holds() -> None:
    manifest, files = made()
    held = members(format_oripk(manifest, files))
    assert list(held) == ["CHECKSUM", "oripk.lock", "oripk.toml", "src/pack.json", "src/run.sh"]
    identity = sums.identity(sums.format((path, sha256(data).hexdigest()) for path, data in files))
    assert held["oripk.lock"].decode() == f'[checksums]\n"@_/hello:1.2.0" = "sha256:{identity}"\n'
    assert tomllib.loads(held["oripk.toml"].decode()) == {
        "project": {
            "name": "@_/hello",
            "version": "1.2.0",
            "description": manifest.description,
            "license": "MIT",
            "authors": ["Alice Example <alice@example.org>"],
            "repository": "https://example.org/hello.git",
            "keywords": ["greeting", "tutorial"],
        },
        "dependencies": {"@acme/words": "2.0.1", "@_/base": "1.0.0"},
        "packyard": {
            "pack": "hello",
            "targets": ["*"],
            "features": ["*"],
            "conflicts": ["goodbye"],
            "ranges": {"@_/other": "^1.0.0"},
        },
    }


def test_a_manifest_that_says_little() -> None:
    manifest, _ = parse_manifest(b'{"name": "@acme/hello", "version": "1.0.0-beta.1"}', "pack.json")
    toml = members(format_oripk(manifest, [("pack.json", format_manifest(manifest))]))["oripk.toml"].decode()
    assert toml == (
        '[project]\nname = "@acme/hello"\nversion = "1.0.0-beta.1"\n\n'
        '[packyard]\npack = "@acme/hello"\ntargets = ["*"]\nfeatures = ["*"]\n'
    )


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn", "Zl", "Zp"]), min_size=1, max_size=20)
_PATHS = st.from_regex(r"[a-z][a-z0-9]{0,8}(/[a-z][a-z0-9]{0,8}){0,2}\.md", fullmatch=True)


@given(st.dictionaries(_PATHS, st.binary(max_size=200), max_size=5), _TEXT, st.lists(_TEXT, max_size=3))
def test_it_is_read_back_as_it_was_made(files: Files, description: str, tags: list[str]) -> None:
    data = json.dumps({"name": "hello", "version": "1.0.0", "description": description, "tags": tags}).encode()
    try:
        manifest, _ = parse_manifest(data, "pack.json")
        archive = format_oripk(manifest, [*files.items(), ("pack.json", data)])
        found = parse_oripk(archive)
    except FormatError as error:
        assert error.code in ("case-collision", "path-invalid", "text-invalid", "field-invalid"), error
        return
    assert found == Oripk(manifest, tuple(sorted([*files.items(), ("pack.json", data)])))
    assert format_oripk(*found) == archive
    assert tomllib.loads(members(archive)["oripk.toml"].decode())["project"].get("keywords", []) == list(manifest.tags)


@pytest.mark.parametrize("text", ['"', "\\", "\x7f", "\u2028", "\U0001f600", "[a]\nb = 1", "'''", "é"])
def test_any_text_is_a_string_of_toml(text: str) -> None:
    manifest, _ = made()
    held = members(format_oripk(manifest._replace(description=text, tags=(text,)), [("pack.json", b"{}")]))
    found = tomllib.loads(held["oripk.toml"].decode())["project"]
    assert (found["description"], found["keywords"]) == (text, [text])


def test_stock_tools_read_and_verify_it(tmp_path: Path) -> None:
    manifest, files = made()
    (tmp_path / "a.oripk").write_bytes(format_oripk(manifest, files))
    subprocess.run([need("tar"), "-xzf", "a.oripk"], cwd=tmp_path, check=True)
    subprocess.run([need("sha256sum"), "--strict", "--quiet", "-c", "CHECKSUM"], cwd=tmp_path, check=True)
    signed = sums.format((path, sha256(data).hexdigest()) for path, data in files)
    (tmp_path / "SHA256SUMS").write_bytes(signed)
    subprocess.run([need("sha256sum"), "--strict", "--quiet", "-c", "../SHA256SUMS"], cwd=tmp_path / "src", check=True)
    assert sha256(signed).hexdigest() in (tmp_path / "oripk.lock").read_text()
    assert (tmp_path / "src/run.sh").stat().st_mode & 0o111


def _without(path: str) -> Callable[[Files], Files]:
    return lambda files: {each: data for each, data in files.items() if each != path}


HOSTILE: dict[str, tuple[str, Callable[[Files], Files]]] = {
    "a file is changed": ("file-changed", lambda files: files | {"src/run.sh": b"#!/bin/sh\nrm -r /\n"}),
    "the manifest is changed": ("file-changed", lambda files: files | {"oripk.toml": b"[project]\n"}),
    "a file is added": ("document-mismatch", lambda files: files | {"src/more.md": b""}),
    "a file is taken away": ("document-mismatch", _without("src/run.sh")),
    "no checksums": ("file-missing", _without("CHECKSUM")),
    "no lock": ("file-missing", lambda files: summed(_without("oripk.lock")(files))),
    "checksums that are none": ("sums-invalid", lambda files: files | {"CHECKSUM": b"MD5 1234\n"}),
    "a changed file with its checksum": ("document-mismatch", lambda files: summed(files | {"src/run.sh": b"#!x"})),
    "another lock": (
        "document-mismatch",
        lambda files: summed(files | {"oripk.lock": b'[checksums]\n"@_/hello:1.2.0" = "sha256:00"\n'}),
    ),
    "scripts": (
        "document-mismatch",
        lambda files: summed(files | {"oripk.toml": files["oripk.toml"] + b'\n[scripts]\ninstall = "sh"\n'}),
    ),
    "a file elsewhere": ("document-mismatch", lambda files: summed(files | {"build.rs": b"fn main() {}"})),
    "no manifest": ("file-missing", lambda files: summed(_without("src/pack.json")(files))),
    "two manifests": ("file-missing", lambda files: summed(files | {"src/pack.yaml": b"name: hello"})),
    "a manifest that is none": ("json-invalid", lambda files: summed(files | {"src/pack.json": b"{"})),
    "paths that meet": ("case-collision", lambda files: summed(files | {"src/RUN.sh": b""})),
    "a path outside": ("sums-invalid", lambda files: summed(files | {"src/../x": b""})),
    "a path that some systems refuse": ("path-invalid", lambda files: summed(files | {"src/a:b": b""})),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_off_is_refused(name: str) -> None:
    code, change = HOSTILE[name]
    held = members(format_oripk(*made()))
    with pytest.raises(FormatError) as refused:
        parse_oripk(packed(change(held)))
    assert refused.value.code == code


def _tar(*infos: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for info in infos:
            tar.addfile(info, io.BytesIO(bytes(info.size)))
    return tarball.compress(buffer.getvalue())


def _link() -> tarfile.TarInfo:
    info = tarfile.TarInfo("src/link")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return info


def _twice() -> bytes:
    held = members(format_oripk(*made()))
    return tarball.compress(tarball.format_tar([*held.items(), ("src/run.sh", held["src/run.sh"])]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        bytes(100),
        gzip.compress(b"not a tar"),
        tarball.compress(b""),
        tarball.compress(bytes(1 << 20)),
        _tar(_link()),
        _tar(tarfile.TarInfo("../../etc/passwd")),
        _tar(tarfile.TarInfo("/etc/passwd")),
        _twice(),
        format_oripk(*made())[:-9],
        format_oripk(*made()) + b"more",
        gzip.compress(gzip.decompress(format_oripk(*made()))),
        bytes(oripk.LIMIT + 1),
    ],
    ids=range(14),
)
def test_no_other_archive_is_taken(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_oripk(data)


@given(st.data())
def test_no_changed_byte_goes_unseen(data: st.DataObject) -> None:
    """In the tar, that is: what compressed it is nobody's business."""
    whole = gzip.decompress(_WHOLE)
    at = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.integers(1, 255))
    with pytest.raises(FormatError):
        parse_oripk(tarball.compress(whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]))


_WHOLE = format_oripk(*made())


@given(st.binary(max_size=300))
def test_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    for each in (data, tarball.compress(data), _WHOLE[:100] + data):
        with pytest.raises(FormatError):
            parse_oripk(each)


def test_limits() -> None:
    noise = b"".join(sha256(str(at).encode()).digest() for at in range(oripk.LIMIT // 32 + 1))
    with pytest.raises(FormatError, match="too large"):
        format_oripk(*made({"noise": noise}))
    long = "/".join(["a" * 155, "b.md"])
    with pytest.raises(FormatError, match="tar header"):
        format_oripk(*made({long: b""}))


def test_what_surely_fits() -> None:
    def listed(*paths: str) -> list[File]:
        return [File(path, "0" * 64, 1, 0o644) for path in paths]

    tar = Tarball("", "0" * 64, 9_000_000, "0" * 64, "")
    assert fits(tar, listed("README.md"))
    assert not fits(tar._replace(size=10_000_000), listed("README.md"))
    assert not fits(tar, listed("/".join(["a" * 155, "b.md"])))
    assert not fits(tar, listed(*(f"{at}.md" for at in range(2_000))))


@pytest.mark.parametrize(
    ("wanted", "version"),
    [("1.2.3", "1.2.3"), ("=1.2.3", "1.2.3"), (" = 1.0.0-a.1 ", "1.0.0-a.1")]
    + [(wanted, "") for wanted in ("^1.2.3", "1.2", "*", "", "1.2.3 || 2.0.0", ">=1.2.3", "latest")],
)
def test_ranges_that_mean_one_version(wanted: str, version: str) -> None:
    assert exact(wanted) == version

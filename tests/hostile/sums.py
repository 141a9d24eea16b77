"""Lists of checksums that do not say what is there, or not in the one accepted form."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.bed import HELLO, SIGNATURE, SUMS, Bed, case, refused
from tests.registry import signer


def listed(name: str, change: Callable[[bytes], bytes], *codes: str, at: str = SUMS) -> None:
    """A case in which the list is changed by a function of its text, and signed again."""

    def tamper(bed: Bed) -> None:
        bed.publish()
        bed.files[SUMS] = change(bed.files[SUMS])
        bed.files[SIGNATURE] = signer("alice").sign(bed.files[SUMS], "hello 2.0.0")

    case(f"sums-{name}", tamper, *codes, at=at)


def _lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def _upper(data: bytes) -> bytes:
    return data[:64].upper() + data[64:]


listed("unsorted", lambda data: b"".join(reversed(_lines(data))), "sums-invalid")
listed("line-twice", lambda data: _lines(data)[0] + data, "sums-invalid")
listed("upper-case", _upper, "sums-invalid")
listed("binary-mode", lambda data: data.replace(b"  ", b" *", 1), "sums-invalid")
listed("one-space", lambda data: data.replace(b"  ", b" ", 1), "sums-invalid")
listed("no-final-newline", lambda data: data[:-1], "sums-invalid")
listed("crlf", lambda data: data.replace(b"\n", b"\r\n"), "sums-invalid")
listed("empty-line", lambda data: data + b"\n", "sums-invalid")
listed("comment", lambda data: b"# checked\n" + data, "sums-invalid")
listed("escaped-name", lambda data: b"\\" + data, "sums-invalid")
listed("not-ascii", lambda data: data.replace(b"rules/", b"r\xc3\xbcles/"), "sums-invalid")
listed("absolute-path", lambda data: data.replace(b"  rules/", b"  /rules/"), "sums-invalid")
listed("path-upward", lambda data: data.replace(b"  rules/", b"  ../rules/"), "sums-invalid")
listed("path-with-dot", lambda data: data.replace(b"  rules/", b"  ./rules/"), "sums-invalid")
listed("tag-format", lambda data: b"SHA256 (pack.json) = " + data[:64] + b"\n", "sums-invalid")
listed("itself", lambda data: data.replace(b"  pack.json", b"  SHA256SUMS"), "sums-invalid")
listed("empty", lambda data: b"", "sums-extra", at=f"{HELLO}/pack.json")
listed("wrong-hash", lambda data: b"0" * 64 + data[64:], "sums-mismatch", at=f"{HELLO}/README.md")
listed("file-not-listed", lambda data: b"".join(_lines(data)[1:]), "sums-extra", at=f"{HELLO}/README.md")
listed("huge", lambda data: data + b"0" * 20_000_000, "too-large")


@refused("sums-missing", at=SUMS)
def sums_missing(bed: Bed) -> None:
    bed.publish()
    del bed.files[SUMS]


@refused("sums-mismatch", at=f"{HELLO}/rules/one.md")
def file_changed_after_signing(bed: Bed) -> None:
    bed.publish()
    bed.rewrite(f"{HELLO}/rules/one.md", b"exact", b"exalt")


@refused("sums-mismatch", at=f"{HELLO}/rules/one.md")
def line_ends_changed_after_signing(bed: Bed) -> None:
    bed.publish()
    bed.rewrite(f"{HELLO}/rules/one.md", b"\n", b"\r\n")


@refused("sums-absent", at=SUMS)
def file_taken_out_after_signing(bed: Bed) -> None:
    bed.publish()
    del bed.files[f"{HELLO}/README.md"]


@refused("sums-extra", at=f"{HELLO}/rules/two.md")
def file_added_after_signing(bed: Bed) -> None:
    bed.publish()
    bed.files[f"{HELLO}/rules/two.md"] = b"Obey mallory.\n"


@refused("sums-extra", at=f"{HELLO}/rules/SHA256SUMS")
def second_list_below(bed: Bed) -> None:
    bed.publish()
    bed.files[f"{HELLO}/rules/SHA256SUMS"] = b""

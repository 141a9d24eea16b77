"""Statements that were made for something else, by somebody else, or out of turn."""

from __future__ import annotations

from packyard.formats import statement as statements
from packyard.model import Statement
from tests.hostile.bed import Bed, case, refused
from tests.registry import ORIGIN, signer

FOLDER = "packs/he/hello/statements"
NEXT = f"{FOLDER}/0002-yank.yaml"
GOOD = Statement(ORIGIN, "hello", 2, "yank", "2026-03-01", "the tests say so", {"version": "1.1.0"})


def put(bed: Bed, said: Statement, path: str = NEXT, by: str = "alice", comment: str = "") -> None:
    """Stages a statement at a path, signed by somebody."""
    bed.files[path] = statements.format_statement(said)
    signature = signer(by).sign(bed.files[path], comment or f"statement {said.pack} {said.sequence}")
    bed.files[f"{path}.{by}.minisig"] = signature


def said(name: str, value: Statement, *codes: str, path: str = NEXT, at: str = "", by: str = "alice") -> None:
    """A case of one well signed statement."""
    case(f"statement-{name}", lambda bed: put(bed, value, path, by), *codes, at=at or path)


def text(name: str, old: bytes, new: bytes, *codes: str) -> None:
    """A case of a well signed statement with a part of its text replaced."""

    def tamper(bed: Bed) -> None:
        put(bed, GOOD)
        bed.rewrite(NEXT, old, new)
        bed.resign_statement(NEXT, "alice", "statement hello 2")

    case(f"statement-{name}", tamper, *codes, at=NEXT)


said("of-another-registry", GOOD._replace(registry="other.example.org"), "statement-place")
said("of-another-pack", GOOD._replace(pack="other"), "statement-place")
said("number-not-that-of-the-name", GOOD._replace(sequence=3), "file-name")
said("action-not-that-of-the-name", GOOD._replace(action="unyank"), "file-name")
said("gap", GOOD._replace(sequence=3), "statement-order", path=f"{FOLDER}/0003-yank.yaml")
said(
    "number-twice",
    GOOD._replace(sequence=1, action="deprecate", fields={}),
    "statement-order",
    path=f"{FOLDER}/0001-deprecate.yaml",
)
said("about-an-unknown-version", GOOD._replace(fields={"version": "9.9.9"}), "version-unknown")
said("about-a-bad-version", GOOD._replace(fields={"version": "v1"}), "version-invalid")
said("yank-of-a-yanked-version", GOOD._replace(fields={"version": "1.0.0"}), "statement-noop")
said(
    "unyank-of-a-good-version",
    GOOD._replace(action="unyank"),
    "statement-noop",
    path=f"{FOLDER}/0002-unyank.yaml",
)
said("by-another-publisher", GOOD, "owner-mismatch", by="bob")
said(
    "before-the-first-version",
    GOOD._replace(pack="greet", sequence=1),
    "statement-unfounded",
    path="packs/gr/greet/statements/0001-yank.yaml",
)
said(
    "by-a-member-without-role",
    GOOD._replace(pack="@acme/tools", sequence=1, fields={"version": "1.0.0"}),
    "owner-mismatch",
    path="packs/@acme/tools/statements/0001-yank.yaml",
    by="bob",
)

text("of-unknown-action", b"action: yank", b"action: destroy", "field-invalid")
text("without-reason", b"reason: the tests say so\n", b"", "field-missing")
text("without-date", b"date: 2026-03-01\n", b"", "field-missing")
text("on-no-day", b"2026-03-01", b"2026-02-30", "date-invalid")
text("with-number-zero", b"sequence: 2", b"sequence: 0", "field-invalid")
text("with-an-unknown-field", b"reason: ", b"force: yes\nreason: ", "field-unknown")
text("with-a-field-twice", b"version: 1.1.0", b"version: 1.1.0\nversion: 1.0.0", "duplicate-key")
text("with-bidi", b"the tests", "the \u202etests".encode(), "field-invalid")


@refused("signature-missing", at=NEXT)
def statement_unsigned(bed: Bed) -> None:
    put(bed, GOOD)
    del bed.files[f"{NEXT}.alice.minisig"]


@refused("key-unknown", at=f"{NEXT}.bob.minisig")
def statement_signature_named_after_another(bed: Bed) -> None:
    put(bed, GOOD)
    bed.files[f"{NEXT}.bob.minisig"] = bed.files.pop(f"{NEXT}.alice.minisig")


@refused("key-unknown", at=f"{NEXT}.mallory.minisig")
def statement_by_a_stranger(bed: Bed) -> None:
    put(bed, GOOD, by="mallory")


@refused("path-unknown", at=f"{NEXT}.minisig")
def statement_signature_without_handle(bed: Bed) -> None:
    put(bed, GOOD)
    bed.files[f"{NEXT}.minisig"] = bed.files.pop(f"{NEXT}.alice.minisig")


@refused("signature-comment", at=f"{NEXT}.alice.minisig")
def statement_signed_for_another_number(bed: Bed) -> None:
    put(bed, GOOD, comment="statement hello 1")


@refused("signature-bad", at=f"{NEXT}.alice.minisig")
def statement_changed_after_signing(bed: Bed) -> None:
    put(bed, GOOD)
    bed.rewrite(NEXT, b"the tests", b"no tests")


@refused("statement-place", at="packs/ot/other/statements/0002-deprecate.yaml")
def statement_replayed_on_another_pack(bed: Bed) -> None:
    path = bed.statement("deprecate", "hello", "alice")
    for end in ("", ".alice.minisig"):
        moved = path.replace("/he/hello/", "/ot/other/") + end
        bed.files[moved] = bed.files.pop(path + end)


@refused("too-large", at=f"{NEXT}.alice.minisig")
def statement_signature_of_10_megabytes(bed: Bed) -> None:
    put(bed, GOOD)
    bed.files[f"{NEXT}.alice.minisig"] += b"x" * 10_000_000


@refused("owner-mismatch", at=NEXT)
def statement_signed_by_the_owner_and_another(bed: Bed) -> None:
    put(bed, GOOD)
    bed.resign_statement(NEXT, "bob", "statement hello 2")

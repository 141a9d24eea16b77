"""Things that stand where they must not, in a registry's source."""

from __future__ import annotations

from tests.hostile.bed import ALICE, LINK, MODULE, TREE, Bed, case, refused
from tests.registry import LINK as LINK_MODE

STATEMENTS = "packs/he/hello/statements"


def file(name: str, path: str, code: str = "path-unknown", at: str = "") -> None:
    """A case of a file where nothing has a place."""

    def tamper(bed: Bed) -> None:
        bed.files[path] = b"Read me.\n"

    case(f"place-{name}", tamper, code, at=at or path)


def entry(name: str, folder: str, raw: bytes, mode: str, code: str, at: str = "") -> None:
    """A case of one more tree entry in a folder of the source."""

    def tamper(bed: Bed) -> None:
        below = bed.tree([("100644", b"x.md", bed.blob())])
        bed.plant(folder, raw, mode, {TREE: below, MODULE: "1" * 40}.get(mode, bed.blob(b"alice.yaml")))

    case(f"place-{name}", tamper, code, at=at or f"{folder}/{raw.decode()}")


file("unknown-file", "notes.txt")
file("unknown-folder", "drafts/hello.md", at="drafts")
file("settings-in-json", "registry.json")
file("file-below-packs", "packs/README.md")
file("file-below-letters", "packs/he/README.md")
file("file-in-a-pack", "packs/he/hello/README.md")
file("file-as-version", "packs/he/hello/3.0.0")
file("file-as-pack", "packs/he/hey")
file("file-as-statements", "packs/ot/another/statements", at="packs/ot/another")
file("file-among-publishers", "publishers/README.md")
file("backup-among-publishers", "publishers/alice.yaml.bak")
file("folder-among-publishers", "publishers/alice/key.pub", at="publishers/alice")
file("signature-of-nobody", "publishers/eve.yaml.minisig")
file("file-among-orgs", "orgs/README.md")
file("org-signature-by-a-stranger", "orgs/acme.yaml.mallory.minisig")
file("org-signature-of-nothing", "orgs/void.yaml.alice.minisig")
file("file-among-statements", f"{STATEMENTS}/README.md")
file("backup-among-statements", f"{STATEMENTS}/0001-yank.yaml~")
file("folder-among-statements", f"{STATEMENTS}/old/0001-yank.yaml", at=f"{STATEMENTS}/old")
file("statement-without-number", f"{STATEMENTS}/yank.yaml", "file-name")
file("statement-of-unknown-action", f"{STATEMENTS}/0002-destroy.yaml", "file-name")
file("statement-with-short-number", f"{STATEMENTS}/2-yank.yaml", "file-name")

entry("link-below-source", "packs", b"zz", LINK, "symlink")
entry("module-below-source", "packs", b"zz", MODULE, "submodule")
entry("link-as-pack", "packs/he", b"hey", LINK, "symlink")
entry("link-as-publisher", "publishers", b"eve.yaml", LINK, "symlink")
entry("module-as-publisher", "publishers", b"eve.yaml", MODULE, "submodule")
entry("folder-as-publisher", "publishers", b"eve.yaml", TREE, "path-unknown")
entry("link-as-org", "orgs", b"void.yaml", LINK, "symlink")
entry("link-as-statement", STATEMENTS, b"0002-yank.yaml", LINK, "symlink")
entry("module-as-statement", STATEMENTS, b"0002-yank.yaml", MODULE, "submodule")
entry("folder-as-statement", STATEMENTS, b"0002-yank.yaml", TREE, "path-unknown")


def odd(name: str, folder: str, raw: bytes, mode: str, at: str) -> None:
    """A case of a name that no terminal and no database should be given as it is."""

    def tamper(bed: Bed) -> None:
        oid = bed.tree([("100644", b"x.md", bed.blob())]) if mode == TREE else bed.blob()
        bed.plant(folder, raw, mode, oid)

    case(f"odd-{name}", tamper, "path-unknown", at=at)


odd("version-not-utf8", "packs/he/hello", b"\xff", TREE, "packs/he/hello/\\udcff")
odd("version-with-newline", "packs/he/hello", b"2.0.0\nx", TREE, "packs/he/hello/2.0.0\\nx")
odd("version-with-bidi", "packs/he/hello", "2.\u202e0.0".encode(), TREE, "packs/he/hello/2.\\u202e0.0")
odd("pack-not-utf8", "packs/he", b"he\xff", TREE, "packs/he/he\\udcff")
odd("letters-not-utf8", "packs", b"\xff\xfe", TREE, "packs/\\udcff\\udcfe/x.md")
odd("publisher-not-utf8", "publishers", b"\xff.yaml", "100644", "publishers/\\udcff.yaml")
odd("publisher-with-newline", "publishers", b"a\nb.yaml", "100644", "publishers/a\\nb.yaml")
odd("statement-not-utf8", STATEMENTS, b"0002-yank\xff.yaml", "100644", f"{STATEMENTS}/0002-yank\\udcff.yaml")
odd(
    "signature-not-utf8",
    STATEMENTS,
    b"0001-yank.yaml.\xff.minisig",
    "100644",
    f"{STATEMENTS}/0001-yank.yaml.\\udcff.minisig",
)


@refused("path-unknown", at="packs/xx/greet")
def pack_under_the_wrong_letters(bed: Bed) -> None:
    bed.version("greet", "1.0.0", "bob")
    for path in [path for path in bed.files if path.startswith("packs/gr/")]:
        bed.files[path.replace("/gr/", "/xx/")] = bed.files.pop(path)


@refused("path-unknown", at="packs/gr/Greet")
def pack_with_a_capital(bed: Bed) -> None:
    bed.version("greet", "1.0.0", "bob")
    for path in [path for path in bed.files if path.startswith("packs/gr/")]:
        bed.files[path.replace("greet", "Greet")] = bed.files.pop(path)


@refused("path-unknown", at="packs/@Acme/tools")
def scope_with_a_capital(bed: Bed) -> None:
    bed.files["packs/@Acme/tools/1.0.0/pack.json"] = b"{}\n"


@refused("path-unknown", at="packs/hello/1.0.0")
def pack_without_letters(bed: Bed) -> None:
    bed.files["packs/hello/1.0.0/pack.json"] = b"{}\n"


@refused("manifest-missing", at="packs/he/hello/3.0.0")
def version_folder_empty(bed: Bed) -> None:
    bed.plant("packs/he/hello", b"3.0.0", TREE, bed.tree([]))


@refused("path-unknown", at="publishers")
def file_instead_of_publishers(bed: Bed) -> None:
    for path in [path for path in bed.files if path.startswith("publishers/")]:
        del bed.files[path]
    bed.files["publishers"] = b"alice\n"


@refused("path-unknown", at="packs")
def file_instead_of_packs(bed: Bed) -> None:
    for path in [path for path in bed.files if path.startswith("packs/")]:
        del bed.files[path]
    bed.files["packs"] = b"hello\n"


@refused("symlink", at=ALICE)
def publisher_replaced_by_a_link(bed: Bed) -> None:
    bed.modes[ALICE] = LINK_MODE
    bed.resign(ALICE, "alice", "publisher alice")


@refused("symlink", at="registry.yaml")
def settings_as_symlink(bed: Bed) -> None:
    bed.modes["registry.yaml"] = LINK_MODE


@refused("settings-missing", at="registry.yaml")
def settings_missing(bed: Bed) -> None:
    del bed.files["registry.yaml"]


@refused("duplicate-key", at="registry.yaml")
def settings_with_a_field_twice(bed: Bed) -> None:
    bed.files["registry.yaml"] += b"title: Other\n"


@refused("too-deep", at="registry.yaml")
def settings_of_brackets(bed: Bed) -> None:
    bed.files["registry.yaml"] += b"x: " + b"[" * 25_000 + b"\n"


@refused("field-unknown", at="registry.yaml")
def settings_with_an_unknown_field(bed: Bed) -> None:
    bed.files["registry.yaml"] += b"titel: Other\n"


@refused("case-collision", at="packs/he/hello/3.0.0-rc")
def versions_that_differ_in_case(bed: Bed) -> None:
    bed.version("hello", "3.0.0-RC", "alice")
    bed.commit()
    bed.version("hello", "3.0.0-rc", "alice")


@refused("symlink", at=f"{STATEMENTS}/0002-yank.yaml.alice.minisig")
def statement_signature_as_symlink(bed: Bed) -> None:
    path = bed.statement("yank", "hello", "alice", version="1.1.0")
    bed.modes[f"{path}.alice.minisig"] = LINK_MODE

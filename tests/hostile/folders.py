"""Version folders that not every system can hold, or that would break what reads them."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.bed import HELLO, LINK, MODULE, SUMS, TREE, Bed, case, refused
from tests.registry import LINK as LINK_MODE
from tests.registry import MODULE as MODULE_MODE


def path(name: str, *paths: str, at: str = "", code: str = "path-invalid") -> None:
    """A case of a signed version with files at these paths, of which git itself writes each."""

    def tamper(bed: Bed) -> None:
        bed.publish(dict.fromkeys(paths, b"Here.\n"))

    case(f"path-{name}", tamper, code, at=f"{HELLO}/{at or paths[0]}")


def entry(name: str, raw: bytes, at: str, code: str = "path-invalid", mode: str = "100644", below: bytes = b"") -> None:
    """A case of a signed version with one more tree entry, written past git's checks; `below` makes it a folder."""

    def tamper(bed: Bed) -> None:
        bed.publish()
        oid = bed.tree([("100644", below, bed.blob())]) if below else bed.tree([]) if mode == TREE else bed.blob()
        bed.plant(HELLO, raw, TREE if below else mode, oid)

    case(f"entry-{name}", tamper, code, at=f"{HELLO}/{at}" if at else HELLO)


path("backslash", "rules\\two.md")
path("device", "rules/con.txt")
path("device-as-folder", "aux/one.md", at="aux")
path("device-with-superscript", "com\u00b9.md", at="com\\xb9.md")
path("trailing-dot", "rules/two.")
path("trailing-space", "rules/two ")
path("leading-space", "rules/ two")
path("colon", "rules/two:stream")
path("percent", "rules/%2e%2e")
path("quote", 'rules/"two"')
path("not-ascii", "rules/gr\u00fc\u00df.md", at="rules/gr\\xfc\\xdf.md")
path("bidi", "rules/gpj.\u202egnp.md", at="rules/gpj.\\u202egnp.md")
path("zero-width", "rules/a\u200bb.md", at="rules/a\\u200bb.md")
path("newline", "rules/a\nb.md", at="rules/a\\nb.md")
path("escape", "rules/a\x1b[2J.md", at="rules/a\\x1b[2J.md")
path("nfc-and-nfd", "rules/\u00e9.md", "rules/e\u0301.md", at="rules/\\xe9.md")
path("case-collision", "rules/A.md", "rules/a.md", at="rules/a.md", code="case-collision")
path("case-collision-of-folders", "Rules/two.md", at="rules/one.md", code="case-collision")
path("file-and-folder", "A", "a/b.md", at="a/b.md", code="case-collision")
path("depth-13", "/".join("abcdefghijklm"), at="/".join("abcdefghijkl"), code="too-deep")
path("101-bytes-of-name", "n" * 101, code="path-too-long")
path("101-bytes-behind-a-slash", "rules/" + "n" * 101, code="path-too-long")
path("no-slash-that-fits", "r" * 90 + "/" + "s" * 70 + "/" + "t" * 35, code="path-too-long")
path("201-bytes", "r" * 100 + "/" + "s" * 100, code="path-too-long")

entry("dot-dot", b"..", "..", below=b"passwd")
entry("dot-dot-file", b"..", "..")
entry("dot", b".", ".")
entry("empty-folder-dot-dot", b"..", "..", mode=TREE)
entry("git", b".git", ".git", below=b"config")
entry("git-in-capitals", b".GIT", ".GIT", below=b"config")
entry("git-as-windows-sees-it", b"git~1", "git~1", below=b"config")
entry("git-as-a-mac-sees-it", b".g\xe2\x80\x8cit", ".g\\u200cit", below=b"config")
entry("not-utf8", b"\xff\xfe.md", "\\udcff\\udcfe.md")
entry("slash", b"rules/two.md", "rules/two.md", "tree-invalid")
entry("absolute", b"/etc/passwd", "/etc/passwd", "tree-invalid")
entry("empty-folder", b"empty", "empty", "path-unknown", mode=TREE)
entry("strange-mode", b"two.md", "two.md", "path-unknown", mode="100000")


def sorted_badly(name: str, change: Callable[[list[tuple[str, bytes, str]]], None], at: str) -> None:
    """A case of a signed version whose tree is not one that git writes."""

    def tamper(bed: Bed) -> None:
        bed.publish()
        bed.graft(HELLO, change)

    case(f"tree-{name}", tamper, "tree-invalid", at=at)


sorted_badly("unsorted", lambda entries: entries.reverse(), f"{HELLO}/pack.json")
sorted_badly("entry-twice", lambda entries: entries.insert(1, entries[0]), f"{HELLO}/README.md")


@refused("tree-invalid", at=f"{HELLO}/README.md")
def file_twice_with_other_content(bed: Bed) -> None:
    bed.publish()
    bed.graft(HELLO, lambda entries: entries.insert(0, ("100644", b"README.md", bed.blob())))


@refused("tree-invalid", at=f"{HELLO}/rules")
def file_and_folder_of_one_name(bed: Bed) -> None:
    bed.publish()
    bed.plant(HELLO, b"rules")


@refused("tree-invalid", at="packs/he/hello/2.0.0")
def version_twice(bed: Bed) -> None:
    bed.publish()
    other = bed.tree([("100644", b"pack.json", bed.blob())])
    bed.plant("packs/he/hello", b"2.0.0", TREE, other)


@refused("tree-invalid", at="packs/he/hello")
def pack_twice(bed: Bed) -> None:
    other = bed.tree([("100644", b"pack.json", bed.blob())])
    bed.plant("packs/he", b"hello", TREE, bed.tree([(TREE, b"1.0.0", other)]))


@refused("symlink", at=f"{HELLO}/rules/two.md")
def symlink_in_a_pack(bed: Bed) -> None:
    bed.publish()
    bed.files[f"{HELLO}/rules/two.md"] = b"/etc/passwd"
    bed.modes[f"{HELLO}/rules/two.md"] = LINK_MODE


@refused("symlink", at=f"{HELLO}/README.md")
def signed_file_as_symlink(bed: Bed) -> None:
    bed.publish({"README.md": b"rules/one.md"})
    bed.modes[f"{HELLO}/README.md"] = LINK_MODE


@refused("symlink", at=SUMS)
def sums_as_symlink(bed: Bed) -> None:
    bed.publish()
    bed.modes[SUMS] = LINK_MODE


@refused("submodule", at=f"{HELLO}/skills")
def submodule_in_a_pack(bed: Bed) -> None:
    bed.publish()
    bed.files[f"{HELLO}/skills"] = b"1" * 40
    bed.modes[f"{HELLO}/skills"] = MODULE_MODE


@refused("symlink", at=HELLO)
def version_as_symlink(bed: Bed) -> None:
    bed.plant("packs/he/hello", b"2.0.0", LINK, bed.blob(b"1.0.0"))


@refused("submodule", at=HELLO)
def version_as_submodule(bed: Bed) -> None:
    bed.plant("packs/he/hello", b"2.0.0", MODULE, "1" * 40)


@refused("too-many-files", at=HELLO)
def a_thousand_and_one_files(bed: Bed) -> None:
    bed.publish({f"rules/{number}.md": b"Be kind.\n" for number in range(999)})


@refused("too-large", at=HELLO)
def sixty_five_megabytes(bed: Bed) -> None:
    bed.publish({f"assets/{number}.txt": b"0" * 6_500_000 for number in range(10)})


@refused("too-large", at=HELLO)
def tarball_above_the_limit(bed: Bed) -> None:
    bed.settings(limits={"compressed": 600})
    bed.publish()


def _nested(bed: Bed, leaf: tuple[str, bytes, str], levels: int = 11) -> str:
    """A tree in which each level holds the next ten times: 10^11 leaves."""
    tree = bed.tree([leaf])
    for _ in range(levels):
        tree = bed.tree([(TREE, b"%d" % at, tree) for at in range(10)])
    return tree


@refused("too-many-files", at=HELLO)
def tree_bomb(bed: Bed) -> None:
    bed.publish()
    bed.plant(HELLO, b"rules2", TREE, _nested(bed, ("100644", b"x.md", bed.blob()), 9))


@refused("too-many-files", at=HELLO)
def tree_bomb_of_bad_names(bed: Bed) -> None:
    bed.publish()
    bed.plant(HELLO, b"rules2", TREE, _nested(bed, ("100644", b"con", bed.blob()), 9))


@refused("too-many-files", at=HELLO)
def tree_bomb_of_nothing(bed: Bed) -> None:
    bed.publish()
    bed.plant(HELLO, b"rules2", TREE, _nested(bed, (LINK, b"x", bed.blob()), 20))

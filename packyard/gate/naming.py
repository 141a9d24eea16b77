"""Whether a new name may be taken: of a pack, of a publisher, of an organisation.

    name-reserved   a reserved word, with hyphens and digits for letters or without; what begins with `std`
    name-device     a device of Windows, as any part of the name
    name-same       a known name but for hyphens and digits for letters
    name-similar    a name that could be mistaken for a known or a famous one; see `packyard.gate.likeness`
    name-scope      a name or a scope that seems to be somebody else's

Reserved words concern packs without a scope, publishers and organisations. A registry adds its own in
`reserved-names.txt`, one a line; `#` begins a comment. Nobody's own names stand in the way of a new one: `same_owner`
and `same_party` of `Names` are asked before anything is said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats.fields import CollectedFormatError
from packyard.formats.names import parse_handle, parse_name
from packyard.gate.likeness import Likeness, alike, bare, likeness
from packyard.gate.words import WORDS, split_words
from packyard.history import FILES, TREE
from packyard.protocols import Source

RESERVED_NAMES = "reserved-names.txt"
#: The most bytes of that file.
LIMIT = 1_000_000

#: How many look-alikes of one kind are told; the closest come first.
MOST = 5

#: Products and makers that a name could pretend to come from: not these words alone, but all that is like them.
FAMOUS = split_words(
    "agentpacks cursor claude copilot opencode gemini codex windsurf openai anthropic google microsoft github"
)
#: What the clients of registries reserve.
RESERVED = FAMOUS | split_words(
    "registry pack packs plugin plugins official core cli sdk api app admin root system config settings test tests "
    "example examples sample demo template default null undefined true false none help login logout signup publish "
    "search install uninstall update delete create new internal private temp tmp build dist out"
)
_RESERVED_PREFIX = "std"
_DEVICES = split_words("con prn aux nul") | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
_GLUED = 4
_EXPLAIN = "choose a name that nobody mistakes, or tell the reviewer why it has to be this one"


def _nobody(_name: str) -> bool:
    return False


class Names(NamedTuple):
    """The names that are there, checked ones. `same_owner` says of a pack whether it belongs to whoever wants the new
    name, `same_party` of a publisher's `handle` or an `@organisation`; both are asked only about what is alike.
    """

    packs: Collection[str] = ()
    handles: Collection[str] = ()
    orgs: Collection[str] = ()
    reserved: frozenset[str] = frozenset()
    same_owner: Callable[[str], bool] = _nobody
    same_party: Callable[[str], bool] = _nobody


# --- reading ---


def parse_reserved(data: bytes) -> frozenset[str]:
    """The words in `reserved-names.txt`. Raises `FormatError` for all lines together that hold something else."""
    if len(data) > LIMIT:
        raise FormatError("too-large", "the file is too large", expected=f"at most {LIMIT} bytes")
    words, errors = set[str](), list[FormatError]()
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        try:
            if word := line.partition("#")[0].strip():
                words.add(parse_handle(word))
        except FormatError as error:
            error.line = number
            errors.append(error)
    if errors:
        raise CollectedFormatError(errors)
    return frozenset(words)


def read_names(source: Source, tree: str) -> Names:
    """The names in a tree of `registry-src`. Raises `FormatError` for what is wrong in its reserved words."""
    words = next((entry for entry in source.tree(tree) if entry.name == RESERVED_NAMES and entry.mode in FILES), None)
    top = dict(_folders(source, tree))
    packs = (
        f"{folder}/{name}" if folder.startswith("@") else name
        for folder, oid in (_folders(source, top["packs"]) if "packs" in top else ())
        for name, _ in _folders(source, oid)
    )
    handles, orgs = (_stems(source, top[kind]) if kind in top else () for kind in ("publishers", "orgs"))
    return Names(
        _checked(packs, parse_name),
        _checked(handles, parse_handle),
        _checked(orgs, parse_handle),
        parse_reserved(source.blob(words.oid, LIMIT)) if words else frozenset(),
    )


def _folders(source: Source, tree: str) -> list[tuple[str, str]]:
    return [(entry.name, entry.oid) for entry in source.tree(tree) if entry.mode == TREE]


def _stems(source: Source, tree: str) -> list[str]:
    return [entry.name.removesuffix(".yaml") for entry in source.tree(tree) if entry.name.endswith(".yaml")]


def _checked(texts: Iterable[str], parse: Callable[[str], str]) -> tuple[str, ...]:
    def is_name(text: str) -> bool:
        try:
            return parse(text) == text
        except FormatError:
            return False

    return tuple(filter(is_name, texts))


# --- checks ---


def check_name(name: str, path: str, known: Names) -> Iterator[Problem]:
    """What is wrong with the name of a new pack; `path` is where the problems are shown."""
    scope, _, own = name.rpartition("/")
    yield from _devices(own, path)
    if scope:
        yield from _of_scope(scope.removeprefix("@"), own, path, known)
        return
    yield from _reserved(name, path, known)
    unscoped = [other for other in known.packs if other[:1] != "@"]
    yield from _alikes(name, path, "the pack", unscoped, known.same_owner)
    yield from _of_orgs(name, path, known)


def check_handle(handle: str, path: str, known: Names) -> Iterator[Problem]:
    """What is wrong with the handle of a new publisher."""
    yield from _devices(handle, path)
    yield from _reserved(handle, path, known)
    yield from _alikes(handle, path, "the publisher", known.handles, known.same_party)
    yield from _confused(handle, path, "the organisation", known.orgs, lambda org: known.same_party(f"@{org}"))


def check_org(name: str, path: str, known: Names) -> Iterator[Problem]:
    """What is wrong with the name of a new organisation."""
    yield from _devices(name, path)
    yield from _reserved(name, path, known)
    yield from _alikes(name, path, "the organisation", known.orgs, lambda org: known.same_party(f"@{org}"))
    yield from _confused(name, path, "the publisher", known.handles, known.same_party)
    if name in known.packs and not known.same_owner(name):
        yield _scope_problem(path, f"`{name}` seems to be the maker of the pack `{name}`, which is somebody else's")


def _devices(part: str, path: str) -> Iterator[Problem]:
    if part in _DEVICES:
        yield Problem("name-device", path, f"`{part}` is a device on Windows", found=part, help="choose another name")


def _reserved(name: str, path: str, known: Names) -> Iterator[Problem]:
    words = RESERVED | known.reserved
    found = alike(name, words)
    message = ""
    if name in words:
        message = f"`{name}` is reserved"
    elif name.startswith(_RESERVED_PREFIX):
        message = f"names that begin with `{_RESERVED_PREFIX}` are reserved"
    elif found and found[0].same:
        message = f"`{name}` is the reserved name `{found[0].name}`: {found[0].how}"
    if message:
        yield Problem("name-reserved", path, message, found=name, help="choose another name")
    else:
        protected = [each for each in found if each.name in FAMOUS | known.reserved]
        yield from _similar(name, path, "the reserved name", protected)


def _alikes(name: str, path: str, what: str, names: Collection[str], own: Callable[[str], bool]) -> Iterator[Problem]:
    found = [each for each in alike(name, names) if not own(each.name)]
    for each in [each for each in found if each.same][:MOST]:
        message = f"`{name}` is {what} `{each.name}`: {each.how}"
        yield Problem("name-same", path, message, found=name, help="choose another name")
    yield from _similar(name, path, what, [each for each in found if not each.same])


def _similar(name: str, path: str, what: str, found: list[Likeness]) -> Iterator[Problem]:
    for each in found[:MOST]:
        message = f"`{name}` could be mistaken for {what} `{each.name}`: {each.how}"
        yield Problem("name-similar", path, message, found=name, help=_EXPLAIN)


# --- whose it seems to be ---


def _scope_problem(path: str, message: str) -> Problem:
    return Problem("name-scope", path, message, help=_EXPLAIN)


def _confused(name: str, path: str, what: str, names: Collection[str], own: Callable[[str], bool]) -> Iterator[Problem]:
    """Problems of a name that is, or is like, one of another kind that is somebody else's."""
    equal = [(name, "it has the same name")] if name in names else []
    found = [*equal, *((each.name, each.how) for each in alike(name, names))]
    for other, how in [pair for pair in found if not own(pair[0])][:MOST]:
        yield _scope_problem(path, f"`{name}` seems to be {what} `{other}`: {how}")


def _of_orgs(name: str, path: str, known: Names) -> Iterator[Problem]:
    """Problems of a pack without a scope that seems to be an organisation's."""
    words = name.split("-")
    heads = ["-".join(words[:last]) for last in range(len(words), 0, -1)]
    told = {org: "it begins with this name" for org in known.orgs if org in heads or _is_glued(name, org)}
    for head in heads:
        for each in alike(head, known.orgs):
            if head == name or each.kind not in ("order", "additions"):
                told.setdefault(each.name, f"`{head}` is like it, {each.how}")
    for org in [org for org in told if not known.same_party(f"@{org}")][:MOST]:
        yield _scope_problem(path, f"`{name}` seems to be a pack of the organisation `{org}`: {told[org]}")


def _is_glued(name: str, org: str) -> bool:
    """Whether the name is an organisation's with something right behind it, such as `acmetools`, and no plain word."""
    plain = name.partition("-")[0] in WORDS
    return len(org) >= _GLUED and name != org and bare(name).startswith(bare(org)) and not plain


def _of_scope(scope: str, own: str, path: str, known: Names) -> Iterator[Problem]:
    """Problems of a scoped pack: its organisation is new, or is like somebody who has such a pack."""
    if scope not in known.orgs:
        yield from check_org(scope, path, known)
        return
    orgs = [each.name for each in alike(scope, known.orgs)]
    found = [(org, other) for org in orgs for other in known.packs if other.startswith(f"@{org}/")]
    found += [(each.name, own) for each in alike(scope, known.handles) if own in known.packs]
    for party, other in found:
        same = other.rpartition("/")[2]
        if (same == own or likeness(own, same)) and not known.same_owner(other):
            yield _scope_problem(path, f"`@{scope}/{own}` seems to be `{other}`: `{scope}` is like `{party}`")

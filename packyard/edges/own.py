"""Reading a registry's own look from its source; see `surfaces.own`."""

from __future__ import annotations

from packyard.edges.git import Repository
from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats.fields import errors_of
from packyard.formats.words import Words, parse_words
from packyard.history import SOURCE, TREE
from packyard.registry import Registry
from packyard.surfaces.own import LOGOS, Own, colours

FOLDER = "site"
#: Bytes of one of the files, and how many there may be in a folder.
LIMIT, MOST = 512_000, 200


def read_own(repository: Repository, source: str, registry: Registry) -> Own:
    """The registry's own look at a source tree. Raises `ProblemsFound`."""
    tree = repository.subtree(source, FOLDER)
    style = list(colours(registry.look))
    if not tree:
        return Own(style=tuple(style))
    files = dict(_files(repository, tree, ""))
    if sheet := files.get("style.css"):
        style.append(sheet)
    logo = next((name for name in LOGOS if name in files), "")
    return Own(
        tree,
        _texts(files, "templates/", ".html"),
        _texts(files, "prose/", ".md"),
        _words(files.get("words.yaml")),
        tuple(style),
        logo,
        files.get(logo, b""),
    )


def _files(repository: Repository, tree: str, folder: str) -> list[tuple[str, bytes]]:
    found = list[tuple[str, bytes]]()
    for entry in repository.tree(tree)[:MOST]:
        path = folder + entry.name
        if entry.mode == TREE:
            found += _files(repository, entry.oid, f"{path}/") if path.count("/") < 3 else []
            continue
        try:
            found.append((path, repository.blob(entry.oid, LIMIT)))
        except FormatError as error:
            raise ProblemsFound([error.at(_at(path))]) from None
    return found


def _texts(files: dict[str, bytes], folder: str, ending: str) -> dict[str, str]:
    found = dict[str, str]()
    for path, data in files.items():
        if path.startswith(folder) and path.endswith(ending):
            try:
                name = path.removeprefix(folder)
                found[name if ending == ".html" else name.removesuffix(ending)] = data.decode()
            except UnicodeDecodeError:
                raise ProblemsFound([Problem("text-not-utf8", _at(path), "not UTF-8")]) from None
    return found


def _words(data: bytes | None) -> Words:
    if data is None:
        return Words()
    try:
        return parse_words(data)
    except FormatError as error:
        raise ProblemsFound(each.at(_at("words.yaml")) for each in errors_of(error)) from None


def _at(path: str) -> str:
    return f"{SOURCE}/{FOLDER}/{path}"

"""`packyard name-check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from packyard.cli import options
from packyard.cli.errors import FINDINGS, as_object, outcome, show, show_notes
from packyard.cli.terminal import document
from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats import names

if TYPE_CHECKING:
    from packyard.edges.workfolder import WorkingTree
    from packyard.gate.naming import Names
    from packyard.protocols import Source

#: The most bytes of a site's `index.json`; one of 100,000 packs has about 40 MB.
INDEX_LIMIT = 1 << 28
#: The exit code that `packyard check` has too when a person must look.
REVIEW = 4


@click.command("name-check", context_settings=options.CONTEXT)
@click.argument("name", metavar="NAME")
@options.repo
@click.option("--site", metavar="SITE|URL", help="A site, in a folder or at an address, instead of a repository.")
@options.json
def command(name: str, repo: Path, site: str | None, as_json: bool) -> int:
    """Say whether NAME is free for a new pack, and what it could be mistaken for. Exit codes: 0 free, 1 not free,
    4 when a person will look at it.

    The names come from the registry's repository, its working tree or, where that is bare, its last commit; or from the
    catalogue of a site, which knows neither the registry's own reserved words nor who has not published anything.
    """
    owner, found = _look_up(name, repo, site)
    problems = [problem for problem in found if outcome(problem.code) == "block"]
    notes = [problem for problem in found if outcome(problem.code) != "block"]
    if as_json:
        document("name-check", _document(name, owner, problems, notes))
    else:
        show(problems)
        show_notes(notes)
        if not found:
            print(f"ok: {name} is free")
    return FINDINGS if problems else REVIEW if notes else 0


def _look_up(name: str, repo: Path, site: str | None) -> tuple[str | None, list[Problem]]:
    """Who has the name (None: nobody, "": unknown), and what is to be said about it."""
    try:
        names.parse_name(name)
    except FormatError as error:
        return None, [error.at("")]
    from packyard.edges.workfolder import top_folder

    repo = top_folder(repo)
    known, owners = _of_site(site) if site is not None else (_of_repo(repo), {})
    if name in known.packs:
        owner = owners[name] if owners else _owner(repo, name)
        message = f"the pack `{name}` is there already" + (f", and belongs to {owner}" if owner else "")
        return owner, [Problem("name-taken", "", message, found=name, help="choose another name")]
    from packyard.gate.naming import check_name

    return None, [*check_name(name, "", known), *(_homeless(name, known) if site is None else ())]


def _homeless(name: str, known: Names) -> Iterator[Problem]:
    """Whether the organisation of a scoped name is still to be founded; a site knows only those that have packs."""
    scope = names.scope(names.PackName(name))
    if scope and scope not in known.orgs:
        from packyard.cli.judging import unfounded

        yield unfounded(scope, "")


def _document(name: str, owner: str | None, problems: list[Problem], notes: list[Problem]) -> dict[str, object]:
    codes = {problem.code for problem in problems}
    return {
        "name": name,
        "free": not problems and not notes,
        "valid": "name-invalid" not in codes,
        "reserved": not codes.isdisjoint({"name-reserved", "name-device"}),
        "taken": owner is not None,
        "owner": owner or None,
        "problems": [as_object(problem) for problem in problems],
        "notes": [as_object(note) for note in notes],
    }


# --- a repository ---


def _of_repo(repo: Path) -> Names:
    """The names in the registry that is in, or at, `repo`."""
    from packyard.formats.fields import errors_of
    from packyard.gate.naming import RESERVED_NAMES, read_names
    from packyard.history import SOURCE

    try:
        return read_names(*_source(repo))
    except FormatError as error:
        raise ProblemsFound(each.at(f"{SOURCE}/{RESERVED_NAMES}") for each in errors_of(error)) from None


def _source(repo: Path) -> tuple[Source, str]:
    """Where the registry's source is read from, and the id of its tree."""
    from packyard.edges.workfolder import NO_SOURCE, DiskSource, WorkingTree, no_clone
    from packyard.history import SOURCE

    if (repo / SOURCE).is_dir() or not (repo / "HEAD").is_file():
        return DiskSource(WorkingTree(repo).repo / SOURCE), ""
    from packyard.edges.git import Repository

    git = Repository(repo)
    tree = git.subtree(git.resolve("HEAD").tree, SOURCE)
    if not tree:
        raise no_clone(repo, NO_SOURCE, ", or the registry's site with --site")
    return git, tree


def _owner(repo: Path, name: str) -> str:
    """Who owns the pack, as far as the working tree tells, or ""."""
    from packyard.edges.workfolder import WorkingTree
    from packyard.history import SOURCE

    scope = names.scope(names.PackName(name))
    try:
        return scope or (_holder(WorkingTree(repo), name) if (repo / SOURCE).is_dir() else "")
    except (ValueError, ProblemsFound, OSError):
        return ""


def _holder(tree: WorkingTree, name: str) -> str:
    """Whom the pack was last given to, else who signed its first version."""
    from packyard.edges.workfolder import read_file
    from packyard.formats import minisign, semver

    moves = [said.fields["to"] for said in tree.statements(name) if said.action in ("transfer", "recover")]
    if moves:
        return moves[-1]
    first = min(tree.versions(name), key=semver.sort_key)
    signature = read_file(tree.repo / tree.pack(name) / first / "SHA256SUMS.minisig", minisign.LIMIT)
    return tree.authority().holder(minisign.parse_signature(signature).key_id)


# --- a site ---


def _of_site(place: str) -> tuple[Names, Mapping[str, str]]:
    """The names in a site's catalogue, and the owners of its packs."""
    from packyard.edges.transport import open_site
    from packyard.formats import layout
    from packyard.formats.strict import load_json
    from packyard.gate.naming import Names

    reader = open_site(place)
    try:
        owners = _owners(load_json(reader.read(layout.INDEX, INDEX_LIMIT), INDEX_LIMIT).value)
    except FormatError as error:
        raise ProblemsFound([error.at(f"{reader.name}/{layout.INDEX}")]) from None
    scopes = {name: names.scope(names.PackName(name)) for name in owners}
    handles = {owner for name, owner in owners.items() if owner and not scopes[name]}
    return Names(tuple(owners), tuple(handles), tuple({scope for scope in scopes.values() if scope})), owners


def _owners(index: Any) -> dict[str, str]:
    rows = index.get("packs") if isinstance(index, dict) else None
    if not isinstance(rows, list):
        raise FormatError("field-type", "not the catalogue of a site", expected="a list `packs`")
    return {names.parse_name(str(row["name"])): str(row["owner"]) for row in rows if _is_row(row)}


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("name"), str) and isinstance(row.get("owner"), str)

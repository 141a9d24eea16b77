"""The plan of a deployment: a function of what the site has and what the target has.

    content      files that never change (tarballs, signatures, tiles, trust files); one that is there is left alone
    documents    files that are replaced: pages, documents, feeds
    lists        checksum lists and `index.json`, which point at both
    heads        log/checkpoint, SNAPSHOT.minisig, SNAPSHOT.bundle, and SNAPSHOT last of all
    removals     what the site does not have

Whoever reads meanwhile finds, below the SNAPSHOT that he has, either the files that it names or newer ones, beside
which the ones that it names are kept in `by-hash/`.

A file that never changes and is another one over there, or that the site has lost, is no work to be done but a sign
that something is wrong: then there is no plan at all. Names at the root that begin with a dot or an underscore belong
to the host (`.well-known/acme-challenge/`, `_headers`) unless the site has them: they are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packyard.deploying.values import Plan, Stage
from packyard.errors import Problem, ProblemsFound
from packyard.formats import inventory, layout

#: In the order in which they are put.
HEADS = (layout.CHECKPOINT, layout.SNAPSHOT_SIGNATURE, layout.SNAPSHOT_BUNDLE, layout.SNAPSHOT)
NAMES = ("content", "documents", "lists", "heads")

#: More problems than this are counted, not shown.
SHOWN = 20


def stage_of(path: str) -> int:
    """In which stage a file is put, an index of `NAMES`."""
    if path in HEADS:
        return 3
    if layout.immutable(path):
        return 0
    return 2 if path.endswith(".sums") or path == layout.INDEX else 1


def make_plan(site: Mapping[str, int], held: Iterable[tuple[str, bool]], delete: bool, where: str = "") -> Plan:
    """What must be done where `held` is: the path of each file there, and whether it is what the site has under it.

    `site` has the size of each file by its path. Without `delete` nothing is removed. Raises `ProblemsFound` with
    `deploy-immutable`, `deploy-lost` and `deploy-strangers`, whose paths begin with `where`.
    """
    missing, changed, gone, unchanged = dict.fromkeys(site), list[str](), list[str](), 0
    for path, same in held:
        if path not in site:
            gone.append(path)
        else:
            del missing[path]
            unchanged += same
            if not same:
                changed.append(path)
    strange = [path for path in gone if not _of_the_host(path)]
    _refuse(where, changed, strange if delete else [], new=layout.SNAPSHOT in missing)
    wanted = sorted((*missing, *changed))
    content, documents, lists, heads = (_stage(number, wanted, site) for number in range(len(NAMES)))
    return Plan(content, documents, lists, heads, tuple(sorted(strange)) if delete else (), unchanged)


def _stage(number: int, wanted: list[str], site: Mapping[str, int]) -> Stage:
    paths = [path for path in wanted if stage_of(path) == number]
    if number == 3:
        paths.sort(key=HEADS.index)
    return Stage(NAMES[number], tuple(paths), sum(site[path] for path in paths))


def _refuse(where: str, changed: list[str], strange: list[str], new: bool) -> None:
    """Raises `ProblemsFound` when what is there does not allow for a plan; `new`: there is no site yet."""
    found = [
        Problem("deploy-immutable", where + path, "a file that never changes is another one there")
        for path in changed
        if layout.immutable(path)
    ]
    if new:
        message = "there is no site at this place, and files that are not the site's"
        found += [Problem("deploy-strangers", where + path, message) for path in strange if not _left_over(path)]
    else:
        message = "a file that may never go is there, and the site does not have it"
        found += [Problem("deploy-lost", where + path, message) for path in strange if _forever(path)]
    if found:
        found.sort()
        if len(found) > SHOWN:
            more = f"and {len(found) - SHOWN + 1} more such files"
            found[SHOWN - 1 :] = [found[SHOWN - 1]._replace(path=where, message=more)]
        raise ProblemsFound(found)


def _of_the_host(path: str) -> bool:
    return path.startswith((".", "_"))


def _left_over(path: str) -> bool:
    """Whether a deployment that was cut short, of an earlier snapshot, may have left the file: of a pack's folder, what
    people look at goes with a version that is withdrawn.
    """
    page = bool(inventory.list_of(path)) and not layout.immutable(path)
    return page or _unfinished(path) or (layout.immutable(path) and _passing(path))


def _unfinished(path: str) -> bool:
    """Whether the path is one under which a copy begins, before it is given its name."""
    return path.rpartition("/")[2].startswith(".")


def _passing(path: str) -> bool:
    """Of what never changes what goes all the same: tarballs, which can be withdrawn, what is kept for a while, and log
    tiles that have been filled.
    """
    return path.startswith(layout.BY_HASH) or path.endswith(".tar.gz") or ".p/" in path


def _forever(path: str) -> bool:
    """Whether the site must have the file for good."""
    return layout.immutable(path) and not _passing(path) and not _unfinished(path)

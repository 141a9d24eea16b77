"""From a request to an answer: which path means what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from packyard.bridge import asking, graphs, lists, packs
from packyard.bridge.asking import Parameters
from packyard.bridge.values import GZIP, TEXT, Asked, Documents, Refused, Request, Response, answered
from packyard.errors import FormatError, NotFound, PackyardError, ProblemsFound, TrustError, UsageError
from packyard.formats import foreign, layout
from packyard.formats.featured import MOST
from packyard.formats.names import parse_name
from packyard.search.query import PAGE_LIMIT, Query, make_filter
from packyard.surfaces.dialects.agentpacks.values import integrity

READING, PUBLISHING = ("GET", "HEAD"), ("GET", "HEAD", "POST")
#: What `/packs/NAME/stats?days=` may ask for.
DAYS = 365

_FEATURED = foreign.AGENTPACKS + "featured/index.json"
_STATISTICS = "stats.json"
_SEARCH = "search-"
_ABSENT = ("pack-unknown", "version-unknown", "version-withdrawn")
_FORMS = ("json", "mermaid")

Answer = Callable[[Documents, Request, Parameters], Response]
OfPack = Callable[[Documents, Parameters, str], Response]


def answer(request: Request, documents: Documents) -> Response:
    """The answer to a request that reads. Nothing that does not verify is in it."""
    try:
        found = route(request)
        return found(documents, request, asking.parse_parameters(request.query))
    except Refused as error:
        return error.response
    except PackyardError as error:
        problem = error.problem
        if isinstance(error, NotFound) and problem.code in _ABSENT:
            return Refused(404, problem.message, code=problem.code).response
        if isinstance(error, UsageError) and problem.code.startswith(_SEARCH):
            return Refused(400, problem.message, code=problem.code, help=problem.help).response
        return unverified(error)


def unverified(error: PackyardError) -> Response:
    """What is said in place of an answer that does not verify, or that nobody could ask for: plain text."""
    problem = error.problems[0] if isinstance(error, ProblemsFound) else error.problem
    lies = isinstance(error, (TrustError, ProblemsFound))
    what = "what the registry says does not verify" if lies else "the registry cannot be asked"
    lines = [f"{what}: {problem.message} ({problem.code})", problem.path, problem.help]
    text = "".join(f"{line}\n" for line in lines if line)
    return Response(502 if lies else 503, text.encode("utf-8", "backslashreplace"), TEXT)


def is_publishing(request: Request) -> bool:
    """Whether the path is the one to which packs are posted."""
    return request.path.rstrip("/") == "/packs"


def refuse_method(request: Request, publishes: bool) -> Refused:
    """What is said of a method that the path does not take, or 404 for a path that there is not."""
    try:
        route(request)
    except Refused as error:
        return error
    allowed = PUBLISHING if publishes and is_publishing(request) else READING
    message = f"{request.method[:20]} is not taken here"
    return Refused(405, message, headers=(("Allow", ", ".join(allowed)),), allowed=list(allowed))


def route(request: Request) -> Answer:
    """What answers a path. Raises `Refused` with 404, or 400 for a path that cannot be read."""
    first, *rest = _segments(request.path)
    if first == "packs" and rest:
        name, *rest = _named(rest)
        return _of_pack(name, tuple(rest))
    if first == "targets" and len(rest) == 1:
        return lambda documents, _, parameters: _of_target(documents, parameters, rest[0])
    if rest or first not in _TOP:
        raise _no_such_path()
    return _TOP[first]


def _segments(path: str) -> list[str]:
    """The parts of a path; one slash at its end means nothing."""
    parts = path.removeprefix("/").removesuffix("/").split("/")
    try:
        found = [unquote(part, errors="strict") for part in parts]
    except UnicodeDecodeError:
        raise Refused(400, "the path is not UTF-8") from None
    if not path.startswith("/") or len(path) > 1000 or any(not part.isprintable() for part in found):
        raise Refused(400, "the path cannot be read")
    return found


def _named(parts: list[str]) -> list[str]:
    """The name of a pack, and the parts after it; a scope may have a path's slash behind it, or one that is escaped."""
    if parts[0].startswith("@") and "/" not in parts[0] and len(parts) > 1:
        parts = [f"{parts[0]}/{parts[1]}", *parts[2:]]
    with suppress(FormatError):
        return [parse_name(parts[0]), *parts[1:]]
    raise Refused(404, "this is not the name of a pack", code="pack-unknown", found=parts[0][:80])


def _no_such_path() -> Refused:
    return Refused(404, "there is nothing at this path")


# --- one pack ---


def _of_pack(name: str, rest: tuple[str, ...]) -> Answer:
    match rest:
        case ("versions", version):
            return lambda documents, request, _: _version(documents, request, name, version)
        case ("versions", version, "download"):
            return lambda documents, _, __: _download(documents, name, version)
        case ():
            return lambda documents, _, __: _pack(documents, name)
        case (what,) if what in _PACK:
            found = _PACK[what]
            return lambda documents, _, parameters: found(documents, parameters, name)
    raise _no_such_path()


def _pack(documents: Documents, name: str) -> Response:
    featured = _featured(documents)
    return answered(packs.pack_document(documents.pack(name), None if featured is None else name in featured))


def _versions(documents: Documents, _: Parameters, name: str) -> Response:
    return answered({"packName": name, "versions": packs.versions(documents.pack(name))})


def _version(documents: Documents, request: Request, name: str, version: str) -> Response:
    pack = documents.pack(name)
    state = packs.version_of(pack, version)
    files = documents.shipped(pack, state.release.version).files
    return answered(packs.version_document(state, files, request.base))


def _download(documents: Documents, name: str, version: str) -> Response:
    pack = documents.pack(name)
    release = packs.version_of(pack, version).release
    disposition = f'attachment; filename="{layout.tarball_name(name, release.version)}"'
    headers = (("x-integrity", integrity(release)), ("Content-Disposition", disposition))
    return Response(200, documents.shipped(pack, release.version).tarball, GZIP, headers)


def _readme(documents: Documents, _: Parameters, name: str) -> Response:
    pack = packs.offered(documents.pack(name))
    text = packs.readme_of(documents.shipped(pack, pack.latest.release.version).files)
    if text is None:
        raise Refused(404, f"{name} {pack.latest.release.version} has no readme", code="readme-missing")
    return answered({"content": text})


def _pack_stats(documents: Documents, parameters: Parameters, name: str) -> Response:
    asking.number(parameters, "days", 30, DAYS)
    return answered(packs.stats_document(documents.pack(name)))


def _reviews(documents: Documents, _: Parameters, name: str) -> Response:
    documents.pack(name)
    return answered(packs.reviews_document())


def _quality(documents: Documents, _: Parameters, name: str) -> Response:
    return answered(packs.quality_document(documents.pack(name)))


def _dependencies(documents: Documents, parameters: Parameters, name: str) -> Response:
    form = asking.one(parameters, "format") or "json"
    if form not in _FORMS:
        raise Refused(400, "there is no such form", parameter="format", expected=list(_FORMS), found=form)
    return answered(graphs.graph_document(name, documents.beneath(name), text=form == _FORMS[1]))


def _dependents(documents: Documents, _: Parameters, name: str) -> Response:
    documents.pack(name)
    known = documents.document(foreign.agentpacks(name, "dependents/index.json"))
    if isinstance(known, dict):
        return answered(known)
    found = documents.dependents(name)
    if found is None:
        message = "of so many packs this is known only where the site has agentpacks' own files, and this one has none"
        raise Refused(404, message, code="dependents-unknown")
    return answered(packs.dependents_document(name, found))


_PACK: Mapping[str, OfPack] = {
    "versions": _versions,
    "readme": _readme,
    "stats": _pack_stats,
    "reviews": _reviews,
    "quality": _quality,
    "dependencies": _dependencies,
    "dependents": _dependents,
}


# --- all packs ---


def _health(documents: Documents, _: Request, __: Parameters) -> Response:
    head = documents.head()
    return answered({"status": "healthy", "registry": head.origin, "snapshot": head.snapshot})


def _search(documents: Documents, _: Request, parameters: Parameters) -> Response:
    return answered(lists.page(documents.find(asking.parse_search(parameters)), _featured(documents)))


def _of_target(documents: Documents, parameters: Parameters, target: str) -> Response:
    try:
        query = Query((), (make_filter("target", target),))
    except FormatError as error:
        raise asking.refused(error) from None
    found = documents.find(Asked(query, "name", *asking.parse_page(parameters, PAGE_LIMIT)))
    return answered({"target": target, **lists.page(found, _featured(documents))})


def _all_featured(documents: Documents, _: Request, parameters: Parameters) -> Response:
    limit = asking.number(parameters, "limit", MOST, MOST)
    found = documents.document(_FEATURED)
    if not isinstance(found, dict) or not isinstance(found.get("packs"), list):
        message = "which packs are featured is in the site's own agentpacks files, and this site has none"
        raise Refused(404, message, code="featured-unknown")
    return answered({"packs": found["packs"][:limit]})


def _featured(documents: Documents) -> set[str] | None:
    """The names of the featured packs; None where nobody knows."""
    found: Any = documents.document(_FEATURED)
    if not isinstance(found, dict) or not isinstance(found.get("packs"), list):
        return None
    return {str(each.get("name")) for each in found["packs"] if isinstance(each, dict)}


def _of_statistics(make: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Answer:
    def told(documents: Documents, _: Request, __: Parameters) -> Response:
        found = documents.document(_STATISTICS)
        return answered(make(found if isinstance(found, dict) else {}))

    return told


_TOP: Mapping[str, Answer] = {
    "": _health,
    "health": _health,
    "packs": _search,
    "featured": _all_featured,
    "tags": _of_statistics(lists.tags),
    "targets": _of_statistics(lists.targets),
    "stats": _of_statistics(lists.totals),
}

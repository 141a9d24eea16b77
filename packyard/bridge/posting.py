"""`POST /packs`: a form with a `tarball` and, if the client likes, `metadata`; the pack that is in it comes out.

The tarball is what a client made of somebody's folder. It is read as `packyard import` reads a pack for agentpacks: a
version that nobody wrote down is 1.0.0, and what has no place in a pack (other programs' files, secrets, signatures) is
left out, and told. `metadata` is JSON; where it has a `name` or a `version`, they must be those of the pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from packyard.bridge import archive, multipart
from packyard.bridge.asking import details
from packyard.bridge.values import Refused, too_large
from packyard.errors import FormatError, Problem, ProblemsFound
from packyard.formats.manifest import LIMIT
from packyard.formats.names import check_path
from packyard.formats.strict import load_json
from packyard.importing.choosing import choose, refuse
from packyard.importing.planning import plan
from packyard.importing.values import Plan, Source, Wishes, left_out
from packyard.rules.folder import LIMITS

#: The most bytes of a tarball, and of a whole body: metadata and heads besides.
TARBALL_LIMIT = LIMITS["compressed"]
BODY_LIMIT = TARBALL_LIMIT + (1 << 18)

_KIND = "agentpacks"


class Submission(NamedTuple):
    """A pack to be published: its files by path, not signed, and what was changed on the way."""

    name: str
    version: str
    files: Mapping[str, bytes]
    notes: tuple[Problem, ...]


def read_submission(content_type: str, body: bytes) -> Submission:
    """The pack in the body of a request. Raises `Refused`."""
    try:
        parts = multipart.parse(content_type, body)
    except FormatError as error:
        raise Refused(400, error.message, **details(error)) from None
    if "tarball" not in parts:
        raise Refused(400, "there is no `tarball` in the form", found=sorted(parts))
    data = parts["tarball"]
    if len(data) > TARBALL_LIMIT:
        raise too_large(TARBALL_LIMIT, len(data))
    made = _plan(data)
    _check_metadata(parts.get("metadata", b""), made)
    return Submission(made.name, made.version, made.files, made.notes)


def told(problem: Problem) -> dict[str, object]:
    """A problem as a client is told it."""
    given = {name: value for name, value in problem._asdict().items() if value}
    return {
        name: given[name] for name in ("code", "path", "line", "message", "expected", "found", "help") if name in given
    }


def found_problems(error: str, problems: tuple[Problem, ...]) -> Refused:
    """What is said of a pack with problems."""
    return Refused(422, error, findings=[told(each) for each in problems])


def _plan(data: bytes) -> Plan:
    left = dict[str, str]()

    def is_left(path: str) -> bool:
        place, why = _left_out(path)
        left.update({place: why} if why else {})
        return bool(why)

    try:
        files = archive.read(data, is_left)
        choice = choose(_KIND, list(files))
        made = plan(_KIND, Source("tarball", "", {path: files[path] for path in choice.paths}), Wishes())
    except FormatError as error:
        if error.code == "too-large":
            raise Refused(413, error.message, maxSize=LIMITS["expanded"], actualSize=None) from None
        raise found_problems(error.message, (error.at("tarball"),)) from None
    except ProblemsFound as error:
        raise found_problems("the pack's manifest is not what it should be", error.problems) from None
    told_of = (left_out(f"tarball/{place}", why) for place, why in (*left.items(), *choice.left))
    return made._replace(notes=(*told_of, *made.notes))


def _left_out(path: str) -> tuple[str, str]:
    """The file, or the folder that it lies in, that belongs in no pack, and why; "" for one that does, and for a path
    that no pack can have: that is a mistake, and not to be passed over.
    """
    for place in (*(path[:at] for at, sign in enumerate(path) if sign == "/"), path):
        if why := refuse(place, place != path):
            return (place, why) if why != _complaint(place) else (place, "")
    return path, ""


def _complaint(path: str) -> str:
    try:
        check_path(path)
    except FormatError as error:
        return error.message
    return ""


def _check_metadata(data: bytes, made: Plan) -> None:
    """Returns when the metadata says nothing else than the pack. Raises `Refused`."""
    try:
        said = load_json(data, LIMIT).value if data else {}
    except FormatError as error:
        raise Refused(400, f"`metadata` cannot be read: {error.message}", **details(error)) from None
    if not isinstance(said, dict):
        raise Refused(400, "`metadata` is no object")
    for name, value in (("name", made.name), ("version", made.version)):
        if said.get(name) not in (None, value):
            message = f"`metadata` has another {name} than the pack in the tarball"
            raise Refused(400, message, expected=value, found=str(said[name])[:100])

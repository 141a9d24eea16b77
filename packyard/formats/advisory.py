"""Advisories: what is known to be wrong with versions of packs, in the Open Source Vulnerability format (OSV), versions
1.x.

`registry-src/advisories/PY-2026-0001.json`, and `advisories/PY-2026-0001.json` on the site, the same in canonical form:

    {
      "schema_version": "1.7.0",
      "id": "PY-2026-0001",
      "modified": "2026-11-10T09:00:00Z",
      "published": "2026-11-10T09:00:00Z",
      "summary": "The guard of hello reports a refusal that agents ignore",
      "details": "In *Markdown*: what happens, who is concerned, what to do.",
      "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N"}],
      "affected": [
        {
          "package": {"ecosystem": "Packyard", "name": "hello"},
          "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}],
          "versions": ["1.0.0"]
        }
      ],
      "references": [{"type": "WEB", "url": "https://example.org/hello/issues/7"}],
      "credits": [{"name": "Alice Example", "type": "REPORTER"}],
      "database_specific": {"severity": "HIGH"}
    }

It is read more strictly than OSV demands, so that it means one thing:

- `schema_version id modified summary affected` are required; `id` is `PY-YEAR-NUMBER` with at least four digits, and
  the name of the file. Times are in UTC with whole seconds; neither `published` nor `withdrawn` is after `modified`.
- `ecosystem` is `Packyard`: the packs of this registry. `name` is a pack of it.
- Every `affected` has `ranges` or `versions`. A range has the type `SEMVER` and events of one member each; in the order
  of their versions they are `introduced` and then either `fixed` or `last_affected`, in turns, of which the last may be
  missing. `introduced` may be `0`: before every version. A range uses `fixed` or `last_affected`, not both.
- `database_specific.severity`, if it is there, is LOW, MODERATE, HIGH or CRITICAL.
- Members that OSV does not have are noted and kept. No number has a fraction, as canonical JSON has no form for one.

A version is affected if it is listed, or in a range: at or above `introduced`, and below `fixed` or not above
`last_affected`, by the precedence of semantic versions, in which `2.0.0-beta.1` is below `2.0.0`. An advisory that has
`withdrawn` affects nothing any more; withdraw it rather than remove it, so that clients which know it learn of that.

Advisories are the registry's word, sealed by its snapshot; they are not in the log, which speaks of what publishers
have signed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import canonical, osv, semver
from packyard.formats.fields import Fields, kind_of, shown
from packyard.formats.names import parse_name
from packyard.formats.strict import load_json
from packyard.formats.times import format_time, parse_time

ECOSYSTEM = "Packyard"
LEVELS = ("low", "moderate", "high", "critical")

#: The most bytes of an advisory.
LIMIT = 131_072

_ID = re.compile(r"PY-[0-9]{4}-[0-9]{4,9}")
_KINDS = ("introduced", "fixed", "last_affected")
_FIRST = "0.0.0-0"  # the lowest version there is (semver section 11)


class Event(NamedTuple):
    """A version at which a range begins or ends: `kind` is `introduced`, `fixed` or `last_affected`."""

    kind: str
    version: str


class Affected(NamedTuple):
    """A pack and its affected versions: ranges, each as its events in the order of versions, and single ones."""

    name: str
    ranges: tuple[tuple[Event, ...], ...]
    versions: tuple[str, ...]


class Advisory(NamedTuple):
    """What of an advisory is needed to match and to show it. Times in seconds; `withdrawn` is None while it holds,
    `severity` pairs types with scores, `level` is one of `LEVELS` or "".
    """

    id: str
    modified: int
    withdrawn: int | None
    summary: str
    severity: tuple[tuple[str, str], ...]
    level: str
    affected: tuple[Affected, ...]


def affects(advisory: Advisory, name: str, version: str) -> bool:
    """Whether the advisory is about this version of the pack. Raises `version-invalid`.

    OSV's evaluation, https://ossf.github.io/osv-schema/#evaluation; one that is withdrawn is about nothing.
    """
    key = semver.sort_key(version)
    about = () if advisory.withdrawn is not None else advisory.affected
    return any(
        each.name == name and (version in each.versions or any(_includes(events, key) for events in each.ranges))
        for each in about
    )


def _includes(events: Iterable[Event], key: Any) -> bool:
    inside = False
    for event in events:
        at = _key(event)
        if event.kind == "introduced":
            inside = inside or key >= at
        else:
            inside = inside and (key < at or (key == at and event.kind == "last_affected"))
    return inside


def parse_advisory(
    data: bytes, ident: str = "", is_pack: Callable[[str], bool] | None = None
) -> tuple[Advisory, tuple[FormatError, ...]]:
    """The advisory in a text, and notes on unknown members, `field-unknown`. Raises `FormatError`, all errors at once.

    With `ident`, the advisory must have this id; with `is_pack`, its packs must be those of which that is true.
    """
    document = load_json(data, LIMIT)
    fields = Fields(document)
    osv.check_record(fields)
    published = _time(fields, "published")
    advisory = read_common(fields, _level(fields), is_pack)
    if ident and _ID.fullmatch(advisory.id) and advisory.id != ident:
        fields.refuse("advisory-id", "is not what the file is called", "id", expected=ident, found=shown(advisory.id))
    for name, at in (("published", published), ("withdrawn", advisory.withdrawn)):
        if at is not None and advisory.modified and at > advisory.modified:
            expected = format_time(advisory.modified)
            fields.refuse("field-invalid", "is after `modified`", name, expected=f"at most {expected}")
    for path in osv.fractions(document.value, ()):
        fields.refuse("field-invalid", "has a fraction", *path, expected="a whole number, or text")
    notes = fields.unknown()
    fields.finish(keep_unknown=True)
    return advisory, notes


def format_document(data: bytes) -> bytes:
    """The text of an advisory, which `parse_advisory` has accepted, in canonical form, with a newline at its end."""
    return canonical.encode(load_json(data, LIMIT).value) + b"\n"


def read_common(fields: Fields, level: str, is_pack: Callable[[str], bool] | None = None) -> Advisory:
    """What an advisory and its entry in the index have in common; problems are noted in `fields`."""
    if fields.raw("affected") in (None, []):
        fields.refuse("field-missing", "is missing or empty", "affected")
    return Advisory(
        fields.required_text("id", check=check_id),
        _time(fields, "modified", required=True) or 0,
        _time(fields, "withdrawn"),
        fields.required_text("summary", limit=300),
        tuple(map(osv.read_severity, fields.each("severity"))),
        level,
        tuple(_affected(each, is_pack) for each in fields.each("affected")),
    )


def check_id(text: str) -> None:
    """Return when the text is the id of an advisory. Raises `advisory-id`."""
    if not _ID.fullmatch(text):
        expected = "PY-YEAR-NUMBER, such as PY-2026-0001"
        raise FormatError("advisory-id", "not the id of an advisory", expected=expected, found=shown(text))


def _level(fields: Fields) -> str:
    specific = fields.raw("database_specific")
    if not isinstance(specific, dict | None):
        fields.refuse("field-type", "is not a mapping", "database_specific", found=kind_of(specific))
    level = specific.get("severity") if isinstance(specific, dict) else None
    known = {each.upper(): each for each in LEVELS}
    if level is None or (isinstance(level, str) and level in known):
        return known[level] if level else ""
    place = ("database_specific", "severity")
    fields.refuse("field-invalid", "is not one of the choices", *place, expected=", ".join(known), found=shown(level))
    return ""


def _time(fields: Fields, name: str, *, required: bool = False) -> int | None:
    text = fields.required_text(name) if required else fields.text(name)
    return fields.check(parse_time, text, name) if text else None


def _affected(fields: Fields, is_pack: Callable[[str], bool] | None) -> Affected:
    package = fields.mapping("package")
    package.raw("purl")
    package.choice("ecosystem", [ECOSYSTEM])
    name = package.required_text("name")
    known = package.check(parse_name, name, "name") if name else None
    if known and is_pack and not is_pack(known):
        package.refuse("advisory-pack", "is no pack of this registry", "name", found=known)
    for unread in ("ecosystem_specific", "database_specific"):
        fields.raw(unread)
    for each in fields.each("severity"):
        osv.read_severity(each)
    ranges = tuple(_range(each) for each in fields.each("ranges"))
    versions = fields.texts("versions", check=semver.parse)
    if not ranges and not versions:
        fields.refuse("advisory-range", "says of no version that it is affected", expected="`ranges` or `versions`")
    return Affected(name, ranges, versions)


def _range(fields: Fields) -> tuple[Event, ...]:
    fields.choice("type", ["SEMVER"])
    found = [_event(each) for each in fields.each("events")]
    if None in found:
        return ()
    events = sorted(filter(None, found), key=lambda each: (_key(each), each.kind != "introduced"))
    if wrong := _disorder(events):
        fields.refuse("advisory-range", wrong, "events", expected="`introduced`, then `fixed` or `last_affected`")
    return tuple(events)


def _event(fields: Fields) -> Event | None:
    """The event, None and a noted problem when it is not one."""
    kinds = fields.names()
    if len(kinds) != 1 or kinds[0] not in _KINDS:
        expected, found = f"one of {', '.join(_KINDS)}", shown(", ".join(kinds) or "nothing")
        fields.refuse("advisory-range", "is not an event", expected=expected, found=found)
        return None
    kind, before = kinds[0], len(fields.errors)
    version = fields.required_text(kind)
    if version and (kind, version) != ("introduced", "0"):
        fields.check(semver.parse, version, kind)
    return Event(kind, version) if len(fields.errors) == before else None


def _disorder(events: list[Event]) -> str:
    """What is wrong with events in the order of their versions, "" when nothing is."""
    kinds = {event.kind for event in events} - {"introduced"}
    if len(kinds) > 1:
        return "has `fixed` and `last_affected` in one range"
    if not events or any((event.kind == "introduced") != (at % 2 == 0) for at, event in enumerate(events)):
        return "is not a beginning and an end in turns"
    ends = zip(events[::2], events[1::2], strict=False)
    if any(end.kind == "fixed" and _key(begin) == _key(end) for begin, end in ends):
        return "ends where it begins"
    return ""


def _key(event: Event) -> Any:
    return semver.sort_key(_FIRST if event.version == "0" else event.version)

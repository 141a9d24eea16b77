"""`advisories/index.json`: all advisories of a registry, with what a client needs to match a lock and to say what is
the matter. What an advisory means is said in `packyard.formats.advisory`.

    {"format":"packyard/advisories/1","advisories":[
    {"affected":[{"package":{"ecosystem":"Packyard","name":"hello"},"ranges":[{"events":[{"introduced":"0"},
    {"fixed":"1.0.1"}],"type":"SEMVER"}],"versions":["1.0.0"]}],"id":"PY-2026-0001","level":"high",
    "modified":"2026-11-10T09:00:00Z","path":"advisories/PY-2026-0001.json","severity":[{"score":"CVSS:3.1/…",
    "type":"CVSS_V3"}],"summary":"…","withdrawn":null}
    ]}

One advisory stands on each line, by id. `level` is the advisory's `database_specific.severity` in lower case, or null;
the other members are OSV's. The events of a range are in the order of their versions. Readers pass over members that
they do not know, which a later version may add.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from packyard.errors import FormatError
from packyard.formats import canonical, layout
from packyard.formats.advisory import ECOSYSTEM, LEVELS, Advisory, read_common
from packyard.formats.fields import Fields, kind_of, shown
from packyard.formats.strict import load_json
from packyard.formats.times import format_time

FORMAT = "packyard/advisories/1"

#: The most bytes of the document.
LIMIT = 1 << 25


def format_advisories(advisories: Iterable[Advisory]) -> bytes:
    """The document, of advisories in the order of their ids."""
    lines = b",\n".join(canonical.encode(_entry(each)) for each in advisories)
    return b'{"format":"%s","advisories":[\n%s%s]}\n' % (FORMAT.encode(), lines, b"\n" if lines else b"")


def parse_advisories(data: bytes) -> tuple[Advisory, ...]:
    """The advisories in the document. Raises `FormatError`."""
    document = load_json(data, LIMIT)
    fields = Fields(document)
    fields.choice("format", [FORMAT])
    listed = fields.raw("advisories")
    if not isinstance(listed, list):
        fields.refuse("field-type", "is not a list", "advisories", expected="a list", found=kind_of(listed))
        listed = []
    entries = (Fields(document, fields, ("advisories", at), each) for at, each in enumerate(listed))
    found = tuple(read_common(entry, entry.text("level", check=_check_level)) for entry in entries)
    fields.finish(keep_unknown=True)
    return found


def _check_level(text: str) -> None:
    if text not in LEVELS:
        raise FormatError("field-invalid", "not a level", expected=", ".join(LEVELS), found=shown(text))


def _entry(advisory: Advisory) -> dict[str, Any]:
    return {
        "id": advisory.id,
        "modified": format_time(advisory.modified),
        "withdrawn": None if advisory.withdrawn is None else format_time(advisory.withdrawn),
        "summary": advisory.summary,
        "severity": [{"type": kind, "score": score} for kind, score in advisory.severity],
        "level": advisory.level or None,
        "affected": [
            {
                "package": {"ecosystem": ECOSYSTEM, "name": each.name},
                "ranges": [
                    {"type": "SEMVER", "events": [{event.kind: event.version} for event in events]}
                    for events in each.ranges
                ],
                "versions": list(each.versions),
            }
            for each in advisory.affected
        ],
        "path": layout.advisory(advisory.id),
    }

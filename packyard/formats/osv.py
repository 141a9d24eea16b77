"""What a record in the Open Source Vulnerability format (OSV) says besides what it is about, which
`packyard.formats.advisory` reads: severities, and what only people read.

    "schema_version": "1.7.0"
    "aliases": ["CVE-2026-1234"], "upstream": [], "related": []
    "details": "Markdown, of at most 65,536 characters"
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N"}]
    "references": [{"type": "FIX", "url": "https://example.org/hello/changes/8"}]
    "credits": [{"name": "Alice Example", "contact": ["https://example.org/alice"], "type": "REPORTER"}]

A score is a vector of its type, as https://www.first.org/cvss/ defines them; types of references and credits are those
of OSV.

Some of what is accepted OSV's own schema (https://ossf.github.io/osv-schema/) does not allow; `conform` makes a record
that it does:

- members that OSV does not have at the top of a record are left out, as those are that are null;
- so are a `purl` and a `repo` that are not text, and `ecosystem_specific` and `database_specific` that are not objects;
- where the record and a part of `affected` have a `severity`, all stand in `affected`: the record's in those parts that
  have none of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packyard.formats.fields import Fields, check_url, kind_of, shown
from packyard.formats.strict import UNPRINTABLE, Path

#: The metrics of a vector with their values.
_V2 = (
    "AV:[LAN]|AC:[LMH]|Au:[NSM]|[CIA]:[NPC]|E:(?:U|POC|F|H|ND)|RL:(?:OF|TF|W|U|ND)|RC:(?:UC|UR|C|ND)|"
    "CDP:(?:N|L|LM|MH|H|ND)|TD:(?:N|L|M|H|ND)|[CIA]R:(?:ND|L|M|H)"
)
_V3 = (
    "AV:[NALP]|AC:[LH]|PR:[NLH]|UI:[NR]|S:[UC]|[CIA]:[NLH]|E:[XUPFH]|RL:[XOTWU]|RC:[XURC]|[CIA]R:[XLMH]|"
    "MAV:[XNALP]|MAC:[XLH]|MPR:[XNLH]|MUI:[XNR]|MS:[XUC]|M[CIA]:[XNLH]"
)
#: Those of version 4 that need not be there, in the order in which they stand; all others must be there.
_V4 = (
    "E:[XAPU] CR:[XHML] IR:[XHML] AR:[XHML] MAV:[XNALP] MAC:[XLH] MAT:[XNP] MPR:[XNLH] MUI:[XNPA] MVC:[XHLN] "
    "MVI:[XHLN] MVA:[XHLN] MSC:[XHLN] MSI:[XSHLN] MSA:[XSHLN] S:[XNP] AU:[XNY] R:[XAUI] V:[XDC] RE:[XLMH] "
    "U:(?:X|Clear|Green|Amber|Red)"
)
SEVERITIES: Mapping[str, str] = {
    "CVSS_V2": rf"AV:[LAN](?:/(?:{_V2})){{5,20}}",
    "CVSS_V3": rf"CVSS:3\.[01](?:/(?:{_V3})){{8,30}}",
    "CVSS_V4": r"CVSS:4\.0/AV:[NALP]/AC:[LH]/AT:[NP]/PR:[NLH]/UI:[NPA]/VC:[HLN]/VI:[HLN]/VA:[HLN]/SC:[HLN]/SI:[HLN]"
    rf"/SA:[HLN]{''.join(f'(?:/{each})?' for each in _V4.split())}",
}
# As listed at https://ossf.github.io/osv-schema/.
# fmt: off
REFERENCES = (
    "ADVISORY", "ARTICLE", "DETECTION", "DISCUSSION", "REPORT", "FIX", "INTRODUCED", "PACKAGE", "EVIDENCE", "WEB",
)
CREDITS = (
    "FINDER", "REPORTER", "ANALYST", "COORDINATOR", "REMEDIATION_DEVELOPER", "REMEDIATION_REVIEWER",
    "REMEDIATION_VERIFIER", "TOOL", "SPONSOR", "OTHER",
)
# fmt: on

#: The members that a record may have.
_MEMBERS = (
    "schema_version",
    "id",
    "modified",
    "published",
    "withdrawn",
    "aliases",
    "upstream",
    "related",
    "summary",
    "details",
    "severity",
    "affected",
    "references",
    "credits",
    "database_specific",
)
#: Members that are kept as they are when they are of this kind.
_FREE: Mapping[str, type] = {"purl": str, "repo": str, "ecosystem_specific": dict, "database_specific": dict}

_SCHEMA = re.compile(r"1\.[0-9]{1,3}\.[0-9]{1,3}")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_DETAILS = 65_536


def check_record(fields: Fields) -> None:
    """Note what is wrong with the version of the schema, and with what only people read."""
    version = fields.required_text("schema_version")
    if version and not _SCHEMA.fullmatch(version):
        message = "is not a version of OSV that is known"
        fields.refuse("field-invalid", message, "schema_version", expected="1.NUMBER.NUMBER", found=shown(version))
    for name in ("aliases", "upstream", "related"):
        fields.texts(name, limit=200)
    _check_details(fields)
    for reference in fields.each("references"):
        reference.choice("type", REFERENCES)
        reference.required_text("url", check=check_url)
    for credit in fields.each("credits"):
        credit.required_text("name")
        credit.texts("contact")
        if credit.raw("type") is not None:
            credit.choice("type", CREDITS)


def read_severity(fields: Fields) -> tuple[str, str]:
    """Type and score of a severity; problems are noted."""
    kind, score = fields.choice("type", SEVERITIES), fields.required_text("score")
    if kind in SEVERITIES and score and not re.fullmatch(SEVERITIES[kind], score):
        fields.refuse("field-invalid", f"is not a vector of {kind}", "score", found=shown(score))
    return kind, score


def conform(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record that was accepted in the form that OSV's schema allows."""
    found: dict[str, Any] = _whole({name: record[name] for name in _MEMBERS if name in record})
    if "severity" in found and any("severity" in each for each in found["affected"]):
        common = found.pop("severity")
        found["affected"] = [{"severity": common, **each} for each in found["affected"]]
    return found


def _whole(value: Any) -> Any:
    """The value without members that are null, or of another kind than they may be."""
    if isinstance(value, list):
        return list(map(_whole, value))
    if not isinstance(value, dict):
        return value
    kept = {
        name: part for name, part in value.items() if isinstance(part, _FREE.get(name, object)) and part is not None
    }
    return {name: part if name in _FREE else _whole(part) for name, part in kept.items()}


def fractions(value: object, path: Path) -> Iterator[Path]:
    """The places of numbers with a fraction in a value that stands at `path`."""
    if isinstance(value, float):
        yield path
    inner: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, part in inner:
        yield from fractions(part, (*path, name))


def _check_details(fields: Fields) -> None:
    details = fields.raw("details")
    if not isinstance(details, str | None):
        fields.refuse("field-type", "is not text", "details", expected="text", found=kind_of(details))
    elif details and (len(details) > _DETAILS or UNPRINTABLE.search(details) or _TURNING.search(details)):
        expected = f"printable text of at most {_DETAILS} characters"
        fields.refuse("field-invalid", "is not such a text", "details", expected=expected)

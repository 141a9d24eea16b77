"""What a record in the Open Source Vulnerability format (OSV) says besides what it is about, which
`packyard.formats.advisory` reads: severities, and what only people read.

    "schema_version": "1.7.0"
    "aliases": ["CVE-2026-1234"], "upstream": [], "related": []
    "details": "Markdown, of at most 65,536 characters"
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N"}]
    "references": [{"type": "FIX", "url": "https://example.org/hello/changes/8"}]
    "credits": [{"name": "Alice Example", "contact": ["https://example.org/alice"], "type": "REPORTER"}]

A score is a vector of its type; types of references and credits are those of OSV.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from packyard.formats.fields import Fields, check_url, kind_of, shown
from packyard.formats.strict import UNPRINTABLE, Path

SEVERITIES: Mapping[str, str] = {
    "CVSS_V2": r"AV:[LAN](?:/[A-Za-z]{1,3}:[A-Za-z]{1,4}){5,20}",
    "CVSS_V3": r"CVSS:3\.[01](?:/[A-Z]{1,3}:[A-Z]){8,30}",
    "CVSS_V4": r"CVSS:4\.0(?:/[A-Z]{1,3}:[A-Za-z]{1,8}){11,40}",
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

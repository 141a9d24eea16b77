"""Schemas of the documents about the registry: its settings, its people, its keys, its advisories, its news."""

from __future__ import annotations

from packyard.formats import osv
from packyard.formats.org import ROLES
from packyard.formats.publisher import SCOPES
from packyard.formats.schemas.terms import (
    BASE64,
    COMMIT,
    DAY,
    DIGEST,
    HANDLE,
    KEY,
    KEYID,
    LEVEL,
    ORG,
    ORIGIN,
    PACK,
    PATH,
    TIME,
    URL,
    VKEY,
    flag,
    form,
    many,
    maybe,
    number,
    record,
    ref,
    said,
    table,
    text,
)
from packyard.formats.statement import ACTIONS

_EXPIRES_DAYS = number("Days until clients refuse a snapshot that was not renewed", minimum=1, maximum=365)
_MEMBERS = table({"enum": list(ROLES)}, "Its members by handle, with their roles")
_ENDS = {
    "retired": said(DAY, "The day from which it signs no more"),
    "revoked": said(DAY, "The day from which it is not to be trusted"),
    "reason": text("Why"),
}
_BEGINS = {
    "key": KEY,
    "scopes": many({"enum": list(SCOPES)}, "What it may sign"),
    "since": said(DAY, "From which day on"),
}

REGISTRY = record(
    "What clients need of the registry’s settings",
    {
        "format": form("registry-page"),
        "origin": ORIGIN,
        "title": text("Its title"),
        "url": said(URL, "Where the site is served"),
        "mirrors": many(URL, "Where else"),
        "witnesses": many(text("A web address or a folder"), "Where witnesses publish"),
        "expires_days": _EXPIRES_DAYS,
        "limits": table(number("A number"), "Limits that differ from the defaults"),
        "surfaces": table(flag("Whether it is rendered"), "Families of output that were turned on or off"),
    },
)

PUBLISHER_PAGE = record(
    "A publisher: the newest revision, and the packs owned",
    {
        "format": form("publisher-page"),
        "handle": HANDLE,
        "name": maybe(text("The name")),
        "github": maybe(text("An account at GitHub")),
        "keys": many(
            record(
                "A key", {"key": KEY, "key_id": KEYID, **_BEGINS} | {name: maybe(each) for name, each in _ENDS.items()}
            ),
            "Every key that the publisher ever had",
        ),
        "revisions": many(PATH, "The signed file of every revision"),
        "packs": many(PACK, "The packs owned"),
    },
)

ORG_PAGE = record(
    "An organisation: the newest revision, and the packs of its scope",
    {
        "format": form("org-page"),
        "org": ORG,
        "members": _MEMBERS,
        "revisions": many(PATH, "The signed file of every revision"),
        "packs": many(PACK, "The packs of the scope"),
    },
)

TRUST = record(
    "Whom clients trust, for what, until when; signed by `threshold` of the root keys",
    {
        "format": form("trust"),
        "origin": ORIGIN,
        "number": number("Its number", minimum=1),
        "expires": TIME,
        "roots": record(
            "Who signs this file", {"keys": many(KEY, "Root keys"), "threshold": number("How many of them", minimum=1)}
        ),
        "snapshot_keys": many(KEY, "Who signs snapshots"),
        "attest_keys": many(KEY, "Who signs provenance"),
        "log": record("The log", {"origin": ORIGIN, "vkey": said(VKEY, "Who signs its checkpoint")}),
        "witnesses": record(
            "Who cosigns it", {"vkeys": many(VKEY, "Witnesses"), "quorum": number("How many clients demand")}
        ),
    },
)

BY_HASH = record(
    "What builds replaced, and until when it is kept at `by-hash/SHA256`",
    {
        "format": form("by-hash"),
        "kept": many(record("A file", {"sha256": DIGEST, "until": TIME}), "In the order of their digests"),
    },
)

ADVISORIES = record(
    "All advisories, one a line",
    {
        "format": form("advisories"),
        "advisories": many(
            record(
                "An advisory",
                {
                    "id": text("Its id", pattern="^PY-[0-9]{4}-[0-9]{4,9}$"),
                    "modified": TIME,
                    "withdrawn": maybe(TIME),
                    "summary": text("What is the matter"),
                    "severity": many(ref("severity"), "How bad it is"),
                    "level": maybe(LEVEL),
                    "affected": many(ref("affected"), "The versions that it is about"),
                    "path": PATH,
                },
            ),
            "In the order of their ids",
        ),
    },
)

ADVISORY = record(
    "An advisory in the Open Source Vulnerability format (OSV)",
    {
        "schema_version": text("The version of OSV"),
        "id": text("Its id", pattern="^PY-[0-9]{4}-[0-9]{4,9}$"),
        "modified": TIME,
        "summary": text("What is the matter"),
        "affected": many(ref("affected-in-osv"), "The versions that it is about"),
    },
    {
        "published": TIME,
        "withdrawn": said(TIME, "Since when it affects nothing any more"),
        "aliases": many(text("An id"), "The same elsewhere"),
        "upstream": many(text("An id"), "What it follows from"),
        "related": many(text("An id"), "What is close to it"),
        "details": text("What happens, who is concerned, what to do; in Markdown"),
        "severity": many(ref("severity"), "How bad it is"),
        "references": many(
            record("A link", {"type": {"enum": list(osv.REFERENCES)}, "url": URL}), "Where more is said"
        ),
        "credits": many(
            record(
                "Somebody",
                {"name": text("The name")},
                {"contact": many(text("An address"), "How to reach them"), "type": {"enum": list(osv.CREDITS)}},
            ),
            "Whom to thank",
        ),
        "database_specific": {"type": "object", "description": "`severity`: LOW, MODERATE, HIGH or CRITICAL"},
    },
)

AGREEMENT = record(
    "Who agrees about a snapshot: witnesses of the log, and people who rebuilt the site",
    {
        "format": form("agreement"),
        "origin": ORIGIN,
        "snapshot": number("The number of the snapshot", minimum=1),
        "commit": COMMIT,
        "log": record("The log", {"size": number("Its entries"), "root": BASE64}),
        "quorum": number("How many witnesses clients demand"),
        "cosigned": number("How many have cosigned this very head"),
        "witnesses": many(
            record(
                "A witness",
                {
                    "name": text("The name"),
                    "vkey": VKEY,
                    "standing": {"enum": ["agrees", "earlier", "later", "silent"]},
                    "size": maybe(number("The entries of what it cosigned")),
                    "root": maybe(BASE64),
                    "time": maybe(text("When, as it says")),
                },
            ),
            "Every witness of the trust file",
        ),
        "rebuilds": many(
            record(
                "A rebuild",
                {
                    "by": text("Who did it"),
                    "key": KEYID,
                    "snapshot": number("Of which snapshot", minimum=1),
                    "commit": COMMIT,
                    "same": flag("Whether the source makes this very site"),
                    "differences": number("How many files differ"),
                    "depth": text("How much was compared"),
                    "current": flag("Whether it is about this snapshot"),
                },
            ),
            "Reports of rebuilds",
        ),
    },
)

FEED = record(
    "What was published last, as JSON Feed 1.1",
    {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": text("The title"),
        "home_page_url": URL,
        "feed_url": URL,
        "items": many(
            record(
                "A version",
                {"id": text("A tag (RFC 4151)"), "url": URL, "title": text("Name and version")},
                {
                    "content_text": text("The description"),
                    "date_published": TIME,
                    "authors": many(record("Somebody", {"name": text("The owner")}), "Who publishes it"),
                    "tags": many(text("A tag"), "What it is about"),
                },
            ),
            "Newest first",
        ),
    },
)

_FIELDS = sorted({name.rstrip("?") for names in ACTIONS.values() for name in names})

STATEMENT = record(
    "A signed statement about a pack; this is YAML",
    {
        "format": form("statement"),
        "registry": ORIGIN,
        "pack": PACK,
        "sequence": text("Its number"),
        "action": {"enum": list(ACTIONS), "description": "What it does"},
        "reason": text("Why"),
        "date": DAY,
    },
    {name: text("Needed by some actions") for name in _FIELDS},
)

PUBLISHER = record(
    "A revision of a publisher; this is YAML",
    {
        "format": form("publisher"),
        "handle": HANDLE,
        "name": text("The name"),
        "keys": many(record("A key", _BEGINS, _ENDS), "Every key that the publisher ever had"),
    },
    {"github": text("An account at GitHub")},
)

ORGANISATION = record(
    "A revision of an organisation; this is YAML", {"format": form("org"), "org": ORG, "members": _MEMBERS}
)

LOG_ENTRY = {
    "type": "object",
    "description": "An entry of the log: one line of canonical JSON",
    "required": ["type"],
    "properties": {
        "type": {"enum": ["publish", "publisher", "org", "index", *ACTIONS], "description": "What it is about"},
        "pack": PACK,
        "version": text("A version, where it is about one"),
        "identity": said(DIGEST, "Of a published version: the SHA-256 of its `SHA256SUMS`"),
        "key": said(KEYID, "Who signed a published version"),
        "keys": many(KEYID, "Who signed anything else"),
        "sha256": said(DIGEST, "The SHA-256 of the signed file; of a snapshot’s three lines"),
        "sequence": number("The number of a statement"),
        "handle": HANDLE,
        "org": ORG,
        "snapshot": number("The number of a snapshot"),
        "time": said(TIME, "When it was merged"),
    },
}

"""Schemas of the documents about packs: the catalogue, a pack, a version, and how a version was built."""

from __future__ import annotations

from collections.abc import Mapping

from packyard.formats import dsse
from packyard.formats.schemas.terms import (
    BASE64,
    COMMIT,
    DAY,
    DIGEST,
    HANDLE,
    KEYID,
    ORIGIN,
    PACK,
    PATH,
    TIME,
    URL,
    VERSION,
    Schema,
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

_OWNER = text("The owner: a publisher’s handle, or the organisation of the scope")
_OWNERS = many(text("A handle or an organisation"), "The owner, then the others")
_TARGETS = many(text("A program"), 'The programs that it is for; `["*"]`: all')
_FEATURES = many(text("Such as rules or hooks"), "What it holds")
_CHANNELS = table(VERSION, "The version that each channel offers")
_DEPENDENCIES = table(text("A range of versions"), "The packs that it needs")
_CONFLICTS = many(PACK, "The packs that it cannot stand beside")

_ROW = record(
    "A pack in one line",
    {
        "name": PACK,
        "latest": said(VERSION, "The version that is offered first"),
        "description": text("What it is, in a line"),
        "owner": _OWNER,
        "owners": _OWNERS,
        "tags": many(text("A tag"), "What it is about"),
        "targets": _TARGETS,
        "features": _FEATURES,
        "license": maybe(text("Its licence, by SPDX")),
        "updated": said(TIME, "When a version was published last"),
        "deprecated": maybe(ref("mark")),
        "archived": flag("Whether nothing new will come"),
        "renamed": maybe(said(PACK, "The name under which it goes on")),
        "channels": _CHANNELS,
        "routing": many(text("A dimension"), "By what its models.json chooses a model"),
        "quality": maybe(number("Points for its quality, of 100", maximum=100)),
        "downloads": maybe(number("How often it was downloaded; null: not known")),
        "weekly": maybe(number("The same in a week")),
        "path": said(PATH, "Its folder on the site"),
    },
)

_IDENTITY = record("What the publisher signed", {"sha256": said(DIGEST, "The SHA-256 of `SHA256SUMS`")})

_VERSION = record(
    "A version",
    {
        "version": VERSION,
        "identity": _IDENTITY,
        "tarball": maybe(ref("tarball")),
        "published": said(TIME, "When it was merged"),
        "publisher": said(HANDLE, "Who signed it"),
        "key": said(KEYID, "With which key"),
        "yanked": maybe(ref("mark")),
        "deprecated": maybe(ref("mark")),
        "withdrawn": maybe(ref("mark")),
        "channel": maybe(text("The channel that it is in")),
        "dependencies": _DEPENDENCIES,
        "conflicts": _CONFLICTS,
        "log_index": number("The index of its entry in the log"),
        "path": said(PATH, "Its folder on the site"),
    },
)


def _signed(meaning: str, members: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these members beside those of everything that is signed and logged."""
    return {"allOf": [ref("signed"), record(meaning, members, optional)], "description": meaning}


_STATEMENT = _signed(
    "A statement; besides this it has the fields of its action",
    {
        "sequence": number("Its number", minimum=1),
        "action": text("What it does"),
        "date": DAY,
        "reason": text("Why"),
    },
)

_REVISION = _signed(
    "A revision of a publisher or an organisation",
    {"kind": {"enum": ["publisher", "org"]}, "name": text("The handle or the organisation")},
)

_RENAMED = record(
    "That it goes on under another name", {"to": PACK, "reason": text("Why"), "date": said(DAY, "Since which day")}
)

_RECOVERY = record(
    "That the registry’s root keys give the pack to somebody else",
    {
        "to": HANDLE,
        "reason": text("Why"),
        "date": said(DAY, "When it was said"),
        "effective": said(TIME, "From when on it holds"),
    },
)

_MANIFEST = record(
    "The manifest",
    {
        "name": PACK,
        "version": VERSION,
        "description": text("What it is, in a line"),
        "author": maybe(text("Who wrote it")),
        "license": maybe(text("Its licence, by SPDX")),
        "homepage": maybe(text("A web address")),
        "repository": maybe(text("Where its source is")),
        "logo": maybe(text("A file of the pack, or a web address")),
        "tags": many(text("A tag"), "What it is about"),
        "targets": _TARGETS,
        "features": _FEATURES,
        "dependencies": _DEPENDENCIES,
        "conflicts": _CONFLICTS,
        "extra": {"type": "object", "description": "Fields that are not known, as they stand"},
    },
)

_FILE = record(
    "A file as it is installed",
    {
        "path": text("Its path in the pack"),
        "sha256": DIGEST,
        "size": number("Its bytes"),
        "mode": {"enum": ["0644", "0755"], "description": "Its mode, which follows from its content"},
    },
)

INDEX = record(
    "The whole catalogue, one row a pack and one pack a line",
    {
        "format": form("index"),
        "registry": record("The registry", {"origin": ORIGIN, "title": text("Its title"), "url": URL}),
        "snapshot": number("The number of the snapshot that seals it", minimum=1),
        "commit": said(COMMIT, "What it was built from"),
        "total": number("How many packs there are"),
        "packs": many(_ROW, "All packs by name"),
    },
)

PACK_PAGE = record(
    "A pack and all its versions",
    {
        "format": form("pack"),
        "name": PACK,
        "owner": _OWNER,
        "owners": _OWNERS,
        "latest": said(VERSION, "The version that is offered first"),
        "description": text("What it is, in a line"),
        "deprecated": maybe(ref("mark")),
        "archived": maybe(ref("mark")),
        "renamed": maybe(_RENAMED),
        "recovery": maybe(_RECOVERY),
        "channels": _CHANNELS,
        "versions": many(_VERSION, "All versions, highest first"),
        "statements": many(_STATEMENT, "What was said of the pack, in order"),
        "authority": many(_REVISION, "The revisions that its signatures rest on"),
    },
)

VERSION_PAGE = record(
    "Everything about one version that never changes, and whether it is withdrawn",
    {
        "format": form("version"),
        "name": PACK,
        "version": VERSION,
        "identity": record(
            "What the publisher signed",
            {"sha256": said(DIGEST, "The SHA-256 of `SHA256SUMS`"), "h1": text("The same as Go’s dirhash writes it")},
        ),
        "sums": said(PATH, "The signed list of files"),
        "signature": said(PATH, "Its signature"),
        "tarball": maybe(ref("tarball")),
        "withdrawn": maybe(ref("mark")),
        "provenance": said(PATH, "How it was built"),
        "published": said(TIME, "When it was merged"),
        "commit": said(COMMIT, "In which commit"),
        "publisher": said(HANDLE, "Who signed it"),
        "key": said(KEYID, "With which key"),
        "log_index": number("The index of its entry in the log"),
        "manifest": maybe(_MANIFEST),
        "features": _FEATURES,
        "files": many(_FILE, "The files, in the order of their paths"),
    },
)

PROVENANCE = record(
    "One line: a DSSE envelope around an in-toto statement with SLSA provenance",
    {
        "payload": said(BASE64, "The statement, see provenance-statement"),
        "payloadType": {"const": dsse.PAYLOAD_TYPE},
        "signatures": many(
            record("A signature", {"keyid": KEYID, "sig": said(BASE64, "Ed25519 over the envelope’s PAE")}),
            "By the attestation key",
        ),
    },
)

_SOURCE = record("The source", {"digest": record("Its commit", {"gitCommit": COMMIT}), "name": ORIGIN})
_BUILD = record(
    "From what it was made",
    {
        "buildType": {"const": dsse.BUILD_TYPE},
        "externalParameters": record("The folder", {"path": text("In the repository"), "registry": ORIGIN, "url": URL}),
        "resolvedDependencies": many(_SOURCE, "The commit"),
    },
)

PROVENANCE_STATEMENT = record(
    "The payload of a provenance: which commit and folder the files were made from",
    {
        "_type": {"const": dsse.STATEMENT_TYPE},
        "predicateType": {"const": dsse.PREDICATE_TYPE},
        "predicate": record(
            "SLSA provenance",
            {
                "buildDefinition": _BUILD,
                "runDetails": record("By whom", {"builder": record("The program", {"id": text("Its name")})}),
            },
        ),
        "subject": many(
            record("A file", {"digest": record("Its digest", {"sha256": DIGEST}), "name": text("Its name")}),
            "The archive and the signed list",
        ),
    },
)

_PACKS = number("How many packs")
_COUNTED = record("A name and its packs", {"name": text("The name"), "packs": _PACKS})

STATS = record(
    "How much the registry holds, and how it grew",
    {
        "format": form("stats"),
        "totals": record(
            "All of it", {name: number("How many") for name in ("packs", "versions", "publishers", "organisations")}
        ),
        "downloads": maybe(number("How often packs were downloaded; null: not known")),
        "months": many(
            record(
                "What came for the first time",
                {
                    "month": text("The month, in UTC", pattern="^[0-9]{4}-[0-9]{2}$"),
                    "packs": _PACKS,
                    "versions": number("How many versions"),
                    "publishers": number("How many publishers"),
                },
            ),
            "The months in which something was published, in order",
        ),
        "features": many(_COUNTED, "By what they hold, most packs first"),
        "targets": many(_COUNTED, "By what they are for, most packs first"),
        "tags": many(_COUNTED, "By the most frequent tags, most packs first"),
        "licences": many(_COUNTED, "By their licences, most packs first"),
        "sizes": many(
            record("Archives of at least half of this and less", {"below": number("Bytes"), "packs": _PACKS}),
            "By the sizes of the archives of their latest versions",
        ),
        "quality": many(
            record("Packs with so many points, and up to nine more", {"from": number("Points"), "packs": _PACKS}),
            "By their quality",
        ),
    },
)

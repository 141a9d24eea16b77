"""Schemas of the documents of Ori's protocol, which says nothing of them: see `packyard.surfaces.dialects.ori`."""

from __future__ import annotations

from packyard.formats.schemas.terms import (
    HANDLE,
    NAME,
    PACK,
    PATH,
    TIME,
    VERSION,
    Schema,
    form,
    many,
    maybe,
    number,
    record,
    ref,
    said,
    text,
)

#: A name as Ori writes it, always with a scope; `_` is that of packs without one.
ORI_NAME = text("A name in Ori, always with a scope: `@_/hello`, `@acme/hello`", pattern=rf"^@(_|{NAME})/{NAME}$")
DIGEST = text("A SHA-256, as `sha256:` and hex", pattern="^sha256:[0-9a-f]{64}$")

_SAID: dict[str, Schema] = {
    "deprecated": maybe(ref("mark", "That it should not be used any more; a client warns")),
    "archived": maybe(ref("mark", "That nothing new will come")),
    "renamed": maybe(said(ORI_NAME, "The name under which it goes on")),
}
_YANKED = maybe(ref("mark", "That nobody should choose it any more; who names it exactly gets it all the same"))
_WITHDRAWN = maybe(ref("mark", "That nothing of it is left but what was signed and logged"))
_KEYWORDS = many(text("A tag"), "What it is about")

VERSIONS = record(
    "All versions of a pack",
    {
        "format": form("ori-versions"),
        "name": ORI_NAME,
        "pack": PACK,
        "latest": maybe(said(VERSION, "The version that is offered first, never one that is yanked or withdrawn")),
        **_SAID,
        "versions": many(
            record(
                "A version",
                {
                    "version": VERSION,
                    "published": said(TIME, "When it was merged"),
                    "yanked": _YANKED,
                    "deprecated": maybe(ref("mark")),
                    "withdrawn": _WITHDRAWN,
                },
            ),
            "All versions, highest first",
        ),
    },
)

_DEPENDENCY = record(
    "A pack that it needs",
    {
        "name": ORI_NAME,
        "range": text("The range of versions, by npm’s grammar"),
        "version": maybe(
            said(VERSION, "The one version that the range means; null when that depends on what there is")
        ),
    },
)

METADATA = record(
    "One version; of one that was withdrawn, all that it said of itself is null",
    {
        "format": form("ori-metadata"),
        "name": ORI_NAME,
        "version": VERSION,
        "pack": PACK,
        "description": maybe(text("What it is, in a line")),
        "license": maybe(text("Its licence, by SPDX")),
        "authors": maybe(many(text("Somebody"), "Who wrote it")),
        "homepage": maybe(text("A web address")),
        "repository": maybe(text("Where its source is")),
        "keywords": maybe(_KEYWORDS),
        "targets": maybe(many(text("A program"), 'The programs that it is for; `["*"]`: all')),
        "features": maybe(many(text("Such as rules or hooks"), "What it holds")),
        "dependencies": maybe(many(_DEPENDENCY, "The packs that it needs")),
        "conflicts": maybe(many(ORI_NAME, "The packs that it cannot stand beside")),
        "checksums": record(
            "Its hashes",
            {
                "archive": maybe(said(DIGEST, "The SHA-256 of what `download` gives")),
                "identity": said(DIGEST, "What the publisher signed and the log has: the SHA-256 of `SHA256SUMS`"),
            },
        ),
        "download": maybe(said(PATH, "Its archive, from the site’s root; null: withdrawn, or too large for Ori")),
        "published": said(TIME, "When it was merged"),
        "publisher": said(HANDLE, "Who signed it"),
        "yanked": _YANKED,
        "deprecated": maybe(ref("mark", "That it, or the whole pack, should not be used any more")),
        "withdrawn": _WITHDRAWN,
        "archived": _SAID["archived"],
        "renamed": _SAID["renamed"],
    },
)

SEARCH = record(
    "The first packs by quality, of all or of those with a word in their name or a tag",
    {
        "format": form("ori-search"),
        "query": maybe(text("The word; null: all packs")),
        "total": number("How many packs there are, of which the first are shown"),
        "packages": many(
            record(
                "A pack",
                {
                    "name": ORI_NAME,
                    "pack": PACK,
                    "description": text("What it is, in a line"),
                    "keywords": _KEYWORDS,
                    "license": maybe(text("Its licence, by SPDX")),
                    **_SAID,
                },
            ),
            "By their quality, then by their names",
        ),
    },
)

ADVISORIES = record(
    "Where the advisories are",
    {
        "format": form("ori-advisories"),
        "index": text("The address of the list of all", format="uri"),
        "advisory": text("The address of one, with `{id}` for its id"),
    },
)

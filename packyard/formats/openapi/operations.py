"""Every path of a site that programs read, by topic: what it is, what it holds, and how its bytes are verified.

A name in braces is a parameter. A path of a pack is there twice in the document: a scoped pack `@acme/hello` has its
scope as a folder of its own, so `packs/{name}/…` is for names without a scope, and `packs/@{scope}/{pack}/…` for the
others, because a parameter of a path holds no slash (OpenAPI 3.1, Path Templating).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from packyard.formats.openapi import examples

#: How a reader knows that the bytes are right.
VERIFIED: Mapping[str, str] = {
    "sealed": (
        "Its SHA-256 stands in a list that the snapshot leads to: `site.sums`, or for a file of a pack "
        "`packs/{name}/files.sums`, found through `index.sums` and its shard, or a `pages.sums` that this lists."
    ),
    "signed": (
        "Signed by its publisher, or by those who must agree: the file beside it that ends in `.minisig` is a "
        "prehashed minisign signature, whose trusted comment is compared for equality. The snapshot’s lists have its "
        "SHA-256 too."
    ),
    "attested": (
        "Signed by the attestation key that a trust file names: a DSSE envelope, whose subjects are the archive and "
        "`SHA256SUMS`."
    ),
    "trusted": (
        "Signed by `threshold` of the root keys, and from number 2 on by those of the number before as well; the "
        "trusted comment is `ORIGIN trust N`. Know a root key from another place."
    ),
    "logged": (
        "Part of the log (https://c2sp.org/tlog-tiles): its hashes lead to the root in `log/checkpoint`, which the "
        "log’s key signed and witnesses cosigned."
    ),
    "hashed": "Its name is its SHA-256.",
    "head": "Signed by a snapshot key of the newest trust file; see `SNAPSHOT.minisig` for the trusted comment.",
}

TOPICS: tuple[tuple[str, str], ...] = (
    ("Registry", "The catalogue, and what the registry says of itself."),
    (
        "Search",
        "The index that the search of these pages and the command read, cut so that a query needs little of it.",
    ),
    ("Packs", "A pack with all its versions, and everything that a version consists of."),
    ("People", "Publishers and organisations, with every signed revision."),
    ("Advisories", "What is known to be wrong, in the Open Source Vulnerability format."),
    ("News", "Feeds of what was published."),
    ("Seal", "The snapshot and the lists of checksums that it leads to; each is what `sha256sum -c` reads."),
    ("Trust and log", "The keys of the registry, and its transparency log."),
)


class Read(NamedTuple):
    """A path that can be read; `id` is its operation. `document` names its JSON Schema, "" for what has none; `text`
    names the schema of what YAML or a line of the log says. `dialect` is the one that a registry must speak to have the
    path, "" for what every registry has.
    """

    id: str
    topic: str
    path: str
    summary: str
    verified: str = "sealed"
    document: str = ""
    text: str = ""
    dialect: str = ""

    @property
    def parameters(self) -> list[str]:
        """The names in braces."""
        return [part.partition("}")[0] for part in self.path.split("{")[1:]]


class Parameter(NamedTuple):
    """What a name in braces stands for."""

    meaning: str
    pattern: str
    example: str


_PART = "[a-z0-9][a-z0-9-]{0,62}[a-z0-9]"
_TILE = "The number of the tile, in groups of three digits; all but the last group begin with `x` and are folders"

PARAMETERS: Mapping[str, Parameter] = {
    "name": Parameter("The name of a pack without a scope", f"^{_PART}$", "hello"),
    "scope": Parameter("The organisation of a scoped pack, without `@`", f"^{_PART}$", "acme"),
    "pack": Parameter("The name of a scoped pack behind its scope", f"^{_PART}$", "hello"),
    "version": Parameter("A version by semantic versioning", r"^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$", "1.2.0"),
    "archive": Parameter("The name without its scope, a hyphen, and the version", "^[0-9A-Za-z.-]+$", "hello-1.2.0"),
    "statement": Parameter("The number of a statement and its action", "^[0-9]{4}-[a-z-]+$", "0001-yank"),
    "handle": Parameter("The handle of a publisher", f"^{_PART}$", "alice"),
    "org": Parameter("The name of an organisation", f"^{_PART}$", "acme"),
    "number": Parameter("A number from 1 on, without gaps", "^[1-9][0-9]*$", "1"),
    "signer": Parameter("Who signed: a handle, or the id of a root key", "^[0-9A-Za-z-]+$", "alice"),
    "keyid": Parameter("The id of a root key, as minisign prints it", "^[0-9A-F]{16}$", examples.ALICE.keys[0].key_id),
    "advisory": Parameter("The id of an advisory", "^PY-[0-9]{4}-[0-9]{4,9}$", examples.ADVISORY),
    "shard": Parameter("The first two hex digits of the SHA-256 of the pack’s full name", "^[0-9a-f]{2}$", "2c"),
    "sha256": Parameter("A SHA-256 in hex", "^[0-9a-f]{64}$", examples.digest("kept")),
    "level": Parameter("The level of the tile", "^[0-9]{1,2}$", "0"),
    "tile": Parameter(_TILE, "^[0-9]{3}$", "001"),
    "thousands": Parameter("The number of the tile, divided by a thousand, in three digits", "^[0-9]{3}$", "001"),
    "width": Parameter("How many hashes or entries are there, of 256", "^[1-9][0-9]{0,2}$", "17"),
    "terms": Parameter("The first term of a shard, after a `t`", "^t[0-9a-z_-]*$", "thello"),
    "chunk": Parameter("The number of a chunk", "^[0-9]+$", "0"),
    "schema": Parameter("The name of a document’s schema", "^[a-z-]+$", "pack"),
    "tag": Parameter("A tag", "^[A-Za-z0-9_+@-][A-Za-z0-9._+@-]{0,63}$", "greeting"),
}


#: A line and its summary for each: path | id | how it is verified | the schema, in parentheses of what is not JSON.
_TABLE = """\
[Registry]
index.json | index | sealed | index
    The whole catalogue
registry.json | registry | sealed | registry-page
    The settings that clients need
stats.json | stats | sealed | stats
    How much there is, and how it grew
openapi.json | openapi | sealed | -
    This interface
schemas/{schema}-1.json | schema | sealed | -
    The JSON Schema of a document

[Search]
search/catalogue.gz | searchCatalogue | sealed | -
    What a search reads first; the form is that of the search itself and may change with it
search/terms/{terms}.gz | searchTerms | sealed | -
    Terms, and where they occur
search/rows/{chunk}.gz | searchRows | sealed | -
    What a search shows of packs
search/columns/{chunk}.gz | searchColumns | sealed | -
    What a search filters and sorts by

[Packs]
packs/{name}/index.json | pack | sealed | pack
    A pack and all its versions
packs/{name}/{version}/metadata.json | version | sealed | version
    A version
packs/{name}/{version}/{archive}.tar.gz | archive | sealed | -
    A version as an archive: its files, the signed list and its signature
packs/{name}/{version}/SHA256SUMS | versionSums | signed | -
    What the publisher signed: the SHA-256 of every file
packs/{name}/{version}/SHA256SUMS.minisig | versionSignature | signed | -
    The publisher’s signature; its trusted comment is `NAME VERSION`
packs/{name}/{version}/provenance.intoto.jsonl | provenance | attested | provenance
    From which commit a version was made
packs/{name}/statements/{statement}.yaml | statement | signed | (statement)
    A statement about a pack: yank, deprecate, transfer …
packs/{name}/statements/{statement}.yaml.{signer}.minisig | statementSignature | signed | -
    A signature of a statement; its trusted comment is `statement NAME NUMBER`
packs/{name}/files.sums | packSums | sealed | -
    The SHA-256 of all that a pack is verified by
packs/{name}/pages.sums | packPages | sealed | -
    The SHA-256 of the other files of a pack
packs/{name}/{version}/pages.sums | versionPages | sealed | -
    The SHA-256 of the other files of a version
packs/{name}/badge.svg | packBadge | sealed | -
    The latest version as a badge
packs/{name}/quality.svg | packQuality | sealed | -
    The quality as a badge

[People]
publishers/{handle}/index.json | publisher | sealed | publisher-page
    A publisher
publishers/{handle}/{number}.yaml | publisherRevision | signed | (publisher)
    A revision of a publisher
publishers/{handle}/{number}.yaml.minisig | publisherSignature | signed | -
    Its signature; the trusted comment is `publisher HANDLE`
orgs/{org}/index.json | org | sealed | org-page
    An organisation
orgs/{org}/{number}.yaml | orgRevision | signed | (org)
    A revision of an organisation
orgs/{org}/{number}.yaml.{handle}.minisig | orgSignature | signed | -
    Its signature; the trusted comment is `org ORG`

[Advisories]
advisories/index.json | advisories | sealed | advisories
    All advisories
advisories/{advisory}.json | advisory | sealed | advisory
    An advisory

[News]
feed.atom | feedAtom | sealed | -
    What was published last, as Atom
feed.json | feedJson | sealed | feed
    What was published last, as JSON Feed
packs/{name}/feed.atom | packAtom | sealed | -
    What was published of a pack, as Atom
packs/{name}/feed.json | packFeed | sealed | feed
    What was published of a pack, as JSON Feed
publishers/{handle}/feed.atom | publisherAtom | sealed | -
    What a publisher’s packs published, as Atom
publishers/{handle}/feed.json | publisherFeed | sealed | feed
    What a publisher’s packs published, as JSON Feed
orgs/{org}/feed.atom | orgAtom | sealed | -
    What an organisation published, as Atom
orgs/{org}/feed.json | orgFeed | sealed | feed
    What an organisation published, as JSON Feed
tags/{tag}/feed.atom | tagAtom | sealed | -
    What was published with a tag, as Atom
tags/{tag}/feed.json | tagFeed | sealed | feed
    What was published with a tag, as JSON Feed

[Seal]
SNAPSHOT | snapshot | head | -
    What the registry holds now: the head of the lists of checksums
SNAPSHOT.minisig | snapshotSignature | head | -
    Its signature; the trusted comment is `ORIGIN snapshot NUMBER expires TIME`
SNAPSHOT.bundle | snapshotBundle | head | -
    The snapshot, its signature and the log’s checkpoint, in one file
index.sums | indexSums | sealed | -
    The SHA-256 of the 256 shards
index/{shard}.sums | shardSums | sealed | -
    The SHA-256 of the lists of the packs in a shard
site.sums | siteSums | sealed | -
    The SHA-256 of everything that is in no pack
by-hash/index.json | byHash | sealed | by-hash
    What was replaced, and until when it is kept
by-hash/{sha256} | kept | hashed | -
    A file that was replaced

[Trust and log]
trust/{number}.json | trust | trusted | trust
    Whom clients trust; every number from 1 on
trust/{number}.json.{keyid}.minisig | trustSignature | trusted | -
    A signature of a trust file
log/checkpoint | checkpoint | logged | -
    The signed head of the log
log/tile/{level}/{tile} | logTile | logged | -
    A full tile: 256 hashes
log/tile/{level}/{tile}.p/{width} | logTilePartial | logged | -
    The first hashes of a tile
log/tile/{level}/x{thousands}/{tile} | logTileFar | logged | -
    A full tile from number 1,000 on
log/tile/{level}/x{thousands}/{tile}.p/{width} | logTileFarPartial | logged | -
    The first hashes of such a tile
log/tile/entries/{tile} | logEntries | logged | (log-entry)
    256 entries, each after its length in two bytes
log/tile/entries/{tile}.p/{width} | logEntriesPartial | logged | (log-entry)
    The first entries of a tile
log/tile/entries/x{thousands}/{tile} | logEntriesFar | logged | (log-entry)
    256 entries from tile 1,000 on
log/tile/entries/x{thousands}/{tile}.p/{width} | logEntriesFarPartial | logged | (log-entry)
    The first entries of such a tile
"""


def reads(table: str, dialect: str = "") -> Iterator[Read]:
    """The paths in a table: a topic in brackets, then paths of two lines, the second of which says what is there."""
    topic = ""
    lines = [line for line in table.splitlines() if line]
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("["):
            topic = line.strip("[]")
        elif not line.startswith(" "):
            path, name, verified, schema = line.split(" | ")
            text = schema.strip("()") if schema.startswith("(") else ""
            document = "" if text or schema == "-" else schema
            yield Read(name, topic, path, below.strip(), verified, document, text, dialect)


OPERATIONS: tuple[Read, ...] = tuple(reads(_TABLE))

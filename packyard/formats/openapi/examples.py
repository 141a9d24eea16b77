"""A small registry of values, rendered by the very functions that make the site: the examples of its documentation.

Keys and signatures only look like some: nothing is signed, and no secret belongs to them.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from packyard.formats import b64, bundle, checkpoint, documents, dsse, entries, layout, minisign, snapshot, sums
from packyard.formats.advisories import format_advisories
from packyard.formats.advisory import Advisory, Affected, Event
from packyard.formats.manifest import derive_features
from packyard.formats.openapi import contents
from packyard.formats.org import format_org
from packyard.formats.publisher import format_publisher
from packyard.formats.registry_page import format_registry_page
from packyard.formats.statement import format_statement
from packyard.formats.times import format_time
from packyard.formats.trustfile import format_trust
from packyard.model import (
    File,
    Grounds,
    Mark,
    Org,
    Pack,
    Publisher,
    PublisherKey,
    Record,
    Release,
    Row,
    Statement,
    Tarball,
    VersionState,
)
from packyard.registry import Registry, Trust

ORIGIN, URL = "packs.example.org", "https://packs.example.org/"
#: 2026-11-21T00:00:00Z
NOW = 1_795_219_200
DAY = 86_400
ADVISORY = "PY-2026-0001"


def digest(text: str) -> str:
    """A digest that looks like one."""
    return sha256(text.encode()).hexdigest()


def _key(name: str) -> PublisherKey:
    raw = sha256(name.encode()).digest()
    text = minisign.format_public_key(raw[:8].hex().upper(), raw)
    return PublisherKey(text, raw[:8].hex().upper(), ("publish", "admin"), "2026-09-01")


def _vkey(name: str, kind: bytes = b"\1") -> str:
    raw = sha256(name.encode()).digest()
    return f"{name}+{sha256(name.encode() + raw).hexdigest()[:8]}+{b64encode(kind + raw).decode()}"


REGISTRY = Registry(ORIGIN, "Example packs", URL, ("https://mirror.example.net/packs/",), 14, {}, {}, {})
ALICE = Publisher("alice", "Alice Example", "alice", (_key("alice"),))
_KEY = ALICE.keys[0].key_id
ACME = Org("acme", {"alice": "owner", "bob": "member"})
TRUST = Trust(
    ORIGIN,
    1,
    "2027-11-21T00:00:00Z",
    (_key("root").key,),
    1,
    (_key("snapshot").key,),
    (_key("attest").key,),
    ORIGIN,
    _vkey(ORIGIN),
    (_vkey("witness.example/w1", b"\4"),),
    1,
)


def _release(version: str, time: int) -> Release:
    mark = f"hello@{version}"
    files = tuple(File(path, sha256(data).hexdigest(), len(data), 0o644) for path, data in contents.FILES.items())
    tarball = Tarball(layout.tarball("hello", version), digest(mark + "gz"), 1843, digest(mark + "tar"), "libdeflate")
    return Release(
        pack="hello",
        version=version,
        tree=digest(mark)[:40],
        identity=sha256(sums.format((file.path, file.sha256) for file in files)).hexdigest(),
        key=_KEY,
        publisher="alice",
        commit=digest(mark + "commit")[:40],
        published=time,
        seq=0,
        log_index=511,
        manifest=contents.MANIFEST._replace(version=version),
        features=derive_features(contents.FILES),
        files=files,
        tarball=tarball,
    )


RELEASE = _release("1.2.0", NOW - DAY)
_YANK = Statement(
    ORIGIN, "hello", 1, "yank", "2026-11-20", "hooks/hooks.json runs what is on one laptop only", {"version": "1.0.1"}
)
_YANKED = VersionState(_release("1.0.1", NOW - 9 * DAY), yanked=Mark(_YANK.reason, _YANK.date))


def _record(path: str) -> Record:
    signature = path + (".alice.minisig" if "statements" in path else ".minisig")
    return Record(path, (signature,), digest(path), (_KEY,), NOW - DAY, 512)


PACK = Pack(
    "hello",
    "alice",
    (VersionState(RELEASE, channel="stable"), _YANKED),
    None,
    (_YANK,),
    grounds=Grounds((_record("packs/hello/statements/0001-yank.yaml"),), (_record("publishers/alice/1.yaml"),)),
)
ROW = Row(
    "hello", "1.2.0", contents.MANIFEST.description, "alice", contents.MANIFEST.tags, ("*",), RELEASE.features,
    "Apache-2.0", RELEASE.published, None, 2, quality=84,
)  # fmt: skip
_ADVISORY = Advisory(
    ADVISORY,
    NOW,
    None,
    "The guard of hello reports a refusal that agents ignore",
    (("CVSS_V3", "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N"),),
    "high",
    (Affected("hello", ((Event("introduced", "0"), Event("fixed", "1.2.0")),), ("1.0.1",)),),
)
_SNAPSHOT = snapshot.Snapshot(
    ORIGIN, 42, NOW, NOW + 14 * DAY, 1, RELEASE.commit, 512, sha256(b"root").digest(),
    digest("index.json"), digest("index.sums"), digest("site.sums"),
)  # fmt: skip
_HEAD = checkpoint.format_checkpoint(checkpoint.Checkpoint(ORIGIN, 512, sha256(b"root").digest()))


def _signature(comment: str) -> bytes:
    raw = sha256(comment.encode()).digest() * 2
    return minisign.format_signature(minisign.Signature("signature of an example", _KEY, raw, comment, raw))


def _note() -> bytes:
    signature = b64.encode(bytes.fromhex(TRUST.log_vkey.split("+")[1]) + sha256(b"note").digest() * 2)
    return f"{_HEAD}\n\N{EM DASH} {ORIGIN} {signature}\n".encode()


def _provenance() -> bytes:
    subjects = (("hello-1.2.0.tar.gz", RELEASE.tarball.sha256), ("SHA256SUMS", RELEASE.identity))
    payload = dsse.format_provenance(
        dsse.Provenance(
            ORIGIN, URL, RELEASE.commit, "registry-src/packs/he/hello/1.2.0", "urn:packyard:build", subjects
        )
    )
    signed = dsse.EnvelopeSignature(_KEY, sha256(payload).digest() * 2)
    return dsse.format_envelope(dsse.Envelope(payload, dsse.PAYLOAD_TYPE, (signed,)))


def _osv() -> bytes:
    indexed = json.loads(format_advisories([_ADVISORY]))["advisories"][0]
    shared = {name: indexed[name] for name in ("id", "modified", "summary", "severity", "affected")}
    more: dict[str, Any] = {
        "schema_version": "1.7.0",
        "published": format_time(NOW),
        "details": "What happens, and what to do.",
    }
    more["references"] = [{"type": "WEB", "url": "https://example.org/advisories/1"}]
    return json.dumps(more | shared | {"database_specific": {"severity": "HIGH"}}).encode()


def _feed() -> bytes:
    item = {
        "id": f"tag:{ORIGIN},2026-11-20:hello/1.2.0",
        "url": URL + "packs/hello/1.2.0/",
        "title": "hello 1.2.0",
        "content_text": contents.MANIFEST.description,
        "date_published": format_time(RELEASE.published),
        "authors": [{"name": "alice"}],
        "tags": list(contents.MANIFEST.tags),
    }
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": REGISTRY.title, "home_page_url": URL}
    return json.dumps({**feed, "feed_url": URL + layout.JSON_FEED, "items": [item]}).encode()


def _index() -> bytes:
    return b"".join(documents.index_parts(REGISTRY, 42, RELEASE.commit, 1, [documents.index_row(ROW)]))


_SIGNED_SNAPSHOT = snapshot.format_snapshot(_SNAPSHOT)

#: The files of this registry that serve as examples, by the name of the path's operation; see `operations`.
FILES: Mapping[str, Callable[[], bytes]] = {
    "index": _index,
    "registry": lambda: format_registry_page(REGISTRY),
    "pack": lambda: documents.pack_document(PACK),
    "version": lambda: documents.version_document(RELEASE),
    "versionSums": lambda: sums.format((file.path, file.sha256) for file in RELEASE.files),
    "versionSignature": lambda: _signature("hello 1.2.0"),
    "provenance": _provenance,
    "statement": lambda: format_statement(_YANK),
    "statementSignature": lambda: _signature("statement hello 1"),
    "publisher": lambda: documents.publisher_document(ALICE, 1, ["hello"]),
    "publisherRevision": lambda: format_publisher(ALICE),
    "publisherSignature": lambda: _signature("publisher alice"),
    "org": lambda: documents.org_document(ACME, 1, ["@acme/house-style"]),
    "orgRevision": lambda: format_org(ACME),
    "orgSignature": lambda: _signature("org acme"),
    "advisories": lambda: format_advisories([_ADVISORY]),
    "advisory": _osv,
    "feedJson": _feed,
    "snapshot": lambda: _SIGNED_SNAPSHOT,
    "snapshotSignature": lambda: _signature(snapshot.trusted_comment(_SNAPSHOT)),
    "snapshotBundle": lambda: bundle.format_bundle(
        bundle.Bundle(_SIGNED_SNAPSHOT, _signature(snapshot.trusted_comment(_SNAPSHOT)), _note())
    ),
    "indexSums": lambda: sums.format([("index/2c.sums", digest("shard"))]),
    "shardSums": lambda: sums.format([("packs/hello/files.sums", digest("files"))]),
    "packSums": lambda: sums.format(
        [("packs/hello/index.json", digest("pack")), (RELEASE.tarball.path, RELEASE.tarball.sha256)]
    ),
    "siteSums": lambda: sums.format([("registry.json", digest("registry"))]),
    "byHash": lambda: documents.kept_document({digest("kept"): NOW + 14 * DAY}),
    "trust": lambda: format_trust(TRUST),
    "trustSignature": lambda: _signature(f"{ORIGIN} trust 1"),
    "checkpoint": _note,
    "logEntry": lambda: entries.publish_entry("hello", "1.2.0", RELEASE.identity, _KEY, RELEASE.published),
}


def example(name: str) -> Any:
    """The example of an operation: JSON as a value, anything else as text; None when there is none."""
    make = FILES.get(name)
    if make is None:
        return None
    data = make()
    return json.loads(data) if data.startswith(b"{") else data.decode()

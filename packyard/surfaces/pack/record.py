"""The page of a version's place in the log, and of how to check everything by hand.

It says what never changes: the entry, its index, what was signed. What grows with the log (the checkpoint, a proof) it
says how to fetch, so that a longer log changes no page.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from shlex import quote
from typing import NamedTuple

from packyard.formats import dsse, entries, layout, tlog
from packyard.model import Pack, PublisherKey, Release, VersionState
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.surfaces import views
from packyard.surfaces.pack.values import Hand, facts
from packyard.surfaces.site import HOME

#: RFC 9162, section 2.1.3.2, over a proof as https://c2sp.org/tlog-proof has it.
_INCLUDED = """\
python3 - {proof} <<'EOF'
import sys
from base64 import b64decode
from hashlib import sha256
head, checkpoint = open(sys.argv[1]).read().split("\\n\\n", 1)
extra, index, *path = head.split("\\n")[1:]
origin, size, root, *_ = checkpoint.split("\\n")
at, last = int(index.split()[1]), int(size) - 1
node = sha256(b"\\0" + b64decode(extra.split()[1])).digest()
for sibling in map(b64decode, path):
    if at % 2 or at == last:
        node = sha256(b"\\1" + sibling + node).digest()
        while at % 2 == 0 and at:
            at, last = at // 2, last // 2
    else:
        node = sha256(b"\\1" + node + sibling).digest()
    at, last = at // 2, last // 2
print(b64decode(extra.split()[1]).decode())
print("in the log" if last == 0 and node == b64decode(root) else "NOT in the log")
EOF"""

_ATTESTED = """\
jq -r .payload {file} | base64 -d > payload.json
{{ printf 'DSSEv1 28 {kind} %d ' "$(wc -c < payload.json)"; cat payload.json; }} > signed.bin
jq -r '.signatures[0].sig' {file} | base64 -d > signature.bin
der() {{ printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'; base64 -d | tail -c 32; }}
for key in $(jq -r '.attest_keys[]' trust/*.json); do
  printf %s "$key" | der > key.der
  openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in signed.bin -sigfile signature.bin && break
done
jq . payload.json"""


class Checks(NamedTuple):
    """The commands that check a version with curl, minisign, sha256sum, jq, openssl, python3 and tar, in their order
    for one shell; `archive` is "" when there is none any more.
    """

    fetch: str
    signature: str
    chain: str
    entry: str
    proof: str
    provenance: str
    archive: str


def plan_version(hand: Hand, pack: Pack, state: VersionState, before: VersionState | None) -> Iterator[Recipe]:
    """`packs/NAME/VERSION/log/index.html`; a preview has none, for nothing of it is logged."""
    if not hand.site.preview:
        publisher, seen = hand.publishers[state.release.publisher], hand.seen.get(state.release.key)
        path = layout.version(pack.name, state.release.version, "log/index.html")
        yield Recipe(path, (hand.site, pack.name, facts(state), publisher, seen), partial(record_page, hand, state))


def record_page(hand: Hand, state: VersionState) -> bytes:
    """The page. Of a withdrawn version it says what stays: what was signed, and its entry."""
    release, say = state.release, hand.templates.say
    publisher = hand.publishers[release.publisher]
    key = views.key_of(publisher, release)
    entry = entry_of(release)
    return hand.templates.page(
        "version/log.html",
        hand.site,
        layout.version(release.pack, release.version, "log/index.html"),
        say("Log and provenance of {name} {version}", name=release.pack, version=release.version),
        say("Where the log has {name} {version}, and how to check it.", name=release.pack, version=release.version),
        section=HOME,
        pack=release.pack,
        state=state,
        release=release,
        has_models="models" in release.features,
        publisher=publisher,
        key=key,
        seen=hand.seen.get(release.key, ""),
        links=views.links(hand.site.registry, release),
        entry=entry.decode(),
        leaf=tlog.leaf_hash(entry).hex(),
        h1=views.h1(release.identity),
        bars=views.bars(release.identity),
        subjects=list(_subjects(state)),
        checks=checks_of(hand.site.registry, state, key),
    )


def entry_of(release: Release) -> bytes:
    """The log's entry of a version."""
    return entries.publish_entry(release.pack, release.version, release.identity, release.key, release.published)


def checks_of(registry: Registry, state: VersionState, key: PublisherKey) -> Checks:
    """How to check a version by hand, given the publisher's key."""
    release = state.release
    here, name = layout.version(release.pack, release.version), layout.tarball_name(release.pack, release.version)
    archive = () if state.withdrawn else (here + name,)
    proof = name.removesuffix(".tar.gz") + ".tlog-proof"
    sums = layout.pack(release.pack, "files.sums")
    shard = layout.shard_sums(layout.shard(release.pack))
    return Checks(
        f"url={quote(registry.url.rstrip('/'))}\n"
        'get() { for path in "$@"; do curl -fsS --create-dirs -o "$path" "$url/$path"; done; }\n'
        f"get {' '.join([here + 'SHA256SUMS', here + 'SHA256SUMS.minisig', here + views.PROVENANCE, *archive])}",
        f"minisign -VHm {here}SHA256SUMS -P {key.key}\nsha256sum {here}SHA256SUMS",
        f"get SNAPSHOT SNAPSHOT.minisig {layout.INDEX_SUMS} {shard} {sums}\n"
        "for number in $(seq \"$(sed -n 's/^# trust //p' SNAPSHOT)\"); do get trust/$number.json; done\n"
        "for key in $(jq -r '.snapshot_keys[]' trust/$number.json); do minisign -VHm SNAPSHOT -P $key && break; done\n"
        "grep -v '^#' SNAPSHOT | sha256sum -c --ignore-missing\n"
        f"sha256sum -c --ignore-missing {layout.INDEX_SUMS} {shard} {sums}",
        f"printf '\\0%s' '{entry_of(release).decode()}' | sha256sum",
        f'packyard prove {release.pack}@{release.version} "$url" > {proof}\n' + _INCLUDED.format(proof=proof),
        _ATTESTED.format(file=here + views.PROVENANCE, kind=dsse.PAYLOAD_TYPE),
        f"mkdir files && tar -xzf {here}{name} -C files\n(cd files && sha256sum -c ../{here}SHA256SUMS)"
        if archive
        else "",
    )


def _subjects(state: VersionState) -> Iterator[tuple[str, str]]:
    """What the provenance is about, with the hashes; that of an archive which is gone only the provenance knows."""
    release = state.release
    if not state.withdrawn:
        yield layout.tarball_name(release.pack, release.version), release.tarball.sha256
    yield "SHA256SUMS", release.identity

"""Attack stories against the real session: who holds which keys, what they show, and what a first and a returning
client say to it. Where a first client cannot know, that is written down as well.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from packyard.client import trusts
from packyard.errors import (
    BadChecksum,
    BadKey,
    BadSignature,
    NotFound,
    Stale,
    TrustError,
    Unsigned,
    UsageError,
    WorldError,
)
from packyard.formats import entries, layout, note
from packyard.formats.statement import format_statement, format_stem, is_by_roots
from packyard.formats.times import format_time
from packyard.model import Statement
from tests.client.simulated import Place, User
from tests.client.simulator import ORIGIN, ROOTS, Registry, publisher_key, signer, small

pytestmark = pytest.mark.usefixtures("quick_disk")

BUNDLE = layout.SNAPSHOT_BUNDLE


@pytest.fixture
def registry() -> Registry:
    return small()


@pytest.fixture
def cold(tmp_path: Path, registry: Registry) -> User:
    """Somebody who meets the registry for the first time."""
    return User(tmp_path / "cold", registry.time)


@pytest.fixture
def warm(tmp_path: Path, registry: Registry) -> User:
    """Somebody who has installed `hello` and `@acme/tools` before."""
    user = User(tmp_path / "warm", registry.time)
    user.ask(registry.place(), "hello", "@acme/tools")
    return user


def both(cold: User, warm: User, error: type[TrustError | WorldError], code: str, made: Registry, *names: str) -> None:
    """What is made is refused by both, with the address of a file."""
    for user in (cold, warm):
        user.now = made.time
        refused = user.refuses(error, code, made.place(), *(names or ("hello",)))
        assert refused.problem.path.startswith("https://one.example/")


# --- time: what was true once ---


def test_rollback_to_an_older_number(registry: Registry, warm: User, cold: User) -> None:
    old = registry.place()
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    warm.ask(registry.place(), "hello")
    told = warm.refuses(Stale, "snapshot-older", old, "hello")
    assert told.exit_code == 15
    assert told.problem.path == "https://one.example/SNAPSHOT"
    assert told.problem.expected.startswith("number 3 of ")
    assert told.problem.found.startswith("number 2 of ")
    kept = json.loads(warm.evidence()[-1])["files"]
    assert base64.b64decode(kept["known-SNAPSHOT"]) == registry.site["SNAPSHOT"]
    assert base64.b64decode(kept["SNAPSHOT"]) == old.files["SNAPSHOT"]
    assert {"known-checkpoint", "checkpoint", "known-SNAPSHOT.minisig", "SNAPSHOT.minisig"} <= kept.keys()
    assert cold.ask(old, "hello").head.snapshot.number == 2  # who was never there cannot know


def test_rollback_to_an_older_seal_of_the_same_number(registry: Registry, warm: User) -> None:
    old = registry.place()
    registry.head()
    warm.ask(registry.place())
    warm.refuses(Stale, "snapshot-older", old, "hello")


def test_rollback_to_an_older_trust_file(registry: Registry, warm: User) -> None:
    old = registry.place()
    registry.online = "snapshot-2"
    registry.trust()
    registry.head()
    warm.ask(registry.place())
    warm.refuses(Stale, "trust-older", old, "hello")


def test_freeze(registry: Registry, warm: User, cold: User) -> None:
    for user in (cold, warm):
        user.now = registry.time + 15 * 86_400
        told = user.refuses(Stale, "snapshot-expired", registry.place(), "hello")
        assert told.problem.found == format_time(registry.snapshot.expires if registry.snapshot else 0)
    registry.pass_time(15)
    registry.head()
    assert warm.ask(registry.place(), "hello").opened
    assert cold.ask(registry.place(), "hello").opened


def test_freeze_by_who_had_the_keys_for_an_hour(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.expires = 5_000 * 86_400
    thief.head()
    both(cold, warm, BadSignature, "snapshot-invalid", thief)


def test_a_trust_file_that_has_expired(registry: Registry, warm: User, cold: User) -> None:
    registry.trust(expires="2026-03-05T00:00:00Z")
    registry.head()
    for user in (cold, warm):
        user.now = registry.time + 10 * 86_400
        user.refuses(Stale, "trust-expired", registry.place(), "hello")


@pytest.mark.parametrize("now", [0, 1, 86_400])
def test_a_clock_at_the_beginning_of_time(registry: Registry, warm: User, cold: User, now: int) -> None:
    for user in (cold, warm):
        user.now = now
        assert "clock" in user.refuses(Stale, "snapshot-early", registry.place(), "hello").problem.help


@pytest.mark.parametrize("now", [1 << 32, 1 << 40])
def test_a_clock_in_the_far_future(registry: Registry, warm: User, cold: User, now: int) -> None:
    for user in (cold, warm):
        user.now = now
        code = "trust-expired"
        assert "clock" in user.refuses(Stale, code, registry.place(), "hello").problem.help


# --- mixtures of what was true at different times, or elsewhere ---


def test_a_snapshot_with_the_lists_of_another_time(registry: Registry, warm: User, cold: User) -> None:
    old = dict(registry.site)
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    new = registry.place()
    new.files = {path: data for path, data in new.files.items() if not path.startswith(layout.BY_HASH)}
    new.files |= {path: data for path, data in old.items() if path.endswith((".sums", "index.json"))}
    for user in (cold, warm):
        told = user.refuses(BadChecksum, "file-changed", new, "hello")
        assert told.exit_code == 13
        assert told.problem.path == "https://one.example/index.sums"
        assert told.problem.found == sha256(old["index.sums"]).hexdigest()


@pytest.mark.parametrize(
    ("old", "error", "code"),
    [
        (("SNAPSHOT",), BadSignature, "signature-comment"),
        (("SNAPSHOT.minisig",), BadSignature, "signature-comment"),
        (("log/checkpoint",), BadSignature, "checkpoint-mismatch"),
        (("SNAPSHOT", "SNAPSHOT.minisig"), BadSignature, "checkpoint-mismatch"),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_a_head_of_parts_of_two_seals(
    registry: Registry, cold: User, old: tuple[str, ...], error: type[TrustError], code: str, apart: bool
) -> None:
    before = dict(registry.site)
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    place = registry.place()
    place.files |= {path: before[path] for path in old}
    parts = [place.files[path] for path in ("SNAPSHOT", "SNAPSHOT.minisig", "log/checkpoint")]
    place.files[BUNDLE] = b"".join(parts)
    if apart:
        del place.files[BUNDLE]
    cold.refuses(error, code, place, "hello")


def test_the_bundle_counts_where_three_files_say_something_else(registry: Registry, cold: User) -> None:
    before = dict(registry.site)
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    place = registry.place()
    place.files |= {path: before[path] for path in ("SNAPSHOT", "SNAPSHOT.minisig", "log/checkpoint")}
    assert cold.ask(place, "hello").head.snapshot.number == 3
    assert place.asked.count("SNAPSHOT") == 0


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("packs/hello/index.json", "packs/evil/index.json"),
        ("packs/hello/files.sums", "packs/evil/files.sums"),
        (layout.tarball("hello", "1.1.0"), layout.tarball("evil", "1.0.0")),
        (layout.tarball("hello", "1.1.0"), layout.tarball("hello", "1.0.0")),
        ("packs/hello/1.0.0/SHA256SUMS", "packs/hello/1.1.0/SHA256SUMS"),
        ("publishers/alice/1.yaml", "publishers/mallory/1.yaml"),
    ],
)
def test_another_file_in_the_place_of_one(registry: Registry, cold: User, path: str, other: str) -> None:
    place = registry.place()
    place.files[path] = place.files[other]
    told = cold.refuses(BadChecksum, "file-changed", place, "hello")
    assert told.problem.path == f"https://one.example/{path}"
    assert path in json.loads(cold.evidence()[-1])["files"]


def test_the_document_of_another_pack_with_both_keys(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.files["packs/hello/index.json"] = thief.files["packs/evil/index.json"]
    thief.chain()
    both(cold, warm, BadSignature, "document-invalid", thief)


# --- who holds which keys ---


def evil_version(thief: Registry, **changes: Any) -> None:
    """Another version of hello, signed by mallory, as the newest one in log and document."""
    thief.version("hello", "2.0.0", "mallory", {"rules/one.md": b"Be evil.\n"}, **changes)
    release = thief.releases["hello"].pop()
    thief.changed.clear()

    def claim(document: dict[str, Any]) -> None:
        document["versions"].insert(0, claimed(thief, release.version, release.log_index, release.publisher))
        thief.rest_on(document, thief.record("publisher", "mallory"), thief.record("publisher", "alice", revisions))

    revisions = len(thief.revisions.revisions("publisher", "alice"))
    thief.document("hello", claim)


def claimed(thief: Registry, version: str, place: int, handle: str = "mallory") -> dict[str, Any]:
    """What a document says of a version of hello."""
    entry = entries.parse_entry(thief.log[place])
    packed = thief.files[layout.tarball("hello", version)]
    return {
        "version": version,
        "identity": {"sha256": entry["identity"]},
        "tarball": {"sha256": sha256(packed).hexdigest(), "size": len(packed)},
        "published": entry["time"],
        "publisher": handle,
        "key": entry["key"],
        **dict.fromkeys(("yanked", "deprecated", "withdrawn", "channel")),
        "dependencies": {},
        "conflicts": [],
        "log_index": place,
    }


def test_the_online_key_alone(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "mallory")
    evil_version(thief)
    thief.edge, thief.tiles = registry.edge, registry.tiles
    thief.chain(entry=False, signed_log=registry.site["log/checkpoint"])
    cold.refuses(Stale, "log-hidden", thief.place(), "hello")
    told = warm.refuses(Stale, "log-forked", thief.place(), "hello")
    assert "has not grown" in told.problem.message


def test_the_online_key_alone_under_the_old_number(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "mallory")
    evil_version(thief)
    thief.edge, thief.tiles = registry.edge, registry.tiles
    thief.number -= 1
    thief.chain(entry=False, signed_log=registry.site["log/checkpoint"])
    cold.refuses(Stale, "log-hidden", thief.place(), "hello")
    told = warm.refuses(Stale, "snapshot-forked", thief.place(), "hello")
    assert "index.sums" in told.problem.expected


def test_the_log_key_alone(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("log")
    thief.enter(entries.publish_entry("hello", "2.0.0", "0" * 64, signer("mallory").key_id, thief.time))
    thief.publish(registry.site["SNAPSHOT"], registry.site["SNAPSHOT.minisig"], thief.checkpoint())
    both(cold, warm, BadSignature, "checkpoint-mismatch", thief)


def test_both_keys_and_a_version_under_an_owner(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log", "mallory")
    evil_version(thief)
    thief.chain()
    both(cold, warm, BadKey, "owner-mismatch", thief)


def test_both_keys_and_a_version_said_to_be_the_owners(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log", "mallory")
    evil_version(thief, claimed="alice")
    thief.chain()
    both(cold, warm, BadKey, "key-unknown", thief)


def test_both_keys_and_the_owners_name_at_anothers_key(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log", "mallory")
    evil_version(thief, handle="alice")
    thief.chain()
    both(cold, warm, BadKey, "key-unknown", thief)


def test_both_keys_and_another_signer_of_the_first_version(registry: Registry, warm: User, cold: User) -> None:
    """Who signed the first version owns the pack: a document alone may not say who that was."""
    thief = registry.thief("snapshot", "log", "mallory")
    thief.publisher("mallory", publisher_key("mallory"), publisher_key("alice"), by="mallory")

    def steal(document: dict[str, Any]) -> None:
        document["owner"], document["owners"] = "mallory", ["mallory"]
        for version in document["versions"]:
            version["publisher"] = "mallory"
        document["statements"] = []
        document["versions"][1]["yanked"] = None
        document["authority"] = [thief.record("publisher", "mallory", number) for number in (1, 2)]

    thief.document("hello", steal)
    thief.chain()
    both(cold, warm, BadKey, "key-unknown", thief)


def test_both_keys_and_a_publisher_with_the_owners_key(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log", "mallory")
    thief.publisher("eve", publisher_key("mallory"), publisher_key("alice"), by="mallory")
    thief.document("hello", lambda document: thief.rest_on(document, thief.record("publisher", "eve")))
    thief.chain()
    both(cold, warm, BadKey, "key-shared", thief)


def test_both_keys_and_a_pack_that_is_said_to_be_somebodys(registry: Registry, warm: User, cold: User) -> None:
    """Also of a pack that nobody opens the signature of the first version is verified."""
    thief = registry.thief("snapshot", "log", "mallory")
    thief.version("fresh", "1.0.0", "mallory", claimed="alice")
    thief.seal()
    for user in (cold, warm):
        user.now = thief.time
        user.refuses(BadKey, "key-unknown", thief.place(), "fresh", install=False)


def test_both_keys_and_another_key_of_the_signer(registry: Registry, warm: User, cold: User) -> None:
    registry.publisher("alice", publisher_key("alice"), publisher_key("alice-2"), by="alice")
    registry.seal()
    thief = registry.thief("snapshot", "log", "alice")
    thief.version("fresh", "1.0.0", "alice", claimed="alice-2", handle="alice")
    thief.seal()
    for user in (cold, warm):
        user.now = thief.time
        user.refuses(BadKey, "key-unknown", thief.place(), "fresh", install=False)


@pytest.mark.parametrize("of", ["authority", "statements"])
@pytest.mark.parametrize(
    ("member", "value", "error", "code"),
    [
        ("log_index", 500, BadSignature, "log-mismatch"),
        ("log_index", 2, BadSignature, "log-mismatch"),
        ("published", "2026-03-01T09:00:01Z", BadSignature, "log-mismatch"),
        ("sha256", "0" * 64, BadChecksum, "file-changed"),
        ("signatures", [], Unsigned, "signature-missing"),
    ],
)
def test_both_keys_and_a_lie_about_what_was_signed(
    registry: Registry, cold: User, of: str, member: str, value: Any, error: type[TrustError], code: str
) -> None:
    """Its place and its time in the log, its text, and by whom it is."""
    thief = registry.thief("snapshot", "log")
    thief.document("hello", lambda document: document[of][-1].update({member: value}))
    thief.chain()
    told = cold.refuses(error, code, thief.place(), "hello")
    assert told.problem.path.startswith("https://one.example/")


def test_a_revision_that_is_left_out(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.files |= {
        path.replace("/1.yaml", "/2.yaml"): data for path, data in thief.files.items() if "/alice/1" in path
    }

    def second(document: dict[str, Any]) -> None:
        record = document["authority"][0]
        record["path"] = record["path"].replace("/1.yaml", "/2.yaml")
        record["signatures"] = [path.replace("/1.yaml", "/2.yaml") for path in record["signatures"]]

    thief.document("hello", second)
    thief.chain()
    both(cold, warm, BadSignature, "document-invalid", thief)


def test_both_keys_and_a_forged_revision_of_the_owner(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log", "mallory", "new")
    thief.publisher("alice", publisher_key("alice"), publisher_key("new"), by="new")
    evil_version(thief, handle="alice")
    thief.chain()
    both(cold, warm, BadKey, "key-unknown", thief)


def test_both_keys_and_a_revoked_key_of_the_owner(registry: Registry, warm: User, cold: User) -> None:
    registry.publisher("alice", ended(), publisher_key("alice-2"), by="alice")
    registry.pass_time(3)
    registry.version("hello", "1.1.1", "alice-2", handle="alice")
    registry.seal()
    thief = registry.thief("snapshot", "log", "alice")
    thief.version("hello", "2.0.0", "alice")
    thief.seal()
    both(cold, warm, BadKey, "key-not-valid", thief)


def test_both_keys_and_a_revoked_key_in_a_version_dated_back(registry: Registry, warm: User, cold: User) -> None:
    registry.pass_time(3)
    registry.publisher("alice", ended(), publisher_key("alice-2"), by="alice")
    registry.version("hello", "1.1.1", "alice-2", handle="alice")
    registry.seal()
    thief = registry.thief("snapshot", "log", "alice")
    thief.pass_time(-3)
    thief.version("hello", "2.0.0", "alice")
    thief.pass_time(3)
    thief.seal()
    both(cold, warm, BadKey, "key-not-valid", thief)


def ended() -> Any:
    """Alice's key, which was stolen."""
    return publisher_key("alice", revoked="2026-03-02", reason="stolen")


def test_a_tarball_of_another_version_with_its_hash_claimed(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.files[layout.tarball("hello", "1.1.0")] = thief.files[layout.tarball("hello", "1.0.0")]

    def claim(document: dict[str, Any]) -> None:
        document["versions"][0]["tarball"]["sha256"] = document["versions"][1]["tarball"]["sha256"]

    thief.document("hello", claim)
    thief.chain()
    both(cold, warm, BadSignature, "manifest-version", thief)


@pytest.mark.parametrize(
    ("member", "value", "error", "code"),
    [
        ("dependencies", {"evil": "^1"}, BadSignature, "document-mismatch"),
        ("conflicts", ["other"], BadSignature, "document-mismatch"),
        ("yanked", {"reason": "no", "date": "2026-03-01"}, BadSignature, "document-mismatch"),
        ("deprecated", {"reason": "no", "date": "2026-03-01"}, BadSignature, "document-mismatch"),
        ("channel", "beta", BadSignature, "document-mismatch"),
        ("withdrawn", {"reason": "no", "date": "2026-03-01"}, BadSignature, "document-invalid"),
        ("tarball", None, BadSignature, "document-invalid"),
        ("identity", {"sha256": "0" * 64}, BadSignature, "log-mismatch"),
        ("published", "2026-02-01T00:00:00Z", BadSignature, "log-mismatch"),
        ("version", "7.0.0", BadSignature, "log-mismatch"),
        ("log_index", 999, BadSignature, "log-mismatch"),
        ("log_index", 0, BadSignature, "document-invalid"),
        ("publisher", "bob", BadKey, "key-unknown"),
        ("key", "0" * 16, BadKey, "key-unknown"),
    ],
)
def test_both_keys_and_a_lie_about_a_version(
    registry: Registry, warm: User, cold: User, member: str, value: Any, error: type[TrustError], code: str
) -> None:
    thief = registry.thief("snapshot", "log")
    thief.document("hello", lambda document: document["versions"][0].update({member: value}))
    thief.chain()
    both(cold, warm, error, code, thief)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("owners", ["mallory"]),
        ("owners", ["alice", "mallory"]),
        ("deprecated", {"reason": "no", "date": "2026-03-01"}),
        ("archived", {"reason": "no", "date": "2026-03-01"}),
        ("renamed", {"to": "evil", "reason": "no", "date": "2026-03-01"}),
        (
            "recovery",
            {"to": "mallory", "reason": "no", "date": "2026-03-01", "effective": "2026-03-01T00:00:00Z"},
        ),
    ],
)
def test_both_keys_and_a_lie_about_the_pack(
    registry: Registry, warm: User, cold: User, member: str, value: Any
) -> None:
    thief = registry.thief("snapshot", "log")
    thief.document("hello", lambda document: document.update({member: value}))
    thief.chain()
    both(cold, warm, BadSignature, "document-mismatch", thief)


# --- what is left out ---


def without_statement(document: dict[str, Any]) -> None:
    """Hello without its last statement, and as if it had never been made."""
    document["statements"].pop()
    for version in document["versions"]:
        version["yanked"] = version["deprecated"] = version["channel"] = None


def test_a_hidden_yank(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.document("hello", without_statement)
    thief.chain()
    both(cold, warm, Stale, "log-hidden", thief)


def test_a_hidden_transfer(registry: Registry, warm: User, cold: User) -> None:
    registry.statement("transfer", "hello", "alice", "bob", from_="alice", to="bob")
    registry.seal()
    thief = registry.thief("snapshot", "log", "alice")
    thief.spoken["hello"].pop()
    thief.version("hello", "1.2.0", "alice")
    thief.seal()
    both(cold, warm, Stale, "log-hidden", thief)


def test_a_hidden_revocation(registry: Registry, warm: User, cold: User) -> None:
    registry.publisher("alice", ended(), publisher_key("alice-2"), by="alice")
    registry.seal()
    thief = registry.thief("snapshot", "log", "alice")
    thief.revisions.publishers["alice"].pop()
    thief.version("hello", "2.0.0", "alice")
    thief.seal()
    both(cold, warm, Stale, "log-hidden", thief)


def test_a_hidden_change_of_an_organisation(registry: Registry, warm: User, cold: User) -> None:
    registry.org("acme", {"alice": "owner"}, "alice")
    registry.seal()
    thief = registry.thief("snapshot", "log", "bob")
    thief.revisions.orgs["acme"].pop()
    thief.version("@acme/tools", "2.0.0", "bob")
    thief.seal()
    both(cold, warm, Stale, "log-hidden", thief, "@acme/tools")


def test_a_hidden_version(registry: Registry, warm: User, cold: User) -> None:
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    thief = registry.thief("snapshot", "log")
    thief.releases["hello"].pop()
    thief.document("hello")
    thief.chain()
    both(cold, warm, Stale, "log-hidden", thief)


def test_a_forged_first_version(registry: Registry, warm: User, cold: User) -> None:
    """Squatting: the name is said to have begun with somebody else."""
    thief = registry.thief("snapshot", "log", "mallory")
    thief.releases["hello"], thief.spoken["hello"] = [], []
    thief.version("hello", "1.0.0", "mallory")
    thief.seal()
    both(cold, warm, Stale, "log-hidden", thief)


def test_a_forged_first_version_in_a_long_log(tmp_path: Path) -> None:
    """Who knows a long log finds it out; who meets it for the first time cannot: nobody reads a long log to the end."""
    registry = Registry(filler=2_100)
    for handle in ("alice", "mallory"):
        registry.publisher(handle)
    registry.version("hello", "1.0.0", "alice")
    registry.seal()
    warm, cold = (User(tmp_path / name, registry.time) for name in ("warm", "cold"))
    warm.ask(registry.place(), "hello")
    thief = registry.thief("snapshot", "log", "mallory")
    thief.releases["hello"] = []
    thief.version("hello", "1.0.1", "mallory")
    thief.seal()
    warm.refuses(Stale, "log-hidden", thief.place(), "hello")
    assert cold.ask(thief.place(), "hello").packs["hello"].pack.owner == "mallory"


def test_what_came_while_nobody_looked_is_found(registry: Registry, warm: User) -> None:
    """Entries of packs that were not asked for count later."""
    registry.statement("yank", "other", "bob", version="0.1.0")
    registry.seal()
    warm.ask(registry.place())
    thief = registry.thief("snapshot", "log")
    thief.document("other", without_statement)
    thief.chain()
    warm.refuses(Stale, "log-hidden", thief.place(), "other")


# --- statements ---


def forged(thief: Registry, action: str, pack: str, by: tuple[str, ...], number: int, **fields: str) -> None:
    """A statement by these keys, whether they may or not, in log and document."""
    fields = {field.rstrip("_"): text for field, text in fields.items()}
    said = Statement(ORIGIN, pack, number, action, "2026-03-01", "so", fields)
    text, stem = format_statement(said), format_stem(number, action)
    labels = {signer(name).key_id if is_by_roots(action, fields) else name: name for name in by}
    signed = {label: thief.sign(name, text, f"statement {pack} {number}") for label, name in labels.items()}
    thief.forge(pack, stem, text, signed, *(name for name in by if name == "mallory"))
    thief.chain()


@pytest.mark.parametrize(
    ("by", "fields", "error", "code"),
    [
        (("mallory",), {"action": "yank", "version": "1.1.0"}, BadKey, "owner-mismatch"),
        (("mallory",), {"action": "transfer", "from_": "alice", "to": "mallory"}, BadSignature, "transfer-parties"),
        (("mallory",), {"action": "add-owner", "handle": "mallory"}, BadKey, "owner-mismatch"),
        (("root-1",), {"action": "recover", "to": "mallory"}, Unsigned, "roots-unsigned"),
        (("mallory",), {"action": "recover", "to": "mallory"}, BadKey, "key-unknown"),
        (("mallory",), {"action": "withdraw", "version": "1.1.0", "legal": "so"}, BadKey, "key-unknown"),
        ((), {"action": "yank", "version": "1.1.0"}, Unsigned, "signature-missing"),
        ((), {"action": "recover", "to": "mallory"}, Unsigned, "signature-missing"),
    ],
)
def test_statements_by_who_may_not_make_them(
    registry: Registry,
    warm: User,
    cold: User,
    by: tuple[str, ...],
    fields: dict[str, str],
    error: type[TrustError],
    code: str,
) -> None:
    thief = registry.thief("snapshot", "log", *by)
    forged(thief, fields["action"], "hello", by, 2, **{name: fields[name] for name in fields if name != "action"})
    both(cold, warm, error, code, thief)


def replayed(thief: Registry, pack: str, stem: str) -> None:
    """The yank of hello 1.0.0 once more, as another statement."""
    path = "packs/hello/statements/0001-yank.yaml"
    signed = {"alice": thief.files[path + ".alice.minisig"]}
    thief.forge(pack, stem, thief.files[path], signed, "alice")
    thief.chain()


def test_a_statement_of_another_pack(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    replayed(thief, "other", "0001-yank")
    both(cold, warm, BadSignature, "statement-place", thief, "other")


def test_a_statement_again(registry: Registry, warm: User, cold: User) -> None:
    registry.statement("unyank", "hello", "alice", version="1.0.0")
    registry.seal()
    thief = registry.thief("snapshot", "log")
    replayed(thief, "hello", "0003-yank")
    both(cold, warm, BadSignature, "file-name", thief)


def test_a_gap_among_the_statements(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log", "alice")
    thief.spoken["hello"] = []

    def skip(document: dict[str, Any]) -> None:
        document["statements"] = []

    thief.document("hello", skip)
    thief.chain()
    both(cold, warm, Stale, "log-hidden", thief)
    thief = registry.thief("snapshot", "log", "alice")
    forged(thief, "deprecate", "hello", ("alice",), 3, version="1.1.0")
    both(cold, warm, Stale, "statement-order", thief)


def test_a_revision_again(registry: Registry, warm: User, cold: User) -> None:
    """Who was thrown out of an organisation puts the file back in which they were a member."""
    old = {path: data for path, data in registry.files.items() if path.startswith("orgs/acme/1")}
    registry.org("acme", {"alice": "owner"}, "alice")
    registry.seal()
    thief = registry.thief("snapshot", "log", "bob")
    thief.revise("org", "acme", old["orgs/acme/1.yaml"], {".alice.minisig": old["orgs/acme/1.yaml.alice.minisig"]})
    thief.version("@acme/tools", "2.0.0", "bob")
    thief.seal()
    both(cold, warm, BadSignature, "revision-replayed", thief, "@acme/tools")


# --- recoveries ---


def recovered(registry: Registry, wait: float) -> None:
    """Hello is given to mallory by the roots, who publishes after some days."""
    registry.statement("recover", "hello", "root-1", "root-2", to="mallory")
    registry.pass_time(wait)
    registry.version("hello", "2.0.0", "mallory")


def test_a_recovery_takes_its_time(registry: Registry, warm: User, cold: User) -> None:
    recovered(registry, 15)
    registry.seal()
    for user in (cold, warm):
        user.now = registry.time
        assert user.ask(registry.place(), "hello").packs["hello"].pack.owner == "mallory"


def test_a_recovery_before_its_time(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log", "mallory", "root-1", "root-2")
    thief.statement("recover", "hello", "root-1", "root-2", to="mallory")
    evil_version(thief)
    thief.chain()
    both(cold, warm, BadKey, "owner-mismatch", thief)


def test_a_recovery_with_a_version_dated_ahead(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log", "mallory", "root-1", "root-2")
    recovered(thief, 15)
    thief.pass_time(-15)
    thief.seal()
    both(cold, warm, Stale, "recovery-early", thief)


def test_a_recovery_dated_back(registry: Registry, warm: User, cold: User) -> None:
    registry.pass_time(20)
    registry.version("other", "0.2.0", "bob")
    registry.seal()
    cold.now = warm.now = registry.time
    thief = registry.thief("snapshot", "log", "mallory", "root-1", "root-2")
    thief.pass_time(-15)
    thief.statement("recover", "hello", "root-1", "root-2", to="mallory")
    thief.pass_time(15)
    thief.version("hello", "2.0.0", "mallory")
    thief.seal()
    both(cold, warm, Stale, "recovery-early", thief)


def test_roots_that_were_replaced(registry: Registry, warm: User, cold: User) -> None:
    """Stolen roots are taken away; then nothing that they sign counts."""
    registry.trust(("root-3", "root-4", "root-5"), by=("root-1", "root-3", "root-4", "root-5"))
    registry.head()
    warm.ask(registry.place())
    thief = registry.thief("snapshot", "log", "mallory", "root-1", "root-2")
    thief.revisions.trusts[1:] = []
    recovered(thief, 15)
    thief.seal()
    cold.now = warm.now = thief.time
    warm.refuses(BadKey, "key-unknown", thief.place(), "hello")
    # Who was never there cannot know whether the roots spoke before they were replaced.
    assert cold.ask(thief.place(), "hello").packs["hello"].pack.owner == "mallory"


# --- the log ---


def test_a_log_that_shrank(registry: Registry, warm: User) -> None:
    thief = registry.thief("snapshot", "log").cut(len(registry.log) - 3)
    thief.number = registry.number
    thief.chain()
    told = warm.refuses(Stale, "log-forked", thief.place(), "hello")
    assert "shorter" in told.problem.message


@pytest.mark.parametrize("more", [0, 1, 5])
def test_a_log_that_was_rewritten(registry: Registry, warm: User, cold: User, more: int) -> None:
    thief = registry.thief("snapshot", "log").cut(len(registry.log) - 3)
    for at in range(2 + more):
        thief.enter(entries.publish_entry("evil", f"2.0.{at}", "0" * 64, "0" * 16, thief.time))
    thief.document("evil")
    thief.number = registry.number
    thief.chain()
    told = warm.refuses(Stale, "log-forked", thief.place(), "evil")
    assert "prove it" in told.problem.help
    kept = json.loads(warm.evidence()[-1])["files"]
    assert base64.b64decode(kept["checkpoint"]) != base64.b64decode(kept["known-checkpoint"])
    cold.refuses(Stale, "log-hidden", thief.place(), "evil")


def test_a_log_without_the_entry_of_the_snapshot(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.enter(entries.publish_entry("evil", "2.0.0", "0" * 64, "0" * 16, thief.time))
    thief.chain(entry=False)
    both(cold, warm, Stale, "log-hidden", thief)


def test_entries_that_are_not_those_of_the_log(registry: Registry, warm: User, cold: User) -> None:
    """Whoever gives wrong entries is not believed, and the registry is not accused of a fork."""
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    place = registry.place()
    for path in [path for path in place.files if path.startswith("log/tile/entries/")]:
        place.files[path] = place.files[path].replace(b'"pack":"hello"', b'"pack":"jello"')
    cold.refuses(BadChecksum, "log-inconsistent", place, "hello")
    warm.refuses(BadChecksum, "log-inconsistent", place, "hello")
    place.faults.append(lambda path, data: b"\xff\xff{" if path.startswith("log/tile/entries/") else data)
    warm.refuses(BadChecksum, "entries-invalid", place, "hello")


@pytest.mark.parametrize(
    "entry",
    [
        b'{"pack":"hello"',
        b'"pack":"hello"' + b"[" * 60_000,
        b'{"handle":"alice","pack":"hello","x":1.5}',
        b'{"a":{"pack":"hello"},"handle":"alice"}',
        b'{"handle":"alice","type":["publisher"]}',
        b"",
        b"\x00\xff",
    ],
)
def test_what_is_no_entry_is_about_nothing(registry: Registry, warm: User, cold: User, entry: bytes) -> None:
    thief = registry.thief("snapshot", "log")
    thief.enter(entry)
    thief.chain()
    for user in (cold, warm):
        assert user.ask(thief.place(), "hello").packs["hello"].pack.owner == "alice"
        assert user.ask(thief.place(), "hello").opened  # and it can be remembered


def test_an_entry_of_two_lines_cannot_be_remembered(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.enter(b'{"a":1}\n7 {"b":2}')
    thief.chain()
    both(cold, warm, BadSignature, "log-entry-invalid", thief)


# --- witnesses and split views ---


def split(quorum: int, witnesses: tuple[str, ...] = ("w1", "w2")) -> tuple[Registry, Registry]:
    """A registry with witnesses, and its fork by somebody who has its keys."""
    registry = Registry(witnesses, quorum)
    for handle in ("alice", "mallory"):
        registry.publisher(handle)
    registry.version("hello", "1.0.0", "alice")
    registry.version("evil", "1.0.0", "mallory")
    registry.seal()
    fork = registry.thief("snapshot", "log", "mallory")
    fork.witnesses = ()
    fork.version("evil", "6.6.6", "mallory")
    fork.seal()
    registry.version("hello", "1.1.0", "alice")
    registry.seal()
    return registry, fork


def test_a_split_view_without_witnesses(tmp_path: Path) -> None:
    """Each half believes its own; whoever sees both has the proof."""
    registry, fork = split(0)
    first, second = (User(tmp_path / name, registry.time) for name in "ab")
    assert first.ask(registry.place(), "hello").opened
    assert second.ask(fork.place(), "hello").opened
    first.refuses(Stale, "snapshot-forked", fork.place(), "hello")
    second.refuses(Stale, "snapshot-forked", registry.place(), "hello")


@pytest.mark.parametrize("quorum", [1, 2])
def test_a_split_view_with_witnesses(tmp_path: Path, quorum: int) -> None:
    registry, fork = split(quorum)
    user = User(tmp_path, registry.time)
    user.refuses(Unsigned, "checkpoint-quorum", fork.place(), "hello")
    assert user.ask(registry.place(), "hello").opened
    fork.seal()
    user.refuses(Unsigned, "checkpoint-quorum", fork.place(), "hello")


def with_lines(fork: Registry, lines: list[note.NoteSignature]) -> Place:
    """The fork with more lines under its checkpoint."""
    parsed = note.parse_note(fork.site["log/checkpoint"])
    signed = note.format_note(note.Note(parsed.text, (*parsed.signatures, *lines)))
    fork.publish(fork.site["SNAPSHOT"], fork.site["SNAPSHOT.minisig"], signed)
    return fork.place()


def test_lines_of_witnesses_from_another_checkpoint(tmp_path: Path) -> None:
    registry, fork = split(2)
    lines = list(note.parse_note(registry.site["log/checkpoint"]).signatures[1:])
    User(tmp_path, registry.time).refuses(BadSignature, "note-bad", with_lines(fork, lines), "hello")


def test_lines_of_witnesses_whom_nobody_named(tmp_path: Path) -> None:
    registry, fork = split(1)
    fork.holds = None
    text = note.parse_note(fork.site["log/checkpoint"]).text
    lines = [fork.cosign(text, "w3"), fork.cosign(text, "w4")]
    User(tmp_path, registry.time).refuses(Unsigned, "checkpoint-quorum", with_lines(fork, lines), "hello")


def test_one_witness_twice(tmp_path: Path) -> None:
    registry, fork = split(2)
    fork.holds = None
    text = note.parse_note(fork.site["log/checkpoint"]).text
    lines = [fork.cosign(text, "w1"), fork.cosign(text, "w1"), fork.cosign(text, "w1=w2")]
    user = User(tmp_path, registry.time)
    user.refuses(Unsigned, "checkpoint-quorum", with_lines(fork, lines), "hello")


def test_one_witness_under_two_names(tmp_path: Path) -> None:
    """A trust file that counts one key twice is none."""
    registry = Registry(("w1", "w1=w2"), 2)
    registry.publisher("alice")
    registry.version("hello", "1.0.0", "alice")
    registry.seal()
    User(tmp_path, registry.time).refuses(BadSignature, "key-reuse", registry.place(), "hello")


# --- trust files ---


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (("root-1", "root-4", "root-5"), "trust-unsigned"),
        (("root-4", "root-5"), "trust-unsigned"),
        (("root-1", "root-2", "root-4"), "trust-unsigned"),
        (("root-1", "root-2"), "trust-unsigned"),
    ],
)
def test_a_rotation_by_too_few(registry: Registry, warm: User, cold: User, by: tuple[str, ...], code: str) -> None:
    thief = registry.thief("snapshot", "log", *by)
    thief.trust(("root-4", "root-5"), by=by)
    thief.head()
    both(cold, warm, Unsigned, code, thief)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": 3}, "trust-invalid"),
        ({"number": 1}, "trust-invalid"),
        ({"origin": "packs.example.com"}, "trust-invalid"),
        ({"threshold": 4}, "field-invalid"),
    ],
)
def test_a_rotation_to_something_else(
    registry: Registry, warm: User, cold: User, changes: dict[str, Any], code: str
) -> None:
    registry.trust(**changes)
    registry.head()
    both(cold, warm, BadSignature, code, registry)


def test_a_rotation_with_a_gap(registry: Registry, warm: User, cold: User) -> None:
    registry.trust()
    registry.trust()
    registry.head()
    place = registry.place()
    del place.files["trust/2.json"]
    for user in (cold, warm):
        told = user.refuses(NotFound, "file-missing", place, "hello")
        assert told.problem.path == "https://one.example/trust/2.json"


def test_thousands_of_trust_files(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.head(trust=5_000)
    for user in (cold, warm):
        user.refuses(Stale, "trust-older", thief.place(), "hello")
        assert user.traffic.requests < 50


def test_a_chain_of_trust_files_that_nobody_signed_costs_little(registry: Registry, warm: User) -> None:
    thief = registry.thief("snapshot", "log", "root-4", "root-5")
    for _ in range(200):
        thief.trust(("root-4", "root-5"), by=("root-4",))
    thief.head()
    warm.refuses(Unsigned, "trust-unsigned", thief.place(), "hello")
    assert warm.traffic.requests < 8 * trusts.AT_ONCE


def test_many_rotations_at_once(registry: Registry, warm: User, cold: User) -> None:
    for _ in range(40):
        registry.trust()
    registry.head()
    for user in (cold, warm):
        assert user.ask(registry.place(), "hello").head.snapshot.trust == 41


def test_another_root_key_than_the_one_that_was_given(registry: Registry, tmp_path: Path) -> None:
    for number, name in enumerate(("root-4", "mallory")):
        user = User(tmp_path / str(number), registry.time, signer(name).public_key)
        user.refuses(BadKey, "trust-pinned", registry.place(), "hello")
    for number, name in enumerate(ROOTS, 2):
        user = User(tmp_path / str(number), registry.time, signer(name).public_key)
        assert user.ask(registry.place(), "hello").opened
        assert user.told == []


def test_a_trust_file_that_the_root_key_has_signed_and_does_not_name(registry: Registry, cold: User) -> None:
    path, key = "trust/1.json", signer("root-4")
    signature = key.sign(registry.files[path], f"{ORIGIN} trust 1")
    registry.files[f"{path}.{key.key_id}.minisig"] = signature
    registry.head()
    cold.root_key = key.public_key
    cold.refuses(BadKey, "trust-pinned", registry.place(), "hello")


def test_words_that_nobody_has_signed(registry: Registry, cold: User) -> None:
    place, usual = registry.place(), b"untrusted comment: signature from minisign secret key"
    place.files[BUNDLE] = place.files[BUNDLE].replace(usual, b"untrusted comment: call +1 555 0100 for support")
    cold.refuses(BadSignature, "untrusted-comment", place, "hello")


def test_a_trust_file_that_only_names_the_root_key(tmp_path: Path) -> None:
    """Its name is no secret; the key has to have signed: also where the registry was met before the key was known."""
    registry = Registry(roots=("root-4", "root-1"), threshold=1, by=("root-4",))
    registry.publisher("alice")
    registry.version("hello", "1.0.0", "alice")
    registry.seal()
    cold, warm = (User(tmp_path / name, registry.time, signer("root-1").public_key) for name in "ab")
    cold.refuses(BadKey, "trust-pinned", registry.place(), "hello")
    warm.root_key = ""
    warm.ask(registry.place(), "hello")
    warm.root_key = signer("root-1").public_key
    warm.refuses(BadKey, "trust-pinned", registry.place(), "hello")


# --- recovery from stolen keys ---


def test_numbers_pushed_ahead(registry: Registry, warm: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.number = 900_000_000
    thief.chain()
    warm.ask(thief.place())
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    warm.refuses(Stale, "snapshot-older", registry.place(), "hello")
    registry.online = "snapshot-2"
    registry.trust()
    registry.head()
    warm.refuses(Stale, "log-forked", registry.place(), "hello")  # the log key was stolen too
    registry.log_key = "log-2"
    registry.trust()
    registry.head()
    answer = warm.ask(registry.place(), "hello")
    assert answer.head.snapshot.number == 3
    assert "began anew" in warm.told[-1]
    assert warm.ask(registry.place(), "hello").opened
    warm.refuses(Stale, "trust-older", thief.place(), "hello")


def test_the_log_goes_on_under_another_key(registry: Registry, warm: User, cold: User) -> None:
    registry.log_key = "log-2"
    registry.trust()
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    for user in (cold, warm):
        assert user.ask(registry.place(), "hello").opened
        assert not any("anew" in told for told in user.told)


def test_a_new_log_needs_a_new_key(registry: Registry, warm: User) -> None:
    registry.online = "snapshot-2"
    registry.trust()
    registry.cut(0).chain()
    warm.refuses(Stale, "log-forked", registry.place(), "hello")


# --- places ---


def replaced(path: str, data: bytes | None) -> Callable[[str, bytes | None], bytes | None]:
    """A fault: one path has other bytes."""
    return lambda asked, found: data if asked == path else found


@pytest.mark.parametrize(
    "path", ["index.sums", "index/{shard}.sums", "packs/hello/files.sums", "packs/hello/index.json"]
)
def test_an_old_list_among_new_ones(registry: Registry, warm: User, cold: User, path: str, tmp_path: Path) -> None:
    path = path.format(shard=f"{layout.shard('hello'):02x}")
    registry.seal()
    old = dict(registry.site)
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    for user in (cold, warm):
        place = registry.place()
        place.files[layout.by_hash(sha256(place.files[path]).hexdigest())] = place.files[path]
        place.faults.append(replaced(path, old[path]))
        assert user.ask(place, "hello").opened  # found by its hash
    alone, good = User(tmp_path / "c", registry.time), registry.place("https://two.example")
    bad = registry.place()
    bad.faults.append(replaced(path, old[path]))
    told = alone.refuses(BadChecksum, "file-changed", bad, "hello")
    assert told.problem.path == f"https://one.example/{path}"
    assert alone.ask((bad, good), "hello").opened  # found at the next place
    assert alone.told[-1].startswith("packs.example.org is trusted")


def test_a_lying_mirror_is_set_aside(registry: Registry, warm: User, cold: User) -> None:
    thief = registry.thief("snapshot", "log")
    thief.document("hello", without_statement)
    thief.chain()
    for user in (cold, warm):
        bad, good = thief.place(), registry.place("https://two.example")
        assert ("hello", "1.1.0") in user.ask((bad, good), "hello").opened
        assert any(told.startswith("https://one.example is set aside") for told in user.told)
        assert bad.asked.count(BUNDLE) == good.asked.count(BUNDLE) == 1
        assert user.evidence()


def test_whoever_gave_the_wrong_file_is_set_aside(registry: Registry, cold: User) -> None:
    """The first place lacks files for which nobody has a hash; the second has wrong ones, the third the right ones."""
    lacking, lying, good = (registry.place(f"https://{name}.example") for name in ("one", "two", "three"))
    for root in ("root-1", "root-2"):
        path = f"trust/1.json.{signer(root).key_id}.minisig"
        del lacking.files[path]
        lying.files[path] = lying.files[path].replace(b"trusted comment: packs", b"trusted comment: pecks")
    assert cold.ask((lacking, lying, good), "hello").opened
    aside = [told.partition(" ")[0] for told in cold.told if "set aside" in told]
    assert "https://two.example" in aside
    assert "https://three.example" not in aside


def test_a_file_that_is_missing_everywhere(registry: Registry, warm: User, cold: User) -> None:
    place = registry.place()
    del place.files[layout.tarball("hello", "1.1.0")]
    told = cold.refuses(NotFound, "file-missing", place, "hello")
    assert told.exit_code == 11
    assert told.problem.path.endswith("hello-1.1.0.tar.gz")
    assert warm.ask(place, "hello").opened  # it is in the cache


def test_a_pack_that_there_is_not(registry: Registry, warm: User, cold: User) -> None:
    for user in (cold, warm):
        answer = user.ask(registry.place(), "hullo", "hello")
        assert answer.absent == {"hullo"}
        assert list(answer.packs) == ["hello"]


def test_that_there_is_no_pack_must_be_proven(registry: Registry, warm: User, cold: User) -> None:
    place = registry.place()
    for path in [path for path in place.files if path.startswith("packs/hello/")]:
        del place.files[path]
    for user in (cold, warm):
        user.cache.prune(0)
        user.refuses(NotFound, "file-missing", place, "hello")


def test_guesses_are_few_and_small(registry: Registry, cold: User) -> None:
    """Before the head is proven, nobody can make a client fetch thousands of files, or large ones."""
    thief = registry.thief("snapshot", "log")
    many = {f"pack-{number}": "*" for number in range(2_000)}
    thief.document("hello", lambda document: document["versions"][0].update(dependencies=many))
    thief.chain()
    place = thief.place()
    place.files[BUNDLE] = place.files[BUNDLE].replace(thief.site["SNAPSHOT.minisig"], registry.site["SNAPSHOT.minisig"])
    place.faults.append(lambda path, data: bytes(3_000_000) if path.startswith("packs/pack-") else data)
    with pytest.raises(TrustError):
        cold.ask(place, "hello")
    assert cold.traffic.requests < 600


def test_slow_guesses_are_given_up(registry: Registry, cold: User) -> None:
    """Each of them may take a minute."""
    place = registry.place()

    def slow(path: str, data: bytes | None) -> bytes | None:
        if path.startswith("packs/"):
            raise WorldError("network-slow", "the server sends too slowly", path=path)
        return data

    place.faults.append(slow)
    cold.refuses(WorldError, "network-slow", place, *(f"pack-{number}" for number in range(100)))
    assert len([path for path in place.asked if path.startswith("packs/")]) < 20


@pytest.mark.parametrize(
    ("path", "limit"),
    [(BUNDLE, 300_000), ("trust/1.json", 70_000), ("index.sums", 70_000), ("packs/hello/index.json", 40_000_000)],
)
def test_endless_data(registry: Registry, warm: User, cold: User, path: str, limit: int) -> None:
    place = registry.place()
    place.faults.append(replaced(path, bytes(limit)))
    told = cold.refuses(WorldError, "too-large", place, "hello")
    assert told.exit_code == 3
    assert cold.ask((place, registry.place("https://two.example")), "hello").opened


def test_a_site_that_is_sealed_while_it_is_read(registry: Registry, warm: User, cold: User) -> None:
    """Files are gone that the head which was read first still names."""
    for user in (cold, warm):
        place = registry.place()
        registry.version("hello", f"1.{registry.number}.0", "alice")
        registry.seal()
        new = {path: data for path, data in registry.site.items() if not path.startswith(layout.BY_HASH)}

        def swap(path: str, data: bytes | None, place: Place = place, new: dict[str, bytes] = new) -> bytes | None:
            if path == BUNDLE:
                first, place.files = data, new
                return first
            return place.files.get(path)

        place.faults.append(swap)
        user.now = registry.time
        assert user.ask(place, "hello").head.snapshot.number == registry.number


def test_a_site_that_never_holds_still(registry: Registry, cold: User) -> None:
    place = registry.place()
    place.faults.append(lambda path, data: None if path.startswith("log/") else data)
    count = iter(range(1_000))
    place.faults.append(lambda path, data: (data or b"") + b"\n" * next(count) if path == BUNDLE else data)
    with pytest.raises(TrustError):
        cold.ask(place, "hello")
    assert place.asked.count(BUNDLE) < 20


@pytest.mark.parametrize("name", ["", "../hello", "hello/../evil", "Hello", "@acme", "a" * 65, "hello\n"])
def test_what_is_no_name_is_not_asked_for(registry: Registry, cold: User, name: str) -> None:
    place = registry.place()
    with pytest.raises(UsageError):
        cold.ask(place, name)
    assert place.asked == []


def test_evidence_that_cannot_be_kept_hides_nothing(registry: Registry, cold: User) -> None:
    place = registry.place()
    place.files[layout.tarball("hello", "1.1.0")] = b"no"
    (cold.folder / "state").mkdir(parents=True)
    (cold.folder / "state" / "evidence").write_bytes(b"a file where a folder should be")
    with pytest.raises(BadChecksum):
        cold.ask(place, "hello")


def test_the_origin_is_pinned(warm: User) -> None:
    other = Registry()
    other.publisher("alice")
    other.version("hello", "1.0.0", "alice")
    other.seal()
    place = other.place()
    place.files[BUNDLE] = place.files[BUNDLE].replace(ORIGIN.encode(), b"pecks.example.org")
    warm.refuses(BadSignature, "snapshot-invalid", place, "hello")

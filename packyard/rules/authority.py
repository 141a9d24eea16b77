"""Who may sign, when: publishers and organisations as the sequence of their signed revisions.

A revision of a publisher's file is signed by a key of scope `admin` that was valid, on the day of its commit, in the
revision before it; the first one by any current key of its own. Keys are never removed, and no key or key id belongs
to two publishers. A revision of an organisation's file is signed by somebody who was an owner before it; the first one
by an owner that it names. Nothing is decided by what a file says today: a version is judged by the revisions that
stood before it.

No revision is word for word one that was there before. The signature of such a text is the old one, which everybody
has: whoever was taken out of an organisation could put the file back in which they were a member.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import minisign, org, publisher
from packyard.formats.fields import errors_of
from packyard.formats.times import day_of
from packyard.history import SOURCE
from packyard.model import Event, Org, Publisher
from packyard.protocols import Source
from packyard.rules.revisions import Authority, Revision, Revisions
from packyard.rules.rights import RIGHTS, Standing, authorise

__all__ = [
    "FILE_LIMIT",
    "Authority",
    "Revision",
    "Revisions",
    "Signed",
    "check_revision",
    "read_signed",
    "verify_by",
    "verify_signed",
]

#: No file of a publisher or an organisation, nor a signature, comes near this many bytes.
FILE_LIMIT = 100_000


class Signed(NamedTuple):
    """Who signed something: the publisher, the key's id and its scopes."""

    publisher: Publisher
    key_id: str
    scopes: tuple[str, ...]


def verify_signed(
    message: bytes, signature: bytes, comment: str, event: Event, authority: Authority, scope: str
) -> Signed:
    """Who signed `message` with a key that was valid at `event` and has `scope` ("" for any). Raises `FormatError`."""
    parsed = minisign.parse_signature(signature)
    handle = authority.holder(parsed.key_id)
    return _verify_at(message, parsed, comment, event, handle, authority, scope)


def _verify_at(
    message: bytes,
    signature: minisign.Signature,
    comment: str,
    event: Event,
    handle: str,
    authority: Authority,
    scope: str,
) -> Signed:
    """Who signed, if it was `handle` with a key that was valid at `event`.

    A commit dated back does not bring a key to life again whose end was recorded in a commit before it.
    """
    signer = authority.publisher(handle, event.seq) if handle else None
    signed = verify_by(message, signature, comment, day_of(event.time), signer, scope)
    revised = authority.revised(handle, event.seq)
    if revised > event.time:
        _must_be_valid(signed.publisher, signed.key_id, day_of(revised), "when its publisher's file was last changed")
    return signed


def verify_by(
    message: bytes,
    signature: minisign.Signature,
    comment: str,
    day: str,
    signer: Publisher | None,
    scope: str,
) -> Signed:
    """The same for a signature already parsed and the one publisher whose key it must be, if there is such a
    publisher.
    """
    key = signer.key(signature.key_id) if signer else None
    if signer is None or key is None:
        whose = f"{signer.handle} did not have" if signer else "no publisher had"
        raise FormatError(
            "key-unknown",
            f"the signature is by a key that {whose} at the time",
            found=f"key {signature.key_id}",
            help="register the key in publishers/HANDLE.yaml first: `packyard publisher add`",
        )
    minisign.verify(message, signature, minisign.parse_public_key(key.key), comment)
    _must_be_valid(signer, key.key_id, day, "the day of the commit")
    if scope and scope not in key.scopes:
        raise FormatError(
            "key-scope", "the key may not sign this", expected=f"scope {scope}", found=f"scopes {', '.join(key.scopes)}"
        )
    return Signed(signer, key.key_id, key.scopes)


def _must_be_valid(signer: Publisher, key_id: str, day: str, when: str) -> None:
    key = signer.key(key_id)
    if key is not None and not key.valid_on(day):
        raise FormatError(
            "key-not-valid",
            f"the key was not valid on {day}, {when}",
            expected=f"a key of {signer.handle} that is valid on {day}",
            found=_ended(key.since, key.retired, key.revoked),
        )


def _ended(since: str, retired: str, revoked: str) -> str:
    return f"since {since}" + (f", retired {retired}" if retired else "") + (f", revoked {revoked}" if revoked else "")


def check_revision(
    source: Source, event: Event, before: Revisions, everybody: bool = True
) -> tuple[Revision | None, list[Problem]]:
    """The revision that `event` brought, checked against those before it, or what is wrong with it. Unless `everybody`
    is known, a member of an organisation may be somebody of whom `before` knows nothing.
    """
    folder = f"{SOURCE}/{event.kind}s"
    blobs, problems = read_signed(source, folder, event)
    if problems:
        return None, problems
    if event.kind == "publisher":
        return _check_publisher(folder, event, blobs, before)
    revision, problems = _check_org(folder, event, blobs, before)
    strangers = () if revision is None or not everybody else _strangers(folder, event, revision, before)
    problems += strangers
    return (None if problems else revision), problems


def read_signed(source: Source, folder: str, event: Event) -> tuple[dict[str, bytes], list[Problem]]:
    """The files of a revision or a statement in `folder`, by name, or the problems of those that are too large."""
    blobs, problems = dict[str, bytes](), list[Problem]()
    for name, oid in event.objects:
        try:
            blobs[name] = source.blob(oid, FILE_LIMIT)
        except FormatError as error:
            problems.append(error.at(f"{folder}/{name}"))
    return blobs, problems


def _check_publisher(
    folder: str, event: Event, blobs: Mapping[str, bytes], before: Revisions
) -> tuple[Revision | None, list[Problem]]:
    path = f"{folder}/{event.subject}.yaml"
    try:
        value = publisher.parse_publisher(blobs[f"{event.subject}.yaml"], event.subject)
    except FormatError as error:
        return None, [each.at(path) for each in errors_of(error)]
    previous = before.publisher(event.subject, event.seq)
    problems = [*_stray(folder, event, {f"{event.subject}.yaml.minisig"}), *_keys(path, value, previous, before)]
    problems += _replayed(path, event, blobs, before)
    signed: Signed | None = None
    try:
        signature = _signature(blobs, f"{event.subject}.yaml.minisig")
        text, comment = blobs[f"{event.subject}.yaml"], f"publisher {value.handle}"
        parsed = minisign.parse_signature(signature)
        if previous:
            signed = _verify_at(text, parsed, comment, event, value.handle, before, "")
            _must_be_allowed("publisher", signed, Standing(value.handle, (value.handle,)))
        else:
            signed = verify_by(text, parsed, comment, day_of(event.time), value, "")
    except FormatError as error:
        problems.append(error.at(f"{path}.minisig"))
    if problems or signed is None:
        return None, problems
    return Revision(event, value, _hash(blobs[f"{event.subject}.yaml"]), (signed.key_id,)), []


def _keys(path: str, value: Publisher, previous: Publisher | None, before: Revisions) -> Iterator[Problem]:
    for key in value.keys:
        holders = {before.holder(mark) for mark in publisher.marks_of(key)} - {"", value.handle}
        for holder in sorted(holders):
            yield Problem(
                "key-shared", path, "a key or its id belongs to another publisher", found=f"{key.key_id} is {holder}'s"
            )
    for key in previous.keys if previous else ():
        kept = value.key(key.key_id)
        if kept is None or kept.key != key.key:
            yield Problem(
                "key-removed",
                path,
                "a key was taken out of the file",
                expected=f"key {key.key_id}",
                help="a key is never removed: mark it `retired: DATE`, or `revoked: DATE` with a reason",
            )
        elif (key.retired and kept.retired != key.retired) or (key.revoked and kept.revoked != key.revoked):
            yield Problem(
                "key-removed", path, "the end of a key was changed", expected=f"key {key.key_id} ended as before"
            )
        elif kept.since != key.since:
            yield Problem("key-removed", path, "the beginning of a key was changed", expected=f"since: {key.since}")


def _check_org(
    folder: str, event: Event, blobs: Mapping[str, bytes], before: Revisions
) -> tuple[Revision | None, list[Problem]]:
    path = f"{folder}/{event.subject}.yaml"
    text = blobs[f"{event.subject}.yaml"]
    try:
        value = org.parse_org(text, event.subject)
    except FormatError as error:
        return None, [each.at(path) for each in errors_of(error)]
    ruling = before.org(event.subject, event.seq) or value
    owners = _owners(ruling)
    problems = list(_stray(folder, event, {f"{event.subject}.yaml.{handle}.minisig" for handle in owners}))
    problems += _replayed(path, event, blobs, before)
    keys: list[str] = []
    for name, blob in sorted(blobs.items()):
        handle = name.removeprefix(f"{event.subject}.yaml.").removesuffix(".minisig")
        if name.endswith(".minisig") and handle in owners:
            try:
                parsed = minisign.parse_signature(blob)
                signed = _verify_at(text, parsed, f"org {event.subject}", event, handle, before, "")
                _must_be_allowed("org", signed, Standing(f"@{event.subject}", (), ruling))
                keys.append(signed.key_id)
            except FormatError as error:
                problems.append(error.at(f"{folder}/{name}"))
    if not keys and not problems:
        expected = " or ".join(f"{event.subject}.yaml.{handle}.minisig" for handle in sorted(owners))
        problems.append(Problem("signature-missing", path, "no owner has signed the file", expected=expected))
    return (None, problems) if problems else (Revision(event, value, _hash(text), tuple(keys)), [])


def _strangers(folder: str, event: Event, revision: Revision, before: Revisions) -> Iterator[Problem]:
    members = revision.value.members if isinstance(revision.value, Org) else ()
    for handle in members:
        if before.publisher(handle, event.seq) is None:
            path = f"{folder}/{event.subject}.yaml"
            yield Problem("member-unknown", path, "a member is not a publisher of this registry", found=handle)


def _owners(value: Org) -> set[str]:
    return {handle for handle, role in value.members.items() if role in RIGHTS["org"].scoped}


def _must_be_allowed(action: str, signed: Signed, standing: Standing) -> None:
    """Raises what `authorise` says against it."""
    if refusal := authorise(action, {signed.publisher.handle: signed.scopes}, standing):
        raise refusal


def _replayed(path: str, event: Event, blobs: Mapping[str, bytes], before: Revisions) -> Iterator[Problem]:
    """Whether the text was there once, and another one since: told by its hash, or by its id in git where no hash is
    known.
    """
    name = f"{event.subject}.yaml"
    marks = {_hash(blobs[name]), dict(event.objects)[name]}
    earlier = before.revisions(event.kind, event.subject)
    same = [not marks.isdisjoint((each.sha256, dict(each.event.objects).get(name, ""))) for each in earlier]
    if any(same) and not same[-1]:
        message = "the file is word for word one that was there before, and so is its signature"
        found = f"the revision of {day_of(earlier[same.index(True)].event.time)}"
        hint = "sign it again with something of its own in it, such as a comment with the day of the change"
        yield Problem("revision-replayed", path, message, 0, "a text that was never there", found, hint)


def _stray(folder: str, event: Event, signatures: set[str]) -> Iterator[Problem]:
    for name, _ in event.objects:
        if name != f"{event.subject}.yaml" and name not in signatures:
            yield Problem(
                "path-unknown",
                f"{folder}/{name}",
                "a signature that counts for nothing",
                expected=", ".join(sorted(signatures)),
            )


def _signature(blobs: Mapping[str, bytes], name: str) -> bytes:
    if name not in blobs:
        raise FormatError("signature-missing", "the signature is missing", expected=name)
    return blobs[name]


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()

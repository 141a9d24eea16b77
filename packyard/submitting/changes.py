"""What somebody wants to change in a registry: files, and the words that go with them.

A change has one title, one text and one branch, made of what it holds, so that the same change is always told in the
same way: the title is the commit's and the pull request's, the branch says whose affair it is.

    packyard/hello/1.2.0              a version
    packyard/hello/0001-yank          a statement
    packyard/publishers/alice-1a2b3c4d  a revision, by the hash of its text
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.formats import names, sums
from packyard.formats.minisign import parse_public_key
from packyard.history import SOURCE
from packyard.rules.folder import SIGNATURE, SUMS

#: More files than these are counted and not listed.
_LISTED = 30


class Change(NamedTuple):
    """Files by their path from the root of the repository (None takes one away), and how the change is told.

    `folder` is the one that is the change's alone, "" without one. `waits` says what is still missing before it can be
    proposed, and `then` is the command that brings it; "" when nothing is.
    """

    files: Mapping[str, bytes | None]
    title: str
    body: str
    branch: str
    folder: str = ""
    waits: str = ""
    then: str = ""

    @property
    def message(self) -> str:
        """The message of its commit."""
        return f"{self.title}\n\n{self.body}\n"


class Hand(NamedTuple):
    """A signature and what it takes to check it: whose it is, the public key, and what the trusted comment says."""

    signer: str
    key: str
    comment: str

    @property
    def key_id(self) -> str:
        """The key's id."""
        return parse_public_key(self.key).key_id


def version_place(name: str, version: str) -> str:
    """Where a version's folder is, from the root of the repository."""
    return f"{pack_place(name)}/{version}"


def pack_place(name: str) -> str:
    """Where a pack is or belongs, from the root of the repository."""
    return f"{SOURCE}/{names.folder(names.parse_name(name))}"


def release(name: str, version: str, description: str, files: Mapping[str, bytes], hand: Hand) -> Change:
    """The change that publishes a version; `files` by their path in the pack, checksums and signature among them."""
    place = version_place(name, version)
    listed = [f"    {path}" for path in sorted(files)[:_LISTED]]
    more = [f"    and {len(files) - _LISTED} more"] if len(files) > _LISTED else []
    size = sum(map(len, files.values()))
    body = [
        f"{name} {version}: {description}" if description else f"{name} {version}",
        "",
        f"Signed by {hand.signer} with key {hand.key_id}.",
        f"Identity {sums.identity(files[SUMS])}",
        "",
        *_by_hand(place, SUMS, SIGNATURE, hand, f" && sha256sum -c {SUMS}"),
        "",
        f"{len(files)} files, {size} bytes:",
        "",
        *listed,
        *more,
    ]
    whole: dict[str, bytes | None] = {f"{place}/{path}": data for path, data in files.items()}
    return Change(whole, f"Add {name} {version}", "\n".join(body), f"packyard/{name}/{_component(version)}", place)


def spoken(
    name: str, stem: str, title: str, reason: str, files: Mapping[str, bytes | None], signature: str, hand: Hand
) -> Change:
    """The change that brings a statement or a further signature of one; `signature` is the signature's file name."""
    folder = f"{pack_place(name)}/statements"
    body = [
        f"Reason: {reason}",
        "",
        f"Statement {int(stem[:4])} about {name}, signed by {hand.signer} with key {hand.key_id}.",
        "",
        *_by_hand(folder, f"{stem}.yaml", signature, hand),
    ]
    placed = {f"{folder}/{path}": data for path, data in files.items()}
    return Change(placed, title, "\n".join(body), f"packyard/{name}/{stem}")


def revision(
    kind: str, subject: str, title: str, files: Mapping[str, bytes | None], signature: str, hand: Hand
) -> Change:
    """The change that brings a new revision of a publisher's or an organisation's file; `kind` is the folder's name."""
    folder = f"{SOURCE}/{kind}"
    text = files[f"{subject}.yaml"] or b""
    body = [
        f"Signed by {hand.signer} with key {hand.key_id}.",
        "",
        *_by_hand(folder, f"{subject}.yaml", signature, hand),
    ]
    placed = {f"{folder}/{path}": data for path, data in files.items()}
    return Change(placed, title, "\n".join(body), f"packyard/{kind}/{subject}-{sha256(text).hexdigest()[:8]}")


def joined(first: Change, second: Change) -> Change:
    """Both changes as one, told by the second's title and on its branch."""
    files = {**first.files, **second.files}
    return second._replace(files=files, body=f"{second.body}\n\n{first.title}: {first.body}")


def _by_hand(folder: str, text: str, signature: str, hand: Hand, more: str = "") -> list[str]:
    named = "" if signature == f"{text}.minisig" else f" -x {signature}"
    return [
        f"To check it by hand, in {folder}:",
        "",
        f"    minisign -VHm {text}{named} -P {hand.key}{more}",
        "",
        f"The trusted comment must be: {hand.comment}",
    ]


def _component(version: str) -> str:
    """A version as a component of a ref, which git does not let end in `.lock`; no version has an underscore."""
    return f"{version}_" if version.endswith(".lock") else version

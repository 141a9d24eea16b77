"""Is this statement what its signers signed, and is it where it says it is? What it does is for the fold."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import statement
from packyard.formats.fields import errors_of
from packyard.history import place
from packyard.model import Event, Statement
from packyard.protocols import Source
from packyard.rules.authority import Authority, Signed, read_signed, verify_signed


class Spoken(NamedTuple):
    """A verified statement, the hash of its text, and who signed it, by handle."""

    event: Event
    statement: Statement
    sha256: str
    signers: Mapping[str, Signed]


def check_statement(
    source: Source, event: Event, authority: Authority, origin: str
) -> tuple[Spoken | None, list[Problem]]:
    """The statement that `event` brought, or what is wrong with it. `origin` is this registry's name."""
    path = place(event)
    folder = path.rpartition("/")[0]
    blobs, problems = read_signed(source, folder, event)
    if problems:
        return None, problems
    try:
        text = blobs.pop(f"{event.ident}.yaml")
        said = statement.parse_statement(text, event.ident)
    except FormatError as error:
        return None, [each.at(path) for each in errors_of(error)]
    problems += [
        Problem("statement-place", path, f"the statement is about another {what}", 0, expected, found)
        for what, expected, found in (("registry", origin, said.registry), ("pack", event.subject, said.pack))
        if expected != found
    ]
    signers: dict[str, Signed] = {}
    for name, blob in sorted(blobs.items()):
        try:
            handle = _handle(name, event.ident)
            signed = verify_signed(text, blob, f"statement {said.pack} {said.sequence}", event, authority, "admin")
            _same(handle, signed.publisher.handle)
            signers[handle] = signed
        except FormatError as error:
            problems.append(error.at(f"{folder}/{name}"))
    if not signers and not problems:
        expected = f"{event.ident}.yaml.HANDLE.minisig"
        problems.append(Problem("signature-missing", path, "nobody has signed the statement", expected=expected))
    return (None, problems) if problems else (Spoken(event, said, sha256(text).hexdigest(), signers), [])


def _handle(name: str, stem: str) -> str:
    handle = name.removeprefix(f"{stem}.yaml.").removesuffix(".minisig")
    if name != f"{stem}.yaml.{handle}.minisig" or not handle:
        raise FormatError("path-unknown", "a file that nobody reads", expected=f"{stem}.yaml.HANDLE.minisig")
    return handle


def _same(named: str, found: str) -> None:
    if named != found:
        raise FormatError(
            "key-unknown", "the signature is by another publisher than its name says", expected=named, found=found
        )

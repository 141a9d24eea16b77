"""Is this statement what its signers signed, and is it where it says it is? What it does is for the fold.

Most statements are signed by publishers, each with a key that was valid at the time. `recover`, and `withdraw` with a
legal reason, are signed by the registry's root keys, as many as the newest trust file of the time demands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple

from packyard.errors import FormatError, Problem
from packyard.formats import minisign, statement
from packyard.formats.fields import errors_of
from packyard.formats.times import DAY, format_time
from packyard.history import place
from packyard.model import Event, Statement
from packyard.protocols import Source
from packyard.registry import Trust
from packyard.rules.authority import Authority, Signed, read_signed, verify_signed
from packyard.rules.rights import right_of


class Spoken(NamedTuple):
    """A verified statement, the hash of its text, and who signed it: publishers by handle, or root keys by their id."""

    event: Event
    statement: Statement
    sha256: str
    signers: Mapping[str, Signed]
    roots: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids of the keys that signed."""
        return (*(signed.key_id for signed in self.signers.values()), *self.roots)


def check_dates(events: Iterable[Event], latest: int) -> Iterator[Problem]:
    """Problems of recoveries that a commit dated back would make effective sooner. Clocks may differ by a day."""
    for event in events:
        if event.kind == "statement" and event.ident.endswith("-recover") and event.time + DAY < latest:
            message = "the commit of the recovery is dated before those that it follows"
            expected, found = f"about {format_time(latest)}", format_time(event.time)
            yield Problem("recovery-early", place(event), message, 0, expected, found)


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
    spoken = Spoken(event, said, sha256(text).hexdigest(), {})
    if statement.is_by_roots(said.action, said.fields):
        spoken, found = _by_roots(spoken, text, blobs, authority.roots(event.seq))
    else:
        spoken, found = _by_publishers(spoken, text, blobs, authority)
    problems += [problem._replace(path=f"{folder}/{problem.path}") for problem in found]
    return (None, problems) if problems else (spoken, [])


def _by_publishers(
    spoken: Spoken, text: bytes, signatures: Mapping[str, bytes], authority: Authority
) -> tuple[Spoken, list[Problem]]:
    """The statement with its signers; problems are placed by the name of their file."""
    stem, said = spoken.event.ident, spoken.statement
    signers, problems = dict[str, Signed](), list[Problem]()
    scope = right_of(said.action, said.fields).scope
    for name, blob in sorted(signatures.items()):
        try:
            handle = _signer(name, stem, "HANDLE")
            signed = verify_signed(text, blob, _comment(said), spoken.event, authority, scope)
            _same(handle, signed.publisher.handle, "publisher")
            signers[handle] = signed
        except FormatError as error:
            problems.append(error.at(name))
    if not signers and not problems:
        problems.append(_unsigned(stem, "HANDLE"))
    return spoken._replace(signers=signers), problems


def _by_roots(
    spoken: Spoken, text: bytes, signatures: Mapping[str, bytes], trusts: tuple[Trust, ...]
) -> tuple[Spoken, list[Problem]]:
    """The statement with the root keys that signed it, enough of them for one of the trust files."""
    stem, path = spoken.event.ident, f"{spoken.event.ident}.yaml"
    if not trusts:
        message = "the registry had no root keys that could have signed"
        return spoken, [Problem("roots-missing", path, message, expected="trust/1.json in the source before")]
    if not signatures:
        return spoken, [_unsigned(stem, "KEYID")]
    roots = {key.key_id: key for trust in trusts for key in map(minisign.parse_public_key, trust.root_keys)}
    signed, problems = list[str](), list[Problem]()
    for name, blob in sorted(signatures.items()):
        try:
            signed.append(_root(_signer(name, stem, "KEYID"), blob, text, _comment(spoken.statement), roots))
        except FormatError as error:
            problems.append(error.at(name))
    if not problems and not any(_are_enough(signed, trust) for trust in trusts):
        expected = f"{trusts[-1].threshold} of {', '.join(sorted(_ids(trusts[-1])))}"
        message = f"too few root keys of trust file {trusts[-1].number} have signed the statement"
        problems.append(Problem("roots-unsigned", path, message, 0, expected, ", ".join(signed)))
    return spoken._replace(roots=tuple(signed)), problems


def _root(named: str, blob: bytes, text: bytes, comment: str, roots: Mapping[str, minisign.PublicKey]) -> str:
    """The id of the root key that made a signature."""
    signature = minisign.parse_signature(blob)
    _same(named, signature.key_id, "key")
    if signature.key_id not in roots:
        message = "the signature is by a key that was no root key of the registry"
        raise FormatError("key-unknown", message, expected=" or ".join(roots), found=signature.key_id)
    minisign.verify(text, signature, roots[signature.key_id], comment)
    return signature.key_id


def _are_enough(signed: Iterable[str], trust: Trust) -> bool:
    return len(_ids(trust) & set(signed)) >= trust.threshold


def _ids(trust: Trust) -> set[str]:
    return {minisign.parse_public_key(key).key_id for key in trust.root_keys}


def _comment(said: Statement) -> str:
    return f"statement {said.pack} {said.sequence}"


def _signer(name: str, stem: str, what: str) -> str:
    """Whose signature a file is, by its name."""
    signer = name.removeprefix(f"{stem}.yaml.").removesuffix(".minisig")
    if name != f"{stem}.yaml.{signer}.minisig" or not signer:
        raise FormatError("path-unknown", "a file that nobody reads", expected=f"{stem}.yaml.{what}.minisig")
    return signer


def _unsigned(stem: str, what: str) -> Problem:
    expected = f"{stem}.yaml.{what}.minisig"
    return Problem("signature-missing", f"{stem}.yaml", "nobody has signed the statement", expected=expected)


def _same(named: str, found: str, what: str) -> None:
    if named != found:
        raise FormatError(
            "key-unknown", f"the signature is by another {what} than its name says", expected=named, found=found
        )

"""The documents about publishers and organisations, against their newest revision and against what the packs say: a key
that was revoked, or a member who left, must not look otherwise to whoever reads JSON alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from packyard.audit import expect
from packyard.audit.chain import Chain
from packyard.audit.people import People
from packyard.audit.reading import Reading


def audit_profiles(reading: Reading, chain: Chain, people: People, owned: Mapping[str, Collection[str]] | None) -> None:
    """Whether the document of everybody of whom something can be said is as it must be. `owned` are the packs of each
    owner; None when not every pack is known.
    """
    for kind, revised in (("publisher", people.authority.publishers), ("org", people.authority.orgs)):
        for name, revisions in revised.items():
            path, value = f"{kind}s/{name}/index.json", revisions[-1].value
            if f"{kind}s/{name}/" not in people.damaged and not chain.undecided(path):
                packs = sorted(owned.get(name, ())) if owned is not None else None
                _audit(
                    reading,
                    chain.digest(path),
                    path,
                    f"packyard/{kind}-page/1",
                    expect.profile(value, len(revisions), packs),
                )


def _audit(reading: Reading, digest: str | None, path: str, form: str, wanted: dict[str, Any]) -> None:
    data = reading.intact(path, digest) if digest else None
    if digest is None:
        reading.report("file-missing", path, "no list names the document")
    found = reading.document(path, data, form) if data is not None else None
    if found is not None:
        for member, expected, stated in expect.differences(wanted, found):
            message = f"`{member}` is not what the newest revision and the packs say"
            reading.report("document-mismatch", path, message, expected, stated)

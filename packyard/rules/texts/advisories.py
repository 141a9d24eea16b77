"""Rules about advisories."""

from __future__ import annotations

from packyard.rules.texts import block

RULES = (
    block(
        "advisory-id",
        "not the id of an advisory, or another one than the file's",
        "Whoever reads of an advisory finds it by its id, here and on every mirror.",
        "Call the file ID.json, and give it the id PY-YEAR-NUMBER, such as PY-2026-0001.",
    ),
    block(
        "advisory-pack",
        "an advisory about a pack that is not there",
        "It would warn nobody, most likely because a name is misspelt.",
        "Correct the name; a scoped one is written in full, such as @acme/hello.",
    ),
    block(
        "advisory-range",
        "an advisory that does not say clearly which versions are affected",
        "Clients compare versions with it, and must all come to the same result.",
        "Write ranges whose events are `introduced` and `fixed` or `last_affected` in turns, or list the versions.",
    ),
)

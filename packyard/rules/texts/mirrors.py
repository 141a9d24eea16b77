"""Rules about copies of a site and what they are copied from."""

from __future__ import annotations

from packyard.rules.texts import block, note

_KEEP = "Keep the two heads that the error names, and show them to the registry's operator and to others."

RULES = (
    block(
        "mirror-rollback",
        "a source that is older than the mirror",
        "Whoever shows an older state hides what has happened since.",
        "Wait until the source is up to date, or sync from another one.",
    ),
    block(
        "mirror-forked",
        "a source and a mirror of two histories",
        "A registry tells everyone the same; two signed heads of which neither goes on from the other prove otherwise.",
        _KEEP,
    ),
    block(
        "mirror-moving",
        "a source that changes while it is read",
        "What was read belongs to two snapshots.",
        "Sync again when the source has been published.",
    ),
    block(
        "mirror-damaged",
        "a mirror that is not what was put there",
        "What is new is judged by what is there, beginning with the mirror's own snapshot.",
        "Run `packyard mirror sync --repair`, or sync into an empty folder.",
    ),
    block(
        "mirror-not-empty",
        "the folder is not that of a mirror",
        "A sync removes what the site does not have.",
        "Name a new or an empty folder.",
    ),
    note(
        "snapshot-aging",
        "more than half of the snapshot's time is over",
        "A registry is resealed long before its snapshot expires; without that, clients soon refuse it.",
        "Ask the operator of the registry, or of the source of the mirror.",
    ),
)

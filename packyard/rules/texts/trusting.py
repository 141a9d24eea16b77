"""Rules of the client: what it remembers of a registry, and what it refuses to believe."""

from __future__ import annotations

from packyard.rules.texts import block

_OTHER = "Ask another mirror. If all say the same, tell the registry's operator and show the kept evidence."
_SHOW = "Keep the evidence and show it to the registry's operator, and to others who use it."

RULES = (
    block(
        "snapshot-older",
        "the snapshot is older than one that was seen before",
        "Whoever shows an old state hides what came since: a yank, a revoked key, a mended version.",
        _OTHER,
    ),
    block(
        "snapshot-forked",
        "two snapshots of one number differ",
        "The registry, or somebody with its keys, tells different people different things.",
        _SHOW,
    ),
    block(
        "snapshot-early",
        "the snapshot is from the future",
        "Its time would make every true snapshot look old.",
        "Set this machine's clock; if it is right, tell the registry's operator.",
    ),
    block(
        "trust-older",
        "the trust file is not the newest one known, or one that cannot follow it",
        "An older trust file may name keys that were taken away since.",
        _OTHER,
    ),
    block(
        "log-forked",
        "the log did not grow from the one that was seen before",
        "A log only ever gains entries; one that changes what it said has been tampered with.",
        _SHOW,
    ),
    block(
        "log-hidden",
        "the log and what is shown do not tell the same",
        "What is shown to one person alone, or leaves out what the log says, is how a victim would be chosen.",
        _OTHER,
    ),
    block(
        "identity-differs",
        "the version's files are not those that the log names",
        "The log names the hash of what the publisher signed.",
        _OTHER,
    ),
    block(
        "state-invalid",
        "what is remembered of a registry cannot be read",
        "Without it nobody can tell whether the registry goes back.",
        "Restore the folder from a backup, or remove it to trust the registry anew.",
    ),
    block(
        "site-unsteady",
        "the site changes faster than it can be read",
        "Files of different states do not fit together.",
        "Try again in a minute.",
    ),
)

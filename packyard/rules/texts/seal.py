"""Rules about the log, the snapshot and what clients trust."""

from __future__ import annotations

from packyard.rules.texts import block

_AGAIN = "Take the file again from the registry; if it stays so, tell its operator and keep both copies."
_CANONICAL = "It has one form, which is compared byte by byte."

RULES = (
    block("checkpoint-invalid", "not a checkpoint", _CANONICAL, _AGAIN),
    block("checkpoint-origin", "another log's checkpoint", "It says nothing about this registry.", _AGAIN),
    block(
        "checkpoint-quorum",
        "too few witnesses have signed the checkpoint",
        "Witnesses make sure that everybody sees the same log.",
        "Wait and try again; if it stays so, ask the operator about the witnesses.",
    ),
    block("bundle-invalid", "not the head of a site in one file", _CANONICAL, _AGAIN),
    block(
        "bundle-differs",
        "the head in one file is not the head",
        "Clients ask for `SNAPSHOT.bundle` first, so it must say what the three files in it say.",
        "Build or reseal the site again.",
    ),
    block("note-invalid", "not a signed note", _CANONICAL, _AGAIN),
    block("note-unsigned", "no known key has signed the note", "Nobody that you trust vouches for it.", _AGAIN),
    block(
        "note-bad", "a known key's signature does not fit the note", "The note was changed after it was signed.", _AGAIN
    ),
    block("vkey-invalid", "not a verifier key", _CANONICAL, "Copy the line NAME+HEXID+BASE64 again from its source."),
    block("envelope-invalid", "not a DSSE envelope", _CANONICAL, _AGAIN),
    block("envelope-type", "an envelope for another kind of payload", "It was signed to say something else.", _AGAIN),
    block("envelope-unsigned", "no known key has signed the envelope", "Nobody that you trust vouches for it.", _AGAIN),
    block(
        "envelope-bad", "the envelope's signature does not fit", "The payload was changed after it was signed.", _AGAIN
    ),
    block("provenance-invalid", "not a provenance statement of this registry", _CANONICAL, _AGAIN),
    block("log-entry-invalid", "not a log entry", _CANONICAL, _AGAIN),
    block("entries-invalid", "not a bundle of log entries", _CANONICAL, _AGAIN),
    block("tile-path", "not the path of a tile", "Tiles of the log stand where C2SP tlog-tiles says.", _AGAIN),
    block(
        "log-inconsistent",
        "the log does not have the hashes that its head promises",
        "Something in it was changed.",
        _AGAIN,
    ),
    block(
        "log-range",
        "the log does not reach that far",
        "What was asked for is not in it.",
        "Ask a newer copy of the site.",
    ),
    block("proof-bad", "the proof does not prove it", "The hashes do not lead to the log's root.", _AGAIN),
    block("proof-invalid", "not a proof of the log", _CANONICAL, _AGAIN),
    block(
        "log-missing",
        "no earlier log to continue",
        "A log that starts again silently could hide what it said before.",
        "Name the published site with --previous; say --new-log only for a registry's first build.",
    ),
    block(
        "log-unreadable",
        "the recorded log cannot be continued",
        "A log is continued only from a copy that verifies.",
        "Name a good copy of the site with --previous, with the keys that made it.",
    ),
    block("snapshot-invalid", "not a snapshot of this registry", _CANONICAL, _AGAIN),
    block(
        "snapshot-expired",
        "the snapshot has expired",
        "An old snapshot may hide what happened since.",
        "Clients: get a newer copy. Operators: run `packyard reseal`.",
    ),
    block(
        "snapshot-trust",
        "the snapshot and the trust files do not belong together",
        "An older trust file could name keys that are trusted no longer.",
        "Clients: get a newer copy. Operators: build again.",
    ),
    block(
        "trust-expired",
        "the trust file has expired",
        "Root keys confirm from time to time who may sign.",
        "Clients: get a newer copy. Operators: publish the next trust file.",
    ),
    block(
        "trust-pinned",
        "not the registry that you expected",
        "A copy of a site can be sealed by anybody; only the root key tells whose it is.",
        "Compare the root key with what the operator published elsewhere.",
    ),
    block(
        "trust-invalid",
        "the trust files are out of order or another registry's",
        "Each trust file is judged by the one before it.",
        "Number them from 1 without gaps, all with the registry's origin.",
    ),
    block(
        "trust-unsigned",
        "too few root keys have signed the trust file",
        "Who may sign for the registry is decided by its root keys alone.",
        "Let enough root keys sign: those of the trust file before it and its own.",
    ),
)

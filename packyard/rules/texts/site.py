"""Rules about a whole site, as an audit finds it."""

from __future__ import annotations

from packyard.rules.texts import block, note

_AGAIN = "Copy the site again from a good copy; if you are the operator, build it again and find out what changed it."
_REMOVE = "Remove it; if it belongs to the site, build again."
_CLAIM = "Each entry of the log belongs to one thing on the site, and each thing to one entry."

RULES = (
    block("file-changed", "a file is not the one that was sealed", "Somebody or something changed it.", _AGAIN),
    block("file-unreadable", "a file cannot be read", "It is there and is no ordinary file, or too large.", _AGAIN),
    block("file-unlisted", "a file that belongs to nothing", "Nobody vouches for a file that no list names.", _REMOVE),
    block("file-leftover", "a file that no list names any longer", "Nobody vouches for it any more.", _REMOVE),
    block("kept-unlisted", "a kept file that `by-hash/index.json` does not list", "Nobody says for how long.", _REMOVE),
    block("removal-listed", "a file that is to be removed is still listed", "The site would not be whole.", _AGAIN),
    block("list-foreign", "a list names files that are not its own", "Each file is vouched for in one place.", _AGAIN),
    block(
        "index-row",
        "a row of the catalogue is not what follows from its pack",
        "It would mislead who reads it.",
        _AGAIN,
    ),
    block("document-invalid", "a document of another format", "Programs could not read it.", _AGAIN),
    block("document-mismatch", "a document does not say what was signed", "It would mislead who reads it.", _AGAIN),
    block(
        "artifact-mismatch", "a file beside the tarball is not the one in it", "It would mislead who reads it.", _AGAIN
    ),
    block("provenance-mismatch", "the provenance is about something else", "It would vouch for other files.", _AGAIN),
    block("checkpoint-extra", "lines in the checkpoint that nobody vouches for", "They could say anything.", _AGAIN),
    block("checkpoint-mismatch", "the checkpoint and the snapshot are about two logs", "One is not current.", _AGAIN),
    block(
        "log-order", "an entry that does not follow the one before it", "The log is what happened, in order.", _AGAIN
    ),
    block("log-mismatch", "the log has another entry at this place", _CLAIM, _AGAIN),
    block("log-unmet", "an entry about something that is not on the site", _CLAIM, _AGAIN),
    block("statement-unlogged", "a statement that the log does not know", _CLAIM, _AGAIN),
    block("revision-unlogged", "a publisher's or organisation's file that the log does not know", _CLAIM, _AGAIN),
    block("snapshot-order", "a snapshot that is not newer than the one before it", "Nothing may go back.", _AGAIN),
    block(
        "untrusted-comment",
        "an unusual untrusted comment",
        "Neither a signature nor a hash covers it, so it could say anything.",
        "Put back what minisign writes: signature from minisign secret key.",
    ),
    note(
        "audit-stopped",
        "nothing else was judged",
        "Below a snapshot that cannot be believed there is nothing to hold on to.",
        "See to the problems first.",
    ),
    note("log-unjudged", "the log was not judged", "Its signed head cannot be believed.", "See to the problems first."),
    note(
        "trust-unpinned",
        "whose site it is was not asked",
        "Anybody can make a site that is sound in itself; the root key tells whose it is.",
        "Give the registry's root key with --key.",
    ),
    note(
        "paths-unknown",
        "files that no list names were not looked for",
        "An address does not say which files it has.",
        "Audit the folder that is served.",
    ),
    note("problems-many", "not all problems are shown", "There are too many to be read.", "See to the first ones."),
    block(
        "words-placeholder",
        "a translation does not fit the English text",
        "What stands in braces is filled in by the page; another name would stay empty.",
        "Use the names of the English text, each in braces.",
    ),
    block(
        "colour-faint",
        "a colour cannot be read on its ground",
        "Links and seals must be readable for everybody (WCAG 2.2, 1.4.3).",
        "Choose a darker colour for light ground, a lighter one for dark ground.",
    ),
)

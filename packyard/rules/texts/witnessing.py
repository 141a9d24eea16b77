"""Rules about witnesses of the log, and about rebuilding a site to compare."""

from __future__ import annotations

from packyard.rules.texts import block, note

_AGAIN = "Take the file again from its source; if it stays so, ask whoever made it."

RULES = (
    block(
        "witness-fork",
        "the log has forked",
        "Somebody is shown another history than somebody else.",
        "Publish the evidence, and trust the registry no longer until its operator has explained it.",
    ),
    block(
        "witness-behind",
        "the site is older than what the witness has cosigned",
        "A log that went back would be a fork as soon as it grows again.",
        "Name the registry's own address instead of a mirror's; if it stays so, ask the operator.",
    ),
    block(
        "witness-trust",
        "the trust files do not go on from those that the witness has seen",
        "Another set of trust files is another registry under the same name.",
        "Keep both, and ask the operator.",
    ),
    block(
        "witness-state-missing",
        "the witness remembers nothing of this log",
        "A witness that had forgotten what it signed could sign a fork.",
        "Name its memory with --state; say --new for a log that it has never seen.",
    ),
    block(
        "witness-state-exists",
        "the witness remembers this log already",
        "A witness never forgets what it signed.",
        "Leave --new out.",
    ),
    block(
        "witness-state",
        "the witness's memory cannot be read",
        "Without it a fork could be signed.",
        "Restore the file from its newest copy; when there is none, retire the key and make another witness.",
    ),
    block(
        "witness-key",
        "not a key for this witness",
        "A witness is one key, used for nothing else and with one memory.",
        "Give the key that the memory belongs to, or make one with `packyard witness --new-key NAME`.",
    ),
    block(
        "witness-name",
        "not the name of a witness",
        "It is a part of its key, and the folder in which it publishes.",
        "Take a host and perhaps a path that are yours, in lower case, with --name.",
    ),
    block("witness-locked", "the witness is at work", "Two at once could sign two forks.", "Wait until it has ended."),
    block(
        "site-changing",
        "the copy of the site is in the middle of a change",
        "Its heads speak of different moments, so nothing can be decided.",
        "Try again in a minute.",
    ),
    block("fork-invalid", "not the evidence of a fork", "It proves nothing against anybody.", _AGAIN),
    note(
        "witness-unreachable",
        "a place of witnesses gave nothing",
        "Its cosignatures are missing; nothing else depends on it.",
        "Correct the place, or try again later.",
    ),
    note(
        "witness-line",
        "a cosignature that does not count",
        "It is not over this checkpoint, or not by a witness that the trust file names.",
        "Let the witness look at the site as it is now; the trust file says who counts.",
    ),
    note(
        "witness-quorum",
        "too few witnesses have cosigned so far",
        "Clients refuse the site until enough have.",
        "Let the witnesses look at the site, then run `packyard reseal` with --witness.",
    ),
    block(
        "rebuild-differs",
        "the published site is not what its source makes",
        "Whoever published it used another source, another program, or changed the files.",
        "Build the commit with the program's version that made the site; if it still differs, ask the operator.",
    ),
    block(
        "rebuild-undecided",
        "the source could not be rebuilt",
        "Nothing is said about the published site.",
        "Fetch the repository, and use the version of the program that made the site.",
    ),
    block("rebuild-invalid", "not a report of a rebuild", "It has one form, which is compared byte by byte.", _AGAIN),
)

"""Rules about who may do what, in which order, and what never changes."""

from __future__ import annotations

from packyard.rules.texts import block

_FOREVER = "What was published never changes, not even back: others have verified and installed it."

RULES = (
    block(
        "immutable-changed",
        "something published was changed or removed",
        _FOREVER,
        "Restore it as it was in a history without the change; publish a new version or a statement instead.",
    ),
    block(
        "immutable-lost",
        "a published file is no longer made",
        _FOREVER,
        "Find out what was taken from the source or changed in the program, and undo it.",
    ),
    block(
        "history-rewritten",
        "history is not the one that was published",
        "The log tells everyone the same history; another one would contradict it.",
        "Restore the published commits: a registry's main branch is never rebased, amended or force-pushed.",
    ),
    block(
        "ref-not-main",
        "what is checked out is not on the main branch",
        "A version is what the first build with it published; what was never merged would be published for good.",
        "Check out the main branch; `--ref` builds another one on purpose.",
    ),
    block(
        "history-crossed",
        "two histories have merged each other, criss-cross",
        "What merging them again makes depends on the program that does it, so nobody can say what would be published.",
        "Rebase the branch: `git rebase origin/main`.",
    ),
    block(
        "history-shallow",
        "the clone is shallow",
        "Who owned what when is read from the whole history.",
        "Run `git fetch --unshallow`; in a workflow set `fetch-depth: 0`.",
    ),
    block(
        "owner-mismatch",
        "the signer may not do this here",
        "A pack belongs to its owners, or to the organisation of its scope; `docs/rights.md` says who may do what.",
        "Let an owner sign, publish under another name, or let the owners or the organisation take you in.",
    ),
    block(
        "org-unknown",
        "no such organisation",
        "A scoped name belongs to an organisation, which must be there first.",
        "Add `orgs/ORG.yaml`, signed by its owner, or publish without a scope.",
    ),
    block("org-owner", "an organisation without an owner", "Nobody could ever change it.", "Name at least one owner."),
    block(
        "member-unknown",
        "a member who is not a publisher",
        "A role means nothing without a key to act with.",
        "Add the publisher first, or take the member out.",
    ),
    block(
        "revision-replayed",
        "a file of a publisher or an organisation that was there before",
        "Its old signature fits it again, so anybody could bring back members, keys or rights that were taken away.",
        "Let somebody who may change the file sign it with something of its own in it, such as a comment with the day.",
    ),
    block(
        "publisher-unknown",
        "no such publisher",
        "Only a registered publisher can act.",
        "Register with `packyard publisher add HANDLE`, or correct the handle.",
    ),
    block(
        "publisher-exists",
        "there is such a publisher already",
        "A publisher's file changes only with a signature by one of its keys.",
        "Choose another handle; a new key for your own handle comes with `packyard publisher rotate`.",
    ),
    block(
        "version-exists",
        "the version is published already",
        _FOREVER,
        "Raise `version` in the manifest and sign again.",
    ),
    block(
        "version-unknown",
        "the pack has no such version",
        "A statement must be about something.",
        "Correct the version.",
    ),
    block("pack-unknown", "no such pack", "A statement must be about something.", "Correct the name."),
)

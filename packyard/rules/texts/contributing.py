"""Rules about the way of a submission: importing, submitting, forges."""

from __future__ import annotations

from packyard.rules.texts import block

RULES = (
    block(
        "version-fixed",
        "the version cannot be replaced in the manifest",
        "Only the version may change when a pack is submitted under another one, and it was not found as plain text.",
        'Write the version into the manifest by hand, as `"version": "1.2.0"` or `version: 1.2.0`.',
    ),
    block(
        "transfer-missing",
        "no transfer to accept",
        "A transfer is one statement that two people sign, the owner first.",
        "Let the owner begin with `packyard transfer NAME --to HANDLE`, then get that branch or apply that patch.",
    ),
    block(
        "org-exists",
        "there is such an organisation already",
        "An organisation's file changes only with a signature by one of its owners.",
        "Choose another name, or let an owner take you in with `packyard org set`.",
    ),
    block(
        "remote-unknown",
        "git knows no such remote",
        "A submission is pushed to a remote of the clone, or to an address.",
        "Name one with --remote, or write a patch with --patch FILE.",
    ),
    block(
        "remote-invalid",
        "not the address of a repository",
        "Git gets nothing that could mean something else than a repository.",
        "Write it as `https://host/owner/repo`, `git@host:owner/repo`, or the path of a folder.",
    ),
    block(
        "base-missing",
        "the registry's branch is missing",
        "A submission is built on the branch that it is proposed to.",
        "Name the branch with --base; the first commit of a new registry is pushed by hand.",
    ),
    block(
        "branch-exists",
        "the branch is there and holds something else",
        "A submission has a branch of its own. What the same author submitted before gives way; nothing else does.",
        "Look at the branch with `git log`; take another version, or take the old branch away.",
    ),
    block(
        "git-missing",
        "the program git is not installed",
        "Pushing is done with git, which knows your credentials.",
        "Install git, or write a patch with --patch FILE and take it elsewhere.",
    ),
    block(
        "git-failed",
        "git cannot reach the registry",
        "A submission begins with the registry as it is now.",
        "Try `git fetch` by hand until it works, or write a patch with --patch FILE.",
    ),
    block(
        "push-failed",
        "the branch was not pushed",
        "The other side, or the way there, refused it; the branch is kept in the clone.",
        "Read what git said, put it right, and run the same command again.",
    ),
    block(
        "forge-refused",
        "the forge did not open the pull request",
        "The token may lack a right, or the forge wants something else; the message says what to do about it.",
        "The branch is pushed: open the pull request by hand, on the page that the message names.",
    ),
)

"""Rules about statements and what they do to a pack."""

from __future__ import annotations

from packyard.rules.texts import block

RULES = (
    block(
        "statement-order",
        "a statement with the wrong number",
        "Statements are numbered without gaps, so that none can be inserted or lost.",
        "Take the next number; `packyard yank` and the like do so.",
    ),
    block(
        "statement-unfounded",
        "a statement before the first version",
        "There is no owner yet who could make it.",
        "Publish a version first.",
    ),
    block(
        "statement-noop",
        "a statement that changes nothing",
        "It is most likely a mistake or somebody else's work done twice.",
        "Take the statement out.",
    ),
    block(
        "statement-place",
        "a statement about another pack or registry",
        "A statement counts only where it was made for, so that nobody can copy it elsewhere.",
        "Sign a new statement for this pack and this registry.",
    ),
    block(
        "owner-scoped",
        "a change of owner of a pack in a scope",
        "A pack in a scope belongs to its organisation for good, and its members are those of the organisation.",
        "Change the members of the organisation, or go on under another name with `rename`.",
    ),
    block(
        "owner-principal",
        "a principal owner who is removed",
        "A pack always has one principal owner, whom nobody else can put out.",
        "Let the principal owner sign a `transfer`.",
    ),
    block(
        "transfer-parties",
        "a transfer that is not signed by both parties",
        "Nobody can give away what is another's, and nobody can be made an owner against their will.",
        "Let the one who gives and the one who takes sign the same file, and nobody else.",
    ),
    block(
        "roots-missing",
        "no root keys that could speak",
        "A recovery, and a withdrawal that the law demands, are decided by the registry's root keys, which its trust "
        "files name.",
        "Put `trust/1.json` with its signatures into the source first; development keys sign nothing.",
    ),
    block(
        "roots-unsigned",
        "too few root keys have signed",
        "What no owner agrees to takes as many root keys as the newest trust file of the time demands.",
        "Let more holders of root keys sign, each in `NNNN-ACTION.yaml.KEYID.minisig`.",
    ),
    block(
        "recovery-early",
        "a recovery that took effect before its time",
        "The owner has the whole waiting time to object; a commit that is dated back or ahead must not cut it short.",
        "Commit the recovery with the time of day, and build what follows it when its time has come by the clock.",
    ),
    block(
        "rename-astray",
        "a rename that leads nowhere, or round in a circle",
        "Clients follow it; a name that nobody has could be taken by anybody, who would get everybody who follows.",
        "Publish the pack under its new name first; a rename that was published is mended by a further one.",
    ),
    block(
        "pack-archived",
        "something new for an archived pack",
        "To archive a pack is to promise that nothing new will come.",
        "Publish under another name.",
    ),
    block(
        "pack-renamed",
        "a new version under a name that was given up",
        "Who follows the old name is led to the new one, where they expect what is new.",
        "Publish it under the new name.",
    ),
    block(
        "promote-yanked",
        "a yanked version in a channel",
        "A channel is what people install without looking.",
        "Promote another version, or take the yank back first.",
    ),
    block(
        "version-withdrawn",
        "a statement about a withdrawn version",
        "Of a withdrawn version nothing is left that could be installed.",
        "Take the statement out.",
    ),
    block(
        "withdrawn-kept",
        "a withdrawn tarball is still on the site",
        "What was withdrawn must not be served.",
        "Build the site again and publish it with everything that the build removed taken away.",
    ),
)

"""Rules about bringing a site to where it is served."""

from __future__ import annotations

from packyard.rules.texts import block, note

_ANEW = "Find out who wrote there. What is removed there by hand is put there again."

RULES = (
    block(
        "deploy-unsealed",
        "the site is not what its head says",
        "A site is published only when its lists and its bundle are those of its snapshot.",
        "Build it again; `packyard audit` says what is wrong.",
    ),
    block(
        "deploy-development",
        "a site that is signed with development keys",
        "These keys vouch for nothing, and a registry that began with them cannot change to real ones.",
        "Build with the registry's keys, or say --development.",
    ),
    block(
        "deploy-target",
        "what is there does not verify",
        "Only of a snapshot that verifies can be told whether it is older than the one that is to take its place.",
        "Find out who wrote there. With SNAPSHOT taken away it is a place that has no site yet: --no-delete, once.",
    ),
    block(
        "deploy-origin",
        "the place holds another registry",
        "Two registries in one place would leave neither of them whole.",
        "Correct the place, or empty it.",
    ),
    block(
        "deploy-older",
        "the place holds a newer snapshot",
        "Clients that have seen it would take an older one for an attack, and refuse it.",
        "Build from the newest commit, with the published site as --previous, and deploy that.",
    ),
    block(
        "deploy-forked",
        "the site does not continue what is published",
        "Clients that have seen the published log would call this one forked, and refuse it.",
        "Build again with the published site as --previous.",
    ),
    block(
        "deploy-immutable",
        "a file that never changes is another one there",
        "Caches and mirrors hold such files for good; nothing was written.",
        _ANEW,
    ),
    block(
        "deploy-lost",
        "the site has lost a file that may never go",
        "Signatures, statements, trust files and the log stay for ever; a site without one is not whole.",
        "Build again with a good copy of the site as --previous.",
    ),
    block(
        "deploy-strangers",
        "files that are not the site's, where no site is yet",
        "They would be removed in the end, and may be somebody's.",
        "Name an empty place, or say --no-delete.",
    ),
    block(
        "deploy-overtaken",
        "another deployment is at work, or was quicker",
        "Two at once would mix; the pointer is moved by one of them.",
        "Look whether the other one has ended, and deploy again if yours is the newer site.",
    ),
    block(
        "deploy-unsettled",
        "what was put there is not there",
        "SNAPSHOT is put only when all that it names has been seen to be there.",
        "Look who else writes there; deploy again.",
    ),
    block(
        "deploy-failed",
        "rsync or the storage did not do its part",
        "What was put so far stays, and nothing points at it yet.",
        "Mend what it says, and deploy again: what is there is not sent twice.",
    ),
    block(
        "deploy-library",
        "what this kind of place needs is not installed",
        "Some places need boto3 or rsync, which are not part of the program.",
        "Install what is named.",
    ),
    block(
        "host-rules",
        "what a site needs does not fit into the rules of such hosts",
        "Each path must be matched by exactly one rule that says what it is, and hosts take 100 rules.",
        "Use nginx, Caddy or object storage, or take surfaces out in registry.yaml.",
    ),
    note(
        "deploy-unconditional",
        "the storage ignores conditions",
        "Amazon's and most others write an object only if it is still the one that was read.",
        "See to it that only one deployment runs at a time.",
    ),
)

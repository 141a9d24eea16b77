"""Rules about what a project asks for, which versions that means, and the lock."""

from __future__ import annotations

from packyard.rules.texts import block, note

RULES = (
    block(
        "reference-invalid",
        "not the name of a pack",
        "A pack is named in one way everywhere.",
        "Write `hello`, `@acme/hello`, `hello@^1.2`, `hello@beta` or `work:hello@1.x`.",
    ),
    block(
        "range-or-channel",
        "neither a range of versions nor a channel",
        "What is asked for must have one meaning.",
        "Write a range such as `^1.2.0` or `1.x`, or the name of a channel such as `beta`.",
    ),
    block(
        "registry-name",
        "not what a registry can be called",
        "The name stands in front of packs' names, and `registry` there means any.",
        "Use 2 to 64 of a-z, 0-9 and inner hyphens.",
    ),
    block(
        "registry-missing",
        "no registry is known",
        "There is nowhere to look for a pack.",
        "Add a registry to `packyard.json` or name one on the command line.",
    ),
    block(
        "registry-unknown",
        "no registry has this name",
        "Only registries of `packyard.json` and of the user's `registries.json` can be named.",
        "Correct the name, or add the registry.",
    ),
    block(
        "registry-differs",
        "one name for two registries",
        "A token for one of them would be sent to the other.",
        "Give one of them another name.",
    ),
    block(
        "scope-twice",
        "a scope that two registries claim",
        "Nobody could tell from which of them its packs come.",
        "Leave the scope to one registry.",
    ),
    block(
        "scope-elsewhere",
        "a scoped pack from another registry than that of its scope",
        "Somebody else could have published under the same name there.",
        "Ask for it without a registry, or correct `scopes`.",
    ),
    block(
        "pack-not-wanted",
        "the project does not ask for the pack",
        "There is nothing to take away; it may be there because another pack depends on it.",
        "Correct the name.",
    ),
    block(
        "version-unavailable",
        "no version that can be taken",
        "None is in the range or channel, or those that are were yanked or withdrawn.",
        "Ask for a version that is there; `packyard info NAME` lists them.",
    ),
    block(
        "resolution-impossible",
        "demands that no versions meet together",
        "A project holds one version of a pack, and everybody who needs it must be content with it.",
        "Ask for other versions of the packs that are named, or do without one of them.",
    ),
    block(
        "resolution-too-hard",
        "too many combinations of versions",
        "The search is bounded; whether anything fits is not known.",
        "Ask for narrower ranges in `packyard.json`.",
    ),
    block(
        "lock-form",
        "a lock that is not in its one form",
        "It was edited, merged or had its line ends changed.",
        "Restore it from version control, or remove it and install again.",
    ),
    block(
        "lock-broken",
        "a lock that does not hold together",
        "What is asked for in it is not in it, as happens when two versions of it are merged.",
        "Restore it from version control, or remove it and install again.",
    ),
    block(
        "locked-changed",
        "a locked version is not what it was",
        "A version never changes; somebody offers other files under its name.",
        "Install nothing, and tell the pack's owner and the registry.",
    ),
    block(
        "integrity-invalid",
        "not an integrity as agentpacks writes it",
        "Only SHA-256 is used.",
        "Write `sha256-` and 64 hex digits.",
    ),
    note(
        "locked-yanked",
        "a locked version was yanked",
        "It stays, because a lock is kept; its owner advises against it.",
        "Run `packyard update NAME`.",
    ),
    note(
        "locked-withdrawn",
        "a locked version was withdrawn",
        "Its files are gone from the registry, so another version takes its place.",
        "Look at what changed.",
    ),
    note(
        "uses-deprecated",
        "a version or pack that is deprecated",
        "Its owner advises to use something else.",
        "Follow the advice.",
    ),
    note(
        "uses-archived",
        "a pack that is archived",
        "Nothing new will come, corrections included.",
        "Look for another pack.",
    ),
    note(
        "uses-channel",
        "a version of a channel that nobody asked for",
        "No version for everybody is in the range.",
        "Ask for the channel by name, or for another range.",
    ),
    note(
        "follows-rename",
        "a pack that goes on under another name",
        "What is asked for under the old name comes under the new one.",
        "Ask for the new name.",
    ),
)

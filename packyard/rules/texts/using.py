"""Rules about a project's packs: what is installed, what is locked, and what has become of it."""

from __future__ import annotations

from packyard.rules.texts import block, note

_AGAIN = "Run `packyard install --frozen`; if you do not know who changed it, look at what was changed first."

RULES = (
    block(
        "project-missing",
        "there is no packyard.json",
        "It says what the project asks for, so there is nothing to change.",
        "Go to the project's folder, or name it with --project; `packyard install NAME` makes the file.",
    ),
    block(
        "lock-missing",
        "there is no packyard.lock",
        "It says exactly which versions the project has.",
        "Install something first, or take the file from version control.",
    ),
    block(
        "lock-outdated",
        "the lock does not fit packyard.json",
        "Packs are asked for that were not resolved yet, so what is locked is not what is wanted.",
        "Run `packyard install`, look at what changed, and commit both files.",
    ),
    block(
        "locked-registry",
        "the registry is not the one that the lock was made with",
        "Under one name or address there is somebody else now, who has other keys.",
        "Correct the place in `packyard.json`. If it is right, ask its operator what became of the root keys.",
    ),
    block(
        "registry-other",
        "a registry that is none of the project's",
        "The lock names registries as the project does; packs from elsewhere would stand there under a wrong name.",
        "Write it into `packyard.json` as a registry of its own, or as a mirror of one.",
    ),
    block(
        "not-at-hand",
        "something was never fetched to this machine",
        "Without asking anybody, only what was proven here before can be used.",
        "Do it once without --offline.",
    ),
    block(
        "home-missing",
        "nobody knows where the user's home is",
        "What is remembered of registries is kept there.",
        "Set HOME, or XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_CACHE_HOME.",
    ),
    block("install-missing", "something that is locked is not installed", "Programs will not find it.", _AGAIN),
    block("install-changed", "a file is not what was installed", "Nobody has signed what is there now.", _AGAIN),
    block(
        "install-stray",
        "a file in a pack's folder that is not the pack's",
        "Programs read it as if the pack had brought it, and nobody has signed it.",
        "Move it elsewhere, or delete it.",
    ),
    block(
        "install-targets",
        "a pack is installed for other targets than the project's",
        "Some program will not find it, or still finds it.",
        "Run `packyard install --frozen`.",
    ),
    block(
        "install-unlocked",
        "a pack is installed that is not locked",
        "Nothing in the project asks for it.",
        "Run `packyard install --frozen`, which removes it.",
    ),
    note(
        "locked-unknown",
        "a locked pack or version that its registry does not have",
        "Packs and versions stay in a registry, withdrawn ones too.",
        "Make sure that this is the registry that the lock was made with, and tell its operator.",
    ),
    note(
        "locked-advisory",
        "an advisory about a locked version",
        "The registry warns of it: something is known to be wrong with this version.",
        "Read the advisory, and update to a version that it does not name.",
    ),
    note(
        "locked-key-revoked",
        "the key that signed a locked version was revoked since",
        "What it signed before stays valid; why it was revoked may matter all the same.",
        "Read the reason, and look whether there is a newer version.",
    ),
    note(
        "recovery-pending",
        "a pack is about to get another owner",
        "The registry's roots have said so; until the day that is named, the owner of now can object.",
        "Ask the owner or the registry's operator whether this is right.",
    ),
)

"""Rules about offline kits."""

from __future__ import annotations

from packyard.rules.texts import block, note

_AGAIN = "Copy the kit again from where it was made; if it stays so, export it again."

RULES = (
    block("kit-missing", "there is no kit at this place", "A kit is one tar file.", "Correct the path."),
    block(
        "kit-exists",
        "there is something at this place already",
        "A kit is never written over something else.",
        "Name a new file.",
    ),
    block(
        "kit-archive",
        "not the archive of a kit",
        "A kit has one form, header by header: ordinary files and nothing else, so that nothing can hide in it.",
        _AGAIN,
    ),
    block(
        "kit-manifest",
        "not the manifest of a kit",
        "It has one form, which is compared byte by byte, and says of the snapshot what the snapshot says.",
        _AGAIN,
    ),
    block(
        "kit-path",
        "a path that no kit can hold",
        "A kit's paths are printable ASCII without quotes and backslashes, and its own names begin with `offline-`.",
        "Rename the file in the registry.",
    ),
    block(
        "kit-file-missing",
        "a file of the manifest is not in the kit",
        "A kit is used only when it is whole.",
        _AGAIN,
    ),
    block(
        "kit-stranger",
        "a file in the kit that belongs to nothing",
        "Whatever nobody vouches for could be anything.",
        _AGAIN,
    ),
    block(
        "kit-changed",
        "a file in the kit is not the one that was put in",
        "Its hash or size is another than the manifest's.",
        _AGAIN,
    ),
    block(
        "kit-unsigned",
        "the kit is not signed",
        "A key was given to hold it against, or it is a tenant's: what is left out of that, the exporter vouches for.",
        "Export it again with --key.",
    ),
    note(
        "kit-unpinned",
        "who put the kit together was not asked",
        "The registry vouches for what is in a kit; that it is the newest, and whole, only the exporter can say.",
        "Name the exporter's public key with --key.",
    ),
    block(
        "kit-moving",
        "the site changed while it was exported",
        "A kit is of one snapshot.",
        "Export it again, of a site at rest.",
    ),
    block(
        "kit-origin",
        "another registry's kit",
        "A mirror is of one registry.",
        "Import it into a folder of its own.",
    ),
    block(
        "kit-older",
        "the kit is older than the mirror",
        "What has been published does not go back: an old state could hide a yank or a revoked key.",
        "Nothing needs to be done, or a newer kit is needed.",
    ),
    block(
        "kit-forked",
        "the kit tells another history than the mirror",
        "A log only grows; who shows two histories has something to hide.",
        "Keep both, and ask the registry's operator.",
    ),
    block(
        "kit-base-missing",
        "what the kit is the difference to is not there",
        "A delta makes a whole only together with its base.",
        "Import the kit before it first, or a full one.",
    ),
    block(
        "kit-changes",
        "the kit changes what never changes",
        "Signed files, tarballs and the log stay as they were published.",
        "Compare both with a third copy of the registry; if the mirror's file is damaged, import into a new folder.",
    ),
    block(
        "kit-removes",
        "the kit takes away what is never taken away",
        "Signed files and the log stay for good; a tarball goes only when its version is withdrawn.",
        "Ask the registry's operator.",
    ),
    block(
        "kit-profile",
        "the folder holds something else than the kit",
        "A whole site, some packs and a tenant's tree have different files, and one would be removed for the other.",
        "Name another folder.",
    ),
    block(
        "kit-not-a-mirror",
        "a registry is built in this folder",
        "A build remembers what it wrote, and would not see what an import changed.",
        "Name another folder.",
    ),
    block(
        "tenant-names",
        "a tenant's kit would name a pack that the list does not allow",
        "A tenant sees nothing of another's, not even a name.",
        "Let the list allow the named pack, or leave out the pack that names it.",
    ),
)

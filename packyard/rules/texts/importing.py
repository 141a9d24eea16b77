"""Rules about making a pack of what somebody has already: `packyard import`."""

from __future__ import annotations

from packyard.rules.texts import block, note

IMPORT_RULES = (
    block(
        "import-unknown",
        "nothing that a pack can be made of",
        "A pack is made of a Claude Code plugin, a folder of skills, Cursor rules, or a pack for agentpacks.",
        "Name the folder that holds these, not one above or below it; `--kind` says what it is when that is in doubt.",
    ),
    note(
        "import-left-out",
        "something that was not taken into the pack",
        "Links, secrets, and the files of version control and of other programs have no place in a pack.",
        "If the pack needs it, put it into the new folder yourself, under a name that a pack may have.",
    ),
    note(
        "import-changed",
        "something that says another thing in the pack",
        "The two formats differ there, and what was written is the nearest that a pack can say.",
        "Look at it; the new folder is yours to change.",
    ),
)

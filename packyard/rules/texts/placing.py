"""Rules about where installed packs go, and what was there before."""

from __future__ import annotations

from packyard.rules.texts import block, note

_YOURS = "What somebody wrote is never overwritten or removed."
_FORCE = "Move it away, or use --force: a copy is kept beside it as NAME.packyard-orig."

RULES = (
    block(
        "target-invalid",
        "there is no such target",
        "Packs are installed for programs that are known.",
        "Name one of those that the message lists.",
    ),
    block("place-taken", "something else is where a pack's part belongs", _YOURS, _FORCE),
    block("place-edited", "what was installed has been changed since", _YOURS, _FORCE),
    block(
        "place-collision",
        "two packs bring different things to one place",
        "One of them would be lost.",
        "Install one of them, or one of them for fewer targets.",
    ),
    block(
        "place-unreadable",
        "a file that is shared with the program cannot be read",
        "Nothing can be put into it, or taken out of it, without breaking more.",
        "Correct the file as the message says.",
    ),
    block(
        "block-damaged",
        "the marks of a block do not fit together",
        "It is not known which lines are the pack's and which are yours.",
        "Put the lines `packyard:begin NAME` and `packyard:end NAME` right, or delete the block with both.",
    ),
    block(
        "place-unsafe",
        "a place that nothing is written to",
        "Links, pipes, devices and other file systems could lead a file elsewhere.",
        "Replace it by an ordinary folder or file.",
    ),
    block(
        "place-changed-meanwhile",
        "a file changed while the installation was planned",
        _YOURS,
        "Run the command again.",
    ),
    block(
        "install-locked",
        "another installation is at work in this project",
        "Two at once would mix.",
        "Wait until it has ended.",
    ),
    block(
        "ledger-invalid",
        "the list of what is installed cannot be read",
        "It says what may be removed and replaced.",
        "Take `.packyard/installed.json` from the last commit; without it, nothing counts as installed.",
    ),
    note(
        "place-left-out",
        "something of a pack has no place there",
        "Programs differ in what they can do.",
        "Nothing has to be done; docs/targets.md lists what goes where.",
    ),
    note(
        "place-changed",
        "something of a pack means less, or another thing, there",
        "Programs differ in what they can say; a limit that is lost matters.",
        "Look at it, and decide whether you want the pack there.",
    ),
    note(
        "place-yours",
        "it is there already, and stays yours",
        "What was not installed is not removed either.",
        "Nothing has to be done.",
    ),
    note(
        "place-gone",
        "something that was installed was gone",
        "It is written again, since the pack is installed.",
        "Remove the pack if you do not want it.",
    ),
    note(
        "place-kept",
        "something that was changed since it was installed stays as it is",
        _YOURS,
        "Remove it yourself if you do not want it; with --force what was installed is put back, and a copy kept.",
    ),
    note(
        "place-aside",
        "a copy of what was changed is kept",
        _YOURS,
        "Take out of it what you need, and delete it.",
    ),
)

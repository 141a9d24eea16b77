"""Rules about calling the command, and about the disk, the network and git around it."""

from __future__ import annotations

from packyard.rules.texts import block

RULES = (
    block(
        "usage-wrong",
        "the command was called in a way it does not understand",
        "Guessing what was meant could do harm.",
        "`packyard --help` lists the commands; `--help` behind one says what it takes.",
    ),
    block(
        "code-unknown",
        "no rule has this code",
        "Only codes of this version are known.",
        "Copy the code from the error.",
    ),
    block(
        "source-missing",
        "no registry in this commit",
        "A registry's source is the folder `registry-src` in a clone of its repository.",
        "Go to a clone with `cd` or name one with --repo, or make a registry with `packyard init DIR`.",
    ),
    block(
        "settings-missing",
        "no settings in the registry's source",
        "`registry-src/registry.yaml` says what the registry is called and where it is.",
        "Write it; `packyard init` shows what it looks like.",
    ),
    block(
        "out-not-a-site",
        "the output is not a folder for a site",
        "A build removes what it did not make.",
        "Name an empty or a new folder with --out.",
    ),
    block(
        "folder-not-empty",
        "the folder has something in it",
        "It could be overwritten.",
        "Name a new or an empty folder.",
    ),
    block("folder-missing", "there is no such folder", "There is nothing to work on.", "Correct the path."),
    block(
        "site-missing",
        "there is no site at this place",
        "There is nothing to read.",
        "Name a folder or an http(s) address.",
    ),
    block("site-locked", "another build is writing this site", "Two at once would mix.", "Wait until it has ended."),
    block(
        "file-missing",
        "a file is missing",
        "It should be there; a copy of a site is used only when it is whole.",
        "Copy the site again, or build it.",
    ),
    block(
        "disk-failed", "the disk did not do its part", "Nothing is known about trust.", "Look at space and permissions."
    ),
    block("network-failed", "the network did not do its part", "Nothing is known about trust.", "Try again later."),
    block(
        "git-unreadable",
        "git's data cannot be read",
        "It is not a repository, or an object in it is missing or broken.",
        "Check the path; `git fsck` says more.",
    ),
    block(
        "git-identity",
        "git does not know who commits",
        "Every commit names its author.",
        "Run `git config --global user.name NAME` and `git config --global user.email ADDRESS`.",
    ),
    block(
        "keys-inside", "secret keys inside the repository", "They would be published.", "Name a folder outside of it."
    ),
    block(
        "port-taken",
        "the port cannot be used",
        "Another program has it.",
        "Choose another with --port; 0 takes a free one.",
    ),
    block(
        "libyaml-missing",
        "PyYAML without libyaml",
        "The slow parser would make every build many times slower.",
        "Install a PyYAML wheel from your package index.",
    ),
)

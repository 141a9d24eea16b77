"""What the registry itself decided with a commit: trust files, advisories, and everything else of its source that is
nobody's but its own. The log has no entry of it; its audit pages do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from packyard.history import TREE, differing
from packyard.model import Commit, Entry
from packyard.protocols import Source

#: What counts as settings: the settings, the chosen packs, who agreed about which snapshot, the names that are kept
#: back, and the folder with the site's own texts, templates and look, which is one thing however many files change.
SETTINGS = ("registry.yaml", "featured.yaml", "agreement.json", "reserved-names.txt", "site")


class Notice(NamedTuple):
    """Something that the registry itself decided: `kind` is `trust`, `advisory` or `settings`; `subject` a trust file's
    number, the id of an advisory, or one of `SETTINGS`.
    """

    kind: str
    subject: str
    commit: str
    time: int


def notices(source: Source, commit: Commit, old: str, new: str) -> Iterator[Notice]:
    """What `commit` brought when the source tree went from `old` to `new`: each trust file by its number, each advisory
    by its id when it came, changed or went, and each of `SETTINGS` when it did.
    """
    for name, before, after in differing(source, old, new):
        if name in ("trust", "advisories"):
            kind = "trust" if name == "trust" else "advisory"
            for file, _, _ in differing(source, _tree(before), _tree(after)):
                if file.endswith(".json"):
                    yield Notice(kind, file.removesuffix(".json"), commit.id, commit.time)
        elif name in SETTINGS:
            yield Notice("settings", name, commit.id, commit.time)


def _tree(entry: Entry | None) -> str:
    return entry.oid if entry and entry.mode == TREE else ""

"""The mirrors that a registry names in its own settings, kept for the day on which it does not answer: `mirrors.json`
in the folder of what is remembered of it.

The list is read from `registry.json` as the proven snapshot seals it. A mirror is asked for what the registry cannot
give, and believed no more than anybody; so it does not matter how old the list is. It is read where more of the site is
read anyway (searching, looking for what is newer, auditing a lock), and what goes wrong with it stops nothing.
"""

from __future__ import annotations

import json
from contextlib import suppress

from packyard.client.refusals import attempt
from packyard.client.wanted import Files
from packyard.edges.client_catalogue import listed_in_site
from packyard.edges.client_sealed import reading
from packyard.edges.clientstate import ClientState
from packyard.edges.session import Session
from packyard.edges.workfolder import write_file
from packyard.errors import FormatError, PackyardError
from packyard.formats import layout
from packyard.formats.fields import Fields
from packyard.formats.registry import check_base
from packyard.formats.registry_page import LIMIT, parse_registry_page
from packyard.formats.snapshot import Snapshot
from packyard.formats.strict import load_json

FILE, FORMAT = "mirrors.json", "packyard/mirrors/1"


def learn(session: Session) -> None:
    """Keeps the list that the registry's newest proven snapshot seals."""
    state = session.remembered().state
    if state is not None:
        with suppress(PackyardError, OSError):
            mirrors = reading(session, lambda files: _read(files, state.head))
            text = json.dumps({"format": FORMAT, "mirrors": list(mirrors)}, indent=2).encode() + b"\n"
            path = session.memory.root / FILE
            if not path.exists() or path.read_bytes() != text:
                write_file(path, text)


def learned(memory: ClientState) -> tuple[str, ...]:
    """The addresses that were kept; none when there is no list that can be read."""
    try:
        with (memory.root / FILE).open("rb") as file:
            fields = Fields(load_json(file.read(LIMIT + 1), LIMIT))
        fields.choice("format", [FORMAT])
        mirrors = fields.texts("mirrors", check=check_base)
        fields.finish()
    except (OSError, FormatError):
        return ()
    return mirrors


def _read(files: Files, stated: Snapshot) -> tuple[str, ...]:
    digest = listed_in_site(files, stated, [layout.REGISTRY]).get(layout.REGISTRY)
    if digest is None:
        return ()
    data = files.sealed(layout.REGISTRY, digest, LIMIT)
    return attempt(f"{files.name}/{layout.REGISTRY}", {}, parse_registry_page, data).mirrors

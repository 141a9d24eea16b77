"""`featured.yaml`: the packs that a registry's keepers show first, and why.

    format: packyard/featured/1
    packs:
      - name: hello
        note: The shortest pack there is; read it to see what a pack looks like.
      - name: "@acme/house-style"
        note: A whole team's rules in one place.

They are shown in this order. `note` says in one line why the pack was chosen; it is required, because a list without
reasons is advertising. No pack is there twice, and all of them are packs of the registry; `packs: []` features none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from packyard.formats.fields import Fields, format_text, shown
from packyard.formats.names import parse_name
from packyard.formats.strict import load_yaml

FORMAT = "packyard/featured/1"

#: The most packs that may be featured, and characters of a note.
MOST, NOTE_LIMIT = 100, 200


class Featured(NamedTuple):
    """A pack that was chosen, and why."""

    name: str
    note: str


def parse_featured(data: bytes, is_pack: Callable[[str], bool] | None = None) -> tuple[Featured, ...]:
    """The packs in `featured.yaml`; `is_pack` tells whether the registry has a pack. Raises `FormatError`."""
    fields = Fields(load_yaml(data))
    fields.choice("format", [FORMAT])
    if fields.raw("packs") is None:
        fields.refuse("field-missing", "is missing", "packs")
    entries = fields.each("packs")
    if len(entries) > MOST:
        fields.refuse("field-type", "is too long a list", "packs", expected=f"at most {MOST}", found=str(len(entries)))
    found: dict[str, Featured] = {}
    for entry in entries:
        name, note = entry.required_text("name", check=parse_name), entry.required_text("note", limit=NOTE_LIMIT)
        if name in found:
            entry.refuse("field-invalid", "is in the list twice", "name", found=shown(name))
        found[name] = Featured(name, note)
    fields.finish()
    for at, name in enumerate(found):
        if is_pack and not is_pack(name):
            entries[at].refuse("pack-unknown", f"there is no pack {name}", "name")
    fields.finish()
    return tuple(found.values())


def format_featured(featured: tuple[Featured, ...]) -> bytes:
    """The text of `featured.yaml`; `parse_featured` gives the same packs."""
    lines = [f"format: {FORMAT}", "packs:" if featured else "packs: []"]
    for name, note in featured:
        lines += [f"  - name: {format_text(name)}", f"    note: {format_text(note)}"]
    return ("\n".join(lines) + "\n").encode()

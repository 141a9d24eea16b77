"""`.packyard/installed.json`: what is installed in a project, and everything that was written for it.

    {
      "format": "packyard/installed/1",
      "packs": [{"name": "hello", "version": "1.2.0", "identity": "9f86…", "targets": ["claudecode"]}],
      "records": [
        {"kind": "file", "path": ".claude/rules/hello-style.md", "place": [], "sha256": "2c26…",
         "owners": [["hello", "claudecode"]]},
        {"kind": "member", "path": ".mcp.json", "place": ["mcpServers", "files"], "sha256": "fcde…",
         "owners": [["hello", "claudecode"]]}
      ],
      "shared": {".mcp.json": {"created": true, "marks": [[["mcpServers"], null]]}},
      "folders": [".claude", ".claude/rules"]
    }

`identity` is the hash of the version's SHA256SUMS. A record's `kind` is `file`, `block`, `member` or `element`, with
`place` and `sha256` as in `values.Record`. `shared` says how a file that others write too is given back: `created` when
it exists only for this, and marks, each a place and what was there (`values.Marks`). `folders` were made.

The text is JSON with two spaces, lists sorted. No path in it leads out of the project or into `.git`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packyard.client.placing.values import LEDGER, Installed, Ledger, Owner, Record, Shared
from packyard.errors import FormatError
from packyard.formats import canonical
from packyard.formats.fields import shown
from packyard.formats.names import parse_name
from packyard.formats.semver import parse as parse_version
from packyard.formats.strict import load_json

FORMAT = "packyard/installed/1"

#: The most bytes of a ledger.
LIMIT = 32 * 2**20

KINDS = ("file", "block", "member", "element")


def format_ledger(ledger: Ledger) -> bytes:
    """The text; `parse_ledger` gives the same ledger, its lists sorted."""
    return canonical.pretty(_document(ledger))


def parse_ledger(data: bytes) -> Ledger:
    """The ledger. Raises `FormatError` with the code `ledger-invalid`: led by a text that is not its own work, the
    program would remove what it must not.
    """
    try:
        value = load_json(data, LIMIT).value
        ledger = _ledger(value)
    except FormatError as error:
        raise _refuse(error.message, error.line, error.found) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _refuse("not a list of what is installed") from None
    if _document(ledger) != value:
        raise _refuse("something in it has no meaning, or is not in order")
    return ledger


def check_place(path: str) -> str:
    """The path, if it leads to a place below the project's root. Raises `path-invalid`."""
    parts = _text(path).split("/")
    strange = any(not " " <= character <= "~" or character == "\\" for character in path)
    if strange or not all(parts) or {".", "..", ".git"} & {part.lower() for part in parts}:
        raise FormatError("path-invalid", "not a path in the project", found=shown(path))
    return path


def _refuse(message: str, line: int = 0, found: str = "") -> FormatError:
    hint = f"take {LEDGER} from the last commit; without the file nothing counts as installed"
    return FormatError("ledger-invalid", message, line=line, found=found, help=hint)


def _document(ledger: Ledger) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "packs": [{**pack._asdict(), "targets": list(pack.targets)} for pack in sorted(ledger.packs)],
        "records": [
            {
                **record._asdict(),
                "place": list(record.place),
                "owners": [list(owner) for owner in sorted(record.owners)],
            }
            for record in sorted(ledger.records, key=lambda record: (record.path, record))
        ],
        "shared": {
            path: {
                "created": shared.created,
                "marks": [
                    [list(place), before] for place, before in sorted(shared.marks.items(), key=lambda it: it[0])
                ],
            }
            for path, shared in sorted(ledger.shared.items())
        },
        "folders": sorted(ledger.folders),
    }


def _ledger(value: Any) -> Ledger:
    if value["format"] != FORMAT:
        raise FormatError("ledger-invalid", f"not of the format {FORMAT}", found=shown(value["format"]))
    return Ledger(
        tuple(map(_pack, value["packs"])),
        tuple(map(_record, value["records"])),
        {check_place(path): _shared(shared) for path, shared in value["shared"].items()},
        tuple(map(check_place, value["folders"])),
    )


def _pack(value: Mapping[str, Any]) -> Installed:
    name, version = parse_name(_text(value["name"])), _text(value["version"])
    parse_version(version)
    return Installed(name, version, _text(value["identity"]), _texts(value["targets"]))


def _record(value: Mapping[str, Any]) -> Record:
    owners = tuple(Owner(*_texts(pair)) for pair in value["owners"])
    if value["kind"] not in KINDS:
        raise FormatError("ledger-invalid", "something of an unknown kind", found=shown(value["kind"]))
    return Record(value["kind"], check_place(value["path"]), _texts(value["place"]), _text(value["sha256"]), owners)


def _shared(value: Mapping[str, Any]) -> Shared:
    marks = {_texts(place): before if before is None else _blank(before) for place, before in value["marks"]}
    return Shared(value["created"] is True, marks)


def _blank(value: Any) -> str:
    if _text(value).strip():
        raise FormatError("ledger-invalid", "a mark that is not white space", found=shown(value))
    return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, value))

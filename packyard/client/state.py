"""What a client remembers of a registry: `state.json`, in a folder of the registry's own.

    {"format": "packyard/client-state/1", "origin": "packs.example.org",
     "trusts": ["<the text of trust/1.json>", …],
     "snapshot": "<the text of SNAPSHOT>", "signature": "<of SNAPSHOT.minisig>", "checkpoint": "<of log/checkpoint>",
     "frontier": ["<base64 of a hash>", …], "partial": 4711, "scanned": 0, "written": 52113,
     "people": {"publishers/alice/1.yaml": "<its text>", …}, "proven": ["<identity of a version>", …]}

Everything in it was verified before it was written; nobody vouches for it but the file system. `frontier` belongs to
the log's size in the snapshot (`packyard.formats.frontier`), `partial` is the length in bytes of the last bundle of
entries that is not full, so that only what follows need be fetched, or 0. From the entry `scanned` on the client has
read every entry of the log; what it has read or proven stands in the first `written` bytes of the file `entries` beside
this one, as lines of index and entry. `people` are the verified files of publishers and organisations, `proven` the
versions whose signature was verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, canonical, snapshot, strict, trustfile
from packyard.formats.frontier import Frontier, is_whole
from packyard.formats.snapshot import Snapshot
from packyard.registry import Trust

FORMAT = "packyard/client-state/1"
#: More than this no state is.
LIMIT = 1 << 26

_MEMBERS = {
    "format": str,
    "origin": str,
    "trusts": list,
    "snapshot": str,
    "signature": str,
    "checkpoint": str,
    "frontier": list,
    "partial": int,
    "scanned": int,
    "written": int,
    "people": dict,
    "proven": list,
}


class State(NamedTuple):
    """What is remembered. The texts are those of the files that were verified last."""

    origin: str
    trusts: tuple[bytes, ...]
    snapshot: bytes
    signature: bytes
    checkpoint: bytes
    frontier: Frontier
    partial: int
    scanned: int
    written: int
    people: Mapping[str, bytes]
    proven: tuple[str, ...] = ()

    @property
    def head(self) -> Snapshot:
        """The newest snapshot that was accepted."""
        return snapshot.parse_snapshot(self.snapshot)

    @property
    def trust(self) -> Trust:
        """The newest trust file that was accepted."""
        return trustfile.parse_trust(self.trusts[-1])


def format_state(state: State) -> bytes:
    """The text of a state."""
    return canonical.pretty(
        {
            "format": FORMAT,
            "origin": state.origin,
            "trusts": [text.decode() for text in state.trusts],
            "snapshot": state.snapshot.decode(),
            "signature": state.signature.decode(),
            "checkpoint": state.checkpoint.decode(),
            "frontier": [b64.encode(each) for each in state.frontier.hashes],
            "partial": state.partial,
            "scanned": state.scanned,
            "written": state.written,
            "people": {path: text.decode() for path, text in sorted(state.people.items())},
            "proven": list(state.proven),
        }
    )


def parse_state(data: bytes) -> State:
    """The exact inverse of `format_state`. Raises `state-invalid`: the file was changed or damaged."""
    try:
        value = strict.load_json(data, LIMIT).value
        _check(value)
        head = snapshot.parse_snapshot(value["snapshot"].encode())
        state = State(
            value["origin"],
            tuple(text.encode() for text in value["trusts"]),
            value["snapshot"].encode(),
            value["signature"].encode(),
            value["checkpoint"].encode(),
            Frontier(head.log_size, tuple(map(b64.decode, value["frontier"]))),
            value["partial"],
            value["scanned"],
            value["written"],
            {path: text.encode() for path, text in value["people"].items()},
            tuple(value["proven"]),
        )
        whole = is_whole(state.frontier) and state.trust.number == len(state.trusts) and state.origin == head.origin
    except (ValueError, AttributeError, TypeError) as error:
        raise _invalid(str(error)) from None
    if not whole or format_state(state) != data:
        raise _invalid("it is not in its canonical form")
    return state


def format_known(known: Mapping[int, bytes]) -> list[bytes]:
    """Entries by index as lines of the file `entries`, without line feeds."""
    return [b"%d %b" % pair for pair in sorted(known.items())]


def parse_known(data: bytes) -> dict[int, bytes]:
    """The inverse of `format_known`, for lines with their line feeds. Raises `state-invalid`."""
    found = dict[int, bytes]()
    for line in data.splitlines():
        index, space, entry = line.partition(b" ")
        if not space or not index.isdigit():
            raise _invalid(line[:80].decode("utf-8", "replace"))
        found[int(index)] = entry
    return found


def _check(value: Any) -> None:
    if not isinstance(value, dict) or value.keys() != _MEMBERS.keys() or value["format"] != FORMAT:
        raise _invalid("it is of another format")
    for name, kind in _MEMBERS.items():
        if type(value[name]) is not kind:
            raise _invalid(f"`{name}` is of another type")


def _invalid(found: str) -> FormatError:
    return FormatError(
        "state-invalid",
        "what is remembered of the registry cannot be read",
        found=found,
        help="look at the file; whoever removes it forgets what the registry has said so far, and trusts it anew",
    )

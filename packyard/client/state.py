"""What a client remembers of a registry: `state.json`, in a folder of the registry's own.

    {"format": "packyard/client-state/1", "origin": "packs.example.org",
     "trusts": ["<the text of trust/1.json>", …], "since": [5120, …], "root": "RWQ…",
     "snapshot": "<the text of SNAPSHOT>", "signature": "<of SNAPSHOT.minisig>", "checkpoint": "<of log/checkpoint>",
     "frontier": ["<base64 of a hash>", …], "partial": 4711, "scanned": 0, "begun": 0, "written": 52113,
     "people": {"publishers/alice/1.yaml": "<its text>", …}}

Everything in it was verified before it was written; nobody vouches for it but the file system. `since` is, for each
trust file, the size of the log when it was first known to be there; `root` the root key that was given and has signed
the first of them, or "". `frontier` belongs to the log's size in the snapshot (`packyard.formats.frontier`), `partial`
is the length in bytes of the last bundle of entries that is not full, so that only what follows need be fetched, or 0.
From the entry `scanned` on the client has read every entry of the log; what it has read or proven stands in the file
`entries` beside this one, from the byte `begun` to the byte `written`, as lines of index and entry. `people` are the
verified files of publishers and organisations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from packyard.errors import FormatError
from packyard.formats import b64, canonical, minisign, note, snapshot, strict, trustfile
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
    "since": list,
    "root": str,
    "snapshot": str,
    "signature": str,
    "checkpoint": str,
    "frontier": list,
    "partial": int,
    "scanned": int,
    "begun": int,
    "written": int,
    "people": dict,
}
_LINE = re.compile(rb"(0|[1-9][0-9]{0,15}) (.*)")


class State(NamedTuple):
    """What is remembered. The texts are those of the files that were verified last."""

    origin: str
    trusts: tuple[bytes, ...]
    since: tuple[int, ...]
    root: str
    snapshot: bytes
    signature: bytes
    checkpoint: bytes
    frontier: Frontier
    partial: int
    scanned: int
    begun: int
    written: int
    people: Mapping[str, bytes]

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
            "since": list(state.since),
            "root": state.root,
            "snapshot": state.snapshot.decode(),
            "signature": state.signature.decode(),
            "checkpoint": state.checkpoint.decode(),
            "frontier": [b64.encode(each) for each in state.frontier.hashes],
            "partial": state.partial,
            "scanned": state.scanned,
            "begun": state.begun,
            "written": state.written,
            "people": {path: text.decode() for path, text in sorted(state.people.items())},
        }
    )


def parse_state(data: bytes) -> State:
    """The exact inverse of `format_state`. Raises `state-invalid`: the file was changed or damaged."""
    try:
        value = strict.load_json(data, LIMIT).value
        _check(value)
        state = _state(value)
        minisign.parse_signature(state.signature)
        note.parse_note(state.checkpoint)
        whole = format_state(state) == data and _is_whole(state)
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        raise _invalid(str(error)) from None
    if not whole:
        raise _invalid("its parts do not fit together")
    return state


def format_known(known: Mapping[int, bytes]) -> list[bytes]:
    """Entries by index as lines of the file `entries`, without line feeds."""
    return [b"%d %b" % pair for pair in sorted(known.items())]


def parse_known(data: bytes) -> dict[int, bytes]:
    """The inverse of `format_known`, for lines with their line feeds. Raises `state-invalid`."""
    found = dict[int, bytes]()
    *lines, rest = data.split(b"\n")
    for line in lines:
        match = _LINE.fullmatch(line)
        if not match:
            raise _invalid(ascii(line[:80]))
        found[int(match[1])] = match[2]
    if rest:
        raise _invalid(ascii(rest[:80]))
    return found


def check_known(state: State, known: Mapping[int, bytes], length: int) -> None:
    """Returns when every entry is there that the state says was read, `length` being the bytes of the file `entries`.
    Raises `state-invalid`.
    """
    size = state.frontier.size
    if length < state.written or sum(state.scanned <= index < size for index in known) != size - state.scanned:
        raise _invalid("entries of the log that were read are missing")


def _state(value: Mapping[str, Any]) -> State:
    text, signature, checkpoint = (value[name].encode() for name in ("snapshot", "signature", "checkpoint"))
    size = snapshot.parse_snapshot(text).log_size
    return State(
        value["origin"],
        tuple(text.encode() for text in value["trusts"]),
        tuple(value["since"]),
        value["root"],
        text,
        signature,
        checkpoint,
        Frontier(size, tuple(map(b64.decode, value["frontier"]))),
        value["partial"],
        value["scanned"],
        value["begun"],
        value["written"],
        {path: text.encode() for path, text in value["people"].items()},
    )


def _is_whole(state: State) -> bool:
    """Whether the parts of a state can belong together."""
    since, size = state.since, state.frontier.size
    ordered = all(type(each) is int for each in since) and all(one <= two for one, two in pairwise((0, *since, size)))
    counted = 0 <= state.begun <= state.written and 0 <= state.scanned <= size and state.partial >= 0
    trusted = state.trust.number == len(state.trusts) == len(since) and state.origin == state.head.origin
    return ordered and counted and trusted and is_whole(state.frontier)


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

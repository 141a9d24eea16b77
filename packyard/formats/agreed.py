"""Reading `packyard/agreement/1`: who agreed about a snapshot of a registry, as `packyard agreement` wrote it.

`registry-src/agreement.json` is such a document, put there by whoever runs the registry:

    {"format": "packyard/agreement/1", "origin": "packs.example.org", "snapshot": 42, "commit": HEX,
     "log": {"size": 5120, "root": BASE64}, "quorum": 2, "cosigned": 2,
     "witnesses": [{"name": N, "vkey": VKEY, "standing": "agrees", "size": 5120, "root": BASE64, "time": RFC3339}, …],
     "rebuilds": [{"by": N, "key": KEYID, "snapshot": 42, "commit": HEX, "same": true, "differences": 0,
                   "depth": "files", "current": true}, …]}

It is the operator's word about signatures that were verified when it was made; it says nothing of any later snapshot.
`standing` is `agrees`, `earlier`, `later` or `silent` (`packyard.agreement`). Of a silent witness, size and time are
null. Other members are passed over.
"""

from __future__ import annotations

from typing import NamedTuple

from packyard.errors import FormatError
from packyard.formats.fields import Fields, shown
from packyard.formats.registry import check_origin
from packyard.formats.strict import load_json

FORMAT = "packyard/agreement/1"
STANDINGS = ("agrees", "earlier", "later", "silent")

#: The most bytes of the document.
LIMIT = 1 << 20
_MOST = 2**53 - 1


class Witness(NamedTuple):
    """What is known of a witness: how it stands, how many entries it cosigned, and when, as it says; 0 and "" when it
    is silent.
    """

    name: str
    standing: str
    size: int
    time: str


class Rebuilt(NamedTuple):
    """What somebody found who built the site again: the snapshot, and in how many files it differs."""

    by: str
    key: str
    snapshot: int
    same: bool
    differences: int


class Agreed(NamedTuple):
    """Who agreed about a snapshot."""

    snapshot: int
    commit: str
    size: int
    quorum: int
    witnesses: tuple[Witness, ...]
    rebuilds: tuple[Rebuilt, ...]

    @property
    def cosigned(self) -> int:
        """How many witnesses have cosigned the very head of that snapshot."""
        return sum(each.standing == "agrees" for each in self.witnesses)


def parse_agreed(data: bytes, origin: str) -> Agreed:
    """The document about the registry `origin`. Raises `FormatError`, all errors at once."""
    fields = Fields(load_json(data, LIMIT))
    fields.choice("format", [FORMAT])
    if fields.required_text("origin", check=check_origin) not in ("", origin):
        fields.refuse("field-invalid", "is about another registry", "origin", expected=origin)
    log = fields.mapping("log")
    agreed = Agreed(
        fields.number("snapshot", None, low=1, high=_MOST),
        fields.required_text("commit", limit=64, check=_check_hex),
        log.number("size", None, low=0, high=_MOST),
        fields.number("quorum", None, low=0, high=1000),
        tuple(map(_witness, fields.each("witnesses"))),
        tuple(map(_rebuilt, fields.each("rebuilds"))),
    )
    fields.finish(keep_unknown=True)
    return agreed


def _witness(fields: Fields) -> Witness:
    standing = fields.choice("standing", STANDINGS)
    silent = standing == "silent"
    size = 0 if silent else fields.number("size", None, low=0, high=_MOST)
    return Witness(fields.required_text("name"), standing, size, "" if silent else fields.required_text("time"))


def _rebuilt(fields: Fields) -> Rebuilt:
    return Rebuilt(
        fields.required_text("by"),
        fields.required_text("key", limit=16),
        fields.number("snapshot", None, low=1, high=_MOST),
        fields.boolean("same", False),
        fields.number("differences", None, low=0, high=_MOST),
    )


def _check_hex(text: str) -> None:
    if not text or not set(text) <= set("0123456789abcdef"):
        raise FormatError("field-invalid", "is not the id of a commit", expected="hex digits", found=shown(text))

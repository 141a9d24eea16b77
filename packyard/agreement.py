"""Who agrees about a registry: witnesses that cosigned its log, and people who rebuilt its site.

`packyard/agreement/1`, as JSON and as a page:

    {"format": "packyard/agreement/1", "origin": "packs.example.org", "snapshot": 42, "commit": HEX,
     "log": {"size": 5120, "root": BASE64}, "quorum": 2, "cosigned": 2,
     "witnesses": [{"name": N, "vkey": VKEY, "standing": "agrees", "size": 5120, "root": BASE64, "time": RFC3339}, …],
     "rebuilds": [{"by": N, "key": KEYID, "snapshot": 42, "commit": HEX, "same": true, "differences": 0,
                   "depth": "files", "current": true}, …]}

There is one entry for each witness that the trust file names, about the largest head that it cosigned: it `agrees` when
that is the site's own head, its `earlier` one is a part of the site's log, a `later` one cannot be judged from this
site, and of one that is `silent` nothing is known. `cosigned` counts those that agree. A rebuild is `current` when it
is about this very snapshot. Whoever makes the document has verified every signature that it speaks of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from packyard.formats import b64, canonical, note
from packyard.formats.checkpoint import Checkpoint
from packyard.formats.snapshot import Snapshot
from packyard.formats.times import format_time
from packyard.rebuilt import Rebuild
from packyard.registry import Trust

FORMAT = "packyard/agreement/1"
AGREES, EARLIER, LATER, SILENT = "agrees", "earlier", "later", "silent"
#: Later times than the end of the year 9999 have no text.
_LAST_TIME = 253_402_300_799


class Sighting(NamedTuple):
    """A head that a witness cosigned, at a time in seconds since 1970, as it says."""

    witness: note.VerifierKey
    head: Checkpoint
    time: int


class Report(NamedTuple):
    """A verified report of a rebuild: who says so, and the id of the key that signed."""

    by: str
    key: str
    rebuild: Rebuild


class Standing(NamedTuple):
    """What is known of a witness; no head and the time 0 of one that is silent."""

    witness: note.VerifierKey
    standing: str
    head: Checkpoint | None
    time: int


class Agreement(NamedTuple):
    """Who agrees about a snapshot."""

    snapshot: Snapshot
    quorum: int
    standings: tuple[Standing, ...]
    reports: tuple[Report, ...]

    @property
    def cosigned(self) -> int:
        """How many witnesses have cosigned the very head of the site."""
        return sum(each.standing == AGREES for each in self.standings)

    def is_current(self, report: Report) -> bool:
        """Whether a report is about this very snapshot."""
        found, own = report.rebuild, self.snapshot
        about = (found.origin, found.snapshot, found.commit, found.log_size, found.log_root, found.sums)
        sums = (own.index_json, own.index_sums, own.site_sums)
        return about == (own.origin, own.number, own.commit, own.log_size, b64.encode(own.log_root), sums)


def agree(snapshot: Snapshot, trust: Trust, sightings: Iterable[Sighting], reports: Iterable[Report]) -> Agreement:
    """What follows from sightings that do not contradict the site's log, and from reports about this registry."""
    largest = dict[note.VerifierKey, Sighting]()
    for each in sightings:
        known = largest.setdefault(each.witness, each)
        if (each.head.size, each.time) > (known.head.size, known.time):
            largest[each.witness] = each
    witnesses = [note.parse_vkey(text) for text in trust.witnesses]
    standings = tuple(_standing(key, largest.get(key), snapshot) for key in witnesses)
    return Agreement(snapshot, trust.quorum, standings, tuple(reports))


def _standing(witness: note.VerifierKey, seen: Sighting | None, snapshot: Snapshot) -> Standing:
    if seen is None:
        return Standing(witness, SILENT, None, 0)
    size = seen.head.size
    standing = AGREES if size == snapshot.log_size else EARLIER if size < snapshot.log_size else LATER
    return Standing(witness, standing, seen.head, seen.time)


def when(time: int) -> str:
    """A time as a witness says it; one that is no date of ours as its number."""
    return format_time(time) if 0 <= time <= _LAST_TIME else str(time)


def format_agreement(agreement: Agreement) -> bytes:
    """The document."""
    return canonical.pretty({"format": FORMAT, **as_object(agreement)})


def as_object(agreement: Agreement) -> dict[str, object]:
    """The members of the document, without its format."""
    own = agreement.snapshot
    return {
        "origin": own.origin,
        "snapshot": own.number,
        "commit": own.commit,
        "log": {"size": own.log_size, "root": b64.encode(own.log_root)},
        "quorum": agreement.quorum,
        "cosigned": agreement.cosigned,
        "witnesses": [_witness(each) for each in agreement.standings],
        "rebuilds": [_rebuild(each, agreement.is_current(each)) for each in agreement.reports],
    }


def _witness(each: Standing) -> dict[str, object]:
    return {
        "name": each.witness.name,
        "vkey": note.format_vkey(each.witness),
        "standing": each.standing,
        "size": each.head.size if each.head else None,
        "root": b64.encode(each.head.root) if each.head else None,
        "time": when(each.time) if each.head else None,
    }


def _rebuild(each: Report, current: bool) -> dict[str, object]:
    found = each.rebuild
    return {
        "by": each.by,
        "key": each.key,
        "snapshot": found.snapshot,
        "commit": found.commit,
        "same": found.same,
        "differences": found.total,
        "depth": found.depth,
        "current": current,
    }


# --- the page ---

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Who agrees about {origin}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 2rem }}
th, td {{ text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8888; vertical-align: top }}
code {{ overflow-wrap: anywhere }}
</style>
</head>
<body>
<main>
<h1>Who agrees about {origin}</h1>
<p>Snapshot {snapshot} of commit <code>{commit}</code>. Its log has {size} entries and the root <code>{root}</code>.</p>
<h2>Witnesses</h2>
<p>{quorum}</p>
{witnesses}
<h2>Rebuilds</h2>
<p>{rebuilt}</p>
{rebuilds}
</main>
</body>
</html>
"""
_MEANING = {
    AGREES: "has cosigned this head",
    EARLIER: "has cosigned an earlier head of this log",
    LATER: "has cosigned a later head, which this copy does not have yet",
    SILENT: "nothing is known",
}


def render_page(agreement: Agreement) -> bytes:
    """The page: one file without scripts that loads nothing. All text is escaped."""
    own, count = agreement.snapshot, len(agreement.standings)
    current = [each for each in agreement.reports if agreement.is_current(each)]
    same = sum(each.rebuild.same for each in current)
    witnesses = _table(("witness", "what", "entries", "when"), map(_witness_row, agreement.standings))
    rows = (_rebuild_row(each, agreement.is_current(each)) for each in agreement.reports)
    rebuilds = _table(("by", "key", "snapshot", "commit", "what"), rows)
    return _PAGE.format(
        origin=escape(own.origin),
        snapshot=own.number,
        commit=escape(own.commit),
        size=own.log_size,
        root=b64.encode(own.log_root),
        quorum=f"{agreement.cosigned} of {count} have cosigned this head; clients demand {agreement.quorum}.",
        witnesses=witnesses,
        rebuilt=f"{same} of {len(current)} reports about this snapshot say that its source makes this very site.",
        rebuilds=rebuilds,
    ).encode()


def _witness_row(each: Standing) -> tuple[object, ...]:
    facts = (each.head.size, when(each.time)) if each.head else ("", "")
    return (each.witness.name, _MEANING[each.standing], *facts)


def _rebuild_row(each: Report, current: bool) -> tuple[object, ...]:
    found = each.rebuild
    verdict = "the same" if found.same else f"{found.total} differences"
    how = verdict + ("" if found.depth == "files" else ", lists alone") + ("" if current else ", another snapshot")
    return each.by, each.key, found.snapshot, found.commit, how


def _table(names: Iterable[str], rows: Iterable[tuple[object, ...]]) -> str:
    return "\n".join(("<table>", _row("th", names), *(_row("td", row) for row in rows), "</table>"))


def _row(tag: str, cells: Iterable[object]) -> str:
    return "<tr>" + "".join(_cells(tag, cells)) + "</tr>"


def _cells(tag: str, cells: Iterable[object]) -> Iterator[str]:
    for cell in cells:
        yield f"<{tag}>{escape(str(cell))}</{tag}>"

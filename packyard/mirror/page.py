"""The parity matrix as a page: one static file that loads nothing. Everything in it is quoted."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from packyard.formats.times import format_time
from packyard.mirror.parity import SAME, Matrix, Row

#: With more rows than this, those that are the same everywhere are left out.
ROWS = 2_000

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}th,td{border:1px solid #8886;padding:.25rem .6rem;text-align:left}
code{font-size:.85em}.missing,.differs,.forked{background:#d332}.stale,.expired{background:#da32}.unknown{background:#8882}
"""


def page(matrix: Matrix) -> str:
    """The page."""
    return "".join(_parts(matrix))


def _parts(matrix: Matrix) -> Iterator[str]:
    title = f"Mirrors of {escape(matrix.origin or 'an unknown registry')}"
    yield (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        f"<h1>{title}</h1>\n<p>Checked {format_time(matrix.made_at)}. {_HOW[matrix.read]}</p>\n"
    )
    yield from _mirrors(matrix)
    for one, other in matrix.forks:
        yield f'<p class="forked"><strong>Forked:</strong> {escape(one)} and {escape(other)} show two histories.</p>\n'
    yield from _versions(matrix)
    yield "</html>\n"


_HOW = {
    "archives": "Every archive was read and compared.",
    "lists": "Signed lists were compared; no archive was read.",
}


def _mirrors(matrix: Matrix) -> Iterator[str]:
    yield "<h2>Mirrors</h2>\n<table>\n<tr><th>mirror<th>snapshot<th>issued<th>expires<th>log<th>versions\n"
    for column, mirror in enumerate(matrix.mirrors):
        head, place = mirror.snapshot, escape(mirror.place)
        if head is None:
            why = escape(mirror.problem.message) if mirror.problem else ""
            yield f'<tr class="unknown"><td>{place}<td colspan="5">unknown: {why}\n'
            continue
        counts = ", ".join(f"{number} {state}" for state, number in matrix.counts(column).items() if number)
        expired = ' class="expired"' if mirror.expired else ""
        yield (
            f"<tr><td>{place}<td>{head.number}<td>{format_time(head.issued)}<td{expired}>{format_time(head.expires)}"
            f'<td class="{mirror.log}">{head.log_size} entries, {mirror.log}<td>{counts}\n'
        )
    yield "</table>\n"


def _versions(matrix: Matrix) -> Iterator[str]:
    rows = matrix.rows
    if len(rows) > ROWS:
        rows = tuple(row for row in rows if any(cell.state != SAME for cell in row.cells))
        yield f"<p>{len(matrix.rows) - len(rows)} versions are the same everywhere and not shown.</p>\n"
    yield "<h2>Versions</h2>\n<table>\n<tr><th>version"
    yield "".join(f"<th>{escape(mirror.place)}" for mirror in matrix.mirrors) + "\n"
    yield from map(_row, rows)
    yield "</table>\n"


def _row(row: Row) -> str:
    cells = (
        f'<td class="{cell.state}">{cell.state}' + (f" <code>{escape(cell.digest[:12])}</code>" if cell.digest else "")
        for cell in row.cells
    )
    return f"<tr><td>{escape(row.pack)}@{escape(row.version)}{''.join(cells)}\n"

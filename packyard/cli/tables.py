"""Tables: aligned and coloured on a terminal, tab-separated lines elsewhere.

    columns = (Column("NAME", "bold"), Column("LATEST"), Column("DESCRIPTION", gives_way=True))
    show(columns, [("hello", "1.2.0", "Greets whoever opens the project")])

On a terminal there is a line of titles, every column is as wide as what is in it, and where the terminal is too narrow
the columns that give way are cut first, with an ellipsis. Elsewhere there are no titles, no colours and no cuts: one
line for each row, the same for the same rows, in UTF-8. In both, what is not printable is shown as an escape, so no
cell can hold a tab, a line end or a command of the terminal. Because in the logs of automation a line may be a command,
the first column holds checked names, or words of the program's own.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TextIO

from packyard.cli.terminal import colourful, paint, printable

GAP = "  "
#: A column that gives way is cut to this many cells before any other column is cut at all.
NARROW = 12


class Column(NamedTuple):
    """A column: its title, the colour of its cells (one of `terminal.paint`), whether it is aligned to the right, and
    whether it gives way where the terminal is narrow.
    """

    title: str
    colour: str = ""
    right: bool = False
    gives_way: bool = False


class Cell(NamedTuple):
    """A text with a colour of its own."""

    text: str
    colour: str = ""


#: The cells of a row, as many as there are columns.
Row = Sequence[str | Cell]


def show(columns: Sequence[Column], rows: Iterable[Row], stream: TextIO | None = None) -> None:
    """Prints rows to a stream, by default stdout; no rows, nothing."""
    stream = stream or sys.stdout
    if stream.isatty():
        lines = table(columns, list(rows), shutil.get_terminal_size().columns, colourful(stream))
    else:
        lines = plain(rows)
    stream.writelines(f"{line}\n" for line in lines)


def plain(rows: Iterable[Row]) -> list[str]:
    """The rows for programs: cells with tabs between them."""
    return ["\t".join(printable(_cell(cell).text) for cell in row) for row in rows]


def table(columns: Sequence[Column], rows: Sequence[Row], width: int, colour: bool) -> list[str]:
    """The rows for people, titles first, in lines of at most `width` cells of a terminal, unless there are more columns
    than that has room for. A column in which there is nothing is left out.
    """
    cells = [[Cell(printable(text), own) for text, own in map(_cell, row)] for row in rows]
    used = [at for at in range(len(columns)) if any(row[at].text for row in cells)]
    if not used:
        return []
    columns = [columns[at] for at in used]
    lines = [[Cell(column.title, "dim") for column in columns], *([row[at] for at in used] for row in cells)]
    wanted = [max(map(_width, (line[at].text for line in lines))) for at in range(len(columns))]
    widths = fitted(columns, wanted, width)
    return [_line(columns, line, widths, colour) for line in lines]


def fitted(columns: Sequence[Column], wanted: Sequence[int], width: int) -> list[int]:
    """The widths of columns that want so many cells and together have `width`. What is too much is taken cell by cell
    from the widest: of those that give way down to `NARROW`, then of all, down to one.
    """
    widths = [min(each, max(1, width)) for each in wanted]
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - width
    giving = [at for at, column in enumerate(columns) if column.gives_way]
    for chosen, least in ((giving, NARROW), (range(len(widths)), 1)):
        while excess > 0 and (wide := [at for at in chosen if widths[at] > least]):
            widths[max(wide, key=widths.__getitem__)] -= 1
            excess -= 1
    return widths


def cut(text: str, width: int) -> str:
    """The printable text in at most `width` cells of a terminal, with an ellipsis where something is missing."""
    if _width(text) <= width:
        return text
    from rich.cells import set_cell_size

    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def _line(columns: Sequence[Column], cells: Sequence[Cell], widths: Sequence[int], colour: bool) -> str:
    parts = []
    for column, cell, width in zip(columns, cells, widths, strict=True):
        text = cut(cell.text, width)
        space = " " * (width - _width(text))
        name = cell.colour or column.colour
        shown = paint(text, name, colour and bool(name and text))
        parts.append(space + shown if column.right else shown + space)
    return GAP.join(parts).rstrip()


def _cell(cell: str | Cell) -> Cell:
    return cell if isinstance(cell, Cell) else Cell(cell)


def _width(text: str) -> int:
    """The cells of a terminal that a printable text takes: two for each ideograph, none for a combining mark."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)

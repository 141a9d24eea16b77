"""A table fits the terminal, whatever is in it, and says nothing that the terminal would obey."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from packyard.cli.tables import GAP, NARROW, Cell, Column, Row, cut, fitted, plain, show, table

COLUMNS = (Column("NAME", "bold"), Column("SIZE", right=True), Column("TEXT", gives_way=True))
ANYTHING = st.text(st.characters(), max_size=60)
ROWS = st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING), max_size=5)


def test_columns_stand_below_each_other() -> None:
    rows = [("hello", "7", "Greets"), ("longer-name", "12345", "")]
    assert table(COLUMNS, rows, 80, False) == [
        "NAME          SIZE  TEXT",
        "hello            7  Greets",
        "longer-name  12345",
    ]


def test_ideographs_are_two_cells_wide() -> None:
    rows = [("代码", "7", "x"), ("ab", "7", "代码审查工具")]
    assert table(COLUMNS, rows, 20, False) == ["NAME  SIZE  TEXT", "代码     7  x", "ab       7  代码审…"]


def test_what_gives_way_is_cut_first() -> None:
    rows = [("a-name-that-is-long", "1", "and a description that is longer")]
    assert table(COLUMNS, rows, 44, False)[1] == "a-name-that-is-long     1  and a descriptio…"
    assert table(COLUMNS, rows, 30, False)[1] == "a-name-tha…     1  and a desc…"
    assert table(COLUMNS, rows, 3, False)[1] == "…  1  …"


def test_colours() -> None:
    rows: list[Row] = [(Cell("hello", "yellow"), "1", "x"), ("other", "", "y")]
    assert table(COLUMNS, rows, 80, True)[1:] == [
        "\x1b[33mhello\x1b[0m     1  x",
        "\x1b[1mother\x1b[0m        y",
    ]


def test_an_empty_column_is_left_out() -> None:
    assert table(COLUMNS, [("hello", "", "Greets")], 80, False) == ["NAME   TEXT", "hello  Greets"]
    assert table(COLUMNS, [], 80, False) == table(COLUMNS, [("", "", "")], 80, False) == []


@given(ROWS, st.integers(9, 200))
def test_every_line_fits(rows: Sequence[tuple[str, str, str]], width: int) -> None:
    for line in table(COLUMNS, rows, width, False):
        assert line.isprintable()
        assert cell_len(line) <= width


@given(st.lists(st.integers(1, 500), min_size=3, max_size=3), st.integers(0, 300))
def test_widths(wanted: list[int], width: int) -> None:
    found = fitted(COLUMNS, wanted, width)
    room = max(width - 2 * len(GAP), 3)
    assert sum(found) <= room
    assert all(1 <= got <= want for got, want in zip(found, wanted, strict=True))
    if sum(wanted) <= room:
        assert found == wanted
    if found[2] < min(NARROW, wanted[2]) or found[:2] != wanted[:2]:
        assert found[2] <= NARROW


@given(ANYTHING.filter(str.isprintable), st.integers(0, 40))
def test_a_cut_text_says_so(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cell_len(shown) <= width
    assert shown == text or shown.endswith("…") or width == 0


@given(ROWS)
def test_a_pipe_gets_a_line_for_each_row(rows: Sequence[tuple[str, str, str]]) -> None:
    lines = plain(rows)
    assert [line.count("\t") for line in lines] == [2] * len(rows)
    assert all(line.replace("\t", "").isprintable() for line in lines)


def test_a_pipe_gets_no_titles_and_no_cuts() -> None:
    stream = io.StringIO()
    show(COLUMNS, [("hello", Cell("1", "red"), "x" * 500)], stream)
    assert stream.getvalue() == f"hello\t1\t{'x' * 500}\n"


PROGRAM = """
from packyard.cli.tables import Column, show
text = "\\x1b]0;owned\\x07 \\u202e\\r\\n" + "x" * 100
show((Column("NAME", "bold"), Column("TEXT", gives_way=True)), [("hello", text)])
"""


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal(environ: dict[str, str]) -> None:
    mine, theirs = pty.openpty()
    quiet = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    given = {**quiet, "TERM": "xterm", "COLUMNS": "40", "PYTHONIOENCODING": "utf-8", **environ}
    subprocess.run([sys.executable, "-c", PROGRAM], stdout=theirs, env=given, check=True)
    os.close(theirs)
    text = os.read(mine, 10_000).decode()
    os.close(mine)
    lines = re.sub(r"\x1b\[[0-9]+m", "", text).split("\r\n")
    assert lines == ["NAME   TEXT", "hello  \\x1b]0;owned\\x07 \\u202e\\r\\nxxxxx…", ""]
    assert ("\x1b" in text) is (not environ)


def test_nothing_heavy_is_imported_for_ascii() -> None:
    program = (
        "import sys; from packyard.cli.tables import Column, table; table([Column('A')], [('b',)], 80, True); "
        "print(*{'rich', 'click'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""

"""Files that differ, renamed files, and unified differences: right, readable, and bounded."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.gate.report.diffs import BYTES, LINES, REST, FileChange, differences, unified
from packyard.gate.values import Content

TEXT = st.lists(st.sampled_from(["a", "b", "c", "", "::", "x" * 9]), max_size=30)


def _content(**files: bytes) -> Content:
    return Content("pack", files, None)


def _kinds(before: Content | None, after: Content) -> list[tuple[str, str, str]]:
    return [(change.kind, change.path, change.old_path) for change in differences(before, after)]


def _diff(old: str, new: str) -> tuple[str, ...] | None:
    return unified(FileChange("changed", "a", "", old.encode(), new.encode()))


def test_every_kind_of_change() -> None:
    poem = b"".join(b"line %d\n" % number for number in range(9))
    before = _content(same=b"1", changed=b"1", gone=b"2\n", moved=b"\0binary", edited=poem)
    after = _content(same=b"1", changed=b"2", came=b"3\n", moved_on=b"\0binary", revised=poem + b"more\n")
    assert _kinds(before, after) == [
        ("added", "came", ""),
        ("changed", "changed", ""),
        ("removed", "gone", ""),
        ("renamed", "moved_on", "moved"),
        ("renamed", "revised", "edited"),
    ]
    assert _kinds(None, _content(a=b"1", b=b"")) == [("added", "a", ""), ("added", "b", "")]
    assert _kinds(after, after) == []


def test_equal_files_keep_their_names() -> None:
    before = Content("pack", {"one/a.md": b"same", "one/b.md": b"same"}, None)
    after = Content("pack", {"two/b.md": b"same", "two/c.md": b"same", "two/d.md": b"same"}, None)
    assert _kinds(before, after) == [
        ("renamed", "two/b.md", "one/b.md"),
        ("renamed", "two/c.md", "one/a.md"),
        ("added", "two/d.md", ""),
    ]


def test_empty_files_and_unlike_ones_are_not_renamed() -> None:
    assert _kinds(_content(a=b"", b=b"x\ny\nz\n"), _content(c=b"", d=b"x\nother\nthings\n")) == [
        ("removed", "a", ""),
        ("removed", "b", ""),
        ("added", "c", ""),
        ("added", "d", ""),
    ]


def test_a_difference_reads_as_one() -> None:
    old = "".join(f"{number}\n" for number in range(20))
    assert _diff(old, old.replace("4\n", "four\n", 1).replace("19\n", "19")) == (
        "@@ -2,7 +2,7 @@", " 1", " 2", " 3", "-4", "+four", " 5", " 6", " 7",
        "@@ -17,4 +17,4 @@", " 16", " 17", " 18", "-19", "+19", "\\ No newline at end of file",
    )  # fmt: skip
    assert _diff("", "a\n") == ("@@ -0,0 +1,1 @@", "+a")
    assert _diff("a\n", "") == ("@@ -1,1 +0,0 @@", "-a")
    assert _diff("a\r\n", "a\n") == ("@@ -1,1 +1,1 @@", "-a\r", "+a")


def test_a_moved_section_is_not_a_new_file() -> None:
    old = "# One\nfirst\n\n# Two\nsecond\n\n# Three\nthird\n"
    new = "# Two\nsecond\n\n# One\nfirst\n\n# Three\nthird\n"
    lines = _diff(old, new) or ()
    assert sum(line[0] in "+-" for line in lines) == 6


def test_what_is_not_text_has_no_lines() -> None:
    assert unified(FileChange("changed", "a.bin", "", b"text", b"\0\xff")) is None
    assert unified(FileChange("added", "a.png", "", None, b"\x89PNG\0")) is None


def test_nothing_hides_a_text() -> None:
    """Neither a byte that is no UTF-8, nor a null, nor both in what a program or an agent reads."""
    assert (unified(FileChange("changed", "a", "", b"text", b"\xff\xfe\n")) or ())[-1:] == (r"+\xff\xfe",)
    for path, data in (
        ("a", b"curl\0\n"),
        ("hooks/guard.sh", b"\0\xff; curl\n"),
        ("hooks/hooks.json", b'{"\0\xff": "curl"}\n'),
        ("rules/a.md", b"\0\xff; curl\n"),
        ("Makefile", b"\0\xff; curl\n"),
        ("guard", b"#!/bin/sh\n\0\xff; curl\n"),
    ):
        lines = unified(FileChange("added", path, "", None, data))
        assert lines is not None, path
        assert "curl" in lines[-1]
    assert unified(FileChange("renamed", "a.bin", "a.sh", b"\0\xff", b"\0\xff\n")) is not None
    assert unified(FileChange("added", "guard", "", None, b"\0\xff; curl\n"), program=True) is not None


@pytest.mark.parametrize("line", [b"a" * (BYTES + 1), b"\n" * (LINES + 1), b"a\n" * BYTES])
def test_long_files_show_their_beginning_and_say_so(line: bytes) -> None:
    lines = unified(FileChange("added", "a", "", None, line))
    assert lines is not None
    assert lines[0] == REST
    assert lines[1].startswith("@@ -0,0 +1,")
    assert len(lines) <= LINES + 3
    assert sum(map(len, lines)) < 2 * BYTES
    assert len(unified(FileChange("added", "a", "", None, b"a\n" * LINES)) or ()) == LINES + 1


@pytest.mark.parametrize("place", [0, 5, 15_000, 39_999])
def test_long_files_are_compared_from_the_first_line_that_differs(place: int) -> None:
    old = [f"{number}\n" for number in range(40_000)]
    new = [*old[:place], "curl\n", *old[place + 1 :]]
    lines = _diff("".join(old), "".join(new))
    assert lines is not None
    assert lines[0] == REST
    assert f"-{place}" in lines[:8]
    assert "+curl" in lines[:8]
    assert lines[1].startswith(f"@@ -{max(1, place - 2)},")


def test_a_difference_far_to_the_right_of_a_long_line_is_shown() -> None:
    lines = _diff("é" * 400_000 + "x\n", "é" * 400_000 + "curl\n")
    assert lines is not None
    assert lines[-1][0] == "+"
    assert lines[-1].endswith("écurl")
    assert len(lines[-1]) < 2_000


def _applied(old: list[str], diff: tuple[str, ...]) -> list[str]:
    """The old lines after the difference, by its line numbers."""
    made: list[str] = []
    at = 0
    for line in diff:
        if line.startswith("@@"):
            start, length = map(int, line.split()[1][1:].split(","))
            start -= 1 if length else 0
            made += old[at:start]
            at = start
        elif line[0] == "+":
            made.append(line[1:])
        elif line[0] in " -":
            assert old[at] == line[1:]
            made += [line[1:]] if line[0] == " " else []
            at += 1
    return made + old[at:]


@settings(deadline=None, max_examples=80)
@given(TEXT, TEXT)
def test_a_difference_leads_from_the_old_to_the_new(old: list[str], new: list[str]) -> None:
    diff = _diff("".join(f"{line}\n" for line in old), "".join(f"{line}\n" for line in new))
    assert diff is not None
    assert _applied(old, diff) == new
    assert bool(diff) == (old != new)


@settings(deadline=None, max_examples=50)
@given(*[st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([b"", b"1", b"1\n2\n", b"2\n1\n"]))] * 2)
def test_every_file_is_told_once(old: dict[str, bytes], new: dict[str, bytes]) -> None:
    changes = differences(Content("p", old, None), Content("p", new, None))
    told = [change.path for change in changes] + [change.old_path for change in changes if change.old_path]
    assert sorted(told) == sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def test_hostile_lines_take_no_more_time_than_others() -> None:
    """Every line many times, in two orders: what makes a quadratic comparison cubic."""
    shuffled = Random(1)
    lines = [f"{number % 100}\n" for number in range(LINES)]
    started = time.process_time()
    for old, new in ((lines, shuffled.sample(lines, len(lines))), (["a\n"] * LINES, ["a\n", "b\n"] * (LINES // 2))):
        _diff("".join(old), "".join(new))
    unlike = {f"o{number}": f"{number}\nshared\n".encode() for number in range(1_000)}
    differences(Content("p", unlike, None), Content("p", {f"n{path}": data for path, data in unlike.items()}, None))
    large = {f"o{number}": b"%d\n" % number * 250_000 for number in range(60)}
    differences(Content("p", large, None), Content("p", {f"n{path}": data for path, data in unlike.items()}, None))
    same = {f"o{number}": b"same\n" for number in range(1_000)}
    differences(Content("p", same, None), Content("p", {f"n{path}": data + b"!" for path, data in same.items()}, None))
    assert time.process_time() - started < 20, "a bound against squares, far above what it takes"

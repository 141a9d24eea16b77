"""Reading shells: what is a command, and that hostile text is read in time in proportion to it."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from packyard.gate.running.command import TANGLED, commands, pipelines
from packyard.gate.running.passages import CODE, PROSE, SHELL
from packyard.gate.running.risks import risks
from packyard.gate.running.runs import Run
from packyard.gate.running.shell import read

_HOSTILE = r"""
    ( $( ` \ ' " $' $" <( >( {_ [[_ if_ case_x_in_ a=( <<E⏎ <<E_ |sh_ $x ${x:- a=$a$a; x=b;$x_ f(){_ (( $(( ) ;; & ⏎
    sh_-c_' eval_ sudo_ env_ echo_a|sh⏎ python_-c_" exec( fetch( os.system( $(curl_x) https://deno.land/ npx_x_ `a$x/y`_
    never_ fetch_https://x.e/_and_ import_" process.env git_clone_a/b⏎ cat_<<E⏎x⏎E⏎ x=$(curl_y);$x; find_-exec_
    do_shell_script_" eval(' curl_-o_a_x;sh_a; ~/.ssh/ JSON.stringify(process.env) alias_a='
"""
HOSTILE = tuple(piece.replace("_", " ").replace("⏎", "\n") for piece in _HOSTILE.split())


def words(text: str) -> list[tuple[str, ...]]:
    return [command.words for command in commands(read(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("git status", [("git", "status")]),
        ("a; b && c || d & e", [("a",), ("b",), ("c",), ("d",), ("e",)]),
        ("a | b |& c", [("a",), ("b",), ("c",)]),
        ("echo 'a b' \"c d\" e\\ f", [("echo", "a b", "c d", "e f")]),
        ("c''u\"r\"\\l x # curl y", [("curl", "x")]),
        ("$'\\x63url' x", [("curl", "x")]),
        ("curl${IFS}x", [("curl", "x")]),
        ("{curl,-s,x}", [("curl", "-s", "x")]),
        ("a \\\n  b", [("a", "b")]),
        ("a > f 2>&1 < g", [("a",)]),
        ("LANG=C sudo -u root nice -n 5 a b", [("a", "b")]),
        ("timeout -k 5 10 env X=1 a", [("a",)]),
        ("xargs -0 -I{} a {}", [("a", "{}")]),
        ("sh -c 'a; b'", [("sh", "-c", "a; b"), ("a",), ("b",)]),
        ('bash -lc "a $(b)"', [("bash", "-lc", "a $()"), ("b",), ("a", "$()")]),
        ("eval a b", [("eval", "a", "b"), ("a", "b")]),
        ("find . -exec a {} +", [("find", ".", "-exec", "a", "{}", "+"), ("a", "{}", "+")]),
        ("env -S 'a b'", [("env", "-S", "a b"), ("a", "b")]),
        ("alias x='a b'", [("alias", "x=a b"), ("a", "b")]),
        ("trap 'a b' EXIT", [("trap", "a b", "EXIT"), ("a", "b")]),
        ("cmd /c a b", [("cmd", "/c", "a", "b"), ("a", "b")]),
        ("echo 'a b' | sh", [("echo", "a b"), ("sh",), ("a", "b")]),
        ("X=a; $X b", [(), ("a", "b")]),
        ("X='a b'; $X c", [(), ("a", "b", "c")]),
        ("export X=a; ${X} b", [("export", "X=a"), ("a", "b")]),
        ("${X:-a} b", [("a", "b")]),
        ("X=$(a); $X b", [(), ("a",), ("$X", "b")]),
        ("for x in a b; do $x; done", [("for", "x", "in", "a", "b"), ("a", "b")]),
        ("if a; then b; else c; fi", [("a",), ("b",), ("c",)]),
        ("case $1 in a|b) c;; *) d;; esac", [("case", "$1", "in"), ("c",), ("d",)]),
        ("while read x; do a; done < f", [("read", "x"), ("a",)]),
        ("f() { a; }", [("function", "f"), ("a",)]),
        ("(a)", [("a",)]),
        ("a <(b)", [("a", "$()"), ("b",)]),
        ("echo $((1 + 2))", [("echo", "$()")]),
        ("[[ -f x && $y == z ]] && a", [("[[",), ("a",)]),
        ("a <<E\n$(b)\nE\nc", [("a",), ("b",), ("c",)]),
        ("a <<'E'\n$(b)\nE\nc", [("a",), ("c",)]),
        ("sh <<E\na\nE", [("sh",), ("a",)]),
        ("# a\n", []),
        ("", []),
    ],
)
def test_commands_of_a_text(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [each for each in words(text) if each != ("()",)] == expected


def test_what_stands_around_a_command() -> None:
    ((command, other),) = read("A=b sudo -E tee -a x < y > z <<< text | cat")
    assert (command.program, command.under, command.sets) == ("tee", ("sudo",), (("A", "b"),))
    assert (command.reads, command.writes, command.body) == (("y",), ("z",), "text")
    assert other.words == ("cat",)


def test_lines_are_counted() -> None:
    text = "a\n\nb \\\n  c\nd <<E\nx\nE\ne\n"
    assert [(command.words[0], command.line) for command in commands(read(text, 10))] == [
        ("a", 10), ("b", 12), ("d", 14), ("e", 17),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["$(" * 40 + "a", "(" * 40 + "a", "{ " * 40 + "a", "`(" * 40, "if " * 40])
def test_what_is_nested_too_deeply_is_not_read(text: str) -> None:
    assert (TANGLED,) in words(text)


def test_code_in_code_is_read_to_a_depth() -> None:
    text = "a"
    for _ in range(8):
        text = f"eval {text}"
    assert words(text)[-1] == (TANGLED,)
    assert words("eval eval a")[-1] == ("a",)


def test_more_commands_than_anybody_writes_are_not_read() -> None:
    assert len(words("a\n" * 10_000)) == 10_000
    assert words("a\n" * 100_000)[-1] == (TANGLED,)


@pytest.mark.parametrize("language", [SHELL, CODE, PROSE])
@pytest.mark.parametrize("text", HOSTILE)
def test_work_is_bounded_on_hostile_text(text: str, language: str) -> None:
    run = Run("hooks/a", 1, text * (4_000 // len(text)), language)
    assert all(mark.line >= 0 for mark in risks(run))


@pytest.mark.slow
@pytest.mark.parametrize("text", ["(", "`", "$(", "\\", "'", '"', "a|", "eval "])
def test_a_megabyte_of_hostile_text_is_read(text: str) -> None:
    for language in (SHELL, CODE, PROSE):
        risks(Run("hooks/a", 1, text * (1_000_000 // len(text)), language))


@settings(max_examples=300, deadline=None, phases=[Phase.generate])
@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=4), max_size=40).map("".join))
def test_whatever_is_read_has_sound_places(text: str) -> None:
    for pipeline in pipelines(read(text)):
        assert pipeline
        for command in pipeline:
            assert 1 <= command.line <= 1 + text.count("\n")
            assert all(-1 <= place < max(len(command.words), 1) for place, _ in command.made)


def test_the_cost_is_in_proportion_to_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the text is read with about twice the calls; counted, as time would depend on the machine."""
    import sys

    def calls(text: str) -> int:
        count = 0

        def count_one(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(count_one)
        try:
            for language in (SHELL, CODE, PROSE):
                risks(Run("hooks/a", 1, text, language))
        finally:
            sys.setprofile(None)
        return count

    for piece in HOSTILE:
        text = piece * (600 // len(piece))
        assert calls(text + text) < 3 * calls(text) + 1_500, piece

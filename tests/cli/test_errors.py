"""From what goes wrong to what is shown and to the exit code."""

from __future__ import annotations

import errno
from typing import NoReturn

import pytest

from packyard import errors
from packyard.cli.errors import as_object, format_problem, reported, show_notes
from packyard.errors import FormatError, PackyardError, Problem, ProblemsFound
from packyard.rules.table import rule

SAMPLE = Problem(
    "sums-mismatch", "registry-src/packs/he/hello/1.2.0/README.md", "the file is not what was signed", 0, "9f86", "6030"
)


def raising(error: BaseException) -> NoReturn:
    raise error


def shown(error: BaseException, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = reported(lambda: raising(error))
    said = capsys.readouterr()
    assert not said.out
    assert "Traceback" not in said.err
    return code, said.err


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def test_a_problem_in_house_style() -> None:
    text = format_problem(SAMPLE._replace(help="sign the folder again"))
    assert text == (
        "error[sums-mismatch]: the file is not what was signed\n"
        "  --> registry-src/packs/he/hello/1.2.0/README.md\n"
        "   = expected: 9f86\n"
        "   = found:    6030\n"
        "   = help: sign the folder again"
    )


def test_a_line_is_told_with_the_file() -> None:
    assert "  --> a.yaml:7\n" in format_problem(Problem("yaml-invalid", "a.yaml", "not YAML", 7, "a key"))


def test_without_help_of_its_own_an_error_shows_the_rules() -> None:
    problem = Problem("symlink", "a", "a symbolic link")
    assert format_problem(problem).splitlines()[-1] == f"   = help: {rule('symlink').fix}"
    assert "help" not in format_problem(problem._replace(code="no-such-rule"))
    assert "help" not in format_problem(problem, "note")


def test_text_from_outside_stays_on_its_line() -> None:
    text = format_problem(Problem("path-invalid", "a\n  --> b\x1b[2J", "no\u202eisrever", 0, "x" * 1000, "\ud800"))
    assert len(text.splitlines()) == 5
    assert all(line.isprintable() for line in text.splitlines())
    assert max(map(len, text.splitlines())) < 200


def test_colours_are_escape_sequences_around_words() -> None:
    assert format_problem(SAMPLE, "error", True).startswith("\x1b[31merror[sums-mismatch]\x1b[0m: \x1b[1m")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("usage-wrong", "no"), 2),
        (errors.WorldError("disk-failed", "no"), 3),
        (errors.Unsigned("signature-missing", "no"), 10),
        (errors.NotFound("file-missing", "no"), 11),
        (errors.BadSignature("signature-bad", "no"), 12),
        (errors.BadChecksum("sums-mismatch", "no"), 13),
        (errors.BadKey("key-unknown", "no"), 14),
        (errors.Stale("snapshot-expired", "no"), 15),
        (ProblemsFound([SAMPLE]), 1),
        (FormatError("yaml-invalid", "no", line=3), 1),
        (OSError(errno.ENOSPC, "No space left on device", "/full"), 3),
        (PermissionError(errno.EACCES, "Permission denied", "secret"), 3),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("division by zero"), 70),
        (RecursionError(), 70),
    ],
)
def test_exit_codes(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    found, text = shown(error, capsys)
    assert found == code
    assert text


def test_every_family_of_errors_has_its_exit_code() -> None:
    families = [
        value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, PackyardError)
    ]
    codes = {family.__name__: family.exit_code for family in families}
    assert sorted(set(codes.values())) == [1, 2, 3, 10, 11, 12, 13, 14, 15]


def test_several_problems_are_sorted_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    problems = [
        Problem("too-large", "b", "large"),
        Problem("too-deep", "a", "deep", 9),
        Problem("too-deep", "a", "deep", 2),
    ]
    code, text = shown(ProblemsFound(problems), capsys)
    lines = text.splitlines()
    assert code == 1
    assert [line for line in lines if "-->" in line] == ["  --> a:2", "  --> a:9", "  --> b"]
    assert lines[-1] == "3 problems in 2 places"


def test_an_interrupt_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(KeyboardInterrupt(), capsys) == (130, "interrupted\n")


def test_a_defect_says_how_to_report_it(capsys: pytest.CaptureFixture[str]) -> None:
    _, text = shown(ValueError("bad\x1b[1m"), capsys)
    assert "ValueError: bad\\x1b[1m" in text
    assert "PACKYARD_DEBUG=1" in text


def test_a_trace_on_demand(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKYARD_DEBUG", "1")
    assert reported(lambda: raising(ValueError("bad"))) == 70
    assert "Traceback" in capsys.readouterr().err


def test_notes_are_not_errors(capsys: pytest.CaptureFixture[str]) -> None:
    show_notes([Problem("target-unknown", "pack.json", "is not a known target")])
    assert capsys.readouterr().err.startswith("note[target-unknown]: ")


def test_a_problem_in_a_document() -> None:
    assert as_object(SAMPLE) == {
        "code": "sums-mismatch",
        "outcome": "block",
        "path": SAMPLE.path,
        "line": None,
        "message": "the file is not what was signed",
        "expected": "9f86",
        "found": "6030",
        "help": None,
    }


def test_success_is_zero() -> None:
    assert reported(lambda: None) == 0
    assert reported(lambda: 1) == 1

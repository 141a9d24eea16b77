"""From what went wrong to what a person reads and the exit code that a program reads.

    error[sums-mismatch]: the file is not what was signed
      --> registry-src/packs/he/hello/1.2.0/README.md
       = expected: 9f86d0…
       = found:    60303a…
       = help: sign the folder again with `packyard sign`, before it is published

    0 ok · 1 findings · 2 usage · 3 network or disk · 4 a person must look · 10 unsigned · 11 not found ·
    12 bad signature · 13 checksum · 14 key · 15 stale · 70 a defect of this program · 130 interrupted ·
    141 nobody reads the output any more

With PACKYARD_DEBUG=1 every error comes with its trace.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator

from packyard.cli.terminal import colourful, paint, printable, say
from packyard.errors import FormatError, PackyardError, Problem, ProblemsFound, WorldError

FINDINGS, DEFECT, INTERRUPTED, PIPE_CLOSED = 1, 70, 130, 141

#: Characters of a value that a person is shown, and of a message.
VALUE_LENGTH, TEXT_LENGTH = 120, 600

_COLOURS = {"error": "red", "review": "yellow", "note": "blue"}


def reported(function: Callable[[], int | None]) -> int:
    """Runs a command and gives its exit code. Whatever it raises is shown on stderr; nothing gets past this."""
    try:
        code = function() or 0
        sys.stdout.flush()
    except BaseException as error:
        if os.environ.get("PACKYARD_DEBUG"):
            import traceback

            traceback.print_exc()
        code = _code(error)
    return code


def _code(error: BaseException) -> int:
    if isinstance(error, ProblemsFound):
        show(error.problems)
    elif isinstance(error, PackyardError):
        show([error.problem])
    elif isinstance(error, FormatError):
        from packyard.formats.fields import errors_of

        show(each.at("") for each in errors_of(error))
    elif isinstance(error, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    elif isinstance(error, OSError):
        show([_of_disk(error).problem])
    elif isinstance(error, KeyboardInterrupt):
        say("interrupted")
    elif isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FINDINGS
    else:
        _show_defect(error)
    return _exit_code(error)


def _exit_code(error: BaseException) -> int:
    codes = {
        BrokenPipeError: PIPE_CLOSED,
        KeyboardInterrupt: INTERRUPTED,
        OSError: WorldError.exit_code,
        FormatError: FINDINGS,
    }
    if isinstance(error, PackyardError):
        return error.exit_code
    return next((code for kind, code in codes.items() if isinstance(error, kind)), DEFECT)


def _of_disk(error: OSError) -> WorldError:
    return WorldError("disk-failed", error.strerror or str(error), path=str(error.filename or ""))


def _show_defect(error: BaseException) -> None:
    what = f"{type(error).__name__}: {printable(str(error), VALUE_LENGTH)}"
    say(f"{paint('defect', 'red', colourful(sys.stderr))}: this should not happen ({what})")
    say("   = help: run it again with PACKYARD_DEBUG=1 and report the trace")


def show(problems: Iterable[Problem]) -> None:
    """Prints problems to stderr, by path and line; several are counted at the end."""
    listed = sorted(problems, key=lambda problem: (problem.path, problem.line))
    colour = colourful(sys.stderr)
    for problem in listed:
        say(format_problem(problem, "error", colour))
    if len(listed) > 1:
        say(closing_line(listed))


def show_notes(notes: Iterable[Problem]) -> None:
    """Prints what does not block, each with the word that the rule table has for it."""
    for problem in notes:
        found = outcome(problem.code)
        say(format_problem(problem, "review" if found == "review" else "note", colourful(sys.stderr)))


def closing_line(problems: list[Problem]) -> str:
    """How many problems there are, in how many places."""
    return f"{count(len(problems), 'problem')} in {count(len({problem.path for problem in problems}), 'place')}"


def count(number: int, noun: str) -> str:
    """A number of things, as a person says it."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def format_problem(problem: Problem, word: str = "error", colour: bool = False) -> str:
    """A problem in the form that this module's description shows; `word` is error, review or note."""
    return "\n".join(_lines(problem, word, colour))


def _lines(problem: Problem, word: str, colour: bool) -> Iterator[str]:
    head = paint(f"{word}[{problem.code}]", _COLOURS[word], colour)
    yield f"{head}: {paint(printable(problem.message, TEXT_LENGTH), 'bold', colour)}"
    if problem.path:
        place = printable(problem.path, TEXT_LENGTH) + (f":{problem.line}" if problem.line else "")
        yield f"  {paint('-->', 'blue', colour)} {place}"
    for name, value, limit in (
        ("expected: ", problem.expected, VALUE_LENGTH),
        ("found:    ", problem.found, VALUE_LENGTH),
        ("help: ", problem.help or (_fix(problem.code) if word == "error" else ""), TEXT_LENGTH),
    ):
        if value:
            yield f"   {paint('=', 'blue', colour)} {name}{printable(value, limit)}"


def _fix(code: str) -> str:
    """What the rule table says to do about a code."""
    from packyard.rules.table import rule

    try:
        return rule(code).fix
    except KeyError:
        return ""


def outcome(code: str) -> str:
    """What the rule table says of a code; one that it does not know blocks."""
    from packyard.rules.table import rule

    try:
        return rule(code).outcome
    except KeyError:
        return "block"


def as_object(problem: Problem) -> dict[str, object]:
    """A problem in a JSON document; what is absent is null."""
    return {
        "code": problem.code,
        "outcome": outcome(problem.code),
        "path": problem.path or None,
        "line": problem.line or None,
        "message": problem.message,
        "expected": problem.expected or None,
        "found": problem.found or None,
        "help": problem.help or None,
    }

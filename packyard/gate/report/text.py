"""A verdict for a terminal: what the versions can do, what was found, what the change set does, and the verdict.

    hello 1.1.0 can do what 1.0.0 could not
      + hook  curl https://example.org/x | sh  (hooks/hooks.json)
      - host  old.example.org  (mcp.json)
      tokens always 120 → 150 (+30), when all is invoked 900 → 900

    error[sums-mismatch]: the file is not what was signed
      --> registry-src/packs/he/hello/1.1.0/README.md
       = expected: 9f86d0…
       = found:    60303a…
       = help: sign the folder again with `packyard sign`, before it is published
    note[target-unknown]: the target is not a known one
      --> registry-src/packs/he/hello/1.1.0/pack.json:9

    this change set
      * publishes hello 1.1.0, signed by alice

    reject: 1 problem in 1 place

No line begins with text from outside: one that begins with `::`, blanks aside, is a command to GitHub Actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from packyard.errors import Problem
from packyard.gate.capabilities import Capability, Delta
from packyard.gate.report.shown import (
    TEXT_LENGTH,
    VALUE_LENGTH,
    WORDS,
    Deltas,
    claim,
    count,
    headline,
    help_of,
    place,
    printable,
    problems,
    tokens,
    unfinished,
)
from packyard.gate.values import Candidate, Verdict

#: Gives a text in a colour (`red yellow green blue bold`), or leaves it as it is.
Paint = Callable[[str, str], str]

_COLOURS = {"error": "red", "review": "yellow", "note": "blue"}
_ENDS = {"reject": "red", "review": "yellow", "accept": "green"}


def plain(text: str, colour: str) -> str:
    """The text without a colour."""
    return text


def format_text(verdict: Verdict, deltas: Deltas, paint: Paint = plain) -> str:
    """The verdict as lines for people, ending with a newline; nothing in it but `paint` moves the cursor."""
    return "".join(f"{line}\n" for line in _lines(verdict, deltas, paint))


def _lines(verdict: Verdict, deltas: Deltas, paint: Paint) -> Iterator[str]:
    for release in verdict.releases:
        yield from _release(release, deltas.get((release.name, release.version)), paint)
        yield ""
    for outcome, word in WORDS.items():
        for problem in problems(verdict, outcome):
            yield from _problem(problem, word, paint)
    if verdict.changes:
        yield from ([""] if verdict.findings else [])
        yield paint("this change set", "bold")
        yield from (f"  * {printable(change, TEXT_LENGTH)}" for change in verdict.changes)
    if missing := unfinished(verdict):
        yield ""
        yield f"{count(len(missing), 'check')} did not run to the end: {printable(', '.join(missing), TEXT_LENGTH)}"
    if verdict.findings or verdict.changes or missing:
        yield ""
    yield paint(headline(verdict), _ENDS.get(verdict.outcome, "bold"))


def _problem(problem: Problem, word: str, paint: Paint) -> Iterator[str]:
    head = paint(f"{word}[{printable(problem.code)}]", _COLOURS[word])
    yield f"{head}: {paint(printable(problem.message, TEXT_LENGTH), 'bold')}"
    if problem.path:
        yield f"  {paint('-->', 'blue')} {printable(place(problem), TEXT_LENGTH)}"
    for name, value, limit in (
        ("expected: ", problem.expected, VALUE_LENGTH),
        ("found:    ", problem.found, VALUE_LENGTH),
        ("help: ", help_of(problem) if word == WORDS["block"] else problem.help, TEXT_LENGTH),
    ):
        if value:
            yield f"   {paint('=', 'blue')} {name}{printable(value, limit)}"


def _release(release: Candidate, delta: Delta | None, paint: Paint) -> Iterator[str]:
    name, before = (printable(text) for text in (f"{release.name} {release.version}", release.before_version))
    yield paint(claim(name, before, delta), "bold")
    if delta is not None:
        yield from _capabilities(delta, paint)
        yield f"  {tokens(delta.before, delta.after)}"


def _capabilities(delta: Delta, paint: Paint) -> Iterator[str]:
    marked = [*(("+", each) for each in delta.added), *(("-", each) for each in delta.removed)]
    kinds = max((len(_kind(each)) for _, each in marked), default=0)
    for mark, each in marked:
        sign = paint(mark, "yellow" if mark == "+" else "green")
        yield f"  {sign} {_kind(each):{kinds}}  {printable(each.what, TEXT_LENGTH)}  ({printable(each.where)})"


def _kind(capability: Capability) -> str:
    return printable(capability.kind, VALUE_LENGTH)

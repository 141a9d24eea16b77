"""How a report says things: the words of a verdict, and the text of others made safe to look at.

Nothing from a pack may move a cursor, reverse the reading order, begin a line, or be taken for a command. `printable`
is for a terminal, `reveal` for a page; both keep to one line:

    printable("a\\nb\\u202ec")    a\\nb\\u202ec
    reveal("a\\nb\\u202ec")       a⟦U+000A⟧b⟦U+202E⟧c

`##[` begins a command in whatever a step of GitHub Actions prints, wherever it stands in a line (`ActionCommand.cs` of
its runner), so neither lets it through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packyard.errors import Problem
from packyard.gate.capabilities import Cost, Delta
from packyard.gate.values import Verdict
from packyard.rules.table import rule
from packyard.rules.texts import Rule

#: The capability reports by name and version of the releases.
Deltas = Mapping[tuple[str, str], Delta]

#: What a finding is called, by its outcome, in the order in which findings are told.
WORDS = {"block": "error", "review": "review", "note": "note"}

#: Characters of a value that a person is shown, and of a message.
VALUE_LENGTH, TEXT_LENGTH = 120, 600

#: Characters without a shape that Unicode does not count among the unprintable ones.
_SHAPELESS = {
    0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0,
    *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
}  # fmt: skip
_JOINERS, _PRESENTATION, _KEYCAPS = "\u200c\u200d", "\ufe0e\ufe0f", "#*0123456789"
_BLANKS = "\t\u3000"


def printable(text: str, limit: int = 0) -> str:
    """The text on one line, with escapes for what is not printable; longer than `limit` it is cut in the middle."""
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return shortened(shown.replace("##[", "##\\x5b"), limit)


def reveal(text: str) -> str:
    """The text on one line, every character that nobody would see as its name in `⟦…⟧`; tabs stay.

    Joiners and presentation selectors stay where they stand alone, after a letter or a symbol that may need them.
    """
    if not text.isascii() or not text.isprintable():
        text = "".join(_seen(text))
    return text.replace("##[", "##⟦U+005B⟧")


def _seen(text: str) -> Iterator[str]:
    before = " "
    for char in text:
        hidden = _hidden(char, before)
        yield f"⟦U+{ord(char):04X}⟧" if hidden else char
        before = " " if hidden else char


def _hidden(char: str, before: str) -> bool:
    if char in _JOINERS:
        return not (before > "\x7f" and (before in _PRESENTATION or _shaped(before)))
    if char in _PRESENTATION:
        return not ((before > "\x7f" or before in _KEYCAPS) and _shaped(before))
    return char not in _BLANKS and not _shaped(char)


def _shaped(char: str) -> bool:
    return char.isprintable() and ord(char) not in _SHAPELESS


def shortened(text: str, limit: int) -> str:
    """The text, cut in the middle to `limit` characters if it is longer; 0 is no limit."""
    if not limit or len(text) <= limit:
        return text
    half = (limit - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def as_json(document: Mapping[str, object]) -> str:
    """A document in ASCII, indented, with a final newline. Lone surrogates, which JSON has no form for that all readers
    take, become escapes in their text."""
    import json

    text = json.dumps(_sound(document), indent=2)
    return text.replace("##[", "##\\u005b") + "\n"


def _sound(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {name: _sound(member) for name, member in value.items()}
    return [_sound(item) for item in value] if isinstance(value, (list, tuple)) else value


def rule_of(code: str) -> Rule:
    """The rule with this code; for a code without one, a rule that says no more than the code."""
    try:
        return rule(code)
    except KeyError:
        return Rule(code, code, "block", "", "")


def help_of(problem: Problem) -> str:
    """How to put it right: the problem's own hint, else what its rule says."""
    return problem.help or rule_of(problem.code).fix


def headline(verdict: Verdict) -> str:
    """The verdict in one line: `accept`, `review: 2 things a person must look at`, `reject: 3 problems in 2 places`."""
    blocking, looking = problems(verdict, "block"), problems(verdict, "review")
    if verdict.outcome == "reject":
        places = len({problem.path for problem in blocking})
        return f"reject: {count(len(blocking), 'problem')} in {count(places, 'place')}"
    if verdict.outcome == "review":
        return f"review: {count(len(looking), 'thing')} a person must look at"
    return verdict.outcome


def problems(verdict: Verdict, outcome: str) -> list[Problem]:
    """The problems with one outcome."""
    return [finding.problem for finding in verdict.findings if finding.outcome == outcome]


def unfinished(verdict: Verdict) -> list[str]:
    """The checks that did not run to their end."""
    return [name for name, finished in verdict.checks if not finished]


def place(problem: Problem) -> str:
    """Where it is, `path:line`, as far as that is known."""
    return problem.path + (f":{problem.line}" if problem.line and problem.path else "")


def count(number: int, noun: str) -> str:
    """A number of things, as a person says it."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def claim(name: str, before: str, delta: Delta | None) -> str:
    """What a version can do, in a few words; `name` and `before`, the version before it or "", are safe to show."""
    if delta is None:
        return f"what {name} can do is not known"
    if not delta.added:
        nothing_new = f"nothing new was found in what {name} can do, compared with {before}"
        return nothing_new if before else f"{name} can do nothing by itself"
    return f"{name} can do what {before} could not" if before else f"{name} can do this"


def abilities(delta: Delta, most: int) -> list[str]:
    """What a version can do and no longer can, and what it costs, a line each; of the former `most` lines at most."""
    marked = [*(("+", each) for each in delta.added), *(("-", each) for each in delta.removed)]
    lines = [
        printable(f"{mark} {each.kind} {printable(each.what, VALUE_LENGTH)} ({each.where})", TEXT_LENGTH)
        for mark, each in marked[:most]
    ]
    rest = [f"and {count(len(marked) - most, 'ability')} more"] if len(marked) > most else []
    return [*lines, *rest, tokens(delta.before, delta.after)]


def tokens(before: Cost | None, after: Cost) -> str:
    """What a version costs and cost before: `tokens always 120 → 150 (+30), when all is invoked 900 → 900`."""
    always = _growth(before and before.always, after.always)
    return f"tokens always {always}, when all is invoked {_growth(before and before.invoked, after.invoked)}"


def _growth(before: int | None, after: int) -> str:
    if before is None:
        return f"{after:,}"
    return f"{before:,} → {after:,}" + (f" ({after - before:+,})" if after != before else "")

"""Verdicts made of arbitrary text, with what means something to a terminal, a runner or Markdown strewn in."""

from __future__ import annotations

from hypothesis import Phase, settings
from hypothesis import strategies as st

from packyard.errors import Problem
from packyard.gate.capabilities import Capability, Cost, Delta
from packyard.gate.values import Candidate, Content, Finding, Verdict

#: Shrinking a whole verdict takes longer than reading it.
some = settings(deadline=None, max_examples=50, phases=[Phase.generate])

_PIECES = (
    "::set-output name=a::b", "##[error]x", "%0A", "\n::error::x", "\r", "<script>", "</code>", "<!--", "&lt;", "@user",
    "a@b.example", "www.evil.example", "https://evil.example", "![x](http://e.example)", "[x](1)", "{0}", "`", "``",
    "```", "`" * 90, "~~~", "|", "\\|", "\\", "---", "# ", "1. ", "- ", "    ", "\t", "\u200b", "\u202e", "\U000e0041",
    "\u2028", "*a*", "_a_", "$x$", ":tada:", "#1", "\ud800", "\udc80", "word", " ", "é", "👩\u200d💻", "~a~", "[ ]",
    "=", "+",
)  # fmt: skip

WORDS = (
    st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=4)), min_size=1, max_size=6).map("".join).filter(bool)
)
#: Text as a file can hold it.
TEXTS = WORDS.map(lambda text: text.encode("utf-8", "replace").replace(b"\0", b"0")).filter(bool)


def verdict_of(words: list[str], files: list[bytes]) -> tuple[Verdict, dict[tuple[str, str], Delta]]:
    """A verdict with `words` (nine of them) in all its places, and `files` (four) as contents."""
    code, path, message, expected, found, hint, change, what, where = words
    before = Content("packs/a/1", {f"a{path}": files[0], "same": b"same\n"}, None)
    after = Content(
        "packs/a/2", {f"a{path}": files[1] + b"!", f"b{path}": files[2], "same": b"same\n" + files[3]}, None
    )
    findings = tuple(
        Finding(Problem(f"x{code}", place, message, line, expected, found, hint), outcome)
        for outcome in ("block", "review", "note")
        for place, line in ((f"packs/{path}", 3), ("", 0))
    )
    releases = (Candidate(f"n{path}", f"2{path}", after, before, f"1{path}"),)
    gained = (Capability(f"k{code}", what, where), Capability("host", where, what))
    deltas = {(releases[0].name, releases[0].version): Delta(gained, gained[:1], None, Cost(1, 2))}
    checks = ((f"c{code}", False), ("scope", True))
    return Verdict(f"1{code}", f"2{code}", "reject", findings, releases, (change, change), checks), deltas


VERDICTS = st.builds(verdict_of, st.lists(WORDS, min_size=9, max_size=9), st.lists(TEXTS, min_size=4, max_size=4))

"""Slips of the fingers: which words may be meant by one that is nowhere.

A slip leaves either the first letters of a word or its last ones as they are. So the dictionary has the words of names
and tags twice (`packyard.search.terms.spellings`), forwards and backwards, and whoever looks for a slip reads what
begins like the word, and what backwards begins like the word backwards; names as a whole likewise. Of a word of n
letters that is (n - 1) // 2 letters from each end, which one slip cannot both touch, and from eight on, where two may
have happened, three. Words of three and four letters are sought among short words, others among long ones.
"""

from __future__ import annotations

from collections.abc import Iterable

from packyard.search.shelf import Span, beginning
from packyard.search.terms import SHORT, SHORTEST
from packyard.search.text import distance

#: From so many letters on two slips are looked for.
TWO = 8
#: So many words are taken for one that is misspelt.
MOST = 4


def most(word: str) -> int:
    """How many slips a word may have."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < TWO else 2


def word_spans(word: str) -> tuple[Span, ...]:
    """The terms among which words are that are a slip away."""
    kept = 3 if len(word) >= TWO else (len(word) - 1) // 2
    forwards, backwards = "<>" if len(word) < SHORT else "()"
    return (beginning(forwards + word[:kept]), beginning(backwards + word[::-1][:kept])) if most(word) else ()


def name_spans(name: str) -> tuple[Span, ...]:
    """The terms among which names are that are a slip away."""
    kept = (len(name) - 1) // 2
    return beginning("=" + name[:kept]), beginning("~" + name[::-1][:kept])


def nearest(word: str, lines: Iterable[str], slips: int) -> list[tuple[int, str]]:
    """The words on the lines of such spans that are so many slips away, each with its distance, the nearest first."""
    terms = {line.partition("\t")[0] for line in lines}
    known = {term[:0:-1] if term[0] in ">)~" else term[1:] for term in terms if ":" not in term}
    near = ((distance(word, other, slips), other) for other in known if other != word)
    return sorted(each for each in near if each[0] <= slips)[:MOST]

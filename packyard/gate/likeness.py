"""When one name could be mistaken for another: by the eye, by the fingers, or by memory.

Names are compared without a scope, word by word; hyphens part the words. Two names are alike when

    hyphens      they differ in hyphens only                       mypack       my-pack
    digits       digits stand in place of letters                  he11o        hello
    order        the same words stand in another order             review-code  code-review
    additions    one is the other with words that say nothing      hello-js, the-hello, hello2, hellopro
    spelling     the words that differ are spelt alike             git-hygeine  git-hygiene

What is alike in spelling is said in `packyard.gate.spelling`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations, compress, permutations
from typing import NamedTuple

from packyard.gate.spelling import look, slip
from packyard.gate.words import WORDS, split_words

#: What is put behind a known name, or in front of it, to seem to be it.
BEHIND = split_words(
    "js ts py rb rs go x ai app io dev org com net hq inc team hub lib pkg pro plus premium free lite next new latest "
    "lts stable beta final official original real true verified trusted fork clone copy fixed patched legacy sdk v1 v2 "
    "v3 0 1 2 3 4 5 6 7 8 9"
)
FRONT = split_words("js ts py rb rs go the my our a x new real true official original verified trusted free better")
#: The same for names of two words or more: beside one plain word (`react-rules`) these are what a pack is about.
KINDS = split_words(
    "pack packs rule rules skill skills agent agents plugin plugins command commands prompt prompts hook hooks mcp kit "
    "tool tools toolkit bundle collection config cli core claude cursor copilot codex gemini opencode windsurf"
)

_LETTERS = [str.maketrans("0123456789", f"o{one}zeasbtbg") for one in "li"]
_DIGITS = "0123456789"
_SHORT, _WHOLE, _MOST_WORDS = 3, 8, 6
_BATCH = 4096


class Likeness(NamedTuple):
    """A name that another could be mistaken for: `kind` is a word of the table above, `how` says it to people."""

    name: str
    kind: str
    how: str

    @property
    def same(self) -> bool:
        """Whether nobody can tell the two names apart who reads or types them."""
        return self.kind in ("hyphens", "digits")


def alike(name: str, names: Collection[str]) -> list[Likeness]:
    """Those of `names` that `name` could be mistaken for, the closest first; `name` itself is not one of them."""
    found = [each for other in candidates(name, names) if (each := likeness(name, other))]
    return sorted(found, key=lambda each: (not each.same, abs(len(each.name) - len(name)), each.name))


def likeness(name: str, other: str) -> Likeness | None:
    """How `name` could be mistaken for `other`, if it could."""
    words, others = name.split("-"), other.split("-")
    if name == other:
        return None
    if bare(name) == bare(other):
        return Likeness(other, "hyphens", "the same but for hyphens")
    if _in_letters(words) & _in_letters(others):
        kind = "digits" if len(bare(name)) > _SHORT else "spelling"
        return Likeness(other, kind, "the same but for digits in place of letters")
    if _is_reordered(words, others):
        return Likeness(other, "order", "the same words in another order")
    if extended := _extended(words, others):
        return Likeness(other, "additions", extended)
    misspelt = _misspelt(words, others)
    return Likeness(other, "spelling", misspelt) if misspelt else None


def candidates(name: str, names: Collection[str]) -> set[str]:
    """What of `names` is worth comparing word by word with `name`, by a few passes in compiled code: what is within two
    edits, looks the same, or is what `name` becomes when words are reordered, added, taken away or put in the plural.

    No name holds a line feed: the names are treated as one text, one a line, a few thousand at a time so that a
    processor's cache holds them.
    """
    listed, variants = list(names), _variants(name)
    batches = (listed[first : first + _BATCH] for first in range(0, len(listed), _BATCH))
    return {found for batch in batches for found in _candidates(name, variants, batch)}


def _candidates(name: str, variants: set[str], names: list[str]) -> Iterator[str]:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    own, text = bare(name), bare("\n".join(names))
    spelt, looks, seen = text.split("\n"), look(text), look(own)
    yield from compress(names, map(variants.__contains__, spelt))
    if f"\n{seen}\n" in f"\n{looks}\n":
        yield from compress(names, map(seen.__eq__, looks.split("\n")))
    most = 1 if len(own) <= _SHORT else 2
    yield from (names[at] for _, _, at in extract(own, spelt, scorer=OSA.distance, score_cutoff=most, limit=None))


def bare(text: str) -> str:
    """A name, or a text of names, without hyphens."""
    return text.replace("-", "")


def _in_letters(words: list[str]) -> set[str]:
    """The bare name with digits read as letters, in both readings of 1; a word of digits alone is a number."""
    return {"".join(word if word.isdigit() else word.translate(table) for word in words) for table in _LETTERS}


def _variants(name: str) -> set[str]:
    """The bare forms of what `name` becomes when words are reordered, added, taken away or put in the plural."""
    own, words = bare(name), name.split("-")
    found = {own[turn:] + own[:turn] for turn in range(len(own))}
    if len(words) <= _MOST_WORDS:
        found.update(map("".join, permutations(words)))
    found.update("".join(words[first:last]) for first, last in combinations(range(len(words) + 1), 2))
    found.update(own + added for added in BEHIND | KINDS)
    found.update(added + own for added in FRONT | KINDS)
    found.update(own.removesuffix(added) for added in BEHIND)
    found.update(own.removeprefix(added) for added in FRONT)
    found.update("".join(words).replace(word, _other_number(word)) for word in words)
    return found | {own.rstrip(_DIGITS), own.rstrip(_DIGITS).removesuffix("v")}


def _other_number(word: str) -> str:
    """`queries` for `query` and the other way round; other plurals are within two edits."""
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word[:-3]}y" if word.endswith("ies") else word


# --- order and additions ---


def _is_reordered(words: list[str], others: list[str]) -> bool:
    return sorted(words) == sorted(others) or _turns(words, others) or _turns(others, words)


def _turns(words: list[str], others: list[str]) -> bool:
    """Whether the words, from another one on, give the same letters as the others."""
    letters = "".join(others)
    return any("".join(words[at:] + words[:at]) == letters for at in range(1, len(words)))


def _extended(words: list[str], others: list[str]) -> str:
    for longer, shorter, verb in ((words, others, "added"), (others, words, "taken away")):
        if added := _added(longer, shorter):
            return f"the same with `{added}` {verb}"
    return ""


def _added(longer: list[str], shorter: list[str]) -> str:
    """What was put around the shorter name to make the longer one, if it says nothing of its own."""
    long, short = "".join(longer), "".join(shorter)
    if len(long) <= len(short) or len(short) < _SHORT or short not in long:
        return ""
    for first, last in combinations(range(len(longer) + 1), 2):
        front, behind = longer[:first], longer[last:]
        if "".join(longer[first:last]) == short and _is_hollow(front, behind, len(shorter)):
            return " ".join(front + behind)
    return _glued(longer, shorter) if len(short) > _SHORT else ""


def _is_hollow(front: list[str], behind: list[str], size: int) -> bool:
    """Whether nothing in front of and behind a name of `size` words says what it is about."""
    plain = FRONT.issuperset(front) and all(word in BEHIND or _is_number(word) for word in behind)
    kinds = (FRONT | BEHIND | KINDS).issuperset(front + behind)
    return plain or (kinds and (size > 1 or not KINDS.issuperset(front + behind)))


def _glued(longer: list[str], shorter: list[str]) -> str:
    """What stands right behind or in front of the shorter name, unless that makes a word of its own: `reactor`."""
    long, short = "".join(longer), "".join(shorter)
    behind, front = long.removeprefix(short), long.removesuffix(short)
    if behind != long and longer[-1] not in WORDS and (behind in BEHIND or _is_number(behind)):
        return behind
    return front if front != long and longer[0] not in WORDS and front in FRONT else ""


def _is_number(text: str) -> bool:
    return text.removeprefix("v").isdigit()


def _misspelt(words: list[str], others: list[str]) -> str:
    """How the two differ in spelling: word by word where they have as many words, else as wholes of some length."""
    if len(words) != len(others):
        words, others = ["".join(words)], ["".join(others)]
        if min(len(words[0]), len(others[0])) < _WHOLE:
            return ""
    pairs = list(zip(words, others, strict=True))
    agree = sum(len(word) for word, other in pairs if word == other)
    found = [slip(word, other, agree) for word, other in pairs if word != other]
    return found[0] if all(found) else ""

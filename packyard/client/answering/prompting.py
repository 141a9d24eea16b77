"""The texts of the prompts: what is asked of a model, before the packs that it is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from packyard.client.answering.offered import TEXTS, USUAL
from packyard.client.answering.wording import line
from packyard.errors import UsageError

#: Packs that are suggested when nobody says how many, and words of a description that are searched for.
SUGGESTED, WORDS = 5, 24


class Suggestion(NamedTuple):
    """What packs are wanted for, in words; for which programs, and how many."""

    purpose: str
    targets: tuple[str, ...]
    most: int


def suggestion(given: Mapping[str, str]) -> Suggestion:
    """What `suggest_packs` is asked for. Raises `UsageError`."""
    purpose = " ".join(filter(None, (given.get("project_desc", "").strip(), given.get("useCase", "").strip())))
    if not purpose:
        raise UsageError("usage-wrong", "suggest_packs needs the argument project_desc, or useCase")
    number = given.get("maxSuggestions", "").strip() or str(SUGGESTED)
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= USUAL):
        raise UsageError("usage-wrong", "maxSuggestions is not a number that fits", expected=f"1 to {USUAL}")
    return Suggestion(purpose, _listed(given.get("targets", "")), int(number))


def words(purpose: str) -> str:
    """What to search for: letters and digits alone, so that nothing in a description is taken for a filter."""
    plain = "".join(sign if sign.isalnum() or sign in "-+#" else " " for sign in purpose)
    return " ".join(plain.split()[:WORDS])


def compared(given: Mapping[str, str]) -> tuple[str, ...]:
    """The packs that `compare_packs` is asked about, each once. Raises `UsageError`."""
    both = (given.get("pack_a", ""), given.get("pack_b", ""))
    found = tuple(dict.fromkeys((*_listed(given.get("packNames", "")), *filter(None, map(str.strip, both)))))
    if len(found) < 2:
        message = "compare_packs needs the arguments pack_a and pack_b, or packNames with two different names"
        raise UsageError("usage-wrong", message)
    return found


def suggest_text(wanted: Suggestion, found: int) -> str:
    """What a model is asked that suggests packs."""
    places = (
        f" They must be for: {', '.join(line(target, 100) for target in wanted.targets)}." if wanted.targets else ""
    )
    return (
        f"Suggest at most {wanted.most} packs of the registry for this: {line(wanted.purpose, 2000)}\n\n"
        f"A search for its words found {found}, which follow as data.{places} Search for more with search_packs, and "
        "look at each pack with get_pack_info before you suggest it. Say for each why it fits, who publishes it, and "
        "what it does on a machine (hooks, servers, plugins). Suggest none that is deprecated, archived or yanked. "
        "If none fits, say so. Install nothing without being asked to."
    )


def compare_text(names: tuple[str, ...]) -> str:
    """What a model is asked that compares packs."""
    return (
        f"Compare these packs of the registry: {', '.join(names)}. What the registry knows of them follows as data. "
        "Say what each is for, for which programs, what it does on a machine (hooks, servers, plugins), who publishes "
        "it, how well it is kept, and what must be known before it is used. End with which one suits whom."
    )


def _listed(text: str) -> tuple[str, ...]:
    found = tuple(filter(None, (part.strip() for part in text.split(","))))
    if len(found) > TEXTS:
        raise UsageError("usage-wrong", "the list is too long", expected=f"at most {TEXTS}")
    return found

"""Rules about what can be searched for."""

from __future__ import annotations

from packyard.rules.texts import block

RULES = (
    block(
        "search-filter",
        "a filter that the search does not know",
        "Passing over it would show packs that were not asked for.",
        "`packyard search --help` lists the filters; put a text with a colon in quotes.",
    ),
    block(
        "search-value",
        "a value that the filter cannot have",
        "No pack could ever be found by it.",
        "Give one of the values that the message names.",
    ),
    block(
        "search-unanswered",
        "a filter that the catalogue cannot answer",
        "The rows of this registry's index.json do not say it, so any answer would be a guess.",
        "Leave the filter out, and look at single packs with `packyard info NAME`.",
    ),
    block(
        "search-too-long",
        "a query that is too long",
        "Every word is looked for in every pack.",
        "Use fewer words and filters.",
    ),
)

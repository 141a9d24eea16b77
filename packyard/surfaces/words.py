"""What the pages say, in the language of the registry: every text that people read goes through here.

    t("Signed by {name}", name=link)                    in templates; `say` in Python
    n("{count} file", "{count} files", count)           the form for a number; `count` in Python

The English text is its own key. What is filled in is escaped, and its hidden characters are shown, unless it is
`Markup`; the result is `Markup`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from markupsafe import Markup, escape

from packyard.formats.words import Words
from packyard.surfaces.hidden import reveal

_BRACES = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Speech:
    """Says texts in one language."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def say(self, text: str, /, **values: Any) -> Markup:
        """The text in the language of the registry, filled in."""
        found = self.words.texts.get(text)
        return _filled(found[0] if found else text, values)

    def count(self, one: str, many: str, count: int, /, **values: Any) -> Markup:
        """The form of a text for a number; `{count}` stands for it."""
        texts = self.words.texts.get(one)
        if texts is None:
            return _filled(one if count == 1 else many, {"count": f"{count:,}", **values})
        form = self._plural(count)
        return _filled(texts[min(form, len(texts) - 1)], {"count": f"{count:,}", **values})

    @cached_property
    def _plural(self) -> Callable[[int], int]:
        from gettext import c2py

        return c2py(self.words.plural)


def _filled(text: str, values: Mapping[str, Any]) -> Markup:
    parts = _cut(text)
    if len(parts) == 1 and not values:
        return Markup(parts[0])  # noqa: S704 - escaped when it was cut
    filled = (escape(seen(values[part])) if at % 2 else part for at, part in enumerate(parts))
    return Markup("".join(filled))  # noqa: S704 - each part is escaped


@lru_cache(4096)
def _cut(text: str) -> tuple[str, ...]:
    """The escaped text and the names in braces, by turns."""
    parts = _BRACES.split(text)
    return tuple(part if at % 2 else str(escape(part)) for at, part in enumerate(parts))


def seen(value: Any) -> Any:
    """A value as a page shows it: no character of a text is hidden. `Markup` and what is no text stay as they are."""
    return reveal(value) if type(value) is str else value

"""Typed fields of a document, with the place in every error and all errors of a file at once.

    fields = Fields(load_yaml(data))
    handle = fields.required_text("handle", check=parse_handle)
    for key in fields.each("keys"):
        since = key.required_text("since", check=check_day)
    fields.finish()

A getter that finds a problem notes it and gives the field's default, or an empty value, so that the reading goes on;
`finish` then raises what was noted, fields that nobody asked for included.  What a getter gave is worth something only
after `finish` has returned.  An error names its field (`keys[1].since`) and line, and says what was expected and found.

Text is one line without control characters and without characters that turn the direction of writing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final, TypeVar

from packyard.errors import FormatError
from packyard.formats.strict import UNPRINTABLE, Document, Path

T = TypeVar("T")

#: The most characters of a text and items of a list that a getter takes unless told otherwise.
TEXT_LIMIT = 500
LIST_LIMIT = 1000

_ABSENT: Final = object()
_MISLEADING = re.compile("[\t\n\u202a-\u202e\u2066-\u2069]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_URL = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?/?(?:(?<=/)[A-Za-z0-9._~!$&'()*+,;=:@%/?#-]*)?")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._+@(),;=/'-]|:(?=\S))*(?<! )")


class FormatErrors(FormatError):
    """Several errors of one text; it reads as the first of them, `errors` has them all by line."""

    def __init__(self, errors: Iterable[FormatError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: error.line))
        first = self.errors[0]
        super().__init__(
            first.code, first.message, line=first.line, expected=first.expected, found=first.found, help=first.help
        )


def errors_of(error: FormatError) -> tuple[FormatError, ...]:
    """All errors that a parser raised together."""
    return error.errors if isinstance(error, FormatErrors) else (error,)


def check_day(text: str) -> None:
    """Return when the text is a day of the calendar, YYYY-MM-DD. Raises `date-invalid`."""
    try:
        if _DAY.fullmatch(text):
            date.fromisoformat(text)
            return
    except ValueError:
        pass
    raise FormatError("date-invalid", "not a day of the calendar", expected="YYYY-MM-DD", found=shown(text))


def check_url(text: str) -> None:
    """Return when the text is an http or https URL of ASCII without user or password. Raises `url-invalid`."""
    if not _URL.fullmatch(text):
        raise FormatError("url-invalid", "not a web address", expected="https://host/path", found=shown(text))


def format_text(text: str) -> str:
    """A scalar of YAML that `load_yaml` reads as this text: plain where that is plainly harmless, else quoted."""
    if _PLAIN.fullmatch(text):
        return text
    from json import dumps

    return dumps(text, ensure_ascii=False)


def shown(value: object) -> str:
    """A value as an error may show it: one short line that no terminal misreads."""
    text = value if isinstance(value, str) else repr(value)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= 80 else text[:79] + "…"


class Fields:
    """The fields of one mapping of a document; `path` leads to it from the root."""

    def __init__(self, document: Document, path: Path = (), value: Any = None, root: Fields | None = None) -> None:
        if root is None and not isinstance(document.value, dict):
            expected, found = "names and values", shown(document.value)
            raise FormatError("field-type", "not a mapping", line=1, expected=expected, found=found)
        self.document, self.path, self.root = document, path, root or self
        self.value: dict[str, Any] = value if root else document.value
        self.asked: set[str] = set()
        if root is None:
            self.errors: list[FormatError] = []
            self.parts: list[Fields] = []
        self.root.parts.append(self)

    def names(self) -> tuple[str, ...]:
        """The names of the fields that are there."""
        return tuple(self.value)

    def has(self, name: str) -> bool:
        """Whether the field is there; to ask is to know it."""
        self.asked.add(name)
        return name in self.value

    def raw(self, name: str) -> Any:
        """The field's value as the loader gave it; None when it is absent."""
        return self.value[name] if self.has(name) else None

    def refuse(self, code: str, message: str, name: str = "", expected: str = "", found: str = "", help: str = "") -> None:
        """Note a problem with the field, or with the whole mapping when there is no name."""
        path = (*self.path, name) if name else self.path
        self._note(FormatError(code, message, expected=expected, found=found, help=help), path)

    def check(self, name: str, text: str, check: Callable[[str], T]) -> T | None:
        """What `check` makes of the text; what it refuses is noted as a problem of the field."""
        return self._check((*self.path, name), text, check)

    def text(
        self, name: str, default: str = "", *, limit: int = TEXT_LIMIT, check: Callable[[str], object] | None = None
    ) -> str:
        """The field's text, `default` when it is absent."""
        if not self.has(name):
            return default
        return self._text((*self.path, name), self.value[name], limit, check) or default

    def required_text(
        self, name: str, *, limit: int = TEXT_LIMIT, check: Callable[[str], object] | None = None
    ) -> str:
        """The field's text, which must be there and not empty."""
        if self.raw(name) in (None, ""):
            self.refuse("field-missing", "is missing or empty", name)
            return ""
        return self.text(name, limit=limit, check=check)

    def texts(
        self, name: str, *, limit: int = TEXT_LIMIT, check: Callable[[str], object] | None = None
    ) -> tuple[str, ...]:
        """The texts of a list without repetitions; () when the field is absent."""
        items = [self._text(path, item, limit, check) for path, item in self._items(name)]
        for item in sorted({item for item in items if items.count(item) > 1 and item}) if len(set(items)) < len(items) else ():
            self.refuse("field-invalid", "is listed twice", name, found=item)
        return tuple(items)

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

import json
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from typing import Any, TypeVar

from packyard.errors import FormatError
from packyard.formats.strict import UNPRINTABLE, Document, Path

T = TypeVar("T")

#: The most characters of a text and items of a list that a getter takes unless told otherwise.
TEXT_LIMIT = 500
LIST_LIMIT = 1000

#: The most hints that one file is worth.
HINTS = 20
_MISLEADING = re.compile("[\t\n\u202a-\u202e\u2066-\u2069]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_URL = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~!$&()*+,;=:@%/?#-]*)?"
)
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._+@(),;=/'-]|:(?=\S))*(?<! )")


class CollectedFormatError(FormatError):
    """Several errors of one text; it reads as the first of them, `errors` has them all by line."""

    def __init__(self, errors: Iterable[FormatError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: error.line))
        first = self.errors[0]
        super().__init__(
            first.code, first.message, line=first.line, expected=first.expected, found=first.found, help=first.help
        )


def errors_of(error: FormatError) -> tuple[FormatError, ...]:
    """All errors that a parser raised together."""
    return error.errors if isinstance(error, CollectedFormatError) else (error,)


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
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def shown(value: object) -> str:
    """A value as an error may show it: one short line that no terminal misreads."""
    text = value if isinstance(value, str) else repr(value)
    text = text if text.isprintable() else ascii(text)[1:-1]
    return text if len(text) <= 80 else text[:79] + "…"


def kind_of(value: object) -> str:
    """What kind of value a document has in a place, for an error to show."""
    kinds = (
        (str, "a text"),
        (bool, "true or false"),
        ((int, float), "a number"),
        (list, "a list"),
        (dict, "names and values"),
    )
    return next((kind for types, kind in kinds if isinstance(value, types)), "nothing")


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A hint at the known name that this one is nearest to, "" when none is near."""
    from difflib import get_close_matches

    close = get_close_matches(name[:80], sorted(known), 1)
    return f"did you mean {close[0]}?" if close else ""


class Fields:
    """The fields of one mapping of a document, which `path` leads to; of the root when made of the document alone."""

    def __init__(self, document: Document, parent: Fields | None = None, path: Path = (), value: Any = None) -> None:
        self.document, self.path = document, path
        self.value: dict[str, Any] = value if parent else document.value
        self.errors: list[FormatError] = parent.errors if parent else []
        self.parts: list[Fields] = parent.parts if parent else []
        self.parts.append(self)
        self.asked: set[str] = set()
        if not isinstance(self.value, dict):
            self.refuse(
                "field-type", "the file is not a mapping", expected="names and values", found=kind_of(self.value)
            )
            raise CollectedFormatError(self.errors)

    def names(self) -> tuple[str, ...]:
        """The names of the fields that are there."""
        return tuple(self.value)

    def raw(self, name: str) -> Any:
        """The field as the loader gave it, None when it is absent."""
        self.asked.add(name)
        return self.value.get(name)

    def error(
        self, code: str, message: str, *names: str | int, expected: str = "", found: str = "", help: str = ""
    ) -> FormatError:
        """An error about the field that `names` lead to, or about the whole mapping; it is not noted."""
        path = (*self.path, *names)
        where, line = f"{_format_path(path)}: " if path else "", self.document.line(path)
        return FormatError(code, where + message, line=line, expected=expected, found=found, help=help)

    def refuse(
        self, code: str, message: str, *names: str | int, expected: str = "", found: str = "", help: str = ""
    ) -> None:
        """Note a problem with the field that `names` lead to, or with the whole mapping."""
        self.errors.append(self.error(code, message, *names, expected=expected, found=found, help=help))

    def check(self, check: Callable[[str], T], text: str, *names: str | int) -> T | None:
        """What `check` makes of a text; what it refuses is noted as a problem of the field."""
        try:
            return check(text)
        except FormatError as error:
            self.refuse(error.code, error.message, *names, expected=error.expected, found=error.found, help=error.help)
            return None

    def text(
        self,
        name: str,
        default: str = "",
        *,
        limit: int = TEXT_LIMIT,
        check: Callable[[str], object] | None = None,
        folded: bool = False,
    ) -> str:
        """The field's text, `default` when it is absent or empty. `folded`: any white space in it is one space."""
        value = self.raw(name)
        if folded and isinstance(value, str):
            value = " ".join(value.split())
        return default if value in (None, "") else self._text(value, limit, check, name)

    def required_text(self, name: str, *, limit: int = TEXT_LIMIT, check: Callable[[str], object] | None = None) -> str:
        """The field's text, which must be there and not be empty."""
        if self.raw(name) in (None, ""):
            self.refuse("field-missing", "is missing or empty", name)
        return self.text(name, limit=limit, check=check)

    def texts(
        self, name: str, *, limit: int = TEXT_LIMIT, check: Callable[[str], object] | None = None
    ) -> tuple[str, ...]:
        """The texts of a list, none of them twice; () when the field is absent."""
        items = [self._text(item, limit, check, name, index) for index, item in enumerate(self._list(name))]
        seen: set[str] = set()
        for index, item in enumerate(items):
            if item and item in seen:
                self.refuse("field-invalid", "is in the list twice", name, index, found=shown(item))
            seen.add(item)
        return tuple(items)

    def number(self, name: str, default: int | None, *, low: int, high: int) -> int:
        """The field's whole number; without a default it must be there."""
        value = self.raw(name)
        if value is None and default is not None:
            return default
        if not self.document.typed and isinstance(value, str) and _NUMBER.fullmatch(value):
            value = int(value)
        if type(value) is not int or not low <= value <= high:
            expected = f"a whole number from {low} to {high}"
            self.refuse("field-invalid", "is not such a number", name, expected=expected, found=shown(value))
            return low
        return value

    def boolean(self, name: str, default: bool) -> bool:
        """The field as yes or no: `true` or `false`."""
        value = self.raw(name)
        known: dict[object, bool] = {} if self.document.typed else {"true": True, "false": False}
        if value is None or isinstance(value, bool):
            return default if value is None else value
        if not isinstance(value, str) or value not in known:
            self.refuse(
                "field-invalid", "is neither true nor false", name, expected="true or false", found=shown(value)
            )
            return default
        return known[value]

    def choice(self, name: str, choices: Collection[str]) -> str:
        """The field's text, which must be one of `choices`."""
        value = self.required_text(name)
        if value and value not in choices:
            self.refuse(
                "field-invalid", "is not one of the choices", name, expected=", ".join(choices), found=shown(value)
            )
        return value

    def mapping(self, name: str) -> Fields:
        """The field's mapping; one without fields when it is absent."""
        value = self.raw(name)
        return self._mapping({} if value is None else value, name)

    def each(self, name: str) -> list[Fields]:
        """The mappings of a list; [] when the field is absent."""
        return [self._mapping(item, name, index) for index, item in enumerate(self._list(name))]

    def unknown(self) -> tuple[FormatError, ...]:
        """A `field-unknown` for every field that nobody has asked for, here and below."""
        found: list[FormatError] = []
        for part in self.parts:
            for name in part.value:
                if name not in part.asked:
                    hint = did_you_mean(name, part.asked) if len(found) < HINTS else ""
                    found.append(part.error("field-unknown", "is not a known field", name, help=hint))
        return tuple(found)

    def finish(self, *, keep_unknown: bool = False) -> None:
        """Raise what was noted, and unknown fields unless they may be kept; `errors_of` gives all of it."""
        errors = self.errors if keep_unknown else [*self.errors, *self.unknown()]
        if errors:
            raise CollectedFormatError(errors)

    def _text(self, value: Any, limit: int, check: Callable[[str], object] | None, *names: str | int) -> str:
        if not isinstance(value, str):
            self.refuse("field-type", "is not text", *names, expected="text", found=shown(value))
            return ""
        if len(value) > limit:
            self.refuse("field-invalid", "is too long", *names, expected=f"at most {limit} characters")
        elif UNPRINTABLE.search(value) or _MISLEADING.search(value):
            self.refuse("field-invalid", "is not one line of printable text", *names, found=shown(value))
        elif check is not None:
            self.check(check, value, *names)
        return value

    def _list(self, name: str) -> list[Any]:
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse("field-type", "is not a list", name, expected="a list", found=kind_of(value))
            return []
        if len(value) > LIST_LIMIT:
            expected, found = f"at most {LIST_LIMIT} items", f"{len(value)} items"
            self.refuse("field-type", "is too long a list", name, expected=expected, found=found)
            return []
        return value

    def _mapping(self, value: Any, *names: str | int) -> Fields:
        if not isinstance(value, dict):
            self.refuse("field-type", "is not a mapping", *names, expected="names and values", found=kind_of(value))
            value = {}
        return Fields(self.document, self, (*self.path, *names), value)


def _format_path(path: Path) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in path)
    return text.removeprefix(".")

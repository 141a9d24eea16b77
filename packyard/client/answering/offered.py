"""Tools, resources and prompts by their names and arguments, and whether what was given fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from packyard.errors import UsageError
from packyard.formats.fields import did_you_mean, shown

#: The most characters of a text, texts in a list, and packs in an answer; and how many it has when nobody says.
TEXT, TEXTS, MOST, USUAL = 1_000, 20, 50, 10


class Argument(NamedTuple):
    """An argument; `kind` is `text`, `texts` or `number`."""

    name: str
    kind: str
    about: str
    required: bool = False


class Offer(NamedTuple):
    """A tool or a prompt."""

    name: str
    title: str
    about: str
    arguments: tuple[Argument, ...]


class Resource(NamedTuple):
    """A resource, or with `{name}` in its address a template of some."""

    uri: str
    name: str
    about: str


_NAME = Argument("name", "text", "The pack's name, such as hello or @acme/hello", True)
_LIMIT = Argument("limit", "number", f"How many packs at most: 1 to {MOST}, by default {USUAL}")

TOOLS = (
    Offer(
        "search_packs",
        "Search packs",
        "Finds packs by words; filters must hold. Words may have typos, and may hold filters such as tag:python.",
        (
            Argument("query", "text", "What the pack should be about; empty finds every pack", True),
            Argument("tags", "texts", "Only packs with all of these tags"),
            Argument("targets", "texts", "Only packs for all of these programs, such as claudecode or cursor"),
            _LIMIT,
        ),
    ),
    Offer(
        "get_pack_info",
        "Show a pack",
        "Says whose a pack is, its versions, what it needs, what it can do on a machine, and how it was verified.",
        (_NAME,),
    ),
    Offer("list_featured", "Featured packs", "The packs that the registry's keepers show first.", (_LIMIT,)),
    Offer(
        "list_by_target",
        "Packs for a program",
        "Packs for one program, in the order of their names.",
        (Argument("targetId", "text", "The program, such as claudecode, cursor or opencode", True), _LIMIT),
    ),
    Offer(
        "get_pack_readme",
        "Read a pack's readme",
        "The README.md of a pack's latest version, as its publisher signed it.",
        (_NAME,),
    ),
)

RESOURCES = (
    Resource("registry://packs", "packs", "The first packs by name, and how many there are"),
    Resource("registry://packs/{name}", "pack", "A pack, as get_pack_info shows it"),
    Resource("registry://featured", "featured", "The packs that the registry's keepers show first"),
    Resource("registry://tags", "tags", "Every tag, and how many packs have it"),
)

PROMPTS = (
    Offer(
        "suggest_packs",
        "Suggest packs",
        "Suggests packs for a project or a purpose.",
        (
            Argument("project_desc", "text", "What the project is; this or useCase is needed"),
            Argument("useCase", "text", "What the packs are for"),
            Argument("targets", "text", "Programs that are used, with commas between them"),
            Argument("maxSuggestions", "text", f"How many packs at most: 1 to {USUAL}, by default 5"),
        ),
    ),
    Offer(
        "compare_packs",
        "Compare packs",
        "Compares two packs or more.",
        (
            Argument("pack_a", "text", "The one pack; both of these or packNames are needed"),
            Argument("pack_b", "text", "The other pack"),
            Argument("packNames", "text", "The packs, with commas between them"),
        ),
    ),
)


def schema(arguments: Iterable[Argument]) -> dict[str, Any]:
    """The JSON Schema of an object with these arguments."""
    known = tuple(arguments)
    return {
        "type": "object",
        "properties": {each.name: _KINDS[each.kind] | {"description": each.about} for each in known},
        "required": [each.name for each in known if each.required],
        "additionalProperties": False,
    }


_KINDS: Mapping[str, dict[str, Any]] = {
    "text": {"type": "string", "maxLength": TEXT},
    "texts": {"type": "array", "items": {"type": "string", "maxLength": TEXT}, "maxItems": TEXTS},
    "number": {"type": "integer", "minimum": 1, "maximum": MOST},
}


def named(offers: tuple[Offer, ...], name: str, what: str) -> Offer:
    """The tool or prompt of a name. Raises `UsageError`."""
    for offer in offers:
        if offer.name == name:
            return offer
    known = [offer.name for offer in offers]
    hint = did_you_mean(name[:TEXT], known)
    message = f"there is no {what} of this name"
    raise UsageError("usage-wrong", message, expected=", ".join(known), found=shown(name[:TEXT]), help=hint)


def fitting(offer: Offer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that were given, those that are null left out. Raises `UsageError` for what does not fit."""
    known = {each.name: each for each in offer.arguments}
    found = {name: value for name, value in given.items() if value is not None}
    if unknown := sorted(found.keys() - known.keys()):
        raise _wrong(f"{offer.name} has no argument {shown(unknown[0][:100])}", ", ".join(known))
    for each in offer.arguments:
        if each.required and each.name not in found:
            raise _wrong(f"{offer.name} needs the argument {each.name}", each.about)
        if each.name in found:
            found[each.name] = _value(each, found[each.name])
    return found


def _value(argument: Argument, value: Any) -> Any:
    name = argument.name
    if argument.kind == "number":
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
            raise _wrong(f"{name} is not a whole number", f"1 to {MOST}")
        if not 1 <= value <= MOST:
            raise _wrong(f"{name} is out of range", f"1 to {MOST}")
        return int(value)
    texts = value if argument.kind == "texts" else [value]
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise _wrong(f"{name} is not {'a list of texts' if argument.kind == 'texts' else 'a text'}", argument.about)
    if len(texts) > TEXTS or any(len(each) > TEXT for each in texts):
        raise _wrong(f"{name} is too long", f"at most {TEXT} characters, and {TEXTS} texts in a list")
    return value


def _wrong(message: str, expected: str) -> UsageError:
    return UsageError("usage-wrong", message, expected=expected)

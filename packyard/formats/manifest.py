"""`pack.json` or `pack.yaml`: what a pack says about itself. The format is that of agentpacks.

    {
      "name": "hello",
      "version": "1.2.0",
      "description": "Greets whoever opens the project",
      "author": "Alice Example <alice@example.org>",
      "license": "MIT",
      "homepage": "https://example.org/hello",
      "repository": "https://github.com/alice/hello",
      "tags": ["greeting"],
      "targets": ["cursor", "claudecode"],
      "features": "*",
      "dependencies": {"base-rules": "^1.0.0"},
      "conflicts": ["goodbye"],
      "logo": "logo.png"
    }

`name` and `version` are required.  In `description` white space counts as one space.  `author` may be an object of
`name` and `email`, `repository` one of `url` and `type`; `homepage` is an http or https address, `repository` should
be one; `logo` is one, or a path in the pack.  `targets` and `features` are `"*"`, `["*"]` or a list; absent means all.
`dependencies` is a list of names or maps names to ranges.  Unknown fields, targets and features are noted and kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from packyard.errors import FormatError
from packyard.formats import canonical, semver
from packyard.formats.fields import HINTS, Fields, check_url, did_you_mean, shown
from packyard.formats.names import check_path, parse_name
from packyard.formats.strict import UNPRINTABLE, load_json, load_yaml
from packyard.model import Manifest

#: The most bytes of a manifest.
LIMIT = 65_536

NAMES = ("pack.json", "pack.yaml")

#: The programs that packs are made for, and the kinds of things in packs, in agentpacks' order.
# fmt: off
TARGETS = (
    "opencode", "cursor", "claudecode", "codexcli", "mistralvibe", "geminicli", "copilot", "cline", "kilo", "roo",
    "qwencode", "kiro", "factorydroid", "antigravity", "junie", "augmentcode", "windsurf", "warp", "replit", "zed",
)
# fmt: on
FEATURES = ("rules", "commands", "agents", "skills", "hooks", "plugins", "mcp", "ignore", "models")

_EMAIL = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_FEATURE_PATHS = {
    "rules": re.compile(r"rules/[^/]+\.md"),
    "commands": re.compile(r"commands/[^/]+\.md"),
    "agents": re.compile(r"agents/[^/]+\.md"),
    "skills": re.compile(r"skills/[^/]+/SKILL\.md"),
    "hooks": re.compile(r"hooks/hooks\.json"),
    "plugins": re.compile(r"plugins/[^/]+"),
    "mcp": re.compile(r"mcp\.json"),
    "ignore": re.compile(r"ignore|\.aiignore"),
    "models": re.compile(r"models\.json"),
}

#: The deepest nesting of an unknown field; it is rendered inside other documents, which have a limit themselves.
_MAX_EXTRA_DEPTH = 16


def parse_manifest(data: bytes, filename: str) -> tuple[Manifest, tuple[FormatError, ...]]:
    """The manifest in the file of this name (one of `NAMES`), and notes on what is unknown in it.

    Raises `FormatError`. The notes have the codes `field-unknown`, `target-unknown`, `feature-unknown` and `url-
    invalid`.
    """
    fields = Fields(load_json(data, LIMIT) if filename == "pack.json" else load_yaml(data, LIMIT))
    repository, unlinked = _repository(fields)
    manifest = Manifest(
        name=fields.required_text("name", check=parse_name),
        version=fields.required_text("version", check=semver.parse),
        description=fields.text("description", limit=2000, folded=True),
        author=_author(fields),
        license=fields.text("license", limit=100),
        homepage=fields.text("homepage", check=check_url),
        repository=repository,
        logo=fields.text("logo", check=_check_logo),
        tags=fields.texts("tags", limit=100),
        targets=_words(fields, "targets"),
        features=_words(fields, "features"),
        dependencies=_dependencies(fields),
        conflicts=fields.texts("conflicts", check=parse_name),
        extra=_extra(fields),
    )
    notes = (
        *unlinked,
        *fields.unknown(),
        *_unknown_words(fields, "targets", TARGETS),
        *_unknown_words(fields, "features", FEATURES),
    )
    fields.finish(keep_unknown=True)
    return manifest, notes


def format_manifest(manifest: Manifest) -> bytes:
    """The text of `pack.json`, without empty fields; `parse_manifest` gives the same manifest."""
    known = {**manifest._asdict(), "dependencies": dict(manifest.dependencies)}
    del known["extra"]
    return canonical.pretty({**{name: value for name, value in known.items() if value}, **manifest.extra})


def derive_features(paths: Iterable[str]) -> tuple[str, ...]:
    """The features for which a pack with files of these paths has something, in the order of `FEATURES`."""
    listed = tuple(paths)
    return tuple(name for name in FEATURES if any(map(_FEATURE_PATHS[name].fullmatch, listed)))


def _author(fields: Fields) -> str:
    if not isinstance(fields.raw("author"), dict):
        return fields.text("author", limit=300)
    author = fields.mapping("author")
    name, email = author.required_text("name", limit=100), author.text("email", limit=100, check=_check_email)
    return f"{name} <{email}>" if email else name


def _repository(fields: Fields) -> tuple[str, list[FormatError]]:
    """The repository's address; other forms, such as `git@host:path`, are noted and not linked."""
    value, place = fields.raw("repository"), ["repository"]
    if isinstance(value, dict):
        inner = fields.mapping("repository")
        inner.text("type")
        text, place = inner.required_text("url"), ["repository", "url"]
    else:
        text = fields.text("repository")
    try:
        if text:
            check_url(text)
        return text, []
    except FormatError as error:
        return "", [fields.error(error.code, "is not an address that pages can link to", *place, found=shown(text))]


def _words(fields: Fields, name: str) -> tuple[str, ...]:
    value = fields.raw(name)
    return ("*",) if value in (None, "*", ["*"]) else fields.texts(name, limit=100) or ("*",)


def _unknown_words(fields: Fields, name: str, known: Collection[str]) -> list[FormatError]:
    """Notes on the words of a list that are not in `known`; the list itself is read, and judged, by `_words`."""
    value = fields.raw(name)
    words = [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
    code, message, expected = f"{name.removesuffix('s')}-unknown", f"is not one of the known {name}", ", ".join(known)
    notes: list[FormatError] = []
    for index, word in enumerate(words):
        if word != "*" and word not in known:
            hint = did_you_mean(word.lower(), known) if len(notes) < HINTS else ""
            notes.append(fields.error(code, message, name, index, expected=expected, found=shown(word), help=hint))
    return notes


def _dependencies(fields: Fields) -> tuple[tuple[str, str], ...]:
    value = fields.raw("dependencies")
    if value and isinstance(value, (dict, list)) and str(fields.raw("name")) in value:
        fields.refuse("field-invalid", "a pack cannot depend on itself", "dependencies")
    if not isinstance(value, dict):
        return tuple((name, "*") for name in fields.texts("dependencies", check=parse_name))
    ranges = fields.mapping("dependencies")
    for name in ranges.names():
        ranges.check(parse_name, name, name)
    return tuple((name, ranges.required_text(name, check=semver.parse_range)) for name in ranges.names())


def _extra(fields: Fields) -> dict[str, Any]:
    """The fields that nobody has asked for, if other documents can hold them."""
    extra = {name: value for name, value in fields.value.items() if name not in fields.asked}
    for name, value in extra.items():
        if not _can_be_kept({name: value}, _MAX_EXTRA_DEPTH):
            expected = "printable text, not nested deep"
            fields.refuse("field-invalid", "is not known, and cannot be kept", name, expected=expected)
    return extra


def _can_be_kept(value: Any, depth: int) -> bool:
    if isinstance(value, str):
        return not UNPRINTABLE.search(value)
    if isinstance(value, dict):
        return depth > 0 and all(_can_be_kept(part, depth - 1) for item in value.items() for part in item)
    if isinstance(value, list):
        return depth > 0 and all(_can_be_kept(part, depth - 1) for part in value)
    return True


def _check_logo(text: str) -> None:
    (check_url if "://" in text else check_path)(text)


def _check_email(text: str) -> None:
    if not _EMAIL.fullmatch(text):
        raise FormatError("field-invalid", "is not an e-mail address", expected="name@host", found=shown(text))

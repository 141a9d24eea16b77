"""`packyard.json`: what a project wants, and from where.

    {
      "format": "packyard/project/1",
      "registries": [
        {
          "name": "main",
          "url": "https://packs.example.org/",
          "key": "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3",
          "scopes": ["@acme"],
          "mirrors": ["https://mirror.example.net/packs/"]
        },
        {"name": "work", "folder": "../packs"}
      ],
      "packs": {
        "hello": "^1.2.0",
        "work:base-rules": "beta"
      },
      "targets": ["claudecode", "cursor"]
    }

All but `format` may be absent.  A registry has a `url` (http, https or file) or a `folder`; `key` pins a root key of
it; mirrors are addresses or folders.  `packs` maps names, with a registry in front where one is meant, to a range of
versions or a channel; one name is there once.  The user's own `registries.json` has the same `registries` under
`"format": "packyard/registries/1"`, and nothing else.

**Which registry a name belongs to** (`home`).  The registry that was named; else the one whose `scopes` hold the name's
scope; else, for a dependency, the registry of the pack that depends on it, and for everything else the first registry.
A scope that a registry claims is never looked for elsewhere, not even when somebody names another registry, so that
nobody can slip a pack in under a name that is somebody's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from packyard.client.offers import Demand
from packyard.client.references import (
    ANY_REGISTRY,
    Reference,
    check_registry_name,
    format_reference,
    parse_reference,
    range_of,
)
from packyard.errors import FormatError
from packyard.formats import canonical, names
from packyard.formats.fields import Fields, did_you_mean, shown
from packyard.formats.manifest import TARGETS
from packyard.formats.minisign import parse_public_key
from packyard.formats.names import PackName, parse_handle
from packyard.formats.registry import check_base
from packyard.formats.strict import load_json

FILE = "packyard.json"
REGISTRIES_FILE = "registries.json"
FORMAT = "packyard/project/1"
REGISTRIES_FORMAT = "packyard/registries/1"

#: The most bytes of either file.
LIMIT = 262_144

#: For whom packs can be installed.
INSTALL_TARGETS = (*TARGETS, "agentsmd")

_FILE_ADDRESS = re.compile(r"file:///[A-Za-z0-9._~!$&()*+,;=:@%/-]*")


class KnownRegistry(NamedTuple):
    """A registry as somebody has written it down. `place` is a web address, a `file:` address or a folder; `key` is ""
    where none is pinned; `scopes` begin with `@`.
    """

    name: str
    place: str
    key: str = ""
    scopes: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()


class Project(NamedTuple):
    """`packyard.json`; `packs` are in the order of the file."""

    registries: tuple[KnownRegistry, ...] = ()
    packs: tuple[Reference, ...] = ()
    targets: tuple[str, ...] = ()


def parse_project(data: bytes) -> Project:
    """The project in a text. Raises `FormatError`."""
    fields = Fields(load_json(data, LIMIT))
    fields.choice("format", [FORMAT])
    project = Project(
        _registries(fields), _packs(fields.mapping("packs")), fields.texts("targets", check=_check_target)
    )
    fields.finish()
    return project


def format_project(project: Project) -> bytes:
    """The text of `packyard.json`, without what is empty; `parse_project` gives the same project."""
    packs = {format_reference(pack._replace(range="")): pack.range for pack in project.packs}
    parts = {"registries": list(map(_object, project.registries)), "packs": packs, "targets": project.targets}
    return canonical.pretty({"format": FORMAT, **{name: part for name, part in parts.items() if part}})


def parse_registries(data: bytes) -> tuple[KnownRegistry, ...]:
    """The registries in the user's `registries.json`. Raises `FormatError`."""
    fields = Fields(load_json(data, LIMIT))
    fields.choice("format", [REGISTRIES_FORMAT])
    registries = _registries(fields)
    fields.finish()
    return registries


def format_registries(registries: Iterable[KnownRegistry]) -> bytes:
    """The text of `registries.json`; `parse_registries` gives the same registries."""
    return canonical.pretty({"format": REGISTRIES_FORMAT, "registries": list(map(_object, registries))})


def with_pack(data: bytes, pack: Reference) -> bytes:
    """The text of a project with this pack in it, in place of the one of that name if there is one, else at the end of
    `packs`. Everything else stays as it stood, indented by two spaces. Raises `FormatError`.
    """
    return _edited(data, pack.name, {format_reference(pack._replace(range="")): pack.range or "*"})


def without_pack(data: bytes, name: PackName) -> bytes:
    """The text of a project without this pack. Raises `FormatError`, among others `pack-not-wanted`."""
    wanted = [pack.name for pack in parse_project(data).packs]
    if name not in wanted:
        hint = did_you_mean(name, wanted)
        raise FormatError("pack-not-wanted", f"the project does not ask for {name}", found=name, help=hint)
    return _edited(data, name, {})


def demands(project: Project, registries: tuple[KnownRegistry, ...]) -> tuple[Demand, ...]:
    """What the project asks for, each pack of its registry, ordered by name. Raises `FormatError` as `home` does."""
    found = [Demand(home(registries, pack.name, pack.registry), pack.name, pack.range) for pack in project.packs]
    return tuple(sorted(found, key=lambda demand: demand.name))


def home(registries: tuple[KnownRegistry, ...], name: str, named: str = "", beside: str = "") -> str:
    """The registry to which a pack belongs; `named` is the one that somebody wrote in front of it, `beside` that of the
    pack that depends on it. Raises `registry-unknown`, `registry-missing` or `scope-elsewhere`.
    """
    scope = "@" + names.scope(PackName(name))
    claimed = next((each.name for each in registries if scope in each.scopes), "")
    if named in ("", ANY_REGISTRY):
        if not (registries or beside):
            hint = f"add one to {FILE}, or name it on the command line"
            raise FormatError("registry-missing", "no registry is known", help=hint)
        return claimed or beside or registries[0].name
    known = [each.name for each in registries]
    if named not in known:
        expected, hint = ", ".join(known), did_you_mean(named, known)
        raise FormatError("registry-unknown", "no registry has this name", expected=expected, found=named, help=hint)
    if claimed not in ("", named):
        message = f"{scope} belongs to the registry {claimed}, and {name} is never taken from another"
        raise FormatError("scope-elsewhere", message, expected=f"{claimed}:{name}", found=f"{named}:{name}")
    return named


def join(project: tuple[KnownRegistry, ...], user: tuple[KnownRegistry, ...]) -> tuple[KnownRegistry, ...]:
    """The project's registries, then those of the user that it does not name.

    A registry that both name is one registry, or tokens would be sent where they do not belong: it has one place and
    one key, and what either says about scopes and mirrors. Raises `registry-differs` or `scope-twice`.
    """
    theirs = {each.name: each for each in user}
    joined = [_agreed(each, theirs.pop(each.name)) if each.name in theirs else each for each in project]
    registries = (*joined, *theirs.values())
    if clash := _claimed_twice(registries):
        raise clash[1]
    return registries


def _agreed(ours: KnownRegistry, theirs: KnownRegistry) -> KnownRegistry:
    for here, there in ((ours.place, theirs.place), (ours.key, theirs.key)):
        if here != there and here and there:
            message = f"{FILE} and {REGISTRIES_FILE} mean different registries by {ours.name}"
            hint = "give one of them another name"
            raise FormatError("registry-differs", message, expected=shown(there), found=shown(here), help=hint)
    scopes, mirrors = ((*a, *(each for each in b if each not in a)) for a, b in zip(ours[3:], theirs[3:], strict=True))
    return KnownRegistry(ours.name, ours.place, ours.key or theirs.key, scopes, mirrors)


def _claimed_twice(registries: Iterable[KnownRegistry]) -> tuple[int, FormatError] | None:
    """The index of the first registry that claims another's scope, and what is wrong with that."""
    owners: dict[str, str] = {}
    for index, registry in enumerate(registries):
        for scope in registry.scopes:
            if owners.setdefault(scope, registry.name) != registry.name:
                message = f"{scope} belongs to the registry {owners[scope]} already"
                return index, FormatError("scope-twice", message, found=f"{registry.name} claims it too")
    return None


def _registries(fields: Fields) -> tuple[KnownRegistry, ...]:
    registries = tuple(map(_registry, fields.each("registries")))
    called = [each.name for each in registries]
    for index, name in enumerate(called):
        if name and name in called[:index]:
            fields.refuse("field-invalid", "is there twice", "registries", index, "name", found=name)
    if clash := _claimed_twice(registries):
        index, error = clash
        fields.refuse(error.code, error.message, "registries", index, "scopes", found=error.found)
    return registries


def _registry(fields: Fields) -> KnownRegistry:
    url, folder = fields.text("url", check=_check_address), fields.text("folder", check=_check_folder)
    if bool(url) == bool(folder):
        expected = "one of url and folder"
        fields.refuse("field-missing", "has no single place", expected=expected, found="both" if url else "neither")
    return KnownRegistry(
        fields.required_text("name", check=check_registry_name),
        url or folder,
        fields.text("key", limit=100, check=parse_public_key),
        fields.texts("scopes", check=_check_scope),
        fields.texts("mirrors", check=_check_place),
    )


def _packs(fields: Fields) -> tuple[Reference, ...]:
    packs: dict[str, Reference] = {}
    for key in fields.names():
        pack = fields.check(_parse_unversioned, key, key)
        wanted = fields.required_text(key, check=range_of)
        if pack and pack.name in packs:
            fields.refuse("field-invalid", "is there twice: a project holds one pack of a name", key, found=pack.name)
        elif pack:
            packs[pack.name] = pack._replace(range=wanted)
    return tuple(packs.values())


def _parse_unversioned(text: str) -> Reference:
    reference = parse_reference(text)
    if reference.range:
        expected = "the name alone; the range is the value"
        raise FormatError("reference-invalid", "has a version in the name", expected=expected, found=shown(text))
    return reference


def _object(registry: KnownRegistry) -> dict[str, Any]:
    place = "url" if "://" in registry.place else "folder"
    known = {"name": registry.name, place: registry.place, "key": registry.key}
    lists = {"scopes": registry.scopes, "mirrors": registry.mirrors}
    return {name: value for name, value in {**known, **lists}.items() if value}


def _edited(data: bytes, name: str, entry: dict[str, str]) -> bytes:
    """The text with `entry` in place of the pack of this name, or at the end."""
    parse_project(data)
    value: dict[str, Any] = load_json(data, LIMIT).value
    packs: dict[str, str] = {}
    for key, wanted in (value.get("packs") or {}).items():
        packs |= entry if parse_reference(key).name == name else {key: wanted}
    edited = canonical.pretty(value | {"packs": packs | entry})
    parse_project(edited)
    return edited


def _check_target(text: str) -> None:
    if text not in INSTALL_TARGETS:
        hint = did_you_mean(text, INSTALL_TARGETS)
        raise FormatError("field-invalid", "is not a target", found=shown(text), help=hint)


def _check_scope(text: str) -> None:
    if not text.startswith("@"):
        raise FormatError("field-invalid", "is not a scope", expected="such as @acme", found=shown(text))
    parse_handle(text[1:])


def _check_place(text: str) -> None:
    (_check_address if "://" in text else _check_folder)(text)


def _check_address(text: str) -> None:
    if not _FILE_ADDRESS.fullmatch(text):
        check_base(text)


def _check_folder(text: str) -> None:
    if "://" in text:
        raise FormatError(
            "field-invalid", "is an address", expected="a folder; `url` is for addresses", found=shown(text)
        )

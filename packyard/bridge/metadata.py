"""A pack with all that its versions say of themselves, from the documents of a site.

A pack's document has what was signed and logged of each version; what the version says of itself and which files it has
is in its `metadata.json` (`packyard.formats.documents`). Both are sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packyard.client.user_looking import METADATA_LIMIT
from packyard.errors import FormatError
from packyard.formats import strict
from packyard.model import File, Manifest, Pack, Release, VersionState

#: Of so many versions, the highest, the metadata is read: a pack with thousands must not cost thousands of files.
MOST = 300

_TEXTS = ("name", "version", "description", "author", "license", "homepage", "repository", "logo")
_LISTS = ("tags", "targets", "features")


def wanted(pack: Pack) -> list[str]:
    """The versions of which the metadata is read. Of a withdrawn one nothing is left to say."""
    found = [state.release.version for state in pack.versions if not state.withdrawn][:MOST]
    latest = pack.latest
    return list(dict.fromkeys([*found, *([] if latest.withdrawn else [latest.release.version])]))


def filled(pack: Pack, metadata: Mapping[str, bytes]) -> Pack:
    """The pack with manifests and files, of the versions that have `metadata`. Raises `FormatError`."""
    return pack._replace(versions=tuple(_filled(state, metadata) for state in pack.versions))


def known(release: Release) -> bool:
    """Whether the version's metadata was read."""
    return bool(release.manifest.name)


def _filled(state: VersionState, metadata: Mapping[str, bytes]) -> VersionState:
    data = metadata.get(state.release.version)
    return state if data is None else state._replace(release=parse_metadata(data, state.release))


def parse_metadata(data: bytes, release: Release) -> Release:
    """The release with what its `metadata.json` says. Raises `FormatError` `document-invalid`."""
    value = strict.load_json(data, METADATA_LIMIT).value
    try:
        manifest, names = _manifest(value["manifest"], release.manifest), tuple(map(_text, value["features"]))
        files = tuple(map(_file, value["files"]))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise FormatError("document-invalid", f"not what is known of a version: {error}") from None
    if (value["name"], value["version"]) != (release.pack, release.version) or manifest.name != release.pack:
        raise FormatError("document-invalid", "this is what is known of another version")
    return release._replace(manifest=manifest, features=names, files=files)


def _manifest(stated: Mapping[str, Any], signed: Manifest) -> Manifest:
    """The manifest, with the dependencies and conflicts of the pack's document."""
    texts: dict[str, Any] = {name: _text(stated[name] or "") for name in _TEXTS}
    lists: dict[str, Any] = {name: tuple(map(_text, stated[name])) for name in _LISTS}
    return signed._replace(**texts, **lists, extra=dict(stated["extra"]))


def _file(stated: Mapping[str, Any]) -> File:
    size = stated["size"]
    if type(size) is not int or size < 0:
        raise TypeError("a size is something else")
    return File(_text(stated["path"]), _text(stated["sha256"]), size, int(stated["mode"], 8))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is something else")
    return value

"""The version that a submission gets, and the manifest that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packyard.errors import FormatError
from packyard.formats import semver
from packyard.formats.manifest import parse_manifest

#: In JSON a member, in YAML a line, whose value is the version.
_JSON = re.compile(rb'("version"\s*:\s*")([^"\\]*)(")')
_YAML = re.compile(rb"(^version[ \t]*:[ \t]*)([^\r\n#]*[^\r\n# \t])", re.MULTILINE)


def next_version(published: Iterable[str]) -> str:
    """The version after those that are published: 1.0.0 at first, then the patch after the highest release; a pack
    that has had pre-releases only gets the release that the highest of them was for.
    """
    known = sorted(published, key=semver.sort_key)
    releases = [version for version in known if not semver.parse(version).prerelease]
    if not known:
        return "1.0.0"
    if not releases:
        return semver.format_version(semver.parse(known[-1])._replace(prerelease=()))
    highest = semver.parse(releases[-1])
    return semver.format_version(highest._replace(patch=highest.patch + 1))


def set_version(data: bytes, filename: str, version: str) -> bytes:
    """The manifest in `filename` with another version, and not another byte changed.

    Raises `FormatError`: `version-invalid`, or `version-fixed` when it stands where it cannot be replaced.
    """
    semver.parse(version)
    before = parse_manifest(data, filename)[0]
    if before.version == version:
        return data
    for match in (_JSON if filename == "pack.json" else _YAML).finditer(data):
        text = b'"' + version.encode() + b'"' if filename == "pack.yaml" else version.encode()
        changed = data[: match.start(2)] + text + data[match.end(2) :]
        if _says(changed, filename) == before._replace(version=version):
            return changed
    raise FormatError(
        "version-fixed", "the version cannot be replaced in the manifest", found=before.version, expected=version
    )


def _says(data: bytes, filename: str) -> object:
    try:
        return parse_manifest(data, filename)[0]
    except FormatError:
        return None

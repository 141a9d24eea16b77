"""The catalogue as npm and its kin read a registry: one document and the tarballs of each pack, under the scope that is
the registry's origin (https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md).

    npm/@packs.example.org/hello                 the packument: what there is of a pack, as JSON
    npm/-/hello/1.2.0/hello-1.2.0.tgz            a version

A program is told of it by one line of its settings, and asks for nothing else when it installs:

    @packs.example.org:registry=https://packs.example.org/npm/

A tarball has the files of the version below `package/`, its `SHA256SUMS` and signature not among them, and a
`package.json` that is made from the manifest. That has no scripts, and nothing else that npm would run:

    {
      "name": "@packs.example.org/acme.tools", "version": "1.0.0", "description": "…", "keywords": ["test"],
      "author": "…", "license": "MIT", "homepage": "https://…", "repository": {"url": "https://…"},
      "dependencies": {"@packs.example.org/hello": "^1.0.0"},
      "gypfile": false,
      "packyard": {"origin": "packs.example.org", "pack": "@acme/tools", "identity": "SHA-256 of SHA256SUMS",
                   "omitted": []}
    }

Files of the pack that npm would take for its own are left out, and named as `omitted`: `package.json`,
`npm-shrinkwrap.json`, `binding.gyp` (it means a script even where there is none) and all of `node_modules`, in any
case of letters. A version with a path that does not fit a ustar header behind `package/` is not offered.

The bytes of a tarball must not change from one release of this program to the next, because lock files have their
hashes: the form of `package.json` is a part of the format. Integrity is SHA-256, which the build knows of every file
that it has made; so a new version costs one tarball, and older ones are not read again.

npm knows deprecation and nothing else: a version that is deprecated or yanked, or of a pack that is deprecated,
archived or renamed, has a `deprecated` message, at which npm prefers other versions and warns. A yanked one is under no
tag. What is withdrawn is not there. Channels are tags. Conflicts cannot be said, downloads are not known.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from packyard.errors import FormatError
from packyard.formats import canonical, foreign, tarball
from packyard.formats.times import format_time
from packyard.model import Mark, Pack, Release, VersionState
from packyard.recipe import Recipe
from packyard.registry import Registry
from packyard.surfaces.dialects.values import Dialect, encode, unsaid
from packyard.surfaces.pack.values import Files, Hand, all_facts

#: What is at the top of a package and npm acts on, in lower case.
RESERVED = frozenset({"package.json", "npm-shrinkwrap.json", "binding.gyp", "node_modules"})

_PREFIX = "package/"


def plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    """A pack's packument and the tarballs of its versions; none when no version is offered."""
    registry = hand.site.registry
    offered = [state for state in pack.versions if state.withdrawn is None and _fits(state.release)]
    for state in offered:
        release = state.release
        signed = (registry.origin, release.tree, release.identity)
        yield Recipe(_path(release), signed, partial(_tarball, registry.origin, release, hand.files))
    if offered:
        whole = (registry.origin, registry.url, *all_facts(pack))
        paths = tuple(_path(state.release) for state in offered)
        path, render = foreign.npm(registry.origin, pack.name), partial(_packument, registry, pack, offered)
        yield Recipe(path, whole, render, paths)


def package_json(origin: str, release: Release) -> dict[str, Any]:
    """What `package.json` says of a release; members without a value are left out."""
    manifest = release.manifest
    found = {
        "name": foreign.npm_name(origin, release.pack),
        "version": release.version,
        "description": manifest.description,
        "keywords": list(manifest.tags),
        "author": manifest.author,
        "license": manifest.license,
        "homepage": manifest.homepage,
        "repository": {"url": manifest.repository} if manifest.repository else None,
        "dependencies": {foreign.npm_name(origin, name): wanted for name, wanted in manifest.dependencies},
    }
    omitted = [file.path for file in release.files if _reserved(file.path)]
    own = {"origin": origin, "pack": release.pack, "identity": release.identity, "omitted": omitted}
    return {name: value for name, value in found.items() if value} | {"gypfile": False, "packyard": own}


def _path(release: Release) -> str:
    return foreign.npm_tarball(release.pack, release.version)


def _reserved(path: str) -> bool:
    return path.partition("/")[0].lower() in RESERVED


def _fits(release: Release) -> bool:
    """Whether the paths of a release fit an archive in which they stand in a folder more."""
    try:
        for file in release.files:
            tarball.split(_PREFIX + file.path)
    except FormatError:
        return False
    return True


def _tarball(origin: str, release: Release, files: Files) -> bytes:
    shipped = files(release)
    content = {_PREFIX + path: shipped[path] for path in shipped if not _reserved(path)}
    content[_PREFIX + "package.json"] = canonical.pretty(package_json(origin, release))
    return tarball.compress(tarball.format_tar(content.items()))


def _packument(registry: Registry, pack: Pack, offered: Sequence[VersionState], digests: Iterable[str]) -> bytes:
    """The document; `digests` are those of the tarballs, in the order of what is `offered`."""
    made = zip(offered, digests, strict=True)
    latest = (pack.latest if pack.latest in offered else offered[0]).release.manifest
    about = {
        "description": latest.description,
        "keywords": list(latest.tags),
        "license": latest.license,
        "homepage": latest.homepage,
        "repository": {"url": latest.repository} if latest.repository else None,
    }
    return encode(
        {
            "name": foreign.npm_name(registry.origin, pack.name),
            **{name: value for name, value in about.items() if value},
            # Without an address npm prints "undefined" as one.
            "maintainers": [{"name": owner, "email": ""} for owner in pack.owners],
            "dist-tags": _tags(pack, {state.release.version for state in offered}),
            "time": _times(pack, offered),
            "versions": {state.release.version: _version(registry, pack, state, digest) for state, digest in made},
        }
    )


def _tags(pack: Pack, offered: set[str]) -> dict[str, str]:
    """The versions that names stand for; `latest` is not there when every version is yanked."""
    latest = {"latest": pack.latest.release.version} if pack.latest.alive else {}
    return {name: version for name, version in (latest | dict(pack.channels)).items() if version in offered}


def _times(pack: Pack, offered: Iterable[VersionState]) -> dict[str, str]:
    created = min(state.release.published for state in pack.versions)
    published = {state.release.version: format_time(state.release.published) for state in offered}
    return {"created": format_time(created), **published}


def _version(registry: Registry, pack: Pack, state: VersionState, digest: str) -> dict[str, Any]:
    """What is said of a version; `digest` is the SHA-256 of its tarball, in hex."""
    release = state.release
    integrity = "sha256-" + b64encode(bytes.fromhex(digest)).decode()
    found = package_json(registry.origin, release)
    found["dist"] = {"tarball": registry.url + _path(release), "integrity": integrity}
    if warning := _warning(registry.origin, pack, state):
        found["deprecated"] = warning
    return found


def _warning(origin: str, pack: Pack, state: VersionState) -> str:
    """What speaks against a version, "" for nothing."""
    said = [f"yanked: {state.yanked.reason}"] if state.yanked else []
    said += [_advice(origin, mark) for mark in (state.deprecated, pack.deprecated) if mark]
    said += [f"goes on as {foreign.npm_name(origin, pack.renamed.to)}: {pack.renamed.reason}"] if pack.renamed else []
    said += [f"archived: {pack.archived.reason}"] if pack.archived else []
    return "; ".join(said)


def _advice(origin: str, mark: Mark) -> str:
    return f"{mark.reason} (use {foreign.npm_name(origin, mark.replacement)})" if mark.replacement else mark.reason


DIALECT = Dialect("npm", plan, unsaid, lambda site, view, name: ())

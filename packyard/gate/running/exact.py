"""Is it said exactly what is fetched? What the registry of a language never changes, or what names its content.

    npm    name@1.2.3  name#COMMIT  github:a/b#COMMIT        PyPI   name==1.2.3  git+https://…@COMMIT  …#sha256=…
    Go     host/path@v1.2.3                                  image  name@sha256:…

A tag, a branch, a range and `latest` can be moved by whoever holds them, after a person has looked at the pack.
"""

from __future__ import annotations

import re

_SEMVER = r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_VERSION = re.compile(rf"={{0,2}}{_SEMVER}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NPM = re.compile(rf"(?:@[^/@\s]+/)?[^@\s/]+@(?:npm:(?:@[^/@\s]+/)?[^@\s/]+@)?=?{_SEMVER}")
_PYPI = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?(?:\s*===?\s*|@)v?\d[A-Za-z0-9.!+_-]*(?:\s*;.*)?")
_CONDA = re.compile(r"(?:[\w.-]+::)?[\w.-]+==?\d+\.\d+[\w.]*(?:=\w+)?")
_GO = re.compile(rf"[^@\s]+@(?:{_SEMVER}|[0-9a-f]{{12,40}})")
_NAMED = re.compile(rf"[^@:\s]+[@:]=?{_SEMVER}")
_MAVEN = re.compile(r"[\w.-]+:[\w.-]+:\d[\w.-]*")
_NIX = re.compile(r"\.?#.*|.*[/=][0-9a-f]{40}(?:[#&].*)?")
_DEBIAN = re.compile(r"[\w.+:-]+=\d.*")
_DIGEST = re.compile(r"[^@\s]+@sha256:[0-9a-f]{64}")
#: Addresses whose host does not change what it once gave.
_UNCHANGING = re.compile(
    r"(?:npm|jsr):/?(?:@[^/@\s]+/)?[^/@\s]+@\d+\.\d+\.\d+"
    r"|https://(?:deno\.land|esm\.sh|unpkg\.com|jsr\.io|cdn\.jsdelivr\.net)/(?:[^@\s]*@){1,2}v?\d+\.\d+\.\d+"
    r"|https://raw\.githubusercontent\.com/[^/\s]+/[^/\s]+/[0-9a-f]{40}/"
)


def unchanging(address: str) -> bool:
    """Whether an address gives the same for ever."""
    return bool(_UNCHANGING.match(address))


def is_version(text: str) -> bool:
    """Whether it is one version, with all its numbers."""
    return bool(_VERSION.fullmatch(text))


def is_commit(text: str) -> bool:
    """Whether it is the whole id of a commit."""
    return bool(_COMMIT.fullmatch(text))


def is_image(image: str) -> bool:
    """Whether an image is named by its digest."""
    return bool(_DIGEST.fullmatch(image))


def is_npm(spec: str) -> bool:
    """Whether a package of npm is named exactly."""
    return bool(_NPM.fullmatch(spec) or _has_commit(spec, "#"))


def is_pypi(spec: str) -> bool:
    """Whether a package of Python is named exactly."""
    return bool(_PYPI.fullmatch(spec) or _has_commit(spec, "@") or "#sha256=" in spec)


def is_conda(spec: str) -> bool:
    """Whether a package of conda is named exactly."""
    return bool(_CONDA.fullmatch(spec))


def is_go(spec: str) -> bool:
    """Whether a package of Go is named exactly, or is one of the project."""
    return bool(_GO.fullmatch(spec)) or "." not in spec.partition("/")[0] or spec.endswith(".go")


def is_nix(spec: str) -> bool:
    """Whether a flake is named by its commit, or is the project's own."""
    return bool(_NIX.fullmatch(spec))


def is_named(spec: str) -> bool:
    """Whether it is `name@1.2.3` or `name:1.2.3`, as most programs have it."""
    return bool(_NAMED.fullmatch(spec))


def is_of_system(spec: str) -> bool:
    """Whether a package of the system is named with its version."""
    return bool(_DEBIAN.fullmatch(spec) or _NAMED.fullmatch(spec))


def is_local(spec: str) -> bool:
    """Whether it is no address, or one that does not change."""
    return unchanging(spec) or "://" not in spec


def is_maven(spec: str) -> bool:
    """Whether a program of Java is a file, or named as `group:name:version`."""
    return bool(_MAVEN.fullmatch(spec)) or (spec.endswith((".java", ".jsh", ".kt", ".jar")) and is_local(spec))


def is_script(spec: str) -> bool:
    """Whether a script is a file, or at an address that does not change."""
    return unchanging(spec) or not spec.startswith(("http:", "https:", "npm:", "jsr:"))


def _has_commit(spec: str, sign: str) -> bool:
    return is_commit(spec.partition("#egg=")[0].rpartition(sign)[2].partition("#")[0])

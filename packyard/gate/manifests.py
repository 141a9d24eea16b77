"""Does the pack say what it is: description, licence, readme, addresses, logo, and the features that it has?

What makes a manifest unreadable is refused before (`packyard.formats.manifest`); where there is no good manifest, the
checks of this module that need one give nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packyard.errors import FormatError, Problem
from packyard.formats.fields import shown
from packyard.formats.manifest import FEATURES, LIMIT, NAMES, derive_features
from packyard.formats.strict import load_json, load_yaml
from packyard.gate.values import Candidate, Content, ContentCheck
from packyard.model import Manifest

#: The fewest and most characters of a description that is read at a glance.
SHORT, LONG = 8, 500

MAX_TAGS, MAX_TAG = 20, 40

#: The most bytes of a logo that a list of packs can load.
MAX_LOGO = 1_000_000

#: The features that make a program run something.
RUNNING = ("hooks", "plugins", "mcp")

_LICENSE_FILE = re.compile(r"(?:licen[cs]e|copying|unlicense)(?:[.-][^/]*)?|licenses/[^/]+", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
#: What makes an SVG image do something, or show what is elsewhere.
_ACTIVE = re.compile(rb"<script[\s>]|<foreignObject[\s>]|\son[a-z]{3,20}\s{0,9}=|javascript:", re.IGNORECASE)
_BEGINNINGS = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".gif": b"GIF8",
    ".webp": b"RIFF",
}


def check_description(candidate: Candidate) -> Iterator[Problem]:
    """Whether the description is there, and can be read at a glance."""
    content, manifest = candidate.content, candidate.content.manifest
    if manifest is None:
        return
    size = len(manifest.description)
    if not size:
        expected = "`description`, one sentence that says what the pack is for"
        yield _problem(content, "description-missing", "the pack has no description", expected=expected)
    elif not SHORT <= size <= LONG:
        message, expected = "the description is too short or too long", f"{SHORT} to {LONG} characters"
        yield _problem(content, "description-length", message, "description", expected=expected, found=str(size))


def check_license(candidate: Candidate) -> Iterator[Problem]:
    """Whether the licence is an SPDX expression (SPDX 2.3, annex D), and its text is in the pack."""
    content, manifest = candidate.content, candidate.content.manifest
    if manifest is None:
        return
    expected = "an SPDX expression such as MIT or Apache-2.0 OR MIT"
    if not manifest.license:
        yield _problem(content, "license-missing", "nothing says under which licence the pack is", expected=expected)
        return
    if not _is_spdx(manifest.license):
        message, found = "the licence is not an SPDX expression", shown(manifest.license)
        yield _problem(content, "license-invalid", message, "license", expected=expected, found=found)
    elif "licenseref-" in manifest.license.lower():
        message = "the licence is one of the author's own"
        yield _problem(content, "license-own", message, "license", found=shown(manifest.license))
    if not any(_LICENSE_FILE.fullmatch(name) and data.strip() for name, data in content.files.items()):
        message = "the text of the licence is not in the pack"
        yield Problem("license-file-missing", content.path, message, expected="LICENSE")


def check_readme(candidate: Candidate) -> Iterator[Problem]:
    """Whether there is a `README.md`, in any letter case, with something in it."""
    content = candidate.content
    names = [name for name in content.files if name.lower() == "readme.md"]
    if not names:
        yield Problem("readme-missing", content.path, "the pack has no readme", expected="README.md")
    for name in names:
        if not has_text(_COMMENT.sub(b"", content.files[name])):
            yield Problem("readme-missing", content.at(name), "the readme is empty")


def check_presentation(candidate: Candidate) -> Iterator[Problem]:
    """Whether lists and pages can show the pack well: tags, addresses, logo."""
    content, manifest = candidate.content, candidate.content.manifest
    if manifest is None:
        return
    for index, tag in enumerate(manifest.tags):
        if tag != tag.lower() or len(tag) > MAX_TAG or index == MAX_TAGS:
            message = "too many tags" if index == MAX_TAGS else "nobody looks for such a tag"
            expected = f"at most {MAX_TAGS} words in lower case of at most {MAX_TAG} characters"
            yield _problem(content, "tags-unusual", message, "tags", index, expected=expected, found=shown(tag))
    for field in ("homepage", "repository", "logo"):
        if getattr(manifest, field).lower().startswith("http://"):
            message, found = "the address is not one of https", shown(getattr(manifest, field))
            yield _problem(content, "url-insecure", message, field, expected="https://…", found=found)
    if manifest.logo and "://" not in manifest.logo:
        yield from _logo(content, manifest.logo)


def check_features(candidate: Candidate) -> Iterator[Problem]:
    """Whether the features that the manifest lists are those that the folder has."""
    content, manifest = candidate.content, candidate.content.manifest
    if manifest is None:
        return
    present = derive_features(content.files)
    if not present and not manifest.dependencies:
        message = "there is nothing in the pack that a program would use"
        yield Problem("pack-empty", content.path, message, expected="one of " + ", ".join(FEATURES))
    if manifest.features != ("*",):
        yield from _listed(content, manifest, present)


def line_of(content: Content, *path: str | int) -> int:
    """The line of the manifest on which a field stands, 0 when nobody knows."""
    name = manifest_name(content)
    try:
        load = load_json if name == "pack.json" else load_yaml
        return load(content.files.get(name, b""), LIMIT).line(path)
    except FormatError:
        return 0


def manifest_name(content: Content) -> str:
    """The name of the manifest's file."""
    return next((name for name in NAMES if name in content.files), NAMES[0])


def has_text(data: bytes) -> bool:
    """Whether there is a letter or a digit in its first million bytes."""
    return any(map(str.isalnum, data[:1_000_000].decode(errors="ignore")))


def _listed(content: Content, manifest: Manifest, present: tuple[str, ...]) -> Iterator[Problem]:
    for index, name in enumerate(manifest.features):
        if name in FEATURES and name not in present:
            message = "the feature is listed, and nothing in the pack is of its kind"
            yield _problem(content, "feature-absent", message, "features", index, found=name)
    for name in present:
        if name not in manifest.features:
            code = "feature-hidden" if name in RUNNING else "feature-undeclared"
            yield _problem(content, code, "the pack has a feature that the manifest does not list", found=name)


def _logo(content: Content, name: str) -> Iterator[Problem]:
    data = content.files.get(name)
    if data is None:
        message = "the logo is not in the pack"
        yield _problem(content, "logo-missing", message, "logo", found=shown(name))
    elif not _is_image(name, data):
        expected = "a file that is what its name says: .png .jpg .gif .webp .svg"
        yield Problem("logo-invalid", content.at(name), "the logo is not an image", expected=expected)
    elif name.lower().endswith(".svg") and (active := _ACTIVE.search(data)):
        line, found = data.count(b"\n", 0, active.start()) + 1, shown(active[0].decode().strip())
        yield Problem("logo-invalid", content.at(name), "the logo is not an image alone: it can act", line, found=found)
    elif len(data) > MAX_LOGO:
        expected, found = f"at most {MAX_LOGO} bytes", f"{len(data)} bytes"
        yield Problem("logo-large", content.at(name), "the logo is too large to be shown", 0, expected, found)


def _is_image(name: str, data: bytes) -> bool:
    ending = name[name.rfind(".") :].lower()
    if ending == ".svg":
        return _SVG.search(data, 0, 4096) is not None
    return ending in _BEGINNINGS and data.startswith(_BEGINNINGS[ending])


def _is_spdx(text: str) -> bool:
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return False
    return True


def _problem(
    content: Content, code: str, message: str, *path: str | int, expected: str = "", found: str = ""
) -> Problem:
    """A problem of the manifest, at the field that `path` leads to."""
    return Problem(code, content.at(manifest_name(content)), message, line_of(content, *path), expected, found)


CHECKS = (
    ContentCheck("description", ("description-missing", "description-length"), check_description),
    ContentCheck(
        "licence",
        ("license-missing", "license-invalid", "license-own", "license-file-missing"),
        check_license,
    ),
    ContentCheck("readme", ("readme-missing",), check_readme),
    ContentCheck(
        "presentation",
        ("tags-unusual", "url-insecure", "logo-missing", "logo-invalid", "logo-large"),
        check_presentation,
    ),
    ContentCheck("features", ("pack-empty", "feature-absent", "feature-hidden", "feature-undeclared"), check_features),
)

"""Rules about the folder of one version."""

from __future__ import annotations

from packyard.rules.texts import block, note

_SIGN = "Run `packyard sign DIR` again, before the version is published."
_UNKNOWN = "The list of known ones grows; what is not in it is kept and shown."

RULES = (
    block(
        "manifest-missing",
        "no manifest",
        "The manifest says what the pack is and what it needs.",
        "Write `pack.json`; `packyard new` makes one to start from.",
    ),
    block(
        "manifest-twice",
        "two manifests",
        "They could say two different things.",
        "Keep either `pack.json` or `pack.yaml`.",
    ),
    block(
        "manifest-name",
        "the manifest names another pack",
        "What a pack is called is said by its folder and its manifest, and both must agree.",
        "Correct `name` in the manifest or move the folder, and sign again.",
    ),
    block(
        "manifest-version",
        "the manifest names another version",
        "Which version it is, is said by the folder and the manifest, and both must agree.",
        "Correct `version` in the manifest or rename the folder, and sign again.",
    ),
    note("target-unknown", "a target that is not known", _UNKNOWN, "Check the spelling."),
    note("feature-unknown", "a feature that is not known", _UNKNOWN, "Check the spelling."),
    block(
        "too-many-files",
        "more files than the limit",
        "Every installation would have to write them all.",
        "Leave out what the pack does not need, or split it; `packyard config` shows the limit.",
    ),
    block(
        "sums-missing",
        "no list of checksums",
        "`SHA256SUMS` is what the publisher signs; without it nothing says what the pack is.",
        "Run `packyard sign DIR`, which writes it.",
    ),
    block(
        "sums-invalid",
        "not a list of checksums as `sha256sum` writes it",
        "The list is compared byte by byte, so it has one form: sorted, one line a file.",
        _SIGN,
    ),
    block("sums-mismatch", "a file is not what was signed", "Somebody changed the file after it was signed.", _SIGN),
    block("sums-extra", "a file that was not signed", "Nobody vouches for a file that is not in the list.", _SIGN),
    block(
        "sums-absent", "a file that was signed is not there", "The pack is not whole.", f"Put it back. Else: {_SIGN}"
    ),
    block(
        "tarball-not-canonical",
        "the tarball is not the canonical encoding of its contents",
        "A tarball has one form, so that anybody can make the same bytes again and nothing hides in it.",
        "Take the tarball from the registry or a mirror again; if it is the same, the registry must build it again.",
    ),
)

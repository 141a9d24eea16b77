"""What a registry says of itself: its settings, and the keys that are trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Registry(NamedTuple):
    """`registry.yaml`: the settings. Empty `surfaces` means all of them; the other mappings hold what differs."""

    origin: str
    title: str
    url: str
    mirrors: tuple[str, ...]
    expires_days: int
    limits: Mapping[str, int]
    rules: Mapping[str, str]
    surfaces: Mapping[str, bool]
    policy: Mapping[str, int] = {}
    witnesses: tuple[str, ...] = ()
    repository: str = ""
    look: Mapping[str, str] = {}


class Trust(NamedTuple):
    """`trust/N.json`. Keys are base64 minisign lines; `log_vkey` and `witnesses` are C2SP verifier keys."""

    origin: str
    number: int
    expires: str
    root_keys: tuple[str, ...]
    threshold: int
    snapshot_keys: tuple[str, ...]
    attest_keys: tuple[str, ...]
    log_origin: str
    log_vkey: str
    witnesses: tuple[str, ...]
    quorum: int

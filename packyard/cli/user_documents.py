"""The JSON documents of the commands of those who use packs: values in, objects out; what is absent is null.

packyard/install/1 update/1 remove/1   dry_run targets registries changed[{name before after}] packs[] files[{path
                                       change}] notes[] conflicts[] diff
packyard/list/1        packs[{name version registry asked needed_by installed targets}]
packyard/outdated/1    packs[{name registry locked fitting newest}]
packyard/info/1        registry origin snapshot{} name owners version{} versions[] channels about{} keys[] …
packyard/verify/1      ok packs files problems[] exit_code
packyard/audit-lock/1  ok packs findings[] advisories (how many were looked at)
packyard/registries/1  registries[{name place key scopes mirrors from default}]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packyard.cli.errors import as_object
from packyard.client.placing import diff
from packyard.client.placing.values import Change
from packyard.client.user_values import About, Info, Listed, Outcome, Outdated
from packyard.formats.documents import mark
from packyard.formats.times import format_time
from packyard.model import VersionState


def outcome_fields(outcome: Outcome, dry_run: bool, with_diff: bool) -> Mapping[str, Any]:
    """What was done, or would be."""
    return {
        "dry_run": dry_run,
        "targets": list(outcome.targets),
        "registries": {name: registry._asdict() for name, registry in outcome.lock.registries.items()},
        "changed": [
            {"name": name, "before": before or None, "after": after or None} for name, before, after in outcome.changed
        ],
        "packs": [
            {
                "name": pack.name,
                "version": pack.version,
                "registry": pack.registry,
                "publisher": pack.publisher,
                "identity": {"sha256": pack.identity},
                "tarball": {"sha256": pack.sha256, "size": pack.size},
                "log_index": pack.log_index,
                "dependencies": dict(pack.dependencies),
            }
            for pack in outcome.lock.packs
        ],
        "files": [{"path": change.path, "change": _kind(change)} for change in outcome.plan.changes],
        "notes": [as_object(note) for note in outcome.notes],
        "conflicts": [as_object(conflict) for conflict in outcome.plan.conflicts],
        "diff": diff(outcome.plan) if with_diff else None,
    }


def _kind(change: Change) -> str:
    return "added" if change.old is None else "removed" if change.new is None else "changed"


def listed_fields(packs: Iterable[Listed]) -> Mapping[str, Any]:
    """The packs of a project."""
    return {
        "packs": [
            {
                "name": pack.name,
                "version": pack.version,
                "registry": pack.registry,
                "asked": pack.asked or None,
                "needed_by": list(pack.needed_by),
                "installed": pack.installed or None,
                "targets": list(pack.targets),
            }
            for pack in packs
        ]
    }


def outdated_fields(packs: Iterable[Outdated]) -> Mapping[str, Any]:
    """The packs for which there is something newer."""
    return {"packs": [{name: value or None for name, value in pack._asdict().items()} for pack in packs]}


def info_fields(info: Info) -> Mapping[str, Any]:
    """What is to be known of a pack."""
    pack = info.pack
    recovery = pack.recovery._asdict() | {"effective": format_time(pack.recovery.effective)} if pack.recovery else None
    return {
        "registry": info.registry,
        "origin": info.origin,
        "snapshot": {
            "number": info.snapshot,
            "issued": format_time(info.issued),
            "expires": format_time(info.expires),
        },
        "name": pack.name,
        "owners": list(info.owners),
        "latest": pack.latest.release.version,
        "channels": dict(pack.channels),
        "deprecated": mark(pack.deprecated),
        "archived": mark(pack.archived),
        "renamed": pack.renamed._asdict() if pack.renamed else None,
        "recovery": recovery,
        "version": _version(info.version),
        "about": _about(info.about) if info.about else None,
        "versions": [_version(state) for state in pack.versions],
        "keys": [key._asdict() | {"since": key.since or None, "ended": key.ended or None} for key in info.keys],
        "banners": list(info.banners),
        "proof": list(info.proof),
    }


def _version(state: VersionState) -> dict[str, Any]:
    release = state.release
    return {
        "version": release.version,
        "identity": {"sha256": release.identity},
        "tarball": None if state.withdrawn else {"sha256": release.tarball.sha256, "size": release.tarball.size},
        "published": format_time(release.published),
        "publisher": release.publisher,
        "key": release.key,
        "channel": state.channel or None,
        "yanked": mark(state.yanked),
        "deprecated": mark(state.deprecated),
        "withdrawn": mark(state.withdrawn),
        "dependencies": dict(release.manifest.dependencies),
        "conflicts": list(release.manifest.conflicts),
        "log_index": release.log_index,
    }


def _about(about: About) -> dict[str, Any]:
    texts = ("author", "license", "homepage", "repository")
    return {
        "description": about.description,
        **{name: getattr(about, name) or None for name in texts},
        "tags": list(about.tags),
        "targets": list(about.targets),
        "features": list(about.features),
        "files": [{"path": path, "size": size} for path, size in about.files],
    }

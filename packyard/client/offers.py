"""What a registry offers of a pack, as its verified catalogue tells it, and that a pack is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from packyard.model import Mark, Pack, VersionState

#: A registry, by the project's name for it, and a pack in it.
Key: TypeAlias = tuple[str, str]


class Demand(NamedTuple):
    """That a pack of a registry is wanted, in a range of versions or from a channel."""

    registry: str
    name: str
    range: str

    @property
    def key(self) -> Key:
        """The pack."""
        return self.registry, self.name


class Offer(NamedTuple):
    """One version of a pack. `sha256` and `size` are those of the tarball, `yanked` and `deprecated` the reasons given,
    `channel` is "" until one offers it; of a withdrawn version nothing but its number and identity counts.
    """

    registry: str
    name: str
    version: str
    identity: str
    sha256: str
    size: int
    published: int
    publisher: str
    log_index: int
    yanked: str | None = None
    withdrawn: bool = False
    deprecated: str | None = None
    channel: str = ""
    dependencies: tuple[tuple[str, str], ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def alive(self) -> bool:
        """Whether the version is offered to whoever does not have it already."""
        return self.yanked is None and not self.withdrawn

    @property
    def plain(self) -> bool:
        """Whether the version is for everybody, and not for those alone who ask for a channel."""
        return self.channel in ("", "stable")


class Offers(NamedTuple):
    """All versions of a pack, by semver, highest first; the version that each channel offers; and what was said about
    the pack itself: `archived` is the reason, `renamed` the name under which it goes on.
    """

    registry: str
    name: str
    versions: tuple[Offer, ...]
    channels: Mapping[str, str] = {}
    archived: str | None = None
    renamed: str = ""


def latest(offers: Offers) -> Offer | None:
    """What one gets who asks for no version, as `packyard.model.latest_of` has it; None when nothing is offered."""
    alive = [offer for offer in offers.versions if offer.alive]
    plain = [offer for offer in alive if "-" not in offer.version and offer.plain]
    return next(iter(plain or alive), None)


def offers_of(registry: str, pack: Pack) -> Offers:
    """What the fold of a pack offers, under the project's name for its registry."""
    return Offers(
        registry,
        pack.name,
        tuple(_offer(registry, pack, state) for state in pack.versions),
        pack.channels,
        pack.archived.reason if pack.archived else None,
        pack.renamed.to if pack.renamed else "",
    )


def _offer(registry: str, pack: Pack, state: VersionState) -> Offer:
    release = state.release
    deprecated = state.deprecated or pack.deprecated
    return Offer(
        registry,
        pack.name,
        release.version,
        release.identity,
        release.tarball.sha256,
        release.tarball.size,
        release.published,
        release.publisher,
        release.log_index,
        state.yanked.reason if state.yanked else None,
        state.withdrawn is not None,
        _advice(deprecated) if deprecated else None,
        state.channel,
        release.manifest.dependencies,
        release.manifest.conflicts,
    )


def _advice(mark: Mark) -> str:
    return f"{mark.reason} (use {mark.replacement})" if mark.replacement else mark.reason

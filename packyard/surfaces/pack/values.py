"""What the pages of a pack are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from packyard.formats import semver
from packyard.formats.advisory import Advisory
from packyard.model import Pack, Publisher, Release, VersionState
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

#: Gives the files of a release, each read when it is asked for.
Files = Callable[[Release], Mapping[str, bytes]]


class Dependent(NamedTuple):
    """A pack whose latest version depends on this one: on which versions, and who owns it."""

    name: str
    range: str
    owner: str


class Need(NamedTuple):
    """A pack that another one depends on, directly or not. `exists` is whether the registry has it; `needs` pairs the
    names and ranges that its latest version depends on.
    """

    name: str
    exists: bool
    deprecated: bool
    needs: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]


class Around(NamedTuple):
    """What others say about a pack: advisories that name it; the packs that depend on it; and every pack that a version
    of it depends on, directly or not, so far as they were followed.
    """

    advisories: tuple[Advisory, ...] = ()
    dependents: tuple[Dependent, ...] = ()
    needs: tuple[Need, ...] = ()


class Hand(NamedTuple):
    """What the pages of one pack are made with. `publishers` has the signers of all its versions, as they are now;
    `seen` the day on which a revision of their files brought each of their keys, by the keys' ids.
    """

    site: Site
    templates: Templates
    publishers: Mapping[str, Publisher]
    files: Files
    around: Around = Around()
    seen: Mapping[str, str] = {}


def previous_of(pack: Pack, state: VersionState) -> VersionState | None:
    """The version before: the highest lower one among those published earlier, so that none that comes later is it."""
    own, seq = semver.sort_key(state.release.version), state.release.seq
    lower = (each for each in pack.versions if each.release.seq < seq and semver.sort_key(each.release.version) < own)
    return next(lower, None)


def standing(pack: Pack) -> tuple[object, ...]:
    """What is said of the pack as a whole, as the inputs of a recipe."""
    return (pack.name, pack.owners, pack.deprecated, pack.archived, pack.renamed, pack.recovery)


def facts(state: VersionState) -> tuple[object, ...]:
    """All that a state says, as the inputs of a recipe, in short: manifest and files are what the tree's id names."""
    release = state.release
    signed = (release.version, release.tree, release.identity, release.key, release.publisher, release.tarball)
    placed = (release.commit, release.review, release.published, release.seq, release.log_index)
    return (*signed, *placed, *state[1:])


def all_facts(pack: Pack) -> tuple[object, ...]:
    """All that the pack and its versions say, as the inputs of a recipe."""
    return (*standing(pack), pack.statements, tuple(map(facts, pack.versions)))


def alone(pack: Pack, state: VersionState) -> Pack:
    """The pack as the pages of one version see it: another version must not cost them a rendering."""
    return pack._replace(versions=(state,), statements=())

"""Everything a pack contributes to the site, as recipes: its artifacts, its documents and its pages.

What never changes once published (tarball, checksums, signatures, provenance) is made when a version is checked, while
its contents are at hand. The rest follows from the pack's state; of a withdrawn version that state knows no contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from packyard.formats import documents, layout
from packyard.model import File, Pack, Publisher, Release, VersionState
from packyard.recipe import Recipe
from packyard.surfaces import pages
from packyard.surfaces.readme import render_readme
from packyard.surfaces.site import Site

#: Gives the bytes of a release's file.
Contents = Callable[[Release, str], bytes]

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
IMAGE_LIMIT = 1_000_000
READMES = ("README.md", "readme.md", "Readme.md")


def plan_pack(
    site: Site, templates: pages.Templates, pack: Pack, publishers: Mapping[str, Publisher], contents: Contents
) -> Iterator[Recipe]:
    """The recipes of a pack's documents and pages. `publishers` are the signers of its versions, as they are now."""
    latest = pack.latest.release
    about = (pack.owners, pack.deprecated, pack.archived, pack.renamed, pack.recovery)
    stated = (*about, pack.statements, tuple(map(_facts, pack.versions)))
    whole = (*stated, pack.grounds)
    yield Recipe(layout.pack(pack.name, "index.json"), whole, partial(documents.pack_document, pack))
    yield Recipe(
        layout.pack(pack.name, "index.html"),
        (site, *stated, *sorted(publishers.items())),
        lambda: pages.pack_page(templates, site, pack, _readme(latest, contents), publishers),
    )
    yield Recipe(layout.pack(pack.name, "badge.svg"), (latest.version,), lambda: pages.badge(pack.name, latest.version))
    for file in latest.files:
        if file.path.lower().endswith(IMAGES) and not _too_large_to_show(file):
            path = layout.version(pack.name, latest.version, f"files/{file.path}")
            yield Recipe(path, (file.sha256,), partial(contents, latest, file.path))
    for state in pack.versions:
        yield from _plan_version(site, templates, pack, about, state, publishers[state.release.publisher])


def _plan_version(
    site: Site,
    templates: pages.Templates,
    pack: Pack,
    about: tuple[object, ...],
    state: VersionState,
    publisher: Publisher,
) -> Iterator[Recipe]:
    """A version's page says nothing of its siblings: another version must not cost it a rendering."""
    release, withdrawn = state.release, state.withdrawn
    alone = pack._replace(versions=(state,), statements=())
    path = layout.version(pack.name, release.version)
    stated = _facts(VersionState(release, withdrawn=withdrawn))
    yield Recipe(path + "metadata.json", stated, partial(documents.version_document, release, withdrawn))
    yield Recipe(
        path + "index.html",
        (site, *about, _facts(state), publisher),
        lambda: pages.version_page(templates, site, alone, state, publisher),
    )


def _facts(state: VersionState) -> tuple[object, ...]:
    """All that a state says, in few words: manifest and files are what the tree's id names."""
    release = state.release
    signed = (release.version, release.tree, release.identity, release.key, release.publisher, release.tarball)
    return (*signed, release.commit, release.published, release.seq, release.log_index, *state[1:])


def _readme(release: Release, contents: Contents) -> str | None:
    paths = {file.path for file in release.files if not _too_large_to_show(file)}
    name = next((name for name in READMES if name in paths), None)
    if name is None:
        return None
    base = f"{release.version}/files/"
    return render_readme(contents(release, name), base, paths, partial(contents, release)).html


def _too_large_to_show(file: File) -> bool:
    return file.path.lower().endswith(IMAGES) and file.size > IMAGE_LIMIT

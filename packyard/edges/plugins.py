"""A folder of plugins that programs take as a marketplace, made from the proven packs of a registry.

    DIR/.claude-plugin/marketplace.json   which plugins there are
    DIR/plugins/PLUGIN/…                  what `packyard.parts.plugin` makes of a pack
    DIR/.packyard/…                       what was written, as in a project (`packyard.client.placing`)

It is written as projects are: all or nothing, through a journal; what was written before and is wanted no more is
removed, and what somebody else has changed since is not overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from packyard.client.consult import Answer, Step
from packyard.client.placing import make_plan, paths
from packyard.client.placing.ledger import check_place
from packyard.client.placing.values import Disk, Entry, File, Installed, Ledger, Owner, Plan, Record, Wanted, digest
from packyard.client.project import home
from packyard.client.references import parse_reference
from packyard.client.refusals import attempt
from packyard.client.releases import Opened, release_of
from packyard.client.user_looking import meant
from packyard.client.wanted import Files
from packyard.edges.client_asking import told
from packyard.edges.client_catalogue import listed_in_site, read_index
from packyard.edges.client_placing import project_at
from packyard.edges.client_sealed import reading
from packyard.edges.registries import Registries
from packyard.edges.session import Session
from packyard.errors import NotFound, Problem, UsageError
from packyard.formats import canonical, foreign, layout, registry_page
from packyard.formats.fields import did_you_mean
from packyard.formats.manifest import derive_features
from packyard.formats.snapshot import Snapshot
from packyard.model import Pack
from packyard.parts import plugin, values
from packyard.parts.marketplace import MOST, marketplace
from packyard.registry import Registry

#: For whom the folder was written, in the ledger.
OWNER = "plugins"
MARKETPLACE = ".claude-plugin/marketplace.json"

#: How many packs are asked for at once.
_BATCH = 50
#: A row's name, which is escaped wherever else it may stand in the catalogue.
_ROW = re.compile(rb'"name":"([^"\\]+)"')


class Written(NamedTuple):
    """What was written, or would be: the marketplace's name, the plan, and (name, version before, version now) of every
    plugin that changed, "" for none.
    """

    marketplace: str
    plan: Plan
    changed: tuple[tuple[str, str, str], ...]


class _Found(NamedTuple):
    """Plugins by their names, each with the version it is made of; and the names that lead to others."""

    registry: Registry
    opened: tuple[Opened, ...]
    renamed: Mapping[str, str]


def write_plugins(
    session: Session, folder: Path, packs: Mapping[str, str], *, dry_run: bool = False, force: bool = False
) -> Written:
    """Writes the plugins of these packs, which map names to ranges, or of all packs of a registry.

    Raises `UsageError`, `NotFound`, `TrustError` and `WorldError`, and `ProblemsFound` when something stands in the
    way; then nothing has been changed.
    """
    found = _read(session, packs)
    name = foreign.marketplace(found.registry.origin)
    wanted = _wanted(name, found)
    if dry_run and not folder.exists():
        empty = Ledger()
        plan = make_plan(empty, Disk(dict.fromkeys(paths(empty, wanted))), wanted)
        return Written(name, plan, tuple(_compared(empty, wanted)))
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
    with project_at(folder, dry_run) as place:
        _must_be_ours(place.ledger, folder)
        gone = {pack.name for pack in place.ledger.packs} - {pack.name for pack in wanted.packs}
        plan = place.plan(wanted, remove=gone, force=force)
        changed = tuple(_compared(place.ledger, wanted))
        if not dry_run:
            place.apply(plan)
    return Written(name, plan, changed)


def asked(registries: Registries, texts: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The registry that is asked, and the range of each pack that was named. Raises `UsageError`."""
    named = [told(partial(parse_reference, text)) for text in texts]
    homes = {told(partial(home, registries.known, each.name, each.registry)) for each in named}
    if len(homes) > 1:
        message, hint = "one marketplace is made from one registry", "write each registry's into a folder of its own"
        raise UsageError("usage-wrong", message, found=", ".join(sorted(homes)), help=hint)
    return next(iter(homes), "") or registries.default(), {each.name: each.range for each in named}


def _must_be_ours(ledger: Ledger, folder: Path) -> None:
    """Refuses a project: its packs would be taken for plugins that are wanted no more."""
    if any(pack.targets != (OWNER,) for pack in ledger.packs):
        hint = "name a folder of its own for plugins"
        raise UsageError("usage-wrong", "packs are installed in this folder", path=str(folder), help=hint)


# --- what there is ---


def _read(session: Session, packs: Mapping[str, str]) -> _Found:
    stated = session.ask().head.snapshot
    names = tuple(packs) or _every(session, stated)
    answers = [_ask(session, names[at : at + _BATCH], packs) for at in range(0, len(names), _BATCH)]
    opened = {each.name: each for answer in answers for each in answer.opened.values()}
    proven = {name: each.pack for answer in answers for name, each in answer.packs.items()}
    made = {name: each for name, each in opened.items() if _is_plugin(each)}
    if nothing := sorted(opened.keys() & packs.keys() - made.keys()):
        message = "there is nothing in it for programs that read plugins"
        raise UsageError("usage-wrong", message, found=", ".join(nothing))
    renamed = {foreign.plugin(name): foreign.plugin(pack.renamed.to) for name, pack in proven.items() if pack.renamed}
    return _Found(_settings(session, stated), tuple(each for _, each in sorted(made.items())), renamed)


def _every(session: Session, stated: Snapshot) -> tuple[str, ...]:
    names = tuple(name.decode("utf-8", "replace") for name in _ROW.findall(read_index(session, stated)))
    if len(names) > MOST:
        hint = "name those that you want"
        message = "the registry has more packs than a marketplace can have plugins"
        raise UsageError("usage-wrong", message, expected=f"at most {MOST}", found=str(len(names)), help=hint)
    return names


def _ask(session: Session, names: tuple[str, ...], packs: Mapping[str, str]) -> Answer:
    answer = session.ask(names, partial(_next, packs))
    if absent := sorted(answer.absent):
        known = (name.decode("utf-8", "replace") for name in _ROW.findall(read_index(session, answer.head.snapshot)))
        message, hint = f"there is no pack {absent[0]} in the registry", did_you_mean(absent[0], tuple(known))
        raise NotFound("pack-unknown", message, path=session.places.name, found=absent[0], help=hint)
    _demand(answer, packs)
    return answer


def _next(packs: Mapping[str, str], known: Mapping[str, Pack]) -> Step:
    """The packs that others were renamed to, and a version of each that was not. Of what was not asked for by name,
    versions that are withdrawn or yanked are left out; what there is not is told at the end.
    """
    onward = {pack.renamed.to for pack in known.values() if pack.renamed} - known.keys()
    pins = list[tuple[str, str]]()
    for name, pack in known.items():
        with suppress(NotFound):
            state = meant("", pack, packs.get(name, ""))
            if not pack.renamed and not state.withdrawn and (state.alive or name in packs):
                pins.append((name, state.release.version))
    return Step(tuple(sorted(onward)), tuple(pins))


def _demand(answer: Answer, packs: Mapping[str, str]) -> None:
    """Raises `NotFound` for a pack that was asked for by name and has no such version."""
    for name in sorted(packs.keys() & answer.packs.keys() - {name for name, _ in answer.opened}):
        proven = answer.packs[name]
        if not proven.pack.renamed:
            release_of(proven, meant("", proven.pack, packs[name]).release.version)


def _is_plugin(opened: Opened) -> bool:
    return plugin.offered(opened.manifest, derive_features(path for path, _ in opened.files))


def _settings(session: Session, stated: Snapshot) -> Registry:
    """What the registry says of itself, as it is sealed."""

    def read(files: Files) -> Registry:
        path = layout.REGISTRY
        data = files.sealed(path, listed_in_site(files, stated, [path])[path], registry_page.LIMIT)
        return attempt(f"{files.name}/{path}", {}, registry_page.parse_registry_page, data)

    return reading(session, read)


# --- what it becomes ---


def _wanted(name: str, found: _Found) -> Wanted:
    made = {each.name: _made(each, found.registry) for each in found.opened}
    entries = [
        _entry(f"plugins/{foreign.plugin(pack)}/{path}", data, [pack])
        for pack, (_, one) in made.items()
        for path, data in one.files.items()
    ]
    if made:
        about = [{**said, "source": f"./plugins/{said['name']}"} for said, _ in made.values()]
        document = canonical.pretty(marketplace(name, found.registry.title, about, found.renamed))
        entries.append(_entry(MARKETPLACE, document, sorted(made)))
    packs = tuple(Installed(each.name, each.version, each.identity, (OWNER,)) for each in found.opened)
    notes: Iterable[Problem] = (note for _, one in made.values() for note in one.notes)
    return Wanted(packs, tuple(entries), tuple(notes), ())


def _made(opened: Opened, registry: Registry) -> tuple[Mapping[str, object], plugin.Plugin]:
    said = plugin.about(opened.manifest, opened.publisher, registry.url)
    pack = values.Pack(opened.name, opened.version, opened.identity, opened.files, opened.manifest)
    return said, plugin.make_plugin(pack, said)


def _entry(path: str, data: bytes, packs: Iterable[str]) -> Entry:
    owners = tuple(Owner(pack, OWNER) for pack in packs)
    return Entry(Record("file", check_place(path), (), digest(data), owners), File(path, data))


def _compared(ledger: Ledger, wanted: Wanted) -> Iterator[tuple[str, str, str]]:
    old = {pack.name: pack.version for pack in ledger.packs}
    new = {pack.name: pack.version for pack in wanted.packs}
    for name in sorted(old.keys() | new.keys(), key=foreign.plugin):
        if old.get(name) != new.get(name):
            yield foreign.plugin(name), old.get(name, ""), new.get(name, "")

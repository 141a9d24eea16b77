"""The targets, and what packs become for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from packyard.client.placing import agentsmd, claudecode, codexcli, copilot, cursor, geminicli, opencode
from packyard.client.placing.blocks import format_block, hash_marks
from packyard.client.placing.ledger import check_place
from packyard.client.placing.target import Target
from packyard.client.placing.values import (
    Block,
    Entry,
    File,
    Installed,
    Item,
    Owner,
    Record,
    Wanted,
    digest,
    digest_value,
)
from packyard.errors import FormatError, Problem, UsageError
from packyard.formats.manifest import FEATURES
from packyard.formats.names import check_path, parse_name
from packyard.parts import Parts
from packyard.parts.values import Pack, curated

#: The targets by name, in the order of the documentation.
TARGETS: Mapping[str, Target] = {
    module.TARGET.name: module.TARGET
    for module in (claudecode, cursor, codexcli, opencode, copilot, geminicli, agentsmd)
}


def want(packs: Iterable[Pack], targets: Collection[str]) -> Wanted:
    """What the packs become: each whole in its folder, and for each target what its program looks for.

    Raises `UsageError` for a target that there is not. A pack that is not made for a target has nothing there, which is
    noted.
    """
    for name in targets:
        if name not in TARGETS:
            known = ", ".join(TARGETS)
            raise UsageError("target-invalid", "there is no such target", expected=known, found=name)
    installed, entries = list[Installed](), list[Entry]()
    notes, conflicts = list[Problem](), list[Problem]()
    for pack in packs:
        conflicts += _strange(pack)
        parts = Parts(pack)
        for owner, item in _items(parts, targets):
            try:
                entries.append(_entry(owner, item))
            except FormatError as error:
                conflicts.append(error.at(item.path))
        installed.append(Installed(pack.name, pack.version, pack.identity, tuple(sorted(set(targets)))))
        notes += dict.fromkeys(parts.notes)
    return Wanted(tuple(installed), tuple(entries), tuple(notes), tuple(conflicts))


def _strange(pack: Pack) -> Iterator[Problem]:
    """What a pack that was verified does not have: another name or other paths than those that are checked."""
    try:
        parse_name(pack.name)
    except FormatError as error:
        yield error.at(pack.name)
    for path, _ in pack.files:
        try:
            check_path(path)
        except FormatError as error:
            yield error.at(f"{pack.name}/{path}")


def _items(parts: Parts, targets: Collection[str]) -> Iterator[tuple[Owner, Item]]:
    for path, data in parts.pack.files:
        yield Owner(parts.name, ""), File(f"{curated(parts.name)}/{path}", data)
    meant = parts.pack.manifest.targets
    for target in (TARGETS[name] for name in TARGETS if name in targets):
        if "*" not in meant and target.name not in meant:
            parts.remark("", f"is not made for it, but for {', '.join(meant)}", target.title)
            continue
        for feature in FEATURES:
            if feature in parts.features and feature not in target.places:
                parts.remark("", f"has no place for {feature}: {target.lacks[feature]}", target.title)
        for item in target.items(parts):
            yield Owner(parts.name, target.name), item


def _entry(owner: Owner, item: Item) -> Entry:
    path = check_place(item.path)
    if isinstance(item, File):
        return Entry(Record("file", path, (), digest(item.data), (owner,)), item)
    if isinstance(item, Block):
        lines = format_block(owner.pack, item.text, hash_marks(path))
        return Entry(Record("block", path, (owner.pack,), digest(lines), (owner,)), item)
    kind = "element" if item.element else "member"
    return Entry(Record(kind, path, item.place, digest_value(item.value), (owner,)), item)


def table() -> Iterator[str]:
    """The page of what goes where, as lines of Markdown."""
    yield "# Targets"
    yield ""
    yield from _INTRODUCTION.splitlines()
    for target in TARGETS.values():
        yield f"\n## {target.title} (`{target.name}`)\n"
        yield "| of a pack | goes to |"
        yield "|---|---|"
        for feature in FEATURES:
            yield f"| {feature} | {target.places.get(feature) or f'nowhere: {target.lacks[feature]}'} |"


_INTRODUCTION = """\
Every pack is unpacked whole to `.agentpacks/.curated/PACK/` (`@acme/hello` to `.agentpacks/.curated/@acme/hello/`). For
each target its parts go to where that program looks for them. PACK-NAME is the name of the pack and that of the rule,
command, agent or skill with a hyphen between (`hello-style`; `acme-hello-style` for `@acme/hello`), or the pack's name
alone where both are the same, so that packs do not get in each other's way. Two packs that bring different things to
one place are refused together.

- *Renamed* things have their new name in their heads too.
- A *block* is put between two comments, `packyard:begin PACK` and `packyard:end PACK`; the rest of the text is yours.
- In JSON files (comments are allowed in them) members and elements are added; all else stays, byte for byte. A member
  that you have with another value is never overwritten.
- What a program has no place for, and what of a pack it cannot say, is told when the pack is installed.
- What was written is listed in `.packyard/installed.json`. Removing or updating a pack touches nothing else. What you
  have changed since is left to you when a pack is removed, and stops an update; with `--force` your copy is kept beside
  it as `NAME.packyard-orig`.
- Commands of hooks and servers find the pack's files in its folder below `.agentpacks/`."""

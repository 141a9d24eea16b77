"""Agent skills, offered as `skills` and OpenCode look for them: below the address of a pack, and of nothing larger.

The skills are those of the pack's latest version, if that is neither yanked nor withdrawn and its manifest offers them:

    packs/NAME/.well-known/agent-skills/index.json   what there is, by Agent Skills Discovery 0.2.0
    packs/NAME/.well-known/agent-skills/SKILL.tgz    a skill, its SKILL.md at the root: canonical (`formats.tarball`)
    packs/NAME/.well-known/skills/index.json         the same, in the place of the older form
    packs/NAME/.well-known/skills/SKILL/…            a skill's files as they are
    .well-known/…                                    one skill, which says how to find packs here (`finding`)

    {"$schema": "https://schemas.agentskills.io/discovery/0.2.0/schema.json",
     "skills": [{"name": "greet", "type": "archive", "description": "Greets people who come by", "url": "greet.tgz",
                 "digest": "sha256:5c1f…", "files": ["SKILL.md", "scripts/greet.sh"]}]}

Addresses are relative to the index. The one in the older place is of both forms: 0.1 reads `name`, `description` and
`files`, which are relative to the folder of the skill; 0.2 reads the rest, so that a client which goes from place to
place finds the same digest in both, and an archive that was refused is not taken file by file. There, `version` is the
digest, too: OpenCode fetches a skill again when it is another one.

The name of an archive does not end in `.tar.gz`, as those do that never change (`formats.layout`).

A skill is listed when its head has a description and the name of its folder, without which no client takes it. Files
that a browser or a host would act on are nowhere but in archives: a skill is unpacked only if the name of every file of
it is one that hosts serve as text or as an image (`surfaces.skills.inert`), and else is not in the older index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from hashlib import sha256
from typing import Any, NamedTuple

from packyard.formats import layout, tarball
from packyard.formats.skill import MAX_DESCRIPTION, parse_skill
from packyard.model import Pack
from packyard.recipe import Recipe
from packyard.surfaces.dialects.agent_skills import finding
from packyard.surfaces.dialects.values import Dialect, View, encode, unsaid
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.site import Site
from packyard.surfaces.skills import Skill, skills_of, unpacked

SCHEMA = "https://schemas.agentskills.io/discovery/0.2.0/schema.json"
#: The folders below an address, by RFC 8615: of Agent Skills Discovery since 0.2, and before.
ARCHIVES, UNPACKED = ".well-known/agent-skills/", ".well-known/skills/"


class _Offer(NamedTuple):
    """A skill; what makes its archive, and its entry in an index: None when no client would take it."""

    skill: Skill
    archive: Callable[[], bytes]
    entry: Callable[[], dict[str, Any] | None]


def _plan(hand: Hand, pack: Pack) -> Iterator[Recipe]:
    state = pack.latest
    skills = skills_of(state.release, partial(hand.files, state.release)) if state.alive else ()
    return _recipes(layout.pack(pack.name), skills)


def _plan_list(site: Site, _: View, __: str) -> Iterator[Recipe]:
    return _recipes("", (finding.skill(site.registry),))


def _recipes(base: str, skills: Iterable[Skill]) -> Iterator[Recipe]:
    """The files that offer skills below `base`, "" or a folder with its slash."""
    offers = tuple(map(_offer, skills))
    plain = tuple(offer for offer in offers if unpacked(offer.skill))
    for offer in offers:
        path = base + ARCHIVES + _archive_name(offer.skill)
        yield Recipe(path, (tarball.ENCODER, offer.skill.files), offer.archive)
    for offer in plain:
        for path, digest in offer.skill.files:
            target = f"{base}{UNPACKED}{offer.skill.name}/{path}"
            yield Recipe(target, (digest,), partial(offer.skill.read, path))
    for folder, listed in ((ARCHIVES, offers), (UNPACKED, plain)):
        if listed:
            inputs = (tarball.ENCODER, *((offer.skill.name, offer.skill.files) for offer in listed))
            yield Recipe(f"{base}{folder}index.json", inputs, partial(_index, listed, folder == UNPACKED))


def _offer(skill: Skill) -> _Offer:
    archive = cache(partial(_archive, skill))
    return _Offer(skill, archive, cache(partial(_entry, skill, archive)))


def _archive(skill: Skill) -> bytes:
    return tarball.compress(tarball.format_tar((path, skill.read(path)) for path, _ in skill.files))


def _archive_name(skill: Skill) -> str:
    return f"{skill.name}.tgz"


def _entry(skill: Skill, archive: Callable[[], bytes]) -> dict[str, Any] | None:
    head, _ = parse_skill(skill.read("SKILL.md"))
    if not head.description or head.name != skill.name:
        return None
    return {
        "name": skill.name,
        "type": "archive",
        "description": _cut(head.description),
        "url": _archive_name(skill),
        "digest": f"sha256:{sha256(archive()).hexdigest()}",
        "files": [path for path, _ in skill.files],
    }


def _index(offers: Sequence[_Offer], older: bool) -> bytes:
    entries = [entry for offer in offers if (entry := offer.entry())]
    return encode({"$schema": SCHEMA, "skills": list(map(_older, entries)) if older else entries})


def _older(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry as it stands in the older place."""
    return entry | {"url": f"../agent-skills/{entry['url']}", "version": entry["digest"]}


def _cut(text: str) -> str:
    """A description that no client refuses for its length, which they count in units of UTF-16."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MAX_DESCRIPTION:
        return text
    return units[: 2 * (MAX_DESCRIPTION - 1)].decode("utf-16-le", "ignore") + "…"


DIALECT = Dialect("agent-skills", _plan, unsaid, _plan_list)

"""The pages that say what a registry's word rests on: its keys, its rules, its mirrors and witnesses.

    keys/index.html       every trust file in order, every key with its fingerprint, and how to verify all by hand
    rules/index.html      every rule with the outcome that it has here; its code is its anchor
    mirrors/index.html    where else the site is, how a mirror is verified, and who agreed about which snapshot

They are about the settings and the trust files, so no new version changes them.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from packyard.formats import layout, note
from packyard.formats.agreed import Agreed
from packyard.formats.minisign import parse_public_key
from packyard.formats.registry import LIMITS, POLICY
from packyard.recipe import Recipe
from packyard.registry import Registry, Trust
from packyard.rules import table
from packyard.rules.texts import Rule
from packyard.surfaces.prose import lowered, read_prose, ticked
from packyard.surfaces.site import Site
from packyard.surfaces.templates import Templates

KEYS = layout.family_index("keys")
RULES = layout.family_index("rules")
MIRRORS = layout.family_index("mirrors")


class Key(NamedTuple):
    """A key of a trust file: `use` is `root`, `snapshot`, `attest`, `log` or `witness`; `name` is its id, or the name
    of a verifier key; `since` the first trust file that has it for this use.
    """

    use: str
    name: str
    text: str
    fingerprint: str
    since: int


class Named(NamedTuple):
    """A rule, and the outcome that it has here."""

    rule: Rule
    outcome: str

    @property
    def changed(self) -> bool:
        """Whether the registry gave it another outcome than its own."""
        return self.outcome != self.rule.outcome


def fingerprint(raw: bytes) -> str:
    """The SHA-256 of the 32 bytes of a key in groups of four hex digits, for people who compare it aloud."""
    digits = sha256(raw).hexdigest()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def keys_of(trusts: Sequence[Trust]) -> Iterator[tuple[Trust, tuple[Key, ...]]]:
    """Every trust file in order, with its keys."""
    first = dict[tuple[str, str], int]()
    for trust in trusts:
        found = list[Key]()
        for use, text in _texts(trust):
            since = first.setdefault((use, text), trust.number)
            found.append(_key(use, text, since))
        yield trust, tuple(found)


def _texts(trust: Trust) -> Iterator[tuple[str, str]]:
    yield from (("root", text) for text in trust.root_keys)
    yield from (("snapshot", text) for text in trust.snapshot_keys)
    yield from (("attest", text) for text in trust.attest_keys)
    yield "log", trust.log_vkey
    yield from (("witness", text) for text in trust.witnesses)


def _key(use: str, text: str, since: int) -> Key:
    if use in ("log", "witness"):
        vkey = note.parse_vkey(text)
        return Key(use, vkey.name, text, fingerprint(vkey.raw), since)
    public = parse_public_key(text)
    return Key(use, public.key_id, text, fingerprint(b64decode(text)[-32:]), since)


def plan_trust(templates: Templates, site: Site, trusts: Sequence[Trust], agreed: Agreed | None) -> Iterator[Recipe]:
    """The recipes of the three pages. `trusts` are all trust files by number; at least one."""
    chain = tuple(trusts)
    yield Recipe(KEYS, (site, chain), partial(keys_page, templates, site, chain))
    yield Recipe(RULES, (site,), partial(rules_page, templates, site))
    yield Recipe(MIRRORS, (site, chain[-1:], agreed), partial(mirrors_page, templates, site, chain[-1], agreed))


def keys_page(templates: Templates, site: Site, trusts: Sequence[Trust]) -> bytes:
    """`keys/index.html`."""
    found = list(keys_of(trusts))
    guide = read_prose(templates, site, KEYS, "verify")
    return templates.page(
        "registry/keys.html",
        site,
        KEYS,
        templates.say("Keys and trust"),
        templates.say("Whom to trust for what: the keys of {title}, and how to verify everything by hand.",
                      title=site.registry.title),
        section=KEYS,
        current=found[-1],
        earlier=found[:-1],
        guide=guide._replace(html=lowered(guide.html)),
    )  # fmt: skip


def sections(registry: Registry) -> list[tuple[str, str, list[Named]]]:
    """The rules by section: its anchor, its title, and each rule with its outcome in this registry."""
    return [
        (
            f"section-{at}",
            title,
            [Named(rule, table.outcome(rule.code, registry.rules)) for rule in rules],
        )
        for at, (title, rules) in enumerate(table.SECTIONS, 1)
    ]


def rules_page(templates: Templates, site: Site) -> bytes:
    """`rules/index.html`."""
    registry, found = site.registry, sections(site.registry)
    every = [named for _, _, rules in found for named in rules]
    return templates.page(
        "registry/rules.html",
        site,
        RULES,
        templates.say("Rules"),
        templates.say("Every rule by which {title} accepts, refuses or asks a person, and how to get right with it.",
                      title=registry.title),
        section=RULES,
        sections=found,
        ticked=ticked,
        review=[named.rule for named in every if named.outcome == "review"],
        changed=[named for named in every if named.changed],
        policy=[(name, registry.policy.get(name, limit.default), limit.meaning) for name, limit in POLICY.items()],
        limits=[(name, registry.limits.get(name, limit.default), limit.meaning) for name, limit in LIMITS.items()],
    )  # fmt: skip


def mirrors_page(templates: Templates, site: Site, trust: Trust, agreed: Agreed | None) -> bytes:
    """`mirrors/index.html`. `agreed` is what the operator keeps in the source, None when there is nothing."""
    return templates.page(
        "registry/mirrors.html",
        site,
        MIRRORS,
        templates.say("Mirrors and witnesses"),
        templates.say("Where else {title} is served, and who has seen that everybody is told the same.",
                      title=site.registry.title),
        section=MIRRORS,
        mirrors=site.registry.mirrors,
        places=site.registry.witnesses,
        trust=trust,
        witnesses=[_key("witness", text, trust.number) for text in trust.witnesses],
        agreed=agreed,
    )  # fmt: skip

"""What the pages that count and remember see of a memory and a repository."""

from __future__ import annotations

import json
from collections.abc import Iterable

from packyard.edges.memory import Memory
from packyard.facts import revision_from
from packyard.formats.entries import parse_entry
from packyard.formats.featured import Featured
from packyard.formats.statement import ACTIONS, parse_statement
from packyard.protocols import Source
from packyard.rules.authority import FILE_LIMIT, Revision
from packyard.surfaces.compliance import OLDEST, OTHER, REVOKED, SIGNED, UNSTATED, Compliance
from packyard.surfaces.events import Act, Actor, act_of, changes_of
from packyard.surfaces.people import LAST, Revised, revised
from packyard.surfaces.statistics import TAGS, Month, Statistics

_ALL = 1 << 30


class Recalled:
    """A `surfaces.chronicle.View`, as far as the catalogue is not asked."""

    _memory: Memory
    _source: Source

    def most(self, family: str, limit: int) -> list[tuple[str, int]]:
        """The items of a family with the most packs, most first, then by name."""
        return self._memory.most(family, limit)

    def how_many(self, family: str, item: str) -> int:
        """The number of packs that are listed under an item of a family."""
        return self._memory.how_many(family, item)

    def size(self, kind: str) -> int:
        """How many things a series has."""
        return self._memory.how_many("series", kind)

    def acts(self, kind: str, start: int, stop: int) -> list[Act]:
        """Those numbered from `start` to before `stop`, the newest first."""
        return [self._act(seq) for seq in self._memory.numbered(kind, start, stop)]

    def activity(self, actor: str) -> list[Act]:
        """The last events in which a publisher, or an organisation with its @, is to be seen."""
        return [self._act(seq) for seq in self._memory.acted(actor, LAST)]

    def roles(self, handle: str) -> list[tuple[str, str]]:
        """(organisation, role) of a publisher."""
        return self._memory.roles(handle)

    def revised(self, revisions: Iterable[Revision]) -> tuple[Revised, ...]:
        """The revisions of one publisher or organisation as its page shows them."""
        holder = self._memory.holder
        return tuple(
            revised((each.event, each.value, tuple(Actor(holder(key), key) for key in each.keys)) for each in revisions)
        )

    def featured(self) -> list[Featured]:
        """The featured packs, in their order."""
        return [Featured(*each) for each in json.loads(self._memory.get("featured", "[]"))]

    def _act(self, seq: int) -> Act:
        memory = self._memory
        if seq < 0:
            notice = memory.notice(-seq)
            return Act(notice.kind, notice.subject, "", notice.time, notice.commit, -1)
        event, entry = memory.event(seq), parse_entry(memory.entry(seq))
        if event.kind == "version":
            return act_of(event, entry, memory.holder)
        if event.kind == "statement":
            oid = dict(event.objects)[f"{event.ident}.yaml"]
            said = parse_statement(self._source.blob(oid, FILE_LIMIT), event.ident)
            return act_of(event, entry, memory.holder, said)
        now, before = memory.revision_at(event.kind, event.subject, seq)
        changes = changes_of(revision_from(before).value if before else None, revision_from(now).value)
        return act_of(event, entry, memory.holder, None, changes)

    def statistics(self) -> Statistics:
        """The figures of the registry."""
        memory = self._memory
        came = [dict(memory.items(f"months {kind}")) for kind in ("new", "publish", "joined")]
        months = sorted({month for each in came for month in each})
        sizes = ((int(item), count) for item, count in memory.items("sizes"))
        quality = ((int(item), count) for item, count in memory.items("quality"))
        return Statistics(
            (self.size("new"), self.size("publish"), self.size("joined"), len(memory.revised("org"))),
            tuple(Month(month, *(each.get(month, 0) for each in came)) for month in months),
            tuple(memory.most("features", _ALL)),
            tuple(memory.most("targets", _ALL)),
            tuple(memory.most("tags", TAGS)),
            tuple(memory.most("licences", _ALL)),
            tuple(sizes),
            tuple(quality),
        )

    def compliance(self) -> Compliance:
        """The figures of compliance."""
        memory, size = self._memory, self.size
        states = [(word, memory.how_many("states", word)) for word in ("deprecated", "archived", "renamed")]
        return Compliance(
            packs=size("new"),
            versions=size("publish"),
            statements=sum(map(size, ACTIONS)),
            revisions=size("publisher") + size("org"),
            keys=memory.key_states(),
            years=tuple(memory.key_years()),
            oldest=tuple(memory.oldest_keys(OLDEST)),
            revoked=tuple((key, tuple(memory.signed_by(key.key, SIGNED))) for key in memory.revoked_keys(REVOKED)),
            unlicensed=memory.how_many("licences", UNSTATED),
            unknown_licences=memory.how_many("licences", OTHER),
            one_key=memory.on_one_key(),
            states=(
                ("yanked", size("yank") - size("unyank")),
                ("withdrawn", size("withdraw")),
                *states,
                ("recovered", size("recover")),
            ),
            findings=tuple(memory.most("findings", _ALL)),
        )

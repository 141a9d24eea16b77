"""What the memory counts and numbers as things happen, so that no page has to count them again.

    acts       the log's entry of every event
    notices    what the registry itself decided, which the log does not have: see `packyard.rules.notices`
    series     the events and notices of a kind, numbered from 0: `seq` of an event, or -`id` of a notice
    counts     how many there are: of a facet's packs; of the things in a series; of those that came in a month
    acted      which events somebody is to be seen in: a publisher, or an organisation with a leading @
    signed     how many versions of which pack a key signed
    keys       every key that a publisher has or had, `since` the day that its publisher says or the day of the revision
               that brought it, whichever is later; `members` the roles of publishers in organisations

The kinds of series are those of `surfaces.events`, "" for all of them, `new` for the first version of each pack and
`joined` for the first revision of each publisher. Triggers count, so that nothing is forgotten wherever it is written.
Events are counted when they come and never again, so a change of what is counted needs another `memory.SCHEMA`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from packyard.facts import event_from, revision_from
from packyard.formats.times import day_of
from packyard.model import Event, Publisher
from packyard.rules.notices import Notice
from packyard.surfaces.compliance import HeldKey

TABLES = """
CREATE TABLE acts (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL);
CREATE TABLE notices (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, commit_id TEXT NOT NULL,
    time INTEGER NOT NULL);
CREATE TABLE series (kind TEXT NOT NULL, number INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (kind, number)) WITHOUT ROWID;
CREATE TABLE counts (family TEXT NOT NULL, item TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (family, item)) WITHOUT ROWID;
CREATE TABLE acted (actor TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (actor, seq)) WITHOUT ROWID;
CREATE TABLE signed (key_id TEXT NOT NULL, pack TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (key_id, pack)) WITHOUT ROWID;
CREATE TABLE keys (key_id TEXT PRIMARY KEY, handle TEXT NOT NULL, since TEXT NOT NULL, retired TEXT NOT NULL,
    revoked TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE VIEW current_keys AS SELECT * FROM keys WHERE retired = '' AND revoked = '';
CREATE TABLE members (handle TEXT NOT NULL, org TEXT NOT NULL, role TEXT NOT NULL,
    PRIMARY KEY (handle, org)) WITHOUT ROWID;
CREATE INDEX members_of ON members (org);

CREATE VIEW arriving AS SELECT kind, seq, number AS time FROM series;
CREATE TRIGGER arrive INSTEAD OF INSERT ON arriving BEGIN
    INSERT INTO counts VALUES ('series', NEW.kind, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO counts VALUES ('months ' || NEW.kind,
        coalesce(strftime('%Y-%m', NEW.time, 'unixepoch'), '9999-12'), 1) ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO series SELECT NEW.kind, n - 1, NEW.seq FROM counts WHERE family = 'series' AND item = NEW.kind;
END;
CREATE TRIGGER event_came AFTER INSERT ON events BEGIN
    INSERT INTO arriving VALUES ('', NEW.seq, NEW.time);
    INSERT INTO arriving VALUES (CASE NEW.kind WHEN 'version' THEN 'publish' WHEN 'statement' THEN
        substr(NEW.ident, instr(NEW.ident, '-') + 1) ELSE NEW.kind END, NEW.seq, NEW.time);
END;
CREATE TRIGGER pack_came AFTER INSERT ON events WHEN NEW.kind = 'version' AND NOT EXISTS
    (SELECT 1 FROM events WHERE subject = NEW.subject AND kind = 'version' AND seq < NEW.seq) BEGIN
    INSERT INTO arriving VALUES ('new', NEW.seq, NEW.time);
END;
CREATE TRIGGER publisher_came AFTER INSERT ON events WHEN NEW.kind = 'publisher' AND NOT EXISTS
    (SELECT 1 FROM events WHERE subject = NEW.subject AND kind = 'publisher' AND seq < NEW.seq) BEGIN
    INSERT INTO arriving VALUES ('joined', NEW.seq, NEW.time);
END;
CREATE TRIGGER notice_came AFTER INSERT ON notices BEGIN
    INSERT INTO arriving VALUES ('', -NEW.id, NEW.time);
    INSERT INTO arriving VALUES (NEW.kind, -NEW.id, NEW.time);
END;
CREATE TRIGGER facet_came AFTER INSERT ON facets BEGIN
    INSERT INTO counts VALUES (NEW.family, NEW.item, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER facet_went AFTER DELETE ON facets BEGIN
    UPDATE counts SET n = n - 1 WHERE family = OLD.family AND item = OLD.item;
END;
"""


class Chronicle:
    """The part of an open memory that counts and numbers."""

    db: sqlite3.Connection

    # --- written ---

    def add_notices(self, notices: Iterable[Notice]) -> None:
        """Adds what the registry decided with a commit; before the events of that commit."""
        self.db.executemany("INSERT INTO notices (kind, subject, commit_id, time) VALUES (?, ?, ?, ?)", notices)

    def add_acts(self, leaves: Iterable[tuple[int, bytes]]) -> None:
        """Remembers the log's entries of events (by number), and in whose name they are."""
        for seq, data in leaves:
            entry = json.loads(data)
            keys = entry["keys"] if "keys" in entry else [entry["key"]]
            self.db.execute("INSERT INTO acts VALUES (?, ?)", (seq, data))
            actors = {handle for handle in map(self.holder, keys) if handle} | _about(entry)
            self.db.executemany("INSERT INTO acted VALUES (?, ?)", ((actor, seq) for actor in sorted(actors)))
            if entry["type"] == "publish":
                query = "INSERT INTO signed VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1"
                self.db.execute(query, (keys[0], entry["pack"]))

    def add_people(self, kind: str, text: str) -> None:
        """Remembers the keys or members that an accepted revision (as JSON) of a publisher or organisation has."""
        if kind not in ("publisher", "org"):
            return
        event, value, *_ = revision_from(text)
        if isinstance(value, Publisher):
            query = (
                "INSERT INTO keys VALUES (?, ?, max(?, ?), ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "retired = excluded.retired, revoked = excluded.revoked, reason = excluded.reason"
            )
            came, who = day_of(event.time), value.handle
            keys = ((key.key_id, who, key.since, came, key.retired, key.revoked, key.reason) for key in value.keys)
            self.db.executemany(query, keys)
        else:
            self.db.execute("DELETE FROM members WHERE org = ?", (value.org,))
            roles = ((handle, value.org, role) for handle, role in value.members.items())
            self.db.executemany("INSERT INTO members VALUES (?, ?, ?)", roles)

    def holder(self, key_id: str) -> str:
        """Whose a key is, or ""."""
        found = self.db.execute("SELECT handle FROM holders WHERE key_id = ?", (key_id,)).fetchone()
        return str(found[0]) if found else ""

    # --- read ---

    def items(self, family: str) -> list[tuple[str, int]]:
        """(item, number of packs) of a family of facets, by item; or what else is counted in `counts`."""
        query = "SELECT item, n FROM counts WHERE family = ? AND n > 0 ORDER BY item"
        return [(str(item), int(count)) for item, count in self.db.execute(query, (family,))]

    def most(self, family: str, limit: int) -> list[tuple[str, int]]:
        """The items of a family with the most packs, most first, then by name."""
        query = "SELECT item, n FROM counts WHERE family = ? AND n > 0 ORDER BY n DESC, item LIMIT ?"
        return [(str(item), int(count)) for item, count in self.db.execute(query, (family, limit))]

    def how_many(self, family: str, item: str) -> int:
        """The number of packs under a facet, or what else is counted in `counts`."""
        query = "SELECT n FROM counts WHERE family = ? AND item = ?"
        found = self.db.execute(query, (family, item)).fetchone()
        return int(found[0]) if found else 0

    def numbered(self, kind: str, start: int, stop: int) -> list[int]:
        """The things of a series numbered from `start` to before `stop`, the last first; see `series`."""
        query = "SELECT seq FROM series WHERE kind = ? AND number >= ? AND number < ? ORDER BY number DESC"
        return [int(seq) for (seq,) in self.db.execute(query, (kind, start, stop))]

    def acted(self, actor: str, limit: int) -> list[int]:
        """The last events that somebody is to be seen in, the last first."""
        query = "SELECT seq FROM acted WHERE actor = ? ORDER BY seq DESC LIMIT ?"
        return [int(seq) for (seq,) in self.db.execute(query, (actor, limit))]

    def actors(self, first: int) -> set[str]:
        """Who is to be seen in the events from number `first` on."""
        query = "SELECT entry FROM acts WHERE seq >= ?"
        found = set[str]()
        for (data,) in self.db.execute(query, (first,)):
            entry = json.loads(data)
            found |= _about(entry) | set(map(self.holder, entry.get("keys") or [entry["key"]]))
        return found - {""}

    def event(self, seq: int) -> Event:
        """An event by its number."""
        return event_from(self.db.execute("SELECT * FROM events WHERE seq = ?", (seq,)).fetchone())

    def entry(self, seq: int) -> bytes:
        """The log's entry of an event."""
        return bytes(self.db.execute("SELECT entry FROM acts WHERE seq = ?", (seq,)).fetchone()[0])

    def entries(self, start: int, stop: int) -> list[tuple[int, bytes]]:
        """The log's entries of the events numbered from `start` to before `stop`, each with its place in the log."""
        query = "SELECT log_index, entry FROM acts JOIN events USING (seq) WHERE seq >= ? AND seq < ? ORDER BY seq"
        return [(int(index), bytes(entry)) for index, entry in self.db.execute(query, (start, stop))]

    def notice(self, ident: int) -> Notice:
        """A notice by its id."""
        query = "SELECT kind, subject, commit_id, time FROM notices WHERE id = ?"
        return Notice(*self.db.execute(query, (ident,)).fetchone())

    def revision_at(self, kind: str, name: str, seq: int) -> tuple[str, str]:
        """The revision that an event brought and the one before it, "" without one, as JSON."""
        query = "SELECT revision FROM revisions WHERE kind = ? AND name = ? AND seq <= ? ORDER BY seq DESC LIMIT 2"
        found = [str(text) for (text,) in self.db.execute(query, (kind, name, seq))]
        return found[0], (found[1] if len(found) > 1 else "")

    def roles(self, handle: str) -> list[tuple[str, str]]:
        """(organisation, role) of a publisher, by organisation."""
        query = "SELECT org, role FROM members WHERE handle = ? ORDER BY org"
        return [(str(org), str(role)) for org, role in self.db.execute(query, (handle,))]

    # --- keys ---

    def key_states(self) -> tuple[int, int, int]:
        """How many keys have no end, are retired, are revoked."""
        query = "SELECT total(retired = '' AND revoked = ''), total(retired > ''), total(revoked > '') FROM keys"
        current, retired, revoked = map(int, self.db.execute(query).fetchone())
        return current, retired, revoked

    def key_years(self) -> list[tuple[str, int]]:
        """How many of the keys without an end hold since which year."""
        query = "SELECT substr(since, 1, 4), count(*) FROM current_keys GROUP BY 1 ORDER BY 1"
        return [(str(year), int(count)) for year, count in self.db.execute(query)]

    def oldest_keys(self, limit: int) -> list[HeldKey]:
        """The keys without an end that are the oldest, the oldest first."""
        found = self.db.execute("SELECT * FROM current_keys ORDER BY since, key_id LIMIT ?", (limit,))
        return [self._key(*key) for key in found.fetchall()]

    def revoked_keys(self, limit: int) -> list[HeldKey]:
        """The keys that were revoked last, the last first."""
        query = "SELECT * FROM keys WHERE revoked > '' ORDER BY revoked DESC, key_id LIMIT ?"
        return [self._key(*key) for key in self.db.execute(query, (limit,)).fetchall()]

    def _key(self, key_id: str, handle: str, since: str, retired: str, revoked: str, reason: str) -> HeldKey:
        signed = self.db.execute("SELECT total(n) FROM signed WHERE key_id = ?", (key_id,)).fetchone()[0]
        return HeldKey(handle, key_id, since, retired, revoked, reason, int(signed))

    def signed_by(self, key_id: str, limit: int) -> list[str]:
        """The first packs, by name, of which a key signed versions."""
        query = "SELECT pack FROM signed WHERE key_id = ? ORDER BY pack LIMIT ?"
        return [str(pack) for (pack,) in self.db.execute(query, (key_id, limit))]

    def on_one_key(self) -> int:
        """How many packs have a single owner who has a single key without an end: those of the facet `sole`."""
        query = (
            "SELECT total(n) FROM counts WHERE family = 'sole' AND item IN "
            "(SELECT handle FROM current_keys GROUP BY handle HAVING count(*) = 1)"
        )
        return int(self.db.execute(query).fetchone()[0])


def _about(entry: dict[str, str]) -> set[str]:
    """Who an entry is about besides its signers: the publisher or organisation itself, and that of a pack's scope."""
    if "pack" in entry:
        return {entry["pack"].partition("/")[0]} if entry["pack"].startswith("@") else set()
    return {entry["handle"]} if "handle" in entry else {"@" + entry["org"]}

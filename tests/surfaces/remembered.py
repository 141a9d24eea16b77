"""Values for the tests and the screenshots of the pages that count and remember."""

from __future__ import annotations

from typing import Any

from packyard.formats.featured import Featured
from packyard.model import Event, Org, Publisher
from packyard.surfaces import arrivals, compliance, events, people, statistics
from packyard.surfaces.compliance import Compliance, HeldKey
from packyard.surfaces.events import Act, Actor, Change
from packyard.surfaces.people import Revised, revised
from packyard.surfaces.series import Part, part
from packyard.surfaces.site import Site
from packyard.surfaces.statistics import Month, Statistics
from packyard.surfaces.templates import Templates
from tests.surfaces import sample

ALICE = Actor("alice", sample.ALICE.keys[0].key_id)
BOB = Actor("bob", sample.BOB.keys[0].key_id)
ROOT = Actor("", "0123456789ABCDEF")
REASON = ("reason", "hooks/hooks.json runs a path that exists on one laptop only")

STATS = Statistics(
    (26, 61, 7, 2),
    (Month("2025-11", 2, 2, 1), Month("2026-01", 9, 14, 3), Month("2026-02", 4, 19, 0), Month("2026-04", 11, 26, 3)),
    (("rules", 19), ("skills", 12), ("commands", 9), ("hooks", 4), ("mcp", 1)),
    (("any", 11), ("claudecode", 9), ("cursor", 7), ("opencode", 2)),
    (("review", 6), ("style", 5), ("a tag that is no folder", 1)),
    (("MIT", 14), ("Apache-2.0", 9), ("none", 2), ("other", 1)),
    ((12, 2), (13, 7), (14, 11), (16, 5), (21, 1)),
    ((40, 3), (70, 12), (90, 11)),
)
NOTHING = Statistics((0, 0, 0, 0), (), (), (), (), (), (), ())

COMPLIANCE = Compliance(
    packs=26,
    versions=61,
    statements=9,
    revisions=12,
    keys=(8, 1, 1),
    years=(("2025", 2), ("2026", 6)),
    oldest=(HeldKey("alice", ALICE.key, "2025-03-01", signed=40), HeldKey("bob", BOB.key, "2026-01-01", signed=3)),
    revoked=(
        (
            HeldKey("bob", "FEDCBA9876543210", "2025-01-01", "", "2026-03-03", "laptop lost in Leipzig", 2),
            ("goodbye", "@acme/house-style"),
        ),
    ),
    unlicensed=2,
    unknown_licences=1,
    one_key=9,
    states=(("yanked", 2), ("withdrawn", 1), ("deprecated", 1), ("archived", 0), ("renamed", 1), ("recovered", 0)),
    findings=(("field-unknown", 3), ("target-unknown", 1)),
)
CLEAN = Compliance(0, 0, 0, 0, (0, 0, 0), (), (), (), 0, 0, 0, (), ())

FEATURED = (Featured("hello", "The pack to begin with."), Featured("@acme/house-style", "Rules in one place."))


def act(kind: str, at: int = 0, **fields: Any) -> Act:
    """An event of a type, `at` hours after the sample's start."""
    plain = Act(kind, "hello", "1.0.1", sample.START + 3600 * at, sample.digest(f"{kind}{at}")[:40], 500 + at, (ALICE,))
    return plain._replace(**fields)


def acts() -> list[Act]:
    """One of each type of event, newest first."""
    made = [
        act("publish"),
        act("yank", fields=(REASON,)),
        act("unyank", fields=(("reason", "it was right"),)),
        act("deprecate", fields=(("replacement", "goodbye"), ("reason", "merged into goodbye"))),
        act("deprecate", version="", fields=(("reason", "nobody keeps it"),)),
        act("undeprecate", fields=(("reason", "somebody does"),)),
        act("promote", fields=(("channel", "stable"), ("reason", "two weeks without a report"))),
        act("archive", version="", fields=(("reason", "done"),)),
        act("withdraw", by=(ROOT, ROOT), fields=(("legal", "An order of a court"), ("reason", "names a person"))),
        act("add-owner", version="", fields=(("handle", "bob"), ("reason", "Bob helps"))),
        act("remove-owner", version="", fields=(("handle", "bob"), ("reason", "Bob left"))),
        act("transfer", version="", by=(ALICE, BOB), fields=(("from", "alice"), ("to", "bob"), ("reason", "moved"))),
        act("rename", version="", fields=(("to", "greetings-base"), ("reason", "a better name"))),
        act("recover", version="", by=(ROOT,), fields=(("to", "bob"), ("reason", "every key was lost"))),
        act(
            "publisher",
            subject="bob",
            version="",
            by=(BOB,),
            changes=(Change("new"), Change("key", BOB.key, "publish")),
        ),
        act("org", subject="acme", version="", changes=(Change("joined", "bob", "member"), Change("left", "alice"))),
        act("trust", subject="2", version="", by=(), log_index=-1),
        act("advisory", subject="PY-2026-0001", version="", by=(), log_index=-1),
        act("settings", subject="registry.yaml", version="", by=(), log_index=-1),
    ]
    return [each._replace(time=sample.START + 3600 * at, log_index=at) for at, each in reversed(list(enumerate(made)))]


def of_alice() -> list[Revised]:
    """Revisions of Alice's file: registered with a laptop's key, another key, and the first one's end."""
    laptop, current = sample.ALICE.keys[1]._replace(retired=""), sample.ALICE.keys[0]
    first = Publisher("alice", "Alice", "", (laptop,))
    second = first._replace(name="Alice Example", github="alice", keys=(laptop, current))
    values = (first, second, sample.ALICE)
    return [*revised((_event("publisher", "alice", at), value, (ALICE,)) for at, value in enumerate(values))]


def of_acme() -> list[Revised]:
    """Revisions of an organisation's file."""
    values = (Org("acme", {"alice": "owner"}), sample.ACME)
    return [*revised((_event("org", "acme", at), value, (ALICE,)) for at, value in enumerate(values))]


def _event(kind: str, subject: str, at: int) -> Event:
    return Event(at, kind, subject, "", (), sample.digest(f"{kind}{at}")[:40], sample.START + at * sample.DAY, 7 + at)


def of_series(folder: str, size: int = 0) -> Part:
    """The newest page of a series of this size."""
    return part(folder, size, -(-size // 100) or 1)


def pages_of_remembered(templates: Templates, site: Site) -> dict[str, bytes]:
    """Every kind of page that counts or remembers, by its path."""
    rows, every = sample.rows(), acts()
    said = {row.name: arrivals.said(row) for row in rows}
    published = [act("publish", at, subject=row.name, version=row.latest) for at, row in enumerate(rows)]
    chosen = [(featured, next(row for row in rows if row.name == featured.name)) for featured in FEATURED]
    shared = [row._replace(co_owners=("alice",)) for row in rows if row.owner == "bob"][:2]
    own = [row for row in rows if row.owner == "alice"]
    of_org = [row for row in rows if row.owner == "acme"]
    found = {
        "stats/index.html": statistics.stats_page(templates, site, STATS),
        "compliance/index.html": compliance.compliance_page(templates, site, COMPLIANCE),
        "featured/index.html": arrivals.featured_page(templates, site, chosen),
        "new/index.html": arrivals.arrivals_page(templates, site, of_series("new/", 720), "new/", published, said),
        "updated/0/1.html": arrivals.arrivals_page(
            templates, site, part("updated/", 720, 1), "updated/", published, {}
        ),
        "publishers/alice/index.html": people.publisher_page(
            templates, site, sample.ALICE, of_alice(), (("acme", "owner"),), own + shared, every[-6:]
        ),
        "orgs/acme/index.html": people.org_page(templates, site, sample.ACME, of_acme(), of_org, every[:3]),
    }
    for kind in ("", "yank"):
        folder = events.audit_folder(kind)
        shown = [each for each in every if kind in ("", each.kind)]
        found[f"{folder}index.html"] = events.audit_page(templates, site, of_series(folder, len(shown)), kind, shown)
    return found

"""Values for the tests and the screenshots of the browse site: a small registry with every state a page can show."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from packyard.formats import layout
from packyard.model import (
    File,
    Manifest,
    Mark,
    Org,
    Pack,
    Publisher,
    PublisherKey,
    Release,
    Row,
    Statement,
    Tarball,
    VersionState,
)
from packyard.registry import Registry
from packyard.surfaces import pages, people
from packyard.surfaces.pack.overview import pack_page, version_page
from packyard.surfaces.pack.quality import quality_page
from packyard.surfaces.pack.values import Hand
from packyard.surfaces.pack.versions import versions_page
from packyard.surfaces.readme import render_readme
from packyard.surfaces.site import Site, Totals
from packyard.surfaces.templates import Templates

DAY = 86_400
START = 1_795_478_400 - 14 * DAY

REGISTRY = Registry(
    origin="packs.example.org",
    title="Example packs",
    url="https://packs.example.org/",
    mirrors=(),
    expires_days=14,
    limits={},
    rules={},
    surfaces={},
)
ASSETS = ("style.css", "theme.js", "site.js", "find.js", "search-engine.js")
SITE = Site(
    REGISTRY,
    development=False,
    assets=tuple((name, f"assets/00000000-{name}") for name in ASSETS),
)


def digest(text: str) -> str:
    """A digest that looks like one."""
    return sha256(text.encode()).hexdigest()


def key(name: str, **ends: Any) -> PublisherKey:
    """A key in minisign's shape that no secret belongs to."""
    raw = sha256(name.encode()).digest()
    line = b64encode(b"Ed" + raw[:8] + raw).decode()
    return PublisherKey(line, raw[7::-1].hex().upper(), ("publish", "admin"), "2026-09-01", **ends)


ALICE = Publisher(
    "alice",
    "Alice Example",
    "alice",
    (
        key("alice"),
        key("alice-laptop", retired="2026-10-15")._replace(scopes=("publish",), since="2026-06-01"),
    ),
)
BOB = Publisher(
    "bob",
    "Bob Bridge",
    "",
    (key("bob"), key("bob-stolen", revoked="2026-11-20", reason="laptop lost in Leipzig")._replace(since="2026-03-01")),
)
ACME = Org("acme", {"alice": "owner", "bob": "member"})
PUBLISHERS: Mapping[str, Publisher] = {"alice": ALICE, "bob": BOB}
KEYS = {known.key_id: known for publisher in PUBLISHERS.values() for known in publisher.keys}


def manifest(name: str, version: str, **fields: Any) -> Manifest:
    """A manifest with what the test needs and defaults for the rest."""
    plain = Manifest(
        name=name,
        version=version,
        description="Says hello, and shows what a pack looks like",
        author="Alice Example",
        license="Apache-2.0",
        homepage="https://example.org/hello",
        repository="https://example.org/hello.git",
        logo="",
        tags=("greeting", "tutorial"),
        targets=("*",),
        features=("*",),
        dependencies=(),
        conflicts=(),
        extra={},
    )
    return plain._replace(**fields)


FILES = (
    ("README.md", 2_114),
    ("agents/reviewer.md", 3_402),
    ("commands/hello.md", 612),
    ("hooks/hooks.json", 418),
    ("hooks/format-after-edit.sh", 1_207),
    ("images/flow.png", 48_120),
    ("pack.json", 704),
    ("rules/a-rather-long-file-name-that-says-what-the-rule-is-about/no-secrets-in-logs.md", 1_902),
    ("skills/greet/SKILL.md", 2_950),
)


def release(name: str, version: str, day: int, signer: Publisher = ALICE, **fields: Any) -> Release:
    """A release published `day` days after the sample's start."""
    mark = f"{name}@{version}"
    index = fields.pop("log_index", 512 + day)
    features = fields.pop("features", ("rules", "commands", "agents", "skills", "hooks"))
    used = fields.pop("key", signer.keys[0].key_id)
    files = tuple(
        File(path, digest(mark + path), length, 0o755 if path.endswith(".sh") else 0o644) for path, length in FILES
    )
    return Release(
        pack=name,
        version=version,
        tree=digest(mark)[:40],
        identity=digest(mark + "identity"),
        key=used,
        publisher=signer.handle,
        commit=digest(mark + "commit")[:40],
        published=START + day * DAY + 6 * 3600,
        seq=day,
        log_index=index,
        manifest=manifest(name, version, **fields),
        features=features,
        files=files,
        tarball=Tarball(
            layout.tarball(name, version), digest(mark + "gz"), 18_432, digest(mark + "tar"), "libdeflate-6"
        ),
    )


HELLO = Pack(
    "hello",
    "alice",
    (
        VersionState(
            release(
                "hello",
                "2.0.0-rc.1",
                13,
                dependencies=(("greetings-base", "^1.2.0"), ("@acme/house-style", "*")),
                conflicts=("goodbye",),
            ),
            channel="beta",
        ),
        VersionState(
            release(
                "hello",
                "1.2.0",
                12,
                dependencies=(("greetings-base", "^1.2.0"), ("@acme/house-style", "*")),
                conflicts=("goodbye",),
                extra={"x-team": ["docs", "tools"]},
            ),
            channel="stable",
        ),
        VersionState(release("hello", "1.1.0", 6)),
        VersionState(
            release("hello", "1.0.1", 3, BOB),
            yanked=Mark("hooks/hooks.json runs a path that exists on one laptop only", "2026-11-12"),
        ),
        VersionState(
            release("hello", "1.0.0", 1, ALICE, key=ALICE.keys[1].key_id),
            deprecated=Mark("greets in English only", "2026-11-20"),
        ),
    ),
    None,
    (
        Statement(
            "packs.example.org", "hello", 1, "yank", "2026-11-12", "runs a path of one laptop", {"version": "1.0.1"}
        ),
        Statement(
            "packs.example.org",
            "hello",
            2,
            "promote",
            "2026-11-19",
            "two weeks without a report",
            {"version": "1.2.0", "channel": "stable"},
        ),
    ),
)
GOODBYE = Pack(
    "goodbye",
    "bob",
    (
        VersionState(
            release(
                "goodbye",
                "0.3.0",
                4,
                BOB,
                key=BOB.keys[1].key_id,
                features=("rules",),
                license="",
                homepage="",
                repository="",
                tags=(),
            )
        ),
    ),
    Mark("merged into hello, which now also says goodbye", "2026-11-18", "hello"),
    (),
)
SCOPED = Pack(
    "@acme/house-style",
    "acme",
    (
        VersionState(
            release(
                "@acme/house-style",
                "3.1.4",
                9,
                BOB,
                features=("rules", "ignore"),
                targets=("claudecode", "cursor", "opencode"),
                description="The rules of the house: naming, commits, reviews, and how to disagree in writing",
                tags=("style", "review", "team"),
            ),
            yanked=Mark("the licence file was missing", "2026-11-19"),
        ),
    ),
    None,
    (),
)
PACKS = (SCOPED, GOODBYE, HELLO)


def row(pack: Pack) -> Row:
    """A pack in one line."""
    latest = pack.latest.release
    return Row(
        pack.name,
        latest.version,
        latest.manifest.description,
        pack.owner,
        latest.manifest.tags,
        latest.manifest.targets,
        latest.features,
        latest.manifest.license,
        latest.published,
        pack.deprecated,
        len(pack.versions),
    )


#: name | owner | tags | features, and the description below.
_MORE = """\
api-contracts | bob | api openapi | rules commands
    Keeps OpenAPI documents and handlers in step, and asks before it breaks a client
changelog-keeper | alice | git release | commands skills
    Writes the changelog entry with the change, in the project's own voice
data-migrations | alice | database sql | agents skills commands
    Plans, reviews and rehearses database migrations; refuses the ones that cannot be undone
greetings-base | alice | greeting | rules
    Shared phrases that the greeting packs build on
incident-notes | bob | operations | skills hooks
    Turns a terminal session into an incident timeline
kubernetes-review | alice | kubernetes review operations | agents rules
    Reads manifests as a cautious operator would: limits, probes, privileges, rollouts
local-models | alice | models offline | models
    Profiles and routing for models that run on your own machine
mcp-postgres-readonly | bob | database mcp | mcp rules
    A PostgreSQL server for agents that may look and not touch
python-typing | alice | python typing | rules agents
    Strict typing for Python without arguing with the checker
release-train | alice | release git | commands hooks skills
    Cuts releases on a timetable: freeze, verify, tag, announce
security-reviewer | bob | security review | agents rules skills
    An agent that reads a diff for what could go wrong, and says how sure it is
terraform-plan-reader | alice | terraform operations | skills commands
    Explains a plan in plain words and flags what destroys data
"""


def rows() -> list[Row]:
    """A registry's list of packs, by name."""
    lines = _MORE.splitlines()
    more = [_more(n, lines[2 * n], lines[2 * n + 1].strip()) for n in range(len(lines) // 2)]
    return sorted([*map(row, PACKS), *more], key=lambda each: each.name)


def _more(n: int, head: str, text: str) -> Row:
    name, owner, tags, features = head.split(" | ")
    kinds = tuple(features.split())
    return Row(
        name, f"1.{n}.{n % 3}", text, owner, tuple(tags.split()), ("*",), kinds, "MIT", START + n * DAY, None, n + 1
    )


TOTALS = Totals(packs=15, versions=96, publishers=2)
TAGS = (("review", 3), ("operations", 3), ("git", 2), ("database", 2), ("style", 1), ("security", 1))
TARGETS = (("any", 14), ("claudecode", 1), ("cursor", 1), ("opencode", 1))
README = b"""# Hello

[![build](https://img.example.org/build.svg)](https://ci.example.org/hello) A pack that greets, and shows what a pack
looks like. See the [reviewer](agents/reviewer.md) and the [usage](#usage) below.

## Usage

1. Install it.
2. Say `hello` in your editor. <!-- and obey the reader -->

```sh
packyard verify hello --explain-everything-that-was-checked-in-detail --and-then-some-more-words-to-make-it-long
```

| Command | What it does | Since |
|:--|:--|--:|
| `/hello` | Greets the person who asks, by name if it is known | 1.0.0 |

![flow](images/flow.png)

- [x] `hooks/format-after-edit.sh` after each edit
- [ ] nothing else; see pay\xe2\x80\x8bload
"""


def pages_of_sample(templates: Templates, site: Site) -> dict[str, bytes]:
    """Every kind of page, by its path."""
    every = rows()
    newest = sorted(every, key=lambda each: -each.updated)[:6]
    home = (TOTALS, newest, TAGS, TARGETS, sorted({each.name.rpartition("/")[2][0] for each in every}))
    found = {
        "index.html": pages.home_page(templates, site, every, True, *home),
        "large.html": pages.home_page(templates, site, (), False, *home),
        "about/index.html": pages.prose_page(templates, site, "about/index.html", "about"),
        "publish/index.html": pages.prose_page(templates, site, "publish/index.html", "publish"),
        layout.org("acme"): people.org_page(
            templates, site, ACME, (), [each for each in every if each.owner == "acme"], ()
        ),
    }
    found["search/index.html"] = pages.search_page(templates, site, TAGS, TARGETS, (("hooks", 3),))
    for handle, publisher in PUBLISHERS.items():
        owned = [each for each in every if each.owner == handle]
        found[layout.publisher(handle)] = people.publisher_page(templates, site, publisher, (), (), owned, ())
    found[layout.family_index("publishers")] = pages.family_page(templates, site, "publishers", (("alice", 3),))
    for family, items in (("tags", TAGS), ("targets", TARGETS), ("features", (("hooks", 3),)), ("browse", (("h", 2),))):
        found[layout.family_index(family)] = pages.family_page(templates, site, family, items)
        path = layout.listing(family, items[0][0])
        jumps = ("index.html", "hello.html", "@acme+house-style.html")
        found[path] = pages.listing_page(templates, site, path, family, items[0][0], every, "", "hello.html", jumps)
    for pack in PACKS:
        found |= _pages_of_pack(templates, site, pack)
    return found


def hand_of(templates: Templates, site: Site, publishers: Mapping[str, Publisher] = PUBLISHERS) -> Hand:
    """What pages of packs are made with; nobody reads files."""
    return Hand(site, templates, publishers, lambda release: {})


def _pages_of_pack(templates: Templates, site: Site, pack: Pack) -> dict[str, bytes]:
    latest, hand = pack.latest.release, hand_of(templates, site)
    readme = None
    if pack is HELLO:
        readme = render_readme(README, f"{latest.version}/raw/", {file.path for file in latest.files})
    found = {
        layout.pack(pack.name, "index.html"): pack_page(hand, pack, readme),
        layout.pack(pack.name, "versions/index.html"): versions_page(hand, pack),
        layout.pack(pack.name, "quality/index.html"): quality_page(hand, pack),
    }
    for state in pack.versions:
        path = layout.version(pack.name, state.release.version, "index.html")
        found[path] = version_page(hand, pack, state)
    return found

"""What other places show of a pack: that it is true of the pack, and which change changes what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from xml.etree import ElementTree

import pytest

from packyard.formats.advisory import Advisory
from packyard.formats.times import parse_time
from packyard.lifecycle import ACTIONS
from packyard.model import File, Grounds, Mark, Pack, Record, Release, Statement, VersionState
from packyard.surfaces.feeds import Entry
from packyard.surfaces.pack.signs import card_of, feed_of, plan
from packyard.surfaces.pack.values import Around, Hand
from packyard.surfaces.templates import open_templates
from tests.surfaces import sample

MANY = {f"hooks/{at:03}.sh": b"#!/bin/sh\n" for at in range(90)}
HOOKS = b'{"hooks": {"PreToolUse": [{"type": "command", "command": "sh hooks/guard.sh"}]}}'


QUIET = {"README.md": b"# Hello\n", "rules/one.md": b"Be exact.\n"}
LOUD = {"hooks/hooks.json": HOOKS}


def files(release: Release) -> Mapping[str, bytes]:
    return next(each for each in (QUIET, LOUD, MANY) if listed(each) == release.files)


def listed(contents: Mapping[str, bytes]) -> tuple[File, ...]:
    return tuple(File(path, sha256(data).hexdigest(), len(data), 0o644) for path, data in contents.items())


def hello(last: Mapping[str, bytes]) -> Pack:
    """The pack of the sample with real files, the last version's as given."""
    contents = [last, *(QUIET for _ in sample.HELLO.versions[1:])]
    states = (
        state._replace(release=state.release._replace(files=listed(each)))
        for state, each in zip(sample.HELLO.versions, contents, strict=True)
    )
    return sample.HELLO._replace(versions=tuple(states))


@pytest.fixture(scope="module")
def hand() -> Hand:
    return sample.hand_of(open_templates(), sample.SITE)._replace(files=files)


HELLO = hello(LOUD)


def entries(hand: Hand, pack: Pack) -> dict[str, Entry]:
    return {entry.ident: entry for entry in feed_of(hand, pack).entries}


def rendered(hand: Hand, pack: Pack) -> dict[str, bytes]:
    return {recipe.path.rpartition("/")[2]: recipe.render() for recipe in plan(hand, pack)}


def title(svg: bytes) -> str:
    return ElementTree.fromstring(svg).attrib["aria-label"]


def test_the_files_of_a_pack(hand: Hand) -> None:
    found = rendered(hand, HELLO)
    assert set(found) == {"badge.svg", "quality.svg", "card.png", "feed.atom", "feed.json"}
    assert title(found["badge.svg"]) == "hello: 1.2.0"
    assert title(found["quality.svg"]) == "quality: excellent 95"
    assert found["card.png"].startswith(b"\x89PNG")
    assert len(ElementTree.fromstring(found["feed.atom"])) == len(json.loads(found["feed.json"])["items"]) + 5


STATES = {
    "plain": (VersionState(sample.release("hello", "1.0.0", 1)), "hello: 1.0.0"),
    "yanked": (VersionState(sample.release("hello", "1.0.0", 1), Mark("x", "2026-11-12")), "hello: 1.0.0, yanked"),
    "deprecated": (
        VersionState(sample.release("hello", "1.0.0", 1), deprecated=Mark("x", "2026-11-12")),
        "hello: 1.0.0, deprecated",
    ),
    "withdrawn": (
        VersionState(sample.release("hello", "1.0.0", 1), withdrawn=Mark("x", "2026-11-12")),
        "hello: withdrawn",
    ),
}


@pytest.mark.parametrize(("state", "said"), STATES.values(), ids=STATES)
def test_the_badge_says_what_is_wrong(hand: Hand, state: VersionState, said: str) -> None:
    found = rendered(hand, HELLO._replace(versions=(state,)))
    assert title(found["badge.svg"]) == said
    assert (title(found["quality.svg"]) == "quality: unrated") == (state.withdrawn is not None)


def test_a_plain_version_more_changes_no_card(hand: Hand) -> None:
    more = VersionState(sample.release("hello", "1.3.0", 14, conflicts=("goodbye",)))
    pack = HELLO._replace(versions=(more, *HELLO.versions))
    assert card_of(hand, pack) == card_of(hand, HELLO)
    before, after = ({recipe.path: recipe.inputs for recipe in plan(hand, each)} for each in (HELLO, pack))
    assert [path.rpartition("/")[2] for path in before if before[path] != after[path]] == [
        "badge.svg",
        "feed.atom",
        "feed.json",
    ]


def test_the_card_names_the_organisation(hand: Hand) -> None:
    assert card_of(hand, sample.SCOPED).facts == (("Owner", "@acme"),)
    assert card_of(hand, HELLO).active == ("hooks",)


def test_the_feed_has_versions_and_what_was_said_newest_first(hand: Hand) -> None:
    feed = feed_of(hand, HELLO)
    assert feed.folder == "packs/hello/"
    assert [entry.title for entry in feed.entries][:4] == [
        "hello 2.0.0-rc.1",
        "hello 1.2.0",
        "hello 1.2.0 is in the channel stable",
        "hello 1.1.0",
    ]
    said = entries(hand, HELLO)["hello/statements/1"]
    assert (said.title, said.summary) == ("hello 1.0.1 is yanked", "runs a path of one laptop")
    assert said.path == "packs/hello/1.0.1/"


def test_a_version_says_what_it_can_do_that_the_one_before_could_not(hand: Hand) -> None:
    found = entries(hand, HELLO)
    entry = found["hello/2.0.0-rc.1"]
    assert entry.heading == "What 2.0.0-rc.1 can do that 1.2.0 could not:"
    assert "hook: PreToolUse: sh hooks/guard.sh" in entry.points
    assert found["hello/1.2.0"].points == () == found["hello/1.0.0"].points
    assert found["hello/1.2.0"].heading == ""


def test_no_version_says_too_much(hand: Hand) -> None:
    points = entries(hand, hello(MANY))["hello/2.0.0-rc.1"].points
    assert len(points) == 20
    assert points[-1] == "and 71 more"


def test_the_time_of_a_statement_is_that_of_its_commit(hand: Hand) -> None:
    record = Record("packs/hello/statements/0001-yank.yaml", (), "", (), parse_time("2026-11-12T07:08:09Z"), 3)
    pack = HELLO._replace(grounds=Grounds((record,)))
    assert entries(hand, pack)["hello/statements/1"].time == record.published
    assert entries(hand, HELLO)["hello/statements/1"].time == parse_time("2026-11-12T00:00:00Z")


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_statement_has_words(hand: Hand, action: str) -> None:
    fields = {"version": "1.0.0", "to": "bob", "handle": "bob", "channel": "stable", "from": "alice"}
    said = Statement("packs.example.org", "hello", 9, action, "2026-11-12", "<why>", fields)
    entry = entries(hand, HELLO._replace(statements=(said,)))["hello/statements/9"]
    assert entry.title.startswith("hello")
    assert entry.summary == "<why>"


def test_advisories_are_entries_and_a_change_of_one_is_another(hand: Hand) -> None:
    advisory = Advisory("PY-2026-0001", 1_795_000_000, None, "A <guard> that agents ignore", (), "high", ())
    around = hand._replace(around=Around(advisories=(advisory,)))
    entry = entries(around, HELLO)["hello/PY-2026-0001/1795000000"]
    assert (entry.title, entry.path) == ("PY-2026-0001 is about hello", "packs/hello/security/")
    ended = hand._replace(around=Around(advisories=(advisory._replace(modified=1_795_000_001, withdrawn=1),)))
    assert entries(ended, HELLO)["hello/PY-2026-0001/1795000001"].title == "PY-2026-0001 is withdrawn"

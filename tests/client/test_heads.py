"""The head of a registry: what is asked for, what is remembered, and that nothing but a refusal comes of nonsense."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packyard.client.heads import LONGEST, Head, evidence_of, read_bundle, read_head
from packyard.client.state import State
from packyard.client.wanted import Files, Wanted
from packyard.errors import BadSignature, NotFound, Stale, TrustError
from packyard.formats import layout
from packyard.formats.times import DAY
from tests.client.simulator import Registry, signer, small

BUNDLE = layout.SNAPSHOT_BUNDLE


def run(site: Mapping[str, bytes], before: State | None, now: int, root_key: str = "") -> tuple[Head, list[list[str]]]:
    """The head of a site, and what was fetched in each round."""
    files, rounds = Files("https://one.example"), list[list[str]]()
    while len(rounds) < 30:
        try:
            return read_head(files, before, now, root_key), rounds
        except Wanted as wanted:
            rounds.append([want.path for want in wanted.wants])
            found = {want: site.get(want.path) for want in wanted.wants}
            files.take({want: data if data is None else data[want.start :] for want, data in found.items()})
    raise AssertionError("it wants more and more")


def head_of(registry: Registry, before: State | None = None) -> Head:
    return run(registry.site, before, registry.time)[0]


def test_a_first_contact_takes_three_rounds_by_itself() -> None:
    registry = small()
    head, rounds = run(registry.site, None, registry.time)
    assert [len(paths) for paths in rounds] == [1, 2, 3]
    assert rounds[0] == [BUNDLE]
    assert head.snapshot == registry.snapshot
    assert head.entries == dict(enumerate(registry.log))
    assert head.notes
    assert head.state.since == (len(registry.log),)


def test_nothing_new_takes_one() -> None:
    registry = small()
    before = head_of(registry).state
    head, rounds = run(registry.site, before, registry.time)
    assert rounds == [[BUNDLE]]
    assert (head.state, head.entries, head.notes) == (before, {}, ())


def test_more_lines_of_witnesses_are_remembered() -> None:
    registry = Registry(("w1", "w2"), 1)
    registry.seal()
    registry.publish(registry.site["SNAPSHOT"], registry.site["SNAPSHOT.minisig"], registry.checkpoint(("w1",)))
    before = head_of(registry).state
    registry.publish(registry.site["SNAPSHOT"], registry.site["SNAPSHOT.minisig"], registry.checkpoint())
    after = head_of(registry, before).state
    assert after.checkpoint == registry.site["log/checkpoint"] != before.checkpoint
    assert after._replace(checkpoint=before.checkpoint) == before


def test_since_when_trust_files_are_known() -> None:
    registry = small()
    before = head_of(registry).state
    registry.trust()
    registry.version("hello", "1.2.0", "alice")
    registry.seal()
    registry.trust()
    registry.head()
    after = head_of(registry, before).state
    assert after.since == (before.since[0], len(registry.log), len(registry.log))


def test_a_log_that_began_anew_counts_for_all_of_it() -> None:
    registry = small()
    before = head_of(registry).state._replace(people={"publishers/alice/1.yaml": b"x"}, written=700)
    registry.log_key = "log-2"
    registry.trust()
    registry.cut(4).chain()
    after = head_of(registry, before)
    assert after.anew
    state = after.state
    assert (state.begun, state.written, state.scanned, state.people) == (700, 700, 0, {})
    assert state.since == (5, 5)


@pytest.mark.parametrize("days", [1, 14, 365])
def test_times_that_a_registry_may_say(days: int) -> None:
    registry = Registry()
    registry.expires = days * DAY
    registry.seal()
    assert registry.snapshot
    issued, expires = registry.snapshot.issued, registry.snapshot.expires
    for now in (issued - DAY, issued, expires - 1):
        assert run(registry.site, None, now)[0].snapshot.number == 1
    for now, code in ((issued - DAY - 1, "snapshot-early"), (expires, "snapshot-expired")):
        with pytest.raises(Stale) as caught:
            run(registry.site, None, now)
        assert caught.value.problem.code == code


@pytest.mark.parametrize("expires", [-1, 0, LONGEST + 1])
def test_times_that_no_registry_may_say(expires: int) -> None:
    registry = Registry()
    registry.expires = expires
    registry.seal()
    with pytest.raises(BadSignature):
        run(registry.site, None, registry.time)


def test_three_files_where_there_is_no_bundle() -> None:
    registry = small()
    site = {path: data for path, data in registry.site.items() if path != BUNDLE}
    head, rounds = run(site, None, registry.time)
    assert head == head_of(registry)
    assert rounds[1] == ["SNAPSHOT", "SNAPSHOT.minisig", "log/checkpoint"]
    assert run(site, head.state, registry.time)[0].state == head.state
    with pytest.raises(NotFound):
        run({}, None, 0)


def test_evidence_is_what_there_is() -> None:
    registry = small()
    files, state = Files("x"), head_of(registry).state
    assert evidence_of(files, None) == {}
    assert set(evidence_of(files, state)) == {"known-SNAPSHOT", "known-SNAPSHOT.minisig", "known-checkpoint"}
    with pytest.raises(Wanted) as caught:
        read_bundle(files)
    files.take({caught.value.wants[0]: registry.site[BUNDLE]})
    assert evidence_of(files, None)["SNAPSHOT"] == registry.site["SNAPSHOT"]


def test_a_root_key_is_asked_for_once() -> None:
    registry, key = small(), signer("root-2").public_key
    head, rounds = run(registry.site, None, registry.time, key)
    assert head.state.root == key
    assert head.notes == ()
    assert len(rounds) == 3
    assert run(registry.site, head.state, registry.time, key)[1] == [[BUNDLE]]
    other = signer("root-3").public_key
    again, rounds = run(registry.site, head.state, registry.time, other)
    assert again.state.root == other
    assert len(rounds) == 2


SITE = small()
KNOWN = head_of(SITE).state


@given(st.randoms(use_true_random=False), st.booleans(), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_nonsense_is_refused(random: Random, known: bool, count: int) -> None:
    """Bytes changed, cut out, doubled and mixed in any file of the head: there is a refusal, or the truth."""
    site = dict(SITE.site)
    paths = [BUNDLE, "trust/1.json", *(path for path in site if path.startswith(("trust/", "log/tile/entries/")))]
    for _ in range(count):
        path = random.choice(paths)
        site[path] = mangled(site[path], random)
    try:
        head, _ = run(site, KNOWN if known else None, SITE.time)
    except TrustError:
        return
    assert head.snapshot == SITE.snapshot
    assert head.state.frontier == KNOWN.frontier


def mangled(data: bytes, random: Random) -> bytes:
    """Something else in one place."""
    at, length = random.randrange(len(data) + 1), random.randrange(1, 9)
    other = random.choice(
        [b"", b"\0", b"\n", b"\xff", b'"', b"[", random.randbytes(length), data[at : at + length] * 2]
    )
    return data[:at] + other + data[at + length * random.randrange(2) :]

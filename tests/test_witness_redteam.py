"""Attacks on witnesses, on those who compare them, and on those who rebuild a site."""

from __future__ import annotations

import json
import shutil
from copy import copy
from pathlib import Path

import pytest

from packyard.agreement import Report, agree, format_agreement, render_page
from packyard.edges.agreeing import compare, read_report
from packyard.edges.cosignatures import collect
from packyard.edges.rebuilding import Wish, rebuild
from packyard.edges.sighting import look
from packyard.edges.store import FolderSite
from packyard.edges.witnessing import Order, Witnessed, witness
from packyard.errors import (
    BadKey,
    BadSignature,
    FormatError,
    NotFound,
    PackyardError,
    Stale,
    TrustError,
    Unsigned,
    UsageError,
)
from packyard.formats import checkpoint, layout, note
from packyard.rebuilt import format_rebuild, trusted_comment
from packyard.witnessing import cosignatures, parse_fork, parse_state, verify_fork, witness_path
from tests.logsites import NOW, LogSite, line_of, numbered, trust_of, vkey
from tests.published import MemorySite, flipped
from tests.registry import ORIGIN, signer, small
from tests.signing import public_key
from tests.sites import built
from tests.test_witnessing import REPORT

NAME = vkey("w1").name
ANSWERS = LogSite(numbered(7), ("w1", "w2"), 1)


@pytest.fixture
def order(tmp_path: Path) -> Order:
    return Order(tmp_path / "memory", tmp_path / "public")


def first(order: Order) -> Order:
    return order._replace(new=True, name=NAME)


def run(site: LogSite, order: Order, now: int = NOW, key: str = "w1") -> Witnessed:
    return witness(MemorySite(site.files), signer(key), order, now)


def refused(kind: type[PackyardError], code: str, site: LogSite, order: Order) -> PackyardError:
    """A refusal, by which nothing that is published changes."""
    assert order.out
    before = {path: path.read_bytes() for path in order.out.rglob("*") if path.is_file()}
    with pytest.raises(kind) as caught:
        run(site, order)
    assert caught.value.problem.code == code
    assert {path: path.read_bytes() for path in order.out.rglob("*") if path.is_file()} == before
    return caught.value


# Memories ------------------------------------------------------------------------------------------------------------


def test_a_memory_that_was_put_back_from_a_copy(order: Order, tmp_path: Path) -> None:
    """What the witness has published since is known all the same, so it signs no other log than that."""
    run(LogSite(numbered(3)), first(order))
    shutil.copytree(order.memory, tmp_path / "copy")
    run(LogSite(numbered(9)), order)
    shutil.rmtree(order.memory)
    shutil.copytree(tmp_path / "copy", order.memory)
    for fork_at, size in ((4, 9), (4, 12), (8, 20)):
        error = refused(Stale, "witness-fork", LogSite(numbered(size, fork_at=fork_at)), order)
        kept = Path(error.problem.help.removeprefix("the evidence is in ").split(": tell")[0])
        verify_fork(parse_fork(kept.read_bytes()))
    refused(Stale, "witness-behind", LogSite(numbered(5)), order)
    done = run(LogSite(numbered(11)), order, NOW + 9)
    assert (done.before, done.new) == (9, True)


def test_a_memory_that_is_ahead_of_what_was_published(order: Order) -> None:
    """A cut after the memory was written: the head is signed once more, and nothing older."""
    assert order.out
    run(LogSite(numbered(3)), first(order))
    shutil.copytree(order.out, order.memory / "old")
    run(LogSite(numbered(6)), order)
    shutil.rmtree(order.out)
    (order.memory / "old").rename(order.out)
    refused(Stale, "witness-behind", LogSite(numbered(4)), order)
    refused(Stale, "witness-fork", LogSite(numbered(6, fork_at=4)), order)
    assert run(LogSite(numbered(6)), order, NOW + 1).new


def test_the_memory_of_another_log_under_the_same_name(order: Order, tmp_path: Path) -> None:
    """Whoever mixes up two folders is told, and nothing is signed."""
    run(LogSite(numbered(4)), first(order))
    other = Order(tmp_path / "other", tmp_path / "elsewhere")
    run(LogSite(numbered(4, fork_at=2)), first(other))
    refused(UsageError, "witness-state", LogSite(numbered(4)), order._replace(memory=other.memory))


def test_nowhere_to_publish(order: Order, tmp_path: Path) -> None:
    """What could not be published is published the next time; the memory had it before."""
    (tmp_path / "public").write_bytes(b"in the way")
    with pytest.raises(OSError, match=r"exists|directory"):
        run(LogSite(numbered(4)), first(order))
    (state,) = order.memory.glob("*.json")
    assert parse_state(state.read_bytes()).signed.head.size == 4
    (tmp_path / "public").unlink()
    refused(Stale, "witness-fork", LogSite(numbered(4, fork_at=1)), order)
    assert run(LogSite(numbered(4)), order).new


def test_nowhere_to_keep_the_evidence(order: Order, tmp_path: Path) -> None:
    """That the log has forked is said, whether or not it can be written down."""
    run(LogSite(numbered(4)), first(order))
    (order.memory / "evidence").write_bytes(b"in the way")
    error = refused(Stale, "witness-fork", LogSite(numbered(5, fork_at=1)), order)
    assert "could not be kept" in error.problem.help
    theirs = Order(tmp_path / "m2", tmp_path / "w1", True, NAME)
    witness(MemorySite(LogSite(numbered(7, fork_at=3), ("w1", "w2"), 1).files), signer("w1"), theirs, NOW)
    (tmp_path / "evidence").write_bytes(b"in the way")
    with pytest.raises(Stale) as caught:
        compare(MemorySite(ANSWERS.files), "", [f"{tmp_path}/w1/"], (), tmp_path / "evidence")
    assert caught.value.problem.code == "witness-fork"


# One key, several logs ---------------------------------------------------------------------------------------------


def test_two_registries_and_one_key(order: Order, tmp_path: Path) -> None:
    """Each has its own memory and its own line, and a line for the one is none for the other."""
    assert order.out
    built_at = tmp_path / "site"
    built(small_other(tmp_path / "fresh"), built_at)
    one, other = LogSite(numbered(5), ("w1",), 1), FolderSite(built_at)
    run(one, first(order))
    witness(other, signer("w1"), first(order), NOW)
    assert len(list(order.memory.glob("*.json"))) == 2
    theirs = (order.out / witness_path(NAME, "other.example.org")).read_bytes()
    assert cosignatures(one.checkpoint + theirs, [vkey("w1")]) == {}
    found = collect(one.checkpoint, [str(order.out / witness_path(NAME, "other.example.org"))], one.trust, 5)
    assert (found.checkpoint, found.cosigned) == (one.checkpoint, 0)
    assert {each.code for each in found.notes} == {"witness-line", "witness-quorum"}


def small_other(folder: Path) -> Path:
    """The repository of another registry."""
    from tests.registry import TestRegistry

    made = TestRegistry(folder)
    made.settings(origin="other.example.org", url="https://other.example.org/")
    made.publisher("carol")
    made.commit("Begin")
    return made.path


def test_another_registry_that_takes_the_name_of_the_log(order: Order) -> None:
    """Its own trust files name the victim's log by another key: to a witness that is the same log, and not its turn."""
    run(LogSite(numbered(3)), first(order))
    refused(Stale, "witness-trust", LogSite(numbered(9), log="other-log"), order)


def test_one_key_under_two_names_is_one_witness() -> None:
    named = [note.VerifierKey(f"{name}.example", note.COSIGNATURE, vkey("w1").raw) for name in ("one", "two")]
    lines = []
    for key in named:
        own = note.cosign(ANSWERS.text, signer("w1"), key.name, NOW)
        lines.append(note.format_note(note.Note(ANSWERS.text, (own,))).split(b"\n")[-2] + b"\n")
    whole = ANSWERS.checkpoint + b"".join(lines)
    log = note.parse_vkey(ANSWERS.trust.log_vkey)
    assert checkpoint.verify_checkpoint(whole, log, named, 1).size == 7
    with pytest.raises(FormatError) as caught:
        checkpoint.verify_checkpoint(whole, log, named, 2)
    assert caught.value.code == "checkpoint-quorum"


# Logs that begin again -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 6, 9])
def test_a_log_that_begins_again(order: Order, size: int) -> None:
    """Even when the roots say so by another log key: whoever cosigned the first one cosigns no second."""
    run(LogSite(numbered(6)), first(order))
    again = LogSite([f"again {at}" for at in range(size)], extra=[trust_of((), 0, 2, log="new-log")])
    again.files[layout.CHECKPOINT] = note.sign_note(again.text, signer("new-log"), ORIGIN)
    refused(Stale, "witness-behind" if size < 6 else "witness-fork", again, order)


def test_a_line_is_not_played_again(tmp_path: Path) -> None:
    """The line for a head of the log before, of the same size: it counts for nobody."""
    again = LogSite([f"again {at}" for at in range(7)], ("w1", "w2"), 1)
    (tmp_path / "line").write_bytes(line_of(ANSWERS.text, "w1") + b"\n")
    found = collect(again.checkpoint, [str(tmp_path / "line")], again.trust, 5)
    assert (found.checkpoint, found.cosigned) == (again.checkpoint, 0)
    assert "not over this checkpoint" in found.notes[0].message
    moved = line_of(ANSWERS.text, "w1").replace(b"w1.", b"w2.")
    (tmp_path / "line").write_bytes(moved + b"\n")
    assert collect(ANSWERS.checkpoint, [str(tmp_path / "line")], ANSWERS.trust, 5).cosigned == 0


def test_an_older_line_does_not_take_the_place_of_a_newer(tmp_path: Path) -> None:
    for at, time in enumerate((NOW + 60, NOW)):
        (tmp_path / f"line-{at}").write_bytes(line_of(ANSWERS.text, "w1", time) + b"\n")
    made = ANSWERS.checkpoint
    for at in range(2):
        made = collect(made, [str(tmp_path / f"line-{at}")], ANSWERS.trust, 5).checkpoint
    (found,) = cosignatures(made, [vkey("w1")]).values()
    assert found.time == NOW + 60


# Sites that a witness looks at ------------------------------------------------------------------------------------


def _checkpointed(text: str) -> LogSite:
    site = LogSite(numbered(3))
    site.files[layout.CHECKPOINT] = note.sign_note(text, signer("log"), ORIGIN)
    return site


@pytest.mark.parametrize(
    "text",
    [f"{ORIGIN}\n9223372036854775807\n{'A' * 43}=\n", f"{ORIGIN}\n0\n{'A' * 43}=\n", f"{ORIGIN}\n-1\n{'A' * 43}=\n",
     f"{ORIGIN}\n03\n{'A' * 43}=\n", f"other.example\n3\n{'A' * 43}=\n", f"{ORIGIN}\n3\n{'A' * 42}==\n", "x\n",
     f"{ORIGIN}\n" + "9" * 5_000 + f"\n{'A' * 43}=\n"],
)  # fmt: skip
def test_heads_that_are_none(order: Order, text: str) -> None:
    with pytest.raises(PackyardError):
        run(_checkpointed(text), first(order))
    assert not list(order.memory.glob("*.json"))


def test_lines_that_a_witness_would_sign_without_reading(order: Order) -> None:
    honest = LogSite(numbered(3))
    refused(BadSignature, "checkpoint-extra", _checkpointed(honest.text + "pay mallory 100\n"), first(order))
    crowd = note.parse_note(honest.checkpoint)
    line = note.NoteSignature("x.example", b"abcd", bytes(64))
    honest.files[layout.CHECKPOINT] = note.format_note(crowd._replace(signatures=(*crowd.signatures, *[line] * 150)))
    with pytest.raises(BadSignature):
        run(honest, first(order))


def test_every_tile_counts(order: Order) -> None:
    site = LogSite(numbered(300))
    for path in [path for path in site.files if path.startswith("log/tile/0/")][::60]:
        bad = copy(site)
        bad.files = site.files | {path: flipped(site.files[path], 5)}
        try:
            done = run(bad, Order(order.memory / path.replace("/", "-"), None, True, NAME))
        except TrustError:
            continue
        assert done.head.root == look(MemorySite(site.files)).signed.head.root


# Who agrees -------------------------------------------------------------------------------------------------------


def _report(folder: Path, key: str = "carol", **changes: object) -> Path:
    report = REPORT._replace(**changes)  # type: ignore[arg-type]  # by name
    text = format_rebuild(report)
    folder.mkdir(exist_ok=True)
    (folder / "report.json").write_bytes(text)
    (folder / "report.json.minisig").write_bytes(signer(key).sign(text, trusted_comment(report)))
    return folder / "report.json"


def test_reports_that_are_not_there_or_not_signed(tmp_path: Path) -> None:
    people = [("Carol", public_key(signer("carol")).text)]
    good = _report(tmp_path / "good")
    assert read_report(good, people).by == "Carol"
    for change, kind, code in (
        ((tmp_path / "good/report.json.minisig").unlink, Unsigned, 10),
        (lambda: (tmp_path / "good/report.json.minisig").write_bytes(b"\xff" * 9), BadSignature, 12),
        (lambda: (tmp_path / "good/report.json.minisig").write_bytes(b"x" * 9_999), BadSignature, 12),
        (good.unlink, NotFound, 11),
    ):
        change()
        with pytest.raises(kind) as caught:
            read_report(good, people)
        assert caught.value.exit_code == code
    with pytest.raises(BadKey):
        read_report(_report(tmp_path / "mallory", "mallory"), people)


def test_a_verdict_that_was_turned_round(tmp_path: Path) -> None:
    """The signature says the verdict, and the text must say the same."""
    people = [("Carol", public_key(signer("carol")).text)]
    path = _report(tmp_path / "good")
    text = path.read_bytes()
    for changed in (
        text.replace(b'"same": true', b'"same": false'),
        text.replace(b'"differences_total": 0', b'"differences_total": 5'),
        text.replace(b'"snapshot": ', b'"snapshot": 1'),
        text + b"\n",
        b"[" * 200_000,
    ):
        path.write_bytes(changed)
        with pytest.raises(BadSignature):
            read_report(path, people)


def test_names_that_would_be_markup(tmp_path: Path) -> None:
    """Names are given on the command line, and come from trust files of others."""
    name = "<script>alert(1)</script>\x1b[2J&\"'"
    report = Report(name, "<b>", REPORT._replace(commit="0" * 40))
    seen = look(MemorySite(ANSWERS.files))
    page = render_page(agree(seen.snapshot, seen.trust, (), [report])).decode()
    assert "<script" not in page and "<b>" not in page and "&lt;script&gt;" in page
    assert json.loads(format_agreement(agree(seen.snapshot, seen.trust, (), [report])))["rebuilds"][0]["by"] == name


# Rebuilding -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rebuilt")
    built(small(folder / "repo").path, folder / "site")
    return folder


def _rebuilt(source: Path, site: Path, work: Path) -> set[str]:
    """The paths in which a site is not what its source makes."""
    work.mkdir()
    report = rebuild(Wish(source / "repo", str(site), work, jobs=1))
    assert report.same == (not report.total)
    return {each.path for each in report.differences}


def test_a_site_with_one_file_more(source: Path, tmp_path: Path) -> None:
    """What no list names is no part of the site: clients do not ask for it, an audit of the folder names it."""
    shutil.copytree(source / "site", tmp_path / "site")
    (tmp_path / "site/packs/hello/evil.sh").write_bytes(b"#!/bin/sh\n")
    assert _rebuilt(source, tmp_path / "site", tmp_path / "work") == set()


def test_a_site_with_provenance_swapped(source: Path, tmp_path: Path) -> None:
    """Each is well signed, and about another version."""
    shutil.copytree(source / "site", tmp_path / "site")
    paths = [f"packs/hello/{number}/provenance.intoto.jsonl" for number in ("1.0.0", "1.1.0")]
    one, other = ((tmp_path / "site" / path).read_bytes() for path in paths)
    (tmp_path / "site" / paths[0]).write_bytes(other)
    (tmp_path / "site" / paths[1]).write_bytes(one)
    assert _rebuilt(source, tmp_path / "site", tmp_path / "work") == set(paths)


def test_a_site_with_two_entries_of_the_log_swapped(source: Path, tmp_path: Path) -> None:
    """The tiles still have their hashes, the bundle has not."""
    from packyard.formats.tiles import format_entries, parse_entries

    shutil.copytree(source / "site", tmp_path / "site")
    for bundle in (tmp_path / "site/log/tile/entries").rglob("000.p/*"):
        entries = parse_entries(bundle.read_bytes())
        bundle.write_bytes(format_entries([entries[1], entries[0], *entries[2:]]))
    with pytest.raises(PackyardError) as caught:
        _rebuilt(source, tmp_path / "site", tmp_path / "work")
    assert (caught.value.exit_code, caught.value.problem.path) == (13, f"{tmp_path}/site/log/")

"""`packyard witness` and `packyard agreement` as a person calls them, from the first key to a quorum for clients."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from packyard.cli import witness as module
from packyard.cli.errors import reported
from packyard.cli.group import invoke
from packyard.edges.cosignatures import collect
from packyard.formats import layout, note, trustfile
from packyard.formats.checkpoint import verify_checkpoint
from packyard.rebuilt import format_rebuild, trusted_comment
from packyard.witnessing import parse_fork, verify_fork, witness_path
from tests.cli.conftest import Said
from tests.logsites import NOW, LogSite, numbered, trust_of, vkey
from tests.registry import ORIGIN, signer
from tests.test_witnessing import REPORT

Command = Callable[..., Said]


@pytest.fixture
def packyard(home: Path, capfd: pytest.CaptureFixture[str]) -> Command:
    """Calls one of the two commands, in `home`."""

    def call(name: str, *arguments: object) -> Said:
        capfd.readouterr()
        command = {"witness": module.command, "agreement": module.agreement}[name]
        code = reported(lambda: invoke(command, [str(each) for each in arguments], f"packyard {name}"))
        return Said(code, *capfd.readouterr())

    return call


def put(folder: Path, site: LogSite) -> Path:
    """A site as a folder."""
    for path, data in site.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def made(packyard: Command, name: str = "w1") -> note.VerifierKey:
    """Makes a witness's key in `NAME.key`."""
    said = packyard("witness", "--new-key", f"{name}.example/log", "--key", f"{name}.key", "--no-password")
    assert said.code == 0, said.err
    return note.parse_vkey(said.out.strip())


def test_from_a_key_to_a_quorum(packyard: Command, home: Path) -> None:
    """Two people become witnesses, the registry names them, and clients that demand both are content."""
    keys = [made(packyard, name) for name in ("w1", "w2")]
    trust = trust_of()._replace(witnesses=tuple(map(note.format_vkey, keys)), quorum=2)
    named = LogSite(numbered(5))
    text = trustfile.format_trust(trust)
    named.files["trust/1.json"] = text
    signature = signer("root-1").sign(text, f"{ORIGIN} trust 1")
    named.files[f"trust/1.json.{signer('root-1').key_id}.minisig"] = signature
    site = put(home / "site", named)
    for name in ("w1", "w2"):
        new = ("--new", "--name", f"{name}.example/log", "--root-key", signer("root-1").public_key)
        said = packyard("witness", site, "--key", f"{name}.key", "--state", name, "--out", "public", *new)
        assert (said.code, said.err) == (0, "cosigned packs.example.org at 5 entries\n")
        assert said.out == (home / "public" / witness_path(f"{name}.example/log", ORIGIN)).read_text()
    found = collect(named.checkpoint, [str(home / "public")], trust)
    assert (found.cosigned, found.notes) == (2, ())
    log = note.parse_vkey(trust.log_vkey)
    assert verify_checkpoint(found.checkpoint, log, keys, 2).size == 5
    (site / layout.CHECKPOINT).write_bytes(found.checkpoint)
    said = packyard("agreement", site, "--root-key", signer("root-1").public_key)
    assert said.code == 0
    assert said.out.startswith("2 of 2 witnesses agree, clients demand 2\n  w1.example/log: agrees 5 entries, 2")


def test_the_words(packyard: Command, home: Path) -> None:
    made(packyard)
    site, always = put(home / "site", LogSite(numbered(3))), ("--key", "w1.key", "--state", "mine", "--out", "public")
    said = packyard("witness", site, *always, "--new", "--name", "w1.example/log")
    assert "warning: whose log it is was not asked" in said.err
    assert "the registry's trust file does not name this witness; its verifier key is w1.example/log+" in said.err
    assert "nothing new: packs.example.org at 3 entries was cosigned at 2" in packyard("witness", site, *always).err
    put(site, LogSite(numbered(4)))
    said = packyard("witness", site, *always, "--json")
    assert "cosigned packs.example.org at 4 entries, which goes on from 3" in said.err
    found = json.loads(said.out)
    assert (found["format"], found["size"], found["before"], found["new"]) == ("packyard/witness/1", 4, 3, True)
    assert len(found["files"]) == 2 and found["line"].startswith("— w1.example/log ")
    said = packyard("witness", site, *always[:4])
    assert "cosigned packs.example.org at 4 entries again: nothing new has been logged" in said.err


def test_a_fork_is_exit_code_15(packyard: Command, home: Path) -> None:
    made(packyard)
    site, always = put(home / "site", LogSite(numbered(3))), ("--key", "w1.key", "--state", "mine")
    assert packyard("witness", site, *always, "--new", "--name", "w1.example/log").code == 0
    said = packyard("witness", put(home / "other", LogSite(numbered(5, fork_at=1))), *always)
    assert (said.code, said.out) == (15, "")
    assert said.err.startswith("error[witness-fork]: the log has forked: both heads are signed")
    (path,) = (home / "mine" / "evidence").iterdir()
    assert f"the evidence is in {path}" in said.err
    verify_fork(parse_fork(path.read_bytes()))
    said = packyard("witness", put(home / "older", LogSite(numbered(2))), *always)
    assert (said.code, said.out) == (15, "")
    assert "error[witness-behind]" in said.err


def test_the_memory_has_a_place_of_its_own(packyard: Command, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(packyard)
    site = put(home / "site", LogSite(numbered(3)))
    monkeypatch.setenv("PACKYARD_WITNESS_KEY", (home / "w1.key").read_text())
    assert packyard("witness", site, "--new", "--name", "w1.example/log").code == 0
    assert len(list((home / ".local/state/packyard/witness").glob("*.json"))) == 1
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    said = packyard("witness", site)
    assert said.code == 2 and f"--> {home}/state/packyard/witness/" in said.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "usage-wrong"),
        (["site"], "usage-wrong"),
        (["site", "--key", "nowhere.key"], "key-unreadable"),
        (["site", "--key", "w1.key"], "witness-state-missing"),
        (["site", "--key", "w1.key", "--new"], "witness-name"),
        (["nowhere", "--key", "w1.key", "--new"], "site-missing"),
        (["--new-key", "Not A Name", "--key", "x.key"], "witness-name"),
        (["--new-key", "w1.example/log"], "usage-wrong"),
        (["--new-key", "w1.example/log", "--key", "w1.key", "--no-password"], "key-exists"),
    ],
)
def test_wrong_calls(packyard: Command, home: Path, words: list[str], code: str) -> None:
    made(packyard)
    put(home / "site", LogSite(numbered(3)))
    said = packyard("witness", *words, "--state", "mine")
    assert (said.code, said.out) == (2, "")
    assert f"error[{code}]" in said.err


# --- agreement ---


def report(home: Path, site: LogSite, by: str = "carol") -> Path:
    own = site.snapshot
    root = note.parse_note(site.checkpoint).text.split("\n")[2]
    sums = (own.index_json, own.index_sums, own.site_sums)
    facts = REPORT._replace(snapshot=1, commit=own.commit, log_size=own.log_size, log_root=root, sums=sums)
    path, text = home / f"{by}.json", format_rebuild(facts)
    path.write_bytes(text)
    path.with_name(f"{path.name}.minisig").write_bytes(signer(by).sign(text, trusted_comment(facts)))
    return path


def test_a_page_of_who_agreed(packyard: Command, home: Path) -> None:
    watched = LogSite(numbered(4), ("w1", "w2"), 1)
    watched.files[layout.CHECKPOINT] += watched.line("w2", NOW) + b"\n"
    site = put(home / "site", watched)
    people = ("--rebuilder", f"Carol={signer('carol').public_key}")
    said = packyard("agreement", site, "--report", report(home, watched), *people, "--out", "page")
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "1 of 2 witnesses agree, clients demand 1\n"
        f"  {vkey('w1').name}: silent\n"
        f"  {vkey('w2').name}: agrees 4 entries, 2026-05-28T20:26:40Z\n"
        "  Carol: same, snapshot 1\n"
    )
    found = json.loads(packyard("agreement", site, "--json").out)
    assert (found["format"], found["cosigned"], found["rebuilds"]) == ("packyard/agreement/1", 1, [])
    written = json.loads((home / "page/agreement.json").read_bytes())
    assert {**found, "rebuilds": written["rebuilds"]} == written
    assert written["rebuilds"][0]["by"] == "Carol" and written["rebuilds"][0]["current"]
    assert b"<td>Carol</td>" in (home / "page/index.html").read_bytes()


def test_reports_that_do_not_count(packyard: Command, home: Path) -> None:
    watched = LogSite(numbered(4), ("w1", "w2"), 1)
    site, path = put(home / "site", watched), report(home, watched)
    carol, dave = (("--rebuilder", f"{name}={signer(name).public_key}") for name in ("carol", "dave"))
    assert packyard("agreement", site, "--report", path).code == 14
    assert packyard("agreement", site, "--report", path, *dave).code == 14
    path.write_bytes(path.read_bytes().replace(b'"files": 12', b'"files": 13'))
    assert packyard("agreement", site, "--report", path, *carol).code == 12
    assert packyard("agreement", site, "--report", home / "nowhere", *carol).code == 11
    assert packyard("agreement", site, "--rebuilder", "carol").code == 2


def test_a_split_view_is_exit_code_15(packyard: Command, home: Path) -> None:
    one, other = (LogSite(numbered(4, fork_at=at), ("w1", "w2"), 1) for at in (None, 2))
    path = home / "public" / f"{witness_path(vkey('w1').name, ORIGIN)}.checkpoint"
    path.parent.mkdir(parents=True)
    path.write_bytes(other.checkpoint + other.line("w1") + b"\n")
    said = packyard("agreement", put(home / "site", one), "--witness", "public", "--evidence", "kept")
    assert (said.code, said.out) == (15, "")
    (evidence,) = (home / "kept").iterdir()
    verify_fork(parse_fork(evidence.read_bytes()))

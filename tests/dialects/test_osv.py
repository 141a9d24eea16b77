"""Records as OSV's own schema has them; the database's files; and that scanners say what `audit-lock` says."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable
from functools import cache, cmp_to_key, partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from packyard.client.lock import Lock, LockedPack, LockedRegistry
from packyard.client.user_looking import findings
from packyard.client.user_values import Notices
from packyard.formats.advisories import format_advisories, parse_advisories
from packyard.formats.advisory import parse_advisory
from packyard.formats.osv import SEVERITIES
from packyard.model import Pack, VersionState
from packyard.registry import Registry
from packyard.rules.advisories import Listed
from packyard.surfaces.dialects import osv
from tests import advising
from tests.dialects import sample
from tests.registry import ORIGIN
from tests.sites import built, inodes, rewritten
from tests.surfaces.sample import release
from tests.test_readme import DOCS, home, run, tour

__all__ = ["home"]  # a fixture

SCHEMA = Path(__file__).with_name("osv_schema") / "schema.json"
REGISTRY = Registry(ORIGIN, "Packs", f"https://{ORIGIN}/", (), 14, {}, {}, {})
NAMES = ("hello", "@acme/tools", "other")
CALLED = {"hello": "hello", "@acme/tools": "acme.tools", "other": "other"}
VECTORS = {
    "CVSS_V2": [
        "AV:L/AC:L/Au:N/C:N/I:P/A:N",
        "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:LM/TD:H/CR:ND/IR:H/AR:M",
    ],
    "CVSS_V3": [
        "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:N",
        "CVSS:3.0/AV:N/AC:H/PR:L/UI:N/S:C/C:H/I:H/A:H/E:F/RL:W/RC:R/CR:H/MAV:X/MS:U/MC:N",
    ],
    "CVSS_V4": [
        "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N",
        "CVSS:4.0/AV:N/AC:L/AT:P/PR:L/UI:A/VC:H/VI:L/VA:N/SC:N/SI:L/SA:H/E:A/MSI:S/S:P/R:A/U:Amber",
    ],
}


# --- the schema ---


def read_schema() -> dict[str, Any]:
    """OSV's schema as it is."""
    found: dict[str, Any] = json.loads(SCHEMA.read_bytes())
    return found


@cache
def validator() -> Draft202012Validator:
    """Of OSV's schema, with this ecosystem and prefix among those that are registered."""
    schema = read_schema()
    for name, own in (("prefix", "PY"), ("ecosystemWithSuffix", "Packyard")):
        schema["$defs"][name]["pattern"] = schema["$defs"][name]["pattern"].replace("^(", f"^({own}|")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def wrong(record: dict[str, Any]) -> list[str]:
    """What is wrong with a record by the schema."""
    return [f"{error.json_path}: {error.message}" for error in validator().iter_errors(record)]


def test_the_schema_is_that_of_osv() -> None:
    assert sha256(SCHEMA.read_bytes()).hexdigest().startswith("cc28d580bfd09e88")


def test_the_schema_refuses_what_is_wrong() -> None:
    good = osv.record(advising.advisory("PY-2026-0001", {"hello": ["1.0.0"]}))
    assert wrong(good) == []
    for name, value in (
        ("id", "XY-1"),
        ("more", 1),
        ("modified", "today"),
        ("details", None),
        ("affected", [{"package": {}}]),
    ):
        assert wrong(good | {name: value})


def test_only_the_registered_names_are_not_ours() -> None:
    """The schema itself knows neither prefix nor ecosystem; nothing else is amiss."""
    record = osv.record(advising.advisory("PY-2026-0001", {"hello": ["1.0.0"]}), ORIGIN)
    errors = [error.json_path for error in Draft202012Validator(read_schema()).iter_errors(record)]
    assert sorted(errors) == ["$.affected[0].package.ecosystem", "$.id"]


# --- advisories of all kinds ---

VERSIONS = [f"{a}.{b}.0{rest}" for a in range(3) for b in range(2) for rest in ("-0", "-rc.1", "-rc.10", "-rc.2", "")]
free = st.recursive(st.none() | st.integers(0, 9) | st.text("ab", max_size=2), st.lists, max_leaves=3)
severities = st.lists(
    st.sampled_from([{"type": kind, "score": score} for kind, scores in VECTORS.items() for score in scores]),
    max_size=2,
)


@st.composite
def ranges(draw: st.DrawFn) -> dict[str, Any]:
    """A range as advisories may have it; its events in any order."""
    found = draw(st.lists(st.sampled_from(VERSIONS), min_size=1, max_size=4, unique=True))
    places = sorted(found, key=cmp_to_key(precedence))
    end = draw(st.sampled_from(["fixed", "last_affected"]))
    events = [{end if at % 2 else "introduced": version} for at, version in enumerate(places)]
    if draw(st.booleans()):
        events[0] = {"introduced": "0"}
    more = draw(st.fixed_dictionaries({}, optional={"repo": free, "database_specific": free}))
    return {"type": "SEMVER", "events": draw(st.permutations(events)), **more}


@st.composite
def affected(draw: st.DrawFn) -> dict[str, Any]:
    """A part of `affected`."""
    versions = draw(st.lists(st.sampled_from(VERSIONS), max_size=3, unique=True))
    spans = draw(st.lists(ranges(), min_size=0 if versions else 1, max_size=2))
    package = {"ecosystem": "Packyard", "name": draw(st.sampled_from(NAMES))}
    more = draw(
        st.fixed_dictionaries(
            {}, optional={"severity": severities, "ecosystem_specific": free, "database_specific": free, "own": free}
        )
    )
    purl = draw(st.fixed_dictionaries({}, optional={"purl": free}))
    return {"package": package | purl, "versions": versions or None, "ranges": spans or None, **more}


texts = st.none() | st.lists(st.sampled_from(["CVE-2026-1", "GHSA-x"]), unique=True)
credit = st.fixed_dictionaries(
    {"name": st.just("Ann")},
    optional={
        "type": st.sampled_from(["TOOL", None]),
        "contact": st.none() | st.lists(st.just("https://a.example"), max_size=1),
    },
)
link = st.fixed_dictionaries({"type": st.sampled_from(["WEB", "FIX"]), "url": st.just("https://a.example/b")})
members = st.fixed_dictionaries(
    {"affected": st.lists(affected(), min_size=1, max_size=3)},
    optional={
        "withdrawn": st.sampled_from([advising.START, None]),
        "aliases": texts,
        "related": texts,
        "upstream": texts,
        "details": st.none() | st.text("a <b>&\n", max_size=5),
        "severity": st.none() | severities,
        "references": st.none() | st.lists(link, max_size=2),
        "credits": st.none() | st.lists(credit, max_size=2),
        "database_specific": st.none() | st.just({"severity": "HIGH", "own": [None, {"a": None}]}),
        "own": free,
    },
)


@given(members, st.sampled_from(["", ORIGIN]))
def test_every_record_is_what_the_schema_says(more: dict[str, Any], origin: str) -> None:
    data = json.dumps(json.loads(advising.advisory("PY-2026-0001", {})) | more).encode()
    parse_advisory(data)
    before = copy.deepcopy(more)
    found = osv.record(data, origin)
    assert wrong(found) == []
    assert more == before
    assert len(found["affected"]) == len(more["affected"]) * (2 if origin else 1)
    scores = {each["score"] for part in (more, *more["affected"]) for each in part.get("severity") or ()}
    kept = {each["score"] for part in (found, *found["affected"]) for each in part.get("severity") or ()}
    lost = (
        {each["score"] for each in more.get("severity") or ()}
        if all("severity" in each for each in more["affected"])
        else set()
    )
    assert scores - lost <= kept <= scores


# --- agreement ---


def precedence(one: str, other: str) -> int:
    """Section 11 of semantic versioning, by itself: -1, 0 or 1."""
    (first, _, before), (second, _, behind) = one.partition("-"), other.partition("-")
    plain = [tuple(map(int, each.split("."))) for each in (first, second)]
    if plain[0] != plain[1]:
        return -1 if plain[0] < plain[1] else 1
    if not before or not behind:
        return (before == "") - (behind == "")
    left, right = before.split("."), behind.split(".")
    for mine, its in zip(left, right, strict=False):
        if mine != its:
            if mine.isdigit() and its.isdigit():
                return -1 if int(mine) < int(its) else 1
            return -1 if mine.isdigit() or (not its.isdigit() and mine < its) else 1
    return (len(left) > len(right)) - (len(left) < len(right))


def said_of(record: dict[str, Any], ecosystem: str, name: str, version: str) -> bool:
    """The evaluation that https://ossf.github.io/osv-schema/#evaluation describes."""
    if "withdrawn" in record:
        return False
    about = [
        each
        for each in record["affected"]
        if each["package"] == each["package"] | {"ecosystem": ecosystem, "name": name}
    ]
    return any(
        version in each.get("versions", ()) or any(included(span, version) for span in each.get("ranges", ()))
        for each in about
    )


def included(span: dict[str, Any], version: str) -> bool:
    """Whether a version is in a range."""

    def at(event: dict[str, str]) -> str:
        [value] = event.values()
        return "0.0.0-0" if value == "0" else value

    def compare(one: dict[str, str], other: dict[str, str]) -> int:
        return precedence(at(one), at(other))

    vulnerable = False
    for event in sorted(span["events"], key=cmp_to_key(compare)):
        compared = precedence(version, at(event))
        if "introduced" in event and compared >= 0:
            vulnerable = True
        elif ("fixed" in event and compared >= 0) or ("last_affected" in event and compared > 0):
            vulnerable = False
    return vulnerable


def exported(texts: dict[str, bytes], registry: Registry = REGISTRY) -> dict[str, bytes]:
    """The files of a registry with these advisories, by id."""
    listed = [Listed(parse_advisory(data, ident)[0], ident) for ident, data in sorted(texts.items())]
    return {each.path: each.render() for each in osv.plan_records(registry, listed, texts.__getitem__)}


def records(files: dict[str, bytes]) -> list[dict[str, Any]]:
    """What `all.zip` has."""
    with zipfile.ZipFile(io.BytesIO(files["osv/all.zip"])) as archive:
        return [json.loads(archive.read(name)) for name in archive.namelist()]


def audited(texts: Iterable[bytes], locked: dict[str, str]) -> set[tuple[str, str]]:
    """(pack, advisory) that `audit-lock` finds, reading the index that the registry publishes."""
    index = parse_advisories(format_advisories(parse_advisory(data)[0] for data in texts))
    facts = ("a" * 64, "b" * 64, 1, 1, "alice", ())
    packs = tuple(LockedPack(name, "main", version, *facts) for name, version in locked.items())
    known = {
        ("main", name): Pack(name, "alice", (VersionState(release(name, version, 1)),), None, ())
        for name, version in locked.items()
    }
    lock = Lock((), {"main": LockedRegistry(ORIGIN, "", "")}, {}, packs)
    found = findings(lock, known, {"main": Notices((), index)}, 0)
    return {
        (problem.message.split(" ")[0], problem.found.split(",")[0])
        for problem in found
        if problem.code == "locked-advisory"
    }


@given(
    st.lists(members, min_size=1, max_size=3),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VERSIONS), min_size=1),
)
def test_a_scanner_finds_what_audit_lock_finds(several: list[dict[str, Any]], locked: dict[str, str]) -> None:
    texts = {
        f"PY-2026-{at:04}": json.dumps(json.loads(advising.advisory(f"PY-2026-{at:04}", {})) | more).encode()
        for at, more in enumerate(several)
    }
    expected, files = audited(texts.values(), locked), exported(texts)
    for ecosystem, called in (
        ("Packyard", {name: name for name in NAMES}),
        ("npm", {name: f"@{ORIGIN}/{CALLED[name]}" for name in NAMES}),
    ):
        found = {
            (name, record["id"])
            for name, version in locked.items()
            for record in records(files)
            if said_of(record, ecosystem, called[name], version)
        }
        assert found == expected
    for name in locked:
        alone = json.loads(files.get(f"osv/{CALLED[name]}.json", b'{"vulns":[]}'))["vulns"]
        assert {each["id"] for each in alone} == {
            each["id"] for each in records(files) if any(part["package"]["name"] == name for part in each["affected"])
        }


# --- the files ---


@pytest.mark.interop
def test_commands_of_the_page(whole: Path, home: Path) -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(whole))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        blocks = tour(DOCS / "clients/osv.md")
        run(home, [block._replace(code=block.code.replace("https://packs.my.example/", url)) for block in blocks])
        server.shutdown()


def test_the_files_of_the_sample(whole: Path) -> None:
    found = {path.name for path in (whole / "osv").iterdir()}
    assert found == {"all.zip", "modified_id.csv", "hello.json"}
    with zipfile.ZipFile(whole / "osv/all.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["PY-2026-0001.json"]
        [record] = json.loads((whole / "osv/hello.json").read_bytes())["vulns"]
        assert json.loads(archive.read("PY-2026-0001.json")) == record
    assert wrong(record) == []
    kept = json.loads((whole / "advisories/PY-2026-0001.json").read_bytes())
    assert [each for each in record["affected"] if each["package"]["ecosystem"] == "Packyard"] == kept["affected"]
    assert {name: value for name, value in record.items() if name != "affected"} == {
        name: value for name, value in kept.items() if name != "affected"
    }


def test_what_changed_last_comes_first() -> None:
    times = {
        "PY-2026-0001": "2026-01-02T00:00:00Z",
        "PY-2026-0002": "2026-03-01T00:00:00Z",
        "PY-2026-0003": "2026-01-02T00:00:00Z",
    }
    texts = {
        ident: advising.advisory(ident, {"hello": ["1.0.0"]}, modified=time, published=None)
        for ident, time in times.items()
    }
    rows = list(csv.reader(io.StringIO(exported(texts)["osv/modified_id.csv"].decode())))
    assert rows == [[times[ident], ident] for ident in ("PY-2026-0002", "PY-2026-0001", "PY-2026-0003")]


def test_npm_is_named_where_npm_is_served() -> None:
    texts = {"PY-2026-0001": advising.advisory("PY-2026-0001", {"@acme/tools": ["1.0.0"]})}

    def packages(**surfaces: bool) -> list[tuple[str, str]]:
        [record] = records(exported(texts, REGISTRY._replace(surfaces=surfaces)))
        return [(each["package"]["ecosystem"], each["package"]["name"]) for each in record["affected"]]

    assert packages() == [("Packyard", "@acme/tools"), ("npm", "@packs.example.org/acme.tools")]
    [record] = records(exported(texts))
    assert record["affected"][1]["package"]["purl"] == "pkg:npm/%40packs.example.org/acme.tools"
    assert packages(npm=False) == [("Packyard", "@acme/tools")]
    assert exported(texts, REGISTRY._replace(surfaces={"osv": False})) == {}


def test_nothing_known_is_an_empty_database() -> None:
    files = exported({})
    assert list(files) == ["osv/all.zip", "osv/modified_id.csv"]
    assert records(files) == []
    assert files["osv/modified_id.csv"] == b""


def test_the_database_changes_with_advisories_alone(tmp_path: Path) -> None:
    made, site = sample.registry(tmp_path / "repo", ("osv",)), tmp_path / "site"
    built(made.path, site)
    before = inodes(site)
    made.version("hello", "2.2.0", "alice")
    made.commit("One more")
    built(made.path, site)
    after = inodes(site)
    assert not [path for path in rewritten(before, after) if path.startswith("osv/")]
    made.files["advisories/PY-2026-0002.json"] = advising.advisory("PY-2026-0002", {"other": ["0.1.0"]})
    made.commit("Another")
    built(made.path, site)
    last = inodes(site)
    assert [path for path in rewritten(after, last) if path.startswith("osv/")] == [
        "osv/all.zip",
        "osv/modified_id.csv",
    ]
    assert [path for path in last.keys() - after.keys() if path.startswith("osv/")] == ["osv/other.json"]
    del made.files["advisories/PY-2026-0002.json"]
    made.commit("It was none")
    built(made.path, site)
    assert not (site / "osv/other.json").exists()


@pytest.mark.parametrize("score", ["AV:L/AC:L/Au:N/C:N/I:P/A:X", "AV:L/AC:L/Au:N/C:N", "CVSS:2.0/AV:L"])
def test_a_score_is_a_vector(score: str) -> None:
    """What the schema would refuse is refused when the advisory is proposed."""
    assert not re.fullmatch(SEVERITIES["CVSS_V2"], score)
    for kind, vectors in VECTORS.items():
        for vector in vectors:
            assert re.fullmatch(SEVERITIES[kind], vector)
            assert not re.fullmatch(SEVERITIES[kind], vector.replace("L", "Y", 1))

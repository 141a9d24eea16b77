"""Renewing the seal: the same content, a later date, and nothing else."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from packyard.edges.store import Staging, Workplace
from packyard.formats.snapshot import Snapshot, parse_snapshot
from packyard.formats.times import DAY
from tests.cli.conftest import Packyard


@pytest.fixture
def site(packyard: Packyard, registry: Path) -> Path:
    said = packyard("build", "--repo", registry)
    assert said.code == 0, said.err
    return registry / "site"


def read(site: Path) -> Snapshot:
    return parse_snapshot((site / "SNAPSHOT").read_bytes())


def everything(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def tomorrow(monkeypatch: pytest.MonkeyPatch, days: int = 1) -> None:
    now = time.time() + days * DAY
    monkeypatch.setattr(time, "time", lambda: now)


def test_only_the_dates_change(packyard: Packyard, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, before = everything(site), read(site)
    tomorrow(monkeypatch)
    said = packyard("reseal", site)
    assert said.code == 0, said.err
    after = read(site)
    assert after.issued >= before.issued + DAY
    assert after.expires - after.issued == before.expires - before.issued
    assert after._replace(issued=before.issued, expires=before.expires) == before
    changed = {path for path, data in everything(site).items() if files.get(path) != data}
    assert changed == {"SNAPSHOT", "SNAPSHOT.minisig", "SNAPSHOT.bundle"}
    assert set(everything(site)) == set(files)
    assert packyard("audit", site).code == 0


def test_the_next_build_has_nothing_to_do(
    packyard: Packyard, registry: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow(monkeypatch)
    assert packyard("reseal", site).code == 0
    sealed = everything(site)
    said = packyard("build", "--repo", registry)
    assert said.code == 0
    assert "nothing to do" in said.err
    assert everything(site) == sealed


def test_a_document(packyard: Packyard, site: Path) -> None:
    found = json.loads(packyard("reseal", site, "--json").out)
    assert (found["format"], found["snapshot"], found["origin"]) == ("packyard/reseal/1", 1, "packs.example.org")


@pytest.mark.parametrize("victim", ["SNAPSHOT", "SNAPSHOT.minisig", "trust/1.json"])
def test_what_does_not_verify_is_not_renewed(victim: str, packyard: Packyard, site: Path) -> None:
    data = bytearray((site / victim).read_bytes())
    data[data.index(b"0")] ^= 1
    (site / victim).write_bytes(data)
    broken = everything(site)
    said = packyard("reseal", site)
    assert said.code == 12
    assert f"--> {site}/" in said.err
    assert everything(site) == broken


def test_a_key_that_is_not_trusted(packyard: Packyard, site: Path, home: Path) -> None:
    assert packyard("keygen", "--out", "keys/snapshot.key", "--no-password").code == 0
    said = packyard("reseal", site, "--keys", "keys")
    assert said.code == 14
    assert "error[keys-not-trusted]" in said.err


def test_no_key_and_no_site(packyard: Packyard, site: Path, registry: Path) -> None:
    assert "error[site-missing]" in packyard("reseal", "nowhere").err
    (registry / ".packyard" / "keys").rename(registry / "elsewhere")
    said = packyard("reseal", site)
    assert said.code == 2
    assert "error[keys-incomplete]" in said.err


def test_a_build_at_work_is_not_disturbed(packyard: Packyard, site: Path) -> None:
    descriptor = Workplace(site).lock()
    said = packyard("reseal", site)
    assert said.code == 3
    assert "error[site-locked]" in said.err
    assert descriptor > 0


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_a_reseal_that_is_cut_short(
    moment: str, packyard: Packyard, registry: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read(site)
    tomorrow(monkeypatch)
    activate = Staging.activate

    def cut(staging: Staging) -> int:
        if moment == "between":
            (staging.root / "SNAPSHOT.minisig").replace(site / "SNAPSHOT.minisig")
        if moment == "after":
            activate(staging)
        raise KeyboardInterrupt

    with monkeypatch.context() as cutting:
        cutting.setattr(Staging, "activate", cut)
        assert packyard("reseal", site).code == 130
    assert packyard("build", "--repo", registry).code == 0
    assert read(site).number == before.number
    assert packyard("audit", site).code == 0

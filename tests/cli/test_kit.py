"""`packyard kit`: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packyard.cli import main as table
from packyard.cli.main import Known
from packyard.formats.trustfile import parse_trust
from tests.cli.conftest import Packyard
from tests.published import flipped
from tests.registry import small
from tests.sites import built


@pytest.fixture(autouse=True)
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command, where it is not in the table yet."""
    known = Known("kit", "kit:command", "Carry a registry to where there is no network.")
    monkeypatch.setattr(table, "COMMANDS", {"kit": known, **table.COMMANDS})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kit")
    built(small(folder / "repo").path, folder / "site")
    return folder / "site"


@pytest.fixture
def keys(packyard: Packyard, home: Path, site: Path) -> list[object]:
    """The exporter's key is `exporter.key`; the options that name everybody's public key."""
    assert packyard("keygen", "--no-password", "--out", "exporter.key").code == 0
    root = parse_trust((site / "trust/1.json").read_bytes()).root_keys[0]
    return ["--root-key", root, "--key", "exporter.pub"]


def test_there_and_back(packyard: Packyard, site: Path, keys: list[object], home: Path) -> None:
    said = packyard("kit", "export", site, "kit.tar", "--key", "exporter.key", *keys[:2])
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("ok: full kit of packs.example.org, snapshot 1, ")
    said = packyard("kit", "verify", "kit.tar", *keys)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("ok: full kit of packs.example.org, snapshot 1, ")
    said = packyard("kit", "import", "kit.tar", "mirror", *keys)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("ok: mirror is at snapshot 1 of packs.example.org, ")
    assert packyard("audit", "mirror", "--key", keys[1]).code == 0
    assert "0 files written, 0 removed" in packyard("kit", "import", "kit.tar", "mirror").out


def test_documents(packyard: Packyard, site: Path, keys: list[object], home: Path) -> None:
    packyard("kit", "export", site, "kit.tar", "--pack", "hello@^1", "--key", "exporter.key")
    found = json.loads(packyard("kit", "verify", "kit.tar", *keys, "--json").out)
    assert found["format"] == "packyard/kit-report/1"
    assert (found["ok"], found["profile"], found["packs"]) == (True, "packs", {"hello": ["1.1.0"]})
    assert (found["tenant"], found["base"], found["problems"]) == (None, None, [])
    said = packyard("kit", "verify", "absent.tar", "--json")
    assert (said.code, json.loads(said.out)["problems"][0]["code"]) == (1, "kit-missing")
    assert json.loads(said.out)["profile"] is None


def test_what_is_not_vouched_for_is_told(packyard: Packyard, site: Path) -> None:
    said = packyard("kit", "export", site, "kit.tar")
    assert (said.code, said.err) == (0, "the kit is not signed; --key FILE signs it\n")
    said = packyard("kit", "verify", "kit.tar")
    assert said.code == 0
    assert "note[trust-unpinned]" in said.err


def test_exit_codes(packyard: Packyard, site: Path, keys: list[object], home: Path) -> None:
    packyard("kit", "export", site, "kit.tar", "--key", "exporter.key")
    data = (home / "kit.tar").read_bytes()
    (home / "bit.tar").write_bytes(flipped(data, data.rindex(b"# packyard snapshot 1")))
    (home / "cut.tar").write_bytes(data[:-10_240])
    (home / "text.tar").write_text("no kit")
    stranger = packyard("keygen", "--no-password", "--out", "stranger.key")
    assert stranger.code == 0
    (home / "mine").mkdir()
    (home / "mine/letter.txt").write_text("keep me")
    (home / "list.yaml").write_text("format: packyard/tenant/1\ntenant: x\npacks: ['@acme/tools']\n")
    for code, arguments in (
        (1, ["verify", "absent.tar"]),
        (1, ["import", "absent.tar", "mirror"]),
        (1, ["export", "nowhere", "x.tar"]),
        (1, ["export", site, "x.tar", "--pack", "nothing"]),
        (2, ["verify", "bit.tar"]),
        (2, ["import", "bit.tar", "mirror"]),
        (3, ["export", "http://127.0.0.1:1/", "x.tar"]),
        (5, ["verify", "kit.tar", "--root-key", "stranger.pub"]),
        (5, ["verify", "kit.tar", "--key", "stranger.pub"]),
        (5, ["import", "kit.tar", "mirror", "--key", "stranger.pub"]),
        (1, ["export", site, "x.tar", "--base", "absent.tar"]),
        (1, ["export", site, "x.tar", "--base", "kit.tar", "--base", "absent.tar"]),
        (1, ["export", site, "x.tar", "--tenant", "absent.yaml", "--key", "exporter.key"]),
        (11, ["export", site, "x.tar", "--tenant", "text.tar", "--key", "exporter.key"]),
        (11, ["export", site, "x.tar", "--tenant", "list.yaml"]),
        (11, ["verify", "cut.tar"]),
        (11, ["import", "text.tar", "mirror"]),
        (11, ["import", "kit.tar", "mine"]),
        (11, ["export", site, "kit.tar"]),
        (11, ["export", site, "x.tar", "--tenant", "list.yaml", "--key", "exporter.key"]),
        (11, ["export", site, "x.tar", "--profile", "packs"]),
        (11, ["export", site, "x.tar", "--all-versions"]),
        (11, ["export", site, "x.tar", "--pack", "Hello!"]),
        (11, ["export", site, "x.tar", "--profile", "half"]),
        (11, ["export", site]),
        (11, ["verify"]),
        (11, ["unpack", "kit.tar"]),
        (11, ["verify", "kit.tar", "--root-key", "nonsense"]),
    ):
        said = packyard("kit", *arguments)
        assert (said.code, said.out) == (code, ""), (arguments, said)
        assert "error[" in said.err
    assert not (home / "x.tar").exists()
    assert not (home / "mirror").exists()
    assert (home / "mine/letter.txt").read_text() == "keep me"


def test_order(packyard: Packyard, site: Path, home: Path) -> None:
    from packyard.edges.resealing import reseal

    packyard("kit", "export", site, "old.tar")
    before = (site / "SNAPSHOT").read_bytes()
    while (site / "SNAPSHOT").read_bytes() == before:
        reseal(site, site.parent / "repo/.packyard/keys")
    packyard("kit", "export", site, "new.tar", "--base", "old.tar")
    assert packyard("kit", "import", "new.tar", "mirror").code == 1
    assert packyard("kit", "import", "old.tar", "mirror").code == 0
    assert packyard("kit", "import", "new.tar", "mirror").code == 0
    said = packyard("kit", "import", "old.tar", "mirror")
    assert said.code == 8
    assert "error[kit-older]" in said.err
    reasons = [json.loads(path.read_text()) for path in (home / ".packyard/mirror/quarantine").glob("*/reason.json")]
    assert sorted(reason["exit"] for reason in reasons) == [1, 8]


def test_help_tells_the_exit_codes(packyard: Packyard) -> None:
    for name in ("export", "verify", "import"):
        said = packyard("kit", name, "--help")
        assert said.code == 0
        assert "  0 ok                       5 a signature" in said.out
        assert "130 interrupted" in said.out


def test_an_interrupt(packyard: Packyard, site: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from packyard.edges import kit_import

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    packyard("kit", "export", site, "kit.tar")
    monkeypatch.setattr(kit_import, "verify_kit", interrupted)
    assert packyard("kit", "import", "kit.tar", "mirror").code == 130
    monkeypatch.undo()
    monkeypatch.chdir(home)
    assert not (home / "mirror").exists()

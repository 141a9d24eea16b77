"""Secret keys are never shown, lie where nobody else reads them, and are those of stock minisign."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
from pathlib import Path

import pytest

from packyard.formats import minisign
from tests.cli.conftest import Packyard
from tests.tools import need


def key_of(home: Path) -> Path:
    return home / "config" / "packyard" / "keys" / "default.key"


def spoilt(text: str) -> dict[str, str]:
    """What becomes of a key file's text on its way through the settings of automation."""
    comment, line = text.splitlines()
    return {
        "the line alone": line,
        "one line": f"{comment} {line}",
        "escaped": f"{comment}\\n{line}\\n",
        "base64": base64.b64encode(text.encode()).decode(),
        "cut": text[:-40],
        "cut short": f"{comment}\n{line[:40]}",
        "no comment": f"{line}\n",
        "twice": text + text,
        "changed": f"{comment}\n{line[:100]}AAAA{line[104:]}\n",
        "quoted": f"'{text}'",
        "not text": text.replace("e", "\udce4", 1),
    }


SPOILT = sorted(spoilt("untrusted comment: x\n" + "A" * 212))


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("encrypted", [False, True])
def test_no_error_shows_a_key(
    how: str, encrypted: bool, packyard: Packyard, home: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKYARD_PASSWORD", "correct-horse-battery")
    assert packyard("keygen", *([] if encrypted else ["--no-password"])).code == 0
    text = key_of(home).read_text()
    source = spoilt(text)[how]
    line, key_file = text.splitlines()[1], base64.b64encode(text.encode()).decode()
    pieces = {each[at : at + 12] for each in (line, key_file) for at in range(len(each) - 12)}
    pieces |= {"correct-horse", os.fsencode(line).hex()[:24]}
    monkeypatch.setenv("PACKYARD_DEBUG", "1")
    for environ, arguments in (({"PACKYARD_KEY": source}, []), ({}, ["--key", source])):
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        for command in (["sign", pack, *arguments], ["publisher", "add", "alice", *arguments]):
            said = packyard(*command)
            assert said.code in (1, 2)
            assert not [piece for piece in pieces if piece in said.out + said.err]
        monkeypatch.delenv("PACKYARD_KEY", raising=False)


@pytest.mark.parametrize("password", ["", "wrong-horse-battery"])
def test_no_error_shows_a_password(
    password: str, packyard: Packyard, home: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKYARD_PASSWORD", "correct-horse-battery")
    assert packyard("keygen").code == 0
    monkeypatch.setenv("PACKYARD_PASSWORD", password)
    monkeypatch.setenv("PACKYARD_DEBUG", "1")
    said = packyard("sign", pack)
    assert said.code == 2
    assert "error[key-password]" in said.err
    assert "horse" not in said.err + said.out


def test_a_key_is_for_its_owner_alone(packyard: Packyard, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = dict[str, int]()
    real = os.open

    def watched(path: Path, flags: int, mode: int = 0o777) -> int:
        modes[str(path)] = mode
        return real(path, flags, mode)

    before = os.umask(0)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "open", watched)
            assert packyard("keygen", "--no-password").code == 0
    finally:
        os.umask(before)
    key = key_of(home)
    assert modes[str(key)] == 0o600
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


def test_a_key_that_others_can_read_is_warned_about(packyard: Packyard, home: Path, pack: Path) -> None:
    assert packyard("keygen", "--no-password").code == 0
    assert "warning" not in packyard("sign", pack).err
    key_of(home).chmod(0o640)
    said = packyard("sign", pack)
    assert said.code == 0
    assert f"warning: {key_of(home)} is open to others than you; `chmod 600` closes it" in said.err


def test_a_key_in_a_repository_is_warned_about(packyard: Packyard, registry: Path) -> None:
    said = packyard("keygen", "--no-password", "--out", registry / "own.key")
    assert said.code == 0
    assert "never commit it" in said.err


def test_the_environment_is_enough_for_automation(
    packyard: Packyard, home: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKYARD_PASSWORD", "correct-horse-battery")
    assert packyard("keygen", "--out", "ci.key").code == 0
    text = (home / "ci.key").read_text()
    for source in (str(home / "ci.key"), text, text.replace("\n", "\r\n"), text.rstrip("\n")):
        monkeypatch.setenv("PACKYARD_KEY", source)
        said = packyard("sign", pack)
        assert said.code == 0, said.err
        assert text.splitlines()[1] not in said.err


@pytest.mark.interop
@pytest.mark.parametrize("password", ["", pytest.param("pass", marks=pytest.mark.slow)])
def test_a_stock_key_signs_and_stock_minisign_agrees(
    password: str, packyard: Packyard, home: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = need("minisign")
    made = [program, "-G", "-p", "stock.pub", "-s", "stock.key", *([] if password else ["-W"])]
    subprocess.run(made, cwd=home, input=f"{password}\n" * 2, text=True, capture_output=True, check=True)
    monkeypatch.setenv("PACKYARD_PASSWORD", password)
    assert packyard("sign", pack, "--key", home / "stock.key").code == 0
    done = subprocess.run(
        [program, "-VHm", "SHA256SUMS", "-p", str(home / "stock.pub")],
        cwd=pack,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Trusted comment: hello 0.1.0\n" in done.stdout


@pytest.mark.interop
def test_our_key_signs_with_stock_minisign(packyard: Packyard, home: Path) -> None:
    program = need("minisign")
    assert packyard("keygen", "--no-password", "--out", "own.key").code == 0
    (home / "m").write_bytes(b"message")
    command = [program, "-S", "-W", "-s", "own.key", "-m", "m", "-t", "hello 0.1.0"]
    subprocess.run(command, cwd=home, capture_output=True, check=True)
    key = minisign.parse_public_key_file((home / "own.pub").read_bytes())
    minisign.verify(b"message", minisign.parse_signature((home / "m.minisig").read_bytes()), key, "hello 0.1.0")

"""Secret keys: where they are found, that they are written safely, and that stock minisign agrees."""

from __future__ import annotations

import base64
import pickle
import subprocess
from pathlib import Path

import pytest

from packyard.edges import keys
from packyard.errors import UsageError
from packyard.formats import ed25519, minisign
from tests.signing import new_signer, public_key
from tests.tools import need


def code_of(error: pytest.ExceptionInfo[UsageError]) -> str:
    return error.value.problem.code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a key for each role."""
    for role in keys.ROLES:
        keys.make_key(tmp_path / "keys" / f"{role}.key", None, role)
    return tmp_path / "keys"


def test_a_made_key_is_private_and_loads(tmp_path: Path) -> None:
    key = keys.make_key(tmp_path / "new" / "alice.key", None, "alice's key")
    path = tmp_path / "new" / "alice.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.read_bytes().startswith(b"untrusted comment: alice's key\n")
    assert minisign.parse_public_key_file(path.with_suffix(".pub").read_bytes()) == key
    for source in (str(path), path.read_text()):
        signer = keys.load_signer(source)
        assert (signer.key_id, signer.public_key) == (key.key_id, key.text)


def test_a_signer_signs_files_and_messages() -> None:
    signer = new_signer()
    data = signer.sign(b"message", "hello 1.2.0")
    minisign.verify(b"message", minisign.parse_signature(data), public_key(signer), "hello 1.2.0")
    assert minisign.format_signature(minisign.parse_signature(data)) == data
    assert ed25519.verify(public_key(signer).raw, b"note", signer.sign_raw(b"note"))


def test_a_signer_survives_a_trip_to_another_process_and_hides_its_secret() -> None:
    signer = new_signer()
    copy = pickle.loads(pickle.dumps(signer))
    assert copy.sign_raw(b"x") == signer.sign_raw(b"x")
    assert copy.key_id == signer.key_id
    assert repr(signer) == f"MinisignSigner({signer.key_id})"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    keys.make_key(path, None, "first")
    before = path.read_bytes(), path.with_suffix(".pub").read_bytes()
    with pytest.raises(UsageError) as caught:
        keys.make_key(path, None, "second")
    assert code_of(caught) == "key-exists"
    path.with_suffix(".pub").unlink()
    with pytest.raises(UsageError):
        keys.make_key(path, None, "second")
    assert (path.read_bytes(), path.with_suffix(".pub").exists()) == (before[0], False)
    (tmp_path / "b.pub").write_bytes(before[1])
    for name in ("b.key", "b.pub", "c.pub"):
        with pytest.raises(UsageError):
            keys.make_key(tmp_path / name, None, "third")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.key", "b.pub"]


def test_a_folder_that_takes_no_file_and_a_comment_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError) as caught:
        keys.make_key(tmp_path / "file" / "a.key", None, "")
    assert code_of(caught) == "key-unwritable"
    with pytest.raises(UsageError) as caught:
        keys.make_key(tmp_path / "a.key", None, "two\nlines")
    assert code_of(caught) == "key-comment"


@pytest.mark.parametrize("data", [b"", b"not\na key\n", b"untrusted comment: x\nRWQ=\n", b"x" * 5000, b"\xff\n\xff\n"])
def test_what_is_no_key_is_unreadable(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(data)
    with pytest.raises(UsageError) as caught:
        keys.load_signer(str(path))
    assert code_of(caught) == "key-unreadable"
    assert caught.value.problem.path == str(path)


def test_missing_files_and_public_keys_are_unreadable(tmp_path: Path) -> None:
    key = keys.make_key(tmp_path / "a.key", None, "a")
    for source in (str(tmp_path / "none"), str(tmp_path), str(tmp_path / "a.pub"), key.text, "nul\0"):
        with pytest.raises(UsageError) as caught:
            keys.load_signer(source)
        assert code_of(caught) == "key-unreadable"


def test_two_halves_must_belong_together(tmp_path: Path) -> None:
    keys.make_key(tmp_path / "a.key", None, "a")
    comment, line = (tmp_path / "a.key").read_text().splitlines()
    raw = bytearray(base64.b64decode(line))
    raw[70] ^= 1
    with pytest.raises(UsageError) as caught:
        keys.load_signer(f"{comment}\n{base64.b64encode(raw).decode()}\n")
    assert code_of(caught) == "key-unreadable"


def test_keys_from_a_folder(folder: Path, tmp_path: Path) -> None:
    found = keys.find_keys(folder, {"PACKYARD_LOG_KEY": "ignored"}, tmp_path / "dev")
    assert not found.development
    assert not (tmp_path / "dev").exists()
    for role in keys.ROLES:
        public = minisign.parse_public_key_file((folder / f"{role}.pub").read_bytes())
        assert getattr(found, role).key_id == public.key_id


def test_keys_from_the_environment_are_paths_or_texts(folder: Path, tmp_path: Path) -> None:
    environ = {
        "PACKYARD_SNAPSHOT_KEY": str(folder / "snapshot.key"),
        "PACKYARD_LOG_KEY": (folder / "log.key").read_text(),
        "PACKYARD_ATTEST_KEY": (folder / "attest.key").read_text().rstrip("\n"),
    }
    assert [signer.key_id for signer in keys.find_keys(None, environ, tmp_path)[:3]] == [
        signer.key_id for signer in keys.find_keys(folder, {}, tmp_path)[:3]
    ]


def test_development_keys_are_made_once(tmp_path: Path) -> None:
    dev = tmp_path / ".packyard"
    first, second = (keys.find_keys(None, {"PACKYARD_LOG_KEY": ""}, dev) for _ in range(2))
    assert first.development
    assert [signer.key_id for signer in first[:3]] == [signer.key_id for signer in second[:3]]
    assert keys.development_root(dev).key_id == keys.development_root(dev).key_id
    names = {"attest.key", "attest.pub", "log.key", "log.pub", "root.key", "root.pub", "snapshot.key", "snapshot.pub"}
    assert {file.name for file in dev.iterdir()} == names


def test_some_keys_are_not_enough(folder: Path, tmp_path: Path) -> None:
    (folder / "log.key").unlink()
    environ = {"PACKYARD_SNAPSHOT_KEY": str(folder / "snapshot.key")}
    for keys_dir, expected in ((folder, "log.key"), (tmp_path / "none", "attest.key"), (None, "PACKYARD_ATTEST_KEY")):
        with pytest.raises(UsageError) as caught:
            keys.find_keys(keys_dir, environ, tmp_path / "dev")
        assert code_of(caught) == "keys-incomplete"
        assert expected in caught.value.problem.expected
    assert not (tmp_path / "dev").exists()


def test_one_key_has_one_use(folder: Path, tmp_path: Path) -> None:
    (folder / "log.key").write_bytes((folder / "snapshot.key").read_bytes())
    with pytest.raises(UsageError) as caught:
        keys.find_keys(folder, {}, tmp_path)
    assert code_of(caught) == "key-reused"


def test_an_encrypted_key_wants_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_OPSLIMIT", 1_048_576)
    monkeypatch.setattr(keys, "_MEMLIMIT", 33_554_432)
    path = tmp_path / "a.key"
    key = keys.make_key(path, "right", "a")
    asked: list[str] = []

    def answer(name: str) -> str:
        asked.append(name)
        return "right"

    assert keys.load_signer(str(path), answer, {}).key_id == key.key_id
    assert asked == [str(path)]
    signer = keys.load_signer(str(path), None, {"PACKYARD_PASSWORD": "right"})
    assert pickle.loads(pickle.dumps(signer)).sign_raw(b"x") == signer.sign_raw(b"x")
    for environ in ({}, {"PACKYARD_PASSWORD": "wrong"}):
        with pytest.raises(UsageError) as caught:
            keys.load_signer(str(path), None, environ)
        assert code_of(caught) == "key-password"


def limits(path: Path) -> bytes:
    """Algorithms and scrypt limits of a secret key file."""
    raw = base64.b64decode(path.read_bytes().splitlines()[1])
    return raw[:6] + raw[38:54]


def run_with_password(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, input=b"pass\npass\n", check=True, capture_output=True)


@pytest.mark.interop
@pytest.mark.slow
def test_encryption_is_as_strong_as_stock_minisigns(tmp_path: Path) -> None:
    program = need("minisign")
    run_with_password([program, "-G", "-p", "stock.pub", "-s", "stock.key"], tmp_path)
    key = keys.make_key(tmp_path / "ours.key", "pass", "ours")
    assert limits(tmp_path / "ours.key") == limits(tmp_path / "stock.key")
    (tmp_path / "m").write_bytes(b"message")
    run_with_password([program, "-S", "-s", "ours.key", "-m", "m", "-t", "c"], tmp_path)
    signature = minisign.parse_signature((tmp_path / "m.minisig").read_bytes())
    minisign.verify(b"message", signature, key, "c")
    signer = keys.load_signer(str(tmp_path / "stock.key"), lambda _: "pass", {})
    assert public_key(signer) == minisign.parse_public_key_file((tmp_path / "stock.pub").read_bytes())


@pytest.mark.interop
def test_stock_minisign_verifies_what_we_sign(tmp_path: Path) -> None:
    program, message = need("minisign"), tmp_path / "m"
    keys.make_key(tmp_path / "a.key", None, "a")
    signer = keys.load_signer(str(tmp_path / "a.key"))
    message.write_bytes(b"message")
    (tmp_path / "m.minisig").write_bytes(signer.sign(b"message", "hello 1.2.0"))
    for key in (["-P", signer.public_key], ["-p", "a.pub"]):
        run = subprocess.run([program, "-VHm", "m", *key], cwd=tmp_path, check=True, capture_output=True, text=True)
        assert "Trusted comment: hello 1.2.0\n" in run.stdout


@pytest.mark.interop
def test_a_stock_key_without_password_loads(tmp_path: Path) -> None:
    program = need("minisign")
    subprocess.run([program, "-G", "-W", "-p", "k.pub", "-s", "k.key"], cwd=tmp_path, check=True, capture_output=True)
    signer = keys.load_signer(str(tmp_path / "k.key"))
    public = minisign.parse_public_key_file((tmp_path / "k.pub").read_bytes())
    assert public_key(signer) == public
    minisign.verify(b"message", minisign.parse_signature(signer.sign(b"message", "c")), public, "c")

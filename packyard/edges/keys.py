"""Secret keys: minisign secret key files, read and written with py-minisign.

A registry signs with three keys, one use each. They are found in a folder (`--keys DIR`) or in the environment, where
each variable holds a path or the text of the file itself:

    role       file           variable
    snapshot   snapshot.key   PACKYARD_SNAPSHOT_KEY
    log        log.key        PACKYARD_LOG_KEY
    attest     attest.key     PACKYARD_ATTEST_KEY

An encrypted key takes its password from PACKYARD_PASSWORD, else from whoever can be asked. With no key configured at
all, development keys are made once and used again; some but not all configured is a mistake.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import minisign  # type: ignore[import-untyped]  # py-minisign ships no types
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from packyard.errors import FormatError, UsageError
from packyard.formats import b64
from packyard.formats.minisign import PublicKey, format_public_key_file, parse_public_key
from packyard.model import Signer

ROLES = ("snapshot", "log", "attest")
PASSWORD = "PACKYARD_PASSWORD"  # the name of a variable  # noqa: S105
#: More bytes than this are no key file.
LIMIT = 4_096

# What `minisign -G` writes (libsodium's "sensitive" scrypt limits); py-minisign's own defaults are 32 times weaker.
_OPSLIMIT = 33_554_432
_MEMLIMIT = 1_073_741_824
# Where the Ed25519 seed lies in a decrypted key: after algorithms, salt, limits and key id.
_SEED = slice(62, 94)

#: Asks a person for the password of the key that is named.
Ask = Callable[[str], str]


class MinisignSigner:
    """A `model.Signer`: one decrypted secret key, which can be sent to another process and has a harmless repr."""

    def __init__(self, secret: minisign.SecretKey) -> None:
        key = parse_public_key(secret.get_public_key().to_base64().decode())
        self._secret = secret
        self._ed25519 = Ed25519PrivateKey.from_private_bytes(b64.decode(secret.to_base64().decode())[_SEED])
        if self._ed25519.public_key().public_bytes_raw() != key.raw:
            raise FormatError("key-invalid", "the secret and the public half of the key do not belong together")
        self.key_id = key.key_id
        self.public_key = key.text

    def sign(self, message: bytes, trusted_comment: str) -> bytes:
        """The bytes of a prehashed `.minisig` file over `message`."""
        return bytes(self._secret.sign(message, prehash=True, trusted_comment=trusted_comment)) + b"\n"

    def sign_raw(self, message: bytes) -> bytes:
        """The 64 bytes of plain Ed25519 over `message`, as notes and envelopes want them."""
        return self._ed25519.sign(message)

    def __reduce__(self) -> tuple[type[MinisignSigner], tuple[minisign.SecretKey]]:
        return MinisignSigner, (self._secret,)

    def __repr__(self) -> str:
        return f"MinisignSigner({self.key_id})"


class SigningKeys(NamedTuple):
    """The keys a registry signs with; `development` ones were made by the program and vouch for nothing."""

    snapshot: Signer
    log: Signer
    attest: Signer
    development: bool


def load_signer(source: str, ask: Ask | None = None, environ: Mapping[str, str] = os.environ) -> MinisignSigner:
    """The key in `source`, a path or the text of a key file (told by its having lines).

    Raises `UsageError`: `key-unreadable`, or `key-password` when an encrypted key has no password or a wrong one.
    """
    name = "the key text" if "\n" in source else source
    data = source.encode() if "\n" in source else _read(Path(source))
    try:
        secret = minisign.SecretKey.from_bytes(data)
        if secret.is_encrypted():
            _decrypt(secret, name, ask, environ)
        return MinisignSigner(secret)
    except ValueError as error:
        raise UsageError("key-unreadable", f"not a minisign secret key: {error}", path=name) from error


def make_key(path: Path, password: str | None, comment: str) -> PublicKey:
    """Make a key pair: the secret key at `path` with mode 0600, the public key beside it in `.pub`.

    With a password the secret key is encrypted, as strongly as minisign does it.
    Nothing is overwritten: raises `UsageError` `key-exists`, or `key-unwritable` when the folder does not take it.
    """
    secret = minisign.KeyPair.generate().secret_key
    key = parse_public_key(secret.get_public_key().to_base64().decode())
    try:
        secret.untrusted_comment = comment
    except minisign.Error as error:
        raise UsageError("key-comment", f"the comment cannot stand in a key file: {error}", found=comment) from error
    if password is not None:
        secret.encrypt(password, opslimit=_OPSLIMIT, memlimit=_MEMLIMIT)
    public = path.with_suffix(".pub")
    if public == path or public.exists():
        raise _exists(public)
    _create(path, bytes(secret) + b"\n", 0o600)
    _create(public, format_public_key_file(key), 0o644)
    return key


def find_keys(keys_dir: Path | None, environ: Mapping[str, str], dev_dir: Path, ask: Ask | None = None) -> SigningKeys:
    """The registry's signing keys: from `keys_dir` if given, else the environment, else development keys in `dev_dir`.

    Raises `UsageError`: `keys-incomplete` (a role has no key), `key-reused` (two roles have one), and as `load_signer`.
    """
    sources = _configured(keys_dir, environ)
    development = keys_dir is None and not sources
    if development:
        sources = {role: _development_key(dev_dir, role) for role in ROLES}
    missing = [role for role in ROLES if role not in sources]
    if missing:
        where = [f"{keys_dir / role}.key" if keys_dir else _variable(role) for role in missing]
        raise UsageError("keys-incomplete", "some signing keys are missing", expected=", ".join(where))
    snapshot, log, attest = signers = [load_signer(sources[role], ask, environ) for role in ROLES]
    if min(len({signer.key_id for signer in signers}), len({signer.public_key for signer in signers})) < len(ROLES):
        raise UsageError("key-reused", "two roles have the same key", help="make a key for each: one key has one use")
    return SigningKeys(snapshot, log, attest, development)


def development_root(dev_dir: Path) -> Signer:
    """The key that signs the trust file of a development registry: `root.key` in `dev_dir`, made when missing."""
    return load_signer(_development_key(dev_dir, "root"), environ={})


def _configured(keys_dir: Path | None, environ: Mapping[str, str]) -> dict[str, str]:
    """Path or text of each role that has a key. An empty variable is none: automation passes absent secrets so."""
    if keys_dir is not None:
        paths = {role: keys_dir / f"{role}.key" for role in ROLES}
        return {role: str(path) for role, path in paths.items() if path.exists()}
    values = {role: environ.get(_variable(role), "") for role in ROLES}
    return {role: value for role, value in values.items() if value}


def _variable(role: str) -> str:
    return f"PACKYARD_{role.upper()}_KEY"


def _development_key(dev_dir: Path, role: str) -> str:
    path = dev_dir / f"{role}.key"
    if not path.exists():
        make_key(path, None, f"packyard development key for {role}; it vouches for nothing")
    return str(path)


def _decrypt(secret: minisign.SecretKey, name: str, ask: Ask | None, environ: Mapping[str, str]) -> None:
    password = environ.get(PASSWORD) or (ask(name) if ask else "")
    if not password:
        raise UsageError("key-password", "the key is encrypted", path=name, help=f"set {PASSWORD} to its password")
    try:
        secret.decrypt(password)
    except ValueError as error:
        raise UsageError("key-password", f"the key cannot be decrypted: {error}", path=name) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        raise UsageError("key-unreadable", f"the key cannot be read: {error}", path=str(path)) from error
    if len(data) > LIMIT:
        raise UsageError(
            "key-unreadable", "the file is too long for a key", path=str(path), expected=f"at most {LIMIT} bytes"
        )
    return data


def _create(path: Path, data: bytes, mode: int) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
    except OSError as error:
        if isinstance(error, FileExistsError) and path.exists():
            raise _exists(path) from error
        raise UsageError("key-unwritable", f"the key cannot be written: {error}", path=str(path)) from error


def _exists(path: Path) -> UsageError:
    return UsageError("key-exists", "there is a key already, and keys are never overwritten", path=str(path))

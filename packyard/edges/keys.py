"""Secret keys: minisign secret key files. py-minisign makes, encrypts and decrypts them; a plain one is read here.

A registry signs with three keys, one use each. They are found in a folder (`--keys DIR`) or in the environment, where
each variable holds a path or the text of the file itself:

    role       file           variable
    snapshot   snapshot.key   PACKYARD_SNAPSHOT_KEY
    log        log.key        PACKYARD_LOG_KEY
    attest     attest.key     PACKYARD_ATTEST_KEY

An encrypted key takes its password from PACKYARD_PASSWORD, else from whoever can be asked. With no key configured at
all, development keys are made once and used again; some but not all configured is a mistake.

A new key's file is created with mode 0600, in a folder that is made with 0700, and a password encrypts it as strongly
as `minisign -G` does. Neither a key nor a password is ever part of a message: a source that could be a key's text is
called "the key text", whether it can be read or not.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from packyard.errors import FormatError, UsageError
from packyard.formats import b64
from packyard.formats.minisign import (
    PublicKey,
    Signature,
    format_public_key,
    format_public_key_file,
    format_signature,
    parse_public_key,
)
from packyard.protocols import Signer

ROLES = ("snapshot", "log", "attest")
PASSWORD = "PACKYARD_PASSWORD"  # the name of a variable  # noqa: S105
#: More bytes than this are no key file.
LIMIT = 4_096

# What `minisign -G` writes (libsodium's "sensitive" scrypt limits); py-minisign's own defaults are 32 times weaker.
_OPSLIMIT = 33_554_432
_MEMLIMIT = 1_073_741_824
# Where the parts of a decrypted key lie.
_SIZE, _KDF, _KEY_ID, _SEED, _PUBLIC = 158, slice(2, 4), slice(54, 62), slice(62, 94), slice(94, 126)
_PLAIN = b"\0\0"
_UNTRUSTED = "signature from minisign secret key"
# What no path has: lines, minisign's comment, the same in base64, or the first bytes of a plain or an encrypted key.
_KEY_TEXT = re.compile(r"[\r\n]|untrusted comment|dW50cnVzdGVkIGNvbW1lbnQ|RWQAAEIy|RWRTY0Iy")
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO

#: Asks a person for the password of the key that is named.
Ask = Callable[[str], str]


class MinisignSigner:
    """A `model.Signer`: one secret key, which can be sent to another process and has a harmless repr.

    It is made of the 158 decoded bytes of a key file that is not encrypted, or is no longer: algorithms, salt and
    limits, then key id, Ed25519 seed, public key and checksum.
    """

    def __init__(self, raw: bytes) -> None:
        """Raises `FormatError` `key-invalid` when the bytes are not those of a key."""
        if len(raw) != _SIZE or raw[:2] != b"Ed":
            raise FormatError("key-invalid", "not the bytes of a minisign secret key")
        self._raw = raw
        self._ed25519 = Ed25519PrivateKey.from_private_bytes(raw[_SEED])
        self.key_id = raw[_KEY_ID][::-1].hex().upper()
        self.public_key = format_public_key(self.key_id, raw[_PUBLIC])
        if self._ed25519.public_key().public_bytes_raw() != parse_public_key(self.public_key).raw:
            raise FormatError("key-invalid", "the secret and the public half of the key do not belong together")

    def sign(self, message: bytes, trusted_comment: str) -> bytes:
        """The bytes of a prehashed `.minisig` file over `message`."""
        signature = self._ed25519.sign(blake2b(message).digest())
        whole = self._ed25519.sign(signature + trusted_comment.encode())
        return format_signature(Signature(_UNTRUSTED, self.key_id, signature, trusted_comment, whole))

    def sign_raw(self, message: bytes) -> bytes:
        """The 64 bytes of plain Ed25519 over `message`, as notes and envelopes want them."""
        return self._ed25519.sign(message)

    def __reduce__(self) -> tuple[type[MinisignSigner], tuple[bytes]]:
        return MinisignSigner, (self._raw,)

    def __repr__(self) -> str:
        return f"MinisignSigner({self.key_id})"


class SigningKeys(NamedTuple):
    """The keys a registry signs with; `development` ones were made by the program and vouch for nothing."""

    snapshot: Signer
    log: Signer
    attest: Signer
    development: bool


def is_key_text(source: str) -> bool:
    """Whether the source of a key is not a path but the key itself, or what is left of one; it must not be shown."""
    return _KEY_TEXT.search(source) is not None


def is_exposed(source: str) -> bool:
    """Whether the source of a key is a file that others than its owner may read or change."""
    try:
        return not is_key_text(source) and bool(Path(source).stat().st_mode & _FOR_OTHERS)
    except (OSError, ValueError):
        return False


def load_signer(source: str, ask: Ask | None = None, environ: Mapping[str, str] = os.environ) -> MinisignSigner:
    """The key in `source`, a path or the text of a key file.

    Raises `UsageError`: `key-unreadable`, or `key-password` when an encrypted key has no password or a wrong one.
    """
    text = is_key_text(source)
    name = "the key text" if text else source
    data = source.encode(errors="replace") if text else _read(Path(source))
    try:
        raw = _decoded(data)
        return MinisignSigner(raw if raw[_KDF] == _PLAIN else _decrypted(data, name, ask, environ))
    except ValueError as error:
        raise UsageError("key-unreadable", f"not a minisign secret key: {error}", path=name) from error


def make_key(path: Path, password: str | None, comment: str) -> PublicKey:
    """Make a key pair: the secret key at `path` with mode 0600, the public key beside it in `.pub`.

    With a password the secret key is encrypted, as strongly as minisign does it.
    Nothing is overwritten: raises `UsageError` `key-exists`, or `key-unwritable` when the folder does not take it.
    """
    import minisign

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


def _decoded(data: bytes) -> bytes:
    """The bytes in the second line of a key file. Raises `ValueError`."""
    lines = data.decode("ascii", "replace").rstrip("\n").split("\n")
    if len(lines) != 2 or not lines[0].startswith("untrusted comment: "):
        raise ValueError("a key file is an untrusted comment and a line of base64")
    return b64.decode(lines[1].rstrip("\r"))


def _decrypted(data: bytes, name: str, ask: Ask | None, environ: Mapping[str, str]) -> bytes:
    """The bytes of an encrypted key, by py-minisign, which is imported for this and for making keys alone."""
    import minisign

    secret = minisign.SecretKey.from_bytes(data)
    password = environ.get(PASSWORD) or (ask(name) if ask else "")
    if not password:
        raise UsageError("key-password", "the key is encrypted", path=name, help=f"set {PASSWORD} to its password")
    try:
        secret.decrypt(password)
    except ValueError as error:
        raise UsageError("key-password", f"the key cannot be decrypted: {error}", path=name) from error
    return b64.decode(secret.to_base64().decode())


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "this is no path"
        raise UsageError("key-unreadable", f"the key cannot be read: {why}", path=str(path)) from error
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
        raise UsageError("key-unwritable", f"the key cannot be written: {error.strerror}", path=str(path)) from error


def _exists(path: Path) -> UsageError:
    return UsageError("key-exists", "there is a key already, and keys are never overwritten", path=str(path))

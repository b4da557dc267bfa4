"""Secrets at rest: AES-256-GCM under a key that stands in a file beside the database, and never in it.

A sealed secret is `version (1) | key id (8) | nonce (12) | ciphertext and tag`. Whose secret it is (its row's id) is
authenticated with it, so that a sealed secret copied to another row does not open.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import stat
import sys
from pathlib import Path

from ..errors import SealedSecretError

log = logging.getLogger(__name__)

KEY_FILE = "credentials.key"

_KEY_PREFIX = b"autogpt-lite-key-1:"
_KEY_BYTES = 32
_VERSION = b"\x01"
_KEY_ID_BYTES = 8
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + _KEY_ID_BYTES + _NONCE_BYTES


class SecretBox:
    """Seals and opens secrets with the key of one data directory. The key is read, or made, when it is first needed."""

    def __init__(self, data_dir: Path):
        self._path = Path(data_dir) / KEY_FILE
        self._key: bytes | None = None

    def __repr__(self) -> str:
        return "SecretBox()"

    def seal(self, plaintext: bytes, *, identity: str) -> bytes:
        """Encrypts; `identity` says whose secret it is and has to be given again to open it. Makes the key file if there is none."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._key = self._key or _read_key(self._path) or _make_key(self._path)
        head = _VERSION + _key_id(key)
        nonce = os.urandom(_NONCE_BYTES)
        return head + nonce + AESGCM(key).encrypt(nonce, plaintext, head + identity.encode())

    def open(self, sealed: bytes, *, identity: str) -> bytes:
        """Decrypts. Raises SealedSecretError if the key is lost, is another one, or the sealed bytes were changed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._key = self._key or _read_key(self._path)
        if self._key is None:
            raise _unusable("is missing")
        head, rest = sealed[: 1 + _KEY_ID_BYTES], sealed[1 + _KEY_ID_BYTES :]
        if len(sealed) < _HEADER_BYTES or head[:1] != _VERSION:
            raise SealedSecretError("A stored secret is damaged, or was written by a newer version.")
        if head[1:] != _key_id(self._key):
            raise _unusable("is not the one that this secret was stored with")
        try:
            return AESGCM(self._key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + identity.encode())
        except InvalidTag:
            raise SealedSecretError("A stored secret was changed or belongs to something else; it cannot be opened.") from None


def _unusable(reason: str) -> SealedSecretError:
    return SealedSecretError(
        f"The key file {KEY_FILE} of the data directory {reason}.",
        hint="Put the file back from a backup. Without it, stored credentials cannot be read and have to be entered again.",
    )


def _key_id(key: bytes) -> bytes:
    """Tells keys apart without telling anything about them."""
    return hashlib.sha256(b"autogpt-lite key id\0" + key).digest()[:_KEY_ID_BYTES]


def _read_key(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        raise _unusable("cannot be read") from None
    if not content:
        return None  # a crash between making and writing it: nothing was ever sealed with it
    _keep_private(path)
    try:
        key = base64.b64decode(content.strip().removeprefix(_KEY_PREFIX), validate=True)
    except ValueError:
        key = b""
    if not content.startswith(_KEY_PREFIX) or len(key) != _KEY_BYTES:
        raise _unusable("is damaged")
    return key


def _make_key(path: Path) -> bytes:
    key = os.urandom(_KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.unlink(missing_ok=True)  # only ever an empty one, see _read_key
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        if (other := _read_key(path)) is not None:
            return other
        raise _unusable("is being written by another process") from None
    except OSError:
        raise _unusable("cannot be written") from None
    with os.fdopen(file, "wb") as out:
        out.write(_KEY_PREFIX + base64.b64encode(key) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    _sync_folder(path.parent)
    return key


def _keep_private(path: Path) -> None:
    # On Windows the folder below LOCALAPPDATA is the user's own already; mode bits say nothing there.
    if sys.platform == "win32":
        return
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        log.warning("%s could be read by other users of this machine; it is now closed to them", KEY_FILE)
        os.chmod(path, 0o600)


def _sync_folder(folder: Path) -> None:
    # Else a power loss could take the new file's name away again, and with it everything sealed meanwhile.
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

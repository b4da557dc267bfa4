"""Secrets at rest: AES-256-GCM under a key that is never in the database (keys.py).

A sealed secret is `version (1) | key id (8) | nonce (12) | ciphertext and tag`. Whose secret it is (its row's identity) is
authenticated with it, so that a sealed secret copied to another row does not open.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import SealedSecretError
from .keys import KEY_ID_BYTES, Keys, key_id, unusable

_VERSION = b"\x01"
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + KEY_ID_BYTES + _NONCE_BYTES


class SecretBox:
    """Seals and opens secrets with the keys of one data directory."""

    def __init__(self, data_dir: Path, keys: Keys | None = None):
        self.keys = keys or Keys(data_dir)

    def __repr__(self) -> str:
        return "SecretBox()"

    def seal(self, plaintext: bytes, *, identity: str) -> bytes:
        """Encrypts; `identity` says whose secret it is and has to be given again to open it. Makes the key file if there is none."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self.keys.current_or_new()
        head = _VERSION + key_id(key)
        nonce = os.urandom(_NONCE_BYTES)
        return head + nonce + AESGCM(key).encrypt(nonce, plaintext, head + identity.encode())

    def open(self, sealed: bytes, *, identity: str) -> bytes:
        """Decrypts. Raises SealedSecretError if the key is lost, is another one, or the sealed bytes were changed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if len(sealed) < _HEADER_BYTES or sealed[:1] != _VERSION:
            raise SealedSecretError("A stored secret is damaged, or was written by a newer version.")
        head, rest = sealed[: 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES :]
        if (key := self.keys.find(head[1:])) is None:
            raise unusable("is not the one that this secret was stored with" if self.keys.current() else "is missing")
        try:
            return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + identity.encode())
        except InvalidTag:
            raise SealedSecretError("A stored secret was changed or belongs to something else; it cannot be opened.") from None


def key_id_of(sealed: bytes) -> bytes:
    """The id of the key that a secret was sealed with."""
    return sealed[1 : 1 + KEY_ID_BYTES]

"""Rows of credentials."""

from __future__ import annotations

from typing import Any

import msgspec

from ..db import load_sql
from ..sdk.credentials import Credentials
from .secrets import SecretBox

sql = load_sql(__file__, "store.sql")

_decode_list = msgspec.json.Decoder(list[str]).decode


class StoredCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """A row; the secret is sealed. Times are microseconds since 1970."""

    id: str
    user_id: str
    provider: str
    type: str
    title: str | None
    username: str | None
    scopes: list[str]
    hosts: list[str]
    last4: str
    expires_at: int | None
    problem: str | None
    secret: bytes
    key_id: bytes
    revision: int
    created_at: int
    updated_at: int

    def __repr__(self) -> str:
        return f"StoredCredentials(id={self.id!r}, provider={self.provider!r}, type={self.type!r})"

    @property
    def identity(self) -> str:
        """What the secret is bound to: with one of these changed in the file it does not open any more."""
        return msgspec.json.encode([self.id, self.user_id, self.provider, self.type, self.hosts]).decode()

    def open(self, box: SecretBox) -> dict[str, Any]:
        """The secret. Raises SealedSecretError."""
        return msgspec.json.decode(box.open(self.secret, identity=self.identity))

    def sealed(self, box: SecretBox, secret: dict[str, Any]) -> StoredCredentials:
        """The same row with this secret, under the current key."""
        from .secrets import key_id_of

        sealed = box.seal(msgspec.json.encode(secret), identity=self.identity)
        return msgspec.structs.replace(self, secret=sealed, key_id=key_id_of(sealed))

    def as_credentials(self, secret: dict[str, Any]) -> Credentials:
        """What a block gets."""
        return Credentials(
            id=self.id,
            provider=self.provider,
            type=self.type,  # type: ignore[arg-type]
            title=self.title,
            secrets=secret,
            hosts=tuple(self.hosts),
        )

    def as_row(self, **more: Any) -> dict[str, Any]:
        """The parameters of insert_one and update_one."""
        row = {name: getattr(self, name) for name in self.__struct_fields__}
        return {**row, "scopes": _as_json(self.scopes), "hosts": _as_json(self.hosts), **more}


def stored_of(row: tuple) -> StoredCredentials:
    """A row of select_one or one of the listings."""
    fields = dict(zip(StoredCredentials.__struct_fields__, row, strict=True))
    return StoredCredentials(**{**fields, "scopes": _decode_list(fields["scopes"]), "hosts": _decode_list(fields["hosts"])})


def _as_json(values: list[str]) -> str:
    return msgspec.json.encode(values).decode()

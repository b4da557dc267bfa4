"""API keys: made, shown once, limited to permissions, suspended, revoked."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence

import msgspec

from ..clock import now_us
from ..db import Database, Tx
from ..db.write_later import WriteLater
from ..errors import ConflictError, NotFoundError
from . import store
from .types import PREFIX, ApiKey, CreatedApiKey, KnownKey, NewApiKey, api_key_from_row

MAX_KEYS_PER_USER = 100
MAX_CACHED = 1000
SHOWN_CHARS = 8
USE_WRITTEN_AFTER_S = 5.0


class ApiKeyService:
    """All use and change of keys goes through one object of the process, so it may remember them."""

    def __init__(self, db: Database):
        self._db = db
        self._cache: dict[bytes, KnownKey] = {}
        self._on_end: list[Callable[[bytes], None]] = []
        self._used_at: dict[str, int] = {}
        self._uses = WriteLater(db, self._take_uses, USE_WRITTEN_AFTER_S)

    def on_end(self, callback: Callable[[bytes], None]) -> None:
        """Calls callback(key hash) when a key stops working or may do something else."""
        self._on_end.append(callback)

    def find(self, key: str) -> KnownKey | None:
        """The active key that this is."""
        key_hash = hash_key(key)
        known = self._cache.get(key_hash)
        if known is None:
            known = store.select_known_key(self._db, key_hash)
            if known is None:
                return None
            if len(self._cache) >= MAX_CACHED:
                self._cache.clear()
            self._cache[key_hash] = known
        self._used_at[known.id] = now_us()
        self._uses.arm()
        return known

    def _take_uses(self) -> Callable[[Tx], None] | None:
        if not self._used_at:
            return None
        rows = [(at, key_id) for key_id, at in self._used_at.items()]
        self._used_at.clear()
        return lambda tx: tx.executemany(store.sql.update_last_use, rows)

    async def create_key(self, user_id: str, new: NewApiKey) -> CreatedApiKey:
        """A new key; nobody can read it again. Raises ConflictError for a user who has MAX_KEYS_PER_USER that are not revoked."""
        key, key_id = PREFIX + secrets.token_urlsafe(32), str(uuid.uuid4())
        row = {
            "id": key_id,
            "user_id": user_id,
            "key_hash": hash_key(key),
            "head": key[:SHOWN_CHARS],
            "tail": key[-SHOWN_CHARS:],
            "name": new.name,
            "description": new.description,
            "permissions": _permissions_json(new.permissions),
            "created_at": now_us(),
        }

        def write(tx: Tx) -> None:
            is_full = tx.fetch_one(store.sql.count_api_keys, (user_id,))[0] >= MAX_KEYS_PER_USER  # type: ignore[index]
            if is_full and tx.execute(store.sql.delete_oldest_revoked, (user_id,)) == 0:
                raise ConflictError(f"You have {MAX_KEYS_PER_USER} API keys.", hint="Revoke one that you no longer need.")
            tx.execute(store.sql.insert_api_key, row)

        await self._db.write(write)
        return CreatedApiKey(api_key=self.get_key(user_id, key_id), plain_text_key=key)

    def get_key(self, user_id: str, key_id: str) -> ApiKey:
        """Raises NotFoundError."""
        row = self._db.point(store.sql.select_api_key, (key_id, user_id))
        if row is None:
            raise NotFoundError("There is no such API key.")
        return api_key_from_row(row, self._used_at.get(key_id))

    async def list_keys(self, user_id: str) -> list[ApiKey]:
        """The newest first; revoked ones too."""
        rows = await self._db.fetch_all(store.sql.list_api_keys, (user_id,))
        return [api_key_from_row(row, self._used_at.get(row[0])) for row in rows]

    async def set_permissions(self, user_id: str, key_id: str, permissions: Sequence[str]) -> ApiKey:
        """Raises NotFoundError, ConflictError for a revoked key."""
        return await self._change(user_id, key_id, store.sql.update_permissions, _permissions_json(permissions))

    async def suspend_key(self, user_id: str, key_id: str) -> ApiKey:
        """Until `resume_key`, the key does not work. Raises NotFoundError, ConflictError for a revoked key."""
        return await self._change(user_id, key_id, store.sql.update_status, "SUSPENDED")

    async def resume_key(self, user_id: str, key_id: str) -> ApiKey:
        """A suspended key works again. Raises NotFoundError, ConflictError for a revoked key."""
        return await self._change(user_id, key_id, store.sql.update_status, "ACTIVE")

    async def revoke_key(self, user_id: str, key_id: str) -> ApiKey:
        """The key never works again. Raises NotFoundError, ConflictError for one that is revoked already."""
        return await self._change(user_id, key_id, store.sql.revoke_api_key, now_us())

    async def _change(self, user_id: str, key_id: str, statement: str, value: object) -> ApiKey:
        self.get_key(user_id, key_id)
        key_hash = await self._db.write(lambda tx: store.change_tx(tx, statement, (value, key_id, user_id)))
        if key_hash is None:
            raise ConflictError("The API key is revoked.", hint="Make a new one.")
        self._cache.pop(key_hash, None)
        for callback in self._on_end:
            callback(key_hash)
        return self.get_key(user_id, key_id)

    def forget_user(self, user_id: str) -> None:
        """What is remembered of the user's keys may be wrong: they are read again."""
        for known in [known for known in self._cache.values() if known.principal.user_id == user_id]:
            del self._cache[known.key_hash]

    async def close(self) -> None:
        """Writes the last uses that are still in memory."""
        await self._uses.close()


def hash_key(key: str) -> bytes:
    """What a key is stored and found under. A key has 256 random bits, so one round is enough."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _permissions_json(permissions: Sequence[str]) -> str:
    return msgspec.json.encode(sorted(set(permissions))).decode()

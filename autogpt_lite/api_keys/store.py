"""API keys in the database."""

from __future__ import annotations

import msgspec

from ..db import Database, Tx, load_sql
from ..web.routing import Principal
from .types import KnownKey

sql = load_sql(__file__, "store.sql")


def select_known_key(db: Database, key_hash: bytes) -> KnownKey | None:
    """The key with this hash, if it is active."""
    row = db.point(sql.select_known_key, (key_hash,))
    if row is None:
        return None
    permissions = frozenset(msgspec.json.decode(row[2], type=list[str]))
    return KnownKey(id=row[0], key_hash=key_hash, principal=Principal(user_id=row[1], permissions=permissions))


def change_tx(tx: Tx, statement: str, params: tuple) -> bytes | None:
    """Runs an UPDATE that gives the key's hash; None where it changed nothing."""
    row = tx.fetch_one(statement, params)
    return None if row is None else row[0]

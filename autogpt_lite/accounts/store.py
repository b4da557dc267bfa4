"""Sessions and users in the database."""

from __future__ import annotations

from ..db import Database, Tx, load_sql
from .types import Session, User

sql = load_sql(__file__, "store.sql")


async def insert_session(db: Database, token_hash: bytes, user_id: str, *, created_at: int, expires_at: int) -> None:
    """Stores a new session and removes those that have expired."""
    row = {"token_hash": token_hash, "user_id": user_id, "created_at": created_at, "expires_at": expires_at}

    def write(tx: Tx) -> None:
        tx.execute(sql.delete_expired_sessions, (created_at,))
        tx.execute(sql.insert_session, row)

    await db.write(write)


def select_session(db: Database, token_hash: bytes) -> Session | None:
    """The session, expired or not."""
    row = db.point(sql.select_session, (token_hash,))
    return None if row is None else Session(user_id=row[0], is_admin=row[1] == "admin", expires_at=row[2])


async def delete_session(db: Database, token_hash: bytes) -> None:
    """Ends a session; nothing happens if there is none."""
    await db.write(lambda tx: tx.execute(sql.delete_session, (token_hash,)))


def select_user(db: Database, user_id: str) -> User | None:
    """One user."""
    row = db.point(sql.select_user, (user_id,))
    return None if row is None else User.from_row(row)

"""Sessions in the database."""

from __future__ import annotations

from ..clock import now_us
from ..db import Database, Tx, load_sql
from .types import Session, SessionInfo

sql = load_sql(__file__, "store.sql")

MAX_SESSIONS_PER_USER = 200


async def insert_session(db: Database, row: dict[str, object]) -> list[bytes]:
    """Stores a new session and removes those that have expired; the keys of the oldest ones of the user, which made room."""

    def write(tx: Tx) -> list[bytes]:
        tx.execute(sql.delete_expired_sessions, (row["created_at"],))
        tx.execute(sql.insert_session, row)
        return [key for (key,) in tx.fetch_all(sql.delete_surplus_sessions, (row["user_id"], MAX_SESSIONS_PER_USER))]

    return await db.write(write)


def select_session(db: Database, token_hash: bytes) -> Session | None:
    """The session, expired or not."""
    row = db.point(sql.select_session, (token_hash,))
    return None if row is None else Session(user_id=row[0], is_admin=row[1] == "admin", expires_at=row[2])


async def list_sessions(db: Database, user_id: str, current: bytes | None) -> list[SessionInfo]:
    """The user's open sessions, the newest first."""
    rows = await db.fetch_all(sql.list_sessions, (user_id, now_us()))
    return [SessionInfo.from_row(row, current) for row in rows]


async def delete_session(db: Database, token_hash: bytes) -> None:
    """Ends a session; nothing happens if there is none."""
    await db.write(lambda tx: tx.execute(sql.delete_session, (token_hash,)))


async def delete_session_of_user(db: Database, token_hash: bytes, user_id: str) -> bool:
    """Ends a session; False where the user has no such session."""
    return await db.write(lambda tx: tx.execute(sql.delete_session_of_user, (token_hash, user_id))) > 0


def delete_other_sessions_tx(tx: Tx, user_id: str, kept: bytes | None) -> list[bytes]:
    """Ends all sessions of a user but one; their keys."""
    return [key for (key,) in tx.fetch_all(sql.delete_other_sessions, (user_id, kept or b""))]

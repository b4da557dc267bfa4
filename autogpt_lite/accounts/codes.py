"""Codes in links that are good once and for days: a new password, a new e-mail address. They outlive a restart."""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal

from ..clock import now_us
from ..db import Database, Tx
from ..errors import InvalidInputError
from .store import sql

CodeKind = Literal["reset", "email"]
LIFETIME_S = 86_400


class AccountCodes:
    """One open code of each kind a user; a new one takes the place of the one before."""

    def __init__(self, db: Database):
        self._db = db

    async def issue(self, user_id: str, kind: CodeKind, email: str | None = None) -> tuple[str, int]:
        """A new code, and when it expires (microseconds)."""
        code = secrets.token_urlsafe(32)
        expires_at = now_us() + LIFETIME_S * 1_000_000
        row = {"code_hash": _hash(code), "user_id": user_id, "kind": kind, "email": email, "expires_at": expires_at}
        await self._db.write(lambda tx: tx.execute(sql.put_code, row))
        return code, expires_at

    def find(self, code: str | None, kind: CodeKind) -> tuple[str, str | None]:
        """(user id, e-mail) of a code that is good. Raises InvalidInputError for any other, none at all included."""
        row = self._db.point(sql.select_code, (_hash(code or ""), kind))
        return _checked(row)

    def redeem_tx(self, tx: Tx, code: str, kind: CodeKind) -> tuple[str, str | None]:
        """The same, and the code is good no longer."""
        found = _checked(tx.fetch_one(sql.select_code, (_hash(code), kind)))
        tx.execute(sql.delete_code, (_hash(code),))
        return found


def _checked(row: tuple | None) -> tuple[str, str | None]:
    if row is None or row[2] <= now_us():
        raise InvalidInputError("This link was used before or is too old.", hint="Ask for a new one.")
    return row[0], row[1]


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()

"""A new e-mail address, once whoever reads it has opened the link that was sent there."""

from __future__ import annotations

from collections.abc import Callable

from ..db import Database, Tx
from ..errors import InvalidInputError
from ..users.service import UserService
from ..users.types import User, clean_email
from .codes import AccountCodes
from .outbox import Outbox


class EmailChange:
    """`make_link(fragment)` gives an address of ours with something behind the #."""

    def __init__(self, db: Database, users: UserService, codes: AccountCodes, outbox: Outbox, make_link: Callable[[str], str]):
        self.outbox = outbox
        self._db = db
        self._users = users
        self._codes = codes
        self._make_link = make_link

    async def ask(self, user_id: str, text: str) -> str:
        """Sends a link to the new address, which is returned as it will be stored; until then the old one counts. Whether
        somebody else has it is not told here. Raises InvalidInputError."""
        user, email = self._users.get_user(user_id), clean_email(text)
        code, _ = await self._codes.issue(user_id, "email", email)
        await self.outbox.add("verify_email", user, {"to": email, "link": self._make_link(f"verify={code}")})
        return email

    async def verify(self, user_id: str, code: str | None) -> User:
        """The code from the mail. Raises InvalidInputError, ConflictError where the address has got another account."""

        def write(tx: Tx) -> None:
            owner, email = self._codes.redeem_tx(tx, code or "", "email")
            if owner != user_id or email is None:
                raise InvalidInputError("This link is for another account.", hint="Log in to that account and open it again.")
            self._users.set_email_tx(tx, user_id, email)

        await self._db.write(write)
        return self._users.get_user(user_id)

"""Log-in with e-mail and password: sign-up, change, and a new password by a link that an administrator hands out."""

from __future__ import annotations

from collections.abc import Callable

from ..db import Tx
from ..errors import AutoGPTLiteError, ConflictError, InvalidInputError, NotAuthenticatedError, NotAuthorizedError, NotFoundError
from ..users.service import UserService
from ..users.types import clean_email
from .codes import AccountCodes
from .failures import FailureLimiter, peer_name
from .passwords import NO_PASSWORD, PasswordWork, check_new_password
from .sessions import Sessions
from .store import sql
from .types import PasswordChange, SignUp

MAX_FAILURES_PER_ACCOUNT = 10
MAX_FAILURES_PER_PEER = 20
MAX_SIGN_UPS = 10

NoteFailure = Callable[[str, str, str, AutoGPTLiteError], AutoGPTLiteError]
"""note(remote, way, user id, error): the error to raise."""


class PasswordLogin:
    """What `auth.mode = "password"` adds. A guess is counted before it is checked, so that a flood of guesses costs no hashing;
    it is counted for the address and the account together, so that nobody locks somebody else out, and for the address, so that
    trying one account after the other does not help."""

    def __init__(
        self, users: UserService, sessions: Sessions, codes: AccountCodes, note_failure: NoteFailure, *, has_sign_up: bool
    ):
        self.has_sign_up = has_sign_up
        self._users = users
        self._sessions = sessions
        self._codes = codes
        self._note_failure = note_failure
        self._work = PasswordWork()
        self._guesses = FailureLimiter(max_failures=MAX_FAILURES_PER_ACCOUNT)
        self._peers = FailureLimiter(max_failures=MAX_FAILURES_PER_PEER)
        self._sign_ups = FailureLimiter(max_failures=MAX_SIGN_UPS)

    async def log_in(self, email: str, password: str, remote: str) -> str:
        """The user with this address and password. Raises NotAuthenticatedError, TooManyRequestsError."""
        email = email.strip().lower()[:300]
        user_id, stored = self._users.find_password(email) or ("", None)
        await self._check(email, user_id, password, stored, remote, NotAuthenticatedError("E-mail or password is wrong."))
        return user_id

    async def _check(
        self, name: str, user_id: str, password: str, stored: str | None, remote: str, refusal: AutoGPTLiteError
    ) -> None:
        peer = peer_name(remote)
        name = f"{peer} {name}"
        for early in (self._guesses.failed(name, refusal), self._peers.failed(peer, refusal)):
            if early is not refusal:
                raise self._note_failure(remote, "password", user_id, early)
        is_right = await self._work.check(password, stored or NO_PASSWORD)
        if not is_right or stored is None:
            raise self._note_failure(remote, "password", user_id, refusal)
        self._guesses.forgive(name)
        self._peers.forgive(peer)

    async def sign_up(self, given: SignUp, remote: str) -> str:
        """The id of a new user. Raises NotFoundError where that is off, InvalidInputError, ConflictError, TooManyRequestsError."""
        if not self.has_sign_up:
            raise NotFoundError("Nobody can sign up here.", hint="An administrator adds users.")
        email = clean_email(given.email)
        check_new_password(given.password, email)
        taken = ConflictError("There is an account with this e-mail address.")
        refusal = self._sign_ups.failed(peer_name(remote), taken)
        if refusal is not taken:
            raise refusal
        if self._users.find_password(email) is not None:
            raise taken
        password_hash = await self._work.hash(given.password)
        return (await self._users.add_user(email, name=given.name, password_hash=password_hash)).id

    async def change(self, user_id: str, given: PasswordChange, remote: str, session: bytes | None) -> None:
        """A new password; all sessions of the user but `session` end. Raises InvalidInputError, NotAuthorizedError for a wrong
        old password, TooManyRequestsError."""
        user = self._users.get_user(user_id)
        check_new_password(given.new_password, user.email)
        if (stored := self._users.password_of(user_id)) is not None:
            wrong = NotAuthorizedError("The old password is wrong.")
            await self._check(user_id, user_id, given.old_password, stored, remote, wrong)
        await self._set(user_id, await self._work.hash(given.new_password), session)

    async def reset(self, code: str | None, password: str | None, remote: str) -> str:
        """Sets a password by the code of a link; all sessions of the user end. The user's id. Raises InvalidInputError."""
        try:
            user_id, _ = self._codes.find(code, "reset")
        except InvalidInputError as error:
            raise self._note_failure(remote, "reset", "", error) from None
        check_new_password(password or "", self._users.get_user(user_id).email)
        password_hash = await self._work.hash(password or "")
        await self._set(user_id, password_hash, None, lambda tx: self._codes.redeem_tx(tx, code or "", "reset"))
        return user_id

    async def _set(
        self, user_id: str, password_hash: str, kept: bytes | None, before: Callable[[Tx], object] = lambda tx: None
    ) -> None:
        def write(tx: Tx) -> None:
            before(tx)
            self._users.set_password_tx(tx, user_id, password_hash)
            tx.execute(sql.delete_codes_of_user, (user_id, "reset"))

        await self._sessions.end_others_with(user_id, kept, write)

"""How blocks get credentials: found, opened, renewed where they end soon, lent for the time of one block, and given back."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from ..clock import now_us
from ..config import CredentialsConfig
from ..db import Database
from ..errors import AutoGPTLiteError, InvalidInputError, LoginEndedError, NotFoundError
from ..sdk.credentials import Credentials
from .leases import Leases, Use
from .masking import Masker, mask_value
from .secrets import SecretBox
from .store import StoredCredentials, sql, stored_of
from .system import SystemCredentials
from .tokens import RenewTokens, Tokens, is_due, renewed
from .uses import UseLog

log = logging.getLogger(__name__)

CACHE_US = 300_000_000
MAX_CACHED = 1_000
MAX_TRIES = 5


class Opened(msgspec.Struct, frozen=True):
    """Credentials with their secret, as they were read at `at` (microseconds)."""

    stored: StoredCredentials
    secret: dict[str, Any]
    credentials: Credentials
    forms: tuple[str, ...]
    at: int

    def __repr__(self) -> str:
        return f"Opened({self.stored!r})"


class Lease:
    """Credentials for the time of one block. Whoever has it releases it, whatever happens."""

    __slots__ = ("_forms", "_leave", "credentials")

    def __init__(self, credentials: Credentials, forms: tuple[str, ...], leave: Callable[[], None] | None):
        self.credentials = credentials
        self._forms = forms
        self._leave = leave

    def release(self) -> None:
        """Gives them back; a second time does nothing."""
        if (leave := self._leave) is not None:
            self._leave = None
            leave()

    def mask_value(self, value: Any) -> Any:
        """A value without the secret that was lent."""
        return mask_value(value, self._forms) if self._forms else value


class CredentialsAccess:
    """One for the server; all reads and writes of secrets go through it, so what it remembers for 5 minutes is never stale.

    `renew` is what app.py wires in: how a login's tokens are renewed.
    """

    def __init__(self, db: Database, box: SecretBox, system: SystemCredentials, config: CredentialsConfig):
        self.db = db
        self.box = box
        self.system = system
        self.leases = Leases()
        self.masker = Masker()
        # Apart, so that no flood of runs makes it forget a stored secret.
        self._inputs = Masker()
        self.uses = UseLog(db)
        self.renew: RenewTokens | None = None
        self._exclusive = frozenset(config.exclusive)
        self._cache: OrderedDict[str, Opened] = OrderedDict()
        self._renewing: dict[str, asyncio.Task[Opened]] = {}
        self._system_forms = {one.id: self.masker.remember_always(one.secrets) for one in system.by_id.values()}

    # --- finding ---------------------------------------------------------------------------------------

    def stored(self, user_id: str, credentials_id: str) -> StoredCredentials | None:
        """The row of one of the user's own credentials."""
        row = self.db.point(sql.select_one, {"id": credentials_id, "user_id": user_id})
        return stored_of(row) if row is not None else None

    def find(self, user_id: str, credentials_id: str) -> tuple[str, str] | None:
        """(provider, type) of what this user may use; None for anything else, also what is somebody else's."""
        found = self.system.by_id.get(credentials_id) or self.stored(user_id, credentials_id)
        return (found.provider, found.type) if found else None

    def finder(self, user_id: str) -> Callable[[str], tuple[str, str] | None]:
        """`find` for one user."""
        return lambda credentials_id: self.find(user_id, credentials_id)

    # --- lending ---------------------------------------------------------------------------------------

    async def acquire(
        self,
        user_id: str,
        ref: Mapping[str, Any],
        *,
        graph_exec_id: str = "",
        node_id: str = "",
        block_id: str = "",
        action: str = "use",
    ) -> Lease:
        """The credentials that a pin's value {id, provider, type} names, lent until `release`.

        Raises NotFoundError where this user has none of that id, InvalidInputError where they are of another provider or type,
        LoginEndedError, SealedSecretError.
        """
        credentials_id, use = str(ref.get("id")), Use(graph_exec_id, node_id, block_id)
        found = self.system.by_id.get(credentials_id) or self.stored(user_id, credentials_id)
        if found is None:
            raise no_such_credentials(credentials_id)
        check_fits(found, ref)
        ticket = await self.leases.enter(credentials_id, use, is_alone=found.provider in self._exclusive)
        try:
            if isinstance(found, Credentials):
                credentials, forms = found, self._system_forms.get(found.id, ())
            else:
                opened = await self.open(user_id, credentials_id)
                credentials, forms = opened.credentials, opened.forms
            self.uses.note(user_id, credentials_id, action, use)
        except BaseException:
            self.leases.leave(credentials_id, ticket)
            raise
        return Lease(credentials, forms, lambda: self.leases.leave(credentials_id, ticket))

    async def resolve(self, user_id: str, ref: Mapping[str, Any], *, action: str = "use") -> Credentials:
        """The credentials for one short question, outside of any block. Raises as acquire does."""
        lease = await self.acquire(user_id, ref, action=action)
        lease.release()
        return lease.credentials

    def mask(self, text: str) -> str:
        """A text without any secret that was in use lately."""
        return self._inputs.mask(self.masker.mask(text))

    def remember_inputs(self, secrets: Mapping[str, Any]) -> None:
        """Secret inputs of a run: known by their value, since many runs have the same."""
        for value in secrets.values():
            if isinstance(value, str):
                self._inputs.remember(value, {"value": value})

    # --- opening ---------------------------------------------------------------------------------------

    async def open(self, user_id: str, credentials_id: str) -> Opened:
        """One of the user's own credentials with its secret, renewed where it ends soon. Raises as acquire does."""
        opened = self._cache.get(credentials_id)
        if opened is None or opened.stored.user_id != user_id or now_us() - opened.at > CACHE_US:
            opened = self._read(user_id, credentials_id)
        if opened.stored.problem:
            raise LoginEndedError(opened.stored.problem)
        if is_due(opened.stored, now_us()) and opened.secret.get("refresh_token"):
            return await self._renewed(opened)
        return opened

    def forget(self, credentials_id: str) -> None:
        """They have changed: what was remembered of them is dropped at once."""
        self._cache.pop(credentials_id, None)

    def _read(self, user_id: str, credentials_id: str) -> Opened:
        stored = self.stored(user_id, credentials_id)
        if stored is None:
            self.forget(credentials_id)
            raise no_such_credentials(credentials_id)
        return self._remember(stored, stored.open(self.box))

    def _remember(self, stored: StoredCredentials, secret: dict[str, Any]) -> Opened:
        # A block gets what it sends, never what new tokens are made with.
        shown = {name: value for name, value in secret.items() if name != "refresh_token"}
        forms = self.masker.remember(stored.id, secret)
        opened = Opened(stored, secret, stored.as_credentials(shown), forms, now_us())
        self._cache[stored.id] = opened
        self._cache.move_to_end(stored.id)
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)
        return opened

    # --- renewing --------------------------------------------------------------------------------------

    async def _renewed(self, opened: Opened) -> Opened:
        # One renewal for all who ask: many providers take a refresh token once, and the second one would end the login.
        credentials_id = opened.stored.id
        task = self._renewing.get(credentials_id)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._renew(opened.stored.user_id, credentials_id))
            self._renewing[credentials_id] = task
            task.add_done_callback(lambda _: self._renewing.pop(credentials_id, None))
        try:
            return await asyncio.shield(task)
        except LoginEndedError:
            raise
        except AutoGPTLiteError as error:
            if opened.stored.expires_at > now_us() + 10_000_000:  # type: ignore[operator]
                log.warning("credentials %s could not be renewed yet: %s", credentials_id, self.mask(error.message))
                return opened
            raise

    async def _renew(self, user_id: str, credentials_id: str) -> Opened:
        opened = self._read(user_id, credentials_id)
        if not is_due(opened.stored, now_us()):
            return opened  # somebody has just connected it again
        if self.renew is None:
            raise LoginEndedError("This server has no way to renew logins.")
        refresh_token = opened.secret["refresh_token"]
        try:
            tokens = await self.renew(opened.stored.provider, refresh_token)
        except LoginEndedError as error:
            row = {"id": credentials_id, "revision": opened.stored.revision, "problem": error.message, "now": now_us()}
            await self.db.write(lambda tx: tx.execute(sql.note_problem, row))
            self.forget(credentials_id)
            raise
        return await self._save_tokens(user_id, credentials_id, refresh_token, tokens)

    async def _save_tokens(self, user_id: str, credentials_id: str, refresh_token: str, tokens: Tokens) -> Opened:
        for _ in range(MAX_TRIES):
            opened = self._read(user_id, credentials_id)
            if opened.secret.get("refresh_token") != refresh_token:
                return opened  # it was connected again meanwhile: those tokens are newer
            stored, secret = renewed(opened.stored, opened.secret, tokens)
            if await self.save(stored, secret):
                self.uses.note(user_id, credentials_id, "refresh")
                return self._read(user_id, credentials_id)
        raise AutoGPTLiteError("The renewed login could not be stored.")

    async def save(self, stored: StoredCredentials, secret: dict[str, Any]) -> bool:
        """Writes a row with its secret; False where it was changed since it was read (revision)."""
        row = stored.sealed(self.box, secret).as_row(now=now_us())
        is_saved = bool(await self.db.write(lambda tx: tx.execute(sql.update_one, row)))
        self.forget(stored.id)
        return is_saved

    async def close(self) -> None:
        """Ends renewals that are on their way and writes the log to its end."""
        tasks = list(self._renewing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.uses.flush()


def check_fits(found: Credentials | StoredCredentials, ref: Mapping[str, Any]) -> None:
    """Raises InvalidInputError where a pin's value says another provider or type than the credentials are of."""
    for fact in ("provider", "type"):
        wanted = ref.get(fact)
        if wanted is not None and wanted != getattr(found, fact):
            raise InvalidInputError(f"The credentials {found.title!r} are of the {fact} {getattr(found, fact)}, not {wanted}.")


def no_such_credentials(credentials_id: str) -> NotFoundError:
    """One error for what never was, was deleted or is somebody else's, so that ids cannot be probed."""
    return NotFoundError(
        f"There are no credentials {credentials_id[:60]!r}.", hint="Choose others in the node, or add them again."
    )

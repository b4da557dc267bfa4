"""What a user does with credentials: make, list, change, try, delete. Nothing here answers with a secret."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import msgspec

from ..clock import iso, now_us
from ..db import Database, Tx
from ..errors import (
    AutoGPTLiteError,
    ConflictError,
    InvalidInputError,
    NotAuthorizedError,
    SealedSecretError,
)
from ..sdk.credentials import Credentials
from .access import MAX_TRIES, CredentialsAccess, no_such_credentials
from .access import Lease as Lease
from .given import check_hosts, check_provider, default_hosts, facts_of, hosts_of, secret_of, type_of
from .known_providers import title_of
from .store import StoredCredentials, sql, stored_of
from .tokens import Tokens as Tokens
from .tokens import last4_of, renewed
from .types import (
    CredentialsGiven,
    CredentialsUpdate,
    CredentialsUse,
    Deletion,
    Usage,
    UsageQuery,
    UsedBy,
)
from .types import CredentialsMeta as CredentialsMeta

MAX_OF_USER = 1_000
_SYSTEM_HINT = "They come from config.toml or the environment: change them there, and start the server again."

ListUsers = Callable[[str, str], Awaitable[Collection[tuple[str, str]]]]
"""(user_id, credentials_id) -> [(id, name)] of what names them."""


class CredentialsService:
    """All methods see only what belongs to `user_id`, and the server's own credentials.

    `listed_users` are (kind, ListUsers) of the nouns that name credentials; `deleting` are functions fn(tx, user_id, credentials_id)
    that let go of them in the transaction that deletes them; `revoke` tells a provider to forget a login.
    """

    def __init__(self, db: Database, access: CredentialsAccess, *, change_wait_s: float):
        self._db = db
        self._access = access
        self._change_wait_s = change_wait_s
        self.listed_users: list[tuple[str, ListUsers]] = []
        self.deleting: list[Callable[[Tx, str, str], None]] = []
        self.deleted: list[Callable[[], None]] = []
        self.revoke: Callable[[str, Credentials], Awaitable[bool]] | None = None

    # --- showing ---------------------------------------------------------------------------------------

    async def list_credentials(self, user_id: str, provider: str | None = None) -> list[CredentialsMeta]:
        """The user's own, by provider, then the server's; of one provider or of all."""
        rows = map(stored_of, await self._db.fetch_all(sql.list_of_user, {"user_id": user_id}))
        own = [row for row in rows if provider in (None, row.provider)]
        used_at = await self._last_uses(user_id, [row.id for row in own])
        system = [one for one in self._access.system.by_id.values() if provider in (None, one.provider)]
        return [*(self._meta(row, used_at.get(row.id)) for row in own), *map(_system_meta, system)]

    def get_credentials(self, user_id: str, provider: str, credentials_id: str) -> CredentialsMeta:
        """One of them. Raises NotFoundError."""
        system = self._access.system.by_id.get(credentials_id)
        if system is not None and system.provider == provider:
            return _system_meta(system)
        return self._meta(self._own(user_id, provider, credentials_id))

    async def get_usage(self, user_id: str, provider: str, credentials_id: str, query: UsageQuery) -> Usage:
        """Who uses them and what was done with them. Raises NotFoundError."""
        self.get_credentials(user_id, provider, credentials_id)
        key = {"user_id": user_id, "credentials_id": credentials_id, "before": query.before, "limit": query.limit}
        await self._access.uses.flush()
        rows = await self._db.fetch_all(sql.list_uses, key)
        uses = [
            CredentialsUse(key=key, action=action, at=iso(at) or "", graph_exec_id=run, node_id=node, block_id=block)
            for key, action, at, run, node, block in rows
        ]
        return Usage(used_by=await self.used_by(user_id, credentials_id), uses=uses)

    async def used_by(self, user_id: str, credentials_id: str) -> list[UsedBy]:
        """Everything of this user that names the credentials, running blocks first."""
        runs = [use.graph_exec_id for use in self._access.leases.users_of(credentials_id) if use.graph_exec_id]
        found = [UsedBy(kind="run", id=run, name="") for run in dict.fromkeys(runs)]
        for kind, list_users in self.listed_users:
            found += [UsedBy(kind=kind, id=id, name=name) for id, name in await list_users(user_id, credentials_id)]
        return found

    async def _last_uses(self, user_id: str, ids: list[str]) -> dict[str, int]:
        key = {"user_id": user_id, "ids": msgspec.json.encode(ids).decode()}
        return {one: at for one, at in await self._db.fetch_all(sql.last_uses, key) if at is not None}

    def _own(self, user_id: str, provider: str, credentials_id: str) -> StoredCredentials:
        stored = self._access.stored(user_id, credentials_id)
        if stored is None or stored.provider != provider:
            raise no_such_credentials(credentials_id)
        return stored

    def _meta(self, stored: StoredCredentials, used_at: int | None = None) -> CredentialsMeta:
        return CredentialsMeta(
            id=stored.id,
            provider=stored.provider,
            type=stored.type,  # type: ignore[arg-type]
            title=stored.title,
            scopes=stored.scopes if stored.type == "oauth2" else None,
            username=stored.username,
            host=next(iter(stored.hosts), None) if stored.type == "host_scoped" else None,
            hosts=stored.hosts,
            last4=stored.last4,
            expires_at=iso(stored.expires_at),
            created_at=iso(stored.created_at),
            updated_at=iso(stored.updated_at),
            last_used_at=iso(used_at),
            is_readable=self._is_readable(stored),
            problem=stored.problem,
        )

    def _is_readable(self, stored: StoredCredentials) -> bool:
        try:
            return self._access.box.keys.find(stored.key_id) is not None
        except SealedSecretError:
            return False

    # --- making and changing -----------------------------------------------------------------------------

    async def create_credentials(self, user_id: str, provider: str, given: CredentialsGiven) -> CredentialsMeta:
        """New credentials. Raises InvalidInputError, SealedSecretError where the key of the others is lost."""
        check_provider(provider, given)
        hosts = hosts_of(given)
        stored = _new_row(
            user_id,
            provider,
            type_of(given),
            title=given.title or f"{title_of(provider)} {type_of(given).replace('_', ' ')}",
            hosts=self._default_hosts(provider) if hosts is None else hosts,
            **facts_of(given),
        )
        return await self._insert(stored, secret_of(given))

    async def create_login(
        self,
        user_id: str,
        provider: str,
        tokens: Tokens,
        *,
        scopes: list[str],
        username: str | None,
        hosts: list[str],
        metadata: dict[str, Any],
    ) -> CredentialsMeta:
        """Credentials from a login at a provider."""
        title = f"{title_of(provider)} of {username}" if username else f"{title_of(provider)} login"
        stored = _new_row(
            user_id,
            provider,
            "oauth2",
            title=title[:200],
            hosts=check_hosts(hosts) or self._default_hosts(provider),
            scopes=scopes,
            username=username,
            expires_at=tokens.expires_at,
            last4=last4_of(tokens.access_token),
        )
        return await self._insert(stored, {**_token_secret(tokens), "metadata": metadata})

    async def renew_login(
        self, user_id: str, provider: str, credentials_id: str, tokens: Tokens, *, scopes: list[str], username: str | None
    ) -> CredentialsMeta:
        """Other tokens under the same id: the user has logged in again. Raises NotFoundError, InvalidInputError for another
        account than the one before, ConflictError while blocks use them."""
        known = self._own_login(user_id, provider, credentials_id)
        if known.username and username and known.username != username:
            raise InvalidInputError(
                f"This is the account {username}, and the credentials are of {known.username}.",
                hint="Log in with the same account, or connect the other one as new credentials.",
            )

        def change(stored: StoredCredentials) -> tuple[StoredCredentials, dict[str, Any]]:
            row, secret = renewed(stored, _token_secret(tokens), tokens)
            return msgspec.structs.replace(row, scopes=scopes, username=username or stored.username), secret

        return await self._change(known, "replace", change)

    def _own_login(self, user_id: str, provider: str, credentials_id: str) -> StoredCredentials:
        known = self._own(user_id, provider, credentials_id)
        if known.type != "oauth2":
            raise InvalidInputError("These credentials are no login.", hint="Replace their secret instead.")
        return known

    def check_login(self, user_id: str, provider: str, credentials_id: str) -> list[str]:
        """The scopes that a login has. Raises NotFoundError, InvalidInputError for what is no login."""
        return self._own_login(user_id, provider, credentials_id).scopes

    async def replace_secret(self, user_id: str, provider: str, credentials_id: str, given: CredentialsGiven) -> CredentialsMeta:
        """Another secret under the same id, so that whatever names the credentials goes on. Title and hosts stay where they are not
        given. Raises NotFoundError, InvalidInputError for another type, ConflictError while blocks use them."""
        check_provider(provider, given)
        known = self._changeable(user_id, provider, credentials_id)
        if type_of(given) != known.type:
            raise InvalidInputError(f"These credentials are of the type {known.type}, not {type_of(given)}.")
        hosts, secret = hosts_of(given), secret_of(given)

        def change(stored: StoredCredentials) -> tuple[StoredCredentials, dict[str, Any]]:
            more: dict[str, Any] = {"title": given.title or stored.title, "hosts": stored.hosts if hosts is None else hosts}
            return msgspec.structs.replace(stored, problem=None, **{**facts_of(given), **more}), secret

        return await self._change(known, "replace", change)

    async def update_credentials(
        self, user_id: str, provider: str, credentials_id: str, wanted: CredentialsUpdate
    ) -> CredentialsMeta:
        """Another title or other hosts. Raises NotFoundError, ConflictError while blocks use them, SealedSecretError."""
        known = self._changeable(user_id, provider, credentials_id)
        hosts = None if wanted.hosts is None else check_hosts(wanted.hosts)

        def change(stored: StoredCredentials) -> tuple[StoredCredentials, dict[str, Any]]:
            # The hosts are sealed with the secret: whoever cannot open it cannot send it elsewhere either.
            secret = stored.open(self._access.box)
            more = {"title": wanted.title or stored.title, "hosts": stored.hosts if hosts is None else hosts}
            return msgspec.structs.replace(stored, **more), secret

        return await self._change(known, "change", change)

    def _changeable(self, user_id: str, provider: str, credentials_id: str) -> StoredCredentials:
        system = self._access.system.by_id.get(credentials_id)
        if system is not None and system.provider == provider:
            raise NotAuthorizedError("These credentials belong to the server.", hint=_SYSTEM_HINT)
        return self._own(user_id, provider, credentials_id)

    async def _insert(self, stored: StoredCredentials, secret: dict[str, Any]) -> CredentialsMeta:
        key = {"user_id": stored.user_id}
        row = stored.sealed(self._access.box, secret).as_row(now=now_us())

        def insert(tx: Tx) -> None:
            if tx.fetch_one(sql.count_of_user, key)[0] >= MAX_OF_USER:
                raise InvalidInputError(f"There are {MAX_OF_USER} credentials already.", hint="Delete some that nothing uses.")
            tx.execute(sql.insert_one, row)

        await self._db.write(insert)
        self._access.uses.note(stored.user_id, stored.id, "create")
        return self.get_credentials(stored.user_id, stored.provider, stored.id)

    async def _change(
        self,
        known: StoredCredentials,
        action: str,
        change: Callable[[StoredCredentials], tuple[StoredCredentials, dict[str, Any]]],
    ) -> CredentialsMeta:
        access = self._access
        async with access.leases.change(known.id, self._change_wait_s):
            for _ in range(MAX_TRIES):  # a rotation of the key may come between reading and writing
                if await access.save(*change(self._own(known.user_id, known.provider, known.id))):
                    access.uses.note(known.user_id, known.id, action)
                    return self.get_credentials(known.user_id, known.provider, known.id)
        raise ConflictError("The credentials were changed at the same time.", hint="Load them again.")

    def _default_hosts(self, provider: str) -> list[str]:
        own = next((one for one in self._access.system.by_id.values() if one.provider == provider), None)
        return default_hosts(provider, own.hosts[0] if own and own.hosts else None)

    # --- deleting ----------------------------------------------------------------------------------------

    async def delete_credentials(self, user_id: str, provider: str, credentials_id: str, *, force: bool = False) -> Deletion:
        """Deletes them, and in the same transaction pauses what would run with them; asks first where something does.

        Raises NotFoundError, NotAuthorizedError for the server's own, ConflictError with who uses them at this moment.
        """
        known = self._changeable(user_id, provider, credentials_id)
        users = [one for one in await self.used_by(user_id, credentials_id) if one.kind != "run"]
        if users and not force:
            return Deletion(deleted=False, need_confirmation=True, message=_confirmation(users), used_by=users)
        async with self._access.leases.change(credentials_id, self._change_wait_s):
            opened = self._open_or_none(known)
            await self._db.write(lambda tx: self._delete_tx(tx, user_id, credentials_id))
            self._access.forget(credentials_id)
        self._access.uses.note(user_id, credentials_id, "delete")
        for tell in self.deleted:
            tell()
        return Deletion(deleted=True, revoked=await self._revoke(known, opened))

    def _delete_tx(self, tx: Tx, user_id: str, credentials_id: str) -> None:
        if tx.execute(sql.delete_one, {"id": credentials_id, "user_id": user_id}) == 0:
            raise no_such_credentials(credentials_id)
        for let_go in self.deleting:
            let_go(tx, user_id, credentials_id)

    def _open_or_none(self, stored: StoredCredentials) -> dict[str, Any] | None:
        try:
            return stored.open(self._access.box)
        except SealedSecretError:
            return None  # its key is lost: it can still be deleted

    async def _revoke(self, stored: StoredCredentials, secret: dict[str, Any] | None) -> bool | None:
        if stored.type != "oauth2":
            return None
        if self.revoke is None or secret is None:
            return False
        try:
            return await self.revoke(stored.provider, stored.as_credentials(secret))
        except AutoGPTLiteError:
            return False  # the credentials are gone all the same; the user is told that the provider may not know


def _new_row(user_id: str, provider: str, type: str, **facts: Any) -> StoredCredentials:
    now = now_us()
    row: dict[str, Any] = {"username": None, "scopes": [], "last4": "", "expires_at": None, "problem": None, **facts}
    return StoredCredentials(
        id=str(uuid.uuid4()),
        user_id=user_id,
        provider=provider,
        type=type,
        secret=b"",
        key_id=b"",
        revision=1,
        created_at=now,
        updated_at=now,
        **row,
    )


def _token_secret(tokens: Tokens) -> dict[str, Any]:
    secret: dict[str, Any] = {"access_token": tokens.access_token}
    return {**secret, "refresh_token": tokens.refresh_token} if tokens.refresh_token is not None else secret


def _system_meta(system: Credentials) -> CredentialsMeta:
    return CredentialsMeta(
        id=system.id,
        provider=system.provider,
        type=system.type,
        title=system.title,
        scopes=None,
        username=None,
        is_system=True,
        hosts=list(system.hosts),
    )


def _confirmation(users: list[UsedBy]) -> str:
    named = ", ".join(f"{one.kind} {one.name or one.id!r}" for one in users[:5])
    more = f" and {len(users) - 5} more" if len(users) > 5 else ""
    return f"Something uses these credentials: {named}{more}. Schedules and triggers that use them are paused, the rest will ask."

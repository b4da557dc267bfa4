"""Another key for all secrets, and what is told where a key is lost.

A rotation first writes the key file with the new key in front of the old ones, then seals secret after secret again. Wherever it
is cut off, every secret still opens with a key of the file, and the next rotation goes on there.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from ..errors import InvalidInputError, SealedSecretError
from ..faultpoints import hit
from .access import CredentialsAccess
from .keys import KEY_FILE, key_id
from .secrets import SecretBox
from .store import StoredCredentials, sql, stored_of
from .types import Rotation

log = logging.getLogger(__name__)

STEP = 50
MAX_TOLD = 10


class SealedRows(Protocol):
    """Rows of one noun that are sealed with the keys of the data directory."""

    name: str
    """What they are, for people: "credentials"."""

    def is_any(self) -> bool:
        """Whether there are such rows; a point read."""

    async def count_by_key(self) -> dict[bytes, int]:
        """{key id: rows}, with all writes in it that were asked for before."""

    async def reseal(self, box: SecretBox, current_id: bytes) -> int:
        """Seals again whatever is not sealed with the current key and can be opened; how many rows that were."""

    async def titles(self, key_id: bytes, limit: int) -> list[str]:
        """What is sealed with a key, to say what a lost one costs."""


async def rotate_key(access: CredentialsAccess, rows: Sequence[SealedRows], *, forget_old: bool = False) -> Rotation:
    """Seals everything with a new key, or finishes a rotation that was cut off.

    Raises SealedSecretError where the current key is lost, InvalidInputError where the key comes from a setting that holds no
    new one.
    """
    keys = access.box.keys
    in_use = await _count_by_key(rows)
    current = keys.current()
    if current is None and in_use:
        raise SealedSecretError(
            f"{KEY_FILE} is missing.", hint="Put it back first; or begin with another: `autogpt-lite credentials new-key`."
        )
    is_unfinished = any(one != key_id(current) and keys.find(one) for one in in_use) if current else False
    if not is_unfinished:
        if keys.is_external:
            raise InvalidInputError(
                "All secrets are sealed with the first key of the setting already.",
                hint="Put a new key in front of the old one (a space between them), start again, then rotate.",
            )
        current = keys.add_new()
        hit("credentials.key_added")
    assert current is not None
    n_resealed = sum([await one.reseal(access.box, key_id(current)) for one in rows])
    left = await _count_by_key(rows)
    n_unreadable = sum(count for one, count in left.items() if one != key_id(current))
    n_forgotten = keys.keep_only(set(left)) if forget_old and not keys.is_external else 0
    return Rotation(n_resealed=n_resealed, n_unreadable=n_unreadable, n_forgotten_keys=n_forgotten)


async def _count_by_key(rows: Sequence[SealedRows]) -> Counter[bytes]:
    total: Counter[bytes] = Counter()
    for one in rows:
        total.update(await one.count_by_key())
    return total


class SealedCredentials:
    """The rows of credentials, as a rotation sees them."""

    name = "credentials"

    def __init__(self, access: CredentialsAccess):
        self._access = access
        self._db = access.db

    def is_any(self) -> bool:
        return self._db.point(sql.any_one) is not None

    async def count_by_key(self) -> dict[bytes, int]:
        # A write, though it only reads: it comes after every write that was asked for before it.
        return dict(await self._db.write(lambda tx: tx.fetch_all(sql.keys_in_use)))

    async def reseal(self, box: SecretBox, current_id: bytes) -> int:
        total, after = 0, ""
        while rows := await self._db.fetch_all(sql.list_of_other_keys, {"after": after, "key_id": current_id, "limit": STEP}):
            known = [stored_of(row) for row in rows]
            after = known[-1].id
            sealed = [row for row in (_sealed_again(box, one) for one in known) if row is not None]
            changes = [{"id": one.id, "revision": one.revision, "secret": one.secret, "key_id": one.key_id} for one in sealed]
            # What somebody changed in between was sealed with the new key then.
            total += await self._db.write(lambda tx, changes=changes: sum(tx.execute(sql.reseal, change) for change in changes))
            for one in known:
                self._access.forget(one.id)
            hit("credentials.resealed")
        return total

    async def titles(self, key_id: bytes, limit: int) -> list[str]:
        rows = await self._db.fetch_all(sql.list_of_key, {"key_id": key_id, "limit": limit})
        return [f"{provider}: {title}" for provider, title in rows]


def _sealed_again(box: SecretBox, stored: StoredCredentials) -> StoredCredentials | None:
    try:
        return stored.sealed(box, stored.open(box))
    except SealedSecretError:
        return None  # its key is lost; it stays as it is, should the key be found


def make_new_key(access: CredentialsAccess) -> None:
    """A key in the place of a lost one, because its owner says so. Raises InvalidInputError where there is one."""
    if access.box.keys.current() is not None:
        raise InvalidInputError(f"There is a key in {KEY_FILE} already.", hint="`autogpt-lite credentials rotate` changes it.")
    access.box.keys.add_new()


# --- at start -----------------------------------------------------------------------------------------------


async def find_lost(access: CredentialsAccess, rows: Sequence[SealedRows]) -> list[str]:
    """What cannot be read, as lines for its owner: which secrets, why, and how to get them back. Empty where all is well."""
    lines: list[str] = []
    for one in rows:
        lost = {key: count for key, count in (await one.count_by_key()).items() if not _is_known(access, key)}
        if not lost:
            continue
        lines.append(f"{sum(lost.values())} stored {one.name} cannot be read: {_why(access)}")
        titles = [title for key in lost for title in await one.titles(key, MAX_TOLD)]
        lines += [f"  {title}" for title in titles[:MAX_TOLD]] + (["  ..."] if sum(lost.values()) > MAX_TOLD else [])
    if lines:
        lines.append(
            f"Everything else works. To get them back put the {KEY_FILE} of that time into the data directory (or its line below"
            " the others of the file); if it is lost, enter the secrets again on the Credentials page."
        )
    return lines


def _is_known(access: CredentialsAccess, key: bytes) -> bool:
    try:
        return access.box.keys.find(key) is not None
    except SealedSecretError:
        return False


def _why(access: CredentialsAccess) -> str:
    if access.box.keys.is_external:
        return "the key of the settings is not the one that they were stored with."
    try:
        is_there = access.box.keys.current() is not None
    except SealedSecretError as error:
        return error.message
    return f"{KEY_FILE} holds another key than the one that they were stored with." if is_there else f"{KEY_FILE} is missing."

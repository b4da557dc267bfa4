"""Tries credentials out: one harmless question to their provider."""

from __future__ import annotations

from ..errors import AutoGPTLiteError, LoginEndedError
from ..net.client import HttpRequest, outbound
from ..sdk.credentials import Credentials
from ..sdk.http import authorization
from .access import CredentialsAccess
from .known_providers import KNOWN_PROVIDERS, title_of
from .types import TestResult

TIMEOUT_S = 15.0
MAX_BYTES = 1_000_000


async def try_credentials(access: CredentialsAccess, user_id: str, provider: str, credentials_id: str) -> TestResult:
    """What the provider says. Raises NotFoundError, SealedSecretError; a login that has ended is a result."""
    try:
        lease = await access.acquire(user_id, {"id": credentials_id, "provider": provider}, action="test")
    except LoginEndedError as error:
        return TestResult(is_ok=False, message=error.message)
    try:
        result = await _ask(lease.credentials)
        result.message = access.mask(result.message)
        return result
    finally:
        lease.release()


async def _ask(credentials: Credentials) -> TestResult:
    name, url = title_of(credentials.provider), _test_url(credentials)
    if url is None:
        return TestResult(is_ok=None, message=f"They can be read. {name} has no address that could be asked about them.")
    asked = HttpRequest(
        "GET",
        url,
        headers={"Accept": "application/json", "User-Agent": "autogpt-lite", **authorization(credentials)},
        only_hosts=credentials.hosts,
        timeout_s=TIMEOUT_S,
        max_bytes=MAX_BYTES,
    )
    try:
        answer = await outbound().request(asked)
    except AutoGPTLiteError as error:
        return TestResult(is_ok=None, message=error.message)
    if answer.status in (401, 403):
        return TestResult(is_ok=False, message=f"{name} refuses them ({answer.status}).")
    if answer.status >= 400:
        return TestResult(is_ok=None, message=f"{name} answered with an error ({answer.status}), which says nothing about them.")
    return TestResult(is_ok=True, message=f"{name} takes them.")


def _test_url(credentials: Credentials) -> str | None:
    if credentials.base_url is not None:
        return f"{credentials.base_url.rstrip('/')}/models"
    known = KNOWN_PROVIDERS.get(credentials.provider)
    return known.test_url if known else None

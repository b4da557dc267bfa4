"""Logs users in at other services, and keeps their logins alive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from ..config import OAuthConfig
from ..credentials.service import CredentialsMeta, CredentialsService, Tokens
from ..errors import BlockError, InvalidInputError, LoginEndedError, NotFoundError
from ..sdk.credentials import Credentials
from .providers import KNOWN, OAuthProvider, configured
from .states import LoginStates, challenge_of

CALLBACK_PATH = "/oauth-callback.html"
MAX_SCOPES = 200


class OAuthService:
    """`base_url()` is the one address that leaves the house: where the browser comes back to, exactly."""

    def __init__(self, config: OAuthConfig, credentials: CredentialsService, base_url: Callable[[], str]):
        self._providers = configured(config)
        self._credentials = credentials
        self._base_url = base_url
        self._states = LoginStates(config.state_minutes * 60)

    def login_state(self, provider: str) -> tuple[bool, str | None]:
        """(whether users can log in at it here, why not and what to do); for the list of providers."""
        if provider in self._providers:
            return True, None
        variables = f" (or {provider.upper()}_CLIENT_ID in the environment)" if provider in KNOWN else ""
        return False, (
            f"Logging in at {provider} is not set up on this server: make an app there with the redirect address"
            f" {self._base_url()}{CALLBACK_PATH}, and set oauth.providers.{provider}.client_id{variables}."
        )

    def begin_login(
        self, user_id: str, session: bytes | None, host: str, provider_name: str, scopes: str, credentials_id: str | None
    ) -> tuple[str, str]:
        """(the address to send the browser to, the state token). Raises NotFoundError, InvalidInputError."""
        provider = self._provider(provider_name)
        base_url = self._base_url()
        if urlsplit(base_url).netloc != host.lower():
            raise InvalidInputError(
                f"{provider_name} sends the browser back to {base_url}, and this is {host}.",
                hint=f"Open {base_url} in the browser and connect from there.",
            )
        wanted = list(dict.fromkeys([*provider.scopes, *scopes.replace(",", " ").split()]))
        if credentials_id is not None:  # a new login must not lose what the old one could do
            known = self._credentials.check_login(user_id, provider_name, credentials_id)
            wanted = list(dict.fromkeys([*wanted, *known]))
        if len(wanted) > MAX_SCOPES:
            raise InvalidInputError(f"These are more than {MAX_SCOPES} scopes.")
        token, state = self._states.begin(
            user_id=user_id,
            session=session,
            provider=provider_name,
            scopes=tuple(wanted),
            redirect_uri=f"{base_url}{CALLBACK_PATH}",
            credentials_id=credentials_id,
        )
        return _login_url(provider, token, state.redirect_uri, wanted, state.verifier), token

    async def finish_login(
        self, user_id: str, session: bytes | None, provider_name: str, code: str, state_token: str
    ) -> CredentialsMeta:
        """The credentials of a login that the provider has agreed to. Raises InvalidInputError for a state that is not this session's
        or a code that is not good, BlockError."""
        from .exchange import tokens_for_code, username_of

        provider = self._provider(provider_name)
        state = self._states.redeem(state_token, user_id=user_id, session=session, provider=provider_name)
        if state is None:
            raise InvalidInputError(
                "This login was not begun here, was finished before, or took too long.", hint="Begin it again."
            )
        try:
            tokens, answer = await tokens_for_code(provider, code, state.redirect_uri, state.verifier)
        except LoginEndedError as error:
            raise InvalidInputError(f"{error.message} Nothing was stored.", hint="Begin the login again.") from None
        except BlockError as error:
            raise InvalidInputError(error.message, hint=error.hint) from None
        username = await username_of(provider, tokens, answer)
        scopes = list(tokens.scopes if tokens.scopes is not None else state.scopes)
        if state.credentials_id is not None:
            return await self._credentials.renew_login(
                user_id, provider_name, state.credentials_id, tokens, scopes=scopes, username=username
            )
        facts: dict[str, Any] = {"scopes": scopes, "username": username, "hosts": list(provider.hosts), "metadata": {}}
        return await self._credentials.create_login(user_id, provider_name, tokens, **facts)

    async def renew(self, provider_name: str, refresh_token: str) -> Tokens:
        """New tokens (credentials/tokens.py: RenewTokens)."""
        from .exchange import renewed_tokens

        return await renewed_tokens(self._provider(provider_name), refresh_token)

    async def revoke(self, provider_name: str, credentials: Credentials) -> bool:
        """Whether the provider has forgotten the login; False where it cannot be told."""
        from .exchange import revoke_token

        provider = self._providers.get(provider_name)
        return provider is not None and await revoke_token(provider, str(credentials.secrets.get("access_token")))

    def _provider(self, name: str) -> OAuthProvider:
        if name not in self._providers:
            raise NotFoundError(f"Logging in at {name[:60]!r} is not set up on this server.", hint=self.login_state(name)[1])
        return self._providers[name]


def _login_url(provider: OAuthProvider, token: str, redirect_uri: str, scopes: list[str], verifier: str) -> str:
    fields = {
        **provider.more,
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "state": token,
    }
    if scopes:
        fields["scope"] = provider.scope_separator.join(scopes)
    if provider.has_pkce:
        fields |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    separator = "&" if "?" in provider.authorize_url else "?"
    return f"{provider.authorize_url}{separator}{urlencode(fields)}"

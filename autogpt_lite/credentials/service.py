"""Which credentials a user has, and the secret behind one of them.

So far these are the system's own: one for every language model provider that this server is set up for. Everybody may use
them, nobody can read or change them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..config import LlmConfig
from ..errors import InvalidInputError, MissingConfigError, NotFoundError
from ..llm.models import known_models
from ..llm.providers import Provider, choose_provider, configured_providers, effective_model, system_credentials_id
from ..sdk.credentials import Credentials


class CredentialsService:
    """`environ` is where keys such as OPENAI_API_KEY are looked for (default: the process's own), once at the start."""

    def __init__(self, llm: LlmConfig, environ: Mapping[str, str] | None = None):
        self._llm = llm
        self._environ = environ
        providers = configured_providers(llm, environ).values()
        self._system = {credentials.id: credentials for credentials in map(_system_credentials, providers)}

    async def resolve(self, user_id: str, ref: Mapping[str, Any]) -> Credentials:
        """The credentials that a pin's value {id, provider, type} names, with their secret.

        Raises NotFoundError where this user has none of that id, InvalidInputError where they are of another provider or type.
        """
        found = self.find(user_id, str(ref.get("id")))
        if found is None:
            raise NotFoundError(
                f"There are no credentials {ref.get('id')!r}.", hint="Choose others in the node, or add them again."
            )
        for fact in ("provider", "type"):
            wanted = ref.get(fact)
            if wanted is not None and wanted != getattr(found, fact):
                raise InvalidInputError(
                    f"The credentials {found.title!r} are of the {fact} {getattr(found, fact)}, not {wanted}."
                )
        return found

    def find(self, user_id: str, credentials_id: str) -> Credentials | None:
        """The credentials of that id, if this user may use them."""
        return self._system.get(credentials_id)

    async def list_for(self, user_id: str, provider: str | None = None) -> list[Credentials]:
        """All that the user may choose from, of one provider or of all. They hold secrets: never answer with them as they are."""
        return [credentials for credentials in self._system.values() if provider in (None, credentials.provider)]

    def finder(self, user_id: str) -> Callable[[str], tuple[str, str] | None]:
        """credentials id -> (provider, type) of what this user may use, None for anything else."""

        def find(credentials_id: str) -> tuple[str, str] | None:
            found = self._system.get(credentials_id)
            return (found.provider, found.type) if found else None

        return find

    def matches(self, providers: Collection[str], types: Collection[str]) -> list[Credentials]:
        """The system credentials that would do for a credentials pin of these providers and types; empty: the user has to
        choose some."""
        return [c for c in self._system.values() if c.provider in providers and c.type in types]

    def for_model(self, model: str) -> Credentials | None:
        """The system credentials of the provider that a language model runs on here, where that is not the one that AutoGPT
        runs it on: `llm.default_model` takes its place, a provider's `models` names it, or AutoGPT does not know it."""
        effective = effective_model(self._llm, model)
        named = any(effective in provider.models for provider in self._llm.providers.values())
        if effective == model and not named and model in known_models():
            return None
        try:
            provider = choose_provider(self._llm, effective, self._environ)
        except MissingConfigError:
            return None
        return self._system.get(system_credentials_id(provider.name))


def reference_to(credentials: Credentials) -> dict[str, Any]:
    """What a node's credentials pin holds: {id, provider, type, title}, without the secret."""
    return {"id": credentials.id, "provider": credentials.provider, "type": credentials.type, "title": credentials.title}


def _system_credentials(provider: Provider) -> Credentials:
    return Credentials(
        id=system_credentials_id(provider.name),
        provider=provider.name,
        type="api_key",
        title=f"{provider.title} of this server",
        secrets={"api_key": provider.api_key} if provider.api_key else {},
        hosts=(provider.host,),
        base_url=provider.base_url,
    )

"""The server's own credentials: one for every language model provider that it is set up for. Everybody may use them, nobody can
read or change them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..config import LlmConfig
from ..errors import MissingConfigError
from ..llm.models import known_models
from ..llm.providers import Provider, choose_provider, configured_providers, effective_model, system_credentials_id
from ..sdk.credentials import Credentials


class SystemCredentials:
    """`environ` is where keys such as OPENAI_API_KEY are looked for (default: the process's own), once at the start."""

    def __init__(self, llm: LlmConfig, environ: Mapping[str, str] | None = None):
        self._llm = llm
        self._environ = environ
        providers = configured_providers(llm, environ).values()
        self.by_id = {credentials.id: credentials for credentials in map(_credentials_of, providers)}

    def matches(self, providers: Collection[str], types: Collection[str]) -> list[Credentials]:
        """Those that would do for a credentials pin of these providers and types."""
        return [c for c in self.by_id.values() if c.provider in providers and c.type in types]

    def for_model(self, model: str) -> Credentials | None:
        """Those of the provider that a language model runs on here, where that is not the one that AutoGPT runs it on:
        `llm.default_model` takes its place, a provider's `models` names it, or AutoGPT does not know it."""
        effective = effective_model(self._llm, model)
        named = any(effective in provider.models for provider in self._llm.providers.values())
        if effective == model and not named and model in known_models():
            return None
        try:
            provider = choose_provider(self._llm, effective, self._environ)
        except MissingConfigError:
            return None
        return self.by_id.get(system_credentials_id(provider.name))


def _credentials_of(provider: Provider) -> Credentials:
    return Credentials(
        id=system_credentials_id(provider.name),
        provider=provider.name,
        type="api_key",
        title=f"{provider.title} of this server",
        secrets={"api_key": provider.api_key} if provider.api_key else {},
        hosts=(provider.host,),
        base_url=provider.base_url,
    )

"""The providers that this server has, and which of them a model runs on.

A provider comes from [llm.providers.*] in the configuration, or from the environment variable of a well-known one.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from ..config import LlmConfig
from ..errors import BlockInputError, MissingConfigError
from ..net.addresses import parse_url
from .models import DEFAULT_MODEL, known_models


class WellKnown(NamedTuple):
    """`credentials_id` is the id that AutoGPT's server gives its own key; agent files and price lists name it."""

    title: str
    base_url: str
    key_variable: str | None
    credentials_id: str | None


WELL_KNOWN = {
    "aiml_api": WellKnown("AI/ML API", "https://api.aimlapi.com/v1", "AIML_API_KEY", "aad82a89-9794-4ebb-977f-d736aa5260a3"),
    "anthropic": WellKnown(
        "Anthropic", "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", "24e5d942-d9e3-4798-8151-90143ee55629"
    ),
    "groq": WellKnown("Groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY", "4ec22295-8f97-4dd1-b42b-2c6957a02545"),
    "llama_api": WellKnown(
        "Llama API", "https://api.llama.com/compat/v1", "LLAMA_API_KEY", "d44045af-1c33-4833-9e19-752313214de2"
    ),
    "ollama": WellKnown("Ollama", "http://127.0.0.1:11434/v1", None, None),
    "open_router": WellKnown(
        "OpenRouter", "https://openrouter.ai/api/v1", "OPEN_ROUTER_API_KEY", "b5a0e27d-0c98-4df3-a4b9-10193e1f3c40"
    ),
    "openai": WellKnown("OpenAI", "https://api.openai.com/v1", "OPENAI_API_KEY", "53c25cb8-e3ee-465c-a4d1-e75a4c899c2a"),
    "v0": WellKnown("v0", "https://api.v0.dev/v1", "V0_API_KEY", "c4e6d1a0-3b5f-4789-a8e2-9b123456789f"),
}

_ID_NAMESPACE = uuid.UUID("3b0c8a52-0a35-5a0e-9d0f-0f6d5ce9b6a1")


def system_credentials_id(provider: str) -> str:
    """The id of the server's own credentials for a provider, the same on every machine: AutoGPT's where it has one, else
    the version 5 UUID of the provider's name."""
    known = WELL_KNOWN.get(provider)
    return (known and known.credentials_id) or str(uuid.uuid5(_ID_NAMESPACE, provider))


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A server with an OpenAI-compatible API. `hosts` are those that the key may be sent to (empty: that of `base_url`);
    `models` empty: any. `key_title` is what somebody calls the key, where it is one of theirs and not the server's own."""

    name: str
    base_url: str
    api_key: str = ""
    key_title: str = ""
    models: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def __repr__(self) -> str:  # the key must not reach a log by way of a traceback
        return f"Provider(name={self.name!r}, base_url={self.base_url!r})"

    @property
    def title(self) -> str:
        return WELL_KNOWN[self.name].title if self.name in WELL_KNOWN else self.name

    @property
    def host(self) -> str:
        """host:port"""
        return parse_url(self.base_url).name

    @property
    def key_hosts(self) -> tuple[str, ...]:
        return self.hosts or (self.host,)

    @property
    def is_official(self) -> bool:
        """Whether this is the provider's own server rather than one that only speaks its language."""
        return self.name in WELL_KNOWN and is_same_server(self.base_url, WELL_KNOWN[self.name].base_url)


def is_same_server(url: str, other: str) -> bool:
    return parse_url(url).origin == parse_url(other).origin


def configured_providers(config: LlmConfig, environ: Mapping[str, str] | None = None) -> dict[str, Provider]:
    """Every provider that can be used, by name: those of the configuration, then those that only have a key in `environ`.

    A key of the environment belongs to the provider's own server: it is never given to another base_url.
    """
    environ = os.environ if environ is None else environ
    found: dict[str, Provider] = {}
    for name, settings in config.providers.items():
        provider = Provider(name=name, base_url=settings.base_url, api_key=settings.api_key, models=tuple(settings.models))
        if not provider.api_key and provider.is_official:
            provider = msgspec.structs.replace(provider, api_key=_key_of(name, environ))
        if provider.api_key or not provider.is_official or WELL_KNOWN[name].key_variable is None:
            found[name] = provider
    for name, known in WELL_KNOWN.items():
        if name not in config.providers and (key := _key_of(name, environ)):
            found[name] = Provider(name=name, base_url=known.base_url, api_key=key, models=_models_of(name))
    return found


def _key_of(name: str, environ: Mapping[str, str]) -> str:
    variable = WELL_KNOWN[name].key_variable
    return environ.get(variable, "").strip() if variable else ""


def _models_of(name: str) -> tuple[str, ...]:
    return tuple(model.id for model in known_models().values() if model.provider == name)


def effective_model(config: LlmConfig, model: str | None) -> str:
    """The model that a node really uses: `llm.default_model`, where that is set and the node has the blocks' own default."""
    if model in (None, "", DEFAULT_MODEL) and config.default_model:
        return config.default_model
    return model or DEFAULT_MODEL


def choose_provider(config: LlmConfig, model: str, environ: Mapping[str, str] | None = None) -> Provider:
    """The provider that a model runs on where no credentials say so: the one that names it in `models`; else the one that
    AutoGPT runs it on, if this server has it; else `llm.default_provider`. Raises MissingConfigError."""
    providers = configured_providers(config, environ)
    named = next((provider for provider in providers.values() if model in provider.models), None)
    if named is not None:
        return named
    known = known_models().get(model)
    if known is not None and known.provider in providers:
        return providers[known.provider]
    if config.default_provider not in providers:
        raise MissingConfigError(
            f"No provider is set up for the model {model!r}.",
            hint="Name it in `models` of one of [llm.providers], or set `llm.default_provider` to one that is set up.",
        )
    return providers[config.default_provider]


def provider_with_key(
    config: LlmConfig, name: str, api_key: str, base_url: str | None = None, hosts: tuple[str, ...] = ()
) -> Provider:
    """The provider that credentials name, with their key, address and hosts. Raises BlockInputError where its address is not
    known."""
    configured = config.providers.get(name)
    if base_url is None:
        base_url = configured.base_url if configured else WELL_KNOWN[name].base_url if name in WELL_KNOWN else None
    if base_url is None:
        raise BlockInputError(
            f"The address of the provider {name!r} is not known.", hint="Add it to [llm.providers] in config.toml."
        )
    return Provider(name=name, base_url=base_url, api_key=api_key, hosts=hosts)


def at_host(provider: Provider, host: str) -> Provider:
    """The same provider on another machine ("host:port" or a URL). Its key does not come along to another server."""
    text = host.strip().rstrip("/")
    base_url = text if "://" in text else f"http://{text}"
    if not base_url.endswith("/v1"):
        base_url += "/v1"
    if is_same_server(base_url, provider.base_url):
        return msgspec.structs.replace(provider, base_url=base_url)
    return msgspec.structs.replace(provider, base_url=base_url, api_key="", hosts=())

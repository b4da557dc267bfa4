"""The pins and prices that every block with a language model has alike."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any

from ..llm.models import DEFAULT_MODEL, known_models
from ..llm.providers import WELL_KNOWN, system_credentials_id
from .cost import BlockCost
from .credentials import credentials_pin
from .pin import pin

# The names as AutoGPT's listing spells and orders them.
PROVIDERS = ("aiml_api", "anthropic", "groq", "ollama", "openai", "open_router", "llama_api", "v0")
PROVIDER_NAMES = {
    **{name: known.title for name, known in WELL_KNOWN.items()},
    **{"aiml_api": "AI/ML", "v0": "V0"},
}
# Credits for one US dollar of a provider that says what it charged.
CREDITS_PER_USD = 150


def model_pin(default: str = DEFAULT_MODEL, *, description: str | None = None) -> Any:
    """`model: str = llm.model_pin(...)`: AutoGPT's models as the choice; any other name works as well."""
    models = known_models().values()
    return pin(
        default,
        description=description,
        advanced=False,
        enum=[model.id for model in models],
        llm_model=True,
        llm_model_metadata={
            model.id: {
                "creator": model.creator,
                "creator_name": model.creator,
                "name": model.id,
                "price_tier": model.price_tier,
                "provider": model.provider,
                "provider_name": PROVIDER_NAMES[model.provider],
                # What AutoGPT's listing does not say: our form shows it beside the name.
                "context_tokens": model.context_tokens,
                "run_credits": model.run_credits,
            }
            for model in models
        },
    )


def model_credentials_pin(*, discriminator: str = "model", description: str | None = None) -> Any:
    """`credentials: CredentialsPin = llm.model_credentials_pin()`: an API key of the provider that the model runs on."""
    mapping = {model.id: model.provider for model in sorted(known_models().values(), key=lambda model: model.id)}
    return credentials_pin(
        providers=PROVIDERS,
        types=("api_key",),
        discriminator=discriminator,
        discriminator_mapping=mapping,
        description=description,
    )


@cache
def model_costs() -> tuple[BlockCost, ...]:
    """AutoGPT's prices: by model, and only for the keys of the server itself, since a user pays for his own."""
    priced = [model for model in known_models().values() if model.provider != "ollama"]
    return tuple(
        BlockCost(
            cost_amount=CREDITS_PER_USD if provider == "open_router" else model.run_credits,
            cost_type="cost_usd" if provider == "open_router" else "tokens",
            cost_filter={"model": model.id, "credentials": _credentials_filter(provider)},
        )
        for provider, models in groupby(priced, key=lambda model: model.provider)
        for model in models
    )


def _credentials_filter(provider: str) -> dict[str, str]:
    facts = {"id": system_credentials_id(provider)}
    # AutoGPT's own entry for Groq names the id alone.
    return facts if provider == "groq" else {**facts, "provider": provider, "type": "api_key"}

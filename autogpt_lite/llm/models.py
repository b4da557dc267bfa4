"""The models that AutoGPT's AI blocks name. Any other name works as well; these only come with known limits and prices."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

# What AutoGPT's blocks take where a node does not choose.
DEFAULT_MODEL = "gpt-5.2-2025-12-11"
TOKEN_KINDS = ("input", "output", "cache_read", "cache_creation")


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One line of models.tsv. `token_rates` are credits per million tokens by kind, None where nothing is charged by tokens."""

    id: str
    provider: str
    creator: str
    context_tokens: int | None
    max_output_tokens: int | None
    price_tier: int
    run_credits: int
    token_rates: dict[str, float] | None


@cache
def known_models() -> dict[str, Model]:
    """Every known model by its id, in the order of the block's choice."""
    lines = Path(__file__).with_name("models.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[0]: _model(row) for row in rows[1:]}


def _model(row: list[str]) -> Model:
    model_id, provider, creator, context, output, tier, run = row[:7]
    return Model(
        id=model_id,
        provider=provider,
        creator=creator,
        context_tokens=None if context == "-" else int(context),
        max_output_tokens=None if output == "-" else int(output),
        price_tier=int(tier),
        run_credits=int(run),
        token_rates=None if row[7] == "-" else {kind: float(text) for kind, text in zip(TOKEN_KINDS, row[7:], strict=True)},
    )


def token_credits(model_id: str, tokens: dict[str, int]) -> float | None:
    """What these tokens cost in credits, unrounded; None for a model without a price by tokens. `tokens` by kind."""
    model = known_models().get(model_id)
    if model is None or model.token_rates is None:
        return None
    return sum(count * model.token_rates.get(kind, 0.0) for kind, count in tokens.items()) / 1_000_000

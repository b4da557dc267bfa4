"""The providers of webhooks. A new one: a file with a class (base.py: Provider), and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from ...config import TriggersConfig
from .base import Provider
from .compass import Compass
from .generic_webhook import GenericWebhook
from .github import GitHub
from .slack import Slack
from .stripe import Stripe
from .telegram import Telegram


def all_providers(config: TriggersConfig) -> Mapping[str, Provider]:
    """{name in addresses: provider}."""
    found = (GenericWebhook(), Compass(), GitHub(config.github_api_url), Slack(), Stripe(), Telegram(config.telegram_api_url))
    return {provider.name: provider for provider in found}

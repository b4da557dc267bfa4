"""The tour of new users, in AutoGPT's shapes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

OnboardingStep = Literal[
    "WELCOME",
    "USAGE_REASON",
    "INTEGRATIONS",
    "AGENT_CHOICE",
    "AGENT_NEW_RUN",
    "AGENT_INPUT",
    "CONGRATS",
    "VISIT_COPILOT",
    "GET_RESULTS",
    "MARKETPLACE_VISIT",
    "MARKETPLACE_ADD_AGENT",
    "MARKETPLACE_RUN_AGENT",
    "BUILDER_OPEN",
    "BUILDER_SAVE_AGENT",
    "BUILDER_RUN_AGENT",
    "RE_RUN_AGENT",
    "SCHEDULE_AGENT",
    "RUN_AGENTS",
    "RUN_3_DAYS",
    "TRIGGER_WEBHOOK",
    "RUN_14_DAYS",
    "RUN_AGENTS_100",
]
"""The steps of July 2025 and of May 2026."""

Text = Annotated[str, msgspec.Meta(max_length=1_000)]
Steps = Annotated[list[OnboardingStep], msgspec.Meta(max_length=100)]


class OnboardingState(msgspec.Struct, kw_only=True, rename="camel"):
    """What is stored of a user's tour."""

    completed_steps: list[OnboardingStep] = []
    notified: list[OnboardingStep] = []
    notification_dot: bool = False
    wallet_shown: bool = False
    usage_reason: str | None = None
    integrations: list[str] = []
    other_integrations: str | None = None
    selected_store_listing_version_id: str | None = None
    agent_input: dict[str, Any] | None = None
    onboarding_agent_execution_id: str | None = None


class UserOnboardingUpdate(msgspec.Struct, kw_only=True, rename="camel"):
    """What changes; what is left out or null stays. Steps are added: one that was done stays done."""

    completed_steps: Steps | None = None
    notified: Steps | None = None
    notification_dot: bool | None = None
    wallet_shown: bool | None = None
    usage_reason: Text | None = None
    integrations: Annotated[list[Text], msgspec.Meta(max_length=100)] | None = None
    other_integrations: Text | None = None
    selected_store_listing_version_id: Text | None = None
    agent_input: dict[str, Any] | None = None
    onboarding_agent_execution_id: Text | None = None


class UserOnboarding(OnboardingState, kw_only=True, rename="camel"):
    """A user's tour. Runs are counted from what is kept of them; `rewarded_for` is empty, since nothing is paid for steps here."""

    user_id: str
    rewarded_for: list[OnboardingStep] = []
    agent_runs: int
    last_run_at: str | None
    consecutive_run_days: int


class StepQuery(msgspec.Struct, kw_only=True):
    """Which step was done."""

    step: OnboardingStep


class OnboardingStatus(msgspec.Struct, kw_only=True):
    """Whether the tour was seen to its end."""

    is_completed: bool

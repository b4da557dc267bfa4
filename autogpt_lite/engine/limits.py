"""The limits of an execution tree: what may be set where, and what to say when one is reached.

config.toml holds for every run; an agent and a single run may have tighter ones of their own, and the tightest counts. All runs of
a tree share the limits, and the counters, of their root.
"""

from __future__ import annotations

from typing import Any, NamedTuple, get_type_hints

import msgspec

from ..config import EngineConfig
from ..errors import InvalidInputError, LimitExceededError


class GivenLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits of a single run; null is not said. Seconds, credits (1 credit = 1 cent) and counts; see docs/limits.md."""

    max_depth: int | None = None
    max_node_executions: int | None = None
    max_credits: int | None = None
    max_run_s: float | None = None
    max_node_s: float | None = None
    max_node_items: int | None = None


class AgentLimits(GivenLimits, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits of every run of an agent; `max_running` is how many of them work at a time."""

    max_running: int | None = None


class OwnLimits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the agent and the run itself say. It is stored with the run; config.toml holds as it is when the run is loaded."""

    agent: AgentLimits | None = None
    run: GivenLimits | None = None


NO_OWN_LIMITS = OwnLimits()


class Limit(NamedTuple):
    """`counted` completes the sentence "The run reached its limit of 5 ..."."""

    counted: str
    lowest: float
    highest: float


def _read_ranges() -> dict[str, Limit]:
    types = get_type_hints(EngineConfig, include_extras=True)
    found = {}
    for name, counted in _COUNTED.items():
        bounds = types[name].__metadata__[0]
        found[name] = Limit(counted, bounds.ge, bounds.le)
    return found


_COUNTED = {
    "max_depth": "levels of agents in agents",
    "max_node_executions": "node executions",
    "max_credits": "credits",
    "max_run_s": "seconds for the whole run",
    "max_node_s": "seconds for one node",
    "max_node_items": "items that one node may emit without a link that takes them",
    "max_running": "runs of one agent at a time",
}
LIMITS = _read_ranges()
"""Every limit by its name; the ranges stand in config.EngineConfig, so that config.toml is held to the same."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What counts for a tree: the tightest of config.toml, the agent and the run."""

    max_depth: int
    max_node_executions: int
    max_credits: int
    max_run_s: float
    max_node_s: float
    max_node_items: int
    max_running: int
    own: OwnLimits = NO_OWN_LIMITS

    def exceeded(self, name: str, why: str = "") -> LimitExceededError:
        """The error of a run that has reached this limit: which it is, its value, and who can raise it."""
        value = getattr(self, name)
        message = f"The run reached its limit of {value:.12g} {LIMITS[name].counted}{f': {why}' if why else ''}."
        return LimitExceededError(message, hint=self._how_to_raise(name, value))

    def _how_to_raise(self, name: str, value: float) -> str:
        if value == getattr(self.own.run, name, None):
            return f"It was started with this limit: start it with a higher `{name}` in `limits` to allow more."
        if value == getattr(self.own.agent, name, None):
            return f"It is a limit of this agent: raise `{name}` in the agent's `limits` to allow more."
        return f"Raise `engine.{name}` in config.toml to allow more."


def limits_of_config(config: EngineConfig) -> Limits:
    """What holds for runs that have no limits of their own."""
    return Limits(**{name: getattr(config, name) for name in LIMITS})


def tightest(limits: Limits, own: OwnLimits) -> Limits:
    """The limits, tightened by those of the agent and of the run."""
    given = [one for one in (own.agent, own.run) if one is not None]
    if not given:
        return limits
    found: dict[str, Any] = {"own": own}
    for name in LIMITS:
        values = [value for one in given if (value := getattr(one, name, None)) is not None]
        found[name] = min(getattr(limits, name), *values) if values else getattr(limits, name)
    return Limits(**found)


def check_limits(given: GivenLimits) -> None:
    """Raises InvalidInputError that names every limit outside of its range, and the range."""
    problems = {}
    for name in given.__struct_fields__:
        value, limit = getattr(given, name), LIMITS[name]
        if value is not None and not limit.lowest <= value <= limit.highest:
            problems[name] = f"{value:.12g} is not from {limit.lowest:.12g} to {limit.highest:.12g}"
    if problems:
        told = "; ".join(f"limits.{name}: {problem}" for name, problem in problems.items())
        raise InvalidInputError(f"{told}.", hint="Leave a limit out for that of the server.", detail={"limits": problems})

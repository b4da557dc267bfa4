"""Lists of hosts: where a secret may be sent, and what an agent may reach."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar

from ..errors import InvalidInputError, OutboundBlockedError
from .addresses import Target, comparable_host

_NAME = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:\*\.{_NAME}(?:\.{_NAME})+|(?:{_NAME}(?:\.{_NAME})*|\[[0-9a-f:.]+\])(?::[0-9]{{1,5}})?)")

Reachable = Callable[[], Iterable[str] | None]

reachable_hosts: ContextVar[Reachable | None] = ContextVar("reachable_hosts", default=None)
"""Asked at every hop of every request in this context: the only hosts that its agent may reach, None for all.

A function, so that a block that makes no request costs nothing, and a list that is changed holds for a run under way."""


def is_one_of(target: Target, patterns: Iterable[str]) -> bool:
    """Whether the target is one of these: "host", "host:port" or "*.domain" (which is not the domain itself)."""
    host = comparable_host(target.host)
    for pattern in map(str.lower, patterns):
        if pattern.startswith("*.") and target.host.endswith(pattern[1:]):
            return True
        name, colon, port = pattern.rpartition(":")
        if colon and port.isdigit() and not (":" in name and not name.startswith("[")):
            if comparable_host(name.strip("[]")) == host and int(port) == target.port:
                return True
        elif comparable_host(pattern.strip("[]")) == host:
            return True
    return False


def check_agent_may_reach(target: Target) -> None:
    """Raises OutboundBlockedError where the agent that runs in this context has a list of hosts, and this is none of them."""
    ask = reachable_hosts.get()
    hosts = ask() if ask is not None else None
    if hosts is None or is_one_of(target, hosts):
        return
    allowed = ", ".join(sorted(hosts)) or "no host at all"
    raise OutboundBlockedError(
        f"This agent may not reach {target.name}, only {allowed}.", hint="`allowed_hosts` of the agent is the list."
    )


def check_host_may_get_secret(target: Target, only_hosts: Iterable[str] | None) -> None:
    """Raises OutboundBlockedError unless the host is one of `only_hosts`. None: no secret."""
    if only_hosts is None or is_one_of(target, only_hosts):
        return
    patterns = sorted(pattern.lower() for pattern in only_hosts)
    allowed = f"only to {', '.join(patterns)}" if patterns else "since they name no host yet"
    raise OutboundBlockedError(
        f"These credentials may not be sent to {target.name}, {allowed}.",
        hint="Use other credentials, or add the host to these on the Credentials page.",
    )


def check_hosts(hosts: list[str]) -> list[str]:
    """The hosts in one form: "host", "host:port" or "*.domain". Raises InvalidInputError."""
    return list(dict.fromkeys(map(_check_host, hosts)))


def _check_host(text: str) -> str:
    # People paste addresses.
    host = text.strip().lower().removeprefix("https://").removeprefix("http://").partition("/")[0].rstrip(".")
    if not _HOST.fullmatch(host):
        raise InvalidInputError(
            f"{text[:80]!r} is no host.", hint='Write "api.example.com", "api.example.com:8443" or "*.example.com".'
        )
    return host

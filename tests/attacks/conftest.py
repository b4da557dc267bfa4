"""Real servers on loopback, and a client whose DNS and whose idea of "public" the test decides."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from autogpt_lite.config import load_config
from autogpt_lite.net.client import OutboundClient
from autogpt_lite.net.guard import Guard

MakeClient = Callable[..., OutboundClient]


@pytest.fixture
async def make_client() -> AsyncIterator[MakeClient]:
    """make_client(allow=[...], names={"a.test": "127.0.0.1"}, public={"127.0.0.2"}, own_ports=[...], **http settings)."""
    clients: list[OutboundClient] = []

    def make(
        *,
        allow: list[str] = [],  # noqa: B006
        own_ports: list[int] = [],  # noqa: B006
        names: dict[str, Any] | None = None,
        public: set[str] | None = None,
        **settings: Any,
    ) -> OutboundClient:
        async def resolve(host: str, port: int) -> list[Any]:
            found = (names or {})[host]
            answer = found() if callable(found) else found
            return [ipaddress.ip_address(text) for text in ([answer] if isinstance(answer, str) else answer)]

        options: dict[str, Any] = {"resolve": resolve} if names is not None else {}
        if public is not None:
            options["is_public"] = lambda address: str(address) in public
        http = msgspec.structs.replace(load_config(environ={}).http, **settings)
        clients.append(OutboundClient(http, Guard(allow=allow, own_ports=own_ports, **options)))
        return clients[-1]

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
def second_loopback() -> str:
    """Another address of this machine than 127.0.0.1, to stand for "the internet"."""
    for address, family in (("127.0.0.2", socket.AF_INET), ("::1", socket.AF_INET6)):
        try:
            with socket.socket(family) as probe:
                probe.bind((address, 0))
            return address
        except OSError:
            continue
    pytest.skip("this machine has a single loopback address")

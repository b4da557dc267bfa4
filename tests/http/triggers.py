"""Agents that webhooks start, and deliveries made by the algorithms that the providers document."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

from autogpt_lite.sdk.credentials import Credentials
from tests.http.library_agents import OUTPUT, link, node, ok, save
from tests.server import Answer, LiveServer

PUBLIC_URL = "https://agents.example.org"
GENERIC, STRIPE, SLACK, COMPASS = (
    "8fa8c167-2002-47ce-aba8-97572fc5d387",
    "9604d82d-157e-4e7f-afc0-a48c7562e79f",
    "1e2e38f2-2868-4f11-a8df-4355057be046",
    "9464a020-ed1d-49e1-990f-7f2ac924a2b7",
)
PULL_REQUEST, TELEGRAM_MESSAGE, TELEGRAM_REACTION = (
    "6c60ec01-8128-419e-988f-96a063ee2fea",
    "4435e4e0-df6e-4301-8f35-ad70b12fc9ec",
    "82525328-9368-4966-8f0c-cd78e80181fd",
)
SETUP = "/api/library/presets/setup-trigger"
WEBHOOKS = "/api/integrations/webhooks"
PRESETS = "/api/library/presets"


def trigger_agent(block_id: str = GENERIC, *, pin: str = "payload", name: str = "Listener", **values: Any) -> dict[str, Any]:
    """Gives out what came in."""
    nodes = [node("trigger", block_id, **values), node("out", OUTPUT, name="got")]
    return {"name": name, "description": "", "nodes": nodes, "links": [link(f"trigger.{pin} -> out.value")]}


async def set_up(
    server: LiveServer, graph: dict[str, Any], config: dict[str, Any] | None = None, credentials: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The preset of a new trigger."""
    return await ok(server.post(SETUP, setup_body(graph, config, credentials)))


def setup_body(
    graph: dict[str, Any], config: dict[str, Any] | None = None, credentials: dict[str, Any] | None = None
) -> dict[str, Any]:
    body = {"name": "When it comes", "graph_id": graph["id"], "graph_version": graph["version"]}
    return {**body, "trigger_config": config or {}, "agent_credentials": credentials or {}}


async def listen(server: LiveServer, block_id: str = GENERIC, **values: Any) -> dict[str, Any]:
    """The preset of a new trigger of a new agent."""
    return await set_up(server, await save(server, trigger_agent(block_id, **values)))


async def set_secret(server: LiveServer, preset: dict[str, Any], secret: str | None) -> dict[str, Any]:
    return await ok(server.request("PUT", f"{WEBHOOKS}/{preset['webhook_id']}/secret", json={"secret": secret}))


def path_of(preset: dict[str, Any]) -> str:
    """Where a trigger's deliveries come in, on this server."""
    return preset["webhook"]["url"].removeprefix(PUBLIC_URL)


async def deliver(server: LiveServer, preset: dict[str, Any], body: bytes | dict[str, Any], **headers: str) -> Answer:
    """A delivery by a stranger."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await server.request(
        "POST", path_of(preset), anonymous=True, data=data, headers={"Content-Type": "application/json", **named}
    )


async def status_of(delivery: Any) -> str:
    """accepted, duplicate or ignored."""
    return (await ok(delivery))["status"]


async def runs_of(server: LiveServer, preset: dict[str, Any]) -> list[dict[str, Any]]:
    """All runs of a trigger's agent."""
    return await ok(server.get(f"/api/graphs/{preset['graph_id']}/executions"))


async def outputs_of(server: LiveServer, preset: dict[str, Any]) -> list[Any]:
    """What its runs have given out, oldest first, once they have ended."""
    found = []
    for run in reversed(await runs_of(server, preset)):
        if (live := server.app.engine.core.runs.get(run["id"])) is not None:
            await server.app.engine.wait_ended(live)
        whole = await ok(server.get(f"/api/graphs/{preset['graph_id']}/executions/{run['id']}"))
        found += whole["outputs"].get("got", [])
    return found


async def deliveries_of(server: LiveServer, preset: dict[str, Any]) -> list[dict[str, Any]]:
    return await ok(server.get(f"{WEBHOOKS}/{preset['webhook_id']}/deliveries"))


def add_credentials(server: LiveServer, provider: str, token: str = "secret-token") -> dict[str, Any]:
    """Credentials that everybody may use, as a pin names them."""
    found = Credentials(
        id=f"of-{provider}", provider=provider, type="api_key", title=provider, secrets={"api_key": token}, hosts=("127.0.0.1",)
    )
    server.app.credentials_access.system.by_id[found.id] = found
    return {"id": found.id, "provider": provider, "type": "api_key", "title": provider}


# --- signatures, each as its provider documents it ------------------------------------------------------------------


def sign(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def github_headers(secret: str, body: bytes, *, event: str = "pull_request", delivery: str = "d-1") -> dict[str, str]:
    return {"X_Hub_Signature_256": f"sha256={sign(secret, body)}", "X_GitHub_Event": event, "X_GitHub_Delivery": delivery}


def stripe_headers(secret: str, body: bytes, *, age_s: float = 0) -> dict[str, str]:
    at = str(int(time.time() - age_s))
    return {"Stripe_Signature": f"t={at},v1={'0' * 64},v1={sign(secret, at.encode() + b'.' + body)},v0=ignored"}


def slack_headers(secret: str, body: bytes, *, age_s: float = 0) -> dict[str, str]:
    at = str(int(time.time() - age_s))
    return {"X_Slack_Request_Timestamp": at, "X_Slack_Signature": f"v0={sign(secret, b'v0:' + at.encode() + b':' + body)}"}

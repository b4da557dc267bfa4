"""The endpoints of triggers: AutoGPT's, those that go beyond it under /api/integrations/webhooks, and the way in for deliveries."""

from __future__ import annotations

from typing import Any

from ..config import TriggersConfig
from ..presets.types import LibraryAgentPreset
from ..web.routing import Request, Route
from .providers.base import Incoming
from .service import TriggerService
from .types import (
    DeletedWebhook,
    DeliveriesQuery,
    SendSample,
    SetSecret,
    SetUpAgentTrigger,
    SetUpTrigger,
    WebhookDelivery,
    WebhookWithState,
)

_TAGS = ("v1", "integrations")


class TriggerRoutes:
    """The handlers."""

    def __init__(self, service: TriggerService):
        self._service = service

    async def set_up_trigger(self, request: Request) -> LibraryAgentPreset:
        return await self._service.set_up_trigger(request.principal.user_id, request.body)

    async def set_up_agent_trigger(self, request: Request) -> LibraryAgentPreset:
        agent_id = request.path["library_agent_id"]
        return await self._service.set_up_agent_trigger(request.principal.user_id, agent_id, request.body)

    def check_first(self, request: Request) -> None:
        self._service.ingress.check_first(request.path["provider"], request.path["webhook_id"])

    async def receive(self, request: Request) -> Any:
        incoming = Incoming(request.headers, request.body)  # type: ignore[arg-type]
        return await self._service.ingress.receive(request.path["provider"], request.path["webhook_id"], incoming)

    async def list_webhooks(self, request: Request) -> list[WebhookWithState]:
        return await self._service.list_webhooks(request.principal.user_id)

    async def get_webhook(self, request: Request) -> WebhookWithState:
        return self._service.get_webhook(request.principal.user_id, request.path["webhook_id"])

    async def delete_webhook(self, request: Request) -> DeletedWebhook:
        await self._service.delete_webhook(request.principal.user_id, request.path["webhook_id"])
        return DeletedWebhook(id=request.path["webhook_id"])

    async def set_secret(self, request: Request) -> WebhookWithState:
        user_id, webhook_id = request.principal.user_id, request.path["webhook_id"]
        return await self._service.set_secret(user_id, webhook_id, request.body.secret)

    async def list_deliveries(self, request: Request) -> list[WebhookDelivery]:
        return await self._service.list_deliveries(request.principal.user_id, request.path["webhook_id"], request.query)

    async def send_sample(self, request: Request) -> list[WebhookDelivery]:
        wanted = request.body or SendSample()
        return await self._service.send_sample(request.principal.user_id, request.path["webhook_id"], wanted)

    async def ping(self, request: Request) -> bool:
        return await self._service.ping(request.principal.user_id, request.path["webhook_id"])


def trigger_routes(service: TriggerService, config: TriggersConfig) -> list[Route]:
    """The routes of triggers."""
    handlers = TriggerRoutes(service)

    def route(method: Any, path: str, handler: Any, summary: str, returns: Any, **more: Any) -> Route:
        permission = {"GET": "READ_INTEGRATIONS", "DELETE": "DELETE_INTEGRATIONS"}.get(method, "MANAGE_INTEGRATIONS")
        more = {"permission": permission, "errors": (404,), "tags": _TAGS, **more}
        return Route(method=method, path=path, handler=handler, summary=summary, returns=returns, **more)

    many = "/api/integrations/webhooks"
    one = f"{many}/{{webhook_id}}"
    single, set_up_errors = WebhookWithState, (400, 404, 409, 410, 502, 503, 504)
    return [
        route(
            "POST",
            "/api/library/presets/setup-trigger",
            handlers.set_up_trigger,
            "Lets a webhook start an agent: a preset with the pins of its trigger node.",
            LibraryAgentPreset,
            body=SetUpTrigger,
            errors=set_up_errors,
            permission="WRITE_LIBRARY",
            tags=("v2", "presets"),
        ),
        route(
            "POST",
            "/api/library/agents/{library_agent_id}/setup-trigger",
            handlers.set_up_agent_trigger,
            "The same for an agent of the library (the older form of the call).",
            LibraryAgentPreset,
            body=SetUpAgentTrigger,
            errors=set_up_errors,
            permission="WRITE_LIBRARY",
            tags=("v2", "library", "private"),
        ),
        Route(
            method="POST",
            path="/api/integrations/{provider}/webhooks/{webhook_id}/ingress",
            handler=handlers.receive,
            check_first=handlers.check_first,
            summary="Where a provider delivers; it is checked by the signature that the provider makes.",
            tags=_TAGS,
            access="public",
            body=bytes,
            max_body_bytes=config.max_body_bytes,
            is_on_public_port=True,
            errors=(400, 401, 404, 429),
        ),
        route("GET", many, handlers.list_webhooks, "All webhooks of the user.", list[single], errors=()),
        route("GET", one, handlers.get_webhook, "A webhook, and what it has turned away.", single),
        route("DELETE", one, handlers.delete_webhook, "Ends a webhook; its presets stay, without a trigger.", DeletedWebhook),
        route(
            "PUT",
            f"{one}/secret",
            handlers.set_secret,
            "The secret that deliveries are signed with: given, made, or removed.",
            single,
            body=SetSecret,
            errors=(400, 404, 409),
        ),
        route(
            "GET",
            f"{one}/deliveries",
            handlers.list_deliveries,
            "What became of what was delivered, newest first: its run, or why there is none.",
            list[WebhookDelivery],
            query=DeliveriesQuery,
        ),
        route(
            "POST",
            f"{one}/test",
            handlers.send_sample,
            "Delivers a sample; answered with what became of it.",
            list[WebhookDelivery],
            body=SendSample | None,
            permission="EXECUTE_GRAPH",
        ),
        route(
            "POST",
            f"{one}/ping",
            handlers.ping,
            "Asks the provider for a ping and waits for it; false where it has none.",
            bool,
            errors=(400, 404, 502, 503, 504),
        ),
    ]

"""/api/library/presets."""

from __future__ import annotations

from typing import Any

from ..executions.types import ExecuteGraphResponse
from ..web.routing import Request, Response, Route
from .service import PresetService
from .types import CreatePreset, ExecutePreset, LibraryAgentPreset, LibraryAgentPresets, PresetsQuery, UpdatePreset

_TAGS = ("v2", "presets")


class PresetRoutes:
    """The handlers."""

    def __init__(self, service: PresetService):
        self._service = service

    async def list_presets(self, request: Request) -> LibraryAgentPresets:
        return await self._service.list_presets(request.principal.user_id, request.query)

    async def create_preset(self, request: Request) -> LibraryAgentPreset:
        return await self._service.create_preset(request.principal.user_id, request.body)

    async def get_preset(self, request: Request) -> LibraryAgentPreset:
        return self._service.get_preset(request.principal.user_id, request.path["preset_id"])

    async def update_preset(self, request: Request) -> LibraryAgentPreset:
        return await self._service.update_preset(request.principal.user_id, request.path["preset_id"], request.body)

    async def delete_preset(self, request: Request) -> Response:
        await self._service.delete_preset(request.principal.user_id, request.path["preset_id"])
        return Response(status=204)

    async def execute_preset(self, request: Request) -> ExecuteGraphResponse:
        wanted = request.body or ExecutePreset()
        return await self._service.execute_preset(request.principal.user_id, request.path["preset_id"], wanted)


def preset_routes(service: PresetService) -> list[Route]:
    """The routes of presets."""
    handlers = PresetRoutes(service)

    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        permission = "READ_GRAPH" if method == "GET" else "WRITE_LIBRARY"
        more = {"permission": permission, "returns": LibraryAgentPreset, "errors": (404,), **more}
        return Route(method=method, path=path, handler=handler, summary=summary, tags=_TAGS, **more)

    presets = "/api/library/presets"
    one = f"{presets}/{{preset_id}}"
    return [
        route(
            "GET",
            presets,
            handlers.list_presets,
            "A page of presets, of all agents or of one.",
            query=PresetsQuery,
            returns=LibraryAgentPresets,
            errors=(),
        ),
        route(
            "POST",
            presets,
            handlers.create_preset,
            "A new preset, from inputs or from a past run.",
            body=CreatePreset,
            errors=(400, 403, 404),
        ),
        route("GET", one, handlers.get_preset, "One preset."),
        route("PATCH", one, handlers.update_preset, "Changes a preset.", body=UpdatePreset, errors=(400, 404)),
        route("DELETE", one, handlers.delete_preset, "Removes a preset; its runs stay.", status=204, returns=None),
        route(
            "POST",
            f"{one}/execute",
            handlers.execute_preset,
            "Starts a run with the values of a preset.",
            body=ExecutePreset | None,
            returns=ExecuteGraphResponse,
            errors=(400, 403, 404, 409),
            permission="EXECUTE_GRAPH",
        ),
    ]

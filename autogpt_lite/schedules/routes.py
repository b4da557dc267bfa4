"""The endpoints of schedules: AutoGPT's, and those that go beyond it under /api/schedules."""

from __future__ import annotations

from typing import Any

from ..web.routing import Request, Route
from .overview import ScheduleOverview
from .service import ScheduleService
from .types import (
    DeletedSchedule,
    FiresQuery,
    GraphExecutionJobInfo,
    Preview,
    PreviewRequest,
    ScheduleCreationRequest,
    ScheduleFire,
    SchedulesQuery,
    ScheduleUpdate,
    ScheduleWithPreview,
    UpcomingFires,
    UpcomingQuery,
    UserFire,
)

_TAGS = ("schedules", "v1")


class ScheduleRoutes:
    """The handlers."""

    def __init__(self, service: ScheduleService, overview: ScheduleOverview):
        self._service = service
        self._overview = overview

    async def create_schedule(self, request: Request) -> ScheduleWithPreview:
        return await self._service.create_schedule(request.principal.user_id, request.path["graph_id"], request.body)

    async def list_graph_schedules(self, request: Request) -> list[GraphExecutionJobInfo]:
        return await self._service.list_of_graph(request.principal.user_id, request.path["graph_id"], request.query)

    async def list_schedules(self, request: Request) -> list[GraphExecutionJobInfo]:
        return await self._service.list_schedules(request.principal.user_id, request.query)

    async def get_schedule(self, request: Request) -> ScheduleWithPreview:
        return self._service.get_schedule(request.principal.user_id, request.path["schedule_id"])

    async def edit_schedule(self, request: Request) -> ScheduleWithPreview:
        return await self._service.edit_schedule(request.principal.user_id, request.path["schedule_id"], request.body)

    async def delete_schedule(self, request: Request) -> DeletedSchedule:
        await self._service.delete_schedule(request.principal.user_id, request.path["schedule_id"])
        return DeletedSchedule(request.path["schedule_id"])

    async def pause_schedule(self, request: Request) -> ScheduleWithPreview:
        return await self._service.pause_schedule(request.principal.user_id, request.path["schedule_id"])

    async def resume_schedule(self, request: Request) -> ScheduleWithPreview:
        return await self._service.resume_schedule(request.principal.user_id, request.path["schedule_id"])

    async def list_fires(self, request: Request) -> list[ScheduleFire]:
        return await self._service.list_fires(request.principal.user_id, request.path["schedule_id"], request.query)

    async def list_upcoming(self, request: Request) -> UpcomingFires:
        return await self._overview.list_upcoming(request.principal.user_id, request.query)

    async def list_all_fires(self, request: Request) -> list[UserFire]:
        return await self._overview.list_fires(request.principal.user_id, request.query)

    async def preview_schedule(self, request: Request) -> Preview:
        return self._service.preview(request.principal.user_id, request.body.cron, request.body.timezone)


def schedule_routes(service: ScheduleService, overview: ScheduleOverview) -> list[Route]:
    """The routes of schedules."""
    handlers = ScheduleRoutes(service, overview)

    def route(method: Any, path: str, handler: Any, summary: str, returns: Any, **more: Any) -> Route:
        return Route(method=method, path=path, handler=handler, summary=summary, tags=_TAGS, returns=returns, **more)

    of_graph, one = "/api/graphs/{graph_id}/schedules", "/api/schedules/{schedule_id}"
    many, single = list[GraphExecutionJobInfo], ScheduleWithPreview
    write = {"permission": "WRITE_SCHEDULE"}
    read = {"permission": "READ_SCHEDULE"}
    return [
        route(
            "POST",
            of_graph,
            handlers.create_schedule,
            "Lets an agent run by itself; answered with the next five times.",
            single,
            body=ScheduleCreationRequest,
            errors=(400, 403, 404),
            **write,
        ),
        route("GET", of_graph, handlers.list_graph_schedules, "The schedules of an agent.", many, query=SchedulesQuery, **read),
        route("GET", "/api/schedules", handlers.list_schedules, "All schedules of the user.", many, query=SchedulesQuery, **read),
        route(
            "POST",
            "/api/schedules/preview",
            handlers.preview_schedule,
            "The next five times of a cron expression in a time zone, or what is wrong with it.",
            Preview,
            body=PreviewRequest,
            errors=(400,),
            **read,
        ),
        route(
            "GET",
            "/api/schedules/upcoming",
            handlers.list_upcoming,
            "When schedules will be due in the next hours, in order.",
            UpcomingFires,
            query=UpcomingQuery,
            **read,
        ),
        route(
            "GET",
            "/api/schedules/fires",
            handlers.list_all_fires,
            "What became of the times at which any schedule was due, newest first.",
            list[UserFire],
            query=FiresQuery,
            **read,
        ),
        route("GET", one, handlers.get_schedule, "A schedule with its next five times.", single, errors=(404,), **read),
        route(
            "PATCH",
            one,
            handlers.edit_schedule,
            "Changes what is given of a schedule.",
            single,
            body=ScheduleUpdate,
            errors=(400, 403, 404, 409),
            **write,
        ),
        route(
            "DELETE",
            one,
            handlers.delete_schedule,
            "Deletes a schedule with its history; its runs stay.",
            DeletedSchedule,
            errors=(404, 409),
            **write,
        ),
        route("POST", f"{one}/pause", handlers.pause_schedule, "Holds a schedule.", single, errors=(404,), **write),
        route("POST", f"{one}/resume", handlers.resume_schedule, "Lets a schedule go on.", single, errors=(404,), **write),
        route(
            "GET",
            f"{one}/fires",
            handlers.list_fires,
            "What became of the times at which a schedule was due, newest first: its run, or why there is none.",
            list[ScheduleFire],
            query=FiresQuery,
            errors=(404,),
            **read,
        ),
    ]

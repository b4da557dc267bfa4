"""The endpoints of system jobs, for administrators."""

from __future__ import annotations

from typing import Any

from ..web.routing import Request, Response, Route
from .service import SystemJobs
from .types import JobState


class JobRoutes:
    """The handlers."""

    def __init__(self, jobs: SystemJobs):
        self._jobs = jobs

    async def list_jobs(self, request: Request) -> list[JobState]:
        return self._jobs.states()

    async def run_job(self, request: Request) -> Response:
        self._jobs.run_soon(request.path["name"])
        return Response(self._jobs.state_of(request.path["name"]), status=202)


def job_routes(jobs: SystemJobs) -> list[Route]:
    """The routes of system jobs."""
    handlers = JobRoutes(jobs)

    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        return Route(method=method, path=path, handler=handler, summary=summary, tags=("system", "v1"), access="admin", **more)

    return [
        route(
            "GET",
            "/api/system/jobs",
            handlers.list_jobs,
            "What the server does for itself: when each job ran last, how that went, and when it runs next.",
            returns=list[JobState],
        ),
        route(
            "POST",
            "/api/system/jobs/{name}/run",
            handlers.run_job,
            "Starts a job now; answered before it has ended.",
            returns=JobState,
            status=202,
            errors=(404,),
        ),
    ]

"""The audit, for administrators."""

from __future__ import annotations

from ..web.routing import Request, Route
from .service import AuditService
from .types import AuditEvent, FailedLogins, ListAudit, ListFailedLogins

_TAGS = ("admin", "v1")


class AuditRoutes:
    """The handlers."""

    def __init__(self, service: AuditService):
        self._service = service

    async def list_events(self, request: Request) -> list[AuditEvent]:
        return await self._service.list_events(request.query.before, request.query.limit)

    async def list_failed_logins(self, request: Request) -> list[FailedLogins]:
        return await self._service.list_failed_logins(request.query.limit)


def audit_routes(service: AuditService) -> list[Route]:
    """The routes of the audit."""
    handlers = AuditRoutes(service)
    return [
        Route(
            method="GET",
            path="/api/admin/audit",
            handler=handlers.list_events,
            summary="What administrators did, the newest first.",
            tags=_TAGS,
            access="admin",
            query=ListAudit,
            returns=list[AuditEvent],
        ),
        Route(
            method="GET",
            path="/api/admin/failed-logins",
            handler=handlers.list_failed_logins,
            summary="Log-ins that failed, by minute, address and way, the newest first.",
            tags=_TAGS,
            access="admin",
            query=ListFailedLogins,
            returns=list[FailedLogins],
        ),
    ]

"""Oneself, and for administrators everybody."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from ..web.routing import Request, Route
from .service import UserService
from .types import NewUser, NotificationPreference, PreferenceChange, RoleChange, Timezone, User, UserName

_AUTH = ("auth", "v1")
_ADMIN = ("admin", "v1")


class UserPage(msgspec.Struct):
    """Some of the users, and how many there are."""

    users: list[User]
    total: int


class ListUsers(msgspec.Struct):
    """Which page, counted from 1."""

    page: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    page_size: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100


class UserRoutes:
    """The handlers."""

    def __init__(self, service: UserService):
        self._service = service

    async def get_or_create_user(self, request: Request) -> User:
        return self._service.get_user(request.principal.user_id)

    async def get_preferences(self, request: Request) -> NotificationPreference:
        return self._service.get_preferences(request.principal.user_id)

    async def set_preferences(self, request: Request) -> NotificationPreference:
        return await self._service.set_preferences(request.principal.user_id, request.body)

    async def get_timezone(self, request: Request) -> Timezone:
        return Timezone(self._service.timezone_of(request.principal.user_id))

    async def set_timezone(self, request: Request) -> Timezone:
        return Timezone(await self._service.set_timezone(request.principal.user_id, request.body.timezone))

    async def set_name(self, request: Request) -> User:
        return await self._service.set_name(request.principal.user_id, request.body.name)

    async def list_users(self, request: Request) -> UserPage:
        return UserPage(*await self._service.list_users(request.query.page, request.query.page_size))

    async def add_user(self, request: Request) -> User:
        new: NewUser = request.body
        user = await self._service.add_user(new.email, name=new.name, role=new.role)
        request.audit_detail.update(user_id=user.id, email=user.email, role=user.role)
        return user

    async def set_role(self, request: Request) -> User:
        request.audit_detail.update(role=request.body.role)
        return await self._service.set_role(request.path["user_id"], request.body.role)

    async def remove_user(self, request: Request) -> None:
        request.audit_detail.update(email=self._service.get_user(request.path["user_id"]).email)
        await self._service.remove_user(request.path["user_id"])


def user_routes(service: UserService) -> list[Route]:
    """The routes of users."""
    handlers = UserRoutes(service)
    return [*_own_routes(handlers), *_admin_routes(handlers)]


def _own_routes(handlers: UserRoutes) -> list[Route]:
    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        return Route(method=method, path=path, handler=handler, summary=summary, tags=_AUTH, permission="IDENTITY", **more)

    preferences, timezone = "/api/auth/user/preferences", "/api/auth/user/timezone"
    return [
        route("POST", "/api/auth/user", handlers.get_or_create_user, "The user who makes the request.", returns=User),
        route("GET", preferences, handlers.get_preferences, "What the user is told by mail.", returns=NotificationPreference),
        route("GET", timezone, handlers.get_timezone, "The user's time zone.", returns=Timezone),
        Route(
            method="POST",
            path=preferences,
            handler=handlers.set_preferences,
            summary="Chooses what the user is told by mail.",
            tags=_AUTH,
            body=PreferenceChange,
            returns=NotificationPreference,
        ),
        Route(
            method="POST",
            path="/api/auth/user/name",
            handler=handlers.set_name,
            summary="Sets how the user is called.",
            tags=_AUTH,
            body=UserName,
            returns=User,
        ),
        Route(
            method="POST",
            path=timezone,
            handler=handlers.set_timezone,
            summary="Sets the user's time zone, which schedules without one of their own go by.",
            tags=_AUTH,
            body=Timezone,
            returns=Timezone,
        ),
    ]


def _admin_routes(handlers: UserRoutes) -> list[Route]:
    def route(method: Any, path: str, handler: Any, summary: str, **more: Any) -> Route:
        return Route(method=method, path=path, handler=handler, summary=summary, tags=_ADMIN, access="admin", **more)

    one = "/api/admin/users/{user_id}"
    return [
        route("GET", "/api/admin/users", handlers.list_users, "Everybody.", query=ListUsers, returns=UserPage),
        route(
            "POST", "/api/admin/users", handlers.add_user, "Adds a user.", body=NewUser, returns=User, status=201, errors=(409,)
        ),
        route(
            "PUT",
            f"{one}/role",
            handlers.set_role,
            "Makes a user an administrator, or no longer one.",
            body=RoleChange,
            returns=User,
            errors=(404, 409),
        ),
        route(
            "DELETE",
            one,
            handlers.remove_user,
            "Removes a user with everything that is theirs.",
            status=204,
            errors=(404, 409),
        ),
    ]

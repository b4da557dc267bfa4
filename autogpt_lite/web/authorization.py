"""Who may use a route: the one place that decides, from what the route table says about it.

- public: everybody, without a login. Only webhooks, what a mail links to, the store's shop window and /health.
- login: everybody, since the request brings a code or a password of its own; these are the ways in.
- user: whoever is logged in. An API key needs the route's permissions; a route without one is closed to API keys.
- admin: an administrator, never an API key.

Whose things they are is decided where they are read: every statement has the user's id, and another user's anything is a 404.
"""

from __future__ import annotations

from ..errors import NotAuthorizedError
from .routing import Principal, Route


def needs_login(route: Route) -> bool:
    """Whether a request has to say who makes it."""
    return route.access in ("user", "admin")


def authorize(principal: Principal, route: Route) -> None:
    """Raises NotAuthorizedError (403) where this principal may not use the route."""
    if principal.permissions is not None:
        if route.permission is None or route.access == "admin":
            raise NotAuthorizedError("This needs a login, an API key will not do.")
        for wanted in (route.permission, *route.more_permissions):
            if wanted not in principal.permissions:
                raise NotAuthorizedError(
                    f"This needs the permission {wanted}.", hint="Allow it on the Settings page, or use another key."
                )
    if route.access == "admin" and not principal.is_admin:
        raise NotAuthorizedError("Only an administrator may do this.")

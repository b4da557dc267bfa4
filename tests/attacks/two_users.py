"""A server with two people: the owner, who has one of everything, and Eve, who has nothing. For tests made from the route table.

A new kind of thing with an id in its address is added to `OBJECTS`; a route whose body cannot be guessed from its type, to `BODIES`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from autogpt_lite.users.types import User
from autogpt_lite.web.routing import Route
from tests.http import triggers
from tests.http.library_agents import echo_agent, ok, run_to_end, save_to_library
from tests.server import LiveServer, run_app

SETTINGS = {"auth.mode": "password", "auth.sign_up": True, "server.public_url": triggers.PUBLIC_URL}
NOBODYS = {"block_id", "name", "provider"}
"""Parameters that name something of the server's, not of a person's."""


class World(msgspec.Struct):
    """`ids` are the owner's things by the name of their path parameter; `eve` and `owner` are headers of browser sessions."""

    server: LiveServer
    ids: dict[str, Any]
    eve: dict[str, str]
    eve_id: str
    owner: dict[str, str]

    def path(self, route: Route) -> str:
        """The address of the owner's things."""
        missing = set(parameters(route)) - self.ids.keys() - NOBODYS
        assert not missing, f"{route.method} {route.path}: say in tests/attacks/two_users.py how to make a {missing} (OBJECTS)"
        return re.sub(r"{(\w+)}", lambda found: str(self.ids.get(found[1], "x")), route.path) + query_of(route)

    def is_owned(self, route: Route) -> bool:
        """Whether the address names a thing of a person's."""
        return any(name in self.ids for name in parameters(route))

    async def ask(self, route: Route, path: str, headers: Mapping[str, str], **more: Any) -> Any:
        """A request with a body that fits the route."""
        arguments = body_of(route, self.ids)
        all_headers = {**arguments.pop("headers", {}), **headers}
        return await self.server.request(route.method, path, anonymous=True, **{**arguments, **more}, headers=all_headers)

    async def new_user(self, email: str) -> tuple[User, dict[str, str]]:
        """Somebody new, and the headers of their browser."""
        user = await self.server.accounts.users.add_user(email)
        return user, await session_of(self.server, user.id)

    async def key(self, headers: Mapping[str, str], *permissions: str) -> dict[str, Any]:
        """A new API key: {id, key}."""
        body = {"name": "test", "permissions": list(permissions)}
        made = await ok(self.server.post("/api/api-keys", body, headers=dict(headers), anonymous=True))
        return {"id": made["api_key"]["id"], "key": made["plain_text_key"]}


async def session_of(server: LiveServer, user_id: str) -> dict[str, str]:
    """The headers that a page of ours sends for this user."""
    cookie, token, _ = await server.accounts.sessions.begin(user_id)
    return {"Cookie": f"{server.cookie_name()}={cookie}", "X-Auth-Token": token}


@contextlib.asynccontextmanager
async def two_users(folder: Path) -> AsyncIterator[World]:
    async with run_app(folder, settings=SETTINGS) as server:
        owner_id = (await ok(server.post("/api/auth/user")))["id"]
        eve_id = (await server.accounts.users.add_user("eve@example.org")).id
        ids: dict[str, Any] = {"user_id": owner_id}
        for make in OBJECTS:
            ids |= await make(server, ids)
        yield World(server, ids, await session_of(server, eve_id), eve_id, await session_of(server, owner_id))


# --- one of everything ------------------------------------------------------------------------------------------------


async def _agent(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    agent = await save_to_library(server, echo_agent("The owner's agent"))
    graph = await ok(server.get(f"/api/graphs/{agent['graph_id']}"))
    versions = dict.fromkeys(("version", "graph_version", "before", "after"), 1)
    return {"library_agent_id": agent["id"], "graph_id": graph["id"], "node_id": graph["nodes"][0]["id"], **versions}


async def _run(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    return {"graph_exec_id": (await run_to_end(server, ids["graph_id"], x=41))["id"]}


async def _preset(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    body = {
        "graph_id": ids["graph_id"],
        "graph_version": 1,
        "inputs": {"x": 1},
        "credentials": {},
        "name": "p",
        "description": "",
    }
    return {"preset_id": (await ok(server.post("/api/library/presets", body)))["id"]}


async def _folder(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    answer = await server.post("/api/library/folders", {"name": "The owner's folder"})
    return {"folder_id": answer.json()["id"]}


async def _schedule(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    body = {"name": "s", "cron": "0 0 1 1 *", "inputs": {"x": 1}}
    return {"schedule_id": (await ok(server.post(f"/api/graphs/{ids['graph_id']}/schedules", body)))["id"]}


async def _webhook(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    preset = await triggers.listen(server)
    return {"webhook_id": preset["webhook_id"]}


async def _key(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    made = await ok(server.post("/api/api-keys", {"name": "k", "permissions": []}))
    return {"key_id": made["api_key"]["id"]}


async def _session(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    headers = await session_of(server, ids["user_id"])
    sessions = await ok(server.get("/api/auth/sessions", headers=headers, anonymous=True))
    return {"session_id": next(one["id"] for one in sessions if one["is_current"])}


async def _credentials(server: LiveServer, ids: dict[str, Any]) -> dict[str, Any]:
    body = {"type": "api_key", "api_key": "the-owners-key"}
    return {"cred_id": (await ok(server.post("/api/integrations/x/credentials", body)))["id"]}


OBJECTS: list[Callable[[LiveServer, dict[str, Any]], Awaitable[dict[str, Any]]]] = [
    _agent,
    _run,
    _preset,
    _folder,
    _schedule,
    _webhook,
    _key,
    _session,
    _credentials,
]
"""Each makes things of the owner's and gives their ids by the name of the path parameter; it sees those made before."""


# --- bodies -----------------------------------------------------------------------------------------------------------

_GRAPH = echo_agent("Eve's")
BODIES: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
    ("PUT", "/api/graphs/{graph_id}"): lambda ids: _GRAPH,
    ("POST", "/api/graphs"): lambda ids: {"graph": _GRAPH},
    ("POST", "/api/graphs/{graph_id}/schedules"): lambda ids: {"name": "s", "cron": "0 0 1 1 *", "inputs": {"x": 1}},
    ("POST", "/api/schedules/preview"): lambda ids: {"cron": "0 0 1 1 *"},
    ("PATCH", "/api/schedules/{schedule_id}"): lambda ids: {"name": "taken"},
    ("PATCH", "/api/library/folders/{folder_id}"): lambda ids: {"name": "taken"},
    ("PATCH", "/api/library/agents/{library_agent_id}"): lambda ids: {"is_favorite": True},
    ("PUT", "/api/integrations/{provider}/credentials/{cred_id}"): lambda ids: {"type": "api_key", "api_key": "taken"},
    ("PATCH", "/api/library/presets/{preset_id}"): lambda ids: {"name": "taken"},
}
"""Bodies that cannot be guessed from the route's type."""


def body_of(route: Route, ids: dict[str, Any]) -> dict[str, Any]:
    """What to send, as arguments of LiveServer.request."""
    if route.body is None:
        return {}
    if route.body is bytes:
        return {"data": b"{}", "headers": {"Content-Type": "application/json"}}
    make = BODIES.get((route.method, route.path))
    return {"json": make(ids) if make is not None else guess(msgspec.inspect.type_info(route.body))}


def guess(info: Any) -> Any:
    """A small value of a type: required fields only."""
    inspect = msgspec.inspect
    match info:
        case inspect.StructType():
            return {field.encode_name: guess(field.type) for field in info.fields if field.required}
        case inspect.StrType():
            return "x" * (info.min_length or 1)
        case inspect.IntType() | inspect.FloatType():
            return info.ge or 1
        case inspect.BoolType():
            return True
        case inspect.LiteralType():
            return info.values[0]
        case inspect.EnumType():
            return next(iter(info.cls)).value
        case inspect.NoneType():
            return None
        case inspect.UnionType():
            return guess(next((one for one in info.types if not isinstance(one, inspect.NoneType)), info.types[0]))
        case inspect.ListType() | inspect.VarTupleType() | inspect.SetType() | inspect.FrozenSetType():
            return []
        case inspect.Metadata():
            return guess(info.type)
    return {}


QUERIES = {"/api/graphs/{graph_id}/executions/{graph_exec_id}/value": {"input": "x"}}
"""Where the type of a query does not say that one of its fields is needed."""


def query_of(route: Route) -> str:
    """The required part of the route's query."""
    wanted = guess(msgspec.inspect.type_info(route.query)) if route.query is not None else {}
    wanted |= QUERIES.get(route.path, {})
    return f"?{urlencode(wanted)}" if wanted else ""


def parameters(route: Route) -> list[str]:
    """The names of the path parameters."""
    return re.findall(r"{(\w+)}", route.path)

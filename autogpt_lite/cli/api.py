"""The HTTP interface for commands: through the running server, or answered in this process where none runs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..config import Config
from ..instance_lock import InstanceLock, is_locked
from .client import ServerClient
from .loop import open_runner
from .options import make_data_dir, read_settings

if TYPE_CHECKING:
    from ..web.routing import Request, Route


@contextmanager
def open_api(config_path: str | None, data_dir: str | None) -> Iterator[Api]:
    """The interface of the data directory, with the rights of its owner."""
    config, path = read_settings(config_path, {"data_dir": data_dir})
    make_data_dir(path)
    if is_locked(path):
        yield ServerClient(path)
        return
    with InstanceLock(path), open_runner() as runner:
        api = LocalApi(runner, config, path)
        try:
            yield api
        finally:
            api.close()


class LocalApi:
    """ServerClient's methods on the same routes, without a server. What starts by itself waits for the next one."""

    def __init__(self, runner: asyncio.Runner, config: Config, data_dir: Path):
        from ..app import App
        from ..web.router import Router

        self._runner = runner
        self._max_depth = config.server.max_json_depth
        self._stack = AsyncExitStack()
        app = runner.run(self._stack.enter_async_context(App.open(config, data_dir, go_on=False)))
        self._router = Router(app.routes)
        self._accounts = app.accounts

    def close(self) -> None:
        self._runner.run(self._stack.aclose())

    def pause(self, seconds: float) -> None:
        """Waits while what was started here works."""
        self._runner.run(asyncio.sleep(seconds))

    def get(self, path: str) -> Any:
        """GET: the decoded answer."""
        return self.request("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        """POST: the decoded answer."""
        return self.request("POST", path, body)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """One request; the decoded answer. Raises the error that a server would have answered with."""
        from ..users.types import DEFAULT_USER_ID
        from ..web.routing import Principal, Request, Response

        place, _, query = path.partition("?")
        endpoint, values = self._router.find(method, place)
        raw = b"" if body is None else json.dumps(body).encode()
        request = Request(
            principal=Principal(user_id=DEFAULT_USER_ID, is_admin=True),
            path=endpoint.path_values(values),
            query=endpoint.query.read(query) if endpoint.query is not None else None,
            body=endpoint.body.read(raw, self._max_depth) if endpoint.body is not None else None,
        )
        answer = self._runner.run(self._answer(endpoint.route, request))
        content = answer.body if isinstance(answer, Response) else answer
        return None if content is None else msgspec.json.decode(msgspec.json.encode(content))

    async def _answer(self, route: Route, request: Request) -> Any:
        answer = await route.handler(request)
        await self._accounts.note_admin_action(request, route)
        return answer


Api = ServerClient | LocalApi
"""Both have get, post, request and pause."""

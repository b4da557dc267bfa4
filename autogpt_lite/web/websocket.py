"""/ws: AutoGPT's WebSocket protocol (contract/semantics.md 18), with resuming and compact frames for those who ask."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import parse_qs

import msgspec
from aiohttp.web_exceptions import HTTPException
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import StreamResponse
from aiohttp.web_ws import WebSocketResponse, WSMsgType

from ..config import WebSocketConfig
from ..errors import (
    AutoGPTLiteError,
    InvalidInputError,
    MethodNotAllowedError,
    NotAuthorizedError,
    NotFoundError,
    TooManyRequestsError,
)
from .answers import SECURITY_HEADERS
from .authentication import BAD_TOKEN, Authenticator, SocketLogin, SocketRefused
from .frames import channels_of, encode, graph_channel, run_channel, text_frame, tree_channel
from .hub import Listener, WebSocketHub

log = logging.getLogger(__name__)

HEARTBEAT_S = 30.0
CLOSE_TIMEOUT_S = 1.0
MAX_TIMER_S = 86_400.0  # loops refuse timers that are years away; a socket that is a day old opens a new one

MAX_STOPS = 100
"""Stops without an answer yet, of all clients."""


class Runs(Protocol):
    """What clients are told and may do about runs (executions/service.py)."""

    def place_of(self, graph_exec_id: str) -> tuple[str, str] | None:
        """(user id, root id) of a graph execution, or None where there is no such run."""

    async def stop_by_message(self, user_id: str, data: Any) -> Any:
        """Stops a run; what it is afterwards. Raises msgspec.ValidationError and what a stop may refuse."""


class ClientMessage(msgspec.Struct):
    """What a client sends."""

    method: str
    data: Any = None


class Subscription(msgspec.Struct):
    """The data of subscribe and unsubscribe. `tree` means all runs of the tree that the run belongs to. `epoch` and `after` (a
    sequence) ask for what was missed; `batch` for our compact frames in place of AutoGPT's."""

    graph_exec_id: str | None = None
    graph_id: str | None = None
    tree: bool = False
    epoch: str | None = None
    after: int | None = None
    batch: bool = False


class WebSocketDoor:
    """Opens and serves WebSockets."""

    def __init__(self, hub: WebSocketHub, authenticator: Authenticator, runs: Runs, config: WebSocketConfig):
        self._hub = hub
        self._authenticator = authenticator
        self._runs = runs
        self._config = config

    async def open(self, request: BaseRequest, query: str) -> StreamResponse:
        """Upgrades a request and serves it until it ends. Host and Origin were checked before."""
        if request.method != "GET":
            raise MethodNotAllowedError(detail=["GET"])
        if len(self._hub.listeners) >= self._config.max_connections:
            raise TooManyRequestsError(
                "There are too many WebSocket connections.", hint="`websocket.max_connections` is the limit."
            )
        socket = WebSocketResponse(
            compress=False, heartbeat=HEARTBEAT_S, max_msg_size=self._config.max_message_bytes, timeout=CLOSE_TIMEOUT_S
        )
        socket.headers.update(SECURITY_HEADERS)
        try:
            await socket.prepare(request)
        except HTTPException:
            raise InvalidInputError("This address takes WebSocket connections only.") from None
        try:
            token = parse_qs(query).get("token", [None])[0]
            login = await self._authenticator.authenticate_socket(token, request.remote or "")
        except SocketRefused as refusal:
            await socket.close(code=refusal.code, message=refusal.reason.encode())
            return socket
        await self._serve(socket, request, login)
        return socket

    async def _serve(self, socket: WebSocketResponse, request: BaseRequest, login: SocketLogin) -> None:
        transport = request.transport
        if transport is None:
            return
        listener = Listener(transport, login.user_id, login.session, may_execute=login.may_execute)
        self._hub.listeners.add(listener)
        conversation = Conversation(listener, self._hub, self._runs, self._config.max_subscriptions)
        end = self._end_later(listener, login.expires_at)
        try:
            async for message in socket:
                answer = conversation.answer(message.data) if message.type is WSMsgType.TEXT else _error("Send text messages.")
                if not transport.is_closing():
                    transport.write(answer)
                if transport.get_write_buffer_size() > self._config.max_backlog_bytes:
                    self._hub.cut_off(listener)
        finally:
            if end is not None:
                end.cancel()
            self._hub.remove(listener)

    def _end_later(self, listener: Listener, expires_at: float | None) -> asyncio.TimerHandle | None:
        """Cuts the listener off when what let it in expires."""
        if expires_at is None:
            return None
        left_s = min(max(0.0, expires_at - time.time()), MAX_TIMER_S)
        return asyncio.get_running_loop().call_later(left_s, self._hub.cut_off, listener, BAD_TOKEN)


class Conversation:
    """The messages of one client. `answer` takes one and gives the frames that go back."""

    def __init__(self, listener: Listener, hub: WebSocketHub, runs: Runs, max_subscriptions: int):
        self._listener = listener
        self._hub = hub
        self._runs = runs
        self._max_subscriptions = max_subscriptions
        self._methods: dict[str, Callable[[Any], bytes]] = {
            "heartbeat": self._heartbeat,
            "subscribe_graph_execution": self._subscribe_run,
            "subscribe_graph_executions": self._subscribe_graph,
            "unsubscribe": self._unsubscribe,
            "stop_graph_execution": self._stop_run,
        }

    def answer(self, text: str) -> bytes:
        """The answer to a message; whatever is wrong with it becomes an error frame."""
        try:
            message = _decode_message(text)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
            return _error(f"The message cannot be read: {error}")
        method = self._methods.get(message.method)
        if method is None:
            return _error(f"There is no method {message.method!r}.")
        try:
            return method(message.data)
        except msgspec.ValidationError as error:
            return _error(f"{message.method}: {error}")
        except AutoGPTLiteError as error:
            return _error(error.message)
        except Exception:
            log.exception("a WebSocket message failed")
            return _error("Something went wrong in the server.")

    def _heartbeat(self, data: Any) -> bytes:
        return text_frame(b'{"method":"heartbeat","data":"pong","success":true}')

    def _subscribe_run(self, data: Any) -> bytes:
        wanted = msgspec.convert(data, Subscription)
        if not wanted.graph_exec_id:
            raise InvalidInputError("The data needs a graph_exec_id.")
        if (name := self._channel_of_run(wanted)) is None:
            raise NotFoundError(f"There is no graph execution {wanted.graph_exec_id[:100]}.")
        return self._subscribe("subscribe_graph_execution", name, wanted)

    def _channel_of_run(self, wanted: Subscription) -> str | None:
        user_id, graph_exec_id = self._listener.user_id, wanted.graph_exec_id or ""
        place = self._runs.place_of(graph_exec_id)
        if place is None or place[0] != user_id:
            return None
        return tree_channel(user_id, place[1]) if wanted.tree else run_channel(user_id, graph_exec_id)

    def _stop_run(self, data: Any) -> bytes:
        # It waits for the nodes that run, and the client's other messages must not wait with it: the answer comes later.
        if not self._listener.may_execute:
            raise NotAuthorizedError("This needs the permission EXECUTE_GRAPH.")
        stops = self._hub.stops
        if len(stops) >= MAX_STOPS:
            raise TooManyRequestsError(f"{MAX_STOPS} stops are under way.", hint="Try again in a moment.")
        task = asyncio.get_running_loop().create_task(self._stop_and_answer(data))
        stops.add(task)
        task.add_done_callback(stops.discard)
        return b""

    async def _stop_and_answer(self, data: Any) -> None:
        try:
            stopped = await self._runs.stop_by_message(self._listener.user_id, data)
            channel = run_channel(self._listener.user_id, stopped.id)
            answer = _message("stop_graph_execution", success=True, channel=channel, data=stopped)
        except msgspec.ValidationError as error:
            answer = _error(f"stop_graph_execution: {error}")
        except AutoGPTLiteError as error:
            answer = _error(error.message, detail=error.detail, hint=error.hint)
        except Exception:
            log.exception("a stop by a WebSocket message failed")
            answer = _error("Something went wrong in the server.")
        if not self._listener.transport.is_closing():
            self._listener.transport.write(answer)

    def _subscribe_graph(self, data: Any) -> bytes:
        wanted = msgspec.convert(data, Subscription)
        if not wanted.graph_id:
            raise InvalidInputError("The data needs a graph_id.")
        name = graph_channel(self._listener.user_id, wanted.graph_id)
        return self._subscribe("subscribe_graph_executions", name, wanted)

    def _subscribe(self, method: str, name: str, wanted: Subscription) -> bytes:
        is_new = name not in self._listener.channels
        if is_new and len(self._listener.channels) >= self._max_subscriptions:
            raise TooManyRequestsError(f"One connection may have {self._max_subscriptions} subscriptions.")
        self._hub.subscribe(self._listener, name, is_batch=wanted.batch)
        bus = self._hub.bus
        reply = _message(method, success=True, channel=name, epoch=bus.epoch, sequence=bus.seq)
        return reply if wanted.after is None else reply + self._missed(name, wanted)

    def _missed(self, name: str, wanted: Subscription) -> bytes:
        bus = self._hub.bus
        events = bus.replay(wanted.epoch or "", wanted.after)
        if events is None:
            return _message("resync", success=True, channel=name, epoch=bus.epoch, sequence=bus.seq)
        own = [event for event in events if name in channels_of(event.run)]
        return self._hub.replay(name, own, is_batch=wanted.batch) if own else b""

    def _unsubscribe(self, data: Any) -> bytes:
        wanted = msgspec.convert(data, Subscription)
        user_id = self._listener.user_id
        if wanted.graph_exec_id:
            # A run that was deleted meanwhile has no tree any more, but its own channel.
            name = self._channel_of_run(wanted) or run_channel(user_id, wanted.graph_exec_id)
        elif wanted.graph_id:
            name = graph_channel(user_id, wanted.graph_id)
        else:
            raise InvalidInputError("The data needs a graph_exec_id.")
        was_there = self._hub.unsubscribe(self._listener, name)
        return _message("unsubscribe", success=True, channel=name if was_there else None)


_decode_message = msgspec.json.Decoder(ClientMessage).decode


def _message(method: str, *, success: bool, channel: str | None = None, error: str | None = None, **more: Any) -> bytes:
    """A server message: always AutoGPT's five keys, `more` beside them."""
    fields = {"method": method, "data": None, "success": success, "channel": channel, "error": error, **more}
    return text_frame(encode(fields))


def _error(text: str, **more: Any) -> bytes:
    return _message("error", success=False, error=text.encode("utf-8", "replace").decode(), **more)

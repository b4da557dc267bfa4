"""A listening socket that the loop gives up is opened again: what Windows' loop does where a client is gone before it was accepted."""

from __future__ import annotations

import asyncio
import socket
from asyncio.proactor_events import BaseProactorEventLoop

import pytest

from autogpt_lite.web import listen
from autogpt_lite.web.listen import bind_sockets
from autogpt_lite.web.listener import Listener
from tests.server import make_config


class Proactor:
    """As much of Windows' proactor as accepting connections takes; the test says how each accept ends."""

    def __init__(self):
        self.accepted: list[tuple[tuple, asyncio.Future]] = []

    def set_loop(self, loop):
        self.loop = loop

    def accept(self, listening):
        self.accepted.append((listening.getsockname(), self.loop.create_future()))
        return self.accepted[-1][1]

    def recv(self, sock, n_bytes):
        return self.loop.create_future()

    def select(self, timeout=None):
        return []

    def _stop_serving(self, sock):
        pass

    def close(self):
        pass


@pytest.fixture
def proactor(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("signal.set_wakeup_fd", lambda fd: -1)
    proactor = Proactor()
    proactor.loop = loop = BaseProactorEventLoop(proactor)
    yield proactor
    loop.close()


@pytest.fixture
def bound():
    sockets = bind_sockets(make_config({"server.port": 0}).server)
    yield sockets
    for one in sockets:
        one.close()


def turn(loop: asyncio.AbstractEventLoop) -> None:
    """More rounds of the loop than anything here needs."""
    for _ in range(20):
        loop.call_soon(loop.stop)
        loop.run_forever()


def open_listener(proactor: Proactor, bound: list[socket.socket]) -> Listener:
    listener = Listener(asyncio.Protocol)
    opening = proactor.loop.create_task(listener.open(bound))
    turn(proactor.loop)
    opening.result()
    return listener


def test_a_socket_that_the_loop_gives_up_is_listened_on_again(proactor, bound):
    listener = open_listener(proactor, bound)
    addresses = [address for address, _ in proactor.accepted]
    assert addresses == [one.getsockname() for one in bound]
    proactor.accepted[0][1].set_exception(OSError(64, "The specified network name is no longer available"))
    turn(proactor.loop)
    assert bound[0].fileno() == -1  # so the loop does close it
    assert [address for address, _ in proactor.accepted] == [*addresses, addresses[0]]
    with socket.create_connection(addresses[0][:2]):  # the system accepts for it
        pass
    listener.close()


def test_the_port_is_taken_back_when_it_gets_free(proactor, bound, monkeypatch):
    monkeypatch.setattr("autogpt_lite.web.listener._AGAIN_S", 0.0)
    listener = open_listener(proactor, bound)
    address, accept = proactor.accepted[0]
    thief, tries = socket.socket(), []

    def bind_again(address: tuple) -> socket.socket:
        tries.append(address)
        if len(tries) == 1:
            thief.bind(address)
            thief.listen()
        elif len(tries) == 3:
            thief.close()
        return listen.bind_again(address)

    monkeypatch.setattr("autogpt_lite.web.listener.bind_again", bind_again)
    accept.set_exception(OSError(64, "gone"))
    turn(proactor.loop)
    assert tries == [address] * 3
    assert proactor.accepted[-1][0] == address
    listener.close()


def test_other_failures_go_where_they_went(proactor, bound):
    heard = []
    proactor.loop.set_exception_handler(lambda loop, context: heard.append(context["message"]))
    open_listener(proactor, bound).close()
    with socket.socket() as foreign:
        proactor.loop.call_exception_handler({"message": "Accept failed on a socket", "socket": foreign})
    proactor.loop.call_exception_handler({"message": "something else"})
    assert heard == ["Accept failed on a socket", "something else"]

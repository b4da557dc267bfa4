"""`autogpt-lite serve`: the server, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from pathlib import Path

import click

from .. import __version__
from ..accounts.jwt_tokens import check_jwt_secret
from ..config import Config
from ..db.failures import FULL_ERRNOS
from ..errors import DiskFullError, StartupError
from ..instance_lock import InstanceLock
from ..sandbox.confine import forbid_tracing
from ..web.aiohttp_half import postpone_client
from ..web.guard import check_open_mode
from ..web.listen import bind_public_sockets, bind_sockets
from .client import remove_server_file, write_server_file
from .interpreter import raise_file_limit, settle_memory, tune_interpreter
from .loop import run_async
from .options import data_options, make_data_dir, read_settings


@click.command()
@data_options
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="TCP port; 0 lets the system choose one.")
def command(data_dir: str | None, config_path: str | None, host: str | None, port: int | None) -> None:
    """Start the server."""
    overrides = {"data_dir": data_dir, "server.host": host, "server.port": port}
    config, path = read_settings(config_path, overrides)
    check_open_mode(config)
    check_jwt_secret(config.auth)
    forbid_tracing()
    os.umask(0o077)  # the database holds everything; a data directory that was there before may let others look into it
    make_data_dir(path)
    logging.basicConfig(level=config.log.level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    tune_interpreter()
    raise_file_limit()
    with InstanceLock(path) as lock:
        remove_server_file(path)
        sockets = bind_sockets(config.server)
        public_sockets: list[socket.socket] = []
        try:
            public_sockets = bind_public_sockets(config.server)
            run_async(_serve(config, path, sockets, public_sockets, lock))
        except OSError as error:
            if error.errno not in FULL_ERRNOS:
                raise
            raise StartupError(f"The disk of the data directory {path} is full.", hint=DiskFullError.hint) from None
        finally:
            remove_server_file(path)
            for bound in (*sockets, *public_sockets):
                bound.close()


async def _serve(
    config: Config, data_dir: Path, sockets: list[socket.socket], public_sockets: list[socket.socket], lock: InstanceLock
) -> None:
    postpone_client()
    from ..app import App
    from ..credentials.masking import mask_logs
    from ..web.server import create_server

    stop = asyncio.Event()
    _stop_on_signals(stop)
    async with App.open(config, data_dir) as app:
        mask_logs(app.credentials_access.mask)
        server = await create_server(
            config,
            app.routes,
            authenticator=app.accounts,
            bus=app.bus,
            runs=app.executions,
            sockets=sockets,
            public_sockets=public_sockets,
            note_reply=app.status.reply_times.note,
        )
        try:
            app.accounts.base_url = server.url
            lock.note(url=server.url)
            write_server_file(data_dir, pid=os.getpid(), url=server.url, auth_mode=config.auth.mode)
            _print_welcome(config, data_dir, app.accounts, server.url)
            if server.public is not None:
                click.echo(f"Deliveries come in on port {server.public.port} as well")
            settle_memory()
            await stop.wait()
        finally:
            await server.close()


def _stop_on_signals(stop: asyncio.Event) -> None:
    """SIGTERM, SIGINT and a closed terminal end the server in order; the same again changes nothing."""
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _print_welcome(config: Config, data_dir: Path, accounts, url: str) -> None:
    click.echo(f"autogpt-lite {__version__}, data in {data_dir}")
    if config.auth.mode == "none":
        click.echo(f"Open {url}/ (no login: everybody on this machine gets in)")
        return
    link = accounts.new_link()
    click.echo(f"Open {link.url}")
    if link.public_url:
        click.echo(f"  or {link.public_url}")
    click.echo(f"  The link works once, within {config.auth.link_minutes} minutes; `autogpt-lite open` makes another.")

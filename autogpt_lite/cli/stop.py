"""`autogpt-lite stop ID`: ends a run with everything that it has started, with and without a running server."""

from __future__ import annotations

import click

from .api import open_api
from .follow import find_run
from .options import data_options


@click.command()
@data_options
@click.argument("graph_exec_id", metavar="ID")
@click.option(
    "--wait", "wait_s", type=click.FloatRange(0, 25), default=15, show_default=True, help="Seconds to wait for its nodes."
)
def command(data_dir: str | None, config_path: str | None, graph_exec_id: str, wait_s: float) -> None:
    """Stop a run with its sub-agents. One that has ended stays as it is. Exit code 1: it is stopped, but some nodes have not ended."""
    with open_api(config_path, data_dir) as api:
        path, _ = find_run(api, graph_exec_id)
        run = api.post(f"{path}/stop?wait_timeout={wait_s}")
    click.echo(f"{run['id']}  {run['status']}")

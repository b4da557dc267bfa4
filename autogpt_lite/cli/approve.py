"""`autogpt-lite approve AGENT`: lets an agent from a file run."""

from __future__ import annotations

import click

from .api import open_api
from .library_access import Library
from .options import data_options
from .report import report_lines


@click.command()
@data_options
@click.argument("agent")
@click.option("--show", is_flag=True, help="Only show what it would do.")
def command(data_dir: str | None, config_path: str | None, agent: str, show: bool) -> None:
    """Let an agent (its id, the id of its graph, or its name) that came from a file run, and show what it would do: the hosts, credentials, code and files that it uses."""
    with open_api(config_path, data_dir) as api:
        graph_id = Library(api).graph_id_of(agent)
        report = api.get(f"/api/graphs/{graph_id}/report")
        for line in report_lines(report):
            click.echo(line)
        if show:
            click.echo("It waits for an approval." if report["needs_approval"] else "It needs no approval.")
        else:
            api.post(f"/api/graphs/{graph_id}/report/approve")
            click.echo(f"{report['name']} may run.")

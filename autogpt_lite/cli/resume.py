"""`autogpt-lite resume ID`: sets a stopped run going again where it was, and waits for its end."""

from __future__ import annotations

import sys

import click

from .api import open_api
from .follow import find_run, follow, read_result
from .held_signals import hold_signals
from .options import data_options
from .run import exit_code, print_result


@click.command()
@data_options
@click.argument("graph_exec_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def command(data_dir: str | None, config_path: str | None, graph_exec_id: str, as_json: bool) -> None:
    """Let a stopped run go on where it was, with its sub-agents; what had ended is neither run nor charged again. Waits for its
    end; Ctrl-C stops it. Exit codes as `run`."""
    with open_api(config_path, data_dir) as api:
        path, _ = find_run(api, graph_exec_id)
        with hold_signals() as let_signals_in:
            api.post(f"{path}/resume")
            status = follow(api, path, let_signals_in=let_signals_in)
        result = read_result(api, path, status)
    print_result(result, as_json)
    sys.exit(exit_code(result))

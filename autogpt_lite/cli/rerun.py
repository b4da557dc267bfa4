"""`autogpt-lite rerun ID`: runs a past run again, from one of its nodes on; what it will cost is said first."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from ..engine.input_names import check_known
from .api import Api, open_api
from .follow import address_of, find_run, follow, read_result
from .held_signals import hold_signals
from .options import data_options
from .run import exit_code, parse_input, print_result, read_json, read_pins


@click.command()
@data_options
@click.argument("graph_exec_id", metavar="ID")
@click.option(
    "--from-node", metavar="NODE", help="Where to begin; everything before gives its record. Without it: at the beginning."
)
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE", help="Another value for one of the agent's inputs.")
@click.option("--inputs", "inputs_file", type=click.Path(dir_okay=False), help="A JSON file with values: {name: value}.")
@click.option(
    "--pin", "pin_file", type=click.Path(dir_okay=False), help="A JSON file with outputs: {node_id: [[[pin, value], ...], ...]}."
)
@click.option("--dry", is_flag=True, help="Only say what would run, and what it cost before.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def command(
    data_dir: str | None,
    config_path: str | None,
    graph_exec_id: str,
    from_node: str | None,
    inputs: tuple[str, ...],
    inputs_file: str | None,
    pin_file: str | None,
    dry: bool,
    as_json: bool,
) -> None:
    """Run a past run again and wait for its end. Ctrl-C stops the new run. Exit codes as `run`."""
    body = {
        "from_node": from_node,
        "inputs": {**read_json(inputs_file, dict), **dict(map(parse_input, inputs))},
        "pinned_outputs": read_pins(pin_file),
    }
    with open_api(config_path, data_dir) as api:
        path, origin = find_run(api, graph_exec_id)
        if body["inputs"]:
            graph = api.get(f"/api/graphs/{origin['graph_id']}?version={origin['graph_version']}")
            check_known(graph["input_schema"]["properties"], body["inputs"])
        plan = api.post(f"{path}/rerun", {**body, "dry": True})
        if dry:
            click.echo(json.dumps(plan) if as_json else _described(api, origin, plan))
            return
        click.echo(_described(api, origin, plan), err=True)
        with hold_signals() as let_signals_in:
            new_id = api.post(f"{path}/rerun", body)["graph_exec_id"]
            new_path = f"/api/graphs/{origin['graph_id']}/executions/{new_id}"
            click.echo(f"new run: {address_of(api, {**origin, 'id': new_id})}", err=True)
            status = follow(api, new_path, let_signals_in=let_signals_in)
        result = read_result(api, new_path, status)
    print_result(result, as_json)
    sys.exit(exit_code(result))


def _described(api: Api, origin: dict[str, Any], plan: dict[str, Any]) -> str:
    place = f"from the node {plan['from_node']}" if plan["from_node"] else "from the beginning"
    return "\n".join(
        (
            f"origin:  {address_of(api, origin)}",
            f"price:   {plan['cost_credits']} credits, as in the past run",
            f"again:   {len(plan['nodes'])} nodes {place} ({plan['node_exec_count']} executions in the past run)",
            f"record:  {len(plan['recorded_nodes'])} nodes give what they gave then",
        )
    )
